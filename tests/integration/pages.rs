//! The page (HTML) and the ticket (Markdown) from the command line: language, `--quiet`, `--output`, exit codes.

use std::process::{Command, Output};

use crate::support::binary::BINARY;
use crate::support::scenario;

fn run(args: &[&str], lang: Option<&str>) -> Output {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear();
    command.envs(lang.map(|lang| ("LANG", lang)));
    command.output().unwrap()
}

#[test]
fn both_keep_exit_code_language_quiet_and_output() {
    let file = scenario::file("server-blocks-passive-four-hops");
    let file = file.to_str().unwrap();
    for (format, begins) in [("html", "<!DOCTYPE html>"), ("markdown", "# ftp-doctor")] {
        let english = run(&["replay", file, "--format", format], None);
        assert_eq!(english.status.code(), Some(1));
        let text = String::from_utf8(english.stdout).unwrap();
        assert!(text.starts_with(begins) && text.ends_with('\n'), "{text}");
        assert!(text.contains("DEGRADED") && text.contains("pasv_min_port"));
        // Like the text report, and unlike JSON, in the reader's language.
        let chinese = run(&["replay", file, "--format", format], Some("zh_CN.UTF-8"));
        let text = String::from_utf8(chinese.stdout).unwrap();
        assert!(text.contains("部分可用") && !text.contains("DEGRADED"));
        assert_eq!(text.contains("lang=\"zh-CN\""), format == "html");
        // Only the answer.
        let quiet = run(&["replay", file, "--format", format, "--quiet"], None);
        let text = String::from_utf8(quiet.stdout).unwrap();
        assert!(text.contains("DEGRADED") && !text.contains("pasv_min_port"));
        // The transcript, when it is asked for.
        let verbose = run(&["replay", file, "--format", format, "-v"], None);
        let text = String::from_utf8(verbose.stdout).unwrap();
        assert!(text.contains("C: PASV"));
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("report");
        let to_file = ["replay", file, "--format", format, "--output", path.to_str().unwrap()];
        let written = run(&to_file, None);
        assert_eq!((written.status.code(), written.stdout.len()), (Some(1), 0));
        assert!(std::fs::read_to_string(path).unwrap().starts_with(begins));
    }
}

#[test]
fn two_runs_are_compared_in_both() {
    let (a, b) = (scenario::file("healthy"), scenario::file("server-blocks-passive-four-hops"));
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    for (format, begins) in [("html", "<!DOCTYPE html>"), ("markdown", "# ftp-doctor")] {
        let ran = run(&["diff", a, b, "--format", format], None);
        assert_eq!(ran.status.code(), Some(1));
        let text = String::from_utf8(ran.stdout).unwrap();
        assert!(text.starts_with(begins) && text.contains("DIFFERENT"), "{text}");
    }
}
