//! Holes that were opened from the inside, and the box that they name.

use super::Evidence;
use super::attempt_reading::AttemptReading;
use super::place::{Confidence, Located};
use crate::facts::{Attempt, Hole, Purpose, RungAnswer};

/// What the holes say about the box that stops the server's knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// The smallest life that let it in names the box.
    Opened(Located),
    /// None let it in.
    None,
}

/// Lives of holes: the shortest one that let the server's knock in, and the longest one below it
/// that did not; 0 if there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoleBounds {
    /// Not let in with this life.
    pub shut: u8,
    /// Let in with this one.
    pub open: u8,
}

impl HoleBounds {
    /// Whether the two lie side by side, so that one box is named.
    pub fn name_one_box(self) -> bool {
        self.shut + 1 == self.open
    }
}

impl<'f> Evidence<'f> {
    /// Active attempts for which a hole was opened before.
    pub fn holes_dug(&self) -> Vec<&'f Attempt> {
        self.facts.attempts.iter().filter(|a| a.purpose == Purpose::Hole).collect()
    }

    /// Between which lives the box lies that stops the server's knock, if a hole let it in.
    pub fn hole_bounds(&self) -> Option<HoleBounds> {
        let lives = self.hole_lives();
        let open = lives.iter().filter(|(_, open)| *open).map(|(ttl, _)| *ttl).min()?;
        let shut = lives.iter().filter(|(_, open)| !open).map(|(ttl, _)| *ttl);
        Some(HoleBounds { shut: shut.filter(|ttl| *ttl < open).max().unwrap_or(0), open })
    }

    /// What the holes say that were opened.
    pub fn holes(&self) -> Option<Holes> {
        let hops = self.hops()?;
        let Some(bounds) = self.hole_bounds() else {
            return (!self.hole_lives().is_empty()).then_some(Holes::None);
        };
        // Every stateful box before hop `open` has the entry; with `shut` it was not enough.
        let one = bounds.name_one_box() && !self.ways_differ();
        let confidence = if one { self.sure() } else { Confidence::Likely };
        Some(Holes::Opened(Located::new(
            bounds.shut,
            bounds.open.saturating_sub(1),
            Some(hops),
            confidence,
        )))
    }

    /// Life of each hole, and whether the server's knock came in by it. A hole that let nobody in
    /// counts only if its SYN came as far as it should: where a router that lets such packets expire
    /// otherwise was silent, the SYN itself was stopped on the way.
    fn hole_lives(&self) -> Vec<(u8, bool)> {
        let control = self.reference_ladder();
        let expires =
            |ttl| matches!(control.and_then(|c| c.rung(ttl)), Some(RungAnswer::Expired { .. }));
        let there =
            |hole: &Hole| matches!(hole.answer, RungAnswer::Expired { .. }) || !expires(hole.ttl);
        self.facts
            .attempts
            .iter()
            .filter(|a| a.is_tested())
            .filter_map(|a| Some((a.hole.as_ref()?, a.came_through())))
            .filter(|(hole, open)| *open || there(hole))
            .map(|(hole, open)| (hole.ttl, open))
            .collect()
    }
}
