//! What was expected: its words, and its place in the text report.

use super::pen::{Color, Pen};
use super::words::Words;
use crate::diagnosis::{Diagnosis, Text};
use crate::document::report::Expectation;

/// The message that says whether an expectation is met.
pub(super) fn met(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "expect-met",
        Some(false) => "expect-not-met",
        None => "expect-not-measured",
    }
}

/// The sign that goes with it.
pub(super) fn mark(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "·",
    }
}

/// How many are met, in a sentence; nothing where nothing was expected.
pub(super) fn counts(expectations: &[Expectation], words: &Words) -> Option<String> {
    let met = expectations.iter().filter(|e| e.met == Some(true)).count();
    let text = Text::new("expect-counts").with("met", met).with("all", expectations.len());
    (!expectations.is_empty()).then(|| words.say(&text))
}

/// Writes the section, if anything was expected.
pub(super) fn section(diagnosis: &Diagnosis<'_>, words: &Words, pen: Pen, out: &mut String) {
    if diagnosis.expectations.is_empty() {
        return;
    }
    out.push_str(&format!("\n{}\n", pen.bold(&words.get("report-expectations"))));
    for judged in &diagnosis.expectations {
        let color = match judged.met {
            Some(true) => Color::Green,
            Some(false) => Color::Red,
            None => Color::Yellow,
        };
        let sign = format!("{} {}", mark(judged.met), words.get(met(judged.met)));
        let text = format!("{sign}: {}: {}", judged.expect, words.say(&judged.because));
        let mut wrapped = String::new();
        pen.prose(&mut wrapped, "  ", "    ", &text);
        out.push_str(&wrapped.replacen(&sign, &pen.paint(&sign, color), 1));
    }
}
