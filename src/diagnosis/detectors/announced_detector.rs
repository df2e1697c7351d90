//! The passive range in a run without an audit: what knocks at announced ports show of it. The causes'
//! records stand beside those who find the same in a sweep.

use super::finding_builder::{Build, finding};
use super::range_detector::{PASSIVE_PORT_HOLE, PASSIVE_RANGE_LEAKS, PASSIVE_RANGE_PARTLY_BLOCKED};
use super::range_remedies::{at_gateway, forward, give_range, let_in, let_out};
use super::reset_detector::PASSIVE_PORTS_NOT_FORWARDED;
use super::sentences::{announced_beside, seen_ladder};
use crate::diagnosis::cause::Cause;
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::ports::{self, Proposal};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::known_ports::read_along;
use crate::evidence::likely_range::likely;
use crate::evidence::{
    Deciding, Evidence, Located, ModeView, NoChance, PORTS_EACH, PassiveRange, ResetFrom, TWICE,
};
use crate::facts::{Attempt, Outcome};

/// Some announced ports let us in, others do not.
pub(super) fn partly_blocked(evidence: &Evidence<'_>) -> Found {
    let range = the_port_decides(evidence)?;
    require(named(&range.shut, range.open.len()).is_none(), || {
        why_not("the ports that are shut are those of another protocol (passive-port-hole)")
            .on_modes(&evidence.passive())
    })?;
    require(refusing_nat(evidence).is_none(), || {
        why_not("a NAT refuses what it does not forward (passive-ports-not-forwarded)")
            .on_modes(&evidence.passive())
    })?;
    let build = shut_among_open(
        evidence,
        &PASSIVE_RANGE_PARTLY_BLOCKED,
        Text::new("passive-range-partly-blocked-text"),
    );
    let place = evidence.place_of_shut();
    if place.is_some_and(|at| at.side() == Side::Client) {
        let gateway = at_gateway(place.as_ref());
        return let_out(evidence, build, "client-firewall-blocks-passive-fix", gateway).done();
    }
    // The ports that were seen do not tell where the server's range ends.
    let build =
        build.fix(Who::ServerAdmin, Text::new("passive-range-partly-blocked-fix"), Vec::new());
    let range = ports::proposal(evidence);
    let build = give_range(evidence, build, range);
    let build = let_in(evidence, build, range, place.as_ref());
    build.done()
}

/// A NAT that has the server's address passes a part of the range on, and refuses the rest itself.
pub(super) fn not_forwarded(evidence: &Evidence<'_>) -> Found {
    let range = the_port_decides(evidence)?;
    let Some(located) = refusing_nat(evidence) else {
        return Err(why_not("no box with the server's address is seen to send the RST")
            .on_modes(&evidence.passive()));
    };
    let text = Text::new("passive-ports-not-forwarded-text-part")
        .with("through", ports::few_of(&range.open))
        .with("blocked", ports::few_of(&range.shut))
        .with("control", evidence.control_port())
        .with("hop", u16::from(located.location.hop_min.unwrap_or(0)))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    let whole = ports::proposal(evidence);
    let build = shut_among_open(evidence, &PASSIVE_PORTS_NOT_FORWARDED, text)
        .title(Text::new("passive-ports-not-forwarded-title-part"))
        .side(Side::Server)
        .not("passive-port-refused", Text::new("not-refused-nearer"));
    forward(evidence, build, whole).done()
}

/// The NAT before the server that refuses the shut ports, if one does.
fn refusing_nat(evidence: &Evidence<'_>) -> Option<Located> {
    let refused = evidence.passive_range().shut_by() == Some(Outcome::Refused);
    match evidence.reset_from()? {
        ResetFrom::Nat(located) if refused => Some(located),
        _ => None,
    }
}

/// Announced ports of which some let us in and others do not, where nothing but the port decides.
fn the_port_decides<'v>(evidence: &'v Evidence<'_>) -> Result<&'v PassiveRange, WhyNot> {
    let passive = evidence.passive();
    let reason = match evidence.deciding() {
        Deciding::Port => return Ok(evidence.passive_range()),
        Deciding::Nothing => "not some announced ports open and others shut",
        Deciding::Login => "the login decides: all its ports let us in, or none",
        Deciding::Turns => "ports that refused may let the next knock in",
        Deciding::Late => "the server listens a moment after it has announced a port",
        Deciding::Command(_) => "the command decides, not the port (epsv-blocked)",
        Deciding::Renumbered(_) => {
            "227 names other ports than the server listens at (alg-renumbers-passive)"
        }
        Deciding::Range(_) => {
            "the two commands announce ports of different ranges (passive-range-leaks)"
        }
        Deciding::Loss => "lost segments may have silenced what was silent",
    };
    Err(why_not(reason).on_modes(&passive).on_all(evidence.neighbours()))
}

/// The finding about announced ports that are shut beside others that let us in.
fn shut_among_open(evidence: &Evidence<'_>, cause: &'static Cause, text: Text) -> Build {
    let range = evidence.passive_range();
    let how = range.shut_by();
    let from = evidence.reset_from().filter(|_| how == Some(Outcome::Refused));
    let again = evidence.neighbour_ports(|o| o == Outcome::TimedOut);
    let confirmed = range.shut.iter().any(|port| again.contains(port));
    let enough = range.shut.len() >= TWICE && range.open.len() >= TWICE;
    let likely = match how {
        // Several machines that take turns refuse now and then; whoever is nearer is none of them.
        Some(Outcome::Refused) => {
            enough || matches!(from, Some(ResetFrom::Nat(_) | ResetFrom::Box(_)))
        }
        Some(Outcome::TimedOut) => confirmed || (enough && !evidence.lossy()),
        _ => true,
    };
    let confidence = if likely { Confidence::Likely } else { Confidence::Possible };
    let met: Vec<&ModeView<'_>> = evidence
        .passive()
        .into_iter()
        .filter(|v| {
            let shut = |a: &&Attempt| a.passive_port().is_some_and(|p| range.shut.contains(&p));
            v.all.iter().any(|a| shut(a) && a.outcome.is_shut())
        })
        .collect();
    let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let text = text
        .with("open", ports::few_of(&range.open))
        .with("shut", ports::few_of(&range.shut))
        .with("of", number(range.tried()))
        .with("how", how.map_or("none", Outcome::as_str))
        .with("count", number(range.shut.len()));
    let mut build = finding(cause, confidence, text).explains(&met);
    if let (true, Some(view)) = (met.is_empty(), evidence.passive().first()) {
        build = build.attempt(view.shown);
    } else if met.is_empty() {
        // No mode was tried: those that met a port of the range, whatever they were made for.
        let ports = |a: &&Attempt| a.passive_port().is_some_and(|p| range.came_to(p).is_some());
        for attempt in evidence.facts.attempts.iter().filter(ports) {
            build = build.attempt(attempt);
        }
    }
    for attempt in evidence.neighbours() {
        build = build.attempt(attempt);
    }
    build = announced_beside(evidence, build);
    if let Some(at) = evidence.place_of_shut() {
        build = build.side(at.side()).at(at.location).saw(seen_ladder(&at));
    }
    build = match from {
        Some(ResetFrom::Nat(_)) => build
            .saw(Text::new("seen-reset-nat"))
            .not("data-reaches-another-server", Text::new("not-another-server-nearer")),
        Some(ResetFrom::Box(_)) => {
            build.not("data-reaches-another-server", Text::new("not-another-server-nearer"))
        }
        Some(ResetFrom::End(_)) => build.saw(Text::new("seen-reset-end")),
        None => build,
    };
    build.not("firewall-blocks-passive", Text::new("not-blocked-some-open"))
}

/// Protocols that boxes on the way take the shut ports for, where all of them are such ones and enough
/// others are open.
fn named(shut: &[u16], open: usize) -> Option<String> {
    let name = |port: &u16| Some(format!("{port} {}", read_along(*port)?));
    let names: Vec<String> = shut.iter().filter_map(name).collect();
    let all = !shut.is_empty() && names.len() == shut.len() && open >= PORTS_EACH;
    all.then(|| names.join(", "))
}

/// The ports that a run met and that were shut are those of another protocol.
pub(super) fn port_hole(evidence: &Evidence<'_>) -> Found {
    let range = the_port_decides(evidence)?;
    let names = named(&range.shut, range.open.len()).ok_or_else(|| {
        why_not("the ports that are shut are those of no other protocol")
            .on_modes(&evidence.passive())
    })?;
    let text = Text::new("passive-port-hole-text-met")
        .with("ports", ports::list(&range.shut))
        .with("names", names);
    shut_among_open(evidence, &PASSIVE_PORT_HOLE, text)
        .fix(
            Who::ServerAdmin,
            Text::new("passive-port-hole-fix"),
            remedies::set_passive_range(evidence, ports::FRESH),
        )
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-hole-fix-network").with("ports", ports::list(&range.shut)),
            Vec::new(),
        )
        .done()
}

/// One of the two commands announces ports of another range, and none of them lets us in: the server
/// keeps only the other one to the range that it is set to.
pub(super) fn leaks(evidence: &Evidence<'_>) -> Found {
    let Deciding::Range(differ) = evidence.deciding() else {
        let why = "the two commands do not announce ports of different ranges, one of them shut";
        return Err(why_not(why).on_modes(&evidence.passive()));
    };
    let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let span = |all: &[u16]| match (all.first(), all.last()) {
        (Some(min), Some(max)) => Proposal { min: *min, max: *max, invented: false }.span("-"),
        _ => "?".to_owned(),
    };
    let text = Text::new("passive-range-leaks-text-command")
        .with("works", differ.works.verb())
        .with("fails", differ.fails.verb())
        .with("range", span(&differ.open))
        .with("ports", ports::few_of(&differ.shut))
        .with("count", number(differ.shut.len()));
    // The range that the server keeps one of the two to.
    let set = likely(&differ.open).map_or(ports::FRESH, |range| Proposal {
        min: range.min,
        max: range.max,
        invented: false,
    });
    let confidence = if differ.no_chance == NoChance::Possible {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    let views: Vec<&ModeView<'_>> = evidence.mode(differ.fails).into_iter().collect();
    let mut build = finding(&PASSIVE_RANGE_LEAKS, confidence, text).explains(&views);
    if let Some(view) = evidence.mode(differ.works) {
        build = view.all.iter().fold(build, |build, attempt| build.attempt(attempt));
    }
    build = announced_beside(evidence, build);
    build = match evidence.place_of_shut() {
        Some(at) => build.side(at.side()).at(at.location).saw(seen_ladder(&at)),
        None => build.side(Side::Server),
    };
    build
        .not("epsv-blocked", Text::new("not-verb-other-ports"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-range-leaks-fix-command").with("fails", differ.fails.verb()),
            remedies::set_passive_range(evidence, set),
        )
        .fix(
            Who::User,
            Text::new("epsv-blocked-fix-user").with("works", differ.works.verb()),
            Vec::new(),
        )
        .done()
}
