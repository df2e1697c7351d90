//! The one sentence about two runs.

use crate::compare::{Change, Comparison, Identity};
use crate::diagnosis::Text;
use crate::report::words::Words;

/// What differs, in a sentence or two.
pub fn summary(comparison: &Comparison, words: &Words) -> String {
    if comparison.identity == Identity::Other {
        return words.get("diff-summary-two-servers");
    }
    if !comparison.differs() {
        return words.get("diff-summary-alike");
    }
    let verbs = |change: Change| {
        let pairs = comparison.modes.iter().filter(|p| p.change == change);
        let mut verbs: Vec<&str> = pairs.map(|p| p.mode.verb()).collect();
        verbs.dedup();
        verbs.join(", ")
    };
    let mut parts = Vec::new();
    for (change, run) in [(Change::OnlyA, "A"), (Change::OnlyB, "B")] {
        let verbs = verbs(change);
        if !verbs.is_empty() {
            parts.push(Text::new("diff-summary-only").with("run", run).with("verbs", verbs));
        }
    }
    let otherwise = verbs(Change::FailsDifferently);
    if !otherwise.is_empty() {
        parts.push(Text::new("diff-summary-otherwise").with("verbs", otherwise));
    }
    let (a, b) = (comparison.a.verdict, comparison.b.verdict);
    if parts.is_empty() && a != b {
        parts.push(
            Text::new("diff-summary-verdict")
                .with("a", Text::new(format!("verdict-{}", a.as_str())))
                .with("b", Text::new(format!("verdict-{}", b.as_str()))),
        );
    }
    if parts.is_empty() {
        parts.push(Text::new("diff-summary-findings"));
    }
    parts.iter().map(|part| words.say(part)).collect::<Vec<_>>().join(" ")
}
