//! The types of `check --json`: their own, as those of the report are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::report::{Report, Tool};
use crate::words::words;

words! {
    /// Name and version of the schema of a check.
    pub enum Schema: "schema of a check" {
        /// This one.
        Check1 = "ftp-doctor.check/1",
    }

    /// How a target ended.
    pub enum Ending: "ending" {
        /// There is a whole report.
        Finished = "finished",
        /// There is one, cut short by an interrupt.
        Interrupted = "interrupted",
        /// A fault of our own.
        Failed = "failed",
        /// Not begun before the interrupt.
        NotRun = "not-run",
    }

    /// What became of a target since the baseline.
    pub enum Change: "change" {
        /// Something differs that counts.
        Changed = "changed",
        /// Nothing does.
        Same = "same",
        /// It is not in the baseline.
        New = "new",
        /// It is in the baseline only.
        Gone = "gone",
    }

    /// What differs at a target.
    pub enum What: "difference" {
        /// The verdict.
        Verdict = "verdict",
        /// The outcome of a mode.
        Mode = "mode",
        /// A finding.
        Finding = "finding",
        /// Whether an expectation is met.
        Expectation = "expectation",
    }
}

/// A check of many targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "ftp-doctor check", deny_unknown_fields)]
pub struct CheckReport {
    /// `ftp-doctor.check/1`.
    pub schema: Schema,
    /// The program that wrote it.
    pub tool: Tool,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
    /// Every target of the lists, in their order.
    pub targets: Vec<CheckTarget>,
    /// Reports (`ftp-doctor.report/1`) of those that were run, in the order of `targets`.
    pub reports: Vec<Report>,
    /// What changed since the baseline; `null` without one.
    pub changes: Option<Vec<CheckChange>>,
    /// All together.
    pub summary: CheckSummary,
    /// The exit code of the run.
    pub exit_code: u8,
}

/// A target of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CheckTarget {
    /// What the list calls it; unique.
    pub label: String,
    /// The target as typed.
    pub input: String,
    /// `finished`, `interrupted`, `failed` (our own fault) or `not-run`.
    pub ending: Ending,
    /// The index of its report in `reports`.
    pub report: Option<usize>,
    /// Why there is none.
    pub because: Option<String>,
    /// Its exit code alone; `null` where it was not run.
    pub exit_code: Option<u8>,
}

/// What changed at a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CheckChange {
    /// What the list calls it; the target as typed where it is in the baseline only.
    pub label: String,
    /// `changed`, `same`, `new` (not in the baseline), `gone` (in the baseline only).
    pub change: Change,
    /// What differs in verdict, modes, findings and expectations.
    pub differences: Vec<CheckDifference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CheckDifference {
    /// `verdict`, `mode`, `finding` or `expectation`.
    pub what: What,
    /// Which mode, finding or expectation.
    pub key: Option<String>,
    /// In the baseline; `null` where there was none.
    pub before: Option<String>,
    /// Now; `null` where there is none.
    pub after: Option<String>,
}

/// Counts of targets and expectations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CheckSummary {
    /// All targets of the lists.
    pub targets: usize,
    /// With this verdict, interrupted ones left out.
    pub healthy: usize,
    /// With this verdict.
    pub limited: usize,
    /// With this verdict.
    pub degraded: usize,
    /// With this verdict.
    pub broken: usize,
    /// With this verdict.
    pub unreachable: usize,
    /// With this verdict.
    pub incomplete: usize,
    /// Ended early by an interrupt.
    pub interrupted: usize,
    /// Never begun because of an interrupt.
    pub not_run: usize,
    /// Ended by a fault of our own.
    pub failed: usize,
    /// Expectations that are met.
    pub expectations_met: usize,
    /// Expectations that are not met, or about what was not measured.
    pub expectations_not_met: usize,
}
