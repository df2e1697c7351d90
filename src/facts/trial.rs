//! What is done on purpose differently, and what is tried on the control connection alone.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{DialOutcome, Micros, RungAnswer};

/// One thing that a comparison does differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Varied {
    /// The knock goes to the address that 227 names (`--dial-advertised`).
    DialAdvertised,
    /// The active command names this address; nothing is listed.
    Announce {
        /// The address.
        address: IpAddr,
    },
    /// Before the listing a second knock comes from another port of ours, at the same door.
    SecondKnock,
    /// Who is refused knocks again at the same port, a few times.
    KnockAgain,
    /// The active command travels behind a NOOP, in the same segment.
    Pipelined,
    /// Both ends of the data connection send segments of this size at most.
    Segments {
        /// Maximum segment size in bytes.
        mss: u16,
    },
    /// The control connection and the data connection are in clear.
    Clear,
    /// The data connection's TLS handshake is a fresh one: no session is offered for resumption.
    FreshSession,
    /// A file is retrieved instead of a listing (`--get`).
    Retrieve,
    /// The control connection is kept alive by TCP.
    KeepAlive,
}

/// A login that was held silent on purpose (`--idle`), and then asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// Index of the session.
    pub session: Option<usize>,
    /// Pause between TCP's own keep-alive probes; `None` without them.
    pub keep_alive: Option<Micros>,
    /// How long it was silent.
    pub held: Micros,
    /// What came of it.
    pub end: IdleEnd,
}

/// What became of a silent login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum IdleEnd {
    /// It was still there.
    Answered {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The server ended it in order while it was silent, with these words if any.
    Ended {
        /// Reply code and text.
        reply: Option<(u16, String)>,
    },
    /// The question was answered by a RST, or the connection was reset before.
    Reset,
    /// The question was not answered at all.
    Silent {
        /// How long was waited.
        waited: Micros,
    },
    /// It was not tried.
    Not {
        /// Why.
        because: super::NotTested,
    },
}

impl IdleEnd {
    /// Whether the session was lost.
    pub fn lost(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::Reset | Self::Silent { .. })
    }
}

/// A command that was sent in two segments. Who reads commands on the way one segment at a time
/// and understands them cannot let half a PORT pass (Linux' FTP helper drops it); half a NOOP is
/// nothing to him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halves {
    /// The command's verb.
    pub verb: String,
    /// Whether the first half was held back: not acknowledged in time. `None`: not known.
    pub held: Option<bool>,
    /// How long its acknowledgement was awaited.
    pub waited: Micros,
}

/// A second knock at an announced port, while the first one stands there and nothing was listed
/// yet. Who opens a port for one connection only does not let it through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// What came of it.
    pub outcome: DialOutcome,
    /// How long that took.
    pub took: Micros,
}

/// How near the RST to a second knock came from, and what a control connection of the same life
/// meets there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearer {
    /// The port, announced and in use at that moment.
    pub port: u16,
    /// The shortest life of a SYN that was answered with RST.
    pub resets_at: Option<u8>,
    /// What became of a SYN of that life to the control port, once it was sent.
    pub control: Option<RungAnswer>,
    /// Whether it was sent, or there was no need.
    #[serde(default)]
    pub done: bool,
}
