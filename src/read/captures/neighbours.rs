//! Who stands on the link itself, by ARP, and who is behind a gateway: many addresses come from one
//! link-layer address, or it belongs to somebody else.

use std::collections::HashMap;
use std::net::IpAddr;

use super::packet::Mac;

/// Link-layer addresses that are remembered.
const MOST: usize = 1024;
/// Network addresses of one of them that are told apart.
const EACH: usize = 4;

/// What is known of the link.
#[derive(Default)]
pub struct Neighbours {
    /// The addresses that a link-layer address says it has.
    claims: HashMap<Mac, Vec<IpAddr>>,
    /// The addresses whose packets come from it.
    speaks: HashMap<Mac, Vec<IpAddr>>,
}

impl Neighbours {
    /// Somebody says which address it has.
    pub fn claim(&mut self, mac: Mac, address: IpAddr) {
        note(&mut self.claims, mac, address);
    }

    /// A packet of this address came from there.
    pub fn speak(&mut self, mac: Mac, address: IpAddr) {
        note(&mut self.speaks, mac, address);
    }

    /// Whether an address whose packets come from there stands on this link; `None` where nothing
    /// tells.
    pub fn is_here(&self, mac: Mac, address: IpAddr) -> Option<bool> {
        if let Some(own) = self.claims.get(&mac) {
            return Some(own.contains(&address));
        }
        let several = self.speaks.get(&mac).is_some_and(|all| all.len() > 1);
        several.then_some(false)
    }
}

fn note(map: &mut HashMap<Mac, Vec<IpAddr>>, mac: Mac, address: IpAddr) {
    if map.len() >= MOST && !map.contains_key(&mac) {
        return;
    }
    let known = map.entry(mac).or_default();
    if known.len() < EACH && !known.contains(&address) {
        known.push(address);
    }
}
