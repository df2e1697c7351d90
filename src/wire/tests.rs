//! The FTP grammar on replies of real servers (`fixtures/replies`), on every damaged form of them, and on random bytes.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};

use proptest::prelude::*;

use crate::tests::support::replies;
use crate::wire::address::{eprt_argument, parse_227, parse_229, port_argument};
use crate::wire::feat::Features;
use crate::wire::peer;
use crate::wire::reply::{Kind, Oddity, Reply, ReplyError, ReplyLimits, ReplyReader};
use crate::wire::{service, software, text};

/// The rows of a table in `fixtures/replies`, their columns unescaped.
fn table<const COLUMNS: usize>(name: &str) -> Vec<[Vec<u8>; COLUMNS]> {
    replies::table(name)
        .into_iter()
        .map(|row| row.try_into().unwrap_or_else(|row| panic!("{name}: columns of {row:?}")))
        .collect()
}

/// The rows of a table that holds text only.
fn texts<const COLUMNS: usize>(name: &str) -> Vec<[String; COLUMNS]> {
    table(name)
        .into_iter()
        .map(|row: [Vec<u8>; COLUMNS]| row.map(|bytes| String::from_utf8(bytes).unwrap()))
        .collect()
}

/// The `kind` that a value has in JSON: what saved facts will show.
fn kind_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap()["kind"].as_str().unwrap().to_owned()
}

fn kinds_of<T: serde::Serialize>(values: &[T]) -> String {
    let kinds: Vec<String> = values.iter().map(kind_of).collect();
    if kinds.is_empty() { "-".to_owned() } else { kinds.join(" ") }
}

/// The replies, and what waits for more; nothing does after an error.
fn read_all(chunks: &[&[u8]], limits: ReplyLimits) -> (Vec<Result<Reply, ReplyError>>, Vec<u8>) {
    let read = replies::read(chunks, limits);
    let over = read.replies.last().is_some_and(Result::is_err);
    (read.replies, if over { Vec::new() } else { read.pending })
}

fn whole(bytes: &[u8]) -> Vec<Result<Reply, ReplyError>> {
    read_all(&[bytes], ReplyLimits::default()).0
}

/// Every prefix of `bytes`, and `bytes` with each byte changed to every other one or, in long ones, to those that matter.
fn damaged(bytes: &[u8], mut try_it: impl FnMut(&[u8])) {
    let all: Vec<u8> = (0..=255).collect();
    let replacements =
        if bytes.len() > 40 { b"\0\r\n(),|: 09-=z\x7f\xc3\xff" } else { all.as_slice() };
    for end in 0..=bytes.len() {
        try_it(&bytes[..end]);
    }
    let mut changed = bytes.to_vec();
    for at in 0..bytes.len() {
        for to in replacements {
            changed[at] = *to;
            try_it(&changed);
        }
        changed[at] = bytes[at];
    }
}

#[test]
fn replies_of_passive_mode() {
    for [source, text, expected] in texts::<3>("227") {
        let shown = match parse_227(&text) {
            Ok(reply) => {
                let place = format!("{}:{}", reply.address, reply.port);
                let oddities = kinds_of(&reply.oddities);
                if oddities == "-" { place } else { format!("{place} {oddities}") }
            }
            Err(error) => {
                let first = text.split('\n').next().unwrap();
                assert!(error.to_string().contains(first.trim()), "{source}: {error}");
                format!("error {}", kind_of(&error))
            }
        };
        assert_eq!(shown, expected, "{source}: {text:?}");
    }
}

#[test]
fn replies_of_extended_passive_mode() {
    for [source, text, expected] in texts::<3>("229") {
        let shown = match parse_229(&text) {
            Ok(reply) => {
                let protocol =
                    reply.protocol.map_or("-".to_owned(), |protocol| protocol.to_string());
                let address = reply.address.map_or("-".to_owned(), |address| address.to_string());
                let place = format!("{} {protocol} {address}", reply.port);
                let oddities = kinds_of(&reply.oddities);
                if oddities == "-" { place } else { format!("{place} {oddities}") }
            }
            Err(error) => format!("error {}", kind_of(&error)),
        };
        assert_eq!(shown, expected, "{source}: {text:?}");
    }
}

/// A predicate of `wire::peer` and its name in the table.
type Meaning = (&'static str, fn(u16, &str) -> bool);

const MEANINGS: [Meaning; 11] = [
    ("address-refusal", peer::is_address_refusal),
    ("disabled", peer::is_disabled),
    ("not-implemented", peer::is_not_implemented),
    ("wrong-family", peer::is_wrong_family),
    ("bad-data-peer", peer::is_bad_data_peer),
    ("too-many", peer::is_too_many),
    ("tls-required", peer::is_tls_required),
    ("data-tls-required", peer::is_data_tls_required),
    ("session-reuse", peer::is_session_reuse_required),
    ("session-reuse-perhaps", peer::may_mean_session_reuse),
    ("empty-listing", peer::is_empty_listing),
];

#[test]
fn wordings_mean_what_they_mean_and_nothing_else() {
    let mut seen = BTreeSet::new();
    for [context, reply, expected] in texts::<3>("wordings") {
        let code = reply[..3].parse().unwrap();
        let text = &reply[4..];
        for text in [text.to_owned(), text.to_ascii_uppercase(), text.to_ascii_lowercase()] {
            let held: Vec<&str> = MEANINGS
                .iter()
                .filter(|(_, holds)| holds(code, &text))
                .map(|(name, _)| *name)
                .collect();
            let shown = if held.is_empty() { "-".to_owned() } else { held.join(" ") };
            assert_eq!(shown, expected, "{context}: {code} {text}");
            seen.extend(held);
        }
    }
    assert_eq!(seen.len(), MEANINGS.len(), "each meaning has an example: {seen:?}");
}

#[test]
fn stat_tells_addresses() {
    for [source, text, expected] in texts::<3>("stat") {
        let client =
            peer::stat_client_address(&text).map_or("-".to_owned(), |address| address.to_string());
        assert_eq!(client, expected, "{source}");
    }
}

#[test]
fn refusals_tell_addresses() {
    let show =
        |address: Option<IpAddr>| address.map_or("-".to_owned(), |address| address.to_string());
    for [source, text, expected] in texts::<3>("refusals") {
        let refusal = peer::port_refusal(&text);
        assert_eq!(refusal.is_none(), expected == "- -", "{source}");
        let shown = refusal
            .map_or("- -".to_owned(), |told| format!("{} {}", show(told.arrived), show(told.seen)));
        assert_eq!(shown, expected, "{source}");
    }
}

#[test]
fn servers_are_recognised() {
    for [source, text, expected] in texts::<3>("software") {
        let only = |name: &str| (source == name).then_some(text.as_str());
        let found = software::recognise(
            only("greeting"),
            only("syst"),
            only("feat"),
            only("stat"),
            only("help"),
        );
        let shown = found.as_ref().map_or("-".to_owned(), |software| {
            assert_eq!(serde_json::to_value(software.source).unwrap(), source);
            format!("{} {}", software.product.id(), software.version.as_deref().unwrap_or("-"))
        });
        assert_eq!(shown, expected, "{source}: {text}");
    }
    let masked = software::recognise(
        Some("Welcome"),
        Some("UNIX Type: L8"),
        None,
        Some("     vsFTPd 3.0.3 - secure"),
        None,
    );
    assert_eq!(masked.unwrap().version.as_deref(), Some("3.0.3"));
}

#[test]
fn product_ids_are_unique_and_kebab_case() {
    let ids: BTreeSet<&str> = software::Product::ALL.iter().map(|product| product.id()).collect();
    assert_eq!(ids.len(), software::Product::ALL.len());
    for product in software::Product::ALL {
        let id = product.id();
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        let json = serde_json::to_value(product).unwrap();
        assert_eq!(json, id);
        assert_eq!(serde_json::from_value::<software::Product>(json).unwrap(), *product);
    }
}

#[test]
fn features_are_listed() {
    for [source, raw, there, missing, mechanisms] in texts::<5>("feat") {
        let reply = whole(raw.as_bytes()).remove(0).unwrap();
        let features = Features::parse(&reply);
        for name in there.split_whitespace() {
            assert!(features.has(name) && features.has(&name.to_lowercase()), "{source}: {name}");
        }
        for name in missing.split_whitespace() {
            assert!(!features.has(name), "{source}: {name}");
        }
        let listed = features.auth_mechanisms().join(" ");
        assert_eq!(if listed.is_empty() { "-" } else { &listed }, mechanisms, "{source}");
    }
}

#[test]
fn replies_are_read_as_they_come() {
    for [source, raw, code, lines, oddities] in table::<5>("raw") {
        let source = String::from_utf8(source).unwrap();
        let one_by_one: Vec<&[u8]> = raw.chunks(1).collect();
        for chunks in [vec![raw.as_slice()], one_by_one] {
            let (got, rest) = read_all(&chunks, ReplyLimits::default());
            assert_eq!((got.len(), rest.len()), (1, 0), "{source}");
            let reply = got[0].as_ref().unwrap();
            assert_eq!(reply.code.to_string().as_bytes(), code, "{source}");
            assert_eq!(reply.text(), String::from_utf8(lines.clone()).unwrap(), "{source}");
            assert_eq!(kinds_of(&reply.oddities).as_bytes(), oddities, "{source}");
            let json = serde_json::to_string(reply).unwrap();
            assert_eq!(&serde_json::from_str::<Reply>(&json).unwrap(), reply, "{source}");
        }
    }
}

#[test]
fn what_is_no_reply_is_quoted() {
    for (bytes, quoted) in [
        (&b"SSH-2.0-OpenSSH_9.2\r\n"[..], "SSH-2.0-OpenSSH_9.2"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP/1.1 400 Bad Request"),
        (b"22 ready\r\n", "22 ready"),
        (b"220ready\r\n", "220ready"),
        (b"2200 ready\r\n", "2200 ready"),
        (b"099 ready\r\n", "099 ready"),
        (b" 220 ready\r\n", " 220 ready"),
        (b"500 OK\r\nvsftpd: oops\r\n", "vsftpd: oops"),
    ] {
        let mut got = whole(bytes);
        let error = got.pop().unwrap().unwrap_err();
        let ReplyError::NotAReply { text, head } = &error else { panic!("{error}") };
        assert_eq!(text, quoted);
        assert!(!head.is_empty() && head.len() <= 64);
        assert_eq!(error.to_string(), format!("not an FTP reply: \"{quoted}\""));
    }
    let mut reader = ReplyReader::new(ReplyLimits::default());
    reader.push(b"\x15\x03\x01\x00\x02\x02\x0a");
    let first = reader.next_reply().unwrap_err();
    reader.push(b"220 ready\r\n");
    assert_eq!(reader.next_reply().unwrap_err(), first, "an error stays");
    assert!(reader.pending().starts_with(b"\x15\x03\x01"));
}

#[test]
fn kinds_follow_the_first_digit() {
    let kinds = [150, 226, 331, 425, 550, 631, 999].map(Kind::of);
    let expected = [
        Kind::Preliminary,
        Kind::Completion,
        Kind::Intermediate,
        Kind::TransientNegative,
        Kind::PermanentNegative,
        Kind::Other,
        Kind::Other,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn what_follows_a_reply_stays_pending() {
    let mut reader = ReplyReader::new(ReplyLimits::default());
    reader.push(b"234 go ahead\r\n230 injected\r\nrest");
    assert_eq!(reader.next_reply().unwrap().unwrap().code, 234);
    assert_eq!(reader.pending(), b"230 injected\r\nrest");
    assert_eq!(reader.next_reply().unwrap().unwrap().code, 230);
    assert_eq!(reader.next_reply().unwrap(), None);
    assert_eq!(reader.pending(), b"rest");
}

#[test]
fn an_unfinished_reply_can_be_looked_at() {
    let mut reader = ReplyReader::new(ReplyLimits::default());
    assert_eq!(reader.partial(), None);
    reader.push(b"220-Welcome\r\n to the\r\n22");
    assert_eq!(reader.next_reply().unwrap(), None);
    let partial = reader.partial().unwrap();
    assert_eq!((partial.code, partial.text().as_str()), (220, "Welcome\n to the"));
    assert_eq!(reader.pending(), b"22");
}

const SMALL: ReplyLimits = ReplyLimits { line_bytes: 16, lines: 4, total_bytes: 64 };

#[test]
fn long_lines_are_cut_and_say_so() {
    let line = |length: usize| [b"220 ".as_slice(), &vec![b'x'; length - 4], b"\r\n"].concat();
    for (length, cut) in [(15, false), (16, false), (17, true), (1000, true)] {
        for chunk in [1, 7, 5000] {
            let bytes = line(length);
            let chunks: Vec<&[u8]> = bytes.chunks(chunk).collect();
            let (got, rest) = read_all(&chunks, SMALL);
            let reply = got[0].as_ref().unwrap();
            let expected =
                if cut { vec![Oddity::LineCut { line: 0, bytes: length as u64 }] } else { vec![] };
            assert_eq!((&reply.oddities, rest.len()), (&expected, 0), "{length} by {chunk}");
            assert_eq!(reply.text().ends_with('…'), cut);
        }
    }
}

#[test]
fn memory_stays_bounded() {
    // A line without end.
    let mut reader = ReplyReader::new(SMALL);
    for _ in 0..10_000 {
        reader.push(b"220 xxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_eq!(reader.next_reply(), Ok(None));
        assert!(reader.pending().len() <= SMALL.total_bytes);
    }
    reader.push(b"\n221 bye\r\n");
    assert_eq!(reader.next_reply().unwrap().unwrap().code, 220);
    assert_eq!(reader.next_reply().unwrap().unwrap().code, 221);

    // A reply without end, by lines and by bytes.
    for (line, limits) in [
        (&b"220-\r\n"[..], SMALL),
        (b"220-more text\r\n", ReplyLimits { lines: 100_000, ..SMALL }),
        (b"220-\n", ReplyLimits { lines: 100_000, ..SMALL }),
    ] {
        let error = read_all(&vec![line; 1000], limits).0.pop().unwrap().unwrap_err();
        assert!(matches!(error, ReplyError::TooLong { code: Some(220), .. }), "{error}");
    }

    // Blank lines without end, then a reply.
    let (got, _) = read_all(&[&b"\r\n".repeat(100_000), b"220 ready\r\n"], SMALL);
    assert_eq!(got[0].as_ref().unwrap().oddities, [Oddity::LeadingBlankLines { count: 100_000 }]);

    // Replies that nobody fetches.
    let mut reader = ReplyReader::new(SMALL);
    reader.push(&b"220 ready\r\n".repeat(1000));
    assert!(reader.pending().len() <= SMALL.total_bytes);
    assert_eq!(reader.next_reply().unwrap().unwrap().code, 220);
    let error = std::iter::repeat_with(|| reader.next_reply()).find_map(Result::err).unwrap();
    assert!(matches!(error, ReplyError::TooLong { code: None, .. }));
}

#[test]
fn damaged_addresses_neither_panic_nor_hang() {
    for [_, text, _] in texts::<3>("227").into_iter().chain(texts::<3>("229")) {
        damaged(text.as_bytes(), |bytes| {
            let text = text::printable(bytes, 4096);
            let _ = (parse_227(&text), parse_229(&text));
        });
    }
    for [_, text, _] in texts::<3>("stat").into_iter().chain(texts::<3>("refusals")) {
        damaged(text.as_bytes(), |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let _ = (peer::stat_client_address(&text), peer::port_refusal(&text));
        });
    }
}

#[test]
fn damaged_replies_neither_panic_nor_hang() {
    let raw = table::<5>("raw").into_iter().map(|[_, raw, ..]| raw);
    for raw in raw.chain(table::<5>("feat").into_iter().map(|[_, raw, ..]| raw)) {
        damaged(&raw, |bytes| {
            let _ = service::recognise(bytes);
            for reply in whole(bytes).into_iter().flatten() {
                let _ = (Features::parse(&reply).auth_mechanisms(), reply.to_string());
            }
        });
    }
    for [_, text, _] in texts::<3>("software") {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = software::recognise(Some(&text[..end]), Some(&text[end..]), None, None, None);
        }
    }
    for [_, text, _] in texts::<3>("wordings") {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = MEANINGS.map(|(_, holds)| holds(550, &text[..end]));
        }
    }
}

/// Bytes that look enough like replies to reach all of the reader.
fn reply_like() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"220 ".to_vec()),
        Just(b"220-".to_vec()),
        Just(b"220".to_vec()),
        Just(b"331 ".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\xff\xfb\x01".to_vec()),
        Just(b"\xff".to_vec()),
        Just("你好".as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
        proptest::collection::vec(Just(b'x'), 0..40),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_make_no_difference(bytes in reply_like(), sizes in proptest::collection::vec(1usize..20, 1..12), small: bool) {
        let limits = if small { ReplyLimits { total_bytes: 4096, ..SMALL } } else { ReplyLimits::default() };
        let mut chunks = Vec::new();
        let mut rest = bytes.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let (at_once, pending) = read_all(&[&bytes], limits);
        let (in_chunks, pending_in_chunks) = read_all(&chunks, limits);
        prop_assert_eq!(&at_once, &in_chunks);
        prop_assert_eq!(pending, pending_in_chunks);
        for reply in at_once.into_iter().flatten() {
            prop_assert!(reply.lines.iter().all(|line| !line.chars().any(char::is_control)));
            prop_assert!(!reply.lines.is_empty());
        }
    }

    #[test]
    fn passive_round_trip(address: [u8; 4], port in 1u16.., before in "[a-zA-Z ]{0,12}") {
        let endpoint = SocketAddrV4::new(Ipv4Addr::from(address), port);
        let reply = parse_227(&format!("{before} ({}).", port_argument(endpoint))).unwrap();
        prop_assert_eq!((reply.address, reply.port), (*endpoint.ip(), port));
        prop_assert!(reply.oddities.is_empty());
    }

    #[test]
    fn extended_round_trip(address: IpAddr, port in 1u16..) {
        let reply = parse_229(&format!("ok ({})", eprt_argument(SocketAddr::new(address, port)))).unwrap();
        prop_assert_eq!((reply.address, reply.port), (Some(address.to_canonical()), port));
        prop_assert_eq!(reply.protocol, Some(if address.to_canonical().is_ipv4() { 1 } else { 2 }));
    }

    #[test]
    fn any_delimiter(delimiter in 33u8..127, port in 1u16..) {
        prop_assume!(!delimiter.is_ascii_digit());
        let d = char::from(delimiter);
        prop_assert_eq!(parse_229(&format!("Ok ({d}{d}{d}{port}{d})")).map(|reply| reply.port), Ok(port));
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}|[0-9,|(). :\\[\\]\n]{0,60}", code in 100u16..700, bytes: Vec<u8>) {
        let _ = (parse_227(&text), parse_229(&text), peer::port_refusal(&text));
        let _ = peer::stat_client_address(&text);
        let _ = MEANINGS.map(|(_, holds)| holds(code, &text));
        let _ = software::recognise(Some(&text), Some(&text), None, None, None);
        let _ = (service::recognise(&bytes), service::tls_answer(&bytes));
        prop_assert!(!text::printable(&bytes, 40).chars().any(char::is_control));
        let hello = service::client_hello(Some(&text), [1; 32]);
        prop_assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
    }
}
