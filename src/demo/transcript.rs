//! What was said, for tests and for those who want to look on.

use std::sync::{Arc, Mutex, PoisonError};

/// More lines than any story needs; what comes after is dropped.
const MOST_LINES: usize = 20_000;

/// A shared record, one line per command, reply or event.
#[derive(Clone, Debug, Default)]
pub(super) struct Transcript(Arc<Mutex<Vec<String>>>);

impl Transcript {
    /// Adds `session who: text`, one line for each line of the text.
    pub(super) fn note(&self, session: usize, who: char, text: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.split('\n') {
            if lines.len() < MOST_LINES {
                lines.push(format!("{session} {who}: {}", line.trim_end()));
            }
        }
    }

    /// A copy of what there is so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
