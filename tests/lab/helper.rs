//! Firewalls and address translation that read along on the control connection (helpers, ALGs).

use super::expect::{Expect, Found, out_of_time};
use super::firewall::{Action, Firewall, Match, Place, rule};
use super::gate::Gate;
use super::net::Node;
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

const PINHOLES: &str = "helper-opens-pinholes";
const REWRITES: &str = "alg-rewrites-control";
/// PASV and PORT cannot name an IPv6 address.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];

/// All is well, and a helper is named as the reason.
fn pinholes() -> Expect {
    Expect::healthy().also(Found::info(PINHOLES))
}

/// The case over IPv4, for a server; or over IPv6.
fn reads_along(gate: Gate, software: Software, place: Place, ipv6: bool) {
    let server = Server { ipv6, ..Server::new(software) };
    let world = worlds::reads_along(gate, &server, place);
    if ipv6 {
        let run = doctor(&world, &["-6", &world.target_v6()]);
        pinholes().modes(&OLD, &["not-tested"]).check(&world, &run);
    } else {
        let run = doctor(&world, &[&world.target()]);
        pinholes().check(&world, &run);
    }
}

each_server!(the_servers_firewall_reads_along, |software| {
    reads_along(gate!(), software, Place::SERVER_IN, false);
});

each_server!(the_servers_firewall_reads_along_over_ipv6, |software| {
    reads_along(gate!(), software, Place::SERVER_IN, true);
});

each_server!(the_servers_gateway_reads_along, |software| {
    reads_along(gate!(), software, Place::router(3), false);
});

each_server!(the_clients_gateway_reads_along, |software| {
    reads_along(gate!(), software, Place::router(1), false);
});

#[test]
fn gateways_read_along_over_ipv6() {
    for hop in [1, 3] {
        reads_along(gate!(), Software::Vsftpd, Place::router(hop), true);
    }
}

each_server!(the_range_is_open_and_nobody_reads_along, |software| {
    let world = worlds::opened(gate!(), &Server::new(software));
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().without(PINHOLES).without(REWRITES).check(&world, &run);
});

#[test]
fn the_range_is_open_over_ipv6() {
    let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
    let world = worlds::opened(gate!(), &server);
    let run = doctor(&world, &["-6", &world.target_v6()]);
    Expect::healthy().modes(&OLD, &["not-tested"]).without(PINHOLES).check(&world, &run);
}

/// One segment in eight is lost at r2, both ways; every run must be as expected.
fn with_losses(mut world: World, usual: u32, expect: &Expect) {
    world.add(&Firewall::lossy(2, 8));
    let runs = std::env::var("FTP_DOCTOR_LOSS_RUNS")
        .map_or(usual, |runs| runs.parse().expect("FTP_DOCTOR_LOSS_RUNS is a number"));
    for number in 1..=runs {
        let run = doctor(&world, &[&world.target()]);
        let verdict = &run.report()["verdict"];
        sh::say(&format!("helper, loss {number}/{runs}: {verdict} after {:?}", run.elapsed));
        if !out_of_time(&run) {
            expect.check(&world, &run);
        }
    }
}

#[test]
fn a_helper_and_packets_that_get_lost() {
    let server = Server::new(Software::Vsftpd);
    let world = worlds::reads_along(gate!(), &server, Place::SERVER_IN);
    with_losses(world, 3, &Expect::healthy());
}

#[test]
fn no_helper_and_packets_that_get_lost() {
    let world = worlds::opened(gate!(), &Server::new(Software::Vsftpd));
    with_losses(world, 5, &Expect::healthy().unproven(PINHOLES).unproven(REWRITES));
}

/// A helper rewrites PORT; a server that compares the address with its peer's proves it.
fn rewritten(software: Software) -> Found {
    let found = Found::info(REWRITES);
    if software == Software::ProFtpd { found } else { found.proven() }
}

each_server!(the_clients_nat_rewrites_port, |software| {
    let world = worlds::client_nat_with_helper(gate!(), &Server::new(software));
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().also(rewritten(software)).check(&world, &run);
});

each_server!(the_clients_nat_rewrites_nothing, |software| {
    let world = worlds::client_nat(gate!(), &Server::new(software));
    let run = doctor(&world, &[&world.target()]);
    Expect::limited(&["client-nat-breaks-active"])
        .passive(&["open"])
        .active(&["rejected", "timed-out"])
        .without(REWRITES)
        .without(PINHOLES)
        .check(&world, &run);
});

each_server!(the_clients_nat_rewrites_port_and_lets_nobody_else_in, |software| {
    let mut world = worlds::client_nat_with_helper(gate!(), &Server::new(software));
    world.add(&Firewall {
        place: Place::router(1),
        rules: vec![rule([Match::Known], Action::Accept), rule([Match::Outbound], Action::Accept)],
        otherwise: Action::Drop,
    });
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().also(rewritten(software)).check(&world, &run);
});

each_server!(the_servers_nat_forwards_the_range, |software| {
    let ports = [21..=21, 50000..=50100];
    let world = worlds::server_nat(gate!(), &Server::new(software), &ports, true);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().without(PINHOLES).without(REWRITES).check(&world, &run);
});

each_server!(the_servers_nat_forwards_and_its_address_is_not_told, |software| {
    let ports = [21..=21, 50000..=50100];
    let world = worlds::server_nat(gate!(), &Server::new(software), &ports, false);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["passive-address-unroutable"])
        .modes(&[Mode::Epsv, Mode::Port, Mode::Eprt], &["open"])
        .without(REWRITES)
        .check(&world, &run);
});

each_server!(the_servers_nat_reads_along, |software| {
    let world = worlds::server_nat_with_helper(gate!(), &Server::new(software));
    let run = doctor(&world, &[&world.target()]);
    pinholes().check(&world, &run);
});

/// A session asks for a port and never comes for it. The helper keeps the pinhole, does not open it
/// for another session as well, and swallows the reply that announces it there.
fn left_over(world: &World) {
    let script = format!(
        "python3 -c '
import ftplib
session = ftplib.FTP(\"{}\")
session.login()
session.sendcmd(\"PASV\")
session.quit()'",
        world.target()
    );
    sh::inside(world.net.namespace(Node::Client), &script);
}

#[test]
fn a_pinhole_is_left() {
    // The session that is silenced holds one of these ports until the server notices.
    let server = Server { passive: Some(50000..=50003), ..Server::new(Software::Vsftpd) };
    let world = worlds::reads_along(gate!(), &server, Place::SERVER_IN);
    left_over(&world);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().check(&world, &run);
}

#[test]
fn a_pinhole_is_left_and_an_audit() {
    let server = Server { passive: Some(50000..=50009), ..Server::new(Software::Vsftpd) };
    let world = worlds::reads_along(gate!(), &server, Place::SERVER_IN);
    left_over(&world);
    let run = doctor(&world, &["audit", "--deadline", "3m", &world.target()]);
    Expect::healthy().within(180).check(&world, &run);
}
