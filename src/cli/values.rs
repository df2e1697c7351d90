//! Values of options.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::facts::{Mode, PortRange};
use crate::wire::text::printable;
use crate::words::{self, Word};

/// The words of a type, each with what it means.
pub fn word<T: Word + Send + Sync>() -> impl TypedValueParser<Value = T> {
    let known = T::LIST.iter().map(|value| PossibleValue::new(value.word()).help(value.meaning()));
    PossibleValuesParser::new(known).try_map(|said| words::parse::<T>(&said))
}

/// A mode by its command's name.
///
/// # Errors
/// Names what is known.
pub fn mode(value: &str) -> Result<Mode, String> {
    let named = value.trim().to_ascii_lowercase().parse();
    named.map_err(|_| "known are pasv, epsv, port and eprt".to_owned())
}

/// A duration such as `500ms`, `8s`, `2m`; a bare number is seconds.
///
/// # Errors
/// When it is none, zero or more than a day.
pub fn duration(value: &str) -> Result<Duration, String> {
    let bare = value.parse::<u64>().ok().map(Duration::from_secs);
    let duration = match bare {
        Some(duration) => duration,
        None => humantime::parse_duration(value)
            .map_err(|_| "a duration looks like 500ms, 8s or 2m".to_owned())?,
    };
    if duration.is_zero() {
        return Err("must be more than nothing".to_owned());
    }
    if duration > Duration::from_secs(24 * 3600) {
        return Err("more than a day".to_owned());
    }
    Ok(duration)
}

/// A path on the server, as it goes into a command.
///
/// # Errors
/// When it is empty or would end the command.
pub fn remote_path(value: &str) -> Result<String, String> {
    if value.trim().is_empty() {
        return Err("names no file".to_owned());
    }
    if value.contains(['\r', '\n', '\0']) {
        return Err("a path has no line breaks".to_owned());
    }
    Ok(value.to_owned())
}

/// `FAMILY/TABLE/CHAIN` of nftables.
///
/// # Errors
/// When it is not three names, the first one a family.
pub fn nft_chain(value: &str) -> Result<String, String> {
    let parts: Vec<&str> = value.split('/').collect();
    let [family, table, chain] = parts.as_slice() else {
        return Err("looks like inet/filter/input".to_owned());
    };
    if !["ip", "ip6", "inet", "bridge", "netdev", "arp"].contains(family) {
        return Err("the family is one of ip, ip6, inet".to_owned());
    }
    // It goes into lines to be pasted into a shell.
    let plain = |name: &&str| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    if !plain(table) || !plain(chain) {
        return Err("table and chain are plain names".to_owned());
    }
    Ok(value.to_owned())
}

/// `MIN-MAX`, or a single port.
///
/// # Errors
/// When it is no range of ports from 1 to 65535.
pub fn port_range(value: &str) -> Result<PortRange, String> {
    let (min, max) = value.split_once('-').unwrap_or((value, value));
    let port = |text: &str| {
        text.trim().parse::<u16>().ok().filter(|p| *p > 0).ok_or_else(|| {
            format!("\"{}\" is no port from 1 to 65535", printable(text.as_bytes(), 32))
        })
    };
    let range = PortRange { min: port(min)?, max: port(max)? };
    if range.min > range.max {
        return Err(format!("{} is more than {}", range.min, range.max));
    }
    Ok(range)
}

/// A range of passive ports: servers take none below 1024.
///
/// # Errors
/// When it is no range, or has other services' ports in it.
pub fn passive_ports(value: &str) -> Result<PortRange, String> {
    let range = port_range(value)?;
    if range.min < 1024 {
        return Err("passive ports lie between 1024 and 65535".to_owned());
    }
    Ok(range)
}

/// A proxy's URL without user and password, printable.
pub fn without_userinfo(value: &str) -> String {
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(s, r)| (s, r));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let joined = if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") };
    printable(joined.as_bytes(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("8"), Ok(Duration::from_secs(8)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("0").is_err() && duration("soon").is_err() && duration("2d").is_err());
    }

    #[test]
    fn ranges() {
        assert_eq!(port_range("6000-7000"), Ok(PortRange { min: 6000, max: 7000 }));
        assert_eq!(port_range("6000"), Ok(PortRange { min: 6000, max: 6000 }));
        for wrong in ["", "0-1", "7-6", "1-65536", "a-b", "1-2-3"] {
            assert!(port_range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn chains() {
        assert!(nft_chain("inet/filter/input").is_ok() && nft_chain("ip/my-table/IN_1").is_ok());
        for wrong in
            ["", "filter/input", "inet/filter", "inet/a b/c", "x/y/z", "inet/f;/i", "inet//i"]
        {
            assert!(nft_chain(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_lose_their_credentials() {
        assert_eq!(without_userinfo("http://me:s3cret@proxy:3128/"), "http://proxy:3128/");
        assert_eq!(without_userinfo("me:s@proxy:3128"), "proxy:3128");
    }
}
