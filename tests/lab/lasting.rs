//! What shows only with time, or with more than a listing: `--get` and `--idle`.

use super::expect::{Expect, Found};
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::world::World;
use super::worlds;

const STALLS: &str = "transfer-stalls";
const DROPPED: &str = "control-idle-dropped";
/// PASV and PORT cannot name an IPv6 address.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];

/// A server that takes ten seconds to send its longest file.
fn slow(software: Software) -> Server {
    let more = vec![("/slow.bin".into(), 500_000)];
    Server { ipv6: true, rate: Some(50_000), more, ..Server::new(software) }
}

each_server!(a_file_outlasts_the_nats_memory, |software| {
    let world = worlds::forgetful_nat(gate!(), &slow(software));
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().without(STALLS).check(&world, &run);
    let run = doctor(&world, &["--get", "/slow.bin", &world.target()]);
    Expect::degraded(&[STALLS]).modes(&Mode::ALL, &["open"]).check(&world, &run);
});

#[test]
fn a_file_outlasts_the_firewalls_memory() {
    let world = worlds::forgetful_firewall(gate!(), &slow(Software::Vsftpd));
    let run = doctor(&world, &["--get", "/slow.bin", &world.target()]);
    Expect::degraded(&[STALLS]).modes(&Mode::ALL, &["open"]).check(&world, &run);
}

each_server!(a_slow_file_comes, |software| {
    let world = World::with(gate!(), &slow(software));
    let run = doctor(&world, &["--get", "/slow.bin", &world.target()]);
    Expect::healthy().without(STALLS).check(&world, &run);
});

each_server!(a_short_file_comes, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let run = doctor(&world, &["--get", "/pub/hello.txt", &world.target()]);
    Expect::healthy().check(&world, &run);
});

each_server!(a_long_file_dries_up, |software| {
    let more = vec![("/big.bin".into(), 3_000_000)];
    let server = Server { more, ..Server::new(software) };
    let world = worlds::dries_up(gate!(), &server);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().without(STALLS).check(&world, &run);
    let run = doctor(&world, &["--get", "/big.bin", &world.target()]);
    Expect::degraded(&[STALLS]).modes(&Mode::ALL, &["open"]).check(&world, &run);
});

each_server!(silence_outlasts_the_nats_memory, |software| {
    let world = worlds::forgetful_nat(gate!(), &Server::new(software));
    let run = doctor(&world, &["--idle", "10s", &world.target()]);
    // With keep-alive packets the connection lasts: that is the comparison.
    Expect::degraded(&[DROPPED])
        .modes(&Mode::ALL, &["open"])
        .also(Found::problem(DROPPED).proven())
        .within(45)
        .check(&world, &run);
});

#[test]
fn silence_outlasts_the_firewalls_memory_over_ipv6() {
    let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
    let world = worlds::forgetful_firewall(gate!(), &server);
    let run = doctor(&world, &["-6", "--idle", "10s", &world.target_v6()]);
    Expect::degraded(&[DROPPED])
        .modes(&OLD, &["not-tested"])
        .also(Found::problem(DROPPED).proven())
        .within(45)
        .check(&world, &run);
}

each_server!(silence_is_no_matter, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let run = doctor(&world, &["--idle", "3s", &world.target()]);
    Expect::healthy().without(DROPPED).check(&world, &run);
});

/// The server itself ends a session that is silent for 4 s.
fn impatient(software: Software) {
    let server = Server { idle: Some(4), ..Server::new(software) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &["--idle", "8s", &world.target()]);
    // Silence of this length was asked for, and the server does not bear it.
    Expect::degraded(&[DROPPED])
        .modes(&Mode::ALL, &["open"])
        .also(Found::problem(DROPPED).side("server"))
        .within(45)
        .check(&world, &run);
}

#[test]
fn vsftpd_is_impatient() {
    impatient(Software::Vsftpd);
}

#[test]
fn proftpd_is_impatient() {
    impatient(Software::ProFtpd);
}

#[test]
fn pyftpdlib_is_impatient() {
    impatient(Software::Pyftpdlib);
}
