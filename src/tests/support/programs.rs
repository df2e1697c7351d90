//! Programs of others that read what ours writes.

use std::io::Write;
use std::process::{Command, Stdio};

/// Whether a program that reads our output is there. In CI it has to be.
pub fn there(program: &str, check: &[&str]) -> bool {
    let run =
        Command::new(program).args(check).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = run.is_ok_and(|status| status.success());
    if !there {
        assert!(std::env::var("CI").is_err(), "CI has no {program}: tests/setup installs it");
        eprintln!("SKIPPED: {program} {} does not run (tests/setup installs it)", check.join(" "));
    }
    there
}

/// Runs a program with a text on its standard input; what it says on both outputs, and whether it
/// was content.
pub fn feed(program: &str, args: &[&str], input: &str) -> (bool, String) {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let out = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    (out.status.success(), said)
}
