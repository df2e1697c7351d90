//! Linux: the ICMP error queue (ip(7), `IP_RECVERR`) and `TCP_INFO` (tcp(7)). Both work for any
//! user; the error queue of a connecting TCP socket since Linux 5.8.
//!
//! This is the one file with `unsafe`: the standard library, socket2 and nix have no call for
//! `TCP_INFO`, so `getsockopt()` is called here, with a buffer whose size the kernel is told; and
//! `signal()`, to put a default back that needs no handler of ours.
#![expect(unsafe_code, reason = "getsockopt(TCP_INFO) and signal(); see the module's text")]

use std::io::IoSliceMut;
use std::net::IpAddr;
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
};
use socket2::Socket;

use super::TcpState;
use crate::facts::{Icmp, System};

/// The system that this program was built for.
pub const SYSTEM: System = System::Linux;

/// Asks the kernel to keep ICMP errors for this socket, with their senders. A kernel that refuses
/// only makes the answer poorer.
pub fn want_icmp(socket: &Socket, ipv6: bool) {
    let _ = if ipv6 {
        setsockopt(socket, sockopt::Ipv6RecvErr, &true)
    } else {
        setsockopt(socket, sockopt::Ipv4RecvErr, &true)
    };
}

/// Takes the oldest ICMP error from the socket's queue. Never waits.
pub fn pending_icmp(socket: &Socket) -> Option<Icmp> {
    let mut payload = [0_u8; 512];
    let mut space = nix::cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6);
    let mut buffers = [IoSliceMut::new(&mut payload)];
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut buffers, Some(&mut space), flags)
            .ok()?;
    for control in message.cmsgs().ok()? {
        let (error, sender) = match control {
            ControlMessageOwned::Ipv4RecvErr(error, sender) => {
                let sender =
                    sender.map(|a| IpAddr::from(u32::from_be(a.sin_addr.s_addr).to_be_bytes()));
                (error, sender)
            }
            ControlMessageOwned::Ipv6RecvErr(error, sender) => {
                (error, sender.map(|a| IpAddr::from(a.sin6_addr.s6_addr)))
            }
            _ => continue,
        };
        if matches!(error.ee_origin, libc::SO_EE_ORIGIN_ICMP | libc::SO_EE_ORIGIN_ICMP6) {
            return Some(Icmp { kind: error.ee_type, code: error.ee_code, sender });
        }
    }
    None
}

/// Packets that this machine (its network namespace) has received so far and that nobody on it got:
/// neither a program, nor the next hop, nor the counters of malformed ones. What the machine's own
/// firewall drops is among them (proc(5), RFC 4293). What was for everybody on the wire is left out.
pub fn undelivered(ipv6: bool) -> Option<i64> {
    if ipv6 {
        let text = std::fs::read_to_string("/proc/net/snmp6").ok()?;
        let row = |wanted: &str| {
            let rest = text.lines().find_map(|line| line.strip_prefix(wanted))?;
            rest.trim().parse::<i64>().ok()
        };
        return left_over(|name| row(&format!("Ip6{name} ")));
    }
    let table = |file: &str, prefix: &str| -> Option<Vec<(String, i64)>> {
        let text = std::fs::read_to_string(file).ok()?;
        let mut rows = text.lines().filter_map(|line| line.strip_prefix(prefix));
        let (names, values) = (rows.next()?, rows.next()?);
        let values = values.split(' ').map(|value| value.parse().unwrap_or(0));
        Some(names.split(' ').map(ToOwned::to_owned).zip(values).collect())
    };
    let mut all = table("/proc/net/snmp", "Ip: ")?;
    all.extend(table("/proc/net/netstat", "IpExt: ").unwrap_or_default());
    left_over(|name| all.iter().find(|(n, _)| n == name).map(|(_, value)| *value))
}

/// `TCP_SYN_SENT` of the kernel's `tcp_states.h`.
const SYN_SENT: u8 = 2;

fn left_over(count: impl Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut left = count("InReceives")?;
    let forwarded = count("ForwDatagrams").or_else(|| count("OutForwDatagrams")).unwrap_or(0);
    // Fragments are received one by one and delivered as one packet.
    let fragments = count("ReasmReqds").unwrap_or(0) - count("ReasmOKs").unwrap_or(0);
    left -= count("InDelivers")? + forwarded + fragments;
    for kind in [
        "InHdrErrors",
        "InAddrErrors",
        "InUnknownProtos",
        "InDiscards",
        "InNoRoutes",
        "InMcastPkts",
        "InBcastPkts",
    ] {
        left -= count(kind).unwrap_or(0);
    }
    Some(left)
}

/// SIGINT and SIGTERM end the process from now on, whatever handlers there were.
pub fn default_interrupts() {
    for number in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the default action is no function of ours; both numbers are valid signals.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
}

/// Acknowledges what comes next without delay. A server that says 150 and then 226 with Nagle's
/// algorithm on would otherwise wait 40 ms for our acknowledgement of the first. Holds until the
/// kernel thinks better of it, so it is said again after whatever is read or sent.
pub fn acknowledge_at_once(socket: &Socket) {
    let _ = socket.set_tcp_quickack(true);
}

/// TCP's counters for a socket.
pub fn tcp_state(socket: &Socket) -> Option<TcpState> {
    let info = tcp_info(socket)?;
    let connecting = info.tcpi_state == SYN_SENT;
    Some(TcpState {
        unacked: info.tcpi_unacked,
        // Once the handshake is done the counter of the segment at hand is another one's.
        syn_retransmits: if connecting {
            u32::from(info.tcpi_retransmits)
        } else {
            info.tcpi_total_retrans
        },
        lost: Some(info.tcpi_total_retrans.saturating_sub(info.tcpi_dsack_dups)),
        rtt: (info.tcpi_rtt > 0).then(|| Duration::from_micros(u64::from(info.tcpi_rtt))),
    })
}

/// `getsockopt(fd, IPPROTO_TCP, TCP_INFO)`, tcp(7).
fn tcp_info(socket: &Socket) -> Option<libc::tcp_info> {
    let mut info = std::mem::MaybeUninit::<libc::tcp_info>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: the descriptor is open as long as `socket` is borrowed; the kernel writes at most
    // `length` bytes, the size of the buffer; every bit pattern, zero included, is a valid
    // `tcp_info`, which has only integers, so a kernel that fills less leaves it valid.
    unsafe {
        let result = libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &raw mut length,
        );
        (result == 0).then(|| info.assume_init())
    }
}
