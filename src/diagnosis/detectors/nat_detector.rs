//! An address in PORT that is not the one that the server sees: a NAT.

use super::finding_builder::finding;
use super::helper_detector::address_is_rewritten;
use super::sentences::with_addresses;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::{AttemptReading, Evidence, ModeView, Nat};
use crate::facts::{Attempt, Varied, Why};
use crate::wire::address::is_inner;
use crate::wire::peer;
use std::net::IpAddr;

pub static CLIENT_NAT_BREAKS_ACTIVE: Cause = cause!("client-nat-breaks-active", Active, Problem, &Detector(nat_breaks), suppresses [
    "firewall-blocks-active",
    "client-firewall-blocks-active",
    "server-firewall-blocks-active",
    "active-disabled"
], looks_like [TRANSLATED_THERE, CALL_ARRIVED, ONE_MACHINE]);

fn comparison<'a>(evidence: &Evidence<'a>) -> Option<&'a Attempt> {
    evidence.facts.varied(|v| matches!(v, Varied::Announce { .. })).next()
}

/// Whether the server's call was seen where the client has the address that it announced: it comes to
/// the right one.
fn call_arrives(evidence: &Evidence<'_>, view: &ModeView<'_>) -> bool {
    let called = view.shown.listened.or(view.shown.advertised).map(|at| at.ip().to_canonical());
    let seen = || view.shown.sightings.iter().any(|sighting| sighting.syns.any());
    called.is_some() && called == evidence.own() && seen()
}

/// A NAT on our side: the address in PORT is not the one that the server sees.
fn nat_breaks(evidence: &Evidence<'_>) -> Found {
    let external = evidence.facts.request.external_ip;
    let views = evidence.active();
    if let Some(open) = views.iter().find(|v| v.is_open()) {
        return Err(why_not("an active mode works").on(open.shown));
    }
    let refused: Vec<&ModeView<'_>> =
        views.iter().filter(|v| v.shown.address_refused()).copied().collect();
    let vain = |v: &&&ModeView<'_>| v.shown.no_knock_came() && !call_arrives(evidence, v);
    let unanswered: Vec<&ModeView<'_>> = views.iter().filter(vain).copied().collect();
    let compared = comparison(evidence);
    let taken =
        compared.is_some_and(|a| matches!(a.why, Why::ReplyOnly { .. } | Why::NoAnswer { .. }));
    let own_inner = evidence.has_inner_address();
    let echoed = refused.iter().any(|v| {
        v.refusal()
            .and_then(|(_, text)| peer::port_refusal(text))
            .is_some_and(|r| r.arrived.is_some() && r.arrived == evidence.own())
    });
    let whose = Whose::of(evidence);
    let confidence = match (refused.is_empty(), evidence.nat()) {
        (false, Nat::Present) if taken && whose.is_at_the_server() => Confidence::Likely,
        (false, Nat::Present) if taken => Confidence::Proven,
        // The server calls our own address foreign, so it sees another one.
        (false, Nat::Present) => Confidence::Likely,
        (true, Nat::Present) if external.is_some() && !unanswered.is_empty() => {
            Confidence::Possible
        }
        // An address that was given may simply be the wrong one.
        (_, _) if external.is_some() => {
            return Err(why_not("--external-ip was given: it may simply be the wrong address")
                .on_modes(&views));
        }
        (false, Nat::Unknown) if echoed || own_inner => Confidence::Likely,
        (false, Nat::Unknown) => Confidence::Possible,
        (true, Nat::Present) if !unanswered.is_empty() => Confidence::Likely,
        (true, Nat::Unknown)
            if !unanswered.is_empty() && own_inner && !evidence.checks_port_address() =>
        {
            Confidence::Possible
        }
        _ if refused.is_empty() && unanswered.is_empty() => {
            return Err(why_not(
                "no active mode was refused for its address or waited in vain for a knock",
            )
            .on_modes(&views));
        }
        (_, nat) => {
            let nat = nat.as_str();
            return Err(why_not(format!(
                "what is known of the addresses shows no NAT (nat {nat})"
            ))
            .on_modes(&views));
        }
    };
    // The address arrives as it should: somebody on the way sees to it.
    require(!refused.is_empty() || !address_is_rewritten(evidence), || {
        why_not("the address is set right on the way (alg-rewrites-control)").on_modes(&views)
    })?;
    let explained = if refused.is_empty() { unanswered } else { refused.clone() };
    let id = text_id(whose, external.is_some(), refused.is_empty(), evidence);
    let reply = refused
        .first()
        .and_then(|v| v.refusal())
        .map_or_else(String::new, |(code, text)| brief(code, text));
    let mut build = finding(
        &CLIENT_NAT_BREAKS_ACTIVE,
        confidence,
        with_addresses(Text::new(id), evidence)
            .with("reply", reply)
            .with("external", external.map_or_else(String::new, |a| a.to_string())),
    )
    .side(whose.side())
    .explains(&explained);
    if let Some(title) = whose.title() {
        build = build.title(Text::new(title));
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
        .fix_if(
            whose == Whose::Relays,
            Who::ServerAdmin,
            Text::new("client-nat-breaks-active-fix-relay"),
        )
        .fix_if(
            whose == Whose::There,
            Who::ServerAdmin,
            Text::new("client-nat-breaks-active-fix-there"),
        );
    if !whose.is_at_the_server() {
        let helper = remedies::nat::ftp_helper(evidence);
        let fix = Text::new("client-nat-breaks-active-fix-client");
        build = build.fix(Who::ClientAdmin, fix, helper);
    }
    build.done()
}

/// Whose translation it is, as far as the addresses tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Somebody on the server's own machine takes our connection and makes one of his own.
    Relays,
    /// Something else in front of the server.
    There,
    /// Nobody knows.
    Between,
    /// A NAT on our side.
    Ours,
}

impl Whose {
    fn of(evidence: &Evidence<'_>) -> Self {
        let (own, peer, seen) = (evidence.own(), evidence.peer(), evidence.seen_as());
        // It sees itself.
        let itself = |seen: IpAddr| own != Some(seen) && (seen.is_loopback() || peer == Some(seen));
        if seen.is_some_and(itself) {
            return Self::Relays;
        }
        if evidence.translated_at_the_server() {
            return Self::There;
        }
        // A server that sees us under a private address, though we have a public one or reach it in
        // public: then the translation may as well be on its own side (a container, a load balancer). So
        // it may where our address is one of the Internet, which few translate.
        let inner = |address: Option<IpAddr>| address.is_some_and(is_inner);
        let public = own.is_some_and(|own| !is_inner(own) && !own.is_loopback());
        if public || (inner(seen) && !(inner(own) && inner(peer))) {
            Self::Between
        } else {
            Self::Ours
        }
    }

    fn is_at_the_server(self) -> bool {
        matches!(self, Self::Relays | Self::There)
    }

    fn side(self) -> Side {
        match self {
            Self::Relays | Self::There => Side::Server,
            Self::Between => Side::Unknown,
            Self::Ours => Side::Client,
        }
    }

    fn title(self) -> Option<&'static str> {
        match self {
            Self::Relays => Some("client-nat-breaks-active-title-relay"),
            Self::There => Some("client-nat-breaks-active-title-there"),
            Self::Between => Some("client-nat-breaks-active-title-between"),
            Self::Ours => None,
        }
    }
}

/// Which sentences tell it: by what was known of the addresses and how the server took the command.
fn text_id(whose: Whose, external: bool, silent: bool, evidence: &Evidence<'_>) -> &'static str {
    match (silent, evidence.seen_as().is_some()) {
        _ if whose == Whose::Relays => "client-nat-breaks-active-text-relay",
        _ if whose == Whose::There => "client-nat-breaks-active-text-there",
        (false, _) if external => "client-nat-breaks-active-text-external",
        (true, _) if external => "client-nat-breaks-active-text-external-silent",
        (false, true) => "client-nat-breaks-active-text",
        (false, false) => "client-nat-breaks-active-text-unseen",
        (true, true) => "client-nat-breaks-active-text-silent",
        (true, false) => "client-nat-breaks-active-text-inner",
    }
}
