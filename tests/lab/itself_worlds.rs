//! The worlds of [`super::worlds`] with curl's eyes: they are what they are said to be.

use std::path::Path;
use std::thread;

use super::firewall::{Action, Firewall, Icmp, Match, Place, Rule};
use super::itself::only;
use super::net::Node;
use super::run::{Mode, Run, curl, unprivileged};
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

/// curl's exit codes.
const FINE: Option<i32> = Some(0);
const REFUSED: Option<i32> = Some(7);
const TIME_OUT: Option<i32> = Some(28);

/// Lists a folder or gets a file.
fn get(world: &World, mode: Mode, seconds: u32, path: &str) -> Run {
    curl(world, mode, seconds, &world.url(path))
}

/// Panics where a run did not end so.
fn ends(world: &World, run: &Run, exit: Option<i32>) {
    assert_eq!(
        run.exit,
        exit,
        "{}: {} bytes after {:?}\n{}\n{}",
        run.command,
        run.stdout.len(),
        run.elapsed,
        run.stderr,
        world.describe()
    );
}

/// How a connection to a port of the server ends, FTP left aside.
fn knock(world: &World, port: u16) -> Option<i32> {
    let url = format!("telnet://{}:{port}", world.target());
    unprivileged(world, Node::Client, Path::new("curl"), &["-q", "-sS", "-m", "1", &url], &[]).exit
}

/// The extended modes over IPv6 work, or none of them does.
fn over_ipv6(world: &World, working: &[Mode]) {
    for mode in [Mode::Epsv, Mode::Eprt] {
        let wanted = if working.contains(&mode) { FINE } else { TIME_OUT };
        ends(world, &curl(world, mode, 2, &world.url_v6("/")), wanted);
    }
}

#[test]
fn a_helper_opens_what_is_announced() {
    for place in [Place::SERVER_IN, Place::router(1), Place::router(3)] {
        let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
        let mut world = worlds::reads_along(gate!(), &server, place);
        only(&world, &Mode::ALL);
        over_ipv6(&world, &Mode::ALL);
        // What was not announced is dropped, and without the helper all of it.
        assert_eq!(knock(&world, 50050), TIME_OUT, "{place:?}");
        world.flush(place.node);
        world.add(&Firewall::closed(place, [Match::To(vec![21..=21])]));
        let active: &[Mode] = if place == Place::SERVER_IN { &Mode::ACTIVE } else { &[] };
        only(&world, active);
        over_ipv6(&world, active);
    }
}

#[test]
fn an_open_range_needs_no_helper() {
    let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
    let world = worlds::opened(gate!(), &server);
    only(&world, &Mode::ALL);
    over_ipv6(&world, &Mode::ALL);
    assert_eq!(knock(&world, 50050), REFUSED);
    assert_eq!(knock(&world, 40000), TIME_OUT);
}

each_server!(a_nat_with_a_helper_carries_active_mode, |software| {
    let server = Server::new(software);
    let mut world = worlds::client_nat_with_helper(gate!(), &server);
    only(&world, &Mode::ALL);
    world.add(&Firewall::closed(Place::router(1), [Match::To(vec![21..=21])]));
    only(&world, &Mode::ALL);
});

#[test]
fn a_nat_forwards_what_it_is_told() {
    let ports = [21..=21, 50000..=50100];
    let server = Server::new(Software::Vsftpd);
    let world = worlds::server_nat(gate!(), &server, &ports, true);
    only(&world, &Mode::ALL);
    let world = worlds::server_nat(gate!(), &server, &ports, false);
    // curl takes the address of 227 only when told so.
    let run = get(&world, Mode::Pasv, 2, "/");
    assert!(run.stderr.contains("(10,0,9,2,"), "{}", run.stderr);
    let world = worlds::server_nat_with_helper(gate!(), &server);
    only(&world, &Mode::ALL);
    let run = get(&world, Mode::Pasv, 2, "/");
    assert!(run.stderr.contains("(203,0,113,2,"), "{}", run.stderr);
    assert_eq!(knock(&world, 50050), REFUSED);
}

#[test]
fn a_pool_shows_two_addresses() {
    let world = worlds::pool(gate!(), &Server::new(Software::Vsftpd));
    let run = get(&world, Mode::Epsv, 4, "/");
    assert!(run.stderr.contains("425 Security: Bad IP connecting."), "{}", run.stderr);
    let world = worlds::pool_in_turn(gate!(), &Server::new(Software::Vsftpd));
    let run = get(&world, Mode::Epsv, 4, "/");
    assert!(run.stderr.contains("425 Security: Bad IP connecting."), "{}", run.stderr);
    // A connection in between, and the next login comes from the other address.
    knock(&world, 80);
    get(&world, Mode::Epsv, 4, "/");
    let log = world.describe();
    for address in ["198.18.1.1", "198.18.1.77"] {
        assert!(log.contains(&format!("OK LOGIN: Client \"{address}\"")), "{log}");
    }
}

#[test]
fn a_router_answers_for_the_server() {
    for hop in [1, 3] {
        let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
        let world = worlds::intercepted(gate!(), &server, hop);
        for mode in Mode::PASSIVE {
            let run = get(&world, mode, 2, "/");
            ends(&world, &run, TIME_OUT);
            assert!(run.stderr.contains("Connected to"), "{}", run.stderr);
        }
        only(&world, &Mode::ACTIVE);
        over_ipv6(&world, &[Mode::Eprt]);
        // With a time to live that ends at the router, there is an answer already.
        for address in [world.target(), world.net.server_v6().to_string()] {
            let outcomes = helper(&world, &["ladder", &address, "50050", "4"]);
            let expected = "EHOSTUNREACH ".repeat(hop - 1) + &"open ".repeat(5 - hop);
            assert_eq!(outcomes.trim(), expected.trim(), "{address}");
        }
    }
}

each_server!(long_packets_vanish, |software| {
    let mut more = worlds::crowd();
    more.push(("/big.bin".into(), 3_000_000));
    let server = Server { ipv6: true, more, ..Server::new(software) };
    let world = worlds::narrow(gate!(), &server, true);
    only(&world, &Mode::ALL);
    for (mode, path) in [(Mode::Epsv, "/crowd/"), (Mode::Epsv, "/big.bin"), (Mode::Eprt, "/crowd/")]
    {
        let run = get(&world, mode, 1, path);
        ends(&world, &run, TIME_OUT);
        assert_eq!(run.stdout.len(), 0, "{path}");
    }
    ends(&world, &curl(&world, Mode::Epsv, 1, &world.url_v6("/crowd/")), TIME_OUT);
    drop(world);
    let world = worlds::narrow(gate!(), &server, false);
    for mode in Mode::ALL {
        ends(&world, &get(&world, mode, 2, "/crowd/"), FINE);
        ends(&world, &get(&world, mode, 2, "/big.bin"), FINE);
    }
    ends(&world, &curl(&world, Mode::Epsv, 2, &world.url_v6("/crowd/")), FINE);
});

each_server!(the_control_connection_is_forgotten, |software| {
    let more = vec![("/slow.bin".into(), 500_000)];
    let server = Server { rate: Some(50_000), more, ..Server::new(software) };
    let world = worlds::forgetful_nat(gate!(), &server);
    only(&world, &Mode::ALL);
    // All of the file comes, and the end of the transfer is never told.
    let run = get(&world, Mode::Epsv, 14, "/slow.bin");
    ends(&world, &run, TIME_OUT);
    assert_eq!(run.stdout.len(), 500_000);
    if software == Software::Vsftpd {
        world.net.set(Node::Router(1), "netfilter/nf_conntrack_tcp_timeout_established", 60);
        let run = get(&world, Mode::Epsv, 14, "/slow.bin");
        ends(&world, &run, FINE);
        // It was slow enough: the box with the short memory would have forgotten.
        assert!(run.elapsed > worlds::FORGETS, "{:?}", run.elapsed);
    }
});

/// What NOOP is answered after a silence, with and without keep-alive packets.
fn after_silence(world: &World, address: &str, seconds: &str, how: &str) -> String {
    let said = helper(world, &["idle", address, "21", seconds, how]);
    said.lines().last().unwrap_or_default().to_owned()
}

/// What a helper program on the client says until it ends.
pub fn helper(world: &World, args: &[&str]) -> String {
    let python = world.gate.folder.join("python/bin/python3");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/helpers.py");
    let mut all = vec!["netns", "exec", world.net.namespace(Node::Client)];
    all.extend([python.to_str().expect("plain"), script]);
    all.extend(args);
    sh::run("ip", &all, "")
}

#[test]
fn a_hole_leads_through_a_filter_that_says_no() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    let address = world.target();
    let hole = |world: &World, hops: usize| {
        let said = helper(world, &["hole", &address, "21", &hops.to_string()]);
        said.lines().last() == Some("open from 20")
    };
    assert!(hole(&world, 0), "nothing stops it yet");
    for action in [Action::Reset, Action::Icmp(Icmp::AdminProhibited)] {
        for (spot, place) in [(0, Place::CLIENT_IN), (1, Place::router(1))] {
            let what = match place.node {
                Node::Router(_) => vec![Match::New, Match::Inbound],
                _ => vec![Match::New],
            };
            let stop = Rule { when: what, then: action };
            world.add(&Firewall { place, rules: vec![stop], otherwise: Action::Accept });
            for hops in 0..=2 {
                assert_eq!(hole(&world, hops), hops > spot, "{action:?} at {spot}, {hops}");
            }
            world.flush(place.node);
        }
    }
}

#[test]
fn a_silent_connection_is_forgotten() {
    let server = || Server { ipv6: true, ..Server::new(Software::Vsftpd) };
    let nat = worlds::forgetful_nat(gate!(), &server());
    let wall = worlds::forgetful_firewall(gate!(), &server());
    only(&wall, &Mode::ALL);
    over_ipv6(&wall, &[Mode::Epsv, Mode::Eprt]);
    let [v4, v6] = [nat.target(), wall.net.server_v6().to_string()];
    assert_eq!(after_silence(&nat, &v4, "1", "silent"), "200 NOOP ok.");
    thread::scope(|scope| {
        for (world, address) in [(&nat, &v4), (&wall, &v6)] {
            for (how, last) in [("silent", "TimeoutError"), ("keepalive", "200 NOOP ok.")] {
                scope.spawn(move || assert_eq!(after_silence(world, address, "8", how), last));
            }
        }
    });
}

#[test]
fn servers_are_impatient() {
    for software in [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib] {
        let server = Server { idle: Some(4), ..Server::new(software) };
        let world = World::with(gate!(), &server);
        let address = world.target();
        let last = after_silence(&world, &address, "6", "keepalive");
        assert!(last.starts_with("421 "), "{software:?}: {last}");
    }
}

#[test]
fn a_transfer_dries_up() {
    let more = vec![("/big.bin".into(), 3_000_000)];
    let server = Server { more, ..Server::new(Software::Vsftpd) };
    let world = worlds::dries_up(gate!(), &server);
    only(&world, &Mode::ALL);
    let run = get(&world, Mode::Epsv, 3, "/big.bin");
    ends(&world, &run, TIME_OUT);
    assert!((100_000..200_000).contains(&run.stdout.len()), "{}", run.stdout.len());
}

#[test]
fn two_servers_take_turns() {
    let world = worlds::two_servers(gate!(), &[worlds::Turn::Logins]);
    for welcome in ["ftp1", "ftp2", "ftp1"] {
        let run = get(&world, Mode::Port, 4, "/");
        ends(&world, &run, FINE);
        assert!(run.stderr.contains(&format!("< 220 Welcome to {welcome}.")), "{}", run.stderr);
    }
    for turns in [&[worlds::Turn::All][..], &[worlds::Turn::LoginsHere, worlds::Turn::RangeThere]] {
        let world = worlds::two_servers(gate!(), turns);
        let run = get(&world, Mode::Epsv, 4, "/");
        assert!(run.stderr.contains("refused"), "{}", run.stderr);
        for mode in Mode::ACTIVE {
            ends(&world, &get(&world, mode, 4, "/"), FINE);
        }
    }
}
