//! What to try in passive mode, and which look-alikes to tell apart by it.

use super::step::{
    Next, again, agree, asked, chancy, compare, first_attempts, has_a_way, of, ports_each, repeat,
    smaller_segments, tried,
};
use crate::facts::{
    Attempt, Because, DialOutcome, Facts, Family, Mode, Outcome, Purpose, Task, TlsLevel, Varied,
};

/// Fewer packets than this are not the answers to all our knocks.
const DROPPED: u32 = 3;

pub fn passive(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, true);
    if let Some(next) = starving(facts, &modes, family) {
        return Some(next);
    }
    if let Some(next) = first_attempts(facts, &modes) {
        return Some(next);
    }
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let opened = all.iter().any(|a| a.is_open());
    let failed: Vec<&&Attempt> = all.iter().filter(|a| chancy(a)).collect();
    if opened && !failed.is_empty() {
        // A difference: is it the command, the port, or chance?
        let enough = ports_each(facts);
        if let Some(next) = repeat(facts, &modes, enough, Because::OneWorks) {
            return Some(next);
        }
        if let Some(next) = confirm_difference(facts, &modes, enough) {
            return Some(next);
        }
        if let Some(next) = ask_ports_again(facts, &all) {
            return Some(next);
        }
    } else if !agree(&failed)
        && let Some(next) = repeat(facts, &modes, 2, Because::MayBeChance)
    {
        return Some(next);
    }
    if let Some(next) = climb_intercepted(facts, &all) {
        return Some(next);
    }
    if let Some(next) = knock_again(facts, &all) {
        return Some(next);
    }
    let advertised_elsewhere = facts.request.dial_advertised
        && !facts.has_varied(|v| *v == Varied::DialAdvertised)
        && of(facts, Mode::Pasv).any(|a| match (a.advertised, a.dialled) {
            (Some(advertised), Some(dialled)) => advertised.ip() != dialled.ip(),
            _ => false,
        });
    advertised_elsewhere
        .then(|| compare(Mode::Pasv, vec![Varied::DialAdvertised], Because::AdvertisedElsewhere))
}

fn has_neighbour(facts: &Facts) -> bool {
    facts.attempts.iter().any(|a| a.purpose == Purpose::Neighbour)
}

/// The first way in brings nothing: does somebody answer in the server's place, or are segments too
/// large? Asked before the next mode, so that full segments are tried before and after small ones.
fn starving(facts: &Facts, modes: &[Mode], family: Family) -> Option<Next> {
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let unannounced = knock_unannounced(&all).filter(|_| !has_neighbour(facts));
    if unannounced.is_some() || intercepted(facts, &all) {
        return unannounced;
    }
    smaller_segments(facts, modes, family)
}

/// A port that was announced refuses: does it still, a moment later and on the same login? Where
/// several machines share an address, the next knock may reach the right one.
fn knock_again(facts: &Facts, all: &[&Attempt]) -> Option<Next> {
    let asked = facts.has_varied(|v| *v == Varied::KnockAgain);
    let refused = all.iter().find(|a| a.outcome == Outcome::Refused)?;
    (facts.request.localise && !asked)
        .then(|| compare(refused.mode, vec![Varied::KnockAgain], Because::AnnouncedRefused))
}

/// Every passive connection stood and carried nothing: do ports answer that nobody announced, one
/// near the announced ones and one far from them?
fn knock_unannounced(all: &[&Attempt]) -> Option<Next> {
    let empty = |a: &&Attempt| a.starved() && a.bytes == 0;
    let tried: Vec<&&Attempt> = all.iter().filter(|a| tried(a)).collect();
    if tried.is_empty() || !tried.iter().all(|a| empty(a)) {
        return None;
    }
    let announced: Vec<u16> = all.iter().filter_map(|a| a.passive_port()).collect();
    let last = tried.last()?;
    let port = last.passive_port()?;
    let free = |p: &u16| *p > 1023 && !announced.contains(p);
    let near = (1..=3_u16)
        .flat_map(|step| [port.checked_add(step), port.checked_sub(step)])
        .flatten()
        .find(free)?;
    let far = (0..4_u16)
        .map(|step| if port < 36_000 { port + 20_011 + step } else { port - 20_011 - step })
        .find(free);
    let doors = std::iter::once(near).chain(far).map(|port| (last.mode, port)).collect();
    Some(Next::new(Task::Knock { doors }, Because::NothingCame))
}

/// Ports that nobody announced and that answered all the same.
fn answered_unannounced(facts: &Facts, all: &[&Attempt]) -> Vec<u16> {
    let announced: Vec<u16> = all.iter().filter_map(|a| a.passive_port()).collect();
    facts
        .attempts
        .iter()
        .filter(|a| a.purpose == Purpose::Neighbour && a.is_open())
        .filter_map(|a| a.dialled.map(|d| d.port()))
        .filter(|port| !announced.contains(port))
        .collect()
}

fn intercepted(facts: &Facts, all: &[&Attempt]) -> bool {
    !answered_unannounced(facts, all).is_empty()
}

/// Somebody answers at every port: how far away?
fn climb_intercepted(facts: &Facts, all: &[&Attempt]) -> Option<Next> {
    if !has_a_way(facts) || !facts.ladders.is_empty() || all.iter().any(|a| a.is_open()) {
        return None;
    }
    let port = *answered_unannounced(facts, all).first()?;
    Some(Next::new(Task::Climb { ports: vec![port] }, Because::AnsweredUnannounced))
}

/// Passive works: does a second knock at an announced port, from another port of ours and on the
/// same login, find it open as well? A range that is opened for good lets it through, to whatever
/// the server makes of it. If none is, somebody may open each port for one connection as it is
/// announced; he reads the control connection, then, and that can be shown.
pub fn pinholes(facts: &Facts, family: Family) -> Option<Next> {
    if !facts.request.localise || facts.request.tls != TlsLevel::Off {
        return None;
    }
    let open: Vec<Mode> = asked(facts, family, true)
        .into_iter()
        .filter(|mode| of(facts, *mode).any(Attempt::is_open))
        .collect();
    let tried: Vec<&Attempt> = facts.varied(|v| *v == Varied::SecondKnock).collect();
    if !tried.iter().all(|a| a.second_met(&DialOutcome::TimedOut)) {
        return None;
    }
    match tried.len() {
        0 => Some(compare(*open.first()?, vec![Varied::SecondKnock], Because::OpenedForOne)),
        // Another port: one silence may be loss.
        1 => Some(compare(*open.last()?, vec![Varied::SecondKnock], Because::SecondKnockSilent)),
        _ => {
            let halves = Next::new(Task::Halves, Because::OpenedOneByOne);
            facts.halves.is_empty().then_some(halves)
        }
    }
}

/// One command opened and the other failed on as many ports as are asked for: show the one that
/// opened on as many.
fn confirm_difference(facts: &Facts, modes: &[Mode], enough: usize) -> Option<Next> {
    let always_fails = modes.iter().any(|m| {
        of(facts, *m).filter(|a| chancy(a)).count() >= enough
            && !of(facts, *m).any(Attempt::is_open)
    });
    let mode = modes.iter().find(|m| {
        let all: Vec<&Attempt> = of(facts, **m).collect();
        all.iter().any(|a| a.is_open()) && all.len() < enough
    })?;
    always_fails.then(|| again(*mode, Because::AsManyPorts))
}

/// Some ports opened, one timed out: knock at both kinds once more. A port that the firewall lets
/// through answers with RST now that nobody listens there.
fn ask_ports_again(facts: &Facts, all: &[&Attempt]) -> Option<Next> {
    let silent = all.iter().filter(|a| a.outcome == Outcome::TimedOut);
    let silent_port = silent.filter_map(|a| a.passive_port().map(|p| (a.mode, p))).next_back()?;
    let open_port =
        all.iter().filter(|a| a.is_open()).find_map(|a| a.passive_port().map(|p| (a.mode, p)))?;
    if silent_port.1 == open_port.1 {
        return None;
    }
    let doors: Vec<(Mode, u16)> = [open_port, silent_port]
        .into_iter()
        .filter(|(_, port)| {
            !facts.attempts.iter().any(|a| {
                a.purpose == Purpose::Neighbour && a.dialled.is_some_and(|d| d.port() == *port)
            })
        })
        .collect();
    (!doors.is_empty()).then(|| Next::new(Task::Knock { doors }, Because::PortsDiffer))
}

/// Knocks stayed without an answer, and packets came in meanwhile that nobody got: answers that this
/// machine drops, or what comes anyway?
pub fn quiet(facts: &Facts) -> Option<Next> {
    let mut silent = facts
        .attempts
        .iter()
        .filter(|a| a.mode.is_passive() && a.outcome == Outcome::TimedOut)
        .peekable();
    silent.peek()?;
    let dropped = silent.all(|a| a.undelivered.is_some_and(|packets| packets >= DROPPED));
    (has_a_way(facts) && dropped && facts.quiet.is_none())
        .then(|| Next::new(Task::Quiet, Because::PacketsUndelivered))
}

/// Passive ports that do not work are looked for on the way: how far does a knock there come?
pub fn climb(facts: &Facts, family: Family) -> Option<Next> {
    if !has_a_way(facts) || !facts.ladders.is_empty() {
        return None;
    }
    let mut ports: Vec<u16> = Vec::new();
    for mode in asked(facts, family, true) {
        if of(facts, mode).any(Attempt::is_open) {
            continue;
        }
        let dead = of(facts, mode).filter(|a| a.outcome.is_shut());
        ports.extend(dead.filter_map(Attempt::passive_port));
    }
    ports.dedup();
    ports.truncate(2);
    (!ports.is_empty()).then(|| Next::new(Task::Climb { ports }, Because::PassiveShut))
}
