//! Facts that no run has observed, through the diagnosis and every report.

use serde_json::Value;

use super::engine::{Budget, corpus, guarded, kind, note, rng};
use super::invariants::{Depth, hold};
use super::mutate::{Pool, Rng, document};
use super::shape::compose;
use crate::compare::{self, Run};
use crate::facts;
use crate::tests::support::scenario::{self, Scenario};

/// Of so many documents one is looked at in every format.
const WHOLE: usize = 8;

/// Tries in which a failing document may become smaller.
const SHRINKS: usize = 3000;

fn check(value: &Value, other: Option<&Run>, depth: Depth) -> Result<(), String> {
    let bytes = serde_json::to_vec(value).map_err(|e| e.to_string())?;
    match facts::read(&bytes) {
        Ok(facts) => hold(&facts, other, depth),
        Err(_) => Ok(()),
    }
}

/// Takes away what the failure does not need.
fn smaller(rng: &mut Rng, value: &Value, error: &str, other: Option<&Run>) -> Value {
    let wanted = kind(error);
    let mut best = value.clone();
    for _ in 0..SHRINKS {
        let mut next = best.clone();
        shrink(rng, &mut next);
        if next != best
            && guarded(|| check(&next, other, Depth::Whole)).is_err_and(|e| kind(&e) == wanted)
        {
            best = next;
        }
    }
    best
}

/// Removes one thing somewhere.
fn shrink(rng: &mut Rng, value: &mut Value) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let at = rng.below(items.len());
            if rng.one_in(2) { drop(items.remove(at)) } else { shrink(rng, &mut items[at]) }
        }
        Value::Object(map) if !map.is_empty() => {
            let names: Vec<String> = map.keys().cloned().collect();
            let name = rng.of(&names);
            match rng.below(6) {
                0 => drop(map.remove(name)),
                1 => drop(map.insert(name.clone(), Value::Null)),
                _ => shrink(rng, &mut map[name]),
            }
        }
        Value::Number(_) => *value = Value::from(0),
        Value::String(text) => text.truncate(
            text.char_indices().nth(rng.below(1 + text.chars().count())).map_or(0, |(at, _)| at),
        ),
        _ => {}
    }
}

fn others(scenarios: &[Scenario]) -> Vec<Run> {
    let read = |s: &Scenario| compare::read("b.json", s.json().as_bytes()).unwrap();
    scenarios.iter().step_by(7).map(read).collect()
}

fn fuzz(name: &str, share: f64, make: fn(&mut Rng, &Pool, &[Scenario]) -> Value) {
    let scenarios = scenario::all();
    let pool = Pool::new(scenarios.iter().map(|s| &s.saved));
    let others = others(scenarios);
    let budget = Budget::new(share);
    let mut rng = rng(name);
    for (path, input) in corpus("diagnosis") {
        let value: Value = serde_json::from_slice(&input).unwrap();
        let said = guarded(|| check(&value, Some(&others[0]), Depth::Whole));
        assert!(said.is_ok(), "{}: {}", path.display(), said.unwrap_err());
    }
    let (mut done, mut read) = (0_u64, 0_u64);
    let mut wrong: Vec<String> = Vec::new();
    while budget.lasts(done) && wrong.len() < 20 {
        let value = make(&mut rng, &pool, scenarios);
        let depth = if rng.one_in(WHOLE) { Depth::Whole } else { Depth::Quick };
        let other = Some(rng.of(&others));
        let said = guarded(|| {
            let bytes = serde_json::to_vec(&value).unwrap();
            let Ok(facts) = facts::read(&bytes) else { return Ok(()) };
            read += 1;
            hold(&facts, other, depth)
        });
        if let Err(error) = said
            && !wrong.iter().any(|known| kind(known) == kind(&error))
        {
            let small = smaller(&mut rng, &value, &error, other);
            let error = guarded(|| check(&small, other, Depth::Whole)).err().unwrap_or(error);
            if !wrong.iter().any(|known| kind(known) == kind(&error)) {
                let path = note(name, &serde_json::to_vec_pretty(&small).unwrap());
                wrong.push(format!("{error}\n    execution {done}, {}", path.display()));
            }
        }
        done += 1;
    }
    assert!(wrong.is_empty(), "{name}: {} failures\n  {}", wrong.len(), wrong.join("\n  "));
    // What is always refused tests nothing.
    assert!(read * 5 > done, "{name}: only {read} of {done} documents were facts");
    budget.tell(name, done, &format!(", {read} were facts"));
}

/// A scenario in which a few places are changed.
#[test]
fn damaged_scenarios() {
    fuzz("damaged", 0.1, |rng, pool, scenarios| {
        let mut value = rng.of(scenarios).saved.clone();
        for _ in 0..=rng.below(5) {
            document(rng, pool, &mut value);
        }
        value
    });
}

/// Records of all scenarios, put together as no run would.
#[test]
fn composed_facts() {
    fuzz("composed", 0.1, compose);
}
