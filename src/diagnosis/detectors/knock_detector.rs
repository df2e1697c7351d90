//! Knocks of the server that never arrive: whose firewall, and where.

use super::finding_builder::{Build, finding};
use super::range_remedies::at_gateway;
use super::sentences::{seen_stop, with_addresses};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::{AttemptReading, Evidence, Holes, Located, ModeView, Nat, OwnDrops};
use crate::facts::{NotTested, Purpose, Step, Why};

pub static CLIENT_FIREWALL_BLOCKS_ACTIVE: Cause =
    cause!("client-firewall-blocks-active", Active, Problem, &KNOCK, looks_like[UNEQUAL_WAYS]);
pub static SERVER_FIREWALL_BLOCKS_ACTIVE: Cause = cause!("server-firewall-blocks-active", Active, Problem, &KNOCK, looks_like [NO_MEMORY, UNEQUAL_WAYS]);
pub static FIREWALL_BLOCKS_ACTIVE: Cause =
    cause!("firewall-blocks-active", Active, Problem, &KNOCK, looks_like[NO_MEMORY]);
static KNOCK: Detector = Detector(blocked);

/// Active modes in which no knock came.
fn unanswered<'a, 'v>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    evidence.active().into_iter().filter(|v| v.shown.no_knock_came()).collect()
}

/// Whether the port that holes were opened for is the one that the server calls from. Pure-FTPd
/// binds port 20 whatever happens; of the others only a call that was seen tells.
fn calls_from_hole_port(evidence: &Evidence<'_>) -> bool {
    let ports: Vec<u16> =
        evidence.facts.attempts.iter().filter_map(|a| Some(a.hole.as_ref()?.to_port)).collect();
    let seen = evidence
        .facts
        .attempts
        .iter()
        .filter(|a| !a.mode.is_passive())
        .filter_map(|a| a.observed.map(|o| o.from.port()))
        .any(|port| ports.contains(&port));
    seen || (evidence.product() == Some("pure-ftpd") && ports.contains(&20))
}

/// Whether the server is known to see us under our own address.
fn no_nat(evidence: &Evidence<'_>) -> bool {
    let accepted = evidence.active().iter().any(|v| v.shown.step >= Step::Announced);
    evidence.nat() == Nat::None
        || (evidence.nat() == Nat::Unknown && evidence.checks_port_address() && accepted)
}

/// Whether passive connections stood, and the server never answered a listing over them: it may be
/// slow, and that it does not knock in time says nothing about the way.
fn unheard(evidence: &Evidence<'_>, stop: &Stop) -> bool {
    let passive = evidence.passive();
    let silent = |v: &&ModeView<'_>| v.shown.starved() && v.shown.step < Step::Began;
    !passive.is_empty()
        && passive.iter().all(silent)
        && !stop.hole_opened
        && stop.own_drops.is_none()
        && evidence.answered_unannounced().is_empty()
}

/// Active modes that nobody can say more of than that the server may be slow.
pub(super) fn unheard_of<'a, 'v>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    let silent = unanswered(evidence);
    if silent.is_empty() || !unheard(evidence, &stop(evidence, &silent)) {
        Vec::new()
    } else {
        silent
    }
}

struct Stop {
    located: Option<Located>,
    confidence: Confidence,
    hole_opened: bool,
    own_drops: Option<OwnDrops>,
}

/// What the holes tell about the place, if holes were opened.
fn stop(evidence: &Evidence<'_>, silent: &[&ModeView<'_>]) -> Stop {
    if let Some(seen) = evidence.seen_stop(false) {
        let (located, confidence) = (Some(seen.located), seen.located.confidence);
        return Stop { located, confidence, hole_opened: false, own_drops: None };
    }
    let holes = evidence.holes();
    let own_drops = evidence.own_drops(false);
    let (located, confidence) = match (holes, own_drops) {
        (Some(Holes::Opened(located)), _) => (Some(located), located.confidence),
        // Whatever holes are good for: the knock has come as far as this machine.
        (_, Some(drops)) => (Some(drops.located(evidence)), drops.confidence),
        // Where no hole let it in, that says what is not to blame. A filter without a memory on the client's
        // side defeats every hole, and so does a NAT that gives each flow another port.
        _ if silent.iter().map(|v| v.times()).sum::<usize>() >= 2 => (None, Confidence::Likely),
        _ => (None, Confidence::Possible),
    };
    Stop { located, confidence, hole_opened: matches!(holes, Some(Holes::Opened(_))), own_drops }
}

/// PORT was accepted, and the server's knock never arrives. Whose filter stops it follows from the
/// holes that were opened from the inside: one lets it in at this machine or its gateway; where none
/// does, it never comes as far as the client's side.
#[expect(clippy::too_many_lines, reason = "one finding, from its conditions to its remedies")]
fn blocked(evidence: &Evidence<'_>) -> Found {
    if let Some(open) = evidence.active().iter().find(|v| v.is_open()) {
        return Err(why_not("an active mode works").on(open.shown));
    }
    if let Some(late) = evidence.facts.attempts.iter().find(|a| a.late.is_some()) {
        return Err(why_not("a knock came, though late: the way is free").on(late));
    }
    let silent = unanswered(evidence);
    let first = silent.first().ok_or_else(|| {
        why_not("in no active mode a knock was waited for in vain").on_modes(&evidence.active())
    })?;
    let stop = stop(evidence, &silent);
    require(!unheard(evidence, &stop), || {
        why_not("no listing was answered over passive connections that stood either: the server may just be slow")
            .on_modes(&evidence.passive())
    })?;
    let side = stop.located.map_or(Side::Unknown, |l| l.side());
    let cause = match side {
        Side::Client => &CLIENT_FIREWALL_BLOCKS_ACTIVE,
        Side::Server => &SERVER_FIREWALL_BLOCKS_ACTIVE,
        Side::Path | Side::Unknown => &FIREWALL_BLOCKS_ACTIVE,
    };
    let said = silent.iter().find_map(|v| match &v.shown.why {
        Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text } => {
            Some(brief(*code, text))
        }
        _ => None,
    });
    let seen = evidence.seen_stop(false);
    let no_hole = evidence.holes() == Some(Holes::None);
    let id = match (&said, side, evidence.passive_open()) {
        (_, Side::Client, _) if seen.is_some() => "client-firewall-blocks-active-text-read",
        (_, Side::Server, _) if seen.is_some() => "server-firewall-blocks-active-text-read",
        (_, Side::Path, _) if seen.is_some() => "firewall-blocks-active-text",
        (_, Side::Client, _) if !stop.hole_opened => "client-firewall-blocks-active-text-arrives",
        (_, Side::Client, _) => "client-firewall-blocks-active-text",
        (_, Side::Server, _) => "server-firewall-blocks-active-text",
        (_, Side::Path, _) => "firewall-blocks-active-text-path",
        (Some(_), _, _) => "firewall-blocks-active-text-reply",
        (None, _, _) if no_hole && calls_from_hole_port(evidence) && no_nat(evidence) => {
            "firewall-blocks-active-text-no-hole-calls"
        }
        (None, _, _) if no_hole => "firewall-blocks-active-text-no-hole",
        (None, _, true) => "firewall-blocks-active-text-passive-works",
        (None, _, false) => "firewall-blocks-active-text",
    };
    let hop = stop.located.and_then(|l| l.location.hop_max).unwrap_or(0);
    let farthest = evidence.holes_dug().iter().filter_map(|a| Some(a.hole.as_ref()?.ttl)).max();
    let text = with_addresses(Text::new(id), evidence)
        .with("reply", said.unwrap_or_default())
        .with("data", evidence.data_port())
        .with("port", first.shown.listened.map_or(0, |a| a.port()))
        .with("hop", u16::from(hop))
        .with("farthest", u16::from(farthest.unwrap_or(0)))
        .with(
            "box",
            Text::new(match hop {
                0 => "box-own",
                1 => "box-gateway",
                _ => "box-far",
            })
            .with("hop", u16::from(hop)),
        );
    let mut build = finding(cause, stop.confidence, text)
        .side(side)
        .explains(&silent)
        .saw(Text::new("seen-control-works").with("control", evidence.control_port()));
    if let Some(located) = stop.located {
        build = build.at(located.location);
    }
    if let Some(seen) = seen {
        build = build.saw(seen_stop(evidence, &seen));
    }
    if let Some(drops) = stop.own_drops.filter(|_| side == Side::Client) {
        build = build.saw(Text::new("seen-own-drops").with("packets", drops.packets));
    }
    for attempt in evidence.facts.attempts.iter().filter(|a| a.purpose == Purpose::Hole) {
        let ttl = attempt.hole.as_ref().map_or(0, |h| h.ttl);
        let id = if attempt.came_through() { "seen-hole-open" } else { "seen-hole-shut" };
        build = build.saw_in(attempt, Text::new(id).with("ttl", u16::from(ttl)));
    }
    let build = look_alikes(build, evidence, first).fix_if(
        evidence.passive_open(),
        Who::User,
        Text::new("fix-use-passive"),
    );
    let gateway = at_gateway(stop.located.as_ref());
    let client = |build: Build, id: &'static str| {
        build.fix(
            Who::ClientAdmin,
            with_addresses(Text::new(id), evidence),
            remedies::let_active_in(evidence, gateway),
        )
    };
    let server = |build: Build, id: &'static str| {
        build.fix(
            Who::ServerAdmin,
            Text::new(id).with("data", evidence.data_port()),
            remedies::let_active_out(evidence),
        )
    };
    match side {
        Side::Client => client(build, "client-firewall-blocks-active-fix"),
        Side::Server => server(build, "server-firewall-blocks-active-fix"),
        Side::Path => {
            build.fix(Who::NetworkAdmin, Text::new("firewall-blocks-active-fix-path"), Vec::new())
        }
        Side::Unknown => server(
            client(build, "firewall-blocks-active-fix-client"),
            "firewall-blocks-active-fix-server",
        ),
    }
    .done()
}

fn look_alikes(build: Build, evidence: &Evidence<'_>, first: &ModeView<'_>) -> Build {
    let accepted = first.shown.step >= crate::facts::Step::Announced;
    let held = evidence
        .facts
        .attempts
        .iter()
        .any(|a| matches!(&a.why, Why::Not(NotTested::TooMany { held: true, .. })));
    let build = if held { build.saw(Text::new("seen-held")) } else { build };
    build
        .not_if(accepted, "active-disabled", Text::new("not-active-disabled-accepted"))
        .not_if(
            evidence.nat() == Nat::None,
            "client-nat-breaks-active",
            with_addresses(Text::new("not-nat-same-address"), evidence),
        )
        .not_if(
            evidence.nat() == Nat::Unknown && evidence.checks_port_address() && accepted,
            "client-nat-breaks-active",
            Text::new("not-nat-accepted")
                .with("software", evidence.software().map_or("", |s| s.product.name())),
        )
}
