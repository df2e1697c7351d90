//! The JSON document of a check.

use super::changes::Changes;
use super::row::{Row, Totals};
use crate::document::Entry;
use crate::document::check::{CheckReport, CheckTarget, Schema};
use crate::document::report::Tool;

/// When a check ran.
#[derive(Debug, Clone)]
pub struct When {
    /// Its beginning, RFC 3339 in UTC.
    pub started: String,
    /// In milliseconds.
    pub elapsed_ms: f64,
}

/// Puts rows and entries, which are in one order, together.
///
/// # Errors
/// When JSON cannot be written, which no report of ours causes.
pub fn document(
    rows: &[Row],
    entries: Vec<Entry>,
    changes: Option<&Changes>,
    totals: &Totals,
    when: When,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut targets = Vec::with_capacity(rows.len());
    let mut reports = Vec::with_capacity(rows.len());
    for (row, entry) in rows.iter().zip(entries) {
        let (report, because) = match entry.result {
            Ok(report) => {
                reports.push(*report);
                (Some(reports.len() - 1), None)
            }
            Err(failure) => (None, Some(failure.text)),
        };
        targets.push(CheckTarget {
            label: row.label.clone(),
            input: row.input.clone(),
            ending: row.ending,
            report,
            because,
            exit_code: row.exit_code,
        });
    }
    let whole = CheckReport {
        schema: Schema::Check1,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        started: when.started,
        elapsed_ms: when.elapsed_ms,
        targets,
        reports,
        changes: changes.map(Changes::view),
        summary: totals.summary,
        exit_code: totals.exit_code(),
    };
    let mut bytes = serde_json::to_vec_pretty(&whole)?;
    bytes.push(b'\n');
    Ok(bytes)
}
