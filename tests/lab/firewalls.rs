//! Firewalls in front of the server and of the client.

use super::expect::Expect;
use super::firewall::{Action, Firewall, Match, Place, Ports};
use super::net::Node;
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::world::World;

/// The firewall is known, the side that it is on may be.
const PASSIVE: [&str; 2] = ["firewall-blocks-passive", "server-firewall-blocks-passive"];
const ACTIVE: [&str; 2] = ["firewall-blocks-active", "client-firewall-blocks-active"];

/// The server's firewall, open for the control connection and for these passive ports.
fn server_opens(passive: Option<Ports>) -> Firewall {
    let ports = [20..=21].into_iter().chain(passive).collect();
    Firewall::closed(Place::SERVER_IN, [Match::To(ports)])
}

/// Passive mode is blocked by a firewall, active mode works.
fn passive_is_blocked(causes: &[&'static str]) -> Expect {
    Expect::degraded(causes).passive(&["timed-out"]).active(&["open"])
}

each_server!(the_server_opens_20_and_21_only, |software| {
    let mut world = World::with(gate!(), &Server::new(software));
    world.add(&server_opens(None));
    let run = doctor(&world, &[&world.target()]);
    passive_is_blocked(&PASSIVE).check(&world, &run);
});

each_server!(the_side_is_not_asked_for, |software| {
    let mut world = World::with(gate!(), &Server::new(software));
    world.add(&server_opens(None));
    let run = doctor(&world, &["--no-localise", &world.target()]);
    passive_is_blocked(&PASSIVE[..1]).check(&world, &run);
});

#[test]
fn the_passive_range_is_opened_afterwards() {
    let server = Server { passive: Some(3000..=4000), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate!(), &server);
    world.add(&server_opens(None));
    let run = doctor(&world, &[&world.target()]);
    passive_is_blocked(&PASSIVE).check(&world, &run);
    world.flush(Node::Server);
    world.add(&server_opens(server.passive));
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().check(&world, &run);
}

each_server!(the_passive_range_is_refused, |software| {
    let mut world = World::with(gate!(), &Server::new(software));
    let range = Match::To(vec![50000..=50100]);
    world.add(&Firewall::open_but(Place::SERVER_IN, [range], Action::Reset));
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["passive-port-refused"])
        .passive(&["refused"])
        .active(&["open"])
        .check(&world, &run);
});

each_server!(the_client_lets_nobody_in, |software| {
    let mut world = World::with(gate!(), &Server::new(software));
    let new = [Match::New];
    world.add(&Firewall::open_but(Place::CLIENT_IN, new, Action::Drop));
    let run = doctor(&world, &[&world.target()]);
    Expect::limited(&ACTIVE).passive(&["open"]).active(&["timed-out"]).check(&world, &run);
});

#[test]
fn the_client_lets_nobody_in_and_the_session_is_the_only_one() {
    let server = Server { max_per_ip: Some(1), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate!(), &server);
    let new = [Match::New];
    world.add(&Firewall::open_but(Place::CLIENT_IN, new, Action::Drop));
    let run = doctor(&world, &[&world.target()]);
    // The session that waits for the first of the two keeps the second from logging in.
    Expect::limited(&ACTIVE)
        .passive(&["open"])
        .modes(&[Mode::Port], &["timed-out", "not-tested"])
        .modes(&[Mode::Eprt], &["timed-out", "not-tested"])
        .check(&world, &run);
    let report = run.report();
    let timed_out =
        Mode::ACTIVE.into_iter().any(|mode| *super::expect::outcome(&report, mode) == "timed-out");
    assert!(timed_out, "{}", super::expect::explain(&world, &run));
}
