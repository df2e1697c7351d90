//! Which ladders a run climbs, and what it writes down of them.

use super::super::context::{Context, Stage};
use super::super::session::login::Door;
use super::ladder::{self, Patience};
use crate::facts::{Confirmed, Ladder, LadderRole, Micros, RungAnswer};

/// How long a rung waits, by the round-trip time of the session that tells most.
fn patience(context: &Context<'_>, lossy: bool) -> Patience {
    let rtt = context.facts().leading_session().and_then(|s| s.rtt);
    Patience::new(context.limits(), rtt.map(Micros::duration), lossy)
}

/// Ladders to the control port and to dead passive ports. No session of ours is open meanwhile.
pub async fn climb(door: &Door<'_>, ports: &[u16]) {
    let context = door.context;
    context.tell(Stage::Climbing(door.to));
    let patience = patience(context, context.recorder.lossy());
    let control = ladder::climb_open(context, door.to, LadderRole::Control, patience).await;
    let hops = control.reached();
    context.facts().ladders.push(control.clone());
    let Some(hops) = hops else { return };
    let climb = |port: u16| ladder::climb_shut(context, door.at(port), hops, patience);
    let data = match ports {
        [] => Vec::new(),
        [port] => vec![climb(*port).await],
        [first, second, ..] => {
            let (first, second) = tokio::join!(climb(*first), climb(*second));
            vec![first, second]
        }
    };
    let reached = data.iter().map(Ladder::last_expired).max();
    context.facts().ladders.extend(data);
    // The first hop that answered for the control port and not for the data port.
    let Some(reached) = reached else { return };
    let missing =
        (reached + 1..hops).find(|t| matches!(control.rung(*t), Some(RungAnswer::Expired { .. })));
    if let Some(hop) = missing {
        let answers = ladder::still_answers(context, door.to, hop, patience).await;
        context.facts().confirmed.push(Confirmed { hop, answers });
    }
}

/// A second knock met a RST: does a control connection that lives as long come to the server, or
/// is the box that answered still on its way?
pub async fn nearer(door: &Door<'_>) {
    let context = door.context;
    context.tell(Stage::Climbing(door.to));
    let patience = patience(context, false);
    let at = context.facts().nearer.as_ref().and_then(|n| n.resets_at);
    let answer = match at {
        Some(at) => ladder::one_rung(context, door.to, at, patience).await,
        None => None,
    };
    if let Some(nearer) = &mut context.facts().nearer {
        nearer.control = answer;
        nearer.done = true;
    }
}

/// The control port itself is silent: other ports of the same host tell how far one comes.
pub async fn climb_silent(door: &Door<'_>) {
    let context = door.context;
    context.tell(Stage::Climbing(door.to));
    let patience = Patience::new(context.limits(), None, false);
    let others = async {
        for port in [443, 80, 22] {
            let role = LadderRole::Comparison;
            let ladder = ladder::climb_open(context, door.at(port), role, patience).await;
            let reached = ladder.reached().is_some();
            context.facts().ladders.push(ladder);
            if reached {
                return;
            }
        }
    };
    let silent = ladder::climb_shut(context, door.to, ladder::HOPS_UNKNOWN, patience);
    let ((), mut silent) = tokio::join!(others, silent);
    silent.role = LadderRole::Control;
    context.facts().ladders.push(silent);
}
