//! Why a cause was not found: which condition failed, and on which attempts.
//!
//! For whoever debugs a diagnosis: every early return of a detector names its condition. Texts are
//! made from data, in English.

use std::borrow::Cow;
use std::fmt;

use super::finding::Finding;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{Attempt, Outcome};

/// What a detector finds.
pub type Found = Result<Vec<Finding>, WhyNot>;

/// The conditions of a detector that failed, in the order in which they were asked; never none. More
/// than one where there is more than one way to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNot {
    first: Failed,
    more: Vec<Failed>,
}

/// One condition that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What is the case instead, a fragment without a full stop.
    pub condition: Cow<'static, str>,
    /// Where that was seen: ids of attempts, and how they ended.
    pub attempts: Vec<(String, Outcome)>,
}

/// A condition that failed: what is the case instead.
pub fn why_not(condition: impl Into<Cow<'static, str>>) -> WhyNot {
    let first = Failed { condition: condition.into(), attempts: Vec::new() };
    WhyNot { first, more: Vec::new() }
}

impl WhyNot {
    /// Seen in this attempt.
    pub fn on(self, attempt: &Attempt) -> Self {
        self.on_all([attempt])
    }

    /// Seen in these attempts.
    pub fn on_all<'a>(mut self, attempts: impl IntoIterator<Item = &'a Attempt>) -> Self {
        let last = self.more.last_mut().unwrap_or(&mut self.first);
        last.attempts.extend(attempts.into_iter().map(|a| (a.id.clone(), a.outcome)));
        self
    }

    /// Seen in the attempts that stand for these modes.
    pub fn on_modes(self, views: &[&ModeView<'_>]) -> Self {
        self.on_all(views.iter().map(|view| view.shown))
    }

    /// Seen in the attempts that stand for the modes, all of them.
    pub fn on_every_mode(self, evidence: &Evidence<'_>) -> Self {
        self.on_all(evidence.modes().iter().map(|view| view.shown))
    }

    /// And another way to the finding failed as well.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.more.push(other.first);
        self.more.extend(other.more);
        self
    }

    /// The conditions that failed.
    pub fn conditions(&self) -> impl Iterator<Item = &Failed> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.condition)?;
        for (n, (id, outcome)) in self.attempts.iter().enumerate() {
            write!(f, "{}{id}: {outcome}", if n == 0 { " (" } else { ", " })?;
        }
        if self.attempts.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

/// Goes on where a condition holds.
///
/// # Errors
/// What is the case instead.
pub fn require(holds: bool, otherwise: impl FnOnce() -> WhyNot) -> Result<(), WhyNot> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Goes on with a list that is not empty.
///
/// # Errors
/// What is the case instead.
pub fn some<T>(list: Vec<T>, otherwise: impl FnOnce() -> WhyNot) -> Result<Vec<T>, WhyNot> {
    if list.is_empty() { Err(otherwise()) } else { Ok(list) }
}
