//! Facts that no run wrote, one value of a scenario replaced by the worst: reported all the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnosis::{Lang, diagnose};
use crate::facts::Facts;
use crate::report::{Format, Style, render};
use crate::tests::support::scenario;

/// Values that no probe writes, or only on the worst of days.
fn worst() -> Vec<Value> {
    vec![
        Value::Null,
        Value::from(0),
        Value::from(1),
        Value::from(255),
        Value::from(65535),
        Value::from(u32::MAX),
        Value::from(u64::MAX),
        Value::from(-1),
        Value::from(1e300),
        Value::from(""),
        Value::from("\u{1b}[2J\u{202e}\n\r\0"),
        Value::from("x".repeat(20_000)),
        Value::from("0.0.0.0:0"),
        Value::from("[ffff::]:65535"),
        Value::from("255.255.255.255"),
        Value::Array(Vec::new()),
        Value::Bool(true),
    ]
}

fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.insert(key.clone());
                keys(value, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
        _ => {}
    }
}

/// Everything of this name becomes this; where that takes it out of the schema, only the first.
fn set(value: &mut Value, name: &str, to: &Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                if key == name { value.clone_from(to) } else { set(value, name, to) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set(item, name, to)),
        _ => {}
    }
}

#[test]
fn facts_that_no_run_wrote_are_reported_all_the_same() {
    let names = ["chain-everything", "passive"];
    let all = scenario::all();
    // A few that differ much: every so many, and those with the most in them.
    let mut chosen: Vec<&scenario::Scenario> = all.iter().step_by(all.len() / 5).collect();
    chosen.extend(all.iter().filter(|s| names.contains(&s.name.as_str())));
    let (mut tried, mut wrong) = (0, Vec::new());
    for scenario in chosen {
        let mut names = BTreeSet::new();
        keys(&scenario.saved, &mut names);
        for name in &names {
            for to in worst() {
                let mut saved = scenario.saved.clone();
                set(&mut saved, name, &to);
                let Ok(facts) = serde_json::from_value::<Facts>(saved) else { continue };
                tried += 1;
                let result = std::panic::catch_unwind(|| {
                    let style = Style { color: false, width: 80, verbose: 1, quiet: false };
                    let diagnosis = diagnose(&facts);
                    for format in [Format::Text, Format::Json, Format::Html, Format::Markdown] {
                        render(&diagnosis, format, style, Lang::En).unwrap();
                    }
                });
                if result.is_err() {
                    wrong.push(format!("{}: {name} = {:.60}", scenario.name, to.to_string()));
                }
            }
        }
    }
    assert!(tried > 1000, "only {tried} were facts");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}
