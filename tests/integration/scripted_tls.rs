//! The program against servers that promise TLS and do something else: it must name the cause, end
//! in time, and say a password to nobody who did not prove who they are.
//!
//! Every script has answers ready for USER and PASS in clear too: whoever could be talked into a
//! login without TLS would be let in, and seen.

use serde_json::Value;

use crate::support::identities::Identities;
use crate::support::script::ScriptServer;
use crate::support::scripted::{self, ANNOUNCE, Run, TAKE, abstract_of, play_all};

/// Cases played at once; most of their time is waiting.
const AT_ONCE: usize = 8;
/// Neither stands in a ciphertext by chance.
const USER: &str = "jonathan-livingston";
const PASSWORD: &str = "Tr0ub4dor-and-3";

/// Answers that servers with TLS give besides; a case's own come before them.
const PROTECTED: &str = r"
A: PBSZ * => 200 PBSZ=0
A: PROT P => 200 Private.
A: AUTH * => 503 Already.
";

/// The way to TLS.
const AUTH: &str = "S: 220 Ready.\nC: AUTH TLS\nS: 234 Go.\nT: good\n";

/// A listing under TLS as it should be.
const DATA: &str = r"
S: 150 Here it comes.
D: secure good
D: send -rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\r\n
D: close
S: 226 Done.
";

/// A session that is as it should be up to the data connection, and what follows there.
fn passive(data: &str) -> String {
    format!("{AUTH}{ANNOUNCE}C: LIST\nD: accept d\n{data}")
}

fn active(data: &str) -> String {
    format!("{AUTH}{TAKE}C: LIST\nD: connect\n{data}")
}

struct Case {
    name: &'static str,
    script: String,
    args: Vec<&'static str>,
    scheme: &'static str,
    /// Any verdict will do where there is none.
    verdict: &'static str,
    /// The first problem is one of these; without any, there is none.
    first: Vec<&'static str>,
    warning: Option<&'static str>,
    outcome: &'static str,
    /// Nobody may say who they are, not even under TLS.
    nobody: bool,
    says: Vec<&'static str>,
}

/// A case whose sessions are all alike, healthy until said otherwise.
fn case(name: &'static str, own: &str, session: &str) -> Case {
    sessions(name, own, session, session)
}

/// A case whose first session differs from the others.
fn sessions(name: &'static str, own: &str, first: &str, others: &str) -> Case {
    Case {
        name,
        script: scripted::script(&format!("{own}\n{PROTECTED}"), first, others),
        args: vec!["--modes", "pasv,epsv"],
        scheme: "ftpes",
        verdict: "healthy",
        first: Vec::new(),
        warning: None,
        outcome: "open",
        nobody: false,
        says: Vec::new(),
    }
}

impl Case {
    fn args(mut self, args: &[&'static str]) -> Self {
        self.args.extend(args);
        self
    }

    fn modes(mut self, modes: &'static str) -> Self {
        self.args[1] = modes;
        self
    }

    fn implicit(mut self) -> Self {
        self.scheme = "ftps";
        self
    }

    fn deadline(self, deadline: &'static str) -> Self {
        self.args(&["--deadline", deadline])
    }

    fn verdict(mut self, verdict: &'static str, first: &[&'static str]) -> Self {
        self.verdict = verdict;
        self.first = first.to_vec();
        self.outcome = "";
        self
    }

    /// No login was had, and nobody was asked for.
    fn unreachable(self, first: &[&'static str]) -> Self {
        let mut case = self.verdict("unreachable", first);
        case.nobody = true;
        case
    }

    /// There is a login, and nobody was told a password in clear: no more is asked.
    fn unreachable_after_login(self, first: &[&'static str]) -> Self {
        self.verdict("unreachable", first)
    }

    /// Logged in, and every mode ends so.
    fn broken(self, outcome: &'static str, first: &[&'static str]) -> Self {
        let mut case = self.verdict("broken", first);
        case.outcome = outcome;
        case
    }

    /// Whatever comes of it, as long as nothing is given away.
    fn unsettled(self) -> Self {
        self.verdict("", &[])
    }

    fn warning(mut self, cause: &'static str) -> Self {
        self.warning = Some(cause);
        self
    }

    fn nobody(mut self) -> Self {
        self.nobody = true;
        self
    }

    /// Words that the report must have.
    fn says(mut self, words: &'static str) -> Self {
        self.says.push(words);
        self
    }

    /// Plays it twice, for a program and for people, and tells all that is wrong.
    fn play(&self, identities: &Identities) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut wrong = Vec::new();
        for output in ["--json", "-v"] {
            let server = ScriptServer::start_with(&self.script, &identities.configs).unwrap();
            let port = server.address().port();
            let url = format!("{}://{USER}@127.0.0.1:{port}/", self.scheme);
            let save = folder.path().join(format!("facts{output}.json"));
            let run = Run::of(
                &url,
                &[&[output], self.args.as_slice()].concat(),
                &[("--ca", identities.authority.as_path()), ("--save", save.as_path())],
                Some(PASSWORD),
            );
            wrong.extend(run.wrong.clone());
            if output == "--json" {
                wrong.extend(self.judge(&run));
            }
            let facts = std::fs::read(&save).unwrap_or_default();
            if facts.is_empty() {
                wrong.push("no facts were saved".to_owned());
            }
            for (what, bytes) in [
                ("stdout", &run.stdout),
                ("stderr", &run.stderr),
                ("the saved facts", &facts),
                ("what was sent", &server.wire()),
            ] {
                if contains(bytes, PASSWORD) {
                    wrong.push(format!("the password is in {what} ({output})"));
                }
                if what != "what was sent" && !harmless(bytes) {
                    wrong.push(format!("control characters in {what} ({output})"));
                }
            }
            if contains(&server.wire(), USER) {
                wrong.push("the user is named in clear".to_owned());
            }
            let transcript = server.transcript();
            let named = transcript.iter().any(|line| line.starts_with("C: USER"));
            if named && self.nobody {
                wrong.push("somebody said who they are".to_owned());
            }
            if !wrong.is_empty() {
                wrong.push(format!("--- transcript ({output})\n  {}", transcript.join("\n  ")));
                wrong.push(String::from_utf8_lossy(&run.stderr).into_owned());
                return wrong;
            }
        }
        wrong
    }

    fn judge(&self, run: &Run) -> Vec<String> {
        let Ok(report) = serde_json::from_slice::<Value>(&run.stdout) else {
            return vec![format!("no JSON: {}", String::from_utf8_lossy(&run.stdout))];
        };
        let mut wrong = Vec::new();
        if !self.verdict.is_empty() && report["verdict"] != self.verdict {
            wrong.push(format!("verdict {}, not {}", report["verdict"], self.verdict));
        }
        let exit = match self.verdict {
            "healthy" => 0,
            "unreachable" => 3,
            "" => run.exit,
            _ => 1,
        };
        if run.exit != exit || report["exit_code"] != run.exit {
            wrong.push(format!("exit {}, in the report {}", run.exit, report["exit_code"]));
        }
        let of = |severity: &'static str| {
            let all = report["findings"].as_array().into_iter().flatten();
            all.filter(move |f| f["severity"] == severity).map(|f| f["cause"].as_str().unwrap())
        };
        let problem = of("problem").next();
        let fits = match problem {
            Some(cause) => self.first.contains(&cause),
            None => self.first.is_empty(),
        };
        if !fits && !self.verdict.is_empty() {
            wrong.push(format!("first problem {problem:?}, not {:?}", self.first));
        }
        if let Some(cause) = self.warning
            && !of("warning").any(|it| it == cause)
        {
            wrong.push(format!("no warning {cause}"));
        }
        for attempt in report["attempts"].as_array().into_iter().flatten() {
            let mode = attempt["purpose"] == "mode";
            if mode && !self.outcome.is_empty() && attempt["outcome"] != self.outcome {
                wrong.push(format!("{} is {}", attempt["mode"], attempt["outcome"]));
            }
            if attempt["security"] != "tls" && attempt["purpose"] != "neighbour" {
                wrong.push(format!("{} is {}", attempt["id"], attempt["security"]));
            }
            if attempt["outcome"] == "open" && !attempt["tls"].is_object() {
                wrong.push(format!("{} knows nothing of TLS", attempt["id"]));
            }
        }
        let whole = report.to_string();
        wrong.extend(
            self.says.iter().filter(|w| !whole.contains(**w)).map(|w| format!("never says {w:?}")),
        );
        if !wrong.is_empty() {
            wrong.push(abstract_of(&report));
        }
        wrong
    }
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

/// Nothing in it could steer a terminal, or hide what stands there.
fn harmless(bytes: &[u8]) -> bool {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(steers))
}

/// Plays cases, some at once, and tells all that is wrong.
fn play(cases: &[Case]) {
    let identities = Identities::new();
    play_all(cases, AT_ONCE, |case| case.name, |case| case.play(&identities));
}

const UNSUPPORTED: &str = "tls-unsupported";
const FAILED: &str = "tls-handshake-failed";
const INVALID: &str = "tls-certificate-invalid";
const DATA_REFUSED: &str = "data-tls-refused";

#[test]
fn what_is_right_is_healthy() {
    let usual = passive(DATA);
    play(&[
        case("nothing odd", "", &usual).says("TLS_AES_256_GCM_SHA384"),
        case("active", "", &active(DATA)).modes("port,eprt"),
        case("TLS 1.2", "", &usual.replace("good", "tls12")).says("1.2"),
        case("active, TLS 1.2", "", &active(DATA).replace("good", "tls12")).modes("port,eprt"),
        case(
            "AUTH SSL is all there is",
            "A: AUTH TLS => 504 Only SSL.",
            &usual.replace("AUTH TLS", "AUTH SSL"),
        ),
        case(
            "the reply to AUTH in lines",
            "",
            &usual.replace("S: 234 Go.", "S: 234-Soon\nS: 234 Go."),
        ),
        case("AUTH answered late", "", &usual.replace("S: 234 Go.", "W: 2s\nS: 234 Go.")),
        case("PBSZ is not known", "A: PBSZ * => 500 What?", &usual),
        case("230 to USER", "A: USER * => 230 No password needed.", &usual),
        case("TLS from the first byte", "", &usual.replace(AUTH, "T: good\nS: 220 Ready.\n"))
            .implicit(),
        case(
            "a greeting that comes late under TLS",
            "",
            &usual.replace(AUTH, "T: good\nW: 2s\nS: 220 Ready.\n"),
        )
        .implicit(),
    ]);
}

#[test]
fn odd_ends_of_data_connections_are_healthy() {
    let both = |name, data: &str| {
        [case(name, "", &passive(data)), case(name, "", &active(data)).modes("port,eprt")]
    };
    let line = "D: send a.txt\\r\\n\n";
    let mut cases = Vec::new();
    cases.extend(both(
        "no close_notify",
        &format!("S: 150 Go\nD: secure good\n{line}D: cut\nS: 226 Done"),
    ));
    cases.extend(both(
        "no close_notify, TLS 1.2",
        &format!("S: 150 Go\nD: secure tls12\n{line}D: cut\nS: 226 Done"),
    ));
    cases.extend(both("empty", "S: 150 Go\nD: secure good\nD: close\nS: 226 Done"));
    cases.extend(both("empty, no close_notify", "S: 150 Go\nD: secure good\nD: cut\nS: 226 Done"));
    cases.extend(both(
        "TLS before the 150",
        &format!("D: secure good\nS: 150 Go\n{line}D: close\nS: 226 Done"),
    ));
    cases.extend(both(
        "226 before the last byte",
        &format!("S: 150 Go\nD: secure good\nS: 226 Done\nW: 300ms\n{line}D: close"),
    ));
    cases.extend(both(
        "a slow handshake",
        &format!("S: 150 Go\nW: 2s\nD: secure good\n{line}D: close\nS: 226 Done"),
    ));
    cases.extend(both(
        "closes the control connection after 226",
        &format!("S: 150 Go\nD: secure good\n{line}D: close\nS: 226 Done\nX: cut"),
    ));
    play(&cases);
}

#[test]
fn a_refusal_of_tls_is_no_invitation_to_clear_text() {
    let refused = |name, reply: &str| {
        case(name, &format!("A: AUTH * => {reply}"), "S: 220 Ready.").unreachable(&[UNSUPPORTED])
    };
    let goodbye = |reply: &str| format!("S: 220 Ready.\nC: AUTH TLS\nS: {reply}\nX: close");
    play(&[
        refused("500", "500 Unknown command."),
        refused("502", "502 Not implemented."),
        refused("504", "504 Not for that parameter."),
        refused("530", "530 Please login with USER and PASS."),
        refused("534", "534 Local policy forbids TLS."),
        refused("534, tempting", "534 TLS is off here. Log in with USER and PASS, it is safe."),
        refused("431", "431 Unavailable."),
        // Whatever these mean, they are no 234.
        refused("200", "200 Fine.").unsettled().nobody(),
        refused("230", "230 You are in.").unsettled().nobody(),
        refused("331", "331 Password, please.").unsettled().nobody(),
        case("230, and TLS follows", "", "S: 220 Ready.\nC: AUTH TLS\nS: 230 You are in.\nT: good")
            .unsettled()
            .nobody(),
        case("421", "", &goodbye("421 Not today.")).unsettled().nobody(),
        case("hangs up", "", "S: 220 Ready.\nC: AUTH TLS\nX: close").unsettled().nobody(),
        case("says nothing", "", "S: 220 Ready.\nC: AUTH TLS\nX: hang")
            .deadline("4s")
            .unsettled()
            .nobody(),
        // A server that greets as if somebody had logged in already.
        case("230 for a greeting", "A: AUTH * => 502 No.", "S: 230 You are in.")
            .unsettled()
            .nobody(),
    ]);
}

/// Somebody on the way puts words of his own behind the 234, before TLS: they would be taken for the
/// answers to what is said under TLS (CVE-2011-0411 and its kind).
#[test]
fn words_put_in_before_the_handshake_are_not_believed() {
    let injected = |name, words: &str| {
        let script = passive(DATA).replace("S: 234 Go.\n", &format!("R: 234 Go.\\r\\n{words}\n"));
        case(name, "", &script).unreachable(&[FAILED])
    };
    let late = |words: &str| {
        passive(DATA).replace("S: 234 Go.\n", &format!("S: 234 Go.\nW: 50ms\nR: {words}\n"))
    };
    play(&[
        injected("230", "230 You are in.\\r\\n"),
        injected("331 and 230", "331 Password?\\r\\n230 You are in.\\r\\n"),
        injected("a whole login", "331 \\r\\n230 \\r\\n211 \\r\\n215 U\\r\\n211 \\r\\n257 /\\r\\n200 \\r\\n"),
        injected("half a reply", "230-You"),
        injected("a single byte", "2"),
        case("230 with the handshake under way", "", &late("230 You are in.\\r\\n"))
            .unreachable(&[FAILED]),
        // Under TLS nothing in clear can come any more.
        case(
            "230 past TLS",
            "A: PASS * => 530 Wrong.",
            "S: 220 Ready.\nC: AUTH TLS\nS: 234 Go.\nT: good\nC: USER *\nT: raw 230 You are in.\\r\\n",
        )
        .verdict("unreachable", &["control-closed", "control-not-ftp", FAILED]),
        case(
            "more past TLS than replies",
            "",
            &passive(&format!("T: raw 226 Done.\\r\\n\n{DATA}")),
        )
        .unsettled(),
    ]);
}

#[test]
fn handshakes_that_come_to_nothing() {
    let after = |name, what: &str| {
        let script = format!("S: 220 Ready.\nC: AUTH TLS\nS: 234 Go.\n{what}");
        case(name, "", &script).unreachable(&[FAILED])
    };
    let first = |name, what: &str| case(name, "", what).implicit().unreachable(&[FAILED]);
    let alert =
        |number: u8| format!("T: hear\nR: \\x15\\x03\\x03\\x00\\x02\\x02\\x{number:02x}\nX: close");
    play(&[
        after("plain text", "T: hear\nS: 500 What is that?"),
        after("more plain text", "T: hear\nS: 331 Password, please.\nS: 230 You are in."),
        after("hangs up", "T: hear\nX: close"),
        after("hangs up at once", "X: close"),
        after("resets", "T: hear\nX: rst"),
        after("silence", "T: hear\nX: hang").deadline("5s"),
        after("alert 40", &alert(40)).says("alert 40"),
        after("alert 70", &alert(70)),
        after("alert 80", &alert(80)).says("internal_error"),
        after("half a record", "T: hear\nR: \\x16\\x03\\x03\\x00\\x7a\\x02\\x00\nX: close"),
        after(
            "half a record, and silence",
            "T: hear\nR: \\x16\\x03\\x03\\x00\\x7a\\x02\\x00\nX: hang",
        )
        .deadline("5s"),
        after(
            "rubbish",
            "T: hear\nR: \\x16\\x03\\x03\\x00\\x05\\x63\\x00\\x00\\x01\\x00\nX: close",
        ),
        after("TLS 1.0", &format!("T: hear\nR: {OLD_HELLO}\nX: hang")).deadline("8s").says("1.0"),
        first("plain text where TLS comes first", "S: 220 Ready."),
        first("hangs up where TLS comes first", "T: hear\nX: close"),
        first("silence where TLS comes first", "T: hear\nX: hang").deadline("5s"),
        first("an alert where TLS comes first", &alert(40)),
    ]);
}

/// A `ServerHello` of TLS 1.0.
const OLD_HELLO: &str = "\\x16\\x03\\x01\\x00\\x2a\\x02\\x00\\x00\\x26\\x03\\x01\
    0123456789abcdef0123456789abcdef\\x00\\x00\\x2f\\x00";

#[test]
fn control_connections_that_end_under_tls() {
    let ends = |name, what: &str| case(name, "", &format!("{AUTH}{what}"));
    let first = |name, what: &str| case(name, "", &format!("T: good\n{what}")).implicit();
    play(&[
        ends("closes at once", "X: close").unreachable_after_login(&["control-closed"]),
        ends("closes without a word", "X: cut").unreachable_after_login(&["control-closed"]),
        ends("resets at once", "X: rst").unreachable_after_login(&["control-closed"]),
        ends("closes after USER", "C: USER *\nX: close")
            .unreachable_after_login(&["control-closed"]),
        ends("refuses the login", "C: USER *\nS: 530 Not you.")
            .unreachable_after_login(&["login-rejected"]),
        ends("falls silent", "C: USER *\nX: hang")
            .deadline("4s")
            .verdict("unreachable", &["control-silent", "control-closed", "login-rejected"])
            .unsettled(),
        first("no greeting", "X: hang").deadline("6s").unreachable(&["control-silent"]),
        first("closes before the greeting", "X: close").unreachable(&["control-closed"]),
        first("421 for a greeting", "S: 421 Too many users.\nX: close")
            .unreachable(&["too-many-connections", "control-closed"]),
    ]);
}

#[test]
fn certificates_that_prove_nothing() {
    let shows = |name, identity: &str| {
        let script = passive(DATA).replace("T: good", &format!("T: {identity}"));
        case(name, "", &script).unreachable(&[INVALID])
    };
    let insecure = |name, identity: &str| {
        let script = passive(DATA).replace("good", identity);
        case(name, "", &script).args(&["--insecure"]).warning(INVALID)
    };
    play(&[
        shows("self-signed", "own"),
        shows("another name", "other").says("www.example.com"),
        shows("self-signed, TLS 1.2", "own12"),
        shows("words that steer a terminal", "odd").says("rm -rf"),
        insecure("self-signed, insecure", "own"),
        insecure("another name, insecure", "other"),
        insecure("words that steer a terminal, insecure", "odd").says("rm -rf"),
        case("self-signed from the first byte", "", "T: own\nS: 220 Ready.")
            .implicit()
            .unreachable(&[INVALID]),
    ]);
}

/// Twenty certificates, 60 kB: more than most, less than the library's limit.
#[test]
fn chains_without_an_end() {
    play(&[
        case("a long chain", "", &passive(DATA).replace("good", "long")),
        case("a long chain of a stranger's", "", &passive(DATA).replace("T: good", "T: strange"))
            .unreachable(&[INVALID]),
    ]);
}

#[test]
fn data_connections_that_may_not_be_protected() {
    let refused = |name, reply: &str| {
        let own = format!("A: PROT P => {reply}");
        // Whoever went on without TLS would get a listing.
        let clear = passive("S: 150 Go\nD: send a.txt\\r\\n\nD: close\nS: 226 Done");
        case(name, &own, &clear).verdict("broken", &[DATA_REFUSED])
    };
    play(&[
        refused("536", "536 PROT P is not supported."),
        refused("534", "534 Policy forbids protection."),
        refused("504", "504 PROT P is not supported."),
        refused("502", "502 Not implemented."),
        refused("500", "500 What?"),
        refused("431", "431 Not now."),
        refused("503", "503 PBSZ first."),
        refused("PBSZ and PROT unknown", "500 What?\nA: PBSZ * => 500 What?"),
        refused("PBSZ refused, and so PROT", "503 PBSZ first.\nA: PBSZ * => 501 No."),
    ]);
}

#[test]
fn data_connections_without_tls() {
    let both = |name, data: &str| {
        [case(name, "", &passive(data)), case(name, "", &active(data)).modes("port,eprt")]
            .map(|case| case.broken("tls-failed", &[DATA_REFUSED, FAILED]))
    };
    // expected: what came of the handshake counts, whether the reply or the end of the data
    // connection is noticed first.
    let mut cases = Vec::new();
    cases.extend(both(
        "a listing in clear",
        "S: 150 Go\nD: send -rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\\r\\n\nD: close\nS: 226 Done",
    ));
    cases.extend(both(
        "a listing in clear, after a while",
        "S: 150 Go\nD: hear\nD: send -rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\\r\\n\nD: close\nS: 226 Done",
    ));
    cases.extend(both("an alert", "S: 150 Go\nD: hear\nD: tls\nD: close\nS: 426 TLS failed."));
    cases.extend(both("an alert, and 522", "D: hear\nD: tls\nD: close\nS: 522 TLS failed."));
    cases.extend(both("an alert, and 226", "S: 150 Go\nD: hear\nD: tls\nD: close\nS: 226 Done"));
    cases.extend(both("closes", "S: 150 Go\nD: hear\nD: close\nS: 426 Closed."));
    cases.extend(both("resets", "S: 150 Go\nD: hear\nD: rst\nS: 426 Closed."));
    play(&cases);
}

#[test]
fn data_connections_that_hang() {
    let hangs = |name, data: &str| case(name, "", &passive(data)).modes("pasv").deadline("12s");
    play(&[
        hangs("no handshake", "S: 150 Go\nD: hear\nD: hang").verdict("broken", &[FAILED]),
        hangs("no handshake, and 226", "S: 150 Go\nD: hear\nD: hang\nS: 226 Done").unsettled(),
        hangs("half a handshake", "S: 150 Go\nD: hear\nD: send \\x16\\x03\\x03\\x00\\x7a\nD: hang")
            .verdict("broken", &[FAILED]),
        hangs("half a listing", "S: 150 Go\nD: secure good\nD: send a\nD: hang")
            .verdict("broken", &["transfer-stalls"]),
    ]);
}

#[test]
fn listings_that_break_off_under_tls() {
    let broken =
        |name, data: &str| case(name, "", &passive(data)).verdict("broken", &["data-closed-early"]);
    let refused =
        |name, data: &str| case(name, "", &passive(data)).broken("rejected", &["listing-refused"]);
    play(&[
        broken("426", "S: 150 Go\nD: secure good\nD: send a\nD: cut\nS: 426 Broken off."),
        broken(
            "a reset",
            "S: 150 Go\nD: secure good\nD: send a\nW: 50ms\nD: rst\nS: 426 Broken off.",
        ),
        broken("the control connection", "S: 150 Go\nD: secure good\nD: send a\nX: cut"),
        // expected: a server that refuses to list does not begin TLS either, and closes; in either
        // order. That is no failed handshake.
        refused("550, then closes", "S: 550 Permission denied.\nD: close"),
        refused("closes, then 550", "D: close\nW: 50ms\nS: 550 Permission denied."),
        refused("550, after the ClientHello", "D: hear\nS: 550 Permission denied.\nD: close"),
        refused("550, and resets", "D: hear\nD: rst\nS: 550 Permission denied."),
        // As vsftpd turns away whom it does not know; the ClientHello stays unread.
        case("a stranger", "", &passive("D: rst\nS: 425 Security: Bad IP connecting."))
            .broken("rejected", &["server-rejects-data-peer"]),
        case(
            "a stranger, later",
            "",
            &passive("D: hear\nD: close\nW: 50ms\nS: 425 Security: Bad IP connecting."),
        )
        .broken("rejected", &["server-rejects-data-peer"]),
    ]);
}

/// The control connection proved who it is; the data connection does not.
#[test]
fn data_connections_of_somebody_else() {
    let data = |identity: &str, end: &str| {
        format!("S: 150 Go\nD: secure {identity}\nD: send a.txt\\r\\n\nD: close\n{end}")
    };
    let failed = "S: 522 TLS failed.";
    let strange = |name, identity: &str, end: &str| {
        case(name, "", &passive(&data(identity, end))).broken("tls-failed", &[INVALID])
    };
    play(&[
        strange("self-signed", "own", failed),
        strange("self-signed, 426", "own", "S: 426 Broken pipe."),
        strange("self-signed, 226", "own", "S: 226 Done"),
        strange("self-signed, late words", "own", &format!("W: 2s\n{failed}")),
        // Whoever goes after that does not change what was seen before.
        strange("self-signed, hangs up", "own", "X: close"),
        strange("self-signed, resets", "own", "X: rst"),
        strange("another name", "other", failed).says("www.example.com"),
        strange("another name, TLS 1.2", "other12", failed),
        case("self-signed, active", "", &active(&data("own", failed)))
            .modes("port,eprt")
            .broken("tls-failed", &[INVALID]),
        case("self-signed, insecure", "", &passive(&data("own", "S: 226 Done")))
            .args(&["--insecure"]),
        // Another certificate that is as good is no fault.
        case("another good one", "", &passive(&data("good2", "S: 226 Done"))),
    ]);
}

/// Data connections must resume the session of the control connection.
#[test]
fn sessions_that_must_be_resumed() {
    let demands = |identity: &str, refusal: &str| {
        format!(
            "S: 150 Go\nD: resume {identity} {refusal}\nD: send a.txt\\r\\n\nD: close\nS: 226 Done"
        )
    };
    let required = |name, identity: &str, refusal: &str| {
        let usual =
            passive(&demands(identity, refusal)).replace("T: good", &format!("T: {identity}"));
        case(name, "", &usual).says("tls-session-reuse-required")
    };
    play(&[
        required("vsftpd", "good", "522 SSL connection failed: session reuse required"),
        required("vsftpd, TLS 1.2", "tls12", "522 SSL connection failed: session reuse required"),
        required("ProFTPD", "good", "425 Unable to build data connection: Operation not permitted"),
        required(
            "FileZilla Server",
            "good",
            "425 Unable to build data connection: TLS session of data connection not resumed.",
        ),
        required(
            "another",
            "good",
            "426 TLS session of data connection has not resumed or the session does not match the control connection",
        ),
        // What is asked for cannot be given: the server forgets its own sessions.
        case(
            "sessions are not kept",
            "",
            &passive(&demands("forgetful", "522 SSL connection failed: session reuse required"))
                .replace("T: good", "T: forgetful"),
        )
        .verdict("broken", &["tls-session-reuse-required"]),
    ]);
}

/// What was protected once is protected always.
#[test]
fn later_connections_are_no_less_protected() {
    let usual = passive(DATA);
    let refuses = "S: 220 Ready.\nC: AUTH TLS\nS: 502 No.\nC?: AUTH SSL\nS: 502 No.";
    let blocked = passive(DATA).replace("D: listen d", "D: block d").replace("D: accept d", "");
    play(&[
        sessions("AUTH refused the second time", "", &usual, refuses).unsettled(),
        sessions("another certificate the second time", "", &usual, &usual.replace("good", "own"))
            .unsettled(),
        sessions("no TLS the second time", "", &usual, "S: 220 Ready.\nC: AUTH TLS\nS: 500 What?")
            .unsettled(),
        // It would work in clear, and the server would let anybody in: the password is not said for
        // the sake of a comparison.
        case("a port that nobody answers at", "", &blocked)
            .verdict("broken", &["firewall-blocks-passive"]),
    ]);
}

/// A server that repeats what it was told.
#[test]
fn a_password_that_comes_back_is_left_out() {
    let echo = |code: &str| format!("{code} {USER} said {PASSWORD}");
    let usual = passive(DATA);
    play(&[
        case("in the reply to PASS", &format!("A: PASS * => {}", echo("230")), &usual),
        case("in the refusal", &format!("A: PASS * => {}", echo("530")), &usual)
            .unreachable_after_login(&["login-rejected"]),
        case(
            "in the survey",
            &format!("A: FEAT => {}\nA: STAT => {}", echo("211"), echo("211")),
            &usual,
        ),
        case("in the refusal of PROT", &format!("A: PROT P => {}", echo("536")), &usual)
            .verdict("broken", &[DATA_REFUSED]),
        case("in the refusal of LIST", "", &passive(&format!("S: {}\nD: close", echo("550"))))
            .verdict("broken", &["listing-refused"]),
    ]);
}
