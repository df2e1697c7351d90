//! Files that two want at once, that never end, or that have names to beware of.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::{command, ends_with, lines, mute, text};
use crate::support::process;

#[test]
fn two_runs_do_not_write_to_one_file() {
    let place = tempfile::tempdir().unwrap();
    let (_held, slow) = mute();
    let list = format!("[[target]]\nhost = \"{slow}\"\n");
    fs::write(place.path().join("list.toml"), list).unwrap();
    let out = place.path().join("out.jsonl");
    let args = ["list.toml", "--format", "jsonl", "--output", "out.jsonl"];
    for resume in [false, true] {
        let mut first = command(&place, &args);
        first.args(["--deadline", "20s"]);
        if resume {
            first.arg("--resume");
        }
        let mut first = first.spawn().unwrap();
        // It is locked before the first target is called.
        while fs::File::open(&out).is_ok_and(|file| file.try_lock().is_ok()) || !out.exists() {
            assert!(first.try_wait().unwrap().is_none(), "it has ended");
            std::thread::sleep(Duration::from_millis(5));
        }
        for more in [&["--resume"][..], &[]] {
            let output = command(&place, &args).args(more).output().unwrap();
            ends_with(&output, 2);
            assert!(text(&output.stderr).contains("out.jsonl"), "{}", text(&output.stderr));
            assert!(text(&output.stderr).contains("another check"), "{}", text(&output.stderr));
        }
        let sent = Command::new("kill").args(["-INT", &first.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(first.wait().unwrap().code(), Some(130));
    }
    // One that comes later has it for itself.
    let output = command(&place, &args).args(["--deadline", "1s"]).output().unwrap();
    ends_with(&output, 5);
    assert_eq!(lines(&fs::read_to_string(&out).unwrap()).len(), 1);
}

#[test]
fn what_may_never_end_is_not_read() {
    let place = tempfile::tempdir().unwrap();
    assert!(Command::new("mkfifo").arg(place.path().join("pipe")).status().unwrap().success());
    let list = "[[target]]\nurl = \"ftpes://127.0.0.1:1\"\n";
    fs::write(place.path().join("list.toml"), list).unwrap();
    let refused = |args: &[&str], variable: Option<&str>, named: &str| {
        let mut command = command(&place, &["list.toml"]);
        command.args(args).envs(variable.map(|file| ("SSL_CERT_FILE", file)));
        let ran = process::wait(&mut command);
        assert_eq!(ran.code, Some(2), "{args:?} {variable:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(named), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("regular file"), "{args:?}: {}", ran.stderr);
    };
    let resume = ["--format", "jsonl", "--resume", "--output"];
    refused(&[resume[0], resume[1], resume[2], resume[3], "/dev/stdout"], None, "/dev/stdout");
    for file in ["pipe", "/dev/zero"] {
        refused(&[resume[0], resume[1], resume[2], resume[3], file], None, file);
        refused(&["--baseline", file], None, file);
        refused(&["--ca", file], None, file);
        refused(&[], Some(file), "SSL_CERT_FILE");
    }
}

#[test]
fn the_name_of_a_file_is_no_command_either() {
    let place = tempfile::tempdir().unwrap();
    let name = "none\n::error::x\u{1b}[2J##vso[y]";
    let output = command(&place, &[name]).output().unwrap();
    ends_with(&output, 2);
    let stderr = text(&output.stderr);
    assert!(stderr.contains("none\\x0a::error::x\\x1b[2J#\\x23vso[y]"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}
