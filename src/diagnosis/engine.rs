//! Runs the catalogue over the evidence and puts the findings in order.

use crate::diagnosis::answer::{Diagnosis, Verdict};
use crate::diagnosis::catalogue::{CATALOGUE, cause};
use crate::diagnosis::cause::{Cause, Detector};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::reason::reason;
use crate::diagnosis::text::Text;
use crate::diagnosis::verdict::Balance;
use crate::diagnosis::why_not::{Found, why_not};
use crate::diagnosis::{clients, detectors, expect, remedies, rules, verdict, worlds};
use crate::evidence::{Access, Evidence, ModeView, Options, State};
use crate::facts::{CutShort, Facts};

/// Draws the conclusions. Pure: the same facts give the same diagnosis.
pub fn diagnose(facts: &Facts) -> Diagnosis<'_> {
    diagnose_for(facts, Options::NONE)
}

/// The same, with fixes for what is wanted.
pub fn diagnose_for<'a>(facts: &'a Facts, options: &'a Options) -> Diagnosis<'a> {
    let evidence = Evidence::for_reader(facts, options);
    let access = evidence.access();
    let mut findings = suppress(&look(&evidence));
    if access == Access::Unfinished {
        // What silence would mean, had it been waited for.
        findings.retain(|f| f.severity == Severity::Info);
    }
    detectors::keep_unexplained(&evidence, &mut findings);
    verdict::weigh(&evidence, &mut findings);
    let mut findings = order(&evidence, findings);
    // What is found about other data connections is not out.
    let found: Vec<&str> = findings.iter().map(|f| f.cause).collect();
    for finding in &mut findings {
        finding.ruled_out.retain(|out| !found.contains(&out.cause));
    }
    remedies::near_first(facts.system, &mut findings);
    if !options.fix_for.is_empty() {
        let wanted = |software: &str| options.fix_for.iter().any(|name| name == software);
        for remedy in findings.iter_mut().flat_map(|f| &mut f.remedies) {
            remedy.snippets.retain(|snippet| wanted(snippet.software));
        }
    }
    let rules = rules::rules(&evidence, &findings);
    let verdict = Balance::of(&evidence, &findings).verdict();
    let summary = summary(&evidence, access, verdict, &findings);
    let clients = clients::predictions(&evidence, &findings);
    let one_works = clients::one_works_another_fails(&evidence, &clients);
    let expectations = Vec::new();
    let mut diagnosis =
        Diagnosis { evidence, verdict, summary, findings, rules, clients, one_works, expectations };
    diagnosis.expectations = expect::judge(&diagnosis);
    diagnosis
}

/// What the look for one cause comes to. It may be found and yet be left out of a diagnosis, as what
/// only follows from another one.
///
/// # Errors
/// Which condition failed, and on which attempts.
pub fn look_for(cause: &Cause, evidence: &Evidence<'_>) -> Found {
    let found = if std::ptr::eq(cause.detector, detectors::UNEXPLAINED.detector) {
        // What nobody explains is known once everybody has looked.
        let others: Vec<Finding> = look(evidence).into_iter().map(|(_, found)| found).collect();
        detectors::unexplained(evidence, &others)?
    } else {
        let found = (cause.detector.0)(evidence)?;
        let ids: Vec<&str> = found.iter().map(|finding| finding.cause).collect();
        let left = worlds::weigh(evidence, found);
        if left.is_empty() {
            let ids = ids.join(", ");
            return Err(why_not(format!("it would be {ids}, and something else was seen")));
        }
        left
    };
    if found.iter().any(|finding| finding.cause == cause.id) {
        return Ok(found.into_iter().filter(|finding| finding.cause == cause.id).collect());
    }
    let others: Vec<&str> = found.iter().map(|finding| finding.cause).collect();
    let about = |id: &String| found.iter().any(|finding| finding.explains.contains(id));
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|view| about(&view.entry.id)).collect();
    let others = others.join(", ");
    Err(why_not(format!("the same look decides for {others} instead")).on_modes(&views))
}

/// Everything that is found, in the catalogue's order. Every detector looks once.
fn look(evidence: &Evidence<'_>) -> Vec<(&'static Cause, Finding)> {
    let mut looked: Vec<&Detector> = Vec::new();
    let mut fired = Vec::new();
    for detector in CATALOGUE.iter().map(|cause| cause.detector) {
        if looked.iter().any(|known| std::ptr::eq(*known, detector)) {
            continue;
        }
        looked.push(detector);
        let found = worlds::weigh(evidence, (detector.0)(evidence).unwrap_or_default());
        fired.extend(found.into_iter().filter_map(|found| Some((cause(found.cause)?, found))));
    }
    fired.sort_by_key(|(cause, _)| CATALOGUE.iter().position(|known| known.id == cause.id));
    fired
}

/// Leaves out what only follows from another finding: its cause says so, and the two are about the
/// same data connections (or one of them is about none in particular).
fn suppress(fired: &[(&Cause, Finding)]) -> Vec<Finding> {
    let follows = |from: &(&Cause, Finding), what: &(&Cause, Finding)| {
        let (a, b) = (&from.1.explains, &what.1.explains);
        from.0.suppresses.contains(&what.0.id)
            && (a.is_empty() || b.is_empty() || a.iter().any(|id| b.contains(id)))
    };
    fired
        .iter()
        .filter(|what| !fired.iter().any(|from| follows(from, what)))
        .map(|from| Finding {
            suppresses: from
                .0
                .suppresses
                .iter()
                .copied()
                .filter(|id| fired.iter().any(|what| what.0.id == *id && follows(from, what)))
                .collect(),
            ..from.1.clone()
        })
        .collect()
}

/// Stable: causes of equal weight keep the catalogue's order.
fn order(evidence: &Evidence<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let passive: Vec<&str> = evidence.passive().iter().map(|v| v.entry.id.as_str()).collect();
    // Whoever does not take PORT means it, mostly: where a client gets nothing at all, what keeps
    // passive mode from working is what to mend.
    let meant = |f: &Finding| {
        let why_not_passive =
            |o: &Finding| o.explains.iter().any(|id| passive.contains(&id.as_str()));
        f.cause == "active-disabled" && !evidence.any_open() && !why_not_passive(f)
    };
    // What keeps passive mode from working comes before what is about active mode alone, the surer one
    // before the others; a NAT breaks active mode for nearly everybody.
    let about_passive = |f: &Finding| f.explains.iter().any(|id| passive.contains(&id.as_str()));
    let everybodys = |f: &Finding| f.cause == "client-nat-breaks-active";
    findings.sort_by_key(|f| {
        let beside = !f.explains.is_empty() && !about_passive(f);
        let weight = std::cmp::Reverse(f.explains.len());
        (f.severity, meant(f), beside && everybodys(f), weight, f.confidence)
    });
    findings
}

/// What is missing where not all was measured: which modes, why, and how to get it.
fn missing(evidence: &Evidence<'_>, access: Access) -> Text {
    let unknown: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|m| evidence.state(m) == State::Unknown).collect();
    let verbs: Vec<&str> = unknown.iter().map(|m| m.mode.verb()).collect();
    let first = unknown.first().filter(|_| access == Access::LoggedIn);

    match first {
        Some(view) => Text::new("summary-incomplete")
            .with("missing", verbs.join(", "))
            .with("because", reason(view.shown))
            .with("how", Text::new(verdict::how_to_measure(view))),
        None if access != Access::LoggedIn => {
            let interrupted = evidence.facts.cut_short == Some(CutShort::Interrupted);
            Text::new(if interrupted {
                "summary-incomplete-login-interrupted"
            } else {
                "summary-incomplete-login"
            })
        }
        None => Text::new("summary-incomplete-more"),
    }
}

fn summary(
    evidence: &Evidence<'_>,
    access: Access,
    verdict: Verdict,
    findings: &[Finding],
) -> Text {
    let of = |wanted: State| {
        let modes = evidence.modes().iter().filter(|m| evidence.state(m) == wanted);
        modes.map(|m| m.mode.verb()).collect::<Vec<_>>().join(", ")
    };
    let (open, failed, unknown) = (of(State::Open), of(State::Dead), of(State::Unknown));
    let first = findings.first().filter(|f| f.severity <= Severity::Warning);
    let text = match (verdict, first) {
        (Verdict::Healthy, _)
            if evidence.modes().iter().any(|m| evidence.state(m) == State::NotApplicable) =>
        {
            Text::new("summary-healthy-asked")
        }
        (Verdict::Healthy, _) => Text::new("summary-healthy"),
        (Verdict::Limited, _) => Text::new("summary-limited"),
        (Verdict::Degraded, _) if failed.is_empty() => Text::new("summary-degraded-all-open"),
        (Verdict::Degraded, _) if open.is_empty() => {
            Text::new("summary-degraded-none-open").with("unknown", unknown)
        }
        (Verdict::Degraded, _) => Text::new("summary-degraded"),
        (Verdict::Broken, Some(_)) => Text::new("summary-broken"),
        (Verdict::Broken, None) if failed.is_empty() => Text::new("summary-untested"),
        (Verdict::Broken, None) => Text::new("summary-broken-unknown"),
        (Verdict::Unreachable, Some(_)) => Text::new("summary-unreachable"),
        (Verdict::Unreachable, None) => Text::new("summary-unreachable-unknown"),
        (Verdict::Incomplete, _) => missing(evidence, access),
    };
    let text = text.with("open", open).with("failed", failed);
    match first {
        Some(finding) => text.with("title", finding.title.clone()),
        None => text,
    }
}
