//! What all sessions of a server have in common.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use super::behaviour::Behaviour;
use super::ports::PassivePorts;
use super::tls::Identity;
use super::transcript::Transcript;

/// What they have in common.
pub(super) struct Shared {
    pub(super) behaviour: Behaviour,
    /// Where it speaks TLS.
    pub(super) identity: Option<Identity>,
    /// Address of the control port.
    pub(super) control: SocketAddr,
    pub(super) ports: PassivePorts,
    pub(super) places: Places,
    pub(super) transcript: Transcript,
}

/// Who is connected, counted per address.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Places {
    /// A place for this address, unless it has `most` already.
    pub(super) fn take(&self, address: IpAddr, most: usize) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), address })
    }
}

/// One place of [`Places`], free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count = count.saturating_sub(1);
        }
    }
}
