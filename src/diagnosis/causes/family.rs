//! IPv4 and IPv6.

use std::net::{IpAddr, Ipv6Addr};

use super::build::finding;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::reason::{brief, icmp_text};
use crate::diagnosis::text::Text;
use crate::evidence::Evidence;
use crate::facts::{DialOutcome, Family, Mode};

/// The well-known prefix of NAT64, RFC 6052 §2.1.
pub fn is_nat64(address: IpAddr) -> bool {
    const PREFIX: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];
    matches!(address, IpAddr::V6(v6) if Ipv6Addr::segments(&v6).starts_with(&PREFIX))
}

/// Over IPv6 only EPSV can name a passive port, and this server refuses it.
pub fn ipv6_needs_epsv(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.family() != Some(Family::V6) {
        return None;
    }
    let view = evidence.mode(Mode::Epsv)?;
    let (code, text) = view.refusal().filter(|(code, _)| *code >= 500)?;
    let confidence = if evidence.active_open() { Confidence::Proven } else { Confidence::Likely };
    // A server without RFC 2428 refuses EPRT as well.
    let eprt =
        evidence.mode(Mode::Eprt).filter(|v| v.refusal().is_some_and(|(code, _)| code >= 500));
    let views: Vec<_> = std::iter::once(view).chain(eprt).collect();
    finding(
        "ipv6-needs-epsv",
        confidence,
        Text::new("ipv6-needs-epsv-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&views)
    .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
    .fix(Who::ServerAdmin, Text::new("ipv6-needs-epsv-fix-server"), Vec::new())
    .fix(Who::User, Text::new("ipv6-needs-epsv-fix-user"), Vec::new())
    .done()
}

/// The same behind NAT64: the server itself has no IPv6 and knows no EPSV.
pub fn nat64_needs_epsv(evidence: &Evidence<'_>) -> Option<Finding> {
    if !evidence.peer().is_some_and(is_nat64) {
        return None;
    }
    let view = evidence.mode(Mode::Epsv).filter(|v| v.failed())?;
    let (code, text) = view.refusal()?;
    let eprt =
        evidence.mode(Mode::Eprt).filter(|v| v.refusal().is_some_and(|(code, _)| code >= 500));
    let views: Vec<_> = std::iter::once(view).chain(eprt).collect();
    finding(
        "nat64-needs-epsv",
        Confidence::Likely,
        Text::new("nat64-needs-epsv-text").with("reply", brief(code, text)),
    )
    .side(Side::Unknown)
    .explains(&views)
    .fix(Who::ServerAdmin, Text::new("nat64-needs-epsv-fix-server"), Vec::new())
    .fix(Who::User, Text::new("nat64-needs-epsv-fix-user"), Vec::new())
    .done()
}

/// One family's addresses answer, the other's do not.
pub fn ipv6_broken(evidence: &Evidence<'_>) -> Option<Finding> {
    let works = evidence.session()?.peer;
    let other: Vec<_> =
        evidence.facts.dials.iter().filter(|d| d.to.is_ipv4() != works.is_ipv4()).collect();
    let first = other.first()?;
    let failed = other.iter().all(|d| match &d.outcome {
        // This machine has no route of that family: says nothing about the server.
        DialOutcome::Connected
        | DialOutcome::Reset
        | DialOutcome::Local { .. }
        | DialOutcome::Unreachable { icmp: None } => false,
        DialOutcome::Refused
        | DialOutcome::TimedOut
        | DialOutcome::Prohibited { .. }
        | DialOutcome::Unreachable { .. } => true,
    });
    if !failed {
        return None;
    }
    let broken = Family::of(first.to.ip());
    let id = if broken == Family::V6 { "ipv6-broken-text" } else { "ipv6-broken-text-ipv4" };
    let text = Text::new(id)
        .with("address", first.to.ip())
        .with("works", works.ip())
        .with("control", works.port())
        .with("broken", broken.name());
    // A refusal is quick, and clients fall back; silence costs each of them its time-out.
    let quick = other.iter().all(|d| d.outcome == DialOutcome::Refused);
    let mut build = finding("ipv6-broken", Confidence::Likely, text).severity(
        if quick && broken == Family::V4 { Severity::Warning } else { Severity::Problem },
    );
    for dial in other {
        let seen = match &dial.outcome {
            DialOutcome::Refused => Text::new("seen-dial-refused"),
            DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => {
                Text::new("seen-dial-icmp").with("icmp", icmp_text(*icmp))
            }
            _ => Text::new("seen-dial-timed-out").with("syns", dial.syns.unwrap_or(0)),
        };
        build = build.saw(seen.with("to", dial.to).with("took", dial.took.words()));
    }
    build
        .saw(
            Text::new("seen-connected")
                .with("to", works)
                .with("took", evidence.session()?.connect.words()),
        )
        .not("control-refused", Text::new("not-control-other-family").with("works", works.ip()))
        .fix(
            Who::ServerAdmin,
            Text::new("ipv6-broken-fix-server").with("broken", broken.name()),
            Vec::new(),
        )
        .fix(
            Who::User,
            Text::new("ipv6-broken-fix-user").with("works", Family::of(works.ip()).name()),
            Vec::new(),
        )
        .done()
}
