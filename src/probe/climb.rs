//! Which ladders a run climbs, and what it writes down of them.

use super::engine::Stage;
use super::login::Door;
use super::path::{self, Patience};
use crate::facts::{Confirmed, Ladder, LadderRole, Micros, RungAnswer};

/// How long a rung waits, by the round-trip time of the session that tells most.
fn patience(door: &Door<'_>, lossy: bool) -> Patience {
    let rtt = door.recorder.facts().leading_session().and_then(|s| s.rtt);
    Patience::new(rtt.map(Micros::duration), lossy)
}

/// Ladders to the control port and to dead passive ports. No session of ours is open meanwhile.
pub async fn climb(door: &Door<'_>, ports: &[u16]) {
    (door.stage)(Stage::Climbing(door.to));
    let patience = patience(door, door.recorder.lossy());
    let control =
        path::climb_open(door.to, door.bind, LadderRole::Control, patience, door.recorder).await;
    let hops = control.reached();
    door.recorder.facts().ladders.push(control.clone());
    let Some(hops) = hops else { return };
    let climb = |port: u16| {
        let mut to = door.to;
        to.set_port(port);
        path::climb_shut(to, door.bind, hops, patience, door.recorder)
    };
    let data = match ports {
        [] => Vec::new(),
        [port] => vec![climb(*port).await],
        [first, second, ..] => {
            let (first, second) = tokio::join!(climb(*first), climb(*second));
            vec![first, second]
        }
    };
    let reached = data.iter().map(Ladder::last_expired).max();
    door.recorder.facts().ladders.extend(data);
    // The first hop that answered for the control port and not for the data port.
    let Some(reached) = reached else { return };
    let missing =
        (reached + 1..hops).find(|t| matches!(control.rung(*t), Some(RungAnswer::Expired { .. })));
    if let Some(hop) = missing {
        let answers = path::still_answers(door.to, door.bind, hop, patience).await;
        door.recorder.facts().confirmed.push(Confirmed { hop, answers });
    }
}

/// A second knock met a RST: does a control connection that lives as long come to the server, or
/// is the box that answered still on its way?
pub async fn nearer(door: &Door<'_>) {
    (door.stage)(Stage::Climbing(door.to));
    let patience = patience(door, false);
    let at = door.recorder.facts().nearer.as_ref().and_then(|n| n.resets_at);
    let answer = match at {
        Some(at) => path::one_rung(door.to, door.bind, at, patience).await,
        None => None,
    };
    if let Some(nearer) = &mut door.recorder.facts().nearer {
        nearer.control = answer;
        nearer.done = true;
    }
}

/// The control port itself is silent: other ports of the same host tell how far one comes.
pub async fn climb_silent(door: &Door<'_>) {
    (door.stage)(Stage::Climbing(door.to));
    let patience = Patience::new(None, false);
    let others = async {
        for port in [443, 80, 22] {
            let mut to = door.to;
            to.set_port(port);
            let role = LadderRole::Comparison;
            let ladder = path::climb_open(to, door.bind, role, patience, door.recorder).await;
            let reached = ladder.reached().is_some();
            door.recorder.facts().ladders.push(ladder);
            if reached {
                return;
            }
        }
    };
    let silent = path::climb_shut(door.to, door.bind, path::HOPS_UNKNOWN, patience, door.recorder);
    let ((), mut silent) = tokio::join!(others, silent);
    silent.role = LadderRole::Control;
    door.recorder.facts().ladders.push(silent);
}
