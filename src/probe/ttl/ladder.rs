//! The ladder: SYNs with every time to live, to see how far they come.
//!
//! A router lets a packet expire before its own filter looks at it, so a filter at hop k shows as
//! "hop k answers, hop k+1 does not". Only a comparison says anything: a hop that answers for one
//! port and not for the other. On the control port every rung that reaches the server is a session,
//! so it is climbed in small groups, and nothing is said after a handshake.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use super::super::context::Context;
use super::super::limits::Limits;
use super::super::os;
use crate::facts::{Flow, Hole, Icmp, Ladder, LadderRole, Rung, RungAnswer};

/// Rungs sent at once on a port that is open.
const GROUP: u8 = 4;
/// Longest way that is climbed.
pub const HOPS: u8 = 30;
/// Rungs on a port whose host's distance is not known.
pub const HOPS_UNKNOWN: u8 = 16;

/// How long to wait for rungs.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the first asking.
    pub first: Duration,
    /// For each asking of a silent rung once more.
    pub again: Duration,
    /// How often silent rungs are asked once more.
    pub repeats: u8,
}

impl Patience {
    /// Enough for a path with this round-trip time; more where segments are lost.
    pub fn new(limits: &Limits, rtt: Option<Duration>, lossy: bool) -> Self {
        let rtt = rtt.unwrap_or_default().min(Duration::from_secs(2));
        Self {
            first: (rtt * 2).max(limits.rung),
            again: (rtt * 3).max(limits.rung_again),
            repeats: if lossy { 4 } else { 1 },
        }
    }
}

/// Climbs to a port that answers, in groups, and stops at the first rung that reaches the host.
pub async fn climb_open(
    context: &Context<'_>,
    to: SocketAddr,
    role: LadderRole,
    patience: Patience,
) -> Ladder {
    let (bind, began) = (context.bind(to.ip()), context.recorder.now());
    let mut rungs: Vec<Rung> = Vec::new();
    let mut next = 1;
    while next <= HOPS {
        let group: Vec<u8> = (next..next + GROUP).filter(|t| *t <= HOPS).collect();
        rungs.extend(ask(to, bind, &group, patience.first).await);
        if let Some(end) = rungs.iter().position(|r| reaches(&r.answer)) {
            rungs.truncate(end + 1);
            break;
        }
        next += GROUP;
        // A port that may not answer at all is not followed into the dark.
        let dark = rungs.iter().rev().take(8).filter(|r| r.answer == RungAnswer::Silent).count();
        if role == LadderRole::Comparison && dark == 8 {
            break;
        }
    }
    if rungs.iter().any(|r| reaches(&r.answer)) {
        ask_again(to, bind, &mut rungs, patience).await;
    }
    let end = rungs.iter().position(|r| reaches(&r.answer));
    rungs.truncate(end.map_or(rungs.len(), |end| end + 1));
    Ladder { port: to.port(), role, rungs, began, took: context.recorder.now().since(began) }
}

/// Climbs to a port that refuses, in groups, and stops at the first RST.
pub async fn climb_until_reset(
    context: &Context<'_>,
    to: SocketAddr,
    patience: Patience,
) -> Ladder {
    let (bind, began) = (context.bind(to.ip()), context.recorder.now());
    let mut rungs: Vec<Rung> = Vec::new();
    while rungs.len() < usize::from(HOPS) && !rungs.iter().any(|r| reaches(&r.answer)) {
        let next = u8::try_from(rungs.len()).unwrap_or(HOPS) + 1;
        // Nobody opens a session for a RST, so the groups are larger than on an open port.
        let group: Vec<u8> = (next..=(next + 2 * GROUP - 1).min(HOPS)).collect();
        rungs.extend(ask(to, bind, &group, patience.first).await);
    }
    let took = context.recorder.now().since(began);
    Ladder { port: to.port(), role: LadderRole::Data, rungs, began, took }
}

/// What becomes of one SYN of this life.
pub async fn one_rung(
    context: &Context<'_>,
    to: SocketAddr,
    ttl: u8,
    patience: Patience,
) -> Option<RungAnswer> {
    ask(to, context.bind(to.ip()), &[ttl], patience.first).await.pop().map(|r| r.answer)
}

/// Climbs to a port that does not answer or refuses, all rungs at once.
pub async fn climb_shut(
    context: &Context<'_>,
    to: SocketAddr,
    hops: u8,
    patience: Patience,
) -> Ladder {
    let (bind, began) = (context.bind(to.ip()), context.recorder.now());
    let all: Vec<u8> = (1..=hops).collect();
    let mut rungs = ask(to, bind, &all, patience.first).await;
    ask_again(to, bind, &mut rungs, patience).await;
    Ladder {
        port: to.port(),
        role: LadderRole::Data,
        rungs,
        began,
        took: context.recorder.now().since(began),
    }
}

/// One more SYN for each of these lives, each from a port of its own: flows that may take other ways.
pub async fn other_flows(
    context: &Context<'_>,
    to: SocketAddr,
    lives: &[u8],
    patience: Duration,
) -> Vec<Flow> {
    let bind = context.bind(to.ip());
    let mut tasks = JoinSet::new();
    for ttl in lives {
        let ttl = *ttl;
        tasks.spawn(async move { (ttl, one(to, bind, 0, ttl, patience).await) });
    }
    let mut flows = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        flows.extend(joined.ok().map(|(ttl, answer)| Flow { port: to.port(), ttl, answer }));
    }
    flows.sort_by_key(|flow| flow.ttl);
    flows
}

/// An ordinary life.
const LIFE: u8 = 64;

/// Knocks at each of these places, and once more where nothing came back.
pub async fn whole_way(
    context: &Context<'_>,
    places: Vec<(u8, SocketAddr)>,
    patience: Patience,
) -> Vec<(u8, SocketAddr, RungAnswer)> {
    let mut tasks = JoinSet::new();
    for (hop, to) in places {
        let bind = context.bind(to.ip());
        tasks.spawn(async move {
            let first = one(to, bind, 0, LIFE, patience.first).await;
            let answer = if first == RungAnswer::Silent {
                one(to, bind, 0, LIFE, patience.again).await
            } else {
                first
            };
            (hop, to, answer)
        });
    }
    let mut answers = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        answers.extend(joined.ok());
    }
    answers.sort_by_key(|(hop, ..)| *hop);
    answers
}

/// So many SYNs at once, each from a port of its own, and what comes back is no matter.
pub async fn volley(context: &Context<'_>, to: SocketAddr, syns: u32, patience: Duration) {
    let bind = context.bind(to.ip());
    let mut tasks = JoinSet::new();
    for _ in 0..syns {
        tasks.spawn(async move { one(to, bind, 0, LIFE, patience).await });
    }
    while tasks.join_next().await.is_some() {}
}

/// Asks one rung of a port once more, to see whether its router still answers: one that limits
/// its rate may have answered for one port and not for the next.
pub async fn still_answers(
    context: &Context<'_>,
    to: SocketAddr,
    ttl: u8,
    patience: Patience,
) -> bool {
    let bind = context.bind(to.ip());
    for _ in 0..=patience.repeats {
        let rungs = ask(to, bind, &[ttl], patience.again).await;
        if rungs.iter().any(|r| r.answer.answered()) {
            return true;
        }
    }
    false
}

fn reaches(answer: &RungAnswer) -> bool {
    matches!(answer, RungAnswer::Connected | RungAnswer::Reset)
}

async fn ask_again(to: SocketAddr, bind: Option<IpAddr>, rungs: &mut [Rung], patience: Patience) {
    for _ in 0..patience.repeats {
        let silent: Vec<u8> =
            rungs.iter().filter(|r| r.answer == RungAnswer::Silent).map(|r| r.ttl).collect();
        if silent.is_empty() {
            return;
        }
        for fresh in ask(to, bind, &silent, patience.again).await {
            if let Some(rung) = rungs.iter_mut().find(|r| r.ttl == fresh.ttl) {
                rung.asked = rung.asked.saturating_add(1);
                if fresh.answer.answered() {
                    rung.answer = fresh.answer;
                }
            }
        }
    }
}

/// Sends one SYN for each life and waits for what comes back, in the order asked.
async fn ask(to: SocketAddr, bind: Option<IpAddr>, lives: &[u8], patience: Duration) -> Vec<Rung> {
    let mut tasks = JoinSet::new();
    for ttl in lives {
        let ttl = *ttl;
        tasks.spawn(async move { (ttl, one(to, bind, 0, ttl, patience).await) });
    }
    let mut answers = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        answers.extend(joined.ok());
    }
    lives
        .iter()
        .map(|ttl| Rung {
            ttl: *ttl,
            answer: answers
                .iter()
                .find(|(t, _)| t == ttl)
                .map_or(RungAnswer::Silent, |(_, answer)| answer.clone()),
            asked: 1,
        })
        .collect()
}

async fn one(
    to: SocketAddr,
    bind: Option<IpAddr>,
    from_port: u16,
    ttl: u8,
    patience: Duration,
) -> RungAnswer {
    let (socket, twin) = match prepare(to, bind, from_port, ttl) {
        Ok(pair) => pair,
        Err(error) => return RungAnswer::Local { text: error.to_string() },
    };
    let result = tokio::time::timeout(patience, socket.connect(to)).await;
    // The queue is looked at even in silence: the message may have come while the socket was busy.
    let icmp = os::pending_icmp(&twin);
    match (result, icmp) {
        (Ok(Ok(_)), _) => RungAnswer::Connected,
        (_, Some(icmp)) if is_expired(icmp) => RungAnswer::Expired { router: icmp.sender },
        (_, Some(icmp)) => RungAnswer::Icmp { icmp },
        (Ok(Err(error)), None) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => RungAnswer::Reset,
            io::ErrorKind::TimedOut => RungAnswer::Silent,
            _ => RungAnswer::Local { text: error.to_string() },
        },
        (Err(_), None) => RungAnswer::Silent,
    }
}

/// Time exceeded in transit: ICMP 11/0, `ICMPv6` 3/0.
fn is_expired(icmp: Icmp) -> bool {
    match icmp.sender {
        Some(IpAddr::V6(_)) => icmp.kind == 3 && icmp.code == 0,
        _ => icmp.kind == 11 && icmp.code == 0,
    }
}

fn prepare(
    to: SocketAddr,
    bind: Option<IpAddr>,
    from_port: u16,
    ttl: u8,
) -> io::Result<(TcpSocket, Socket)> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    let twin = SockRef::from(&socket).try_clone()?;
    os::want_icmp(&twin, to.is_ipv6());
    os::limit_syns(&twin, 0);
    if to.is_ipv4() {
        twin.set_ttl_v4(u32::from(ttl))?;
    } else {
        twin.set_unicast_hops_v6(u32::from(ttl))?;
    }
    if let Some(address) = bind {
        socket.set_reuseaddr(from_port != 0)?;
        socket.bind(SocketAddr::new(address, from_port))?;
    }
    Ok((socket, twin))
}

/// Opens a hole: a SYN from `from` to the server's data port that dies at hop `ttl`. Every stateful
/// box before that hop now waits for the server's answer to it.
pub async fn open_hole(
    from: SocketAddr,
    server: IpAddr,
    to_port: u16,
    ttl: u8,
    patience: Duration,
) -> Hole {
    let mut to = SocketAddr::new(server, to_port);
    if let (SocketAddr::V6(to), SocketAddr::V6(from)) = (&mut to, from) {
        to.set_scope_id(from.scope_id());
    }
    let answer = one(to, Some(from.ip()), from.port(), ttl, patience).await;
    Hole { ttl, to_port, answer }
}
