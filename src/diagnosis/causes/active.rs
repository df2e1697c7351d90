//! Data connections that the server opens.

use super::blocked::at_gateway;
use super::build::{Build, finding, verbs};
use super::middlebox::{address_is_rewritten, data_intercepted};
use super::wording::{self, Says};
use crate::diagnosis::finding::{Confidence, Finding, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, Holes, Located, ModeView, Nat, OwnDrops};
use crate::facts::{Attempt, NotTested, Outcome, Purpose, Step, Varied, Why};
use crate::wire::address::is_inner;
use crate::wire::peer;

/// The announcement was accepted and no connection came, or the server said that it had none.
fn no_knock(view: &ModeView<'_>) -> bool {
    let shown = view.shown;
    // A server that knocks at once says so in its reply to PORT itself.
    let at_once =
        view.refusal().is_some_and(|(code, text)| shown.tells_of_a_failed_knock(code, text));
    shown.outcome == Outcome::TimedOut
        || shown.knock_failed()
        || (at_once && !shown.address_refused())
}

fn comparison<'a>(evidence: &Evidence<'a>) -> Option<&'a Attempt> {
    evidence.facts.varied(|v| matches!(v, Varied::Announce { .. })).next()
}

fn with_addresses(text: Text, evidence: &Evidence<'_>) -> Text {
    let word = |a: Option<std::net::IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
    text.with("own", word(evidence.own()))
        .with("seen", word(evidence.seen_as()))
        .with("server", word(evidence.peer()))
}

/// A NAT on our side: the address in PORT is not the one that the server sees.
pub fn nat_breaks(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.active_open() {
        return None;
    }
    let external = evidence.facts.request.external_ip;
    let views = evidence.active();
    let refused: Vec<&ModeView<'_>> =
        views.iter().filter(|v| v.shown.address_refused()).copied().collect();
    let unanswered: Vec<&ModeView<'_>> = views.iter().filter(|v| no_knock(v)).copied().collect();
    let compared = comparison(evidence);
    let taken =
        compared.is_some_and(|a| matches!(a.why, Why::ReplyOnly { .. } | Why::NoAnswer { .. }));
    let own_inner = evidence.own().is_some_and(is_inner) && !evidence.peer().is_some_and(is_inner);
    let echoed = refused.iter().any(|v| {
        v.refusal()
            .and_then(|(_, text)| peer::port_refusal(text))
            .is_some_and(|r| r.arrived.is_some() && r.arrived == evidence.own())
    });
    // A server that sees us under a private address, though we have a public one or reach it in
    // public: then the translation may as well be on its own side (a container, a load balancer).
    let between = evidence.seen_as().is_some_and(is_inner)
        && !(evidence.own().is_some_and(is_inner) && evidence.peer().is_some_and(is_inner));
    // It sees itself: somebody on its own machine takes our connection and makes one of his own.
    let relayed = evidence.seen_as().is_some_and(|seen| {
        evidence.own() != Some(seen) && (seen.is_loopback() || evidence.peer() == Some(seen))
    });
    let confidence = match (refused.is_empty(), evidence.nat()) {
        (false, Nat::Present) if taken && relayed => Confidence::Likely,
        (false, Nat::Present) if taken => Confidence::Proven,
        // The server calls our own address foreign, so it sees another one.
        (false, Nat::Present) => Confidence::Likely,
        (true, Nat::Present) if external.is_some() && !unanswered.is_empty() => {
            Confidence::Possible
        }
        // An address that was given may simply be the wrong one.
        (_, _) if external.is_some() => return None,
        (false, Nat::Unknown) if echoed || own_inner => Confidence::Likely,
        (false, Nat::Unknown) => Confidence::Possible,
        (true, Nat::Present) if !unanswered.is_empty() => Confidence::Likely,
        (true, Nat::Unknown)
            if !unanswered.is_empty() && own_inner && !evidence.checks_port_address() =>
        {
            Confidence::Possible
        }
        _ => return None,
    };
    if refused.is_empty() && address_is_rewritten(evidence) {
        // The address arrives as it should: somebody on the way sees to it.
        return None;
    }
    let explained = if refused.is_empty() { unanswered } else { refused.clone() };
    let id = match (refused.is_empty(), evidence.seen_as().is_some()) {
        _ if relayed => "client-nat-breaks-active-text-relay",
        (false, _) if external.is_some() => "client-nat-breaks-active-text-external",
        (true, _) if external.is_some() => "client-nat-breaks-active-text-external-silent",
        (false, true) => "client-nat-breaks-active-text",
        (false, false) => "client-nat-breaks-active-text-unseen",
        (true, true) => "client-nat-breaks-active-text-silent",
        (true, false) => "client-nat-breaks-active-text-inner",
    };
    let reply = refused
        .first()
        .and_then(|v| v.refusal())
        .map_or_else(String::new, |(code, text)| brief(code, text));
    let mut build = finding(
        "client-nat-breaks-active",
        confidence,
        with_addresses(Text::new(id), evidence)
            .with("reply", reply)
            .with("external", external.map_or_else(String::new, |a| a.to_string())),
    )
    .side(match (relayed, between) {
        (true, _) => Side::Server,
        (false, true) => Side::Unknown,
        (false, false) => Side::Client,
    })
    .explains(&explained);
    if relayed {
        build = build.title(Text::new("client-nat-breaks-active-title-relay"));
    }
    if between {
        build = build.title(Text::new("client-nat-breaks-active-title-between"));
    }
    if let Some(seen) = evidence.seen_as() {
        build = build.saw(with_addresses(Text::new("seen-as"), evidence).with("address", seen));
    }
    if let Some(compared) = compared {
        build = build.attempt(compared);
    }
    build = build
        .not_if(!refused.is_empty(), "active-disabled", Text::new("not-active-disabled-address"))
        .fix_if(evidence.passive_open(), Who::User, Text::new("fix-use-passive"))
        .fix_if(relayed, Who::ServerAdmin, Text::new("client-nat-breaks-active-fix-relay"));
    if !relayed {
        let helper = remedies::nat::ftp_helper(evidence);
        let fix = Text::new("client-nat-breaks-active-fix-client");
        build = build.fix(Who::ClientAdmin, fix, helper);
    }
    build.done()
}

/// The server refuses PORT and EPRT as such.
pub fn disabled(evidence: &Evidence<'_>) -> Option<Finding> {
    let views = evidence.active();
    let refused: Vec<&ModeView<'_>> = views
        .iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                let given = evidence.facts.request.external_ip.is_some();
                let address =
                    peer::is_address_refusal(code, text) && (given || evidence.nat() != Nat::None);
                !address && wording::refusal(code, text) != Says::Otherwise
            })
        })
        .copied()
        .collect();
    if refused.is_empty() || refused.len() != views.len() {
        return None;
    }
    let wanted = evidence
        .facts
        .request
        .modes
        .iter()
        .filter(|m| !m.is_passive() && evidence.family().is_some_and(|f| m.speaks(f)))
        .count();
    if refused.len() < wanted {
        return None;
    }
    let (code, text) = refused.first()?.refusal()?;
    let passive = evidence.passive_open();
    let plain = wording::refusal(code, text) == Says::Disabled;
    let confidence = match (refused.len() >= 2 && passive && plain, plain) {
        _ if peer::is_address_refusal(code, text) => Confidence::Possible,
        (true, _) => Confidence::Proven,
        (false, true) => Confidence::Likely,
        (false, false) => Confidence::Possible,
    };
    let verbs = verbs(&refused);
    finding(
        "active-disabled",
        confidence,
        Text::new("active-disabled-text").with("reply", brief(code, text)).with("verbs", verbs),
    )
    .side(Side::Server)
    .explains(&refused)
    .not("firewall-blocks-active", Text::new("not-firewall-refused-by-reply"))
    .not_if(
        evidence.nat() == Nat::None,
        "client-nat-breaks-active",
        with_addresses(Text::new("not-nat-same-address"), evidence),
    )
    .fix_if(passive, Who::User, Text::new("fix-use-passive"))
    .fix(
        Who::ServerAdmin,
        Text::new("active-disabled-fix-server"),
        remedies::settings::enable_active(evidence),
    )
    .done()
}

/// PORT was accepted, and the server's knock never arrives; nobody knows on whose side it stops.
pub fn firewall_blocks(evidence: &Evidence<'_>) -> Option<Finding> {
    blocked(evidence, "firewall-blocks-active")
}

/// The same, and a hole opened from the inside lets it in at this machine or its gateway.
pub fn client_firewall_blocks(evidence: &Evidence<'_>) -> Option<Finding> {
    blocked(evidence, "client-firewall-blocks-active")
}

/// The same, and no hole lets it in: it never comes as far as the client's side.
pub fn server_firewall_blocks(evidence: &Evidence<'_>) -> Option<Finding> {
    blocked(evidence, "server-firewall-blocks-active")
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
        && data_intercepted(evidence).is_none()
}

/// Active modes that nobody can say more of than that the server may be slow.
pub fn unheard_of<'a, 'v>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    let silent = unanswered(evidence);
    if silent.is_empty() || !unheard(evidence, &stop(evidence, &silent)) {
        Vec::new()
    } else {
        silent
    }
}

/// Active modes in which no knock came.
fn unanswered<'a, 'v>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    evidence.active().into_iter().filter(|v| no_knock(v)).collect()
}

struct Stop {
    located: Option<Located>,
    confidence: Confidence,
    hole_opened: bool,
    own_drops: Option<OwnDrops>,
}

/// What the holes tell about the place, if holes were opened.
fn stop(evidence: &Evidence<'_>, silent: &[&ModeView<'_>]) -> Stop {
    let holes = evidence.holes();
    let own_drops = evidence.own_drops(false);
    let (located, confidence) = match (holes, own_drops) {
        (Some(Holes::Opened(located)), _) => (Some(located), located.confidence),
        // Whatever holes are good for: the knock has come as far as this machine.
        (_, Some(drops)) => (Some(drops.located(evidence)), drops.confidence),
        // A NAT that gives each flow another port would defeat every hole.
        (Some(Holes::None), None) if calls_from_hole_port(evidence) && no_nat(evidence) => {
            let hops = evidence.hops();
            // A filter without a memory at the client would defeat every hole as well.
            let confidence = Confidence::Possible;
            let last = hops.unwrap_or(1);
            (Some(Located::end(last.saturating_sub(1), last, confidence)), confidence)
        }
        _ if silent.iter().map(|v| v.times()).sum::<usize>() >= 2 => (None, Confidence::Likely),
        _ => (None, Confidence::Possible),
    };
    Stop { located, confidence, hole_opened: matches!(holes, Some(Holes::Opened(_))), own_drops }
}

fn blocked(evidence: &Evidence<'_>, wanted: &'static str) -> Option<Finding> {
    // A knock that came late says that the way is free.
    if evidence.active_open() || evidence.facts.attempts.iter().any(|a| a.late.is_some()) {
        return None;
    }
    let silent = unanswered(evidence);
    let first = silent.first()?;
    let stop = stop(evidence, &silent);
    if unheard(evidence, &stop) {
        return None;
    }
    let side = stop.located.map_or(Side::Unknown, |l| l.side());
    let cause = match side {
        Side::Client => "client-firewall-blocks-active",
        Side::Server => "server-firewall-blocks-active",
        Side::Path | Side::Unknown => "firewall-blocks-active",
    };
    if cause != wanted {
        return None;
    }
    let said = silent.iter().find_map(|v| match &v.shown.why {
        Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text } => {
            Some(brief(*code, text))
        }
        _ => None,
    });
    let id = match (&said, side, evidence.passive_open()) {
        (_, Side::Client, _) if !stop.hole_opened => "client-firewall-blocks-active-text-arrives",
        (_, Side::Client, _) => "client-firewall-blocks-active-text",
        (_, Side::Server, _) => "server-firewall-blocks-active-text",
        (_, Side::Path, _) => "firewall-blocks-active-text-path",
        (Some(_), _, _) => "firewall-blocks-active-text-reply",
        (None, _, true) => "firewall-blocks-active-text-passive-works",
        (None, _, false) => "firewall-blocks-active-text",
    };
    let hop = stop.located.and_then(|l| l.location.hop_max).unwrap_or(0);
    let text = with_addresses(Text::new(id), evidence)
        .with("reply", said.unwrap_or_default())
        .with("data", evidence.data_port())
        .with("port", first.shown.listened.map_or(0, |a| a.port()))
        .with("hop", u16::from(hop))
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

/// The server calls from another port than the default data port.
pub fn source_port_unexpected(evidence: &Evidence<'_>) -> Option<Finding> {
    let expected = evidence.data_port();
    // Any of its data connections: which one came first is chance.
    let odd: Vec<(&Attempt, u16)> = evidence
        .active()
        .into_iter()
        .filter_map(|v| {
            v.all.iter().filter(|a| a.is_open()).find_map(|a| {
                let port = a.observed?.from.port();
                (port != expected).then_some((*a, port))
            })
        })
        .collect();
    let (first, port) = odd.first()?;
    let text =
        Text::new("active-source-port-unexpected-text").with("port", *port).with("data", expected);
    // A single connection says nothing about the next one.
    let confidence = if odd.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let mut build = finding("active-source-port-unexpected", confidence, text).side(Side::Server);
    build = build.attempt(first);
    for (attempt, _) in odd.iter().skip(1) {
        build = build.attempt(attempt);
    }
    build
        .fix(
            Who::ServerAdmin,
            Text::new("active-source-port-unexpected-fix").with("data", expected),
            remedies::settings::call_from_data_port(evidence),
        )
        .done()
}

/// The server calls from another address than its own.
pub fn source_address_unexpected(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = evidence
        .active()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::WrongPeer { .. }))
        .collect();
    let Why::WrongPeer { from } = views.first()?.shown.why else {
        return None;
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 { Confidence::Likely } else { Confidence::Possible };
    finding(
        "active-source-address-unexpected",
        confidence,
        with_addresses(Text::new("active-source-address-unexpected-text"), evidence)
            .with("from", from.ip()),
    )
    .side(Side::Server)
    .explains(&views)
    .not("firewall-blocks-active", Text::new("not-firewall-knocked"))
    .fix(Who::ServerAdmin, Text::new("active-source-address-unexpected-fix-server"), Vec::new())
    .fix_if(evidence.passive_open(), Who::User, Text::new("fix-use-passive"))
    .done()
}
