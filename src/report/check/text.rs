//! A check for people.

use super::changes::Changes;
use super::row::{Row, Totals};
use crate::diagnosis::{Text, Verdict};
use crate::document::check::Ending;
use crate::report::pen::{Color, Pen};
use crate::report::words::Words;
use crate::report::{Style, table};

/// Columns of a label, at most.
const LABEL: usize = 44;
/// Columns of a verdict.
const VERDICT: usize = 12;

/// The width that labels get.
pub fn label_width<'a>(labels: impl Iterator<Item = &'a str>) -> usize {
    labels.map(|label| label.chars().count()).max().unwrap_or(0).min(LABEL)
}

fn verdict(row: &Row, words: &Words) -> (String, Color) {
    let color = match (row.exit_code, row.verdict) {
        (Some(0), _) => Color::Green,
        (Some(5), _) | (_, Some(Verdict::Degraded)) => Color::Yellow,
        (None | Some(130), _) => Color::BrightBlack,
        _ => Color::Red,
    };
    let word = match (row.ending, row.verdict) {
        (Ending::Finished, Some(verdict)) => words.get(&format!("verdict-{verdict}")),
        (Ending::Finished | Ending::Interrupted, _) => words.get("check-ending-interrupted"),
        (Ending::Failed, _) => words.get("check-ending-failed"),
        (Ending::NotRun, _) => words.get("check-ending-not-run"),
    };
    (word, color)
}

fn padded(text: &str, width: usize) -> String {
    let columns: usize = text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns)))
}

/// The line of a target as it ends.
pub fn line(row: &Row, width: usize, words: &Words, style: Style) -> String {
    let (word, color) = verdict(row, words);
    let time = row.elapsed_ms.map_or_else(String::new, |ms| {
        let seconds = format!("{}.{}", ms / 1000, ms % 1000 / 100);
        words.say(&Text::new("check-seconds").with("seconds", seconds))
    });
    let word = Pen(style).paint(&padded(&word, VERDICT), color);
    format!("{word} {}  {time:>7}  {}\n", padded(&row.label, width), row.detail)
}

/// What stands at the end: a table of those that are not well, what changed, and the counts.
pub fn summary(
    rows: &[Row],
    totals: &Totals,
    changes: Option<&Changes>,
    words: &Words,
    style: Style,
) -> String {
    let mut out = String::new();
    let ill: Vec<&Row> = rows.iter().filter(|row| !row.is_well()).collect();
    if !ill.is_empty() && !style.quiet {
        out.push_str(&format!("\n{}\n", Pen(style).bold(&words.get("check-not-well"))));
        let cells: Vec<Vec<String>> = ill
            .iter()
            .map(|row| {
                let (word, color) = verdict(row, words);
                let word = Pen(style).paint(&word, color);
                vec![word, String::new(), row.label.clone(), row.detail.clone()]
            })
            .collect();
        for line in table::aligned(&cells) {
            out.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(changes) = changes {
        changes.text(words, style, &mut out);
    }
    if !style.quiet {
        out.push('\n');
    }
    out.push_str(&counts(totals, words));
    out
}

fn counts(totals: &Totals, words: &Words) -> String {
    let sum = &totals.summary;
    let mut parts = vec![words.say(&Text::new("check-targets").with("count", sum.targets))];
    let counted = [
        (sum.healthy, "check-count-healthy"),
        (sum.limited, "check-count-limited"),
        (sum.degraded, "check-count-degraded"),
        (sum.broken, "check-count-broken"),
        (sum.unreachable, "check-count-unreachable"),
        (sum.incomplete, "check-count-incomplete"),
        (sum.failed, "check-count-failed"),
        (sum.interrupted, "check-count-interrupted"),
        (sum.not_run, "check-count-not-run"),
    ];
    for (number, id) in counted {
        if number > 0 {
            parts.push(words.say(&Text::new(id).with("number", number)));
        }
    }
    let (met, missed) = (sum.expectations_met, sum.expectations_not_met);
    if met + missed > 0 {
        let text = Text::new("check-count-expectations").with("met", met).with("missed", missed);
        parts.push(words.say(&text));
    }
    format!("{}\n", parts.join(&words.get("check-between")))
}
