//! The one seam for what an operating system tells beyond the portable socket calls.
//!
//! Linux shows ICMP errors with their sender (the error queue), TCP's own counters (`TCP_INFO`) and
//! those of the whole machine (`/proc/net/snmp`); Windows the first, half of the second and nothing
//! of the third; other Unix systems none of it.
//! Everywhere the same functions compile, answer "not known" where they have to, and every verdict
//! then stands on less.

#[cfg(unix)]
mod posix;
#[cfg(target_os = "linux")]
#[path = "os/linux.rs"]
mod system;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "os/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "os/windows.rs"]
mod system;

use std::io;
use std::time::Duration;

use socket2::Socket;

#[cfg(unix)]
pub use posix::{
    descriptors, interface_addresses, interrupted, is_lack_of_descriptors, is_under_way,
    leave_no_core, limit_segments, limit_syns, locale, scope_id, shows_colors, shows_utf8,
};
pub use system::{
    SYSTEM, acknowledge_at_once, default_interrupts, pending_icmp, tcp_state, undelivered,
    want_icmp,
};
#[cfg(windows)]
pub use system::{
    descriptors, interface_addresses, interrupted, is_lack_of_descriptors, is_under_way,
    leave_no_core, limit_segments, limit_syns, locale, scope_id, shows_colors, shows_utf8,
};

use crate::facts::{DialOutcome, Icmp};

/// TCP's own counters for one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpState {
    /// Segments (on Windows bytes) sent and not yet acknowledged.
    pub unacked: u32,
    /// Retransmissions of the SYN, as long as there was no handshake.
    pub syn_retransmits: u32,
    /// Retransmissions since the socket was made that were no mistake of this end: what the peer
    /// already had, by its duplicate selective acknowledgements (RFC 2883), is left out. `None` where
    /// the system does not tell the two apart.
    pub lost: Option<u32>,
    /// Smoothed round-trip time, once there is a sample.
    pub rtt: Option<Duration>,
}

/// Whether the process may open as many descriptors as a run needs: the runtime's own, a control
/// connection with two, a data connection with three, and some for a name look-up.
///
/// # Errors
/// The system's word where it may not.
pub fn room() -> io::Result<()> {
    let mut held = Vec::new();
    for _ in 0..10 {
        match Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None) {
            Ok(socket) => held.push(socket),
            // That there is no IPv4 at all is no lack of descriptors.
            Err(error) if is_lack_of_descriptors(&error) => return Err(error),
            Err(_) => break,
        }
    }
    Ok(())
}

/// What a failed `connect()` means, given the ICMP message that came with it.
///
/// A firewall's reject arrives as `ECONNREFUSED` *with* a message, a closed port without one.
pub fn classify(error: &io::Error, icmp: Option<Icmp>) -> DialOutcome {
    use io::ErrorKind as K;
    match (error.kind(), icmp) {
        (K::ConnectionRefused, None) => DialOutcome::Refused,
        (K::ConnectionReset | K::ConnectionAborted, _) => DialOutcome::Reset,
        (K::TimedOut, None) => DialOutcome::TimedOut,
        (_, Some(message)) if message.is_reject() => DialOutcome::Prohibited { icmp },
        (_, Some(_)) => DialOutcome::Unreachable { icmp },
        (K::HostUnreachable | K::NetworkUnreachable, None) => {
            DialOutcome::Unreachable { icmp: None }
        }
        _ => DialOutcome::Local { text: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    #[expect(clippy::unnecessary_wraps, reason = "that is how it is compared")]
    fn icmp(kind: u8, code: u8) -> Option<Icmp> {
        Some(Icmp { kind, code, sender: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) })
    }

    #[test]
    fn a_reject_is_told_from_a_closed_port_by_its_message() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(classify(&refused, None), DialOutcome::Refused);
        assert_eq!(classify(&refused, icmp(3, 3)), DialOutcome::Prohibited { icmp: icmp(3, 3) });
    }

    #[test]
    fn a_missing_route_is_no_reject() {
        let no_host = io::Error::from(io::ErrorKind::HostUnreachable);
        for code in [13, 10, 9] {
            assert_eq!(
                classify(&no_host, icmp(3, code)),
                DialOutcome::Prohibited { icmp: icmp(3, code) }
            );
        }
        for code in [0, 1] {
            assert_eq!(
                classify(&no_host, icmp(3, code)),
                DialOutcome::Unreachable { icmp: icmp(3, code) }
            );
        }
        assert_eq!(classify(&no_host, None), DialOutcome::Unreachable { icmp: None });
    }
}
