//! What all Unix systems have in common.

use std::io;
use std::net::IpAddr;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::Socket;
use tokio::signal::unix::{SignalKind, signal};

/// Whether a `connect()` that does not wait is on its way: `EINPROGRESS`, which the standard library
/// has no name for yet.
pub fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::EINPROGRESS)
}

/// Whether no socket could be had because too many files are open.
pub fn is_lack_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// A SYN that is answered with RST is not sent again here: there is nothing to limit.
pub fn limit_syns(_socket: &Socket, _repeats: u8) {}

/// Limits the size of segments on a connection that is not open yet, in both directions: the other
/// end is told.
///
/// # Errors
/// When the system does not take it.
pub fn limit_segments(socket: &Socket, mss: u16) -> io::Result<()> {
    socket.set_tcp_mss(u32::from(mss))
}

/// The number of an interface, for the zone of a link-local address: a name or the number itself.
pub fn scope_id(zone: &str) -> Option<u32> {
    zone.parse().ok().or_else(|| nix::net::if_::if_nametoindex(zone).ok())
}

/// Addresses of a network interface.
///
/// # Errors
/// When the system cannot list its interfaces.
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

/// How many files this process may hold open, the limit raised as far as `wanted` and the system
/// allow. `None` where it is not known.
pub fn descriptors(wanted: u64) -> Option<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let raised = wanted.min(hard);
    if raised > soft && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
        return Some(raised);
    }
    Some(soft)
}

/// No image of the memory is written if the program dies: a password may be in it.
pub fn leave_no_core() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_CORE) {
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, hard);
    }
}

/// Resolves when somebody wants the program to end: SIGINT or SIGTERM.
pub async fn interrupted() {
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        return ctrl_c().await;
    };
    tokio::select! {
        () = ctrl_c() => {}
        _ = term.recv() => {}
    }
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The locale is in the environment and nowhere else.
pub fn locale() -> Option<String> {
    None
}

/// A terminal shows colours unless the environment says otherwise.
pub fn shows_colors() -> bool {
    true
}

/// Who reads our output takes UTF-8 unless the locale says otherwise.
pub fn shows_utf8() -> bool {
    true
}
