//! Lost segments: where there were any, chance explains what would else prove something.

use super::Evidence;
use super::place::Confidence;
use crate::facts::DialOutcome;

/// What came out alike this often is hardly chance.
pub const TWICE: usize = 2;

impl Evidence<'_> {
    /// Whether segments are known to have been lost in this run.
    pub fn lossy(&self) -> bool {
        self.facts.sessions.iter().any(|s| s.retransmits.is_some_and(|n| n > 0))
            || self
                .facts
                .attempts
                .iter()
                .any(|a| a.is_open() && a.varied.is_empty() && a.knocks.len() > 1)
            || self.facts.announcements.iter().filter_map(|a| a.knock.as_ref()).any(|knock| {
                let more = knock.syns.is_some_and(|syns| syns > 1);
                knock.outcome == DialOutcome::Connected && knock.refused == 0 && more
            })
    }

    /// How sure a comparison is where nothing else speaks against it.
    pub fn sure(&self) -> Confidence {
        if self.lossy() { Confidence::Likely } else { Confidence::Proven }
    }
}
