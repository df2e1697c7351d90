//! Data connections that the client opens.

use std::collections::BTreeSet;

use super::blocked::{give_range, let_in, seen_ladder};
use super::build::{finding, verbs};
use super::wording::{self, Says, out_of_ports};
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::text::Text;
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Evidence, ModeView, ResetFrom};
use crate::facts::{Attempt, Family, Mode, Outcome, Purpose, Why};
use crate::wire::peer;

/// Passive modes whose knocks ended in one of these ways, if no passive mode works.
pub fn ended<'v, 'a>(evidence: &'v Evidence<'a>, wanted: &[Outcome]) -> Vec<&'v ModeView<'a>> {
    if evidence.passive_open() {
        return Vec::new();
    }
    evidence.passive().into_iter().filter(|v| wanted.contains(&v.outcome())).collect()
}

/// Whether every passive mode that got as far as knocking ended in one of these ways. A command
/// that was refused says nothing about the way.
pub fn all_end(evidence: &Evidence<'_>, wanted: &[Outcome]) -> bool {
    evidence
        .passive()
        .iter()
        .all(|v| v.outcome() == Outcome::Rejected || wanted.contains(&v.outcome()))
}

/// RST at every announced port.
pub fn port_refused(evidence: &Evidence<'_>) -> Option<Finding> {
    let views = ended(evidence, &[Outcome::Refused]);
    views.first()?;
    let from = evidence.reset_from();
    if matches!(from, Some(ResetFrom::Nat(_) | ResetFrom::Box(_))) {
        return None;
    }
    let located = match from {
        Some(ResetFrom::End(located)) => Some(located),
        _ => None,
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 && all_end(evidence, &[Outcome::Refused]) {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let ports = evidence.announced_ports();
    let id = if located.is_some() {
        "passive-port-refused-text-end"
    } else {
        "passive-port-refused-text"
    };
    let text = Text::new(id).with("ports", ports::list(&ports)).with("count", ports.len());
    let range = ports::proposal(evidence);
    let mut build = finding("passive-port-refused", confidence, text)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not("passive-disabled", Text::new("not-disabled-announced"));
    if let Some(located) = located {
        build = build
            .side(located.side())
            .at(located.location)
            .saw(seen_ladder(&located))
            .not("passive-ports-not-forwarded", Text::new("not-nat-as-far"));
    }
    build = build.fix(Who::ServerAdmin, Text::new("passive-port-refused-fix-server"), Vec::new());
    build = give_range(evidence, build, range);
    let_in(evidence, build, range, None)
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-refused-fix-forward"),
            remedies::nat::forward_range(evidence, range),
        )
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// RST from a box that has the server's address and stands before the server: a NAT that forwards
/// the control port and nothing else.
pub fn ports_not_forwarded(evidence: &Evidence<'_>) -> Option<Finding> {
    let views = ended(evidence, &[Outcome::Refused]);
    views.first()?;
    let Some(ResetFrom::Nat(located)) = evidence.reset_from() else { return None };
    let ports = evidence.announced_ports();
    let hop = located.location.hop_min.unwrap_or(0);
    let text = Text::new("passive-ports-not-forwarded-text")
        .with("ports", ports::list(&ports))
        .with("control", evidence.control_port())
        .with("hop", u16::from(hop))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    let range = ports::proposal(evidence);
    let build = finding("passive-ports-not-forwarded", located.confidence, text)
        .side(Side::Server)
        .at(located.location)
        .explains(&views)
        .saw(seen_ladder(&located))
        .not("passive-port-refused", Text::new("not-refused-nearer"))
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-ports-not-forwarded-fix"),
            remedies::nat::forward_range(evidence, range),
        )
        .fix(
            Who::ServerAdmin,
            Text::new("passive-ports-not-forwarded-fix-filter").with("range", range.span("-")),
            remedies::nat::let_range_through(evidence, range),
        );
    give_range(evidence, build, range)
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

fn refused_for_good<'v, 'a>(evidence: &'v Evidence<'a>) -> Vec<&'v ModeView<'a>> {
    evidence
        .passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                !out_of_ports(text) && wording::refusal(code, text) != Says::Otherwise
            })
        })
        .collect()
}

/// The server refuses every passive command.
pub fn disabled(evidence: &Evidence<'_>) -> Option<Finding> {
    let refused = refused_for_good(evidence);
    let tested = evidence.passive();
    if refused.is_empty() || refused.len() != tested.len() {
        return None;
    }
    // One command alone may just not be implemented.
    let both = refused.len() == 2;
    if !both
        && evidence
            .facts
            .request
            .modes
            .iter()
            .filter(|m| m.is_passive() && evidence.family().is_some_and(|f| m.speaks(f)))
            .count()
            > 1
    {
        return None;
    }
    let (code, text) = refused.first()?.refusal()?;
    let plain = wording::refusal(code, text) == Says::Disabled;
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
    let build = finding("passive-disabled", confidence, text)
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

/// The server says that it has no passive port left.
pub fn range_exhausted(evidence: &Evidence<'_>) -> Option<Finding> {
    let refused: Vec<&ModeView<'_>> = evidence
        .passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                // Trouble that passes, and none that is named as another.
                let cannot = (400..500).contains(&code)
                    && code != 421
                    && !peer::is_wrong_family(code, text)
                    && !peer::is_bad_data_peer(code, text)
                    && !peer::is_tls_required(code, text)
                    && !peer::is_data_tls_required(code, text)
                    && !peer::is_too_many(code, text)
                    && wording::refusal(code, text) != Says::Disabled;
                out_of_ports(text) || cannot
            })
        })
        .collect();
    let (code, text) = refused.first()?.refusal()?;
    let times: usize = refused.iter().map(|v| v.times()).sum();
    let confidence =
        if times >= 2 && out_of_ports(text) { Confidence::Likely } else { Confidence::Possible };
    let severity = if evidence.passive_open() { Severity::Warning } else { Severity::Problem };
    let build = finding(
        "passive-range-exhausted",
        confidence,
        Text::new("passive-range-exhausted-text").with("reply", brief(code, text)),
    )
    .severity(severity)
    .side(Side::Server)
    .explains(&refused)
    .not("passive-disabled", Text::new("not-disabled-transient"))
    .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
    .fix(
        Who::ServerAdmin,
        Text::new("passive-range-exhausted-fix"),
        remedies::set_passive_range(evidence, ports::FRESH),
    );
    let_in(evidence, build, ports::FRESH, None).done()
}

/// Neighbour knocks at ports that were announced earlier: which of them are let through now.
fn neighbours(evidence: &Evidence<'_>) -> (Vec<u16>, Vec<u16>) {
    let port = |a: &Attempt| a.dialled.map(|d| d.port());
    let of = |wanted: fn(Outcome) -> bool| -> Vec<u16> {
        evidence
            .facts
            .attempts
            .iter()
            .filter(|a| a.purpose == Purpose::Neighbour && wanted(a.outcome))
            .filter_map(port)
            .collect()
    };
    (of(Outcome::is_let_through), of(|o| o == Outcome::TimedOut))
}

/// Some announced ports are let through, others are not.
pub fn range_partly_blocked(evidence: &Evidence<'_>) -> Option<Finding> {
    let silent = evidence.passive_ports(Outcome::TimedOut);
    let open = evidence.passive_ports(Outcome::Open);
    let (through, stopped) = neighbours(evidence);
    // Asked again without an announcement, the one still answers (RST) and the other still does
    // not: the port decides, not the command and not a lost segment.
    let through = through.iter().any(|p| open.contains(p));
    let stopped = stopped.iter().any(|p| silent.contains(p));
    if !through || !stopped || epsv_blocked(evidence).is_some() {
        return None;
    }
    let views: Vec<&ModeView<'_>> = evidence
        .passive()
        .into_iter()
        .filter(|v| v.all.iter().any(|a| a.outcome == Outcome::TimedOut))
        .collect();
    let text = Text::new("passive-range-partly-blocked-text")
        .with("open", ports::list(&open))
        .with("silent", ports::list(&silent))
        .with("count", silent.len());
    let mut build =
        finding("passive-range-partly-blocked", Confidence::Likely, text).explains(&views);
    for attempt in evidence.facts.attempts.iter().filter(|a| a.purpose == Purpose::Neighbour) {
        build = build.attempt(attempt);
    }
    // The ports that were seen do not tell where the server's range ends.
    build = build.not("firewall-blocks-passive", Text::new("not-blocked-some-open")).fix(
        Who::ServerAdmin,
        Text::new("passive-range-partly-blocked-fix"),
        Vec::new(),
    );
    build = give_range(evidence, build, ports::FRESH);
    let_in(evidence, build, ports::FRESH, evidence.place_of_silence().as_ref()).done()
}

/// One of PASV and EPSV works, the other does not, on several ports each.
pub fn epsv_blocked(evidence: &Evidence<'_>) -> Option<Finding> {
    let pasv = evidence.mode(Mode::Pasv)?;
    let epsv = evidence.mode(Mode::Epsv)?;
    let (works, fails) = if pasv.is_open() { (pasv, epsv) } else { (epsv, pasv) };
    let failed = matches!(
        fails.outcome(),
        Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Stalled
    );
    // What was never announced was never knocked at.
    let failed = failed && fails.all.iter().all(|a| a.advertised.is_some());
    let opens = works.all.iter().filter(|a| a.is_open()).count();
    // Where ports are opened one by one, three can still be luck.
    let (through, stopped) = neighbours(evidence);
    let enough = if through.is_empty() || stopped.is_empty() { 3 } else { 4 };
    if !works.is_open()
        || !failed
        || one_dead_port(works, fails)
        || fails.times() < enough
        || opens < enough
        || works.all.len() != opens
    {
        return None;
    }
    let text = Text::new("epsv-blocked-text")
        .with("works", works.mode.verb())
        .with("fails", fails.mode.verb());
    let mut build = finding("epsv-blocked", Confidence::Proven, text).explains(&[fails]);
    for attempt in &works.all {
        build = build.attempt(attempt);
    }
    build
        .not(
            "firewall-blocks-passive",
            Text::new("not-blocked-other-verb").with("works", works.mode.verb()),
        )
        .not("passive-range-partly-blocked", Text::new("not-partly-three-ports"))
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
        .done()
}

/// All failures are of a single port, at which the other command was never tried.
fn one_dead_port(works: &ModeView<'_>, fails: &ModeView<'_>) -> bool {
    let ports = |view: &ModeView<'_>| -> BTreeSet<u16> {
        view.all.iter().filter_map(|a| a.passive_port()).collect()
    };
    let dead = ports(fails);
    dead.len() == 1 && dead.is_disjoint(&ports(works))
}

fn one_refused<'v, 'a>(evidence: &'v Evidence<'a>, mode: Mode) -> Option<&'v ModeView<'a>> {
    if evidence.family() == Some(Family::V6) {
        return None;
    }
    let view = evidence.mode(mode)?;
    let (code, text) = view.refusal()?;
    let plain = wording::refusal(code, text) != Says::Otherwise && !out_of_ports(text);
    plain.then_some(view)
}

/// EPSV is refused; clients that use PASV do not mind.
pub fn epsv_unsupported(evidence: &Evidence<'_>) -> Option<Finding> {
    let view = one_refused(evidence, Mode::Epsv)?;
    let (code, text) = view.refusal()?;
    finding(
        "epsv-unsupported",
        Confidence::Likely,
        Text::new("epsv-unsupported-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&[view])
    .not("epsv-blocked", Text::new("not-firewall-refused-by-reply"))
    .done()
}

/// PASV is refused; clients that use EPSV do not mind.
pub fn pasv_unsupported(evidence: &Evidence<'_>) -> Option<Finding> {
    let view = one_refused(evidence, Mode::Pasv)?;
    let (code, text) = view.refusal()?;
    finding(
        "pasv-unsupported",
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
pub fn reply_malformed(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = evidence
        .passive()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::BadAnnouncement { code: 0 | 227 | 229, .. }))
        .collect();
    let Why::BadAnnouncement { text: reply, error, .. } = &views.first()?.shown.why else {
        return None;
    };
    let severity = if evidence.passive_open() { Severity::Warning } else { Severity::Problem };
    let text = Text::new("passive-reply-malformed-text")
        .with("reply", crate::diagnosis::reason::first_line(reply))
        .with("error", error);
    finding("passive-reply-malformed", Confidence::Likely, text)
        .severity(severity)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-unreadable"))
        .fix(Who::ServerAdmin, Text::new("passive-reply-malformed-fix"), Vec::new())
        .done()
}
