//! Many targets by the real binary: lists, order, streams, resuming, baselines, exit codes.

mod files;
mod names;
mod passwords;
mod terminal;
mod tls;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ftp_doctor::{DemoBehaviour, DemoPassive};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::in_folder;
use crate::support::served::serve;

fn command(place: &TempDir, args: &[&str]) -> Command {
    let mut command = in_folder(place.path());
    command.arg("check").args(args);
    command
}

fn run(place: &TempDir, args: &[&str]) -> Output {
    command(place, args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn ends_with(output: &Output, code: i32) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "-- stdout\n{out}\n-- stderr\n{err}");
    assert!(!err.contains("panicked"), "{err}");
    out
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A port that takes connections and never says anything.
fn mute() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[test]
fn wrong_lists_are_refused_with_file_and_line() {
    let place = tempfile::tempdir().unwrap();
    for (content, names) in [
        (&b""[..], &["list.toml", "no [[target]]"][..]),
        (b"[defaults]\ntimeout = \"8s\"\n", &["no [[target]]"]),
        (b"[[target]]\nlabel = \"a\"\n", &["list.toml:1", "host"]),
        (b"[[target]]\nhost = \"h\"\nhots = 1\n", &["list.toml:3", "hots"]),
        (b"[[targets]]\nhost = \"h\"\n", &["list.toml:1", "targets"]),
        (b"[[target]]\nhost = 5\n", &["list.toml:2", "string"]),
        (b"[[target]]\nhost = \"h\"\ntimeout = \"8 parsecs\"\n", &["list.toml:3", "8 parsecs"]),
        (b"[[target]]\nhost = \"h\"\nmodes = [\"pasv\", \"psv\"]\n", &["list.toml:3", "psv"]),
        (b"[[target]]\nhost = \"h:0\"\n", &["list.toml:2", "h:0"]),
        (
            b"[[target]]\nhost = \"h\"\n[[target]]\nhost = \"h\"\n",
            &["list.toml:3", "label \"h\"", "list.toml:1"],
        ),
        (b"[[target]]\nhost = \"h\"\ntls = \"maybe\"\n", &["list.toml:3", "maybe", "explicit"]),
        (b"[[target]]\nhost = \"h\"\ninsecure = true\n", &["list.toml:1", "--insecure"]),
        (
            b"[[target]]\nhost = \"h\"\nexpect = \"passive=shut\"\n",
            &["list.toml:3", "passive=shut"],
        ),
        (
            b"[[target]]\nhost = \"h\"\nexpect = \"cause=nothing-such\"\n",
            &["list.toml:1", "nothing-such"],
        ),
        (
            b"[[target]]\nhost = \"h\"\nuser = \"u\"\npassword_env = \"NOT_THERE\"\n",
            &["list.toml:1", "NOT_THERE"],
        ),
        (
            b"[[target]]\nhost = \"h\"\npassword_env = \"HOME\"\n",
            &["list.toml:3", "password_env", "no user"],
        ),
        (
            b"[[target]]\nhost = \"h\"\npassword_file = \"list.toml\"\n",
            &["list.toml:3", "password_file", "no user"],
        ),
        (b"[[target]]\nhost = \"h\"\nport = 99999\n", &["list.toml:3"]),
        (b"[[target]]\nhost = \"h:21\"\nport = 22\n", &["list.toml:3", "21"]),
        (b"[defaults]\nhost = \"h\"\n", &["list.toml:2", "[defaults]"]),
        (b"[[target]]\nhost = \"h\"\nlabel = \"a\\u001bb\"\n", &["list.toml:3", "control"]),
        (b"[[target]\nhost = \"h\"\n", &["list.toml:1"]),
        (b"\x7fELF\x00\x01\xff", &["list.toml:1", "not a text"]),
    ] {
        fs::write(place.path().join("list.toml"), content).unwrap();
        let output = run(&place, &["list.toml"]);
        let shown = String::from_utf8_lossy(content);
        assert_eq!(output.status.code(), Some(2), "{shown}\n{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{shown}");
        for name in names {
            let stderr = text(&output.stderr);
            assert!(stderr.contains(name), "{name:?} is not named of\n{shown}\n{stderr}");
        }
    }
    assert_eq!(run(&place, &["none.toml"]).status.code(), Some(2));
    assert_eq!(run(&place, &["/dev/zero"]).status.code(), Some(2));
}

#[test]
fn a_password_in_a_list_is_refused_and_not_shown() {
    let place = tempfile::tempdir().unwrap();
    for content in [
        "[[target]]\nhost = \"h\"\nuser = \"u\"\npassword = \"hunter2\"\n",
        "[[target]]\nhost = \"ftp://u:hunter2@h/\"\n",
        "[defaults]\npassword = \"hunter2\"\n[[target]]\nhost = \"h\"\n",
        "[[target]]\nhost = \"h\"\npassword = hunter2\n",
    ] {
        fs::write(place.path().join("list.toml"), content).unwrap();
        let output = run(&place, &["list.toml"]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[test]
fn options_that_do_not_go_together() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("list.toml"), "[[target]]\nhost = \"127.0.0.1\"\n").unwrap();
    for args in [
        &["list.toml", "--resume"][..],
        &["list.toml", "--resume", "--output", "o.txt"],
        &["list.toml", "--save", "f.json"],
        &["list.toml", "--baseline", "none.json"],
        &["list.toml", "--jobs", "0"],
    ] {
        ends_with(&run(&place, args), 2);
    }
}

#[test]
fn every_target_is_told_with_its_label_and_the_exit_code_is_that_of_all() {
    let healthy = serve(DemoBehaviour::default());
    let blocked = serve(DemoBehaviour {
        pasv: DemoPassive::Blocked,
        epsv: DemoPassive::Blocked,
        ..DemoBehaviour::default()
    });
    let closed = {
        let (listener, address) = mute();
        drop(listener);
        address
    };
    let place = tempfile::tempdir().unwrap();
    let list = |body: String| fs::write(place.path().join("list.toml"), body).unwrap();
    let (good, bad) = (healthy.address, blocked.address);
    list(format!("[[target]]\nhost = \"{good}\"\nlabel = \"good\"\n"));
    let out = ends_with(&run(&place, &["list.toml"]), 0);
    assert!(out.contains("HEALTHY") && out.contains("good"), "{out}");
    list(format!(
        "[defaults]\nmodes = \"pasv,port\"\ntimeout = \"3s\"\n\
         [[target]]\nhost = \"{good}\"\nlabel = \"good\"\n\
         [[target]]\nhost = \"{bad}\"\nlabel = \"bad\"\nexpect = [\"passive=blocked\"]\n\
         [[target]]\nhost = \"{closed}\"\nlabel = \"closed\"\n"
    ));
    let out = ends_with(&run(&place, &["list.toml", "--json"]), 1);
    let json: Value = serde_json::from_str(&out).unwrap();
    let schema: Value = serde_json::from_slice(&ftp_doctor::check_schema().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let told: Vec<(&str, u64)> = json["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["label"].as_str().unwrap(), t["exit_code"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [("good", 0), ("bad", 0), ("closed", 3)]);
    assert_eq!(json["summary"]["expectations_met"], 1);
    assert_eq!(json["summary"]["unreachable"], 1);
    list(format!("[[target]]\nhost = \"{closed}\"\n"));
    ends_with(&run(&place, &["list.toml"]), 3);
}

#[test]
fn a_line_for_each_as_it_ends_and_lines_from_standard_input() {
    let quick = serve(DemoBehaviour::default());
    let (_held, slow) = mute();
    let place = tempfile::tempdir().unwrap();
    let mut child = command(&place, &["-", "--format", "jsonl", "--deadline", "4s"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let list = format!("# two\n{slow}  the slow one\n{}\n", quick.address);
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    let at = began.elapsed();
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["target"]["input"], quick.address.to_string());
    assert_eq!(first["schema"], "ftp-doctor.report/1");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(lines(&rest).len(), 1);
    assert!(began.elapsed() > at + Duration::from_millis(500), "told only at the end");
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

/// A server that counts how many sessions it has at once; each says 421 after a while.
fn counting() -> (std::net::SocketAddr, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (most, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (seen, count) = (Arc::clone(&most), Arc::clone(&all));
    std::thread::spawn(move || {
        let now = Arc::new(AtomicUsize::new(0));
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            count.fetch_add(1, Ordering::SeqCst);
            let inside = now.fetch_add(1, Ordering::SeqCst) + 1;
            seen.fetch_max(inside, Ordering::SeqCst);
            let now = Arc::clone(&now);
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(30));
                let _ = stream.write_all(b"220 hello\r\n");
                let mut line = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut line).is_ok_and(|n| n > 0) && line != "QUIT\r\n" {
                    let _ = stream.write_all(b"530 no\r\n");
                    line.clear();
                }
                // Whoever hears the answer to QUIT may send the next one at once.
                now.fetch_sub(1, Ordering::SeqCst);
                let _ = stream.write_all(b"221 bye\r\n");
            });
        }
    });
    (address, most, all)
}

#[test]
fn one_server_has_one_guest_at_a_time() {
    let (address, most, all) = counting();
    let place = tempfile::tempdir().unwrap();
    let mut list = String::new();
    for number in 0..8 {
        list.push_str(&format!("[[target]]\nhost = \"{address}\"\nlabel = \"n{number}\"\n"));
    }
    fs::write(place.path().join("list.toml"), list).unwrap();
    let out = ends_with(&run(&place, &["list.toml", "--format", "jsonl"]), 3);
    assert_eq!(lines(&out).len(), 8);
    assert!(all.load(Ordering::SeqCst) >= 8);
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn an_interrupt_keeps_what_there_is_and_resume_goes_on() {
    let quick = serve(DemoBehaviour::default());
    let (_held, slow) = mute();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("out.jsonl");
    let list = format!("[[target]]\nhost = \"{}\"\n[[target]]\nhost = \"{slow}\"\n", quick.address);
    fs::write(place.path().join("list.toml"), &list).unwrap();
    let args = ["list.toml", "--format", "jsonl", "--output", "out.jsonl", "--resume"];
    let mut child = command(&place, &args).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(&path).is_ok_and(|t| t.ends_with('\n')) {
        assert!(Instant::now() < until, "no result");
        std::thread::sleep(Duration::from_millis(20));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let before = lines(&fs::read_to_string(&path).unwrap());
    assert_eq!(before.len(), 2);
    assert_eq!(before[1]["exit_code"], 130, "the running one has its report");
    // A line that was cut off, as by a crash.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"schema\":\"ftp-doctor.rep").unwrap();
    let mut more = args.to_vec();
    more.extend(["--deadline", "2s"]);
    ends_with(&run(&place, &more), 5);
    let after = lines(&fs::read_to_string(&path).unwrap());
    assert_eq!(after.len(), 2);
    assert_eq!(after[0], before[0], "what was finished is not run again");
    assert_eq!(after[1]["target"]["input"], slow);
    assert_ne!(after[1]["exit_code"], 130);
    // A file of something else is not overwritten.
    fs::write(&path, "not ours\n").unwrap();
    ends_with(&run(&place, &args), 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), "not ours\n");
}

#[test]
fn what_changed_since_the_baseline() {
    let place = tempfile::tempdir().unwrap();
    let healthy = serve(DemoBehaviour::default());
    let address = healthy.address;
    let list = format!("[[target]]\nhost = \"{address}\"\nlabel = \"it\"\nmodes = \"pasv\"\n");
    fs::write(place.path().join("list.toml"), list).unwrap();
    let base = ["list.toml", "--format", "jsonl", "--output", "base.jsonl"];
    ends_with(&run(&place, &base), 0);
    let with =
        |format: &str| run(&place, &["list.toml", "--baseline", "base.jsonl", "--format", format]);
    let json: Value = serde_json::from_str(&ends_with(&with("json"), 0)).unwrap();
    assert_eq!(json["changes"][0]["change"], "same", "{}", json["changes"]);
    drop(healthy);
    let out = ends_with(&with("text"), 3);
    assert!(out.contains("Since the baseline"), "{out}");
    assert!(out.contains("healthy → unreachable"), "{out}");
    let json: Value = serde_json::from_str(&ends_with(&with("json"), 3)).unwrap();
    assert_eq!(json["changes"][0]["change"], "changed");
    assert_eq!(json["changes"][0]["label"], "it");
}

#[test]
fn a_baseline_is_a_strangers_text() {
    const WORST: &str = "\u{1b}[2J**b** <img src=x> [l](http://e) @root\u{7}";
    let place = tempfile::tempdir().unwrap();
    let (held, closed) = mute();
    drop(held);
    let list = format!("[[target]]\nhost = \"{closed}\"\nlabel = \"it\"\n");
    fs::write(place.path().join("list.toml"), list).unwrap();
    let base = ["list.toml", "--format", "jsonl", "--output", "base.jsonl"];
    ends_with(&run(&place, &base), 3);
    let path = place.path().join("base.jsonl");
    let mut report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    report["target"]["input"] = WORST.into();
    fs::write(&path, serde_json::to_vec(&report).unwrap()).unwrap();
    for format in ["text", "markdown", "json"] {
        let out = run(&place, &["list.toml", "--baseline", "base.jsonl", "--format", format]);
        let out = ends_with(&out, 3);
        assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{out:?}");
        assert!(out.contains("[2J"), "{out}");
        if format == "markdown" {
            let said = out.lines().find(|line| line.contains("2J")).unwrap();
            assert!(said.starts_with("- **"), "{said}");
            for mark_up in ["**b", " <img", " [l]", "(http://", "@root"] {
                assert!(!said.contains(mark_up), "{mark_up} in {said}");
            }
        }
    }
}

#[test]
fn secrets_stay_out_of_all_output() {
    let place = tempfile::tempdir().unwrap();
    let (address, _, _) = counting();
    fs::write(place.path().join("pw"), "sesame-file\n").unwrap();
    let list = format!(
        "[[target]]\nhost = \"{address}\"\nuser = \"a\"\npassword_env = \"PW\"\n\
         [[target]]\nhost = \"{address}\"\nlabel = \"two\"\nuser = \"b\"\npassword_file = \"pw\"\n"
    );
    fs::write(place.path().join("list.toml"), list).unwrap();
    for format in ["text", "json", "jsonl"] {
        let output = command(&place, &["list.toml", "-v", "--format", format])
            .env("PW", "sesame-env")
            .output()
            .unwrap();
        let all = ends_with(&output, 3) + &text(&output.stderr);
        assert!(!all.contains("sesame"), "{all}");
    }
}
