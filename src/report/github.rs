//! Annotations of GitHub Actions (workflow commands): one for each target, because a step shows
//! ten of a kind at most.

use super::words::Words;
use crate::diagnosis::Severity;
use crate::document::{Entry, Report};

/// Renders all entries.
pub fn render(entries: &[Entry], words: &Words) -> String {
    let mut out = String::new();
    for entry in entries {
        let (level, title, message) = match &entry.result {
            Ok(report) => {
                let verdict = words.get(&format!("verdict-{}", report.verdict));
                (
                    level(report),
                    format!("{}: {verdict}", entry.label),
                    lines(report, words).join("\n"),
                )
            }
            Err(failure) => ("error", entry.label.clone(), failure.text.clone()),
        };
        out.push_str(&format!("::{level} title={}::{}\n", property(&title), data(&message)));
    }
    out
}

fn level(report: &Report) -> &'static str {
    let warned = report.findings.iter().any(|f| f.severity != Severity::Info);
    match (report.exit_code, warned) {
        (0, false) => "notice",
        (0, true) => "warning",
        _ => "error",
    }
}

fn lines(report: &Report, words: &Words) -> Vec<String> {
    let counts = super::expectations::counts(&report.expectations, words);
    let mut lines: Vec<String> = counts.into_iter().collect();
    lines.push(report.summary.clone());
    lines.extend(report.expectations.iter().filter(|e| e.met != Some(true)).map(|judged| {
        let met = words.get(super::expectations::met(judged.met));
        format!("{}: {met} ({})", judged.expect, judged.because)
    }));
    for finding in report.findings.iter().filter(|f| f.severity != Severity::Info) {
        let severity = words.get(&format!("report-severity-{}", finding.severity));
        lines.push(format!("{severity}: {} [{}]", finding.title, finding.cause));
        lines.push(finding.explanation.clone());
        lines.extend(finding.remedies.iter().map(|remedy| {
            format!("{}: {}", words.get(&format!("report-who-{}", remedy.who)), remedy.text)
        }));
    }
    lines
}

/// The message of a command: in one line, whatever a server said.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            // Other line ends and escapes have no business in a log.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    // The runner also looks for commands of the old form, anywhere in a line.
    out.replace("##[", "## [")
}

/// A property of a command: also without the signs that end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
