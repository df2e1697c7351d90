//! Windows: what ICMP says about a `connect()` (`TCP_FAIL_CONNECT_ON_ICMP_ERROR` and
//! `TCP_ICMP_ERROR_INFO`, Windows 10 and later), TCP's counters (`SIO_TCP_INFO`, likewise), how often
//! a SYN is sent (`SIO_TCP_INITIAL_RTO`), and what its consoles show. None of it needs privileges. An
//! older system that lacks a call answers "not known".
//!
//! The calls have no safe names, so they are made here, each with a buffer whose size the system is
//! told.
#![expect(unsafe_code, reason = "setsockopt(), getsockopt(), WSAIoctl() and calls of consoles")]

use std::io::{self, IsTerminal};
use std::net::IpAddr;
use std::os::windows::io::{AsRawHandle, AsRawSocket};
use std::time::Duration;

use socket2::Socket;
use windows_sys::Win32::Globalization::GetUserDefaultLocaleName;
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, ICMP_ERROR_INFO, IPPROTO_TCP, SIO_TCP_INFO, SIO_TCP_INITIAL_RTO, SOCKET,
    TCP_FAIL_CONNECT_ON_ICMP_ERROR, TCP_ICMP_ERROR_INFO, TCP_INFO_v0, TCP_INITIAL_RTO_PARAMETERS,
    TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS as UNSPECIFIED, WSAEMFILE, WSAIoctl,
    getsockopt, setsockopt,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Console::GetConsoleOutputCP;

use super::TcpState;
use crate::facts::{Icmp, System};

/// The system that this program was built for.
pub const SYSTEM: System = System::Windows;

/// `TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS` of mstcpip.h: one SYN and no other.
const ONE_SYN: u8 = 0xfe;

/// The number of UTF-8 among code pages.
const UTF8: u32 = 65001;

/// The longest name of a locale, `LOCALE_NAME_MAX_LENGTH`.
const LOCALE_NAME: usize = 85;

fn handle(socket: &Socket) -> Option<SOCKET> {
    SOCKET::try_from(socket.as_raw_socket()).ok()
}

/// Asks the system to end a `connect()` with an ICMP error instead of going on in silence. A system
/// that refuses only makes the answer poorer.
pub fn want_icmp(socket: &Socket, _ipv6: bool) {
    let Some(handle) = handle(socket) else { return };
    let on: u32 = 1;
    // SAFETY: the socket is open as long as it is borrowed; the system reads the four bytes that it is
    // told of.
    let _ = unsafe {
        setsockopt(handle, IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR, (&raw const on).cast(), 4)
    };
}

/// The ICMP error that ended a `connect()`. Never waits.
pub fn pending_icmp(socket: &Socket) -> Option<Icmp> {
    let mut info = ICMP_ERROR_INFO::default();
    let mut length = i32::try_from(size_of::<ICMP_ERROR_INFO>()).ok()?;
    let handle = handle(socket)?;
    // SAFETY: the socket is open as long as it is borrowed; the system writes at most `length` bytes,
    // the size of the buffer, which has only integers.
    let result = unsafe {
        getsockopt(
            handle,
            IPPROTO_TCP,
            TCP_ICMP_ERROR_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        )
    };
    if result != 0 {
        return None;
    }
    // SAFETY: all members of the union begin with the family, and the buffer was zeroed: whatever the
    // system wrote, these bytes are integers.
    let sender = unsafe {
        match info.srcaddress.si_family {
            AF_INET => IpAddr::from(info.srcaddress.Ipv4.sin_addr.S_un.S_addr.to_ne_bytes()),
            AF_INET6 => IpAddr::from(info.srcaddress.Ipv6.sin6_addr.u.Byte),
            // No ICMP error came.
            _ => return None,
        }
    };
    Some(Icmp { kind: info.r#type, code: info.code, sender: Some(sender) })
}

/// How often a SYN is sent again. Windows sends one that was answered with RST again too, and for two
/// seconds calls silent what is refused: longer than a knock is given.
pub fn limit_syns(socket: &Socket, repeats: u8) {
    let wanted = TCP_INITIAL_RTO_PARAMETERS {
        Rtt: UNSPECIFIED,
        MaxSynRetransmissions: if repeats == 0 { ONE_SYN } else { repeats },
    };
    let _: Option<()> = control(socket, SIO_TCP_INITIAL_RTO, &wanted);
}

/// `WSAIoctl()` with one structure in and one out.
fn control<I, O: Default>(socket: &Socket, code: u32, input: &I) -> Option<O> {
    let mut output = O::default();
    let mut written = 0_u32;
    let (given, room) = (u32::try_from(size_of::<I>()).ok()?, u32::try_from(size_of::<O>()).ok()?);
    let handle = handle(socket)?;
    // SAFETY: the socket is open as long as it is borrowed; the system reads and writes no more bytes
    // than the two sizes say; without an OVERLAPPED it is done when the call returns. What comes out is
    // integers and a BOOLEAN, which the system sets to 0 or 1.
    let result = unsafe {
        WSAIoctl(
            handle,
            code,
            std::ptr::from_ref(input).cast(),
            given,
            (&raw mut output).cast(),
            room,
            &raw mut written,
            std::ptr::null_mut(),
            None,
        )
    };
    (result == 0 && written >= room).then_some(output)
}

/// TCP's counters for a socket. Losses are counted without those that were none, so they are left out.
pub fn tcp_state(socket: &Socket) -> Option<TcpState> {
    let version = 0_u32;
    let info: TCP_INFO_v0 = control(socket, SIO_TCP_INFO, &version)?;
    Some(TcpState {
        unacked: info.BytesInFlight,
        syn_retransmits: u32::from(info.SynRetrans),
        lost: None,
        rtt: (info.RttUs > 0).then(|| Duration::from_micros(u64::from(info.RttUs))),
    })
}

/// Not known here: the machine's counters do not tell what its firewall drops.
pub fn undelivered(_ipv6: bool) -> Option<i64> {
    None
}

/// The handler passes on what nobody waits for any more, and the system ends the process.
pub fn default_interrupts() {}

/// The system acknowledges when it likes.
pub fn acknowledge_at_once(_socket: &Socket) {}

/// Whether a `connect()` that does not wait is on its way.
pub fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Whether no socket could be had because too many are open.
pub fn is_lack_of_descriptors(error: &io::Error) -> bool {
    error.raw_os_error() == Some(WSAEMFILE)
}

/// Limits the size of segments: not to be had on this system.
///
/// # Errors
/// Always.
pub fn limit_segments(_socket: &Socket, _mss: u16) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the segment size cannot be set here"))
}

fn adapters() -> io::Result<Vec<ipconfig::Adapter>> {
    ipconfig::get_adapters().map_err(|error| io::Error::other(error.to_string()))
}

/// Whether this is the adapter's name as the system shows it (`Ethernet`), or as it calls it itself.
fn is_called(adapter: &ipconfig::Adapter, name: &str) -> bool {
    adapter.friendly_name().eq_ignore_ascii_case(name)
        || adapter.adapter_name().eq_ignore_ascii_case(name)
}

/// The number of an interface, for the zone of a link-local address: a name or the number itself.
pub fn scope_id(zone: &str) -> Option<u32> {
    let named = || adapters().ok()?.iter().find(|a| is_called(a, zone)).map(|a| a.ipv6_if_index());
    zone.parse().ok().or_else(named)
}

/// Addresses of a network interface, by the name that `ipconfig` shows.
///
/// # Errors
/// When the system cannot list its interfaces.
pub fn interface_addresses(name: &str) -> io::Result<Vec<IpAddr>> {
    let adapters = adapters()?;
    let named = adapters.iter().filter(|adapter| is_called(adapter, name));
    Ok(named.flat_map(|adapter| adapter.ip_addresses().iter().copied()).collect())
}

/// How many files this process may hold open: sockets have no such limit here.
pub fn descriptors(_wanted: u64) -> Option<u64> {
    None
}

/// Images of the memory are the system's own matter here, and off unless they were asked for.
pub fn leave_no_core() {}

/// Resolves when somebody wants the program to end: Ctrl-C, Ctrl-Break, or the console's window is
/// closed.
pub async fn interrupted() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
    let (Ok(mut key), Ok(mut pause), Ok(mut window)) = (ctrl_c(), ctrl_break(), ctrl_close())
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = key.recv() => {}
        _ = pause.recv() => {}
        _ = window.recv() => {}
    }
}

/// The user's language and region, such as `zh-CN`.
pub fn locale() -> Option<String> {
    let mut name = [0_u16; LOCALE_NAME];
    let room = i32::try_from(name.len()).ok()?;
    // SAFETY: the system writes at most `room` units, the size of the buffer.
    let written = unsafe { GetUserDefaultLocaleName(name.as_mut_ptr(), room) };
    // The closing zero is counted.
    let length = usize::try_from(written).ok()?.checked_sub(1)?;
    String::from_utf16(name.get(..length)?).ok()
}

/// Whether the console shows colours, which it has to be asked for; one before Windows 10 does not. A
/// terminal of another kind (Git Bash) needs no asking.
pub fn shows_colors() -> bool {
    let stdout = io::stdout();
    // SAFETY: the handle is the process' own, and asking for its type changes nothing.
    let piped = unsafe { GetFileType(stdout.as_raw_handle()) } == FILE_TYPE_PIPE;
    piped || anstyle_query::windows::enable_ansi_colors().unwrap_or(false)
}

/// Whether who reads our output takes UTF-8. A console takes any text, a file keeps what it gets, but a
/// program behind a pipe (PowerShell itself, `more`) reads it in the console's code page.
pub fn shows_utf8() -> bool {
    let stdout = io::stdout();
    // SAFETY: the handle is the process' own, and asking for its type changes nothing.
    let piped = unsafe { GetFileType(stdout.as_raw_handle()) } == FILE_TYPE_PIPE;
    // SAFETY: no argument; 0 where there is no console, whose code page then matters to nobody.
    let page = unsafe { GetConsoleOutputCP() };
    stdout.is_terminal() || !piped || matches!(page, 0 | UTF8)
}
