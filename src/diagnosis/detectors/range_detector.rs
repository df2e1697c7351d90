//! The passive range as a whole: what the ports that were announced, a sweep and its samples show.

use super::announced_detector;
use super::finding_builder::finding;
use super::range_remedies::{give_range, let_in};
use super::sentences::seen_place;
use super::swept_detector::{self, swept_in_parts};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::ports::{self, Proposal};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::announced_ports::are_one_after_another;
use crate::evidence::{Evidence, ModeView};
use crate::facts::audit::outcome;
use crate::facts::{Attempt, BoundsFrom, Outcome, Sample};
use crate::wire::peer::{self, RefusalKind};

/// What it looks like where a part of the range alone is blocked.
const PART_OF_A_RANGE: &[&str] = &[
    "epsv-blocked",
    "server-firewall-blocks-passive",
    "client-firewall-blocks-passive",
    "firewall-blocks-passive",
    "passive-port-refused",
    "data-reaches-another-server",
];

pub static PASSIVE_RANGE_PARTLY_BLOCKED: Cause = cause!("passive-range-partly-blocked", Passive, Problem, &Detector(partly_blocked), suppresses PART_OF_A_RANGE);
pub static PASSIVE_PORT_HOLE: Cause =
    cause!("passive-port-hole", Passive, Problem, &Detector(port_hole), suppresses PART_OF_A_RANGE);
pub static PASSIVE_RANGE_EXHAUSTED: Cause =
    cause!("passive-range-exhausted", Passive, Problem, &Detector(exhausted));
pub static PASSIVE_RANGE_LEAKS: Cause =
    cause!("passive-range-leaks", Passive, Problem, &Detector(leaks));

/// A part of the range is let through, another is not: by the audit's sweep where there is one.
fn partly_blocked(evidence: &Evidence<'_>) -> Found {
    let sweep = evidence.audit().and_then(|v| v.sweep);
    if !sweep.is_some_and(|s| s.complete || !s.gone_silent.is_empty()) {
        let read = evidence.facts.reading.is_some();
        return if read {
            by_draws(evidence)
        } else {
            announced_detector::partly_blocked(evidence)
        };
    }
    swept_in_parts(evidence)
}

/// Logs and captures: clients that drew different ports, some of which were let through.
fn by_draws(evidence: &Evidence<'_>) -> Found {
    let silent = evidence.passive_ports(Outcome::TimedOut);
    let open = evidence.passive_ports(Outcome::Open);
    let passive = evidence.passive();
    let vain = |a: &&&Attempt| a.outcome == Outcome::TimedOut && !evidence.went_nowhere(a);
    let views: Vec<&ModeView<'_>> =
        passive.iter().copied().filter(|v| v.all.iter().any(|a| vain(&a))).collect();
    require(!views.is_empty() && !open.is_empty(), || {
        why_not("not some announced ports open and others silent").on_modes(&passive)
    })?;
    require(!silent.iter().any(|port| open.contains(port)), || {
        why_not("a port was silent once and open once: the port does not decide").on_modes(&views)
    })?;
    // One command alone has drawn both kinds, more than once: neither it nor a lost segment decides.
    let mixed = views.iter().any(|v| {
        let count = |outcome| v.all.iter().filter(|a| a.outcome == outcome).count();
        count(Outcome::TimedOut) >= 2 && count(Outcome::Open) >= 2
    });
    let confidence = if mixed { Confidence::Likely } else { Confidence::Possible };
    let text = Text::new("passive-range-partly-blocked-text-read")
        .with("open", ports::list(&open))
        .with("silent", ports::list(&silent))
        .with("count", silent.len());
    let mut build = finding(&PASSIVE_RANGE_PARTLY_BLOCKED, confidence, text).explains(&views);
    let place = evidence.place_of_silence();
    if let Some(located) = place {
        build = build
            .side(located.side())
            .at(located.location)
            .saw(seen_place(evidence, &located, true));
    }
    build = build.not("firewall-blocks-passive", Text::new("not-blocked-some-open")).fix(
        Who::ServerAdmin,
        Text::new("passive-range-partly-blocked-fix"),
        Vec::new(),
    );
    let range = ports::proposal(evidence);
    build = give_range(evidence, build, range);
    let_in(evidence, build, range, place.as_ref()).done()
}

/// Single ports of the range are blocked, with neighbours that are let through.
fn port_hole(evidence: &Evidence<'_>) -> Found {
    if evidence.facts.audit.is_none() && evidence.facts.reading.is_none() {
        return announced_detector::port_hole(evidence);
    }
    swept_detector::port_hole(evidence)
}

/// The server announces ports outside of its range: the one that was named, or the one that nearly
/// all its announcements lie in.
fn leaks(evidence: &Evidence<'_>) -> Found {
    let Some(view) = evidence.audit() else { return announced_detector::leaks(evidence) };
    let (bounds, from) =
        view.bounds.ok_or_else(|| why_not("the bounds of the range are not known"))?;
    let (inside, outside): (Vec<u16>, Vec<u16>) =
        view.announced.iter().partition(|port| bounds.has(**port));
    require(!outside.is_empty(), || {
        let all = view.announced.len();
        why_not(format!("all {all} announced ports are in the range"))
    })?;
    // Then it is no range, but where the system's next free port happened to be.
    require(from == BoundsFrom::Declared || !are_one_after_another(view.audit), || {
        why_not("the announced ports follow each other: there is no range, the system chooses")
    })?;
    let held = view.audit.crowd.as_ref().filter(|c| c.reply.port.is_some_and(|p| outside == [p]));
    let stopped: Vec<u16> = outside
        .iter()
        .copied()
        .filter(|p| outcome(&view.ports, *p).is_some_and(Outcome::is_held_back))
        .collect();
    let span = Proposal { min: bounds.min, max: bounds.max, invented: false };
    let id = match (held, inside.is_empty(), from) {
        (Some(_), _, _) => "passive-range-leaks-text-busy",
        (None, true, _) => "passive-range-leaks-text-all",
        (None, false, BoundsFrom::Declared) => "passive-range-leaks-text",
        (None, false, BoundsFrom::Learned) => "passive-range-leaks-text-learned",
    };
    let shown: Vec<u16> = outside.iter().copied().take(12).collect();
    let text = Text::new(id)
        .with("range", span.span("-"))
        .with("ports", ports::list(&shown))
        .with("held", held.map_or(0, |c| c.held))
        .with("count", outside.len())
        .with("of", view.announced.len());
    let confidence = match from {
        BoundsFrom::Declared => Confidence::Proven,
        BoundsFrom::Learned => Confidence::Likely,
    };
    let severity = if from == BoundsFrom::Declared || !stopped.is_empty() {
        Severity::Problem
    } else {
        Severity::Warning
    };
    let views: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| {
            v.all.iter().any(|a| {
                !a.is_open() && a.passive_port().is_some_and(|port| stopped.contains(&port))
            })
        })
        .collect();
    let mut build = finding(&PASSIVE_RANGE_LEAKS, confidence, text)
        .severity(severity)
        .side(Side::Server)
        .explains(&views);
    let seen = evidence.modes().iter().flat_map(|v| v.all.iter().copied());
    let mut beside = seen.filter(|a| a.passive_port().is_some());
    if views.is_empty()
        && let Some(attempt) = beside.next()
    {
        build = build.attempt(attempt);
    }
    build = build.saw(
        Text::new("seen-announced")
            .with("count", view.audit.sampled_ports().count())
            .with("min", view.announced.first().copied().unwrap_or(0))
            .with("max", view.announced.last().copied().unwrap_or(0)),
    );
    if !stopped.is_empty() {
        build = build.saw(Text::new("seen-leaks-blocked").with("ports", ports::list(&stopped)));
    }
    let wide = Proposal {
        max: if held.is_some() { bounds.min.saturating_add(100) } else { bounds.max },
        ..span
    };
    build
        .fix(
            Who::ServerAdmin,
            Text::new(if held.is_some() {
                "passive-range-exhausted-fix"
            } else {
                "passive-range-leaks-fix"
            }),
            remedies::set_passive_range(evidence, wide),
        )
        .done()
}

/// No passive port is left: by the replies to the modes, to the samples, or to a second login while
/// the first one held the range's only port.
fn exhausted(evidence: &Evidence<'_>) -> Found {
    let why = match exhausted_for_modes(evidence) {
        Err(why) => why,
        found => return found,
    };
    let Some(view) = evidence.audit() else {
        return Err(why.and(why_not("the ports were not audited")));
    };
    let crowd = view.audit.crowd.as_ref().filter(|c| {
        let reply = &c.reply;
        reply.port.is_none() && reply.code >= 400 && !peer::is_too_many(reply.code, &reply.text)
    });
    let (text, reply, confidence) = if let Some(crowd) = crowd {
        let back = crowd.after.as_ref().is_some_and(|a| a.port == Some(crowd.held));
        let confidence = match (back, peer::out_of_ports(&crowd.reply.text)) {
            (true, _) => Confidence::Proven,
            (false, true) => Confidence::Likely,
            (false, false) => Confidence::Possible,
        };
        let reply = brief(crowd.reply.code, &crowd.reply.text);
        let text = Text::new("passive-range-exhausted-text-one")
            .with("port", crowd.held)
            .with("reply", reply.clone());
        (text, reply, confidence)
    } else {
        let samples = &view.audit.samples;
        let without =
            |s: &&Sample| s.port.is_none() && (peer::out_of_ports(&s.text) || s.code == 425);
        let Some(refused) = samples.iter().find(without) else {
            return Err(why.and(why_not("no sample was refused for want of a port")));
        };
        // It worked before, on the same login and by the same command.
        let before = samples
            .iter()
            .take_while(|s| !without(s))
            .any(|s| s.port.is_some() && s.mode == refused.mode && s.session == refused.session);
        if !before {
            return Err(
                why.and(why_not("the refused sample is the first of its login and command"))
            );
        }
        let reply = brief(refused.code, &refused.text);
        let text = Text::new("passive-range-exhausted-text").with("reply", reply.clone());
        (text, reply, Confidence::Likely)
    };
    let mut build = finding(&PASSIVE_RANGE_EXHAUSTED, confidence, text)
        .severity(Severity::Warning)
        .side(Side::Server);
    if let Some(attempt) = evidence.passive().first().map(|v| v.shown) {
        build = build.attempt(attempt);
    }
    build
        .saw(Text::new("seen-announcement-refused").with("reply", reply))
        .not("passive-disabled", Text::new("not-disabled-transient"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-range-exhausted-fix"),
            remedies::set_passive_range(evidence, ports::wider(evidence)),
        )
        .done()
}

/// The server says that it has no passive port left.
fn exhausted_for_modes(evidence: &Evidence<'_>) -> Found {
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
                    && peer::refusal_kind(code, text) != RefusalKind::Disabled;
                peer::out_of_ports(text) || cannot
            })
        })
        .collect();
    let first = refused.first().and_then(|v| v.refusal());
    let (code, text) = first.ok_or_else(|| {
        why_not("no passive command was refused for want of a port").on_modes(&evidence.passive())
    })?;
    let times: usize = refused.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 && peer::out_of_ports(text) {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let severity = if evidence.passive_open() { Severity::Warning } else { Severity::Problem };
    let build = finding(
        &PASSIVE_RANGE_EXHAUSTED,
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
        remedies::set_passive_range(evidence, ports::wider(evidence)),
    );
    let_in(evidence, build, ports::wider(evidence), None).done()
}
