//! What the ways of two runs have in common.

use std::net::IpAddr;

use super::run::Run;
use crate::wire::address::is_inner;

/// The end that two ways share, from the first common router to the last one before the server.
/// `None` in it is a router that was silent in at least one of the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Common routers, in order.
    pub routers: Vec<Option<IpAddr>>,
}

/// Router by router from both, while both are the same. A silent one is passed only if a common one
/// lies behind it.
fn common<'a>(
    a: impl Iterator<Item = &'a Option<IpAddr>>,
    b: impl Iterator<Item = &'a Option<IpAddr>>,
) -> Vec<Option<IpAddr>> {
    let mut routers = Vec::new();
    let mut sure = 0;
    for (a, b) in a.zip(b) {
        match (a, b) {
            (Some(a), Some(b)) if a == b => {
                routers.push(Some(*a));
                sure = routers.len();
            }
            (Some(_), Some(_)) => break,
            _ => routers.push(None),
        }
    }
    routers.truncate(sure);
    routers
}

/// The common end of two ways; `None` where one of the ways is not known.
pub fn shared_end(a: &Run, b: &Run) -> Option<Shared> {
    let known = |run: &Run| run.hops.is_some() && run.routers.iter().any(Option::is_some);
    if !known(a) || !known(b) {
        return None;
    }
    let mut routers = common(a.routers.iter().rev(), b.routers.iter().rev());
    routers.reverse();
    Some(Shared { routers })
}

/// Whether an address means something in its own network or machine alone.
pub fn private(address: IpAddr) -> bool {
    is_inner(address) || address.is_loopback()
}

/// The first public router: private addresses are the same in many networks.
fn first_public(run: &Run) -> Option<IpAddr> {
    run.routers.iter().flatten().copied().find(|r| !private(*r))
}

/// Whether two ways are known to begin at one router of the world.
pub fn begin_alike(a: &Run, b: &Run) -> bool {
    first_public(a).is_some_and(|router| first_public(b) == Some(router))
}

/// Whether two ways are known to have their beginnings in common: the first public router of one
/// is on the other too, so that everything after it is shared.
pub fn share_start(a: &Run, b: &Run) -> bool {
    let on = |run: &Run, router: IpAddr| run.routers.contains(&Some(router));
    first_public(a).is_some_and(|r| on(b, r)) || first_public(b).is_some_and(|r| on(a, r))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1` is a router, `?` a silent one.
    fn way(text: &str) -> Vec<Option<IpAddr>> {
        text.chars()
            .map(|c| {
                c.to_digit(10).map(|n| IpAddr::from([203, 0, 113, u8::try_from(n).unwrap_or(0)]))
            })
            .collect()
    }

    #[test]
    fn the_common_part_ends_at_the_first_difference() {
        for (a, b, shared) in [
            ("", "", ""),
            ("123", "123", "123"),
            ("1239", "4569", "9"),
            ("12389", "4589", "89"),
            ("89", "1234589", "89"),
            ("123", "456", ""),
            // A silent router between two common ones belongs to them …
            ("12789", "347?9", "7?9"),
            ("12?89", "34?89", "89"),
            // … and at the end of what is known it does not.
            ("12?9", "34?9", "9"),
            ("12?", "34?", ""),
            ("127?", "347?", "7?"),
            ("12?", "347", ""),
        ] {
            let (way_a, way_b) = (way(a), way(b));
            let mut found = common(way_a.iter().rev(), way_b.iter().rev());
            found.reverse();
            assert_eq!(found, way(shared), "{a} and {b}");
        }
    }

    #[test]
    fn private_addresses() {
        for (address, is) in [
            ("10.0.0.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("127.0.0.1", true),
            ("169.254.3.4", true),
            ("203.0.113.5", false),
            ("::1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(address.parse().map(private), Ok(is), "{address}");
        }
    }
}
