//! Addresses of data connections that are not what was expected: the one in 227, and the one that
//! the server calls from, with its port.

use std::net::IpAddr;

use super::finding_builder::finding;
use super::sentences::with_addresses;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::{Evidence, Foreign227, ModeView};
use crate::facts::{Attempt, Mode, Why};
use crate::wire::address::is_inner;

pub static PASSIVE_ADDRESS_UNROUTABLE: Cause =
    cause!("passive-address-unroutable", Passive, Problem, &Detector(address_unroutable));
pub static PASSIVE_ADDRESS_MISMATCH: Cause =
    cause!("passive-address-mismatch", Passive, Warning, &Detector(address_mismatch));
pub static ACTIVE_SOURCE_PORT_UNEXPECTED: Cause =
    cause!("active-source-port-unexpected", Active, Info, &Detector(source_port_unexpected));
pub static ACTIVE_SOURCE_ADDRESS_UNEXPECTED: Cause = cause!(
    "active-source-address-unexpected",
    Active,
    Problem,
    &Detector(source_address_unexpected)
);

/// The 227 that names another address than the server's own, if one does.
fn foreign_227<'a>(evidence: &Evidence<'a>) -> Result<Foreign227<'a>, WhyNot> {
    evidence.foreign_227().ok_or_else(|| {
        let condition = match (evidence.peer(), evidence.public_seen_as()) {
            (Some(_), _) => "no 227 named another address than the server's",
            (None, Some(_)) => "no 227 named an address that its client cannot reach",
            (None, None) => "the server's address is not known",
        };
        why_not(condition).on_all(evidence.tries(Mode::Pasv).iter().copied())
    })
}

/// Whether 227 names an address that may be a door of its own.
pub(super) fn names_another_address(evidence: &Evidence<'_>) -> bool {
    evidence.foreign_227().is_some_and(|foreign| !foreign.unroutable)
}

/// 227 names an address that cannot be reached from anywhere else.
fn address_unroutable(evidence: &Evidence<'_>) -> Found {
    let Foreign227 { attempt, advertised, peer, unroutable } = foreign_227(evidence)?;
    require(unroutable, || {
        why_not("the address in 227 can be reached from elsewhere").on(attempt)
    })?;
    let works = evidence.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    // Where the client of a log or capture believed it, its mode is dead for that reason.
    let believed = evidence
        .mode(Mode::Pasv)
        .filter(|v| v.failed() && v.all.iter().any(|a| evidence.went_nowhere(a)));
    let zero = advertised.is_unspecified();
    let severity = if zero && works { Severity::Warning } else { Severity::Problem };
    let there = evidence.dialled_advertised();
    let reached = there.is_some_and(|there| there.is_open() || there.observed.is_some());
    let confidence = match there {
        // Somebody may translate the address on the way, behind the server's back.
        _ if peer.is_none() => Confidence::Likely,
        Some(_) if reached => Confidence::Possible,
        Some(_) if works => Confidence::Proven,
        _ if works || believed.is_some() => Confidence::Proven,
        _ => Confidence::Likely,
    };
    let id = match (zero, works) {
        _ if peer.is_none() => "passive-address-unroutable-text-server",
        (true, _) => "passive-address-unroutable-text-zero",
        _ if reached => "passive-address-unroutable-text-reached",
        _ if advertised.is_loopback() => "passive-address-unroutable-text-self",
        _ if believed.is_some() => "passive-address-unroutable-text-followed",
        (false, true) => "passive-address-unroutable-text-works",
        (false, false) => "passive-address-unroutable-text",
    };
    let port = attempt.advertised.map_or(0, |a| a.port());
    let word = |a: Option<IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
    let with = |text: Text| {
        text.with("advertised", advertised)
            .with("peer", word(peer))
            .with("seen", word(evidence.seen_as().or(evidence.own())))
            .with("port", port)
    };
    let seen = if peer.is_some() { "seen-advertised" } else { "seen-advertised-to" };
    let mut build = finding(&PASSIVE_ADDRESS_UNROUTABLE, confidence, with(Text::new(id)))
        .side(Side::Server)
        .severity(severity)
        .saw(with(Text::new(seen)));
    build = match believed {
        Some(view) => build.explains(&[view]),
        None => build.attempt(attempt),
    };
    if let Some(there) = there {
        build = build.attempt(there);
    }
    if let Some(epsv) = evidence.mode(Mode::Epsv).filter(|v| v.is_open()) {
        build = build.attempt(epsv.shown);
    }
    let fix =
        if peer.is_some() { "passive-address-fix-server" } else { "passive-address-fix-public" };
    build
        .not_if(
            works && peer.is_some(),
            "firewall-blocks-passive",
            with(Text::new("not-firewall-peer-works")),
        )
        .fix(Who::ServerAdmin, with(Text::new(fix)), remedies::set_passive_address(evidence))
        .fix(Who::User, Text::new("passive-address-fix-user"), Vec::new())
        .done()
}

/// 227 names another address, which may or may not be the server's.
fn address_mismatch(evidence: &Evidence<'_>) -> Found {
    let Foreign227 { attempt, advertised, peer, unroutable } = foreign_227(evidence)?;
    let peer = peer.filter(|_| !unroutable).ok_or_else(|| {
        why_not("the address in 227 cannot be reached from elsewhere (passive-address-unroutable)")
            .on(attempt)
    })?;
    // Seen from behind the server's NAT, its public address in 227 is the right one.
    let inside = evidence.facts.reading.is_some() && is_inner(peer) && !is_inner(advertised);
    require(!inside, || {
        why_not("the file was taken behind a translation of the server's address").on(attempt)
    })?;
    let works = evidence.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    let there = evidence.dialled_advertised();
    let known = evidence.facts.names.addresses.contains(&advertised);
    let (id, severity, confidence) = match there {
        // Nobody opens at the address that was dialled, and that is not what is wrong.
        Some(there) if there.is_open() && !evidence.passive_open() => {
            ("passive-address-mismatch-text-there-only", Severity::Problem, Confidence::Proven)
        }
        Some(there) if there.is_open() => {
            ("passive-address-mismatch-text-open", Severity::Info, Confidence::Proven)
        }
        Some(there) if there.observed.is_some() => {
            ("passive-address-mismatch-text-opened", Severity::Warning, Confidence::Likely)
        }
        Some(_) if works => {
            ("passive-address-mismatch-text-dead", Severity::Problem, Confidence::Proven)
        }
        Some(_) => ("passive-address-mismatch-text-dead", Severity::Problem, Confidence::Likely),
        None if known => {
            ("passive-address-mismatch-text-known", Severity::Info, Confidence::Likely)
        }
        None if works => ("passive-address-mismatch-text", Severity::Warning, Confidence::Likely),
        // Nobody answers where we knocked: the other address may be the right door.
        None => ("passive-address-mismatch-text-fails", Severity::Problem, Confidence::Possible),
    };
    let text = Text::new(id).with("advertised", advertised).with("peer", peer);
    let mut build = finding(&PASSIVE_ADDRESS_MISMATCH, confidence, text)
        .side(Side::Server)
        .severity(severity)
        .saw(Text::new("seen-advertised").with("advertised", advertised).with("peer", peer));
    build = if evidence.door_elsewhere() {
        let shut: Vec<&ModeView<'_>> = evidence.passive();
        build.explains(&shut)
    } else {
        build.attempt(attempt)
    };
    if let Some(there) = there {
        build = build.attempt(there);
    } else {
        build = build.fix(Who::User, Text::new("passive-address-mismatch-fix-dial"), Vec::new());
    }
    if evidence.door_elsewhere() {
        let fix = Text::new("passive-address-mismatch-fix-there")
            .with("advertised", advertised)
            .with("peer", peer);
        return build.fix(Who::ServerAdmin, fix, Vec::new()).done();
    }
    build
        .fix(
            Who::ServerAdmin,
            Text::new("passive-address-fix-server").with("peer", peer),
            remedies::set_passive_address(evidence),
        )
        .done()
}

/// The server calls from another port than the default data port.
fn source_port_unexpected(evidence: &Evidence<'_>) -> Found {
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
    let (first, port) = odd.first().ok_or_else(|| {
        why_not("no active connection came from another port than the default data port")
            .on_modes(&evidence.active())
    })?;
    let text =
        Text::new("active-source-port-unexpected-text").with("port", *port).with("data", expected);
    // A single connection says nothing about the next one.
    let confidence = if odd.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let mut build = finding(&ACTIVE_SOURCE_PORT_UNEXPECTED, confidence, text).side(Side::Server);
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
fn source_address_unexpected(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> = evidence
        .active()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::WrongPeer { .. }))
        .collect();
    let Some(Why::WrongPeer { from }) = views.first().map(|v| &v.shown.why) else {
        return Err(
            why_not("no active connection came from another address").on_modes(&evidence.active())
        );
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 { Confidence::Likely } else { Confidence::Possible };
    finding(
        &ACTIVE_SOURCE_ADDRESS_UNEXPECTED,
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
