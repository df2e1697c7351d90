//! What every report says besides the findings.

use crate::diagnosis::reason::{idle, reason};
use crate::diagnosis::{Arg, Diagnosis, Evidence, Text, Verdict};
use crate::facts::{CutShort, Source, Varied, Via};

/// What stands under a good word: what else could be meant, and what was not tried, with the option
/// that does.
pub fn under_a_good_word(diagnosis: &Diagnosis<'_>) -> Vec<Text> {
    let facts = diagnosis.evidence.facts;
    let range = || facts.audit.is_none().then(|| range_tried(&diagnosis.evidence)).flatten();
    match diagnosis.verdict {
        _ if facts.source != Source::Live => Vec::new(),
        Verdict::Healthy => {
            let file = facts.request.get.is_none();
            let rest = if file { "healthy-not-tried-files" } else { "healthy-not-tried-uploads" };
            let mut said = vec![Text::new("healthy-browsers")];
            said.extend(range());
            said.push(Text::new(rest));
            said
        }
        Verdict::Limited => range().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// How much of the passive range was tried, and what would have gone unnoticed.
fn range_tried(evidence: &Evidence<'_>) -> Option<Text> {
    let range = evidence.passive_range();
    let (tried, unnoticed) = (range.tried(), range.unnoticed());
    let count = u32::try_from(tried).ok().filter(|tried| *tried > 0)?;
    let size = range.size();
    let id = match size {
        Some(_) if range.is_whole() && unnoticed == 0 => "range-tried-all",
        Some(_) => "range-tried",
        None if range.rising => "range-tried-row",
        None => "range-tried-unknown",
    };
    let about = size.map_or_else(String::new, |size| round(size, range.is_whole()));
    Some(Text::new(id).with("tried", count).with("about", about).with("unnoticed", unnoticed))
}

/// A number of ports as people say it, to one digit where it is an estimate.
fn round(size: u32, exact: bool) -> String {
    let step = 10_u32.pow(size.checked_ilog10().unwrap_or(0));
    let rounded = if exact { size } else { (size + step / 2) / step * step };
    match (rounded / 1000, rounded % 1000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
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
