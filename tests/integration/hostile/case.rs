//! A case: a server, a command line, and what an honest report may say about it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::server::{Act, Identities, Rules, Server};
use crate::support::process::{self, Ran};

/// Beyond its deadline a run may take this much longer.
const GRACE: Duration = Duration::from_secs(1);
/// Peak resident memory of any run, in KiB.
const MOST_MEMORY: u64 = 64 << 10;
/// Bytes of any report.
const MOST_OUTPUT: usize = 4 << 20;
/// Logins of any run.
const MOST_LOGINS: usize = 12;
/// Sessions held at once by any run.
const MOST_AT_ONCE: usize = 2;
/// Processes at once.
const SLOTS: usize = 6;

/// What is said instead of a cause.
pub(crate) const HEALTHY: &str = "healthy";
/// Findings that say no more than that an answer was not understood: they accuse nobody.
const NOT_UNDERSTOOD: [&str; 2] = ["unexplained", "passive-reply-malformed"];
/// No problem is named, and the run is not called healthy.
pub(crate) const UNKNOWN: &str = "unknown";

pub(crate) struct Case {
    name: String,
    rules: Vec<Rules>,
    args: Vec<String>,
    scheme: &'static str,
    deadline: u64,
    accept: Vec<&'static str>,
    must_say: Vec<&'static str>,
    logins: usize,
    decoyed: bool,
}

/// A case of a server that is healthy but for what is added to it.
pub(crate) fn case(name: impl Into<String>) -> Case {
    Case {
        name: name.into(),
        rules: vec![Rules::new()],
        args: Vec::new(),
        scheme: "",
        deadline: 8,
        accept: Vec::new(),
        must_say: Vec::new(),
        logins: MOST_LOGINS,
        decoyed: false,
    }
}

impl Case {
    /// What this command is answered by.
    pub(crate) fn at(mut self, verb: &'static str, acts: &[Act]) -> Self {
        self.rules.last_mut().unwrap().insert(verb, acts.to_vec());
        self
    }

    /// What all of these commands are answered by.
    pub(crate) fn at_each(self, verbs: &[&'static str], acts: &[Act]) -> Self {
        verbs.iter().fold(self, |case, verb| case.at(verb, acts))
    }

    /// From the next session on the server does as before, but for what follows.
    pub(crate) fn then(mut self) -> Self {
        self.rules.push(self.rules.last().unwrap().clone());
        self
    }

    /// From the next session on the server is healthy, but for what follows.
    pub(crate) fn then_healthy(mut self) -> Self {
        self.rules.push(Rules::new());
        self
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }

    pub(crate) fn modes(self, modes: &str) -> Self {
        self.args(&["--modes", modes])
    }

    /// `ftpes://` or `ftps://`.
    pub(crate) fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// Seconds.
    pub(crate) fn deadline(mut self, seconds: u64) -> Self {
        self.deadline = seconds;
        self
    }

    /// Causes that may be named as a problem, and whether it may be called healthy or unknown.
    pub(crate) fn accept(mut self, causes: &[&'static str]) -> Self {
        self.accept.extend(causes);
        self
    }

    /// Words that have to stand in the JSON report.
    pub(crate) fn says(mut self, words: &'static str) -> Self {
        self.must_say.push(words);
        self
    }

    /// Logins at the most.
    pub(crate) fn logins(mut self, most: usize) -> Self {
        self.logins = most;
        self
    }

    /// The other machine is called because that was asked for.
    pub(crate) fn decoyed(mut self) -> Self {
        self.decoyed = true;
        self
    }

    fn play(&self, identities: &Arc<Identities>) -> (Row, Vec<String>) {
        let server = Server::start(self.rules.clone(), identities);
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("facts.json").display().to_string();
        let deadline = format!("{}s", self.deadline);
        let target = format!("{}{}", self.scheme, server.address);
        let mut args = vec!["--json", "--deadline", &deadline, "--save", &saved];
        args.extend(self.args.iter().map(String::as_str));
        args.push(&target);
        let ran = process::run(&args);
        let mut wrong = sound(&ran);
        if ran.took > Duration::from_secs(self.deadline) + GRACE {
            wrong.push(format!("took {:?} with a deadline of {deadline}", ran.took));
        }
        let (verdict, causes) = match serde_json::from_slice::<Value>(&ran.stdout) {
            Ok(report) => {
                wrong.extend(self.judge(&report, ran.code));
                let problems = causes(&report, "problem").join(" ");
                (report["verdict"].as_str().unwrap_or("?").to_owned(), problems)
            }
            Err(error) => {
                let text = String::from_utf8_lossy(&ran.stdout);
                wrong.push(format!("no JSON: {error}: {:.300}; stderr {}", text, ran.stderr));
                (String::new(), String::new())
            }
        };
        let mut peak = ran.peak;
        for format in [["text", "en"], ["text", "zh"], ["html", "en"], ["markdown", "zh"]] {
            let [format, lang] = format;
            let told = process::run(&["replay", &saved, "--format", format, "--lang", lang, "-v"]);
            peak = peak.max(told.peak);
            wrong.extend(sound(&told).into_iter().map(|w| format!("{format} {lang}: {w}")));
            if told.code != ran.code {
                wrong.push(format!(
                    "{format} {lang}: exit code {:?}, not {:?}",
                    told.code, ran.code
                ));
            }
            if told.took > Duration::from_secs(5) {
                wrong.push(format!("{format} {lang}: took {:?}", told.took));
            }
        }
        let seen = server.seen();
        let logins = seen.sessions.len();
        if logins > self.logins {
            wrong.push(format!("{logins} sessions, more than {}", self.logins));
        }
        if seen.at_once > MOST_AT_ONCE {
            wrong.push(format!("{} sessions at once", seen.at_once));
        }
        if (server.decoyed() > 0) != self.decoyed {
            wrong.push(format!("another machine was called {} times", server.decoyed()));
        }
        if !wrong.is_empty() {
            let talk: Vec<String> = seen.sessions.iter().map(|s| s.join(", ")).collect();
            wrong.push(format!("  the client sent:\n    {}", talk.join("\n    ")));
        }
        let row = Row {
            name: self.name.clone(),
            took: ran.took,
            peak,
            code: ran.code,
            logins,
            at_once: seen.at_once,
            verdict,
            causes,
        };
        (row, wrong)
    }

    /// What is wrong with what the report says.
    fn judge(&self, report: &Value, code: Option<i32>) -> Vec<String> {
        let mut wrong = Vec::new();
        let verdict = report["verdict"].as_str().unwrap_or("?");
        let expected = match verdict {
            "healthy" | "limited" => 0,
            "unreachable" => 3,
            "incomplete" => 5,
            _ => 1,
        };
        if code != Some(expected) || report["exit_code"] != expected {
            wrong.push(format!("exit code {code:?} with the verdict {verdict}"));
        }
        let mut found = causes(report, "problem");
        if verdict == "limited" {
            found = causes(report, "warning");
        }
        if verdict == "healthy" && !self.accept.contains(&HEALTHY) {
            wrong.push("calls it healthy".to_owned());
        } else if !matches!(verdict, "healthy" | "incomplete")
            && found.is_empty()
            && !self.accept.contains(&UNKNOWN)
        {
            wrong.push(format!("{verdict}, and no problem is named"));
        }
        let accused = |cause: &&String| {
            let cause = cause.as_str();
            !NOT_UNDERSTOOD.contains(&cause) && !self.accept.contains(&cause)
        };
        let odd = found.iter().filter(accused);
        wrong.extend(odd.map(|cause| format!("names {cause}")));
        let whole = report.to_string();
        let silent = self.must_say.iter().filter(|words| !whole.contains(**words));
        wrong.extend(silent.map(|words| format!("does not say \"{words}\"")));
        if let Err(error) = schema().validate(report) {
            wrong.push(format!("not what the schema says: {error:.300}"));
        }
        if let Some(odd) = odd_character(report) {
            wrong.push(format!("the report carries {odd:?}"));
        }
        if !wrong.is_empty() {
            wrong.push(abstract_of(report));
        }
        wrong
    }
}

/// Causes of all findings that matter so much.
fn causes(report: &Value, severity: &str) -> Vec<String> {
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = findings.iter().filter(|f| f["severity"] == severity);
    found.filter_map(|f| f["cause"].as_str().map(str::to_owned)).collect()
}

/// What no process may do, whatever it met.
pub(crate) fn sound(ran: &Ran) -> Vec<String> {
    let mut wrong = Vec::new();
    if !matches!(ran.code, Some(0..=3 | 5)) {
        wrong.push(format!("exit code {:?}", ran.code));
    }
    for words in ["panicked", "RUST_BACKTRACE", "internal error", "overflow"] {
        if ran.stderr.contains(words) {
            wrong.push(format!("stderr: {}", ran.stderr));
        }
    }
    if ran.peak > MOST_MEMORY {
        wrong.push(format!("{} KiB at its peak", ran.peak));
    }
    if ran.stdout.len() > MOST_OUTPUT {
        wrong.push(format!("{} bytes of report", ran.stdout.len()));
    }
    match std::str::from_utf8(&ran.stdout) {
        Ok(text) => {
            for text in [text, &ran.stderr] {
                if let Some(odd) = text.chars().find(|c| *c != '\n' && steers(*c)) {
                    wrong.push(format!("the output carries {odd:?}"));
                }
            }
        }
        Err(error) => wrong.push(format!("the output is no UTF-8: {error}")),
    }
    wrong
}

/// Whether a terminal or a log that shows it does something else than show it.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A character in a text of the report that would steer whoever prints it.
fn odd_character(value: &Value) -> Option<char> {
    match value {
        Value::String(text) => text.chars().find(|c| *c != '\n' && steers(*c)),
        Value::Array(items) => items.iter().find_map(odd_character),
        Value::Object(map) => map.values().find_map(odd_character),
        _ => None,
    }
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let ran = process::run(&["schema"]);
        jsonschema::validator_for(&serde_json::from_slice(&ran.stdout).unwrap()).unwrap()
    })
}

/// What a reader of a failed case wants to see of the report.
fn abstract_of(report: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut text = format!("  {}", word(&report["summary"]));
    for f in report["findings"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let [cause, severity, explanation] =
            ["cause", "severity", "explanation"].map(|key| word(&f[key]));
        let _ = write!(text, "\n  {cause} ({severity}): {explanation:.300}");
    }
    for a in report["attempts"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let [id, outcome, reason] = ["id", "outcome", "reason"].map(|key| word(&a[key]));
        let _ = write!(text, "\n  {id} {outcome}: {reason:.200}");
    }
    text
}

/// What was measured of a case.
struct Row {
    name: String,
    took: Duration,
    peak: u64,
    code: Option<i32>,
    logins: usize,
    at_once: usize,
    verdict: String,
    causes: String,
}

/// A place among the processes that run at once, over all tests.
struct Slot;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

impl Slot {
    fn take() -> Self {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken >= SLOTS {
            taken = FREED.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken += 1;
        Self
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}

/// Plays cases, some at once, prints what was measured, and tells all that is wrong.
pub(crate) fn play(group: &str, cases: &[Case], identities: &Arc<Identities>) {
    // One case alone: HOSTILE=name.
    let only = std::env::var("HOSTILE").unwrap_or_default();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = cases
            .iter()
            .filter(|case| case.name.contains(&only))
            .map(|case| {
                scope.spawn(move || {
                    let _slot = Slot::take();
                    case.play(identities)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut table = format!(
        "\n{group}: {} cases\n  {:46} {:>8} {:>9} {:>4} {:>6} {:>4}  verdict\n",
        results.len(),
        "case",
        "seconds",
        "peak KiB",
        "exit",
        "logins",
        "held"
    );
    let mut wrong = String::new();
    let mut names = HashMap::new();
    for (row, found) in &results {
        let _ = writeln!(
            table,
            "  {:46.46} {:8.2} {:9} {:>4} {:6} {:4}  {} {}",
            row.name,
            row.took.as_secs_f64(),
            row.peak,
            row.code.map_or("-".to_owned(), |code| code.to_string()),
            row.logins,
            row.at_once,
            row.verdict,
            row.causes
        );
        if !found.is_empty() {
            let _ = write!(wrong, "\n{}:\n  {}", row.name, found.join("\n  "));
        }
        *names.entry(&row.name).or_insert(0) += 1;
    }
    // Past the test harness, which keeps what a passing test prints.
    let _ = std::io::stderr().write_all(table.as_bytes());
    assert!(names.values().all(|count| *count == 1), "a name is there twice");
    assert!(wrong.is_empty(), "{wrong}");
}
