//! What tests against scripts share: the answers of most servers, and the program run against them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::binary::BINARY;

/// Beyond its deadline a run may take this much longer.
const GRACE: Duration = Duration::from_secs(1);

/// Answers that most servers give; a case's own come before them.
pub const USUAL: &str = r"
A: USER * => 331 Password, please.
A: PASS * => 230 You are in.
A: FEAT => 211 No features.
A: SYST => 215 UNIX Type: L8
A: STAT => 211 No status.
A: PWD => 257 /
A: TYPE A => 200 Type is A.
A: CWD * => 250 Done.
A: ABOR => 226 Nothing to abort.
A: QUIT => 221 Bye.
";

/// Announces a passive port, by whichever command.
pub const ANNOUNCE: &str = r"
D: listen d
C?: PASV
S: 227 Entering Passive Mode ({d}).
C?: EPSV
S: 229 Extended passive mode (|||{d.port}|).
";

/// Takes an announcement, by whichever command.
pub const TAKE: &str = r"
C?: PORT *
S: 200 Fine.
C?: EPRT *
S: 200 Fine.
";

/// A script whose first session differs from the others.
pub fn script(own: &str, first: &str, others: &str) -> String {
    format!("{own}\n{USUAL}\n{first}\n== session *\n{others}\n")
}

/// What a reader of a failed case wants to see of the report.
pub fn abstract_of(report: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut lines = vec![format!("  {}", word(&report["summary"]))];
    for f in report["findings"].as_array().unwrap() {
        let [cause, confidence, side] = ["cause", "confidence", "side"].map(|key| word(&f[key]));
        lines.push(format!("  {cause} ({confidence}, {side}): {}", word(&f["explanation"])));
    }
    for a in report["attempts"].as_array().unwrap() {
        let [id, outcome, reason] = ["id", "outcome", "reason"].map(|key| word(&a[key]));
        let tls = if a["tls"].is_null() { String::new() } else { format!(" {}", a["tls"]) };
        lines.push(format!("  {id} {outcome}: {reason}{tls}"));
    }
    lines.join("\n")
}

/// A finished process.
pub struct Run {
    /// Its exit code, -1 where there is none.
    pub exit: i32,
    /// The report.
    pub stdout: Vec<u8>,
    /// What else it said: nothing, if all is well.
    pub stderr: Vec<u8>,
    /// What no run may do, whatever it is about.
    pub wrong: Vec<String>,
}

impl Run {
    /// Runs the program; `files` are options with a path each.
    pub fn of(
        target: &str,
        args: &[&str],
        files: &[(&str, &Path)],
        password: Option<&str>,
    ) -> Self {
        let began = Instant::now();
        let mut command = Command::new(BINARY);
        for (option, path) in files {
            command.arg(option).arg(path);
        }
        command.args(args).arg(target).env_clear().env("HOME", "/nonexistent");
        if let Some(password) = password {
            command.env("FTP_DOCTOR_PASSWORD", password);
        }
        let child = command.stdin(Stdio::null()).output().unwrap();
        let took = began.elapsed();
        let deadline =
            args.iter().position(|a| *a == "--deadline").map_or("30s", |at| args[at + 1]);
        let deadline = Duration::from_secs(deadline.trim_end_matches('s').parse().unwrap());
        let mut wrong = Vec::new();
        if took > deadline + GRACE {
            wrong.push(format!("took {took:?}"));
        }
        if !child.stderr.is_empty() {
            wrong.push(format!("stderr: {}", String::from_utf8_lossy(&child.stderr)));
        }
        let exit = child.status.code().unwrap_or(-1);
        if !matches!(exit, 0 | 1 | 3 | 5) {
            wrong.push(format!("exit {exit}"));
        }
        Self { exit, stdout: child.stdout, stderr: child.stderr, wrong }
    }
}

/// Plays cases, so many at once, and tells all that is wrong. Most of their time is waiting.
pub fn play_all<C: Sync>(
    cases: &[C],
    at_once: usize,
    name: impl Fn(&C) -> &str,
    play: impl Fn(&C) -> Vec<String> + Sync,
) {
    let mut wrong = Vec::new();
    let play = &play;
    for some in cases.chunks(at_once) {
        std::thread::scope(|scope| {
            let all: Vec<_> =
                some.iter().map(|case| (case, scope.spawn(move || play(case)))).collect();
            for (case, thread) in all {
                let found = thread.join().unwrap_or_else(|_| vec!["the test panicked".to_owned()]);
                if !found.is_empty() {
                    wrong.push(format!("{}:\n  {}", name(case), found.join("\n  ")));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
