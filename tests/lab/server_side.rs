//! What an administrator sets at the server.

use std::net::Ipv4Addr;

use super::expect::Expect;
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::world::World;

#[test]
fn passive_mode_is_switched_off() {
    let server = Server { pasv: false, ..Server::new(Software::Vsftpd) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["passive-disabled"])
        .passive(&["rejected"])
        .active(&["open"])
        .check(&world, &run);
}

each_server!(another_control_port, |software| {
    let server = Server { port: 600, ..Server::new(software) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &[&format!("{}:600", world.target())]);
    Expect::healthy().check(&world, &run);
});

#[test]
fn the_passive_range_is_port_20() {
    let server = Server { passive: Some(20..=20), ..Server::new(Software::Vsftpd) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().check(&world, &run);
}

each_server!(a_private_address_in_the_reply_to_pasv, |software| {
    let server = Server { masquerade: Some(Ipv4Addr::new(10, 9, 9, 9)), ..Server::new(software) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &[&world.target()]);
    // Whether the data connection of PASV went to the server all the same is a matter of taste.
    Expect::degraded(&["passive-address-unroutable"])
        .modes(&[Mode::Epsv, Mode::Port, Mode::Eprt], &["open"])
        .check(&world, &run);
});
