//! The port audit: every port of the range has its right outcome, and healthy ranges none of the
//! findings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::expect::{Expect, Found, explain, problems};
use super::firewall::{Action, Firewall, Helper, Icmp, Match, Place, Ports};
use super::net::Node;
use super::run::{Mode, Run, doctor, trusting};
use super::secured::Tls;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

const PARTLY: &str = "passive-range-partly-blocked";
const HOLE: &str = "passive-port-hole";
const LEAKS: &str = "passive-range-leaks";
const EXHAUSTED: &str = "passive-range-exhausted";
const BLOCKED: &str = "server-firewall-blocks-passive";

/// What is learnt of 50000-50100 in all but one of 100,000 runs: none of some forty announcements may
/// have fallen into its first or its last ports.
const DRAWN: Ports = 50025..=50075;

fn audit(world: &World, args: &[&str]) -> Run {
    let target = world.target();
    let all: Vec<&str> = ["audit"].iter().chain(args).chain([&target.as_str()]).copied().collect();
    doctor(world, &all)
}

/// Each port with its outcome.
fn ports(run: &Run) -> BTreeMap<u16, String> {
    let report = run.report();
    let ports = report["ports"].as_array().cloned().unwrap_or_default();
    let port = |it: &Value| {
        let number = it["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        (number.expect("a port"), it["outcome"].as_str().expect("an outcome").to_owned())
    };
    ports.iter().map(port).collect()
}

/// The part of 50000-50100 that a run learnt of.
fn learnt(run: &Run) -> Ports {
    let found = ports(run);
    let mut inside = found.keys().filter(|port| (50000..=50100).contains(*port));
    let first = *inside.next().expect("a range");
    let last = inside.next_back().copied().unwrap_or(first);
    assert!(first <= *DRAWN.start() && last >= *DRAWN.end(), "{first}-{last}");
    first..=last
}

/// All ports of the range are there, those in `ranges` have that outcome, and the rest is refused.
fn swept(world: &World, run: &Run, range: Ports, others: &[(Ports, &str)]) {
    let found = ports(run);
    let wrong: Vec<String> = range
        .filter_map(|port| {
            let other = others.iter().find(|(ports, _)| ports.contains(&port));
            let wanted = other.map_or("refused", |(_, outcome)| *outcome);
            let got = found.get(&port).map_or("missing", String::as_str);
            (got != wanted).then(|| format!("{port} is {got}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), explain(world, run));
}

fn healthy() -> Expect {
    Expect::healthy().without(PARTLY).without(HOLE).without(LEAKS).without(EXHAUSTED)
}

each_server!(nothing_is_wrong, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    healthy().check(&world, &run);
    swept(&world, &run, 50000..=50100, &[]);
    let run = audit(&world, &[]);
    healthy().check(&world, &run);
    swept(&world, &run, learnt(&run), &[]);
    assert!(ports(&run).keys().all(|p| *p < 1000 || (49980..=50120).contains(p)));
});

#[test]
fn the_firewall_opens_half_of_the_range() {
    for software in [Software::Vsftpd, Software::Pyftpdlib] {
        let mut world = World::with(gate!(), &Server::new(software));
        world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50049])]));
        for args in [&["--passive-ports", "50000-50100"][..], &[]] {
            let run = audit(&world, args);
            Expect::degraded(&[PARTLY]).without(HOLE).without(LEAKS).check(&world, &run);
            let range = if args.is_empty() { learnt(&run) } else { 50000..=50100 };
            swept(&world, &run, range, &[(50050..=50100, "timed-out")]);
        }
    }
}

#[test]
fn one_port_is_taken_for_telephony() {
    let server = Server { passive: Some(5000..=5100), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate!(), &server);
    let sip = Match::To(vec![5060..=5060]);
    world.add(&Firewall::open_but(Place::router(2), [sip], Action::Drop));
    let run = audit(&world, &["--passive-ports", "5000-5100"]);
    let found = Found::problem(HOLE).proven().says("5060 SIP").hop(2);
    Expect::degraded(&[HOLE]).also(found).without(PARTLY).without(LEAKS).check(&world, &run);
    swept(&world, &run, 5000..=5100, &[(5060..=5060, "timed-out")]);
}

#[test]
fn limits_are_swapped() {
    let (swapped_max, swapped_min) = (50000, 50100);
    let server =
        Server { passive: Some(swapped_min..=swapped_max), ..Server::new(Software::Vsftpd) };
    let world = World::with(gate!(), &server);
    let run = audit(&world, &["--passive-ports", "40000-40100"]);
    let found = Found::problem(LEAKS).proven().side("server").says("not one of");
    Expect::degraded(&[LEAKS]).also(found).without(PARTLY).without(HOLE).check(&world, &run);
    swept(&world, &run, 40000..=40100, &[]);
}

#[test]
fn the_server_has_no_limits() {
    for software in [Software::ProFtpd, Software::Pyftpdlib] {
        let world = World::with(gate!(), &Server { passive: None, ..Server::new(software) });
        let run = audit(&world, &["--passive-ports", "50000-50100"]);
        Expect::degraded(&[LEAKS]).without(PARTLY).without(HOLE).check(&world, &run);
        swept(&world, &run, 50000..=50100, &[]);
    }
}

/// One port, and a second login while the first one holds it.
fn one_port(software: Software) -> (World, Run) {
    let server = Server { passive: Some(50000..=50000), ..Server::new(software) };
    let world = World::with(gate(), &server);
    let run = audit(&world, &["--passive-ports", "50000-50000"]);
    (world, run)
}

fn gate() -> super::gate::Gate {
    super::gate::open().expect("asked before")
}

#[test]
fn one_port_is_too_few_and_the_server_says_so() {
    let _gate = gate!();
    for software in [Software::Vsftpd, Software::PureFtpd] {
        let (world, run) = one_port(software);
        let found = Found::warning(EXHAUSTED).side("server").says("50000");
        Expect::healthy().also(found).without(LEAKS).without(PARTLY).check(&world, &run);
    }
}

#[test]
fn one_port_is_too_few_and_the_server_takes_another() {
    let _gate = gate!();
    // ProFTPD, which does the same, takes no range of one port.
    let (world, run) = one_port(Software::Pyftpdlib);
    let found = Found::problem(LEAKS).side("server").says("50000");
    Expect::degraded(&[LEAKS]).also(found).without(EXHAUSTED).check(&world, &run);
}

#[test]
fn ports_are_opened_as_they_are_announced() {
    let world = worlds::reads_along(gate!(), &Server::new(Software::Vsftpd), Place::SERVER_IN);
    let run = audit(&world, &["--passive-ports", "50000-50100", "--samples", "10"]);
    healthy().also(Found::info("helper-opens-pinholes")).check(&world, &run);
    let found = ports(&run);
    let of = |outcome: &str| {
        let range = found.range(50000..=50100);
        range.filter(|(_, it)| *it == outcome).count()
    };
    assert!(of("open") >= 5, "{}", explain(&world, &run));
    assert_eq!(of("open") + of("not-tested"), 101, "{}", explain(&world, &run));
    // A pinhole that nobody uses silences the next session to which the same port is announced.
    let list = "/proc/net/nf_conntrack_expect";
    let script = format!("if [ -e {list} ]; then cat {list}; fi");
    let left = sh::inside(world.net.namespace(Node::Server), &script);
    assert!(!left.contains("dport=50"), "{left}\n{}", explain(&world, &run));
}

#[test]
fn packets_get_lost() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&Firewall::lossy(1, 8));
    for _ in 0..2 {
        // Whether there is time for a login and so many commands on such a line is not the question.
        let run = audit(&world, &["--passive-ports", "50000-50100", "--deadline", "3m"]);
        assert!(problems(&run.report()).is_empty(), "{}", explain(&world, &run));
        let report = run.report();
        let causes = report["findings"].to_string();
        let blamed = [PARTLY, HOLE, LEAKS, EXHAUSTED].iter().any(|cause| causes.contains(cause));
        assert!(!blamed, "{}", explain(&world, &run));
        if !ports(&run).is_empty() {
            swept(&world, &run, 50000..=50100, &[]);
        }
    }
}

#[test]
fn over_ipv6() {
    let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate!(), &server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50040..=50100])]));
    let target = world.target_v6();
    let run = doctor(&world, &["audit", "-6", "--passive-ports", "50000-50100", &target]);
    Expect::degraded(&[PARTLY]).without(HOLE).without(LEAKS).check(&world, &run);
    swept(&world, &run, 50000..=50100, &[(50000..=50039, "timed-out")]);
}

#[test]
fn a_firewall_says_no() {
    let mut world = World::with(gate!(), &Server::new(Software::ProFtpd));
    let some = Match::To(vec![50020..=50029]);
    let no = Action::Icmp(Icmp::AdminProhibited);
    world.add(&Firewall::open_but(Place::SERVER_IN, [some], no));
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    Expect::degraded(&[PARTLY])
        .also(Found::problem(PARTLY).side("server").says("50020-50029"))
        .without(HOLE)
        .check(&world, &run);
    swept(&world, &run, 50000..=50100, &[(50020..=50029, "prohibited")]);
}

#[test]
fn somebody_bans_us_half_way() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    let beyond = [Match::Syn, Match::To(vec![50000..=50100]), Match::Beyond(60)];
    world.add(&Firewall::open_but(Place::SERVER_IN, beyond, Action::Drop));
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    Expect::incomplete().modes(&Mode::ALL, &["open"]).check(&world, &run);
    let found = ports(&run);
    let of = |outcome: &str| (50000..=50100).filter(|p| found[p] == outcome).count();
    let (refused, left) = (of("refused") + of("open"), of("not-tested"));
    assert!(refused > 10 && left > 10 && refused + left == 101, "{}", explain(&world, &run));
}

#[test]
fn somebody_answers_in_the_servers_place() {
    let world = worlds::intercepted(gate!(), &Server::new(Software::Vsftpd), 2);
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    Expect::degraded(&["data-intercepted"])
        .without(PARTLY)
        .without(HOLE)
        .without(LEAKS)
        .check(&world, &run);
    swept(&world, &run, 50000..=50100, &[(50000..=50100, "not-tested")]);
}

#[test]
fn a_login_under_tls() {
    let server = Server { tls: Some(Tls::OFFERED), ..Server::new(Software::ProFtpd) };
    let mut world = World::with(gate!(), &server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50090])]));
    let target = world.explicit("/");
    let run = trusting(&world, &["audit", "--passive-ports", "50000-50100", &target]);
    let report = run.report();
    assert!(report["findings"].to_string().contains(PARTLY), "{}", explain(&world, &run));
    swept(&world, &run, 50000..=50100, &[(50091..=50100, "timed-out")]);
}

#[test]
fn a_deadline_leaves_ports_not_tested() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50100])]));
    let args = ["--passive-ports", "50000-59999", "--rate", "100", "--deadline", "12s"];
    let run = audit(&world, &args);
    let found = ports(&run);
    let left = found.values().filter(|it| *it == "not-tested").count();
    assert!(found.len() >= 10_000 && left > 5000, "{left}\n{}", explain(&world, &run));
    assert!(run.elapsed.as_secs() < 20 && run.report()["verdict"] == "incomplete");
}

/// The range is open but for these ports, and a helper lets in whom the server announces there.
fn with_a_helper(gate: super::gate::Gate, place: Place, open: &[Ports]) -> World {
    let mut world = World::with(gate, &Server::new(Software::Pyftpdlib));
    world.add(&Helper { node: place.node });
    let through = std::iter::once(21..=21).chain(open.iter().cloned()).collect();
    world.add(&Firewall::closed(place, [Match::To(through)]));
    world
}

#[test]
fn a_helper_opens_the_other_half() {
    for place in [Place::SERVER_IN, Place::router(1)] {
        let world = with_a_helper(gate!(), place, &[50000..=50050]);
        let run = audit(&world, &["--passive-ports", "50000-50100"]);
        healthy().also(Found::info("helper-opens-pinholes")).check(&world, &run);
        let found = ports(&run);
        let wrong = found.range(50051..=50100).any(|(_, it)| it == "timed-out");
        assert!(!wrong, "{}", explain(&world, &run));
    }
}

#[test]
fn a_helper_opens_the_hole() {
    let world = with_a_helper(gate!(), Place::SERVER_IN, &[50000..=50041, 50043..=50100]);
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    // That port is hardly ever announced: it may be blocked, and may not.
    Expect::healthy().without(PARTLY).without(LEAKS).unproven(HOLE).check(&world, &run);
}

#[test]
fn holes_take_most_of_a_small_range() {
    let server = Server { passive: Some(50000..=50004), ..Server::new(Software::Pyftpdlib) };
    let mut world = World::with(gate!(), &server);
    let through = Match::To(vec![21..=21, 50000..=50000, 50004..=50004]);
    world.add(&Firewall::closed(Place::SERVER_IN, [through]));
    let run = audit(&world, &["--passive-ports", "50000-50004"]);
    Expect::degraded(&[HOLE]).without(PARTLY).without(BLOCKED).check(&world, &run);
}

#[test]
fn the_firewall_knows_the_range_and_the_server_does_not() {
    let (swapped_max, swapped_min) = (50000, 50100);
    let server =
        Server { passive: Some(swapped_min..=swapped_max), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate!(), &server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50100])]));
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    Expect::degraded(&[LEAKS]).without(BLOCKED).check(&world, &run);
}

#[test]
fn whoever_says_no_says_it_now_and_then() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.net.set(Node::Server, "ipv4/icmp_ratelimit", 1000);
    let some = Match::To(vec![50051..=50100]);
    let no = Action::Icmp(Icmp::AdminProhibited);
    world.add(&Firewall::open_but(Place::SERVER_IN, [some], no));
    let run = audit(&world, &["--passive-ports", "50000-50100"]);
    Expect::degraded(&[PARTLY]).without(HOLE).without(BLOCKED).check(&world, &run);
}
