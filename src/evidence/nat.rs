//! Whether addresses are translated between this machine and the server.

use std::net::IpAddr;

use super::Evidence;
use crate::facts::Why;
use crate::wire::address::is_inner;
use crate::wire::peer;
pub use crate::words::Nat;

impl Evidence<'_> {
    /// The address under which the server sees us, as far as its log or its own words tell: those in
    /// its answer to STAT, or where it refuses the address in PORT.
    pub fn seen_as(&self) -> Option<IpAddr> {
        let read = self.facts.reading.as_ref().and_then(|reading| reading.seen_as);
        read.or_else(|| self.named_by_stat().next()).or_else(|| {
            self.facts.attempts.iter().find_map(|a| match &a.why {
                Why::CommandRefused { text, .. } if !a.mode.is_passive() => {
                    peer::port_refusal(text)?.seen
                }
                _ => None,
            })
        })
    }

    /// All addresses under which the server has seen us, by its own words.
    pub fn seen_addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = self.named_by_stat().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Addresses that STAT has named as ours, in order.
    fn named_by_stat(&self) -> impl Iterator<Item = IpAddr> {
        self.facts
            .sessions
            .iter()
            .filter_map(|s| s.reply_to("STAT"))
            .filter(|reply| (200..300).contains(&reply.code))
            .filter_map(|reply| peer::stat_client_address(&reply.text))
    }

    /// NAT between the two ends: whether the server sees us under another address than our own.
    pub fn nat(&self) -> Nat {
        match (self.own(), self.seen_as()) {
            (Some(own), Some(seen)) if own == seen => Nat::None,
            (Some(_), Some(_)) => Nat::Present,
            _ => Nat::Unknown,
        }
    }

    /// Whether there may be one: where the server has not said how it sees us, the two addresses
    /// have to tell.
    pub fn may_be_translated(&self) -> bool {
        match self.nat() {
            Nat::Present => true,
            Nat::None => false,
            Nat::Unknown => self.has_inner_address(),
        }
    }

    /// Whether the two addresses alone speak for a NAT on our side: ours is none of the public
    /// Internet, the server's is.
    pub fn has_inner_address(&self) -> bool {
        let outside = |peer: IpAddr| !is_inner(peer) && !peer.is_loopback();
        self.own().is_some_and(is_inner) && self.peer().is_some_and(outside)
    }
}
