//! Operands and options that are wrong, empty, huge, unreadable or no text: the error names what is
//! meant, the exit code is the contract's, and no file is touched that should not be.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use clap::CommandFactory as _;
use ftp_doctor::Cli;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::BINARY;
use crate::support::process::{self, Ran};
use crate::support::scenario;

/// Nobody's user id: what root may not read either has to be asked as somebody else.
const NOBODY: u32 = 65534;
/// An error fits on a screen, whatever it is about.
const LONGEST_ERROR: usize = 2000;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::set_permissions(place.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().env("HOME", self.0.path()).current_dir(self.0.path());
        command
    }

    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        process::wait(&mut self.command(args))
    }

    /// Everything below, with its content.
    fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let content = fs::metadata(entry.path())
                    .is_ok_and(|m| m.is_file() && m.len() < 1 << 20)
                    .then(|| fs::read(entry.path()).unwrap());
                (entry.file_name().to_string_lossy().into_owned(), content.unwrap_or_default())
            })
            .collect();
        all.sort();
        all
    }
}

/// Refused with exit code 2 and one short message that names these; nothing else was said or done.
#[track_caller]
fn refused(ran: &Ran, names: &[&str]) {
    let said = format!("{:?}, {:.600}", ran.code, ran.stderr);
    assert_eq!(ran.code, Some(2), "{said}");
    assert!(ran.stdout.is_empty(), "{said}");
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
    assert!(!ran.stderr.contains("panicked"), "{said}");
    assert!(ran.stderr.len() < LONGEST_ERROR, "{} bytes: {said}", ran.stderr.len());
    for name in names {
        assert!(ran.stderr.contains(name), "{name} is not named: {said}");
    }
    assert!(!ran.stderr.contains('\u{1b}'), "{said}");
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    uid.split_whitespace().nth(1) == Some("0")
}

// ---------------------------------------------------------------- options

/// Options whose values are checked where they are read, each with values that cannot be right.
const WRONG: &[(&str, &[&str])] = &[
    ("--modes", &["", " ", ",", "pasv,,x", "ftp", "pasv;rm"]),
    ("--timeout", &["", " ", "0", "-1s", "soon", "2d", "1e9", "99999999999999999999s", "1s1s1s;"]),
    ("--deadline", &["", "0", "-1", "nan", "inf", "8 parsecs", "25h"]),
    ("--idle", &["", "0", "never", "1y"]),
    ("--active-ports", &["", "0", "0-1", "65536", "7-6", "-", "1-2-3", "a-b", "1 2"]),
    ("--external-ip", &["", "256.0.0.1", "localhost", "1.2.3", "::g", "1.2.3.4/24"]),
    ("--tls", &["", "yes", "EXPLICIT!", "1.3"]),
    ("--get", &["", " ", "\t", "a\nDELE b", "a\r\nDELE b"]),
    ("--bind", &["", " ", "no-such-interface", "192.0.2.1", "eth0;reboot", "2001:db8::1"]),
    ("--fix-for", &["", "windows-95", "\u{1b}[2J"]),
    (
        "--nft-chain",
        &["", "filter", "inet/filter", "inet/a b/c", "x/y/z", "inet/f/i;reboot", "inet/$(id)/i"],
    ),
    ("--format", &["", "xml-ish", "pdf"]),
    ("--lang", &["", "klingon"]),
    ("--color", &["", "sometimes"]),
    (
        "--expect",
        &["", "=", "passive", "passive=perhaps", "cause!=no-such", "range=9-1", "login-ms<"],
    ),
    ("--passive-ports", &["", "0", "1-2", "70000-70001", "50100-50000", "a-b"]),
    ("--samples", &["", "-1", "many", "1001"]),
    ("--rate", &["", "0", "-1", "fast", "20001"]),
    ("--jobs", &["", "0", "-1", "all", "4097"]),
    ("--why", &["", "passive-disable", "Passive-Disabled", "\u{1b}[2J"]),
    ("--at", &["", "everywhere", "client;server"]),
    ("--session", &["", "-1", "first", "1.5"]),
    ("--client", &["", "localhost", "192.0.2", "192.0.2.0/24"]),
];

/// Facts that can be read.
const FACTS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scenarios/passive-disabled/facts.json");

/// What stands before an option: the job it belongs to, and an operand of it.
fn job(option: &str) -> &'static [&'static str] {
    match option {
        "--passive-ports" | "--samples" | "--rate" => &["audit", "127.0.0.1:1"],
        "--jobs" | "--baseline" => &["check", "-"],
        "--why" => &["replay", FACTS],
        "--at" | "--session" | "--client" => &["read", FACTS],
        _ => &["127.0.0.1:1"],
    }
}

/// Options that name files: see below.
const FILES: &[&str] = &["--ca", "--password-file", "--save", "--output", "--baseline"];

#[test]
fn every_option_with_a_value_is_in_a_table() {
    let mut missing = BTreeSet::new();
    let command = Cli::command();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        for argument in command.get_arguments() {
            let Some(long) = argument.get_long() else { continue };
            let long = format!("--{long}");
            let known =
                WRONG.iter().any(|(option, _)| *option == long) || FILES.contains(&long.as_str());
            if argument.get_action().takes_values() && !known {
                missing.insert(long);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn wrong_values_name_their_option() {
    let place = Place::new();
    // Nobody listens there, so nothing would be found out if a value got through.
    for (option, values) in WRONG {
        for value in *values {
            let ran = place.run(&[job(option), &[&format!("{option}={value}")]].concat());
            refused(&ran, &[option]);
        }
        let huge = "9".repeat(100_000);
        let ran = place.run(&[job(option), &[&format!("{option}={huge}")]].concat());
        if *option == "--get" {
            // A path may be long.
            assert_eq!(ran.code, Some(3), "{:.300}", ran.stderr);
        } else {
            let said: String = ran.stderr.chars().take(300).collect();
            assert_eq!(ran.code, Some(2), "{option}: {said}");
            assert!(ran.stderr.contains(option), "{option}: {said}");
        }
        let bytes = OsString::from_vec([option.as_bytes(), b"=\xff\xfe"].concat());
        let before = job(option).iter().map(OsStr::new);
        let ran = place.run(&before.chain([bytes.as_os_str()]).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(2), "{option}: {:.300}", ran.stderr);
        let alone = place.run(&[job(option), &[*option]].concat());
        refused(&alone, &[option]);
    }
    assert!(place.everything().is_empty(), "{:?}", place.everything());
}

#[test]
fn targets_that_are_none() {
    let place = Place::new();
    let huge = "a".repeat(100_000);
    for wrong in [
        "",
        " ",
        "\t",
        "://",
        "ftp://",
        "ftp:///x",
        "http://example.org",
        "sftp://example.org",
        "host:",
        "host:0",
        "host:65536",
        "host:x",
        "[::1",
        "::1]:21",
        "ftp://[::1:21",
        "a b",
        "-",
        "@",
        "ftp://u:p@",
        "ho\nst",
        "ho\rst",
        "\u{1b}[2J",
        "ftp://h/%00",
        "ftp://h/%0d%0aDELE%20x",
        "ftp://h/%zz",
        "127.0.0.1:21:21",
        "../../etc/passwd",
        &huge,
    ] {
        let ran = place.run(&["--", wrong]);
        refused(&ran, &[]);
        assert!(!ran.stderr.is_empty(), "{wrong:.60}");
    }
    let ran = place.run(&[OsStr::new("--"), &OsString::from_vec(vec![0xff, 0xfe])]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

// ---------------------------------------------------------------- files to read

/// What no file of ours looks like: its name, and how it is made.
fn bad_files(place: &Place) -> Vec<PathBuf> {
    let folder = place.path("folder");
    fs::create_dir_all(&folder).unwrap();
    let sparse = place.path("sparse");
    fs::File::create(&sparse).unwrap().set_len(20 << 30).unwrap();
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    vec![
        place.path("missing"),
        place.path("missing/file"),
        folder,
        place.write("empty", b""),
        place.write("newlines", &[b'\n'; 5000]),
        place.write("binary", &(0..=255_u8).cycle().take(9000).collect::<Vec<u8>>()),
        place.write("nul", &[0; 70_000]),
        place.write("deep", deep.as_bytes()),
        place.path("empty/below-a-file"),
        sparse,
        PathBuf::from("/dev/zero"),
        PathBuf::from("/dev/null"),
        PathBuf::from("/proc/self/mem"),
    ]
}

#[test]
fn files_that_are_read_and_no_good() {
    let place = Place::new();
    for file in bad_files(&place) {
        let name = file.to_str().unwrap();
        let before = place.everything();
        refused(&place.run(&["replay", name]), &[name]);
        refused(&place.run(&["diff", name, name]), &[name]);
        let password = format!("--password-file={name}");
        refused(&place.run(&["joe@127.0.0.1:1", &password]), &["--password-file", name]);
        let authority = format!("--ca={name}");
        refused(&place.run(&["ftpes://127.0.0.1:1", &authority]), &[name]);
        assert!(before == place.everything(), "{name}");
    }
}

#[test]
fn memory_stays_bounded_whatever_the_size_of_a_file() {
    let place = Place::new();
    let sparse = place.path("sparse");
    fs::File::create(&sparse).unwrap().set_len(20 << 30).unwrap();
    for args in [
        vec!["replay", "sparse"],
        vec!["diff", "sparse", "sparse"],
        vec!["joe@127.0.0.1:1", "--password-file=sparse"],
        vec!["ftpes://127.0.0.1:1", "--ca=sparse"],
    ] {
        let ran = place.run(&args);
        refused(&ran, &["sparse"]);
        // What facts may be, twice, and the program itself.
        assert!(ran.peak < 200 << 10, "{args:?}: {} KiB", ran.peak);
    }
}

#[test]
fn files_that_others_own() {
    if !is_root() {
        eprintln!("skipped: only root can become somebody else");
        return;
    }
    let place = Place::new();
    let secret = place.write("secret", b"hunter2\n");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let report = place.write("report", b"kept");
    fs::set_permissions(&report, fs::Permissions::from_mode(0o444)).unwrap();
    let netrc = place.write(".netrc", b"machine 127.0.0.1 login joe password x\n");
    fs::set_permissions(&netrc, fs::Permissions::from_mode(0o600)).unwrap();
    let before = place.everything();
    let run = |args: &[&str]| {
        let mut command = place.command(args);
        command.uid(NOBODY).gid(NOBODY);
        process::wait(&mut command)
    };
    let whoami = run(&["schema"]);
    assert_eq!(whoami.code, Some(0), "nobody cannot run the program: {}", whoami.stderr);
    refused(&run(&["replay", "secret"]), &["secret"]);
    refused(&run(&["diff", "secret", "secret"]), &["secret"]);
    refused(&run(&["joe@127.0.0.1:1", "--password-file=secret"]), &["--password-file", "secret"]);
    refused(&run(&["ftpes://127.0.0.1:1", "--ca=secret"]), &["secret"]);
    refused(&run(&["joe@127.0.0.1:1"]), &[]);
    refused(&run(&["ftp://joe@127.0.0.1:1"]), &[".netrc"]);
    // Neither a file that may not be written nor one in a folder where nothing may be made.
    for option in ["--output", "--save"] {
        for file in ["report", "new"] {
            let ran = run(&["demo", "healthy", &format!("{option}={file}")]);
            assert_eq!(ran.code, Some(2), "{option} {file}: {}", ran.stderr);
            assert!(ran.stderr.contains(file), "{}", ran.stderr);
        }
    }
    assert!(before == place.everything(), "{:?}", place.everything());
}

#[test]
fn a_password_that_cannot_be_sent() {
    let place = Place::new();
    let said = ["first\rsecond\n", "nul\0in it\n"];
    for (number, content) in said.iter().enumerate() {
        let name = format!("password{number}");
        place.write(&name, content.as_bytes());
        let option = format!("--password-file={name}");
        let ran = place.run(&["ftp://joe@127.0.0.1:1", &option]);
        refused(&ran, &["--password-file", &name]);
        assert!(!ran.stderr.contains("first") && !ran.stderr.contains("in it"), "{}", ran.stderr);
    }
    let mut command = place.command(&["ftp://joe@127.0.0.1:1"]);
    command.env("FTP_DOCTOR_PASSWORD", "s3cret\r\nDELE x");
    let ran = process::wait(&mut command);
    refused(&ran, &["FTP_DOCTOR_PASSWORD"]);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
    // What is no netrc file is named; what has no entry is none.
    for (content, code) in
        [(&b"\xff\xfe"[..], 2), (b"machine other login x password y", 3), (b"", 3)]
    {
        place.write("netrc", content);
        let mut command = place.command(&["ftp://joe@127.0.0.1:1"]);
        command.env("NETRC", place.path("netrc"));
        let ran = process::wait(&mut command);
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(ran.stderr.contains("netrc"), code == 2, "{}", ran.stderr);
    }
}

// ---------------------------------------------------------------- files to write

#[test]
fn places_where_nothing_can_be_written() {
    let place = Place::new();
    fs::create_dir(place.path("folder")).unwrap();
    place.write("file", b"kept");
    let before = place.everything();
    let long = "x".repeat(300);
    let outputs = [
        "",
        "folder",
        "folder/",
        "missing/file",
        "file/below",
        ".",
        "..",
        "/",
        &long,
        "/proc/new",
        "/dev/full",
    ];
    for wrong in outputs {
        for option in ["--output", "--save"] {
            let ran = place.run(&["demo", "healthy", &format!("{option}={wrong}")]);
            assert_eq!(ran.code, Some(2), "{option} {wrong}: {}", ran.stderr);
            let named = if wrong.is_empty() { option } else { wrong.trim_end_matches('/') };
            assert!(ran.stderr.contains(named), "{option} {wrong}: {}", ran.stderr);
            assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
            // Nothing is lost where only the facts have no place to go.
            let shown = option == "--save" && !wrong.is_empty();
            assert_eq!(!ran.stdout.is_empty(), shown, "{option} {wrong}");
            assert!(before == place.everything(), "{option} {wrong}: {:?}", place.everything());
        }
    }
    // Known before anything is sent, so that nobody waits for a report that has no place to go.
    let ran = place.run(&["127.0.0.1:1", "--output=missing/file"]);
    refused(&ran, &["--output", "missing/file"]);
}

#[test]
fn standard_output_that_takes_nothing() {
    let place = Place::new();
    for args in [&["demo", "healthy", "--json"][..], &["schema"], &["explain", "--list"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = place.command(args).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{args:?}: {stderr}");
        assert!(stderr.contains("standard output"), "{stderr}");
    }
}

#[test]
fn two_outputs_and_an_input_do_not_overwrite_each_other() {
    let place = Place::new();
    for (report, facts) in [("same", "same"), ("same", "./same"), ("./same", "../x/same")] {
        let facts = if facts.starts_with("..") {
            format!("../{}/same", place.0.path().file_name().unwrap().to_str().unwrap())
        } else {
            facts.to_owned()
        };
        let ran = place.run(&["demo", "healthy", "--output", report, "--save", &facts]);
        refused(&ran, &["--output", "--save"]);
    }
    assert!(place.everything().is_empty(), "{:?}", place.everything());
    assert_eq!(place.run(&["demo", "healthy", "--save", "facts"]).code, Some(0));
    let before = place.everything();
    std::os::unix::fs::symlink(place.path("facts"), place.path("link")).unwrap();
    let before =
        [before, vec![("link".to_owned(), fs::read(place.path("facts")).unwrap())]].concat();
    for args in [
        &["replay", "facts", "--output", "facts"][..],
        &["replay", "facts", "--output", "link"],
        &["replay", "link", "--output", "facts"],
        &["diff", "facts", "facts", "--output", "facts"],
    ] {
        refused(&place.run(args), &["--output"]);
        assert!(before == place.everything(), "{args:?}");
    }
    // Two devices are no two files.
    let ran = place.run(&["demo", "healthy", "--output", "/dev/null", "--save", "/dev/null"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let place = Place::new();
    place.write("report", b"the last one");
    if !is_root() {
        eprintln!("skipped: only root can mount a full disk");
        return;
    }
    fs::create_dir(place.path("disk")).unwrap();
    let script = "mount -t tmpfs -o size=16k none disk || exit 99; echo 'the last one' > disk/report; \
        \"$1\" demo healthy --format html --output disk/report; echo \"code $?\"; cat disk/report; ls -A disk";
    let ran = process::wait(
        Command::new("unshare")
            .args(["-m", "sh", "-c", script, "sh", BINARY])
            .current_dir(place.0.path()),
    );
    let said = String::from_utf8_lossy(&ran.stdout);
    if ran.code == Some(99) || ran.code.is_none() {
        eprintln!("skipped: no disk can be mounted here: {}", ran.stderr);
        return;
    }
    assert_eq!(said, "code 2\nthe last one\nreport\n", "{}", ran.stderr);
    assert!(ran.stderr.contains("disk/report"), "{}", ran.stderr);
}

#[test]
fn nothing_is_written_through_a_link_of_somebody_elses() {
    let place = Place::new();
    let victim = place.write("victim", b"kept");
    // Whoever knew the process' number in advance could have put it there: any of the next ones.
    let ran = place.run(&["demo", "healthy", "--output", "report"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let own = i64::from(std::process::id());
    for number in (own.max(1)..own + 3000).chain(1..3) {
        let link = place.path(&format!(".ftp-doctor.{number}.0.part"));
        std::os::unix::fs::symlink(&victim, link).unwrap();
    }
    let ran = place.run(&["demo", "healthy", "--output", "report"]);
    assert!(matches!(ran.code, Some(0 | 2)), "{}", ran.stderr);
    assert_eq!(fs::read(victim).unwrap(), b"kept");
}

#[test]
fn huge_facts_take_no_time() {
    let place = Place::new();
    let mut saved = scenario::facts("aaaa-unanswered");
    // A thousand of each attempt and each session.
    for list in ["attempts", "sessions", "ladders", "dials"] {
        let Some(items) = saved[list].as_array().cloned() else { continue };
        saved[list] = Value::Array(items.iter().cycle().take(items.len() * 300).cloned().collect());
    }
    place.write("huge", saved.to_string().as_bytes());
    for format in ["text", "json", "html", "markdown"] {
        let ran = place.run(&["replay", "huge", "--format", format]);
        assert!(matches!(ran.code, Some(0..=3)), "{format}: {:?} {}", ran.code, ran.stderr);
        assert!(ran.took < Duration::from_secs(20), "{format}: {:?}", ran.took);
    }
}
