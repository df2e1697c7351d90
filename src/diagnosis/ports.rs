//! Port numbers as they go into rules and remedies.

use crate::evidence::Evidence;
use crate::evidence::announced_ports::{FEW, are_one_after_another};
use crate::facts::audit::PortRun;
use crate::facts::{Audit, BoundsFrom, Outcome, PortRange};

/// Runs of ports that a sentence names, at most.
const SPANS: usize = 8;

/// The port that the server calls from in active mode: the one that was seen, else the default
/// data port.
pub fn source(evidence: &Evidence<'_>) -> String {
    let mut seen: Vec<u16> =
        evidence.active().iter().filter_map(|m| m.shown.observed.map(|o| o.from.port())).collect();
    seen.sort_unstable();
    seen.dedup();
    match seen.as_slice() {
        [] => evidence.data_port().to_string(),
        [port] => port.to_string(),
        // Two calls from two ports: the server takes any.
        _ => ">1023".to_owned(),
    }
}

/// The port that the server is known to call from in active mode: the only one that was seen, or
/// the one that the software always takes.
pub fn calls_from(evidence: &Evidence<'_>) -> Option<u16> {
    match source(evidence).parse() {
        Ok(port) if evidence.active().iter().any(|m| m.shown.observed.is_some()) => Some(port),
        _ if evidence.product() == Some("pure-ftpd") => Some(evidence.data_port()),
        _ => None,
    }
}

/// The passive ports that were announced, in words: `40211, 40388`; `>1023` if none was.
pub fn passive_words(evidence: &Evidence<'_>) -> String {
    let ports = evidence.announced_ports();
    if ports.is_empty() { ">1023".to_owned() } else { list(&ports) }
}

/// Ports as a list.
pub fn list(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// Ports as people write them: `50000-50100, 50102`.
pub fn spans<'r>(all: impl IntoIterator<Item = &'r PortRun>) -> String {
    let each: Vec<String> = all.into_iter().map(|r| range(*r).span("-")).collect();
    each.join(", ")
}

/// As many as fit into a sentence.
pub fn few(all: &[PortRun]) -> String {
    let some = spans(all.iter().take(SPANS));
    if all.len() > SPANS { format!("{some}, …") } else { some }
}

/// A range for remedies: what a server is to be set to and a firewall to let through. The announced
/// ports alone do not tell the server's whole range, so where they are far apart a range is proposed
/// that has to be configured at the server as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Lowest port.
    pub min: u16,
    /// Highest port.
    pub max: u16,
    /// The range is a proposal of ours; the server announces ports outside of it today.
    pub invented: bool,
}

/// The ports of a run as a range of its own.
pub fn range(run: PortRun) -> Proposal {
    Proposal { min: run.first, max: run.last, invented: false }
}

impl Proposal {
    /// The range as software writes it: `50000-50100`, or one port alone, which most software does
    /// not take as a range.
    pub fn span(self, between: &str) -> String {
        if self.min == self.max {
            self.min.to_string()
        } else {
            format!("{}{between}{}", self.min, self.max)
        }
    }
}

/// A range that the server is to be given, whatever it has now.
pub const FRESH: Proposal = Proposal { min: 50000, max: 50100, invented: true };

/// A learnt range with more ports than this was hardly set by anybody.
const LARGE: u16 = 2000;

/// The range to open.
pub fn proposal(evidence: &Evidence<'_>) -> Proposal {
    if let Some(PortRange { min, max }) = evidence.facts.audit.as_ref().and_then(configured) {
        return Proposal { min, max, invented: false };
    }
    let ports = evidence.announced_ports();
    let (Some(first), Some(last)) = (ports.first().copied(), ports.last().copied()) else {
        return FRESH;
    };
    if first == last
        && evidence.passive_ports(Outcome::TimedOut).len()
            + evidence.passive_ports(Outcome::Refused).len()
            > 0
        && ports.len() == 1
        && announced_often(evidence)
    {
        return Proposal { min: first, max: last, invented: false };
    }
    FRESH
}

/// The range that the server is set to, where an audit knows it: it was given, or the announcements
/// look drawn from a small range. Ports one after another are the system's next free ones, and
/// announcements all over the place are of its whole range: there no range is set.
fn configured(audit: &Audit) -> Option<PortRange> {
    let sweep = audit.sweep.as_ref()?;
    let PortRange { min, max } = sweep.bounds;
    let known = match sweep.from {
        BoundsFrom::Declared => true,
        BoundsFrom::Learned => {
            max.saturating_sub(min) <= LARGE
                && audit.sampled_ports().count() >= FEW
                && !are_one_after_another(audit)
        }
    };
    known.then_some(sweep.bounds)
}

/// The same single port every time: a range of one port.
fn announced_often(evidence: &Evidence<'_>) -> bool {
    evidence.facts.attempts.iter().filter(|a| a.passive_port().is_some()).count() >= 2
}
