//! Packets that get lost must never look like a firewall.

use super::expect::{explain, problems};
use super::firewall::Firewall;
use super::run::doctor;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;

#[test]
fn one_packet_in_eight_is_lost_both_ways() {
    let mut world = World::with(gate!(), &Server::new(Software::Vsftpd));
    world.add(&Firewall::lossy(1, 8));
    let runs = std::env::var("FTP_DOCTOR_LOSS_RUNS")
        .map_or(10, |runs| runs.parse().expect("FTP_DOCTOR_LOSS_RUNS is a number"));
    let mut wrong = Vec::new();
    for number in 1..=runs {
        let run = doctor(&world, &[&world.target()]);
        let report = run.report();
        sh::say(&format!(
            "loss {number}/{runs}: {} exit {:?} after {:?}",
            report["verdict"], run.exit, run.elapsed
        ));
        let good = report.is_object()
            && problems(&report).is_empty()
            // A mode that is dead for a lost packet is blamed on somebody, too.
            && report["verdict"] != "limited"
            && !matches!(run.exit, None | Some(1 | 3));
        if !good {
            wrong.push(explain(&world, &run));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {runs} runs blame somebody; the first:\n{}",
        wrong.len(),
        wrong[0]
    );
}
