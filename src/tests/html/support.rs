//! Reports of scenarios.

use crate::diagnosis::{Lang, diagnose};
use crate::facts::Facts;
use crate::report::{Format, Style, render};

/// A report with everything in it.
pub fn report(facts: &Facts, format: Format, lang: Lang) -> String {
    let style = Style { color: false, width: 80, verbose: 1, quiet: false };
    String::from_utf8(render(&diagnose(facts), format, style, lang).unwrap()).unwrap()
}

/// The page.
pub fn page(facts: &Facts, lang: Lang) -> String {
    report(facts, Format::Html, lang)
}

/// The ticket.
pub fn ticket(facts: &Facts, lang: Lang) -> String {
    report(facts, Format::Markdown, lang)
}
