//! Data connections that the client opens.

use std::collections::BTreeSet;

use super::blocked::{give_range, let_in, seen_ladder};
use super::build::{finding, verbs};
use super::wording::{self, Says, out_of_ports};
use crate::diagnosis::case::{Case, ModeView};
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::location::{self, ResetFrom};
use crate::diagnosis::reason::brief;
use crate::diagnosis::text::Text;
use crate::diagnosis::{ports, remedies};
use crate::facts::{Attempt, Family, Mode, Outcome, Purpose, Why};
use crate::wire::peer;

/// Passive modes whose knocks ended in one of these ways, if no passive mode works.
pub fn ended<'v, 'a>(case: &'v Case<'a>, wanted: &[Outcome]) -> Vec<&'v ModeView<'a>> {
    if case.passive_open() {
        return Vec::new();
    }
    case.passive().into_iter().filter(|v| wanted.contains(&v.outcome())).collect()
}

/// Whether every passive mode that got as far as knocking ended in one of these ways. A command
/// that was refused says nothing about the way.
pub fn all_end(case: &Case<'_>, wanted: &[Outcome]) -> bool {
    case.passive().iter().all(|v| v.outcome() == Outcome::Rejected || wanted.contains(&v.outcome()))
}

/// RST at every announced port.
pub fn port_refused(case: &Case<'_>) -> Option<Finding> {
    let views = ended(case, &[Outcome::Refused]);
    views.first()?;
    let from = location::reset(case.facts);
    if matches!(from, Some(ResetFrom::Nat(_) | ResetFrom::Box(_))) {
        return None;
    }
    let located = match from {
        Some(ResetFrom::End(located)) => Some(located),
        _ => None,
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 && all_end(case, &[Outcome::Refused]) {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let ports = case.announced_ports();
    let id = if located.is_some() {
        "passive-port-refused-text-end"
    } else {
        "passive-port-refused-text"
    };
    let text = Text::new(id).with("ports", ports::list(&ports)).with("count", ports.len());
    let range = ports::proposal(case);
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
    build = give_range(case, build, range);
    let_in(case, build, range, None)
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-refused-fix-forward"),
            remedies::nat::forward_range(case, range),
        )
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// RST from a box that has the server's address and stands before the server: a NAT that forwards
/// the control port and nothing else.
pub fn ports_not_forwarded(case: &Case<'_>) -> Option<Finding> {
    let views = ended(case, &[Outcome::Refused]);
    views.first()?;
    let Some(ResetFrom::Nat(located)) = location::reset(case.facts) else { return None };
    let ports = case.announced_ports();
    let hop = located.location.hop_min.unwrap_or(0);
    let text = Text::new("passive-ports-not-forwarded-text")
        .with("ports", ports::list(&ports))
        .with("control", case.control_port())
        .with("hop", u16::from(hop))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    let range = ports::proposal(case);
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
            remedies::nat::forward_range(case, range),
        )
        .fix(
            Who::ServerAdmin,
            Text::new("passive-ports-not-forwarded-fix-filter").with("range", range.span("-")),
            remedies::nat::let_range_through(case, range),
        );
    give_range(case, build, range)
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

fn refused_for_good<'v, 'a>(case: &'v Case<'a>) -> Vec<&'v ModeView<'a>> {
    case.passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                !out_of_ports(text) && wording::refusal(code, text) != Says::Otherwise
            })
        })
        .collect()
}

/// The server refuses every passive command.
pub fn disabled(case: &Case<'_>) -> Option<Finding> {
    let refused = refused_for_good(case);
    let tested = case.passive();
    if refused.is_empty() || refused.len() != tested.len() {
        return None;
    }
    // One command alone may just not be implemented.
    let both = refused.len() == 2;
    if !both
        && case
            .facts
            .request
            .modes
            .iter()
            .filter(|m| m.is_passive() && case.family().is_some_and(|f| m.speaks(f)))
            .count()
            > 1
    {
        return None;
    }
    let (code, text) = refused.first()?.refusal()?;
    let plain = wording::refusal(code, text) == Says::Disabled;
    let confidence = match (both, case.active_open()) {
        (true, true) if plain => Confidence::Proven,
        (true, _) | (_, true) if plain => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id = if case.active_open() {
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
            remedies::settings::enable_passive(case, ports::FRESH),
        );
    let_in(case, build, ports::FRESH, None)
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// The server says that it has no passive port left.
pub fn range_exhausted(case: &Case<'_>) -> Option<Finding> {
    let refused: Vec<&ModeView<'_>> = case
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
    let severity = if case.passive_open() { Severity::Warning } else { Severity::Problem };
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
        remedies::set_passive_range(case, ports::FRESH),
    );
    let_in(case, build, ports::FRESH, None).done()
}

/// Neighbour knocks at ports that were announced earlier: which of them are let through now.
fn neighbours(case: &Case<'_>) -> (Vec<u16>, Vec<u16>) {
    let port = |a: &Attempt| a.dialled.map(|d| d.port());
    let of = |wanted: fn(Outcome) -> bool| -> Vec<u16> {
        case.facts
            .attempts
            .iter()
            .filter(|a| a.purpose == Purpose::Neighbour && wanted(a.outcome))
            .filter_map(port)
            .collect()
    };
    (of(Outcome::is_let_through), of(|o| o == Outcome::TimedOut))
}

/// Some announced ports are let through, others are not.
pub fn range_partly_blocked(case: &Case<'_>) -> Option<Finding> {
    let silent = case.passive_ports(Outcome::TimedOut);
    let open = case.passive_ports(Outcome::Open);
    let (through, stopped) = neighbours(case);
    // Asked again without an announcement, the one still answers (RST) and the other still does
    // not: the port decides, not the command and not a lost segment.
    let through = through.iter().any(|p| open.contains(p));
    let stopped = stopped.iter().any(|p| silent.contains(p));
    if !through || !stopped || epsv_blocked(case).is_some() {
        return None;
    }
    let views: Vec<&ModeView<'_>> = case
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
    for attempt in case.facts.attempts.iter().filter(|a| a.purpose == Purpose::Neighbour) {
        build = build.attempt(attempt);
    }
    // The ports that were seen do not tell where the server's range ends.
    build = build.not("firewall-blocks-passive", Text::new("not-blocked-some-open")).fix(
        Who::ServerAdmin,
        Text::new("passive-range-partly-blocked-fix"),
        Vec::new(),
    );
    build = give_range(case, build, ports::FRESH);
    let_in(case, build, ports::FRESH, location::silence(case.facts).as_ref()).done()
}

/// One of PASV and EPSV works, the other does not, on several ports each.
pub fn epsv_blocked(case: &Case<'_>) -> Option<Finding> {
    let pasv = case.mode(Mode::Pasv)?;
    let epsv = case.mode(Mode::Epsv)?;
    let (works, fails) = if pasv.is_open() { (pasv, epsv) } else { (epsv, pasv) };
    let failed = matches!(
        fails.outcome(),
        Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Stalled
    );
    // What was never announced was never knocked at.
    let failed = failed && fails.all.iter().all(|a| a.advertised.is_some());
    let opens = works.all.iter().filter(|a| a.is_open()).count();
    // Where ports are opened one by one, three can still be luck.
    let (through, stopped) = neighbours(case);
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

fn one_refused<'v, 'a>(case: &'v Case<'a>, mode: Mode) -> Option<&'v ModeView<'a>> {
    if case.family() == Some(Family::V6) {
        return None;
    }
    let view = case.mode(mode)?;
    let (code, text) = view.refusal()?;
    let plain = wording::refusal(code, text) != Says::Otherwise && !out_of_ports(text);
    plain.then_some(view)
}

/// EPSV is refused; clients that use PASV do not mind.
pub fn epsv_unsupported(case: &Case<'_>) -> Option<Finding> {
    let view = one_refused(case, Mode::Epsv)?;
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
pub fn pasv_unsupported(case: &Case<'_>) -> Option<Finding> {
    let view = one_refused(case, Mode::Pasv)?;
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
        remedies::settings::allow_pasv(case),
    )
    .done()
}

/// 227 or 229 without an address or port that anyone could read.
pub fn reply_malformed(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = case
        .passive()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::BadAnnouncement { code: 0 | 227 | 229, .. }))
        .collect();
    let Why::BadAnnouncement { text: reply, error, .. } = &views.first()?.shown.why else {
        return None;
    };
    let severity = if case.passive_open() { Severity::Warning } else { Severity::Problem };
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
