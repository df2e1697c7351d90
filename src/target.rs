//! What the user typed as TARGET, understood once and for all.
//!
//! `HOST`, `HOST:PORT`, `[v6]:PORT`, a bare IPv6 address, `user:password@HOST`, and the URLs `ftp://`, `ftpes://` (explicit TLS)
//! and `ftps://` (implicit TLS) of RFC 1738 §3.2 with the host of RFC 3986 §3.2.2 and the zone of RFC 6874.
//!
//! Decisions: names are lower-cased; a trailing dot is kept, since it keeps a resolver from appending a search domain, and left
//! out of the name that certificates are checked for; a name that is not ASCII is kept as typed (lower-cased) and not turned into
//! punycode here, which is the resolver's business. A name whose last label is a number is refused, since systems read `127.1` or `0x7f.1` as addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::facts::Host;
use crate::wire::text::printable;

/// The scheme of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// `ftp://`: what the options say.
    Ftp,
    /// `ftpes://`: explicit TLS, RFC 4217.
    Ftpes,
    /// `ftps://`: implicit TLS, port 990 unless told otherwise.
    Ftps,
}

/// What to diagnose.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// As typed, but for the password and the colon before it.
    pub input: String,
    /// Of a URL.
    pub scheme: Option<Scheme>,
    /// Where the server is.
    pub host: Host,
    /// The control port, never 0.
    pub port: Option<u16>,
    /// Percent-decoded, never empty.
    pub user: Option<String>,
    /// Percent-decoded; may be empty.
    pub password: Option<Zeroizing<String>>,
    /// What to list, percent-decoded, without the slash after the host: `a/b/` is relative to the login directory, `/etc` (typed as
    /// `//etc` or `/%2Fetc`) absolute. `None` where there is no path, or only that slash. A `;type=…` at the end is left out.
    pub path: Option<String>,
}

/// Shows that there is a password, not which.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("input", &self.input)
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "****"))
            .field("path", &self.path)
            .finish()
    }
}

/// Why an operand is no target. `Display` names the operand, without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    /// The operand, printable, with `****` for a password.
    pub operand: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing, or nothing but blanks.
    Empty,
    /// No host between scheme or user and port or path.
    NoHost,
    /// `sftp://`, `scp://` or `ssh://`.
    Ssh,
    /// `http://` or `https://`.
    Http,
    /// Another scheme.
    UnknownScheme,
    /// A port that is no number from 1 to 65535.
    Port,
    /// An opening bracket without the closing one, or text after that.
    Bracket,
    /// No IPv6 address between the brackets.
    NotIpv6,
    /// An IPv6 address in a URL without brackets, or a name with a colon.
    Colons,
    /// Digits and dots that are no IPv4 address.
    NotIpv4,
    /// A zone that is no interface's name.
    Zone,
    /// A character that does not belong into a host name.
    HostCharacter,
    /// A name of more than 253 bytes or a label of more than 63.
    HostLength,
    /// Two dots in a row, or one at the beginning.
    EmptyLabel,
    /// A path without a scheme.
    PathWithoutScheme,
    /// `?`, which begins a query.
    Query,
    /// `#`, which begins a fragment.
    Fragment,
    /// `%` without two hexadecimal digits.
    Percent,
    /// Not UTF-8 when percent-decoded.
    NotUtf8,
    /// A control character, typed or percent-encoded, as CR and LF.
    Control,
    /// No user before the colon or the at sign.
    NoUser,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a host is needed, as in ftp.example.com or ftp://user@host:21/path/",
            Self::NoHost => "the host is missing",
            Self::Ssh => "SFTP is a part of SSH, another protocol on port 22 with a single connection: nothing here applies to it",
            Self::Http => "this is the address of a web page; for FTP write ftp://host, ftpes://host or ftps://host",
            Self::UnknownScheme => "the scheme is none of ftp, ftpes (explicit TLS) and ftps (implicit TLS)",
            Self::Port => "the port is not a number from 1 to 65535",
            Self::Bracket => "a bracket is not closed, or followed by something else than a port",
            Self::NotIpv6 => "what stands in brackets is not an IPv6 address",
            Self::Colons => "too many colons; an IPv6 address with a port or in a URL needs brackets, as in [::1]:21",
            Self::NotIpv4 => "the host looks like an IPv4 address and is none",
            Self::Zone => "the zone after % is not the name of an interface of an IPv6 address",
            Self::HostCharacter => "the host contains a character that no host name has",
            Self::HostLength => "the host name is too long (253 bytes, 63 for each label)",
            Self::EmptyLabel => "the host name has an empty label",
            Self::PathWithoutScheme => "a path needs a scheme, as in ftp://host/path/",
            Self::Query => "an FTP address has no query; write ? as %3F",
            Self::Fragment => "an FTP address has no fragment; write # as %23",
            Self::Percent => "a percent sign is not followed by two hexadecimal digits; write % as %25",
            Self::NotUtf8 => "the percent-encoded bytes are not UTF-8",
            Self::Control => "there is a control character",
            Self::NoUser => "the user is missing",
        })
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "target \"{}\": {}", self.operand, self.problem)
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// Whether nobody in particular logs in.
    pub fn is_anonymous(&self) -> bool {
        self.user.as_deref().is_none_or(|user| matches!(user, "anonymous" | "ftp"))
    }

    /// Understands `input`.
    ///
    /// # Errors
    /// [`TargetError`] for everything that is not surely meant; it never shows a password.
    pub fn parse(input: &str) -> Result<Self, TargetError> {
        parse(input).map_err(|problem| TargetError { operand: without_secret(input), problem })
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(input: &str) -> Result<Self, TargetError> {
        Self::parse(input)
    }
}

fn parse(input: &str) -> Result<Target, Problem> {
    if input.trim().is_empty() {
        return Err(Problem::Empty);
    }
    if input.chars().any(char::is_control) {
        return Err(Problem::Control);
    }
    let (scheme, rest) = split_scheme(input)?;
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at_checked(authority_end).unwrap_or((rest, ""));
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, authority),
    };
    let (user, password) = match login
        .map(|login| login.split_once(':').map_or((login, None), |(u, p)| (u, Some(p))))
    {
        Some((user, password)) => (Some(user), password),
        None => (None, None),
    };
    let (host, port) = parse_place(place, scheme.is_some())?;
    let path = parse_path(after, scheme.is_some())?;
    let user = user.map(decode).transpose()?;
    if user.as_deref() == Some("") {
        return Err(Problem::NoUser);
    }
    let decoded = password.map(decode).transpose()?;
    Ok(Target {
        input: without_password(input, rest, user_length(login), password),
        scheme,
        host,
        port,
        user,
        password: decoded.map(Zeroizing::new),
        path,
    })
}

fn user_length(login: Option<&str>) -> usize {
    login.map_or(0, |login| login.find(':').unwrap_or(login.len()))
}

/// `input`, whose part after the scheme is `rest`, without the password that follows `user_length` bytes and a colon.
fn without_password(input: &str, rest: &str, user_length: usize, password: Option<&str>) -> String {
    let Some(password) = password else {
        return input.to_owned();
    };
    let from = input.len() - rest.len() + user_length;
    let to = from + 1 + password.len();
    let before = input.get(..from).unwrap_or_default();
    let after = input.get(to..).unwrap_or_default();
    format!("{before}{after}")
}

/// The operand for an error: whatever stands between the first colon after a scheme and the last at sign may be a password.
fn without_secret(input: &str) -> String {
    let scheme_end = scheme_length(input).map_or(0, |length| length + 3);
    let (scheme, rest) = input.split_at_checked(scheme_end).unwrap_or(("", input));
    let shown = match (rest.find(':'), rest.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => {
            let user = rest.get(..colon).unwrap_or_default();
            let after = rest.get(at..).unwrap_or_default();
            format!("{scheme}{user}:****{after}")
        }
        _ => input.to_owned(),
    };
    printable(shown.as_bytes(), 200)
}

/// The length of what stands before `://`, where that may be a scheme (RFC 3986 §3.1).
fn scheme_length(input: &str) -> Option<usize> {
    let (scheme, _) = input.split_once("://")?;
    let mut bytes = scheme.bytes();
    let letter = bytes.next().is_none_or(|byte| byte.is_ascii_alphabetic());
    (letter && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')))
        .then_some(scheme.len())
}

fn split_scheme(input: &str) -> Result<(Option<Scheme>, &str), Problem> {
    let Some(length) = scheme_length(input) else {
        return Ok((None, input));
    };
    let name = input.get(..length).unwrap_or_default().to_ascii_lowercase();
    let rest = input.get(length + 3..).unwrap_or_default();
    match name.as_str() {
        "ftp" => Ok((Some(Scheme::Ftp), rest)),
        "ftpes" => Ok((Some(Scheme::Ftpes), rest)),
        "ftps" => Ok((Some(Scheme::Ftps), rest)),
        "sftp" | "scp" | "ssh" => Err(Problem::Ssh),
        "http" | "https" => Err(Problem::Http),
        _ => Err(Problem::UnknownScheme),
    }
}

/// Host and port.
fn parse_place(place: &str, in_url: bool) -> Result<(Host, Option<u16>), Problem> {
    if place.is_empty() {
        return Err(Problem::NoHost);
    }
    if let Some(inner) = place.strip_prefix('[') {
        let (address, after) = inner.split_once(']').ok_or(Problem::Bracket)?;
        let address = parse_ipv6(address)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(parse_port(port)?),
            None if after.is_empty() => None,
            None => return Err(Problem::Bracket),
        };
        return Ok((address, port));
    }
    if place.matches(':').count() > 1 {
        let read = if in_url { Err(Problem::Colons) } else { parse_ipv6(place) };
        let address =
            read.map_err(
                |problem| {
                    if problem == Problem::NotIpv6 { Problem::Colons } else { problem }
                },
            )?;
        return Ok((address, None));
    }
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    if host.is_empty() {
        return Err(Problem::NoHost);
    }
    let host = parse_host(host)?;
    Ok((host, port.map(parse_port).transpose()?))
}

fn parse_port(text: &str) -> Result<u16, Problem> {
    let digits =
        !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port > 0 => Ok(port),
        _ => Err(Problem::Port),
    }
}

/// An IPv6 address and its zone, after `%` or, as RFC 6874 wants it in a URL, `%25`.
fn parse_ipv6(text: &str) -> Result<Host, Problem> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let IpAddr::V6(address) = address.parse().map_err(|_| Problem::NotIpv6)? else {
        return Err(Problem::NotIpv6);
    };
    let zone = zone.map(parse_zone).transpose()?;
    Ok(Host::Address { address: IpAddr::V6(address), zone })
}

/// An interface's name (15 bytes on Linux) or number. A bare `25` is a number, not an encoded percent sign.
fn parse_zone(zone: &str) -> Result<String, Problem> {
    let zone = zone.strip_prefix("25").filter(|rest| !rest.is_empty()).unwrap_or(zone);
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@');
    let is_zone = (1..=15).contains(&zone.len()) && zone.bytes().all(allowed);
    is_zone.then(|| zone.to_owned()).ok_or(Problem::Zone)
}

fn parse_host(text: &str) -> Result<Host, Problem> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.into());
    }
    if text.contains('%') {
        return Err(if text.starts_with(|character: char| character.is_ascii_digit()) {
            Problem::Zone
        } else {
            Problem::HostCharacter
        });
    }
    let fits = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '-' | '_' | '.')
            || is_letter_beyond_ascii(character)
    };
    if text.starts_with('-') || !text.chars().all(fits) {
        return Err(Problem::HostCharacter);
    }
    let name = text.to_lowercase();
    let bare = name.strip_suffix('.').unwrap_or(&name);
    if bare.split('.').any(str::is_empty) {
        return Err(Problem::EmptyLabel);
    }
    if bare.len() > 253 || bare.split('.').any(|label| label.len() > 63) {
        return Err(Problem::HostLength);
    }
    let last = bare.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::NotIpv4);
    }
    Ok(Host::Name(name))
}

/// Letters, digits and marks of other scripts; nothing invisible and no punctuation such as a full-width slash.
fn is_letter_beyond_ascii(character: char) -> bool {
    let mark = matches!(u32::from(character), 0x300..=0x36f | 0x900..=0xdff | 0xe31..=0xe4e | 0x3099..=0x309a);
    let looks_like_ascii = matches!(u32::from(character), 0xff00..=0xff5e);
    !character.is_ascii()
        && (character.is_alphanumeric() || mark || character == '·')
        && !looks_like_ascii
        && printable(character.to_string().as_bytes(), 4) == character.to_string()
}

/// `after` begins with `/`, `?` or `#`, or is empty.
fn parse_path(after: &str, in_url: bool) -> Result<Option<String>, Problem> {
    if after.contains('#') {
        return Err(Problem::Fragment);
    }
    if after.contains('?') {
        return Err(Problem::Query);
    }
    let Some(path) = after.strip_prefix('/') else {
        return Ok(None);
    };
    if !in_url {
        return Err(Problem::PathWithoutScheme);
    }
    let path = without_type(path);
    Ok(Some(decode(path)?).filter(|path| !path.is_empty()))
}

/// RFC 1738 §3.2.2: `;type=a`, `i` or `d` is about the transfer, not the path.
fn without_type(path: &str) -> &str {
    let Some((before, last)) = path.rsplit_once(';') else {
        return path;
    };
    let last = last.to_ascii_lowercase();
    if matches!(last.as_str(), "type=a" | "type=i" | "type=d") { before } else { path }
}

fn decode(text: &str) -> Result<String, Problem> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && !(digit(bytes.next()) && digit(bytes.next())) {
            return Err(Problem::Percent);
        }
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| Problem::NotUtf8)?;
    if decoded.chars().any(char::is_control) {
        return Err(Problem::Control);
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Host, Problem, Scheme, Target};

    fn without_zone(host: &Host) -> String {
        host.address().map_or_else(|| host.to_string(), |address| address.to_string())
    }

    /// Host, zone, port, user, password and path in one line; `-` for what is absent.
    fn shown(target: &Target) -> String {
        let text = |part: Option<&String>| part.map_or("-".to_owned(), |part| format!("'{part}'"));
        format!(
            "{} {} {} {} {} {}",
            without_zone(&target.host),
            text(target.host.zone().map(str::to_owned).as_ref()),
            target.port.map_or("-".to_owned(), |port| port.to_string()),
            text(target.user.as_ref()),
            text(target.password.as_deref()),
            text(target.path.as_ref()),
        )
    }

    #[test]
    fn understands_every_form() {
        for (input, expected) in [
            ("ftp.example.com", "ftp.example.com - - - - -"),
            ("FTP.Example.COM", "ftp.example.com - - - - -"),
            ("ftp.example.com.", "ftp.example.com. - - - - -"),
            ("localhost:2121", "localhost - 2121 - - -"),
            ("my_host-1", "my_host-1 - - - - -"),
            ("4host.example", "4host.example - - - - -"),
            ("bücher.example", "bücher.example - - - - -"),
            ("BÜCHER.example", "bücher.example - - - - -"),
            ("服务器.测试:21", "服务器.测试 - 21 - - -"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example - - - - -"),
            ("192.0.2.1", "192.0.2.1 - - - - -"),
            ("192.0.2.1:65535", "192.0.2.1 - 65535 - - -"),
            ("host:00021", "host - 21 - - -"),
            ("::1", "::1 - - - - -"),
            ("[::1]", "::1 - - - - -"),
            ("[2001:DB8::1]:2121", "2001:db8::1 - 2121 - - -"),
            ("fe80::1%eth0", "fe80::1 'eth0' - - - -"),
            ("[fe80::1%25eth0]:21", "fe80::1 'eth0' 21 - - -"),
            ("[fe80::1%eth0]", "fe80::1 'eth0' - - - -"),
            ("fe80::1%25", "fe80::1 '25' - - - -"),
            ("alice@host", "host - - 'alice' - -"),
            ("alice:secret@host:2121", "host - 2121 'alice' 'secret' -"),
            ("ftp://host", "host - - - - -"),
            ("FTP://HOST/", "host - - - - -"),
            ("ftp://[::1]:21/", "::1 - 21 - - -"),
            ("ftp://[fe80::1%25eth0]/a", "fe80::1 'eth0' - - - 'a'"),
            ("ftps://host", "host - - - - -"),
            ("ftpes://alice@host:2121/pub/", "host - 2121 'alice' - 'pub/'"),
            ("ftp://h/a/b/", "h - - - - 'a/b/'"),
            ("ftp://h//etc", "h - - - - '/etc'"),
            ("ftp://h/%2Fetc", "h - - - - '/etc'"),
            ("ftp://h/%E4%BD%A0%20x", "h - - - - '你 x'"),
            ("ftp://h/a b/ü", "h - - - - 'a b/ü'"),
            ("ftp://h/a@b:c", "h - - - - 'a@b:c'"),
            ("ftp://h/what%3F%23", "h - - - - 'what?#'"),
            ("ftp://h/file;type=I", "h - - - - 'file'"),
            ("ftp://h/file;type=x", "h - - - - 'file;type=x'"),
            ("ftp://u%40d:p%3A%2F@h", "h - - 'u@d' 'p:/' -"),
            ("ftp://u@d:p@w@h/", "h - - 'u@d' 'p@w' -"),
            ("ftp://u:@h", "h - - 'u' '' -"),
            ("ftp://u:a:b@h", "h - - 'u' 'a:b' -"),
        ] {
            let target = Target::parse(input);
            assert_eq!(target.as_ref().map(shown), Ok(expected.to_owned()), "{input}");
            assert_eq!(input.parse(), target);
        }
    }

    #[test]
    fn refuses_what_is_not_surely_meant() {
        for (input, problem) in [
            ("", Problem::Empty),
            (" \t ", Problem::Empty),
            ("ftp://", Problem::NoHost),
            ("ftp:///etc", Problem::NoHost),
            ("ftp://alice@", Problem::NoHost),
            (":21", Problem::NoHost),
            ("://host", Problem::UnknownScheme),
            ("host:", Problem::Port),
            ("host:0", Problem::Port),
            ("host:65536", Problem::Port),
            ("host:+21", Problem::Port),
            ("host:-1", Problem::Port),
            ("host:2 1", Problem::Port),
            ("host:ftp", Problem::Port),
            ("host:000021", Problem::Port),
            ("[::1]:", Problem::Port),
            ("[::1", Problem::Bracket),
            ("[::1]21", Problem::Bracket),
            ("[192.0.2.1]:21", Problem::NotIpv6),
            ("[host]", Problem::NotIpv6),
            ("[]", Problem::NotIpv6),
            ("ftp://::1/", Problem::Colons),
            ("a:b:c", Problem::Colons),
            ("host:21:21", Problem::Colons),
            ("256.1.1.1", Problem::NotIpv4),
            ("1.2.3", Problem::NotIpv4),
            ("2130706433", Problem::NotIpv4),
            ("127.0.0.01", Problem::NotIpv4),
            ("0x7f.0x1", Problem::NotIpv4),
            ("fe80::1%", Problem::Zone),
            ("[fe80::1%a b]", Problem::Zone),
            ("fe80::1%averyveryverylongname", Problem::Zone),
            ("192.0.2.1%eth0", Problem::Zone),
            ("ho st", Problem::HostCharacter),
            (" host", Problem::HostCharacter),
            ("host ", Problem::HostCharacter),
            ("-P", Problem::HostCharacter),
            ("host%2ecom", Problem::HostCharacter),
            ("ho\\st", Problem::HostCharacter),
            ("ho\u{200b}st", Problem::HostCharacter),
            ("ho\u{202e}st", Problem::HostCharacter),
            ("host／etc", Problem::HostCharacter),
            ("host]:21", Problem::HostCharacter),
            ("a..b", Problem::EmptyLabel),
            (".a", Problem::EmptyLabel),
            ("a..", Problem::EmptyLabel),
            (".", Problem::EmptyLabel),
            ("host/pub", Problem::PathWithoutScheme),
            ("ftp://h/a?b", Problem::Query),
            ("ftp://h?b", Problem::Query),
            ("ftp://h/a#b", Problem::Fragment),
            ("ftp://h/%", Problem::Percent),
            ("ftp://h/%2", Problem::Percent),
            ("ftp://h/%zz", Problem::Percent),
            ("ftp://u%:p@h/", Problem::Percent),
            ("ftp://h/%C4%E3", Problem::NotUtf8),
            ("ftp://h/a%0D%0ADELE%20b", Problem::Control),
            ("ftp://u%0A:p@h/", Problem::Control),
            ("ftp://u:p%00@h/", Problem::Control),
            ("ftp://h/\r\nDELE b", Problem::Control),
            ("ftp://h/%C2%85", Problem::Control),
            ("ftp://@h", Problem::NoUser),
            ("ftp://:p@h", Problem::NoUser),
            ("sftp://host", Problem::Ssh),
            ("SCP://host", Problem::Ssh),
            ("https://host/", Problem::Http),
            ("gopher://host", Problem::UnknownScheme),
        ] {
            let error = Target::parse(input).map_err(|error| (error.problem, error.to_string()));
            let Err((found, text)) = error else {
                assert!(error.is_err(), "{input} was understood");
                continue;
            };
            assert_eq!(found, problem, "{input}");
            assert!(text.starts_with("target \"") && !text.contains(char::is_control), "{text}");
        }
        let label = "a".repeat(64);
        let name = ["abcdefg"; 32].join(".");
        for long in [label, format!("{name}.com")] {
            assert_eq!(
                Target::parse(&long).map_err(|error| error.problem),
                Err(Problem::HostLength)
            );
        }
        assert!(Target::parse(&format!("{}.", ["abcdefgh"; 28].join("."))).is_ok());
    }

    #[test]
    fn never_shows_a_password() {
        for input in [
            "ftp://u:s3cret@h/",
            "u:s3cret@h",
            "ftp://u:s3cret@h:0/",
            "ftp://u:s3/s3cret@h/",
            "ftp://u:s3#s3cret@h:99999/",
            "u:s3://s3cret@h:x",
            "sftp://u:s3cret@h/",
            "http://u:a@s3cret@h/",
            "ftp://u:s3cret%@h/",
            "ftp://u:s3cret%00@h/",
            "ftp:/u:s3cret@h",
            "ftp://:s3cret@h",
            "ftp://u:s3cret@",
            "u:s3cret@h o",
        ] {
            let shown = match Target::parse(input) {
                Ok(target) => format!("{target:?} {}", target.input),
                Err(error) => format!("{error:?} {error}"),
            };
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let target = Target::parse("FTP://u:s3cret@Host:21/a@b");
        assert_eq!(target.map(|target| target.input), Ok("FTP://u@Host:21/a@b".to_owned()));
        let error = Target::parse("ftp://u:s3cret@h:0/").map_err(|error| error.to_string());
        let text = "target \"ftp://u:****@h:0/\": the port is not a number from 1 to 65535";
        assert_eq!(error, Err(text.to_owned()));
    }

    #[test]
    fn leaves_a_port_open_that_is_not_given() {
        for (input, scheme, port, host) in [
            ("host", None, None, "host"),
            ("ftp://host.", Some(Scheme::Ftp), None, "host."),
            ("ftpes://host", Some(Scheme::Ftpes), None, "host"),
            ("ftps://host", Some(Scheme::Ftps), None, "host"),
            ("ftps://host:21", Some(Scheme::Ftps), Some(21), "host"),
            ("ftps://[::1]", Some(Scheme::Ftps), None, "::1"),
        ] {
            let target = Target::parse(input);
            let found =
                target.as_ref().map(|target| (target.scheme, target.port, target.host.to_string()));
            assert_eq!(found, Ok((scheme, port, host.to_owned())), "{input}");
        }
    }

    #[test]
    fn damaged_operands_neither_panic_nor_hang() {
        for input in
            ["ftpes://us%40er:pass@[fe80::1%25eth0]:2121/p%2Fa/ü;type=i", "u:p@bücher.example.:21"]
        {
            for (at, character) in input.char_indices() {
                let (before, after) = input.split_at(at);
                let _ = Target::parse(before);
                let after: String = after.chars().skip(1).collect();
                for byte in 0..=255_u8 {
                    let _ = Target::parse(&format!("{before}{}{after}", char::from(byte)));
                    let _ =
                        Target::parse(&format!("{before}{}{character}{after}", char::from(byte)));
                }
            }
        }
    }
}
