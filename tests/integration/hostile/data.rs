//! What a server can do with data connections: where it sends the client, what it sends there.

use std::sync::Arc;
use std::time::Duration;

use super::case::{Case, HEALTHY, UNKNOWN, case, play};
use super::server::{Act, data, flood, say, wait};

fn alone(group: &str, cases: &[Case]) {
    play(group, cases, &Arc::default());
}

/// What may be said of a mode whose announcement makes no sense, while others work.
const NO_SENSE: &[&str] =
    &[HEALTHY, UNKNOWN, "pasv-unsupported", "epsv-unsupported", "passive-disabled"];

#[test]
fn announcements_of_every_kind() {
    // Nothing that can be dialled may come of these.
    const NONSENSE: &[(&str, &str)] = &[
        ("PASV", "227"),
        ("PASV", "227 Entering Passive Mode"),
        ("PASV", "227 ()"),
        ("PASV", "227 (,,,,,)"),
        ("PASV", "227 (127,0,0,1,4)"),
        ("PASV", "227 (127,0,0,1,,7)"),
        ("PASV", "227 (127.0.0.1:4711)"),
        ("PASV", "227 (256,0,0,1,4,7)"),
        ("PASV", "227 (127,0,0,1,256,0)"),
        ("PASV", "227 (-127,0,0,1,4,7)"),
        ("PASV", "227 (99999999999999999999,0,0,1,4,7)"),
        ("PASV", "227 (0x7f,0,0,1,4,7)"),
        ("PASV", "227 (a,b,c,d,e,f)"),
        ("PASV", "227 (127,0,0,1,4.5,7)"),
        ("PASV", "227 (127 0 0 1 4 7)"),
        ("EPSV", "229"),
        ("EPSV", "229 Extended"),
        ("EPSV", "229 (||||)"),
        ("EPSV", "229 (|||)"),
        ("EPSV", "229 (|||65536|)"),
        ("EPSV", "229 (|||99999999999999999999|)"),
        ("EPSV", "229 (|||-1|)"),
        ("EPSV", "229 (|||port|)"),
        ("EPSV", "229 (|!|4711|)"),
        ("EPSV", "229 (|||{port}"),
        ("EPSV", "229 |||0x1234|"),
        ("EPSV", "229 (|||1 2|)"),
        ("EPSV", "229 (\u{7f}\u{7f}\u{7f}4711\u{7f}"),
        ("EPSV", "229 (|||0|)"),
        ("PASV", "227 (127,0,0,1,0,0)"),
    ];
    let mut cases: Vec<Case> = NONSENSE
        .iter()
        .map(|(verb, reply)| {
            case(format!("{verb}: {}", reply.escape_debug()))
                .at(verb, &[Act::Listen, say(reply)])
                .modes("pasv,epsv")
                .accept(NO_SENSE)
                .accept(&["passive-port-refused"])
                .deadline(6)
        })
        .collect();
    let long = |verb: &'static str, reply: String| {
        case(format!("{verb}: {} bytes", reply.len()))
            .at(verb, &[say(&reply)])
            .modes("pasv,epsv")
            .accept(NO_SENSE)
    };
    cases.push(long("PASV", format!("227 ({})", "1,".repeat(20_000))));
    cases.push(long("PASV", format!("227 {}", "(".repeat(4000))));
    cases.push(long("EPSV", format!("229 ({})", "|".repeat(30_000))));
    cases.push(long("EPSV", format!("229 (|||{}|)", "9".repeat(3000))));
    alone("announcements of every kind", &cases);
}

#[test]
fn announcements_that_point_elsewhere() {
    let wrong_address = &[
        "passive-address-unroutable",
        "passive-address-mismatch",
        UNKNOWN,
        HEALTHY,
        "alg-rewrites-control",
    ];
    let mut cases = Vec::new();
    for (word, address) in [
        ("zero", "0,0,0,0"),
        ("broadcast", "255,255,255,255"),
        ("multicast", "224,0,0,1"),
        ("another loopback", "127,1,2,3"),
        ("private", "192,168,77,1"),
        ("carrier-grade", "100,64,0,9"),
        ("link-local", "169,254,169,254"),
        ("documentation", "192,0,2,1"),
        ("class E", "240,0,0,1"),
        ("somebody's", "8,8,8,8"),
    ] {
        // The port is right, and the peer's own address is the one that is dialled.
        cases.push(
            case(format!("227 with a {word} address"))
                .at("PASV", &[Act::Listen, say(&format!("227 ({address},{{hi}},{{lo}})"))])
                .modes("pasv,epsv")
                .accept(wrong_address),
        );
        cases.push(
            case(format!("229 with a {word} address"))
                .at(
                    "EPSV",
                    &[
                        Act::Listen,
                        say(&format!("229 (|1|{}|{{port}}|)", address.replace(',', "."))),
                    ],
                )
                .modes("pasv,epsv")
                .accept(wrong_address),
        );
    }
    let refused = &[
        "passive-address-unroutable",
        "passive-address-mismatch",
        "passive-port-refused",
        "passive-ports-not-forwarded",
        UNKNOWN,
        HEALTHY,
    ];
    cases.extend([
        case("227 into the client's network")
            .at("PASV", &[say("227 ({decoy})")])
            .modes("pasv")
            .accept(refused),
        case("227 into the client's network, every mode")
            .at("PASV", &[say("227 ({decoy})")])
            .accept(refused),
        case("229 into the client's network")
            .at("EPSV", &[say("229 (|1|{decoy.ip}|{decoy.port}|)")])
            .modes("epsv")
            .accept(refused),
        case("227 into the client's network, as asked")
            .at("PASV", &[say("227 ({decoy})")])
            .modes("pasv")
            .args(&["--dial-advertised"])
            .accept(refused)
            .accept(&["data-closed-early"])
            .decoyed(),
        case("200 to PASV, into the client's network")
            .at("PASV", &[say("200 ok ({decoy})")])
            .modes("pasv")
            .accept(refused),
        case("227 into the server's own control port")
            .at("PASV", &[say("227 ({control})")])
            .modes("pasv")
            .accept(refused)
            .accept(&[
                "transfer-stalls",
                "data-intercepted",
                "data-closed-early",
                "listing-refused",
            ]),
        case("227 to a port at which nobody listens")
            .at("PASV", &[Act::ListenNot, say("227 ({p})")])
            .modes("pasv")
            .accept(refused),
        case("another port each time, none open")
            .at_each(&["PASV"], &[Act::ListenNot, say("227 ({p})")])
            .at("EPSV", &[Act::ListenNot, say("229 (|||{port}|)")])
            .accept(refused),
    ]);
    alone("announcements that point elsewhere", &cases);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn transfers_without_end_or_order() {
    let go = || say("150 Go.");
    let line = || data(b"-rw-r--r-- 1 0 0 3 Jan 1 1970 a.txt\r\n");
    let list =
        |name: &str, acts: &[Act]| case(name).at_each(&["LIST", "NLST", "MLSD"], acts).deadline(9);
    let early = &[HEALTHY, UNKNOWN, "data-closed-early", "transfer-stalls", "listing-refused"];
    alone(
        "transfers without end or order",
        &[
            list(
                "endless listing",
                &[go(), Act::Open, Act::DataFlood(b"a file\r\n".to_vec()), say("226 Done.")],
            )
            .accept(&[HEALTHY])
            .says("cut"),
            list("endless line in a listing", &[go(), Act::Open, Act::DataFlood(b"a".to_vec())])
                .accept(&[HEALTHY]),
            list(
                "endless escapes in a listing",
                &[go(), Act::Open, Act::DataFlood("\u{1b}[2J\u{202e}\0".as_bytes().to_vec())],
            )
            .accept(&[HEALTHY]),
            list(
                "5 MB listing",
                &[go(), Act::Open, data(&vec![b'x'; 5 << 20]), Act::DataClose, say("226 Done.")],
            )
            .accept(&[HEALTHY]),
            list(
                "a listing, a byte per second",
                &[go(), Act::Open, Act::DataDrip(b"x".to_vec(), Duration::from_secs(1))],
            )
            .accept(early),
            list(
                "data after 226",
                &[
                    go(),
                    Act::Open,
                    line(),
                    say("226 Done."),
                    line(),
                    wait(200),
                    line(),
                    Act::DataClose,
                ],
            )
            .accept(&[HEALTHY]),
            list(
                "data after 226 for ever",
                &[go(), Act::Open, say("226 Done."), Act::DataFlood(b"x\r\n".to_vec())],
            )
            .accept(early),
            list("226 before data", &[say("226 Done."), Act::Open, line(), Act::DataClose])
                .accept(&[HEALTHY]),
            list("226 before 150", &[say("226 Done."), go(), Act::Open, line(), Act::DataClose])
                .accept(&[HEALTHY]),
            list(
                "226 and no data connection closed",
                &[go(), Act::Open, line(), say("226 Done."), Act::Hang],
            )
            .accept(early),
            list("no 226", &[go(), Act::Open, line(), Act::DataClose]).accept(early),
            list("150 and nothing", &[go(), Act::Open, Act::Hang])
                .accept(early)
                .accept(&["path-mtu-black-hole", "data-intercepted"]),
            list("RST in mid-listing", &[go(), Act::Open, line(), Act::DataRst, say("226 Done.")])
                .accept(early),
            list("RST in mid-listing, and silence", &[go(), Act::Open, line(), Act::DataRst])
                .accept(early),
            list("both RST in mid-listing", &[go(), Act::Open, line(), Act::DataRst, Act::Rst])
                .accept(early)
                .accept(&["control-closed", "alg-rewrites-control"]),
            list("control closed in mid-listing", &[go(), Act::Open, line(), Act::Close])
                .accept(early)
                .accept(&["control-closed"]),
            list("421 in mid-listing", &[go(), Act::Open, line(), say("421 Timeout."), Act::Close])
                .accept(early)
                .accept(&["control-closed", "control-idle-dropped"]),
            list(
                "426 in mid-listing",
                &[
                    go(),
                    Act::Open,
                    line(),
                    say("426 Failure writing network stream."),
                    Act::DataClose,
                ],
            )
            .accept(early),
            list(
                "550 after a whole listing",
                &[go(), Act::Open, line(), Act::DataClose, say("550 Changed my mind.")],
            )
            .accept(early),
            list(
                "a listing of replies",
                &[
                    go(),
                    Act::Open,
                    data(b"226 Done.\r\n530 Login incorrect.\r\n421 Bye.\r\n"),
                    Act::DataClose,
                    say("226 Done."),
                ],
            )
            .accept(&[HEALTHY]),
            list(
                "control floods while data flows",
                &[go(), Act::Open, line(), flood(b"150 still\r\n")],
            )
            .accept(early),
            list("no such listing command, ever", &[say("502 Not implemented.")])
                .accept(&["listing-refused", UNKNOWN]),
            case("an endless file")
                .at("RETR", &[go(), Act::Open, Act::DataFlood(vec![0; 4096])])
                .args(&["--get", "/dev/zero"])
                .deadline(14)
                .modes("pasv")
                .accept(&[HEALTHY, UNKNOWN, "transfer-stalls"]),
            case("a path that would end the line")
                .args(&["--get", "a b;c"])
                .modes("pasv")
                .accept(&[HEALTHY]),
            case("a server that changes its mind")
                .modes("pasv,epsv")
                .then()
                .at_each(&["PASV", "EPSV"], &[say("500 No.")])
                .then()
                .at_each(&["PASV", "EPSV"], &[say("421 Never again."), Act::Close])
                .then_healthy()
                .accept(&[HEALTHY, UNKNOWN, "passive-disabled", "control-closed", "epsv-blocked"]),
        ],
    );
}

#[test]
fn calls_from_strangers() {
    let call = |name: &str, acts: &[Act]| {
        case(name).at_each(&["LIST"], acts).modes("port,eprt").deadline(12)
    };
    let go = || say("150 Go.");
    let line = || data(b"a.txt\r\n");
    alone(
        "calls from strangers",
        &[
            call(
                "one stranger, then the server",
                &[go(), Act::Strangers(1), Act::Open, line(), Act::DataClose, say("226 Done.")],
            )
            .accept(&[HEALTHY]),
            call(
                "a hundred strangers, then the server",
                &[go(), Act::Strangers(100), Act::Open, line(), Act::DataClose, say("226 Done.")],
            )
            .accept(&[HEALTHY, UNKNOWN]),
            call("strangers alone", &[go(), Act::Strangers(40), wait(500), say("226 Done.")])
                .accept(&[
                    UNKNOWN,
                    "active-source-address-unexpected",
                    "client-firewall-blocks-active",
                ]),
            call("strangers and silence", &[go(), Act::Strangers(3), Act::Hang]).accept(&[
                UNKNOWN,
                "active-source-address-unexpected",
                "client-firewall-blocks-active",
                "server-firewall-blocks-active",
                "firewall-blocks-active",
            ]),
            call("nobody ever", &[go(), Act::Hang]).accept(&[
                UNKNOWN,
                "client-firewall-blocks-active",
                "server-firewall-blocks-active",
                "firewall-blocks-active",
            ]),
            call(
                "the server, many times",
                &[go(), Act::Open, Act::Open, Act::Open, line(), Act::DataClose, say("226 Done.")],
            )
            .accept(&[HEALTHY, UNKNOWN, "data-closed-early"]),
            case("calls before the answer to PORT")
                .at_each(&["PORT", "EPRT"], &[Act::Open, say("200 Fine.")])
                .at("LIST", &[go(), line(), Act::DataClose, say("226 Done.")])
                .modes("port,eprt")
                .accept(&[HEALTHY]),
            case("strangers before the answer to PORT")
                .at_each(&["PORT", "EPRT"], &[Act::Strangers(30), say("200 Fine.")])
                .modes("port,eprt")
                .accept(&[HEALTHY, UNKNOWN]),
        ],
    );
}
