//! One step of the plan: the order of all steps, and what more than one part of it asks.

use super::{active, lasting, passive, tls};
use crate::evidence::{AttemptReading, Evidence, TWICE};
use crate::facts::{Attempt, Because, Facts, Family, Mode, Purpose, Task, Varied};

/// The next thing to do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// What to do.
    pub task: Task,
    /// Why.
    pub because: Because,
}

impl Next {
    /// A task with its reason.
    pub fn new(task: Task, because: Because) -> Self {
        Self { task, because }
    }
}

/// The mode once more, unchanged.
pub fn again(mode: Mode, because: Because) -> Next {
    Next::new(Task::Attempt { mode, purpose: Purpose::Repeat, varied: Vec::new() }, because)
}

/// The mode once more, changed in this.
pub fn compare(mode: Mode, varied: Vec<Varied>, because: Because) -> Next {
    Next::new(Task::Attempt { mode, purpose: Purpose::Comparison, varied }, because)
}

/// What to do next; `None` when the plan is done.
pub fn next(facts: &Facts, family: Family) -> Option<Next> {
    let evidence = &Evidence::new(facts);
    passive::passive(evidence, family)
        .or_else(|| tls::in_clear(evidence, true))
        .or_else(|| lasting::retrieve(evidence, family, true))
        .or_else(|| tls::fresh_session(evidence))
        .or_else(|| passive::pinholes(evidence, family))
        .or_else(|| passive::quiet(evidence))
        .or_else(|| passive::climb(evidence, family))
        .or_else(|| active::active(evidence, family))
        .or_else(|| tls::fresh_session(evidence))
        .or_else(|| tls::in_clear(evidence, false))
        .or_else(|| active::pipelined(evidence, family))
        .or_else(|| lasting::retrieve(evidence, family, false))
        .or_else(|| active::hole(evidence, family))
        .or_else(|| nearer(evidence))
        .or_else(|| lasting::idle(evidence))
}

/// A second knock met a RST: where does a control connection come that lives as long? Last of all,
/// since it may be a session of its own for the server.
fn nearer(evidence: &Evidence<'_>) -> Option<Next> {
    let nearer = evidence.facts.nearer.as_ref()?;
    (!nearer.done && nearer.resets_at.is_some_and(|at| at > 1))
        .then(|| Next::new(Task::Nearer, Because::SecondKnockReset))
}

/// Modes of one direction that were asked for and that the family has.
pub fn asked(evidence: &Evidence<'_>, family: Family, passive: bool) -> Vec<Mode> {
    Mode::ALL
        .into_iter()
        .filter(|m| {
            m.is_passive() == passive
                && m.speaks(family)
                && evidence.facts.request.modes.contains(m)
        })
        .collect()
}

/// The first mode that was not tried at all.
pub fn first_attempts(evidence: &Evidence<'_>, modes: &[Mode]) -> Option<Next> {
    let mode = modes.iter().find(|mode| evidence.tries(**mode).is_empty())?;
    let task = Task::Attempt { mode: *mode, purpose: Purpose::Mode, varied: Vec::new() };
    Some(Next::new(task, Because::ModeAsked))
}

/// One more try of a mode whose failures may still be chance: it has fewer than `enough` of them,
/// never opened, and its last login worked.
pub fn repeat(
    evidence: &Evidence<'_>,
    modes: &[Mode],
    enough: usize,
    because: Because,
) -> Option<Next> {
    modes
        .iter()
        .find(|mode| {
            let all = evidence.tries(**mode);
            all.len() < enough && all.iter().all(|a| a.may_be_chance()) && !all.is_empty()
        })
        .map(|mode| again(*mode, because))
}

/// Segments that pass every link that IPv4 and IPv6 may be carried over.
pub fn small(family: Family) -> Varied {
    Varied::Segments {
        mss: match family {
            Family::V4 => 536,
            Family::V6 => 1220,
        },
    }
}

/// Listings starve in these modes: do they come through in smaller segments?
pub fn smaller_segments(evidence: &Evidence<'_>, modes: &[Mode], family: Family) -> Option<Next> {
    let all = evidence.tries_of(modes);
    let asked = evidence.facts.has_varied(|v| matches!(v, Varied::Segments { .. }));
    if asked || !evidence.facts.request.localise || all.iter().any(|a| a.is_open()) {
        return None;
    }
    let mode = all.iter().find(|a| a.starved())?.mode;
    Some(compare(mode, vec![small(family)], Because::Starved))
}

/// Two failures of one kind are enough for a verdict.
pub fn agree(failed: &[&&Attempt]) -> bool {
    failed.len() >= TWICE
        && failed.windows(2).all(|w| matches!(w, [a, b] if a.outcome == b.outcome))
}
