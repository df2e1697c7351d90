//! Helpers under TLS: they read no longer along, and what they opened or rewrote stays shut or
//! private.

use super::expect::{Expect, Found};
use super::firewall::{Firewall, Match, Place};
use super::gate::Gate;
use super::net::Node;
use super::run::{Mode, doctor, trusting, trusting_with};
use super::secured::Tls;
use super::servers::{PASSWORD, Server, Software, USER};
use super::world::World;
use super::worlds;

const BLIND: &str = "tls-blinds-firewall-helper";
const PINHOLES: &str = "helper-opens-pinholes";

/// It speaks TLS to whoever asks for it.
fn offers(software: Software) -> Server {
    Server::new(software).with_tls(Tls::OFFERED)
}

/// A helper opens what is announced in clear, and nothing under TLS: passive connections time out,
/// active ones do where the firewall stands before the server's own.
fn blinded(gate: Gate, software: Software, place: Place) {
    let world = worlds::reads_along(gate, &offers(software), place);
    let run = trusting(&world, &[&world.explicit("/")]);
    // What the server calls itself is known to its own firewall.
    let expect = if place.node == Node::Server {
        Expect::degraded(&[BLIND]).active(&["open"])
    } else {
        Expect::broken(&[BLIND]).active(&["timed-out"])
    };
    expect
        .secured()
        .passive(&["timed-out"])
        .also(match place.node {
            // Its suspects reach to hop 2, and the carrier's first router is as near.
            Node::Router(1) => Found::problem(BLIND).likely(),
            _ => Found::problem(BLIND).proven(),
        })
        .check(&world, &run);
    // Whoever asks in clear is told beforehand.
    let run = doctor(&world, &[&world.target()]);
    let told = Found::info(PINHOLES).says("TLS");
    Expect::healthy().in_clear().also(told).without(BLIND).check(&world, &run);
}

each_server!(the_servers_firewall_reads_along, |software| {
    blinded(gate!(), software, Place::SERVER_IN);
});

#[test]
fn the_servers_gateway_reads_along() {
    blinded(gate!(), Software::Vsftpd, Place::router(3));
}

#[test]
fn the_clients_gateway_reads_along() {
    blinded(gate!(), Software::Vsftpd, Place::router(1));
}

/// Whose helper it is shows as it does for any other firewall: with the ladder.
#[test]
fn the_side_of_the_helper() {
    for (place, side, hop) in [
        (Place::SERVER_IN, "server", 4),
        (Place::router(3), "server", 3),
        (Place::router(1), "client", 1),
    ] {
        let world = worlds::reads_along(gate!(), &offers(Software::Vsftpd), place);
        let run = trusting(&world, &[&world.explicit("/")]);
        let found = Found::problem(BLIND).side(side).hop(hop);
        let expect = if place.node == Node::Server {
            Expect::degraded(&[BLIND])
        } else {
            Expect::broken(&[BLIND])
        };
        expect.secured().also(found).check(&world, &run);
    }
}

/// Without leave, nobody's password is said in clear for the sake of a comparison.
#[test]
fn a_password_is_not_said_for_a_comparison() {
    let mut world = worlds::reads_along(gate!(), &offers(Software::Vsftpd), Place::SERVER_IN);
    world.watch();
    let url = world.explicit("/").replace("://", &format!("://{USER}@"));
    let password = [("FTP_DOCTOR_PASSWORD", PASSWORD)];
    let run = trusting_with(&world, &[&url], &password);
    // Without the comparison it looks like any other firewall.
    Expect::degraded(&[BLIND, "server-firewall-blocks-passive", "firewall-blocks-passive"])
        .secured()
        .passive(&["timed-out"])
        .active(&["open"])
        .unproven(BLIND)
        .check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
    let run = trusting_with(&world, &["--allow-clear", &url], &password);
    Expect::degraded(&[BLIND])
        .secured()
        .passive(&["timed-out"])
        .active(&["open"])
        .also(Found::problem(BLIND).proven())
        .check(&world, &run);
    assert!(world.seen_in_clear() > 0, "{}", world.describe());
}

// That the comparison in clear is refused is no reason to give up what goes on under TLS.
each_server!(nobody_can_ask_in_clear, |software| {
    let server = Server::new(software).with_tls(Tls::REQUIRED);
    let world = worlds::reads_along(gate!(), &server, Place::SERVER_IN);
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&[BLIND, "server-firewall-blocks-passive", "firewall-blocks-passive"])
        .secured()
        .passive(&["timed-out"])
        .active(&["open"])
        .unproven(BLIND)
        .check(&world, &run);
});

// There is no helper: TLS has nothing to do with it.
each_server!(a_firewall_without_a_helper, |software| {
    let mut world = World::with(gate!(), &offers(software));
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&["server-firewall-blocks-passive", "firewall-blocks-passive"])
        .secured()
        .passive(&["timed-out"])
        .active(&["open"])
        .without(BLIND)
        .check(&world, &run);
});

#[test]
fn an_open_range_needs_no_helper() {
    let world = worlds::opened(gate!(), &offers(Software::Vsftpd));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::healthy().secured().without(BLIND).without(PINHOLES).check(&world, &run);
}

// The client's gateway translates; under TLS it does not see PORT.
each_server!(the_clients_nat_rewrites_no_more, |software| {
    let world = worlds::client_nat_with_helper(gate!(), &offers(software));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::limited(&["client-nat-breaks-active", BLIND])
        .secured()
        .passive(&["open"])
        .active(&["rejected", "timed-out"])
        .check(&world, &run);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().in_clear().check(&world, &run);
});

/// No helper there either.
#[test]
fn the_clients_nat_never_rewrote() {
    let world = worlds::client_nat(gate!(), &offers(Software::Vsftpd));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::limited(&["client-nat-breaks-active"])
        .secured()
        .passive(&["open"])
        .active(&["rejected", "timed-out"])
        .without(BLIND)
        .check(&world, &run);
}

// The server's gateway forwards port 21 and leaves the rest to its helper. Under TLS the address in
// 227 is private *and* no port is forwarded: EPSV, which names no address, fails as well. What an
// administrator must hear first is what both have in common, and what changed with TLS.
each_server!(the_servers_nat_forwards_no_more, |software| {
    let world = worlds::server_nat_with_helper(gate!(), &offers(software));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&[BLIND])
        .secured()
        .passive(&["refused"])
        .active(&["open"])
        .also(Found::problem(BLIND).proven())
        .without("data-reaches-another-server")
        .check(&world, &run);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().in_clear().also(Found::info(PINHOLES)).check(&world, &run);
});

// The range is forwarded, so nothing waits for the helper: it only hid, in clear, that the server
// announces an address that nobody reaches. That is the server's own setting.
each_server!(the_servers_nat_hid_a_wrong_address, |software| {
    let world = worlds::server_nat_with_helper_and_range(gate!(), &offers(software));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&["passive-address-unroutable"])
        .secured()
        .modes(&[Mode::Epsv, Mode::Port, Mode::Eprt], &["open"])
        .check(&world, &run);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().in_clear().check(&world, &run);
});

/// As in clear, where nobody rewrites.
#[test]
fn the_servers_address_was_always_wrong() {
    let ports = [21..=21, 50000..=50100];
    let world = worlds::server_nat(gate!(), &offers(Software::Vsftpd), &ports, false);
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&["passive-address-unroutable"])
        .secured()
        .modes(&[Mode::Epsv, Mode::Port, Mode::Eprt], &["open"])
        .without(BLIND)
        .check(&world, &run);
}
