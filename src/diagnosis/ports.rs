//! Port numbers as they go into rules and remedies.

use crate::evidence::Evidence;
use crate::facts::PortRange;
use crate::facts::audit::PortRun;

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

/// As many ports as fit into a sentence; `-` where there is none.
pub fn few_of(ports: &[u16]) -> String {
    let some = list(ports.get(..ports.len().min(SPANS)).unwrap_or(ports));
    match ports.len() {
        0 => "-".to_owned(),
        n if n > SPANS => format!("{some}, …"),
        _ => some,
    }
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

/// A range for remedies: what a firewall is to let through, which is the range that the server is
/// set to. Where its announcements are spread over all that its system has, or name what nobody
/// would open, a range is proposed that has to be configured at the server as well.
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

/// A range with more ports than the server has, from where its own begins: it is to be set as well.
pub fn wider(evidence: &Evidence<'_>) -> Proposal {
    let Some(PortRange { min, max }) = evidence.set_range() else { return FRESH };
    let width = (max - min).saturating_mul(2).max(FRESH.max - FRESH.min);
    Proposal { min, max: min.saturating_add(width), invented: true }
}

/// The range to open: the one that the server is set to, as far as that is known.
pub fn proposal(evidence: &Evidence<'_>) -> Proposal {
    match evidence.set_range() {
        Some(PortRange { min, max }) => Proposal { min, max, invented: false },
        None => FRESH,
    }
}
