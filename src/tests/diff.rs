//! Two runs compared: goldens of `fixtures/diff`, a table of pairs, what holds for every pair of
//! scenarios, and files that no run wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::compare::{Comparison, Run, compare, read};
use crate::report::{Format, Style, render_diff};
use crate::tests::support::golden;
use crate::tests::support::scenario;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn report(scenario: &str) -> Value {
    scenario::of(scenario).report().clone()
}

fn run(name: &str, report: &Value) -> Run {
    read(name, report.to_string().as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn page(comparison: &Comparison, format: Format) -> String {
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    String::from_utf8(render_diff(comparison, format, style, crate::diagnosis::Lang::En).unwrap())
        .unwrap()
}

/// `likely some-id`, in order.
fn drawn(comparison: &Comparison) -> Vec<String> {
    comparison.conclusions.iter().map(|c| format!("{} {}", c.confidence.as_str(), c.id)).collect()
}

#[test]
fn fixtures_lead_to_what_is_expected() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(fixtures().join("diff")).unwrap() {
        let directory = entry.unwrap().path();
        if !directory.is_dir() {
            continue;
        }
        count += 1;
        let load = |file: &str| {
            run(file, &{
                let text = fs::read(directory.join(file)).unwrap();
                serde_json::from_slice::<Value>(&text).unwrap()
            })
        };
        let comparison = compare(&load("a.json"), &load("b.json"));
        let mut lines = vec![format!("exit {}", comparison.exit_code())];
        lines.extend(drawn(&comparison));
        let expect = fs::read_to_string(directory.join("expect.txt")).unwrap();
        if expect.lines().collect::<Vec<_>>() != lines {
            wrong.push(format!("{}: {lines:?}", directory.display()));
        }
        let text = page(&comparison, Format::Text);
        wrong.extend(golden::compare(&directory.join("diff.txt"), &text).err());
        let json = page(&comparison, Format::Json);
        wrong.extend(golden::compare(&directory.join("diff.json"), &json).err());
    }
    assert!(count >= 6, "only {count} fixtures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A blocked run against a public server.
const BAD: &str = "public-server-blocks-passive";

/// A pair of `fixtures/diff/pairs.txt`.
#[derive(Default)]
struct Pair {
    name: String,
    sides: Vec<Run>,
    exit: Option<u8>,
    expect: Vec<String>,
}

/// A scenario's report with what is set in it: sets by name, and `/pointer=value`.
fn patched(line: &str, sets: &BTreeMap<String, String>) -> Run {
    let (name, set) = line.split_once(' ').unwrap_or((line, ""));
    let mut report = report(name);
    let mut todo: Vec<String> = set.split_whitespace().rev().map(str::to_owned).collect();
    while let Some(item) = todo.pop() {
        if let Some(set) = sets.get(&item) {
            todo.extend(set.split_whitespace().rev().map(str::to_owned));
            continue;
        }
        let (pointer, value) = item.split_once('=').unwrap_or_else(|| panic!("{name}: {item}"));
        // Blanks separate, so a value has underscores.
        let value = value.replace('_', " ");
        let value = serde_json::from_str(&value).unwrap_or_else(|_| json!(value));
        *report.pointer_mut(pointer).unwrap_or_else(|| panic!("{name}: {pointer}")) = value;
    }
    run(name, &report)
}

fn pairs() -> Vec<Pair> {
    let text = fs::read_to_string(fixtures().join("diff/pairs.txt")).unwrap();
    let mut sets = BTreeMap::new();
    let mut pairs: Vec<Pair> = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some((name, set)) = line.strip_prefix("set ").and_then(|l| l.split_once(' ')) {
            sets.insert(name.to_owned(), set.to_owned());
        } else if let Some(line) = line.strip_prefix("  ") {
            let pair = pairs.last_mut().unwrap();
            match line.split_once(' ').unwrap() {
                ("a" | "b", side) => pair.sides.push(patched(side, &sets)),
                ("exit", code) => pair.exit = code.parse().ok(),
                _ => pair.expect.push(line.to_owned()),
            }
        } else {
            pairs.push(Pair { name: line.to_owned(), ..Pair::default() });
        }
    }
    assert!(pairs.len() > 50, "only {} pairs", pairs.len());
    pairs
}

#[test]
fn pairs_lead_to_what_they_prove() {
    let mut wrong = Vec::new();
    for Pair { name, sides, exit, expect } in pairs() {
        let comparison = compare(&sides[0], &sides[1]);
        if drawn(&comparison) != expect || Some(comparison.exit_code()) != exit {
            let found = drawn(&comparison);
            wrong.push(format!("{name}: {found:?}, exit {}", comparison.exit_code()));
        }
        let text = page(&comparison, Format::Text);
        if text.contains("<diff-") {
            wrong.push(format!("{name}: a word is missing in {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_run_and_itself_are_alike() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        let own = run("a", &report(&scenario.name));
        let comparison = compare(&own, &own);
        let alike = comparison.exit_code() == 0
            && comparison.differences.is_empty()
            && comparison.conclusions.is_empty();
        if !alike || !page(&comparison, Format::Text).contains("ALIKE  Nothing differs") {
            wrong.push(format!("{}: {:?}", scenario.name, drawn(&comparison)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_the_runs_does_not_matter() {
    let runs: Vec<Run> = scenario::all().iter().map(|s| run(&s.name, &report(&s.name))).collect();
    let mut wrong = Vec::new();
    for a in &runs {
        for b in &runs {
            let (forth, back) = (compare(a, b), compare(b, a));
            let order = |mut list: Vec<String>| {
                list.sort();
                list
            };
            if order(drawn(&forth)) != order(drawn(&back)) || forth.exit_code() != back.exit_code()
            {
                wrong.push(format!(
                    "{} {}: {:?} {:?}",
                    a.name,
                    b.name,
                    drawn(&forth),
                    drawn(&back)
                ));
            }
            for conclusion in &forth.conclusions {
                let own = |r: &Run, cause: &str| r.findings.iter().any(|f| f.cause == cause);
                for out in &conclusion.rules_out {
                    if own(a, out.cause) || own(b, out.cause) {
                        wrong
                            .push(format!("{} {}: {} is out and found", a.name, b.name, out.cause));
                    }
                }
                let known = |id: &str| crate::diagnosis::cause(id).is_some();
                if !conclusion.rules_out.iter().all(|r| known(r.cause)) {
                    wrong.push(format!("{}: rules out an unknown cause", conclusion.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_page_fits_and_misses_no_word() {
    let runs: Vec<Run> = scenario::all().iter().map(|s| run(&s.name, &report(&s.name))).collect();
    let mut wrong = Vec::new();
    for (at, a) in runs.iter().enumerate() {
        for step in [1, 7, 40] {
            let b = &runs[(at + step) % runs.len()];
            let comparison = compare(a, b);
            let text = page(&comparison, Format::Text);
            let json = page(&comparison, Format::JsonLines);
            let name = format!("{} {}", a.name, b.name);
            if text.contains("<diff-") || json.contains("<diff-") || text.contains("  \n") {
                wrong.push(format!("{name}: {text}"));
            }
            // A name of a file or router may be longer than a line; none of these is.
            if let Some(line) = text.lines().find(|l| l.chars().count() > 80) {
                wrong.push(format!("{name}: {line}"));
            }
            let json: Value = serde_json::from_str(&json).unwrap();
            for key in [
                "schema",
                "tool",
                "a",
                "b",
                "same_server",
                "differences",
                "conclusions",
                "exit_code",
            ] {
                if json.get(key).is_none() {
                    wrong.push(format!("{name}: no {key}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_hostile_report_cannot_steer_the_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{202e}\r\nHEALTHY\u{9b}31m{ $verbs }<diff-x>";
    let fill = |mut report: Value| {
        for pointer in [
            "/started",
            "/target/host",
            "/target/user",
            "/server/banner",
            "/server/software",
            "/attempts/0/id",
            "/attempts/0/reason",
            "/findings/0/title",
            "/findings/0/cause",
            "/rules/0/id",
        ] {
            *report.pointer_mut(pointer).unwrap() = json!(format!("{evil}{pointer}"));
        }
        run(evil, &report)
    };
    // Fields that nobody knows, however deep, are skipped.
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut second = report("passive-icmp-reject");
    second["unknown"] = deep;
    let comparison = compare(&fill(report(BAD)), &fill(second));
    for format in [Format::Text, Format::Json] {
        let page = page(&comparison, format);
        let control = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{9b}');
        assert!(!page.chars().any(control), "{page:?}");
        assert!(page.contains("x1b]0;owned"), "{page}");
        assert!(!page.lines().any(|l| l.starts_with("HEALTHY")), "{page}");
    }
}
