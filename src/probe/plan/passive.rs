//! What to try in passive mode, and which look-alikes to tell apart by it.

use super::step::{Next, again, agree, asked, compare, first_attempts, repeat, smaller_segments};
use crate::evidence::{AttemptReading, Evidence, TWICE};
use crate::facts::{Attempt, Because, Family, Mode, Outcome, Task, TlsLevel, Varied};

pub fn passive(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    let modes = asked(evidence, family, true);
    if let Some(next) = starving(evidence, &modes, family) {
        return Some(next);
    }
    if let Some(next) = first_attempts(evidence, &modes) {
        return Some(next);
    }
    let all = evidence.tries_of(&modes);
    let opened = all.iter().any(|a| a.is_open()) || evidence.let_in_beside();
    let failed: Vec<&&Attempt> = all.iter().filter(|a| a.may_be_chance()).collect();
    if opened && !failed.is_empty() {
        // A difference: is it the command, the port, or chance?
        let enough = evidence.ports_each();
        if let Some(next) = repeat(evidence, &modes, enough, Because::OneWorks) {
            return Some(next);
        }
        if let Some(next) = confirm_difference(evidence, &modes, enough) {
            return Some(next);
        }
    } else if !agree(&failed)
        && let Some(next) = repeat(evidence, &modes, TWICE, Because::MayBeChance)
    {
        return Some(next);
    }
    if let Some(next) = ask_ports_again(evidence) {
        return Some(next);
    }
    if let Some(next) = climb_intercepted(evidence) {
        return Some(next);
    }
    if let Some(next) = knock_again(evidence, &all) {
        return Some(next);
    }
    let advertised_elsewhere = evidence.facts.request.dial_advertised
        && !evidence.facts.has_varied(|v| *v == Varied::DialAdvertised)
        && evidence.foreign_227().is_some();
    advertised_elsewhere
        .then(|| compare(Mode::Pasv, vec![Varied::DialAdvertised], Because::AdvertisedElsewhere))
}

/// The first way in brings nothing: does somebody answer in the server's place, or are segments too
/// large? Asked before the next mode, so that full segments are tried before and after small ones.
fn starving(evidence: &Evidence<'_>, modes: &[Mode], family: Family) -> Option<Next> {
    if evidence.neighbours().next().is_none()
        && let Some(next) = knock_unannounced(evidence, modes)
    {
        return Some(next);
    }
    if !evidence.answered_unannounced().is_empty() {
        return None;
    }
    smaller_segments(evidence, modes, family)
}

/// A port that was announced refuses: does it still, a moment later and on the same login? Where
/// several machines share an address, the next knock may reach the right one.
fn knock_again(evidence: &Evidence<'_>, all: &[&Attempt]) -> Option<Next> {
    let asked = evidence.facts.has_varied(|v| *v == Varied::KnockAgain);
    let refused = all.iter().find(|a| a.outcome == Outcome::Refused)?;
    (evidence.facts.request.localise && !asked)
        .then(|| compare(refused.mode, vec![Varied::KnockAgain], Because::AnnouncedRefused))
}

/// Every passive connection stood and carried nothing: do ports answer that nobody announced, one
/// near the announced ones and one far from them?
fn knock_unannounced(evidence: &Evidence<'_>, modes: &[Mode]) -> Option<Next> {
    if !evidence.passive_came_empty() {
        return None;
    }
    let announced = evidence.announced_ports();
    let all = evidence.tries_of(modes);
    let last = all.iter().rfind(|a| a.is_tested())?;
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

/// Somebody answers at every port: how far away?
fn climb_intercepted(evidence: &Evidence<'_>) -> Option<Next> {
    if !evidence.has_a_way() || !evidence.facts.ladders.is_empty() {
        return None;
    }
    let port = evidence.answered_unannounced().first()?.dialled?.port();
    Some(Next::new(Task::Climb { ports: vec![port] }, Because::AnsweredUnannounced))
}

/// Passive works: does a second knock at an announced port, from another port of ours and on the
/// same login, find it open as well? A range that is opened for good lets it through, to whatever
/// the server makes of it. If none is, somebody may open each port for one connection as it is
/// announced; he reads the control connection, then, and that can be shown.
pub fn pinholes(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    if !evidence.facts.request.localise || evidence.facts.request.tls != TlsLevel::Off {
        return None;
    }
    let open: Vec<Mode> = asked(evidence, family, true)
        .into_iter()
        .filter(|mode| evidence.tries(*mode).iter().any(|a| a.is_open()))
        .collect();
    let tried = evidence.facts.varied(|v| *v == Varied::SecondKnock).count();
    if evidence.second_knocks().len() < tried || evidence.answered_second_knock().is_some() {
        return None;
    }
    match tried {
        0 => Some(compare(*open.first()?, vec![Varied::SecondKnock], Because::OpenedForOne)),
        // Another port: one silence may be loss.
        1 => Some(compare(*open.last()?, vec![Varied::SecondKnock], Because::SecondKnockSilent)),
        _ => {
            let halves = Next::new(Task::Halves, Because::OpenedOneByOne);
            evidence.facts.halves.is_empty().then_some(halves)
        }
    }
}

/// Whether knocks at ports that were announced beside the attempts say enough of this command: as many
/// as are asked for let us in. One that fails is tried on further logins, one right after the other,
/// since it may be the machine that a login reaches which decides.
fn is_known(evidence: &Evidence<'_>, mode: Mode, enough: usize) -> bool {
    let knocks = evidence.passive_range().knocks.iter().filter(|k| k.mode == mode);
    let ports: Vec<bool> = knocks.map(|k| k.came_to == Outcome::Open).collect();
    let beside = ports.len() > evidence.tries(mode).len();
    beside && ports.len() >= enough && ports.iter().all(|open| *open)
}

/// One command opened and the other failed on as many ports as are asked for: show the one that
/// opened on as many.
fn confirm_difference(evidence: &Evidence<'_>, modes: &[Mode], enough: usize) -> Option<Next> {
    let always_fails = modes.iter().any(|m| {
        let all = evidence.tries(*m);
        let often = all.iter().filter(|a| a.may_be_chance()).count() >= enough;
        often && !all.iter().any(|a| a.is_open())
    });
    let mode = modes.iter().find(|m| {
        let all = evidence.tries(**m);
        all.iter().any(|a| a.is_open()) && all.len() < enough && !is_known(evidence, **m, enough)
    })?;
    always_fails.then(|| again(*mode, Because::AsManyPorts))
}

/// Some ports opened, one timed out: knock at both kinds once more. A port that the firewall lets
/// through answers with RST now that nobody listens there.
fn ask_ports_again(evidence: &Evidence<'_>) -> Option<Next> {
    let knocks = &evidence.passive_range().knocks;
    let silent = knocks.iter().rfind(|k| k.came_to == Outcome::TimedOut)?;
    let mut open = knocks.iter().filter(|k| k.came_to == Outcome::Open);
    let first = open.clone().next()?;
    let open = open.find(|k| k.mode == silent.mode).unwrap_or(first);
    if silent.port == open.port {
        return None;
    }
    let doors: Vec<(Mode, u16)> = [open, silent]
        .into_iter()
        .map(|k| (k.mode, k.port))
        .filter(|(_, port)| !evidence.neighbour_ports(|_| true).contains(port))
        .collect();
    (!doors.is_empty()).then(|| Next::new(Task::Knock { doors }, Because::PortsDiffer))
}

/// Knocks stayed without an answer, and packets came in meanwhile that nobody got: answers that this
/// machine drops, or what comes anyway?
pub fn quiet(evidence: &Evidence<'_>) -> Option<Next> {
    let needed = evidence.has_a_way()
        && evidence.facts.quiet.is_none()
        && evidence.packets_undelivered(true).is_some();
    needed.then(|| Next::new(Task::Quiet, Because::PacketsUndelivered))
}

/// Passive ports that do not work are looked for on the way: how far does a knock there come?
pub fn climb(evidence: &Evidence<'_>, family: Family) -> Option<Next> {
    if !evidence.has_a_way() || !evidence.facts.ladders.is_empty() {
        return None;
    }
    let mut ports: Vec<u16> = Vec::new();
    for mode in asked(evidence, family, true) {
        let all = evidence.tries(mode);
        if !all.iter().any(|a| a.is_open()) {
            let dead = all.iter().filter(|a| a.outcome.is_shut());
            ports.extend(dead.filter_map(|a| a.passive_port()));
        }
    }
    if ports.is_empty() {
        // Every command works, and some announced ports are shut all the same: those that are shut alike.
        let range = evidence.passive_range();
        let alike = |port: &u16| range.came_to(*port) == range.shut_by();
        ports.extend(range.shut.iter().copied().filter(|p| !range.open.is_empty() && alike(p)));
    }
    ports.dedup();
    ports.truncate(2);
    (!ports.is_empty()).then(|| Next::new(Task::Climb { ports }, Because::PassiveShut))
}
