//! The convention of monitoring plugins, kept by the program even where nothing was measured.

use std::process::Command;

use crate::support::binary::BINARY;

#[test]
fn wrong_usage_is_unknown_on_standard_output() {
    let run = |args: &[&str]| {
        let out = Command::new(BINARY).args(args).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    for args in [
        &["--format", "nagios"][..],
        &["--format=nagios", "--no-such-option", "h"],
        &["sftp://h", "--format", "nagios"],
        &["replay", "/no/such/file", "--format", "nagios"],
        &["127.0.0.1:9", "--format", "nagios", "--expect", "cause=nothing"],
    ] {
        let (code, out) = run(args);
        assert_eq!(code, Some(3), "{args:?}: {out}");
        assert!(out.starts_with("FTP UNKNOWN - ") && out.lines().count() == 1, "{out}");
    }
    // Behind `--` nothing is an option; help is help.
    assert_eq!(run(&["--", "--format=nagios"]).0, Some(2));
    assert_eq!(run(&["--format", "nagios", "--help"]).0, Some(0));
    let (code, out) = run(&["127.0.0.1:9", "--format", "nagios", "--no-localise"]);
    assert!(code == Some(2) && out.starts_with("FTP CRITICAL - "), "{code:?} {out}");
}
