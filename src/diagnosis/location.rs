//! Whose side, which hops: what the ladders say.
//!
//! The suspects are the last hop that answered for the dead port and the first hop after it that
//! answered for the control port. A hop that answers for neither says nothing and widens the range;
//! it never makes anyone guilty.

use std::net::IpAddr;

use super::finding::{Confidence, Location, Side};
use crate::facts::{
    Attempt, Facts, Hole, Icmp, Ladder, LadderRole, Outcome, Purpose, Rung, RungAnswer, Why,
};

/// Where packets die, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The suspect hops.
    pub location: Location,
    /// The most that may be said on the strength of it.
    pub confidence: Confidence,
    /// Last hop that was passed and first one that was not, though the suspects may be unknown.
    pub between: (u8, u8),
}

impl Located {
    /// Suspects from `min` to `max`. Where hop 2 is among those of the client's side, it is at most
    /// likely: the carrier's first router is as near.
    fn new(min: u8, max: u8, hops: Option<u8>, confidence: Confidence) -> Self {
        let location = Location { hop_min: Some(min), hop_max: Some(max), hops, address: None };
        let doubtful = side(&location) == Side::Client && max >= 2;
        let confidence = if doubtful { confidence.max(Confidence::Likely) } else { confidence };
        Self { location, confidence, between: (min, max) }
    }

    /// The far end of the way.
    pub fn end(min: u8, hops: u8, confidence: Confidence) -> Self {
        Self::new(min, hops, Some(hops), confidence)
    }

    fn by(mut self, address: IpAddr) -> Self {
        self.location.address = Some(address);
        self
    }

    /// The side, by the suspects alone.
    pub fn side(&self) -> Side {
        side(&self.location)
    }
}

/// The side that a range of suspect hops lies on.
pub fn side(location: &Location) -> Side {
    if location.hop_max == Some(0) {
        // This machine, however long the way is.
        return Side::Client;
    }
    let (Some(min), Some(max), Some(hops)) = (location.hop_min, location.hop_max, location.hops)
    else {
        return Side::Unknown;
    };
    if min <= 1 && max < hops && max <= 2 {
        Side::Client
    } else if max == hops && min >= 2 {
        Side::Server
    } else if min >= 2 && max < hops {
        Side::Path
    } else {
        Side::Unknown
    }
}

/// The ladder to the port that works.
pub fn reference(facts: &Facts) -> Option<&Ladder> {
    facts.ladders.iter().find(|l| {
        matches!(l.role, LadderRole::Control | LadderRole::Comparison) && l.reached().is_some()
    })
}

/// Hops to the server, where a ladder told.
pub fn hops(facts: &Facts) -> Option<u8> {
    reference(facts)?.reached()
}

/// Ladders to ports that do not work: data ports, or the control port that is silent itself.
fn dead(facts: &Facts) -> Vec<&Ladder> {
    facts
        .ladders
        .iter()
        .filter(|l| match l.role {
            LadderRole::Data => true,
            LadderRole::Control => l.reached().is_none(),
            LadderRole::Comparison => false,
        })
        .collect()
}

/// How sure a comparison of ladders is where nothing else speaks against it.
fn sure(facts: &Facts) -> Confidence {
    if facts.lossy() { Confidence::Likely } else { Confidence::Proven }
}

/// The server's address: that of the session, else the one that was dialled first.
fn server(facts: &Facts) -> Option<IpAddr> {
    let dialled = facts.dials.first().map(|d| d.to.ip().to_canonical());
    facts.ends().map(|ends| ends.peer).or(dialled)
}

/// Our own address on the way there.
fn own(facts: &Facts) -> Option<IpAddr> {
    let dialled = facts.dials.first().and_then(|d| d.from).map(|a| a.ip().to_canonical());
    facts.ends().map(|ends| ends.own).or(dialled)
}

/// Whether a knock at a silent data port was answered after all, from as far as the server, once
/// nobody had announced the port any more: the way there is free, and it is the answer to an
/// announced one that gets lost, or the block was for a while, or for some flows.
pub fn answered_later(facts: &Facts) -> bool {
    let Some(hops) = hops(facts) else { return false };
    let data = facts.ladders.iter().filter(|l| l.role == LadderRole::Data);
    data.filter(|l| was_silent(facts, l.port)).any(|l| l.reached().is_some_and(|at| at >= hops))
}

fn was_silent(facts: &Facts, port: u16) -> bool {
    let mut there = facts.attempts.iter().filter(|a| a.passive_port() == Some(port));
    there.any(|a| a.outcome == Outcome::TimedOut)
}

/// Packets that came in while we waited, and nobody on this machine got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnDrops {
    /// Over all attempts that were waited for in vain.
    pub packets: u32,
    /// How sure it is that they were meant for us.
    pub confidence: Confidence,
}

/// Whether this machine itself drops what comes in for data connections: answers to our knocks, or
/// the server's knocks. Told by the system's counters, which count other traffic too: what is lost
/// meanwhile has to be far more than in a quiet moment (passive) or the rest of the run (active).
pub fn own_drops(facts: &Facts, passive: bool) -> Option<OwnDrops> {
    let waited = |a: &&Attempt| {
        a.mode.is_passive() == passive
            && a.outcome == Outcome::TimedOut
            && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
    };
    // Each knock of ours is answered, and answers are repeated; a server knocks again after a second
    // and after three.
    let least = |a: &Attempt| match a.why {
        // The last one may still be on its way.
        Why::NoAnswer { syns: Some(syns), .. } if passive => syns.saturating_sub(1).max(3),
        _ => 3,
    };
    let windows: Vec<(u32, f64)> = facts
        .attempts
        .iter()
        .filter(waited)
        .map(|a| {
            let packets = a.undelivered.filter(|packets| *packets >= least(a))?;
            Some((packets, a.elapsed.duration().as_secs_f64()))
        })
        .collect::<Option<_>>()?;
    // An ICMP error that is dropped would look the same: some have to be let in.
    let expired = |l: &Ladder| {
        l.rungs.iter().any(|r| matches!(r.answer, RungAnswer::Expired { router: Some(_) }))
    };
    let mute = passive && !facts.ladders.iter().any(expired);
    if windows.is_empty() || mute || !facts.request.localise {
        return None;
    }
    let (packets, time) = windows
        .iter()
        .fold((0_u32, 0.0), |(n, t), (more, seconds)| (n.saturating_add(*more), t + seconds));
    // Answers stop with the session that they are for; a server goes on knocking.
    let usual = match (passive, facts.quiet) {
        (true, None) => return None,
        (true, Some(quiet)) => {
            f64::from(quiet.undelivered) / quiet.took.duration().as_secs_f64().max(0.1)
        }
        (false, _) => usual(facts, packets, time),
    };
    if f64::from(packets) < 4.0 * usual * time + 3.0 {
        return None;
    }
    let confidence =
        if passive && windows.len() >= 2 { Confidence::Proven } else { Confidence::Likely };
    Some(OwnDrops { packets, confidence })
}

/// Packets a second that nobody got in the rest of the run, without those of this long wait.
fn usual(facts: &Facts, packets: u32, time: f64) -> f64 {
    let vain = facts.attempts.iter().filter(|a| a.outcome == Outcome::TimedOut);
    let vain = vain.filter(|a| a.mode.is_passive() || a.purpose == Purpose::Hole);
    let (others, other_time) = vain.fold((0_u32, 0.0), |(n, t), a| {
        let seconds = a.elapsed.duration().as_secs_f64();
        (n.saturating_add(a.undelivered.unwrap_or(0)), t + seconds)
    });
    let rest = facts.undelivered.unwrap_or(u32::MAX);
    let rest = rest.saturating_sub(packets.saturating_add(others));
    let rest_time = facts.elapsed.duration().as_secs_f64() - time - other_time;
    // Knocks are repeated after their attempt was given up.
    f64::from(rest.saturating_sub(4)) / rest_time.max(1.0)
}

impl OwnDrops {
    /// This machine, as a place.
    pub fn located(self, facts: &Facts) -> Located {
        Located::new(0, 0, hops(facts), self.confidence)
    }
}

/// Where knocks at the dead ports die in silence.
pub fn silence(facts: &Facts) -> Option<Located> {
    let control = reference(facts)?;
    let hops = control.reached()?;
    let dead = dead(facts);
    if dead.is_empty() || answered_later(facts) {
        return None;
    }
    // Longer lives than the way to the server come out of other depths of the network.
    let passed = dead.iter().map(|l| l.last_expired()).max()?.min(hops);
    if passed >= hops {
        return None;
    }
    let answers = |t: u8| matches!(control.rung(t), Some(RungAnswer::Expired { .. }));
    let unconfirmed = |t: u8| facts.confirmed.iter().any(|c| c.hop == t && !c.answers);
    let failing = (passed + 1..hops).find(|t| answers(*t) && !unconfirmed(*t)).unwrap_or(hops);
    // A router that limits its rate may have answered for one port and not for the next: it has to
    // have answered once more.
    let confirmed =
        failing == hops || facts.confirmed.iter().any(|c| c.hop == failing && c.answers);
    let neighbours = failing == passed + 1;
    let confidence = if neighbours && confirmed { sure(facts) } else { Confidence::Likely };
    if control.router(failing).is_some_and(|router| Some(router.to_canonical()) == server(facts)) {
        // The box there has the server's own address: a NAT, the server's gateway.
        return Some(Located::new(passed, hops, Some(hops), confidence));
    }
    if failing == hops && !neighbours && passed >= 2 {
        // Routers in between answer for neither port: by the numbers it would be the server's
        // side, but any of them may be the one.
        let location = Location { hops: Some(hops), ..Location::default() };
        return Some(Located {
            location,
            confidence: Confidence::Likely,
            between: (passed, failing),
        });
    }
    Some(Located::new(passed, failing, Some(hops), confidence))
}

/// A RST, by the shortest life that brought one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetFrom {
    /// From as far as the server: the server itself or the last router.
    End(Located),
    /// From a box on the way that has the server's own address: a NAT.
    Nat(Located),
    /// From another box on the way.
    Box(Located),
}

/// Who sent the RSTs of refused data ports.
pub fn reset(facts: &Facts) -> Option<ResetFrom> {
    let control = reference(facts)?;
    let hops = control.reached()?;
    let data: Vec<&Ladder> = facts.ladders.iter().filter(|l| l.role == LadderRole::Data).collect();
    let at = data.iter().filter_map(|l| l.reached()).min()?;
    let confidence = sure(facts);
    if at >= hops {
        let before = hops.saturating_sub(1);
        return Some(ResetFrom::End(Located::new(before, hops, Some(hops), confidence)));
    }
    let server = server(facts)?;
    if control.router(at).is_some_and(|router| router.to_canonical() == server) {
        // On the control port the same hop forwards, and lets packets expire under the server's
        // own address.
        return Some(ResetFrom::Nat(Located::new(at, hops, Some(hops), confidence).by(server)));
    }
    Some(ResetFrom::Box(Located::new(at.saturating_sub(1), at, Some(hops), confidence)))
}

/// Where somebody answers knocks for the server, if he is nearer than the server.
pub fn answers_nearer(facts: &Facts) -> Option<Located> {
    let hops = hops(facts)?;
    let data = facts.ladders.iter().filter(|l| l.role == LadderRole::Data);
    let at = data
        .filter_map(|l| {
            let answer = |r: &&Rung| r.answer == RungAnswer::Connected;
            l.rungs.iter().find(answer).map(|r| r.ttl)
        })
        .min()
        .filter(|at| *at < hops)?;
    Some(Located::new(at.saturating_sub(1), at, Some(hops), sure(facts)))
}

/// Where an ICMP reject came from.
pub fn reject(facts: &Facts, icmp: Icmp) -> Option<Located> {
    let sender = icmp.sender?.to_canonical();
    let control = reference(facts);
    let hops = control.and_then(Ladder::reached);
    let at = if own(facts) == Some(sender) {
        Some((0, 0))
    } else if let Some(hop) = hop_of(control, sender) {
        // A NAT bears the server's address: it is the server's gateway.
        let gateway = server(facts) == Some(sender);
        Some((hop, hops.filter(|_| gateway).unwrap_or(hop)))
    } else if server(facts) == Some(sender) {
        hops.map(|h| (h, h))
    } else {
        // A router may sign with another of its addresses: the shortest life that met the reject
        // tells where it stands.
        facts
            .ladders
            .iter()
            .filter(|l| l.role == LadderRole::Data)
            .filter_map(|l| {
                l.rungs.iter().find(|r| matches!(r.answer, RungAnswer::Icmp { .. })).map(|r| r.ttl)
            })
            .min()
            .map(|t| (t.saturating_sub(1), t))
    };
    // Nobody stands behind the server.
    let (min, max) = at.filter(|(_, max)| hops.is_none_or(|hops| *max <= hops))?;
    Some(Located::new(min, max, hops, Confidence::Proven).by(sender))
}

fn hop_of(ladder: Option<&Ladder>, address: IpAddr) -> Option<u8> {
    ladder?
        .rungs
        .iter()
        .find(|r| matches!(&r.answer, RungAnswer::Expired { router: Some(router) } if router.to_canonical() == address))
        .map(|r| r.ttl)
}

/// What the holes say about the box that stops the server's knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// The smallest life that let it in names the box.
    Opened(Located),
    /// None let it in.
    None,
}

/// Reads the holes that were opened.
pub fn holes(facts: &Facts) -> Option<Holes> {
    let hops = hops(facts)?;
    let control = reference(facts)?;
    let dug: Vec<(&Hole, bool)> = facts
        .attempts
        .iter()
        .filter(|a| a.outcome != Outcome::NotTested)
        .filter_map(|a| Some((a.hole.as_ref()?, a.came_through())))
        .collect();
    // A hole is there only if its SYN came as far as it should: where a router that lets such
    // packets expire otherwise was silent, the SYN itself was stopped on the way.
    let there = |hole: &Hole| {
        matches!(hole.answer, RungAnswer::Expired { .. })
            || !matches!(control.rung(hole.ttl), Some(RungAnswer::Expired { .. }))
    };
    let shut: Vec<u8> =
        dug.iter().filter(|(h, open)| !open && there(h)).map(|(h, _)| h.ttl).collect();
    let Some(open) = dug.iter().filter(|(_, open)| *open).map(|(h, _)| h.ttl).min() else {
        return (!shut.is_empty()).then_some(Holes::None);
    };
    let below = shut.iter().copied().filter(|t| *t < open).max().unwrap_or(0);
    // Every stateful box before hop `open` has the entry; with `below` it was not enough.
    let confidence = if below + 1 == open { sure(facts) } else { Confidence::Likely };
    Some(Holes::Opened(Located::new(below, open - 1, Some(hops), confidence)))
}
