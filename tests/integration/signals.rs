//! Signals, limits of the system, machines without a network: a report or a clear error, no hang.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use ftp_doctor::DemoBehaviour;
use serde_json::Value;

use crate::support::binary::{BINARY, in_folder, prepared};
use crate::support::served::serve;

fn program(home: &Path, args: &[&str]) -> Command {
    let mut command = in_folder(home);
    command.args(args);
    command
}

/// The program at the end of a line for the shell, as `"$@"`.
fn shell(home: &Path, line: &str, args: &[&str]) -> Command {
    let mut command = prepared(Command::new("sh"), home);
    command.args(["-c", line, "sh", BINARY]).args(args);
    command
}

/// Ends within the time, or is ended and the test fails.
#[track_caller]
fn finished(mut child: Child, limit: Duration) -> Output {
    let began = Instant::now();
    // Reports fit a pipe's buffer but for the largest: those are read by wait_with_output.
    while began.elapsed() < limit {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it hangs");
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(&ftp_doctor::schema().unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// Where a server stops answering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    Greeting,
    Password,
    Listing,
    Quit,
}

/// A server that tells when it has come to where it stops.
fn stopping(stop: Stop) -> (SocketAddr, std::sync::mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, tell) = (stream.unwrap(), tell.clone());
            std::thread::spawn(move || {
                let mut out = stream.try_clone().unwrap();
                let mut data: Option<TcpListener> = None;
                if stop == Stop::Greeting {
                    tell.send(()).unwrap();
                    std::thread::sleep(Duration::from_secs(60));
                    return;
                }
                let _ = write!(out, "220 ready\r\n");
                for line in BufReader::new(stream).lines() {
                    let Ok(line) = line else { return };
                    let verb = line.split(' ').next().unwrap().to_owned();
                    let here = match stop {
                        Stop::Greeting => false,
                        Stop::Password => verb == "PASS",
                        Stop::Listing => verb == "LIST",
                        Stop::Quit => verb == "QUIT",
                    };
                    if here {
                        if verb == "LIST" {
                            let _ = write!(out, "150 here\r\n");
                        }
                        let _ = tell.send(());
                        std::thread::sleep(Duration::from_secs(60));
                        return;
                    }
                    let reply = match verb.as_str() {
                        "USER" => "331 password".to_owned(),
                        "PASS" => "230 in".to_owned(),
                        "TYPE" => "200 ok".to_owned(),
                        "PASV" => {
                            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                            let [high, low] = listener.local_addr().unwrap().port().to_be_bytes();
                            data = Some(listener);
                            format!("227 (127,0,0,1,{high},{low})")
                        }
                        "LIST" => {
                            let _ = write!(out, "150 here\r\n");
                            drop(data.take().map(|listener| listener.accept()));
                            "226 done".to_owned()
                        }
                        "QUIT" => {
                            let _ = write!(out, "221 bye\r\n");
                            return;
                        }
                        _ => "502 no".to_owned(),
                    };
                    let _ = write!(out, "{reply}\r\n");
                }
            });
        }
    });
    (address, told)
}

#[test]
fn an_interrupt_at_any_moment_ends_with_a_report() {
    let home = tempfile::tempdir().unwrap();
    let validator = schema();
    for stop in [Stop::Greeting, Stop::Password, Stop::Listing, Stop::Quit] {
        for signal in ["-INT", "-TERM"] {
            let (address, told) = stopping(stop);
            let target = address.to_string();
            let child =
                program(home.path(), &[&target, "--json", "--modes", "pasv"]).spawn().unwrap();
            told.recv_timeout(Duration::from_secs(20)).unwrap();
            send(&child, signal);
            let output = finished(child, Duration::from_secs(8));
            assert_eq!(output.status.code(), Some(130), "{stop:?} {signal}: {}", stderr(&output));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(validator.is_valid(&report));
            assert_eq!(report["exit_code"], 130);
            let banner = &report["server"]["banner"];
            assert_eq!(banner.is_null(), stop == Stop::Greeting, "{stop:?}: {banner}");
            let outcome = report["attempts"][0]["outcome"].as_str().unwrap();
            let open = stop == Stop::Quit;
            assert_eq!(outcome, if open { "open" } else { "not-tested" }, "{stop:?}");
        }
    }
}

/// On the way to a server that nobody answers for, in a network of its own.
#[test]
fn an_interrupt_while_connecting_ends_with_a_report() {
    if !root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let line = "ip link set lo up; ip link add va type veth peer name vb; ip link set va up; \
                ip link set vb up; ip addr add 192.0.2.1/24 dev va; \
                ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:01 dev va; \
                { sleep 1.5; kill -INT $$; } & exec \"$@\"";
    let mut command = prepared(Command::new("unshare"), home.path());
    command.args(["-n", "sh", "-c", line, "sh", BINARY, "192.0.2.2", "--json"]);
    let output = finished(command.spawn().unwrap(), Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(130), "{}{}", stdout(&output), stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "incomplete");
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let home = tempfile::tempdir().unwrap();
    assert!(Command::new("mkfifo").arg(home.path().join("pipe")).status().unwrap().success());
    for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
        let (address, told) = stopping(Stop::Greeting);
        let target = address.to_string();
        let child = program(home.path(), &[&target, "--output", "pipe"]).spawn().unwrap();
        told.recv_timeout(Duration::from_secs(20)).unwrap();
        send(&child, signal);
        // It waits for somebody to read the report: the first interrupt has done what it can.
        std::thread::sleep(Duration::from_millis(1500));
        send(&child, signal);
        let output = finished(child, Duration::from_secs(10));
        assert_eq!(output.status.signal(), Some(number), "{signal}");
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_no_half_file() {
    let home = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = program(home.path(), &["demo", "healthy"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("standard output"), "{}", stderr(&output));
    for option in ["--save", "--output"] {
        let output =
            program(home.path(), &["demo", "healthy", option, "/dev/full"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));
    }
    if !root() {
        return;
    }
    // A disk with room for less than a report.
    let line = "mkdir small && mount -t tmpfs -o size=8k none small && echo old > small/facts.json \
                && \"$@\"; code=$?; ls -A small; cat small/facts.json; exit $code";
    let mut command = prepared(Command::new("unshare"), home.path());
    command.args(["-m", "sh", "-c", line, "sh", BINARY, "demo", "healthy", "-q"]);
    command.args(["--save", "small/facts.json"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains("small/facts.json"), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("facts.json\nold\n"), "{}", stdout(&output));
}

#[test]
fn few_file_descriptors_are_told() {
    let home = tempfile::tempdir().unwrap();
    let server = serve(DemoBehaviour::default());
    let target = server.address.to_string();
    for most in [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16] {
        let line = format!("ulimit -n {most}; exec \"$@\"");
        let child = shell(home.path(), &line, &[&target, "--json"]).spawn().unwrap();
        let output = finished(child, Duration::from_secs(40));
        let code = output.status.code();
        let (out, err) = (stdout(&output), stderr(&output));
        assert!(!err.contains("panicked") && !err.contains("a bug at"), "{most}: {err}");
        match code {
            // The system's loader itself may have too few.
            Some(127) if out.is_empty() => {}
            Some(4) => {
                assert!(err.contains("open files") || err.contains("os error 24"), "{most}: {err}");
            }
            _ => {
                let report: Value = serde_json::from_str(&out).unwrap();
                // Whatever could not be measured is this machine's lack, not the server's.
                for finding in report["findings"].as_array().unwrap() {
                    assert_eq!(finding["side"], "client", "{most}: {finding}");
                }
                if most >= 16 {
                    assert_eq!(code, Some(0), "{most}: {out}");
                }
            }
        }
    }
}

/// The most that a run holds open at any moment, sampled; the program adds nothing with time.
#[test]
fn a_run_holds_few_file_descriptors() {
    let home = tempfile::tempdir().unwrap();
    let server = serve(DemoBehaviour::default());
    let target = server.address.to_string();
    let mut child = program(home.path(), &[&target]).spawn().unwrap();
    let folder = format!("/proc/{}/fd", child.id());
    let (mut most, mut sockets) = (0, 0);
    while child.try_wait().unwrap().is_none() {
        if let Ok(entries) = fs::read_dir(&folder) {
            let all: Vec<String> = entries
                .filter_map(|e| fs::read_link(e.ok()?.path()).ok())
                .map(|path| path.to_string_lossy().into_owned())
                .collect();
            most = most.max(all.len());
            sockets = sockets.max(all.iter().filter(|p| p.starts_with("socket:")).count());
        }
        std::thread::yield_now();
    }
    assert!(most > 3, "never seen at work");
    // Signals have a pair of sockets; a control connection has two descriptors, a data
    // connection or its listeners three.
    assert!(sockets <= 8, "{sockets} sockets");
    assert!(most <= 16, "{most} descriptors");
}

fn root() -> bool {
    let is = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    if !is {
        assert!(std::env::var_os("CI").is_none(), "needs root");
        eprintln!("skipped: needs root");
    }
    is
}

/// In a network of its own, after these commands.
fn alone(home: &Path, setup: &str, args: &[&str]) -> Output {
    let line = format!("{setup}; exec \"$@\"");
    let mut command = prepared(Command::new("unshare"), home);
    command.args(["-n", "-m", "sh", "-c", &line, "sh", BINARY]).args(args);
    finished(command.spawn().unwrap(), Duration::from_secs(60))
}

#[test]
fn a_machine_without_ipv6_without_a_network_without_names() {
    if !root() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let without_ipv6 = "ip link set lo up; sysctl -qw net.ipv6.conf.all.disable_ipv6=1";
    let output = alone(home.path(), without_ipv6, &["demo", "healthy", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));

    for (setup, target) in [
        ("true", "192.0.2.1"),
        ("true", "2001:db8::1"),
        ("true", "127.0.0.1"),
        ("mount --bind /dev/null /etc/resolv.conf", "ftp.example.org"),
        ("ip link set lo up; mount --bind /dev/null /etc/resolv.conf", "ftp.example.org"),
        (
            "ip link set lo up; echo nameserver 127.0.0.9 > r; mount --bind r /etc/resolv.conf",
            "ftp.example.org",
        ),
        ("echo nameserver 192.0.2.9 > r; mount --bind r /etc/resolv.conf", "ftp.example.org"),
    ] {
        let began = Instant::now();
        let output = alone(home.path(), setup, &[target, "--json"]);
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{setup}: {}{err}", stdout(&output));
        assert!(began.elapsed() < Duration::from_secs(35), "{setup}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["verdict"], "unreachable", "{setup} {target}");
        // A machine that has no network says nothing about the server's side.
        for finding in report["findings"].as_array().unwrap() {
            assert_ne!(finding["side"], "server", "{setup} {target}: {finding}");
        }
    }
}

/// The wall clock is only read for the date: a jump of ten years in the middle changes no duration.
#[test]
fn a_clock_that_is_set_changes_nothing() {
    let probe = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe")).unwrap();
    let mut pending: Vec<_> = probe.map(|e| e.unwrap().path()).collect();
    let mut readers = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines = code.lines().filter(|l| l.contains("SystemTime::now"));
        readers.extend(lines.map(|line| format!("{}: {}", path.display(), line.trim())));
    }
    assert_eq!(readers.len(), 1, "the wall clock is read once, for the date: {readers:?}");
}

#[test]
fn a_locale_without_utf_8_gets_plain_ascii() {
    let home = tempfile::tempdir().unwrap();
    for locale in [&[("LC_ALL", "C")][..], &[("LANG", "POSIX")], &[("LC_ALL", "zh_CN.GBK")]] {
        let mut command =
            program(home.path(), &["demo", "only-21-and-1433", "-v", "--deadline", "6s"]);
        command.envs(locale.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = stdout(&output);
        let other: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(other.is_empty(), "{locale:?}: {other:?}\n{text}");
    }
    // Without a word about it, and where the locale can show it, nothing changes.
    for locale in [&[][..], &[("LC_ALL", "C.UTF-8")]] {
        let mut command = program(home.path(), &["demo", "healthy", "-v"]);
        command.envs(locale.iter().copied());
        assert!(!stdout(&command.output().unwrap()).is_ascii(), "{locale:?}");
    }
    // What programs read is UTF-8 whatever the locale.
    let mut command = program(home.path(), &["demo", "healthy", "--lang", "zh", "--json"]);
    let output = command.env("LC_ALL", "C").output().unwrap();
    assert!(!stdout(&output).is_ascii());
}

/// The program on a terminal of its own.
fn on_a_terminal(home: &Path, env: &[(&str, &str)]) -> String {
    let line = format!("{BINARY} demo healthy");
    let mut command = prepared(Command::new("script"), home);
    command.args(["-qec", &line, "/dev/null"]).envs(env.iter().copied());
    stdout(&command.output().unwrap())
}

#[test]
fn a_dumb_terminal_gets_no_escapes() {
    if Command::new("script").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "needs script(1)");
        eprintln!("skipped: needs script(1)");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    assert!(on_a_terminal(home.path(), &[("TERM", "xterm")]).contains("\x1b["));
    let dumb = on_a_terminal(home.path(), &[("TERM", "dumb")]);
    assert!(dumb.contains("HEALTHY") && !dumb.contains('\x1b'), "{dumb:?}");
    // The spinner still moves the cursor; the report has no colours.
    let plain = on_a_terminal(home.path(), &[("TERM", "xterm"), ("NO_COLOR", "1")]);
    let report = plain.rsplit("HEALTHY").next().unwrap();
    assert!(!report.contains('\x1b'), "{report:?}");
}
