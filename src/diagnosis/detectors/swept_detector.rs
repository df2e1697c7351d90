//! What the sweep of an audit shows of the passive range: parts and single ports that are held back,
//! in silence, by ICMP, or by a RST that looks like a closed port's.

use super::finding_builder::{Build, finding};
use super::range_detector::{PASSIVE_PORT_HOLE, PASSIVE_RANGE_PARTLY_BLOCKED};
use super::range_remedies::{at_gateway, forward, is_before_the_server, let_in_parts, let_out};
use super::reset_detector::PASSIVE_PORTS_NOT_FORWARDED;
use super::sentences::seen_ladder;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::finding::{Confidence, Severity, Side, Snippet, Who};
use crate::diagnosis::ports::{self, Proposal, few, range, spans};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::known_ports::read_along;
use crate::evidence::{Evidence, Located, ModeView, PortAudit, ResetFrom, Worth, port_audit};
use crate::facts::audit::{PortRun, outcome, runs};
use crate::facts::{Attempt, Outcome};

/// More missing parts than this are opened together with what is between them.
const PARTS: usize = 4;

/// What a complete sweep shows inside of the range.
struct Shown<'v, 'a> {
    view: &'v PortAudit<'a>,
    through: Vec<PortRun>,
    holes: Vec<PortRun>,
    parts: Vec<PortRun>,
}

/// Splits what is blocked into holes (few ports, with ports around them that are let through) and
/// parts of the range.
fn shown<'v, 'a>(evidence: &'v Evidence<'a>) -> Result<Shown<'v, 'a>, WhyNot> {
    let view = evidence.audit().ok_or_else(|| why_not("the ports were not audited"))?;
    let sweep = view.sweep.ok_or_else(|| why_not("no range was swept"))?;
    require(sweep.complete, || why_not("the sweep did not come to its end"))?;
    require(view.worth == Worth::Shown, || {
        why_not(
            "the sweep does not show which ports are let through: they are opened as they are announced, or somebody answers for all",
        )
    })?;
    // Who refuses an announced port, and never lets anybody in there a moment later, is no chance.
    require(view.audit.opened_late.is_empty() || view.rejects().is_empty(), || {
        why_not("ports refused one knock and let the next one in: the port does not decide")
    })?;
    require(!view.command_decides() || view.rejects().is_empty(), || {
        why_not(
            "one command's announced ports are refused and the other's are not: no port decides",
        )
    })?;
    // Where loss alone may have silenced a port, and the report says so, nothing is blamed.
    require(view.is_sure(), || why_not("loss alone may have silenced the ports"))?;
    require(!view.patchy(), || {
        why_not("too many blocked runs for a firewall: that is what loss and limits look like")
    })?;
    let all = view.spans_of(&[Outcome::Refused, Outcome::TimedOut, Outcome::NotTested]);
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
    if holes.len() > PARTS && !view.rejects().is_empty() {
        // Announced ports that refuse here and there are samples of a part that has gaps.
        parts.append(&mut holes);
        parts.sort_by_key(|run| run.first);
    }
    // What is blocked now and was open when it was announced is opened by announcing it.
    let open = evidence.facts.attempts.iter().filter(|a| a.mode.is_passive() && a.is_open());
    let mut opened: Vec<u16> = open.filter_map(Attempt::passive_port).collect();
    let announced = view.audit.announced.iter().filter(|run| run.outcome == Outcome::Open);
    opened.extend(announced.flat_map(|run| run.first..=run.last));
    let has = |run: &PortRun| opened.iter().any(|p| (run.first..=run.last).contains(p));
    require(!through.is_empty(), || why_not("no port of the range is let through"))?;
    if let Some(run) = holes.iter().chain(&parts).find(|run| has(run)) {
        let ports = few(&[*run]);
        return Err(why_not(format!("port {ports} is blocked now and was open when announced")));
    }
    Ok(Shown { view, through, holes, parts })
}

/// Where a knock at a blocked port dies, or who says no.
fn located(evidence: &Evidence<'_>, view: &PortAudit<'_>) -> Option<Located> {
    if !view.rejects().is_empty() {
        let (ResetFrom::End(at) | ResetFrom::Nat(at) | ResetFrom::Box(at)) =
            evidence.reset_from()?;
        return Some(at);
    }
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
                a.outcome.is_shut() && a.passive_port().is_some_and(|p| outcome(parts, p).is_some())
            })
        })
        .collect()
}

/// What every finding of a sweep rests on: the sweep itself, and an announced port beside it.
fn begin(
    evidence: &Evidence<'_>,
    cause: &'static Cause,
    text: Text,
    view: &PortAudit<'_>,
    parts: &[PortRun],
    through: &[PortRun],
) -> Build {
    let asked = view.sweep.map_or(0, |s| s.asked);
    let views = met(evidence, parts);
    let mut build = finding(cause, Confidence::Proven, text).explains(&views);
    let silent = |port: u16| outcome(parts, port).is_some();
    let announced = view.audit.announced.iter().flat_map(|run| run.each());
    let confirmed = announced.filter(|(_, o)| o.is_held_back()).any(|(port, _)| silent(port));
    let rejected = parts.iter().any(|r| outcome(&view.ports, r.first) == Some(Outcome::Prohibited));
    if views.is_empty() && !confirmed && !rejected && evidence.read_on_the_way() {
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
    if !view.rejects().is_empty() {
        return with_rejects(evidence, build, view);
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
            None => build.saw(seen_ladder(&located)),
        };
    }
    build
}

/// Ports that are as good as a range without holes.
const ENOUGH: usize = 40;

/// The largest part of the range that is let through as a whole, if it has enough ports: the firewall
/// needs no change for it.
fn without_holes(through: &[PortRun]) -> Option<Proposal> {
    let largest = through.iter().copied().max_by_key(|run| run.count())?;
    (largest.count() >= ENOUGH).then(|| range(largest))
}

/// A range without these holes in it.
fn elsewhere(holes: &[PortRun]) -> Proposal {
    let clear = |min: &u16| holes.iter().all(|run| run.last < *min || run.first > *min + 100);
    let min = [50000, 51000, 55000, 60000].into_iter().find(clear).unwrap_or(50000);
    Proposal { min, max: min.saturating_add(100), invented: true }
}

/// What shows that ports are rejected which answer with RST like closed ones: announced ones do, too.
/// Several machines behind one address may take turns by the port, so that is never proven.
fn with_rejects(evidence: &Evidence<'_>, build: Build, view: &PortAudit<'_>) -> Build {
    let ports = |wanted: Outcome| -> Vec<u16> {
        view.met.iter().filter(|(_, o)| *o == wanted).map(|(port, _)| *port).collect()
    };
    let told = |id: &str, all: &[u16]| {
        let runs = runs(all.iter().map(|port| (*port, Outcome::Refused)));
        Text::new(id).with("ports", few(&runs)).with("count", all.len())
    };
    let (open, rejected) = (ports(Outcome::Open), ports(Outcome::Refused));
    let mut build = build.confidence(Confidence::Likely);
    if !open.is_empty() {
        build = build.saw(told("seen-announced-open", &open));
    }
    if !rejected.is_empty() {
        build = build.saw(told("seen-announced-rejected", &rejected));
    }
    let short = view.audit.short.as_ref();
    let near: Vec<PortRun> = short.map_or_else(Vec::new, |short| {
        short.ports.iter().filter(|run| run.outcome == Outcome::Refused).copied().collect()
    });
    if let Some(short) = short.filter(|_| !near.is_empty()) {
        let text = Text::new("seen-swept-nearer")
            .with("ports", few(&near))
            .with("ttl", u16::from(short.ttl));
        build = build.saw(text);
    }
    match located(evidence, view) {
        Some(located) => build.side(located.side()).at(located.location).saw(seen_ladder(&located)),
        None => build,
    }
}

/// These parts, or all from the first to the last where they are many.
fn in_few(parts: &[PortRun]) -> Vec<Proposal> {
    let whole: Vec<PortRun> = match (parts.first(), parts.last()) {
        (Some(first), Some(last)) if parts.len() > PARTS => {
            vec![PortRun { last: last.last, ..*first }]
        }
        _ => parts.to_vec(),
    };
    whole.into_iter().map(range).collect()
}

/// A NAT that has the server's address passes a part of the range on, and refuses the rest itself.
pub fn partly_forwarded(evidence: &Evidence<'_>) -> Found {
    let Shown { view, through, parts, .. } = shown(evidence)?;
    require(!parts.is_empty() && !view.rejects().is_empty(), || {
        why_not("no part of the range answers with RST in the server's place")
    })?;
    let Some(ResetFrom::Nat(located)) = evidence.reset_from() else {
        return Err(why_not("no box with the server's address is seen to send the RST"));
    };
    let whole = ports::proposal(evidence);
    let text = Text::new("passive-ports-not-forwarded-text-part")
        .with("through", few(&through))
        .with("blocked", few(&parts))
        .with("control", evidence.control_port())
        .with("hop", u16::from(located.location.hop_min.unwrap_or(0)))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    let cause = &PASSIVE_PORTS_NOT_FORWARDED;
    let build = begin(evidence, cause, text, view, &parts, &through)
        .title(Text::new("passive-ports-not-forwarded-title-part"))
        .side(Side::Server)
        .confidence(if evidence.lossy() { Confidence::Likely } else { located.confidence })
        .not("passive-port-refused", Text::new("not-refused-nearer"))
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"));
    forward(evidence, build, whole).done()
}

/// The sweep shows that a part of the range is held back.
pub fn swept_in_parts(evidence: &Evidence<'_>) -> Found {
    let Shown { view, through, parts, .. } = shown(evidence)?;
    let (bounds, _) =
        view.bounds.ok_or_else(|| why_not("the bounds of the range are not known"))?;
    require(!parts.is_empty(), || {
        why_not("no part of the range is blocked, but for single ports")
    })?;
    let rejects = !view.rejects().is_empty();
    let nat = matches!(evidence.reset_from(), Some(ResetFrom::Nat(_)));
    require(!(rejects && nat), || {
        why_not("a NAT refuses what it does not pass on (passive-ports-not-forwarded)")
    })?;
    let id = if rejects {
        "passive-range-partly-blocked-text-rejected"
    } else {
        "passive-range-partly-blocked-text-swept"
    };
    let text = Text::new(id)
        .with("range", Proposal { min: bounds.min, max: bounds.max, invented: false }.span("-"))
        .with("through", few(&through))
        .with("blocked", few(&parts))
        .with("count", parts.iter().map(|run| run.count()).sum::<usize>());
    let build = begin(evidence, &PASSIVE_RANGE_PARTLY_BLOCKED, text, view, &parts, &through)
        .not_if(!rejects, "firewall-blocks-passive", Text::new("not-blocked-swept"))
        .not_if(rejects, "passive-port-refused", Text::new("not-refused-some-open"));
    let located = located(evidence, view);
    if located.as_ref().is_some_and(|l| l.side() == Side::Client) {
        let gateway = at_gateway(located.as_ref());
        return let_out(evidence, build, "client-firewall-blocks-passive-fix", gateway).done();
    }
    // Samples do not show where a part begins and ends.
    let exact = Text::new("passive-range-partly-blocked-fix-swept").with("missing", few(&parts));
    let build = build.fix_if(!rejects, Who::ServerAdmin, exact);
    let whole = ports::proposal(evidence);
    let missing = if rejects { vec![whole] } else { in_few(&parts) };
    let build = let_in_parts(evidence, build, whole, &missing, located.as_ref());
    if !rejects {
        return build.done();
    }
    build
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-refused-fix-forward"),
            remedies::nat::forward_range(evidence, whole),
        )
        .done()
}

/// Lines for whoever blocks single ports: in front of the server where that is known.
fn let_holes_through(
    evidence: &Evidence<'_>,
    view: &PortAudit<'_>,
    holes: &[PortRun],
) -> Vec<Snippet> {
    let parts = in_few(holes);
    if located(evidence, view).is_some_and(|l| is_before_the_server(evidence, &l)) {
        remedies::nat::let_ranges_through(evidence, &parts)
    } else {
        remedies::open_passive_ranges(evidence, &parts)
    }
}

/// Single ports of the range are blocked, with neighbours that are let through.
pub fn port_hole(evidence: &Evidence<'_>) -> Found {
    let Shown { view, through, holes, .. } = shown(evidence)?;
    require(!holes.is_empty(), || why_not("no single port is blocked between open ones"))?;
    let names: Vec<String> = holes
        .iter()
        .flat_map(|r| r.each())
        .filter_map(|(port, _)| Some(format!("{port} {}", read_along(port)?)))
        .collect();
    let id =
        if names.is_empty() { "passive-port-hole-text" } else { "passive-port-hole-text-named" };
    let text = Text::new(id)
        .with("ports", few(&holes))
        .with("count", holes.iter().map(|run| run.count()).sum::<usize>())
        .with("names", names.join(", "));
    let build = begin(evidence, &PASSIVE_PORT_HOLE, text, view, &holes, &through)
        .not("firewall-blocks-passive", Text::new("not-blocked-swept"));
    // Another range only where the numbers themselves are the fault, and nothing of the range that
    // there is will do.
    let build = match without_holes(&through) {
        Some(part) if view.rejects().is_empty() => build.fix(
            Who::ServerAdmin,
            Text::new("passive-port-hole-fix-part").with("range", part.span("-")),
            remedies::set_passive_range(evidence, part),
        ),
        _ if names.is_empty() => build,
        _ => build.fix(
            Who::ServerAdmin,
            Text::new("passive-port-hole-fix"),
            remedies::set_passive_range(evidence, elsewhere(&holes)),
        ),
    };
    build
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-hole-fix-network").with("ports", few(&holes)),
            let_holes_through(evidence, view, &holes),
        )
        .done()
}
