//! Runs the catalogue over the evidence and puts the findings in order.

use crate::diagnosis::answer::{Diagnosis, Verdict};
use crate::diagnosis::catalogue::{CATALOGUE, cause};
use crate::diagnosis::cause::{Cause, Detector};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, why_not};
use crate::diagnosis::{clients, expect, remedies, rules};
use crate::evidence::{Evidence, ModeView, Options};
use crate::facts::Facts;

/// Draws the conclusions. Pure: the same facts give the same diagnosis.
pub fn diagnose(facts: &Facts) -> Diagnosis<'_> {
    diagnose_for(facts, Options::NONE)
}

/// The same, with fixes for what is wanted.
pub fn diagnose_for<'a>(facts: &'a Facts, options: &'a Options) -> Diagnosis<'a> {
    let evidence = Evidence::for_reader(facts, options);
    let mut findings = order(&evidence, suppress(&look(&evidence)));
    // What is found about other data connections is not out.
    let found: Vec<&str> = findings.iter().map(|f| f.cause).collect();
    for finding in &mut findings {
        finding.ruled_out.retain(|out| !found.contains(&out.cause));
    }
    remedies::near_first(facts.system, &mut findings);
    if let Some(name) = &options.fix_for {
        for remedy in findings.iter_mut().flat_map(|f| &mut f.remedies) {
            remedy.snippets.retain(|snippet| snippet.software == name);
        }
    }
    let rules = rules::rules(&evidence, &findings);
    let verdict = verdict(&evidence, &findings);
    let summary = summary(&evidence, verdict, &findings);
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
    let found = (cause.detector.0)(evidence)?;
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
        let found = (detector.0)(evidence).unwrap_or_default();
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
    findings.sort_by_key(|f| (f.severity, meant(f), std::cmp::Reverse(f.explains.len())));
    findings
}

fn verdict(evidence: &Evidence<'_>, findings: &[Finding]) -> Verdict {
    if !evidence.logged_in() {
        return Verdict::Unreachable;
    }
    let problem = findings.iter().any(|f| f.severity == Severity::Problem);
    // Nothing tested is no proof of anything broken, but neither of health.
    match (evidence.any_open(), problem) {
        (true, false) => Verdict::Healthy,
        (true, true) => Verdict::Degraded,
        (false, _) => Verdict::Broken,
    }
}

fn summary(evidence: &Evidence<'_>, verdict: Verdict, findings: &[Finding]) -> Text {
    let first = findings.first().filter(|f| f.severity == Severity::Problem);
    let verbs = |views: Vec<&ModeView<'_>>| {
        views.iter().map(|m| m.mode.verb()).collect::<Vec<_>>().join(", ")
    };
    let open = verbs(evidence.modes().iter().filter(|m| m.is_open()).collect());
    let failed = verbs(evidence.modes().iter().filter(|m| m.failed()).collect());
    let text = match (verdict, first) {
        (Verdict::Healthy, _) if !failed.is_empty() => Text::new("summary-healthy-partly"),
        (Verdict::Healthy, _) if evidence.modes().iter().any(|m| !m.tested()) => {
            Text::new("summary-healthy-asked")
        }
        (Verdict::Healthy, _) => Text::new("summary-healthy"),
        (Verdict::Degraded, _) => Text::new(if failed.is_empty() {
            "summary-degraded-all-open"
        } else {
            "summary-degraded"
        }),
        (Verdict::Broken, Some(_)) => Text::new("summary-broken"),
        (Verdict::Broken, None) if failed.is_empty() => Text::new("summary-untested"),
        (Verdict::Broken, None) => Text::new("summary-broken-unknown"),
        (Verdict::Unreachable, Some(_)) => Text::new("summary-unreachable"),
        (Verdict::Unreachable, None) => Text::new("summary-unreachable-unknown"),
    };
    let text = text.with("open", open).with("failed", failed);
    match first {
        Some(finding) => text.with("title", finding.title.clone()),
        None => text,
    }
}
