//! What stands on the way, is no firewall, and spoils data connections under TLS as it does in clear.

use super::expect::{Expect, Found};
use super::run::{Mode, trusting};
use super::secured::Tls;
use super::servers::{Server, Software};
use super::world::World;
use super::worlds;

const FAILED: &str = "tls-handshake-failed";

/// It speaks TLS to whoever asks for it, and is as strict as it can be.
fn server(software: Software) -> Server {
    let tls = Tls { reuse: software.can_demand_reuse(), ..Tls::OFFERED };
    Server::new(software).with_tls(tls)
}

each_server!(a_long_file_and_a_long_listing_come, |software| {
    let mut more = worlds::crowd();
    more.push(("/big.bin".into(), 3_000_000));
    let world = World::with(gate!(), &Server { more, ..server(software) });
    let run = trusting(&world, &["--get", "/big.bin", &world.explicit("/crowd/")]);
    Expect::healthy().secured().files(true).check(&world, &run);
});

#[test]
fn long_listings_vanish() {
    let more = worlds::crowd();
    let server = Server { more, ..server(Software::Vsftpd) };
    let world = worlds::narrow(gate!(), &server, true);
    let run = trusting(&world, &[&world.explicit("/crowd/")]);
    Expect::broken(&["path-mtu-black-hole"])
        .secured()
        .modes(&Mode::ALL, &["stalled"])
        .without(FAILED)
        .check(&world, &run);
}

/// The box answers the SYN for the server; the handshake of TLS it does not answer.
fn intercepted(software: Software, hop: usize) {
    let world = worlds::intercepted(gate!(), &server(software), hop);
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::degraded(&["data-intercepted"])
        .secured()
        .passive(&["tls-failed", "stalled"])
        .active(&["open"])
        .also(Found::problem("data-intercepted").proven().hop(hop as u64))
        .without(FAILED)
        .check(&world, &run);
}

#[test]
fn the_clients_gateway_answers_for_the_server() {
    intercepted(Software::Vsftpd, 1);
}

#[test]
fn the_servers_gateway_answers_for_the_server() {
    intercepted(Software::ProFtpd, 3);
}

each_server!(silence_outlasts_the_nats_memory, |software| {
    let world = worlds::forgetful_nat(gate!(), &server(software));
    let run = trusting(&world, &["--idle", "10s", &world.explicit("/")]);
    // The NAT's helper goes blind too: active mode has a trouble of its own.
    Expect::degraded(&[])
        .secured()
        .passive(&["open"])
        .also(Found::problem("control-idle-dropped").proven())
        .within(60)
        .check(&world, &run);
});

#[test]
fn a_pool_shows_another_address_on_data_connections() {
    let world = worlds::pool(gate!(), &server(Software::Vsftpd));
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::broken(&[])
        .secured()
        .also(Found::problem("server-rejects-data-peer"))
        .without(FAILED)
        .check(&world, &run);
}
