//! From a JSON report to a [`Run`]. The report is a stranger's text: what is not needed is skipped,
//! what is needed is checked, and every text is made printable.

use std::net::IpAddr;

use serde::Deserialize;

use super::run::{ModeRun, Ports, Run, RunFinding, RunServer, RunTarget};
use crate::diagnosis::RuleState;
use crate::facts::{Family, Mode, Outcome, Purpose, Security};
use crate::wire::text::printable;
use crate::words::{self, Word};

/// The schema that is understood.
pub const SCHEMA: &str = "ftp-doctor.report/1";

/// More entries of a list than any run makes.
const MOST: usize = 1000;

/// Why a file is no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// No JSON, or not of this shape.
    Shape(String),
    /// JSON of another schema.
    Schema(Option<String>),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape(text) => write!(f, "not a report that ftp-doctor wrote: {text}"),
            Self::Schema(None) => f.write_str("neither a report (--json) nor facts (--save)"),
            Self::Schema(Some(schema)) => {
                write!(f, "schema \"{schema}\" is neither a report (--json) nor facts (--save)")
            }
        }
    }
}

impl std::error::Error for ReadError {}

fn shape(error: &serde_json::Error) -> ReadError {
    ReadError::Shape(printable(error.to_string().as_bytes(), 200))
}

/// The schema that a document names.
///
/// # Errors
/// [`ReadError`] where it names none.
pub fn schema(json: &[u8]) -> Result<String, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<serde_json::Value>,
    }
    let head: Head = serde_json::from_slice(json)
        .map_err(|e| if e.is_data() { ReadError::Schema(None) } else { shape(&e) })?;
    match head.schema {
        Some(serde_json::Value::String(schema)) => Ok(printable(schema.as_bytes(), 60)),
        _ => Err(ReadError::Schema(None)),
    }
}

#[derive(Deserialize)]
struct Report {
    started: String,
    target: Target,
    vantage: Vantage,
    server: Server,
    verdict: String,
    attempts: Vec<Attempt>,
    path: Path,
    rules: Vec<Rule>,
    findings: Vec<Finding>,
    exit_code: u8,
}

#[derive(Deserialize)]
struct Target {
    host: String,
    port: u16,
    user: String,
    tls: String,
    addresses: Vec<IpAddr>,
}

#[derive(Deserialize)]
struct Vantage {
    local_address: Option<IpAddr>,
    seen_as: Option<IpAddr>,
    nat: String,
}

#[derive(Deserialize)]
struct Server {
    address: Option<IpAddr>,
    banner: Option<String>,
    software: Option<String>,
}

#[derive(Deserialize)]
struct Endpoint {
    address: Option<IpAddr>,
    port: Option<u16>,
}

#[derive(Deserialize)]
struct Attempt {
    id: String,
    purpose: Purpose,
    mode: Mode,
    family: Family,
    security: Security,
    outcome: Outcome,
    reason: String,
    advertised: Option<Endpoint>,
    connect_ms: Option<f64>,
}

#[derive(Deserialize)]
struct Path {
    hops: Option<u8>,
    routers: Vec<Router>,
}

#[derive(Deserialize)]
struct Router {
    hop: u8,
    address: Option<IpAddr>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    state: String,
}

#[derive(Deserialize)]
struct Finding {
    cause: String,
    severity: String,
    confidence: String,
    side: String,
    title: String,
}

/// The value whose word it is.
fn word<T: Word>(said: &str) -> Result<T, ReadError> {
    words::parse(said).map_err(|e| ReadError::Shape(e.to_string()))
}

fn few<T>(what: &str, list: &[T]) -> Result<(), ReadError> {
    if list.len() > MOST {
        return Err(ReadError::Shape(format!("{} {what}, more than {MOST}", list.len())));
    }
    Ok(())
}

/// One line of a stranger's text.
fn line(text: &str, most: usize) -> String {
    printable(text.trim().replace(['\r', '\n'], " ").as_bytes(), most)
}

/// Reads a report. `name` is the file's, for people.
///
/// # Errors
/// [`ReadError`] where it is no report of this schema.
pub fn read(name: &str, json: &[u8]) -> Result<Run, ReadError> {
    let schema = schema(json)?;
    if schema != SCHEMA {
        return Err(ReadError::Schema(Some(schema)));
    }
    let report: Report = serde_json::from_slice(json).map_err(|e| shape(&e))?;
    few("attempts", &report.attempts)?;
    few("findings", &report.findings)?;
    few("rules", &report.rules)?;
    few("addresses", &report.target.addresses)?;
    let attempts = &report.attempts;
    let ip = |address: Option<IpAddr>| address.map(|a| a.to_canonical());
    Ok(Run {
        name: line(name, 200),
        at: seconds(&report.started),
        started: line(&report.started, 40),
        target: RunTarget {
            host: line(&report.target.host, 253),
            port: report.target.port,
            user: line(&report.target.user, 80),
            tls: line(&report.target.tls, 20),
            addresses: report.target.addresses.iter().map(IpAddr::to_canonical).collect(),
        },
        local: ip(report.vantage.local_address),
        seen: ip(report.vantage.seen_as),
        nat: word(&report.vantage.nat)?,
        server: RunServer {
            address: ip(report.server.address),
            banner: report.server.banner.as_deref().map(|b| line(b, 300)),
            software: report.server.software.as_deref().map(|s| line(s, 80)),
        },
        verdict: word(&report.verdict)?,
        modes: attempts.iter().filter(|a| a.purpose == Purpose::Mode).map(mode).collect(),
        ports: ports(attempts),
        hops: report.path.hops.filter(|h| *h > 0),
        routers: routers(&report.path),
        rules: rules(&report.rules)?,
        findings: findings(&report.findings)?,
        interrupted: report.exit_code == 130,
    })
}

fn seconds(started: &str) -> Option<u64> {
    let at = humantime::parse_rfc3339(started).ok()?;
    Some(at.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

fn mode(attempt: &Attempt) -> ModeRun {
    ModeRun {
        attempt: line(&attempt.id, 40),
        mode: attempt.mode,
        family: attempt.family,
        security: attempt.security,
        outcome: attempt.outcome,
        reason: line(&attempt.reason, 200),
        advertised: attempt.advertised.as_ref().and_then(|e| e.address).map(|a| a.to_canonical()),
    }
}

fn ports(attempts: &[Attempt]) -> Ports {
    let mut ports = Ports::default();
    let own = attempts
        .iter()
        .filter(|a| a.mode.is_passive() && matches!(a.purpose, Purpose::Mode | Purpose::Repeat));
    for attempt in own {
        let Some(port) = attempt.advertised.as_ref().and_then(|e| e.port) else { continue };
        // The entry of a mode bears the folded outcome with the port of its first try; whether that
        // port was connected to tells which of the two the outcome is about.
        match (attempt.outcome, attempt.connect_ms) {
            (Outcome::Open, Some(_)) => ports.open.insert(port),
            (Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited, None) => {
                ports.dead.insert(port)
            }
            _ => false,
        };
    }
    ports
}

/// Routers by hop, without gaps: place 0 is hop 1.
fn routers(path: &Path) -> Vec<Option<IpAddr>> {
    let Some(hops) = path.hops else { return Vec::new() };
    (1..hops)
        .map(|hop| {
            let router = path.routers.iter().find(|r| r.hop == hop)?;
            router.address.map(|a| a.to_canonical())
        })
        .collect()
}

fn rules(rules: &[Rule]) -> Result<Vec<(String, RuleState)>, ReadError> {
    rules.iter().map(|r| Ok((line(&r.id, 20), word(&r.state)?))).collect()
}

fn findings(findings: &[Finding]) -> Result<Vec<RunFinding>, ReadError> {
    findings
        .iter()
        .map(|f| {
            Ok(RunFinding {
                cause: line(&f.cause, 80),
                severity: word(&f.severity)?,
                confidence: word(&f.confidence)?,
                side: word(&f.side)?,
                title: line(&f.title, 300),
            })
        })
        .collect()
}
