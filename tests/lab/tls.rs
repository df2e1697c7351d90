//! FTP under TLS where nothing stands in the way: what is right, and what is wrong with certificates.

use super::certificates::Certificate;
use super::expect::{Expect, Found};
use super::run::{Mode, doctor, trusting};
use super::secured::{Demands, Tls, Versions};
use super::servers::{Server, Software};
use super::world::World;

const REUSE: &str = "tls-session-reuse-required";
const INVALID: &str = "tls-certificate-invalid";
/// Each of the four servers says that its data is at its end.
const NOT_CLOSED: &str = "tls-data-not-closed";
/// What those that begin with TLS are.
const IMPLICIT: [Software; 3] = [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib];
/// PASV and PORT cannot name an IPv6 address.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];

/// All is well under TLS, and no data connection had to resume a session.
fn healthy() -> Expect {
    Expect::healthy().secured().files(true).without(REUSE).without(INVALID).without(NOT_CLOSED)
}

/// As [`healthy`], and data connections had to.
fn healthy_with_reuse() -> Expect {
    Expect::healthy().secured().files(true).without(NOT_CLOSED).also(Found::info(REUSE).proven())
}

each_server!(it_is_offered, |software| {
    let mut world = World::with(gate!(), &Server::new(software).with_tls(Tls::OFFERED));
    world.watch();
    let run = trusting(&world, &[&world.explicit("/")]);
    healthy().version("1.3").check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
});

each_server!(it_is_required, |software| {
    let world = World::with(gate!(), &Server::new(software).with_tls(Tls::REQUIRED));
    let run = trusting(&world, &[&world.explicit("/")]);
    healthy().check(&world, &run);
    let run = trusting(&world, &["--tls", "explicit", &world.target()]);
    healthy().check(&world, &run);
});

each_server!(an_empty_folder, |software| {
    let world = World::with(gate!(), &Server::new(software).with_tls(Tls::OFFERED));
    let run = trusting(&world, &[&world.explicit("/empty/")]);
    Expect::healthy().secured().files(false).check(&world, &run);
});

each_server!(only_the_login_is_required, |software| {
    let tls = Tls { demands: Demands::Login, ..Tls::OFFERED };
    let world = World::with(gate!(), &Server::new(software).with_tls(tls));
    let run = trusting(&world, &[&world.explicit("/")]);
    healthy().check(&world, &run);
});

each_server!(one_version, |software| {
    for (versions, name) in [(Versions::Tls12, "1.2"), (Versions::Tls13, "1.3")] {
        let tls = Tls { versions, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = trusting(&world, &[&world.explicit("/")]);
        healthy().version(name).check(&world, &run);
    }
});

/// Data connections must resume the control connection's session.
fn reuse(software: Software) {
    for (versions, name) in
        [(Versions::Current, "1.3"), (Versions::Tls12, "1.2"), (Versions::Tls13, "1.3")]
    {
        let tls = Tls { reuse: true, versions, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = trusting(&world, &[&world.explicit("/")]);
        healthy_with_reuse().version(name).check(&world, &run);
    }
}

#[test]
fn vsftpd_requires_reuse() {
    reuse(Software::Vsftpd);
}

#[test]
fn proftpd_requires_reuse() {
    reuse(Software::ProFtpd);
}

#[test]
fn reuse_is_required_of_a_single_session() {
    for software in [Software::Vsftpd, Software::ProFtpd] {
        let tls = Tls { reuse: true, ..Tls::REQUIRED };
        let server = Server { max_per_ip: Some(1), ..Server::new(software) }.with_tls(tls);
        let world = World::with(gate!(), &server);
        let run = trusting(&world, &[&world.explicit("/")]);
        healthy_with_reuse().check(&world, &run);
    }
}

each_server!(one_session_for_each_address, |software| {
    let server = Server { max_per_ip: Some(1), ..Server::new(software) }.with_tls(Tls::OFFERED);
    let world = World::with(gate!(), &server);
    let run = trusting(&world, &[&world.explicit("/")]);
    healthy().check(&world, &run);
});

#[test]
fn some_begin_with_it() {
    for software in IMPLICIT {
        let tls = Tls { implicit: true, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = trusting(&world, &[&world.implicit("/")]);
        healthy().check(&world, &run);
        let run = trusting(&world, &["--tls", "implicit", &world.target()]);
        healthy().check(&world, &run);
    }
}

#[test]
fn some_begin_with_it_and_require_reuse() {
    for software in [Software::Vsftpd, Software::ProFtpd] {
        let tls = Tls { implicit: true, reuse: true, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = trusting(&world, &[&world.implicit("/")]);
        healthy_with_reuse().check(&world, &run);
    }
}

each_server!(over_ipv6, |software: Software| {
    let tls = Tls { reuse: software.can_demand_reuse(), ..Tls::REQUIRED };
    let server = Server { ipv6: true, ..Server::new(software) }.with_tls(tls);
    let world = World::with(gate!(), &server);
    let url = format!("ftpes://{}/", world.target_v6());
    let run = trusting(&world, &["-6", &url]);
    let expect = if tls.reuse { healthy_with_reuse() } else { healthy() };
    expect.modes(&OLD, &["not-tested"]).check(&world, &run);
});

/// What the finding about a certificate must say of its fault.
fn said_of(certificate: Certificate) -> &'static str {
    match certificate {
        Certificate::Expired => "2002",
        Certificate::NotYetValid => "2110",
        Certificate::WrongName => "www.example.com",
        Certificate::Good | Certificate::SelfSigned => "the laboratory's server",
    }
}

each_server!(a_certificate_that_is_not_to_be_trusted, |software: Software| {
    for certificate in Certificate::BAD {
        let tls = Tls { certificate, ..Tls::OFFERED };
        let mut world = World::with(gate!(), &Server::new(software).with_tls(tls));
        world.watch();
        let run = trusting(&world, &[&world.explicit("/")]);
        Expect::unreachable(&[INVALID])
            .also(Found::problem(INVALID).says(said_of(certificate)))
            .check(&world, &run);
        // Nobody said who they are, neither in clear nor under TLS.
        assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
        assert!(!world.met_somebody(), "{}", world.describe());
        let run = trusting(&world, &["--insecure", &world.explicit("/")]);
        Expect::healthy()
            .secured()
            .also(Found::warning(INVALID).says(said_of(certificate)))
            .check(&world, &run);
        assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
        let keeps_a_log = software != Software::PureFtpd;
        assert_eq!(world.met_somebody(), keeps_a_log, "{}", world.describe());
    }
});

#[test]
fn an_expired_certificate_where_tls_comes_first() {
    for software in IMPLICIT {
        let tls = Tls { certificate: Certificate::Expired, implicit: true, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = trusting(&world, &[&world.implicit("/")]);
        Expect::unreachable(&[INVALID]).check(&world, &run);
        assert!(!world.met_somebody(), "{}", world.describe());
        let run = trusting(&world, &["--insecure", &world.implicit("/")]);
        Expect::healthy().secured().also(Found::warning(INVALID)).check(&world, &run);
    }
}

#[test]
fn nobody_knows_the_authority() {
    let world = World::with(gate!(), &Server::new(Software::Vsftpd).with_tls(Tls::OFFERED));
    let name = "the laboratory's authority";
    let run = doctor(&world, &[&world.explicit("/")]);
    Expect::unreachable(&[INVALID]).also(Found::problem(INVALID).says(name)).check(&world, &run);
    let run = doctor(&world, &["--insecure", &world.explicit("/")]);
    let found = Found::warning(INVALID).says(name);
    Expect::healthy().secured().also(found).check(&world, &run);
}
