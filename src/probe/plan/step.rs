//! One step of the plan: the order of all steps, and what more than one part of it asks.

use super::{active, lasting, passive, tls};
use crate::facts::{Attempt, Because, Facts, Family, Mode, Outcome, Purpose, Task, Varied, Why};

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

/// Distinct ports that a difference between two commands has to be shown on.
pub const PORTS_EACH: usize = 3;

/// How many ports each command has to be tried on before a difference is put down to the command.
/// Where ports are seen to be opened one by one, luck with them is likelier, and it takes one more.
pub fn ports_each(facts: &Facts) -> usize {
    let neighbour = |wanted: fn(Outcome) -> bool| {
        facts.attempts.iter().any(|a| a.purpose == Purpose::Neighbour && wanted(a.outcome))
    };
    let opened = neighbour(Outcome::is_let_through);
    if opened && neighbour(|o| o == Outcome::TimedOut) { PORTS_EACH + 1 } else { PORTS_EACH }
}

/// What to do next; `None` when the plan is done.
pub fn next(facts: &Facts, family: Family) -> Option<Next> {
    passive::passive(facts, family)
        .or_else(|| tls::in_clear(facts, family, true))
        .or_else(|| lasting::retrieve(facts, family, true))
        .or_else(|| tls::fresh_session(facts))
        .or_else(|| passive::pinholes(facts, family))
        .or_else(|| passive::quiet(facts))
        .or_else(|| passive::climb(facts, family))
        .or_else(|| active::active(facts, family))
        .or_else(|| tls::fresh_session(facts))
        .or_else(|| tls::in_clear(facts, family, false))
        .or_else(|| active::pipelined(facts, family))
        .or_else(|| lasting::retrieve(facts, family, false))
        .or_else(|| active::hole(facts, family))
        .or_else(|| nearer(facts))
        .or_else(|| lasting::idle(facts))
}

/// A second knock met a RST: where does a control connection come that lives as long? Last of all,
/// since it may be a session of its own for the server.
fn nearer(facts: &Facts) -> Option<Next> {
    let nearer = facts.nearer.as_ref()?;
    (!nearer.done && nearer.resets_at.is_some_and(|at| at > 1))
        .then(|| Next::new(Task::Nearer, Because::SecondKnockReset))
}

/// Attempts of a mode as it is, in order.
pub fn of(facts: &Facts, mode: Mode) -> impl Iterator<Item = &Attempt> {
    facts
        .attempts
        .iter()
        .filter(move |a| a.mode == mode && matches!(a.purpose, Purpose::Mode | Purpose::Repeat))
}

/// Whether it got as far as meaning anything.
pub fn tried(attempt: &Attempt) -> bool {
    attempt.outcome != Outcome::NotTested
}

/// Modes of one direction that were asked for and that the family has.
pub fn asked(facts: &Facts, family: Family, passive: bool) -> Vec<Mode> {
    Mode::ALL
        .into_iter()
        .filter(|m| {
            m.is_passive() == passive && m.speaks(family) && facts.request.modes.contains(m)
        })
        .collect()
}

/// Failures that a lost segment, a slow moment or one port can cause.
pub fn chancy(attempt: &Attempt) -> bool {
    match attempt.outcome {
        Outcome::TimedOut
        | Outcome::Stalled
        | Outcome::Closed
        | Outcome::Refused
        | Outcome::Prohibited
        | Outcome::Unreachable => true,
        Outcome::Rejected => matches!(&attempt.why,
            Why::ListingRefused { code, .. } | Why::CommandRefused { code, .. } if (400..500).contains(code)),
        _ => false,
    }
}

/// The first mode that was not tried at all.
pub fn first_attempts(facts: &Facts, modes: &[Mode]) -> Option<Next> {
    let mode = modes.iter().find(|mode| of(facts, **mode).next().is_none())?;
    let task = Task::Attempt { mode: *mode, purpose: Purpose::Mode, varied: Vec::new() };
    Some(Next::new(task, Because::ModeAsked))
}

/// One more try of a mode whose failures may still be chance: it has fewer than `enough` of them,
/// never opened, and its last login worked.
pub fn repeat(facts: &Facts, modes: &[Mode], enough: usize, because: Because) -> Option<Next> {
    modes
        .iter()
        .find(|mode| {
            let all: Vec<&Attempt> = of(facts, **mode).collect();
            all.len() < enough && all.iter().all(|a| chancy(a)) && !all.is_empty()
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
pub fn smaller_segments(facts: &Facts, modes: &[Mode], family: Family) -> Option<Next> {
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let asked = facts.has_varied(|v| matches!(v, Varied::Segments { .. }));
    if asked || !facts.request.localise || all.iter().any(|a| a.is_open()) {
        return None;
    }
    let mode = all.iter().find(|a| a.starved())?.mode;
    Some(compare(mode, vec![small(family)], Because::Starved))
}

/// Whether there is anything between here and the server that a ladder could show.
pub fn has_a_way(facts: &Facts) -> bool {
    let loopback = facts.ends().is_some_and(|ends| ends.peer.is_loopback());
    facts.request.localise && !loopback
}

/// Two failures of one kind are enough for a verdict.
pub fn agree(failed: &[&&Attempt]) -> bool {
    failed.len() >= 2 && failed.windows(2).all(|w| matches!(w, [a, b] if a.outcome == b.outcome))
}

/// The server's knock did not arrive: nothing came, or the server says that it was turned away.
pub fn shut_out(attempt: &Attempt) -> bool {
    attempt.outcome == Outcome::TimedOut || attempt.knock_failed()
}
