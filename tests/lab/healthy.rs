//! Servers that nothing stands in front of: all is well, and nothing else is said.

use super::expect::Expect;
use super::run::doctor;
use super::servers::Server;
use super::world::World;

each_server!(without_a_firewall, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy()
        .files(true)
        .without("helper-opens-pinholes")
        .without("alg-rewrites-control")
        .check(&world, &run);
});

each_server!(an_empty_folder, |software| {
    let world = World::with(gate!(), &Server::new(software));
    let url = world.url("/empty/");
    let run = doctor(&world, &[&url]);
    Expect::healthy().files(false).check(&world, &run);
});

each_server!(one_session_for_each_address, |software| {
    let server = Server { max_per_ip: Some(1), ..Server::new(software) };
    let world = World::with(gate!(), &server);
    let run = doctor(&world, &[&world.target()]);
    Expect::healthy().files(true).check(&world, &run);
});
