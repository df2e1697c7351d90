//! Passive ports that the server announces, and what they tell of the range that it is set to.

use super::Evidence;
use crate::facts::audit::PortRun;
use crate::facts::{Attempt, Audit, Outcome, Purpose, Varied};

/// Fewer announcements show no range, and not how far apart they usually are.
pub const FEW: usize = 8;
/// Announcements of each port, on average, after which there are hardly any others.
const EACH: usize = 4;

/// Steps of a few announcements that have to rise for them to be in a row.
const ROW: usize = 4;

impl Evidence<'_> {
    /// Passive ports of the modes by what became of them: sorted, each once.
    pub fn passive_ports(&self, outcome: Outcome) -> Vec<u16> {
        let modes = self.facts.attempts.iter().filter(|a| {
            a.outcome == outcome && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
        });
        distinct(modes.filter_map(Attempt::passive_port).collect())
    }

    /// The passive ports that were announced to attempts and beside them: sorted, each once.
    pub fn announced_ports(&self) -> Vec<u16> {
        distinct(self.announced_to_attempts().collect())
    }

    /// All passive ports that the server announced, to attempts and to an audit, in order and as
    /// often as they came up.
    pub fn announcements(&self) -> Vec<u16> {
        let audit = self.facts.audit.as_ref();
        let samples = audit.into_iter().flat_map(Audit::sampled_ports);
        let crowd = audit.and_then(|a| a.crowd.as_ref()?.reply.port);
        self.announced_to_attempts().chain(samples).chain(crowd).collect()
    }

    fn announced_to_attempts(&self) -> impl Iterator<Item = u16> {
        let tested = self.facts.attempts.iter().filter(|a| a.outcome != Outcome::NotTested);
        // A comparison in clear meets doors that are not those of the modes.
        let tried =
            tested.filter(|a| !a.varies(|v| *v == Varied::Clear)).filter_map(Attempt::passive_port);
        let security = self.facts.request.security();
        let beside = self
            .facts
            .announcements
            .iter()
            .filter(move |a| a.exchange.is_some() && a.security == security);
        tried.chain(beside.filter_map(|a| a.port))
    }
}

/// Sorted, each once.
pub(super) fn distinct(mut ports: Vec<u16>) -> Vec<u16> {
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Whether so many announcements of so many different ports show the whole range: each came up
/// several times, so there are hardly any others.
pub fn are_whole_range(announcements: usize, different: usize) -> bool {
    announcements >= different * EACH
}

/// Whether ports that were open while they were announced are silent without that: they are opened
/// one by one.
pub fn are_opened_one_by_one(asked_again: &[PortRun]) -> bool {
    !asked_again.is_empty() && asked_again.iter().all(|run| run.outcome == Outcome::TimedOut)
}

/// Whether each login's announcements rise, without a single step back: they are the system's next
/// free ports, and there is no range.
pub fn are_one_after_another(audit: &Audit) -> bool {
    let announced: Vec<(usize, u16)> =
        audit.samples.iter().filter_map(|s| Some((s.session, s.port?))).collect();
    steps_rise(&announced).is_some_and(|steps| steps > 0)
}

/// The same of a few announcements, with the logins that they were made to: by chance, so many steps
/// rise once in a hundred runs.
pub fn are_rising<L: PartialEq>(announced: &[(L, u16)]) -> bool {
    steps_rise(announced).is_some_and(|steps| steps >= ROW)
}

/// Steps from one announcement to the next of the same login; `None` where one leads back.
fn steps_rise<L: PartialEq>(announced: &[(L, u16)]) -> Option<usize> {
    let pairs = announced.iter().zip(announced.iter().skip(1)).filter(|(a, b)| a.0 == b.0);
    let mut steps = 0;
    for (a, b) in pairs {
        if b.1 <= a.1 {
            return None;
        }
        steps += 1;
    }
    Some(steps)
}
