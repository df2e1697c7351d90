//! Two runs compared by the program: reports, facts, and files that no run wrote.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::binary::BINARY;
use crate::support::scenario;

/// Scenarios of healthy and blocked runs against one public server.
const GOOD: &str = "proxy-in-the-environment";
const BAD: &str = "public-server-blocks-passive";

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
        Command::new(BINARY).args(args).env_clear().current_dir(self.0.path()).output().unwrap()
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

#[test]
fn the_program_takes_reports_and_facts() {
    let place = Place::new();
    place
        .write("good.json", scenario::report(GOOD))
        .write("good-facts.json", fs::read(scenario::file(GOOD)).unwrap())
        .write("bad.json", scenario::report(BAD))
        .write("bad-facts.json", fs::read(scenario::file(BAD)).unwrap());
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
        .write("good.json", scenario::report(GOOD))
        .write("facts.json", fs::read(scenario::file("control-filtered")).unwrap());
    let ran = place.run(&["diff", "good.json", "facts.json", "--json"]);
    let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let facts = scenario::facts("control-filtered");
    let from = facts["dials"][0]["from"].as_str().map(|f| f.rsplit_once(':').unwrap().0);
    assert_eq!(json["b"]["local_address"].as_str(), from);
}

#[test]
fn what_no_run_wrote_is_refused() {
    let place = Place::new();
    let good = String::from_utf8(scenario::report(GOOD)).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut report: Value = serde_json::from_str(&good).unwrap();
        *report.pointer_mut(pointer).unwrap() = value;
        report.to_string()
    };
    let bad: Value = serde_json::from_slice(&scenario::report(BAD)).unwrap();
    let many = vec![bad["findings"][0].clone(); 5000];
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
        ("tls.json", with("/target/tls", json!("\u{1b}[31mfine")), "\\x1b[31mfine"),
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
