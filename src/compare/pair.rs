//! Modes of two runs side by side.

use super::run::{ModeRun, Run};
use crate::facts::Mode;
use crate::words::words;

words! {
    /// What became of a mode from the first run to the second.
    pub enum Change: "change of a mode" {
        /// The same outcome.
        Same = "same",
        /// Open in the first run alone.
        OnlyA = "only-a",
        /// Open in the second run alone.
        OnlyB = "only-b",
        /// It fails in both, in two ways.
        FailsDifferently = "fails-differently",
        /// Not tested in at least one of them.
        NotCompared = "not-compared",
    }
}

impl Change {
    /// Whether the two differ.
    pub fn differs(self) -> bool {
        matches!(self, Self::OnlyA | Self::OnlyB | Self::FailsDifferently)
    }
}

/// One mode in both runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModePair {
    /// The mode.
    pub mode: Mode,
    /// In the first run.
    pub a: Option<ModeRun>,
    /// In the second run.
    pub b: Option<ModeRun>,
    /// What became of it.
    pub change: Change,
}

impl ModePair {
    fn new(mode: Mode, a: Option<&ModeRun>, b: Option<&ModeRun>) -> Self {
        let change = match (a.filter(|m| m.tested()), b.filter(|m| m.tested())) {
            (Some(a), Some(b)) if a.outcome == b.outcome => Change::Same,
            (Some(a), Some(_)) if a.is_open() => Change::OnlyA,
            (Some(_), Some(b)) if b.is_open() => Change::OnlyB,
            (Some(_), Some(_)) => Change::FailsDifferently,
            _ => Change::NotCompared,
        };
        Self { mode, a: a.cloned(), b: b.cloned(), change }
    }
}

/// Pairs of the same mode, family and security; what is left over, of the same mode.
pub fn pairs(a: &Run, b: &Run) -> Vec<ModePair> {
    let mut pairs = Vec::new();
    for mode in Mode::ALL {
        let mut left: Vec<&ModeRun> = b.modes.iter().filter(|m| m.mode == mode).collect();
        let mut alone = Vec::new();
        for own in a.modes.iter().filter(|m| m.mode == mode) {
            let same =
                left.iter().position(|m| (m.family, m.security) == (own.family, own.security));
            match same {
                Some(at) => pairs.push(ModePair::new(mode, Some(own), Some(left.remove(at)))),
                None => alone.push(own),
            }
        }
        let mut left = left.into_iter();
        for own in alone {
            pairs.push(ModePair::new(mode, Some(own), left.next()));
        }
        pairs.extend(left.map(|other| ModePair::new(mode, None, Some(other))));
    }
    pairs
}
