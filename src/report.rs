//! From a diagnosis to bytes. Every format is a pure function; nothing is written here.

pub mod explain;
pub mod json;
pub mod schema;
pub mod table;
pub mod text;
pub mod transcript;
pub mod view;
pub mod words;

use crate::diagnosis::Diagnosis;

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
}

/// Renders a report.
///
/// # Errors
/// When JSON cannot be written, which no report of ours causes.
pub fn render(
    diagnosis: &Diagnosis<'_>,
    format: Format,
    style: Style,
) -> Result<Vec<u8>, serde_json::Error> {
    let words = words::Words::english();
    let mut bytes = match format {
        Format::Text => text::render(diagnosis, &words, style).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&json::report(diagnosis, &words))?,
        Format::JsonLines => serde_json::to_vec(&json::report(diagnosis, &words))?,
    };
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    Ok(bytes)
}
