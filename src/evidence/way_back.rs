//! The way back. A ladder sees the way there only: a knock whose answer is lost on its way home looks
//! as if the server had dropped it.

use std::net::IpAddr;

use super::Evidence;
use crate::facts::{Attempt, Ladder, Mode, Outcome, Purpose, RungAnswer};
use crate::wire::address::is_inner;

/// Ports below are those of services.
const HIGH: u16 = 1024;

/// Whether TCP from high ports at the server's end comes back to this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// It does: what stays silent there was stopped on its way there, or at its end.
    Free,
    /// It comes from routers up to this hop, and from none of those behind it.
    Stops {
        /// The last hop from which it comes.
        after: u8,
    },
    /// Nothing is known of it.
    Unknown,
}

impl Evidence<'_> {
    /// What is known of the way back.
    pub fn way_back(&self) -> WayBack {
        if self.facts.reading.is_some() || self.answers_from_high_ports() {
            return WayBack::Free;
        }
        let came =
            |answer: &RungAnswer| matches!(answer, RungAnswer::Reset | RungAnswer::Connected);
        let asked = &self.facts.returned;
        let farthest = asked.iter().filter(|r| came(&r.answer)).map(|r| r.hop).max();
        let (Some(after), Some(hops)) = (farthest, self.hops()) else { return WayBack::Unknown };
        // A gateway with the server's own address cannot be asked, and is the server's.
        let gateway = hops.checked_sub(1).is_some_and(|last| self.is_servers_gateway(last));
        let last = hops.saturating_sub(if gateway { 2 } else { 1 });
        if after >= last {
            WayBack::Free
        } else if asked.iter().any(|r| r.hop > after && r.answer == RungAnswer::Silent) {
            WayBack::Stops { after }
        } else {
            WayBack::Unknown
        }
    }

    /// Whether anything was received from a high port of the server: a call of its own, an answer or
    /// a RST. Then no filter drops what comes from there for the port that it comes from.
    fn answers_from_high_ports(&self) -> bool {
        let server = self.peer();
        let calls = |a: &Attempt| {
            a.observed.is_some_and(|o| {
                !a.mode.is_passive()
                    && o.from.port() >= HIGH
                    && Some(o.from.ip().to_canonical()) == server
            })
        };
        let answers = |a: &Attempt| {
            let port = a.dialled.map_or(0, |d| d.port());
            let came =
                a.observed.is_some() || matches!(a.outcome, Outcome::Open | Outcome::Refused);
            a.mode.is_passive() && port >= HIGH && came
        };
        let control = self.facts.request.port >= HIGH && self.session().is_some();
        control || self.facts.attempts.iter().any(|a| calls(a) || answers(a))
    }

    /// Whether the box at a hop has the server's own address: the NAT in front of it.
    pub(super) fn is_servers_gateway(&self, hop: u8) -> bool {
        let router = self.reference_ladder().and_then(|l| l.router(hop));
        router.is_some_and(|router| Some(router.to_canonical()) == self.peer())
    }

    /// Whether a box on the way has the server's own address: the server stands behind a NAT.
    pub fn is_behind_a_nat(&self) -> bool {
        let hops = self.hops().unwrap_or(0);
        (1..hops).any(|hop| self.is_servers_gateway(hop))
    }

    /// Routers on the way that can be asked, from the nearest on, each once.
    pub fn routers_to_ask(&self) -> Vec<(u8, IpAddr)> {
        let Some(ladder) = self.reference_ladder() else { return Vec::new() };
        let own = [self.own(), self.peer()];
        let mut all: Vec<(u8, IpAddr)> = Vec::new();
        for rung in &ladder.rungs {
            if let RungAnswer::Expired { router: Some(router) } = rung.answer
                && !own.contains(&Some(router.to_canonical()))
                && !all.iter().any(|(_, known)| *known == router)
            {
                all.push((rung.ttl, router));
            }
        }
        all
    }

    /// A passive port of the server that was silent, where nobody is expected to listen any more.
    pub fn silent_port(&self) -> Option<u16> {
        let silent = |a: &&Attempt| {
            a.mode.is_passive()
                && a.outcome == Outcome::TimedOut
                && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
        };
        let mut silent = self.facts.attempts.iter().filter(silent);
        silent.find_map(|a| a.dialled.or(a.advertised)).map(|at| at.port())
    }

    /// Whether the ladders of this run contradict one another: another router at the same hop, or a
    /// host that is nearer for one flow than for another. Then the ways are balanced, or somebody
    /// makes the routers up, and a number of hops compares nothing.
    pub fn ways_differ(&self) -> bool {
        let mut answers: Vec<(u16, u8, &RungAnswer)> = Vec::new();
        for ladder in &self.facts.ladders {
            answers.extend(ladder.rungs.iter().map(|r| (ladder.port, r.ttl, &r.answer)));
        }
        answers.extend(self.facts.flows.iter().map(|f| (f.port, f.ttl, &f.answer)));
        let router = |answer: &RungAnswer| match answer {
            RungAnswer::Expired { router } => *router,
            _ => None,
        };
        let ends =
            |answer: &RungAnswer| matches!(answer, RungAnswer::Connected | RungAnswer::Reset);
        let pair = |(port, ttl, one): &(u16, u8, &RungAnswer)| {
            answers.iter().any(|(other_port, other_ttl, other)| {
                let elsewhere = ttl == other_ttl
                    && matches!((router(one), router(other)), (Some(a), Some(b)) if a != b);
                // One port, one life: it came to its end, and another time only to a router.
                let nearer = port == other_port
                    && ends(one)
                    && matches!(other, RungAnswer::Expired { .. })
                    && other_ttl >= ttl;
                // One machine cannot stand at two places, but for a NAT that answers for the server.
                let twice = ttl != other_ttl
                    && router(one).is_some_and(|r| {
                        Some(r) == router(other) && Some(r.to_canonical()) != self.peer()
                    });
                elsewhere || nearer || twice
            })
        };
        answers.iter().any(pair) || self.dead_ends_differ()
    }

    /// Two ports that refuse, at two distances: both RSTs cannot be those of one box.
    fn dead_ends_differ(&self) -> bool {
        let data = self.facts.ladders.iter().filter(|l| l.role == crate::facts::LadderRole::Data);
        let mut ends = data.filter_map(Ladder::reached);
        ends.next().is_some_and(|first| ends.any(|other| other != first))
    }

    /// Whether the server's side is what translates: it is seen to know us under an address next to
    /// its own, or under a private one though it is reached in public. Nothing private comes across
    /// the Internet.
    pub fn translated_at_the_server(&self) -> bool {
        let (Some(own), Some(peer), Some(seen)) = (self.own(), self.peer(), self.seen_as()) else {
            return false;
        };
        if own == seen || peer.is_loopback() {
            return false;
        }
        let carrier =
            |a: IpAddr| matches!(a, IpAddr::V4(v4) if v4.octets()[0] == 100 && is_inner(a));
        let inside =
            is_inner(seen) && !is_inner(peer) && !carrier(seen) && !is_neighbour(own, seen);
        inside
            || seen == peer
            || seen.is_loopback()
            || (is_neighbour(seen, peer) && !is_neighbour(own, peer))
    }

    /// Whether only a NAT on our side explains that the server sees us under another address: ours is
    /// none of the Internet, both others are, and the one that it sees is not next to its own.
    pub fn translated_at_the_client(&self) -> bool {
        let (Some(own), Some(peer), Some(seen)) = (self.own(), self.peer(), self.seen_as()) else {
            return false;
        };
        let public = |a: IpAddr| !is_inner(a) && !a.is_loopback() && !a.is_unspecified();
        is_inner(own) && public(peer) && public(seen) && !is_neighbour(seen, peer)
    }

    /// Whether the server took an active command that names our own address, though it compares that
    /// with the one that it sees: then it sees us as we are.
    pub fn own_address_was_taken(&self) -> bool {
        let own = self.own();
        self.checks_port_address()
            && self.facts.attempts.iter().any(|a| {
                matches!(a.mode, Mode::Port | Mode::Eprt)
                    && a.varied.is_empty()
                    && a.step >= crate::facts::Step::Announced
                    && a.advertised.or(a.listened).map(|at| at.ip().to_canonical()) == own
            })
    }
}

/// Whether two addresses lie in one small network: what a customer is given.
pub fn is_neighbour(a: IpAddr, b: IpAddr) -> bool {
    match (a.to_canonical(), b.to_canonical()) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..3] == b.octets()[..3],
        (IpAddr::V6(a), IpAddr::V6(b)) => a.segments()[..4] == b.segments()[..4],
        _ => false,
    }
}
