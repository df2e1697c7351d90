//! Commands: run one, give it its input, and say everything about it when it fails.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// Runs `program` with `args`, feeds it `input`, and returns its output.
pub fn output(program: &str, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    // A program that stops early does not read all of it; its own message says why.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("a child can be waited for")
}

/// As [`output`], for a command that must succeed; returns what it wrote.
pub fn run(program: &str, args: &[&str], input: &str) -> String {
    let output = output(program, args, input);
    assert!(
        output.status.success(),
        "{program} {args:?}: {}\n{}\n--- input\n{input}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Says a line on stderr that is seen although the test passes: what `eprintln!` says is kept back.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Runs a shell script in a network namespace.
pub fn inside(namespace: &str, script: &str) -> String {
    run("ip", &["netns", "exec", namespace, "sh", "-eu"], script)
}
