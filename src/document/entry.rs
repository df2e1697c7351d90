//! A report under the label by which its reader knows the target, or why there is none.

use super::report::Report;

/// A run, or a target that could not be run, under its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What the reader calls it; the target as typed where nothing else was given. Unique where
    /// there are many.
    pub label: String,
    /// What came of it.
    pub result: Result<Box<Report>, Failure>,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The target as typed, a password taken out.
    pub target: String,
    /// What went wrong.
    pub text: String,
}

impl Entry {
    /// The entry of a run.
    pub fn of(label: String, report: Report) -> Self {
        Self { label, result: Ok(Box::new(report)) }
    }

    /// The entry of a target that could not be run.
    pub fn failed(label: String, target: String, text: String) -> Self {
        Self { label, result: Err(Failure { target, text }) }
    }

    /// The report, if there is one.
    pub fn report(&self) -> Option<&Report> {
        self.result.as_deref().ok()
    }

    /// The exit code of this entry alone: that of its report, or 4.
    pub fn exit_code(&self) -> u8 {
        self.report().map_or(4, |report| report.exit_code)
    }
}
