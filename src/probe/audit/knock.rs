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

/// Knocks once and waits that long. The kernel's own repetition comes after a second, and does not
/// count.
pub async fn knock(to: SocketAddr, bind: Option<IpAddr>, patience: Duration) -> Answer {
    let Ok(socket) = prepare(to, bind) else { return Answer::NotSent };
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

fn prepare(to: SocketAddr, bind: Option<IpAddr>) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    os::want_icmp(&socket, to.is_ipv6());
    os::limit_syns(&socket, 0);
    if let Some(address) = bind {
        socket.bind(&SocketAddr::new(address, 0).into())?;
    }
    Ok(socket)
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
