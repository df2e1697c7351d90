//! Servers and worlds with TLS, with the eyes of OpenSSL: they are what they are said to be.

use super::itself_worlds::helper;
use super::run::Mode;
use super::secured::{Tls, Versions};
use super::servers::{Server, Software};
use super::world::World;

/// Logs in and lists under TLS; what came of each step.
fn ftps(world: &World, mode: Mode, how: &[&str]) -> Vec<String> {
    let target = world.target();
    let implicit = how.contains(&"implicit");
    let ca = format!("ca={}", world.authority());
    let mut args = vec!["ftps", &target, if implicit { "990" } else { "21" }, mode.name(), &ca];
    args.extend(how);
    helper(world, &args).lines().map(str::to_owned).collect()
}

each_server!(explore, |software: Software| {
    for versions in [Versions::Current, Versions::Tls12, Versions::Tls13] {
        let tls = Tls { versions, reuse: software.can_demand_reuse(), ..Tls::REQUIRED };
        let world =
            World::with(gate!(), &Server { ipv6: true, ..Server::new(software).with_tls(tls) });
        for mode in Mode::ALL {
            eprintln!("{versions:?} {mode:?} {:#?}", ftps(&world, mode, &[]));
        }
        eprintln!("fresh: {:#?}", ftps(&world, Mode::Epsv, &["fresh"]));
        eprintln!("in clear: {:#?}", ftps(&world, Mode::Epsv, &["in-clear"]));
        if std::env::var("DESCRIBE").is_ok() {
            eprintln!("{}", world.describe());
        }
    }
});
