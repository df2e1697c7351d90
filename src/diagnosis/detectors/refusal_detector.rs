//! Refusals by reply: of the commands that announce a data connection, and of the listing. A code
//! alone is no proof, the words decide.

use std::net::{IpAddr, Ipv6Addr};

use super::finding_builder::finding;
use super::range_remedies::let_in;
use super::sentences::{verbs, with_addresses};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::reason::{brief, first_line};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Evidence, ModeView, Nat};
use crate::facts::{Family, Mode, Outcome, Varied, Why};
use crate::wire::peer::{self, RefusalKind};

pub static PASSIVE_DISABLED: Cause = cause!("passive-disabled", Passive, Problem, &Detector(passive_disabled), suppresses ["pasv-unsupported", "epsv-unsupported"]);
pub static EPSV_UNSUPPORTED: Cause =
    cause!("epsv-unsupported", Passive, Info, &Detector(epsv_unsupported));
pub static PASV_UNSUPPORTED: Cause =
    cause!("pasv-unsupported", Passive, Warning, &Detector(pasv_unsupported));
pub static PASSIVE_REPLY_MALFORMED: Cause =
    cause!("passive-reply-malformed", Passive, Problem, &Detector(reply_malformed));
pub static ACTIVE_DISABLED: Cause =
    cause!("active-disabled", Active, Problem, &Detector(active_disabled));
pub static IPV6_NEEDS_EPSV: Cause = cause!("ipv6-needs-epsv", Family, Problem, &Detector(ipv6_needs_epsv), suppresses ["passive-disabled", "epsv-unsupported", "active-disabled"]);
pub static NAT64_NEEDS_EPSV: Cause = cause!("nat64-needs-epsv", Family, Problem, &Detector(nat64_needs_epsv), suppresses ["ipv6-needs-epsv", "passive-disabled", "epsv-unsupported", "active-disabled"]);
pub static LISTING_REFUSED: Cause =
    cause!("listing-refused", Server, Problem, &Detector(listing_refused));

fn refused_for_good<'v, 'a>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    evidence
        .passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                !peer::out_of_ports(text)
                    && peer::refusal_kind(code, text) != RefusalKind::Otherwise
            })
        })
        .collect()
}

/// The server refuses every passive command.
fn passive_disabled(evidence: &Evidence<'_>) -> Found {
    let refused = refused_for_good(evidence);
    let tested = evidence.passive();
    require(refused.len() == tested.len(), || {
        why_not("a passive command was taken, or refused for another reason").on_modes(&tested)
    })?;
    let (code, text) = refusal_of(&refused, "no passive mode was tested")?;
    // One command alone may just not be implemented.
    let both = refused.len() == 2;
    require(both || wanted(evidence, true) < 2, || {
        why_not("one passive command alone was tested, though more were asked for")
            .on_modes(&tested)
    })?;
    let plain = peer::refusal_kind(code, text) == RefusalKind::Disabled;
    let confidence = match (both, evidence.active_open()) {
        (true, true) if plain => Confidence::Proven,
        (true, _) | (_, true) if plain => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id = if evidence.active_open() {
        "passive-disabled-text-active-works"
    } else {
        "passive-disabled-text"
    };
    let text = Text::new(id).with("reply", brief(code, text)).with("verbs", verbs(&refused));
    let build = finding(&PASSIVE_DISABLED, confidence, text)
        .side(Side::Server)
        .explains(&refused)
        .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-disabled-fix-server"),
            remedies::settings::enable_passive(evidence, ports::FRESH),
        );
    let_in(evidence, build, ports::FRESH, None)
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// How many commands of one direction were asked for that the family speaks.
fn wanted(evidence: &Evidence<'_>, passive: bool) -> usize {
    let modes = evidence.facts.request.modes.iter();
    let family = evidence.family();
    modes.filter(|m| m.is_passive() == passive && family.is_some_and(|f| m.speaks(f))).count()
}

/// The reply to the first of these commands; `otherwise` says what it means where there is none.
fn refusal_of<'v>(
    refused: &[&'v ModeView<'_>],
    otherwise: &'static str,
) -> Result<(u16, &'v str), WhyNot> {
    refused.first().and_then(|view| view.refusal()).ok_or_else(|| why_not(otherwise))
}

/// One command over IPv4 that is refused as such, with the reply.
fn one_refused<'v, 'a>(
    evidence: &'v Evidence<'a>,
    mode: Mode,
) -> Result<(&'v ModeView<'a>, u16, &'v str), WhyNot> {
    require(evidence.family() != Some(Family::V6), || {
        why_not("the control connection is over IPv6: there another cause is looked for")
    })?;
    let verb = mode.verb();
    let view = evidence.mode(mode).ok_or_else(|| why_not(format!("{verb} was not asked for")))?;
    let (code, text) =
        view.refusal().ok_or_else(|| why_not(format!("{verb} was not refused")).on(view.shown))?;
    require(
        peer::refusal_kind(code, text) != RefusalKind::Otherwise && !peer::out_of_ports(text),
        || {
            why_not(format!("{verb} was refused for another reason: {}", brief(code, text)))
                .on(view.shown)
        },
    )?;
    Ok((view, code, text))
}

/// EPSV is refused; clients that use PASV do not mind.
fn epsv_unsupported(evidence: &Evidence<'_>) -> Found {
    let (view, code, text) = one_refused(evidence, Mode::Epsv)?;
    finding(
        &EPSV_UNSUPPORTED,
        Confidence::Likely,
        Text::new("epsv-unsupported-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&[view])
    .not("epsv-blocked", Text::new("not-firewall-refused-by-reply"))
    .fix_if(!evidence.passive_open(), Who::User, Text::new("epsv-unsupported-fix-user"))
    .done()
}

/// PASV is refused; clients that use EPSV do not mind.
fn pasv_unsupported(evidence: &Evidence<'_>) -> Found {
    let (view, code, text) = one_refused(evidence, Mode::Pasv)?;
    finding(
        &PASV_UNSUPPORTED,
        Confidence::Likely,
        Text::new("pasv-unsupported-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&[view])
    .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
    .fix(
        Who::ServerAdmin,
        Text::new("pasv-unsupported-fix-server"),
        remedies::settings::allow_pasv(evidence),
    )
    .done()
}

/// 227 or 229 without an address or port that anyone could read.
fn reply_malformed(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> = evidence
        .passive()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::BadAnnouncement { code: 0 | 227 | 229, .. }))
        .collect();
    let Some(Why::BadAnnouncement { text: reply, error, .. }) = views.first().map(|v| &v.shown.why)
    else {
        return Err(why_not("no 227 or 229 was unreadable").on_modes(&evidence.passive()));
    };
    let severity = if evidence.passive_open() { Severity::Warning } else { Severity::Problem };
    let text = Text::new("passive-reply-malformed-text")
        .with("reply", first_line(reply))
        .with("error", error);
    finding(&PASSIVE_REPLY_MALFORMED, Confidence::Likely, text)
        .severity(severity)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-unreadable"))
        .fix(Who::ServerAdmin, Text::new("passive-reply-malformed-fix"), Vec::new())
        .done()
}

/// The server refuses PORT and EPRT as such.
fn active_disabled(evidence: &Evidence<'_>) -> Found {
    let views = evidence.active();
    let refused: Vec<&ModeView<'_>> = views
        .iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                let given = evidence.facts.request.external_ip.is_some();
                let address =
                    peer::is_address_refusal(code, text) && (given || evidence.nat() != Nat::None);
                !address && peer::refusal_kind(code, text) != RefusalKind::Otherwise
            })
        })
        .copied()
        .collect();
    require(refused.len() == views.len(), || {
        why_not("an active command was taken, or refused for its address or another reason")
            .on_modes(&views)
    })?;
    let (code, text) = refusal_of(&refused, "no active mode was tested")?;
    require(refused.len() >= wanted(evidence, false), || {
        why_not("not all active commands that were asked for were tested").on_modes(&views)
    })?;
    let passive = evidence.passive_open();
    let plain = peer::refusal_kind(code, text) == RefusalKind::Disabled;
    let confidence = match (refused.len() >= 2 && passive && plain, plain) {
        _ if peer::is_address_refusal(code, text) => Confidence::Possible,
        (true, _) => Confidence::Proven,
        (false, true) => Confidence::Likely,
        (false, false) => Confidence::Possible,
    };
    let verbs = verbs(&refused);
    finding(
        &ACTIVE_DISABLED,
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

/// The well-known prefix of NAT64, RFC 6052 §2.1.
pub fn is_nat64(address: IpAddr) -> bool {
    const PREFIX: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];
    matches!(address, IpAddr::V6(v6) if Ipv6Addr::segments(&v6).starts_with(&PREFIX))
}

/// Over IPv6 only EPSV can name a passive port, and this server refuses it.
fn ipv6_needs_epsv(evidence: &Evidence<'_>) -> Found {
    require(evidence.family() == Some(Family::V6), || {
        why_not("the control connection is not over IPv6")
    })?;
    let view = evidence.mode(Mode::Epsv).ok_or_else(|| why_not("EPSV was not asked for"))?;
    let refusal = view.refusal().filter(|(code, _)| *code >= 500);
    let (code, text) =
        refusal.ok_or_else(|| why_not("EPSV was not refused for good").on(view.shown))?;
    let confidence = if evidence.active_open() { Confidence::Proven } else { Confidence::Likely };
    // A server without RFC 2428 refuses EPRT as well.
    let eprt =
        evidence.mode(Mode::Eprt).filter(|v| v.refusal().is_some_and(|(code, _)| code >= 500));
    let views: Vec<_> = std::iter::once(view).chain(eprt).collect();
    finding(
        &IPV6_NEEDS_EPSV,
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
fn nat64_needs_epsv(evidence: &Evidence<'_>) -> Found {
    require(evidence.peer().is_some_and(is_nat64), || {
        why_not("the server's address is not of NAT64's well-known prefix")
    })?;
    let view = evidence.mode(Mode::Epsv).ok_or_else(|| why_not("EPSV was not asked for"))?;
    let refusal = view.refusal().filter(|_| view.failed());
    let (code, text) = refusal.ok_or_else(|| why_not("EPSV was not refused").on(view.shown))?;
    let eprt =
        evidence.mode(Mode::Eprt).filter(|v| v.refusal().is_some_and(|(code, _)| code >= 500));
    let views: Vec<_> = std::iter::once(view).chain(eprt).collect();
    finding(
        &NAT64_NEEDS_EPSV,
        Confidence::Likely,
        Text::new("nat64-needs-epsv-text").with("reply", brief(code, text)),
    )
    .side(Side::Unknown)
    .explains(&views)
    .fix(Who::ServerAdmin, Text::new("nat64-needs-epsv-fix-server"), Vec::new())
    .fix(Who::User, Text::new("nat64-needs-epsv-fix-user"), Vec::new())
    .done()
}

/// The data connection stood, and the listing command was refused; or the file of `--get` was.
fn listing_refused(evidence: &Evidence<'_>) -> Found {
    listings_refused(evidence).or_else(|why| file_refused(evidence).map_err(|other| why.and(other)))
}

fn listings_refused(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| v.outcome() == Outcome::Rejected)
        .filter(|v| match &v.shown.why {
            Why::ListingRefused { code, text, .. } => {
                let about_data = matches!(code, 421 | 425 | 426)
                    || peer::is_bad_data_peer(*code, text)
                    || peer::is_data_tls_required(*code, text)
                    || peer::is_tls_required(*code, text);
                !about_data && (v.shown.observed.is_some() || (500..600).contains(code))
            }
            _ => false,
        })
        .collect();
    let Some(Why::ListingRefused { command, code, text }) = views.first().map(|v| &v.shown.why)
    else {
        return Err(
            why_not("no listing was refused for a reason of its own").on_every_mode(evidence)
        );
    };
    let stood = views.iter().all(|v| v.shown.observed.is_some());
    let all = views.len() == evidence.modes().iter().filter(|m| m.tested()).count();
    let confidence = if all && views.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let path = evidence.facts.request.path.clone().unwrap_or_default();
    let id = if path.is_empty() { "listing-refused-text" } else { "listing-refused-text-path" };
    finding(
        &LISTING_REFUSED,
        confidence,
        Text::new(id).with("command", command).with("reply", brief(*code, text)).with("path", path),
    )
    .side(Side::Server)
    .explains(&views)
    .not_if(stood, "firewall-blocks-passive", Text::new("not-firewall-connected"))
    .fix(Who::User, Text::new("listing-refused-fix-user"), Vec::new())
    .fix(Who::ServerAdmin, Text::new("listing-refused-fix-server"), Vec::new())
    .done()
}

fn file_refused(evidence: &Evidence<'_>) -> Found {
    let attempt = evidence.facts.varied(|v| *v == Varied::Retrieve).next();
    let attempt = attempt.ok_or_else(|| why_not("no file was asked for (--get)"))?;
    let Why::ListingRefused { code, text, .. } = &attempt.why else {
        return Err(why_not("the file was not refused").on(attempt));
    };
    let text = Text::new("listing-refused-text-file")
        .with("path", evidence.facts.request.get.clone().unwrap_or_default())
        .with("reply", brief(*code, text));
    finding(&LISTING_REFUSED, Confidence::Proven, text)
        .title(Text::new("listing-refused-title-file"))
        .side(Side::Server)
        .attempt(attempt)
        .fix(Who::User, Text::new("listing-refused-fix-file"), Vec::new())
        .done()
}
