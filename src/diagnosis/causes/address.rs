//! The address in 227.

use std::net::IpAddr;

use super::build::finding;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{Attempt, Mode, Purpose, Varied};
use crate::wire::address::is_inner;

fn is_unroutable(address: IpAddr, peer: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else {
        return false;
    };
    if v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() {
        return true;
    }
    if v4.is_loopback() {
        return !peer.is_loopback();
    }
    is_inner(address) && !is_inner(peer) && !peer.is_loopback()
}

/// The 227 that names another address than the server's own, if one does.
fn foreign_227<'a>(evidence: &Evidence<'a>) -> Option<(&'a Attempt, IpAddr, IpAddr)> {
    let peer = evidence.peer()?;
    let attempt = evidence.facts.attempts.iter().find(|a| {
        a.mode == Mode::Pasv
            && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
            && a.advertised.is_some_and(|at| at.ip() != peer)
    })?;
    Some((attempt, attempt.advertised?.ip(), peer))
}

/// Whether 227 names an address that may be a door of its own.
pub fn names_another_address(evidence: &Evidence<'_>) -> bool {
    foreign_227(evidence).is_some_and(|(_, advertised, peer)| !is_unroutable(advertised, peer))
}

/// The comparison of `--dial-advertised`.
fn dialled_there<'a>(evidence: &Evidence<'a>) -> Option<&'a Attempt> {
    evidence
        .facts
        .attempts
        .iter()
        .find(|a| a.varies(|v| *v == Varied::DialAdvertised) && a.dialled.is_some())
}

/// 227 names an address that cannot be reached from anywhere else.
pub fn address_unroutable(evidence: &Evidence<'_>) -> Option<Finding> {
    let (attempt, advertised, peer) = foreign_227(evidence)?;
    if !is_unroutable(advertised, peer) {
        return None;
    }
    let works = evidence.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    let zero = advertised.is_unspecified();
    let severity = if zero && works { Severity::Warning } else { Severity::Problem };
    let there = dialled_there(evidence);
    let confidence = match there {
        Some(there) if works && !there.is_open() => Confidence::Proven,
        Some(there) if there.is_open() => Confidence::Possible,
        _ if works => Confidence::Proven,
        _ => Confidence::Likely,
    };
    let id = match (zero, works) {
        (true, _) => "passive-address-unroutable-text-zero",
        _ if advertised.is_loopback() => "passive-address-unroutable-text-self",
        (false, true) => "passive-address-unroutable-text-works",
        (false, false) => "passive-address-unroutable-text",
    };
    let port = attempt.advertised.map_or(0, |a| a.port());
    let text = Text::new(id).with("advertised", advertised).with("peer", peer).with("port", port);
    let mut build = finding("passive-address-unroutable", confidence, text)
        .side(Side::Server)
        .severity(severity)
        .saw(Text::new("seen-advertised").with("advertised", advertised).with("peer", peer));
    build = build.attempt(attempt);
    if let Some(there) = there {
        build = build.attempt(there);
    }
    if let Some(epsv) = evidence.mode(Mode::Epsv).filter(|v| v.is_open()) {
        build = build.attempt(epsv.shown);
    }
    build
        .not_if(
            works,
            "firewall-blocks-passive",
            Text::new("not-firewall-peer-works").with("peer", peer),
        )
        .fix(
            Who::ServerAdmin,
            Text::new("passive-address-fix-server").with("peer", peer),
            remedies::set_passive_address(evidence),
        )
        .fix(Who::User, Text::new("passive-address-fix-user"), Vec::new())
        .done()
}

/// 227 names another address, which may or may not be the server's.
pub fn address_mismatch(evidence: &Evidence<'_>) -> Option<Finding> {
    let (attempt, advertised, peer) = foreign_227(evidence)?;
    if is_unroutable(advertised, peer) {
        return None;
    }
    let works = evidence.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    let there = dialled_there(evidence);
    let known = evidence.facts.names.addresses.contains(&advertised);
    let (id, severity, confidence) = match there {
        Some(there) if there.is_open() => {
            ("passive-address-mismatch-text-open", Severity::Info, Confidence::Proven)
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
    let mut build = finding("passive-address-mismatch", confidence, text)
        .side(Side::Server)
        .severity(severity)
        .saw(Text::new("seen-advertised").with("advertised", advertised).with("peer", peer))
        .attempt(attempt);
    if let Some(there) = there {
        build = build.attempt(there);
    } else {
        build = build.fix(Who::User, Text::new("passive-address-mismatch-fix-dial"), Vec::new());
    }
    build
        .fix(
            Who::ServerAdmin,
            Text::new("passive-address-fix-server").with("peer", peer),
            remedies::set_passive_address(evidence),
        )
        .done()
}
