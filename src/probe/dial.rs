//! Knocking at a port: several sockets, some time apart, until one is let in.
//!
//! One lost SYN must not become a verdict, and waiting for the kernel's own repetitions is slow.
//! Every socket stays open until the end, because a pinhole that a helper opened belongs to the
//! first flow that used it: closing that one would shut the only door there is.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::context::Context;
use super::limits::Limits;
use super::os;
use super::recorder::Recorder;
use crate::facts::{Dial, DialOutcome, Knock, Micros};

/// How often a system that would go on after a RST sends a SYN again: once, so that a lost one is
/// made good and a refusal is known before the patience ends.
const SYN_REPEATS: u8 = 1;

/// How often and how long to knock.
#[derive(Debug, Clone, Copy)]
pub struct KnockPolicy {
    /// Sockets at the most.
    pub knocks: u32,
    /// Time from one socket to the next.
    pub spacing: Duration,
    /// Time after the last socket's SYN.
    pub patience: Duration,
}

impl KnockPolicy {
    /// At a control port: as often as fits into its limit.
    pub fn control(limits: &Limits) -> Self {
        let spacing = limits.connect_spacing;
        let knocks = (limits.connect.as_millis() / spacing.as_millis().max(1)).max(1);
        Self { knocks: u32::try_from(knocks).unwrap_or(8), spacing, patience: spacing }
    }

    /// At a port that is to confirm what others showed: fewer knocks, and nearer together, as long as
    /// no segments are known to be lost.
    pub fn confirming(limits: &Limits, rtt: Option<Duration>) -> Self {
        let rtt = rtt.unwrap_or_default().min(Duration::from_secs(2));
        Self {
            knocks: limits.confirming_knocks,
            spacing: limits.confirming_spacing.max(rtt * 2),
            patience: limits.confirming_patience.max(rtt * 3),
        }
    }

    /// At a data port: at least three SYNs, further apart on a long path, and with more patience where
    /// segments were seen to be lost.
    pub fn data(limits: &Limits, rtt: Option<Duration>, lossy: bool, limit: Duration) -> Self {
        let rtt = rtt.unwrap_or_default().min(Duration::from_secs(2));
        let patience = if lossy { limits.knock_patience_lossy } else { limits.knock_patience };
        let mut policy = Self {
            knocks: limits.knocks,
            spacing: limits.knock_spacing.max(rtt * 2),
            patience: patience.max(rtt * 3),
        };
        let whole = policy.spacing * policy.knocks.saturating_sub(1) + policy.patience;
        if whole > limit && !whole.is_zero() {
            let part = limit.as_secs_f64() / whole.as_secs_f64();
            policy.spacing = policy.spacing.mul_f64(part);
            policy.patience = policy.patience.mul_f64(part);
        }
        policy
    }
}

/// What happened at the door.
#[derive(Debug)]
pub enum DialEvent {
    /// A handshake came to its end.
    Connected(TcpStream),
    /// No handshake will come any more; [`Dialler::outcome`] says why.
    Failed,
}

struct Pending {
    fact: Knock,
    /// A second handle to the socket: tokio drops its own when connecting fails, and with it the
    /// error queue.
    twin: Option<Socket>,
    error: Option<io::Error>,
}

/// Knocks at one port.
pub struct Dialler {
    to: SocketAddr,
    bind: Option<IpAddr>,
    policy: KnockPolicy,
    segments: Option<u16>,
    recorder: Recorder,
    began: Micros,
    tasks: JoinSet<(usize, io::Result<TcpStream>)>,
    pending: Vec<Pending>,
    next: Instant,
    connected: Option<Micros>,
    done: bool,
}

impl Dialler {
    /// Prepares to knock; the first SYN leaves with the first call of [`Self::event`].
    pub fn new(context: &Context<'_>, to: SocketAddr, policy: KnockPolicy) -> Self {
        let recorder = context.recorder.clone();
        let began = recorder.now();
        Self {
            to,
            bind: context.bind(to.ip()),
            policy,
            segments: None,
            recorder,
            began,
            tasks: JoinSet::new(),
            pending: Vec::new(),
            next: Instant::now(),
            connected: None,
            done: false,
        }
    }

    /// Limits the size of segments, in both directions.
    #[must_use]
    pub fn segments(mut self, mss: Option<u16>) -> Self {
        self.segments = mss;
        self
    }

    /// Waits for the next thing to happen. After a connection there may come more of them, and
    /// then nothing ever again. Safe to drop and call anew.
    pub async fn event(&mut self) -> DialEvent {
        loop {
            // A timer would round the first knock up to the next millisecond.
            if self.pending.is_empty() && !self.done {
                self.knock();
            }
            let more = self.connected.is_none()
                && !self.done
                && self.pending.len() < self.policy.knocks as usize;
            if self.tasks.is_empty() && !more {
                if self.connected.is_some() || self.done {
                    std::future::pending::<()>().await;
                }
                self.done = true;
                return DialEvent::Failed;
            }
            let give_up = self.next.max(Instant::now());
            tokio::select! {
                Some(joined) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    let Ok((index, result)) = joined else { continue };
                    if let Some(event) = self.ended(index, result) {
                        return event;
                    }
                }
                () = tokio::time::sleep_until(give_up), if self.connected.is_none() && !self.done => {
                    if more {
                        self.knock();
                    } else {
                        self.done = true;
                        return DialEvent::Failed;
                    }
                }
            }
        }
    }

    fn ended(&mut self, index: usize, result: io::Result<TcpStream>) -> Option<DialEvent> {
        let pending = self.pending.get_mut(index)?;
        match result {
            Ok(stream) => {
                if let Ok(local) = stream.local_addr() {
                    pending.fact.from = local;
                }
                pending.fact.outcome = Some(DialOutcome::Connected);
                // The second handle would keep the connection from closing.
                let twin = pending.twin.take();
                pending.fact.syns =
                    twin.as_ref().and_then(os::tcp_state).map(|s| 1 + s.syn_retransmits);
                self.connected.get_or_insert(self.recorder.now());
                Some(DialEvent::Connected(stream))
            }
            Err(error) => {
                let icmp = pending.twin.as_ref().and_then(os::pending_icmp);
                let outcome = os::classify(&error, icmp);
                // A system that has given up waiting has heard no answer.
                let answered = outcome != DialOutcome::TimedOut;
                pending.fact.outcome = Some(outcome);
                pending.error = Some(error);
                // The first flow's answer decides at once: only a later one may owe its refusal to
                // a pinhole that the first has taken.
                if index == 0 && answered && self.connected.is_none() {
                    self.done = true;
                    return Some(DialEvent::Failed);
                }
                None
            }
        }
    }

    fn knock(&mut self) {
        let last = self.pending.len() + 1 >= self.policy.knocks as usize;
        self.next = Instant::now() + if last { self.policy.patience } else { self.policy.spacing };
        let index = self.pending.len();
        let unspecified = SocketAddr::new(
            self.bind.unwrap_or(match self.to {
                SocketAddr::V4(_) => IpAddr::from([0_u8; 4]),
                SocketAddr::V6(_) => IpAddr::from([0_u8; 16]),
            }),
            0,
        );
        let mut fact =
            Knock { from: unspecified, at: self.recorder.now(), syns: None, outcome: None };
        let prepared = prepare(self.to, self.bind, self.segments);
        let (twin, error) = match prepared {
            Ok((socket, twin)) => {
                if let Ok(local) = socket.local_addr() {
                    fact.from = local;
                }
                let to = self.to;
                self.tasks.spawn(async move { (index, socket.connect(to).await) });
                (Some(twin), None)
            }
            Err(error) => {
                fact.outcome = Some(DialOutcome::Local { text: error.to_string() });
                (None, Some(error))
            }
        };
        let failed = error.is_some();
        self.pending.push(Pending { fact, twin, error });
        if failed && index == 0 {
            // Without even one socket there is nothing to wait for.
            self.policy.knocks = 1;
        }
    }

    /// What came of all knocks together.
    pub fn outcome(&self) -> DialOutcome {
        if self.connected.is_some() {
            return DialOutcome::Connected;
        }
        self.pending
            .iter()
            .find_map(|p| p.fact.outcome.clone().filter(|o| *o != DialOutcome::TimedOut))
            .unwrap_or(DialOutcome::TimedOut)
    }

    /// SYNs sent so far by all sockets, where the system tells.
    pub fn syns(&self) -> Option<u32> {
        self.pending.iter().map(syns_of).sum()
    }

    /// The knocks so far.
    pub fn knocks(&self) -> Vec<Knock> {
        let now = self.pending.iter();
        now.map(|p| Knock { syns: syns_of(p), from: local_of(p), ..p.fact.clone() }).collect()
    }

    /// The time from the first SYN to the first handshake.
    pub fn connect_time(&self) -> Option<Micros> {
        let first = self.pending.first()?.fact.at;
        self.connected.map(|at| at.since(first))
    }

    /// The whole try as one record.
    pub fn record(&self) -> Dial {
        Dial {
            to: self.to,
            from: self.pending.first().map(local_of),
            outcome: self.outcome(),
            syns: self.syns(),
            began: self.began,
            took: self.recorder.now().since(self.began),
        }
    }
}

fn syns_of(pending: &Pending) -> Option<u32> {
    if pending.error.is_some() {
        return Some(1);
    }
    if pending.fact.syns.is_some() {
        return pending.fact.syns;
    }
    let state = pending.twin.as_ref().and_then(os::tcp_state)?;
    Some(1 + state.syn_retransmits)
}

fn local_of(pending: &Pending) -> SocketAddr {
    pending
        .twin
        .as_ref()
        .and_then(|socket| socket.local_addr().ok()?.as_socket())
        .filter(|local| local.port() != 0)
        .unwrap_or(pending.fact.from)
}

fn prepare(
    to: SocketAddr,
    bind: Option<IpAddr>,
    segments: Option<u16>,
) -> io::Result<(TcpSocket, Socket)> {
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    let twin = SockRef::from(&socket).try_clone()?;
    os::want_icmp(&twin, to.is_ipv6());
    os::limit_syns(&twin, SYN_REPEATS);
    if let Some(mss) = segments {
        os::limit_segments(&twin, mss)?;
    }
    if let Some(address) = bind {
        socket.bind(SocketAddr::new(address, 0))?;
    }
    Ok((socket, twin))
}

/// Knocks until a connection stands or the policy is used up, and records it.
pub async fn dial(
    context: &Context<'_>,
    to: SocketAddr,
    policy: KnockPolicy,
) -> (Dial, Option<TcpStream>) {
    let mut dialler = Dialler::new(context, to, policy);
    let stream = tokio::select! {
        event = dialler.event() => match event {
            DialEvent::Connected(stream) => Some(stream),
            DialEvent::Failed => None,
        },
        () = tokio::time::sleep_until(context.recorder.deadline()) => None,
    };
    let mut record = dialler.record();
    if let Some(stream) = &stream {
        record.from = stream.local_addr().ok();
    }
    (record, stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_knocks_fit_into_the_time_that_is_left() {
        let limits = Limits::default();
        let usual = KnockPolicy::data(&limits, None, false, Duration::from_secs(10));
        assert_eq!((usual.knocks, usual.spacing), (3, Duration::from_millis(300)));
        let short = KnockPolicy::data(&limits, None, false, Duration::from_millis(400));
        assert_eq!(short.knocks, 3);
        assert!(short.spacing * 2 + short.patience <= Duration::from_millis(401));
    }

    #[test]
    fn a_long_path_gets_more_time() {
        let limits = Limits::default();
        let far = Some(Duration::from_millis(600));
        let far = KnockPolicy::data(&limits, far, false, Duration::from_secs(20));
        assert_eq!(far.spacing, Duration::from_millis(1200));
        assert_eq!(far.patience, Duration::from_millis(1800));
    }
}
