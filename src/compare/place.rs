//! Where and when two runs were made, as far as their addresses tell.

use std::net::IpAddr;

use super::run::Run;
use super::way::{self, private};
use crate::diagnosis::Nat;

/// Runs closer than this are taken for one time, in seconds.
const NEAR: u64 = 3600;

/// How the places of two runs relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One place: the same address here and as the server sees it.
    Same,
    /// One private address, or two of one network on two days, and nothing that speaks against
    /// one place.
    LooksSame,
    /// Two machines of one network.
    Neighbours,
    /// Two places.
    Different,
    /// The addresses do not tell.
    Unknown,
}

/// The time between the starts of two runs, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Less than an hour.
    Near(u64),
    /// More.
    Far(u64),
    /// A start cannot be read.
    Unknown,
}

impl Gap {
    /// Between two runs.
    pub fn between(a: &Run, b: &Run) -> Self {
        match (a.at, b.at) {
            (Some(a), Some(b)) if a.abs_diff(b) < NEAR => Self::Near(a.abs_diff(b)),
            (Some(a), Some(b)) => Self::Far(a.abs_diff(b)),
            _ => Self::Unknown,
        }
    }

    /// Whether the two are one time for our purposes.
    pub fn is_near(self) -> bool {
        matches!(self, Self::Near(_))
    }
}

/// Whether two addresses are of one network, as networks commonly are: /24 or /64.
pub fn same_net(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..3] == b.octets()[..3],
        (IpAddr::V6(a), IpAddr::V6(b)) => a.octets()[..8] == b.octets()[..8],
        _ => false,
    }
}

/// How the places of two runs relate.
pub fn place(a: &Run, b: &Run, gap: Gap) -> Place {
    let (Some(own_a), Some(own_b)) = (a.local, b.local) else { return Place::Unknown };
    // One machine has an address of each family.
    if own_a.is_ipv4() != own_b.is_ipv4() {
        return Place::Unknown;
    }
    let seen = a.seen.zip(b.seen).map(|(a, b)| a == b);
    match (own_a == own_b, seen) {
        (true, Some(true)) => Place::Same,
        // Two homes with one address, or one home with a new public address.
        (true, Some(false)) if gap.is_near() => Place::Different,
        (true, Some(false)) => Place::Unknown,
        (true, None) if own_a.is_loopback() || !private(own_a) => Place::Same,
        (true, None) if way::begin_alike(a, b) => Place::Same,
        (true, None) => Place::LooksSame,
        (false, seen) => {
            // One address that many customers share is no one network.
            let one_network = same_net(own_a, own_b) && !(private(own_a) && seen == Some(false));
            match (one_network, gap.is_near()) {
                (false, _) => Place::Different,
                (true, true) => Place::Neighbours,
                // A machine gets another address on another day.
                (true, false) => Place::LooksSame,
            }
        }
    }
}

/// Whether a run was made from inside the server's own network: its way does not cross the edge.
/// `None` where the addresses do not tell.
pub fn inside(run: &Run) -> Option<bool> {
    let own = run.local?;
    let server = run.server.address?;
    if own.is_ipv4() != server.is_ipv4() {
        return None;
    }
    if own.is_loopback() || own == server || run.hops == Some(1) {
        return Some(true);
    }
    match (private(own), private(server)) {
        (true, true) => Some(true),
        // A private address does not travel: where the server sees it, no edge lies between; and
        // where the server sees its own public address, the way turns round at its own edge.
        (true, false) => Some(run.nat == Nat::None || run.seen == Some(server)),
        (false, false) => Some(same_net(own, server)),
        (false, true) => None,
    }
}

/// Whether two runs came from networks that share nothing but the server's end, as far as known.
pub fn independent(a: &Run, b: &Run) -> bool {
    let outside = |run: &Run| inside(run) == Some(false);
    let (Some(from_a), Some(from_b)) = (a.public(), b.public()) else { return false };
    // Two private addresses, and nobody said what stands behind them.
    if private(from_a) && private(from_b) {
        return false;
    }
    outside(a) && outside(b) && !same_net(from_a, from_b) && !way::share_start(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network() {
        let one = |a: &str, b: &str| match (a.parse(), b.parse()) {
            (Ok(a), Ok(b)) => same_net(a, b),
            _ => false,
        };
        assert!(one("192.168.1.5", "192.168.1.200"));
        assert!(!one("192.168.1.5", "192.168.2.5"));
        assert!(one("2001:db8:1:2::5", "2001:db8:1:2:ffff::5"));
        assert!(!one("2001:db8:1:2::5", "2001:db8:1:3::5"));
        assert!(!one("192.168.1.5", "::1"));
    }
}
