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
pub mod job_log;
mod junit;
pub mod markdown;
pub mod nagios;
mod notes;
mod overview;
pub mod pen;
mod prometheus;
mod reading;
mod script;
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
pub use crate::document::Format;

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
    let words = words::Words::of(lang).about(diagnosis.evidence.facts);
    let bytes = match format {
        Format::Text if style.quiet && !diagnosis.evidence.options.fix_for.is_empty() => {
            return Ok(script::render(diagnosis, &words).into_bytes());
        }
        Format::Text => text::render(diagnosis, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&words.report(diagnosis))?,
        Format::JsonLines => serde_json::to_vec(&words.report(diagnosis))?,
        Format::Html => html::render(diagnosis, &words, style, lang).into_bytes(),
        Format::Markdown => markdown::render(diagnosis, &words, style).into_bytes(),
        _ => {
            let label = diagnosis.evidence.facts.request.input.clone();
            let entry = Entry::of(label, words.report(diagnosis));
            return render_entries(&[entry], format, style, lang);
        }
    };
    Ok(ended(bytes))
}

/// The exit code of a run's report in this format.
pub fn exit_code(diagnosis: &Diagnosis<'_>, format: Format) -> u8 {
    match format {
        Format::Nagios => nagios::code_of(&words::Words::english().report(diagnosis)),
        _ => diagnosis.exit_code(),
    }
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
        _ => return Err(RenderError::new("a comparison has no such format")),
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
