//! Many runs at a glance: a row for each, then what is wrong with them.

use super::expectations;
use super::markdown::Sheet;
use super::pen::{Color, Pen};
use super::words::Words;
use super::{Style, table};
use crate::diagnosis::{Severity, Text};
use crate::document::{Entry, Report};
use crate::facts::{Outcome, Purpose};

/// The columns, as messages.
const COLUMNS: [&str; 5] = [
    "overview-target",
    "overview-verdict",
    "overview-open",
    "overview-expected",
    "overview-problems",
];

/// What a row says.
struct Row {
    cells: [String; 5],
    color: Color,
}

fn rows(entries: &[Entry], words: &Words) -> Vec<Row> {
    let row = |entry: &Entry| {
        let Some(report) = entry.report() else {
            let cells = [entry.label.clone(), words.get("overview-failed"), "–".into(), "–".into()];
            let [label, verdict, open, expected] = cells;
            let text = entry.result.as_ref().err().map(|f| f.text.clone()).unwrap_or_default();
            return Row { cells: [label, verdict, open, expected, text], color: Color::Red };
        };
        let open: Vec<&str> = report
            .attempts
            .iter()
            .filter(|a| a.purpose == Purpose::Mode && a.outcome == Outcome::Open)
            .map(|a| a.mode.as_str())
            .collect();
        let met = report.expectations.iter().filter(|e| e.met == Some(true)).count();
        let problems: Vec<&str> = report
            .findings
            .iter()
            .filter(|f| f.severity == Severity::Problem)
            .map(|f| f.cause.as_str())
            .collect();
        let cells = [
            entry.label.clone(),
            // What was measured until then is no verdict on the target.
            match report.exit_code {
                130 => words.get("check-ending-interrupted"),
                _ => words.get(&format!("verdict-{}", report.verdict)),
            },
            if open.is_empty() { "–".to_owned() } else { open.join(" ") },
            match report.expectations.len() {
                0 => "–".to_owned(),
                all => format!("{met}/{all}"),
            },
            problems.join(" "),
        ];
        let color = match report.exit_code {
            0 => Color::Green,
            5 | 130 => Color::Yellow,
            _ => Color::Red,
        };
        Row { cells, color }
    };
    entries.iter().map(row).collect()
}

/// How many there are, and how many of them are well.
pub fn counts(entries: &[Entry]) -> Text {
    let well = entries.iter().filter(|entry| entry.exit_code() == 0).count();
    Text::new("overview-counts").with("all", entries.len()).with("well", well)
}

/// Entries that a reader has to look at.
fn wrong(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &Report)> {
    entries
        .iter()
        .filter_map(|entry| Some((entry, entry.report()?)))
        .filter(|(_, report)| report.exit_code != 0)
}

/// Lines on what is wrong with a run: summary, expectations, problems.
fn lines(report: &Report, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    if report.exit_code == 130 {
        lines.push(words.get("report-cut-short-interrupted"));
    }
    for judged in report.expectations.iter().filter(|e| e.met != Some(true)) {
        let met = words.get(expectations::met(judged.met));
        lines.push(format!("{met}: {}: {}", judged.expect, judged.because));
    }
    for finding in report.findings.iter().filter(|f| f.severity == Severity::Problem) {
        lines.push(format!("{} [{}]", finding.title, finding.cause));
        lines.extend(finding.remedies.iter().map(|remedy| {
            format!("{}: {}", words.get(&format!("report-who-{}", remedy.who)), remedy.text)
        }));
    }
    lines
}

/// In one line, without anything that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// For a terminal.
pub fn text(entries: &[Entry], words: &Words, style: Style) -> String {
    let pen = Pen(style);
    let mut out = String::new();
    let head = COLUMNS.map(|id| pen.bold(&words.get(id))).to_vec();
    let mut lines = vec![head];
    for row in rows(entries, words) {
        let mut cells: Vec<String> = row.cells.iter().map(|cell| plain(cell)).collect();
        if let Some(verdict) = cells.get_mut(1) {
            *verdict = pen.paint(verdict, row.color);
        }
        lines.push(cells);
    }
    for line in table::aligned(&lines) {
        out.push_str(&format!("{line}\n"));
    }
    if !style.quiet {
        for (entry, report) in wrong(entries) {
            out.push('\n');
            let head = format!("{}: {}", entry.label, report.summary);
            pen.prose(&mut out, "", "  ", &plain(&head));
            for line in self::lines(report, words) {
                pen.prose(&mut out, "   - ", "     ", &plain(&line));
            }
        }
    }
    out.push('\n');
    pen.prose(&mut out, "", "  ", &words.say(&counts(entries)));
    out
}

/// For a ticket or a job's summary.
pub fn markdown(entries: &[Entry], words: &Words, style: Style) -> String {
    let mut sheet = Sheet::default();
    sheet.heading(1, "ftp-doctor");
    sheet.paragraph(&words.say(&counts(entries)));
    let head = COLUMNS.map(|id| words.get(id));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> =
        rows(entries, words).into_iter().map(|row| row.cells.to_vec()).collect();
    sheet.table(&head, &rows);
    if !style.quiet {
        for (entry, report) in wrong(entries) {
            sheet.heading(2, &entry.label);
            sheet.paragraph(&report.summary);
            sheet.list(lines(report, words));
        }
    }
    sheet.into_string()
}

/// One row of the page: its cells, whether it is well, and what is wrong.
pub(super) struct PageRow {
    /// Cells, in the order of [`heads`].
    pub cells: [String; 5],
    /// Class that colours it.
    pub class: &'static str,
    /// Summary and lines, where something is wrong.
    pub wrong: Option<(String, Vec<String>)>,
}

/// The heads of the columns.
pub(super) fn heads(words: &Words) -> [String; 5] {
    COLUMNS.map(|id| words.get(id))
}

/// The rows of the page.
pub(super) fn page(entries: &[Entry], words: &Words) -> Vec<PageRow> {
    let rows = rows(entries, words).into_iter().zip(entries);
    rows.map(|(row, entry)| PageRow {
        cells: row.cells,
        class: match entry.exit_code() {
            0 => "good",
            130 => "warn",
            _ => "bad",
        },
        wrong: entry
            .report()
            .filter(|report| report.exit_code != 0)
            .map(|report| (report.summary.clone(), lines(report, words))),
    })
    .collect()
}
