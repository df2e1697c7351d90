//! Two runs compared: goldens of `fixtures/diff`, a table of pairs, what holds for every pair of
//! scenarios, and files that no run wrote.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/scenario.rs"]
mod scenario;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ftp_doctor::compare::{Comparison, Run, compare, read};
use ftp_doctor::report::{Format, Style, render_diff};
use serde_json::{Value, json};
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn report(scenario: &str) -> Value {
    let path = fixtures().join("scenarios").join(scenario).join("report.json");
    serde_json::from_slice(&fs::read(&path).expect("a scenario")).unwrap()
}

fn run(name: &str, report: &Value) -> Run {
    read(name, report.to_string().as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn page(comparison: &Comparison, format: Format) -> String {
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    String::from_utf8(
        render_diff(comparison, format, style, ftp_doctor::diagnosis::Lang::En).unwrap(),
    )
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

/// Scenarios of healthy and blocked runs against one public server.
const GOOD: &str = "proxy-in-the-environment";
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
                let known = |id: &str| ftp_doctor::diagnosis::cause(id).is_some();
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

/// The real binary in a directory of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_ftp-doctor"))
            .args(args)
            .env_clear()
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str], names: &[&str]) {
        let ran = self.run(args);
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(ran.stdout.is_empty(), "{args:?} wrote a report");
        for name in names {
            assert!(stderr.contains(name), "{args:?}: {name:?} is not named: {stderr}");
        }
        assert!(!stderr.chars().any(|c| c.is_control() && c != '\n'), "{stderr:?}");
    }
}

fn scenario_file(scenario: &str, file: &str) -> Vec<u8> {
    fs::read(fixtures().join("scenarios").join(scenario).join(file)).unwrap()
}

#[test]
fn the_program_takes_reports_and_facts() {
    let place = Place::new();
    place
        .write("good.json", scenario_file(GOOD, "report.json"))
        .write("good-facts.json", scenario_file(GOOD, "facts.json"))
        .write("bad.json", scenario_file(BAD, "report.json"))
        .write("bad-facts.json", scenario_file(BAD, "facts.json"));
    let mut pages = Vec::new();
    for (a, b) in [("good.json", "bad.json"), ("good-facts.json", "bad-facts.json")] {
        let ran = place.run(&["diff", a, b, "--json"]);
        assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
        let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(json["schema"], "ftp-doctor.diff/1");
        assert_eq!(json["same_server"], true);
        assert_eq!(json["exit_code"], 1);
        pages.push((json["conclusions"].clone(), json["differences"].clone()));
    }
    assert_eq!(pages[0], pages[1], "facts and their report differ");
    let ran = place.run(&["diff", "good.json", "good-facts.json"]);
    let text = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{text}");
    assert!(text.contains("ALIKE"), "{text}");
    let quiet = place.run(&["diff", "good.json", "bad.json", "--quiet"]);
    let quiet = String::from_utf8(quiet.stdout).unwrap();
    assert!(quiet.contains("DIFFERENT") && quiet.lines().count() < 10, "{quiet}");
    let colored = place.run(&["diff", "good.json", "bad.json", "--color", "always"]);
    assert!(colored.stdout.contains(&0x1b));
    let written = place.run(&["diff", "good.json", "bad.json", "--output", "out.txt"]);
    assert!(written.status.code() == Some(1) && written.stdout.is_empty());
    assert!(fs::read_to_string(place.0.path().join("out.txt")).unwrap().contains("DIFFERENT"));
}

#[test]
fn facts_know_where_a_knock_came_from_that_was_not_answered() {
    let place = Place::new();
    place
        .write("good.json", scenario_file(GOOD, "report.json"))
        .write("facts.json", scenario_file("control-filtered", "facts.json"));
    let ran = place.run(&["diff", "good.json", "facts.json", "--json"]);
    let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let facts: Value =
        serde_json::from_slice(&scenario_file("control-filtered", "facts.json")).unwrap();
    let from = facts["dials"][0]["from"].as_str().map(|f| f.rsplit_once(':').unwrap().0);
    assert_eq!(json["b"]["local_address"].as_str(), from);
}

#[test]
fn what_no_run_wrote_is_refused() {
    let place = Place::new();
    let good = String::from_utf8(scenario_file(GOOD, "report.json")).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut report: Value = serde_json::from_str(&good).unwrap();
        *report.pointer_mut(pointer).unwrap() = value;
        report.to_string()
    };
    let many = vec![report(BAD)["findings"][0].clone(); 5000];
    place.write("good.json", &good);
    for (name, content, tells) in [
        ("empty.json", String::new(), "not a report"),
        ("text.json", "hello".to_owned(), "not a report"),
        ("cut.json", good[..good.len() / 2].to_owned(), "not a report"),
        ("list.json", "[]".to_owned(), "neither a report"),
        ("number.json", "1".to_owned(), "neither a report"),
        ("object.json", "{}".to_owned(), "neither a report"),
        ("schema.json", with("/schema", json!("ftp-doctor.report/9")), "ftp-doctor.report/9"),
        ("other.json", with("/schema", json!("\u{1b}[2Jx")), "\\x1b[2Jx"),
        ("type.json", with("/target/port", json!("21")), "not a report"),
        ("port.json", with("/target/port", json!(70000)), "not a report"),
        ("verdict.json", with("/verdict", json!("\u{1b}[31mfine")), "\\x1b[31mfine"),
        ("outcome.json", with("/attempts/0/outcome", json!("great")), "great"),
        ("address.json", with("/server/address", json!("\u{7}")), "not a report"),
        ("many.json", with("/findings", json!(many)), "5000 findings"),
        ("deep.json", "[".repeat(200_000), "not a report"),
        ("deeper.json", format!("{{\"schema\":{}", "[".repeat(200_000)), "not a report"),
        ("facts.json", "{\"schema\":\"ftp-doctor.facts/1\"}".to_owned(), "not facts"),
    ] {
        place.write(name, content);
        place.refused(&["diff", name, "good.json"], &[name, tells]);
        place.refused(&["diff", "good.json", name], &[name, tells]);
    }
    place.refused(&["diff", "good.json", "missing.json"], &["missing.json", "No such file"]);
    place.refused(&["diff", "good.json", "."], &[".: "]);
    place.refused(&["diff", "good.json"], &["<B>"]);
    let large = fs::File::create(place.0.path().join("large.json")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    place.refused(&["diff", "large.json", "good.json"], &["large.json: too large"]);
}

#[test]
fn a_hostile_report_cannot_steer_the_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{202e}\r\nHEALTHY\u{9b}31m{ $verbs }<diff-x>";
    let fill = |mut report: Value| {
        for pointer in [
            "/started",
            "/target/host",
            "/target/user",
            "/target/tls",
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
