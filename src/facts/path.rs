//! The way to the server, step by step: what came of SYNs whose time to live was cut short.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Icmp, Micros};

/// One port asked with every time to live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The port.
    pub port: u16,
    /// What the port is to this run.
    pub role: LadderRole,
    /// One rung per time to live, from 1, without gaps.
    pub rungs: Vec<Rung>,
    /// When it began.
    pub began: Micros,
    /// How long it took.
    pub took: Micros,
}

/// What a ladder's port is to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LadderRole {
    /// The control port, known to be open: it tells the number of hops.
    Control,
    /// A data port that does not work.
    Data,
    /// Another port of the same host, for a control port that does not answer.
    Comparison,
}

/// One time to live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Time to live, in hops.
    pub ttl: u8,
    /// What came back.
    pub answer: RungAnswer,
    /// How often it was asked.
    pub asked: u8,
}

/// What a SYN with a short life was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum RungAnswer {
    /// A router let it expire: it came that far.
    Expired {
        /// The router.
        router: Option<IpAddr>,
    },
    /// The handshake came to its end.
    Connected,
    /// RST.
    Reset,
    /// Another ICMP message.
    Icmp {
        /// The message.
        icmp: Icmp,
    },
    /// Nothing.
    Silent,
    /// This machine could not send it.
    Local {
        /// The system's own words.
        text: String,
    },
}

impl RungAnswer {
    /// Whether anything came back at all.
    pub fn answered(&self) -> bool {
        !matches!(self, Self::Silent | Self::Local { .. })
    }
}

impl Ladder {
    /// The rung with this time to live.
    pub fn rung(&self, ttl: u8) -> Option<&RungAnswer> {
        self.rungs.iter().find(|r| r.ttl == ttl).map(|r| &r.answer)
    }

    /// The hops to whoever answers as the host: the shortest life that got a handshake or a RST.
    pub fn reached(&self) -> Option<u8> {
        self.rungs
            .iter()
            .find(|r| matches!(r.answer, RungAnswer::Connected | RungAnswer::Reset))
            .map(|r| r.ttl)
    }

    /// The longest life that a router let expire; 0 if none did.
    pub fn last_expired(&self) -> u8 {
        self.rungs
            .iter()
            .filter(|r| matches!(r.answer, RungAnswer::Expired { .. }))
            .map(|r| r.ttl)
            .max()
            .unwrap_or(0)
    }

    /// The router at a hop, if it showed itself.
    pub fn router(&self, ttl: u8) -> Option<IpAddr> {
        match self.rung(ttl)? {
            RungAnswer::Expired { router } => *router,
            _ => None,
        }
    }
}

/// What became of one more SYN of a ladder's life, from a port of its own: where ways are balanced,
/// each flow may take another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The port that it was meant for.
    pub port: u16,
    /// Its time to live.
    pub ttl: u8,
    /// What came back.
    pub answer: RungAnswer,
}

/// A knock at a high port of a router on the way, where nobody is expected to listen: its RST has the
/// way home that the server's answers have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The router's hop.
    pub hop: u8,
    /// The router.
    pub router: IpAddr,
    /// The port: one that was silent at the server.
    pub port: u16,
    /// What came back.
    pub answer: RungAnswer,
}

/// A hole that was opened from the inside before an active attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Life of the SYN that opened it.
    pub ttl: u8,
    /// Port of the server that it was meant for.
    pub to_port: u16,
    /// Where it died.
    pub answer: RungAnswer,
}
