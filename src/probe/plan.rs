//! What to try next: a pure function of what has been observed, tested as a table.
//!
//! The order is fixed by what servers do to later logins. All passive work comes before the first
//! active attempt, because a server holds a blocked active transfer (and its slot) for a minute.
//! A mode is repeated only where a repetition can change the verdict: one lost segment must never
//! become one, and a difference between two commands must not be mere luck with a port.

use std::net::IpAddr;

use crate::facts::{Attempt, Facts, Family, LadderRole, Mode, Outcome, Purpose, Why};

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A data connection on a login of its own.
    Attempt {
        /// Its mode.
        mode: Mode,
        /// Its purpose.
        purpose: Purpose,
    },
    /// PASV once more, knocking at the advertised address itself (`--dial-advertised`).
    DialAdvertised,
    /// The active command once more, naming the address under which the server sees us; no listing.
    AnnounceSeen {
        /// Its mode.
        mode: Mode,
        /// The address.
        address: IpAddr,
    },
    /// Ladders: to the control port, and to these passive ports, which do not work.
    Climb {
        /// Passive ports, at most two.
        ports: Vec<u16>,
    },
    /// An active attempt after a hole was opened from the inside.
    Hole {
        /// Its mode.
        mode: Mode,
        /// How far the SYN that opens it goes.
        ttl: u8,
    },
    /// A knock, without a login, at a port that was announced earlier and is not any more.
    Knock {
        /// Mode that announced it.
        mode: Mode,
        /// The port.
        port: u16,
    },
}

/// Distinct ports that a difference between two commands has to be shown on.
const PORTS_EACH: usize = 3;

/// How many ports each command has to be tried on before a difference is put down to the command.
/// Where ports are seen to be opened one by one, luck with them is likelier, and it takes one more.
pub fn ports_each(facts: &Facts) -> usize {
    let neighbour = |wanted: fn(Outcome) -> bool| {
        facts.attempts.iter().any(|a| a.purpose == Purpose::Neighbour && wanted(a.outcome))
    };
    let opened = neighbour(|o| matches!(o, Outcome::Open | Outcome::Refused));
    if opened && neighbour(|o| o == Outcome::TimedOut) { PORTS_EACH + 1 } else { PORTS_EACH }
}

/// What to do next; `None` when the plan is done.
pub fn next(facts: &Facts, family: Family) -> Option<Next> {
    passive(facts, family)
        .or_else(|| climb_passive(facts, family))
        .or_else(|| active(facts, family))
        .or_else(|| hole(facts, family))
}

fn of(facts: &Facts, mode: Mode) -> impl Iterator<Item = &Attempt> {
    facts
        .attempts
        .iter()
        .filter(move |a| a.mode == mode && matches!(a.purpose, Purpose::Mode | Purpose::Repeat))
}

fn tried(attempt: &Attempt) -> bool {
    attempt.outcome != Outcome::NotTested
}

fn asked(facts: &Facts, family: Family, passive: bool) -> Vec<Mode> {
    Mode::ALL
        .into_iter()
        .filter(|m| {
            m.is_passive() == passive && m.speaks(family) && facts.request.modes.contains(m)
        })
        .collect()
}

/// Failures that a lost segment, a slow moment or one port can cause.
fn chancy(attempt: &Attempt) -> bool {
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

fn first_attempts(facts: &Facts, modes: &[Mode]) -> Option<Next> {
    let mode = modes.iter().find(|mode| of(facts, **mode).next().is_none())?;
    Some(Next::Attempt { mode: *mode, purpose: Purpose::Mode })
}

/// One more try of a mode whose failures may still be chance: it has fewer than `enough` of them,
/// never opened, and its last login worked.
fn repeat(facts: &Facts, modes: &[Mode], enough: usize) -> Option<Next> {
    modes
        .iter()
        .find(|mode| {
            let all: Vec<&Attempt> = of(facts, **mode).collect();
            all.len() < enough && all.iter().all(|a| chancy(a)) && !all.is_empty()
        })
        .map(|mode| Next::Attempt { mode: *mode, purpose: Purpose::Repeat })
}

fn passive(facts: &Facts, family: Family) -> Option<Next> {
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
    if let Some(next) = knock_unannounced(&all) {
        return Some(next).filter(|_| !has_neighbour(facts));
    }
    let advertised_elsewhere = facts.request.dial_advertised
        && !facts.attempts.iter().any(|a| a.mode == Mode::Pasv && a.purpose == Purpose::Comparison)
        && of(facts, Mode::Pasv).any(|a| match (a.advertised, a.dialled) {
            (Some(advertised), Some(dialled)) => advertised.ip() != dialled.ip(),
            _ => false,
        });
    advertised_elsewhere.then_some(Next::DialAdvertised)
}

fn has_neighbour(facts: &Facts) -> bool {
    facts.attempts.iter().any(|a| a.purpose == Purpose::Neighbour)
}

/// Every passive connection stood and carried nothing: does a port answer that nobody announced?
fn knock_unannounced(all: &[&Attempt]) -> Option<Next> {
    let empty = |a: &&Attempt| {
        a.outcome == Outcome::Stalled && a.bytes == 0 && matches!(a.why, Why::NoData { .. })
    };
    let tried: Vec<&&Attempt> = all.iter().filter(|a| tried(a)).collect();
    if tried.is_empty() || !tried.iter().all(|a| empty(a)) {
        return None;
    }
    let announced: Vec<u16> = all.iter().filter_map(|a| a.passive_port()).collect();
    let last = tried.last()?;
    let port = last.passive_port()?;
    let unannounced = (1..=3_u16)
        .flat_map(|step| [port.checked_add(step), port.checked_sub(step)])
        .flatten()
        .find(|p| *p > 1023 && !announced.contains(p))?;
    Some(Next::Knock { mode: last.mode, port: unannounced })
}

/// Two failures of one kind are enough for a verdict.
fn agree(failed: &[&&Attempt]) -> bool {
    failed.len() >= 2 && failed.windows(2).all(|w| matches!(w, [a, b] if a.outcome == b.outcome))
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
    always_fails.then_some(Next::Attempt { mode: *mode, purpose: Purpose::Repeat })
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
    [open_port, silent_port]
        .into_iter()
        .find(|(_, port)| {
            !facts.attempts.iter().any(|a| {
                a.purpose == Purpose::Neighbour && a.dialled.is_some_and(|d| d.port() == *port)
            })
        })
        .map(|(mode, port)| Next::Knock { mode, port })
}

/// Whether there is anything between here and the server that a ladder could show.
fn has_a_way(facts: &Facts) -> bool {
    let loopback =
        facts.leading_session().is_some_and(|s| s.peer.ip().to_canonical().is_loopback());
    facts.request.localise && !loopback
}

/// Passive ports that do not work are looked for on the way: how far does a knock there come?
fn climb_passive(facts: &Facts, family: Family) -> Option<Next> {
    if !has_a_way(facts) || !facts.ladders.is_empty() {
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

/// Holes at the most: each costs a login, and the server holds what does not arrive.
const HOLES: usize = 5;

/// The server's knock does not arrive: does it, once a hole was opened from the inside? First the
/// longest life that does not reach the server; if that helps, the shortest one that does.
fn hole(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, false);
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let own = facts.leading_session()?.local.ip().to_canonical();
    let nat = facts.seen_as().is_some_and(|seen| seen != own);
    let silent = |a: &&&Attempt| a.outcome == Outcome::TimedOut;
    let blocked = all.iter().any(|a| silent(&a)) && all.iter().all(|a| silent(&a) || !tried(a));
    let full = all.iter().any(|a| matches!(a.why, Why::Not(_)));
    if !has_a_way(facts) || nat || facts.request.external_ip.is_some() || !blocked || full {
        return None;
    }
    let Some(control) = facts.ladders.iter().find(|l| l.role == LadderRole::Control) else {
        return Some(Next::Climb { ports: Vec::new() });
    };
    let last = control.reached()?.checked_sub(1).filter(|last| *last >= 1)?;
    let mode = all.iter().find(|a| silent(a))?.mode;
    let dug: Vec<&Attempt> = facts.attempts.iter().filter(|a| a.purpose == Purpose::Hole).collect();
    let opened =
        dug.iter().filter(|a| a.is_open()).filter_map(|a| Some(a.hole.as_ref()?.ttl)).min();
    let failed = dug
        .iter()
        .filter(|a| a.outcome == Outcome::TimedOut)
        .filter_map(|a| Some(a.hole.as_ref()?.ttl))
        .max();
    if dug.len() >= HOLES || dug.iter().any(|a| !a.is_open() && a.outcome != Outcome::TimedOut) {
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
    Some(Next::Hole { mode, ttl })
}

fn active(facts: &Facts, family: Family) -> Option<Next> {
    let modes = asked(facts, family, false);
    if let Some(next) = first_attempts(facts, &modes) {
        return Some(next);
    }
    let all: Vec<&Attempt> = modes.iter().flat_map(|m| of(facts, *m)).collect();
    let opened = all.iter().any(|a| a.is_open());
    let failed: Vec<&&Attempt> = all.iter().filter(|a| chancy(a)).collect();
    let enough = if opened { PORTS_EACH } else { 2 };
    if !failed.is_empty()
        && (opened || !agree(&failed))
        && all.iter().all(|a| tried(a))
        && let Some(next) = repeat(facts, &modes, enough)
    {
        return Some(next);
    }
    announce_seen(facts, &modes, opened)
}

/// No active connection came, and the server sees us under another address: does it take that one?
fn announce_seen(facts: &Facts, modes: &[Mode], opened: bool) -> Option<Next> {
    let address = facts.seen_as()?;
    let own = facts.leading_session()?.local.ip().to_canonical();
    let asked_already =
        facts.attempts.iter().any(|a| !a.mode.is_passive() && a.purpose == Purpose::Comparison);
    if opened || asked_already || address == own || facts.request.external_ip.is_some() {
        return None;
    }
    let mode = *modes.iter().find(|m| of(facts, **m).any(tried))?;
    Some(Next::AnnounceSeen { mode, address })
}
