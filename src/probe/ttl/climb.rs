//! Which ladders a run climbs, and what it writes down of them.

use std::net::SocketAddr;

use super::super::context::{Context, Stage};
use super::super::session::login::Door;
use super::ladder::{self, Patience};
use crate::evidence::Evidence;
use crate::facts::{Confirmed, DialOutcome, Ladder, LadderRole, Micros, Returned, RungAnswer};

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
    let refused = data.iter().filter_map(Ladder::reached).min().filter(|at| *at < hops);
    context.facts().ladders.extend(data);
    // The first hop that answered for the control port and not for the data port.
    let Some(reached) = reached else { return };
    let missing =
        (reached + 1..hops).find(|t| matches!(control.rung(*t), Some(RungAnswer::Expired { .. })));
    if let Some(hop) = missing {
        let answers = ladder::still_answers(context, door.to, hop, patience).await;
        context.facts().confirmed.push(Confirmed { hop, answers });
    }
    let Some(port) = ports.first() else { return };
    // The rungs by which the place is named, from other ports of ours: on balanced ways they are not
    // the same for every flow. Few of them, since routers limit how often they speak.
    let decisive = [reached.min(hops), refused.unwrap_or(reached + 1)];
    let below: Vec<u8> = decisive.into_iter().filter(|t| (1..hops).contains(t)).collect();
    let twice: Vec<u8> = below.iter().chain(&below).copied().collect();
    let once: Vec<u8> = decisive.into_iter().filter(|t| (1..=hops).contains(t)).collect();
    let (near, far) = tokio::join!(
        ladder::other_flows(context, door.to, &twice, patience.first),
        ladder::other_flows(context, door.at(*port), &once, patience.first),
    );
    context.facts().flows.extend(near.into_iter().chain(far));
}

/// Routers that are knocked at, to see whether answers from high ports come back.
const ROUTERS: usize = 4;

/// Knocks at the routers on the way, at a port that is silent at the server: a RST from there has the
/// way home that the server's answers have. The farthest ones, and the nearest to compare with.
pub async fn routers(door: &Door<'_>) {
    let context = door.context;
    context.tell(Stage::Climbing(door.to));
    let wanted = Evidence::new(&context.facts()).routers_to_ask();
    let port = Evidence::new(&context.facts()).silent_port();
    let Some(port) = port else { return };
    let few = wanted.len().min(ROUTERS);
    let mut asked: Vec<(u8, SocketAddr)> = wanted
        .iter()
        .rev()
        .take(few.saturating_sub(1))
        .chain(wanted.first())
        .map(|(hop, router)| (*hop, SocketAddr::new(*router, port)))
        .collect();
    asked.dedup();
    let patience = patience(context, context.recorder.lossy());
    let answers = ladder::whole_way(context, asked, patience).await;
    context.facts().returned.extend(answers.into_iter().map(|(hop, to, answer)| Returned {
        hop,
        router: to.ip(),
        port,
        answer,
    }));
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

/// The control port itself is silent, or refuses: other ports of the same host tell how far one comes.
pub async fn climb_silent(door: &Door<'_>) {
    let context = door.context;
    context.tell(Stage::Climbing(door.to));
    let patience = Patience::new(context.limits(), None, false);
    let refused = context.facts().dials.first().is_some_and(|d| d.outcome == DialOutcome::Refused);
    let others = async {
        for port in [443, 80, 22] {
            let role = LadderRole::Comparison;
            let ladder = ladder::climb_open(context, door.at(port), role, patience).await;
            // Beside a port that refuses, another one that does says nothing.
            let reached = if refused {
                ladder.rungs.iter().any(|r| r.answer == RungAnswer::Connected)
            } else {
                ladder.reached().is_some()
            };
            context.facts().ladders.push(ladder);
            if reached {
                return;
            }
        }
    };
    let silent = async {
        if refused {
            ladder::climb_until_reset(context, door.to, patience).await
        } else {
            ladder::climb_shut(context, door.to, ladder::HOPS_UNKNOWN, patience).await
        }
    };
    let ((), mut silent) = tokio::join!(others, silent);
    silent.role = LadderRole::Control;
    context.facts().ladders.push(silent);
}
