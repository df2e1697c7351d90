//! One run, as far as a comparison needs it: read from a report, every text made printable.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diagnosis::{Confidence, Nat, RuleState, Severity, Side, Verdict};
use crate::facts::{Family, Mode, Outcome, Security, TlsLevel};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The file it came from.
    pub name: String,
    /// When it began, as written.
    pub started: String,
    /// The same in seconds since 1970, where it can be read.
    pub at: Option<u64>,
    /// What was asked for.
    pub target: RunTarget,
    /// Our end of the control connection.
    pub local: Option<IpAddr>,
    /// The address under which the server saw us.
    pub seen: Option<IpAddr>,
    /// NAT between the two ends.
    pub nat: Nat,
    /// The server.
    pub server: RunServer,
    /// The whole answer.
    pub verdict: Verdict,
    /// One entry per mode, family and security that was asked for.
    pub modes: Vec<ModeRun>,
    /// Passive ports that were announced, by whether they came through.
    pub ports: Ports,
    /// Hops to the server.
    pub hops: Option<u8>,
    /// Routers by hop; `None` where one was silent.
    pub routers: Vec<Option<IpAddr>>,
    /// The eight rules.
    pub rules: Vec<(String, RuleState)>,
    /// Findings, in order.
    pub findings: Vec<RunFinding>,
    /// An interrupt ended it early.
    pub interrupted: bool,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTarget {
    /// Host name or address.
    pub host: String,
    /// Control port.
    pub port: u16,
    /// User name.
    pub user: String,
    /// Encryption that was asked for.
    pub tls: TlsLevel,
    /// Addresses of the host.
    pub addresses: Vec<IpAddr>,
}

/// The server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunServer {
    /// Its end of the control connection.
    pub address: Option<IpAddr>,
    /// The greeting's text.
    pub banner: Option<String>,
    /// Recognised software, with its version where known.
    pub software: Option<String>,
}

/// One mode of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeRun {
    /// The attempt that stands for it.
    pub attempt: String,
    /// The mode.
    pub mode: Mode,
    /// Address family of the control connection.
    pub family: Family,
    /// Clear or TLS.
    pub security: Security,
    /// What came of it, repetitions folded in.
    pub outcome: Outcome,
    /// Why, in words.
    pub reason: String,
    /// Address that was announced.
    pub advertised: Option<IpAddr>,
}

impl ModeRun {
    /// Whether it works.
    pub fn is_open(&self) -> bool {
        self.outcome == Outcome::Open
    }

    /// Whether it was tested.
    pub fn tested(&self) -> bool {
        self.outcome != Outcome::NotTested
    }

    /// Whether it was tested and does not work.
    pub fn failed(&self) -> bool {
        self.tested() && !self.is_open()
    }

    /// Whether packets did not get through: nobody who speaks FTP said no.
    pub fn stopped(&self) -> bool {
        self.outcome.is_shut()
    }
}

/// Passive ports of a run, entries of modes and their repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ports {
    /// Those that came through.
    pub open: BTreeSet<u16>,
    /// Those at which the knock was not let in.
    pub dead: BTreeSet<u16>,
}

impl Ports {
    /// All of them.
    pub fn all(&self) -> BTreeSet<u16> {
        self.open.union(&self.dead).copied().collect()
    }
}

/// A finding of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFinding {
    /// Id in the catalogue, of the version that wrote it.
    pub cause: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whose side.
    pub side: Side,
    /// One line.
    pub title: String,
}

impl Run {
    /// Whether a login was had.
    pub fn logged_in(&self) -> bool {
        self.verdict != Verdict::Unreachable
    }

    /// The first finding that is one of these causes.
    pub fn finding(&self, causes: &[&str]) -> Option<&RunFinding> {
        self.findings.iter().find(|f| causes.contains(&f.cause.as_str()))
    }

    /// Modes of one direction that were tested.
    pub fn tested(&self, passive: bool) -> Vec<&ModeRun> {
        self.modes.iter().filter(|m| m.mode.is_passive() == passive && m.tested()).collect()
    }

    /// The address under which the world sees this run, as far as it is known.
    pub fn public(&self) -> Option<IpAddr> {
        self.seen.or(self.local)
    }
}
