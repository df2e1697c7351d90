//! Masks of addresses, class by class.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::wire::address::is_inner;

/// No facts hold that many networks of one class.
const NETS6: u32 = u32::MAX - 1;

type Net4 = [u8; 3];
type Net6 = [u16; 4];

/// The documentation networks (RFC 5737): they stand for public ones, as they do in books.
const DOCUMENTATION: [Net4; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// Gives out masks. An address that occurs in the facts is never the mask of another.
#[derive(Default)]
pub(super) struct Addresses {
    originals4: HashSet<Ipv4Addr>,
    originals6: HashSet<Ipv6Addr>,
    nets4: HashMap<Net4, Net4>,
    nets6: HashMap<Net6, Net6>,
    original_nets4: HashSet<Net4>,
    original_nets6: HashSet<Net6>,
    used4: HashSet<Net4>,
    /// How far a block's networks are given out, so that a server that names thousands of addresses
    /// does not make the search long.
    given4: HashMap<Pool, u32>,
    given6: HashMap<Net6, u32>,
    given_hosts6: HashMap<Net6, u64>,
    hosts4: HashMap<Ipv4Addr, Ipv4Addr>,
    hosts6: HashMap<Ipv6Addr, Ipv6Addr>,
    masks4: HashSet<Ipv4Addr>,
    masks6: HashSet<Ipv6Addr>,
    /// Addresses that have a field of their own, not only a place in a text.
    certain: HashSet<IpAddr>,
}

impl Addresses {
    /// Notes an address of the facts, before the first mask is given out.
    pub(super) fn note(&mut self, address: IpAddr, certain: bool) {
        if certain {
            self.certain.insert(address.to_canonical());
        }
        match address {
            IpAddr::V4(v4) => {
                self.originals4.insert(v4);
                self.original_nets4.insert(net4_of(v4));
            }
            IpAddr::V6(v6) => {
                self.originals6.insert(v6);
                self.original_nets6.insert(net6_of(v6));
                if let Some((_, v4)) = embedded(v6) {
                    self.note(IpAddr::V4(v4), false);
                }
            }
        }
    }

    /// Whether a field of the facts names it.
    pub(super) fn is_certain(&self, address: IpAddr) -> bool {
        self.certain.contains(&address.to_canonical())
    }

    /// The mask of an address; the same for the same one.
    pub(super) fn mask(&mut self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => IpAddr::V4(self.mask4(v4)),
            IpAddr::V6(v6) => IpAddr::V6(self.mask6(v6)),
        }
    }

    /// The mask of an address with its port and zone, which stay.
    pub(super) fn mask_endpoint(&mut self, endpoint: SocketAddr) -> SocketAddr {
        let mut masked = endpoint;
        masked.set_ip(self.mask(endpoint.ip()));
        masked
    }

    pub(super) fn mask4(&mut self, address: Ipv4Addr) -> Ipv4Addr {
        let Some(pool) = Pool::of(address) else {
            return address;
        };
        if let Some(mask) = self.hosts4.get(&address) {
            return *mask;
        }
        let [a, b, c, last] = address.octets();
        let [a, b, c] = self.net4([a, b, c], pool);
        let free = (1..=255).chain([0]).map(|host| Ipv4Addr::new(a, b, c, host));
        let mut spare = None;
        let mut found = None;
        for candidate in free.filter(|candidate| !self.masks4.contains(candidate)) {
            if !self.originals4.contains(&candidate) {
                found = Some(candidate);
                break;
            }
            if candidate != address {
                spare.get_or_insert(candidate);
            }
        }
        // As many masks as addresses in a network: there is always one left.
        let mask = found.or(spare).unwrap_or(Ipv4Addr::new(a, b, c, last));
        self.masks4.insert(mask);
        self.hosts4.insert(address, mask);
        mask
    }

    fn net4(&mut self, net: Net4, pool: Pool) -> Net4 {
        if let Some(mask) = self.nets4.get(&net) {
            return *mask;
        }
        let mut at = self.given4.get(&pool).copied().unwrap_or_default();
        let fresh = loop {
            let candidate = pool.net(at);
            at += 1;
            match candidate {
                Some(found) if self.used4.contains(&found) => {}
                Some(found) if self.original_nets4.contains(&found) => {}
                other => break other,
            }
        };
        self.given4.insert(pool, at);
        let unused = || {
            let nets = (0..).map_while(|at| pool.net(at));
            nets.filter(|candidate| !self.used4.contains(candidate))
        };
        let mask = fresh.or_else(|| unused().find(|candidate| *candidate != net)).unwrap_or(net);
        self.used4.insert(mask);
        self.nets4.insert(net, mask);
        mask
    }

    fn mask6(&mut self, address: Ipv6Addr) -> Ipv6Addr {
        if address.is_unspecified() || address.is_loopback() || address.is_multicast() {
            return address;
        }
        if let Some((place, inner)) = embedded(address) {
            return place.around(address, self.mask4(inner));
        }
        if let Some(mask) = self.hosts6.get(&address) {
            return *mask;
        }
        let net = self.net6(net6_of(address));
        let number = self.given_hosts6.entry(net).or_default();
        let mask = loop {
            *number += 1;
            let prefix = net.iter().fold(0_u128, |bits, group| bits << 16 | u128::from(*group));
            let candidate = Ipv6Addr::from(prefix << 64 | u128::from(*number));
            if !self.masks6.contains(&candidate) && !self.originals6.contains(&candidate) {
                break candidate;
            }
        };
        self.masks6.insert(mask);
        self.hosts6.insert(address, mask);
        mask
    }

    fn net6(&mut self, net: Net6) -> Net6 {
        if let Some(mask) = self.nets6.get(&net) {
            return *mask;
        }
        // One network for all of them: each link has this one.
        if net == [0xfe80, 0, 0, 0] {
            return net;
        }
        let number = self.given6.entry(net6_of_class(net, 0)).or_default();
        let mask = loop {
            *number += 1;
            let candidate = net6_of_class(net, *number);
            if !self.original_nets6.contains(&candidate) || *number >= NETS6 {
                break candidate;
            }
        };
        self.nets6.insert(net, mask);
        mask
    }
}

fn net4_of(address: Ipv4Addr) -> Net4 {
    let [a, b, c, _] = address.octets();
    [a, b, c]
}

fn net6_of(address: Ipv6Addr) -> Net6 {
    let [a, b, c, d, ..] = address.segments();
    [a, b, c, d]
}

/// The numbered network of the class of `net`.
fn net6_of_class(net: Net6, number: u32) -> Net6 {
    let [high, low] = halves(number);
    match net {
        [0x2001, 0, ..] => [0x2001, 0, high, low],
        [0x64, 0xff9b, 1, _] => [0x64, 0xff9b, 1, low],
        [first, ..] if first & 0xff00 == 0xfc00 => [0xfc00, 0, high, low],
        [first, ..] if first & 0xff00 == 0xfd00 => [0xfd00, 0, high, low],
        [first, ..] if first & 0xffc0 == 0xfe80 => [0xfe80, 0, high, low],
        [first, ..] if first & 0xffc0 == 0xfec0 => [0xfec0, 0, high, low],
        // RFC 3849: documentation, which stands for the public rest.
        _ => [0x2001, 0xdb8, high, low],
    }
}

fn halves(number: u32) -> [u16; 2] {
    let [a, b, c, d] = number.to_be_bytes();
    [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]
}

/// Where an IPv6 address carries an IPv4 address.
#[derive(Clone, Copy)]
enum Place {
    /// In its last 32 bits: IPv4-mapped, IPv4-compatible, NAT64 (RFC 6052).
    Last,
    /// After 2002: 6to4 (RFC 3056).
    Second,
}

impl Place {
    fn around(self, address: Ipv6Addr, inner: Ipv4Addr) -> Ipv6Addr {
        let [high, low] = halves(u32::from(inner));
        match self {
            Self::Last => {
                let prefix = u128::from(address) >> 32 << 32;
                Ipv6Addr::from(prefix | u128::from(u32::from(inner)))
            }
            // What follows is a machine's choice, and mostly tells its address again.
            Self::Second => {
                let [_, _, _, subnet, ..] = address.segments();
                Ipv6Addr::new(0x2002, high, low, subnet.min(1), 0, 0, 0, 1)
            }
        }
    }
}

fn embedded(address: Ipv6Addr) -> Option<(Place, Ipv4Addr)> {
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
            if !address.is_unspecified() && !address.is_loopback() =>
        {
            Some((Place::Last, inner(high, low)))
        }
        [0x2002, high, low, ..] => Some((Place::Second, inner(high, low))),
        _ => None,
    }
}

/// Addresses that keep to themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pool {
    Ten,
    OneSevenTwo,
    OneNineTwo,
    CarrierGrade,
    LinkLocal,
    Public,
}

impl Pool {
    /// `None` for what has a meaning of its own and tells of nobody: 0/8, loopback, multicast,
    /// broadcast and the reserved blocks, the addresses of RFC 6890 and of 6to4 relays.
    fn of(address: Ipv4Addr) -> Option<Self> {
        Some(match address.octets() {
            [0 | 127 | 224.., ..] | [192, 0, 0, _] | [192, 88, 99, _] => return None,
            [10, ..] => Self::Ten,
            [172, ..] if is_inner(IpAddr::V4(address)) => Self::OneSevenTwo,
            [192, 168, ..] => Self::OneNineTwo,
            [100, ..] if is_inner(IpAddr::V4(address)) => Self::CarrierGrade,
            [169, 254, ..] => Self::LinkLocal,
            _ => Self::Public,
        })
    }

    /// The networks to give out, by number: from the block's second one on, the first comes last.
    fn net(self, number: u32) -> Option<Net4> {
        let counted = |first: u8, second: u8, count: u32, number: u32| {
            let [_, _, high, low] = ((number + 1) % count).to_be_bytes();
            (number < count).then(|| [first, second.wrapping_add(high), low])
        };
        match self {
            Self::Ten => counted(10, 0, 1 << 16, number),
            Self::OneSevenTwo => counted(172, 16, 16 << 8, number),
            Self::OneNineTwo => counted(192, 168, 1 << 8, number),
            Self::CarrierGrade => counted(100, 64, 64 << 8, number),
            Self::LinkLocal => counted(169, 254, 1 << 8, number),
            // More than three are rare: then the block for benchmarks (RFC 2544), then reserved ones.
            Self::Public => {
                let documentation = usize::try_from(number).ok().and_then(|n| DOCUMENTATION.get(n));
                if let Some(net) = documentation {
                    return Some(*net);
                }
                let rest = number.saturating_sub(3);
                if rest < 2 << 8 {
                    return counted(198, 18, 2 << 8, rest);
                }
                let [high, first, second, third] = (rest - (2 << 8)).to_be_bytes();
                (high == 0 && first < 15).then(|| [240 + first, second, third])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Family;

    fn masked(noted: &[&str], asked: &str) -> IpAddr {
        let mut addresses = Addresses::default();
        for text in noted.iter().chain([&asked]) {
            addresses.note(text.parse().unwrap(), true);
        }
        addresses.mask(asked.parse().unwrap())
    }

    #[test]
    fn special_addresses_stay() {
        for same in [
            "0.0.0.0",
            "127.0.0.1",
            "127.9.9.9",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.170",
            "::",
            "::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            assert_eq!(masked(&[], same), same.parse::<IpAddr>().unwrap());
        }
    }

    #[test]
    fn classes_stay() {
        for (original, block) in [
            ("10.77.3.9", "10."),
            ("172.31.3.9", "172.16."),
            ("192.168.1.1", "192.168."),
            ("100.127.3.9", "100.64."),
            ("169.254.3.9", "169.254."),
            ("8.8.8.8", "192.0.2."),
            ("192.0.2.9", "198.51.100."),
            ("100.128.0.1", "192.0.2."),
            ("172.32.0.1", "192.0.2."),
            ("2400:cb00::1", "2001:db8:0:1::1"),
            ("fd12:3456::1", "fd00:0:0:1::1"),
            ("fe80::aabb", "fe80::1"),
            ("64:ff9b::808:808", "64:ff9b::c000:201"),
            ("64:ff9b:1::808:808", "64:ff9b:1:1::1"),
            ("::ffff:8.8.8.8", "::ffff:192.0.2.1"),
            ("2002:808:808::1", "2002:c000:201::1"),
            ("2001:0:abcd::1", "2001:0:0:1::1"),
        ] {
            let mask = masked(&[], original);
            assert!(mask.to_string().starts_with(block), "{original}: {mask}");
            assert_ne!(mask, original.parse::<IpAddr>().unwrap());
            assert_eq!(Family::of(mask), Family::of(original.parse().unwrap()));
        }
    }

    #[test]
    fn no_original_is_a_mask_and_neighbours_stay_neighbours() {
        let mut addresses = Addresses::default();
        let all: Vec<IpAddr> =
            ["192.168.1.1", "192.168.1.2", "192.168.2.1", "192.0.2.1", "198.51.100.1"]
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
        for address in &all {
            addresses.note(*address, true);
        }
        let masks: Vec<String> = all.iter().map(|a| addresses.mask(*a).to_string()).collect();
        assert_eq!(
            masks,
            ["192.168.3.1", "192.168.3.2", "192.168.4.1", "203.0.113.1", "198.18.1.1"]
        );
        let again: Vec<String> = all.iter().map(|a| addresses.mask(*a).to_string()).collect();
        assert_eq!(masks, again);
    }

    /// A server may name every address there is: each still has a mask of its own.
    #[test]
    fn a_full_block_is_permuted() {
        let mut addresses = Addresses::default();
        let all: Vec<Ipv4Addr> = (0..=255)
            .flat_map(|net| [0, 1, 255].map(|host| Ipv4Addr::new(192, 168, net, host)))
            .collect();
        for address in &all {
            addresses.note(IpAddr::V4(*address), false);
        }
        let masks: HashSet<Ipv4Addr> = all.iter().map(|a| addresses.mask4(*a)).collect();
        assert_eq!(masks.len(), all.len());
        assert!(masks.iter().all(|mask| mask.octets()[..2] == [192, 168]));
    }
}
