//! IPv6, where only the extended commands exist.

use super::expect::Expect;
use super::firewall::{Action, Firewall, Match, Place, rule};
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::world::World;

/// PASV and PORT cannot name an IPv6 address: that they are not tested is no fault.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];

fn over_ipv6(software: Software) -> Server {
    Server { ipv6: true, ..Server::new(software) }
}

each_server!(without_a_firewall, |software| {
    let world = World::with(gate!(), &over_ipv6(software));
    let run = doctor(&world, &["-6", &world.target_v6()]);
    Expect::healthy().modes(&OLD, &["not-tested"]).check(&world, &run);
});

#[test]
fn the_range_is_open_for_ipv4_only() {
    let mut world = World::with(gate!(), &over_ipv6(Software::Vsftpd));
    world.add(&Firewall {
        place: Place::SERVER_IN,
        rules: vec![
            rule([Match::Known], Action::Accept),
            rule([Match::To(vec![21..=21])], Action::Accept),
            rule([Match::Ipv4, Match::To(vec![50000..=50100])], Action::Accept),
        ],
        otherwise: Action::Drop,
    });
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().check(&world, &run);
    let run = doctor(&world, &["-6", &world.target_v6()]);
    Expect::degraded(&["firewall-blocks-passive", "server-firewall-blocks-passive"])
        .modes(&OLD, &["not-tested"])
        .modes(&[Mode::Epsv], &["timed-out"])
        .modes(&[Mode::Eprt], &["open"])
        .check(&world, &run);
}

/// The server does not take EPSV.
fn without_epsv(software: Software) {
    let server = Server { epsv: false, ..over_ipv6(software) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &["-6", &world.target_v6()]);
    Expect::degraded(&["ipv6-needs-epsv"])
        .modes(&OLD, &["not-tested"])
        .modes(&[Mode::Epsv], &["rejected"])
        .modes(&[Mode::Eprt], &["open"])
        .check(&world, &run);
}

#[test]
fn proftpd_without_epsv() {
    without_epsv(Software::ProFtpd);
}

#[test]
fn pyftpdlib_without_epsv() {
    without_epsv(Software::Pyftpdlib);
}
