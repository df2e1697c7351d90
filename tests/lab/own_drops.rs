//! What this machine itself drops, as its counters tell: with and without a memory, beside other
//! traffic that it drops as well.

use super::expect::{Expect, Found};
use super::firewall::{Action, Firewall, Match, Place};
use super::net::Node;
use super::run::doctor;
use super::servers::{Server, Software};
use super::world::World;

const HERE: &str = "client";

fn here(cause: &'static str) -> Found {
    Found::problem(cause).side(HERE).hop(0)
}

fn here_at_most_a_warning(cause: &'static str) -> Found {
    Found::warning(cause).side(HERE).hop(0)
}

/// A filter that lets answers in from the control port alone: rule passive-4 is missing.
fn no_answers() -> Firewall {
    let answers = [Match::From(vec![1024..=65535])];
    Firewall::open_but(Place::CLIENT_IN, answers, Action::Drop)
}

#[test]
fn answers_are_dropped() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&no_answers());
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["client-firewall-blocks-passive"])
        .passive(&["timed-out"])
        .active(&["open"])
        .also(here("client-firewall-blocks-passive").says("passive-4"))
        .check(&world, &run);
}

#[test]
fn answers_are_dropped_over_ipv6() {
    let server = Server { ipv6: true, ..Server::new(Software::Pyftpdlib) };
    let mut world = World::with(gate!(), &server);
    world.add(&no_answers());
    let run = doctor(&world, &[&world.target_v6()]);
    // pyftpdlib calls from a port above 1023 too.
    Expect::broken(&["client-firewall-blocks-passive"])
        .also(here("client-firewall-blocks-passive"))
        .check(&world, &run);
}

#[test]
fn knocks_are_dropped_without_a_memory() {
    let mut world = World::with(gate!(), &Server::new(Software::PureFtpd));
    world.add(&Firewall::open_but(Place::CLIENT_IN, [Match::Syn], Action::Drop));
    let run = doctor(&world, &[&world.target()]);
    Expect::limited(&["client-firewall-blocks-active"])
        .passive(&["open"])
        .active(&["timed-out"])
        .also(here_at_most_a_warning("client-firewall-blocks-active"))
        .check(&world, &run);
}

/// The server drops our knocks, and this machine what strangers send meanwhile.
#[test]
fn strangers_are_dropped_and_the_server_blocks() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
    world.add(&Firewall::closed(Place::CLIENT_IN, [Match::From(vec![20..=20])]));
    let client = world.net.client_v4().to_string();
    world.help(Node::Router(1), &["shout", &client, "9", "0.05"]);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["server-firewall-blocks-passive"])
        .passive(&["timed-out"])
        .active(&["open"])
        .without("client-firewall-blocks-passive")
        .check(&world, &run);
}

/// The same with nobody to blame.
#[test]
fn strangers_are_dropped_and_all_is_well() {
    let mut world = World::with(gate!(), &Server::new(Software::ProFtpd));
    world.add(&Firewall::closed(Place::CLIENT_IN, [Match::Syn]));
    let client = world.net.client_v4().to_string();
    world.help(Node::Router(1), &["shout", &client, "9", "0.01"]);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().check(&world, &run);
}
