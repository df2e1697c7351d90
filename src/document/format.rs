//! The formats of a report.

use std::path::Path;

use crate::words::words;

words! {
    /// Formats of a report.
    pub enum Format: "format" {
        /// For people
        Text = "text",
        /// One JSON document
        Json = "json",
        /// One JSON document in one line
        JsonLines = "jsonl",
        /// One page for a browser, with everything in it
        Html = "html",
        /// For tickets
        Markdown = "markdown",
        /// `JUnit` XML, for CI
        Junit = "junit",
        /// One line for Nagios, Icinga and their like, with their exit codes
        Nagios = "nagios",
        /// Prometheus' text format, for the node exporter's textfile collector
        Prometheus = "prometheus",
        /// Annotations of GitHub Actions
        Github = "github",
    }
}

impl Format {
    /// The format that a file's name asks for by its extension.
    pub fn of_name(file: &Path) -> Option<Self> {
        let extension = file.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "xml" => Some(Self::Junit),
            "prom" => Some(Self::Prometheus),
            _ => None,
        }
    }

    /// Whether programs read it: in English, then, unless a language is asked for.
    pub fn is_for_programs(self) -> bool {
        !matches!(self, Self::Text | Self::Html | Self::Markdown)
    }

    /// Whether two runs that were compared can be told in it.
    pub fn tells_differences(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::JsonLines | Self::Html | Self::Markdown)
    }

    /// Whether a check of many targets tells in it what changed since its baseline.
    pub fn tells_changes(self) -> bool {
        matches!(self, Self::Text | Self::Markdown | Self::Json)
    }

    /// Whether a check of many targets writes each result as it comes.
    pub fn streams(self) -> bool {
        matches!(self, Self::Text | Self::JsonLines)
    }

    /// The formats of which this holds, for an error: `text, json or html`.
    pub fn which(holds: fn(Self) -> bool) -> String {
        let words: Vec<&str> =
            Self::ALL.into_iter().filter(|format| holds(*format)).map(Self::as_str).collect();
        match words.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, before)) => format!("{} or {last}", before.join(", ")),
            None => String::new(),
        }
    }
}
