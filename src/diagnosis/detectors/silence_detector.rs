//! Passive ports that nobody answers, or that a filter rejects: whose firewall, and where.

use std::net::IpAddr;

use super::address_detector::names_another_address;
use super::finding_builder::{Build, finding};
use super::passive_ends::{all_end, ended};
use super::range_remedies::{at_gateway, give_range, let_in, let_out};
use super::sentences::{place, place_read, seen_place, seen_read_along};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Evidence, Holes, Located, ModeView, OwnDrops, ResetFrom, WayBack, Worth};
use crate::facts::{Attempt, BoundsFrom, Icmp, Outcome, Why};

pub static SERVER_FIREWALL_BLOCKS_PASSIVE: Cause = cause!("server-firewall-blocks-passive", Passive, Problem, &SILENCE, looks_like [ANSWERS_LOST, UNEQUAL_WAYS, OTHER_DOOR, PART_OPEN]);
pub static CLIENT_FIREWALL_BLOCKS_PASSIVE: Cause = cause!("client-firewall-blocks-passive", Passive, Problem, &SILENCE, looks_like[UNEQUAL_WAYS, OTHER_DOOR, PART_OPEN]);
pub static FIREWALL_BLOCKS_PASSIVE: Cause = cause!("firewall-blocks-passive", Passive, Problem, &SILENCE, looks_like [ANSWERS_LOST, UNEQUAL_WAYS, OTHER_DOOR, PART_OPEN]);
static SILENCE: Detector = Detector(blocked);

/// What stops the knocks, and where.
struct Stop {
    located: Option<Located>,
    text: &'static str,
    sender: Option<IpAddr>,
    /// This machine drops the answers.
    own_drops: Option<OwnDrops>,
}

fn stop(evidence: &Evidence<'_>, attempts: &[&Attempt], reset: bool) -> Stop {
    let rejects: Vec<Icmp> = attempts
        .iter()
        .filter_map(|a| match a.why {
            Why::Icmp { icmp } => icmp,
            _ => None,
        })
        .collect();
    // One message among several silences does not speak for them.
    let answered = attempts.iter().filter(|a| matches!(a.why, Why::Icmp { .. })).count();
    if let Some(icmp) = rejects.iter().min_by_key(|icmp| icmp.sender)
        && answered * 2 >= attempts.len()
    {
        // Rejects of several senders name a place where all of them name the same one.
        let place = |icmp: &Icmp| evidence.place_of_reject(*icmp).map(|l| (l.side(), l.between));
        let agreed = rejects.iter().all(|other| place(other) == place(icmp));
        let located = evidence.place_of_reject(*icmp).filter(|_| agreed);
        let (text, sender) = ("firewall-blocks-passive-text-icmp", icmp.sender);
        return Stop { located, text, sender, own_drops: None };
    }
    if reset {
        let located = match evidence.reset_from() {
            Some(ResetFrom::Box(located)) => Some(located),
            _ => None,
        };
        let text = "firewall-blocks-passive-text-reset";
        return Stop { located, text, sender: None, own_drops: None };
    }
    let silence = evidence.place_of_silence();
    // What does not leave this machine is answered by nobody.
    let leaves = silence.is_none_or(|l| l.side() != Side::Client);
    let own_drops = evidence.own_drops(true).filter(|_| leaves);
    let (located, text) = match own_drops {
        Some(drops) => {
            (Some(drops.located(evidence)), "client-firewall-blocks-passive-text-answers")
        }
        None => (silence, "firewall-blocks-passive-text-silent"),
    };
    Stop { located, text, sender: None, own_drops }
}

/// RSTs that come from a box on the way are a firewall's.
fn reset_by_a_box(evidence: &Evidence<'_>) -> bool {
    matches!(evidence.reset_from(), Some(ResetFrom::Box(_)))
}

/// The declared range is let through, and only ports outside of it were announced: no rule is
/// missing, the server does not keep to its range (`passive-range-leaks`).
fn outside_of_an_open_range(evidence: &Evidence<'_>, views: &[&ModeView<'_>]) -> bool {
    let Some(view) = evidence.audit().filter(|view| view.worth == Worth::Shown) else {
        return false;
    };
    let Some((bounds, BoundsFrom::Declared)) = view.bounds else { return false };
    let through = view.sweep.is_some_and(|s| s.complete)
        && view.inside.iter().all(|run| run.outcome == Outcome::Refused);
    let all = views.iter().flat_map(|v| &v.all);
    let announced: Vec<u16> = all.filter_map(|a| a.passive_port()).collect();
    through && !announced.is_empty() && !announced.iter().any(|port| bounds.has(*port))
}

/// Nobody answers at any announced port, or a filter says no. Whose filter follows from the place
/// where packets die.
fn blocked(evidence: &Evidence<'_>) -> Found {
    let mut wanted = vec![Outcome::TimedOut, Outcome::Prohibited, Outcome::Unreachable];
    let mut reset = false;
    if ended(evidence, &wanted).is_err() && reset_by_a_box(evidence) {
        wanted = vec![Outcome::Refused];
        reset = true;
    }
    let views = ended(evidence, &wanted)?;
    require(!outside_of_an_open_range(evidence, &views), || {
        why_not("the declared range is let through, and only ports outside of it were announced (passive-range-leaks)")
            .on_modes(&views)
    })?;
    require(!evidence.rejects_what_is_not_forwarded(), || {
        why_not("a NAT with the server's address says that it forwards nothing there (passive-ports-not-forwarded)")
            .on_modes(&views)
    })?;
    let attempts: Vec<&Attempt> = views
        .iter()
        .flat_map(|v| &v.all)
        .filter(|a| a.outcome != Outcome::NotTested)
        .copied()
        .collect();
    let stop = stop(evidence, &attempts, reset);
    let side = stop.located.map_or(Side::Unknown, |l| l.side());
    let cause = match side {
        Side::Server => &SERVER_FIREWALL_BLOCKS_PASSIVE,
        Side::Client => &CLIENT_FIREWALL_BLOCKS_PASSIVE,
        Side::Path | Side::Unknown => &FIREWALL_BLOCKS_PASSIVE,
    };
    // Several ports, several SYNs each, while the control port of the same host answers: a filter.
    let enough = attempts.len() >= 2 || evidence.seen_often(true);
    let agreed = enough && all_end(evidence, &wanted);
    let answered_later = stop.own_drops.is_none() && evidence.answered_later();
    // No hole let an active knock in either: one filter without a memory on our side, which drops what
    // comes from ports above 1023, would do both.
    let no_hole =
        matches!(evidence.holes(), Some(Holes::None)) && evidence.way_back() != WayBack::Free;
    let confidence = match (&stop.located, agreed) {
        _ if answered_later => Confidence::Possible,
        (Some(located), true) if side == Side::Server && no_hole => {
            located.confidence.max(Confidence::Likely)
        }
        (Some(located), true) if side != Side::Unknown => located.confidence,
        // The right door may be at the address that 227 names.
        (_, true) if names_another_address(evidence) => Confidence::Possible,
        (_, true) => Confidence::Likely,
        (_, false) => Confidence::Possible,
    };
    let ports = evidence.announced_ports();
    let active = if evidence.active_open() { "yes" } else { "no" };
    let text = Text::new(stop.text)
        .with("ports", ports::list(&ports))
        .with("count", ports.len())
        .with("control", evidence.control_port())
        .with("active", active)
        .with("sender", stop.sender.map_or_else(|| "?".to_owned(), |s| s.to_string()))
        .with("where", whereabouts(evidence, &stop));
    let mut build = finding(cause, confidence, text)
        .side(side)
        .explains(&views)
        .saw(Text::new("seen-control-works").with("control", evidence.control_port()))
        .not_if(
            views.first().is_some_and(|v| v.outcome() == Outcome::TimedOut) && !answered_later,
            "passive-port-refused",
            Text::new("not-refused-silent"),
        )
        .not("passive-disabled", Text::new("not-disabled-announced"))
        .saw_some(seen_read_along(&ports));
    if answered_later {
        build = build.saw(Text::new("seen-answered-later"));
    }
    build = at_its_place(evidence, build, &stop, side);
    if let Some(text) = seen_returned(evidence) {
        build = build.saw(text);
    }
    if evidence.active_open() {
        build = build.saw(Text::new("seen-active-works"));
    }
    if stop.own_drops.is_some() {
        let fix = Text::new("client-firewall-blocks-passive-fix-answers")
            .with("server", evidence.peer().map_or_else(String::new, |p| p.to_string()));
        return build
            .fix(Who::ClientAdmin, fix, remedies::let_active_in(evidence, false))
            .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
            .done();
    }
    blocked_remedies(evidence, build, side, stop.located.as_ref()).done()
}

/// Where it is, what shows that, and which side it is not.
fn at_its_place(evidence: &Evidence<'_>, build: Build, stop: &Stop, side: Side) -> Build {
    if let Some(drops) = stop.own_drops {
        let place = drops.located(evidence).location;
        return build
            .at(place)
            .saw(Text::new("seen-own-drops").with("packets", drops.packets))
            .not("server-firewall-blocks-passive", Text::new("not-server-answers"));
    }
    let Some(located) = stop.located else { return build };
    let build = build.at(located.location).saw(seen_place(evidence, &located, true));
    match side {
        Side::Server => build.not("client-firewall-blocks-passive", Text::new("not-client-passes")),
        Side::Client => build.not("server-firewall-blocks-passive", Text::new("not-server-near")),
        Side::Path | Side::Unknown => build,
    }
}

/// What came back from the routers on the way, where they were asked.
fn seen_returned(evidence: &Evidence<'_>) -> Option<Text> {
    let asked = evidence.facts.returned.first()?;
    let (id, hop) = match evidence.way_back() {
        WayBack::Free => {
            let came = evidence.facts.returned.iter().filter(|r| r.answer.answered());
            ("seen-returned", came.map(|r| r.hop).max()?)
        }
        WayBack::Stops { after } => ("seen-returned-stops", after),
        WayBack::Unknown => return None,
    };
    Some(Text::new(id).with("port", asked.port).with("hop", u16::from(hop)))
}

fn whereabouts(evidence: &Evidence<'_>, stop: &Stop) -> Text {
    if evidence.facts.reading.is_some() {
        place_read(stop.located.as_ref())
    } else {
        place(stop.located.as_ref(), stop.sender)
    }
}

fn blocked_remedies(
    evidence: &Evidence<'_>,
    build: Build,
    side: Side,
    located: Option<&Located>,
) -> Build {
    let range = ports::proposal(evidence);
    let mut build = build;
    if side != Side::Client && side != Side::Path {
        build = give_range(evidence, build, range);
        build = let_in(evidence, build, range, located);
    }
    if side == Side::Client {
        build = let_out(evidence, build, "client-firewall-blocks-passive-fix", at_gateway(located));
    } else if side == Side::Path {
        build =
            build.fix(Who::NetworkAdmin, Text::new("firewall-blocks-passive-fix-path"), Vec::new());
    } else if side == Side::Unknown {
        build = let_out(evidence, build, "firewall-blocks-passive-fix-client", false);
    }
    build.fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active")).fix_if(
        side == Side::Unknown,
        Who::User,
        Text::new("fix-decide-side"),
    )
}
