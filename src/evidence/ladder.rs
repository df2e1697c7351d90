//! Whose side, which hops: what the ladders say.
//!
//! The suspects are the last hop that answered for the dead port and the first hop after it that
//! answered for the control port. A hop that answers for neither says nothing and widens the range;
//! it never makes anyone guilty.

use std::net::IpAddr;

use super::Evidence;
use super::place::{Confidence, Located, Location};
use super::way_back::WayBack;
use crate::facts::{Icmp, Ladder, LadderRole, Outcome, Rung, RungAnswer};

impl<'f> Evidence<'f> {
    /// The ladder to the port that works.
    pub fn reference_ladder(&self) -> Option<&'f Ladder> {
        self.facts.ladders.iter().find(|l| {
            matches!(l.role, LadderRole::Control | LadderRole::Comparison) && l.reached().is_some()
        })
    }

    /// Hops to the server, where a ladder told.
    pub fn hops(&self) -> Option<u8> {
        self.reference_ladder().and_then(Ladder::reached).or_else(|| self.seen_hops())
    }

    /// Whether a knock at a silent data port was answered after all, from as far as the server,
    /// once nobody had announced the port any more: the way there is free, and it is the answer to
    /// an announced one that gets lost, or the block was for a while, or for some flows.
    pub fn answered_later(&self) -> bool {
        let Some(hops) = self.hops() else { return false };
        let data = self.facts.ladders.iter().filter(|l| l.role == LadderRole::Data);
        data.filter(|l| was_silent(self, l.port)).any(|l| l.reached().is_some_and(|at| at >= hops))
    }

    /// Where knocks at the dead ports die in silence.
    pub fn place_of_silence(&self) -> Option<Located> {
        let seen = || self.seen_stop(true).map(|stop| stop.located);
        *self.silence.get_or_init(|| silence(self).or_else(seen))
    }

    /// Who sent the RSTs of refused data ports.
    pub fn reset_from(&self) -> Option<ResetFrom> {
        *self.reset.get_or_init(|| reset(self).or_else(|| self.seen_reset()))
    }

    /// Where somebody answers knocks for the server, if he is nearer than the server.
    pub fn place_of_nearer_answers(&self) -> Option<Located> {
        let hops = self.hops().filter(|_| !self.ways_differ())?;
        let data = self.facts.ladders.iter().filter(|l| l.role == LadderRole::Data);
        let at = data
            .filter_map(|l| {
                let answer = |r: &&Rung| r.answer == RungAnswer::Connected;
                l.rungs.iter().find(answer).map(|r| r.ttl)
            })
            .min()
            .filter(|at| *at < hops)?;
        Some(Located::new(at.saturating_sub(1), at, Some(hops), self.sure()))
    }

    /// Where an ICMP reject came from.
    pub fn place_of_reject(&self, icmp: Icmp) -> Option<Located> {
        self.seen_reject(icmp).or_else(|| self.ladder_of_reject(icmp))
    }

    fn ladder_of_reject(&self, icmp: Icmp) -> Option<Located> {
        let sender = icmp.sender?.to_canonical();
        let control = self.reference_ladder();
        let hops = control.and_then(Ladder::reached);
        let named = || {
            let hop = hop_of(control, sender)?;
            // A NAT bears the server's address: it is the server's gateway.
            let gateway = server(self) == Some(sender);
            Some((hop, hops.filter(|_| gateway).unwrap_or(hop)))
        };
        let at = if own(self) == Some(sender) { Some((0, 0)) } else { named() };
        let at = at.or_else(|| {
            // A router may sign with another of its addresses, and a bridging firewall with that of
            // the server: the shortest life that met the reject tells where it stands.
            let met = self.life_of_reject().filter(|_| !self.ways_differ());
            match (met, hops) {
                (Some(t), Some(hops)) if t >= hops && server(self) == Some(sender) => {
                    Some((hops, hops))
                }
                (Some(t), _) => Some((t.saturating_sub(1), t)),
                (None, Some(hops)) if server(self) == Some(sender) && !self.ways_differ() => {
                    Some((hops, hops))
                }
                (None, _) => None,
            }
        });
        // Nobody stands behind the server.
        let (min, max) = at.filter(|(_, max)| hops.is_none_or(|hops| *max <= hops))?;
        Some(Located::new(min, max, hops, Confidence::Proven).by(sender))
    }

    /// The shortest life with which a knock at a dead port met an ICMP reject.
    fn life_of_reject(&self) -> Option<u8> {
        let data = self.facts.ladders.iter().filter(|l| l.role == LadderRole::Data);
        let met = |l: &Ladder| {
            l.rungs.iter().find(|r| matches!(r.answer, RungAnswer::Icmp { .. })).map(|r| r.ttl)
        };
        data.filter_map(met).min()
    }

    /// The hop of the box in front of the server that has its address, where the rejects of dead
    /// ports come from there: a NAT that has nowhere to forward them to.
    pub fn nat_that_rejects(&self) -> Option<Located> {
        let hops = self.hops()?;
        let at = self.life_of_reject().filter(|at| *at < hops && self.is_servers_gateway(*at))?;
        Some(Located::new(at, hops, Some(hops), Confidence::Likely))
    }
}

impl Evidence<'_> {
    /// From where a control port is refused, beside another port of the same host that answers, and
    /// which one that is.
    pub fn place_of_refusal(&self) -> Option<(Located, u16)> {
        let mut ladders = self.facts.ladders.iter();
        let control = ladders.find(|l| l.role == LadderRole::Control)?;
        let refused = |rung: &&Rung| rung.answer == RungAnswer::Reset;
        let at = control.rungs.iter().find(refused)?.ttl;
        let mut others = self.facts.ladders.iter().filter(|l| l.role == LadderRole::Comparison);
        let open = |l: &&Ladder| l.rungs.iter().any(|r| r.answer == RungAnswer::Connected);
        let other = others.find(open)?;
        let hops = other.reached().filter(|hops| *hops >= at && !self.ways_differ())?;
        let sure = Confidence::Likely;
        let located = if at == hops {
            Located::end(at.saturating_sub(1), hops, sure)
        } else {
            Located::new(at.saturating_sub(1), at, Some(hops), sure)
        };
        Some((located, other.port))
    }

    /// Whether a NAT in front of the server answers for ports that it has nowhere to forward to: the
    /// error comes from there, and 227 names an address behind it.
    pub fn rejects_what_is_not_forwarded(&self) -> bool {
        self.nat_that_rejects().is_some() && self.foreign_227().is_some_and(|f| f.unroutable)
    }
}

/// Ladders to ports that do not work: data ports, or the control port that is silent itself.
fn dead<'f>(evidence: &Evidence<'f>) -> Vec<&'f Ladder> {
    evidence
        .facts
        .ladders
        .iter()
        .filter(|l| match l.role {
            LadderRole::Data => true,
            LadderRole::Control => l.reached().is_none(),
            LadderRole::Comparison => false,
        })
        .collect()
}

/// The server's address: that of the session, else the one that was dialled first.
fn server(evidence: &Evidence<'_>) -> Option<IpAddr> {
    let dialled = evidence.facts.dials.first().map(|d| d.to.ip().to_canonical());
    evidence.facts.ends().map(|ends| ends.peer).or(dialled)
}

/// Our own address on the way there.
fn own(evidence: &Evidence<'_>) -> Option<IpAddr> {
    let dialled = evidence.facts.dials.first().and_then(|d| d.from).map(|a| a.ip().to_canonical());
    evidence.facts.ends().map(|ends| ends.own).or(dialled)
}

fn was_silent(evidence: &Evidence<'_>, port: u16) -> bool {
    let mut there = evidence.facts.attempts.iter().filter(|a| a.passive_port() == Some(port));
    there.any(|a| a.outcome == Outcome::TimedOut)
}

/// Where knocks at the dead ports die in silence.
fn silence(evidence: &Evidence<'_>) -> Option<Located> {
    let control = evidence.reference_ladder()?;
    let hops = control.reached()?;
    let dead = dead(evidence);
    if dead.is_empty() || evidence.answered_later() {
        return None;
    }
    // Longer lives than the way to the server come out of other depths of the network.
    let passed = dead.iter().map(|l| l.last_expired()).max()?.min(hops);
    if passed >= hops {
        return None;
    }
    let answers = |t: u8| matches!(control.rung(t), Some(RungAnswer::Expired { .. }));
    let unconfirmed = |t: u8| evidence.facts.confirmed.iter().any(|c| c.hop == t && !c.answers);
    let failing = (passed + 1..hops).find(|t| answers(*t) && !unconfirmed(*t)).unwrap_or(hops);
    // A router that limits its rate may have answered for one port and not for the next: it has to
    // have answered once more.
    let confirmed =
        failing == hops || evidence.facts.confirmed.iter().any(|c| c.hop == failing && c.answers);
    if evidence.ways_differ() {
        return at_the_last_router(evidence, &dead, hops);
    }
    let neighbours = failing == passed + 1;
    let confidence = if neighbours && confirmed { evidence.sure() } else { Confidence::Likely };
    if control.router(failing).is_some_and(|router| Some(router.to_canonical()) == server(evidence))
    {
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
    let located = Located::new(passed, failing, Some(hops), confidence);
    if failing == hops && matches!(evidence.way_back(), WayBack::Stops { .. }) {
        // The answers may die on the way back as well as the knocks at its end.
        let location = Location { hops: Some(hops), ..Location::default() };
        return Some(Located { location, confidence: Confidence::Likely, ..located });
    }
    Some(located)
}

/// Where the ways of flows differ, numbers of hops compare nothing; the routers do: what comes as far
/// as the last one before the server died there or behind it.
fn at_the_last_router(evidence: &Evidence<'_>, dead: &[&Ladder], hops: u8) -> Option<Located> {
    let last = hops.checked_sub(1)?;
    let control = evidence.reference_ladder()?;
    let flows = &evidence.facts.flows;
    let of = |answer: &RungAnswer| match answer {
        RungAnswer::Expired { router } => *router,
        _ => None,
    };
    let at_the_end: Vec<IpAddr> = control
        .router(last)
        .into_iter()
        .chain(
            flows
                .iter()
                .filter(|f| f.port == control.port && f.ttl == last)
                .filter_map(|f| of(&f.answer)),
        )
        .collect();
    let came = dead
        .iter()
        .all(|l| l.router(l.last_expired()).is_some_and(|router| at_the_end.contains(&router)));
    came.then(|| Located::new(last, hops, Some(hops), Confidence::Likely))
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
fn reset(evidence: &Evidence<'_>) -> Option<ResetFrom> {
    let control = evidence.reference_ladder()?;
    let hops = control.reached()?;
    let data: Vec<&Ladder> =
        evidence.facts.ladders.iter().filter(|l| l.role == LadderRole::Data).collect();
    let at = data.iter().filter_map(|l| l.reached()).min()?;
    if evidence.ways_differ() {
        return None;
    }
    let confidence = evidence.sure();
    if at >= hops {
        let before = hops.saturating_sub(1);
        return Some(ResetFrom::End(Located::new(before, hops, Some(hops), confidence)));
    }
    let server = server(evidence)?;
    if control.router(at).is_some_and(|router| router.to_canonical() == server) {
        // On the control port the same hop forwards, and lets packets expire under the server's
        // own address.
        return Some(ResetFrom::Nat(Located::new(at, hops, Some(hops), confidence).by(server)));
    }
    Some(ResetFrom::Box(Located::new(at.saturating_sub(1), at, Some(hops), confidence)))
}

fn hop_of(ladder: Option<&Ladder>, address: IpAddr) -> Option<u8> {
    ladder?
        .rungs
        .iter()
        .find(|r| matches!(&r.answer, RungAnswer::Expired { router: Some(router) } if router.to_canonical() == address))
        .map(|r| r.ttl)
}
