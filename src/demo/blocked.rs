//! A port that drops every SYN, without a firewall.
//!
//! A Linux listener with `listen(0)` and one waiting connection has a full accept queue;
//! the kernel drops each further SYN, so that a client meets a genuine time-out. Other
//! systems read the number differently, hence the queue is filled until a connection of our
//! own is no longer answered: that is also the proof that the port is blocked.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A handshake over loopback is over long before this.
const UNANSWERED: Duration = Duration::from_millis(60);

/// No system known queues more than a handful for a backlog of nought.
const MOST_FILLERS: usize = 16;

/// A port whose SYNs are dropped for as long as this value lives.
#[derive(Debug)]
pub(super) struct BlockedPort {
    _listener: Socket,
    _fillers: Vec<TcpStream>,
}

impl BlockedPort {
    /// Blocks the port that `socket` is bound to.
    ///
    /// # Errors
    /// Where the system refuses to listen, or goes on accepting.
    pub(super) async fn new(socket: Socket) -> io::Result<Self> {
        let address = local_address(&socket)?;
        socket.listen(0)?;
        let mut fillers = Vec::new();
        for _ in 0..MOST_FILLERS {
            match timeout(UNANSWERED, TcpStream::connect(address)).await {
                Ok(filler) => fillers.push(filler?),
                // A busy machine may be late for the very first one.
                Err(_) if fillers.is_empty() => {}
                Err(_) => {
                    return Ok(Self { _listener: socket, _fillers: fillers });
                }
            }
        }
        Err(io::Error::other(format!(
            "{address} still accepts with a full queue: this system cannot show a blocked port"
        )))
    }
}

/// A TCP socket that is bound but not listening: a SYN to it is answered by RST.
///
/// # Errors
/// `InvalidInput` for any address but loopback, else the system's.
pub(super) fn bind(address: SocketAddr) -> io::Result<Socket> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not a loopback address: the demo stays on this machine"),
        ));
    }
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // A port that was in use a moment ago is not busy for a server that comes back to it. One that
    // the system picks is nobody else's: with the option, others could share it while it is held.
    socket.set_reuse_address(address.port() != 0)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The address that a socket is bound to.
///
/// # Errors
/// The system's.
pub(super) fn local_address(socket: &Socket) -> io::Result<SocketAddr> {
    socket
        .local_addr()?
        .as_socket()
        .ok_or_else(|| io::Error::other("a TCP socket without an IP address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn times_out(host: &str) -> Result<(), Box<dyn std::error::Error>> {
        let socket = bind(format!("{host}:0").parse()?)?;
        let address = local_address(&socket)?;
        let blocked = BlockedPort::new(socket).await?;
        for _ in 0..3 {
            let knock = timeout(Duration::from_millis(200), TcpStream::connect(address)).await;
            assert!(knock.is_err(), "{address} answered: {knock:?}");
        }
        drop(blocked);
        let knock = timeout(Duration::from_secs(1), TcpStream::connect(address)).await?;
        assert!(knock.is_err(), "it is closed with its value");
        Ok(())
    }

    #[tokio::test]
    async fn a_blocked_port_times_out() -> Result<(), Box<dyn std::error::Error>> {
        times_out("127.0.0.1").await
    }

    #[tokio::test]
    async fn a_blocked_port_times_out_over_ipv6() -> Result<(), Box<dyn std::error::Error>> {
        times_out("[::1]").await
    }

    #[test]
    fn only_loopback_is_bound() -> Result<(), Box<dyn std::error::Error>> {
        for elsewhere in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
            let kind = bind(elsewhere.parse()?).map_err(|error| error.kind());
            assert!(matches!(kind, Err(io::ErrorKind::InvalidInput)), "{elsewhere}");
        }
        Ok(())
    }
}
