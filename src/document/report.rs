//! The types of the report: their own, so that the inner ones may change.
//!
//! Unknown is `null`, never left out or guessed. Times are milliseconds.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::millis::Millis;
use crate::clients::Kind;
use crate::diagnosis::{Confidence, RuleState, Severity, Who};
use crate::facts::time::unix_seconds;
use crate::facts::{
    Direction, Family, Mode, Outcome, Purpose, Security, Source, TlsLevel, Vantage as At,
};
use crate::words::{Nat, Side, Verdict, words};

words! {
    /// Name and version of the report's schema.
    pub enum Schema: "schema of a report" {
        /// This one.
        Report1 = "ftp-doctor.report/1",
    }

    /// What came of one time to live.
    pub enum Answer: "answer" {
        /// A router let it expire: it came that far.
        Expired = "expired",
        /// The handshake came to its end.
        Connected = "connected",
        /// RST.
        Reset = "reset",
        /// An ICMP message of another kind.
        Icmp = "icmp",
        /// Nobody answered.
        Silent = "silent",
        /// This machine could not send it.
        Local = "local",
    }
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "ftp-doctor report", deny_unknown_fields)]
pub struct Report {
    /// `ftp-doctor.report/1`.
    pub schema: Schema,
    /// The program that wrote it.
    pub tool: Tool,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: Millis,
    /// Who observed it: a run of this program, or files that were read.
    #[serde(default)]
    pub source: Source,
    /// Files that were read: what each client did with each server, worst first. Empty for a run.
    #[serde(default)]
    pub sessions: Vec<SessionEntry>,
    /// Files that were read, in order.
    #[serde(default)]
    pub files: Vec<FileEntry>,
    /// What was diagnosed.
    pub target: Target,
    /// Where it was measured from.
    pub vantage: Vantage,
    /// The server.
    pub server: Server,
    /// The whole answer.
    pub verdict: Verdict,
    /// One sentence.
    pub summary: String,
    /// How long the parts took that every run has.
    #[serde(default)]
    pub times: Times,
    /// Data connections: one entry per mode first (purpose `mode`), then repetitions and comparisons.
    pub attempts: Vec<Attempt>,
    /// Ports that the server was asked to announce beside the attempts.
    #[serde(default)]
    pub announcements: Vec<Announcement>,
    /// How much of the passive range was tried.
    #[serde(default)]
    pub passive_range: PassiveRange,
    /// The way to the server.
    pub path: Path,
    /// The eight rules for a firewall in front of a server.
    pub rules: Vec<Rule>,
    /// Ports of an audit.
    pub ports: Vec<Port>,
    /// Named causes, problems first, the one that explains most first.
    pub findings: Vec<Finding>,
    /// Predictions for well-known clients.
    pub clients: Vec<Client>,
    /// Expectations that were given.
    pub expectations: Vec<Expectation>,
    /// The exit code of the run.
    pub exit_code: u8,
}

impl Report {
    /// When the server's own certificate ends, in seconds since 1970.
    pub fn certificate_end(&self) -> Option<i64> {
        unix_seconds(self.server.certificate_expires.as_deref()?)
    }
}

/// What one client did with one server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SessionEntry {
    /// Its number, from 1 in the order of the files, for `--session`.
    pub id: usize,
    /// The client.
    pub client: Option<IpAddr>,
    /// What it comes to, taken by itself.
    pub verdict: Verdict,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name, without its folder.
    pub file: String,
    /// In words: `pcapng, Ethernet`, `vsftpd`.
    pub format: String,
    /// Packets or lines.
    pub units: u64,
    /// Those of them that belong to FTP.
    pub used: u64,
    /// Where it was taken.
    pub vantage: At,
    /// What could not be read, and why, a sentence each.
    pub unread: Vec<String>,
}

/// Program and version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tool {
    /// `ftp-doctor`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was diagnosed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    pub tls: TlsLevel,
    /// Addresses of the host, in the order in which they are tried.
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
}

/// Where it was measured from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Vantage {
    /// Our end of the control connection.
    #[schemars(with = "Option<String>")]
    pub local_address: Option<IpAddr>,
    /// The address under which the server sees us, if it said so.
    #[schemars(with = "Option<String>")]
    pub seen_as: Option<IpAddr>,
    /// `none`, `present` or `unknown`.
    pub nat: Nat,
}

/// How long the parts took that every run has; `null` where one was not measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names of the JSON")]
pub struct Times {
    /// TCP handshake of the control connection.
    pub control_ms: Option<Millis>,
    /// From there to the greeting.
    pub greeting_ms: Option<Millis>,
    /// TLS handshake of the control connection.
    pub tls_ms: Option<Millis>,
    /// From the first SYN until the login was accepted.
    pub login_ms: Option<Millis>,
    /// The slowest listing of the modes that work.
    pub list_ms: Option<Millis>,
}

/// The server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Server {
    /// Its end of the control connection.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// Its control port.
    pub port: Option<u16>,
    /// The greeting's text.
    pub banner: Option<String>,
    /// Recognised software, with its version where known.
    pub software: Option<String>,
    /// Lines of the reply to FEAT.
    pub features: Vec<String>,
    /// When its own certificate ends, RFC 3339 in UTC.
    #[serde(default)]
    pub certificate_expires: Option<String>,
}

/// An end of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Endpoint {
    /// Its address.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// Its port.
    pub port: Option<u16>,
}

/// One data connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Attempt {
    /// Unique in the report.
    pub id: String,
    /// `mode`, `repeat`, `comparison`, `hole` or `neighbour`.
    pub purpose: Purpose,
    /// `pasv`, `epsv`, `port` or `eprt`.
    pub mode: Mode,
    /// `client-to-server` or `server-to-client`.
    pub direction: Direction,
    /// `ipv4` or `ipv6`.
    pub family: Family,
    /// `clear` or `tls`.
    pub security: Security,
    /// `open`, `timed-out`, `refused`, `prohibited`, `unreachable`, `rejected`, `stalled`,
    /// `closed`, `tls-failed` or `not-tested`.
    pub outcome: Outcome,
    /// Why, in words.
    pub reason: String,
    /// What was announced: by the server (passive) or by us (active).
    pub advertised: Option<Endpoint>,
    /// The end that opens the connection, with the port seen on the wire.
    pub from: Option<Endpoint>,
    /// The end that is knocked at.
    pub to: Option<Endpoint>,
    /// Time until the data connection stood.
    pub connect_ms: Option<Millis>,
    /// Time of the whole attempt.
    pub elapsed_ms: Millis,
    /// Bytes of the listing.
    pub bytes: u64,
    /// What was said about it on the control connection.
    pub replies: Vec<Reply>,
    /// Facts of the data connection's TLS handshake.
    pub tls: Option<Tls>,
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Reply {
    /// The command it answers.
    pub command: String,
    /// Reply code.
    pub code: u16,
    /// Reply text, printable.
    pub text: String,
}

/// A TLS handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tls {
    /// Protocol version, such as `TLS 1.3`.
    pub version: Option<String>,
    /// Cipher suite, its IANA name.
    pub cipher: Option<String>,
    /// Whether the session of the control connection was resumed; null where the handshake failed.
    pub resumed: Option<bool>,
    /// Time of the handshake.
    pub handshake_ms: Millis,
    /// Why the handshake failed, in words; null where it did not.
    pub failure: Option<String>,
    /// What speaks against the certificate, in words.
    pub distrust: Vec<String>,
}

/// The way to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Path {
    /// Hops from here to the server.
    pub hops: Option<u8>,
    /// Routers that showed themselves.
    pub routers: Vec<Router>,
    /// What came of each TTL, per port.
    pub ladders: Vec<Ladder>,
}

/// A router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Router {
    /// Its place.
    pub hop: u8,
    /// Its address.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
}

/// One port's ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Ladder {
    /// The port.
    pub port: u16,
    /// What came of each TTL, from 1.
    pub rungs: Vec<Rung>,
}

/// One time to live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rung {
    /// Time to live.
    pub ttl: u8,
    /// `expired`, `connected`, `reset`, `icmp`, `silent` or `local`.
    pub answer: Answer,
    /// Who answered, where that is known.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// How often it was asked.
    pub asked: u8,
}

/// A port that was announced beside the attempts, and knocked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Announcement {
    /// By which command.
    pub mode: Mode,
    /// In clear or under TLS.
    pub security: Security,
    /// The port; null where the reply announced none.
    pub port: Option<u16>,
    /// What came of the knock, in the words of an attempt's outcome; a handshake is `open`. Null where
    /// nobody knocked.
    pub outcome: Option<Outcome>,
}

/// How much of the passive range was tried by knocks at announced ports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PassiveRange {
    /// Different ports that were knocked at while they were announced.
    pub tried: usize,
    /// How many ports the range has, by how far the announced ones lie apart.
    pub about: Option<u32>,
    /// In how many of a hundred such runs a range of which a quarter is shut would go unnoticed.
    pub unnoticed_percent: Option<u32>,
}

/// One of the eight rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rule {
    /// `active-1` … `passive-4`.
    pub id: String,
    /// Which packets.
    pub text: String,
    /// `passes`, `blocked` or `not-tested`.
    pub state: RuleState,
    /// Attempts that show it.
    pub attempts: Vec<String>,
}

/// One port of an audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Port {
    /// The port.
    pub port: u16,
    /// What came of it, in the words of an attempt's outcome; a handshake is `open`.
    pub outcome: Outcome,
}

/// A named cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Finding {
    /// Id in the catalogue.
    pub cause: String,
    /// `problem`, `warning` or `info`.
    pub severity: Severity,
    /// `proven`, `likely` or `possible`.
    pub confidence: Confidence,
    /// `client`, `server`, `path` or `unknown`.
    pub side: Side,
    /// The suspect hops.
    pub location: Location,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub explanation: String,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// Causes that only follow from this one.
    pub suppresses: Vec<String>,
    /// Look-alikes that were ruled out.
    pub ruled_out: Vec<RuledOut>,
    /// What to change.
    pub remedies: Vec<Remedy>,
}

/// The suspect hops, both ends included: 0 is this machine, `hops` the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Location {
    /// Nearest suspect.
    pub hop_min: Option<u8>,
    /// Farthest suspect.
    pub hop_max: Option<u8>,
    /// Hops from here to the server.
    pub hops: Option<u8>,
    /// Address of the culprit, where it showed itself.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Evidence {
    /// The attempt it was seen in.
    pub attempt: Option<String>,
    /// What was seen.
    pub text: String,
}

/// A look-alike that is out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RuledOut {
    /// Its id.
    pub cause: String,
    /// Why.
    pub because: String,
}

/// What to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Remedy {
    /// `user`, `client-admin`, `server-admin` or `network-admin`.
    pub who: Who,
    /// What and why.
    pub text: String,
    /// Lines to paste.
    pub snippets: Vec<Snippet>,
}

/// Lines to paste.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Snippet {
    /// For which software.
    #[serde(rename = "for")]
    pub software: String,
    /// The lines.
    pub content: String,
}

/// A prediction for one client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names of the JSON")]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its name.
    pub client: String,
    /// `command-line`, `graphical`, `browser`, `file-manager`, `library` or `device`.
    pub kind: Kind,
    /// Whether it lists within 60 s with its default settings; null where a fact is missing, which
    /// `because` names.
    pub works: Option<bool>,
    /// After how long, where it works.
    pub after_ms: Option<Millis>,
    /// Why, step by step.
    pub because: String,
    /// Entries of the modes (and knocks at the address in 227) behind the prediction.
    pub attempts: Vec<String>,
    /// Where it fails: the setting with which it works.
    pub setting: Option<String>,
}

/// An expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Expectation {
    /// As given.
    pub expect: String,
    /// Whether it is met; null where it was not measured, which `because` explains.
    pub met: Option<bool>,
    /// Why.
    pub because: String,
}
