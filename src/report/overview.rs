//! Many runs at a glance: a row for each, then what is wrong with them.

use super::entry::{Entry, Run};
use super::expectations;
use super::markdown::Sheet;
use super::text::{Color, Pen};
use super::words::Words;
use super::{Style, table};
use crate::diagnosis::Text;

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
        let Some(run) = entry.run() else {
            let cells = [entry.label.clone(), words.get("overview-failed"), "–".into(), "–".into()];
            let [label, verdict, open, expected] = cells;
            let text = entry.result.as_ref().err().map(|f| f.text.clone()).unwrap_or_default();
            return Row { cells: [label, verdict, open, expected, text], color: Color::Red };
        };
        let report = &run.report;
        let open: Vec<&str> = report
            .attempts
            .iter()
            .filter(|a| a.purpose == "mode" && a.outcome == "open")
            .map(|a| a.mode)
            .collect();
        let met = report.expectations.iter().filter(|e| e.met == Some(true)).count();
        let problems: Vec<&str> =
            report.findings.iter().filter(|f| f.severity == "problem").map(|f| f.cause).collect();
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
            130 => Color::Yellow,
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
fn wrong(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &Run)> {
    entries
        .iter()
        .filter_map(|entry| Some((entry, entry.run()?)))
        .filter(|(_, run)| run.report.exit_code != 0)
}

/// Lines on what is wrong with a run: summary, expectations, problems.
fn lines(run: &Run, words: &Words) -> Vec<String> {
    let report = &run.report;
    let mut lines = Vec::new();
    if report.exit_code == 130 {
        lines.push(words.get("report-cut-short-interrupted"));
    }
    for judged in report.expectations.iter().filter(|e| e.met != Some(true)) {
        let met = words.get(expectations::met(judged.met));
        lines.push(format!("{met}: {}: {}", judged.expect, judged.because));
    }
    for finding in report.findings.iter().filter(|f| f.severity == "problem") {
        lines.push(format!("{} [{}]", finding.title, finding.cause));
        lines.extend(finding.remedies.iter().map(|remedy| {
            format!("{}: {}", words.get(&format!("report-who-{}", remedy.who)), remedy.text)
        }));
    }
    lines.extend(run.unexplained.iter().cloned());
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
        for (entry, run) in wrong(entries) {
            out.push('\n');
            let head = format!("{}: {}", entry.label, run.report.summary);
            pen.prose(&mut out, "", "  ", &plain(&head));
            for line in self::lines(run, words) {
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
        for (entry, run) in wrong(entries) {
            sheet.heading(2, &entry.label);
            sheet.paragraph(&run.report.summary);
            sheet.list(lines(run, words));
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
            .run()
            .filter(|run| run.report.exit_code != 0)
            .map(|run| (run.report.summary.clone(), lines(run, words))),
    })
    .collect()
}
