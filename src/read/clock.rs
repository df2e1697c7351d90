//! The times of files: a clock that runs through all of them, and spans that mean something.

use std::time::{Duration, UNIX_EPOCH};

use super::conversation::Conversation;
use crate::facts::Micros;

/// Silence shorter than this means nothing: a SYN is sent again after a second.
pub(super) const PATIENCE: u64 = 2_000_000;
/// Facts hold no time beyond ten days.
pub(super) const LONGEST: u64 = 9 * 24 * 3600 * 1_000_000;

/// The clock of the files, counted from the first event.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clock {
    first: Option<u64>,
}

impl Clock {
    pub(super) fn of(group: &[Conversation]) -> Self {
        Self { first: group.iter().flat_map(|c| &c.events).filter_map(|e| e.at).min() }
    }

    pub(super) fn at(self, at: Option<u64>) -> Micros {
        Micros(at.unwrap_or(0).saturating_sub(self.first.unwrap_or(0)).min(LONGEST))
    }

    pub(super) fn elapsed(self, group: &[Conversation]) -> Micros {
        self.at(group.iter().flat_map(|c| &c.events).filter_map(|e| e.at).max())
    }

    pub(super) fn started(self, moment: u64) -> String {
        // A clock that does not tell the date counts from its own beginning.
        let dated = self.first.filter(|first| *first > 86_400_000_000 * 365);
        let since = dated.map_or(Duration::from_secs(moment), Duration::from_micros);
        let since = since.min(Duration::from_secs(253_402_300_799));
        humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
    }
}

pub(super) fn between(from: Option<u64>, to: Option<u64>) -> Option<u64> {
    Some(to?.saturating_sub(from?).min(LONGEST))
}
