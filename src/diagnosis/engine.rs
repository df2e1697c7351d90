//! Runs the catalogue over the evidence and puts the findings in order.

use crate::diagnosis::catalogue::{CATALOGUE, Cause};
use crate::diagnosis::clients::{self, Prediction};
use crate::diagnosis::expect::{self, Judged};
use crate::diagnosis::finding::{Finding, Severity};
use crate::diagnosis::remedies;
use crate::diagnosis::rules::{self, Rule};
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, ModeView, Options};
use crate::facts::{CutShort, Facts};
use crate::wire::peer;
pub use crate::words::Verdict;

/// What the facts mean.
pub struct Diagnosis<'a> {
    /// The facts, prepared.
    pub evidence: Evidence<'a>,
    /// The whole answer.
    pub verdict: Verdict,
    /// One sentence.
    pub summary: Text,
    /// Findings, problems first, the one that explains most first.
    pub findings: Vec<Finding>,
    /// The eight rules for a firewall in front of a server.
    pub rules: Vec<Rule>,
    /// What well-known clients will meet.
    pub clients: Vec<Prediction>,
    /// Why one of them works and another does not, where the directions differ.
    pub one_works: Option<Text>,
    /// What was expected, in the order in which it was given.
    pub expectations: Vec<Judged>,
}

impl Diagnosis<'_> {
    /// Modes that were tested, do not work, and that no finding explains. A command that the
    /// server does not take is no riddle while another of its direction works, or fails for a known
    /// reason.
    pub fn unexplained(&self) -> Vec<&ModeView<'_>> {
        let modes = &self.evidence.modes();
        let explained =
            |m: &&ModeView<'_>| self.findings.iter().any(|f| f.explains.contains(&m.entry.id));
        let spared = |m: &&ModeView<'_>| {
            m.refusal().is_some_and(|(code, text)| {
                let lacks =
                    peer::is_not_implemented(code, text) || peer::is_wrong_family(code, text);
                modes
                    .iter()
                    .filter(|o| o.mode.is_passive() == m.mode.is_passive())
                    .any(|o| o.is_open() || (lacks && explained(&o)))
            })
        };
        modes.iter().filter(|m| m.failed() && !explained(m) && !spared(m)).collect()
    }

    /// The exit code of the main job (contract: 0, 1, 3; 130 for an interrupt). With expectations
    /// 0 means that every one is met.
    pub fn exit_code(&self) -> u8 {
        if self.evidence.facts.cut_short == Some(CutShort::Interrupted) {
            return 130;
        }
        if expect::all_met(self) {
            return 0;
        }
        match self.verdict {
            Verdict::Healthy | Verdict::Degraded | Verdict::Broken
                if !self.expectations.is_empty() =>
            {
                1
            }
            Verdict::Healthy => 0,
            Verdict::Degraded | Verdict::Broken => 1,
            Verdict::Unreachable => 3,
        }
    }
}

/// Draws the conclusions. Pure: the same facts give the same diagnosis.
pub fn diagnose(facts: &Facts) -> Diagnosis<'_> {
    diagnose_for(facts, Options::NONE)
}

/// The same, with fixes for what is wanted.
pub fn diagnose_for<'a>(facts: &'a Facts, options: &'a Options) -> Diagnosis<'a> {
    let evidence = Evidence::for_reader(facts, options);
    let fired: Vec<(&Cause, Finding)> =
        CATALOGUE.iter().filter_map(|c| Some((c, (c.matches?)(&evidence)?))).collect();
    let mut findings = order(&evidence, suppress(&fired));
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
