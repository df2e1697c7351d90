//! Control connections that come to no login.

use super::expect::Expect;
use super::firewall::{Action, Firewall, Match, Place};
use super::net::{Node, Topology};
use super::run::{doctor, doctor_with};
use super::servers::{Server, Software, USER};
use super::world::World;

each_server!(the_only_session_is_taken, |software| {
    let server = Server { max_per_ip: Some(1), ..Server::new(software) };
    let mut world = World::with(gate!(), &server);
    let target = world.target();
    world.help(Node::Client, &["hold", &target, "21"]);
    let run = doctor(&world, &[&target]);
    // ProFTPD counts at the password, and answers 530 as to a wrong one.
    let causes: &[&'static str] = match software {
        Software::ProFtpd => &["too-many-connections", "login-rejected"],
        _ => &["too-many-connections"],
    };
    Expect::unreachable(causes).check(&world, &run);
});

each_server!(the_password_is_wrong, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let target = format!("ftp://{USER}@{}/", world.target());
    let run = doctor_with(&world, &[&target], &[("FTP_DOCTOR_PASSWORD", "wrong")]);
    Expect::unreachable(&["login-rejected"]).check(&world, &run);
});

/// What is on port 21 is one of the helpers.
fn instead_of_a_server(args: &[&str], cause: &'static str) {
    let mut world = World::new(gate!(), Topology::default());
    world.help(Node::Server, args);
    let run = doctor(&world, &[&world.target()]);
    Expect::unreachable(&[cause]).check(&world, &run);
}

#[test]
fn nothing_is_said() {
    instead_of_a_server(&["silent", "21"], "control-silent");
}

#[test]
fn it_is_ssh() {
    let args = ["banner", "21", "SSH-2.0-OpenSSH_9.2p1 Debian-2"];
    instead_of_a_server(&args, "control-not-ftp");
}

#[test]
fn it_is_tls_from_the_first_byte() {
    instead_of_a_server(&["tls", "21"], "tls-required");
}

#[test]
fn nothing_listens() {
    let world = World::new(gate!(), Topology::default());
    let run = doctor(&world, &[&world.target()]);
    Expect::unreachable(&["control-refused"]).check(&world, &run);
}

#[test]
fn a_firewall_drops_it() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    let control = [Match::To(vec![21..=21])];
    world.add(&Firewall::open_but(Place::SERVER_IN, control, Action::Drop));
    let run = doctor(&world, &[&world.target()]);
    Expect::unreachable(&["control-filtered"]).check(&world, &run);
}
