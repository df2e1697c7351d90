//! Answers at ports that nobody announced: somebody answers in the server's place.

use super::{Evidence, ModeView};
use crate::facts::{Attempt, Outcome, Purpose};

impl<'f> Evidence<'f> {
    /// Knocks at ports that nobody announced and that were answered all the same, where every
    /// passive connection stood and carried nothing. One is enough to say that somebody answers in
    /// the server's place.
    pub fn answered_unannounced(&self) -> Vec<&'f Attempt> {
        let views = self.passive();
        let empty = |v: &&ModeView<'_>| v.outcome() == Outcome::Stalled && v.shown.bytes == 0;
        if views.is_empty() || !views.iter().all(empty) {
            return Vec::new();
        }
        let announced = self.announced_ports();
        let answered = self.facts.attempts.iter().filter(|a| {
            a.purpose == Purpose::Neighbour
                && a.is_open()
                && a.dialled.is_some_and(|d| !announced.contains(&d.port()))
        });
        answered.collect()
    }
}
