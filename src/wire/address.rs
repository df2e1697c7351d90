//! The addresses in 227, 229, PORT and EPRT: RFC 959 §4.1.2, RFC 1123 §4.1.2.6, RFC 2428.
//!
//! Servers write 227 in many ways, and clients differ in what they understand: each deviation is kept as an
//! [`AddressOddity`], so that it can be said which clients stumble over it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};

use serde::{Deserialize, Serialize};

use super::text::printable;

/// What a 227 reply names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassiveReply {
    /// The advertised address, which may be private, unspecified or wrong.
    pub address: Ipv4Addr,
    /// The advertised port, never 0.
    pub port: u16,
    /// How the text deviates from `(h1,h2,h3,h4,p1,p2)`.
    pub oddities: Vec<AddressOddity>,
}

/// What a 229 reply names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendedPassiveReply {
    /// The advertised port, never 0.
    pub port: u16,
    /// The network protocol (1 IPv4, 2 IPv6), which RFC 2428 §3 wants empty here.
    pub protocol: Option<u8>,
    /// The address, which RFC 2428 §3 wants empty here.
    pub address: Option<IpAddr>,
    /// How the text deviates from `(|||port|)`.
    pub oddities: Vec<AddressOddity>,
}

/// How the text of a 227 or 229 reply deviates from what most clients expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AddressOddity {
    /// Not enclosed in parentheses.
    NoParentheses,
    /// Introduced by an equals sign, as in `=10,0,0,1,4,1`.
    EqualsSign,
    /// Blanks between the numbers.
    Blanks,
    /// More text than a full stop after the address.
    TextAfter,
    /// The reply has several lines.
    MultiLine,
    /// A number with leading zeros; it is read as decimal.
    LeadingZeros,
    /// Several different addresses; the last one was taken.
    SeveralAddresses {
        /// How many different ones.
        count: usize,
    },
    /// 229 with another delimiter than `|`.
    OtherDelimiter {
        /// Which.
        delimiter: char,
    },
    /// 229 names the network protocol.
    ProtocolNamed,
    /// 229 names an address.
    AddressNamed,
    /// What 229 has in the place of an address is none.
    UnreadableAddress {
        /// That text, at most 64 bytes of it.
        text: String,
    },
}

/// Why the text of a 227 or 229 reply names no place to connect to. Each quotes the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AddressError {
    /// There is nothing like an address or a port.
    Missing {
        /// The text of the reply, printable, at most 256 bytes of it.
        text: String,
    },
    /// 227 with fewer or more than six numbers.
    NotSixNumbers {
        /// The text of the reply.
        text: String,
        /// How many there are.
        count: usize,
    },
    /// 227 with a number over 255.
    NumberTooLarge {
        /// The text of the reply.
        text: String,
    },
    /// Port 0.
    PortZero {
        /// The text of the reply.
        text: String,
    },
    /// 229 with a port over 65535.
    PortTooLarge {
        /// The text of the reply.
        text: String,
    },
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { text } => write!(f, "no address in \"{text}\""),
            Self::NotSixNumbers { text, count } => {
                write!(f, "{count} numbers instead of six in \"{text}\"")
            }
            Self::NumberTooLarge { text } => write!(f, "a number over 255 in \"{text}\""),
            Self::PortZero { text } => write!(f, "port 0 in \"{text}\""),
            Self::PortTooLarge { text } => write!(f, "a port over 65535 in \"{text}\""),
        }
    }
}

impl std::error::Error for AddressError {}

/// The address in the text of a 227 reply.
///
/// RFC 959 does not fix the text, and RFC 1123 §4.1.2.6 asks clients to look for the digits: so parentheses may be missing,
/// there may be blanks, leading zeros, text before and after, and several lines. Where several addresses are named the last
/// one counts. `text` is the reply without its code, lines separated by `\n`.
///
/// # Errors
/// [`AddressError`] where there are no six numbers from 0 to 255, or where the port is 0.
pub fn parse_227(text: &str) -> Result<PassiveReply, AddressError> {
    let mut found: Vec<PassiveReply> = Vec::new();
    let mut problem: Option<AddressError> = None;
    for run in runs(text) {
        match run.read(text) {
            Ok(reply) => found.push(reply),
            Err(error) => keep_worst(&mut problem, error),
        }
    }
    let places = found.iter().map(|reply| (reply.address, reply.port));
    let different = count_different(places);
    let Some(mut reply) = found.pop() else {
        return Err(problem.unwrap_or_else(|| AddressError::Missing { text: quoted(text) }));
    };
    note_common(&mut reply.oddities, text, different);
    Ok(reply)
}

/// The port in the text of a 229 reply, RFC 2428 §3: `(<d><d><d><port><d>)` with any delimiter from 33 to 126 but a digit.
///
/// The parentheses may be missing. Network protocol and address should be empty and are kept where they are not.
/// Where several ports are named the last one counts. `text` is the reply without its code, lines separated by `\n`.
///
/// # Errors
/// [`AddressError`] where there is no such form, or the port is 0 or over 65535.
pub fn parse_229(text: &str) -> Result<ExtendedPassiveReply, AddressError> {
    let mut found: Vec<ExtendedPassiveReply> = Vec::new();
    let mut problem: Option<AddressError> = None;
    for line in text.split('\n') {
        let mut from = 0;
        while let Some((at, delimiter)) = next_delimiter(line, from) {
            from = at + 1;
            let Some(form) = ExtendedForm::read(line, at, delimiter) else {
                continue;
            };
            from = form.end;
            match form.port.trim().parse::<u32>().map(u16::try_from) {
                Ok(Ok(0)) => {
                    keep_worst(&mut problem, AddressError::PortZero { text: quoted(text) });
                }
                Ok(Ok(port)) => found.push(form.reply(line, at, delimiter, port)),
                _ => keep_worst(&mut problem, AddressError::PortTooLarge { text: quoted(text) }),
            }
        }
    }
    let different = count_different(found.iter().map(|reply| reply.port));
    let Some(mut reply) = found.pop() else {
        return Err(problem.unwrap_or_else(|| AddressError::Missing { text: quoted(text) }));
    };
    note_common(&mut reply.oddities, text, different);
    Ok(reply)
}

/// The argument of PORT, RFC 959 §4.1.2: `h1,h2,h3,h4,p1,p2`.
pub fn port_argument(endpoint: SocketAddrV4) -> String {
    let [a, b, c, d] = endpoint.ip().octets();
    let [high, low] = endpoint.port().to_be_bytes();
    format!("{a},{b},{c},{d},{high},{low}")
}

/// The argument of EPRT, RFC 2428 §2: `|1|198.51.100.2|50000|` or `|2|2001:db8::2|50000|`.
///
/// An IPv4-mapped IPv6 address is written as IPv4; scope and flow label are left out.
pub fn eprt_argument(endpoint: SocketAddr) -> String {
    let address = endpoint.ip().to_canonical();
    let protocol = if address.is_ipv4() { 1 } else { 2 };
    format!("|{protocol}|{address}|{}|", endpoint.port())
}

fn quoted(text: &str) -> String {
    printable(text.replace('\n', " ").as_bytes(), 256)
}

/// An error about numbers says more than one about their count, and that more than none at all.
fn keep_worst(problem: &mut Option<AddressError>, error: AddressError) {
    let weight = |error: &AddressError| match error {
        AddressError::Missing { .. } => 0,
        AddressError::NotSixNumbers { .. } => 1,
        _ => 2,
    };
    if problem.as_ref().is_none_or(|kept| weight(&error) >= weight(kept)) {
        *problem = Some(error);
    }
}

fn count_different<T: Ord>(items: impl Iterator<Item = T>) -> usize {
    items.collect::<std::collections::BTreeSet<T>>().len()
}

fn note_common(oddities: &mut Vec<AddressOddity>, text: &str, different: usize) {
    if text.contains('\n') {
        oddities.push(AddressOddity::MultiLine);
    }
    if different > 1 {
        oddities.push(AddressOddity::SeveralAddresses { count: different });
    }
}

/// Whether something follows an address besides a parenthesis and a full stop.
fn has_text_after(after: &str) -> bool {
    !after.trim_start_matches(')').trim_matches(['.', ' ', '\t']).is_empty()
}

/// Numbers separated by commas, as they stand in one line.
struct Run<'a> {
    numbers: Vec<&'a str>,
    blanks: bool,
    before: &'a str,
    after: &'a str,
}

impl Run<'_> {
    fn read(&self, text: &str) -> Result<PassiveReply, AddressError> {
        let numbers: Vec<u32> =
            self.numbers.iter().map(|digits| digits.parse().unwrap_or(u32::MAX)).collect();
        let [a, b, c, d, high, low] = numbers.as_slice() else {
            return Err(AddressError::NotSixNumbers { text: quoted(text), count: numbers.len() });
        };
        let byte = |number: &u32| {
            u8::try_from(*number).map_err(|_| AddressError::NumberTooLarge { text: quoted(text) })
        };
        let address = Ipv4Addr::new(byte(a)?, byte(b)?, byte(c)?, byte(d)?);
        let port = u16::from_be_bytes([byte(high)?, byte(low)?]);
        if port == 0 {
            return Err(AddressError::PortZero { text: quoted(text) });
        }
        let mut oddities = Vec::new();
        let before = self.before.trim_end_matches([' ', '\t']);
        let blank_inside = before.ends_with('(') && before.len() < self.before.len();
        let after = self.after.trim_start_matches([' ', '\t']);
        if !(before.ends_with('(') && after.starts_with(')')) {
            oddities.push(AddressOddity::NoParentheses);
        }
        if before.ends_with('=') {
            oddities.push(AddressOddity::EqualsSign);
        }
        if self.blanks || blank_inside || (after.starts_with(')') && after.len() < self.after.len())
        {
            oddities.push(AddressOddity::Blanks);
        }
        if has_text_after(after) {
            oddities.push(AddressOddity::TextAfter);
        }
        if self.numbers.iter().any(|digits| digits.len() > 1 && digits.starts_with('0')) {
            oddities.push(AddressOddity::LeadingZeros);
        }
        Ok(PassiveReply { address, port, oddities })
    }
}

/// Every run of at least two numbers separated by commas, blanks around the commas allowed.
fn runs(text: &str) -> Vec<Run<'_>> {
    text.split('\n').flat_map(runs_of_line).collect()
}

fn runs_of_line(line: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(|character: char| character.is_ascii_digit()) {
        let consumed = line.len() - rest.len();
        let (before, from) = line.split_at_checked(consumed + at).unwrap_or((line, ""));
        // A digit that belongs to a word, a dotted number or an IPv6 address does not begin a number.
        let glued = before.chars().next_back().is_some_and(|previous| {
            previous.is_ascii_alphanumeric() || matches!(previous, '.' | ':' | '-' | '_')
        });
        let (numbers, blanks, after) = numbers_of(from);
        if glued {
            rest = from.trim_start_matches(|character: char| character.is_ascii_digit());
            continue;
        }
        if numbers.len() > 1 {
            runs.push(Run { numbers, blanks, before, after });
        }
        rest = after;
    }
    runs
}

/// The numbers at the beginning of `text`, whether there are blanks between them, and what follows.
fn numbers_of(text: &str) -> (Vec<&str>, bool, &str) {
    let mut numbers = Vec::new();
    let mut blanks = false;
    let mut rest = text;
    loop {
        let after = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let Some(digits) = rest.strip_suffix(after).filter(|digits| !digits.is_empty()) else {
            break;
        };
        numbers.push(digits);
        rest = after;
        let Some(next) = after.trim_start_matches([' ', '\t']).strip_prefix(',') else {
            break;
        };
        let number = next.trim_start_matches([' ', '\t']);
        if !number.starts_with(|character: char| character.is_ascii_digit()) {
            break;
        }
        blanks |= after.len() - number.len() > 1;
        rest = number;
    }
    (numbers, blanks, rest)
}

/// The next character that may be a delimiter, at byte `from` or later. A digit would be ambiguous; a letter counts only
/// where no letter stands before it.
fn next_delimiter(line: &str, from: usize) -> Option<(usize, char)> {
    let (before, rest) = line.split_at_checked(from)?;
    let mut previous = before.chars().next_back();
    for (at, character) in rest.char_indices() {
        let inside_a_word =
            character.is_ascii_alphabetic() && previous.is_some_and(char::is_alphanumeric);
        previous = Some(character);
        if character.is_ascii_graphic() && !character.is_ascii_digit() && !inside_a_word {
            return Some((from + at, character));
        }
    }
    None
}

/// `<d>protocol<d>address<d>port<d>` as it stands in a line.
struct ExtendedForm<'a> {
    protocol: &'a str,
    address: &'a str,
    port: &'a str,
    /// The byte after the last delimiter.
    end: usize,
}

impl<'a> ExtendedForm<'a> {
    fn read(line: &'a str, at: usize, delimiter: char) -> Option<Self> {
        let (_, from) = line.split_at_checked(at + delimiter.len_utf8())?;
        let mut fields = from.splitn(4, delimiter);
        let (protocol, address, port) = (fields.next()?, fields.next()?, fields.next()?);
        let after = fields.next()?;
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // With other punctuation than `|`, ordinary text must not be taken for the form.
        let place = address.trim();
        let plausible = digits(port.trim())
            && (protocol.trim().is_empty() || digits(protocol.trim()))
            && (delimiter == '|' || place.is_empty() || place.parse::<IpAddr>().is_ok());
        plausible.then_some(Self { protocol, address, port, end: line.len() - after.len() })
    }

    fn reply(&self, line: &str, at: usize, delimiter: char, port: u16) -> ExtendedPassiveReply {
        let mut oddities = Vec::new();
        let (before, _) = line.split_at_checked(at).unwrap_or_default();
        let (_, after) = line.split_at_checked(self.end).unwrap_or_default();
        let (left, right) = (before.trim_end(), after.trim_start());
        let enclosed = left.ends_with('(') && right.starts_with(')');
        if !enclosed {
            oddities.push(AddressOddity::NoParentheses);
        }
        let around = enclosed && (left.len() < before.len() || right.len() < after.len());
        let inside = [self.protocol, self.address, self.port]
            .iter()
            .any(|field| field.contains([' ', '\t']));
        if around || inside {
            oddities.push(AddressOddity::Blanks);
        }
        if has_text_after(right) {
            oddities.push(AddressOddity::TextAfter);
        }
        let digits = self.port.trim();
        if digits.len() > 1 && digits.starts_with('0') {
            oddities.push(AddressOddity::LeadingZeros);
        }
        if delimiter != '|' {
            oddities.push(AddressOddity::OtherDelimiter { delimiter });
        }
        if !self.protocol.trim().is_empty() {
            oddities.push(AddressOddity::ProtocolNamed);
        }
        let named = self.address.trim();
        let address: Option<IpAddr> =
            named.trim_start_matches('[').trim_end_matches(']').parse().ok();
        match address {
            Some(_) => oddities.push(AddressOddity::AddressNamed),
            None if !named.is_empty() => {
                oddities.push(AddressOddity::UnreadableAddress {
                    text: printable(named.as_bytes(), 64),
                });
            }
            None => {}
        }
        ExtendedPassiveReply {
            port,
            protocol: self.protocol.trim().parse().ok(),
            address,
            oddities,
        }
    }
}
/// Whether an address leads nowhere for who reaches the server at `peer`: none that can be dialled, or
/// one of a private network on the other side of a translation.
pub fn leads_nowhere(address: IpAddr, peer: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else {
        return false;
    };
    if v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() {
        return true;
    }
    if v4.is_loopback() {
        return !peer.is_loopback();
    }
    is_inner(address) && !is_inner(peer) && !peer.is_loopback()
}

/// RFC 1918, RFC 6598 (carrier-grade NAT) and link-local: no address of the public Internet.
pub fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
