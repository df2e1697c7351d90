//! Captures that are put together here, packet by packet.

use std::net::{Ipv4Addr, SocketAddrV4};

use crate::diagnosis::{Verdict, diagnose};
use crate::facts::reading::{UnreadWhy, Vantage};
use crate::facts::{Facts, Outcome};
use crate::read::captures::{is_capture, read};
use crate::read::{Given, sessions};

const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;
const RST: u8 = 4;

#[derive(Clone, Copy)]
pub struct End {
    at: SocketAddrV4,
    ttl: u8,
    seq: u32,
}

/// A capture in the making, of a client and a server some routers away from it.
pub struct Film {
    pub packets: Vec<(u64, Vec<u8>)>,
    client: End,
    server: End,
    now: u64,
}

fn end(octets: [u8; 4], port: u16, ttl: u8) -> End {
    End { at: SocketAddrV4::new(Ipv4Addr::from(octets), port), ttl, seq: 1000 }
}

impl Film {
    /// Seen where the client's packets have passed this many routers, and the server's that many.
    fn at(from_client: u8, from_server: u8) -> Self {
        let client = end([198, 51, 100, 7], 40_000, 64 - from_client);
        let server = end([192, 0, 2, 21], 21, 64 - from_server);
        Self { packets: Vec::new(), client, server, now: 1_700_000_000_000_000 }
    }

    fn wait(&mut self, micros: u64) {
        self.now += micros;
    }

    fn raw(&mut self, from: End, to: SocketAddrV4, seq: u32, ack: u32, flags: u8, data: &[u8]) {
        let builder = etherparse::PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(from.at.ip().octets(), to.ip().octets(), from.ttl)
            .tcp(from.at.port(), to.port(), seq, 65_000);
        let mut builder = if flags & ACK != 0 { builder.ack(ack) } else { builder };
        if flags & SYN != 0 {
            builder = builder.syn();
        }
        if flags & FIN != 0 {
            builder = builder.fin();
        }
        if flags & RST != 0 {
            builder = builder.rst();
        }
        let mut packet = Vec::new();
        builder.write(&mut packet, data).unwrap();
        self.now += 1000;
        self.packets.push((self.now, packet));
    }

    fn handshake(&mut self, mut from: End, mut to: End) -> (End, End) {
        self.raw(from, to.at, from.seq, 0, SYN, b"");
        from.seq += 1;
        self.raw(to, from.at, to.seq, from.seq, SYN | ACK, b"");
        to.seq += 1;
        self.raw(from, to.at, from.seq, to.seq, ACK, b"");
        (from, to)
    }

    fn dial(&mut self) {
        (self.client, self.server) = self.handshake(self.client, self.server);
    }

    fn says(&mut self, line: &str) {
        let data = format!("{line}\r\n");
        self.raw(
            self.client,
            self.server.at,
            self.client.seq,
            self.server.seq,
            ACK,
            data.as_bytes(),
        );
        self.client.seq += u32::try_from(data.len()).unwrap();
    }

    fn hears(&mut self, line: &str) {
        let data = format!("{line}\r\n");
        self.raw(
            self.server,
            self.client.at,
            self.server.seq,
            self.client.seq,
            ACK,
            data.as_bytes(),
        );
        self.server.seq += u32::try_from(data.len()).unwrap();
    }

    fn login(&mut self) {
        self.dial();
        self.hears("220 hello");
        self.says("USER joe");
        self.hears("331 password");
        self.says("PASS s3cret");
        self.hears("230 in");
    }

    fn quit(&mut self) {
        self.says("QUIT");
        self.hears("221 bye");
        self.raw(self.server, self.client.at, self.server.seq, self.client.seq, ACK | FIN, b"");
    }

    fn knock(&mut self, times: u32, port: u16) {
        let from =
            End { at: SocketAddrV4::new(*self.client.at.ip(), 40_100 + port % 100), ..self.client };
        let to = SocketAddrV4::new(*self.server.at.ip(), port);
        for time in 0..times {
            self.raw(from, to, 77, 0, SYN, b"");
            self.wait(1_000_000 << time);
        }
    }

    fn pcap(&self) -> Vec<u8> {
        let mut file = Vec::new();
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
            file.extend(word.to_le_bytes());
        }
        for (at, packet) in &self.packets {
            let length = u32::try_from(packet.len()).unwrap();
            let (seconds, micros) = (at / 1_000_000, at % 1_000_000);
            let words =
                [u32::try_from(seconds).unwrap(), u32::try_from(micros).unwrap(), length, length];
            for word in words {
                file.extend(word.to_le_bytes());
            }
            file.extend(packet);
        }
        file
    }
}

fn given(name: &str, bytes: &[u8]) -> Given<'static> {
    Given {
        name: name.to_owned(),
        content: Box::new(std::io::Cursor::new(bytes.to_vec())),
        at: None,
    }
}

fn facts(films: &[(&str, &Film)]) -> Vec<Facts> {
    let files = films.iter().map(|(name, film)| given(name, &film.pcap())).collect();
    sessions(crate::read::read(files).unwrap(), 0)
}

fn first_cause(facts: &Facts) -> String {
    let diagnosis = diagnose(facts);
    diagnosis.findings.first().map_or_else(String::new, |f| {
        let (min, max) = (f.location.hop_min, f.location.hop_max);
        let span = min.zip(max).map(|(min, max)| format!(" {min}-{max}")).unwrap_or_default();
        format!("{} {} {}{span}", f.cause, f.side, f.confidence)
    })
}

fn silent(from_client: u8, from_server: u8, syns: u32) -> Film {
    silent_after(from_client, from_server, syns, "195,80")
}

/// The same, and 227 names another port.
fn silent_after(from_client: u8, from_server: u8, syns: u32, port: &str) -> Film {
    let mut film = Film::at(from_client, from_server);
    film.login();
    film.says("PASV");
    film.hears(&format!("227 Entering Passive Mode (192,0,2,21,{port})."));
    film.knock(syns, 50_000);
    if syns == 0 {
        film.wait(9_000_000);
    }
    film.quit();
    film
}

pub fn healthy() -> Film {
    let mut film = Film::at(0, 3);
    film.login();
    film.says("PASV");
    film.hears("227 Entering Passive Mode (192,0,2,21,195,80).");
    let (from, to) = (end([198, 51, 100, 7], 40_100, 64), end([192, 0, 2, 21], 50_000, 61));
    let (from, mut to) = film.handshake(from, to);
    film.says("LIST");
    film.hears("150 here");
    film.raw(to, from.at, to.seq, from.seq, ACK, b"-rw-r--r-- one\r\n");
    to.seq += 16;
    film.raw(to, from.at, to.seq, from.seq, ACK | FIN, b"");
    film.raw(from, to.at, from.seq, to.seq + 1, ACK | FIN, b"");
    film.hears("226 done");
    film.quit();
    film
}

/// Files of all kinds, for whoever damages them.
pub fn files() -> Vec<Vec<u8>> {
    let films = [healthy(), silent(0, 3, 4), silent(3, 0, 0), swallowed(true)];
    films.iter().map(Film::pcap).collect()
}

#[test]
fn a_transfer_that_works_is_read_as_one() {
    let facts = facts(&[("a.pcap", &healthy())]);
    let [facts] = facts.as_slice() else { panic!("{} sessions", facts.len()) };
    let outcomes: Vec<Outcome> = facts.attempts.iter().map(|a| a.outcome).collect();
    assert_eq!(outcomes, [Outcome::Open]);
    assert_eq!(facts.attempts[0].bytes, 16);
    assert_eq!(facts.reading.as_ref().unwrap().files[0].vantage, Vantage::Client);
    assert_eq!(first_cause(facts), "");
    let saved = serde_json::to_string(facts).unwrap();
    assert!(!saved.contains("s3cret"), "a password has left the file");
    assert_eq!(crate::facts::read(saved.as_bytes()).unwrap(), *facts);
}

#[test]
fn a_silence_is_worth_what_its_place_makes_it() {
    let cause = |from_client, from_server, syns| {
        let film = silent(from_client, from_server, syns);
        first_cause(&facts(&[("a.pcap", &film)])[0])
    };
    assert_eq!(cause(0, 3, 4), "firewall-blocks-passive unknown likely 1-4");
    assert_eq!(cause(3, 0, 4), "server-firewall-blocks-passive server proven 4-4");
    assert_eq!(cause(3, 0, 0), "firewall-blocks-passive unknown likely 0-3");
    assert_eq!(cause(2, 1, 4), "server-firewall-blocks-passive server likely 3-4");
}

/// Lives say nothing (a box on the way gives new ones), but the server's packets come from a gateway.
#[test]
fn who_stands_on_the_link_tells_the_place() {
    let claim = |mac: u8, address: [u8; 4]| {
        let head = [&[0xff; 6][..], &[mac; 6], &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1]].concat();
        [head, vec![mac; 6], address.to_vec(), vec![0; 10]].concat()
    };
    let taken = |claims: &[(u8, [u8; 4])]| {
        let mut film = silent(0, 0, 4);
        for (_, frame) in &mut film.packets {
            let of_server = frame[26..30] == [192, 0, 2, 21];
            frame[6..12].copy_from_slice(&[if of_server { 9 } else { 7 }; 6]);
        }
        let at = film.packets[0].0;
        let arp = claims.iter().map(|(mac, address)| (at, claim(*mac, *address)));
        film.packets.splice(0..0, arp);
        facts(&[("a.pcap", &film)])[0].reading.as_ref().unwrap().files[0].vantage
    };
    let (client, gateway, server) =
        ((7, [198, 51, 100, 7]), (9, [198, 51, 100, 1]), (9, [192, 0, 2, 21]));
    assert_eq!(taken(&[]), Vantage::Unknown);
    assert_eq!(taken(&[client, gateway]), Vantage::Client);
    assert_eq!(taken(&[(7, [192, 0, 2, 1]), server]), Vantage::Server);
    assert_eq!(taken(&[client, server]), Vantage::Unknown, "both are on one link");
}

#[test]
fn two_captures_show_what_neither_does() {
    let (client, server) = (silent(0, 3, 4), silent(3, 0, 0));
    let both = facts(&[("client.pcap", &client), ("server.pcap", &server)]);
    let [both] = both.as_slice() else { panic!("{} sessions", both.len()) };
    let diagnosis = diagnose(both);
    let finding = &diagnosis.findings[0];
    assert_eq!((finding.location.hop_min, finding.location.hop_max), (Some(1), Some(3)));
    assert_eq!(finding.cause, "firewall-blocks-passive");
    // The order of the files does not matter.
    let again = facts(&[("server.pcap", &server), ("client.pcap", &client)]);
    assert_eq!(first_cause(&again[0]), first_cause(both));
}

#[test]
fn another_port_stands_in_227_at_the_other_end() {
    let (client, server) = (silent(0, 3, 4), silent_after(3, 0, 0, "196,1"));
    let both = facts(&[("client.pcap", &client), ("server.pcap", &server)]);
    assert_eq!(first_cause(&both[0]), "alg-renumbers-passive unknown proven");
    // At the server alone: it said one port, is called at another, and nobody listens there.
    let mut server = Film::at(3, 0);
    server.login();
    server.says("PASV");
    server.hears("227 Entering Passive Mode (192,0,2,21,196,1).");
    server.knock(1, 50_000);
    let from = end([192, 0, 2, 21], 50_000, 64);
    server.raw(from, SocketAddrV4::new([198, 51, 100, 7].into(), 40_100), 0, 78, RST | ACK, b"");
    server.quit();
    let alone = facts(&[("server.pcap", &server)]);
    assert_eq!(first_cause(&alone[0]), "alg-renumbers-passive unknown likely");
}

#[test]
fn late_and_repeated_segments_are_put_right() {
    let mut film = healthy();
    let is_227 = |p: &[u8]| p.windows(4).any(|w| w == b"227 ");
    let at = film.packets.iter().position(|(_, p)| is_227(p)).unwrap();
    let (when, whole) = film.packets[at].clone();
    let text = b"227 Entering Passive Mode (192,0,2,21,195,80).\r\n";
    let tcp = etherparse::SlicedPacket::from_ethernet(&whole).unwrap();
    let Some(etherparse::TransportSlice::Tcp(tcp)) = tcp.transport else { panic!("no TCP") };
    let (seq, ack) = (tcp.sequence_number(), tcp.acknowledgment_number());
    let (first, second) = text.split_at(20);
    let mut pieces = Film { packets: Vec::new(), now: when, ..Film::at(0, 3) };
    let (server, to) = (pieces.server, pieces.client.at);
    pieces.raw(server, to, seq + 20, ack, ACK, second);
    pieces.raw(server, to, seq + 15, ack, ACK, &text[15..30]);
    pieces.raw(server, to, seq, ack, ACK, first);
    pieces.wait(300_000);
    pieces.raw(server, to, seq, ack, ACK, text);
    film.packets.splice(at..=at, pieces.packets);
    let facts = facts(&[("a.pcap", &film)]);
    assert_eq!(facts[0].attempts[0].outcome, Outcome::Open);
    let replies = facts[0].sessions[0].exchanges.iter().find(|e| e.verb() == "PASV").unwrap();
    assert_eq!(replies.replies.len(), 1);
}

#[test]
fn what_the_capture_lost_is_no_fault_of_the_network() {
    let mut film = healthy();
    // The packet with 227: its text is gone, and the client has acknowledged it.
    let at = film.packets.iter().position(|(_, p)| p.windows(4).any(|w| w == b"227 ")).unwrap();
    film.packets.remove(at);
    let facts = facts(&[("a.pcap", &film)]);
    let cause = first_cause(&facts[0]);
    assert_eq!(cause, "", "{:?}", facts[0].attempts);
}

/// A listing whose full segments never arrive, at the server's end; a router may say why.
fn swallowed(told: bool) -> Film {
    let mut film = Film::at(3, 0);
    film.login();
    film.says("PASV");
    film.hears("227 Entering Passive Mode (192,0,2,21,195,80).");
    let (from, to) = (end([198, 51, 100, 7], 40_100, 61), end([192, 0, 2, 21], 50_000, 64));
    let (from, to) = film.handshake(from, to);
    film.says("LIST");
    film.hears("150 here");
    for time in 0..5 {
        film.raw(to, from.at, to.seq, from.seq, ACK, &[b'x'; 1448]);
        if told && time == 0 {
            let (_, frame) = film.packets.last().unwrap().clone();
            let mut packet = Vec::new();
            let mut quoted = vec![0, 0, 5, 20];
            quoted.extend(&frame[14..14 + 28]);
            etherparse::PacketBuilder::ethernet2([2; 6], [4; 6])
                .ipv4([203, 0, 113, 9], [192, 0, 2, 21], 63)
                .icmpv4_raw(3, 4, [0, 0, 5, 20])
                .write(&mut packet, &quoted[4..])
                .unwrap();
            film.now += 1000;
            film.packets.push((film.now, packet));
        }
        film.wait(2_000_000);
    }
    film
}

#[test]
fn full_segments_that_never_arrive_are_a_black_hole() {
    let cause = |told| first_cause(&facts(&[("a.pcap", &swallowed(told))])[0]);
    assert_eq!(cause(false), "path-mtu-black-hole unknown likely");
    assert_eq!(cause(true), "path-mtu-black-hole unknown proven");
}

/// The capture at the client was ended before the listing came.
#[test]
fn one_capture_ends_before_the_other() {
    let mut near = healthy();
    let mut far = Film::at(3, 0);
    far.packets.clone_from(&near.packets);
    for (_, packet) in &mut far.packets {
        // The lives as they are at the server's end.
        let from_server = packet[26..30] == [192, 0, 2, 21];
        packet[22] = if from_server { 64 } else { 61 };
    }
    let cut = near.packets.len() - 6;
    near.packets.truncate(cut);
    let both = facts(&[("client.pcap", &near), ("server.pcap", &far)]);
    let [both] = both.as_slice() else { panic!("{} sessions", both.len()) };
    assert_eq!(first_cause(both), "", "{:?}", both.attempts);
    assert_eq!(both.attempts[0].outcome, Outcome::Open);
}

/// Under TLS nothing can be read, and a data connection that came to its end was one after a login.
#[test]
fn an_encrypted_conversation_is_no_trouble() {
    let dark = |data: bool| {
        let mut film = Film::at(0, 3);
        film.dial();
        film.hears("220 hello");
        film.says("AUTH TLS");
        film.hears("234 go");
        for byte in 0..3 {
            let hello = [0x16, 3, 1, 0, 1, byte];
            film.raw(film.client, film.server.at, film.client.seq, film.server.seq, ACK, &hello);
            film.client.seq += 6;
            film.raw(film.server, film.client.at, film.server.seq, film.client.seq, ACK, &hello);
            film.server.seq += 6;
        }
        if data {
            let (from, to) = (end([198, 51, 100, 7], 40_100, 64), end([192, 0, 2, 21], 50_000, 61));
            let (from, mut to) = film.handshake(from, to);
            film.raw(to, from.at, to.seq, from.seq, ACK, &[0x16, 3, 3, 0, 1, 9]);
            to.seq += 6;
            film.raw(to, from.at, to.seq, from.seq, ACK | FIN, b"");
            film.raw(from, to.at, from.seq, to.seq + 1, ACK | FIN, b"");
        }
        film.raw(film.server, film.client.at, film.server.seq, film.client.seq, ACK | FIN, b"");
        let facts = facts(&[("a.pcap", &film)]);
        (diagnose(&facts[0]).verdict, first_cause(&facts[0]))
    };
    assert_eq!(dark(true), (Verdict::Healthy, String::new()));
    assert_eq!(dark(false), (Verdict::Incomplete, String::new()));
}

#[test]
fn every_beginning_of_a_file_is_read_as_far_as_it_goes() {
    let whole = silent(3, 0, 4).pcap();
    let most = read(&mut whole.as_slice(), 0).unwrap().file.units;
    for length in 0..whole.len() {
        let cut = &whole[..length];
        let found = read(&mut &*cut, 0).unwrap();
        assert!(found.file.units <= most);
        let told = found.file.unread.iter().any(|u| u.why == UnreadWhy::Cut);
        let at_edge = found.file.units > 0 || length < 24;
        assert!(told || at_edge || length == 24, "{length}: {:?}", found.file.unread);
        for facts in sessions(crate::read::read(vec![given("a", cut)]).unwrap(), 0) {
            diagnose(&facts);
        }
    }
}

#[test]
fn lengths_that_nobody_has_are_refused_with_their_place() {
    let mut file = silent(3, 0, 4).pcap();
    let good = read(&mut file.as_slice(), 0).unwrap().file.units;
    let length = file.len();
    file.extend([0; 8]);
    file.extend([0xff; 8]);
    file.extend(vec![7; 4096]);
    let found = read(&mut file.as_slice(), 0).unwrap();
    assert_eq!(found.file.units, good, "what came before is read");
    let unread = &found.file.unread[0];
    assert_eq!(unread.number, Some(good + 1), "{length}");
}

#[test]
fn damaged_files_are_read_without_a_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let films = [healthy().pcap(), silent(0, 3, 4).pcap(), silent(3, 0, 0).pcap()];
    for round in 0..3000 {
        let mut file = films[round % films.len()].clone();
        for _ in 0..=(random() % 12) {
            let at = usize::try_from(random()).unwrap_or(usize::MAX) % file.len();
            file[at] = u8::try_from(random() & 0xff).unwrap();
        }
        let content = crate::read::read(vec![given("a", &file)]).unwrap();
        for facts in sessions(content, 0) {
            diagnose(&facts);
        }
    }
}

#[test]
fn a_line_without_end_is_bounded() {
    let mut film = Film::at(0, 3);
    film.login();
    for _ in 0..2000 {
        let data = [b'x'; 1400];
        let (client, server) = (film.client, film.server);
        film.raw(client, server.at, client.seq, server.seq, ACK, &data);
        film.client.seq += 1400;
        film.raw(server, client.at, server.seq, client.seq, ACK, b"200-more\r\n");
        film.server.seq += 10;
    }
    let facts = facts(&[("a.pcap", &film)]);
    let saved = serde_json::to_vec(&facts[0]).unwrap();
    assert!(saved.len() < 1 << 20, "{}", saved.len());
}

#[test]
fn other_files_are_no_captures() {
    assert!(!is_capture(b"220 hello"));
    assert!(!is_capture(b""));
    let content = crate::read::read(vec![given("a", b"\xd4\xc3\xb2\xa1 this is a text")]).unwrap();
    assert!(sessions(content, 0).is_empty());
}
