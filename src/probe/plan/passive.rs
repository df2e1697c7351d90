//! What to try in passive mode, and which look-alikes to tell apart by it.

use super::step::{
    Next, again, agree, asked, chancy, compare, first_attempts, has_a_way, of, ports_each, repeat,
    smaller_segments, starved, tried,
};
use super::tls::works_in_clear;
use crate::facts::{Attempt, Facts, Family, Mode, Outcome, Purpose, TlsLevel, Varied};

pub fn passive(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, true);
    if let Some(next) = first_attempts(facts, &modes) {
        return Some(next);
    }
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let opened = all.iter().any(|a| a.is_open());
    let failed: Vec<&&Attempt> = all.iter().filter(|a| chancy(a)).collect();
    if opened && !failed.is_empty() {
        // A difference: is it the command, the port, or chance?
        let enough = ports_each(facts);
        if let Some(next) = repeat(facts, &modes, enough) {
            return Some(next);
        }
        if let Some(next) = confirm_difference(facts, &modes, enough) {
            return Some(next);
        }
        if let Some(next) = ask_ports_again(facts, &all) {
            return Some(next);
        }
    } else if !agree(&failed)
        && let Some(next) = repeat(facts, &modes, 2)
    {
        return Some(next);
    }
    if !has_neighbour(facts)
        && let Some(next) = knock_unannounced(&all)
    {
        return Some(next);
    }
    if let Some(next) = climb_intercepted(facts, &all) {
        return Some(next);
    }
    if !intercepted(facts, &all)
        && let Some(next) = smaller_segments(facts, &modes, family)
    {
        return Some(next);
    }
    if let Some(next) = knock_again(facts, &all) {
        return Some(next);
    }
    let advertised_elsewhere = facts.request.dial_advertised
        && facts.varied(|v| *v == Varied::DialAdvertised).next().is_none()
        && of(facts, Mode::Pasv).any(|a| match (a.advertised, a.dialled) {
            (Some(advertised), Some(dialled)) => advertised.ip() != dialled.ip(),
            _ => false,
        });
    advertised_elsewhere.then(|| compare(Mode::Pasv, vec![Varied::DialAdvertised]))
}

fn has_neighbour(facts: &Facts) -> bool {
    facts.attempts.iter().any(|a| a.purpose == Purpose::Neighbour)
}

/// A port that was announced refuses: does it still, a moment later and on the same login? Where
/// several machines share an address, the next knock may reach the right one.
fn knock_again(facts: &Facts, all: &[&Attempt]) -> Option<Next> {
    let asked = facts.varied(|v| *v == Varied::KnockAgain).next().is_some();
    let refused = all.iter().find(|a| a.outcome == Outcome::Refused)?;
    (facts.request.localise && !asked).then(|| compare(refused.mode, vec![Varied::KnockAgain]))
}

/// Every passive connection stood and carried nothing: do ports answer that nobody announced, one
/// near the announced ones and one far from them?
fn knock_unannounced(all: &[&Attempt]) -> Option<Next> {
    let empty = |a: &&Attempt| starved(a) && a.bytes == 0;
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
    Some(Next::Knock { doors })
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
    Some(Next::Climb { ports: vec![port] })
}

/// Passive works: do ports that were open a moment ago still let a knock through, now that nobody
/// announces them? A range that is opened for good answers with RST. If none does, somebody may
/// open each port as it is announced; he reads the control connection, then, and that can be shown.
pub fn pinholes(facts: &Facts, family: Family) -> Option<Next> {
    if !facts.request.localise || facts.request.tls != TlsLevel::Off {
        return None;
    }
    let open: Vec<(Mode, u16)> = asked(facts, family, true)
        .into_iter()
        .filter_map(|mode| {
            let last = of(facts, mode).filter(|a| a.is_open()).last()?;
            Some((mode, last.passive_port()?))
        })
        .collect();
    let asked_again: Vec<&Attempt> = facts
        .attempts
        .iter()
        .filter(|a| {
            a.purpose == Purpose::Neighbour
                && a.dialled.is_some_and(|d| open.iter().any(|(_, port)| *port == d.port()))
        })
        .collect();
    if open.is_empty() {
        return None;
    }
    if asked_again.is_empty() {
        return Some(Next::Knock { doors: open });
    }
    let refused = asked_again.iter().find(|a| a.outcome == Outcome::Refused);
    if let Some(port) = refused.and_then(|a| a.dialled).map(|d| d.port())
        && facts.nearer.is_none()
        && facts.ladders.is_empty()
        && has_a_way(facts)
    {
        return Some(Next::Nearer { port });
    }
    let silent = asked_again.iter().all(|a| a.outcome == Outcome::TimedOut);
    (silent && facts.halves.is_empty()).then_some(Next::Halves)
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
    always_fails.then(|| again(*mode))
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
    (!doors.is_empty()).then_some(Next::Knock { doors })
}

/// Passive ports that do not work are looked for on the way: how far does a knock there come?
pub fn climb(facts: &Facts, family: Family) -> Option<Next> {
    if !has_a_way(facts) || !facts.ladders.is_empty() || works_in_clear(facts, true) {
        return None;
    }
    let mut ports: Vec<u16> = Vec::new();
    for mode in asked(facts, family, true) {
        if of(facts, mode).any(Attempt::is_open) {
            continue;
        }
        let dead = |a: &&Attempt| {
            matches!(
                a.outcome,
                Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Unreachable
            )
        };
        ports.extend(of(facts, mode).filter(dead).filter_map(Attempt::passive_port));
    }
    ports.dedup();
    ports.truncate(2);
    (!ports.is_empty()).then_some(Next::Climb { ports })
}
