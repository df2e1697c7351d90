//! How long it takes. This is printed, never asserted: machines differ.

use std::time::Duration;

use super::firewall::{Action, Firewall, Match, Place};
use super::gate;
use super::net::Node;
use super::run::{Mode, Run, curl, doctor};
use super::servers::{Server, Software};
use super::sh;
use super::world::World;

#[test]
fn report() {
    // Nothing else may use the processor meanwhile.
    let Some(gate) = gate::open_alone() else {
        return;
    };
    let mut world = World::with(gate, &Server::new(Software::Vsftpd));
    let url = world.url("/");
    let target = world.target();
    let say = |what: &str, runs: &[Run]| {
        let times: Vec<Duration> = runs.iter().map(|run| run.elapsed).collect();
        let total: Duration = times.iter().sum();
        let exits: Vec<Option<i32>> = runs.iter().map(|run| run.exit).collect();
        sh::say(&format!("timing: {what}: {total:.3?} {times:.3?}, exit {exits:?}"));
    };
    // The first run pays for what the system then has at hand.
    doctor(&world, &[&target]);
    say("healthy, four modes", &[doctor(&world, &[&target])]);
    say("healthy, four listings by curl", &Mode::ALL.map(|mode| curl(&world, mode, 30, &url)));
    let passive = Match::To(vec![20..=21]);
    world.add(&Firewall::closed(Place::SERVER_IN, [passive]));
    say("passive blocked", &[doctor(&world, &[&target])]);
    let new = [Match::New];
    world.add(&Firewall::open_but(Place::CLIENT_IN, new, Action::Drop));
    say("passive and active blocked", &[doctor(&world, &[&target])]);
    world.flush(Node::Client);
    world.flush(Node::Server);
    let control = [Match::To(vec![21..=21])];
    world.add(&Firewall::open_but(Place::SERVER_IN, control, Action::Drop));
    say("no connection at all", &[doctor(&world, &[&target])]);
}

/// Enough for a median.
const RUNS: usize = 7;

/// Active mode blocked near the client: how long the holes take that show where.
#[test]
fn active_blocked_near_here() {
    let Some(gate) = gate::open_alone() else {
        return;
    };
    let mut world = World::with(gate, &Server::new(Software::Vsftpd));
    let target = world.target();
    // They know connections, and hold back what belongs to none: a FIN after both ends called, too.
    for (place, node, wall) in [
        ("this machine", Node::Client, Firewall::closed(Place::CLIENT_IN, [])),
        ("the gateway", Node::Router(1), Firewall::closed(Place::router(1), [Match::Outbound])),
    ] {
        world.add(&wall);
        let runs: Vec<Run> = (0..RUNS).map(|_| doctor(&world, &[&target])).collect();
        // One that ended for another reason has nothing to say about this.
        let (told, others): (Vec<&Run>, Vec<&Run>) =
            runs.iter().partition(|run| run.stdout.contains("client-firewall-blocks-active"));
        for run in others {
            sh::say(&format!("timing: active blocked at {place}, told otherwise: {}", run.stdout));
        }
        let mut times: Vec<Duration> = told.iter().map(|run| run.elapsed).collect();
        times.sort_unstable();
        let number = times.len();
        assert!(number > RUNS / 2, "active blocked at {place}: {number} of {RUNS} say so");
        let (least, median, most) = (times[0], times[number / 2], times[number - 1]);
        sh::say(&format!(
            "timing: active blocked at {place}: median {median:.2?}, {least:.2?} to {most:.2?}"
        ));
        world.flush(node);
    }
}
