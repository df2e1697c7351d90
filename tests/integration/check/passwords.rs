//! Which password goes to whom.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use super::{command, ends_with, run, text};

/// A server that refuses every login and keeps what was said as password.
fn hears() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"220 ready\r\n");
            for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
                let reply = if let Some(password) = line.strip_prefix("PASS ") {
                    kept.lock().unwrap().push(password.to_owned());
                    "530 no\r\n"
                } else if line.starts_with("USER") {
                    "331 password\r\n"
                } else {
                    "500 no\r\n"
                };
                let _ = stream.write_all(reply.as_bytes());
            }
        }
    });
    (address, heard)
}

#[test]
fn the_password_of_a_user_is_not_said_as_a_guest() {
    let place = tempfile::tempdir().unwrap();
    let (guest, guests) = hears();
    let (own, named) = hears();
    fs::write(place.path().join("pw"), "hunter2\n").unwrap();
    for default in ["password_env = \"PW\"", "password_file = \"pw\""] {
        let list = format!(
            "[defaults]\n{default}\n[[target]]\nhost = \"{guest}\"\n\
             [[target]]\nhost = \"{own}\"\nuser = \"alice\"\n"
        );
        fs::write(place.path().join("list.toml"), list).unwrap();
        let output = command(&place, &["list.toml"]).env("PW", "hunter2").output().unwrap();
        ends_with(&output, 3);
    }
    fs::write(place.path().join("lines"), format!("{guest}\n")).unwrap();
    let mut child = command(&place, &["--password-file", "pw", "-"]);
    child.stdin(fs::File::open(place.path().join("lines")).unwrap());
    ends_with(&child.output().unwrap(), 3);
    let (guests, named) = (guests.lock().unwrap(), named.lock().unwrap());
    assert!(guests.len() >= 3 && !guests.iter().any(|p| p == "hunter2"), "{guests:?}");
    assert!(named.len() >= 2 && named.iter().all(|p| p == "hunter2"), "{named:?}");
}

#[test]
fn the_password_of_one_run_is_not_said_to_a_whole_list() {
    let place = tempfile::tempdir().unwrap();
    let (unnamed, unasked) = hears();
    let (own, named) = hears();
    fs::write(place.path().join("pw"), b"\xef\xbb\xbfsesame\r\n").unwrap();
    let (marked, from_file) = hears();
    let list = format!(
        "[[target]]\nhost = \"{unnamed}\"\nuser = \"alice\"\n\
         [[target]]\nhost = \"{own}\"\nuser = \"alice\"\npassword_env = \"FTP_DOCTOR_PASSWORD\"\n\
         [[target]]\nhost = \"{marked}\"\nuser = \"alice\"\npassword_file = \"pw\"\n"
    );
    fs::write(place.path().join("list.toml"), list).unwrap();
    let output =
        command(&place, &["list.toml"]).env("FTP_DOCTOR_PASSWORD", "hunter2").output().unwrap();
    ends_with(&output, 3);
    let said = |heard: &Mutex<Vec<String>>, what: &str| {
        let heard = heard.lock().unwrap();
        !heard.is_empty() && heard.iter().all(|password| password == what)
    };
    assert!(!unasked.lock().unwrap().iter().any(|p| p == "hunter2"));
    assert!(said(&named, "hunter2"), "{named:?}");
    // The mark that editors of Windows put before a text is no part of it.
    assert!(said(&from_file, "sesame"), "{from_file:?}");
}

#[test]
fn a_list_is_not_overwritten_and_twins_are_not_confused() {
    let place = tempfile::tempdir().unwrap();
    let list = "[[target]]\nhost = \"127.0.0.1\"\nport = 1\nlabel = \"a\"\n\
                [[target]]\nhost = \"127.0.0.1\"\nport = 1\nlabel = \"b\"\n";
    fs::write(place.path().join("list.toml"), list).unwrap();
    let output = run(&place, &["list.toml", "--format", "jsonl", "--output", "list.toml"]);
    ends_with(&output, 2);
    assert!(text(&output.stderr).contains("overwrite"), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(place.path().join("list.toml")).unwrap(), list);
    let resumed = ["list.toml", "--format", "jsonl", "--output", "out", "--resume"];
    let output = run(&place, &resumed);
    ends_with(&output, 2);
    assert!(text(&output.stderr).contains("cannot be told apart"), "{}", text(&output.stderr));
}
