//! The bar on a pseudo terminal, which `script` (util-linux) provides.

use std::fs;
use std::process::{Command, Stdio};

use ftp_doctor::DemoBehaviour;
use tempfile::TempDir;

use super::{command, mute, text};
use crate::support::binary::BINARY;
use crate::support::served::serve;

/// What a terminal of one screen shows after these bytes: enough of ECMA-48 for a bar.
fn screen(bytes: &str) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut rest = bytes.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => column = 0,
            '\n' => row += 1,
            '\u{1b}' if rest.next_if_eq(&'[').is_some() => {
                let mut number = String::new();
                let end = loop {
                    match rest.next() {
                        Some(c) if c.is_ascii_alphabetic() => break c,
                        Some(c) => number.push(c),
                        None => panic!("cut off: {bytes:?}"),
                    }
                };
                let times = number.parse().unwrap_or(1);
                match end {
                    'A' => row = usize::saturating_sub(row, times),
                    'B' => row += times,
                    'C' => column += times,
                    'D' => column = usize::saturating_sub(column, times),
                    'K' if number == "2" => lines[row].clear(),
                    'K' => lines[row].truncate(column),
                    'J' => {
                        lines[row].truncate(column);
                        lines.truncate(row + 1);
                    }
                    'm' | 'h' | 'l' => {}
                    other => panic!("ESC [ {number} {other} in {bytes:?}"),
                }
            }
            c => {
                let line: &mut Vec<char> = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), Vec::new());
    }
    lines
        .into_iter()
        .map(|line| line.into_iter().collect::<String>().trim_end().to_owned())
        .collect()
}

/// Runs a check with its standard error on a terminal; what the terminal was told, and the report.
fn on_a_terminal(place: &TempDir, args: &str) -> Option<(String, String)> {
    if !Command::new("script")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
    {
        assert!(std::env::var("CI").is_err(), "CI has no script: tests/setup installs it");
        eprintln!("SKIPPED: no pseudo terminal without script (apt-get install bsdutils)");
        return None;
    }
    let program = BINARY;
    let line = format!("stty cols 100 rows 24; exec '{program}' check {args} >out.txt");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", place.path())
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stdout));
    let report = fs::read_to_string(place.path().join("out.txt")).unwrap();
    Some((text(&output.stdout), report))
}

/// A server that works, and one that takes a while to be given up.
fn list(place: &TempDir) -> (crate::support::served::Served, std::net::TcpListener) {
    let healthy = serve(DemoBehaviour::default());
    let (held, slow) = mute();
    let list = format!(
        "[[target]]\nhost = \"{}\"\nlabel = \"quick\"\n\
         [[target]]\nhost = \"{slow}\"\nlabel = \"slow\"\n",
        healthy.address
    );
    fs::write(place.path().join("list.toml"), list).unwrap();
    (healthy, held)
}

#[test]
fn a_terminal_sees_how_far_it_is_and_nothing_of_it_at_the_end() {
    let place = tempfile::tempdir().unwrap();
    let _servers = list(&place);
    let args = "list.toml --deadline 3s --format json";
    let Some((told, report)) = on_a_terminal(&place, args) else { return };
    assert!(report.starts_with('{'), "{report}");
    // While the slow one lasts: one of two, a rate, the time that is left.
    let number =
        |part: &str, unit: &str| part.strip_suffix(unit).is_some_and(|n| n.parse::<f64>().is_ok());
    let shown = told.split("1/2").skip(1).any(|after| {
        let parts: Vec<&str> = after.split_whitespace().take(2).collect();
        parts.len() == 2 && number(parts[0], "/s") && number(parts[1], "s")
    });
    assert!(shown, "{told:?}");
    let left = screen(&told);
    assert!(left.iter().all(String::is_empty), "{left:?}\nof {told:?}");
    // The reader of the screen does read what was there before it was taken away.
    let cut = told.rfind("1/2").unwrap();
    let there = screen(&told[..cut + 3]);
    assert!(there.iter().any(|line| line.contains("1/2")), "{there:?}");
}

#[test]
fn no_bar_where_nobody_would_look_at_it() {
    let place = tempfile::tempdir().unwrap();
    let _servers = list(&place);
    let list = ["list.toml", "--deadline", "2s", "--format", "json"];
    let piped = command(&place, &list).env("TERM", "xterm").output().unwrap();
    assert_eq!(text(&piped.stderr), "");
    assert!(text(&piped.stdout).starts_with('{'));
    let args = "list.toml --deadline 2s --format json --quiet";
    let Some((told, report)) = on_a_terminal(&place, args) else { return };
    assert_eq!(told, "", "with --quiet");
    assert!(report.starts_with('{'), "{report}");
}
