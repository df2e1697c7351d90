//! What a server may expect of a client that only wants to know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::case::{HEALTHY, UNKNOWN, case, play};
use super::server::{Act, Rules, Server, say, wait};
use crate::support::binary::BINARY;
use crate::support::process;

/// Verbs that begin a transfer.
const TRANSFERS: &[&str] = &["LIST", "NLST", "MLSD", "RETR"];

/// Waits until the server has nothing more to see, and tells what it saw of each session.
fn sessions(server: &Server) -> Vec<Vec<String>> {
    // What the client wrote last may still be on its way to the thread that reads it.
    std::thread::sleep(Duration::from_millis(300));
    server.seen().sessions.clone()
}

/// Sessions without a goodbye, and transfers that were begun, not ended by us, and not aborted.
fn left_behind(sessions: &[Vec<String>], unfinished: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, session) in sessions.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
        let has = |verb: &str| session.iter().any(|c| c.split(' ').next() == Some(verb));
        if !has("QUIT") {
            wrong.push(format!("session {number} without QUIT: {session:?}"));
        }
        if unfinished && TRANSFERS.iter().any(|verb| has(verb)) && !has("ABOR") {
            wrong.push(format!("session {number} without ABOR: {session:?}"));
        }
    }
    wrong
}

fn quiet(rules: Vec<Rules>) -> Server {
    Server::start(rules, &Arc::default())
}

fn ends_in_order(name: &str, rules: Vec<Rules>, args: &[&str], unfinished: bool) {
    let server = quiet(rules);
    let target = server.address.to_string();
    let ran = process::run(&[&["--json"], args, &[target.as_str()]].concat());
    assert!(matches!(ran.code, Some(0..=3 | 5)), "{name}: {:?} {}", ran.code, ran.stderr);
    let wrong = left_behind(&sessions(&server), unfinished);
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

#[test]
fn every_session_ends_with_a_goodbye() {
    ends_in_order("healthy", vec![Rules::new()], &[], false);
    let refuses = |verbs: &[&'static str]| -> Rules {
        verbs.iter().map(|verb| (*verb, vec![say("500 No.")])).collect()
    };
    ends_in_order("no PASV", vec![refuses(&["PASV", "EPSV"])], &[], false);
    ends_in_order("no mode", vec![refuses(&["PASV", "EPSV", "PORT", "EPRT"])], &[], false);
    ends_in_order("no login", vec![refuses(&["PASS"])], &[], false);
    ends_in_order("no listing", vec![refuses(&["LIST", "NLST", "MLSD"])], &[], false);
}

#[test]
fn a_transfer_that_stalls_is_aborted() {
    let stalls: Rules = [("LIST", vec![say("150 Go."), Act::Open, wait(30_000)])].into();
    // The wait is over when the client gives up, and again when the run does.
    for args in [["--deadline", "9s", "--modes", "pasv"], ["--deadline", "2s", "--modes", "pasv"]] {
        let server = quiet(vec![stalls.clone()]);
        let target = server.address.to_string();
        let ran = process::run(&[&["--json"][..], &args, &[target.as_str()]].concat());
        assert!(matches!(ran.code, Some(0..=3 | 5)), "{:?} {}", ran.code, ran.stderr);
        // Such a server reads nothing while it waits; the bytes are there all the same.
        let heard = server.heard();
        assert!(heard.contains("ABOR") && heard.contains("QUIT"), "{args:?}: {heard:?}");
    }
}

#[test]
fn a_deadline_in_mid_session_ends_with_a_goodbye() {
    for verb in ["USER", "PASS", "FEAT", "PASV", "LIST"] {
        let slow: Rules = [(verb, vec![Act::Hang])].into();
        let server = quiet(vec![slow]);
        let target = server.address.to_string();
        let ran = process::run(&["--json", "--deadline", "2s", &target]);
        assert!(matches!(ran.code, Some(0..=3 | 5)), "{verb}: {:?} {}", ran.code, ran.stderr);
        let heard = server.heard();
        assert!(heard.ends_with("QUIT\r\n"), "{verb}: {heard:?}");
    }
}

#[test]
fn a_server_that_says_too_many_is_left_alone() {
    let name = |what: &str| format!("{what}, from the second login on");
    let door = |text: &str| case(name(text)).then().at("greeting", &[say(text), Act::Close]);
    let pass = |text: &str| case(name(text)).then().at("PASS", &[say(text)]);
    play(
        "turned away",
        &[
            door("421 Too many connections").accept(&[HEALTHY, UNKNOWN]).logins(4),
            door("421 Service not available").accept(&[HEALTHY, UNKNOWN]).logins(4),
            pass("530 Too many users, try later").accept(&[HEALTHY, UNKNOWN]).logins(4),
            pass("421 Login limit reached").accept(&[HEALTHY, UNKNOWN]).logins(4),
            pass("530 Login incorrect").accept(&[HEALTHY, UNKNOWN]).logins(2),
            case("421 at once")
                .at("greeting", &[say("421 Too many connections"), Act::Close])
                .accept(&["too-many-connections"])
                .logins(1),
            case("530 at once")
                .at("PASS", &[say("530 Login incorrect")])
                .accept(&["login-rejected"])
                .logins(1),
            case("closes before the greeting, from the second login on")
                .then()
                .at("greeting", &[Act::Close])
                .accept(&[HEALTHY, UNKNOWN])
                .logins(7),
            case("RST before the greeting, from the second login on")
                .then()
                .at("greeting", &[Act::Rst])
                .accept(&[HEALTHY, UNKNOWN])
                .logins(7),
        ],
        &Arc::default(),
    );
}

/// After its first login the server's port is shut, as by fail2ban.
#[test]
fn a_ban_is_not_knocked_at_for_long() {
    for (word, backlog) in [("refused", None), ("silent", Some(()))] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let thread = {
            let done = Arc::clone(&done);
            std::thread::spawn(move || {
                let (stream, _) = listener.accept().unwrap();
                // Whoever comes from now on meets a full queue, or nobody.
                let kept = backlog.map(|()| full(&listener));
                let listener = backlog.map(|()| listener);
                one_session(&stream);
                while !done.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                drop((kept, listener));
            })
        };
        let began = Instant::now();
        let ran = process::run(&["--json", &at.to_string()]);
        let took = began.elapsed();
        done.store(true, Ordering::Relaxed);
        thread.join().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(report["verdict"], "incomplete", "{word}: {report}");
        // One row of knocks at a silent port, three at one that refuses.
        assert!(took < Duration::from_secs(14), "{word}: {took:?}");
    }
}

/// Fills the queue of a listener, so that further SYNs are dropped.
fn full(listener: &std::net::TcpListener) -> Vec<std::net::TcpStream> {
    let at = listener.local_addr().unwrap();
    socket2::SockRef::from(listener).listen(0).unwrap();
    let mut kept = Vec::new();
    while let Ok(filler) = std::net::TcpStream::connect_timeout(&at, Duration::from_millis(60)) {
        kept.push(filler);
        assert!(kept.len() < 64, "the queue is never full on this system");
    }
    kept
}

/// A healthy login with one listing.
fn one_session(mut stream: &std::net::TcpStream) {
    use std::io::{BufRead as _, BufReader, Write as _};
    let _ = stream.write_all(b"220 Ready.\r\n");
    let mut data: Option<std::net::TcpListener> = None;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        let reply = match line.split(' ').next().unwrap_or_default() {
            "USER" => "331 Password?".to_owned(),
            "PASS" => "230 In.".to_owned(),
            "PASV" | "EPSV" => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
                let port = listener.local_addr().unwrap().port();
                data = Some(listener);
                if line == "EPSV" {
                    format!("229 (|||{port}|)")
                } else {
                    format!("227 (127,0,0,1,{},{})", port >> 8, port & 255)
                }
            }
            "LIST" => {
                let _ = stream.write_all(b"150 Go.\r\n");
                if let Some(listener) = data.take() {
                    let (mut data, _) = listener.accept().unwrap();
                    let _ = data.write_all(b"a.txt\r\n");
                }
                "226 Done.".to_owned()
            }
            "QUIT" => {
                let _ = stream.write_all(b"221 Bye.\r\n");
                return;
            }
            _ => "200 Fine.".to_owned(),
        };
        let _ = stream.write_all(format!("{reply}\r\n").as_bytes());
    }
}

/// Every listening socket of the demo is on loopback.
#[test]
fn the_demo_listens_on_loopback_alone() {
    let mut child = std::process::Command::new(BINARY)
        .args(["demo", "control-silent", "--json", "--deadline", "4s"])
        .env_clear()
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    while child.try_wait().unwrap().is_none() {
        seen.extend(listening(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(!seen.is_empty(), "the demo was never seen to listen");
    let elsewhere: Vec<&String> =
        seen.iter().filter(|at| !at.starts_with("0100007F:") && at.as_str() != LOOPBACK6).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

const LOOPBACK6: &str = "00000000000000000000000001000000";

/// Local addresses of a process' listening sockets, as `/proc/net/tcp` writes them.
fn listening(process: u32) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let sockets: Vec<String> = folder
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.trim_end_matches(']').to_owned())
        })
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = std::fs::read_to_string(format!("/proc/{process}/net/{table}"));
        for line in text.unwrap_or_default().lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields[..]
                && sockets.iter().any(|socket| socket == inode)
            {
                let local = if table == "tcp6" { local.split(':').next().unwrap() } else { local };
                found.push(local.to_owned());
            }
        }
    }
    found
}

/// Whatever can be asked for at once, at servers that give a reason for every comparison there is.
#[test]
fn no_plan_has_more_than_its_logins() {
    let everything = &["--idle", "1s", "--get", "a.txt", "--dial-advertised", "--timeout", "3s"];
    let any = &[
        HEALTHY,
        UNKNOWN,
        "passive-port-refused",
        "passive-port-hole",
        "passive-address-mismatch",
        "passive-address-unroutable",
        "data-reaches-another-server",
        "epsv-blocked",
        "data-closed-early",
        "listing-refused",
        "transfer-stalls",
        "firewall-blocks-active",
        "control-idle-dropped",
        "path-mtu-black-hole",
    ];
    let dead = |reply: &str| vec![Act::ListenNot, say(reply)];
    let every_other = (0..7).fold(case("every other port is dead").args(everything), |case, _| {
        case.at("PASV", &dead("227 ({p})")).then_healthy()
    });
    let now_and_then = (0..6).fold(case("every third login works").args(everything), |case, _| {
        case.at("LIST", &[say("425 Not now.")])
            .then()
            .at("LIST", &[say("150 Go."), Act::Open, Act::DataRst, say("426 Broken off.")])
            .then_healthy()
            .then()
    });
    play(
        "worst plans",
        &[
            every_other.deadline(25).accept(any),
            now_and_then.deadline(25).accept(any),
            case("elsewhere, dead")
                .args(everything)
                .at("PASV", &[say("227 ({decoy})")])
                .at("EPSV", &dead("229 (|||{port}|)"))
                .at_each(&["PORT", "EPRT"], &[say("425 No.")])
                .deadline(25)
                .decoyed()
                .accept(any)
                .accept(&["active-disabled"]),
            case("a file that never ends well")
                .args(everything)
                .at("RETR", &[say("150 Go."), Act::Open, Act::DataRst, say("426 Broken off.")])
                .at("NOOP", &[Act::Close])
                .deadline(40)
                .accept(any),
        ],
        &Arc::default(),
    );
}
