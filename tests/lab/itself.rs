//! The laboratory itself: what the other cases take for granted, seen with curl's eyes.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::Command;

use super::firewall::{Action, Firewall, Helper, Icmp, Match, Nat, Place, rule};
use super::net::{Address, Node, Topology};
use super::run::{Mode, Run, curl, unprivileged};
use super::servers::{PASSWORD, Server, Software, USER};
use super::sh;
use super::world::World;

/// Lists `/` and says whether that worked, within a few seconds.
fn lists(world: &World, mode: Mode) -> bool {
    listing(world, mode, "").exit == Some(0)
}

fn listing(world: &World, mode: Mode, path: &str) -> Run {
    let url = world.url(&format!("/{path}"));
    curl(world, mode, 2, &url)
}

/// Each mode of `working` lists, and no other.
pub fn only(world: &World, working: &[Mode]) {
    for mode in Mode::ALL {
        let run = listing(world, mode, "");
        let wanted = working.contains(&mode);
        assert!(
            (run.exit == Some(0)) == wanted,
            "{mode:?}, expected to work: {wanted}: {:?}\n{}\n{}{}",
            run.exit,
            run.stdout,
            run.stderr,
            world.describe()
        );
    }
}

each_server!(the_server_works, |software| {
    let mut server = Server::new(software);
    server.ipv6 = true;
    let world = World::with(gate!(), &server);
    for mode in Mode::ALL {
        let run = listing(&world, mode, "");
        let context = || format!("{mode:?}\n{}\n{}", run.stderr, world.describe());
        assert_eq!(run.exit, Some(0), "{}", context());
        assert!(run.stdout.contains("readme.txt"), "{}", context());
        // curl falls back without a word: the command that it sent last is the mode that worked.
        let sent = |command: &str| run.stderr.contains(&format!("> {command}"));
        assert!(sent(&mode.name().to_uppercase()), "{}", context());
        let fallback = match mode {
            Mode::Epsv => sent("PASV"),
            Mode::Eprt => sent("PORT"),
            Mode::Pasv | Mode::Port => false,
        };
        assert!(!fallback, "{}", context());
        let empty = listing(&world, mode, "empty/");
        assert_eq!((empty.exit, empty.stdout.as_str()), (Some(0), ""));
    }
    for mode in [Mode::Epsv, Mode::Eprt] {
        let url = world.url_v6("/");
        let run = curl(&world, mode, 4, &url);
        assert_eq!(run.exit, Some(0), "{mode:?}\n{}", run.stderr);
    }
    let url = world.url("/");
    let login = |password| {
        let url = url.replace("ftp://", &format!("ftp://{USER}:{password}@"));
        curl(&world, Mode::Epsv, 10, &url).exit
    };
    assert_eq!(login(PASSWORD), Some(0), "{}", world.describe());
    assert_eq!(login("wrong"), Some(67), "{}", world.describe());
});

#[test]
fn the_program_has_no_privilege() {
    let world = World::new(gate!(), Topology::default());
    let run = unprivileged(&world, Node::Client, Path::new("cat"), &["/proc/self/status"], &[]);
    let value = |key: &str| {
        let line = run.stdout.lines().find(|line| line.starts_with(key));
        let fields: Vec<&str> = line.unwrap_or_default().split_whitespace().skip(1).collect();
        fields.join(" ")
    };
    assert_eq!(value("Uid:"), "65534 65534 65534 65534");
    assert_eq!(value("Groups:"), "");
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(value(set).trim_matches('0'), "", "{set}");
    }
}

#[test]
fn every_router_is_a_hop() {
    for routers in [1, 2, 4] {
        let topology = Topology { routers, ..Topology::default() };
        let mut world = World::new(gate!(), topology);
        world.serve(&Server { ipv6: true, ..Server::new(Software::Vsftpd) });
        let python = world.gate.folder.join("python/bin/python3");
        let python = python.to_str().expect("plain");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/helpers.py");
        for address in [world.net.public_v4().to_string(), world.net.server_v6().to_string()] {
            let last = (routers + 1).to_string();
            let namespace = world.net.namespace(Node::Client);
            let mut args = vec!["netns", "exec", namespace, python, script];
            args.extend(["ladder", &address, "21", &last]);
            let outcomes = sh::run("ip", &args, "");
            let expected = "EHOSTUNREACH ".repeat(routers) + "open";
            assert_eq!(outcomes.trim(), expected, "{address}");
        }
    }
}

#[test]
fn firewalls_stop_what_they_say() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    let passive = Match::To(vec![50000..=50100]);
    let places = [Place::CLIENT_OUT, Place::router(1), Place::router(3), Place::SERVER_IN];
    for place in places {
        let actions = [
            Action::Drop,
            Action::Reset,
            Action::Icmp(Icmp::PortUnreachable),
            Action::Icmp(Icmp::HostProhibited),
        ];
        for action in actions {
            world.add(&Firewall::open_but(place, [passive.clone()], action));
            // curl takes PASV where EPSV fails, so one of them shows both.
            assert!(!lists(&world, Mode::Pasv), "{place:?} {action:?}");
            world.flush(place.node);
        }
    }
    only(&world, &Mode::ALL);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
    only(&world, &Mode::ACTIVE);
    world.flush(Node::Server);
    world.add(&Firewall::closed(Place::CLIENT_IN, []));
    only(&world, &Mode::PASSIVE);
    world.flush(Node::Client);
    let inbound = [Match::New, Match::Inbound];
    world.add(&Firewall::open_but(Place::router(1), inbound, Action::Drop));
    only(&world, &Mode::PASSIVE);
    world.flush(Node::Router(1));
    world.add(&Firewall {
        place: Place::SERVER_OUT,
        rules: vec![rule([Match::Known], Action::Accept)],
        otherwise: Action::Icmp(Icmp::AdminProhibited),
    });
    only(&world, &Mode::PASSIVE);
}

#[test]
fn every_answer_is_understood() {
    // The packet filter reads each text once; what is wrong in it fails here, with its name.
    let mut world = World::new(gate!(), Topology::default());
    let matches = vec![
        Match::Known,
        Match::New,
        Match::To(vec![20..=21, 600..=600]),
        Match::From(vec![20..=20]),
        Match::Outbound,
        Match::Inbound,
        Match::Ipv4,
        Match::Ipv6,
        Match::Tcp,
        Match::OneIn(8),
    ];
    let answers = [
        Icmp::PortUnreachable,
        Icmp::AdminProhibited,
        Icmp::HostProhibited,
        Icmp::NetProhibited,
        Icmp::HostUnreachable,
        Icmp::NetUnreachable,
    ];
    let actions = [Action::Accept, Action::Drop, Action::Reset].into_iter();
    for then in actions.chain(answers.map(Action::Icmp)) {
        for what in &matches {
            let when = vec![what.clone()];
            world.add(&Firewall {
                place: Place::router(2),
                rules: vec![super::firewall::Rule { when, then }],
                otherwise: then,
            });
        }
    }
}

#[test]
fn a_nat_hides_the_client() {
    let topology = Topology { client: Address::Private, ..Topology::default() };
    let mut world = World::new(gate!(), topology);
    world.serve(&Server::new(Software::Vsftpd));
    world.add(&Nat::Masquerade { hop: 1 });
    only(&world, &Mode::PASSIVE);
    // The helper makes active mode work, as it does in many a router.
    world.add(&Helper { node: Node::Router(1) });
    only(&world, &Mode::ALL);
}

#[test]
fn a_nat_hides_the_server() {
    let topology = Topology { server: Address::Private, ..Topology::default() };
    let mut world = World::new(gate!(), topology);
    world.serve(&Server {
        masquerade: Some(world.net.public_v4()),
        ..Server::new(Software::Vsftpd)
    });
    assert!(!lists(&world, Mode::Pasv), "nothing is forwarded yet");
    let ports = Some(vec![21..=21, 50000..=50100]);
    world.add(&Nat::Forward { hop: 3, ports });
    only(&world, &Mode::ALL);
    world.flush(Node::Router(3));
    let ports = Some(vec![21..=21]);
    world.add(&Nat::Forward { hop: 3, ports });
    only(&world, &Mode::ACTIVE);
    world.flush(Node::Router(3));
    world.add(&Nat::Forward { hop: 3, ports: None });
    only(&world, &Mode::ALL);
}

#[test]
fn packets_get_lost_and_connections_survive() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&Firewall::lossy(1, 8));
    for _ in 0..3 {
        let url = world.url("/");
        assert_eq!(curl(&world, Mode::Epsv, 50, &url).exit, Some(0));
    }
    let rules = world.ruleset(Node::Router(1));
    let lost = rules
        .lines()
        .find_map(|line| line.split_once("numgen")?.1.split_once("packets "))
        .and_then(|(_, rest)| rest.split(' ').next()?.parse::<u32>().ok());
    assert!(lost.is_some_and(|lost| lost > 0), "{rules}");
}

#[test]
fn nothing_is_left_behind() {
    let gate = gate!();
    let left = |name: &str| {
        let list = Command::new("ip").args(["netns", "list"]).output();
        let list = list.expect("ip can be started").stdout;
        let etc = Path::new("/etc/netns").join(name).exists();
        String::from_utf8_lossy(&list).contains(name) || etc
    };
    let mut world = World::with(gate, &Server::new(Software::Vsftpd));
    let address = world.net.public_v4().to_string();
    world.help(Node::Client, &["hold", &address, "21"]);
    let namespace = world.net.namespace(Node::Server).to_owned();
    let client = world.net.namespace(Node::Client).to_owned();
    let folder = world.folder.path().to_owned();
    let pids: Vec<String> = [&namespace, &client]
        .iter()
        .flat_map(|name| {
            let pids = sh::run("ip", &["netns", "pids", name], "");
            pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(pids.len() >= 3, "a server, a session and a client: {pids:?}");
    assert!(left(&namespace) && left(&client) && folder.exists());
    // A test that fails takes its world down as well.
    let failed = panic::catch_unwind(AssertUnwindSafe(move || {
        let _world = world;
        panic::resume_unwind(Box::new("a test fails"));
    }));
    assert!(failed.is_err());
    assert!(!left(&namespace) && !left(&client) && !folder.exists());
    for pid in pids {
        // A process that was killed may still wait for its parent to take notice.
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let gone = status.is_empty() || status.contains("State:\tZ");
        assert!(gone, "{status}");
    }
}
