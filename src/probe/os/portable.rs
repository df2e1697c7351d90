//! Systems that show neither the error queue nor TCP's counters.

use socket2::Socket;

use super::TcpState;
use crate::facts::Icmp;

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
