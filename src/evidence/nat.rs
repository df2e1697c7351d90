//! Whether addresses are translated between this machine and the server.

use std::net::IpAddr;

use super::Evidence;
pub use crate::words::Nat;

impl Evidence<'_> {
    /// The address under which the server sees us, if it has said so.
    pub fn seen_as(&self) -> Option<IpAddr> {
        self.facts.seen_as()
    }

    /// NAT between the two ends.
    pub fn nat(&self) -> Nat {
        match self.facts.translated() {
            Some(false) => Nat::None,
            Some(true) => Nat::Present,
            None => Nat::Unknown,
        }
    }
}
