//! The program against servers that say exactly what a script says: healthy ones with odd manners,
//! which must stay healthy, and sick ones, whose cause must be named or honestly left open.
//!
//! A case that fails because of the program has an `// expected:` with the reason.

use std::io::{ErrorKind, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use serde_json::Value;

use crate::support::script::ScriptServer;
use crate::support::scripted::{self, ANNOUNCE, Run, TAKE, USUAL, abstract_of, play_all};

/// Cases played at once; most of their time is waiting.
const AT_ONCE: usize = 10;
const DATA: &str = r"
S: 150 Here it comes.
D: send -rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\r\n
D: close
S: 226 Done.
";

/// A passive session; `data` is what follows the connection.
fn passive(data: &str) -> String {
    format!("S: 220 Ready.\n{ANNOUNCE}C: LIST\nD: accept d\n{data}")
}

/// An active session; `data` is what follows LIST.
fn active(data: &str) -> String {
    format!("S: 220 Ready.\n{TAKE}C: LIST\n{data}")
}

/// Lines of a script, put together.
fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// A line for each byte, a moment between them.
fn drip(text: &str) -> String {
    lines(text.bytes().map(|byte| format!("R: \\x{byte:02x}\nW: 2ms")))
}

struct Case {
    name: &'static str,
    script: String,
    args: Vec<&'static str>,
    exit: i32,
    verdict: &'static str,
    first: Option<&'static str>,
    never: Vec<&'static str>,
    says: Vec<&'static str>,
    outcomes: Vec<(&'static str, &'static str)>,
}

/// A case whose sessions are all alike, healthy until said otherwise.
fn case(name: &'static str, own: &str, session: &str) -> Case {
    sessions(name, own, session, session)
}

/// A case whose first session differs from the others.
fn sessions(name: &'static str, own: &str, first: &str, others: &str) -> Case {
    Case {
        name,
        script: scripted::script(own, first, others),
        args: Vec::new(),
        exit: 0,
        verdict: "healthy",
        first: None,
        never: Vec::new(),
        says: Vec::new(),
        outcomes: Vec::new(),
    }
}

impl Case {
    fn args(mut self, args: &[&'static str]) -> Self {
        self.args.extend(args);
        self
    }

    fn modes(self, modes: &'static str) -> Self {
        self.args(&["--modes", modes])
    }

    /// Logged in, no mode works; the first problem, or none that is known.
    fn broken(mut self, first: Option<&'static str>) -> Self {
        (self.exit, self.verdict, self.first) = (1, "broken", first);
        self
    }

    fn degraded(mut self, first: &'static str) -> Self {
        (self.exit, self.verdict, self.first) = (1, "degraded", Some(first));
        self
    }

    /// Passive mode works, active mode does not; the first warning.
    fn limited(mut self, first: &'static str) -> Self {
        (self.exit, self.verdict, self.first) = (0, "limited", Some(first));
        self
    }

    /// Too little was measured, and nobody is blamed.
    fn incomplete(mut self) -> Self {
        (self.exit, self.verdict, self.first) = (5, "incomplete", None);
        self
    }

    fn unreachable(mut self, first: Option<&'static str>) -> Self {
        (self.exit, self.verdict, self.first) = (3, "unreachable", first);
        self
    }

    /// Only what must not be said is checked: what would be right is left to the program.
    fn unsettled(mut self) -> Self {
        self.verdict = "";
        self
    }

    /// A cause that must not be named.
    fn never(mut self, cause: &'static str) -> Self {
        self.never.push(cause);
        self
    }

    /// Words that must not stand in the report.
    fn says_not(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    fn outcome(mut self, mode: &'static str, outcome: &'static str) -> Self {
        self.outcomes.push((mode, outcome));
        self
    }

    /// Plays it and tells all that is wrong.
    fn play(&self) -> Vec<String> {
        let server = ScriptServer::start(&self.script).unwrap();
        let target = server.address().to_string();
        let run = run(&target, "--json", &self.args);
        let mut wrong = run.wrong;
        let Ok(report) = serde_json::from_slice::<Value>(&run.stdout) else {
            wrong.push(format!("no JSON: {}", String::from_utf8_lossy(&run.stdout)));
            return wrong;
        };
        let settled = !self.verdict.is_empty();
        if settled && (run.exit != self.exit || report["exit_code"] != self.exit) {
            wrong.push(format!("exit code {}, not {}", run.exit, self.exit));
        }
        if settled && report["verdict"] != self.verdict {
            wrong.push(format!("verdict {}, not {}", report["verdict"], self.verdict));
        }
        let findings = report["findings"].as_array().unwrap();
        let severity = if self.verdict == "limited" { "warning" } else { "problem" };
        let problem =
            findings.iter().find(|f| f["severity"] == severity).map(|f| f["cause"].clone());
        if settled && problem != self.first.map(Value::from) {
            wrong.push(format!("first problem {problem:?}, not {:?}", self.first));
        }
        let named = |cause: &str| findings.iter().any(|f| f["cause"] == cause);
        wrong.extend(self.never.iter().filter(|c| named(c)).map(|c| format!("names {c}")));
        let whole = report.to_string();
        wrong.extend(self.says.iter().filter(|w| whole.contains(**w)).map(|w| format!("says {w}")));
        let attempts = report["attempts"].as_array().unwrap();
        for entry in attempts.iter().filter(|a| a["purpose"] == "mode") {
            let told = self.outcomes.iter().find(|(mode, _)| entry["mode"] == *mode);
            // Where all is healthy every mode that was asked for works, if nothing else is told.
            let wanted = told.map(|(_, o)| *o).or((self.verdict == "healthy").then_some("open"));
            if wanted.is_some_and(|outcome| entry["outcome"] != outcome) {
                wrong.push(format!("{} is {}", entry["mode"], entry["outcome"]));
            }
        }
        if !wrong.is_empty() {
            wrong.push(abstract_of(&report));
            wrong.push(format!("--- transcript\n  {}", server.transcript().join("\n  ")));
        }
        wrong
    }
}

/// The program on its own, without a password.
fn run(target: &str, output: &str, args: &[&str]) -> Run {
    Run::of(target, &[&[output], args].concat(), &[], None)
}

/// Plays cases, some at once, and tells all that is wrong.
fn play(cases: &[Case]) {
    play_all(cases, AT_ONCE, |case| case.name, Case::play);
}

const PASSIVE: &str = "pasv,epsv";

/// Both directions: two passive sessions, then active ones.
fn all_modes(name: &'static str, own: &str, passive: &str, active: &str) -> Case {
    sessions(
        name,
        own,
        passive,
        &format!("{passive}\n== session 3\n{active}\n== session *\n{active}"),
    )
    .numbered()
}

impl Case {
    /// The second session of [`all_modes`] is a single one.
    fn numbered(mut self) -> Self {
        self.script = self.script.replacen("== session *", "== session 2", 1);
        self
    }
}

fn knocks(data: &str) -> String {
    active(&format!("D: connect\n{data}"))
}

#[test]
fn odd_words_at_the_door_are_healthy() {
    let usual = passive(DATA);
    let greeted = |greeting: &str| usual.replacen("S: 220 Ready.", greeting, 1);
    play(&[
        all_modes("nothing odd at all", "", &usual, &knocks(DATA))
            .outcome("pasv", "open")
            .outcome("eprt", "open"),
        case(
            "inner digits",
            "",
            &greeted(
                "S: 220-Welcome\nS: 221 is no end\nR: \\x20220 nor is this\\r\\n\nS: 220-\nS: 220 Ready.",
            ),
        )
        .modes(PASSIVE),
        case("120, then 220", "", &greeted("S: 120 Soon.\nW: 300ms\nS: 220 Now.")).modes(PASSIVE),
        case("slow greeting", "", &greeted("W: 4s\nS: 220 Good morning.")).modes("pasv"),
        // expected: what follows the end of the greeting is no answer to USER either.
        case("a banner that ends early", "", &greeted("S: 220-Welcome\nS: 220 to us\nS: 220 Ready."))
            .modes(PASSIVE),
        // expected: replies that came before a command was sent are no answer to it.
        case("two greetings", "", &greeted("S: 220 The proxy.\nS: 220 The server.")).modes(PASSIVE),
        case("230 to USER", "A: USER * => 230 No password needed.", &usual).modes(PASSIVE),
        case("202 to PASS", "A: PASS * => 202 Superfluous.", &usual).modes(PASSIVE),
        case("no FEAT", "A: FEAT => 500 What?", &usual).modes(PASSIVE),
        case("PWD 550, TYPE 504", "A: PWD => 550 No.\nA: TYPE A => 504 No.", &usual).modes(PASSIVE),
        case(
            "STAT in many lines",
            "A: STAT => 211-Status\\n Connected to 127.0.0.1\\n 212 no\\n211 End",
            &usual,
        )
        .modes(PASSIVE),
        // expected: the second reply to TYPE is no answer to PASV.
        case("two replies to TYPE", "A: TYPE A => 200 Type is A.\\n200 Really.", &usual)
            .modes(PASSIVE),
        case("QUIT unanswered", "", &format!("{usual}\nC: QUIT\nX: hang")).modes("pasv"),
    ]);
}

#[test]
fn odd_manners_in_the_survey_are_healthy() {
    let usual = passive(DATA);
    let closes = |verb: &str| format!("S: 220 Ready.\nC: {verb}\nX: close");
    let slow = "S: 220 Ready.\nC: USER *\nW: 5s\nS: 331 Password?\n";
    let late = "S: 220 Ready.\nC: STAT\nW: 14s\nS: 211 At last.\n";
    let slow_bytes = lines(
        ["331 Password?", "230 In.", "211 None.", "215 UNIX", "211 Ok.", "257 /", "200 A."]
            .iter()
            .zip(["USER *", "PASS *", "FEAT", "SYST", "STAT", "PWD", "TYPE A"])
            .map(|(reply, verb)| format!("C?: {verb}\n{}", drip(&format!("{reply}\r\n")))),
    );
    let dripping = format!(
        "{}{slow_bytes}D: listen d\nC: EPSV\nS: 229 (|||{{d.port}}|)\nC: LIST\nD: accept d\n{}{}{}",
        drip("220-Ready\r\n220 or not\r\n"),
        drip("150 Comes\r\n"),
        "D: send a.txt\\r\\n\nD: close\n",
        drip("226 Done\r\n"),
    );
    play(&[
        sessions("hangs up at STAT", "", &closes("STAT"), &usual).modes(PASSIVE),
        sessions("hangs up at SYST", "", &closes("SYST"), &usual).modes(PASSIVE),
        sessions("hangs up at FEAT", "", &closes("FEAT"), &usual).modes(PASSIVE),
        // expected: a reply to STAT that comes after its wait is no answer to PASV.
        sessions(
            "STAT answered too late",
            "",
            &format!("{late}{ANNOUNCE}C: LIST\nD: accept d\n{DATA}"),
            &usual,
        )
        .modes("pasv"),
        case("slow login", "", &usual.replacen("S: 220 Ready.", slow, 1)).modes(PASSIVE),
        case("one byte at a time", "", &dripping).modes("epsv").outcome("epsv", "open"),
    ]);
}

#[test]
fn odd_announcements_are_healthy() {
    let pasv = |reply: &str| {
        format!("S: 220 Ready.\nD: listen d\nC: PASV\n{reply}\nC: LIST\nD: accept d\n{DATA}")
    };
    let epsv = |reply: &str| {
        format!("S: 220 Ready.\nD: listen d\nC: EPSV\n{reply}\nC: LIST\nD: accept d\n{DATA}")
    };
    let epsv_refused = |reply: &str| {
        format!(
            "S: 220 Ready.\nD: listen d\nC?: EPSV\nS: {reply}\nC?: PASV\nS: 227 ({{d}})\nC: LIST\nD: accept d\n{DATA}"
        )
    };
    play(&[
        case("227 bare", "", &pasv("S: 227 Entering Passive Mode {d}")).modes("pasv"),
        case("227 with words after", "", &pasv("S: 227 Passive ({d}) until 12,30 today"))
            .modes("pasv"),
        case("227 in lines", "", &pasv("S: 227-Entering\nS:  Passive Mode ({d})\nS: 227 End"))
            .modes("pasv"),
        case("227 with =", "", &pasv("S: 227 Passive ={d}")).modes("pasv"),
        case("229 with !", "", &epsv("S: 229 Entering (!!!{d.port}!)")).modes("epsv"),
        case("229 with an address", "", &epsv("S: 229 Ok (|1|192.0.2.1|{d.port}|)")).modes("epsv"),
        case("200 instead of 227", "", &pasv("S: 200 Passive ({d})")).modes("pasv"),
        case("EPSV 500", "", &epsv_refused("500 Unknown command."))
            .modes(PASSIVE)
            .outcome("epsv", "rejected"),
        case("EPSV 502", "", &epsv_refused("502 Not implemented."))
            .modes(PASSIVE)
            .outcome("epsv", "rejected"),
        case("EPSV 522", "", &epsv_refused("522 Network protocol not supported, use (1)"))
            .modes(PASSIVE)
            .outcome("epsv", "rejected"),
    ]);
}

#[test]
fn odd_transfers_are_healthy() {
    let line = "D: send a.txt\\r\\n\n";
    let both = |name, data: &str| all_modes(name, "", &passive(data), &knocks(data));
    play(&[
        both(
            "226 before the last byte",
            &format!("S: 150 Go\nS: 226 Done\nW: 300ms\n{line}D: close"),
        ),
        both("no 150", &format!("{line}D: close\nS: 226 Done")),
        both("125", &format!("S: 125 Open already\n{line}D: close\nS: 226 Done")),
        both("250 at the end", &format!("S: 150 Go\n{line}D: close\nS: 250 Done")),
        both("empty", "S: 150 Go\nD: close\nS: 226 Done"),
        both(
            "odd words",
            &format!("S: 150\n{line}D: close\nS: 226 425 550 failed, error, refused"),
        ),
        both("hangs up after 226", &format!("S: 150 Go\n{line}D: close\nS: 226 Done\nX: close")),
        both(
            "resets after 226",
            &format!("S: 150 Go\n{line}D: close\nS: 226 Done\nW: 50ms\nX: rst"),
        ),
        both("late 226", &format!("S: 150 Go\n{line}D: close\nW: 4s\nS: 226 Done")),
        both("data reset at its end", &format!("S: 150 Go\n{line}W: 50ms\nD: rst\nS: 226 Done")),
        // expected: all data came, and so did the 226; 3 s later than the reset.
        both(
            "data reset at its end, late 226",
            &format!("S: 150 Go\n{line}W: 50ms\nD: rst\nW: 3s\nS: 226 Done"),
        ),
        both("226 twice", &format!("S: 150 Go\n{line}D: close\nS: 226 Done\nS: 226 Done")),
        both("150 twice", &format!("S: 150 Go\nS: 150 Go\n{line}D: close\nS: 226 Done")),
        both(
            "a slow listing",
            &format!("S: 150 Go\nW: 2s\n{line}W: 2s\n{line}D: close\nS: 226 Done"),
        ),
    ]);
}

#[test]
fn listings_that_are_refused_for_want_of_files_are_healthy() {
    let first = |refusal: &str, data: &str| {
        format!(
            "S: 220 Ready.\nD: listen d\nC: PASV\nS: 227 ({{d}})\nC: LIST\nD: accept d\nS: {refusal}\nD: listen e\nC: PASV\nS: 227 ({{e}})\nC: NLST\nD: accept e\n{data}"
        )
    };
    let others = |data: &str| passive(data).replace("C: LIST", "C: NLST");
    let none = "S: 550 No files found.\nD: close";
    play(&[
        sessions("no LIST", "", &first("500 LIST not understood", DATA), &others(DATA))
            .modes(PASSIVE),
        sessions("no LIST, no files", "", &first("502 No.", none), &others(none)).modes(PASSIVE),
        case("no files, 450", "", &passive("S: 450 No files found.\nD: close")).modes(PASSIVE),
        // expected: in active mode the server needs no connection to say that there is nothing.
        all_modes("no files, active", "", &passive(none), &active("S: 550 No files found."))
            .incomplete()
            .outcome("port", "not-tested")
            .outcome("eprt", "not-tested"),
        // expected: the same with 226 and no connection; nothing is known about the way.
        all_modes(
            "nothing to list, no knock",
            "",
            &passive("S: 150 Go\nD: close\nS: 226 Nothing."),
            &active("S: 226 Nothing to list."),
        )
        .incomplete()
        .outcome("port", "not-tested")
        .outcome("eprt", "not-tested")
        .never("firewall-blocks-active")
        .says_not("connected, 0 B"),
    ]);
}

#[test]
fn doors_that_do_not_open() {
    let end = |text: &str| format!("{text}\nX: close");
    play(&[
        case("421 full", "", &end("S: 421 There are too many connected users, try later."))
            .unreachable(Some("too-many-connections")),
        case("421 plain", "", &end("S: 421 Service not available."))
            .unreachable(Some("control-closed")),
        case("closes at once", "", "X: close").unreachable(Some("control-closed")),
        // expected: a handshake that came to its end is no closed door. Fails now and then: where the
        // RST is there before the end of the handshake is noticed.
        case("resets at once", "", "X: rst").unreachable(Some("control-closed")),
        case("SSH", "", "R: SSH-2.0-OpenSSH_9.2\\r\\n\nX: hang")
            .unreachable(Some("control-not-ftp")),
        case("HTTP", "", &end("R: HTTP/1.0 400 Bad Request\\r\\n\\r\\n"))
            .unreachable(Some("control-not-ftp")),
        case("SMTP", "", "S: 220 mx.example.org ESMTP Postfix\nX: hang")
            .unreachable(Some("control-not-ftp")),
        case("half a greeting", "", &end("R: 22"))
            .unreachable(Some("control-not-ftp"))
            .says_not("proven"),
        // expected: bytes came, so nobody may say that there was silence.
        case(
            "an endless line",
            "",
            &format!("{}\nX: hang", "R: aaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(400)),
        )
        .args(&["--deadline", "5s"])
        .unsettled()
        .says_not("nobody said a word"),
        case("endless lines", "", &format!("{}\nX: hang", "S: 220-more\n".repeat(2000)))
            .unreachable(Some("control-not-ftp")),
        // expected: a greeting that has begun and does not end is no silence.
        case("a greeting drop by drop", "", &"S: 220-more\nW: 500ms\n".repeat(36))
            .unsettled()
            .says_not("nobody said a word"),
    ]);
}

#[test]
fn logins_that_fail() {
    let answer = |name, own: &str| case(name, own, "S: 220 Ready.");
    play(&[
        answer("331 for ever", "A: PASS * => 331 Again.").unreachable(Some("login-rejected")),
        answer("ACCT", "A: PASS * => 332 Account?").unreachable(Some("login-rejected")),
        answer("530", "A: PASS * => 530 Login incorrect.").unreachable(Some("login-rejected")),
        answer("530 to USER", "A: USER * => 530 No anonymous visitors.")
            .unreachable(Some("login-rejected")),
        answer(
            "530 full",
            "A: PASS * => 530 Sorry, the maximum number of clients (3) are already connected.",
        )
        .unreachable(Some("too-many-connections")),
        answer("vsftpd wants TLS", "A: USER * => 530 Non-anonymous sessions must use encryption.")
            .unreachable(Some("tls-required")),
        answer("ProFTPD wants TLS", "A: USER * => 550 SSL/TLS required on the control channel")
            .unreachable(Some("tls-required")),
        answer("IIS wants TLS", "A: PASS * => 534 Policy requires SSL.")
            .unreachable(Some("tls-required")),
        answer("FileZilla wants TLS", "A: USER * => 503 Use AUTH first.")
            .unreachable(Some("tls-required")),
        answer(
            "Pure-FTPd wants TLS",
            "A: USER * => 421 Sorry, cleartext sessions are not accepted on this server.",
        )
        .unreachable(Some("tls-required")),
        // expected: 421 says that the service is not available, nothing about user or password.
        answer(
            "421 to PASS",
            "A: PASS * => 421 Service not available, closing control connection.",
        )
        .unsettled()
        .never("login-rejected"),
        // expected: a server that fails to look the user up (4yz) has judged neither user nor password.
        answer("451 to PASS", "A: PASS * => 451 Local error: user database unavailable.")
            .unsettled()
            .never("login-rejected"),
        case("closes after USER", "", "S: 220 Ready.\nC: USER *\nX: close")
            .unreachable(Some("control-closed")),
        case("resets after PASS", "", "S: 220 Ready.\nC: PASS *\nX: rst")
            .unreachable(Some("control-closed")),
        // expected: the server did not close; what it said is no reply.
        case("garbage after USER", "", "S: 220 Ready.\nC: USER *\nR: \\x00\\x01\\xff what\\r\\n")
            .unreachable(Some("control-not-ftp")),
    ]);
}

#[test]
fn passive_commands_that_are_refused() {
    let refused =
        |reply: &str| format!("S: 220 Ready.\nC?: PASV\nS: {reply}\nC?: EPSV\nS: {reply}");
    let closed = |reply: &str| format!("S: 220 Ready.\nC?: PASV\nS: {reply}\nX: close");
    let both = |name, reply| all_modes(name, "", &refused(reply), &knocks(DATA));
    play(&[
        both("switched off", "550 Permission denied.").degraded("passive-disabled"),
        // expected: 421 ends the service; it does not say that the ports are used up.
        case("421 to PASV", "", &closed("421 Service not available, closing control connection."))
            .modes("pasv")
            .unsettled()
            .never("passive-range-exhausted")
            .never("passive-disabled"),
        // expected: the same after a time-out of the server's own.
        case("421 time-out", "", &closed("421 Timeout."))
            .modes("pasv")
            .unsettled()
            .never("passive-range-exhausted"),
        case("425 to PASV", "", &refused("425 Cannot open passive connection: no more ports."))
            .modes(PASSIVE)
            .broken(Some("passive-range-exhausted")),
        case("no listening port", "", &refused("500 OOPS: vsf_sysutil_bind, maximum number of attempts to find a listening port exceeded"))
            .modes(PASSIVE)
            .broken(Some("passive-range-exhausted")),
        // expected: a server that breaks down has not been set up to refuse.
        case("500 OOPS", "", &closed("500 OOPS: priv_sock_get_cmd"))
            .modes("pasv")
            .unsettled()
            .never("passive-disabled"),
        // expected: whoever asks for TLS has passive mode; `data-tls-required` at most.
        case("TLS for PASV", "", &refused("550 SSL/TLS required on the control channel"))
            .modes(PASSIVE)
            .unsettled()
            .never("passive-disabled"),
        // expected: the login is gone; that is no setting of passive mode.
        case("530 to PASV", "", &refused("530 Please login with USER and PASS."))
            .modes(PASSIVE)
            .unsettled()
            .never("passive-disabled"),
        case("521 to PASV", "", &refused("521 Data connection cannot be opened with this PROT setting."))
            .modes(PASSIVE)
            .unsettled()
            .never("passive-disabled"),
        // expected: EPSV was never tried, so nothing is said about it.
        case("502 to the only command", "", &refused("502 Not implemented."))
            .modes("pasv")
            .unsettled()
            .says_not("PASV and EPSV"),
        case("227 port 0", "", &refused("227 (127,0,0,1,0,0)"))
            .modes("pasv")
            .broken(Some("passive-reply-malformed")),
        case("227 too large", "", &refused("227 (127,0,0,300,4,1)"))
            .modes("pasv")
            .broken(Some("passive-reply-malformed")),
        case("229 port 70000", "", &refused("229 (|||70000|)"))
            .modes("epsv")
            .broken(Some("passive-reply-malformed")),
    ]);
}

#[test]
fn passive_connections_that_fail() {
    let door = |kind: &str, after: &str| {
        format!("S: 220 Ready.\n{}\n{after}", ANNOUNCE.replace("listen", kind))
    };
    let at = |step: &str, end: &str| passive(DATA).replacen(step, &format!("{step}\nX: {end}"), 1);
    play(&[
        case("dropped", "", &door("block", ""))
            .modes(PASSIVE)
            .broken(Some("firewall-blocks-passive")),
        case("refused", "", &door("refuse", ""))
            .modes(PASSIVE)
            .broken(Some("passive-port-refused")),
        // expected: the port was announced and nobody answers there; the 425 that follows is about
        // the connection, not about a lack of ports.
        case(
            "dropped, then 425",
            "",
            &door("block", "W: 500ms\nS: 425 Failed to establish connection."),
        )
        .modes(PASSIVE)
        .broken(Some("firewall-blocks-passive"))
        .never("passive-range-exhausted"),
        // expected: the same with 421.
        case("dropped, then 421", "", &door("block", "W: 500ms\nS: 421 Timeout.\nX: close"))
            .modes(PASSIVE)
            .never("passive-range-exhausted")
            .never("passive-disabled")
            .broken(Some("firewall-blocks-passive")),
        case("closes after PASV", "", "S: 220 Ready.\nC?: PASV\nC?: EPSV\nX: close")
            .modes(PASSIVE)
            .broken(Some("data-closed-early"))
            .says_not("data connection stood"),
        case("closes after LIST", "", &at("D: accept d", "close"))
            .modes(PASSIVE)
            .broken(Some("data-closed-early")),
        case("resets after LIST", "", &at("D: accept d", "rst"))
            .modes(PASSIVE)
            .broken(Some("data-closed-early")),
        case("resets after 150", "", &at("S: 150 Here it comes.", "rst"))
            .modes(PASSIVE)
            .broken(Some("data-closed-early")),
        case("421 after LIST", "", &passive("S: 421 Going down.\nX: close"))
            .modes(PASSIVE)
            .broken(Some("data-closed-early")),
        case("550", "", &passive("S: 550 Permission denied."))
            .modes(PASSIVE)
            .broken(Some("listing-refused")),
        case("425 wrong address", "", &passive("S: 425 Security: Bad IP connecting."))
            .modes(PASSIVE)
            .broken(Some("server-rejects-data-peer")),
        case(
            "425 wrong address at the knock, and a listing that waits for another one",
            "",
            &format!(
                "S: 220 Ready.\n{ANNOUNCE}S: 425 Security: Bad IP connecting.\nD: accept d\n\
                 C: LIST\nS: 150 Go\nD: hang"
            ),
        )
        .modes(PASSIVE)
        .broken(Some("server-rejects-data-peer")),
        // expected: this is `data-tls-required`, or nothing that is known.
        case("522 for want of TLS", "", &passive("S: 522 SSL/TLS required on the data channel"))
            .modes(PASSIVE)
            .unsettled()
            .never("listing-refused"),
        case(
            "data reset half-way",
            "",
            &passive("S: 150 Go\nD: send a.t\nW: 50ms\nD: rst\nS: 426 Broken off"),
        )
        .modes(PASSIVE)
        .broken(Some("data-closed-early")),
        case("stalls half-way", "", &passive("S: 150 Go\nD: send a.t\nD: hang"))
            .modes("pasv")
            .broken(Some("transfer-stalls")),
        case("no 226", "", &passive("S: 150 Go\nD: send a.txt\\r\\n\nD: close"))
            .modes("pasv")
            .args(&["--timeout", "7s"])
            .broken(Some("transfer-stalls")),
        case("huge", "", &passive("S: 150 Go\nD: fill 9000000\nD: close\nS: 226 Done"))
            .modes("pasv")
            .outcome("pasv", "open"),
    ]);
}

#[test]
fn active_connections_that_fail() {
    let refused =
        |reply: &str| format!("S: 220 Ready.\nC?: PORT *\nS: {reply}\nC?: EPRT *\nS: {reply}");
    let broken = |name, session: &str| all_modes(name, "", &passive(DATA), session);
    play(&[
        broken(
            "nobody knocks",
            &active("S: 150 Go\nW: 6s\nS: 425 Cannot build data connection: Connection timed out"),
        )
        .limited("firewall-blocks-active"),
        broken(
            "425 after a refusal",
            &active("S: 425 Can't build data connection: Connection refused."),
        )
        .limited("firewall-blocks-active"),
        // expected: the server could not use its own port 20; no packet left it.
        broken(
            "425, no right to port 20",
            &active("S: 425 Can't bind to data port: Permission denied."),
        )
        .unsettled()
        .never("firewall-blocks-active"),
        // expected: 421 ends the service; that is no firewall.
        broken(
            "421 to PORT",
            &format!(
                "{}\nX: close",
                refused("421 Service not available, closing control connection.")
            ),
        )
        .unsettled()
        .never("firewall-blocks-active"),
        // expected: the same, to LIST.
        broken(
            "421 to LIST",
            &active("S: 421 Service not available, closing control connection.\nX: close"),
        )
        .unsettled()
        .never("firewall-blocks-active"),
        broken("switched off", &refused("550 Permission denied.")).limited("active-disabled"),
        // expected: whoever asks for TLS has active mode.
        broken(
            "521 to PORT",
            &refused("521 Data connection cannot be opened with this PROT setting."),
        )
        .unsettled()
        .never("active-disabled"),
        // expected: nor is a lost login a setting of active mode.
        broken("530 to PORT", &refused("530 Please login with USER and PASS."))
            .unsettled()
            .never("active-disabled"),
        broken("illegal PORT", &refused("500 Illegal PORT command."))
            .limited("client-nat-breaks-active")
            .never("active-disabled"),
        broken(
            "EPRT 522",
            &knocks(DATA).replace("C?: EPRT *\nS: 200 Fine.", "C?: EPRT *\nS: 522 Use (1)"),
        )
        .outcome("eprt", "rejected"),
        broken(
            "a stranger knocks",
            &active("S: 150 Go\nD: connect 127.0.0.2\nW: 200ms\nD: close\nS: 226 Done"),
        )
        .limited("active-source-address-unexpected"),
        // expected: the refusal came before a data connection, so none "stood".
        broken("550 at once", &active("S: 550 Permission denied."))
            .limited("listing-refused")
            .says_not("the data connection stood"),
        // expected: a knock that came, if late, shows that no firewall stops it.
        broken("knocks after 4 s", &active("S: 150 Go\nW: 4s\nD: connect\nW: 6s\nD: close"))
            .unsettled()
            .never("firewall-blocks-active"),
        broken("550", &knocks("S: 550 Permission denied.")).limited("listing-refused"),
        broken("closes after LIST", &active("X: close")).limited("data-closed-early"),
        broken("stalls", &knocks("S: 150 Go\nD: send a\nD: hang")).limited("transfer-stalls"),
    ]);
}

/// A container's proxy hides the client: the server sees an inner address that is not ours.
#[test]
fn a_proxy_in_front_of_the_server_is_not_on_our_side() {
    let own = "A: STAT => 211-Status\\n     Connected to 172.17.0.1\\n211 End";
    let refuses = "S: 220 (vsFTPd 3.0.3)\nC?: PORT 172,17,0,1,*\nS: 200 Fine.\nC?: PORT *\nS: 500 Illegal PORT command.\nC?: EPRT *\nS: 500 Illegal EPRT command.";
    let case = all_modes("a container", own, &passive(DATA), refuses);
    let server = ScriptServer::start(&case.script).unwrap();
    let run = run(&server.address().to_string(), "--json", &[]);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    // expected: the address is translated on the way; at whose end is not known, so the side stays
    // unknown and the words do not say "on your side".
    for finding in report["findings"].as_array().unwrap() {
        assert_ne!(finding["side"], "client", "{}", abstract_of(&report));
    }
}

#[test]
fn a_server_may_change_its_mind() {
    let usual = passive(DATA);
    play(&[
        sessions("530 the second time", "", &usual, "S: 220 Ready.\nC: USER *\nS: 530 Not you.")
            .modes(PASSIVE)
            .incomplete()
            .outcome("epsv", "not-tested"),
        sessions("421 the second time", "", &usual, "S: 421 Too many connections.\nX: close")
            .modes(PASSIVE)
            .incomplete()
            .outcome("epsv", "not-tested"),
        sessions("closed the second time", "", &usual, "X: close")
            .modes(PASSIVE)
            .incomplete()
            .outcome("epsv", "not-tested"),
        // Every reply is one ahead; nothing sensible can be said, and nothing is.
        case("replies before commands", "", "S: 220 Ready.\nS: 331 Password?\nS: 230 In.\nX: hang")
            .args(&["--deadline", "3s"])
            .modes("pasv")
            .unsettled()
            .never("passive-disabled"),
    ]);
}

/// Some servers lock an account or an address after a few refused logins.
#[test]
fn a_refused_login_is_not_repeated() {
    let own = "A: PASS * => 230 You are in.";
    let refuses = "S: 220 Ready.\nC: PASS *\nS: 530 Login incorrect.";
    let case = sessions("one login", own, &passive(DATA), refuses);
    let server = ScriptServer::start(&case.script).unwrap();
    run(&server.address().to_string(), "--json", &[]);
    let refused = server.transcript().iter().filter(|l| l.contains("530 Login incorrect")).count();
    // expected: one refused login for each mode at most, better one in all.
    assert!(refused <= 3, "{refused} logins were refused");
}

/// What is left of the deadline is too short for a file, and long enough for the other direction.
#[test]
fn a_file_that_there_is_no_time_for_keeps_no_mode_from_being_tried() {
    let case = sessions("a file", "", &passive(DATA), &knocks(DATA));
    let server = ScriptServer::start(&case.script).unwrap();
    let args = ["--modes", "pasv,port", "--get", "a.txt", "--deadline", "6s", "--no-localise"];
    let run = run(&server.address().to_string(), "--json", &args);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(run.wrong.is_empty(), "{:?}", run.wrong);
    let found: Vec<[&str; 3]> = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| ["mode", "purpose", "outcome"].map(|key| a[key].as_str().unwrap()))
        .collect();
    let expected =
        [["pasv", "mode", "open"], ["port", "mode", "open"], ["pasv", "comparison", "not-tested"]];
    assert_eq!(found, expected, "{}", abstract_of(&report));
    assert_eq!(report["verdict"], "incomplete", "{}", abstract_of(&report));
    let sent = server.transcript();
    assert!(!sent.iter().any(|line| line.contains("RETR")), "{sent:?}");
}

#[test]
fn short_limits_are_kept() {
    let usual = passive(DATA);
    let silent = "S: 220 Ready.\nC: USER *\nX: hang";
    play(&[
        case("half a second for each", "", &usual).modes(PASSIVE).args(&["--timeout", "500ms"]),
        case("a second for all", "", &usual).modes(PASSIVE).args(&["--deadline", "1s"]),
        // expected: the deadline cut the wait; silence that short is at most possible.
        case("silence", "", silent)
            .args(&["--deadline", "1s"])
            .unsettled()
            .says_not(r#""confidence":"likely""#),
        case("no answer to PASV", "", "S: 220 Ready.\nC: PASV\nX: hang")
            .args(&["--deadline", "2s"])
            .modes("pasv")
            .incomplete()
            .outcome("pasv", "not-tested"),
        // expected: 0.5 s without a knock is no evidence of a firewall.
        case(
            "half a second for a slow knock",
            "",
            &active(&format!("S: 150 Go\nW: 1s\nD: connect\n{DATA}")),
        )
        .modes("port")
        .args(&["--timeout", "500ms"])
        .unsettled()
        .never("firewall-blocks-active"),
        // expected: nor is the lack of data for 0.5 s one of a stall.
        case("half a second for a slow listing", "", &passive(&format!("W: 1s\n{DATA}")))
            .modes("pasv")
            .args(&["--timeout", "500ms"])
            .unsettled()
            .never("transfer-stalls"),
    ]);
}

/// Bytes that could steer a terminal, in every place where a server's words are kept.
#[test]
fn words_of_a_stranger_are_made_harmless() {
    let bad = "\\x1b]0;x\\x07\\x00\\x9b2J\u{202e}\u{2066}\u{200b}\\xff\\x7f";
    let survey = lines(
        ["331", "230", "211", "215", "211", "257", "200"]
            .iter()
            .zip(["USER *", "PASS *", "FEAT", "SYST", "STAT", "PWD", "TYPE A"])
            .map(|(code, verb)| {
                format!("C: {verb}\nR: {code}-{bad}\\r\\n {bad}\\r\\n{code} {bad}\\r\\n")
            }),
    );
    let list = |reply: &str| {
        format!(
            "R: 220 {bad}\\r\\n\n{survey}D: listen d\nC: PASV\nS: 227 ({{d}})\nC: LIST\nD: accept d\nR: {reply}\\r\\n\nC: QUIT\nR: 221 {bad}\\r\\n\nX: close"
        )
    };
    let sessions = [
        format!("R: 220 {bad}\\r\\n\nC: USER *\nR: 530 {bad}\\r\\n"),
        format!("R: {bad}\\r\\n\nX: close"),
        format!("R: 421 {bad}\\r\\n\nX: close"),
        format!("R: 220 {bad}\\r\\n\n{survey}C: PASV\nR: 550 {bad}\\r\\n"),
        format!("R: 220 {bad}\\r\\n\n{survey}C: PASV\nR: 227 {bad}\\r\\n"),
        list(&format!("550 {bad}")),
        list(&format!("426 {bad}")),
        list(bad),
    ];
    for (session, output) in sessions.iter().flat_map(|s| [(s, "--json"), (s, "-v")]) {
        let server = ScriptServer::start(&format!("{session}\n== session *\n{session}\n")).unwrap();
        let run = run(&server.address().to_string(), output, &["--modes", "pasv"]);
        assert!(run.wrong.is_empty(), "{:?}", run.wrong);
        let text = String::from_utf8(run.stdout).unwrap();
        let raw = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.contains(raw), "{output}: {}", text.escape_debug());
        assert!(output != "--json" || serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    }
}

/// An address of somebody else's in 227 is not dialled: a listener there sees nobody.
#[test]
fn foreign_addresses_are_not_dialled() {
    // The same port at the server's own address, so that the mode works; there another program may
    // have it just then.
    let both = || {
        let elsewhere = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).ok()?;
        let port = elsewhere.local_addr().ok()?.port();
        Some((elsewhere, TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?, port))
    };
    let (elsewhere, own, port) = (0..100).find_map(|_| both()).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    thread::spawn(move || {
        for stream in own.incoming() {
            let _ = stream.unwrap().write_all(b"a.txt\r\n");
        }
    });
    let [high, low] = port.to_be_bytes();
    for (address, severity) in [
        ("127,0,0,2", "warning"),
        ("0,0,0,0", "warning"),
        ("192,0,2,7", "warning"),
        ("224,0,0,1", "problem"),
        ("255,255,255,255", "problem"),
    ] {
        let session = format!(
            "S: 220 Ready.\nC: PASV\nS: 227 Ok ({address},{high},{low})\nC: LIST\nS: 150 Go\nW: 100ms\nS: 226 Done"
        );
        let server =
            ScriptServer::start(&format!("{USUAL}\n{session}\n== session *\n{session}\n")).unwrap();
        let run = run(&server.address().to_string(), "--json", &["--modes", "pasv"]);
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        let finding = &report["findings"][0];
        assert_eq!(finding["severity"], severity, "{address}: {}", abstract_of(&report));
        assert_eq!(report["attempts"][0]["outcome"], "open", "{}", abstract_of(&report));
        let visitor = elsewhere.accept().map(|(_, from)| from).map_err(|e| e.kind());
        assert_eq!(visitor, Err(ErrorKind::WouldBlock), "{address} was dialled");
    }
}
