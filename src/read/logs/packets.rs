//! Packets as lists of text: what tcpdump prints, and Wireshark's list of packets.
//!
//! A list has no lives of packets, and mostly no sequence numbers: the packets are put in order as
//! they stand, and where they were seen is not judged from them.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::shape;
use super::stamp;
use crate::facts::Icmp;
use crate::read::captures::{IcmpError, Scene, Segment};
use crate::read::conversation::{Conversation, Data, DataEvent, What};

/// The port that a packet list does not tell: that of the client's control connection.
const CLIENT_PORT: u16 = 65_535;
/// Connections whose sequence numbers are counted.
const MOST_FLOWS: usize = 10_000;
const FTP: u16 = 21;

/// The packets of one list.
pub struct Packets {
    scene: Scene,
    /// The next sequence number of each direction.
    next: HashMap<(SocketAddr, SocketAddr), u32>,
    /// The head of a packet that tcpdump -v prints in two lines.
    head: Option<(u64, u64)>,
    number: u64,
    /// Which program printed them.
    pub program: Option<&'static str>,
}

/// A packet as a line shows it.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of TCP")]
#[derive(Debug, Default, PartialEq, Eq)]
struct Shown {
    from: Option<SocketAddr>,
    to: Option<SocketAddr>,
    syn: bool,
    ack: bool,
    fin: bool,
    rst: bool,
    mss: Option<u16>,
    length: u32,
    payload: Vec<u8>,
}

impl Packets {
    /// None yet, of the file with this index.
    pub fn of(file: usize) -> Self {
        Self { scene: Scene::new(file), next: HashMap::new(), head: None, number: 0, program: None }
    }

    /// Takes a line; whether it is one of a list of packets.
    pub fn line(&mut self, number: u64, line: &str) -> bool {
        if let Some((at, packet)) = wireshark(line) {
            self.program = Some("Wireshark's packet list");
            self.take(number, at, packet);
            return true;
        }
        if let Some(done) = self.tcpdump(number, line) {
            self.program = Some("tcpdump's text");
            return done;
        }
        false
    }

    /// The control connections in it.
    pub fn done(self) -> Vec<Conversation> {
        let mut made = self.scene.end();
        // The lives that were put in say nothing.
        for conversation in &mut made {
            conversation.points.clear();
            for event in &mut conversation.events {
                if let What::Data(Data { what: DataEvent::Seen(sighting), .. }) = &mut event.what {
                    sighting.reset_from = None;
                    if let Some(icmp) = &mut sighting.icmp {
                        icmp.routers = None;
                    }
                }
            }
        }
        made
    }

    fn take(&mut self, number: u64, at: u64, packet: Packet) {
        self.number = number;
        self.scene.tick(number, at);
        match packet {
            Packet::Tcp(shown) => self.segment(number, at, &shown),
            Packet::Error { from, to, icmp, quoted } => {
                let (Some(quoted_to), Some(client)) = (quoted, to) else { return };
                let quoted_from = self
                    .next
                    .keys()
                    .find(|(a, b)| *b == quoted_to && a.ip() == client)
                    .map(|(a, _)| *a);
                let Some(quoted_from) = quoted_from else { return };
                self.scene.error(&IcmpError {
                    number,
                    at,
                    icmp: Icmp { sender: from, ..icmp },
                    ttl: 0,
                    to: client,
                    quoted_from,
                    quoted_to,
                });
            }
            Packet::Other => {}
        }
    }

    fn segment(&mut self, number: u64, at: u64, shown: &Shown) {
        let (Some(from), Some(to)) = (shown.from, shown.to) else { return };
        if self.next.len() >= MOST_FLOWS {
            return;
        }
        let other = self.next.get(&(to, from)).copied();
        let next = self.next.entry((from, to)).or_insert(1);
        // A SYN that is sent again has the number of the first.
        let seq = if shown.syn { 0 } else { *next };
        if !shown.syn {
            *next = next.wrapping_add(shown.length).wrapping_add(u32::from(shown.fin));
        }
        self.scene.segment(&Segment {
            number,
            at,
            from,
            to,
            mac: None,
            ttl: 0,
            ip_id: 0,
            seq,
            ack: (shown.ack || !(shown.syn || shown.rst)).then_some(other.unwrap_or(1)),
            syn: shown.syn,
            fin: shown.fin,
            rst: shown.rst,
            mss: shown.mss,
            length: shown.length,
            payload: &shown.payload,
        });
    }

    /// `11:36:12.1 IP 192.0.2.7.50123 > 203.0.113.21.21: Flags [P.], …, length 9: FTP: USER joe`.
    fn tcpdump(&mut self, number: u64, line: &str) -> Option<bool> {
        let (rest, moment) = stamp::strip(line);
        // The second line of -v is indented and has no time.
        if moment.is_none() {
            let (head, at) = self.head.take()?;
            let shown = addresses(line.trim_start()).filter(|_| line.starts_with(' '))?;
            self.take(head, at, shown);
            return Some(true);
        }
        let at = moment?;
        // `eth0  In  IP …`
        let words: Vec<&str> = rest.splitn(4, ' ').collect();
        let start = rest.find("IP ").or_else(|| rest.find("IP6 "))?;
        if start > 40 || words.is_empty() {
            return None;
        }
        let after = rest.get(start..)?.split_once(' ')?.1;
        if after.starts_with('(') {
            let whole = after.rsplit_once(") ").and_then(|(_, packet)| addresses(packet));
            match whole {
                Some(packet) => self.take(number, at, packet),
                None => self.head = Some((number, at)),
            }
            return Some(true);
        }
        let packet = addresses(after)?;
        self.take(number, at, packet);
        Some(true)
    }
}

enum Packet {
    Tcp(Shown),
    Error { from: Option<IpAddr>, to: Option<IpAddr>, icmp: Icmp, quoted: Option<SocketAddr> },
    Other,
}

/// `192.0.2.7.50123 > 203.0.113.21.21: Flags [S], …`.
fn addresses(text: &str) -> Option<Packet> {
    let (from, rest) = text.split_once(" > ")?;
    let (to, said) = rest.split_once(": ")?;
    if let Some(error) = said.strip_prefix("ICMP ").or_else(|| said.strip_prefix("ICMP6, ")) {
        return Some(unreachable(from, to, error));
    }
    let flags = said.strip_prefix("Flags [")?.split_once(']')?.0;
    let field = |name: &str| {
        let value = said.split_once(name)?.1;
        let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
        value.get(..end)?.parse::<u32>().ok()
    };
    let length = field(", length ").unwrap_or(0);
    let payload = said
        .split_once(": FTP: ")
        .map(|(_, text)| format!("{}\r\n", text.trim_end()).into_bytes())
        .unwrap_or_default();
    Some(Packet::Tcp(Shown {
        from: dotted(from),
        to: dotted(to),
        syn: flags.contains('S'),
        ack: flags.contains('.'),
        fin: flags.contains('F'),
        rst: flags.contains('R'),
        mss: field("mss ").and_then(|mss| u16::try_from(mss).ok()),
        length: if payload.is_empty() { length } else { u32::try_from(payload.len()).ok()? },
        payload,
    }))
}

/// `192.0.2.7.50123`, `2001:db8::1.21`, `192.0.2.7.ftp`.
fn dotted(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.trim().rsplit_once('.')?;
    let port = match port {
        "ftp" => FTP,
        "ftp-data" => 20,
        "ftps" => 990,
        number => number.parse().ok()?,
    };
    Some(SocketAddr::new(address.parse::<IpAddr>().ok()?.to_canonical(), port))
}

/// `ICMP host 192.0.2.21 unreachable - admin prohibited filter, length 68`.
fn unreachable(from: &str, to: &str, said: &str) -> Packet {
    let address = |text: &str| text.trim().parse::<IpAddr>().ok();
    let lower = said.to_ascii_lowercase();
    if !lower.contains("unreachable") {
        return Packet::Other;
    }
    let code = if lower.contains("admin prohibited") || lower.contains("prohibited") {
        if lower.contains("host") && !lower.contains("filter") { 10 } else { 13 }
    } else if lower.contains("port") {
        3
    } else {
        u8::from(!lower.contains("net "))
    };
    // `tcp port 50000` names the port alone; the address stands before it.
    let quoted = shape::address(said).and_then(|address| {
        let port = lower.split_once("tcp port ")?.1;
        let end = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
        Some(SocketAddr::new(address, port.get(..end)?.parse().ok()?))
    });
    let icmp = Icmp { kind: 3, code, sender: None };
    Packet::Error { from: address(from), to: address(to), icmp, quoted }
}

/// A row of Wireshark's list: number, time, source, destination, protocol, length, information.
fn wireshark(line: &str) -> Option<(u64, Packet)> {
    let mut words = line.split_whitespace();
    let _number: u64 = words.next()?.parse().ok()?;
    let time = words.next()?;
    let (seconds, mut source) = match time.parse::<f64>() {
        Ok(seconds) if time.contains('.') => (seconds, words.next()?),
        // A date or a time of day.
        _ => {
            let (_, moment) = stamp::strip(line.trim_start().split_once(char::is_whitespace)?.1);
            #[expect(clippy::cast_precision_loss, reason = "to the microsecond for 200 years")]
            let seconds = moment? as f64 / 1e6;
            let next = words.next()?;
            (
                seconds,
                if next.contains(':') && next.parse::<IpAddr>().is_err() {
                    words.next()?
                } else {
                    next
                },
            )
        }
    };
    if source == "→" {
        source = words.next()?;
    }
    let from: IpAddr = source.parse().ok()?;
    let mut next = words.next()?;
    if next == "→" || next == "->" {
        next = words.next()?;
    }
    let to: IpAddr = next.parse().ok()?;
    let protocol = words.next()?;
    let _length: u32 = words.next()?.parse().ok()?;
    let rest: Vec<&str> = words.collect();
    let information = rest.join(" ");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded below, and a cast saturates"
    )]
    let at = (seconds.max(0.0) * 1e6) as u64;
    let packet = match protocol {
        "FTP" => dialogue(from, to, &information),
        "TCP" | "FTP-DATA" | "TLSv1" | "TLSv1.2" | "TLSv1.3" | "SSL" => tcp(from, to, &information),
        "ICMP" | "ICMPv6" if information.contains("nreachable") => {
            let lower = information.to_ascii_lowercase();
            let code = if lower.contains("administratively") {
                13
            } else if lower.contains("port") {
                3
            } else {
                1
            };
            let icmp = Icmp { kind: 3, code, sender: None };
            Packet::Error { from: Some(from), to: Some(to), icmp, quoted: None }
        }
        _ => Packet::Other,
    };
    Some((at, packet))
}

/// `Request: PASV`, `Response: 227 …`.
fn dialogue(from: IpAddr, to: IpAddr, information: &str) -> Packet {
    let (asked, text) =
        match (information.strip_prefix("Request: "), information.strip_prefix("Response: ")) {
            (Some(text), _) => (true, text),
            (_, Some(text)) => (false, text),
            _ => return Packet::Other,
        };
    let payload = format!("{text}\r\n").into_bytes();
    let (own, others) = if asked { (CLIENT_PORT, FTP) } else { (FTP, CLIENT_PORT) };
    Packet::Tcp(Shown {
        from: Some(SocketAddr::new(from, own)),
        to: Some(SocketAddr::new(to, others)),
        ack: true,
        length: u32::try_from(payload.len()).unwrap_or(0),
        payload,
        ..Shown::default()
    })
}

/// `[TCP Retransmission] 20 → 51729 [SYN, ACK] Seq=0 Win=64240 Len=0 MSS=1460`.
fn tcp(from: IpAddr, to: IpAddr, information: &str) -> Packet {
    let mut text = information;
    while let Some(rest) = text.strip_prefix("[TCP ") {
        let Some((_, after)) = rest.split_once("] ") else { return Packet::Other };
        text = after;
    }
    let read = || {
        let (ports, rest) = text.split_once(" [")?;
        let (flags, fields) = rest.split_once(']')?;
        let (own, other) = ports
            .split_once(" → ")
            .or_else(|| ports.split_once(" -> "))
            .or_else(|| ports.split_once(" > "))?;
        let field = |name: &str| {
            let value = fields.split_once(name)?.1;
            let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
            value.get(..end)?.parse::<u32>().ok()
        };
        let has = |flag: &str| flags.split(',').any(|word| word.trim() == flag);
        let client = |port: u16, other: u16| if other == FTP { CLIENT_PORT } else { port };
        let (own, other): (u16, u16) = (own.trim().parse().ok()?, other.trim().parse().ok()?);
        Some(Shown {
            from: Some(SocketAddr::new(from, client(own, other))),
            to: Some(SocketAddr::new(to, client(other, own))),
            syn: has("SYN"),
            ack: has("ACK"),
            fin: has("FIN"),
            rst: has("RST"),
            mss: field("MSS=").and_then(|mss| u16::try_from(mss).ok()),
            length: field("Len=").unwrap_or(0),
            payload: Vec::new(),
        })
    };
    read().map_or(Packet::Other, Packet::Tcp)
}
