//! Passwords: in no output whatever a server says, and gone from memory before anything is written.

use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use ftp_doctor::{DemoBehaviour, DemoLogin};

use crate::support::binary::in_folder;
use crate::support::served::serve;

const PASSWORD: &str = "hunter2-Zq9x/&";

/// A server that answers everything with the password in this spelling, greetings of later
/// connections included.
fn parrot(spelling: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let said = spelling.to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, said) = (stream.unwrap(), said.clone());
            std::thread::spawn(move || {
                let mut out = stream.try_clone().unwrap();
                let _ = write!(out, "220-last time it was {said}\r\n220 ready\r\n");
                for line in BufReader::new(stream).lines() {
                    let Ok(line) = line else { return };
                    let reply = match line.split(' ').next().unwrap() {
                        "USER" => format!("331 is it {said}?"),
                        "PASS" => format!("230-so it was\r\n {said}\r\n230 {said}"),
                        "PASV" => format!("227 {said} (127,0,0,1,0,1)"),
                        "QUIT" => format!("garbage {said}"),
                        _ => format!("502 {said}: not for you"),
                    };
                    if write!(out, "{reply}\r\n").is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

#[test]
fn a_parrot_gives_nothing_away() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("password"), PASSWORD).unwrap();
    for spelling in [
        PASSWORD,
        "hunter2-Zq9x%2F%26",
        "hunter2-Zq9x%2f%26",
        "aHVudGVyMi1acTl4LyY",
        "YWxpY2U6aHVudGVyMi1acTl4LyY=",
        "&/x9qZ-2retnuh",
        "HUNTER2-ZQ9X/&",
        "68756e746572322d5a7139782f26",
    ] {
        let address = parrot(spelling);
        for format in ["text", "json", "html", "markdown"] {
            let output = in_folder(home.path())
                .arg(format!("alice@{address}"))
                .args(["--password-file", "password", "--save", "facts.json", "-v"])
                .args(["--format", format, "--deadline", "6s", "--timeout", "1s"])
                .output()
                .unwrap();
            let saved = fs::read_to_string(home.path().join("facts.json")).unwrap();
            assert!(saved.contains("PASS ****"), "{saved}");
            let stdout = String::from_utf8(output.stdout).unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            // A report in HTML writes the ampersand otherwise.
            let stem = spelling.trim_end_matches(['&', '/', '=']);
            let stem = stem.trim_start_matches(['&', '/']);
            for (what, text) in [("stdout", &stdout), ("stderr", &stderr), ("facts", &saved)] {
                assert!(!text.contains(stem), "{spelling} is in {what} ({format}):\n{text}");
            }
        }
    }
}

/// Memory that the process may write to, as the kernel shows it to root.
fn writable_memory(pid: u32) -> Vec<(String, Vec<u8>)> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut memory = fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        let name = fields.nth(3).unwrap_or("anonymous").to_owned();
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let from = u64::from_str_radix(from, 16).unwrap();
        let to = u64::from_str_radix(to, 16).unwrap();
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        if memory.read_exact(&mut bytes).is_ok() {
            found.push((name, bytes));
        }
    }
    found
}

fn holds(pid: u32, secret: &str) -> Vec<String> {
    writable_memory(pid)
        .into_iter()
        .filter(|(_, bytes)| bytes.windows(secret.len()).any(|w| w == secret.as_bytes()))
        .map(|(name, _)| name)
        .collect()
}

/// Waits until the process opens the pipe that nobody reads: everything is measured then.
fn await_open(child: &Child, home: &Path) {
    let began = Instant::now();
    loop {
        let state = fs::read_to_string(format!("/proc/{}/wchan", child.id())).unwrap_or_default();
        let stack = fs::read_to_string(format!("/proc/{}/stack", child.id())).unwrap_or_default();
        if state.contains("fifo")
            || stack.contains("fifo_open")
            || state.contains("wait_for_partner")
        {
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "it does not write: {state} {}",
            home.display()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_password_is_gone_from_memory_when_the_report_is_written() {
    let readable = fs::File::open("/proc/self/mem").is_ok();
    if !readable {
        assert!(std::env::var_os("CI").is_none(), "/proc/PID/mem is not to be read here");
        eprintln!("skipped: /proc/PID/mem is not to be read here");
        return;
    }
    let server = serve(DemoBehaviour {
        login: DemoLogin::User { name: "alice".to_owned(), password: PASSWORD.to_owned() },
        ..DemoBehaviour::default()
    });
    for source in ["file", "netrc", "environment"] {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("report");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut command = in_folder(home.path());
        command.arg(format!("alice@{}", server.address)).args(["--output", "report"]);
        if source == "file" {
            fs::write(home.path().join("password"), PASSWORD).unwrap();
            command.args(["--password-file", "password"]);
        } else if source == "environment" {
            command.env("FTP_DOCTOR_PASSWORD", PASSWORD);
        } else {
            let entry = format!("machine 127.0.0.1 login alice password \"{PASSWORD}\"\n");
            fs::write(home.path().join(".netrc"), entry).unwrap();
        }
        let child = command.spawn().unwrap();
        await_open(&child, home.path());
        let found = holds(child.id(), PASSWORD);
        let other = holds(child.id(), "alice");
        let report = fs::read_to_string(&pipe).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{report}");
        assert!(!other.is_empty(), "the search finds what is there");
        // The environment itself is the caller's: it stays where the system has put it.
        let left: &[&str] = if source == "environment" { &["[stack]"] } else { &[] };
        assert_eq!(found, left, "{source}: the password is still there");
    }
}
