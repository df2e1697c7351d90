//! Addresses and names where they stand in free text: replies, commands, messages of the system.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::Addresses;
use super::names::{Kind, Names, is_word};

/// First or last parts of dotted words that are no host's: facts of MLST, files of software.
const NOT_HOSTS: (&[&str], &[&str]) = (
    &["unix", "win32", "media-type", "x", "lang", "c"],
    &["conf", "ini", "txt", "cfg", "log", "service", "xml"],
);

/// All masks of a run, and whether they are still being prepared.
#[derive(Default)]
pub(super) struct Masks {
    pub(super) addresses: Addresses,
    pub(super) names: Names,
    /// The first time through the facts only notes what there is.
    pub(super) noting: bool,
    /// Versions of server software that look like addresses.
    pub(super) versions: HashSet<String>,
}

impl Masks {
    /// The mask of an address.
    pub(super) fn address(&mut self, address: IpAddr, certain: bool) -> IpAddr {
        if self.noting {
            self.addresses.note(address, certain);
            return address;
        }
        self.addresses.mask(address)
    }

    /// A host: an address, perhaps with its zone, or a name.
    pub(super) fn host(&mut self, host: &str) -> String {
        let (bare, zone) = host.split_once('%').map_or((host, None), |(h, z)| (h, Some(z)));
        let unbracketed = bare.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = unbracketed.parse::<IpAddr>() {
            let mask = self.address(address, true);
            // The zone is an interface of this machine.
            return zone.map_or_else(|| mask.to_string(), |_| format!("{mask}%if"));
        }
        if self.noting {
            return host.to_owned();
        }
        let mask = self.names.domain(host);
        self.names.find_in_texts(host, &mask);
        if let (Some((first, _)), Some((mask, _))) = (host.split_once('.'), mask.split_once('.')) {
            // Machines call themselves by the first part of their name.
            self.names.find_in_texts(first, mask);
        }
        mask
    }

    /// Free text, all in it masked.
    pub(super) fn text(&mut self, text: &str) -> String {
        if self.noting {
            self.note_names(text);
        }
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut in_url = false;
        while let Some(&c) = chars.get(at) {
            let rest = chars.get(at..).unwrap_or_default();
            let previous = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
            let begins = !previous.is_some_and(is_word);
            if rest.starts_with(&[':', '/', '/']) {
                in_url = true;
                out += "://";
                at += 3;
                continue;
            }
            in_url &= !c.is_whitespace();
            let step = begins.then(|| self.begins(&chars, at)).flatten().or_else(|| {
                let url_path = in_url && previous.is_some_and(|p| p != '/');
                self.path(&chars, at, url_path)
            });
            if let Some((length, masked)) = step {
                out += &masked;
                at += length.max(1);
            } else {
                out.push(c);
                at += 1;
            }
        }
        out
    }

    /// What begins here: an address, a known name, a host's name, a word. Its length and its mask.
    fn begins(&mut self, chars: &[char], at: usize) -> Option<(usize, String)> {
        let rest = chars.get(at..)?;
        let c = *rest.first()?;
        if (c.is_ascii_hexdigit() || c == ':')
            && let Some((length, mask)) = self.ipv6(rest)
        {
            let zone = rest.get(length..)?;
            let inside = |c: &char| is_word(*c) || matches!(c, '.' | '-' | '@');
            let zone = match zone.first() {
                Some('%') => zone.iter().skip(1).take_while(|c| inside(c)).count() + 1,
                _ => 0,
            };
            return Some((length + zone, if zone > 1 { mask + "%if" } else { mask }));
        }
        if c.is_ascii_digit()
            && let Some(found) = self.numbers(rest)
        {
            return Some(found);
        }
        if let Some((length, mask)) = self.names.at(rest)
            && !self.noting
        {
            return Some((length, mask));
        }
        if is_word(c) { self.word(chars, at) } else { None }
    }

    /// `2001:db8::1`, `::ffff:192.0.2.1`, and either with a port after it.
    fn ipv6(&mut self, rest: &[char]) -> Option<(usize, String)> {
        let of_it = |c: &char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
        // The longest address has 45 characters.
        let mut length = rest.iter().take(64).take_while(|c| of_it(c)).count();
        let token: String = rest.get(..length)?.iter().collect();
        if token.matches(':').count() < 2 || rest.get(length).is_some_and(|c| is_word(*c)) {
            return None;
        }
        let trimmed = token.trim_end_matches('.');
        let trimmed = match trimmed.strip_suffix(':') {
            Some(shorter) if !shorter.ends_with(':') => shorter,
            _ => trimmed,
        };
        length = trimmed.chars().count();
        let read = |text: &str| text.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
        // pyftpdlib writes a port after any address: `::1:21` is also an address as a whole.
        let with_port = trimmed.rsplit_once(':').and_then(|(address, port)| {
            let number: u16 = port.parse().ok()?;
            let alone = address.parse::<IpAddr>().ok().or_else(|| read(address))?;
            Some((alone, number))
        });
        let known = |masks: &Self, address| masks.addresses.is_certain(address);
        match (read(trimmed), with_port) {
            (Some(whole), Some((address, port))) if !known(self, whole) && known(self, address) => {
                Some((length, format!("{}:{port}", self.address(address, false))))
            }
            (Some(whole), _) => Some((length, self.address(whole, false).to_string())),
            (None, Some((address, port))) => {
                Some((length, format!("{}:{port}", self.address(address, false))))
            }
            (None, None) => None,
        }
    }

    /// `h1,h2,h3,h4,p1,p2` and shorter runs that begin with an address.
    fn numbers(&mut self, rest: &[char]) -> Option<(usize, String)> {
        let mut at = 0;
        let mut parts: Vec<(u16, usize, String)> = Vec::new();
        loop {
            let digits: String =
                rest.get(at..)?.iter().take(5).take_while(|c| c.is_ascii_digit()).collect();
            if digits.is_empty() || digits.len() > 4 {
                break;
            }
            at += digits.len();
            let end = at;
            let separator: String = rest
                .get(at..)?
                .iter()
                .take(16)
                .take_while(|c| matches!(c, ' ' | '\t' | ','))
                .collect();
            parts.push((digits.parse().ok()?, end, digits));
            if separator.matches(',').count() != 1 || parts.len() == 6 {
                break;
            }
            at += separator.len();
        }
        let [(a, ..), (b, ..), (c, ..), (d, end_of_address, _), ..] = parts.as_slice() else {
            return None;
        };
        let octets = [*a, *b, *c, *d].map(u8::try_from);
        let [Ok(a), Ok(b), Ok(c), Ok(d)] = octets else { return None };
        let IpAddr::V4(mask) = self.address(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), false) else {
            return None;
        };
        let mut out = String::new();
        let mut from = 0;
        for (octet, (_, end, digits)) in mask.octets().iter().zip(&parts) {
            let before = rest.get(from..end - digits.len())?;
            out.extend(before);
            // Leading zeros are a deviation that is diagnosed.
            let width = if digits.starts_with('0') { digits.len() } else { 0 };
            out += &format!("{octet:0width$}");
            from = *end;
        }
        // The two of the port stay.
        let length = parts.get(5).map_or(*end_of_address, |(_, end, _)| *end);
        out.extend(rest.get(from..length)?);
        Some((length, out))
    }

    /// A word with dots, hyphens and digits: an IPv4 address, a host's name, or neither.
    fn word(&mut self, chars: &[char], at: usize) -> Option<(usize, String)> {
        let rest = chars.get(at..)?;
        let of_it = |c: &char| is_word(*c) || matches!(c, '.' | '-');
        let length = rest.iter().take_while(|c| of_it(c)).count();
        let whole: String = rest.get(..length)?.iter().collect();
        let token = whole.trim_end_matches(['.', '-']);
        let length = token.chars().count();
        if self.noting {
            self.names.note(token);
        }
        let labels: Vec<&str> = token.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        let is_host = labels.len() > 1
            && last.chars().count() > 1
            && last.chars().all(|c| c.is_alphabetic() || c == '-')
            && labels.iter().all(|label| !label.is_empty());
        if is_host {
            return Some((length, self.host_in_text(token, &labels)));
        }
        // A name before an at sign belongs to whom a mail goes to.
        if rest.get(length) == Some(&'@')
            && rest.get(length + 1).is_some_and(|c| is_word(*c))
            && !self.noting
            && !Names::is_common(token)
        {
            return Some((length, self.names.mask(token, Kind::User)));
        }
        let before: String =
            chars.get(..at)?.iter().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
        Some((length, self.pieces(token, &before)))
    }

    fn host_in_text(&mut self, token: &str, labels: &[&str]) -> String {
        let lower: Vec<String> = labels.iter().map(|label| label.to_lowercase()).collect();
        let first = lower.first().map(String::as_str).unwrap_or_default();
        let last = lower.last().map(String::as_str).unwrap_or_default();
        if let Some(reversed) = self.reverse(&lower) {
            return reversed;
        }
        if self.noting || NOT_HOSTS.0.contains(&first) || NOT_HOSTS.1.contains(&last) {
            return token.to_owned();
        }
        self.names.domain(token)
    }

    /// `5.113.0.203.in-addr.arpa`, and the nibbles of `ip6.arpa`.
    fn reverse(&mut self, labels: &[String]) -> Option<String> {
        match labels {
            [d, c, b, a, zone, arpa] if zone == "in-addr" && arpa == "arpa" => {
                let octet = |text: &String| text.parse::<u8>().ok();
                let address = Ipv4Addr::new(octet(a)?, octet(b)?, octet(c)?, octet(d)?);
                let IpAddr::V4(mask) = self.address(IpAddr::V4(address), false) else {
                    return None;
                };
                let [a, b, c, d] = mask.octets();
                Some(format!("{d}.{c}.{b}.{a}.in-addr.arpa"))
            }
            [nibbles @ .., zone, arpa]
                if zone == "ip6" && arpa == "arpa" && nibbles.len() == 32 =>
            {
                let digits: String = nibbles.iter().rev().map(String::as_str).collect();
                let address = Ipv6Addr::from(u128::from_str_radix(&digits, 16).ok()?);
                let IpAddr::V6(mask) = self.address(IpAddr::V6(address), false) else {
                    return None;
                };
                let digits = format!("{:032x}", u128::from(mask));
                let nibbles: Vec<String> = digits.chars().rev().map(String::from).collect();
                Some(format!("{}.ip6.arpa", nibbles.join(".")))
            }
            _ => None,
        }
    }

    /// The pieces of a word that is no host's name: dotted addresses, addresses written with
    /// hyphens (`ip-192-0-2-1`), known names.
    fn pieces(&mut self, token: &str, before: &str) -> String {
        let parts: Vec<&str> = token.split_inclusive(['-', '_']).collect();
        let bare = |part: &str| part.trim_end_matches(['-', '_']).to_owned();
        let octet = |part: &&str| {
            let digits = bare(part);
            let short = (1..=3).contains(&digits.len());
            (short && digits.chars().all(|c| c.is_ascii_digit()))
                .then(|| digits.parse::<u8>().ok())
                .flatten()
        };
        let mut out = String::new();
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let four: Vec<u8> =
                parts.get(at..).unwrap_or_default().iter().take(5).map_while(octet).collect();
            let whole = at == 0 || parts.get(at - 1).is_some_and(|p| octet(p).is_none());
            if let ([a, b, c, d], true) = (four.as_slice(), whole) {
                let address = IpAddr::V4(Ipv4Addr::new(*a, *b, *c, *d));
                let mask = self.address(address, false).to_string();
                let separator = part.chars().last().unwrap_or('-');
                out += &mask.replace('.', &separator.to_string());
                let tail = parts.get(at + 3).copied().unwrap_or_default();
                out += tail.get(bare(tail).len()..).unwrap_or_default();
                at += 4;
                continue;
            }
            let word = bare(part);
            let before = if at == 0 { before } else { "" };
            out += &self.piece(&word, before);
            out += part.get(word.len()..).unwrap_or_default();
            at += 1;
        }
        out
    }

    fn piece(&mut self, word: &str, before: &str) -> String {
        if let Some(address) = dotted(word) {
            let known = self.addresses.is_certain(IpAddr::V4(address));
            let is_version = self.versions.contains(word) || names_a_version(before);
            if known || !is_version {
                let mask = self.address(IpAddr::V4(address), false);
                return mask.to_string();
            }
        }
        if self.noting {
            return word.to_owned();
        }
        let chars: Vec<char> = word.chars().collect();
        match self.names.at(&chars) {
            Some((length, mask)) if length == chars.len() => mask,
            _ => word.to_owned(),
        }
    }

    /// An absolute path, quoted or not, or what follows the host in a URL.
    fn path(&mut self, chars: &[char], at: usize, url_path: bool) -> Option<(usize, String)> {
        let rest = chars.get(at..)?;
        let previous = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
        let drive = rest.get(1) == Some(&':')
            && rest.get(2) == Some(&'\\')
            && rest.first().is_some_and(char::is_ascii_alphabetic);
        let root = rest.first() == Some(&'/')
            && (url_path
                || !previous.is_some_and(|p| is_word(p) || matches!(p, '/' | '.' | ':' | '|')));
        if !(root || drive) || self.noting {
            return None;
        }
        let quoted = previous == Some('"');
        let ends = |c: &char| {
            if quoted {
                matches!(c, '"' | '\n')
            } else {
                c.is_whitespace() || "\"'(),;<>|".contains(*c)
            }
        };
        let length = rest.iter().take_while(|c| !ends(c)).count();
        let path: String = rest.get(..length)?.iter().collect();
        let path = if quoted { path.as_str() } else { path.trim_end_matches(['.', ':', '!', '?']) };
        // A path may hold an address, and 229 may have a slash for its delimiter.
        let masked: Vec<String> = path
            .split('/')
            .map(|part| match part.parse::<IpAddr>() {
                Ok(address) => self.address(address, false).to_string(),
                Err(_) => self.names.path(part),
            })
            .collect();
        Some((
            path.chars().count().max(1),
            if path.is_empty() { "/".to_owned() } else { masked.join("/") },
        ))
    }

    /// Names that a text gives away by their place in it.
    fn note_names(&mut self, text: &str) {
        let mut found: Vec<&str> = Vec::new();
        for line in text.lines() {
            // BSD: `Connected from NAME (192.0.2.1)`.
            for (at, _) in line.match_indices([' ']) {
                let (before, after) = line.split_at(at);
                let inner = after.trim_start().strip_prefix(['(', '[']).unwrap_or_default();
                let end = inner.bytes().take(64).position(|byte| matches!(byte, b')' | b']'));
                let address = end.and_then(|end| inner.get(..end)).unwrap_or_default();
                let name = before.rsplit([' ', '\t', ':', '=']).next().unwrap_or_default();
                if address.parse::<IpAddr>().is_ok() {
                    found.push(name);
                }
            }
            // BSD's greeting: `NAME FTP server (Version 6.00LS) ready.`
            if let Some((name, _)) = line.split_once(" FTP server (")
                && !name.contains(' ')
            {
                found.push(name);
            }
            // ProFTPD's ServerName.
            if let Some((_, rest)) = line.split_once("Status of '")
                && let Some((name, _)) = rest.rsplit_once('\'')
            {
                found.push(name);
            }
            if let Some((_, rest)) = line.split_once("ProFTPD")
                && let Some((_, rest)) = rest.split_once(" (")
                && let Some((name, _)) = rest.rsplit_once(") [")
            {
                found.push(name);
            }
        }
        for name in found {
            let usual = matches!(name, "Debian" | "ProFTPD" | "ProFTPD Default Installation");
            let shape = name.chars().next().is_some_and(char::is_alphanumeric)
                && name.parse::<IpAddr>().is_err();
            if shape && !usual && !Names::is_common(name) {
                self.names.wait(name);
            }
        }
    }
}

/// Four decimal numbers up to 255, leading zeros allowed.
fn dotted(word: &str) -> Option<Ipv4Addr> {
    let mut octets = word.split('.').map(|part| {
        let digits = (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
        digits.then(|| part.parse::<u8>().ok()).flatten()
    });
    let address = Ipv4Addr::new(octets.next()??, octets.next()??, octets.next()??, octets.next()??);
    octets.next().is_none().then_some(address)
}

/// Whether a number after these words is a version.
fn names_a_version(before: &str) -> bool {
    let lower = before.trim_end().to_lowercase();
    ["version", "version:", "ver", "ver.", "release", "build"]
        .iter()
        .any(|word| lower.ends_with(word))
}
