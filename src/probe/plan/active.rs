//! What to try in active mode: the plain commands, the address in them, and holes.

use super::step::{Next, agree, asked, compare, first_attempts, repeat, smaller_segments};
use crate::evidence::{AttemptReading, Evidence, HoleBounds, Nat, PORTS_EACH, TWICE};
use crate::facts::{Attempt, Because, Family, LadderRole, Mode, Step, Task, TlsLevel, Varied, Why};

pub fn active(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    let modes = asked(evidence, family, false);
    // Full segments before and after small ones.
    if let Some(next) = smaller_segments(evidence, &modes, family) {
        return Some(next);
    }
    if let Some(next) = first_attempts(evidence, &modes) {
        return Some(next);
    }
    let all = evidence.tries_of(&modes);
    let opened = all.iter().any(|a| a.is_open());
    let failed: Vec<&&Attempt> = all.iter().filter(|a| a.may_be_chance()).collect();
    let (enough, because) =
        if opened { (PORTS_EACH, Because::OneWorks) } else { (TWICE, Because::MayBeChance) };
    if !failed.is_empty()
        && (opened || !agree(&failed))
        && all.iter().all(|a| a.is_tested())
        && let Some(next) = repeat(evidence, &modes, enough, because)
    {
        return Some(next);
    }
    announce_seen(evidence, &modes, opened)
}

/// No active connection came, and the server sees us under another address: does it take that one?
fn announce_seen(evidence: &Evidence<'_>, modes: &[Mode], opened: bool) -> Option<Next> {
    let address = evidence.seen_as().filter(|_| evidence.nat() == Nat::Present)?;
    let asked_already = evidence.facts.has_varied(|v| matches!(v, Varied::Announce { .. }));
    if opened || asked_already || evidence.facts.request.external_ip.is_some() {
        return None;
    }
    let mode = *modes.iter().find(|m| evidence.tries(**m).iter().any(|a| a.is_tested()))?;
    Some(compare(mode, vec![Varied::Announce { address }], Because::SeenElsewhere))
}

/// The active command was taken though it names an address that the server cannot know us by:
/// either the server does not mind, or somebody rewrites it on the way. Linux' FTP helper reads
/// only the first command of a segment.
pub fn pipelined(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    // One refusal may have a reason of its own.
    let behind: Vec<&Attempt> = evidence.facts.varied(|v| *v == Varied::Pipelined).collect();
    let asked_already = behind.len() >= TWICE || behind.iter().any(|a| !a.address_refused());
    if evidence.facts.request.tls != TlsLevel::Off
        || !evidence.may_be_translated()
        || asked_already
        || !evidence.facts.request.localise
        || evidence.facts.request.external_ip.is_some()
    {
        return None;
    }
    let modes = asked(evidence, family, false);
    let all = evidence.tries_of(&modes);
    if all.iter().any(|a| matches!(a.why, Why::Not(_))) {
        return None;
    }
    let taken = all.iter().find(|a| a.is_open());
    let taken = taken.or_else(|| all.iter().find(|a| a.step >= Step::Announced))?;
    Some(compare(taken.mode, vec![Varied::Pipelined], Because::MayBeRewritten))
}

/// Holes at the most: each costs a login, and the server holds what does not arrive.
const HOLES: usize = 5;

/// The server's knock does not arrive: does it, once a hole was opened from the inside? First the
/// longest life that does not reach the server; if that helps, the shortest one that does.
pub fn hole(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    let modes = asked(evidence, family, false);
    let all = evidence.tries_of(&modes);
    let nat = evidence.nat() == Nat::Present;
    // A command that the server does not take says nothing about the way.
    let refused = |a: &Attempt| matches!(a.why, Why::CommandRefused { .. });
    let blocked = all.iter().any(|a| a.no_knock_came())
        && all.iter().all(|a| a.no_knock_came() || !a.is_tested() || refused(a));
    let full = evidence.works_in_clear(false).is_some()
        || all.iter().any(|a| matches!(a.why, Why::Not(_)));
    if !evidence.has_a_way()
        || nat
        || evidence.facts.request.external_ip.is_some()
        || !blocked
        || full
    {
        return None;
    }
    let Some(control) = evidence.facts.ladders.iter().find(|l| l.role == LadderRole::Control)
    else {
        return Some(Next::new(Task::Climb { ports: Vec::new() }, Because::HopsNeeded));
    };
    let last = control.reached()?.checked_sub(1).filter(|last| *last >= 1)?;
    let mode = all.iter().find(|a| a.no_knock_came())?.mode;
    let dug = evidence.holes_dug();
    if dug.len() >= HOLES || dug.iter().any(|a| !a.came_through() && !a.no_knock_came()) {
        return None;
    }
    let ttl = match evidence.hole_bounds() {
        None if dug.is_empty() => last,
        // None let it in.
        None => return None,
        Some(bounds) => {
            let HoleBounds { shut, open } = bounds;
            // This machine and its gateway are the likely ones.
            let likely = if shut <= 1 { shut + 1 } else { shut.midpoint(open) };
            let is_new =
                |ttl: &u8| dug.iter().all(|a| a.hole.as_ref().is_none_or(|h| h.ttl != *ttl));
            (shut + 1..open).filter(is_new).min_by_key(|ttl| ttl.abs_diff(likely))?
        }
    };
    let because = if dug.is_empty() { Because::KnockShutOut } else { Because::HoleHelps };
    Some(Next::new(Task::Hole { mode, ttl }, because))
}
