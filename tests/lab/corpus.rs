//! Captures of the lab's worlds, and what `ftp-doctor read` makes of them.
//!
//! Real clients list a folder in each world, one at a time, while tcpdump looks on at the client, at
//! a router and at the server. Each file is read alone and each pair together. What the world is
//! stands in the table below; the program's own run in it has to agree. A file may say less than
//! that, never another cause: nothing is a problem in a file of a client that got its listing, and
//! nothing is well in one of a client that did not.
//!
//! It takes half an hour and is run by name:
//!
//! ```text
//! FTP_DOCTOR_CORPUS=/tmp/corpus cargo test --test lab -- --ignored lab::corpus --nocapture
//! ```
//!
//! The folder keeps the files. Where it holds a corpus already, that is judged again, and nothing is
//! captured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::firewall::{Action, Firewall, Icmp, Match, Nat, Place};
use super::gate::Gate;
use super::net::{Address, Node, TO_CLIENT, TO_SERVER, Topology};
use super::run::{doctor, trusting};
use super::secured::Tls;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

/// A world, and what is wrong in it.
struct Case {
    name: &'static str,
    make: fn(Gate) -> World,
    /// What a client that fails may be told; the first is the whole truth.
    causes: &'static [&'static str],
    /// Whose side it may be called, beside `unknown`.
    sides: &'static [&'static str],
    /// What is listed.
    path: &'static str,
    /// The clients ask for TLS.
    tls: bool,
    /// IPv6.
    six: bool,
}

const CASE: Case =
    Case { name: "", make: healthy, causes: &[], sides: &[], path: "/", tls: false, six: false };

const VSFTPD: Software = Software::Vsftpd;
const RANGE: std::ops::RangeInclusive<u16> = 50000..=50100;
const PASSIVE_SERVER: &[&str] = &["server-firewall-blocks-passive", "firewall-blocks-passive"];
const PASSIVE_CLIENT: &[&str] = &["client-firewall-blocks-passive", "firewall-blocks-passive"];
const PASSIVE: &[&str] = &["firewall-blocks-passive"];
const ACTIVE_CLIENT: &[&str] = &["client-firewall-blocks-active", "firewall-blocks-active"];
const ACTIVE_SERVER: &[&str] = &["server-firewall-blocks-active", "firewall-blocks-active"];
const NAT: &[&str] = &["client-nat-breaks-active", "firewall-blocks-active"];

fn healthy(gate: Gate) -> World {
    World::with(gate, &Server::new(VSFTPD))
}

fn walled(gate: Gate, wall: &Firewall) -> World {
    let mut world = healthy(gate);
    world.add(wall);
    world
}

fn drops(gate: Gate, place: Place, what: Match) -> World {
    walled(gate, &Firewall::open_but(place, [what], Action::Drop))
}

fn range() -> Match {
    Match::To(vec![RANGE])
}

fn under_tls(gate: Gate) -> World {
    World::with(gate, &Server::new(VSFTPD).with_tls(Tls::REQUIRED))
}

fn dual() -> Server {
    Server { ipv6: true, ..Server::new(VSFTPD) }
}

fn crowded(gate: Gate, black_hole: bool) -> World {
    let server = Server { more: worlds::crowd(), ..Server::new(VSFTPD) };
    worlds::narrow(gate, &server, black_hole)
}

const CASES: &[Case] = &[
    Case { name: "healthy-vsftpd", ..CASE },
    Case {
        name: "healthy-proftpd",
        make: |gate| World::with(gate, &Server::new(Software::ProFtpd)),
        ..CASE
    },
    Case {
        name: "healthy-pure-ftpd",
        make: |gate| World::with(gate, &Server::new(Software::PureFtpd)),
        ..CASE
    },
    Case {
        name: "healthy-pyftpdlib",
        make: |gate| World::with(gate, &Server::new(Software::Pyftpdlib)),
        ..CASE
    },
    Case { name: "healthy-ipv6", make: |gate| World::with(gate, &dual()), six: true, ..CASE },
    Case {
        name: "healthy-range-opened",
        make: |gate| worlds::opened(gate, &Server::new(VSFTPD)),
        ..CASE
    },
    Case {
        name: "healthy-long-listing",
        make: |gate| crowded(gate, false),
        path: "/crowd/",
        ..CASE
    },
    Case {
        name: "healthy-with-losses",
        make: |gate| walled(gate, &Firewall::lossy(2, 12)),
        ..CASE
    },
    Case { name: "healthy-tls", make: under_tls, tls: true, ..CASE },
    Case {
        name: "server-drops-passive",
        make: |gate| walled(gate, &Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])])),
        causes: PASSIVE_SERVER,
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "servers-gateway-drops-passive",
        make: |gate| drops(gate, Place::router(3), range()),
        causes: PASSIVE_SERVER,
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "path-drops-passive",
        make: |gate| drops(gate, Place::router(2), range()),
        causes: PASSIVE,
        sides: &["path"],
        ..CASE
    },
    Case {
        name: "clients-gateway-drops-passive",
        make: |gate| drops(gate, Place::router(1), range()),
        causes: PASSIVE_CLIENT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "client-drops-answers",
        make: |gate| drops(gate, Place::CLIENT_IN, Match::From(vec![RANGE])),
        causes: PASSIVE_CLIENT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "clients-gateway-drops-answers",
        make: |gate| drops(gate, Place::router(1), Match::From(vec![RANGE])),
        causes: PASSIVE_CLIENT,
        sides: &["client", "path"],
        ..CASE
    },
    Case {
        name: "server-resets-passive",
        make: |gate| walled(gate, &Firewall::open_but(Place::SERVER_IN, [range()], Action::Reset)),
        causes: &["passive-port-refused", "passive-ports-not-forwarded"],
        sides: &["server", "path"],
        ..CASE
    },
    Case {
        name: "servers-gateway-prohibits-passive",
        make: |gate| {
            let action = Action::Icmp(Icmp::AdminProhibited);
            walled(gate, &Firewall::open_but(Place::router(3), [range()], action))
        },
        causes: PASSIVE_SERVER,
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "clients-gateway-prohibits-passive",
        make: |gate| {
            let action = Action::Icmp(Icmp::AdminProhibited);
            walled(gate, &Firewall::open_but(Place::router(1), [range()], action))
        },
        causes: PASSIVE_CLIENT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "half-the-range-open",
        make: |gate| drops(gate, Place::SERVER_IN, Match::To(vec![50020..=50100])),
        causes: &[
            "passive-range-partly-blocked",
            "server-firewall-blocks-passive",
            "firewall-blocks-passive",
            "passive-port-hole",
        ],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "client-lets-nobody-in",
        make: |gate| drops(gate, Place::CLIENT_IN, Match::New),
        causes: ACTIVE_CLIENT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "clients-gateway-lets-nobody-in",
        make: |gate| {
            let rules = [Match::New, Match::Inbound];
            walled(gate, &Firewall::open_but(Place::router(1), rules, Action::Drop))
        },
        causes: ACTIVE_CLIENT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "server-cannot-call-out",
        make: |gate| drops(gate, Place::SERVER_OUT, Match::From(vec![20..=20])),
        causes: &[
            "server-firewall-blocks-active",
            "firewall-blocks-active",
            "active-disabled",
            "listing-refused",
        ],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "servers-gateway-lets-no-call-out",
        make: |gate| drops(gate, Place::router(3), Match::From(vec![20..=20])),
        causes: ACTIVE_SERVER,
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "client-nat-vsftpd",
        make: |gate| worlds::client_nat(gate, &Server::new(VSFTPD)),
        causes: NAT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "client-nat-proftpd",
        make: |gate| worlds::client_nat(gate, &Server::new(Software::ProFtpd)),
        causes: NAT,
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "client-nat-with-helper",
        make: |gate| worlds::client_nat_with_helper(gate, &Server::new(VSFTPD)),
        ..CASE
    },
    Case {
        name: "server-nat-forwards-21-alone",
        make: |gate| worlds::server_nat(gate, &Server::new(VSFTPD), &[21..=21], true),
        causes: &["passive-ports-not-forwarded", "passive-port-refused"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "server-nat-private-227",
        make: |gate| worlds::server_nat(gate, &Server::new(VSFTPD), &[21..=21, RANGE], false),
        causes: &["passive-address-unroutable", "passive-address-mismatch"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "server-nat-with-helper",
        make: |gate| worlds::server_nat_with_helper(gate, &Server::new(VSFTPD)),
        ..CASE
    },
    Case {
        name: "helper-at-the-server",
        make: |gate| worlds::reads_along(gate, &Server::new(VSFTPD), Place::SERVER_IN),
        ..CASE
    },
    Case {
        name: "passive-disabled",
        make: |gate| World::with(gate, &Server { pasv: false, ..Server::new(VSFTPD) }),
        causes: &["passive-disabled", "pasv-unsupported", "epsv-unsupported"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "active-disabled",
        make: |gate| World::with(gate, &Server { active: false, ..Server::new(VSFTPD) }),
        causes: &["active-disabled"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "epsv-disabled",
        make: |gate| {
            let server = Server { epsv: false, ..Server::new(Software::ProFtpd) };
            World::with(gate, &server)
        },
        causes: &["epsv-unsupported"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "gateway-answers-for-the-server",
        make: |gate| worlds::intercepted(gate, &Server::new(VSFTPD), 1),
        causes: &["data-intercepted", "transfer-stalls", "data-closed-early"],
        sides: &["client"],
        ..CASE
    },
    Case {
        name: "mtu-black-hole",
        make: |gate| crowded(gate, true),
        causes: &["path-mtu-black-hole", "transfer-stalls"],
        sides: &["server", "path"],
        path: "/crowd/",
        ..CASE
    },
    Case {
        name: "address-pool",
        make: |gate| worlds::pool(gate, &Server::new(VSFTPD)),
        causes: &["server-rejects-data-peer", "client-nat-breaks-active"],
        sides: &["client", "path"],
        ..CASE
    },
    Case {
        name: "no-anonymous-login",
        make: |gate| World::with(gate, &Server { anonymous: false, ..Server::new(VSFTPD) }),
        causes: &["login-rejected"],
        sides: &["server", "client"],
        ..CASE
    },
    Case {
        name: "tls-required",
        make: under_tls,
        causes: &["tls-required"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "tls-server-drops-passive",
        make: |gate| {
            let mut world = under_tls(gate);
            world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
            world
        },
        causes: &[
            "server-firewall-blocks-passive",
            "firewall-blocks-passive",
            "tls-blinds-firewall-helper",
        ],
        sides: &["server"],
        tls: true,
        ..CASE
    },
    Case {
        name: "tls-client-nat",
        make: |gate| {
            let topology = Topology { client: Address::Private, ..Topology::default() };
            let mut world = World::new(gate, topology);
            world.serve(&Server::new(VSFTPD).with_tls(Tls::REQUIRED));
            world.add(&Nat::Masquerade { hop: 1 });
            world
        },
        causes: NAT,
        sides: &["client"],
        tls: true,
        ..CASE
    },
    Case {
        name: "control-port-dropped",
        make: |gate| drops(gate, Place::SERVER_IN, Match::To(vec![21..=21])),
        causes: &["control-filtered"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "control-port-reset",
        make: |gate| {
            let what = [Match::To(vec![21..=21])];
            walled(gate, &Firewall::open_but(Place::SERVER_IN, what, Action::Reset))
        },
        causes: &["control-refused"],
        sides: &["server"],
        ..CASE
    },
    Case {
        name: "ipv6-server-drops-passive",
        make: |gate| {
            let mut world = World::with(gate, &dual());
            world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
            world
        },
        causes: PASSIVE_SERVER,
        sides: &["server"],
        six: true,
        ..CASE
    },
];

/// A client: what it is called and how it is run; `$U` is the folder's URL, `$S` curl's options for
/// TLS, `$L` lftp's.
const CLIENTS: [(&str, &str); 4] = [
    ("curl", "curl -q -sS -g -k $S --connect-timeout 9 -m 20 $U"),
    ("curl-pasv", "curl -q -sS -g -k $S --disable-epsv --connect-timeout 9 -m 20 $U"),
    ("curl-port", "curl -q -sS -g -k $S -P - --disable-eprt -m 20 $U"),
    (
        "lftp",
        "lftp -c \"set net:timeout 6; set net:max-retries 1; set net:reconnect-interval-base 1; \
         set ftp:use-feat no; set ssl:verify-certificate no; $L open $U; cls\"",
    ),
];

/// Where tcpdump looks on: what the file is called, the machine, the interface.
const PLACES: [(&str, Node, &str); 3] = [
    ("client", Node::Client, TO_SERVER),
    ("router", Node::Router(2), "any"),
    ("server", Node::Server, TO_CLIENT),
];

/// A file or a pair, by the names of its places.
const READINGS: [&[&str]; 6] = [
    &["client"],
    &["router"],
    &["server"],
    &["client", "server"],
    &["client", "router"],
    &["router", "server"],
];

struct Tcpdump(Child);

impl Tcpdump {
    fn start(world: &World, node: Node, interface: &str, file: &Path) -> Self {
        let said = file.with_extension("said");
        let child = Command::new("ip")
            .args(["netns", "exec", world.net.namespace(node), "tcpdump"])
            .args(["-Z", "root", "-n", "-U", "--immediate-mode", "-s", "0", "-i", interface, "-w"])
            .arg(file)
            .arg("tcp or icmp or icmp6 or arp")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&said).expect("a file for what tcpdump says"))
            .process_group(0)
            .spawn()
            .expect("tcpdump can be started");
        let begin = Instant::now();
        while !fs::read_to_string(&said).is_ok_and(|text| text.contains("listening on")) {
            assert!(begin.elapsed() < Duration::from_secs(20), "tcpdump does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        let _ = fs::remove_file(said);
        Self(child)
    }
}

impl Drop for Tcpdump {
    fn drop(&mut self) {
        let _ = sh::output("sh", &[], &format!("kill -INT -{}\n", self.0.id()));
        let _ = self.0.wait();
    }
}

/// Captures one world with every client; what is true of each file goes into `truth.json`.
fn capture(case: &Case, folder: &Path) {
    let Some(gate) = super::gate::open() else { return };
    let folder = folder.join(case.name);
    fs::create_dir_all(&folder).expect("a folder for captures");
    let world = (case.make)(gate);
    let url = if case.six { world.url_v6(case.path) } else { world.url(case.path) };
    let mut clients = BTreeMap::new();
    for (name, command) in CLIENTS {
        let watching: Vec<Tcpdump> = PLACES
            .iter()
            .map(|(place, node, interface)| {
                let file = folder.join(format!("{name}.{place}.pcap"));
                Tcpdump::start(&world, *node, interface, &file)
            })
            .collect();
        let (for_curl, for_lftp) = if case.tls {
            ("--ssl-reqd", "set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes;")
        } else {
            ("", "set ftp:ssl-allow no;")
        };
        let script = command.replace("$U", &url).replace("$S", for_curl).replace("$L", for_lftp);
        let done = Command::new("ip")
            .args(["netns", "exec", world.net.namespace(Node::Client), "timeout", "25", "sh", "-c"])
            .arg(&script)
            .stdin(Stdio::null())
            .output()
            .expect("a client");
        // What is under way still is seen, and what tcpdump holds back is written.
        thread::sleep(Duration::from_millis(600));
        drop(watching);
        let listed = done.status.success() && !done.stdout.is_empty();
        clients.insert(
            name,
            json!({"listed": listed, "exit": done.status.code(),
            "said": String::from_utf8_lossy(&done.stderr)}),
        );
    }
    let target = if case.six { world.target_v6() } else { world.target() };
    let live = if case.tls {
        trusting(&world, &[&world.explicit(case.path)])
    } else if case.six {
        doctor(&world, &["-6", &url])
    } else if case.path == "/" {
        doctor(&world, &[&target])
    } else {
        doctor(&world, &[&url])
    };
    let report = live.report();
    let found: Vec<&str> = report["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|f| f["severity"] != "info")
        .filter_map(|f| f["cause"].as_str())
        .collect();
    let truth = json!({"live": found, "verdict": report["verdict"], "clients": clients});
    let text = serde_json::to_string_pretty(&truth).expect("JSON");
    fs::write(folder.join("truth.json"), text).expect("a file of our own");
}

/// What is wrong with a reading; empty where nothing is.
#[derive(Default)]
struct Judged {
    wrong: Vec<String>,
    less: bool,
    proven: bool,
}

fn judge(case: &Case, listed: bool, report: &Value) -> Judged {
    let mut judged = Judged::default();
    let findings: Vec<&Value> = report["findings"].as_array().into_iter().flatten().collect();
    let mut hit = false;
    for finding in findings {
        let text = |key: &str| finding[key].as_str().unwrap_or_default();
        if text("severity") == "info" {
            continue;
        }
        let known = case.causes.contains(&text("cause"));
        let side = text("side") == "unknown" || case.sides.contains(&text("side"));
        let problem = text("severity") == "problem";
        let what = format!("{}/{}/{}", text("cause"), text("side"), text("confidence"));
        if listed && problem && !known {
            judged.wrong.push(format!("a problem where all was well: {what}"));
        } else if !known {
            judged.wrong.push(format!("another cause: {what}"));
        } else if !side {
            judged.wrong.push(format!("another side: {what}"));
        } else {
            hit = true;
            continue;
        }
        judged.proven |= text("confidence") == "proven";
    }
    let well = matches!(report["verdict"].as_str(), Some("healthy" | "limited"));
    if !listed && well {
        judged.wrong.push("all clear, and the client failed".to_owned());
    }
    judged.less = !listed && !hit;
    judged
}

#[test]
#[ignore = "it takes half an hour, and keeps its files"]
fn captures_say_what_the_world_is() {
    let Some(gate) = super::gate::open() else { return };
    let kept = std::env::var_os("FTP_DOCTOR_CORPUS").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    let wanted = std::env::var("FTP_DOCTOR_CORPUS_ONLY").unwrap_or_default();
    let cases = || CASES.iter().filter(|case| case.name.contains(&wanted));
    let left: Mutex<Vec<&Case>> = Mutex::new(
        cases().filter(|case| !folder.join(case.name).join("truth.json").exists()).collect(),
    );
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("nobody panicked").pop();
                    let Some(case) = next else { return };
                    capture(case, &folder);
                }
            });
        }
    });
    drop(gate);
    let (mut table, mut wrong) = (String::new(), String::new());
    let (mut files, mut right, mut less, mut bad, mut proven) = (0, 0, 0, 0, 0);
    for case in cases() {
        let place = folder.join(case.name);
        let truth = fs::read(place.join("truth.json")).expect("what is true");
        let truth: Value = serde_json::from_slice(&truth).expect("JSON");
        let mut row = format!("{:34} live {}", case.name, truth["live"]);
        for live in truth["live"].as_array().into_iter().flatten() {
            if !case.causes.iter().any(|known| live == known) {
                let _ = write!(row, " NOT EXPECTED");
            }
        }
        for (client, _) in CLIENTS {
            // curl's own active mode under TLS fails with vsftpd, whatever the world is.
            if case.tls && client == "curl-port" {
                continue;
            }
            let listed = truth["clients"][client]["listed"] == true;
            for reading in READINGS {
                let names: Vec<PathBuf> =
                    reading.iter().map(|at| place.join(format!("{client}.{at}.pcap"))).collect();
                let done = Command::new(env!("CARGO_BIN_EXE_ftp-doctor"))
                    .args(["read", "--json"])
                    .args(&names)
                    .output()
                    .expect("the program");
                let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
                files += 1;
                let mut judged = judge(case, listed, &report);
                if report.is_null() {
                    let said = String::from_utf8_lossy(&done.stderr).into_owned();
                    judged.wrong.push(format!("nothing read: {}", said.trim()));
                }
                right += u32::from(judged.wrong.is_empty());
                less += u32::from(judged.wrong.is_empty() && judged.less);
                proven += u32::from(judged.proven);
                if !judged.wrong.is_empty() {
                    bad += 1;
                    let what = judged.wrong.join("; ");
                    let at = reading.join("+");
                    let _ = writeln!(
                        wrong,
                        "{} {client} {at} (listed: {listed}): {what}; verdict {}",
                        case.name, report["verdict"]
                    );
                }
            }
        }
        let _ = writeln!(table, "{row}");
    }
    sh::say(&format!(
        "{table}\n{wrong}\n{files} readings: {right} right ({less} of them say less), {bad} wrong, \
         {proven} of these proven"
    ));
    assert!(bad * 100 <= files * 3 && proven == 0, "{bad} of {files} are wrong, {proven} proven");
}
