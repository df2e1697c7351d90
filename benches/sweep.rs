//! How long the program takes beside nmap and curl, in one run and in the same networks:
//!
//! ```text
//! cargo bench --bench sweep
//! ```
//!
//! It needs root, nmap, curl and what `tests/setup` installs, as the laboratory does. Times are
//! printed, not judged: a busy machine would fail for nothing. The answers are judged: each port
//! has to have the one that it really has. `FTP_DOCTOR_SWEEP_RUNS` is the number of runs where
//! packets are lost (10).

#![cfg(target_os = "linux")]
#![allow(dead_code, unused_imports, unreachable_pub, reason = "uses a part of the laboratory")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

/// The laboratory's harness.
#[path = "../tests/lab"]
mod lab {
    macro_rules! gate {
        () => {
            match crate::lab::gate::open() {
                Some(gate) => gate,
                None => return,
            }
        };
    }

    pub mod certificates;
    pub mod configs;
    pub mod daemon;
    pub mod firewall;
    pub mod gate;
    pub mod helpers;
    pub mod net;
    pub mod run;
    pub mod secured;
    pub mod servers;
    pub mod sh;
    pub mod witness;
    pub mod world;

    use super::{blocked_port, healthy, sweeps};

    /// All of it, or nothing where there is no laboratory.
    pub fn run() {
        sweeps(gate!(), None, 1);
        let runs = std::env::var("FTP_DOCTOR_SWEEP_RUNS")
            .map_or(10, |runs| runs.parse().expect("FTP_DOCTOR_SWEEP_RUNS is a number"));
        sweeps(gate!(), Some(8), runs);
        blocked_port(gate!());
        healthy(gate!());
    }
}

use lab::firewall::{Action, Firewall, Match, Place};
use lab::gate::Gate;
use lab::net::Node;
use lab::run::{Mode, Run, curl, doctor, unprivileged};
use lab::servers::{Server, Software};
use lab::world::World;

const RANGE: &str = "50000-50999";

fn main() {
    lab::run();
}

fn say(what: &str, ours: Duration, theirs: Duration) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "{what:<58} {:>7.2} s  {:>7.2} s  {ratio:>5.2}×",
        ours.as_secs_f64(),
        theirs.as_secs_f64()
    );
}

/// Ports of the range with their outcome, by the program.
fn ours(run: &Run) -> BTreeMap<u16, String> {
    let report = run.report();
    let ports = report["ports"].as_array().cloned().unwrap_or_default();
    ports
        .iter()
        .map(|it| {
            let port = u16::try_from(it["port"].as_u64().expect("a port")).expect("a port");
            (port, it["outcome"].as_str().expect("an outcome").to_owned())
        })
        .filter(|(port, _)| (50000..=50999).contains(port))
        .collect()
}

/// The same by nmap: `closed` is refused, `filtered` timed out. Nothing where it was not done before
/// the laboratory lost patience, which happens where packets are lost.
fn theirs(run: &Run) -> BTreeMap<u16, String> {
    let line = run.stdout.lines().find(|line| line.contains("Ports:") || line.contains("Ignored"));
    let Some(line) = line else { return BTreeMap::new() };
    let listed = line.split("Ports: ").nth(1).unwrap_or_default();
    listed
        .split(", ")
        .filter_map(|entry| {
            let mut fields = entry.trim().split('/');
            let port: u16 = fields.next()?.parse().ok()?;
            let state = match fields.next()? {
                "closed" => "refused",
                "filtered" => "timed-out",
                other => other,
            };
            Some((port, state.to_owned()))
        })
        .collect()
}

fn nmap(world: &World, ports: &str) -> Run {
    let target = world.target();
    // With -d, ports are listed one by one however many are alike.
    let args = ["-n", "-Pn", "-sT", "-d", "-p", ports, "-oG", "-", &target];
    unprivileged(world, Node::Client, Path::new("nmap"), &args, &[])
}

/// How long the sweep took, by the saved facts.
fn swept(file: &str) -> Duration {
    let facts = fs::read_to_string(file).expect("saved facts");
    let facts: serde_json::Value = serde_json::from_str(&facts).expect("saved facts");
    Duration::from_micros(facts["audit"]["sweep"]["took"].as_u64().expect("a sweep"))
}

fn sweeps(gate: Gate, loss: Option<u32>, runs: usize) {
    let server = Server { passive: Some(50000..=50999), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate, &server);
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50499])]));
    if let Some(every) = loss {
        world.add(&Firewall::lossy(1, every));
    }
    let right = |port: u16| if port < 50500 { "refused" } else { "timed-out" };
    let truth: BTreeMap<u16, String> =
        (50000..=50999).map(|port| (port, right(port).to_owned())).collect();
    let target = world.target();
    let folder = world.folder.path().join("facts");
    fs::create_dir(&folder).expect("a folder");
    // The program runs as nobody.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("our own folder");
    for number in 1..=runs {
        let them = nmap(&world, RANGE);
        let saved = folder.join(format!("{number}.json")).display().to_string();
        let args = ["audit", "--passive-ports", RANGE, "--samples", "5", "--save", &saved, &target];
        let us = doctor(&world, &args);
        let findings = us.report()["findings"].to_string();
        let what = match loss {
            None => "1,000 ports, half dropped".to_owned(),
            Some(every) => format!("the same, 1 packet in {every} lost, run {number}"),
        };
        // The audit also logs in and tries four modes, which nmap does not.
        say(&format!("{what}: the sweep; nmap"), swept(&saved), them.elapsed);
        say(&format!("{what}: the whole audit; nmap"), us.elapsed, them.elapsed);
        let wrong = |of: &BTreeMap<u16, String>| {
            truth.iter().filter(|(port, outcome)| of.get(port) != Some(outcome)).count()
        };
        let (we, they) = (wrong(&ours(&us)), wrong(&theirs(&them)));
        let late = if theirs(&them).is_empty() { " (it was not done by then)" } else { "" };
        println!("    wrong ports: {we}, nmap's {they}{late}");
        assert_eq!(we, 0, "{}\n{findings}", us.command);
        if loss.is_none() {
            assert_eq!(ours(&us), theirs(&them));
        }
    }
}

/// One blocked passive port: its cause and its side, beside a knock at that port.
fn blocked_port(gate: Gate) {
    let server = Server { passive: Some(50000..=50000), ..Server::new(Software::Vsftpd) };
    let mut world = World::with(gate, &server);
    world.add(&Firewall::closed(Place::router(3), [Match::To(vec![21..=21])]));
    let target = world.target();
    let them = nmap(&world, "50000");
    let us = doctor(&world, &["--modes", "pasv", &target]);
    say("one blocked passive port, cause and side; nmap -p PORT", us.elapsed, them.elapsed);
    let report = us.report();
    assert_eq!(report["findings"][0]["cause"], "server-firewall-blocks-passive", "{}", us.stdout);
}

/// Four modes beside four listings by curl.
fn healthy(gate: Gate) {
    let world = World::with(gate, &Server::new(Software::Vsftpd));
    let target = world.target();
    let us = doctor(&world, &[&target]);
    let url = world.url("/");
    let them: Duration = Mode::ALL.iter().map(|mode| curl(&world, *mode, 20, &url).elapsed).sum();
    say("a healthy server, four modes; four listings by curl", us.elapsed, them);
    assert_eq!(us.report()["verdict"], "healthy", "{}", us.stdout);
}
