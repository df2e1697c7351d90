//! What every report says besides the findings.

use crate::diagnosis::reason::{idle, reason};
use crate::diagnosis::{Arg, Diagnosis, Text, Verdict};
use crate::facts::{CutShort, Source, Varied, Via};

/// What stands under a good word: what else could be meant, and what was not tried, with the option
/// that does.
pub fn under_a_good_word(diagnosis: &Diagnosis<'_>) -> Vec<Text> {
    let facts = diagnosis.evidence.facts;
    let live = facts.source == Source::Live;
    if !live || diagnosis.verdict != Verdict::Healthy {
        return Vec::new();
    }
    let mut said = vec![Text::new("healthy-browsers")];
    let announced = diagnosis.evidence.announced_ports().len();
    let file = facts.request.get.is_none();
    let range = facts.audit.is_none() && announced > 0;
    let id = match (file, range) {
        (true, true) => "healthy-not-tried",
        (true, false) => "healthy-not-tried-files",
        (false, true) => "healthy-not-tried-range",
        (false, false) => "healthy-not-tried-uploads",
    };
    said.push(Text::new(id).with("count", announced));
    said
}

/// What the reader should know about the run itself.
pub fn notes(diagnosis: &Diagnosis<'_>) -> Vec<Text> {
    let facts = diagnosis.evidence.facts;
    let mut notes = Vec::new();
    for proxy in &facts.proxies {
        notes.push(
            Text::new("report-proxy")
                .with("variable", Arg::from(&proxy.variable))
                .with("value", &proxy.value),
        );
    }
    if facts.names.lookups.iter().any(|l| l.via == Via::System && !l.addresses.is_empty()) {
        notes.push(Text::new("report-system-name"));
    }
    for attempt in &facts.attempts {
        for from in &attempt.strangers {
            notes.push(
                Text::new("report-stranger").with("verb", attempt.mode.verb()).with("from", *from),
            );
        }
    }
    // What was asked for and is no mode: a finding tells of it only where it fails.
    for attempt in facts.varied(|v| *v == Varied::Retrieve).filter(|a| a.varied.len() == 1) {
        let path = facts.request.get.clone().unwrap_or_default();
        notes.push(Text::new("note-file").with("path", path).with("why", reason(attempt)));
    }
    notes.extend(facts.idles.iter().map(idle));
    match facts.cut_short {
        Some(CutShort::Interrupted) => notes.push(Text::new("report-cut-short-interrupted")),
        Some(CutShort::Deadline) => notes.push(Text::new("report-cut-short-deadline")),
        None => {}
    }
    notes
}
