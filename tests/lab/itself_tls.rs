//! Servers and worlds with TLS, with the eyes of OpenSSL and of curl: they are what they are said to
//! be.

use std::path::Path;

use super::certificates::Certificate;
use super::firewall::{Firewall, Match, Place};
use super::itself::only;
use super::itself_worlds::helper;
use super::run::{Mode, curl};
use super::secured::{Demands, Tls, Versions};
use super::servers::{Server, Software};
use super::world::World;
use super::worlds;

/// Logs in and lists under TLS with OpenSSL; what came of each step.
struct Ftps(Vec<String>);

impl Ftps {
    fn of(world: &World, address: &str, port: &str, mode: Mode, how: &[&str]) -> Self {
        let authority = world.authority();
        let ca = format!("ca={authority}");
        let mut args = vec!["ftps", address, port, mode.name()];
        args.extend(how);
        // A server without TLS has none.
        if Path::new(&authority).exists() {
            args.push(&ca);
        }
        Self(helper(world, &args).lines().map(str::to_owned).collect())
    }

    fn explicit(world: &World, mode: Mode, how: &[&str]) -> Self {
        Self::of(world, &world.target(), "21", mode, how)
    }

    fn implicit(world: &World, mode: Mode) -> Self {
        Self::of(world, &world.target(), "990", mode, &["implicit"])
    }

    fn has(&self, start: &str) -> bool {
        self.0.iter().any(|line| line.starts_with(start))
    }

    /// Panics where one of these beginnings of lines is not there.
    fn must(&self, world: &World, starts: &[&str]) {
        for start in starts {
            assert!(self.has(start), "no {start:?}: {:#?}\n{}", self.0, world.describe());
        }
    }

    fn fine(&self, world: &World) {
        self.must(world, &["3 lines", "226 "]);
    }

    fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

/// Whether the server takes a session up that it does not ask for.
fn resumes(software: Software) -> &'static str {
    if software == Software::PureFtpd { "full" } else { "resumed" }
}

each_server!(tls_works, |software: Software| {
    let tls = Tls { reuse: software.can_demand_reuse(), ..Tls::REQUIRED };
    let server = Server { ipv6: true, ..Server::new(software) }.with_tls(tls);
    let world = World::with(gate!(), &server);
    for mode in Mode::ALL {
        let ftps = Ftps::explicit(&world, mode, &[]);
        ftps.fine(&world);
        ftps.must(&world, &["TLSv1.3", resumes(software)]);
    }
    let v6 = world.net.server_v6().to_string();
    Ftps::of(&world, &v6, "21", Mode::Epsv, &[]).fine(&world);
    let fresh = Ftps::explicit(&world, Mode::Epsv, &["fresh"]);
    match software {
        Software::Vsftpd => fresh.must(&world, &["522 SSL connection failed: session reuse req"]),
        Software::ProFtpd => fresh.must(&world, &["425 Unable to build data connection: Operati"]),
        _ => fresh.fine(&world),
    }
    assert!(!software.can_demand_reuse() || !fresh.has("226 "), "{:#?}", fresh.0);
    let clear = Ftps::explicit(&world, Mode::Epsv, &["in-clear"]);
    assert!(!clear.has("226 "), "{:#?}", clear.0);
});

each_server!(versions_are_what_they_are_said_to_be, |software: Software| {
    for (versions, strong, weak) in [
        (Versions::Tls12, Some("TLSv1.2"), "TLSv1.2"),
        (Versions::Tls13, Some("TLSv1.3"), "TLSv1.3"),
        (Versions::Old, None, "TLSv1.1"),
        (Versions::OldSuites, None, "TLSv1.2 ECDHE-ECDSA-AES128-SHA"),
    ] {
        if (software, versions) == (Software::PureFtpd, Versions::Old) {
            continue;
        }
        let tls = Tls { versions, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let ftps = Ftps::explicit(&world, Mode::Epsv, &[]);
        match strong {
            Some(version) => ftps.must(&world, &[version, "3 lines", "226 "]),
            None => ftps.must(&world, &["TLS: "]),
        }
        let ftps = Ftps::explicit(&world, Mode::Epsv, &["weak", "fresh"]);
        ftps.must(&world, &[weak, "full", "3 lines", "226 "]);
    }
});

#[test]
fn some_begin_with_tls() {
    for software in [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib] {
        let tls = Tls { implicit: true, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        for mode in [Mode::Pasv, Mode::Eprt] {
            Ftps::implicit(&world, mode).fine(&world);
        }
    }
}

each_server!(certificates_have_the_fault_that_they_are_said_to_have, |software: Software| {
    let faults = [
        (Certificate::Expired, "certificate: certificate has expired"),
        (Certificate::NotYetValid, "certificate: certificate is not yet valid"),
        (Certificate::WrongName, "certificate: IP address mismatch"),
        (Certificate::SelfSigned, "certificate: self-signed certificate"),
    ];
    assert_eq!(faults.map(|(certificate, _)| certificate), Certificate::BAD);
    for (certificate, fault) in faults {
        let tls = Tls { certificate, ..Tls::OFFERED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        Ftps::explicit(&world, Mode::Epsv, &[]).must(&world, &[fault]);
    }
});

/// What curl is told about a listing in clear.
fn in_clear(world: &World, reply: &str) {
    let run = curl(world, Mode::Epsv, 4, &world.url("/"));
    assert!(run.stderr.contains(reply), "no {reply:?}: {}\n{}", run.stderr, world.describe());
}

each_server!(servers_demand_tls, |software: Software| {
    for demands in [Demands::Nothing, Demands::Login, Demands::Data, Demands::All] {
        if (software, demands) == (Software::PureFtpd, Demands::Data) {
            continue;
        }
        let tls = Tls { demands, ..Tls::OFFERED };
        let mut world = World::with(gate!(), &Server::new(software).with_tls(tls));
        world.watch();
        Ftps::explicit(&world, Mode::Epsv, &[]).fine(&world);
        assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
        let login = match software {
            Software::Vsftpd => "< 530 ",
            Software::PureFtpd => "< 421-Sorry, cleartext sessions",
            _ => "< 550 SSL/TLS required on the control channel",
        };
        let data = match software {
            Software::Vsftpd => "< 522 Data connections must be encrypted.",
            Software::ProFtpd => "< 522 SSL/TLS required on the data channel",
            Software::PureFtpd => "",
            Software::Pyftpdlib => "< 550 SSL/TLS required on the data channel",
        };
        match demands {
            Demands::Nothing => only(&world, &Mode::ALL),
            Demands::Login | Demands::All => in_clear(&world, login),
            Demands::Data => in_clear(&world, data),
        }
        assert!(world.seen_in_clear() > 0, "{}", world.describe());
        let run = Ftps::explicit(&world, Mode::Epsv, &["in-clear"]);
        let data = matches!(demands, Demands::Data | Demands::All);
        assert_eq!(run.has("226 "), !data, "{:#?}\n{}", run.0, world.describe());
    }
});

each_server!(a_server_without_tls_says_so, |software: Software| {
    let world = World::with(gate!(), &Server::new(software));
    let run = Ftps::explicit(&world, Mode::Epsv, &[]);
    let refusal = match software {
        Software::Vsftpd => "530 Please login with USER and PASS.",
        _ => "500 ",
    };
    run.must(&world, &[refusal]);
});

/// A listing under TLS ends so.
fn ends(world: &World, modes: &[Mode], last: &str) {
    for &mode in modes {
        let run = Ftps::explicit(world, mode, &[]);
        assert!(run.last().starts_with(last), "{mode:?}: {:#?}\n{}", run.0, world.describe());
    }
}

#[test]
fn tls_blinds_helpers() {
    let server = || Server::new(Software::Vsftpd).with_tls(Tls::OFFERED);
    // The server's own firewall: what it calls itself passes.
    let world = worlds::reads_along(gate!(), &server(), Place::SERVER_IN);
    only(&world, &Mode::ALL);
    ends(&world, &Mode::PASSIVE, "TimeoutError");
    ends(&world, &Mode::ACTIVE, "226 ");
    for hop in [1, 3] {
        let world = worlds::reads_along(gate!(), &server(), Place::router(hop));
        only(&world, &Mode::ALL);
        ends(&world, &Mode::ALL, "TimeoutError");
    }
    // A client's gateway does not rewrite PORT any more.
    let world = worlds::client_nat_with_helper(gate!(), &server());
    only(&world, &Mode::ALL);
    ends(&world, &Mode::PASSIVE, "226 ");
    for mode in Mode::ACTIVE {
        let run = Ftps::explicit(&world, mode, &[]);
        assert!(run.has("500 Illegal") && !run.has("226 "), "{:#?}", run.0);
    }
    // A server's gateway neither rewrites 227 nor forwards what is announced.
    let world = worlds::server_nat_with_helper(gate!(), &server());
    only(&world, &Mode::ALL);
    let run = Ftps::explicit(&world, Mode::Pasv, &[]);
    run.must(&world, &["227 Entering Passive Mode (10,0,9,2,", "TimeoutError"]);
    ends(&world, &[Mode::Epsv], "ConnectionRefusedError");
    ends(&world, &Mode::ACTIVE, "226 ");
}

#[test]
fn a_helper_that_is_not_needed_hides_the_servers_address() {
    let server = Server::new(Software::Vsftpd).with_tls(Tls::OFFERED);
    let world = worlds::server_nat_with_helper_and_range(gate!(), &server);
    only(&world, &Mode::ALL);
    let run = Ftps::explicit(&world, Mode::Pasv, &[]);
    run.must(&world, &["227 Entering Passive Mode (10,0,9,2,", "TimeoutError"]);
    ends(&world, &[Mode::Epsv, Mode::Port, Mode::Eprt], "226 ");
}

#[test]
fn firewalls_are_the_same_under_tls() {
    let server = Server::new(Software::Vsftpd).with_tls(Tls::OFFERED);
    let mut world = World::with(gate!(), &server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21])]));
    ends(&world, &Mode::PASSIVE, "TimeoutError");
    ends(&world, &Mode::ACTIVE, "226 ");
}

#[test]
fn a_router_answers_the_syn_and_not_the_handshake() {
    let server = Server::new(Software::Vsftpd).with_tls(Tls::OFFERED);
    let world = worlds::intercepted(gate!(), &server, 1);
    let run = Ftps::explicit(&world, Mode::Epsv, &[]);
    run.must(&world, &["connected", "TimeoutError"]);
    ends(&world, &Mode::ACTIVE, "226 ");
}
