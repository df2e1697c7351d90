//! Address translation at the client's gateway.

use super::expect::Expect;
use super::firewall::Nat;
use super::net::{Address, Topology};
use super::run::doctor;
use super::servers::Server;
use super::world::World;

each_server!(the_clients_gateway_masquerades, |software| {
    let topology = Topology { client: Address::Private, ..Topology::default() };
    let mut world = World::new(gate!(), topology);
    world.serve(&Server::new(software));
    world.add(&Nat::Masquerade { hop: 1 });
    let run = doctor(&world, &[&world.target()]);
    Expect::limited(&["client-nat-breaks-active"])
        .passive(&["open"])
        .active(&["rejected", "timed-out"])
        .check(&world, &run);
});
