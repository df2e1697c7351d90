//! Passive ports that answer with RST: by whom it is sent.

use std::collections::BTreeSet;

use super::announced_detector::not_forwarded;
use super::finding_builder::finding;
use super::passive_ends::{all_end, ended};
use super::range_remedies::{forward, give_range, let_in};
use super::sentences::{announced_beside, place_read, seen_ladder};
use super::swept_detector::partly_forwarded;
use super::verb_detector::epsv_blocked;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::first_line;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Deciding, Evidence, ModeView, ResetFrom};
use crate::facts::{Attempt, DialOutcome, Mode, Outcome, Varied};

/// What it looks like where a part of the range alone is forwarded.
const PART_OF_A_RANGE: &[&str] = &[
    "epsv-blocked",
    "passive-port-refused",
    "passive-range-partly-blocked",
    "data-reaches-another-server",
];

pub static PASSIVE_PORTS_NOT_FORWARDED: Cause = cause!(
    "passive-ports-not-forwarded",
    Passive,
    Problem,
    &Detector(ports_not_forwarded),
    suppresses PART_OF_A_RANGE,
    looks_like[UNEQUAL_WAYS]
);
pub static PASSIVE_PORT_REFUSED: Cause = cause!(
    "passive-port-refused",
    Passive,
    Problem,
    &Detector(port_refused),
    looks_like[UNEQUAL_WAYS, OTHER_DOOR]
);
pub static DATA_REACHES_ANOTHER_SERVER: Cause = cause!(
    "data-reaches-another-server",
    Server,
    Problem,
    &Detector(data_reaches_another),
    suppresses["passive-port-refused"]
);

/// RST at every announced port.
fn port_refused(evidence: &Evidence<'_>) -> Found {
    let views = ended(evidence, &[Outcome::Refused])?;
    let from = evidence.reset_from();
    require(!matches!(from, Some(ResetFrom::Nat(_) | ResetFrom::Box(_))), || {
        why_not("the RST comes from a box before the server").on_modes(&views)
    })?;
    let located = match from {
        Some(ResetFrom::End(located)) => Some(located),
        _ => None,
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let seen = located.filter(|_| evidence.facts.reading.is_some());
    // Where a firewall's reject looks like a closed port, it may as well have been one.
    let surely_reset = evidence.facts.tells_rejects();
    let confidence = if let Some(seen) = seen {
        seen.confidence
    } else if surely_reset && times >= 2 && all_end(evidence, &[Outcome::Refused]) {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let ports = evidence.announced_ports();
    let late = *evidence.deciding() == Deciding::Late;
    let id = if late {
        "passive-port-refused-text-late"
    } else if located.is_some() {
        "passive-port-refused-text-end"
    } else {
        "passive-port-refused-text"
    };
    let text = Text::new(id).with("ports", ports::list(&ports)).with("count", ports.len());
    let range = ports::proposal(evidence);
    let mut build = finding(&PASSIVE_PORT_REFUSED, confidence, text)
        .explains(&views)
        .not_if(surely_reset, "firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not("passive-disabled", Text::new("not-disabled-announced"));
    if let Some(located) = located {
        build = build
            .side(located.side())
            .at(located.location)
            .saw(if seen.is_some() { place_read(seen.as_ref()) } else { seen_ladder(&located) })
            .not("passive-ports-not-forwarded", Text::new("not-nat-as-far"));
    }
    if late {
        return announced_beside(evidence, build)
            .side(Side::Server)
            .not("data-reaches-another-server", Text::new("not-another-server-late"))
            .fix(Who::ServerAdmin, Text::new("passive-port-refused-fix-late"), Vec::new())
            .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
            .done();
    }
    build = build.fix(Who::ServerAdmin, Text::new("passive-port-refused-fix-server"), Vec::new());
    build = give_range(evidence, build, range);
    let_in(evidence, build, range, None)
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-refused-fix-forward"),
            remedies::nat::forward_range(evidence, range),
        )
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// RST from a box that has the server's address and stands before the server: a NAT that forwards
/// the control port and nothing else, or a part of the range.
fn ports_not_forwarded(evidence: &Evidence<'_>) -> Found {
    if let Ok(found) = partly_forwarded(evidence).or_else(|_| not_forwarded(evidence)) {
        return Ok(found);
    }
    let rejects = evidence.nat_that_rejects().filter(|_| evidence.rejects_what_is_not_forwarded());
    let (views, located) = match (evidence.reset_from(), rejects) {
        (Some(ResetFrom::Nat(located)), _) => (ended(evidence, &[Outcome::Refused])?, located),
        (_, Some(located)) => {
            (ended(evidence, &[Outcome::Prohibited, Outcome::Unreachable])?, located)
        }
        _ => {
            let views = ended(evidence, &[Outcome::Refused])?;
            return Err(why_not("no box with the server's address is seen to send the RST")
                .on_modes(&views));
        }
    };
    let ports = evidence.announced_ports();
    let hop = located.location.hop_min.unwrap_or(0);
    let text = Text::new("passive-ports-not-forwarded-text")
        .with("ports", ports::list(&ports))
        .with("control", evidence.control_port())
        .with("hop", u16::from(hop))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    let range = ports::proposal(evidence);
    let build = finding(&PASSIVE_PORTS_NOT_FORWARDED, located.confidence, text)
        .side(Side::Server)
        .at(located.location)
        .explains(&views)
        .saw(seen_ladder(&located))
        .not("passive-port-refused", Text::new("not-refused-nearer"))
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"));
    forward(evidence, build, range)
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// One address, several machines: the knock reaches another one than the login did.
fn data_reaches_another(evidence: &Evidence<'_>) -> Found {
    let passive = evidence.passive();
    let all: Vec<&Attempt> = passive.iter().flat_map(|v| v.all.iter().copied()).collect();
    let refused: Vec<&Attempt> =
        all.iter().copied().filter(|a| a.outcome == Outcome::Refused).collect();
    let open = all.iter().filter(|a| a.is_open()).count();
    require(epsv_blocked(evidence).is_err(), || {
        why_not("the command decides, not the machine (epsv-blocked)").on_modes(&passive)
    })?;
    let faces = faces(evidence);
    let several = faces.len() > 1;
    require(several || *evidence.deciding() != Deciding::Late, || {
        why_not("the server listens a moment after it has announced a port, every time")
            .on_modes(&passive)
    })?;
    // One and the same port, announced once: refused, and open a moment later.
    let range = evidence.passive_range();
    let again = evidence.facts.varied(|v| *v == Varied::KnockAgain).find(|a| {
        a.observed.is_some() && a.knocks.iter().any(|k| k.outcome == Some(DialOutcome::Refused))
    });
    let changed =
        again.and_then(Attempt::passive_port).or_else(|| range.late_ports().first().copied());
    // A command that names always the same port, which never let anybody in, names a port that does
    // not work: nothing says that another machine was reached.
    let ports: BTreeSet<u16> = refused.iter().filter_map(|a| a.passive_port()).collect();
    let lets_in = |port: &u16| all.iter().any(|a| a.is_open() && a.passive_port() == Some(*port));
    let came = |mode: Mode| all.iter().any(|a| a.is_open() && a.mode == mode);
    let one_dead =
        ports.len() == 1 && !ports.iter().any(lets_in) && !refused.iter().any(|a| came(a.mode));
    // Some let the first knock in and some refuse every one: so does a box that lets a part of the
    // range through.
    require(*evidence.deciding() != Deciding::Port || changed.is_some() || several, || {
        why_not("a port that refuses does so every time, and others let every knock in: the port decides (passive-range-partly-blocked)")
            .on_modes(&passive)
    })?;
    let (at_once, login) = (range.at_once() > 0, *evidence.deciding() == Deciding::Login);
    let confidence = match (changed.is_some(), several, open > 0, refused.len()) {
        (_, _, _, 0) => {
            return Err(why_not("no passive connection was refused").on_modes(&passive));
        }
        (true, true, _, _) => Confidence::Proven,
        // One that listens a moment late would never have let the first knock in.
        (true, false, _, _) if at_once => Confidence::Likely,
        (_, true, true, _) => Confidence::Likely,
        (false, false, _, _) if login => Confidence::Likely,
        (true, false, _, _) | (_, true, false, _) => Confidence::Possible,
        (_, false, true, 2..) if !one_dead => Confidence::Possible,
        (_, false, true, 2..) => {
            return Err(why_not("all refusals are of one port that never let anybody in")
                .on_all(refused.iter().copied()));
        }
        _ => {
            return Err(why_not("nothing tells machines apart: one face, and no port that was refused and then open, or several refused beside open ones")
                .on_all(refused.iter().copied()));
        }
    };
    let id = match (changed.is_some(), several) {
        (false, false) if login => "data-reaches-another-server-text-login",
        (true, _) => "data-reaches-another-server-text-same",
        (_, true) => "data-reaches-another-server-text-several",
        _ => "data-reaches-another-server-text",
    };
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let text = Text::new(id)
        .with("refused", count(refused.len()))
        .with("open", count(open))
        .with("faces", faces.join(" / "))
        .with("port", changed.unwrap_or(0));
    let views: Vec<&ModeView<'_>> =
        passive.iter().copied().filter(|v| v.outcome() == Outcome::Refused).collect();
    let mut build = finding(&DATA_REACHES_ANOTHER_SERVER, confidence, text).side(Side::Server);
    build = build.explains(&views);
    for attempt in all.iter().filter(|a| views.iter().all(|v| v.mode != a.mode)) {
        build = build.attempt(attempt);
    }
    build = announced_beside(evidence, build);
    if let Some(changed) = again {
        let times = changed.knocks.iter().filter(|k| k.outcome == Some(DialOutcome::Refused));
        build = build.saw_in(
            changed,
            Text::new("seen-knock-again")
                .with("port", changed.passive_port().unwrap_or(0))
                .with("refused", count(times.count())),
        );
    }
    build
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not_if(
            open > 0 || changed.is_some(),
            "passive-port-refused",
            Text::new("not-refused-some-open"),
        )
        .fix(Who::ServerAdmin, Text::new("data-reaches-another-server-fix"), Vec::new())
        .done()
}

/// Names that the server gave itself on different logins: greetings, numbers aside, or else the
/// addresses in 227. One name is one machine, or machines that look alike.
fn faces(evidence: &Evidence<'_>) -> Vec<String> {
    // A greeting may hold the time, a number, a random word: a face is what comes back.
    let bare = |face: &String| -> String { face.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let said: Vec<String> = evidence
        .facts
        .sessions
        .iter()
        .filter_map(|s| s.greeting_reply())
        .filter(|reply| reply.code == 220)
        .map(|reply| first_line(&reply.text))
        .collect();
    let mut greetings: Vec<String> = Vec::new();
    for face in &said {
        let twice = said.iter().filter(|other| bare(other) == bare(face)).count() > 1;
        if twice && !greetings.iter().any(|known| bare(known) == bare(face)) {
            greetings.push(face.clone());
        }
    }
    if greetings.len() > 1 {
        return greetings;
    }
    let mut addresses: Vec<String> = evidence
        .facts
        .attempts
        .iter()
        // In clear the address may have been rewritten on the way.
        .filter(|a| a.mode == Mode::Pasv && !a.varies(|v| *v == Varied::Clear))
        .filter_map(|a| a.advertised.map(|at| at.ip().to_string()))
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}
