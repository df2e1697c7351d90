//! Expectations on the command line: exit codes, what is told, what is saved.

use std::process::{Command, Output};

use crate::support::binary::BINARY;
use crate::support::scenario;

fn replay(name: &str, args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command
        .arg("replay")
        .arg(scenario::file(name))
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

#[test]
fn the_command_line_takes_expectations() {
    let met = replay("healthy", &["--expect", "passive=open", "--expect", "active=open"]);
    assert_eq!(met.status.code(), Some(0));
    let out = String::from_utf8(met.stdout).unwrap();
    assert!(out.contains("✓ met: passive=open: PASV: open"), "{out}");
    let not =
        replay("healthy", &["--expect", "active=blocked", "--expect", "tls-reuse=yes", "--quiet"]);
    assert_eq!(not.status.code(), Some(1));
    let out = String::from_utf8(not.stdout).unwrap();
    assert!(
        out.contains("✗ not met: active=blocked") && out.contains("· not measured: tls-reuse=yes"),
        "{out}"
    );
    for (wrong, words) in
        [("pasive=open", "perhaps passive"), ("cause=x-y", "cause \"x-y\" is not known")]
    {
        let out = replay("healthy", &["--expect", wrong]);
        let told = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{told}");
        assert!(
            out.stdout.is_empty() && told.contains("--expect") && told.contains(words),
            "{told}"
        );
    }
    let json = replay("healthy", &["--json", "--expect", "tls-reuse=yes"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["expectations"][0]["met"], serde_json::Value::Null);
    assert_eq!(report["expectations"][0]["expect"], "tls-reuse=yes");
    assert_eq!(report["exit_code"], 5);
}

/// Nothing is sent for an expectation that makes no sense: the port is one that nobody listens at,
/// and the run would end with 3.
#[test]
fn a_wrong_expectation_is_told_before_the_network_is_touched() {
    for wrong in ["cause=no-such-cause", "client:nobody=works", "tls=maybe"] {
        let out = Command::new(BINARY).args(["127.0.0.1:9", "--expect", wrong]).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn a_run_saves_what_was_expected_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    let run = |args: &[&str]| Command::new(BINARY).args(args).output().unwrap().status.code();
    let path = file.to_str().unwrap();
    let story = ["demo", "healthy", "--expect", "active=blocked", "--save", path];
    assert_eq!(run(&story), Some(1));
    assert_eq!(run(&["replay", path]), Some(1));
    // What is expected of the replay stands in place of it.
    assert_eq!(run(&["replay", path, "--expect", "active=open"]), Some(0));
}
