//! The whole answer of a diagnosis: plain data, and what follows from it at a glance.

use super::clients::Prediction;
use super::finding::Finding;
use super::rules::Rule;
use super::text::Text;
use crate::evidence::Evidence;
use crate::facts::{CutShort, Expectation};
pub use crate::words::Verdict;

/// An expectation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What was expected.
    pub expect: Expectation,
    /// Whether it is met; `None` where it was not measured, which counts as not met.
    pub met: Option<bool>,
    /// What was seen instead, or why nothing was.
    pub because: Text,
}

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
    /// Whether expectations were given and every one is met.
    fn all_met(&self) -> bool {
        let judged = &self.expectations;
        !judged.is_empty() && judged.iter().all(|j| j.met == Some(true))
    }

    /// The exit code of the main job, by the contract. With expectations 0 means that every one is
    /// met, 1 that one is missed, 5 that one could not be measured and none is missed.
    pub fn exit_code(&self) -> u8 {
        if self.evidence.facts.cut_short == Some(CutShort::Interrupted) {
            return 130;
        }
        if self.all_met() {
            return 0;
        }
        if self.verdict != Verdict::Unreachable && !self.expectations.is_empty() {
            let missed = self.expectations.iter().any(|judged| judged.met == Some(false));
            return if missed { 1 } else { 5 };
        }
        match self.verdict {
            Verdict::Healthy | Verdict::Limited => 0,
            Verdict::Degraded | Verdict::Broken => 1,
            Verdict::Unreachable => 3,
            Verdict::Incomplete => 5,
        }
    }
}
