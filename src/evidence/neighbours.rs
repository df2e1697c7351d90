//! Knocks at ports that nobody had announced just then: at ports that had been announced before,
//! and at others.

use super::Evidence;
use super::attempt_reading::AttemptReading;
use crate::facts::{Attempt, Outcome, Purpose};

/// Distinct ports that a difference between two commands has to be shown on.
pub const PORTS_EACH: usize = 3;

impl<'f> Evidence<'f> {
    /// All knocks without an announcement.
    pub fn neighbours(&self) -> impl Iterator<Item = &'f Attempt> {
        self.facts.attempts.iter().filter(|a| a.purpose == Purpose::Neighbour)
    }

    /// Ports at which such a knock came to this.
    pub fn neighbour_ports(&self, came_to: fn(Outcome) -> bool) -> Vec<u16> {
        let knocks = self.neighbours().filter(|a| came_to(a.outcome));
        knocks.filter_map(|a| a.dialled.map(|d| d.port())).collect()
    }

    /// Whether ports are seen to be let through one by one: some answer without an announcement,
    /// others do not.
    pub fn ports_differ(&self) -> bool {
        let any = |came_to: fn(Outcome) -> bool| self.neighbours().any(|a| came_to(a.outcome));
        any(Outcome::is_let_through) && any(|o| o == Outcome::TimedOut)
    }

    /// How many ports each command has to be tried on before a difference is put down to the
    /// command. Where ports are seen to be opened one by one, luck with them is likelier, and it
    /// takes one more.
    pub fn ports_each(&self) -> usize {
        if self.ports_differ() { PORTS_EACH + 1 } else { PORTS_EACH }
    }

    /// Knocks at ports that were never announced and that were answered all the same, where every
    /// passive connection stood and carried nothing. One is enough to say that somebody answers in
    /// the server's place.
    pub fn answered_unannounced(&self) -> Vec<&'f Attempt> {
        if !self.passive_came_empty() {
            return Vec::new();
        }
        let announced = self.announced_ports();
        let stranger = |a: &&Attempt| a.dialled.is_some_and(|d| !announced.contains(&d.port()));
        self.neighbours().filter(|a| a.is_open()).filter(stranger).collect()
    }

    /// Whether passive connections stood, and none of them carried anything.
    pub fn passive_came_empty(&self) -> bool {
        let views = self.passive();
        !views.is_empty() && views.iter().all(|view| view.shown.came_empty())
    }
}
