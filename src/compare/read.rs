//! From a report to a [`Run`]: what a comparison needs of it, every text in one line.

use std::net::IpAddr;

use super::run::{ModeRun, Ports, Run, RunFinding, RunServer, RunTarget};
use crate::document::report::{Attempt, Finding, Path, Report};
use crate::document::{self, ReadError};
use crate::facts::{Outcome, Purpose};
use crate::wire::text::printable;

/// One line of a stranger's text.
fn line(text: &str, most: usize) -> String {
    printable(text.trim().replace(['\r', '\n'], " ").as_bytes(), most)
}

/// Reads a report that is to be compared. `name` is the file's, for people.
///
/// # Errors
/// [`ReadError`] where it is no report of this schema.
pub fn read(name: &str, json: &[u8]) -> Result<Run, ReadError> {
    document::read(json).map(|report| Run::of(name, &report))
}

impl Run {
    /// What a comparison needs of a report. `name` is the file's, for people.
    pub fn of(name: &str, report: &Report) -> Self {
        let attempts = &report.attempts;
        Self {
            name: line(name, 200),
            at: seconds(&report.started),
            started: line(&report.started, 40),
            target: RunTarget {
                host: line(&report.target.host, 253),
                port: report.target.port,
                user: line(&report.target.user, 80),
                tls: report.target.tls,
                addresses: report.target.addresses.clone(),
            },
            local: report.vantage.local_address,
            seen: report.vantage.seen_as,
            nat: report.vantage.nat,
            server: RunServer {
                address: report.server.address,
                banner: report.server.banner.as_deref().map(|b| line(b, 300)),
                software: report.server.software.as_deref().map(|s| line(s, 80)),
            },
            verdict: report.verdict,
            modes: attempts.iter().filter(|a| a.purpose == Purpose::Mode).map(mode).collect(),
            ports: ports(attempts),
            hops: report.path.hops.filter(|h| *h > 0),
            routers: routers(&report.path),
            rules: report.rules.iter().map(|r| (line(&r.id, 20), r.state)).collect(),
            findings: report.findings.iter().map(finding).collect(),
            interrupted: report.exit_code == 130,
        }
    }
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
        advertised: attempt.advertised.as_ref().and_then(|e| e.address),
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
            router.address
        })
        .collect()
}

fn finding(finding: &Finding) -> RunFinding {
    RunFinding {
        cause: line(&finding.cause, 80),
        severity: finding.severity,
        confidence: finding.confidence,
        side: finding.side,
        title: line(&finding.title, 300),
    }
}
