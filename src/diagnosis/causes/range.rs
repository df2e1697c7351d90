//! The passive range as a whole: what an audit's sweep and its samples show.

use super::blocked::{at_gateway, let_out};
use super::build::{Build, finding};
use super::passive;
use super::wording::out_of_ports;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Snippet, Who};
use crate::diagnosis::ports::{self, Proposal};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, Located, ModeView, PortAudit, Worth, port_audit};
use crate::facts::audit::{PortRun, outcome};
use crate::facts::{Attempt, BoundsFrom, Outcome};
use crate::wire::peer;

/// More missing parts than this are opened together with what is between them.
const PARTS: usize = 4;
/// Runs of ports that a sentence names, at most.
const SPANS: usize = 8;

/// Port numbers that boxes on the way read along on, and the protocol that they take them for.
const READ_ALONG: &[(u16, u16, &str)] = &[
    (1720, 1720, "H.323"),
    (1723, 1723, "PPTP"),
    (2000, 2000, "SCCP"),
    (3389, 3389, "RDP"),
    (5060, 5061, "SIP"),
    (5900, 5900, "VNC"),
    (6566, 6566, "SANE"),
    (6665, 6669, "IRC"),
    (8554, 8554, "RTSP"),
    (10080, 10080, "Amanda"),
];

/// Ports as people write them: `50000-50100, 50102`.
pub fn spans<'r>(all: impl IntoIterator<Item = &'r PortRun>) -> String {
    let each: Vec<String> = all.into_iter().map(|r| range(*r).span("-")).collect();
    each.join(", ")
}

fn range(run: PortRun) -> Proposal {
    Proposal { min: run.first, max: run.last, invented: false }
}

/// What a complete sweep shows inside of the range.
struct Shown<'v, 'a> {
    view: &'v PortAudit<'a>,
    through: Vec<PortRun>,
    holes: Vec<PortRun>,
    parts: Vec<PortRun>,
}

/// Splits what is blocked into holes (few ports, with ports around them that are let through) and
/// parts of the range.
fn shown<'v, 'a>(evidence: &'v Evidence<'a>) -> Option<Shown<'v, 'a>> {
    let view = evidence.audit()?;
    // Where loss alone may have silenced a port, and the report says so, nothing is blamed.
    view.sweep.filter(|s| s.complete && view.worth == Worth::Shown && view.is_sure())?;
    if view.patchy() {
        return None;
    }
    let all = &view.inside;
    let is = |at: Option<usize>, outcome: Outcome| {
        at.and_then(|at| all.get(at)).is_some_and(|run| run.outcome == outcome)
    };
    let through: Vec<PortRun> =
        all.iter().filter(|r| r.outcome == Outcome::Refused).copied().collect();
    let (mut holes, mut parts) = (Vec::new(), Vec::new());
    for (at, run) in all.iter().enumerate().filter(|(_, r)| r.outcome == Outcome::TimedOut) {
        let between =
            is(at.checked_sub(1), Outcome::Refused) && is(at.checked_add(1), Outcome::Refused);
        if between && run.count() <= port_audit::HOLE {
            holes.push(*run);
        } else {
            parts.push(*run);
        }
    }
    // What is blocked now and was open when it was announced is opened by announcing it.
    let open = evidence.facts.attempts.iter().filter(|a| a.mode.is_passive() && a.is_open());
    let mut opened: Vec<u16> = open.filter_map(Attempt::passive_port).collect();
    let announced = view.audit.announced.iter().filter(|run| run.outcome == Outcome::Open);
    opened.extend(announced.flat_map(|run| run.first..=run.last));
    let has = |run: &PortRun| opened.iter().any(|p| (run.first..=run.last).contains(p));
    if through.is_empty() || holes.iter().chain(&parts).any(has) {
        return None;
    }
    Some(Shown { view, through, holes, parts })
}

/// Where a knock at a blocked port dies, or who says no.
fn located(evidence: &Evidence<'_>, view: &PortAudit<'_>) -> Option<Located> {
    let sweep = view.sweep?;
    match sweep.icmp {
        Some(icmp) => evidence.place_of_reject(icmp),
        None => evidence.place_of_silence(),
    }
}

/// Attempts at ports in these runs, and the modes that they made fail.
fn met<'v, 'a>(evidence: &'v Evidence<'a>, parts: &[PortRun]) -> Vec<&'v ModeView<'a>> {
    evidence
        .modes()
        .iter()
        .filter(|view| {
            view.all.iter().any(|a| {
                a.outcome.is_held_back()
                    && a.passive_port().is_some_and(|p| outcome(parts, p).is_some())
            })
        })
        .collect()
}

/// What every finding of a sweep rests on: the sweep itself, and an announced port beside it.
fn begin(
    evidence: &Evidence<'_>,
    id: &'static str,
    text: Text,
    view: &PortAudit<'_>,
    parts: &[PortRun],
    through: &[PortRun],
) -> Build {
    let asked = view.sweep.map_or(0, |s| s.asked);
    let views = met(evidence, parts);
    let mut build = finding(id, Confidence::Proven, text).explains(&views);
    let silent = |port: u16| outcome(parts, port).is_some();
    let announced = view.audit.announced.iter().flat_map(|run| run.each());
    let confirmed = announced.filter(|(_, o)| o.is_held_back()).any(|(port, _)| silent(port));
    let rejected = parts.iter().any(|r| outcome(&view.ports, r.first) == Some(Outcome::Prohibited));
    if views.is_empty() && !confirmed && !rejected && evidence.facts.read_on_the_way() {
        // None of these ports was announced, and somebody is there who may open them then.
        build = build
            .confidence(Confidence::Possible)
            .severity(Severity::Warning)
            .saw(Text::new("seen-halves"))
            .saw(Text::new("seen-swept-unannounced"));
    }
    if views.is_empty()
        && let Some(attempt) = evidence.passive().first().map(|v| v.shown)
    {
        build = build.attempt(attempt);
    }
    let seen = Text::new("seen-swept-blocked")
        .with("ports", spans(parts))
        .with("asked", u16::from(asked))
        .with("loss", view.loss());
    build = build.saw(Text::new("seen-swept-through").with("ports", few(through))).saw(seen);
    if let Some(located) = located(evidence, view) {
        build = build.side(located.side()).at(located.location);
        build = match view.sweep.and_then(|s| s.icmp).and_then(|icmp| icmp.sender) {
            Some(sender) => build.saw(Text::new("seen-swept-rejected").with("sender", sender)),
            None => build.saw(super::blocked::seen_ladder(&located)),
        };
    }
    build
}

/// As many as fit into a sentence.
pub fn few(all: &[PortRun]) -> String {
    let some = spans(all.iter().take(SPANS));
    if all.len() > SPANS { format!("{some}, …") } else { some }
}

/// A range without these holes in it.
fn elsewhere(holes: &[PortRun]) -> Proposal {
    let clear = |min: &u16| holes.iter().all(|run| run.last < *min || run.first > *min + 100);
    let min = [50000, 51000, 55000, 60000].into_iter().find(clear).unwrap_or(50000);
    Proposal { min, max: min.saturating_add(100), invented: true }
}

/// Lines that open these parts, and nothing else.
fn open(evidence: &Evidence<'_>, parts: &[PortRun]) -> Vec<Snippet> {
    let whole: Vec<PortRun> = match (parts.first(), parts.last()) {
        (Some(first), Some(last)) if parts.len() > PARTS => {
            vec![PortRun { last: last.last, ..*first }]
        }
        _ => parts.to_vec(),
    };
    let whole: Vec<Proposal> = whole.into_iter().map(range).collect();
    remedies::open_passive_ranges(evidence, &whole)
}

/// A part of the range is let through, another is not: by the audit's sweep where there is one.
pub fn partly_blocked(evidence: &Evidence<'_>) -> Option<Finding> {
    let sweep = evidence.audit().and_then(|v| v.sweep);
    if !sweep.is_some_and(|s| s.complete || !s.gone_silent.is_empty()) {
        return passive::range_partly_blocked(evidence);
    }
    let Shown { view, through, parts, .. } = shown(evidence)?;
    let (bounds, _) = view.bounds?;
    parts.first()?;
    let text = Text::new("passive-range-partly-blocked-text-swept")
        .with("range", Proposal { min: bounds.min, max: bounds.max, invented: false }.span("-"))
        .with("through", few(&through))
        .with("blocked", few(&parts))
        .with("count", parts.iter().map(PortRun::count).sum::<usize>());
    let build = begin(evidence, "passive-range-partly-blocked", text, &view, &parts, &through)
        .not("firewall-blocks-passive", Text::new("not-blocked-swept"));
    let located = located(evidence, &view);
    if located.as_ref().is_some_and(|l| l.side() == Side::Client) {
        let gateway = at_gateway(located.as_ref());
        return let_out(evidence, build, "client-firewall-blocks-passive-fix", gateway).done();
    }
    build
        .fix(
            Who::ServerAdmin,
            Text::new("passive-range-partly-blocked-fix-swept").with("missing", few(&parts)),
            open(evidence, &parts),
        )
        .done()
}

/// Single ports of the range are blocked, with neighbours that are let through.
pub fn port_hole(evidence: &Evidence<'_>) -> Option<Finding> {
    let Shown { view, through, holes, .. } = shown(evidence)?;
    holes.first()?;
    let names: Vec<String> = holes
        .iter()
        .flat_map(|r| r.each())
        .filter_map(|(port, _)| {
            let (_, _, name) =
                READ_ALONG.iter().find(|(min, max, _)| (*min..=*max).contains(&port))?;
            Some(format!("{port} {name}"))
        })
        .collect();
    let id =
        if names.is_empty() { "passive-port-hole-text" } else { "passive-port-hole-text-named" };
    let text = Text::new(id)
        .with("ports", few(&holes))
        .with("count", holes.iter().map(PortRun::count).sum::<usize>())
        .with("names", names.join(", "));
    begin(evidence, "passive-port-hole", text, &view, &holes, &through)
        .not("firewall-blocks-passive", Text::new("not-blocked-swept"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-port-hole-fix"),
            remedies::set_passive_range(evidence, elsewhere(&holes)),
        )
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-hole-fix-network").with("ports", few(&holes)),
            open(evidence, &holes),
        )
        .done()
}

/// The server announces ports outside of its range: the one that was named, or the one that nearly
/// all its announcements lie in.
pub fn leaks(evidence: &Evidence<'_>) -> Option<Finding> {
    let view = evidence.audit()?;
    let (bounds, from) = view.bounds?;
    let (inside, outside): (Vec<u16>, Vec<u16>) =
        view.announced.iter().partition(|port| bounds.has(**port));
    outside.first()?;
    // Then it is no range, but where the system's next free port happened to be.
    if from == BoundsFrom::Learned && ports::one_after_another(view.audit) {
        return None;
    }
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
    let mut build = finding("passive-range-leaks", confidence, text)
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
pub fn exhausted(evidence: &Evidence<'_>) -> Option<Finding> {
    if let Some(finding) = passive::range_exhausted(evidence) {
        return Some(finding);
    }
    let view = evidence.audit()?;
    let crowd = view.audit.crowd.as_ref().filter(|c| {
        let reply = &c.reply;
        reply.port.is_none() && reply.code >= 400 && !peer::is_too_many(reply.code, &reply.text)
    });
    let (text, reply, confidence) = if let Some(crowd) = crowd {
        let back = crowd.after.as_ref().is_some_and(|a| a.port == Some(crowd.held));
        let confidence = match (back, out_of_ports(&crowd.reply.text)) {
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
        let at = samples
            .iter()
            .position(|s| s.port.is_none() && (out_of_ports(&s.text) || s.code == 425))?;
        // It worked before, on the same login and by the same command.
        let refused = samples.get(at)?;
        let before = samples
            .get(..at)?
            .iter()
            .any(|s| s.port.is_some() && s.mode == refused.mode && s.session == refused.session);
        if !before {
            return None;
        }
        let reply = brief(refused.code, &refused.text);
        let text = Text::new("passive-range-exhausted-text").with("reply", reply.clone());
        (text, reply, Confidence::Likely)
    };
    let mut build = finding("passive-range-exhausted", confidence, text)
        .severity(Severity::Warning)
        .side(Side::Server);
    if let Some(attempt) = evidence.passive().first().map(|v| v.shown) {
        build = build.attempt(attempt);
    }
    let min = view.announced.first().copied().unwrap_or(50000);
    let wide = Proposal { min, max: min.saturating_add(100), invented: true };
    build
        .saw(Text::new("seen-announcement-refused").with("reply", reply))
        .not("passive-disabled", Text::new("not-disabled-transient"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-range-exhausted-fix"),
            remedies::set_passive_range(evidence, wide),
        )
        .done()
}
