//! From a diagnosis to bytes. Every format is a pure function; nothing is written here.

mod clients;
pub mod diff;
pub mod explain;
pub mod html;
pub mod json;
pub mod markdown;
mod notes;
pub mod schema;
mod signs;
pub mod table;
pub mod text;
pub mod transcript;
pub mod view;
pub mod words;

use crate::compare::Comparison;
use crate::diagnosis::{Diagnosis, Lang};

/// How a report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours and other escapes.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// The transcript is part of the text report.
    pub verbose: bool,
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
) -> Result<Vec<u8>, serde_json::Error> {
    let words = words::Words::of(lang);
    let bytes = match format {
        Format::Text => text::render(diagnosis, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&json::report(diagnosis, &words))?,
        Format::JsonLines => serde_json::to_vec(&json::report(diagnosis, &words))?,
        Format::Html => html::render(diagnosis, &words, style, lang).into_bytes(),
        Format::Markdown => markdown::render(diagnosis, &words, style).into_bytes(),
    };
    Ok(ended(bytes))
}

/// Renders what two runs come to.
///
/// # Errors
/// When JSON cannot be written, which no comparison of ours causes.
pub fn render_diff(
    comparison: &Comparison,
    format: Format,
    style: Style,
    lang: Lang,
) -> Result<Vec<u8>, serde_json::Error> {
    let words = words::Words::of(lang);
    let bytes = match format {
        Format::Text => diff::text::render(comparison, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&diff::json::diff(comparison, &words))?,
        Format::JsonLines => serde_json::to_vec(&diff::json::diff(comparison, &words))?,
        Format::Html => html::render_diff(comparison, &words, style, lang).into_bytes(),
        Format::Markdown => markdown::render_diff(comparison, &words, style).into_bytes(),
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
