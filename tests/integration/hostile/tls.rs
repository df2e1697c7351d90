//! What a server can do with TLS, and in its place.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::case::{Case, HEALTHY, UNKNOWN, case, play, sound};
use super::certificates;
use super::server::{Act, data, flood, raw, say, wait};
use crate::support::process;

const FAILED: &[&str] =
    &["tls-handshake-failed", "tls-unsupported", "control-closed", "control-not-ftp", UNKNOWN];
const UNTRUSTED: &[&str] = &["tls-certificate-invalid", "tls-handshake-failed", UNKNOWN];

/// A record whose length field promises the most.
const RECORD: &[u8] = b"\x16\x03\x03\xff\xff\x02\x00";

fn auth(name: &str, acts: &[Act]) -> Case {
    case(name).scheme("ftpes://").at("AUTH", acts)
}

fn implicit(name: &str, acts: &[Act]) -> Case {
    case(name).scheme("ftps://").at("greeting", acts)
}

#[test]
fn tls_at_the_wrong_moment() {
    let go = || say("234 Go.");
    let alert = || raw(&[0x15, 3, 3, 0, 2, 2, 40]);
    play(
        "TLS at the wrong moment",
        &[
            auth("plain text after AUTH", &[go(), say("220 Hello again."), Act::Hang])
                .accept(FAILED),
            auth(
                "plain text instead of a ServerHello",
                &[go(), wait(300), say("500 What is this?"), Act::Hang],
            )
            .accept(FAILED),
            auth("endless plain text after AUTH", &[go(), flood(b"220 hello\r\n")]).accept(FAILED),
            auth(
                "endless plain text a moment after AUTH",
                &[go(), wait(300), flood(b"220 hello\r\n")],
            )
            .accept(FAILED),
            auth("endless alerts", &[go(), wait(100), flood(&[0x15, 3, 3, 0, 2, 1, 90])])
                .accept(FAILED),
            auth("endless empty records", &[go(), wait(100), flood(&[0x16, 3, 3, 0, 0])])
                .accept(FAILED),
            auth("endless ChangeCipherSpec", &[go(), wait(100), flood(&[0x14, 3, 3, 0, 1, 1])])
                .accept(FAILED),
            auth("a record of 65535 bytes", &[go(), wait(100), raw(RECORD), flood(b"\0")])
                .accept(FAILED),
            auth(
                "a handshake message of 16 MB",
                &[
                    go(),
                    wait(100),
                    flood(
                        &[&[0x16, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff][..], &[0; 0x3ffc]].concat(),
                    ),
                ],
            )
            .accept(FAILED),
            auth("silence after AUTH", &[go(), Act::Hang]).accept(FAILED),
            auth("closes after AUTH", &[go(), Act::Close]).accept(FAILED),
            auth("resets after AUTH", &[go(), Act::Rst]).accept(FAILED),
            auth("alert after AUTH", &[go(), wait(100), alert(), Act::Close]).accept(FAILED),
            auth("AUTH agreed to for ever", &[flood(b"234 go\r\n")]).accept(FAILED),
            auth("334 to AUTH, then text", &[say("334 Go on."), say("334 And on."), Act::Hang])
                .accept(FAILED),
            auth("AUTH refused in escapes", &[say("500 \u{1b}[2J\u{202e}no")])
                .accept(&["tls-unsupported"]),
            implicit("FTP where TLS should be", &[say("220 Ready.")]).accept(FAILED),
            implicit(
                "HTTP where TLS should be",
                &[wait(200), say("HTTP/1.0 400 Bad Request"), Act::Close],
            )
            .accept(FAILED),
            implicit("an SSH server where TLS should be", &[say("SSH-2.0-x"), Act::Hang])
                .accept(FAILED),
            implicit("an alert at once", &[alert(), Act::Close]).accept(FAILED),
            case("TLS where FTP should be").at("greeting", &[alert(), Act::Hang]).accept(&[
                "control-not-ftp",
                "tls-required",
                UNKNOWN,
            ]),
            case("TLS records for ever").at("greeting", &[flood(RECORD)]).accept(&[
                "control-not-ftp",
                "tls-required",
                UNKNOWN,
            ]),
            case("an alert to USER").at("USER", &[alert()]).accept(&[
                "control-not-ftp",
                "login-rejected",
                "control-closed",
                "control-silent",
                UNKNOWN,
            ]),
            case("an alert to LIST").at("LIST", &[alert(), Act::Hang]).modes("pasv").accept(&[
                UNKNOWN,
                "data-closed-early",
                "control-closed",
                "transfer-stalls",
            ]),
        ],
        certificates::all(),
    );
}

#[test]
fn absurd_certificates() {
    let mut cases = Vec::new();
    let names = [
        "own",
        "own12",
        "expired",
        "future",
        "backwards",
        "thousand names",
        "ten thousand names",
        "huge name",
        "odd words",
        "long serial number",
        "nobody's",
        "a hundred of it",
        "the same, 1.2",
    ];
    for name in names {
        cases.push(
            auth(&format!("certificate: {name}"), &[say("234 Go."), Act::Tls(name)])
                .accept(UNTRUSTED),
        );
        cases.push(
            auth(&format!("certificate: {name}, taken"), &[say("234 Go."), Act::Tls(name)])
                .args(&["--insecure", "--modes", "pasv"])
                .at(
                    "LIST",
                    &[
                        say("150 Go."),
                        Act::Open,
                        Act::DataTls(name),
                        data(b"a\r\n"),
                        Act::DataClose,
                        say("226 Done."),
                    ],
                )
                .accept(UNTRUSTED)
                .accept(&[HEALTHY]),
        );
    }
    play("absurd certificates", &cases, certificates::all());
}

#[test]
fn under_tls() {
    let inside = |name: &str| {
        auth(name, &[say("234 Go."), Act::Tls("own")])
            .at(
                "LIST",
                &[
                    say("150 Go."),
                    Act::Open,
                    Act::DataTls("own"),
                    data(b"a\r\n"),
                    Act::DataClose,
                    say("226 Done."),
                ],
            )
            .args(&["--insecure"])
            .accept(UNTRUSTED)
    };
    let list = |name: &str, acts: &[Act]| inside(name).at("LIST", acts).modes("pasv");
    let go = || say("150 Go.");
    play(
        "under TLS",
        &[
            inside("endless reply under TLS").at("STAT", &[flood(b"211-more\r\n")]).accept(&[
                HEALTHY,
                UNKNOWN,
                "data-tls-required",
            ]),
            inside("endless 150 under TLS")
                .at("FEAT", &[flood(b"150 more\r\n")])
                .accept(&[HEALTHY, UNKNOWN]),
            inside("endless 200 under TLS")
                .at("TYPE", &[flood(b"200 more\r\n")])
                .modes("pasv")
                .accept(&[HEALTHY, UNKNOWN, "listing-refused", "transfer-stalls"]),
            inside("PROT refused")
                .at("PROT", &[say("534 No.")])
                .accept(&["data-tls-refused", UNKNOWN]),
            inside("PROT agreed to, data in clear")
                .at("LIST", &[go(), Act::Open, data(b"a\r\n"), Act::DataClose, say("226 Done.")])
                .accept(&[
                    UNKNOWN,
                    "tls-handshake-failed",
                    "data-tls-refused",
                    "data-closed-early",
                    "tls-session-reuse-required",
                ]),
            list(
                "data: endless clear text",
                &[go(), Act::Open, Act::DataFlood(b"a file\r\n".to_vec())],
            )
            .accept(&[UNKNOWN, "data-tls-refused", "data-closed-early"]),
            list("data: silence instead of TLS", &[go(), Act::Open, Act::Hang]).accept(&[
                UNKNOWN,
                "data-tls-refused",
                "transfer-stalls",
            ]),
            list(
                "data: endless listing",
                &[go(), Act::Open, Act::DataTls("own"), Act::DataFlood(b"a file\r\n".to_vec())],
            )
            .accept(&[HEALTHY]),
            list(
                "data: another certificate",
                &[go(), Act::Open, Act::DataTls("odd words"), Act::DataClose, say("226 Done.")],
            )
            .accept(&[HEALTHY, UNKNOWN]),
            list("data: RST in the handshake", &[go(), Act::Open, Act::DataRst, say("425 No.")])
                .accept(&[
                    UNKNOWN,
                    "tls-session-reuse-required",
                    "data-tls-refused",
                    "data-closed-early",
                    "listing-refused",
                ]),
            list(
                "522 reuse demanded, always",
                &[say("522 SSL connection failed; session reuse required.")],
            )
            .accept(&[UNKNOWN, "tls-session-reuse-required", "listing-refused"]),
        ],
        certificates::all(),
    );
}

/// OpenSSL asks for another handshake in the middle of the session (TLS 1.2), again and again.
#[test]
fn renegotiation_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let own = certificates::here().self_signed(&key).unwrap();
    let (pem, secret) = (folder.path().join("own.pem"), folder.path().join("key.pem"));
    std::fs::write(&pem, own.pem()).unwrap();
    std::fs::write(&secret, key.serialize_pem()).unwrap();
    // A port that is free now; the server says so itself where it is not any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Command::new("openssl")
        .args(["s_server", "-crlf", "-tls1_2", "-naccept", "1", "-accept"])
        .arg(format!("127.0.0.1:{port}"))
        .arg("-cert")
        .arg(&pem)
        .arg("-key")
        .arg(&secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut server) = server else {
        eprintln!("skipped: there is no openssl here");
        return;
    };
    let mut words = server.stdin.take().unwrap();
    let told = BufReader::new(server.stdout.take().unwrap());
    let listens = || {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        table.contains(&format!("0100007F:{port:04X} 00000000:0000 0A"))
    };
    let until = Instant::now() + Duration::from_secs(5);
    while !listens() {
        assert!(Instant::now() < until, "openssl does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    // A line that is `r` alone is a command to OpenSSL: another handshake.
    let talk = std::thread::spawn(move || {
        let mut asked = false;
        let _ = words.write_all(b"220 Ready.\n");
        for line in told.lines() {
            let Ok(line) = line else { return asked };
            asked |= line.contains("SSL_do_handshake");
            let reply = match line.split(' ').next().unwrap_or_default() {
                "USER" => "331 Password?",
                "PASS" => "230 In.",
                "QUIT" => "221 Bye.",
                "FEAT" | "SYST" | "STAT" | "PWD" | "TYPE" | "PBSZ" | "PROT" | "PASV" => "500 No.",
                // What OpenSSL says itself.
                _ => continue,
            };
            for words_of in [reply, "r"] {
                let _ = words.write_all(format!("{words_of}\n").as_bytes());
                let _ = words.flush();
                // It takes a command only where nothing else came with it.
                std::thread::sleep(Duration::from_millis(60));
            }
        }
        asked
    });
    let target = format!("ftps://127.0.0.1:{port}");
    let ran =
        process::run(&["--json", "--insecure", "--modes", "pasv", "--deadline", "6s", &target]);
    let _ = server.kill();
    let _ = server.wait();
    assert!(talk.join().unwrap(), "openssl was never told to");
    assert!(sound(&ran).is_empty(), "{:?}", sound(&ran));
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let verdict = report["verdict"].as_str().unwrap();
    assert!(matches!(verdict, "broken" | "unreachable" | "incomplete"), "{report}");
}
