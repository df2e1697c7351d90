//! The types of the JSON report: their own, so that the inner ones may change.
//!
//! Unknown is `null`, never left out or guessed. Times are milliseconds.

use schemars::JsonSchema;
use serde::Serialize;

/// Name and version of the schema.
pub const SCHEMA: &str = "ftp-doctor.report/1";

/// The whole report.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "ftp-doctor report", deny_unknown_fields)]
pub struct Report {
    /// `ftp-doctor.report/1`.
    pub schema: &'static str,
    /// The program that wrote it.
    pub tool: Tool,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
    /// What was diagnosed.
    pub target: Target,
    /// Where it was measured from.
    pub vantage: Vantage,
    /// The server.
    pub server: Server,
    /// The whole answer: `healthy`, `degraded`, `broken` or `unreachable`.
    pub verdict: &'static str,
    /// One sentence.
    pub summary: String,
    /// Data connections: one entry per mode first (purpose `mode`), then repetitions and comparisons.
    pub attempts: Vec<JsonAttempt>,
    /// The way to the server.
    pub path: Path,
    /// The eight rules for a firewall in front of a server.
    pub rules: Vec<JsonRule>,
    /// Ports of an audit.
    pub ports: Vec<Port>,
    /// Named causes, problems first, the one that explains most first.
    pub findings: Vec<JsonFinding>,
    /// Predictions for well-known clients.
    pub clients: Vec<Client>,
    /// Expectations that were given.
    pub expectations: Vec<Expectation>,
    /// The exit code of the run.
    pub exit_code: u8,
}

/// Program and version.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tool {
    /// `ftp-doctor`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was diagnosed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Target {
    /// As typed, a password taken out.
    pub input: String,
    /// Host name or address.
    pub host: String,
    /// Control port.
    pub port: u16,
    /// User name.
    pub user: String,
    /// `off`, `explicit` or `implicit`.
    pub tls: &'static str,
    /// Addresses of the host, in the order in which they are tried.
    pub addresses: Vec<String>,
}

/// Where it was measured from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Vantage {
    /// Our end of the control connection.
    pub local_address: Option<String>,
    /// The address under which the server sees us, if it said so.
    pub seen_as: Option<String>,
    /// `none`, `present` or `unknown`.
    pub nat: &'static str,
}

/// The server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Server {
    /// Its end of the control connection.
    pub address: Option<String>,
    /// Its control port.
    pub port: Option<u16>,
    /// The greeting's text.
    pub banner: Option<String>,
    /// Recognised software, with its version where known.
    pub software: Option<String>,
    /// Lines of the reply to FEAT.
    pub features: Vec<String>,
}

/// An end of a connection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Endpoint {
    /// Its address.
    pub address: Option<String>,
    /// Its port.
    pub port: Option<u16>,
}

/// One data connection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attempt", deny_unknown_fields)]
pub struct JsonAttempt {
    /// Unique in the report.
    pub id: String,
    /// `mode`, `repeat`, `comparison`, `hole` or `neighbour`.
    pub purpose: &'static str,
    /// `pasv`, `epsv`, `port` or `eprt`.
    pub mode: &'static str,
    /// `client-to-server` or `server-to-client`.
    pub direction: &'static str,
    /// `ipv4` or `ipv6`.
    pub family: &'static str,
    /// `clear` or `tls`.
    pub security: &'static str,
    /// `open`, `timed-out`, `refused`, `prohibited`, `unreachable`, `rejected`, `stalled`,
    /// `closed`, `tls-failed` or `not-tested`.
    pub outcome: &'static str,
    /// Why, in words.
    pub reason: String,
    /// What was announced: by the server (passive) or by us (active).
    pub advertised: Option<Endpoint>,
    /// The end that opens the connection, with the port seen on the wire.
    pub from: Option<Endpoint>,
    /// The end that is knocked at.
    pub to: Option<Endpoint>,
    /// Time until the data connection stood.
    pub connect_ms: Option<f64>,
    /// Time of the whole attempt.
    pub elapsed_ms: f64,
    /// Bytes of the listing.
    pub bytes: u64,
    /// What was said about it on the control connection.
    pub replies: Vec<JsonReply>,
    /// Facts of the data connection's TLS handshake.
    pub tls: Option<Tls>,
}

/// A reply.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reply", deny_unknown_fields)]
pub struct JsonReply {
    /// The command it answers.
    pub command: String,
    /// Reply code.
    pub code: u16,
    /// Reply text, printable.
    pub text: String,
}

/// A TLS handshake.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tls {
    /// Protocol version, such as `TLS 1.3`.
    pub version: Option<String>,
    /// Cipher suite, its IANA name.
    pub cipher: Option<String>,
    /// Whether the session of the control connection was resumed; null where the handshake failed.
    pub resumed: Option<bool>,
    /// Time of the handshake.
    pub handshake_ms: f64,
    /// Why the handshake failed, in words; null where it did not.
    pub failure: Option<String>,
    /// What speaks against the certificate, in words.
    pub distrust: Vec<String>,
}

/// The way to the server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Path {
    /// Hops from here to the server.
    pub hops: Option<u8>,
    /// Routers that showed themselves.
    pub routers: Vec<Router>,
    /// What came of each TTL, per port.
    pub ladders: Vec<JsonLadder>,
}

/// A router.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Router {
    /// Its place.
    pub hop: u8,
    /// Its address.
    pub address: Option<String>,
}

/// One port's ladder.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Ladder", deny_unknown_fields)]
pub struct JsonLadder {
    /// The port.
    pub port: u16,
    /// What came of each TTL, from 1.
    pub rungs: Vec<JsonRung>,
}

/// One time to live.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rung", deny_unknown_fields)]
pub struct JsonRung {
    /// Time to live.
    pub ttl: u8,
    /// `expired`, `connected`, `reset`, `icmp`, `silent` or `local`.
    pub answer: &'static str,
    /// Who answered, where that is known.
    pub address: Option<String>,
    /// How often it was asked.
    pub asked: u8,
}

/// One of the eight rules.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rule", deny_unknown_fields)]
pub struct JsonRule {
    /// `active-1` … `passive-4`.
    pub id: &'static str,
    /// Which packets.
    pub text: String,
    /// `passes`, `blocked` or `not-tested`.
    pub state: &'static str,
    /// Attempts that show it.
    pub attempts: Vec<String>,
}

/// One port of an audit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Port {
    /// The port.
    pub port: u16,
    /// What came of it, in the words of an attempt's outcome; a handshake is `open`.
    pub outcome: String,
}

/// A named cause.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding", deny_unknown_fields)]
pub struct JsonFinding {
    /// Id in the catalogue.
    pub cause: &'static str,
    /// `problem`, `warning` or `info`.
    pub severity: &'static str,
    /// `proven`, `likely` or `possible`.
    pub confidence: &'static str,
    /// `client`, `server`, `path` or `unknown`.
    pub side: &'static str,
    /// The suspect hops.
    pub location: JsonLocation,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub explanation: String,
    /// What was seen.
    pub evidence: Vec<JsonEvidence>,
    /// Causes that only follow from this one.
    pub suppresses: Vec<&'static str>,
    /// Look-alikes that were ruled out.
    pub ruled_out: Vec<JsonRuledOut>,
    /// What to change.
    pub remedies: Vec<JsonRemedy>,
}

/// The suspect hops, both ends included: 0 is this machine, `hops` the server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Location", deny_unknown_fields)]
pub struct JsonLocation {
    /// Nearest suspect.
    pub hop_min: Option<u8>,
    /// Farthest suspect.
    pub hop_max: Option<u8>,
    /// Hops from here to the server.
    pub hops: Option<u8>,
    /// Address of the culprit, where it showed itself.
    pub address: Option<String>,
}

/// One observation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Evidence", deny_unknown_fields)]
pub struct JsonEvidence {
    /// The attempt it was seen in.
    pub attempt: Option<String>,
    /// What was seen.
    pub text: String,
}

/// A look-alike that is out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RuledOut", deny_unknown_fields)]
pub struct JsonRuledOut {
    /// Its id.
    pub cause: &'static str,
    /// Why.
    pub because: String,
}

/// What to change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Remedy", deny_unknown_fields)]
pub struct JsonRemedy {
    /// `user`, `client-admin`, `server-admin` or `network-admin`.
    pub who: &'static str,
    /// What and why.
    pub text: String,
    /// Lines to paste.
    pub snippets: Vec<JsonSnippet>,
}

/// Lines to paste.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Snippet", deny_unknown_fields)]
pub struct JsonSnippet {
    /// For which software.
    #[serde(rename = "for")]
    pub software: &'static str,
    /// The lines.
    pub content: String,
}

/// A prediction for one client.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Client {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub client: String,
    /// `command-line`, `graphical`, `browser`, `file-manager`, `library` or `device`.
    pub kind: &'static str,
    /// Whether it lists within 60 s with its default settings; null where a fact is missing, which
    /// `because` names.
    pub works: Option<bool>,
    /// After how long, where it works.
    pub after_ms: Option<f64>,
    /// Why, step by step.
    pub because: String,
    /// Entries of the modes (and knocks at the address in 227) behind the prediction.
    pub attempts: Vec<String>,
    /// Where it fails: the setting with which it works.
    pub setting: Option<String>,
}

/// An expectation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Expectation {
    /// As given.
    pub expect: String,
    /// Whether it is met; null where it was not measured, which `because` explains.
    pub met: Option<bool>,
    /// Why.
    pub because: String,
}
