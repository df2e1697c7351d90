//! One step of the plan: the order of all steps, and what more than one part of it asks.

use crate::evidence::{AttemptReading, Evidence, TWICE};
use crate::facts::{Attempt, Because, Family, Mode, Purpose, Task, Varied};

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
