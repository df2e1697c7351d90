//! Servers that want TLS, have none, or have only what nobody should speak any more.

use super::expect::{Expect, Found};
use super::run::{Mode, doctor, doctor_with, trusting, trusting_with};
use super::secured::{Demands, Tls, Versions};
use super::servers::{PASSWORD, Server, Software, USER};
use super::world::World;

const FAILED: &str = "tls-handshake-failed";

each_server!(it_is_required_and_not_spoken, |software| {
    for demands in [Demands::Login, Demands::All] {
        let tls = Tls { demands, ..Tls::OFFERED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let run = doctor(&world, &[&world.target()]);
        Expect::unreachable(&["tls-required"]).check(&world, &run);
    }
});

/// Data connections must be under TLS, the control connection need not.
fn for_data_only(software: Software) {
    let tls = Tls { demands: Demands::Data, ..Tls::OFFERED };
    let world = World::with(gate!(), &Server::new(software).with_tls(tls));
    let run = doctor(&world, &[&world.target()]);
    Expect::broken(&["data-tls-required"])
        .in_clear()
        .modes(&Mode::ALL, &["rejected"])
        .without("passive-disabled")
        .without("active-disabled")
        .check(&world, &run);
    let run = trusting(&world, &[&world.explicit("/")]);
    Expect::healthy().secured().check(&world, &run);
}

#[test]
fn vsftpd_requires_it_for_data() {
    for_data_only(Software::Vsftpd);
}

#[test]
fn proftpd_requires_it_for_data() {
    for_data_only(Software::ProFtpd);
}

#[test]
fn pyftpdlib_requires_it_for_data() {
    for_data_only(Software::Pyftpdlib);
}

each_server!(there_is_none, |software| {
    let mut world = World::with(gate!(), &Server::new(software));
    world.watch();
    let run = doctor(&world, &[&world.explicit("/")]);
    Expect::unreachable(&["tls-unsupported"]).check(&world, &run);
    // Nor is a password said.
    let url = world.explicit("/").replace("://", &format!("://{USER}@"));
    let password = [("FTP_DOCTOR_PASSWORD", PASSWORD)];
    let run = doctor_with(&world, &[&url], &password);
    Expect::unreachable(&["tls-unsupported"]).check(&world, &run);
    assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD), "{}", run.stdout);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
    assert!(!world.met_somebody(), "{}", world.describe());
});

each_server!(a_password_goes_under_it, |software| {
    let mut world = World::with(gate!(), &Server::new(software).with_tls(Tls::REQUIRED));
    world.watch();
    let url = world.explicit("/").replace("://", &format!("://{USER}@"));
    let run = trusting_with(&world, &[&url], &[("FTP_DOCTOR_PASSWORD", PASSWORD)]);
    Expect::healthy().secured().files(true).check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
    let run = trusting_with(&world, &[&url], &[("FTP_DOCTOR_PASSWORD", "wrong")]);
    Expect::unreachable(&["login-rejected"]).check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
});

/// No version, or no suite, that current software speaks.
fn too_old(software: Software, versions: Versions) {
    let tls = Tls { versions, ..Tls::OFFERED };
    let mut world = World::with(gate!(), &Server::new(software).with_tls(tls));
    world.watch();
    let run = trusting(&world, &[&world.explicit("/")]);
    // Whose fault it is, is a matter of taste: never certain.
    Expect::unreachable(&[FAILED]).unproven(FAILED).check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
    assert!(!world.met_somebody(), "{}", world.describe());
}

#[test]
fn vsftpd_is_too_old() {
    too_old(Software::Vsftpd, Versions::Old);
}

#[test]
fn proftpd_is_too_old() {
    too_old(Software::ProFtpd, Versions::Old);
}

#[test]
fn pyftpdlib_is_too_old() {
    too_old(Software::Pyftpdlib, Versions::Old);
}

each_server!(its_suites_are_too_old, |software| {
    too_old(software, Versions::OldSuites);
});

#[test]
fn it_comes_first_and_is_not_spoken() {
    for software in [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib] {
        let tls = Tls { implicit: true, ..Tls::REQUIRED };
        let world = World::with(gate!(), &Server::new(software).with_tls(tls));
        let target = format!("{}:990", world.target());
        let run = doctor(&world, &[&target]);
        Expect::unreachable(&["tls-required"])
            .also(Found::problem("tls-required"))
            .check(&world, &run);
        // Nor is it the place for AUTH TLS.
        let run = trusting(&world, &[&format!("ftpes://{target}/")]);
        Expect::unreachable(&["tls-required"]).check(&world, &run);
    }
}

each_server!(it_is_spoken_first_and_does_not_come, |software| {
    let mut world = World::with(gate!(), &Server::new(software).with_tls(Tls::OFFERED));
    world.watch();
    let url = format!("ftps://{}:21/", world.target());
    let run = trusting(&world, &[&url]);
    // The server greets in clear: it wants AUTH TLS, or has no TLS at all.
    Expect::unreachable(&[FAILED, "tls-unsupported"]).check(&world, &run);
    assert_eq!(world.seen_in_clear(), 0, "{}", world.describe());
});
