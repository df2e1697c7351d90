//! What a server can do with its control connection alone.

use std::sync::Arc;
use std::time::Duration;

use super::case::{Case, HEALTHY, UNKNOWN, case, play};
use super::server::{Act, flood, raw, say, wait};

/// No login, for reasons that only the server knows.
const AT_THE_DOOR: &[&str] =
    &["control-not-ftp", "control-silent", "control-closed", "login-rejected", UNKNOWN];

/// Steers a terminal, a log and a reader's eye in every way known.
const STEERING: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}1m\u{202e}drowssap\u{2066}\
    \u{200b}\u{2028}\u{feff}\u{85}\r\u{8}\u{0}\u{e}\u{7f}<script>alert(1)</script>`|*_[x](y)";

/// Everything that is asked before a data connection.
const BEFORE: &[&str] = &["greeting", "USER", "PASS", "FEAT", "SYST", "STAT", "PWD", "TYPE"];

fn alone(group: &str, cases: &[Case]) {
    play(group, cases, &Arc::default());
}

#[test]
fn endless_words() {
    let million = || "211-x\r\n".as_bytes().to_vec();
    let at =
        |verb: &'static str, name: &str, act: Act| case(format!("{name} {verb}")).at(verb, &[act]);
    let mut cases = vec![
        at("greeting", "endless line at", flood(b"a")).accept(AT_THE_DOOR),
        at("greeting", "endless reply at", flood(b"220-hello\r\n")).accept(AT_THE_DOOR),
        at("greeting", "endless empty lines at", flood(b"\r\n")).accept(AT_THE_DOOR),
        at("greeting", "endless 120 at", flood(b"120 soon\r\n")).accept(AT_THE_DOOR),
        at("greeting", "endless NUL at", flood(b"\0")).accept(AT_THE_DOOR),
        at("greeting", "endless telnet commands at", flood(b"\xff\xfb\x01")).accept(AT_THE_DOOR),
        at("greeting", "endless 220 at", flood(b"220 hello\r\n"))
            .accept(AT_THE_DOOR)
            .accept(&["control-idle-dropped"]),
        at("greeting", "endless random bytes at", flood(&noise())).accept(AT_THE_DOOR),
        at("USER", "endless 331 at", flood(b"331 password?\r\n")).accept(AT_THE_DOOR),
        at("USER", "endless 150 at", flood(b"150 wait\r\n")).accept(AT_THE_DOOR),
        at("USER", "endless 220 at", flood(b"220 hello\r\n")).accept(AT_THE_DOOR),
        at("PASS", "endless 230 at", flood(b"230 in\r\n")).accept(AT_THE_DOOR),
        at("PASS", "endless reply at", flood(b"230-in\r\n")).accept(AT_THE_DOOR),
        at("FEAT", "a million lines at", Act::Raw(million().repeat(150_000)))
            .accept(&[HEALTHY, UNKNOWN]),
        at("FEAT", "endless features at", flood(b" MLST a;b;c\r\n")).accept(&[HEALTHY, UNKNOWN]),
        at("STAT", "endless reply at", flood(b"211-still more\r\n")).accept(&[HEALTHY, UNKNOWN]),
        at("STAT", "endless 150 at", flood(b"150 still more\r\n")).accept(&[HEALTHY, UNKNOWN]),
        at("PWD", "endless 150 in lines at", flood(b"150-x\r\n150 y\r\n"))
            .accept(&[HEALTHY, UNKNOWN]),
        at("PASV", "endless 150 at", flood(b"150 still more\r\n")).accept(&[HEALTHY, UNKNOWN]),
        at("PASV", "endless 227 at", flood(b"227 ok (127,0,0,1,9,9)\r\n")).accept(&[
            HEALTHY,
            UNKNOWN,
            "passive-port-refused",
        ]),
        at("LIST", "endless 150 at", flood(b"150 coming\r\n")).accept(&[UNKNOWN]),
        at("LIST", "endless 226 at", flood(b"226 done\r\n")).accept(&[
            UNKNOWN,
            "transfer-stalls",
            "data-closed-early",
            "active-disabled",
        ]),
        at("QUIT", "endless 221 at", flood(b"221 bye\r\n")).accept(&[HEALTHY]),
        at("QUIT", "endless line at", flood(b"a")).accept(&[HEALTHY]),
        at("PORT", "endless 150 at", flood(b"150 wait\r\n")).accept(&[HEALTHY, UNKNOWN]),
    ];
    // Never quiet, from the first byte on, whatever is asked.
    cases.push(
        case("replies without end and without a question")
            .at("greeting", &[say("220 Ready."), wait(300), flood(b"200 ok\r\n")])
            .accept(AT_THE_DOOR)
            .accept(&["listing-refused"]),
    );
    alone("endless words", &cases);
}

fn noise() -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    (0..9973).map(next).collect()
}

#[test]
fn words_that_steer() {
    let line = |code: &str| say(&format!("{code} {STEERING}"));
    let lines = |code: &str| {
        raw(format!("{code}-{STEERING}\r\n {STEERING}\r\n{STEERING}\r\n{code} {STEERING}\r\n")
            .as_bytes())
    };
    let friendly = |case: Case, reply: &dyn Fn(&str) -> Act| {
        [("greeting", "220"), ("USER", "331"), ("PASS", "230"), ("FEAT", "211"), ("SYST", "215")]
            .into_iter()
            .chain([("STAT", "211"), ("PWD", "257"), ("TYPE", "200"), ("PORT", "200")])
            .chain([("EPRT", "200")])
            .fold(case, |case, (verb, code)| case.at(verb, &[reply(code)]))
    };
    let mut cases = vec![
        friendly(case("steering words, all is well"), &line).accept(&[HEALTHY]),
        friendly(case("steering words in lines, all is well"), &lines).accept(&[HEALTHY]),
        case("steering 227").at("PASV", &[line("227")]).accept(&[
            UNKNOWN,
            HEALTHY,
            "pasv-unsupported",
            "passive-disabled",
        ]),
        case("steering 229").at("EPSV", &[line("229")]).accept(&[
            UNKNOWN,
            HEALTHY,
            "epsv-unsupported",
        ]),
        case("steering refusals")
            .at_each(&["PASV", "EPSV", "PORT", "EPRT"], &[line("500")])
            .accept(&[UNKNOWN, "passive-disabled", "active-disabled", "pasv-unsupported"]),
        case("steering listing refusal")
            .at_each(&["LIST", "NLST", "MLSD"], &[line("550")])
            .accept(&[UNKNOWN, "listing-refused"]),
        case("steering 426")
            .at("LIST", &[say("150 Go."), Act::Open, line("426"), Act::DataRst])
            .accept(&[UNKNOWN, "data-closed-early"]),
        case("steering 425").at("LIST", &[line("425")]).accept(&[
            UNKNOWN,
            "listing-refused",
            "server-rejects-data-peer",
            "client-firewall-blocks-active",
            "server-firewall-blocks-active",
            "firewall-blocks-active",
        ]),
        case("steering 421").at("LIST", &[line("421"), Act::Close]).accept(&[
            UNKNOWN,
            "data-closed-early",
            "control-closed",
            "listing-refused",
            "too-many-connections",
            "control-idle-dropped",
        ]),
        case("steering greeting that is no reply")
            .at("greeting", &[raw(format!("{STEERING}\r\n").as_bytes()), Act::Hang])
            .accept(&["control-not-ftp"]),
        case("steering login refusal")
            .at("PASS", &[line("530")])
            .accept(&["login-rejected"])
            .logins(1),
        case("steering 421 at the door")
            .at("greeting", &[line("421"), Act::Close])
            .accept(&["control-closed", "too-many-connections"]),
        case("a greeting of NULs").at("greeting", &[raw(&[0; 300]), Act::Hang]).accept(AT_THE_DOOR),
        case("NULs between the digits")
            .at("greeting", &[raw(b"2\x002\x000 \x00hello\r\n"), Act::Hang])
            .accept(AT_THE_DOOR),
        case("NULs in a reply").at("greeting", &[raw(b"220 a\0b\0c\r\n")]).accept(&[HEALTHY]),
    ];
    cases.push(
        case("4 kB of invisible characters")
            .at("greeting", &[say(&format!("220 {}", "\u{202e}".repeat(1300)))])
            .accept(&[HEALTHY]),
    );
    alone("words that steer", &cases);
}

#[test]
fn slow_and_out_of_turn() {
    let drop = |text: &str| Act::Drip(text.as_bytes().to_vec(), Duration::from_secs(1));
    let quick = |text: &str| Act::Drip(text.as_bytes().to_vec(), Duration::from_millis(100));
    alone(
        "slow and out of turn",
        &[
            case("greeting, a byte per second").at("greeting", &[drop("220 Ready when I am.\r\n")]).accept(AT_THE_DOOR),
            case("USER, a byte per second").at("USER", &[drop("331 Password, please.\r\n")]).accept(AT_THE_DOOR),
            case("PASS, a byte per second").at("PASS", &[drop("230 In, nearly.\r\n")]).accept(AT_THE_DOOR),
            case("STAT, a byte per second").at("STAT", &[drop("211-x\r\n")]).accept(&[UNKNOWN, HEALTHY]),
            case("PASV, a byte per second").at("PASV", &[drop("227 Entering Passive Mode\r\n")]).accept(&[UNKNOWN, HEALTHY]),
            case("PASV, ten bytes per second, for ever").at("PASV", &[quick("227-Entering\r\n")]).accept(&[UNKNOWN, HEALTHY]),
            case("LIST, a byte per second").at("LIST", &[drop("150 Here it comes\r\n")])
                .accept(&[UNKNOWN, "transfer-stalls"]),
            case("every reply before its command")
                .at("greeting", &[raw(b"220 Ready.\r\n331 Pass?\r\n230 In.\r\n211 no\r\n215 UNIX\r\n211 no\r\n257 \"/\"\r\n200 A\r\n")])
                .at_each(&["USER", "PASS", "FEAT", "SYST", "STAT", "PWD", "TYPE"], &[])
                .accept(AT_THE_DOOR),
            case("227 before PASV").at("TYPE", &[raw(b"200 A\r\n227 ok (127,0,0,77,9,9)\r\n")]).accept(&[HEALTHY]),
            case("226 before LIST").at("PASV", &[Act::Listen, say("227 ok ({p})\n226 Done.")]).accept(&[HEALTHY]),
            case("150 to everything").at_each(&["USER", "PASS", "FEAT"], &[say("150 well")]).accept(AT_THE_DOOR),
            case("USER and PASS swapped").at("USER", &[say("230 In.")]).at("PASS", &[say("331 Password?")]).accept(&[HEALTHY]),
            case("two replies for every command")
                .at("USER", &[say("331 Password.\n331 Password!")])
                .at("PASS", &[say("230 In.\n230 In!")])
                .at("FEAT", &[say("211 None.\n211 None!")])
                .at("TYPE", &[say("200 A.\n200 A!")])
                .at("PASV", &[Act::Listen, say("227 ({p})\n227 ({p})")])
                .accept(&[HEALTHY]),
            case("codes from another world")
                .at("SYST", &[say("999 ?")]).at("FEAT", &[say("000 ?")]).at("STAT", &[say("700 ?")]).at("PWD", &[say("099 ?")])
                .accept(&[HEALTHY, UNKNOWN]),
            case("lower-case and Latin replies").at("FEAT", &[raw(b"211-\xe9\xe8\r\n \xff\xfe\r\n211 end\r\n")]).accept(&[HEALTHY]),
            case("bare CR for line ends").at("greeting", &[raw(b"220 Ready.\r"), Act::Hang]).accept(AT_THE_DOOR),
            case("nothing at all").at("greeting", &[Act::Hang]).accept(AT_THE_DOOR),
            case("nothing after the greeting").at("USER", &[Act::Hang]).accept(AT_THE_DOOR),
            case("nothing after USER").at("PASS", &[Act::Hang]).accept(AT_THE_DOOR),
            case("half a reply").at("USER", &[raw(b"33"), Act::Close]).accept(AT_THE_DOOR),
        ],
    );
}

#[test]
fn gone_at_every_step() {
    let mut cases = Vec::new();
    for verb in BEFORE {
        let survived = !matches!(*verb, "greeting" | "USER" | "PASS");
        for (word, act) in [("closes", Act::Close), ("resets", Act::Rst)] {
            let always =
                case(format!("{word} at {verb}, always")).at(verb, std::slice::from_ref(&act));
            cases.push(if survived {
                // The survey may be what it dislikes: attempts have logins of their own.
                always.accept(&[HEALTHY, UNKNOWN, "control-closed"])
            } else {
                always.accept(AT_THE_DOOR)
            });
            let once = case(format!("{word} at {verb}, once")).at(verb, &[act]).then_healthy();
            cases.push(if survived {
                once.accept(&[HEALTHY])
            } else {
                once.accept(AT_THE_DOOR).accept(&[HEALTHY])
            });
        }
    }
    for verb in ["PASV", "EPSV", "PORT", "EPRT", "LIST", "QUIT"] {
        for (word, act) in [("closes", Act::Close), ("resets", Act::Rst)] {
            cases.push(case(format!("{word} at {verb}")).at(verb, &[act]).accept(&[
                HEALTHY,
                UNKNOWN,
                "alg-rewrites-control",
                "data-closed-early",
            ]));
        }
    }
    alone("gone at every step", &cases);
}

#[test]
fn logins_that_never_settle() {
    let slower = (0..12).fold(case("every login is slower"), |case, number| {
        case.at("USER", &[wait(number * 700), say("331 Password?")]).then()
    });
    alone(
        "logins that never settle",
        &[
            case("331 for ever")
                .at("PASS", &[say("331 Again.")])
                .accept(&["login-rejected"])
                .logins(1),
            case("332 for ever")
                .at_each(&["USER", "PASS", "ACCT"], &[say("332 Account?")])
                .accept(&["login-rejected"])
                .logins(1),
            case("331, 332, 331")
                .at("PASS", &[say("332 Account?")])
                .at("ACCT", &[say("331 Password?")])
                .accept(&["login-rejected"])
                .logins(1),
            case("334 to USER").at("USER", &[say("334 ADAT=")]).accept(AT_THE_DOOR).logins(1),
            case("336 challenge for ever")
                .at_each(&["USER", "PASS"], &[say("336 otp-md5 499 ke1234")])
                .accept(&["login-rejected"])
                .logins(1),
            case("welcome once, refused ever after")
                .then()
                .at("PASS", &[say("530 Login incorrect.")])
                .accept(&[UNKNOWN, "login-rejected", HEALTHY])
                .logins(2),
            case("another refusal each time")
                .then()
                .at("PASS", &[say("530 Login {n} incorrect.")])
                .accept(&[UNKNOWN, "login-rejected", HEALTHY])
                .logins(2),
            case("refused every other time")
                .then()
                .at("PASS", &[say("530 Login incorrect.")])
                .then_healthy()
                .accept(&[UNKNOWN, "login-rejected", HEALTHY])
                .logins(2),
            case("too many, ever after")
                .then()
                .at("PASS", &[say("530 Too many connections, sorry.")])
                .accept(&[UNKNOWN, HEALTHY, "too-many-connections"])
                .logins(4),
            case("421 at the door, ever after")
                .then()
                .at("greeting", &[say("421 Too many connections from your address."), Act::Close])
                .accept(&[UNKNOWN, HEALTHY, "too-many-connections"])
                .logins(4),
            case("421 in mid-session").at("PASV", &[say("421 Going down."), Act::Close]).accept(&[
                UNKNOWN,
                HEALTHY,
                "control-closed",
                "control-idle-dropped",
                "passive-disabled",
            ]),
            case("421 to LIST").at("LIST", &[say("421 Idle for 0 seconds."), Act::Close]).accept(
                &[
                    UNKNOWN,
                    "control-closed",
                    "control-idle-dropped",
                    "data-closed-early",
                    "listing-refused",
                ],
            ),
            case("421 and stays").at("PASV", &[say("421 Going down.")]).accept(&[
                UNKNOWN,
                HEALTHY,
                "control-closed",
                "passive-disabled",
                "pasv-unsupported",
            ]),
            case("TLS demanded from the second login on")
                .then()
                .at("USER", &[say("530 Non-anonymous sessions must use encryption.")])
                .accept(&[UNKNOWN, HEALTHY, "tls-required"])
                .logins(2),
            case("another software each time")
                .at("greeting", &[say("220 (vsFTPd 3.0.3)")])
                .then()
                .at("greeting", &[say("220 ProFTPD Server ready.")])
                .then()
                .at("greeting", &[say("220 Microsoft FTP Service")])
                .accept(&[HEALTHY]),
            slower.deadline(10).accept(&[HEALTHY, UNKNOWN]),
        ],
    );
}
