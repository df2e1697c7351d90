//! One report or many, with the label under which each is known: what monitoring and CI read.

use super::view::Report;
use super::words::Words;
use super::{Format, RenderError, Style};
use super::{github, html, json, junit, nagios, overview, prometheus};
use crate::diagnosis::{Diagnosis, Lang, expect};
use crate::facts::Micros;
use crate::facts::expectation::Clock;

/// A run, or a target that could not be run, under its label.
#[derive(Debug)]
pub struct Entry {
    /// What the reader calls it; the target as typed where nothing else was given. Unique where
    /// there are many.
    pub label: String,
    /// What came of it.
    pub result: Result<Box<Run>, Failure>,
}

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// Its report.
    pub report: Report,
    /// Times beyond those of the report.
    pub times: Times,
    /// When the server's own certificate ends, in seconds since 1970; `None` where none was seen.
    pub certificate_expires: Option<i64>,
    /// Modes that fail and that no finding explains, a sentence each.
    pub unexplained: Vec<String>,
}

/// Times of a run, in microseconds; `None` where they were not measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// TCP handshake of the control connection.
    pub control: Option<Micros>,
    /// TLS handshake of the control connection.
    pub tls: Option<Micros>,
    /// From the first SYN to the login.
    pub login: Option<Micros>,
    /// The slowest listing of the modes that work.
    pub list: Option<Micros>,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The target as typed, a password taken out.
    pub target: String,
    /// What went wrong.
    pub text: String,
}

impl Entry {
    /// The entry of a run.
    pub fn of(label: String, diagnosis: &Diagnosis<'_>, words: &Words) -> Self {
        let time = |clock| expect::measured(diagnosis, clock);
        let unexplained = super::notes::unexplained(diagnosis);
        let run = Run {
            report: json::report(diagnosis, words),
            times: Times {
                control: time(Clock::Control),
                tls: time(Clock::Tls),
                login: time(Clock::Login),
                list: time(Clock::List),
            },
            certificate_expires: expect::certificate_expiry(diagnosis),
            unexplained: unexplained.iter().map(|text| words.say(text)).collect(),
        };
        Self { label, result: Ok(Box::new(run)) }
    }

    /// The entry of a target that could not be run.
    pub fn failed(label: String, target: String, text: String) -> Self {
        Self { label, result: Err(Failure { target, text }) }
    }

    /// The run, if there was one.
    pub fn run(&self) -> Option<&Run> {
        self.result.as_deref().ok()
    }

    /// The exit code of this entry alone: that of its report, or 4.
    pub fn exit_code(&self) -> u8 {
        self.run().map_or(4, |run| run.report.exit_code)
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
    let words = Words::of(lang);
    let text = match format {
        Format::Json | Format::JsonLines => {
            let mut out = Vec::new();
            for run in entries.iter().filter_map(Entry::run) {
                out.extend(serde_json::to_vec(&run.report)?);
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
