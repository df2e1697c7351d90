//! What takes longer than a listing: a whole file, and silence.

use super::step::{Next, compare, of, small};
use crate::facts::{Attempt, Because, Facts, Family, Mode, Outcome, Task, Varied, Why};

/// The data connection came to its end, and the control connection stayed silent.
fn lost_control(attempt: &Attempt) -> bool {
    attempt.observed.is_some() && matches!(attempt.why, Why::NoCompletion { .. })
}

/// `--get`: a file, in the first mode that lists. If it does not come through, the same once more
/// with the one thing changed that would explain it. What works in passive mode is tried first before
/// the active attempts, whose blocked transfers a server may hold; the comparisons come after them.
pub fn retrieve(facts: &Facts, family: Family, passive: bool) -> Option<Next> {
    facts.request.get.as_ref()?;
    let mode = Mode::ALL.into_iter().find(|m| of(facts, *m).any(Attempt::is_open))?;
    if passive && !mode.is_passive() {
        return None;
    }
    let tries: Vec<&Attempt> = facts.varied(|v| *v == Varied::Retrieve).collect();
    let Some(last) = tries.last() else {
        return Some(compare(mode, vec![Varied::Retrieve], Because::FileAsked));
    };
    if passive {
        return None;
    }
    let plain = |a: &&&Attempt| a.varied.len() == 1;
    let tried = |how: fn(&Varied) -> bool| tries.iter().any(|a| a.varies(how));
    let same = |more: Option<Varied>, because| {
        let varied = std::iter::once(Varied::Retrieve).chain(more).collect();
        Some(compare(last.mode, varied, because))
    };
    let plain_tries = tries.iter().filter(plain).count();
    if tries.iter().any(|a| a.is_open()) {
        // Full segments, small ones, full ones again: no chance decides.
        let small = last.is_open() && last.varies(|v| matches!(v, Varied::Segments { .. }));
        return (small && plain_tries == 1).then(|| same(None, Because::SmallCameThrough))?;
    }
    if last.starved() && !tried(|v| matches!(v, Varied::Segments { .. })) {
        return same(Some(small(family)), Because::Starved);
    }
    if lost_control(last) && !tried(|v| *v == Varied::KeepAlive) {
        return same(Some(Varied::KeepAlive), Because::ControlLost);
    }
    let failed = matches!(last.outcome, Outcome::Stalled | Outcome::Closed);
    (failed && plain_tries < 2).then(|| same(None, Because::MayBeChance))?
}

/// `--idle`: a login that is silent for a while, and is then asked; if it is lost, once more with
/// TCP's keep-alive.
pub fn idle(facts: &Facts) -> Option<Next> {
    facts.request.idle?;
    match facts.idles.as_slice() {
        [] => Some(Next::new(Task::Idle { keep_alive: false }, Because::IdleAsked)),
        [first] if first.end.lost() => {
            Some(Next::new(Task::Idle { keep_alive: true }, Because::IdleLost))
        }
        _ => None,
    }
}
