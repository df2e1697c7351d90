//! Holes that were opened from the inside, and the box that they name.

use super::Evidence;
use super::ladder::sure;
use super::place::{Confidence, Located};
use crate::facts::{Hole, Outcome, RungAnswer};

/// What the holes say about the box that stops the server's knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// The smallest life that let it in names the box.
    Opened(Located),
    /// None let it in.
    None,
}

impl Evidence<'_> {
    /// What the holes say that were opened.
    pub fn holes(&self) -> Option<Holes> {
        *self.holes.get_or_init(|| holes(self))
    }
}

/// Reads the holes that were opened.
fn holes(evidence: &Evidence<'_>) -> Option<Holes> {
    let hops = evidence.hops()?;
    let control = evidence.reference_ladder()?;
    let dug: Vec<(&Hole, bool)> = evidence
        .facts
        .attempts
        .iter()
        .filter(|a| a.outcome != Outcome::NotTested)
        .filter_map(|a| Some((a.hole.as_ref()?, a.came_through())))
        .collect();
    // A hole is there only if its SYN came as far as it should: where a router that lets such
    // packets expire otherwise was silent, the SYN itself was stopped on the way.
    let there = |hole: &Hole| {
        matches!(hole.answer, RungAnswer::Expired { .. })
            || !matches!(control.rung(hole.ttl), Some(RungAnswer::Expired { .. }))
    };
    let shut: Vec<u8> =
        dug.iter().filter(|(h, open)| !open && there(h)).map(|(h, _)| h.ttl).collect();
    let Some(open) = dug.iter().filter(|(_, open)| *open).map(|(h, _)| h.ttl).min() else {
        return (!shut.is_empty()).then_some(Holes::None);
    };
    let below = shut.iter().copied().filter(|t| *t < open).max().unwrap_or(0);
    // Every stateful box before hop `open` has the entry; with `below` it was not enough.
    let confidence = if below + 1 == open { sure(evidence) } else { Confidence::Likely };
    Some(Holes::Opened(Located::new(below, open - 1, Some(hops), confidence)))
}
