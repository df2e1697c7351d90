//! Data connections, one record each: which step was reached, and the three endpoints kept apart
//! (advertised, dialled, observed).

use crate::words::words;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::reading::{Place, Sighting};
use super::tls::Handshake;
use super::{DialOutcome, Family, Hole, Icmp, Micros, Second, Security, Varied};
use crate::wire::address::AddressOddity;

/// One try of a data connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Unique in the run: `pasv-1`, `epsv-2`.
    pub id: String,
    /// Why it was made.
    pub purpose: Purpose,
    /// What is done differently from the attempt that stands for the mode.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varied: Vec<Varied>,
    /// Which command announces it.
    pub mode: Mode,
    /// Address family of the control connection.
    pub family: Family,
    /// Clear or TLS.
    pub security: Security,
    /// Index of the session it belongs to, in `Facts::sessions`.
    pub session: Option<usize>,
    /// Index of the first exchange that belongs to it in that session.
    pub first_exchange: usize,
    /// When it began.
    pub began: Micros,
    /// How long it took.
    pub elapsed: Micros,
    /// The last step that was reached.
    pub step: Step,
    /// Passive: what the server announced. Active: what we announced.
    pub advertised: Option<SocketAddr>,
    /// What was odd about a passive announcement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oddities: Vec<AddressOddity>,
    /// Passive: where we knocked.
    pub dialled: Option<SocketAddr>,
    /// Passive: each socket that knocked.
    pub knocks: Vec<Knock>,
    /// Active: where we listened.
    pub listened: Option<SocketAddr>,
    /// The data connection as it was on the wire, if there was one.
    pub observed: Option<Observed>,
    /// Active: connections from others than the server, closed unread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strangers: Vec<SocketAddr>,
    /// Active: the server's knock came after this attempt had been given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<SocketAddr>,
    /// Active: a hole that was opened from the inside before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hole: Option<Hole>,
    /// Passive: the second knock of a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Second>,
    /// Time from the first SYN (passive) or from the command (active) to the data connection.
    pub connect: Option<Micros>,
    /// Bytes of the listing.
    pub bytes: u64,
    /// The data connection's TLS handshake, if one was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Handshake>,
    /// Packets that came to this machine while the attempt lasted, and that no program of it got, by
    /// the system's counters (`/proc/net/snmp`); those of other traffic are among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<u32>,
    /// How the data connection ended.
    pub data_end: Option<DataEnd>,
    /// Where it stands in the files that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// What captures show of its data connection, one entry a file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sightings: Vec<Sighting>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in detail.
    pub why: Why,
}

impl Attempt {
    /// Ends it for this reason.
    pub fn end(&mut self, why: Why) {
        self.outcome = why.outcome();
        self.why = why;
    }

    /// Whether the data connection came to its end and the server confirmed it.
    pub fn is_open(&self) -> bool {
        self.outcome == Outcome::Open
    }

    /// Whether it varies in this.
    pub fn varies(&self, how: fn(&Varied) -> bool) -> bool {
        self.varied.iter().any(how)
    }

    /// The largest segment that either end was to send, if that was limited.
    pub fn segments(&self) -> Option<u16> {
        self.varied.iter().find_map(|v| match v {
            Varied::Segments { mss } => Some(*mss),
            _ => None,
        })
    }

    /// The reply that refused or ended the transfer, once it had been asked for.
    pub fn last_words(&self) -> Option<(u16, &str)> {
        match &self.why {
            Why::ListingRefused { code, text, .. }
            | Why::BrokenOff { code, text }
            | Why::TlsFailed { reply: Some((code, text)) } => Some((*code, text)),
            _ => None,
        }
    }

    /// Whether the data connection resumed a TLS session of the control connection.
    pub fn resumed(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.resumed == Some(true))
    }

    /// Whether a second knock was made, and this came of it.
    pub fn second_met(&self, outcome: &DialOutcome) -> bool {
        self.second.as_ref().is_some_and(|second| second.outcome == *outcome)
    }

    /// The data port of this attempt: the passive port announced by the server.
    pub fn passive_port(&self) -> Option<u16> {
        match self.mode.direction() {
            Direction::ClientToServer => self.advertised.map(|a| a.port()),
            Direction::ServerToClient => None,
        }
    }
}

words! {
    /// Which command announces the data connection.
    pub enum Mode: "mode" {
        /// Passive, RFC 959.
        Pasv = "pasv",
        /// Extended passive, RFC 2428.
        Epsv = "epsv",
        /// Active, RFC 959.
        Port = "port",
        /// Extended active, RFC 2428.
        Eprt = "eprt",
    }
}

impl Mode {
    /// The command's verb.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Pasv => "PASV",
            Self::Epsv => "EPSV",
            Self::Port => "PORT",
            Self::Eprt => "EPRT",
        }
    }

    /// Who sends the first SYN of the data connection.
    pub fn direction(self) -> Direction {
        match self {
            Self::Pasv | Self::Epsv => Direction::ClientToServer,
            Self::Port | Self::Eprt => Direction::ServerToClient,
        }
    }

    /// Whether the client opens the data connection.
    pub fn is_passive(self) -> bool {
        self.direction() == Direction::ClientToServer
    }

    /// Whether the command can name an address of this family (PASV and PORT carry four octets).
    pub fn speaks(self, family: Family) -> bool {
        family == Family::V4 || matches!(self, Self::Epsv | Self::Eprt)
    }
}

words! {
    /// Direction of the first SYN.
    pub enum Direction: "direction" {
        /// Passive.
        ClientToServer = "client-to-server",
        /// Active.
        ServerToClient = "server-to-client",
    }
}

words! {
    /// Why an attempt was made.
    pub enum Purpose: "purpose" {
        /// The one that stands for its mode.
        Mode = "mode",
        /// The same once more, on a login and a port of its own.
        Repeat = "repeat",
        /// The same with one thing changed.
        Comparison = "comparison",
        /// After a hole was opened from the inside.
        Hole = "hole",
        /// A port that nobody announced.
        Neighbour = "neighbour",
    }
}

/// How far an attempt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Nothing was done.
    NotBegun,
    /// Logged in for it.
    LoggedIn,
    /// The command was sent.
    CommandSent,
    /// Its reply was read.
    ReplyRead,
    /// The announced address was understood, or the announcement accepted.
    Announced,
    /// The TCP handshake of the data connection was done.
    Connected,
    /// The server said it begins (1yz), or data came.
    Began,
    /// The data connection came to its end.
    DataEnded,
    /// The completion reply was read.
    Completed,
}

words! {
    /// What came of an attempt: the words of the report.
    pub enum Outcome: "outcome" {
        /// The data connection came to its end, even empty, and 226 or 250 followed.
        Open = "open",
        /// Nobody answered the knock.
        TimedOut = "timed-out",
        /// RST.
        Refused = "refused",
        /// ICMP reject.
        Prohibited = "prohibited",
        /// No route.
        Unreachable = "unreachable",
        /// A reply refuses the command or the peer.
        Rejected = "rejected",
        /// Connected, then no data or no more data.
        Stalled = "stalled",
        /// Connected, then cut off.
        Closed = "closed",
        /// The data connection's TLS handshake failed.
        TlsFailed = "tls-failed",
        /// Not tested; the reason says why.
        NotTested = "not-tested",
    }
}

impl Outcome {
    /// What a knock at a port comes to, where `open` is a handshake.
    pub const KNOCK: [Self; 5] =
        [Self::Open, Self::TimedOut, Self::Refused, Self::Prohibited, Self::Unreachable];

    /// Whether the knock at the data port was not let in, by silence, RST or an error message.
    pub fn is_shut(self) -> bool {
        self == Self::Refused || self.is_held_back()
    }

    /// Whether the knock was held back on the way, by somebody who is not the port's owner.
    pub fn is_held_back(self) -> bool {
        matches!(self, Self::TimedOut | Self::Prohibited | Self::Unreachable)
    }

    /// Whether the knock was let through: a server answers one at a port that nobody listens at with
    /// RST.
    pub fn is_let_through(self) -> bool {
        matches!(self, Self::Open | Self::Refused)
    }
}

/// The detail behind an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Why {
    /// The listing came and was confirmed.
    Complete,
    /// Data flowed until our own limit of bytes or time; we ended it.
    CutByUs,
    /// The command itself was refused.
    CommandRefused {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The announcement was taken, but its text could not be understood.
    BadAnnouncement {
        /// Reply code; 0 in facts of before it was kept.
        #[serde(default)]
        code: u16,
        /// Reply text.
        text: String,
        /// What is wrong with it.
        error: String,
    },
    /// The listing command was refused, with or without a data connection.
    ListingRefused {
        /// Listing command.
        command: String,
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// SYNs were sent or awaited, none was answered or arrived.
    NoAnswer {
        /// How long was waited.
        waited: Micros,
        /// SYNs sent (passive), where known.
        syns: Option<u32>,
    },
    /// The knock was answered by a RST.
    Reset,
    /// The knock was answered by an ICMP message.
    Icmp {
        /// The message, where the system shows it.
        icmp: Option<Icmp>,
    },
    /// This machine refused or has no route.
    Local {
        /// The system's own words.
        text: String,
    },
    /// The control connection gave no reply.
    NoReply {
        /// To which command.
        command: String,
        /// How long was waited.
        waited: Micros,
    },
    /// The data connection stood, but nothing came.
    NoData {
        /// How long was waited.
        waited: Micros,
    },
    /// All data came, but no completion reply.
    NoCompletion {
        /// How long was waited.
        waited: Micros,
    },
    /// The data connection's TLS handshake failed, see [`Attempt::tls`].
    TlsFailed {
        /// What the server said about it, code and text.
        reply: Option<(u16, String)>,
    },
    /// Protection of data connections (PROT P) was refused.
    ProtectionRefused {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The data connection was reset.
    DataReset,
    /// The transfer was broken off by a reply.
    BrokenOff {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The control connection ended in the middle.
    ControlLost {
        /// After which command.
        command: String,
    },
    /// What came over the control connection was no reply, or more than anybody answers: from there on
    /// it was not read.
    NotAReply {
        /// After which command.
        command: String,
        /// What came, printable.
        text: String,
    },
    /// The data connection came from another address than the server's.
    WrongPeer {
        /// From where.
        from: SocketAddr,
    },
    /// Only a reply was wanted: nothing was listed on purpose.
    ReplyOnly {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// Not tested.
    Not(NotTested),
}

impl Why {
    /// What it means for the attempt; a run never writes another outcome beside it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Complete | Self::CutByUs => Outcome::Open,
            Self::CommandRefused { .. }
            | Self::BadAnnouncement { .. }
            | Self::ListingRefused { .. }
            | Self::ProtectionRefused { .. }
            | Self::WrongPeer { .. } => Outcome::Rejected,
            Self::NoAnswer { .. } => Outcome::TimedOut,
            Self::Reset => Outcome::Refused,
            Self::Icmp { icmp } if icmp.is_some_and(Icmp::is_reject) => Outcome::Prohibited,
            Self::Icmp { .. } | Self::Local { .. } => Outcome::Unreachable,
            Self::TlsFailed { .. } => Outcome::TlsFailed,
            Self::DataReset
            | Self::BrokenOff { .. }
            | Self::ControlLost { .. }
            | Self::NotAReply { .. } => Outcome::Closed,
            Self::NoReply { .. } | Self::NoData { .. } | Self::NoCompletion { .. } => {
                Outcome::Stalled
            }
            Self::ReplyOnly { .. } | Self::Not(_) => Outcome::NotTested,
        }
    }
}

/// Why something was not tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
pub enum NotTested {
    /// PASV and PORT cannot name an IPv6 address.
    Ipv6,
    /// No login could be had at all.
    NoLogin,
    /// The server said "too many", perhaps because of a transfer of ours that it still holds.
    TooMany {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
        /// An earlier transfer of ours may still be held.
        held: bool,
    },
    /// The control connection for this attempt could not be had, though others could.
    NoConnection {
        /// What came of the knock.
        outcome: DialOutcome,
    },
    /// The control connection broke before the login for this attempt was done.
    ControlBroke,
    /// The login for this attempt failed, though others succeeded.
    LoginFailed {
        /// What happened.
        text: String,
        /// A reply said no: asking again could lock the account.
        #[serde(default)]
        refused: bool,
    },
    /// The deadline left no time.
    Deadline,
    /// A run logs in only so often.
    LoginLimit {
        /// How often.
        most: usize,
    },
    /// `--timeout` is shorter than silence has to last to mean anything.
    ShortTimeout,
    /// The server had nothing to send and opened no data connection for it.
    NothingSent {
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The run was interrupted.
    Interrupted,
    /// The data connection came only after it had been given up: delay or loss, no verdict.
    CameLate,
    /// This machine could not do it.
    Local {
        /// The system's own words.
        text: String,
    },
    /// The file that was read does not tell.
    NotInFile {
        /// What is missing.
        what: Untold,
    },
}

/// What a file does not tell of a data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Untold {
    /// It was announced, and nothing was asked for over it.
    NotAsked,
    /// The client never knocked at what was announced.
    NotDialled,
    /// The file ends before its end.
    FileEnds,
    /// A part of the dialogue is missing.
    Missing,
    /// The dialogue is encrypted, and what can be seen from outside does not decide it.
    Encrypted,
    /// The data came, and the file has no reply that confirms it.
    NoLastWord,
}

/// One socket that knocked at a passive port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knock {
    /// Our end.
    pub from: SocketAddr,
    /// When its first SYN left.
    pub at: Micros,
    /// SYNs it sent, where the system tells.
    pub syns: Option<u32>,
    /// What came of it; `None` while nothing did.
    pub outcome: Option<DialOutcome>,
}

/// A data connection on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The end that opened it.
    pub from: SocketAddr,
    /// The end that accepted it.
    pub to: SocketAddr,
}

/// How a data connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataEnd {
    /// The server closed it in order.
    Eof,
    /// Reset.
    Reset,
    /// Its TLS handshake failed.
    TlsFailed,
    /// We ended it: enough bytes.
    CutByUs,
    /// We gave it up: nothing came.
    GivenUp,
}
