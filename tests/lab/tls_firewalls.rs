//! Firewalls under TLS: they stop what they stop in clear, and the same is said.

use super::expect::{Expect, explain};
use super::firewall::{Action, Firewall, Match, Nat, Place};
use super::net::{Address, Topology};
use super::run::{Mode, trusting};
use super::secured::Tls;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;

const BLIND: &str = "tls-blinds-firewall-helper";
/// The firewall is known, the side that it is on may be.
const PASSIVE: [&str; 2] = ["server-firewall-blocks-passive", "firewall-blocks-passive"];
const ACTIVE: [&str; 2] = ["client-firewall-blocks-active", "firewall-blocks-active"];

/// It speaks TLS to whoever asks for it, and is as strict as it can be.
fn server(software: Software) -> Server {
    let tls = Tls { reuse: software.can_demand_reuse(), ..Tls::OFFERED };
    Server::new(software).with_tls(tls)
}

each_server!(the_client_lets_nobody_in, |software| {
    let mut world = World::with(gate!(), &server(software));
    world.add(&Firewall::open_but(Place::CLIENT_IN, [Match::New], Action::Drop));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::limited(&ACTIVE)
        .secured()
        .passive(&["open"])
        .active(&["timed-out"])
        .without(BLIND)
        .check(&world, &run);
});

#[test]
fn neither_side_lets_anybody_in() {
    let mut world = World::with(gate!(), &server(Software::Vsftpd));
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
    world.add(&Firewall::open_but(Place::CLIENT_IN, [Match::New], Action::Drop));
    let run = trusting(&world, &[&world.explicit("/")]);
    let all: Vec<_> = PASSIVE.into_iter().chain(ACTIVE).collect();
    Expect::broken(&all)
        .secured()
        .modes(&Mode::ALL, &["timed-out"])
        .without(BLIND)
        .check(&world, &run);
}

#[test]
fn the_range_is_refused() {
    let mut world = World::with(gate!(), &server(Software::Vsftpd));
    let range = [Match::To(vec![50000..=50100])];
    world.add(&Firewall::open_but(Place::SERVER_IN, range, Action::Reset));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&["passive-port-refused"])
        .secured()
        .passive(&["refused"])
        .active(&["open"])
        .without(BLIND)
        .check(&world, &run);
}

#[test]
fn where_tls_comes_first_too() {
    let tls = Tls { implicit: true, ..Tls::REQUIRED };
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd).with_tls(tls));
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![989..=990])]));
    let run = trusting(&world, &[&world.implicit("/")]);
    Expect::degraded(&PASSIVE)
        .secured()
        .passive(&["timed-out"])
        .active(&["open"])
        .without(BLIND)
        .check(&world, &run);
}

#[test]
fn the_control_port_is_dropped() {
    let mut world = World::with(gate!(), &server(Software::Vsftpd));
    let control = [Match::To(vec![21..=21, 990..=990])];
    world.add(&Firewall::open_but(Place::SERVER_IN, control, Action::Drop));
    for url in [world.explicit("/"), world.implicit("/")] {
        let run = trusting(&world, &[&url]);
        Expect::unreachable(&["control-filtered"]).check(&world, &run);
    }
}

#[test]
fn the_clients_gateway_masquerades() {
    let topology = Topology { client: Address::Private, ..Topology::default() };
    let mut world = World::new(gate!(), topology);
    world.serve(&server(Software::ProFtpd));
    world.add(&Nat::Masquerade { hop: 1 });
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::limited(&["client-nat-breaks-active"])
        .secured()
        .passive(&["open"])
        .active(&["rejected", "timed-out"])
        .without(BLIND)
        .check(&world, &run);
}

#[test]
fn one_packet_in_eight_is_lost_both_ways() {
    let mut world = World::with(gate!(), &server(Software::Vsftpd));
    world.add(&Firewall::lossy(1, 8));
    let runs = std::env::var("FTP_DOCTOR_LOSS_RUNS")
        .map_or(3, |runs| runs.parse().expect("FTP_DOCTOR_LOSS_RUNS is a number"));
    for number in 1..=runs {
        let run = trusting(&world, &[&world.explicit("/")]);
        let report = run.report();
        sh::say(&format!(
            "TLS, loss {number}/{runs}: {} exit {:?} after {:?}",
            report["verdict"], run.exit, run.elapsed
        ));
        let problems = super::expect::problems(&report);
        let limited = report["verdict"] == "limited";
        // What came too late for a verdict is not tested: that blames nobody either.
        let calm = matches!(run.exit, Some(0 | 5));
        let good = report.is_object() && problems.is_empty() && !limited && calm;
        assert!(good, "somebody is blamed:\n{}", explain(&world, &run));
    }
}
