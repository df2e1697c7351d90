//! Reports of scenarios.

use ftp_doctor::diagnosis::{Lang, diagnose};
use ftp_doctor::facts::Facts;
use ftp_doctor::report::{Format, Style, render};

/// A report with everything in it.
pub fn report(facts: &Facts, format: Format, lang: Lang) -> String {
    let style = Style { color: false, width: 80, verbose: true, quiet: false };
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

/// Messages without words show as `<id>`, those with a missing argument as `<id: …>`.
pub fn unrendered(text: &str) -> Option<String> {
    text.match_indices('<').find_map(|(at, _)| {
        let inner = &text[at + 1..];
        let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let end = inner.find(|c| !part(c))?;
        let closes = inner[end..].starts_with('>') || inner[end..].starts_with(": ");
        (closes && inner[..end].contains('-')).then(|| inner[..end].to_owned())
    })
}
