//! One of PASV and EPSV works, the other does not: somebody on the way tells them apart.

use super::finding_builder::{Build, finding};
use super::sentences::{announced_beside, seen_ladder};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Deciding, Evidence, ModeView, NoChance, ResetFrom};
use crate::facts::{Mode, Outcome};

pub static EPSV_BLOCKED: Cause = cause!("epsv-blocked", Passive, Problem, &Detector(epsv_blocked));
pub static ALG_RENUMBERS_PASSIVE: Cause = cause!("alg-renumbers-passive", Middlebox, Problem, &Detector(renumbered), suppresses [
    "data-reaches-another-server",
    "passive-port-refused",
    "firewall-blocks-passive"
]);

/// Servers that take the ports of both commands from the range that they are set to.
const ONE_RANGE: [&str; 4] = ["vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"];

/// One of PASV and EPSV works, the other does not, on ports of one range.
pub(super) fn epsv_blocked(evidence: &Evidence<'_>) -> Found {
    let mode = |mode: Mode| {
        let view = evidence.mode(mode);
        view.ok_or_else(|| why_not(format!("{} was not asked for", mode.verb())))
    };
    let (pasv, epsv) = (mode(Mode::Pasv)?, mode(Mode::Epsv)?);
    let (works, fails) = if pasv.is_open() { (pasv, epsv) } else { (epsv, pasv) };
    let both = [works, fails];
    require(works.is_open(), || why_not("neither PASV nor EPSV works").on_modes(&both))?;
    if fails.outcome() == Outcome::Stalled {
        return starved(evidence, works, fails);
    }
    let differ = match evidence.deciding() {
        Deciding::Command(differ) => differ,
        other => {
            let why = match other {
                Deciding::Range(_) => "the two commands announce ports of different ranges",
                Deciding::Renumbered(_) => "227 names other ports than the server listens at",
                Deciding::Port => "the port decides, or luck with the ports would look alike",
                Deciding::Loss => "lost segments may have silenced what was silent",
                Deciding::Login => "the login decides: all its ports let us in, or none",
                Deciding::Turns => "ports that refused may let the next knock in",
                Deciding::Late => "the server listens a moment after it has announced a port",
                Deciding::Nothing | Deciding::Command(_) => {
                    "no announced port was shut beside others that let us in"
                }
            };
            return Err(why_not(why).on_modes(&both));
        }
    };
    // The server's own machine refuses: its reply may name another port than it listens at.
    let by_the_server = evidence.passive_range().shut_by() == Some(Outcome::Refused)
        && !matches!(evidence.reset_from(), Some(ResetFrom::Nat(_) | ResetFrom::Box(_)));
    let confidence = match differ.no_chance {
        NoChance::Proven if !by_the_server => Confidence::Proven,
        _ => Confidence::Likely,
    };
    let id = if differ.same.is_empty() { "epsv-blocked-text" } else { "epsv-blocked-text-same" };
    let text = Text::new(id)
        .with("works", works.mode.verb())
        .with("fails", fails.mode.verb())
        .with("open", count(differ.open.len()))
        .with("shut", count(differ.shut.len()))
        .with("same", ports::list(&differ.same));
    let build = blocked(evidence, confidence, text, works, fails);
    match evidence.place_of_shut() {
        Some(at) => build.side(at.side()).at(at.location).saw(seen_ladder(&at)),
        None => build,
    }
    .done()
}

fn count(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// Connections stand with both commands, and carry nothing with one of them.
fn starved(evidence: &Evidence<'_>, works: &ModeView<'_>, fails: &ModeView<'_>) -> Found {
    let opens = works.all.iter().filter(|a| a.is_open()).count();
    let enough = evidence.ports_each();
    require(fails.times() >= enough, || {
        why_not(format!("fewer than {enough} attempts failed alike"))
            .on_all(fails.all.iter().copied())
    })?;
    require(opens >= enough, || {
        why_not(format!("fewer than {enough} attempts of the other command came through"))
            .on_all(works.all.iter().copied())
    })?;
    if let Some(attempt) = works.all.iter().find(|a| !a.is_open()) {
        return Err(why_not("the command that works failed as well").on(attempt));
    }
    let text = Text::new("epsv-blocked-text")
        .with("works", works.mode.verb())
        .with("fails", fails.mode.verb())
        .with("open", count(opens))
        .with("shut", count(fails.times()));
    blocked(evidence, Confidence::Likely, text, works, fails).done()
}

fn blocked(
    evidence: &Evidence<'_>,
    confidence: Confidence,
    text: Text,
    works: &ModeView<'_>,
    fails: &ModeView<'_>,
) -> Build {
    let mut build = finding(&EPSV_BLOCKED, confidence, text).explains(&[fails]);
    for attempt in &works.all {
        build = build.attempt(attempt);
    }
    build = announced_beside(evidence, build);
    build
        .not(
            "firewall-blocks-passive",
            Text::new("not-blocked-other-verb").with("works", works.mode.verb()),
        )
        .not("passive-range-partly-blocked", Text::new("not-partly-one-range"))
        .fix(
            Who::NetworkAdmin,
            Text::new("epsv-blocked-fix-network").with("fails", fails.mode.verb()),
            Vec::new(),
        )
        .fix(
            Who::User,
            Text::new("epsv-blocked-fix-user").with("works", works.mode.verb()),
            Vec::new(),
        )
}

/// What 227 names is shut, and what EPSV names is open: another port stands there than the server
/// opened.
fn renumbered(evidence: &Evidence<'_>) -> Found {
    named_elsewhere(evidence).or_else(|why| read_at_both(evidence).map_err(|other| why.and(other)))
}

/// Captures show both numbers: what the server said, and what the client was told or where it called.
fn read_at_both(evidence: &Evidence<'_>) -> Found {
    let seen = evidence.seen_renumbered().ok_or_else(|| {
        why_not("no captures show another port in 227 at one end than at the other")
    })?;
    // Where only the call was seen, a port that is forwarded to another one looks alike.
    let confidence = if seen.said.is_some() { Confidence::Proven } else { Confidence::Likely };
    let text = Text::new("alg-renumbers-passive-text-read")
        .with("opened", u32::from(seen.opened))
        .with("named", u32::from(seen.named));
    let mut build = finding(&ALG_RENUMBERS_PASSIVE, confidence, text);
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.all.iter().any(|a| a.id == seen.attempt.id)).collect();
    build = if views.is_empty() { build.attempt(seen.attempt) } else { build.explains(&views) };
    if let Some((from, to)) = seen.said {
        let text = Text::new("seen-renumbered")
            .with("opened", u32::from(seen.opened))
            .with("named", u32::from(seen.named))
            .with("from", evidence.cited(from))
            .with("to", evidence.cited(to));
        build = build.saw(text);
    }
    build
        .fix(Who::NetworkAdmin, Text::new("alg-renumbers-passive-fix-network"), Vec::new())
        .fix(Who::User, Text::new("epsv-blocked-fix-user").with("works", "EPSV"), Vec::new())
        .done()
}

/// What 227 names is shut beside open ports that EPSV names.
fn named_elsewhere(evidence: &Evidence<'_>) -> Found {
    let Deciding::Renumbered(differ) = evidence.deciding() else {
        return Err(why_not(
            "the ports that 227 names are not shut beside open ones that EPSV names",
        )
        .on_modes(&evidence.passive()));
    };
    let (Some(pasv), Some(epsv)) = (evidence.mode(Mode::Pasv), evidence.mode(Mode::Epsv)) else {
        return Err(why_not("PASV or EPSV was not asked for"));
    };
    let from = evidence.reset_from();
    let refused = evidence.passive_range().shut_by() == Some(Outcome::Refused);
    let nobody_listens = refused && matches!(from, Some(ResetFrom::End(_)));
    // These give both commands ports of the range that they are set to.
    let one_range = evidence.product().is_some_and(|product| ONE_RANGE.contains(&product));
    let sure = differ.no_chance != NoChance::Possible && (nobody_listens || one_range);
    let confidence = if sure { Confidence::Likely } else { Confidence::Possible };
    let id = if nobody_listens {
        "alg-renumbers-passive-text-refused"
    } else {
        "alg-renumbers-passive-text"
    };
    let text = Text::new(id)
        .with("named", ports::list(&differ.shut))
        .with("open", ports::list(&differ.open))
        .with("count", count(differ.shut.len()));
    let mut build = finding(&ALG_RENUMBERS_PASSIVE, confidence, text).explains(&[pasv]);
    for attempt in &epsv.all {
        build = build.attempt(attempt);
    }
    build = announced_beside(evidence, build);
    // The box that answers for a port that it does not know may be the one that wrote it there.
    if let Some(ResetFrom::Nat(at) | ResetFrom::Box(at)) = from.filter(|_| refused) {
        build = build.side(at.side()).at(at.location).saw(seen_ladder(&at));
    }
    let range = ports::proposal(evidence);
    build
        .not_if(nobody_listens, "firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not("epsv-blocked", Text::new("not-verb-other-ports"))
        .fix(Who::NetworkAdmin, Text::new("alg-renumbers-passive-fix-network"), Vec::new())
        .fix(
            Who::ServerAdmin,
            Text::new("alg-renumbers-passive-fix-server"),
            remedies::nat::forward_range(evidence, range),
        )
        .fix(Who::User, Text::new("epsv-blocked-fix-user").with("works", "EPSV"), Vec::new())
        .done()
}
