//! The real binary: operands, exit codes, what goes to which stream, files, signals, passwords.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use ftp_doctor::CATALOGUE;
use ftp_doctor::{DemoBehaviour, DemoDelay, DemoLogin};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::in_folder;
use crate::support::scenario;
use crate::support::served::{Served, serve};

/// A place to run the program in: its own home, its own files, nothing of the environment.
struct Place {
    directory: TempDir,
}

/// What came of a run.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    line: String,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = in_folder(self.directory.path());
        command.args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(args, self.command(args).output().unwrap())
    }
}

impl Ran {
    fn of(args: &[&str], output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            line: args.join(" "),
        }
    }

    fn whole(&self) -> String {
        format!(
            "{} → {:?}\n-- stdout\n{}\n-- stderr\n{}",
            self.line, self.code, self.stdout, self.stderr
        )
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        assert!(!self.stderr.contains("panicked"), "{}", self.whole());
        self
    }

    /// Refused with exit code 2: nothing on stdout, and stderr names these.
    #[track_caller]
    fn refused(self, names: &[&str]) -> Self {
        let ran = self.ends_with(2);
        assert_eq!(ran.stdout, "", "{}", ran.whole());
        for name in names {
            assert!(ran.stderr.contains(name), "{name:?} is not named: {}", ran.whole());
        }
        ran
    }

    /// The one JSON document on stdout.
    #[track_caller]
    fn json(&self) -> Value {
        assert!(self.stdout.ends_with('\n'), "{}", self.whole());
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.whole()))
    }
}

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(&ftp_doctor::schema().unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn fits_the_schema(report: &Value) {
    let errors: Vec<String> =
        schema().iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

// ---------------------------------------------------------------- usage

#[test]
fn help_and_version() {
    let place = Place::new();
    for help in ["--help", "-h", "help"] {
        let ran = place.run(&[help]).ends_with(0);
        for word in ["probe", "replay", "diff", "explain", "demo", "schema", "Usage"] {
            assert!(ran.stdout.contains(word), "{word} is missing: {}", ran.whole());
        }
        assert_eq!(ran.stderr, "");
    }
    assert!(place.run(&["--help"]).stdout.contains("130 interrupted"), "exit codes are told");
    for command in ["probe", "replay", "diff", "explain", "demo", "schema"] {
        let ran = place.run(&[command, "--help"]).ends_with(0);
        assert!(ran.stdout.contains("Examples:\n  ftp-doctor "), "{}", ran.whole());
    }
    let version = format!("ftp-doctor {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(place.run(&["-V"]).ends_with(0).stdout, version);
    let long = place.run(&["--version"]).ends_with(0).stdout;
    assert!(long.starts_with(&version), "{long}");
    let told = |name: &str| long.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let commit = told("commit ").unwrap();
    let known = commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(known || commit == "not known", "{long}");
    assert_eq!(told("target ").unwrap().split('-').next(), Some(std::env::consts::ARCH));
    assert!(told("TLS ").unwrap().starts_with("rustls 0."), "{long}");
}

#[test]
fn operands_that_are_no_targets() {
    let place = Place::new();
    let ran = place.run(&[]).refused(&["TARGET", "--help"]);
    let examples = ran.stderr.lines().filter(|line| line.starts_with("  ftp-doctor "));
    assert_eq!(examples.count(), 3, "{}", ran.whole());
    place.run(&["probe"]).refused(&["TARGET"]);
    for wrong in [
        "",
        " ",
        "ftp://",
        "ftp://:21/",
        "host:0",
        "host:65536",
        "host:port",
        "host:",
        "ftp://host:99999/",
        "[::1",
        "[::1]x",
        "[host]:21",
        "ftp://::1/",
        "1.2.3.4.5",
        "1.2.3",
        "300.1.1.1",
        "a b",
        "host/path",
        "ftp://host/%zz",
        "ftp://host/a?b",
        "ftp://host/a#b",
        "ftp://ho$t/",
        "a..b",
        "ftp://@host/",
        "http://host/",
        "https://host/",
        "gopher://host/",
        "sftp://host/",
        "ftp://host/%0d%0aDELE",
    ] {
        for args in [vec![wrong], vec!["probe", wrong]] {
            place.run(&args).refused(&[&format!("\"{wrong}\"")]);
        }
    }
    let ran = place.run(&["sftp://host/"]);
    assert!(ran.stderr.contains("SSH"), "a clear answer: {}", ran.whole());
    let ran = place.run(&["ftp://host\u{1b}[31m/"]).refused(&["control character"]);
    assert!(!ran.stderr.contains('\u{1b}'), "no escapes from an operand: {:?}", ran.stderr);
}

#[test]
fn operands_that_hold_a_password_do_not_show_it() {
    let place = Place::new();
    for wrong in [
        "ftp://me:hunter2@host:0/",
        "me:hunter2@host:0",
        "sftp://me:hunter2@host/",
        "ftp://me:hunter2@/",
        "ftp://me:hunter2@host/%zz",
        "ftp://:hunter2@host/",
    ] {
        let ran = place.run(&[wrong]).ends_with(2);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.whole());
    }
}

#[test]
fn options_with_wrong_values() {
    let place = Place::new();
    let target = "127.0.0.1";
    for (option, value) in [
        ("--timeout", "soon"),
        ("--timeout", "0"),
        ("--deadline", "2d"),
        ("--deadline", "-1"),
        ("--active-ports", "7-6"),
        ("--active-ports", "0-10"),
        ("--active-ports", "1-65536"),
        ("--active-ports", "a"),
        ("--external-ip", "host"),
        ("--format", "xml"),
        ("--lang", "tlh"),
        ("--color", "maybe"),
    ] {
        let given = format!("{option}={value}");
        place.run(&[&given, target]).refused(&[option, value]);
        place.run(&["demo", "healthy", &given]).refused(&[option, value]);
    }
    place.run(&["--modes=", target]).refused(&["--modes"]);
    place.run(&["--modes=pasv,foo", target]).refused(&["--modes", "foo"]);
    place.run(&["--nonsense", target]).refused(&["--nonsense"]);
    place.run(&[target, "another"]).refused(&["another"]);
    place.run(&["-4", "-6", target]).refused(&["-4", "-6"]);
    place.run(&["-6", target]).refused(&["-6", target]);
    place.run(&["-4", "[::1]"]).refused(&["-4", "::1"]);
    place.run(&["--json", "--format", "text", target]).refused(&["--json", "--format"]);
    place.run(&["--bind", "203.0.113.250", target]).refused(&["--bind", "203.0.113.250"]);
    place.run(&["--bind", "nosuchif0", target]).refused(&["--bind", "nosuchif0"]);
    place.run(&["--bind", "::1", target]).refused(&["--bind", "::1", "family"]);
    let empty = place.write("empty", "\nsecond line\n");
    let empty = empty.to_str().unwrap();
    let joe = "joe@127.0.0.1";
    place.run(&["--password-file", empty, joe]).refused(&["--password-file", empty, "empty"]);
    place.run(&["--password-file", "/nonexistent/pw", joe]).refused(&["/nonexistent/pw"]);
    place.run(&["--password-file", empty, target]).refused(&["--password-file", "whose?"]);
}

#[test]
fn unknown_causes_and_stories() {
    let place = Place::new();
    let ran = place.run(&["explain", "passive-disable"]).refused(&["passive-disable"]);
    assert!(ran.stderr.contains("passive-disabled"), "a hint: {}", ran.whole());
    place.run(&["explain", "Passive-Disabled!"]).refused(&["Passive-Disabled!"]);
    place.run(&["demo", "no-such-story"]).refused(&["no-such-story", "--list"]);
    place.run(&["frobnicate", "x"]).refused(&["x"]);
}

#[test]
fn a_replay_says_why_a_cause_was_found_or_not() {
    let place = Place::new();
    let why = |scenario: &str, cause: &str| {
        let file = scenario::file(scenario);
        let ran = place.run(&["replay", file.to_str().unwrap(), "--why", cause]).ends_with(0);
        assert!(ran.stdout.lines().all(|l| l.chars().count() <= 80), "80 columns: {}", ran.whole());
        // Wrapped lines are one again.
        ran.stdout.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    };
    let found = why("firewall-blocks-passive", "firewall-blocks-passive");
    for part in [
        "firewall-blocks-passive: found (problem, likely, side unknown)",
        "A firewall blocks the passive ports",
        "- pasv-1: PASV, port",
        "It explains pasv-1, epsv-1.",
    ] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
    // The same look decides whose firewall it is.
    let sister = why("firewall-blocks-passive", "server-firewall-blocks-passive");
    assert!(sister.starts_with("server-firewall-blocks-passive: not found"), "{sister}");
    assert!(sister.contains("decides for firewall-blocks-passive instead"), "{sister}");
    // A near miss names the condition and the attempt that it failed on.
    let near = why("passive-range-partly-blocked", "firewall-blocks-passive");
    assert_eq!(near, "firewall-blocks-passive: not found - a passive mode works (pasv-1: open)");
    let far = why("control-refused", "passive-disabled");
    assert_eq!(far, "passive-disabled: not found - no passive mode was tested");
    // Found, and not reported, since it only follows from another one.
    let follows = why("client-nat-proftpd", "firewall-blocks-active");
    assert!(follows.contains("firewall-blocks-active: found"), "{follows}");
    assert!(
        follows.contains("Left out of the report: it follows from client-nat-breaks-active."),
        "{follows}"
    );
    for cause in CATALOGUE {
        assert!(why("healthy", cause.id).starts_with(cause.id), "{}", cause.id);
    }
}

#[test]
fn why_needs_a_cause_that_is_known_and_people_who_read() {
    let place = Place::new();
    let file = scenario::file("healthy");
    let file = file.to_str().unwrap();
    let hint = "perhaps passive-disabled";
    place.run(&["replay", file, "--why", "pasive-disabled"]).refused(&["pasive-disabled", hint]);
    place.run(&["replay", file, "--why", "passive-disabled", "--json"]).refused(&["--why"]);
}

// ---------------------------------------------------------------- what needs no network

#[test]
fn every_cause_is_explained() {
    let place = Place::new();
    let list = place.run(&["explain", "--list"]).ends_with(0);
    assert_eq!(list.stdout, place.run(&["explain"]).ends_with(0).stdout);
    for cause in CATALOGUE {
        assert!(list.stdout.contains(cause.id), "{} is not listed", cause.id);
        let page = place.run(&["explain", cause.id]).ends_with(0);
        // The page, and below it what else gives the same packets, where somebody knows of it.
        let rest = page.stdout.trim_end().strip_prefix(cause.page(ftp_doctor::Lang::En).trim_end());
        let rest = rest.unwrap_or_else(|| panic!("not its page: {}", page.whole()));
        let worlds = "\n\n## What gives the same packets\n";
        assert!(rest.is_empty() || rest.starts_with(worlds), "{}", page.whole());
        assert_eq!(page.stderr, "");
    }
}

#[test]
fn every_story_is_listed() {
    let list = Place::new().run(&["demo", "--list"]).ends_with(0);
    for story in ftp_doctor::demo_stories() {
        let listed = list.stdout.lines().any(|l| l.split_whitespace().next() == Some(story.id));
        assert!(listed && list.stdout.contains(story.title), "{} is not listed", story.id);
    }
    assert!(list.stdout.lines().all(|l| l.chars().count() <= 80), "fits 80 columns");
}

#[test]
fn the_schema_is_one() {
    let ran = Place::new().run(&["schema"]).ends_with(0);
    let schema = ran.json();
    assert!(jsonschema::meta::is_valid(&schema), "no JSON Schema");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(ran.stdout.contains("ftp-doctor.report/1"));
    let keys = [
        "schema",
        "tool",
        "started",
        "elapsed_ms",
        "target",
        "vantage",
        "server",
        "verdict",
        "summary",
        "attempts",
        "path",
        "rules",
        "ports",
        "findings",
        "clients",
        "expectations",
        "exit_code",
    ];
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
    for key in keys {
        assert!(required.contains(&key), "{key} is not required");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({})));
}

// ---------------------------------------------------------------- reports

#[test]
fn exit_codes_by_story() {
    let place = Place::new();
    for (story, code, verdict) in [
        ("healthy", 0, "healthy"),
        ("epsv-unsupported", 0, "healthy"),
        ("passive-address-unroutable", 0, "healthy"),
        ("passive-disabled", 1, "degraded"),
        ("listing-refused", 1, "broken"),
        ("control-refused", 3, "unreachable"),
        ("login-rejected", 3, "unreachable"),
        ("too-many-connections", 3, "unreachable"),
        ("tls-required", 3, "unreachable"),
        ("ssh-on-the-port", 3, "unreachable"),
    ] {
        let ran = place.run(&["demo", story, "--json"]).ends_with(code);
        let report = ran.json();
        assert_eq!(report["verdict"], verdict, "{story}");
        assert_eq!(report["exit_code"], code, "{story}");
        fits_the_schema(&report);
        assert!(ran.stderr.starts_with("demo: "), "the lesson is on stderr: {}", ran.whole());
    }
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let place = Place::new();
    let pretty = place.run(&["demo", "passive-disabled", "--json"]).ends_with(1);
    assert!(pretty.stdout.starts_with('{') && pretty.stdout.lines().count() > 20);
    pretty.json();
    place.run(&["demo", "passive-disabled", "--format", "json"]).ends_with(1).json();
    let line = place.run(&["demo", "passive-disabled", "--format", "jsonl"]).ends_with(1);
    assert_eq!(line.stdout.lines().count(), 1);
    line.json();
    // Verbose and coloured JSON is the same JSON.
    let ran = place.run(&["demo", "healthy", "--json", "-v", "--color", "always"]).ends_with(0);
    assert!(!ran.stdout.contains('\u{1b}'));
    ran.json();
}

#[test]
fn colour_only_where_it_is_wanted() {
    let place = Place::new();
    let colored = |args: &[&str], no_color: Option<&str>| {
        let mut command = place.command(args);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        let ran = Ran::of(args, command.output().unwrap()).ends_with(1);
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.whole());
        ran.stdout.contains('\u{1b}')
    };
    let demo = ["demo", "passive-disabled"];
    assert!(!colored(&demo, None), "off when piped");
    assert!(!colored(&[demo[0], demo[1], "--color", "auto"], Some("1")));
    assert!(!colored(&[demo[0], demo[1], "--color", "never"], None));
    assert!(colored(&[demo[0], demo[1], "--color", "always"], None));
    assert!(colored(&[demo[0], demo[1], "--color", "always"], Some("1")), "asked for by name");
    let file = place.path("report.txt");
    let to_file = ["demo", "passive-disabled", "--output", file.to_str().unwrap()];
    assert!(!colored(&to_file, None));
    assert!(!fs::read_to_string(&file).unwrap().contains('\u{1b}'), "a file is no terminal");
}

#[test]
fn colour_is_never_the_only_sign() {
    let place = Place::new();
    let save = place.path("facts.json");
    let save = save.to_str().unwrap();
    place.run(&["demo", "passive-disabled", "--save", save]).ends_with(1);
    let plain = place.run(&["replay", save]).stdout;
    let colored = place.run(&["replay", save, "--color", "always"]).stdout;
    let mut stripped = String::new();
    let mut escape = false;
    for c in colored.chars() {
        match (escape, c) {
            (false, '\u{1b}') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, c) => stripped.push(c),
        }
    }
    assert_eq!(stripped, plain, "with the escapes taken out it is the same text");
}

#[test]
fn quiet_and_verbose() {
    let place = Place::new();
    let quiet = place.run(&["demo", "passive-disabled", "-q"]).ends_with(1);
    let whole = place.run(&["demo", "passive-disabled"]).ends_with(1);
    assert!(quiet.stdout.lines().count() < whole.stdout.lines().count() / 2, "{}", quiet.whole());
    assert!(quiet.stdout.contains("DEGRADED"), "the verdict stays: {}", quiet.whole());
    let verbose = place.run(&["demo", "passive-disabled", "-v"]).ends_with(1);
    for line in ["C: PASV", "S: 501 PASV: Operation not permitted", "C: PASS ****"] {
        assert!(verbose.stdout.contains(line), "{line}: {}", verbose.whole());
        assert!(!whole.stdout.contains(line));
    }
    let step = ": rejected (pasv-1)";
    let because = "asked for, and not tried yet";
    assert!(verbose.stdout.contains(step), "the steps: {}", verbose.whole());
    assert!(!whole.stdout.contains(step) && !verbose.stdout.contains(because));
    let most = place.run(&["demo", "passive-disabled", "-vv"]).ends_with(1);
    assert!(most.stdout.contains(step) && most.stdout.contains(because), "{}", most.whole());
}

#[test]
fn saved_facts_tell_the_steps() {
    let place = Place::new();
    place.run(&["demo", "passive-disabled", "--save", "facts.json"]).ends_with(1);
    let facts = fs::read(place.path("facts.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap();
    let steps = facts["steps"].as_array().unwrap();
    let tasks: Vec<&str> = steps.iter().map(|s| s["task"]["is"].as_str().unwrap()).collect();
    assert_eq!(tasks[..2], ["names", "login"], "{tasks:?}");
    let made = steps.iter().flat_map(|s| s["made"].as_array().into_iter().flatten());
    let attempts = facts["attempts"].as_array().unwrap().iter().map(|a| &a["id"]);
    assert!(made.eq(attempts), "every attempt belongs to one step");
    let time = |step: &serde_json::Value, what: &str| step[what].as_u64().unwrap();
    for pair in steps.windows(2) {
        let [one, next] = pair else { continue };
        assert!(time(one, "began") + time(one, "took") <= time(next, "began"), "{steps:#?}");
        assert!(one["because"].is_string());
    }
}

// ---------------------------------------------------------------- files

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_goes_into_a_file_whole() {
    let place = Place::new();
    let file = place.path("report.json");
    let name = file.to_str().unwrap();
    let ran = place.run(&["demo", "healthy", "--json", "--output", name]).ends_with(0);
    assert_eq!(ran.stdout, "");
    let report: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    fits_the_schema(&report);
    // A relative name, an old file in its place.
    place.write("old.txt", "what was there before\n");
    place.run(&["demo", "healthy", "--output", "old.txt"]).ends_with(0);
    let text = fs::read_to_string(place.path("old.txt")).unwrap();
    assert!(text.starts_with("ftp-doctor ") && !text.contains("before"));
    assert_eq!(names(place.directory.path()), ["old.txt", "report.json"], "nothing is left over");
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let place = Place::new();
    fs::create_dir(place.path("folder")).unwrap();
    for option in ["--output", "--save"] {
        for wrong in ["folder", "missing/file", "folder/"] {
            let ran = place.run(&["demo", "healthy", option, wrong]).ends_with(2);
            assert!(ran.stderr.contains(wrong.trim_end_matches('/')), "{}", ran.whole());
            assert_eq!(ran.stdout.is_empty(), option == "--output", "{}", ran.whole());
        }
    }
    assert_eq!(names(place.directory.path()), ["folder"]);
    assert!(names(&place.path("folder")).is_empty());
}

#[test]
fn devices_are_written_to_as_they_are() {
    let place = Place::new();
    let ran = place.run(&["demo", "healthy", "--output", "/dev/stdout"]).ends_with(0);
    assert!(ran.stdout.starts_with("ftp-doctor "), "{}", ran.whole());
    place.run(&["demo", "healthy", "--output", "/dev/null"]).ends_with(0);
}

/// Standard output that goes into a file is not replaced by another file, and what the file held stays.
#[cfg(target_os = "linux")]
#[test]
fn standard_output_in_a_file_is_appended_to() {
    let place = Place::new();
    place.write("log.txt", "from before\n");
    let log = fs::OpenOptions::new().append(true).open(place.path("log.txt")).unwrap();
    let args = ["demo", "healthy", "--output", "/proc/self/fd/1"];
    let output = place.command(&args).stdout(log).output().unwrap();
    Ran::of(&args, output).ends_with(0);
    let text = fs::read_to_string(place.path("log.txt")).unwrap();
    assert!(text.starts_with("from before\nftp-doctor "), "{text}");
    assert_eq!(names(place.directory.path()), ["log.txt"]);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    for mode in [0o600, 0o664] {
        place.write("old.txt", "what was there before\n");
        let old = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.path("old.txt"), old).unwrap();
        place.run(&["demo", "healthy", "--save", "old.txt"]).ends_with(0);
        let now = fs::metadata(place.path("old.txt")).unwrap();
        assert!(now.len() > 1000, "it was written");
        assert_eq!(now.permissions().mode() & 0o7777, mode, "{mode:o}");
    }
}

#[test]
fn a_replay_is_byte_for_byte_the_report() {
    let place = Place::new();
    for (story, code) in [("healthy", 0), ("passive-disabled", 1), ("login-rejected", 3)] {
        for format in [&["--json"][..], &[][..], &["-v"][..], &["--format", "jsonl"][..]] {
            let file = place.path("facts.json");
            let name = file.to_str().unwrap();
            let mut live = vec!["demo", story, "--save", name];
            live.extend(format);
            let mut again = vec!["replay", name];
            again.extend(format);
            let live = place.run(&live).ends_with(code);
            let again = place.run(&again).ends_with(code);
            assert_eq!(live.stdout, again.stdout, "{story} {format:?}");
            assert_eq!(again.stderr, "", "a replay has nothing to warn of");
        }
    }
}

#[test]
fn what_is_no_saved_facts_is_refused() {
    let place = Place::new();
    let real = place.path("real.json");
    place.run(&["demo", "healthy", "--save", real.to_str().unwrap()]).ends_with(0);
    let text = fs::read_to_string(&real).unwrap();
    place.write("empty.json", "");
    place.write("garbage.json", "\u{0}\u{1}\u{1b}[31mnonsense");
    place.write("half.json", &text[..text.len() / 2]);
    place.write("twice.json", &format!("{text}{text}"));
    place.write("list.json", "[]");
    place.write("object.json", "{}");
    place.write("schema.json", &text.replace("ftp-doctor.facts/1", "ftp-doctor.facts/9"));
    fs::write(place.path("bytes.json"), [0xff, 0xfe, 0x00]).unwrap();
    let report = place.run(&["replay", "real.json", "--json"]).ends_with(0).stdout;
    place.write("report.json", &report);
    fs::create_dir(place.path("folder")).unwrap();
    for wrong in [
        "missing.json",
        "empty.json",
        "garbage.json",
        "half.json",
        "twice.json",
        "list.json",
        "object.json",
        "schema.json",
        "bytes.json",
        "report.json",
        "folder",
    ] {
        let ran = place.run(&["replay", wrong]).refused(&[wrong]);
        assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "one line: {}", ran.whole());
    }
    assert!(place.run(&["replay", "schema.json"]).stderr.contains("ftp-doctor.facts/9"));
    place.run(&["replay"]).refused(&["FILE"]);
}

// ---------------------------------------------------------------- time, signals, pipes

#[test]
fn a_deadline_is_kept() {
    let place = Place::new();
    let began = Instant::now();
    let ran = place.run(&["demo", "only-21-and-1433", "--deadline", "2s", "--json"]).ends_with(1);
    let took = began.elapsed();
    // Left alone it takes several times that.
    assert!(took < Duration::from_secs(8), "took {took:?}");
    let report = ran.json();
    fits_the_schema(&report);
    let untested = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["purpose"] == "mode" && a["outcome"] == "not-tested")
        .count();
    assert!(untested >= 2, "{}", ran.whole());
}

#[test]
fn a_deadline_that_passed_is_told() {
    let place = Place::new();
    let ran = place.run(&["demo", "only-21-and-1433", "--deadline", "2s"]).ends_with(1);
    assert!(ran.stdout.contains("The deadline passed"), "{}", ran.whole());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let place = Place::new();
    for args in [
        &["explain", "--list"][..],
        &["schema"][..],
        &["demo", "healthy", "-v"][..],
        &["--help"][..],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(args).stdout(writer).output().unwrap();
        let ran = Ran::of(args, output).ends_with(0);
        assert!(!ran.stderr.contains("ipe"), "{}", ran.whole());
    }
}

/// Waits until the process has a handler for this signal: only then may it be sent.
#[cfg(target_os = "linux")]
fn await_handler(child: &Child, signal: u32) {
    let path = format!("/proc/{}/status", child.id());
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        if mask.unwrap_or(0) & (1 << (signal - 1)) != 0 {
            return;
        }
        std::thread::yield_now();
    }
    panic!("no handler for signal {signal}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_with_what_there_is() {
    let place = Place::new();
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let args = ["demo", "control-silent", "--json"];
        let child = place.command(&args).spawn().unwrap();
        await_handler(&child, number);
        let began = Instant::now();
        let kill = format!("-{name}");
        let sent = Command::new("kill").args([&kill, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let ran = Ran::of(&args, child.wait_with_output().unwrap()).ends_with(130);
        // Left alone it would wait for its greeting, and much longer.
        assert!(began.elapsed() < Duration::from_secs(8), "{name}: it ends at once");
        let report = ran.json();
        fits_the_schema(&report);
        assert_eq!(report["exit_code"], 130);
        assert_eq!(report["verdict"], "incomplete");
        let attempts = report["attempts"].as_array().unwrap();
        assert_eq!(attempts.len(), 4);
        assert!(attempts.iter().all(|a| a["outcome"] == "not-tested"), "{}", ran.whole());
        assert_eq!(attempts[0]["reason"], "interrupted");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_is_saved_too() {
    let place = Place::new();
    let args = ["demo", "control-silent", "--save", "facts.json", "--output", "report.txt"];
    let child = place.command(&args).spawn().unwrap();
    await_handler(&child, 2);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    Ran::of(&args, child.wait_with_output().unwrap()).ends_with(130);
    let again = place.run(&["replay", "facts.json"]).ends_with(130);
    assert_eq!(again.stdout, fs::read_to_string(place.path("report.txt")).unwrap());
    assert!(again.stdout.contains("Interrupted"), "{}", again.whole());
}

// ---------------------------------------------------------------- passwords

/// No part of it occurs in anything that the program writes by itself.
const PASSWORD: &str = "hunter2-Zq9x";

/// A server that lets in one user alone, and takes a moment to think about it.
fn guarded() -> Served {
    serve(DemoBehaviour {
        login: DemoLogin::User { name: "alice".to_owned(), password: PASSWORD.to_owned() },
        delays: vec![DemoDelay { verb: "PASS", wait: Duration::from_millis(150) }],
        ..DemoBehaviour::default()
    })
}

/// The command line that every user of the machine sees. It is there a moment after the start.
#[cfg(target_os = "linux")]
fn command_line(child: &Child) -> String {
    let path = format!("/proc/{}/cmdline", child.id());
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        let line = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        if line.contains("--modes") {
            return line;
        }
        std::thread::yield_now();
    }
    panic!("the program does not run");
}

/// Logs in at a guarded server and looks for the password everywhere.
#[track_caller]
fn keeps_the_secret(place: &Place, target: &str, more: &[&str], env: &[(&str, &str)], url: bool) {
    for format in [&["-v"][..], &["--json"][..]] {
        let mut args = vec![target, "--modes", "pasv", "--save", "facts.json"];
        args.extend(more);
        args.extend(format);
        let mut command = place.command(&args);
        command.envs(env.iter().copied());
        let child = command.spawn().unwrap();
        #[cfg(target_os = "linux")]
        {
            let line = command_line(&child);
            assert!(url || !line.contains(PASSWORD), "{line:?}");
        }
        let ran = Ran::of(&args, child.wait_with_output().unwrap());
        // Healthy: so the password was found, and it was the right one.
        let ran = ran.ends_with(0);
        let saved = fs::read_to_string(place.path("facts.json")).unwrap();
        for (what, text) in
            [("stdout", &ran.stdout), ("stderr", &ran.stderr), ("the saved facts", &saved)]
        {
            assert!(!text.contains(PASSWORD), "the password is in {what}");
            assert!(!text.contains("hunter2"), "a part of the password is in {what}");
        }
        assert_eq!(ran.stderr.contains("warning: a password in the URL"), url, "{}", ran.whole());
        assert!(saved.contains("PASS ****") && saved.contains("alice"));
    }
}

#[test]
fn a_password_from_the_environment_stays_secret() {
    let (place, server) = (Place::new(), guarded());
    let target = format!("ftp://alice@{}/", server.address);
    keeps_the_secret(&place, &target, &[], &[("FTP_DOCTOR_PASSWORD", PASSWORD)], false);
}

#[test]
fn a_password_from_a_file_stays_secret() {
    let (place, server) = (Place::new(), guarded());
    place.write("secret", &format!("{PASSWORD}\nanother line\n"));
    let target = format!("alice@{}", server.address);
    keeps_the_secret(&place, &target, &["--password-file", "secret"], &[], false);
    // The file wins over the environment.
    let wrong = [("FTP_DOCTOR_PASSWORD", "wrong")];
    keeps_the_secret(&place, &target, &["--password-file", "secret"], &wrong, false);
}

#[test]
fn a_password_from_netrc_stays_secret() {
    let (place, server) = (Place::new(), guarded());
    let netrc = format!(
        "machine other login alice password no\n\
         machine {} login bob password no\nmachine {} login alice password {PASSWORD}\n",
        server.address.ip(),
        server.address.ip()
    );
    place.write(".netrc", &netrc);
    let target = format!("ftp://alice@{}/", server.address);
    keeps_the_secret(&place, &target, &[], &[], false);
}

#[test]
fn a_password_in_the_url_is_warned_of_and_stays_out_of_everything() {
    let (place, server) = (Place::new(), guarded());
    let target = format!("ftp://alice:{PASSWORD}@{}/", server.address);
    keeps_the_secret(&place, &target, &[], &[], true);
    let target = format!("ftp://alice:hunter2%2dZq9x@{}/", server.address);
    keeps_the_secret(&place, &target, &[], &[], true);
}

#[test]
fn a_wrong_password_stays_secret_too() {
    let (place, server) = (Place::new(), guarded());
    let target = format!("ftp://alice@{}/", server.address);
    let args = [target.as_str(), "-v", "--save", "facts.json"];
    let output = place.command(&args).env("FTP_DOCTOR_PASSWORD", "swordfish-77").output().unwrap();
    let ran = Ran::of(&args, output).ends_with(3);
    let saved = fs::read_to_string(place.path("facts.json")).unwrap();
    for text in [&ran.stdout, &ran.stderr, &saved] {
        assert!(!text.contains("swordfish"), "{}", ran.whole());
    }
    assert!(ran.stdout.contains("[login-rejected]"), "{}", ran.whole());
}

#[test]
fn a_server_that_repeats_the_password_does_not_give_it_away() {
    let place = Place::new();
    let server = serve(DemoBehaviour {
        switched_off: vec![ftp_doctor::DemoSwitchedOff {
            verb: "PASS",
            reply: format!("530 {PASSWORD} is not the password of alice."),
        }],
        ..DemoBehaviour::default()
    });
    let target = format!("ftp://alice@{}/", server.address);
    for format in ["-v", "--json"] {
        let args = [target.as_str(), "--save", "facts.json", format];
        let output = place.command(&args).env("FTP_DOCTOR_PASSWORD", PASSWORD).output().unwrap();
        let ran = Ran::of(&args, output).ends_with(3);
        let saved = fs::read_to_string(place.path("facts.json")).unwrap();
        for (what, text) in [("stdout", &ran.stdout), ("saved facts", &saved)] {
            assert!(!text.contains(PASSWORD), "the password is in {what}");
        }
    }
}

#[test]
fn an_anonymous_login_takes_no_password_from_anywhere() {
    let place = Place::new();
    let server = serve(DemoBehaviour::default());
    let target = server.address.to_string();
    place.write(".netrc", &format!("machine {} login anonymous password x\n", server.address.ip()));
    let args = [target.as_str(), "--modes", "pasv", "--save", "facts.json", "--json"];
    let output = place.command(&args).env("FTP_DOCTOR_PASSWORD", PASSWORD).output().unwrap();
    Ran::of(&args, output).ends_with(0);
    let saved: Value =
        serde_json::from_slice(&fs::read(place.path("facts.json")).unwrap()).unwrap();
    assert_eq!(saved["request"]["password"], Value::Null);
    assert_eq!(saved["request"]["user"], "anonymous");
}

#[test]
fn a_proxy_of_the_environment_is_named_without_its_credentials() {
    let place = Place::new();
    let server = serve(DemoBehaviour::default());
    let target = server.address.to_string();
    let args = [target.as_str(), "--modes", "pasv", "--save", "facts.json"];
    let output = place
        .command(&args)
        .env("ftp_proxy", format!("http://me:{PASSWORD}@proxy.example:3128/"))
        .output()
        .unwrap();
    let ran = Ran::of(&args, output).ends_with(0);
    let saved = fs::read_to_string(place.path("facts.json")).unwrap();
    assert!(ran.stdout.contains("ftp_proxy") && ran.stdout.contains("proxy.example:3128"));
    assert!(!ran.stdout.contains(PASSWORD) && !saved.contains(PASSWORD), "{}", ran.whole());
}

// ---------------------------------------------------------------- requests

#[test]
fn only_the_modes_asked_for_are_in_the_report() {
    let place = Place::new();
    let ran = place.run(&["demo", "healthy", "--modes", "EPRT,pasv,pasv", "--json"]).ends_with(0);
    let report = ran.json();
    let modes: Vec<&str> = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["purpose"] == "mode")
        .map(|a| a["mode"].as_str().unwrap())
        .collect();
    assert_eq!(modes, ["pasv", "eprt"]);
}

#[test]
fn active_ports_and_a_path_are_used() {
    let place = Place::new();
    let server = serve(DemoBehaviour::default());
    let target = format!("ftp://{}/pub/", server.address);
    let args =
        [&target, "--modes", "port", "--active-ports", "47110-47119", "--save", "f", "--json"];
    let report = place.run(&args).ends_with(0).json();
    let port = report["attempts"][0]["to"]["port"].as_u64().unwrap();
    assert!((47110..=47119).contains(&port), "{port}");
    assert_eq!(report["target"]["port"], server.address.port());
    assert!(fs::read_to_string(place.path("f")).unwrap().contains("CWD pub/"));
}

#[test]
fn options_may_stand_before_the_command() {
    let place = Place::new();
    let behind = place.run(&["demo", "passive-disabled", "-q"]).ends_with(1);
    let before = place.run(&["-q", "--lang", "en", "demo", "passive-disabled"]).ends_with(1);
    let verdict = |ran: &Ran| ran.stdout.lines().find(|l| l.contains("BROKEN")).map(str::to_owned);
    assert!(verdict(&behind).is_some() || behind.stdout.contains("DEGRADED"), "{}", behind.whole());
    assert_eq!(behind.stdout.lines().nth(2), before.stdout.lines().nth(2));
    let ran = place.run(&["--json", "demo", "healthy"]).ends_with(0);
    assert_eq!(ran.json()["verdict"], "healthy");
    // What a command has no use for, it says itself.
    place.run(&["--jobs", "4", "replay", "f"]).refused(&["--jobs", "replay"]);
}

#[test]
fn what_is_nearly_a_command_is_asked_about() {
    let place = Place::new();
    let tip = "did you mean the command 'check'?";
    place.run(&["chekc", "targets.toml"]).refused(&["targets.toml", tip]);
    // Alone it may be a host, and is tried as one.
    let ran = place.run(&["chekc", "--deadline", "2s", "--timeout", "1s"]);
    assert!(ran.stderr.contains("did you mean the command check?"), "{}", ran.whole());
    let ran = place.run(&["probe", "chekc", "--deadline", "2s", "--timeout", "1s"]);
    assert!(!ran.stderr.contains("did you mean"), "{}", ran.whole());
    place.run(&["check"]).refused(&["'ftp-doctor probe check'"]);
    place.run(&["audit"]).refused(&["'ftp-doctor probe audit'"]);
}

#[test]
fn lines_for_several_programs_alone_are_a_script() {
    let place = Place::new();
    let facts = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/scenarios/server-blocks-passive-four-hops/facts.json"
    );
    let args = ["-q", "replay", facts, "--fix-for", "nftables", "--fix-for", "vsftpd"];
    let ran = place.run(&args).ends_with(1);
    let mut lines = ran.stdout.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert!(lines.clone().any(|l| l.starts_with("nft insert rule")), "{}", ran.whole());
    assert!(lines.clone().any(|l| l.starts_with("pasv_min_port=")), "{}", ran.whole());
    let plain = |l: &str| l.starts_with("nft ") || l.starts_with("pasv_");
    assert!(lines.all(plain), "{}", ran.whole());
    assert!(ran.stdout.contains("[server-firewall-blocks-passive]"), "{}", ran.whole());
    let ran = place.run(&["-q", "replay", facts, "--fix-for", "netsh"]).ends_with(1);
    let fits =
        |l: &str| l.is_empty() || l.starts_with("rem ") || l.starts_with("netsh advfirewall ");
    assert!(ran.stdout.lines().all(fits) && ran.stdout.contains("netsh adv"), "{}", ran.whole());
    // Nothing to paste is an empty script, and said.
    let healthy = facts.replace("server-blocks-passive-four-hops", "healthy");
    let ran = place.run(&["-q", "replay", &healthy, "--fix-for", "netsh"]).ends_with(0);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("lines for netsh"), "{}", ran.whole());
    // A shell takes it as it is.
    let script = place.run(&args).stdout;
    let script = script.lines().filter(|l| !l.starts_with("pasv_")).collect::<Vec<_>>().join("\n");
    let checked = Command::new("sh").args(["-n", "-c", &script]).status().unwrap();
    assert!(checked.success(), "{script}");
}

#[test]
fn a_file_is_written_in_the_format_of_its_name() {
    let place = Place::new();
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scenarios/healthy/facts.json");
    for (name, begins) in [
        ("r.html", "<!DOCTYPE html>"),
        ("r.HTM", "<!DOCTYPE html>"),
        ("r.md", "#"),
        ("r.xml", "<?xml"),
        ("r.json", "{\n"),
        ("r.jsonl", "{\""),
        ("r.txt", "ftp-doctor "),
        ("report", "ftp-doctor "),
    ] {
        let ran = place.run(&["replay", facts, "--output", name]).ends_with(0);
        let written = fs::read_to_string(place.path(name)).unwrap();
        assert!(written.starts_with(begins), "{name}: {written:.60}");
        assert_eq!((ran.stdout.as_str(), ran.stderr), ("", format!("written to {name}\n")));
    }
    // What is asked for goes before what a name says.
    for format in [&["--format", "text"][..], &["--json"]] {
        place.run(&[&["replay", facts, "--output", "r.html", "-q"], format].concat()).ends_with(0);
        let written = fs::read_to_string(place.path("r.html")).unwrap();
        assert!(!written.starts_with('<'), "{written:.60}");
        let named = [&["replay", facts, "--output", "r.html"], format].concat();
        assert_eq!(place.run(&named).ends_with(0).stderr, "");
    }
    let ran = place.run(&["replay", facts, "--output", "r.html", "-q"]).ends_with(0);
    assert_eq!(ran.stderr, "");
    let ran = place.run(&["replay", facts, "--output", "/dev/null"]).ends_with(0);
    assert_eq!(ran.stderr, "");
    place.run(&["diff", facts, facts, "--output", "r.xml"]).refused(&["--format"]);
}

#[test]
fn remedies_are_narrowed_and_go_into_the_chain_that_is_named() {
    let place = Place::new();
    let facts = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/scenarios/server-blocks-passive-four-hops/facts.json"
    );
    let ran = place.run(&["replay", facts, "--fix-for", "netsh", "--json"]).ends_with(1);
    let report = ran.json();
    let lines: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|f| f["remedies"].as_array().unwrap())
        .flat_map(|r| r["snippets"].as_array().unwrap())
        .map(|s| s["for"].as_str().unwrap())
        .collect();
    assert!(!lines.is_empty() && lines.iter().all(|name| *name == "netsh"), "{lines:?}");
    let ran = place.run(&["replay", facts, "--fix-for", "powershell"]).ends_with(1);
    assert!(ran.stdout.contains("New-NetFirewallRule -DisplayName"), "{}", ran.stdout);
    let ran = place.run(&["replay", facts, "--nft-chain", "ip/fw/IN"]).ends_with(1);
    assert!(ran.stdout.contains("nft insert rule ip fw IN tcp dport"), "{}", ran.stdout);
    // Facts that name a chain of somebody else's do not put it into the lines for this reader.
    let theirs = fs::read_to_string(facts).unwrap();
    let mut theirs: serde_json::Value = serde_json::from_str(&theirs).unwrap();
    theirs["request"]["nft_chain"] = "ip/theirs/IN".into();
    theirs["request"]["fix_for"] = "iis".into();
    let theirs = place.write("theirs.json", &theirs.to_string());
    let ran = place.run(&["replay", theirs.to_str().unwrap()]).ends_with(1);
    assert!(ran.stdout.contains("nft insert rule inet filter"), "{}", ran.stdout);
    let ran = place.run(&["replay", facts, "--fix-for", "nonsense"]).ends_with(2);
    assert!(ran.stderr.contains("--fix-for \"nonsense\""), "{}", ran.stderr);
    let ran = place.run(&["replay", facts, "--nft-chain", "inet/a b/c"]).ends_with(2);
    assert!(ran.stderr.contains("--nft-chain"), "{}", ran.stderr);
}
