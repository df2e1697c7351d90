//! From a frame to what matters of it: addresses, TCP's header, or an ICMP error and what it quotes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TcpOptionElement, TransportSlice};

use super::blocks::Frame;
use crate::facts::Icmp;

const PPPOE_SESSION: u16 = 0x8864;
const MPLS: u16 = 0x8847;
const ARP: u16 = 0x0806;

/// A link-layer address of Ethernet.
pub type Mac = [u8; 6];

/// What a frame holds, as far as it is of interest.
pub enum Packet<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// An ICMP error about a TCP segment.
    Error(IcmpError),
    /// Somebody on this very link says which address it has (ARP).
    Neighbour(Mac, IpAddr),
    /// Anything else.
    Other,
    /// A link type that is not known.
    UnknownLink,
}

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Number of the packet in the file.
    pub number: u64,
    /// When, in microseconds.
    pub at: u64,
    /// Sender.
    pub from: SocketAddr,
    /// Receiver.
    pub to: SocketAddr,
    /// The link-layer address that it came from, on Ethernet.
    pub mac: Option<Mac>,
    /// Time to live, hop limit.
    pub ttl: u8,
    /// Identification of the IPv4 packet.
    pub ip_id: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledged sequence number, where ACK is set.
    pub ack: Option<u32>,
    /// SYN.
    pub syn: bool,
    /// FIN.
    pub fin: bool,
    /// RST.
    pub rst: bool,
    /// Maximum segment size, on a SYN.
    pub mss: Option<u16>,
    /// Length of the payload on the wire.
    pub length: u32,
    /// What was stored of it.
    pub payload: &'a [u8],
}

/// An ICMP error that quotes a TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct IcmpError {
    /// Number of the packet in the file.
    pub number: u64,
    /// When, in microseconds.
    pub at: u64,
    /// The message.
    pub icmp: Icmp,
    /// Time to live of the message.
    pub ttl: u8,
    /// Whom it is for.
    pub to: IpAddr,
    /// Sender of the quoted segment.
    pub quoted_from: SocketAddr,
    /// Its receiver.
    pub quoted_to: SocketAddr,
}

/// A link type in words.
pub fn link_name(link: i32) -> Option<&'static str> {
    Some(match link {
        0 | 108 => "loopback",
        1 => "Ethernet",
        9 | 50 => "PPP",
        12 | 14 | 101 | 228 | 229 => "raw IP",
        51 => "PPPoE",
        113 => "Linux cooked",
        276 => "Linux cooked v2",
        _ => return None,
    })
}

/// Reads a frame.
pub fn packet<'a>(frame: &Frame<'a>) -> Packet<'a> {
    let data = frame.data;
    let (ether_type, rest) = match frame.link {
        1 => match (be16(data, 12), data.get(14..)) {
            (Some(kind), Some(rest)) => (kind, rest),
            _ => return Packet::Other,
        },
        // Linux cooked: direction, hardware, address, protocol.
        113 => match (be16(data, 14), data.get(16..)) {
            (Some(kind), Some(rest)) => (kind, rest),
            _ => return Packet::Other,
        },
        276 => match (be16(data, 0), data.get(20..)) {
            (Some(kind), Some(rest)) => (kind, rest),
            _ => return Packet::Other,
        },
        // BSD loopback: the family in the byte order of the machine, or of the network.
        0 | 108 => match data.get(4..) {
            Some(rest) => return ip(rest, frame),
            None => return Packet::Other,
        },
        12 | 14 | 101 | 228 | 229 => return ip(data, frame),
        51 => (PPPOE_SESSION, data),
        9 | 50 => {
            let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
            return ppp(data, frame);
        }
        _ => return Packet::UnknownLink,
    };
    ether(ether_type, rest, frame)
}

fn ether<'a>(kind: u16, rest: &'a [u8], frame: &Frame<'a>) -> Packet<'a> {
    match kind {
        PPPOE_SESSION => return ppp(rest.get(6..).unwrap_or_default(), frame),
        MPLS => return mpls(rest, frame),
        ARP => return arp(rest),
        _ => {}
    }
    let sliced = LaxSlicedPacket::from_ether_type(EtherType(kind), rest);
    if sliced.net.is_some() {
        return taken(&sliced, frame);
    }
    // Behind VLAN tags.
    match sliced.ether_payload() {
        Some(inner) if inner.ether_type.0 == PPPOE_SESSION => {
            ppp(inner.payload.get(6..).unwrap_or_default(), frame)
        }
        Some(inner) if inner.ether_type.0 == MPLS => mpls(inner.payload, frame),
        _ => Packet::Other,
    }
}

/// The sender of an ARP message (RFC 826) for IPv4 on Ethernet.
fn arp<'a>(data: &[u8]) -> Packet<'a> {
    let head = [0, 1, 8, 0, 6, 4];
    let sender = mac(data, 8);
    let address = data.get(14..18).and_then(|octets| <[u8; 4]>::try_from(octets).ok());
    match (data.starts_with(&head), sender, address) {
        (true, Some(sender), Some(address)) if address != [0; 4] => {
            Packet::Neighbour(sender, IpAddr::from(address))
        }
        _ => Packet::Other,
    }
}

fn mac(data: &[u8], at: usize) -> Option<Mac> {
    data.get(at..at + 6)?.try_into().ok()
}

fn ppp<'a>(data: &'a [u8], frame: &Frame<'a>) -> Packet<'a> {
    match data {
        [0x00, 0x21 | 0x57, rest @ ..] | [0x21 | 0x57, rest @ ..] => ip(rest, frame),
        _ => Packet::Other,
    }
}

fn mpls<'a>(mut data: &'a [u8], frame: &Frame<'a>) -> Packet<'a> {
    for _ in 0..8 {
        let Some((label, rest)) = data.split_at_checked(4) else { return Packet::Other };
        data = rest;
        if label.get(2).is_some_and(|byte| byte & 1 == 1) {
            return ip(data, frame);
        }
    }
    Packet::Other
}

fn ip<'a>(data: &'a [u8], frame: &Frame<'a>) -> Packet<'a> {
    match LaxSlicedPacket::from_ip(data) {
        Ok(sliced) => taken(&sliced, frame),
        Err(_) => Packet::Other,
    }
}

fn taken<'a>(sliced: &LaxSlicedPacket<'a>, frame: &Frame<'a>) -> Packet<'a> {
    let (from, to, ttl, ip_id, ip_payload) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(v4)) => {
            let header = v4.header();
            let declared =
                usize::from(header.total_len()).checked_sub(usize::from(header.ihl()) * 4);
            (
                IpAddr::V4(header.source_addr()),
                IpAddr::V4(header.destination_addr()),
                header.ttl(),
                header.identification(),
                declared.filter(|_| header.total_len() > 0),
            )
        }
        Some(LaxNetSlice::Ipv6(v6)) => {
            let header = v6.header();
            let extensions = v6.extensions().slice().len();
            let declared = usize::from(header.payload_length()).checked_sub(extensions);
            (
                IpAddr::V6(header.source_addr()),
                IpAddr::V6(header.destination_addr()),
                header.hop_limit(),
                0,
                declared.filter(|_| header.payload_length() > 0),
            )
        }
        _ => return Packet::Other,
    };
    match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => {
            let stored = tcp.payload();
            let header = tcp.header_slice().len();
            // A length of zero, or none: the card took the segment in one piece.
            let length = ip_payload.and_then(|all| all.checked_sub(header)).unwrap_or(stored.len());
            let payload = stored.get(..length).unwrap_or(stored);
            let mss = if tcp.syn() {
                tcp.options_iterator().find_map(|option| match option {
                    Ok(TcpOptionElement::MaximumSegmentSize(mss)) => Some(mss),
                    _ => None,
                })
            } else {
                None
            };
            Packet::Tcp(Segment {
                number: frame.number,
                at: frame.at,
                from: SocketAddr::new(from, tcp.source_port()),
                to: SocketAddr::new(to, tcp.destination_port()),
                mac: (frame.link == 1).then(|| mac(frame.data, 6)).flatten(),
                ttl,
                ip_id,
                seq: tcp.sequence_number(),
                ack: tcp.ack().then(|| tcp.acknowledgment_number()),
                syn: tcp.syn(),
                fin: tcp.fin(),
                rst: tcp.rst(),
                mss,
                length: u32::try_from(length).unwrap_or(u32::MAX),
                payload,
            })
        }
        Some(TransportSlice::Icmpv4(message)) => {
            error(message.slice(), frame, from, to, ttl, true).map_or(Packet::Other, Packet::Error)
        }
        Some(TransportSlice::Icmpv6(message)) => {
            error(message.slice(), frame, from, to, ttl, false).map_or(Packet::Other, Packet::Error)
        }
        _ => Packet::Other,
    }
}

/// An ICMP error about a TCP segment: type, code, and the beginning of what it is about.
fn error(
    message: &[u8],
    frame: &Frame<'_>,
    from: IpAddr,
    to: IpAddr,
    ttl: u8,
    v4: bool,
) -> Option<IcmpError> {
    let (&kind, &code) = (message.first()?, message.get(1)?);
    let about_error = if v4 { matches!(kind, 3 | 11) } else { matches!(kind, 1..=4) };
    if !about_error {
        return None;
    }
    let quoted = message.get(8..)?;
    let (source, destination, tcp) = if v4 { quoted_v4(quoted)? } else { quoted_v6(quoted)? };
    Some(IcmpError {
        number: frame.number,
        at: frame.at,
        icmp: Icmp { kind, code, sender: Some(from) },
        ttl,
        to,
        quoted_from: SocketAddr::new(source, be16(tcp, 0)?),
        quoted_to: SocketAddr::new(destination, be16(tcp, 2)?),
    })
}

fn quoted_v4(data: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    let first = *data.first()?;
    if first >> 4 != 4 || *data.get(9)? != 6 {
        return None;
    }
    let address = |at: usize| -> Option<IpAddr> {
        let octets: [u8; 4] = data.get(at..at + 4)?.try_into().ok()?;
        Some(IpAddr::V4(Ipv4Addr::from(octets)))
    };
    Some((address(12)?, address(16)?, data.get(usize::from(first & 0x0f) * 4..)?))
}

fn quoted_v6(data: &[u8]) -> Option<(IpAddr, IpAddr, &[u8])> {
    if data.first()? >> 4 != 6 || *data.get(6)? != 6 {
        return None;
    }
    let address = |at: usize| -> Option<IpAddr> {
        let octets: [u8; 16] = data.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::V6(Ipv6Addr::from(octets)))
    };
    Some((address(8)?, address(24)?, data.get(40..)?))
}

fn be16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}
