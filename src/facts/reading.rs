//! Where facts come from that no run of this program measured: files that were read, and what
//! packets showed at the places where captures were taken.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::Icmp;
use crate::words::{Verdict, words};

words! {
    /// Who observed.
    pub enum Source: "source" {
        /// this program, on the wire
        Live = "live",
        /// another program's log
        Log = "log",
        /// a packet capture
        Capture = "capture",
    }

    /// Where on the way between client and server something was seen.
    pub enum Vantage: "vantage" {
        /// on the client's machine, or on the wire before its first router
        Client = "client",
        /// on the server's machine, or on the wire behind its last router
        Server = "server",
        /// somewhere between
        Between = "between",
        /// nobody knows
        Unknown = "unknown",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro of words takes no attribute of a value")]
impl Default for Source {
    fn default() -> Self {
        Self::Live
    }
}

#[expect(clippy::derivable_impls, reason = "the macro of words takes no attribute of a value")]
impl Default for Vantage {
    fn default() -> Self {
        Self::Unknown
    }
}

impl Source {
    /// Whether a run of this program observed it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub fn is_live(&self) -> bool {
        *self == Self::Live
    }
}

words! {
    /// How a vantage point is known.
    pub enum KnownBy: "known by" {
        /// `--at` says so
        Said = "said",
        /// lives of packets (TTL, hop limit) that passed no router
        Lives = "lives",
        /// who stands on the link and who behind a gateway (ARP, link-layer addresses)
        Neighbours = "neighbours",
        /// the program that wrote the log runs there
        Program = "program",
        /// the client and the server are one machine
        Loopback = "loopback",
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The files, in the order in which they were given.
    pub files: Vec<FileRead>,
    /// The client's own address, where it is known beside the one under which it is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<IpAddr>,
    /// The address under which the server sees the client, where a file shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_as: Option<IpAddr>,
    /// Endpoints that are others on the other side of a translation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
    /// What was changed on the way, from one file to the next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// All clients of these files, worst first: what one client did with one server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<SessionRead>,
}

/// What one client did with one server, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRead {
    /// Its number, from 1 in the order of the file.
    pub id: usize,
    /// The client.
    pub client: Option<IpAddr>,
    /// What it comes to, taken by itself.
    pub verdict: Verdict,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRead {
    /// Its name, without its folder.
    pub file: String,
    /// What it is.
    pub kind: FileKind,
    /// What it was written in or by, in words: `pcapng, Ethernet`, `vsftpd`.
    pub format: String,
    /// Packets or lines.
    pub units: u64,
    /// Those of them that belong to FTP.
    pub used: u64,
    /// Where it was taken.
    pub vantage: Vantage,
    /// How that is known.
    pub known_by: Option<KnownBy>,
    /// Routers between this place and the client, by the lives of its packets.
    pub from_client: Option<u8>,
    /// Routers between this place and the server, likewise.
    pub from_server: Option<u8>,
    /// Routers that stand inside of it: packets were seen before and behind them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inside: u8,
    /// What could not be read, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

impl FileRead {
    /// Hops from the client to the server: the routers between them and the last step.
    pub fn hops(&self) -> Option<u8> {
        let routers = self.from_client?.checked_add(self.from_server?)?;
        routers.checked_add(self.inside)?.checked_add(1)
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A log, or a transcript: its units are lines.
    Log,
    /// A packet capture: its units are packets.
    Capture,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Line or packet, from 1; `None` where it is about the whole file.
    pub number: Option<u64>,
    /// How many of this kind, this one included.
    pub count: u64,
    /// Why not.
    pub why: UnreadWhy,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum UnreadWhy {
    /// The file ends in the middle.
    Cut,
    /// Its structure is broken here: what follows was not read.
    Broken {
        /// What is wrong.
        text: String,
    },
    /// Packets were stored only in part.
    Snapped,
    /// The capture lost packets: what the other end acknowledges is not in the file.
    Lost,
    /// A link type that is not known.
    LinkType {
        /// Its number.
        number: i64,
    },
    /// The control connection is encrypted.
    Encrypted,
    /// There is more than is kept.
    TooMuch {
        /// Of what.
        text: String,
    },
    /// A line that no known program writes.
    Unknown,
}

/// One endpoint, as it is known on two sides of a translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// Nearer to the client.
    pub near: SocketAddr,
    /// Nearer to the server.
    pub far: SocketAddr,
    /// Whether it is the client's endpoint, or else the server's.
    pub of_client: bool,
}

/// What arrives otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Change {
    /// A command or reply.
    Text {
        /// As it was sent.
        sent: String,
        /// As it came.
        came: String,
        /// Where it was sent.
        from: Place,
        /// Where it came.
        to: Place,
    },
    /// The maximum segment size that an end announces.
    Mss {
        /// As it was sent.
        sent: u16,
        /// As it came.
        came: u16,
        /// Where it was sent.
        from: Place,
        /// Where it came.
        to: Place,
    },
}

/// A place in a file: `client.pcap #57`, `log line 12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Index of the file in [`Reading::files`].
    pub file: usize,
    /// Line or packet, from 1.
    pub number: u64,
}

/// What a file shows of one data connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sighting {
    /// Index of the file in [`Reading::files`].
    pub file: usize,
    /// SYNs of the end that opens it, repetitions among them.
    pub syns: Seen,
    /// SYN-ACKs, likewise.
    pub syn_acks: Seen,
    /// The opener went on after a SYN-ACK: it had come.
    pub established: Seen,
    /// RSTs of the end that was called.
    pub resets: Seen,
    /// RSTs of the end that opens it.
    pub opener_resets: Seen,
    /// The RST lived as long as the other packets of its sender: routers between this place and
    /// whoever sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_from: Option<u8>,
    /// An ICMP error about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp: Option<IcmpSeen>,
    /// Maximum segment size that the opener announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mss: Option<u16>,
    /// Bytes of the sender of data, as far as they were seen.
    #[serde(default)]
    pub sent: u64,
    /// Those that the other end acknowledged.
    #[serde(default)]
    pub acknowledged: u64,
    /// Segments that were sent again.
    #[serde(default)]
    pub again: u32,
    /// The largest segment that was sent again and never acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck: Option<u16>,
    /// From its first packet to its last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<super::Micros>,
    /// The opener's initial sequence number: the same wherever its SYN is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isn: Option<u32>,
    /// Routers that the opener's packets had passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_opener: Option<u8>,
    /// Routers that stand inside: its packets were seen before and behind them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inside: u8,
    /// The port that was called, where it is another one than the one that was announced here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<u16>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Packets of one kind: how many, and the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// How many.
    pub count: u32,
    /// Number of the first one; 0 where there is none.
    pub first: u64,
}

impl Seen {
    /// One more.
    pub fn note(&mut self, number: u64) {
        if self.count == 0 {
            self.first = number;
        }
        self.count = self.count.saturating_add(1);
    }

    /// Whether there was any.
    pub fn any(self) -> bool {
        self.count > 0
    }
}

/// An ICMP error that quotes a packet of the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IcmpSeen {
    /// The message.
    pub icmp: Icmp,
    /// Number of its packet.
    pub number: u64,
    /// Routers between this place and its sender, by the life that the message had left.
    pub routers: Option<u8>,
    /// Whether it went to the client.
    pub to_client: bool,
}
