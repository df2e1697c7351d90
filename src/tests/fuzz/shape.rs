//! Facts put together from whole records: each may have been observed, all of them together not.

use serde_json::Value;

use super::mutate::{HOSTILE, Pool, Rng, document};
use crate::tests::support::scenario::Scenario;

const MODES: [&str; 4] = ["pasv", "epsv", "port", "eprt"];

/// Outcomes with what may stand behind each.
const WHYS: &[(&str, &str)] = &[
    ("open", r#"{"is":"complete"}"#),
    ("open", r#"{"is":"cut-by-us"}"#),
    ("timed-out", r#"{"is":"no-answer","waited":8000000,"syns":4}"#),
    ("timed-out", r#"{"is":"no-answer","waited":8000000,"syns":null}"#),
    ("refused", r#"{"is":"reset"}"#),
    ("prohibited", r#"{"is":"icmp","icmp":{"kind":3,"code":13,"sender":"203.0.113.1"}}"#),
    ("prohibited", r#"{"is":"icmp","icmp":null}"#),
    ("unreachable", r#"{"is":"icmp","icmp":{"kind":3,"code":1,"sender":"10.0.0.1"}}"#),
    ("rejected", r#"{"is":"command-refused","code":500,"text":"Illegal PORT command."}"#),
    ("rejected", r#"{"is":"command-refused","code":502,"text":"Command not implemented."}"#),
    ("rejected", r#"{"is":"broken-off","code":425,"text":"Failed to establish connection."}"#),
    ("rejected", r#"{"is":"protection-refused","code":536,"text":"no"}"#),
    ("stalled", r#"{"is":"no-data","waited":8000000}"#),
    ("stalled", r#"{"is":"no-completion","waited":8000000}"#),
    ("closed", r#"{"is":"data-reset"}"#),
    ("closed", r#"{"is":"broken-off","code":426,"text":"Failure writing network stream."}"#),
    (
        "tls-failed",
        r#"{"is":"tls-failed","reply":[522,"SSL connection failed: session reuse required"]}"#,
    ),
    ("not-tested", r#"{"is":"not","because":"deadline"}"#),
    ("not-tested", r#"{"is":"not","because":"came-late"}"#),
    (
        "not-tested",
        r#"{"is":"not","because":"too-many","code":421,"text":"Too many connections.","held":true}"#,
    ),
];

fn records(rng: &mut Rng, pool: &Pool, facts: &mut Value, key: &str, most: usize) {
    let count = rng.below(most + 1);
    let items: Vec<Value> = (0..count).filter_map(|_| pool.any(rng, &format!("{key}[]"))).collect();
    facts[key] = Value::from(items);
}

/// Attempts: those of a scenario or of many, some with another outcome.
fn attempts(rng: &mut Rng, pool: &Pool, facts: &mut Value) {
    let mut list: Vec<Value> = facts["attempts"].as_array().cloned().unwrap_or_default();
    for _ in 0..rng.below(5) {
        list.extend(pool.any(rng, "attempts[]"));
    }
    let mut entries: Vec<String> = Vec::new();
    for (number, attempt) in list.iter_mut().enumerate() {
        if rng.one_in(4) {
            let (outcome, why) = *rng.of(WHYS);
            let connected = matches!(outcome, "open" | "stalled" | "closed" | "tls-failed");
            // A data connection that came to its end was on the wire.
            if !connected {
                attempt["observed"] = Value::Null;
            }
            if !connected || !attempt["observed"].is_null() {
                attempt["outcome"] = Value::from(outcome);
                attempt["why"] = serde_json::from_str(why).unwrap();
            }
        }
        if rng.one_in(12) {
            attempt["mode"] = Value::from(*rng.of(&MODES));
        }
        if rng.one_in(12) {
            attempt["purpose"] =
                Value::from(*rng.of(&["mode", "repeat", "comparison", "hole", "neighbour"]));
        }
        for (key, values) in [("family", ["ipv4", "ipv6"]), ("security", ["clear", "tls"])] {
            if rng.one_in(40) {
                attempt[key] = Value::from(*rng.of(&values));
            }
        }
        let mode = attempt["mode"].as_str().unwrap_or("pasv").to_owned();
        attempt["id"] = Value::from(format!("{mode}-{number}"));
        if attempt["purpose"] == "mode" {
            let entry = format!("{mode} {} {}", attempt["family"], attempt["security"]);
            if entries.contains(&entry) {
                attempt["purpose"] = Value::from("repeat");
            }
            entries.push(entry);
        }
    }
    facts["attempts"] = Value::from(list);
}

/// New facts.
pub fn compose(rng: &mut Rng, pool: &Pool, scenarios: &[Scenario]) -> Value {
    let mut facts = rng.of(scenarios).saved.clone();
    if rng.one_in(3) {
        facts["request"] = rng.of(scenarios).saved["request"].clone();
    }
    if rng.one_in(3) {
        records(rng, pool, &mut facts, "sessions", 4);
    }
    if rng.one_in(5) {
        records(rng, pool, &mut facts, "dials", 3);
    }
    if rng.one_in(2) {
        records(rng, pool, &mut facts, "ladders", 4);
        records(rng, pool, &mut facts, "confirmed", 2);
    }
    for key in ["nearer", "tls_hello", "cut_short", "names"] {
        if rng.one_in(8) {
            let other = pool.any(rng, key).unwrap_or(Value::Null);
            facts[key] = other;
        }
    }
    if rng.one_in(3) {
        records(rng, pool, &mut facts, "announcements", 8);
    }
    if rng.one_in(6) {
        records(rng, pool, &mut facts, "halves", 2);
        records(rng, pool, &mut facts, "idles", 2);
    }
    attempts(rng, pool, &mut facts);
    if rng.one_in(4) {
        let key = *rng.of(&["host", "user", "input", "path", "bind", "ca", "get"]);
        facts["request"][key] = Value::from(*rng.of(HOSTILE));
    }
    if rng.one_in(4) {
        document(rng, pool, &mut facts);
    }
    facts
}
