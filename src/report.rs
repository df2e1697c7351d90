//! From a diagnosis to bytes. Every format is a pure function; nothing is written here.

pub mod ascii;
mod audit;
pub mod check;
mod clients;
pub mod diff;
mod expectations;
pub mod explain;
mod github;
pub mod html;
mod junit;
pub mod markdown;
pub mod nagios;
mod notes;
mod overview;
mod prometheus;
pub mod schema;
mod signs;
mod steps;
pub mod table;
pub mod text;
pub mod transcript;
pub mod why;
pub mod words;

use crate::compare::Comparison;
use crate::diagnosis::{Diagnosis, Lang};
use crate::document::Entry;

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours and other escapes.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// How often `-v` was given: once for what was said and the steps with their times, twice also
    /// for why each step was taken.
    pub verbose: u8,
    /// Only the verdict.
    pub quiet: bool,
}

/// Formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document, indented.
    Json,
    /// The same in one line.
    JsonLines,
    /// One page for a browser, with everything in it.
    Html,
    /// For tickets.
    Markdown,
    /// `JUnit` XML.
    Junit,
    /// The line of a Nagios plugin.
    Nagios,
    /// Prometheus' text format.
    Prometheus,
    /// Annotations of GitHub Actions.
    Github,
}

impl Format {
    /// Whether programs read it: in English, then, unless a language is asked for.
    pub fn is_for_programs(self) -> bool {
        !matches!(self, Self::Text | Self::Html | Self::Markdown)
    }

    /// Whether it tells of runs only, not of two of them compared.
    pub fn is_of_runs(self) -> bool {
        matches!(self, Self::Junit | Self::Nagios | Self::Prometheus | Self::Github)
    }
}

/// A report that could not be written.
#[derive(Debug)]
pub struct RenderError(String);

impl RenderError {
    /// With what went wrong.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

impl From<serde_json::Error> for RenderError {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Renders a report.
///
/// # Errors
/// When JSON cannot be written, which no report of ours causes.
pub fn render(
    diagnosis: &Diagnosis<'_>,
    format: Format,
    style: Style,
    lang: Lang,
) -> Result<Vec<u8>, RenderError> {
    let words = words::Words::of(lang);
    let bytes = match format {
        Format::Text => text::render(diagnosis, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&words.report(diagnosis))?,
        Format::JsonLines => serde_json::to_vec(&words.report(diagnosis))?,
        Format::Html => html::render(diagnosis, &words, style, lang).into_bytes(),
        Format::Markdown => markdown::render(diagnosis, &words, style).into_bytes(),
        Format::Junit | Format::Nagios | Format::Prometheus | Format::Github => {
            let label = diagnosis.evidence.facts.request.input.clone();
            let entry = Entry::of(label, words.report(diagnosis));
            return render_entries(&[entry], format, style, lang);
        }
    };
    Ok(ended(bytes))
}

/// Renders one entry or many. Text, Markdown and HTML give an overview (a row for each, then what
/// is wrong), JSON lines and JSON one report per line.
///
/// # Errors
/// When JSON or XML cannot be written, which no report of ours causes.
pub fn render_entries(
    entries: &[Entry],
    format: Format,
    style: Style,
    lang: Lang,
) -> Result<Vec<u8>, RenderError> {
    let words = words::Words::of(lang);
    let text = match format {
        Format::Json | Format::JsonLines => {
            let mut out = Vec::new();
            for report in entries.iter().filter_map(Entry::report) {
                out.extend(serde_json::to_vec(report)?);
                out.push(b'\n');
            }
            return Ok(out);
        }
        Format::Text => overview::text(entries, &words, style),
        Format::Markdown => overview::markdown(entries, &words, style),
        Format::Html => html::render_many(entries, &words, lang),
        Format::Junit => junit::render(entries)?,
        Format::Nagios => nagios::render(entries, &words),
        Format::Prometheus => prometheus::render(entries),
        Format::Github => github::render(entries, &words),
    };
    Ok(text.into_bytes())
}

/// Renders what two runs come to.
///
/// # Errors
/// When JSON cannot be written, which no comparison of ours causes, or for a format that tells of
/// single runs only.
pub fn render_diff(
    comparison: &Comparison,
    format: Format,
    style: Style,
    lang: Lang,
) -> Result<Vec<u8>, RenderError> {
    let words = words::Words::of(lang);
    let bytes = match format {
        Format::Text => diff::text::render(comparison, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&diff::json::diff(comparison, &words))?,
        Format::JsonLines => serde_json::to_vec(&diff::json::diff(comparison, &words))?,
        Format::Html => html::render_diff(comparison, &words, style, lang).into_bytes(),
        Format::Markdown => markdown::render_diff(comparison, &words, style).into_bytes(),
        Format::Junit | Format::Nagios | Format::Prometheus | Format::Github => {
            return Err(RenderError::new("a comparison has no such format"));
        }
    };
    Ok(ended(bytes))
}

/// The last line has its end.
fn ended(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    bytes
}
