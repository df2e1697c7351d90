//! What a server's words tell: about addresses here, about limits and demands in the `is_…` functions.
//!
//! The wordings are those of real servers; each is looked for in the middle of the text, whatever its case.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

pub use super::wording::{
    is_address_refusal, is_bad_data_peer, is_data_tls_required, is_disabled, is_empty_listing,
    is_knock_failed, is_knock_prohibited, is_not_implemented, is_session_reuse_required,
    is_tls_required, is_too_many, is_wrong_family, may_mean_session_reuse,
};

/// The client's address as the server sees it, from the text of a reply to STAT.
///
/// Understood are vsftpd (`Connected to 198.51.100.2`), `ProFTPD` (`Connected from name (address)`), wu-ftpd, BSD and inetutils
/// (`Connected to name (address)`), Apache (`Connected from address`), `SFTPGo` (`Connected to … from address:port`) and
/// libunftp (`client addr: address:port`). An IPv4-mapped IPv6 address is given as IPv4.
///
/// `None` where nothing is named, where two lines contradict each other, or where it may be the server's own address:
/// pyftpdlib's `Connected to: address:21` is.
pub fn stat_client_address(stat_text: &str) -> Option<IpAddr> {
    let mut places: Vec<&str> = stat_text.lines().filter_map(client_by_origin).collect();
    if places.is_empty() {
        places = stat_text.lines().filter_map(client_by_destination).collect();
    }
    only_one(places.into_iter().map(named_address))
}

/// The server's own address, from the text of a reply to STAT: pyftpdlib's `Connected to: 192.168.1.2:21`, and Apache's
/// and `SFTPGo`'s `Connected to …` beside `Connected from …`.
///
/// The port is 0 where none is named. A wildcard address (`0.0.0.0`, `::`) is none.
pub fn stat_server_address(stat_text: &str) -> Option<SocketAddr> {
    let names_origin = stat_text.lines().any(|line| client_by_origin(line).is_some());
    let candidates = stat_text.lines().filter_map(|line| {
        let rest = after_word(line, "connected to")?;
        match rest.strip_prefix(':') {
            Some(own) => Some(own_endpoint(own.trim())),
            None if names_origin => {
                let own = split_origin(rest).map_or(rest, |(own, _)| own);
                Some(named_endpoint(own.trim()))
            }
            None => None,
        }
    });
    only_one(candidates)
}

/// What a refusal of PORT or EPRT says about addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The address that arrived at the server in the command.
    pub arrived: Option<IpAddr>,
    /// The client's address as the server sees it.
    pub seen: Option<IpAddr>,
}

/// The addresses named in a refusal of PORT or EPRT; `None` where none is named.
///
/// Understood are Pure-FTPd (`I won't open a connection to X (only to Y)`), pyftpdlib
/// (`Rejected data connection to foreign address X:P`) and Apache (`PORT IP is not same as Y`).
pub fn port_refusal(text: &str) -> Option<Refusal> {
    let text = text.replace('\n', " ");
    let first_after = |marker: &str| {
        let rest = after_word(&text, marker)?;
        let word = rest.split_whitespace().next()?;
        named_endpoint(word).map(|endpoint| endpoint.ip())
    };
    let arrived = first_after("open a connection to").or_else(|| first_after("to foreign address"));
    let seen = first_after("only to")
        .or_else(|| first_after("not same as"))
        .or_else(|| first_after("not the same as"));
    (arrived.is_some() || seen.is_some()).then_some(Refusal { arrived, seen })
}

/// Where a line says that the client comes from.
fn client_by_origin(line: &str) -> Option<&str> {
    if let Some(rest) = after_word(line, "client addr:") {
        return Some(rest);
    }
    if let Some(rest) = after_word(line, "connected from") {
        return Some(rest.trim_start_matches(':'));
    }
    split_origin(after_word(line, "connected to")?).map(|(_, origin)| origin)
}

/// `… to LISTEN from CLIENT for DURATION`.
fn split_origin(rest: &str) -> Option<(&str, &str)> {
    let (own, origin) = rest.split_once(" from ")?;
    Some((own, origin.split_once(" for ").map_or(origin, |(origin, _)| origin)))
}

/// `Connected to CLIENT`, as the family of BSD's ftpd says it. A colon after it means the server itself.
fn client_by_destination(line: &str) -> Option<&str> {
    after_word(line, "connected to").filter(|rest| !rest.starts_with(':'))
}

/// pyftpdlib writes a port after any address, without brackets: `::1:21`.
fn own_endpoint(place: &str) -> Option<SocketAddr> {
    let split = place.rsplit_once(':').and_then(|(address, port)| {
        let address: IpAddr = address.split('%').next()?.parse().ok()?;
        Some(SocketAddr::new(address.to_canonical(), port.parse().ok()?))
    });
    split.filter(|endpoint| !endpoint.ip().is_unspecified()).or_else(|| named_endpoint(place))
}

/// What follows `marker` in a line, whatever the case, where `marker` does not continue a word.
fn after_word<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    let at = line.to_ascii_lowercase().find(marker)?;
    let (before, rest) = line.split_at_checked(at)?;
    let inside_a_word = before.chars().next_back().is_some_and(char::is_alphanumeric);
    let (_, after) = rest.split_at_checked(marker.len())?;
    (!inside_a_word).then_some(after)
}

/// The one address of `text`: in parentheses at its end, or the first word.
fn named_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_end_matches('.');
    let place = match text.rsplit_once('(') {
        Some((_, inner)) => inner.split_once(')').map(|(inner, _)| inner)?,
        None => text.split_whitespace().next()?,
    };
    named_endpoint(place.trim()).map(|endpoint| endpoint.ip())
}

/// `address`, `address:port`, `[address]`, `[address]:port`, with brackets or a full stop around; port 0 where none is named.
fn named_endpoint(place: &str) -> Option<SocketAddr> {
    let place = place.trim_matches(['(', ')', ',', ';', '"', '\'']).trim_end_matches('.');
    let parse = |text: &str| text.split('%').next().unwrap_or_default().parse::<IpAddr>().ok();
    let (address, port) = if let Some(inner) = place.strip_prefix('[') {
        let (address, after) = inner.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None => 0,
        };
        (parse(address)?, port)
    } else if let Some(address) = parse(place) {
        (address, 0)
    } else {
        let (address, port) = place.rsplit_once(':')?;
        (parse(address)?, port.parse().ok()?)
    };
    let address = address.to_canonical();
    (!address.is_unspecified()).then_some(SocketAddr::new(address, port))
}

/// The candidate all agree on. One that is unreadable (`None`) does not speak against the others.
fn only_one<T: PartialEq>(candidates: impl Iterator<Item = Option<T>>) -> Option<T> {
    let mut readable = candidates.flatten();
    let first = readable.next()?;
    readable.all(|other| other == first).then_some(first)
}
