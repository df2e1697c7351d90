//! The one seam for what an operating system tells beyond the portable socket calls.
//!
//! Linux shows ICMP errors with their sender (the error queue), TCP's own counters (`TCP_INFO`) and
//! those of the whole machine (`/proc/net/snmp`).
//! Elsewhere the same functions compile and answer "not known", and every verdict has to stand on
//! less.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod portable;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use socket2::Socket;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use linux::{
    acknowledge_at_once, default_interrupts, pending_icmp, tcp_state, undelivered, want_icmp,
};
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub use portable::{
    acknowledge_at_once, default_interrupts, pending_icmp, tcp_state, undelivered, want_icmp,
};

use crate::facts::{DialOutcome, Icmp};

/// TCP's own counters for one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpState {
    /// Segments sent and not yet acknowledged.
    pub unacked: u32,
    /// Retransmissions of the segment at hand; in `SYN_SENT`, of the SYN.
    pub retransmits: u32,
    /// Retransmissions since the socket was made.
    pub total_retransmits: u32,
    /// How many of those the peer already had, by its duplicate selective acknowledgements
    /// (RFC 2883): sent too early, and no sign of loss.
    pub needless_retransmits: u32,
    /// Smoothed round-trip time, once there is a sample.
    pub rtt: Option<Duration>,
}

/// The error of a `connect()` that is under way.
#[cfg(unix)]
pub const IN_PROGRESS: i32 = libc::EINPROGRESS;
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
            // EMFILE and ENFILE; that there is no IPv4 at all is no lack of descriptors.
            Err(error) if matches!(error.raw_os_error(), Some(23 | 24)) => return Err(error),
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

/// Limits the size of segments on a connection that is not open yet, in both directions: the other
/// end is told.
///
/// # Errors
/// When the system does not take it.
#[cfg(unix)]
pub fn limit_segments(socket: &Socket, mss: u16) -> io::Result<()> {
    socket.set_tcp_mss(u32::from(mss))
}

/// Limits the size of segments: not to be had on this system.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn limit_segments(_socket: &Socket, _mss: u16) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the segment size cannot be set here"))
}

/// The number of an interface, for the zone of a link-local address: a name or the number itself.
#[cfg(unix)]
pub fn scope_id(zone: &str) -> Option<u32> {
    zone.parse().ok().or_else(|| nix::net::if_::if_nametoindex(zone).ok())
}

/// The number of an interface: only if it was given as one.
#[cfg(not(unix))]
pub fn scope_id(zone: &str) -> Option<u32> {
    zone.parse().ok()
}

/// Addresses of a network interface.
///
/// # Errors
/// When the system cannot list its interfaces.
#[cfg(unix)]
pub fn interface_addresses(name: &str) -> io::Result<Vec<IpAddr>> {
    let mut found = Vec::new();
    for interface in nix::ifaddrs::getifaddrs().map_err(io::Error::from)? {
        if interface.interface_name != name {
            continue;
        }
        let Some(storage) = interface.address else {
            continue;
        };
        if let Some(v4) = storage.as_sockaddr_in() {
            found.push(IpAddr::V4(v4.ip()));
        } else if let Some(v6) = storage.as_sockaddr_in6() {
            found.push(IpAddr::V6(v6.ip()));
        }
    }
    Ok(found)
}

/// Addresses of a network interface: not known on this system.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn interface_addresses(_name: &str) -> io::Result<Vec<IpAddr>> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "interfaces cannot be listed here, use an address",
    ))
}

/// How many files this process may hold open, the limit raised as far as `wanted` and the system
/// allow. `None` where it is not known.
#[cfg(unix)]
pub fn descriptors(wanted: u64) -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let raised = wanted.min(hard);
    if raised > soft && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
        return Some(raised);
    }
    Some(soft)
}

/// How many files this process may hold open: not known on this system.
#[cfg(not(unix))]
pub fn descriptors(_wanted: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

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
