//! What can be told from the shape of a piece of text alone, whoever wrote it: commands, replies,
//! endpoints, and the words for trouble with a connection.

use std::net::{IpAddr, SocketAddr};

use crate::read::conversation::Door;

/// Commands of FTP: RFC 959, 1639, 2228, 2389, 2428, 3659, 4217, 7151, and what servers and clients
/// know beside them.
const VERBS: [&str; 66] = [
    "ABOR", "ACCT", "ADAT", "ALLO", "APPE", "AUTH", "AVBL", "CCC", "CDUP", "CLNT", "COMB", "CONF",
    "CPSV", "CSID", "CWD", "DELE", "ENC", "EPRT", "EPSV", "ESTA", "ESTP", "FEAT", "HASH", "HELP",
    "HOST", "LANG", "LIST", "LPRT", "LPSV", "MDTM", "MFCT", "MFF", "MFMT", "MIC", "MKD", "MLSD",
    "MLST", "MODE", "NLST", "NOOP", "OPTS", "PASS", "PASV", "PBSZ", "PORT", "PRET", "PROT", "PWD",
    "QUIT", "RANG", "REIN", "REST", "RETR", "RMD", "RNFR", "RNTO", "SITE", "SIZE", "SMNT", "STAT",
    "STOR", "STOU", "STRU", "SYST", "TYPE", "USER",
];

/// Verbs that are rarer, or words of a language as well: they count only behind a mark.
const RARE: [&str; 10] =
    ["XCWD", "XPWD", "XMKD", "XRMD", "XCUP", "XCRC", "XMD5", "XSHA1", "XSHA256", "XDUPE"];

/// Verbs that stand alone.
const ALONE: [&str; 16] = [
    "ABOR", "CCC", "CDUP", "EPSV", "FEAT", "LPSV", "NOOP", "PASV", "PWD", "QUIT", "REIN", "STOU",
    "SYST", "CPSV", "XPWD", "XCUP",
];

/// Whether the word is a command of FTP, in capitals or in small letters.
pub fn is_verb(word: &str) -> bool {
    let known = |verb: &str| verb.eq_ignore_ascii_case(word);
    VERBS.iter().any(|verb| known(verb)) || RARE.iter().any(|verb| known(verb))
}

/// A command with a mark before it: `VERB` or `VERB argument`, and nothing that reads like a
/// sentence with such a word at its beginning.
pub fn command(text: &str) -> Option<&str> {
    let text = text.trim();
    let verb = text.split([' ', '\t']).next()?;
    let capitals = verb.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (is_verb(verb) && capitals).then_some(text)
}

/// A command without any mark. It has to be more than a word in capitals.
pub fn bare_command(text: &str) -> Option<&str> {
    let text = command(text)?;
    let (verb, argument) = text.split_once(' ').unwrap_or((text, ""));
    let argument = argument.trim();
    let words = argument.split_whitespace().count();
    let plausible = match verb {
        "PORT" => is_numbers(argument, 6),
        "EPRT" => argument.starts_with(|c: char| c.is_ascii_punctuation()) && argument.len() > 6,
        "TYPE" | "MODE" | "STRU" | "PROT" => matches!(words, 1 | 2) && argument.len() <= 5,
        "PBSZ" | "REST" | "ALLO" => argument.parse::<u64>().is_ok(),
        "AUTH" | "USER" => words == 1,
        "EPSV" => words <= 1,
        _ if ALONE.contains(&verb) => argument.is_empty(),
        "LIST" | "NLST" | "MLSD" | "STAT" | "HELP" => words <= 3,
        _ => words >= 1,
    };
    plausible.then_some(text)
}

fn is_numbers(text: &str, count: usize) -> bool {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    parts.len() == count && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// A line of a reply that begins with its code: code, whether more lines follow, and the text.
pub fn reply(text: &str) -> Option<(u16, bool, &str)> {
    let digits = text.get(..3)?;
    let [first, second, third] = digits.as_bytes() else { return None };
    let in_range = (b'1'..=b'6').contains(first)
        && second.is_ascii_digit()
        && *second <= b'6'
        && third.is_ascii_digit();
    if !in_range {
        return None;
    }
    let code: u16 = digits.parse().ok()?;
    let rest = text.get(3..)?;
    match rest.as_bytes().first() {
        None => Some((code, false, "")),
        Some(b' ') => Some((code, false, rest.get(1..)?)),
        Some(b'-') => Some((code, true, rest.get(1..)?)),
        _ => None,
    }
}

/// Codes that servers use; a line that begins with one of these and has no mark is a reply.
const CODES: [u16; 63] = [
    110, 120, 125, 150, 200, 202, 211, 212, 213, 214, 215, 220, 221, 225, 226, 227, 228, 229, 230,
    231, 232, 234, 235, 250, 253, 257, 300, 331, 332, 334, 335, 336, 350, 421, 425, 426, 430, 431,
    434, 450, 451, 452, 500, 501, 502, 503, 504, 521, 522, 523, 530, 531, 532, 533, 534, 535, 536,
    537, 550, 551, 552, 553, 554,
];

/// A line of a reply without any mark: a code of FTP's, and text or nothing.
pub fn bare_reply(text: &str) -> Option<(u16, bool, &str)> {
    let found = reply(text)?;
    let (code, more, rest) = found;
    // A number in a table is followed by more numbers.
    let worded = rest.trim().is_empty()
        || more
        || rest.chars().any(char::is_alphabetic)
        || matches!(code, 213);
    (CODES.contains(&code) && worded).then_some(found)
}

/// The first endpoint in a text: `192.0.2.1:21`, `[2001:db8::1]:21`, `192.0.2.1 port 21`,
/// `192.0.2.1) port 21`.
pub fn endpoint(text: &str) -> Option<SocketAddr> {
    let mut from = 0;
    while let Some((address, start, end)) = next_address(text, from) {
        from = end;
        let after = text.get(end..)?;
        let before = text.get(..start)?;
        let port = if before.ends_with('[') {
            after.strip_prefix("]:").map(digits)
        } else {
            after
                .strip_prefix(':')
                .or_else(|| {
                    let after = after.trim_start_matches([')', ']', ',', '"', '\'']);
                    after.strip_prefix(" port ").or_else(|| after.strip_prefix(" Port "))
                })
                .map(digits)
        };
        if let Some(port) = port.and_then(|digits| digits.parse::<u16>().ok())
            && port > 0
        {
            return Some(SocketAddr::new(address.to_canonical(), port));
        }
    }
    None
}

/// The first address in a text.
pub fn address(text: &str) -> Option<IpAddr> {
    next_address(text, 0).map(|(address, ..)| address.to_canonical())
}

/// An endpoint as a door.
pub fn door(at: SocketAddr) -> Door {
    Door { address: Some(at.ip()), port: at.port() }
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The next address at or after a byte, and where it begins and ends.
fn next_address(text: &str, from: usize) -> Option<(IpAddr, usize, usize)> {
    let part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let start = at + rest.find(part)?;
        let rest = text.get(start..)?;
        let end = start + rest.find(|c| !part(c)).unwrap_or(rest.len());
        let glued = text
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let run = text.get(start..end)?;
        if !glued && let Some((address, length)) = address_at(run) {
            return Some((address, start, start + length));
        }
        at = end;
    }
}

/// An address at the beginning of a run of hexadecimal digits, dots and colons.
fn address_at(run: &str) -> Option<(IpAddr, usize)> {
    let dotted = run.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(run.len());
    let head = run.get(..dotted)?.trim_end_matches('.');
    if let Ok(address) = head.parse() {
        return Some((IpAddr::V4(address), head.len()));
    }
    if run.matches(':').count() < 2 {
        return None;
    }
    let whole = run.trim_end_matches(['.', ',']);
    // `0000:…:0001:5242`: eight groups and a port.
    let eight = whole.split(':').take(8).map(str::len).sum::<usize>() + 7;
    [whole.len(), whole.trim_end_matches(':').len(), eight.min(whole.len())].into_iter().find_map(
        |length| {
            let address: std::net::Ipv6Addr = whole.get(..length)?.parse().ok()?;
            Some((IpAddr::V6(address), length))
        },
    )
}

/// What a program says went wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// RST as the answer to a SYN.
    Refused,
    /// Nobody answered in time.
    TimedOut {
        /// How long it was waited, in microseconds, where the text says so.
        waited: Option<u64>,
    },
    /// The host cannot be reached (`EHOSTUNREACH`): an ICMP error, or nobody answers ARP.
    HostUnreachable,
    /// There is no route (`ENETUNREACH`).
    NoRoute,
    /// The connection was cut off.
    Reset,
    /// The other end closed it.
    Closed,
    /// This machine refused (`EACCES`, `EPERM`).
    Local,
    /// No such name.
    NoSuchName,
}

/// Words, and the trouble that they mean.
type Words = (&'static str, fn() -> Trouble);

/// The words of operating systems and of programs for trouble.
const TROUBLES: [Words; 54] = [
    ("econnrefused", || Trouble::Refused),
    ("wsaeconnrefused", || Trouble::Refused),
    ("connection refused", || Trouble::Refused),
    ("actively refused", || Trouble::Refused),
    ("(os error 111)", || Trouble::Refused),
    ("[errno 111]", || Trouble::Refused),
    ("[errno 61]", || Trouble::Refused),
    ("winerror 10061", || Trouble::Refused),
    ("10061", || Trouble::Refused),
    ("ehostunreach", || Trouble::HostUnreachable),
    ("no route to host", || Trouble::HostUnreachable),
    ("noroutetohostexception", || Trouble::HostUnreachable),
    ("unreachable host", || Trouble::HostUnreachable),
    ("host is unreachable", || Trouble::HostUnreachable),
    ("[errno 113]", || Trouble::HostUnreachable),
    ("winerror 10065", || Trouble::HostUnreachable),
    ("enetunreach", || Trouble::NoRoute),
    ("network is unreachable", || Trouble::NoRoute),
    ("unreachable network", || Trouble::NoRoute),
    ("[errno 101]", || Trouble::NoRoute),
    ("winerror 10051", || Trouble::NoRoute),
    ("econnreset", || Trouble::Reset),
    ("econnaborted", || Trouble::Reset),
    ("connection reset", || Trouble::Reset),
    ("forcibly closed", || Trouble::Reset),
    ("[errno 104]", || Trouble::Reset),
    ("winerror 10054", || Trouble::Reset),
    ("winerror 10053", || Trouble::Reset),
    ("broken pipe", || Trouble::Reset),
    ("epipe", || Trouble::Reset),
    ("could not resolve host", || Trouble::NoSuchName),
    ("name or service not known", || Trouble::NoSuchName),
    ("temporary failure in name resolution", || Trouble::NoSuchName),
    ("nodename nor servname", || Trouble::NoSuchName),
    ("unknownhostexception", || Trouble::NoSuchName),
    ("no such host", || Trouble::NoSuchName),
    ("enotfound", || Trouble::NoSuchName),
    ("unknown host", || Trouble::NoSuchName),
    ("getaddrinfo failed", || Trouble::NoSuchName),
    ("name resolution failure", || Trouble::NoSuchName),
    ("operation not permitted", || Trouble::Local),
    ("permission denied", || Trouble::Local),
    ("etimedout", || Trouble::TimedOut { waited: None }),
    ("timed out", || Trouble::TimedOut { waited: None }),
    ("timed-out", || Trouble::TimedOut { waited: None }),
    ("time-out", || Trouble::TimedOut { waited: None }),
    ("timedout", || Trouble::TimedOut { waited: None }),
    ("i/o timeout", || Trouble::TimedOut { waited: None }),
    ("did not properly respond", || Trouble::TimedOut { waited: None }),
    ("timeout", || Trouble::TimedOut { waited: None }),
    ("winerror 10060", || Trouble::TimedOut { waited: None }),
    ("closed without indication", || Trouble::Closed),
    ("eoferror", || Trouble::Closed),
    ("connection closed by", || Trouble::Closed),
];

/// What a text says went wrong, in the words of systems and programs.
pub fn trouble(text: &str) -> Option<Trouble> {
    let lower = text.to_lowercase();
    let (_, trouble) = TROUBLES.iter().find(|(words, _)| lower.contains(words))?;
    Some(match trouble() {
        Trouble::TimedOut { .. } => Trouble::TimedOut { waited: duration(&lower) },
        other => other,
    })
}

/// Whether a TLS library says that TCP's end came without `close_notify`: `GnuTLS`, OpenSSL,
/// Python, Go, Schannel in curl.
pub fn is_tls_cut(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "gnutls error -110",
        "non-properly terminated",
        "unexpected eof while reading",
        "eof occurred in violation of protocol",
        "shutdown while in init",
        "missing close_notify",
        "without close_notify",
        "without sending tls close_notify",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

/// A duration in a text: `after 20 seconds`, `after 12001 milliseconds`, `6000 ms`, `nach 20 Sekunden`.
pub fn duration(text: &str) -> Option<u64> {
    let lower = text.to_lowercase();
    let mut words =
        lower.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',')).peekable();
    while let Some(word) = words.next() {
        let number = digits(word);
        let Ok(value) = number.parse::<u64>() else { continue };
        let unit = word.get(number.len()..).filter(|unit| !unit.is_empty());
        let unit = unit.or_else(|| words.peek().copied()).unwrap_or_default();
        let unit = unit.trim_end_matches(['.', ':', '!', ';']);
        let factor = match unit {
            "ms" | "milliseconds" | "millisecond" | "millis" => 1000,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000_000,
            _ => continue,
        };
        return value.checked_mul(factor).filter(|waited| *waited < 86_400_000_000);
    }
    None
}

/// Without passwords inside of URLs.
pub fn scrubbed(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '<' | '>'))
        .unwrap_or(rest.len());
    let (authority, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let authority = match authority.rsplit_once('@') {
        Some((login, host)) => {
            let user = login.split(':').next().unwrap_or_default();
            if login.contains(':') { format!("{user}:****@{host}") } else { authority.to_owned() }
        }
        None => authority.to_owned(),
    };
    format!("{before}://{authority}{}", scrubbed(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_in_any_text() {
        for (text, wanted) in [
            ("Connecting to 192.0.2.1:21...", Some("192.0.2.1:21")),
            ("Connecting to h (192.0.2.1) port 50000", Some("192.0.2.1:50000")),
            ("connect to 192.0.2.1 port 2 from 10.0.0.1 port 3 failed", Some("192.0.2.1:2")),
            ("Trying [2001:db8::1]:21...", Some("[2001:db8::1]:21")),
            ("Connecting to 0000:0000:0000:0000:0000:0000:0000:0001:5242 ...", Some("[::1]:5242")),
            ("::ffff:192.0.2.1:2121", None),
            ("dial(\"tcp\",\"192.0.2.1:6650\")", Some("192.0.2.1:6650")),
            ("Connected to ftp.example.org", None),
            ("version 1.2.3.4.5:6", None),
            ("at 12:34:56", None),
        ] {
            assert_eq!(endpoint(text), wanted.map(|w| w.parse().unwrap()), "{text}");
        }
        assert_eq!(address("(::ffff:192.0.2.7[x])"), Some("192.0.2.7".parse().unwrap()));
    }

    #[test]
    fn commands_and_replies_are_told_from_text() {
        for text in ["PASV", "PORT 1,2,3,4,5,6", "LIST", "USER joe", "RETR a b", "TYPE I"] {
            assert!(bare_command(text).is_some(), "{text}");
        }
        for text in
            ["PORT of call", "USER joined the channel", "HELLO", "Pasv", "QUIT the game now"]
        {
            assert!(bare_command(text).is_none(), "{text}");
        }
        assert_eq!(bare_reply("227 Entering"), Some((227, false, "Entering")));
        assert_eq!(bare_reply("211-Features"), Some((211, true, "Features")));
        assert_eq!(bare_reply("213 6"), Some((213, false, "6")));
        for text in ["22 files", "2026 was", "999 x", "150", "226 120 33", "200GB"] {
            let found = bare_reply(text);
            assert!(found.is_none() || text == "150", "{text}: {found:?}");
        }
    }

    #[test]
    fn trouble_has_many_words() {
        let timed = |waited| Some(Trouble::TimedOut { waited });
        for (text, wanted) in [
            ("connect to 192.0.2.1 port 1 failed: Connection refused", Some(Trouble::Refused)),
            ("ConnectionRefusedError: [Errno 111] x", Some(Trouble::Refused)),
            ("Connection timed out after 20 seconds of inactivity", timed(Some(20_000_000))),
            ("Operation timed out after 12001 milliseconds with 0 bytes", timed(Some(12_001_000))),
            ("dial tcp 192.0.2.1:2: i/o timeout", timed(None)),
            ("OSError: [Errno 113] No route to host", Some(Trouble::HostUnreachable)),
            ("all is well", None),
        ] {
            assert_eq!(trouble(text), wanted, "{text}");
        }
        assert_eq!(duration("nach 20 Sekunden"), None, "unknown words for a unit say nothing");
    }

    #[test]
    fn passwords_in_urls_are_dropped() {
        assert_eq!(
            scrubbed("get ftp://a:b@h/x ftp://c:d@i"),
            "get ftp://a:****@h/x ftp://c:****@i"
        );
        assert_eq!(scrubbed("ftp://h/x a:b@c"), "ftp://h/x a:b@c");
    }
}
