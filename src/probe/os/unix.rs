//! macOS and the BSDs: neither the error queue nor TCP's counters are to be had without privileges.
//! The time to live of a SYN can be set, so that a distance is measured, but nobody tells who let it
//! expire. A rejecting firewall's ICMP message ends a `connect()` with `ECONNREFUSED`, like a RST.

use socket2::Socket;

use super::TcpState;
use crate::facts::{Icmp, System};

/// The system that this program was built for.
pub const SYSTEM: System = if cfg!(target_os = "macos") { System::Macos } else { System::Other };

/// Nothing to ask for.
pub fn want_icmp(_socket: &Socket, _ipv6: bool) {}

/// Not known here.
pub fn pending_icmp(_socket: &Socket) -> Option<Icmp> {
    None
}

/// Handlers stay as they are.
pub fn default_interrupts() {}

/// The system acknowledges when it likes.
pub fn acknowledge_at_once(_socket: &Socket) {}

/// Not known here.
pub fn undelivered(_ipv6: bool) -> Option<i64> {
    None
}

/// Not known here.
pub fn tcp_state(_socket: &Socket) -> Option<TcpState> {
    None
}
