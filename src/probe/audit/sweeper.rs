//! Knocks at many ports, many at once, at a pace that is given; as often at each as the loss that
//! is met on the way asks for.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::limits::Limits;
use super::knock::{Answer, Sent, knock};
use crate::facts::audit::{PortRun, runs};
use crate::facts::{BoundsFrom, Icmp, Micros, Outcome, PortRange, Sweep};

/// Knocks under way at once. Where a process may not have that many sockets, the rest waits.
const AT_ONCE: usize = 400;
/// SYNs to a silent port, at least and at most.
const LEAST: u8 = 3;
const MOST: u8 = 12;
/// Ports after which the progress is told.
const OFTEN: usize = 50;
/// The chance of one wrong port in the whole range that is put up with.
const CHANCE: f64 = 0.001;
/// Silent ports beside others that answer, up to this many, are asked once more in the end.
const ASIDE: usize = 32;

/// Whom to knock at, and how.
#[derive(Clone)]
pub struct Manner {
    /// The server; the port is replaced.
    pub to: SocketAddr,
    /// Address to call from.
    pub bind: Option<IpAddr>,
    /// How fast; sweeps at the same time share it.
    pub pace: Arc<Pace>,
    /// Whether segments were seen to be lost before.
    pub lossy: bool,
    /// Routers that a SYN may pass, where that is limited.
    pub life: Option<u8>,
}

/// Told how many ports are done with, and what the rest takes, at most.
pub type Told<'t> = &'t dyn Fn(usize, Duration);

impl Manner {
    fn sent(&self) -> Sent {
        Sent { bind: self.bind, number: 0, life: self.life }
    }
}

/// One port.
struct Door {
    port: u16,
    outcome: Option<Outcome>,
    asked: u8,
}

/// What the knocks share.
pub struct Pace {
    next: Mutex<Instant>,
    gap: AtomicU64,
    slowest: AtomicU64,
    rtt: Duration,
    least: Duration,
    pause: Duration,
}

impl Pace {
    /// So many SYNs a second, at most; and the round-trip time, where known.
    pub fn new(limits: &Limits, rate: u32, rtt: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            next: Mutex::new(Instant::now()),
            gap: AtomicU64::new(1_000_000 / u64::from(rate.max(1))),
            slowest: AtomicU64::new(0),
            rtt: rtt.unwrap_or_default().min(Duration::from_secs(1)),
            least: limits.swept,
            pause: limits.swept_again,
        })
    }

    /// Waits for the turn of the next SYN.
    async fn turn(&self) {
        let gap = Duration::from_micros(self.gap.load(Ordering::Relaxed));
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = (*next).max(Instant::now());
            *next = at + gap;
            at
        };
        tokio::time::sleep_until(at).await;
    }

    /// Patience with the SYN of this number, from 0.
    fn patience(&self, number: u8) -> Duration {
        let slowest = Duration::from_micros(self.slowest.load(Ordering::Relaxed));
        let first = self.least.max(self.rtt * 3).max(slowest * 2).min(Duration::from_secs(2));
        first * (1 << number.min(2))
    }
}

/// What came of the knocks at one port.
struct Tried {
    index: usize,
    outcome: Option<(Outcome, Option<Icmp>)>,
    asked: u8,
}

/// A sweep under way.
pub struct Sweeper {
    manner: Manner,
    doors: Vec<Door>,
    answered: u32,
    lost: u32,
    syns: u32,
    icmp: Option<Icmp>,
    done: bool,
    gone_silent: Vec<u16>,
}

impl Sweeper {
    /// Prepares to knock at these ports, each once whatever the list says.
    pub fn new(manner: Manner, ports: &[u16]) -> Self {
        let mut ports = ports.to_vec();
        ports.sort_unstable();
        ports.dedup();
        let doors = ports.into_iter().map(|port| Door { port, outcome: None, asked: 0 }).collect();
        Self {
            manner,
            doors,
            answered: 0,
            lost: 0,
            syns: 0,
            icmp: None,
            done: false,
            gone_silent: Vec::new(),
        }
    }

    /// Knocks until every port has answered or was asked often enough. May be dropped at any time:
    /// what was found out by then is in [`Self::ports`] and [`Self::sweep`].
    pub async fn run(&mut self, told: Told<'_>) {
        let mut slowed = false;
        loop {
            let enough = self.enough();
            let open = |d: &Door| d.outcome.is_none() && d.asked < enough;
            let waiting: Vec<usize> =
                (0..self.doors.len()).filter(|at| self.doors.get(*at).is_some_and(open)).collect();
            if waiting.is_empty() {
                break;
            }
            // Some hosts answer only so many knocks a second with RST.
            if !slowed && self.answered >= 20 && self.lost * 5 > self.answered * 2 {
                slowed = true;
                let gap = self.manner.pace.gap.load(Ordering::Relaxed);
                self.manner.pace.gap.store(gap * 4, Ordering::Relaxed);
            }
            told(self.doors.len() - waiting.len(), self.left(waiting.len()));
            if !self.round(&mixed(waiting), enough, told).await {
                // This machine cannot send: nothing is known of the rest.
                return;
            }
        }
        let aside = self.aside();
        if !aside.is_empty() && aside.len() <= ASIDE {
            tokio::time::sleep(self.manner.pace.pause).await;
            let enough = self.enough().saturating_add(1);
            self.round(&aside, enough, &|_, _| ()).await;
        }
        self.done = self.still().await;
    }

    /// Knocks again at ports that answered, where others did not: whoever bans this client in the
    /// middle of the sweep silences them all.
    async fn still(&mut self) -> bool {
        let enough = self.enough();
        let mut tasks: JoinSet<Tried> = JoinSet::new();
        for index in self.canaries() {
            let Some(door) = self.doors.get(index) else { continue };
            let mut to = self.manner.to;
            to.set_port(door.port);
            tasks.spawn(ask(index, to, self.manner.sent(), 0, enough, self.manner.pace.clone()));
        }
        while let Some(joined) = tasks.join_next().await {
            let Ok(tried) = joined else { continue };
            self.syns = self.syns.saturating_add(u32::from(tried.asked));
            if !tried.outcome.is_some_and(|(outcome, _)| outcome.is_let_through())
                && let Some(door) = self.doors.get(tried.index)
            {
                self.gone_silent.push(door.port);
            }
        }
        self.gone_silent.sort_unstable();
        self.gone_silent.is_empty()
    }

    /// The first, the middle and the last port that answered; none where all of them did.
    fn canaries(&self) -> Vec<usize> {
        let (answered, other): (Vec<usize>, Vec<usize>) = (0..self.doors.len()).partition(|at| {
            self.doors
                .get(*at)
                .is_some_and(|door| door.outcome.is_some_and(Outcome::is_let_through))
        });
        if other.is_empty() {
            return Vec::new();
        }
        let middle = answered.get(answered.len() / 2);
        let mut chosen: Vec<usize> =
            [answered.first(), middle, answered.last()].into_iter().flatten().copied().collect();
        chosen.dedup();
        chosen
    }

    /// Asks each of these until it was asked `enough` times. `false` where nothing could be sent.
    async fn round(&mut self, waiting: &[usize], enough: u8, told: Told<'_>) -> bool {
        let mut tasks: JoinSet<Tried> = JoinSet::new();
        let mut queue = waiting.iter().copied();
        let (mut sent, mut over) = (false, 0);
        loop {
            while tasks.len() < AT_ONCE {
                let Some(index) = queue.next() else { break };
                let Some(door) = self.doors.get(index) else { continue };
                let mut to = self.manner.to;
                to.set_port(door.port);
                let (how, before, pace) =
                    (self.manner.sent(), door.asked, self.manner.pace.clone());
                tasks.spawn(ask(index, to, how, before, enough, pace));
            }
            let Some(joined) = tasks.join_next().await else { return sent };
            let Ok(tried) = joined else { continue };
            sent |= self.note(&tried);
            over += 1;
            if over % OFTEN == 0 {
                let left = waiting.len().saturating_sub(over);
                told(self.doors.len() - left, self.left(left));
            }
        }
    }

    /// Writes an answer down. Whether a SYN left.
    fn note(&mut self, tried: &Tried) -> bool {
        let Some(door) = self.doors.get_mut(tried.index) else { return false };
        let new = tried.asked.saturating_sub(door.asked);
        door.asked = tried.asked;
        self.syns = self.syns.saturating_add(u32::from(new));
        if let Some((outcome, icmp)) = tried.outcome {
            door.outcome = Some(outcome);
            // Who says no says so only so often a second: that is no loss.
            if outcome.is_let_through() {
                self.answered += u32::from(tried.asked);
                self.lost += u32::from(tried.asked.saturating_sub(1));
            }
            self.icmp = self.icmp.or(icmp);
        }
        new > 0
    }

    /// What so many more ports take, at most: each may stay silent, as often as it is asked.
    pub fn left(&self, ports: usize) -> Duration {
        let (enough, pace) = (self.enough(), &self.manner.pace);
        let each: Duration = (0..enough).map(|number| pace.patience(number)).sum();
        let rows = u32::try_from(ports.div_ceil(AT_ONCE)).unwrap_or(u32::MAX);
        let syns = u32::try_from(ports).unwrap_or(u32::MAX).saturating_mul(u32::from(enough));
        let gap = Duration::from_micros(pace.gap.load(Ordering::Relaxed));
        each.saturating_mul(rows).max(gap.saturating_mul(syns))
    }

    /// How often a port has to stay silent before that is believed: so often that the chance of
    /// all SYNs (or their answers) to any one port having been lost is below [`CHANCE`].
    fn enough(&self) -> u8 {
        enough(self.doors.len(), self.answered, self.lost, self.manner.lossy)
    }

    /// Silent ports beside ports that answer: an edge, or a hole.
    fn aside(&self) -> Vec<usize> {
        let through = |d: &Door| d.outcome.is_some_and(Outcome::is_let_through);
        let beside = |at: usize, port: Option<u16>| {
            self.doors.get(at).is_some_and(|d| Some(d.port) == port && through(d))
        };
        (0..self.doors.len())
            .filter(|at| {
                self.doors.get(*at).is_some_and(|d| {
                    d.outcome.is_none()
                        && (beside(at + 1, d.port.checked_add(1))
                            || at.checked_sub(1).is_some_and(|b| beside(b, d.port.checked_sub(1))))
                })
            })
            .collect()
    }

    /// Each port with what is known of it by now, sorted, as runs.
    pub fn ports(&self) -> Vec<PortRun> {
        let enough = self.enough();
        let outcome = |d: &Door| match d.outcome {
            Some(outcome) => outcome,
            None if d.asked >= enough => Outcome::TimedOut,
            None => Outcome::NotTested,
        };
        runs(self.doors.iter().map(|d| (d.port, outcome(d))))
    }

    /// What is known by now of a range from there, in a sweep that began then and took so long.
    pub fn sweep(&self, bounds: PortRange, from: BoundsFrom, began: Micros, took: Micros) -> Sweep {
        let enough = self.enough();
        let silent = self.doors.iter().filter(|d| d.outcome.is_none() && d.asked >= enough);
        Sweep {
            bounds,
            from,
            ports: self.ports(),
            asked: silent.map(|d| d.asked).min().unwrap_or(enough),
            syns: self.syns,
            answered: self.answered,
            lost: self.lost,
            slowest: Micros(self.manner.pace.slowest.load(Ordering::Relaxed)),
            icmp: self.icmp,
            complete: self.done,
            gone_silent: self.gone_silent.clone(),
            began,
            took,
        }
    }
}

/// See [`Sweeper::enough`].
fn enough(ports: usize, answered: u32, lost: u32, lossy: bool) -> u8 {
    // What is known before the first answer: a clean control connection, or one that lost segments.
    let (known, gone) = if lossy { (20.0, 5.0) } else { (200.0, 0.5) };
    let all = known + f64::from(answered);
    let mean = (gone + f64::from(lost)) / all;
    let upper = (mean + 2.0 * (mean * (1.0 - mean) / all).sqrt()).clamp(0.005, 0.9);
    let ports = u32::try_from(ports.max(1)).unwrap_or(u32::MAX);
    let times = (f64::from(ports) / CHANCE).ln() / -upper.ln();
    (LEAST..MOST).find(|n| f64::from(*n) >= times).unwrap_or(MOST)
}

/// In another order, the same each time: a moment's loss then hits ports that are far apart, and
/// does not look like a hole.
fn mixed(mut waiting: Vec<usize>) -> Vec<usize> {
    // Fisher and Yates, with a small generator (xorshift) of fixed seed.
    let mut state = 0x9e37_79b9_u32;
    for at in (1..waiting.len()).rev() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let other = usize::try_from(state).unwrap_or(0) % (at + 1);
        waiting.swap(at, other);
    }
    waiting
}

async fn ask(
    index: usize,
    to: SocketAddr,
    how: Sent,
    before: u8,
    enough: u8,
    pace: Arc<Pace>,
) -> Tried {
    let mut asked = before;
    while asked < enough {
        pace.turn().await;
        match knock(to, Sent { number: asked, ..how }, pace.patience(asked)).await {
            Answer::Came { outcome, icmp, after } => {
                let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
                pace.slowest.fetch_max(micros, Ordering::Relaxed);
                return Tried { index, outcome: Some((outcome, icmp)), asked: asked + 1 };
            }
            Answer::Silent => asked += 1,
            Answer::NotSent => break,
        }
    }
    Tried { index, outcome: None, asked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_loss_and_more_ports_take_more_knocks() {
        assert_eq!(enough(100, 50, 0, false), 3);
        assert_eq!(enough(1000, 500, 0, false), 3);
        assert_eq!(enough(65535, 0, 0, false), 4);
        // One in eight lost in each direction: 23 % of all knocks.
        let lossy = enough(1000, 650, 150, true);
        assert!((9..=11).contains(&lossy), "{lossy}");
        assert_eq!(enough(1000, 100, 90, false), MOST);
    }

    #[test]
    fn the_chance_of_a_wrong_port_stays_below_one_in_a_thousand() {
        for (ports, loss) in [(1000_u32, 0.02_f64), (1000, 0.2256), (65535, 0.1)] {
            let answered = 400_u32;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let lost = (f64::from(answered) * loss) as u32;
            let knocks = enough(ports as usize, answered, lost, true);
            let wrong = f64::from(ports) * loss.powi(i32::from(knocks));
            assert!(wrong < CHANCE, "{ports} ports, loss {loss}: {knocks} knocks, {wrong}");
        }
    }

    #[test]
    fn every_port_keeps_its_place_in_another_order() {
        let mut order = mixed((0..1000).collect());
        assert_ne!(order, (0..1000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
    }

    /// A sweep of these ports at which all rounds are over, with what came of each.
    fn swept(to: &str, doors: &[(u16, Option<Outcome>)]) -> Sweeper {
        let to = to.parse().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 1)));
        let manner = Manner {
            to,
            bind: None,
            pace: Pace::new(&Limits::default(), 1000, None),
            lossy: false,
            life: None,
        };
        let ports: Vec<u16> = doors.iter().map(|(port, _)| *port).collect();
        let mut sweeper = Sweeper::new(manner, &ports);
        for (door, (_, outcome)) in sweeper.doors.iter_mut().zip(doors) {
            door.outcome = *outcome;
            door.asked = LEAST;
        }
        sweeper
    }

    #[test]
    fn ports_are_asked_again_where_others_stayed_silent() {
        let through = |port: u16| (port, Some(Outcome::Refused));
        let mut doors: Vec<_> = (2..=8).map(through).collect();
        let all = swept("127.0.0.1:0", &doors);
        assert!(all.canaries().is_empty(), "nothing is silent, so nothing is in doubt");
        doors.push((9, None));
        assert_eq!(swept("127.0.0.1:0", &doors).canaries(), [0, 3, 6]);
        assert_eq!(swept("127.0.0.1:0", &[(1, None), through(2)]).canaries(), [1]);
        assert!(swept("127.0.0.1:0", &[(1, None)]).canaries().is_empty());
    }

    #[tokio::test]
    async fn a_sweep_is_complete_only_if_what_answered_still_does() {
        let doors = [(2, Some(Outcome::Refused)), (3, None), (4, Some(Outcome::Refused))];
        // Nobody listens at these ports of this machine: they refuse at once.
        let mut same = swept("127.0.0.1:0", &doors);
        assert!(same.still().await);
        assert!(same.gone_silent.is_empty());
        assert_eq!(same.syns, 2);
        // No connection can be made to the broadcast address, as if it had been cut off.
        let mut cut = swept("255.255.255.255:0", &doors);
        assert!(!cut.still().await);
        assert_eq!(cut.gone_silent, [2, 4]);
    }
}
