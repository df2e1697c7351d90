//! What is kept of each target until the end: little, since there may be very many.

use crate::diagnosis::{Severity, Text, Verdict};
use crate::document::Report;
use crate::document::check::{CheckSummary, Ending};
use crate::facts::{Outcome, Purpose};
use crate::report::words::Words;

/// One target's result in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the list calls it.
    pub label: String,
    /// The target as typed.
    pub input: String,
    /// How it ended.
    pub ending: Ending,
    /// Its verdict.
    pub verdict: Option<Verdict>,
    /// Its exit code alone.
    pub exit_code: Option<u8>,
    /// The most important thing in one line.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: Option<u64>,
    /// Expectations met, and not met.
    pub expectations: (usize, usize),
}

impl Row {
    /// The row of a report.
    pub fn of(label: &str, report: &Report, words: &Words) -> Self {
        let met = report.expectations.iter().filter(|e| e.met == Some(true)).count();
        Self {
            label: label.to_owned(),
            input: report.target.input.clone(),
            ending: if report.exit_code == 130 { Ending::Interrupted } else { Ending::Finished },
            verdict: Some(report.verdict),
            exit_code: Some(report.exit_code),
            detail: detail(report, words),
            elapsed_ms: Some(report.elapsed_ms.micros().0 / 1000),
            expectations: (met, report.expectations.len() - met),
        }
    }

    /// A result that an earlier run has written.
    pub fn earlier(
        label: &str,
        input: &str,
        verdict: Verdict,
        exit_code: u8,
        words: &Words,
    ) -> Self {
        Self {
            label: label.to_owned(),
            input: input.to_owned(),
            ending: Ending::Finished,
            verdict: Some(verdict),
            exit_code: Some(exit_code),
            detail: words.get("check-earlier"),
            elapsed_ms: None,
            expectations: (0, 0),
        }
    }

    /// A target without a report.
    pub fn without(label: &str, input: &str, ending: Ending, because: String) -> Self {
        Self {
            label: label.to_owned(),
            input: input.to_owned(),
            ending,
            verdict: None,
            exit_code: (ending == Ending::Failed).then_some(4),
            detail: because,
            elapsed_ms: None,
            expectations: (0, 0),
        }
    }

    /// Whether there is nothing to be done about it.
    pub fn is_well(&self) -> bool {
        self.exit_code == Some(0)
    }
}

/// An expectation that is not met, else the first problem, else what works.
fn detail(report: &Report, words: &Words) -> String {
    if let Some(missed) = report.expectations.iter().find(|e| e.met != Some(true)) {
        let text = Text::new("check-not-met")
            .with("expect", &missed.expect)
            .with("because", &missed.because);
        return words.say(&text);
    }
    if report.exit_code != 0 {
        let first = report.findings.iter().find(|f| f.severity == Severity::Problem);
        return first.map_or_else(|| report.summary.clone(), |f| f.title.clone());
    }
    let mut open: Vec<&str> = Vec::new();
    for attempt in
        report.attempts.iter().filter(|a| a.purpose == Purpose::Mode && a.outcome == Outcome::Open)
    {
        let verb = attempt.mode.verb();
        if !open.contains(&verb) {
            open.push(verb);
        }
    }
    if open.is_empty() {
        return report.summary.clone();
    }
    words.say(&Text::new("check-works").with("verbs", open.join(" ")))
}

/// All targets together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Counts.
    pub summary: CheckSummary,
    well: usize,
    out_of_reach: usize,
    /// Of which too little was measured.
    unknown: usize,
    interrupted: bool,
}

impl Totals {
    /// Counts rows.
    pub fn of(rows: &[Row], interrupted: bool) -> Self {
        let mut totals = Self { interrupted, ..Self::default() };
        let sum = &mut totals.summary;
        for row in rows {
            sum.targets += 1;
            sum.expectations_met += row.expectations.0;
            sum.expectations_not_met += row.expectations.1;
            match (row.ending, row.verdict) {
                (Ending::Interrupted, _) => sum.interrupted += 1,
                (Ending::NotRun, _) => sum.not_run += 1,
                (Ending::Failed, _) => sum.failed += 1,
                (Ending::Finished, Some(Verdict::Healthy)) => sum.healthy += 1,
                (Ending::Finished, Some(Verdict::Limited)) => sum.limited += 1,
                (Ending::Finished, Some(Verdict::Incomplete)) => sum.incomplete += 1,
                (Ending::Finished, Some(Verdict::Degraded)) => sum.degraded += 1,
                (Ending::Finished, Some(Verdict::Broken)) => sum.broken += 1,
                (Ending::Finished, _) => sum.unreachable += 1,
            }
            match row.exit_code {
                Some(0) => totals.well += 1,
                Some(3) => totals.out_of_reach += 1,
                Some(5) => totals.unknown += 1,
                _ => {}
            }
        }
        totals
    }

    /// 4 where we failed, 130 where we were interrupted, 3 where no target at all could be logged
    /// in to, 1 where one at least is not well, 5 where too little is known of one, else 0.
    pub fn exit_code(&self) -> u8 {
        let sum = &self.summary;
        if sum.failed > 0 {
            4
        } else if self.interrupted || sum.interrupted > 0 {
            130
        } else if sum.targets > 0 && self.out_of_reach == sum.targets {
            3
        } else {
            match sum.targets - self.well - self.unknown {
                0 if self.unknown > 0 => 5,
                0 => 0,
                _ => 1,
            }
        }
    }
}
