//! The audit where a part of the range is dead, in every way in which it can be: it never says that all
//! is well, nothing is proven that is not so, and healthy servers with ranges of any size stay healthy.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `FTP_DOCTOR_AUDIT_RUNS` | audits of each world, and of worlds that are left out otherwise; 1, of a few |
//!
//! `FTP_DOCTOR_AUDIT_RUNS=10 cargo test --test lab -- lab::audit_parts --nocapture` prints the table.

use super::expect::{explain, problems};
use super::firewall::{Action, Firewall, Icmp, Match, Place, Ports};
use super::gate::{self, Gate};
use super::run::{Run, doctor};
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

const PARTLY: &str = "passive-range-partly-blocked";
const FORWARD: &str = "passive-ports-not-forwarded";
/// Found where not one passive mode came through a range that is nearly all dead.
const WHOLE: [&str; 4] = [
    "server-firewall-blocks-passive",
    "firewall-blocks-passive",
    "passive-port-refused",
    "passive-range-partly-blocked",
];

/// What becomes of a knock at the dead part.
#[derive(Clone, Copy, Debug)]
enum Dead {
    At(Action),
    /// Dropped, rejected or reset by a router in front of the server.
    AtRouter(Action),
    /// The server's NAT passes on the other ports only.
    NotForwarded,
    /// The same, and what it passes on has gaps.
    Gaps,
}

/// Ports of 50000-50100 that work, and those that are dead.
fn parts(dead: u16, gaps: bool) -> (Vec<Ports>, Vec<Ports>) {
    let first = 50101 - dead;
    if !gaps {
        return (vec![50000..=first - 1], vec![first..=50100]);
    }
    // As evenly mixed as can be.
    let is_dead = |port: &u16| {
        let at = u32::from(port - 50000);
        (at + 1) * u32::from(dead) / 101 > at * u32::from(dead) / 101
    };
    let each = |wanted: bool| -> Vec<Ports> {
        (50000..=50100).filter(|p| is_dead(p) == wanted).map(|p| p..=p).collect()
    };
    (each(false), each(true))
}

impl Dead {
    fn world(self, gate: Gate, server: &Server, dead: u16) -> World {
        let (alive, dead) = parts(dead, matches!(self, Self::Gaps));
        match self {
            Self::At(action) => {
                let mut world = World::with(gate, server);
                let part = [Match::To(dead)];
                world.add(&Firewall::open_but(Place::SERVER_IN, part, action));
                world
            }
            Self::AtRouter(action) => {
                let mut world = World::with(gate, server);
                let part = [Match::Outbound, Match::To(dead)];
                world.add(&Firewall::open_but(Place::router(2), part, action));
                world
            }
            Self::NotForwarded | Self::Gaps => {
                let ports: Vec<Ports> = std::iter::once(21..=21).chain(alive).collect();
                worlds::server_nat(gate, server, &ports, true)
            }
        }
    }

    /// What is right to say of it.
    fn causes(self) -> Vec<&'static str> {
        match self {
            Self::At(_) | Self::AtRouter(_) => WHOLE.to_vec(),
            Self::NotForwarded | Self::Gaps => vec![FORWARD, PARTLY],
        }
    }
}

fn runs() -> usize {
    std::env::var("FTP_DOCTOR_AUDIT_RUNS")
        .map_or(1, |runs| runs.parse().expect("FTP_DOCTOR_AUDIT_RUNS is a number"))
}

/// What is wrong with the report of a range of which a part is dead.
fn mistakes(run: &Run, dead: Dead, ports: &[Ports]) -> Vec<String> {
    let report = run.report();
    let mut wrong = Vec::new();
    if !matches!(report["verdict"].as_str(), Some("degraded" | "broken")) {
        wrong.push(format!("verdict {}", report["verdict"]));
    }
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let cause = |it: &serde_json::Value| it["cause"].as_str().unwrap_or_default().to_owned();
    let right = dead.causes();
    if !findings.iter().any(|it| right.contains(&cause(it).as_str())) {
        wrong.push("the part is not found".into());
    }
    for it in findings.iter().filter(|it| it["confidence"] == "proven") {
        let known = right.contains(&cause(it).as_str()) || it["severity"] == "info";
        if !known {
            wrong.push(format!("{} is proven", cause(it)));
        }
    }
    let rules = report["rules"].as_array().cloned().unwrap_or_default();
    let rule = rules.iter().find(|it| it["id"] == "passive-3").map(|it| it["state"].clone());
    if rule.as_ref().and_then(|it| it.as_str()) == Some("passes") {
        wrong.push("rule passive-3 passes".into());
    }
    let open = report["ports"].as_array().into_iter().flatten().filter(|it| {
        let port = it["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        it["outcome"] == "open" && port.is_some_and(|p| ports.iter().any(|part| part.contains(&p)))
    });
    wrong.extend(open.map(|it| format!("{} is open", it["port"])));
    wrong
}

/// Each share of the range that is dead in this way, so many audits each.
fn audits(dead: Dead) {
    let Some(gate) = gate::open() else { return };
    drop(gate);
    let many = std::env::var("FTP_DOCTOR_AUDIT_RUNS").is_ok();
    let shares: &[u16] = if many { &[25, 50, 91] } else { &[25] };
    let mut told = String::new();
    for (number, share) in shares.iter().enumerate() {
        let software = [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib];
        let server = Server::new(software[number % software.len()]);
        let world = dead.world(gate::open().expect("asked before"), &server, *share);
        let (_, ports) = parts(*share, matches!(dead, Dead::Gaps));
        let (mut found, mut proven) = (0, 0);
        let mut seconds = 0.0;
        for _ in 0..runs() {
            let run = doctor(&world, &["audit", &world.target()]);
            seconds += run.elapsed.as_secs_f64();
            let wrong = mistakes(&run, dead, &ports);
            proven += usize::from(wrong.iter().any(|it| it.ends_with("is proven")));
            found += usize::from(wrong.is_empty());
            if !wrong.is_empty() {
                sh::say(&format!("{dead:?} {share}: {}", wrong.join(", ")));
                told +=
                    &format!("{dead:?} {share}: {}\n{}\n", wrong.join(", "), explain(&world, &run));
            }
        }
        let count = f64::from(u32::try_from(runs()).expect("not so many"));
        sh::say(&format!(
            "{dead:?}, {share} of 101 dead, {:?}: {found} of {} right, {proven} wrongly proven, {:.1} s each",
            server.software,
            runs(),
            seconds / count
        ));
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn dropped() {
    audits(Dead::At(Action::Drop));
}

#[test]
fn rejected_by_icmp() {
    audits(Dead::At(Action::Icmp(Icmp::PortUnreachable)));
}

#[test]
fn rejected_by_a_router() {
    audits(Dead::AtRouter(Action::Icmp(Icmp::AdminProhibited)));
}

#[test]
fn reset() {
    audits(Dead::At(Action::Reset));
}

#[test]
fn reset_by_a_router() {
    audits(Dead::AtRouter(Action::Reset));
}

#[test]
fn not_forwarded() {
    audits(Dead::NotForwarded);
}

#[test]
fn forwarded_with_gaps() {
    audits(Dead::Gaps);
}

/// Ranges of these many ports, of which nothing is dead.
fn healthy(software: Software, loss: bool) {
    let Some(gate) = gate::open() else { return };
    drop(gate);
    let many = std::env::var("FTP_DOCTOR_AUDIT_RUNS").is_ok();
    // ProFTPD takes no range of one port.
    let one = if software == Software::ProFtpd { 2 } else { 1 };
    let sizes: &[u16] = if many { &[one, 2, 10, 100] } else { &[2, 10] };
    let mut told = String::new();
    for size in sizes {
        let server = Server { passive: Some(50000..=50000 + size - 1), ..Server::new(software) };
        let mut world = World::with(gate::open().expect("asked before"), &server);
        if loss {
            world.add(&Firewall::lossy(1, 8));
        }
        for _ in 0..runs() {
            let run = doctor(&world, &["audit", &world.target()]);
            let report = run.report();
            let wrong: Vec<String> =
                problems(&report).iter().map(|it| it["cause"].to_string()).collect();
            let verdict = report["verdict"].as_str().unwrap_or_default();
            let well = verdict == "healthy" || (loss && verdict == "incomplete");
            // A second transfer at a time needs a second port.
            let one_port = *size == 1 && verdict == "degraded";
            if !one_port && (!well || !wrong.is_empty()) {
                let wrong = wrong.join(", ");
                told +=
                    &format!("{software:?} {size}: {verdict} {wrong}\n{}\n", explain(&world, &run));
            }
            sh::say(&format!(
                "{software:?}, {size} ports, loss {loss}: {verdict} after {:.1} s",
                run.elapsed.as_secs_f64()
            ));
        }
    }
    assert!(told.is_empty(), "{told}");
}

each_server!(small_ranges_are_healthy, |software| healthy(software, false));

#[test]
fn small_ranges_are_healthy_on_a_bad_line() {
    healthy(Software::Vsftpd, true);
    if std::env::var("FTP_DOCTOR_AUDIT_RUNS").is_ok() {
        for software in [Software::ProFtpd, Software::PureFtpd, Software::Pyftpdlib] {
            healthy(software, true);
        }
    }
}
