//! One SYN from a port of its own.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;

use super::super::os;
use crate::facts::{DialOutcome, Icmp, Outcome};

/// What one SYN led to.
pub enum Answer {
    /// Somebody answered.
    Came {
        /// What it means for the port.
        outcome: Outcome,
        /// The ICMP message, if it was one.
        icmp: Option<Icmp>,
        /// How long it took.
        after: Duration,
    },
    /// Nobody, so far.
    Silent,
    /// It was never sent.
    NotSent,
}

/// From where a SYN is sent, and how far it may come.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// Address to call from.
    pub bind: Option<IpAddr>,
    /// Which knock at this port it is, from 0. Every other one leaves from a port below those that
    /// systems take by themselves: a filter that looks at the port of packets either way stops the
    /// answers to ports of ours that are among its own.
    pub number: u8,
    /// Routers that it may pass, where that is limited.
    pub life: Option<u8>,
}

/// Ports of ours for every other knock.
const OWN: (u16, u16) = (12_000, 20_000);

/// Knocks once and waits that long. The kernel's own repetition comes after a second, and does not
/// count.
pub async fn knock(to: SocketAddr, sent: Sent, patience: Duration) -> Answer {
    let Ok(socket) = prepare(to, sent) else { return Answer::NotSent };
    let began = Instant::now();
    if let Err(error) = socket.connect(&to.into())
        && !os::is_under_way(&error)
    {
        return answer(&os::classify(&error, os::pending_icmp(&socket)), began.elapsed());
    }
    let Ok(stream) = TcpStream::from_std(socket.into()) else { return Answer::NotSent };
    if tokio::time::timeout(patience, stream.writable()).await.is_err() {
        return Answer::Silent;
    }
    let after = began.elapsed();
    let socket = SockRef::from(&stream);
    match socket.take_error() {
        Ok(None) => {
            // On loopback a socket can meet itself.
            let met_itself = match (stream.local_addr(), stream.peer_addr()) {
                (Ok(local), Ok(peer)) => local == peer,
                _ => false,
            };
            if met_itself { Answer::NotSent } else { answer(&DialOutcome::Connected, after) }
        }
        Ok(Some(error)) => answer(&os::classify(&error, os::pending_icmp(&socket)), after),
        Err(_) => Answer::NotSent,
    }
}

fn prepare(to: SocketAddr, sent: Sent) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    os::want_icmp(&socket, to.is_ipv6());
    os::limit_syns(&socket, 0);
    if let Some(life) = sent.life {
        if to.is_ipv4() {
            socket.set_ttl_v4(u32::from(life))?;
        } else {
            socket.set_unicast_hops_v6(u32::from(life))?;
        }
    }
    let own = sent.bind.unwrap_or(if to.is_ipv6() {
        IpAddr::from([0_u8; 16])
    } else {
        IpAddr::from([0_u8; 4])
    });
    let odd = sent.number % 2 == 1;
    // Taken just now by somebody: then any will do.
    if odd && socket.bind(&SocketAddr::new(own, own_port(to.port(), sent.number)).into()).is_ok() {
        return Ok(socket);
    }
    if let Some(address) = sent.bind {
        socket.bind(&SocketAddr::new(address, 0).into())?;
    }
    Ok(socket)
}

/// A port of ours for a knock at this one, another for each knock.
fn own_port(to: u16, number: u8) -> u16 {
    let (first, last) = OWN;
    let mixed = u32::from(to).wrapping_mul(0x9e37_79b1) >> 12;
    let place = (mixed + u32::from(number) * 1009) % u32::from(last - first);
    first + u16::try_from(place).unwrap_or(0)
}

fn answer(outcome: &DialOutcome, after: Duration) -> Answer {
    let (outcome, icmp) = match outcome {
        DialOutcome::Connected => (Outcome::Open, None),
        DialOutcome::Refused | DialOutcome::Reset => (Outcome::Refused, None),
        DialOutcome::Prohibited { icmp } => (Outcome::Prohibited, *icmp),
        DialOutcome::Unreachable { icmp } => (Outcome::Unreachable, *icmp),
        DialOutcome::TimedOut => return Answer::Silent,
        DialOutcome::Local { .. } => return Answer::NotSent,
    };
    Answer::Came { outcome, icmp, after }
}
