//! What stands on the way, is no firewall, and spoils data connections all the same.

use super::expect::{Expect, Found};
use super::run::{Mode, doctor};
use super::servers::{Server, Software};
use super::worlds::{self, Turn};

const INTERCEPTED: &str = "data-intercepted";
const BLACK_HOLE: &str = "path-mtu-black-hole";
const BAD_PEER: &str = "server-rejects-data-peer";
const ANOTHER: &str = "data-reaches-another-server";
/// PASV and PORT cannot name an IPv6 address.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];

/// Passive connections end at another machine, active ones do not.
fn intercepted() -> Expect {
    Expect::degraded(&[INTERCEPTED]).passive(&["stalled"]).active(&["open"])
}

each_server!(the_clients_gateway_answers_for_the_server, |software| {
    let world = worlds::intercepted(gate!(), &Server::new(software), 1);
    let run = doctor(&world, &[&world.target()]);
    let found = Found::problem(INTERCEPTED).proven().side("client").hop(1);
    intercepted().also(found).check(&world, &run);
});

#[test]
fn the_servers_gateway_answers_for_the_server() {
    let world = worlds::intercepted(gate!(), &Server::new(Software::Vsftpd), 3);
    let run = doctor(&world, &[&world.target()]);
    let found = Found::problem(INTERCEPTED).proven().side("server").side("path").hop(3);
    intercepted().also(found).check(&world, &run);
}

#[test]
fn gateways_answer_for_the_server_over_ipv6() {
    for (hop, sides) in [(1, ["client", "client"]), (3, ["server", "path"])] {
        let server = Server { ipv6: true, ..Server::new(Software::Vsftpd) };
        let world = worlds::intercepted(gate!(), &server, hop);
        let run = doctor(&world, &["-6", &world.target_v6()]);
        let found = Found::problem(INTERCEPTED).proven().side(sides[0]).side(sides[1]);
        Expect::degraded(&[INTERCEPTED])
            .modes(&OLD, &["not-tested"])
            .modes(&[Mode::Epsv], &["stalled"])
            .modes(&[Mode::Eprt], &["open"])
            .also(found.hop(hop as u64))
            .check(&world, &run);
    }
}

/// A server with a folder whose listing is long, and with a long file.
fn full(software: Software) -> Server {
    let mut more = worlds::crowd();
    more.push(("/big.bin".into(), 3_000_000));
    Server { ipv6: true, more, ..Server::new(software) }
}

each_server!(long_listings_vanish, |software| {
    let world = worlds::narrow(gate!(), &full(software), true);
    let run = doctor(&world, &[&world.url("/crowd/")]);
    Expect::broken(&[BLACK_HOLE])
        .modes(&Mode::ALL, &["stalled"])
        .also(Found::problem(BLACK_HOLE).proven())
        .check(&world, &run);
});

#[test]
fn long_listings_vanish_over_ipv6() {
    let world = worlds::narrow(gate!(), &full(Software::Vsftpd), true);
    let run = doctor(&world, &["-6", &world.url_v6("/crowd/")]);
    Expect::broken(&[BLACK_HOLE])
        .modes(&OLD, &["not-tested"])
        .modes(&[Mode::Epsv, Mode::Eprt], &["stalled"])
        .check(&world, &run);
}

each_server!(a_narrow_link_that_says_so, |software| {
    let world = worlds::narrow(gate!(), &full(software), false);
    let run = doctor(&world, &[&world.url("/crowd/")]);
    Expect::healthy().files(true).without(BLACK_HOLE).check(&world, &run);
    let run = doctor(&world, &["-6", &world.url_v6("/crowd/")]);
    Expect::healthy().modes(&OLD, &["not-tested"]).check(&world, &run);
});

each_server!(short_listings_pass_a_black_hole, |software| {
    let world = worlds::narrow(gate!(), &full(software), true);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().without(BLACK_HOLE).check(&world, &run);
});

each_server!(short_listings_pass_a_black_hole_and_files_do_not, |software| {
    let world = worlds::narrow(gate!(), &full(software), true);
    let run = doctor(&world, &["--get", "/big.bin", &world.target()]);
    Expect::degraded(&[BLACK_HOLE]).modes(&Mode::ALL, &["open"]).check(&world, &run);
});

#[test]
fn a_pool_shows_another_address_on_data_connections() {
    let world = worlds::pool(gate!(), &Server::new(Software::Vsftpd));
    let run = doctor(&world, &[&world.target()]);
    Expect::broken(&[])
        .passive(&["rejected", "closed"])
        .active(&["rejected"])
        .also(Found::problem(BAD_PEER))
        .check(&world, &run);
}

#[test]
fn a_pool_shows_every_connection_another_address() {
    let world = worlds::pool_in_turn(gate!(), &Server::new(Software::Vsftpd));
    let run = doctor(&world, &[&world.target()]);
    // What is open by chance is open: either verdict will do.
    let verdict = run.report()["verdict"].clone();
    let expect = if verdict == "broken" { Expect::broken(&[]) } else { Expect::degraded(&[]) };
    expect.active(&["rejected"]).also(Found::problem(BAD_PEER)).check(&world, &run);
}

#[test]
fn two_servers_take_turns() {
    let world = worlds::two_servers(gate!(), &[Turn::All]);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&[]).active(&["open"]).also(Found::problem(ANOTHER)).check(&world, &run);
}

#[test]
fn two_servers_take_turns_and_one_has_the_range() {
    let world = worlds::two_servers(gate!(), &[Turn::Logins, Turn::RangeThere]);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&[]).active(&["open"]).also(Found::problem(ANOTHER)).check(&world, &run);
}

#[test]
fn the_range_is_forwarded_to_another_machine() {
    let turns = [Turn::LoginsHere, Turn::RangeThere];
    let world = worlds::two_servers(gate!(), &turns);
    let run = doctor(&world, &[&world.target()]);
    Expect::degraded(&["passive-port-refused", ANOTHER])
        .passive(&["refused"])
        .active(&["open"])
        .check(&world, &run);
}
