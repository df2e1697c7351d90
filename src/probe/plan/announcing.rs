//! Whether one more port is to be announced on the login of a passive attempt, and knocked at.
//!
//! One port stands for a whole range: others tell whether it is the command that fails, the port, a
//! part of the range, or chance. A port is knocked at right after it was announced, by the login that
//! it was announced to, so that nobody else's is disturbed and no pinhole is left open behind us.

use super::super::limits::Limits;
use crate::evidence::Evidence;
use crate::evidence::announced_ports::are_whole_range;
use crate::facts::{
    Announcement, Attempt, Because, DialOutcome, Micros, Outcome, Purpose, Varied, Why,
};

/// Why one more is to be announced, or `None` where it is enough.
pub fn another(evidence: &Evidence<'_>, attempt: &Attempt, limits: &Limits) -> Option<Because> {
    let facts = evidence.facts;
    let session = attempt.session?;
    let plain = matches!(attempt.purpose, Purpose::Mode | Purpose::Repeat);
    let in_clear = attempt.varies(|v| *v == Varied::Clear);
    if !(plain || in_clear) || attempt.passive_port().is_none() {
        return None;
    }
    let shut_first = attempt.outcome.is_shut() && !matches!(attempt.why, Why::Local { .. });
    if !attempt.is_open() && !shut_first {
        return None;
    }
    // Whoever has said no once is not asked again: a server may count its announcements.
    if facts.announcements.iter().any(|a| a.port.is_none()) {
        return None;
    }
    let own: Vec<&Announcement> =
        facts.announcements.iter().filter(|a| a.session == session).collect();
    let asked = facts.exchanges_of(attempt).iter().filter(|e| e.verb() == attempt.mode.verb());
    if asked.count() + own.iter().filter(|a| a.exchange.is_some()).count() >= limits.announcements {
        return None;
    }
    let shut = shut_first || own.iter().any(|a| is_shut(a));
    // An audit asks for announcements of its own, and knocks at the whole range.
    if !shut && facts.audit.is_some() {
        return None;
    }
    // As many as one login may have announced, all shut: another login only shows whether it is so too.
    let known = evidence.passive_range().knocks.iter().filter(|k| k.mode == attempt.mode);
    let mut known = known.map(|k| k.came_to == Outcome::Open);
    if attempt.purpose == Purpose::Repeat
        && shut_first
        && own.is_empty()
        && known.clone().count() > limits.announcements
        && !known.any(|open| open)
    {
        return None;
    }
    let announced = evidence.announced_ports();
    if !shut && are_whole_range(evidence.announcements().len(), announced.len()) {
        return None;
    }
    let spent: u64 = own.iter().map(|a| a.took.0).sum();
    let time = if shut { limits.announcements_shut } else { limits.announcements_open };
    if Micros(spent).duration() >= time {
        return None;
    }
    Some(if shut { Because::PortShut } else { Because::OtherPorts })
}

fn is_shut(announcement: &Announcement) -> bool {
    announcement.knock.as_ref().is_some_and(|knock| knock.outcome != DialOutcome::Connected)
}
