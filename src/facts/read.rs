//! From a file to [`Facts`]. A file is a stranger's text, whoever wrote it at first: every string is
//! made printable, and what no run writes is refused before anything is concluded from it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::audit::Audit;
use super::{Attempt, Facts, Host, Purpose, Request, SCHEMA};
use crate::wire::text::printable;

/// More entries of a list than any run makes.
const MOST: usize = 1000;

/// The longest life of a packet that a run sends is far below this.
const MOST_HOPS: u8 = 64;

/// Ten days in microseconds. A run has limits of a day each; sums of such times stay far from the end
/// of their type.
const LONGEST: u64 = 10 * 24 * 3600 * 1_000_000;

/// Fields whose lines are kept apart: replies have several.
const LINES: &[&str] = &["text", "reply"];

/// Why bytes are no facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// No JSON, or not of this shape.
    Shape(String),
    /// Facts of another schema.
    Schema(String),
    /// The shape is right, and no run writes such a thing.
    Odd(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape(text) | Self::Odd(text) => {
                write!(f, "not facts that --save wrote: {text}")
            }
            Self::Schema(schema) => write!(f, "schema \"{schema}\" is not {SCHEMA}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads saved facts.
///
/// # Errors
/// [`ReadError`], in printable words.
pub fn read(json: &[u8]) -> Result<Facts, ReadError> {
    let shape = |e: &serde_json::Error| ReadError::Shape(printable(e.to_string().as_bytes(), 200));
    // From the bytes first: its errors name line and column.
    let facts: Facts = serde_json::from_slice(json).map_err(|e| shape(&e))?;
    if facts.schema != SCHEMA {
        return Err(ReadError::Schema(printable(facts.schema.as_bytes(), 60)));
    }
    let mut value: Value = serde_json::from_slice(json).map_err(|e| shape(&e))?;
    if let Some(number) = too_much(&value) {
        return Err(ReadError::Odd(format!("{number} is more than any time or count of a run")));
    }
    let facts = if tidy(&mut value, false) {
        serde_json::from_value(value).map_err(|e| shape(&e))?
    } else {
        facts
    };
    check(&facts).map_err(ReadError::Odd)?;
    Ok(facts)
}

/// A number that no run writes: longer than any time. Bytes of a listing may be as many.
fn too_much(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().filter(|n| *n > LONGEST),
        Value::Array(items) => items.iter().find_map(too_much),
        Value::Object(map) => {
            map.iter().filter(|(key, _)| *key != "bytes").find_map(|(_, item)| too_much(item))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

/// Makes every string printable. Whether one was not.
fn tidy(value: &mut Value, lines: bool) -> bool {
    match value {
        Value::String(text) => {
            let shown = if lines {
                let lines: Vec<String> = text.split('\n').map(line).collect();
                lines.join("\n")
            } else {
                line(text)
            };
            let changed = shown != *text;
            *text = shown;
            changed
        }
        Value::Array(items) => {
            items.iter_mut().fold(false, |changed, item| tidy(item, lines) | changed)
        }
        Value::Object(map) => map.iter_mut().fold(false, |changed, (key, item)| {
            tidy(item, LINES.contains(&key.as_str())) | changed
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Request {
    /// As it goes into facts: what was typed (perhaps pasted from somewhere) made printable. The
    /// commands are made from the request itself.
    #[must_use]
    pub fn shown(&self) -> Self {
        let option = |text: &Option<String>| text.as_deref().map(line);
        Self {
            input: line(&self.input),
            host: match &self.host {
                Host::Name(name) => Host::Name(line(name)),
                address @ Host::Address { .. } => address.clone(),
            },
            user: line(&self.user),
            path: option(&self.path),
            ca: option(&self.ca),
            bind: option(&self.bind),
            get: option(&self.get),
            ..self.clone()
        }
    }
}

fn line(text: &str) -> String {
    printable(text.as_bytes(), text.len())
}

/// Runs of ports that each stand for themselves, so that no port is told twice.
fn sweepable(audit: &Audit) -> Result<(), String> {
    if audit.samples.len() > MOST {
        return Err(format!("{} samples, more than {MOST}", audit.samples.len()));
    }
    let sweep = audit.sweep.as_ref().map_or(&[][..], |sweep| &sweep.ports);
    for (name, runs) in [
        ("sweep", sweep),
        ("controls", &audit.controls),
        ("announced", &audit.announced),
        ("known", &audit.known),
    ] {
        let straight = runs.iter().all(|run| run.first <= run.last);
        let apart = runs.windows(2).all(|two| match two {
            [one, other] => one.last < other.first,
            _ => true,
        });
        if !straight || !apart {
            return Err(format!("the ports of {name} are not in order"));
        }
    }
    Ok(())
}

/// What later steps rely on.
fn check(facts: &Facts) -> Result<(), String> {
    let lists = [
        ("attempts", facts.attempts.len()),
        ("sessions", facts.sessions.len()),
        ("dials", facts.dials.len()),
        ("ladders", facts.ladders.len()),
        ("lookups", facts.names.lookups.len()),
    ];
    if let Some((name, count)) = lists.iter().find(|(_, count)| *count > MOST) {
        return Err(format!("{count} {name}, more than {MOST}"));
    }
    if let Some(audit) = &facts.audit {
        sweepable(audit)?;
    }
    let mut ids = BTreeSet::new();
    if let Some(twice) = facts.attempts.iter().find(|a| !ids.insert(a.id.as_str())) {
        return Err(format!("two attempts {}", line(&twice.id)));
    }
    let modes: Vec<&Attempt> =
        facts.attempts.iter().filter(|a| a.purpose == Purpose::Mode).collect();
    let alike =
        |a: &Attempt, b: &Attempt| (a.mode, a.family, a.security) == (b.mode, b.family, b.security);
    for (place, attempt) in modes.iter().enumerate() {
        if modes.iter().skip(place + 1).any(|other| alike(attempt, other)) {
            return Err(format!("{} stands for its mode, and another one too", line(&attempt.id)));
        }
    }
    for ladder in &facts.ladders {
        let in_order = ladder.rungs.iter().zip(1..=MOST_HOPS).all(|(rung, ttl)| rung.ttl == ttl);
        if !in_order || ladder.rungs.len() > usize::from(MOST_HOPS) {
            return Err(format!("the ladder to port {} does not count from 1", ladder.port));
        }
    }
    let lives = facts.attempts.iter().filter_map(|a| a.hole.as_ref()).map(|hole| hole.ttl);
    if let Some(life) = lives.into_iter().find(|ttl| !(1..=MOST_HOPS).contains(ttl)) {
        return Err(format!("a hole of {life} hops"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_made_printable_and_replies_keep_their_lines() {
        let mut value = serde_json::json!({
            "host": "a\u{1b}[2J\nb", "text": "one\ntwo\u{202e}", "reply": [425, "a\nb"],
            "names": ["x\ny"], "number": 1, "fine": "\u{4f60}…"
        });
        assert!(tidy(&mut value, false));
        let made = serde_json::json!({
            "host": "a\\x1b[2J\\x0ab", "text": "one\ntwo\\u{202e}", "reply": [425, "a\nb"],
            "names": ["x\\x0ay"], "number": 1, "fine": "\u{4f60}…"
        });
        assert_eq!(value, made);
        assert!(!tidy(&mut value, false), "what is printable stays");
    }

    #[test]
    fn other_things_are_refused_in_words() {
        for (json, words) in [
            ("", "not facts that --save wrote: EOF"),
            ("{}", "not facts that --save wrote: missing field"),
            ("{\"schema\": \"\\u001b\"", "not facts"),
        ] {
            let error = read(json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains('\u{1b}'), "{json}: {error}");
        }
    }
}
