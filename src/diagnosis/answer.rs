//! The whole answer of a diagnosis: plain data, and what follows from it at a glance.

use super::clients::Prediction;
use super::finding::Finding;
use super::rules::Rule;
use super::text::Text;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{CutShort, Expectation};
use crate::wire::peer;
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
        if self.all_met() {
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
