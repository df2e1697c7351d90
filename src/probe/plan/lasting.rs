//! What takes longer than a listing: a whole file, and silence.

use super::step::{Next, compare, small};
use crate::evidence::{AttemptReading, Evidence, TWICE};
use crate::facts::{Attempt, Because, Family, Mode, Task, Varied};

/// `--get`: a file, in the first mode that lists. If it does not come through, the same once more
/// with the one thing changed that would explain it. What works in passive mode is tried first before
/// the active attempts, whose blocked transfers a server may hold; the comparisons come after them.
pub fn retrieve(evidence: &Evidence<'_>, family: Family, passive: bool) -> Option<Next> {
    evidence.facts.request.get.as_ref()?;
    let mode = Mode::ALL.into_iter().find(|m| evidence.tries(*m).iter().any(|a| a.is_open()))?;
    if passive && !mode.is_passive() {
        return None;
    }
    let tries: Vec<&Attempt> = evidence.facts.varied(|v| *v == Varied::Retrieve).collect();
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
    if last.lost_control() && !tried(|v| *v == Varied::KeepAlive) {
        return same(Some(Varied::KeepAlive), Because::ControlLost);
    }
    (last.broke_off() && plain_tries < TWICE).then(|| same(None, Because::MayBeChance))?
}

/// `--idle`: a login that is silent for a while, and is then asked; if it is lost, once more with
/// TCP's keep-alive.
pub fn idle(evidence: &Evidence<'_>) -> Option<Next> {
    evidence.facts.request.idle?;
    match evidence.facts.idles.as_slice() {
        [] => Some(Next::new(Task::Idle { keep_alive: false }, Because::IdleAsked)),
        [first] if first.end.lost() => {
            Some(Next::new(Task::Idle { keep_alive: true }, Because::IdleLost))
        }
        _ => None,
    }
}
