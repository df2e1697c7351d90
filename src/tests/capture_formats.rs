//! One conversation in every form that captures have: what is read from it is always the same.

use std::io::Write as _;

use super::captures::{Film, healthy};
use crate::diagnosis::{Severity, diagnose};
use crate::facts::reading::UnreadWhy;
use crate::facts::{Facts, Outcome};
use crate::read::{Given, read, sessions};

/// How many bytes an Ethernet header has.
const ETHERNET: usize = 14;

/// A frame around an IP packet.
type Wrap = fn(&[u8]) -> Vec<u8>;

fn with(head: &[u8], packet: &[u8]) -> Vec<u8> {
    [head, packet].concat()
}

fn ethernet(kinds: &[u8], packet: &[u8]) -> Vec<u8> {
    [&[2; 6][..], &[4; 6], kinds, packet].concat()
}

/// Link types, and how each wraps a packet.
const LINKS: &[(&str, u32, Wrap)] = &[
    ("Ethernet", 1, |p| ethernet(&[8, 0], p)),
    ("Ethernet", 1, |p| ethernet(&[0x81, 0, 0, 7, 8, 0], p)),
    ("Ethernet", 1, |p| ethernet(&[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0], p)),
    ("Ethernet", 1, |p| {
        let length = u16::try_from(p.len() + 2).unwrap().to_be_bytes();
        let head = [&[0x88, 0x64, 0x11, 0, 0, 9][..], &length, &[0, 0x21]].concat();
        ethernet(&head, p)
    }),
    ("Linux cooked", 113, |p| with(&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0], p)),
    ("Linux cooked v2", 276, |p| {
        with(&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0], p)
    }),
    ("raw IP", 101, |p| p.to_vec()),
    ("raw IP", 228, |p| p.to_vec()),
    ("raw IP", 12, |p| p.to_vec()),
    ("loopback", 0, |p| with(&[2, 0, 0, 0], p)),
    ("loopback", 0, |p| with(&[0, 0, 0, 2], p)),
    ("loopback", 108, |p| with(&[0, 0, 0, 2], p)),
    ("PPP", 9, |p| with(&[0xff, 3, 0, 0x21], p)),
    ("PPPoE", 51, |p| {
        let length = u16::try_from(p.len() + 2).unwrap().to_be_bytes();
        with(&[&[0x11, 0, 0, 9][..], &length, &[0, 0x21]].concat(), p)
    }),
];

/// The packets of a film without their Ethernet headers, with their times.
fn packets(film: &Film) -> Vec<(u64, Vec<u8>)> {
    film.packets.iter().map(|(at, frame)| (*at, frame[ETHERNET..].to_vec())).collect()
}

fn word(value: u32, big: bool) -> [u8; 4] {
    if big { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn half(value: u16, big: bool) -> [u8; 2] {
    if big { value.to_be_bytes() } else { value.to_le_bytes() }
}

/// A pcap in either byte order, in micro- or nanoseconds, with so many bytes of each packet.
fn pcap(film: &Film, link: u32, wrap: Wrap, big: bool, nano: bool, snap: usize) -> Vec<u8> {
    let magic = if nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = word(magic, big).to_vec();
    file.extend(half(2, big));
    file.extend(half(4, big));
    for value in [0, 0, 262_144, link] {
        file.extend(word(value, big));
    }
    for (at, packet) in packets(film) {
        let frame = wrap(&packet);
        let stored = &frame[..frame.len().min(snap)];
        let fraction = if nano { at % 1_000_000 * 1000 + 7 } else { at % 1_000_000 };
        let length = u32::try_from(frame.len()).unwrap();
        for value in [
            u32::try_from(at / 1_000_000).unwrap(),
            u32::try_from(fraction).unwrap(),
            u32::try_from(stored.len()).unwrap(),
            length,
        ] {
            file.extend(word(value, big));
        }
        file.extend(stored);
    }
    file
}

fn block(kind: u32, body: &[u8], big: bool) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let total = u32::try_from(padded + 12).unwrap();
    let mut made = word(kind, big).to_vec();
    made.extend(word(total, big));
    made.extend(body);
    made.resize(8 + padded, 0);
    made.extend(word(total, big));
    made
}

/// A pcapng whose packets come by turns from two interfaces: Ethernet in microseconds, and raw IP
/// in nanoseconds, the clock of which begins an hour later.
fn pcapng(film: &Film, big: bool) -> Vec<u8> {
    let section = [&word(0x1a2b_3c4d, big)[..], &half(1, big), &half(0, big), &[0xff; 8]].concat();
    let mut file = block(0x0a0d_0d0a, &section, big);
    let plain = [&half(1, big)[..], &half(0, big), &word(0, big)].concat();
    file.extend(block(1, &plain, big));
    let offset: i64 = 3600;
    let offset = if big { offset.to_be_bytes() } else { offset.to_le_bytes() };
    let fine = [
        &half(101, big)[..],
        &half(0, big),
        &word(0, big),
        &half(9, big),
        &half(1, big),
        &[9, 0, 0, 0],
        &half(14, big),
        &half(8, big),
        &offset,
        &half(0, big),
        &half(0, big),
    ]
    .concat();
    file.extend(block(1, &fine, big));
    for (number, (at, packet)) in packets(film).into_iter().enumerate() {
        let raw = number % 2 == 1;
        let frame = if raw { packet } else { ethernet(&[8, 0], &packet) };
        let units = if raw { (at - 3_600_000_000) * 1000 } else { at };
        let length = u32::try_from(frame.len()).unwrap();
        let mut body = word(u32::from(raw), big).to_vec();
        body.extend(word(u32::try_from(units >> 32).unwrap(), big));
        body.extend(word(u32::try_from(units & 0xffff_ffff).unwrap(), big));
        body.extend(word(length, big));
        body.extend(word(length, big));
        body.extend(&frame);
        file.extend(block(6, &body, big));
    }
    file
}

/// Files in several forms, for whoever damages them.
pub fn files() -> Vec<Vec<u8>> {
    let film = healthy();
    let mut files: Vec<Vec<u8>> =
        LINKS.iter().map(|(_, link, wrap)| pcap(&film, *link, *wrap, false, false, 4096)).collect();
    files.extend([false, true].map(|big| pcapng(&film, big)));
    files
}

fn facts(bytes: &[u8]) -> Facts {
    let content = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let given = Given { name: "a".to_owned(), content, at: None };
    let mut all = sessions(read(vec![given]).unwrap(), 0);
    assert_eq!(all.len(), 1, "one session");
    all.remove(0)
}

/// All that the form of a file must not change.
fn same(facts: &Facts, film: &Film, what: &str, format: &str) {
    let usual = self::facts(&pcap(film, 1, LINKS[0].2, false, false, usize::MAX));
    let file = &facts.reading.as_ref().unwrap().files[0];
    assert_eq!(file.units, film.packets.len() as u64, "{what}");
    assert_eq!(file.used, file.units, "{what}");
    assert!(file.format.contains(format), "{what}: {}", file.format);
    assert!(file.unread.is_empty(), "{what}: {:?}", file.unread);
    assert_eq!(facts.attempts, usual.attempts, "{what}");
    assert_eq!(facts.sessions, usual.sessions, "{what}");
    assert_eq!((&facts.started, facts.elapsed), (&usual.started, usual.elapsed), "{what}");
}

#[test]
fn every_link_type_shows_the_same() {
    let film = healthy();
    for (number, (name, link, wrap)) in LINKS.iter().enumerate() {
        let found = facts(&pcap(&film, *link, *wrap, false, false, usize::MAX));
        same(&found, &film, &format!("link {number}, type {link}"), name);
        assert_eq!(found.attempts[0].outcome, Outcome::Open);
    }
}

#[test]
fn byte_order_and_precision_make_no_difference() {
    let film = healthy();
    for (big, nano) in [(true, false), (false, true), (true, true)] {
        let found = facts(&pcap(&film, 1, LINKS[0].2, big, nano, usize::MAX));
        same(&found, &film, &format!("big {big}, nano {nano}"), "pcap, Ethernet");
    }
}

#[test]
fn a_section_may_have_several_interfaces() {
    let film = healthy();
    for big in [false, true] {
        let found = facts(&pcapng(&film, big));
        same(&found, &film, &format!("pcapng, big {big}"), "pcapng, Ethernet, raw IP");
    }
}

#[test]
fn compressed_files_are_unfolded() {
    let film = healthy();
    for file in [pcap(&film, 1, LINKS[0].2, false, false, usize::MAX), pcapng(&film, false)] {
        let mut folded = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        folded.write_all(&file).unwrap();
        same(&facts(&folded.finish().unwrap()), &film, "gzip", "Ethernet");
    }
}

#[test]
fn packets_that_were_stored_in_part_are_told_and_blame_nobody() {
    let film = healthy();
    for snap in [54, 60, 68, 96] {
        let found = facts(&pcap(&film, 1, LINKS[0].2, false, false, snap));
        let unread = &found.reading.as_ref().unwrap().files[0].unread;
        assert!(unread.iter().any(|u| u.why == UnreadWhy::Snapped), "{snap}: {unread:?}");
        let diagnosis = diagnose(&found);
        let problem = diagnosis.findings.iter().find(|f| f.severity == Severity::Problem);
        assert!(problem.is_none(), "{snap}: {:?}", problem.map(|f| f.cause));
    }
}
