//! What to try in active mode: the plain commands, the address in them, and holes.

use super::step::{
    Next, PORTS_EACH, agree, asked, chancy, compare, first_attempts, has_a_way, of, repeat,
    shut_out, smaller_segments, tried,
};
use crate::facts::{
    Attempt, Because, Ends, Facts, Family, LadderRole, Mode, Purpose, Step, Task, TlsLevel, Varied,
    Why,
};
use crate::wire::address::is_inner;

pub fn active(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, false);
    // Full segments before and after small ones.
    if let Some(next) = smaller_segments(facts, &modes, family) {
        return Some(next);
    }
    if let Some(next) = first_attempts(facts, &modes) {
        return Some(next);
    }
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let opened = all.iter().any(|a| a.is_open());
    let failed: Vec<&&Attempt> = all.iter().filter(|a| chancy(a)).collect();
    let (enough, because) =
        if opened { (PORTS_EACH, Because::OneWorks) } else { (2, Because::MayBeChance) };
    if !failed.is_empty()
        && (opened || !agree(&failed))
        && all.iter().all(|a| tried(a))
        && let Some(next) = repeat(facts, &modes, enough, because)
    {
        return Some(next);
    }
    announce_seen(facts, &modes, opened)
}

/// No active connection came, and the server sees us under another address: does it take that one?
fn announce_seen(facts: &Facts, modes: &[Mode], opened: bool) -> Option<Next> {
    let address = facts.seen_as().filter(|_| facts.translated() == Some(true))?;
    let asked_already = facts.has_varied(|v| matches!(v, Varied::Announce { .. }));
    if opened || asked_already || facts.request.external_ip.is_some() {
        return None;
    }
    let mode = *modes.iter().find(|m| of(facts, **m).any(tried))?;
    Some(compare(mode, vec![Varied::Announce { address }], Because::SeenElsewhere))
}

/// The active command was taken though it names an address that the server cannot know us by:
/// either the server does not mind, or somebody rewrites it on the way. Linux' FTP helper reads
/// only the first command of a segment.
pub fn pipelined(facts: &Facts, family: Family) -> Option<Next> {
    let Ends { own, peer } = facts.ends()?;
    // Where the server has not said how it sees us, the two addresses have to tell.
    let likely = is_inner(own) && !is_inner(peer) && !peer.is_loopback();
    let nat = facts.translated().unwrap_or(likely);
    let asked_already = facts.has_varied(|v| *v == Varied::Pipelined);
    if facts.request.tls != TlsLevel::Off
        || !nat
        || asked_already
        || !facts.request.localise
        || facts.request.external_ip.is_some()
    {
        return None;
    }
    let modes = asked(facts, family, false);
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
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
pub fn hole(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, false);
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let nat = facts.translated() == Some(true);
    let silent = |a: &&&Attempt| shut_out(a);
    // A command that the server does not take says nothing about the way.
    let refused = |a: &Attempt| matches!(a.why, Why::CommandRefused { .. });
    let blocked =
        all.iter().any(|a| silent(&a)) && all.iter().all(|a| silent(&a) || !tried(a) || refused(a));
    let full =
        facts.works_in_clear(false).is_some() || all.iter().any(|a| matches!(a.why, Why::Not(_)));
    if !has_a_way(facts) || nat || facts.request.external_ip.is_some() || !blocked || full {
        return None;
    }
    let Some(control) = facts.ladders.iter().find(|l| l.role == LadderRole::Control) else {
        return Some(Next::new(Task::Climb { ports: Vec::new() }, Because::HopsNeeded));
    };
    let last = control.reached()?.checked_sub(1).filter(|last| *last >= 1)?;
    let mode = all.iter().find(|a| silent(a))?.mode;
    let dug: Vec<&Attempt> = facts.attempts.iter().filter(|a| a.purpose == Purpose::Hole).collect();
    let opened =
        dug.iter().filter(|a| a.came_through()).filter_map(|a| Some(a.hole.as_ref()?.ttl)).min();
    let failed =
        dug.iter().filter(|a| shut_out(a)).filter_map(|a| Some(a.hole.as_ref()?.ttl)).max();
    if dug.len() >= HOLES || dug.iter().any(|a| !a.came_through() && !shut_out(a)) {
        return None;
    }
    let ttl = match (opened, failed.unwrap_or(0)) {
        (None, 0) => last,
        (None, _) => return None,
        (Some(open), shut) if open <= shut + 1 => return None,
        // This machine and its gateway are the likely ones.
        (Some(_), shut @ (0 | 1)) => shut + 1,
        (Some(open), shut) => shut.midpoint(open),
    };
    let because = if dug.is_empty() { Because::KnockShutOut } else { Because::HoleHelps };
    Some(Next::new(Task::Hole { mode, ttl }, because))
}
