//! The host as it was named, taken apart once.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name to resolve, or an address. Saved and shown as it is typed: `ftp.example.com`, `192.0.2.1`,
/// `fe80::1%eth0`, without brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, a trailing dot kept: it keeps a resolver from appending a search domain.
    Name(String),
    /// An address.
    Address {
        /// The address.
        address: IpAddr,
        /// The zone of a link-local one (RFC 4007 §11): an interface's name or number.
        zone: Option<String>,
    },
}

impl Host {
    /// The address, where it was given as one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Address { address, .. } => Some(*address),
        }
    }

    /// The interface that an address was given with.
    pub fn zone(&self) -> Option<&str> {
        match self {
            Self::Name(_) | Self::Address { zone: None, .. } => None,
            Self::Address { zone: Some(zone), .. } => Some(zone),
        }
    }

    /// The name as it is compared and stands in certificates: without the dot at its end.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.strip_suffix('.').unwrap_or(name)),
            Self::Address { .. } => None,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Address { address, zone: None }
    }
}

/// What is no address is a name, whatever it is: facts may have been masked.
impl From<&str> for Host {
    fn from(text: &str) -> Self {
        let (address, zone) = match text.split_once('%') {
            Some((address, zone)) => (address, Some(zone.to_owned())),
            None => (text, None),
        };
        match address.parse() {
            Ok(address) => Self::Address { address, zone },
            Err(_) => Self::Name(text.to_owned()),
        }
    }
}

impl FromStr for Host {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address { address, zone: None } => address.fmt(f),
            Self::Address { address, zone: Some(zone) } => write!(f, "{address}%{zone}"),
        }
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_it_is_written() {
        for (text, address, zone, name) in [
            ("ftp.example.com.", None, None, Some("ftp.example.com")),
            ("192.0.2.1", Some("192.0.2.1"), None, None),
            ("2001:db8::1", Some("2001:db8::1"), None, None),
            ("fe80::1%eth0", Some("fe80::1"), Some("eth0"), None),
            ("\\x1b%eth0", None, None, Some("\\x1b%eth0")),
            ("", None, None, Some("")),
        ] {
            let host = Host::from(text);
            assert_eq!(host.to_string(), text);
            assert_eq!(host.address(), address.and_then(|a| a.parse().ok()), "{text}");
            assert_eq!((host.zone(), host.name()), (zone, name), "{text}");
            let json = serde_json::to_string(&host).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Host>(&json).ok(), Some(host), "{json}");
        }
    }
}
