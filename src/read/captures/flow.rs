//! What is kept of one TCP connection.

use std::net::SocketAddr;

use super::packet::{IcmpError, Mac, Segment};
use crate::facts::reading::{IcmpSeen, Seen};

/// The same packet on two links of one machine, or copied by a switch.
const COPY_WITHIN: u64 = 100_000;
/// Packets that are remembered to know copies by.
const REMEMBERED: usize = 8;

/// Routers that a packet has passed, from the life that it has left: systems begin with 64, 128 or
/// 255.
pub fn routers(ttl: u8) -> u8 {
    match ttl {
        0..=64 => 64 - ttl,
        65..=128 => 128 - ttl,
        _ => 255 - ttl,
    }
}

/// One TCP connection. Its opener is the end that sent the SYN, or the one that was seen first.
pub struct Flow {
    /// The opener.
    pub opener: SocketAddr,
    /// The end that was called.
    pub called: SocketAddr,
    /// Whether the SYN was seen.
    pub opened: bool,
    /// What the opener sent.
    pub from_opener: Side,
    /// What the other end sent.
    pub from_called: Side,
    /// The opener went on after the handshake.
    pub established: Option<(u64, u64)>,
    /// An ICMP error about it.
    pub icmp: Option<(IcmpSeen, u64)>,
    /// Its first packet.
    pub first: (u64, u64),
    /// Its last packet.
    pub last: (u64, u64),
    /// Packets.
    pub packets: u64,
    remembered: Vec<Remembered>,
}

/// One direction.
#[derive(Default)]
pub struct Side {
    /// SYNs, or SYN-ACKs.
    pub syns: Seen,
    /// When the first of them came.
    pub syn_at: u64,
    /// When the last of them came.
    pub last_syn_at: u64,
    /// Initial sequence number.
    pub isn: Option<u32>,
    /// Maximum segment size.
    pub mss: Option<u16>,
    /// RSTs.
    pub resets: Seen,
    /// When the first came.
    pub reset_at: u64,
    /// Routers that the first RST had passed.
    pub reset_routers: u8,
    /// FIN: packet and time.
    pub fin: Option<(u64, u64)>,
    /// Bytes, by sequence numbers.
    pub bytes: u64,
    /// Bytes that the other end has acknowledged.
    pub acknowledged: u64,
    /// First packet with data.
    pub first_data: Option<(u64, u64)>,
    /// Last packet with data.
    pub last_data: Option<(u64, u64)>,
    /// Segments that were sent again.
    pub again: u32,
    /// The largest segment that was sent again.
    pub again_size: u16,
    /// The link-layer address that its first packet came from.
    pub mac: Option<Mac>,
    /// Its first bytes.
    pub head: [u8; 3],
    /// Fewest and most routers that its packets had passed.
    pub routers: Option<(u8, u8)>,
    highest: Option<u32>,
    base: Option<u32>,
}

struct Remembered {
    seq: u32,
    ack: u32,
    flags: u8,
    length: u32,
    ip_id: u16,
    at: u64,
    of_opener: bool,
}

/// What a packet is to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A packet of its own.
    New,
    /// Seen before, on another link.
    Copy,
}

impl Flow {
    /// A connection that begins with this segment.
    pub fn new(segment: &Segment<'_>) -> Self {
        let answered = segment.syn && segment.ack.is_some();
        let (opener, called) =
            if answered { (segment.to, segment.from) } else { (segment.from, segment.to) };
        let here = (segment.number, segment.at);
        Self {
            opener,
            called,
            opened: segment.syn,
            from_opener: Side::default(),
            from_called: Side::default(),
            established: None,
            icmp: None,
            first: here,
            last: here,
            packets: 0,
            remembered: Vec::new(),
        }
    }

    /// Whether it is the opener's packet.
    pub fn is_of_opener(&self, segment: &Segment<'_>) -> bool {
        segment.from == self.opener
    }

    /// Whether a SYN begins another connection between the same two ports.
    pub fn is_over_for(&self, segment: &Segment<'_>) -> bool {
        let fresh = segment.syn && segment.ack.is_none();
        let side = if self.is_of_opener(segment) { &self.from_opener } else { &self.from_called };
        fresh && side.isn.is_some_and(|isn| isn != segment.seq)
            || fresh && !self.opened && self.packets > 0
    }

    /// Takes a segment in.
    pub fn take(&mut self, segment: &Segment<'_>) -> Taken {
        self.last = (segment.number, segment.at);
        let of_opener = self.is_of_opener(segment);
        let passed = routers(segment.ttl);
        let (own, other) = if of_opener {
            (&mut self.from_opener, &mut self.from_called)
        } else {
            (&mut self.from_called, &mut self.from_opener)
        };
        if !segment.rst {
            own.routers =
                Some(own.routers.map_or((passed, passed), |(least, most)| {
                    (least.min(passed), most.max(passed))
                }));
        }
        let flags = u8::from(segment.syn) | u8::from(segment.fin) << 1 | u8::from(segment.rst) << 2;
        let this = Remembered {
            seq: segment.seq,
            ack: segment.ack.unwrap_or(0),
            flags,
            length: segment.length,
            ip_id: segment.ip_id,
            at: segment.at,
            of_opener,
        };
        let is_copy = self.remembered.iter().any(|known| {
            (known.seq, known.ack, known.flags, known.length, known.ip_id, known.of_opener)
                == (this.seq, this.ack, this.flags, this.length, this.ip_id, this.of_opener)
                && this.at.saturating_sub(known.at) <= COPY_WITHIN
        });
        if is_copy {
            return Taken::Copy;
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.remove(0);
        }
        self.remembered.push(this);
        self.packets += 1;
        own.take(segment, passed);
        if let Some(ack) = segment.ack {
            other.acknowledge(ack);
        }
        let answered = !of_opener || self.from_called.syns.any() || !self.opened;
        let goes_on = of_opener && !segment.syn && !segment.rst && self.from_called.syns.any();
        let has_data = segment.length > 0 && !segment.syn && answered;
        if self.established.is_none() && (goes_on || has_data) {
            self.established = Some((segment.number, segment.at));
        }
        Taken::New
    }

    /// Takes an ICMP error in.
    pub fn error(&mut self, error: &IcmpError, client: Option<std::net::IpAddr>) {
        self.last = (error.number, error.at);
        if self.icmp.is_none() {
            let seen = IcmpSeen {
                icmp: error.icmp,
                number: error.number,
                routers: Some(routers(error.ttl)),
                to_client: client == Some(error.to),
            };
            self.icmp = Some((seen, error.at));
        }
    }

    /// Whether nothing more is to be expected of it.
    pub fn is_over(&self) -> bool {
        let reset = self.from_opener.resets.any() || self.from_called.resets.any();
        reset || (self.from_opener.fin.is_some() && self.from_called.fin.is_some())
    }
}

impl Side {
    fn take(&mut self, segment: &Segment<'_>, passed: u8) {
        let here = (segment.number, segment.at);
        self.mac = self.mac.or(segment.mac);
        if segment.syn {
            if !self.syns.any() {
                self.syn_at = segment.at;
            }
            self.last_syn_at = segment.at;
            self.syns.note(segment.number);
            self.isn.get_or_insert(segment.seq);
            self.mss = self.mss.or(segment.mss);
            self.base = Some(segment.seq.wrapping_add(1));
            self.highest.get_or_insert(segment.seq.wrapping_add(1));
        }
        if segment.rst {
            if !self.resets.any() {
                self.reset_at = segment.at;
                self.reset_routers = passed;
            }
            self.resets.note(segment.number);
        }
        if segment.length > 0 && !segment.syn {
            let base = *self.base.get_or_insert(segment.seq);
            let highest = *self.highest.get_or_insert(segment.seq);
            let end = segment.seq.wrapping_add(segment.length);
            let fresh = end.wrapping_sub(highest);
            if fresh == 0 || fresh > u32::MAX / 2 {
                self.again += 1;
                let size = u16::try_from(segment.length).unwrap_or(u16::MAX);
                self.again_size = self.again_size.max(size);
            } else {
                self.bytes = self.bytes.saturating_add(u64::from(fresh));
                self.highest = Some(end);
            }
            if self.first_data.is_none() {
                self.first_data = Some(here);
            }
            if segment.seq == base {
                for (to, from) in self.head.iter_mut().zip(segment.payload) {
                    *to = *from;
                }
            }
            self.last_data = Some(here);
        }
        if segment.fin && self.fin.is_none() {
            self.fin = Some(here);
        }
    }

    fn acknowledge(&mut self, ack: u32) {
        let Some(base) = self.base else { return };
        let count = ack.wrapping_sub(base);
        if count <= u32::MAX / 2 {
            // The last one may be the FIN.
            let count = u64::from(count).min(self.bytes.max(1) + 1);
            self.acknowledged = self.acknowledged.max(count.min(self.bytes));
        }
    }

    /// Whether its first bytes are a TLS record.
    pub fn speaks_tls(&self) -> bool {
        matches!(self.head, [0x14..=0x17, 0x03, 0x00..=0x04])
    }
}
