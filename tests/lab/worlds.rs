//! Worlds that two kinds of cases play in: the program says what is wrong with them, and curl shows
//! that they are what they are said to be.

use std::time::Duration;

use super::firewall::{Action, Firewall, Helper, Match, Nat, Place, rule};
use super::gate::Gate;
use super::net::{Address, Net, Node, Topology};
use super::servers::{Server, Software};
use super::world::World;

/// A firewall that knows port 21 only, and a helper that reads along there and lets in what the
/// server or the client announce.
pub fn reads_along(gate: Gate, server: &Server, place: Place) -> World {
    let mut world = World::with(gate, server);
    world.add(&Helper { node: place.node });
    world.add(&Firewall::closed(place, [Match::To(vec![21..=21])]));
    world
}

/// The server's own firewall with its passive range open, and no helper anywhere.
pub fn opened(gate: Gate, server: &Server) -> World {
    let mut world = World::with(gate, server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50100])]));
    world
}

/// The client's gateway translates.
pub fn client_nat(gate: Gate, server: &Server) -> World {
    let topology = Topology { client: Address::Private, ..Topology::default() };
    let mut world = World::new(gate, topology);
    world.serve(server);
    world.add(&Nat::Masquerade { hop: 1 });
    world
}

/// The client's gateway translates, and rewrites what is said on port 21.
pub fn client_nat_with_helper(gate: Gate, server: &Server) -> World {
    let mut world = client_nat(gate, server);
    world.add(&Helper { node: Node::Router(1) });
    world
}

/// The server's gateway translates and forwards these ports; the reply to PASV has the public
/// address if the server knows it.
pub fn server_nat(
    gate: Gate,
    server: &Server,
    ports: &[std::ops::RangeInclusive<u16>],
    knows: bool,
) -> World {
    let topology = Topology { server: Address::Private, ..Topology::default() };
    let mut world = World::new(gate, topology);
    let masquerade = knows.then(|| world.net.public_v4());
    world.serve(&Server { masquerade, ..server.clone() });
    world.add(&Nat::Forward { hop: 3, ports: Some(ports.to_vec()) });
    world
}

/// Only port 21 is forwarded, and the gateway rewrites what is said there.
pub fn server_nat_with_helper(gate: Gate, server: &Server) -> World {
    let mut world = server_nat(gate, server, &[21..=21], false);
    world.add(&Helper { node: Node::Router(3) });
    world
}

/// As [`server_nat_with_helper`], and the range is forwarded all the same: what the gateway rewrites
/// hides only that the server does not know its address.
pub fn server_nat_with_helper_and_range(gate: Gate, server: &Server) -> World {
    let mut world = server_nat(gate, server, &[21..=21, 50000..=50100], false);
    world.add(&Helper { node: Node::Router(3) });
    world
}

/// A carrier translates to a pool of two addresses: the control connection leaves with one of them,
/// and everything else with the other.
pub fn pool(gate: Gate, server: &Server) -> World {
    let mut world = pooled(gate, server);
    let [one, two] = [world.net.outer_v4(1), world.net.add_outer_v4(1)];
    let turns = vec![(vec![21..=21], vec![one]), (Vec::new(), vec![two])];
    world.add(&Nat::Pool { hop: 1, turns });
    world
}

/// As [`pool`], and every connection takes the next address.
pub fn pool_in_turn(gate: Gate, server: &Server) -> World {
    let mut world = pooled(gate, server);
    let both = vec![world.net.outer_v4(1), world.net.add_outer_v4(1)];
    world.add(&Nat::Pool { hop: 1, turns: vec![(Vec::new(), both)] });
    world
}

fn pooled(gate: Gate, server: &Server) -> World {
    let topology = Topology { client: Address::Private, ..Topology::default() };
    let mut world = World::new(gate, topology);
    world.serve(server);
    world
}

/// A router answers every connection to another port than 21 itself, and then says nothing.
pub fn intercepted(gate: Gate, server: &Server, hop: usize) -> World {
    let mut world = World::with(gate, server);
    world.help(Node::Router(hop), &["silent", "9999"]);
    world.add(&Nat::Intercept { hop, port: 9999 });
    world
}

/// Between r2 and r3 no packet may be longer than 1300 bytes. In a black hole, the server does not
/// hear of it.
pub fn narrow(gate: Gate, server: &Server, black_hole: bool) -> World {
    let mut world = World::with(gate, server);
    world.net.narrow(2, 1300);
    if black_hole {
        let deaf = [Match::Unreachable, Match::TooBig].map(|what| rule([what], Action::Drop));
        world.add(&Firewall {
            place: Place::SERVER_IN,
            rules: deaf.into(),
            otherwise: Action::Accept,
        });
    }
    world
}

/// Files of a folder whose listing takes many packets.
pub fn crowd() -> Vec<(String, usize)> {
    (0..300)
        .map(|number| (format!("/crowd/{}-{number:03}.txt", "a-long-name".repeat(8)), 1))
        .collect()
}

/// How long a forgetful box remembers a connection on which nothing happens.
pub const FORGETS: Duration = Duration::from_secs(6);

/// A router forgets a connection that was silent for 6 s, and does not take it up again.
pub fn forgetful(world: &World, hop: usize) {
    let set = |name: &str, number| {
        world.net.set(Node::Router(hop), &format!("netfilter/nf_conntrack_tcp_{name}"), number);
    };
    set("timeout_established", FORGETS.as_secs());
    set("loose", 0);
}

/// The client's gateway translates, with a helper, and forgets.
pub fn forgetful_nat(gate: Gate, server: &Server) -> World {
    let world = client_nat_with_helper(gate, server);
    forgetful(&world, 1);
    world
}

/// The client's gateway lets in only what it remembers, and forgets. Nothing is translated.
pub fn forgetful_firewall(gate: Gate, server: &Server) -> World {
    let mut world = World::with(gate, server);
    world.add(&Helper { node: Node::Router(1) });
    world.add(&Firewall {
        place: Place::router(1),
        rules: vec![
            rule([Match::Known], Action::Accept),
            rule([Match::New, Match::Outbound], Action::Accept),
        ],
        otherwise: Action::Drop,
    });
    forgetful(&world, 1);
    world
}

/// Every data connection dries up at r2 after 200 kB.
pub fn dries_up(gate: Gate, server: &Server) -> World {
    let mut world = World::with(gate, server);
    world.net.set(Node::Router(2), "netfilter/nf_conntrack_acct", 1);
    world.add(&Firewall::open_but(Place::router(2), [Match::After(200_000)], Action::Drop));
    world
}

/// Two servers behind one public address: which one gets a connection is settled by its port, and
/// by turns.
pub fn two_servers(gate: Gate, turns: &[Turn]) -> World {
    let topology = Topology { server: Address::Private, twin: true, ..Topology::default() };
    let mut world = World::new(gate, topology);
    let masquerade = Some(world.net.public_v4());
    for (node, banner) in [(Node::Server, "Welcome to ftp1."), (Node::Twin, "Welcome to ftp2.")] {
        let banner = Some(banner);
        world.serve_at(node, &Server { masquerade, banner, ..Server::new(Software::Vsftpd) });
    }
    let [one, two] = [world.net.server_v4(), Net::twin_v4()];
    let range = 50000..=50100;
    let turns = turns
        .iter()
        .map(|turn| match turn {
            Turn::All => (vec![21..=21, range.clone()], vec![one, two]),
            Turn::Logins => (vec![21..=21], vec![one, two]),
            Turn::LoginsHere => (vec![21..=21], vec![one]),
            Turn::RangeThere => (vec![range.clone()], vec![two]),
        })
        .collect();
    world.add(&Nat::Balance { hop: 3, turns });
    world
}

/// Which of [`two_servers`] gets what.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// Every connection goes to the other server than the one before.
    All,
    /// As [`Turn::All`], control connections only.
    Logins,
    /// Control connections go to [`Node::Server`].
    LoginsHere,
    /// Passive connections go to [`Node::Twin`].
    RangeThere,
}
