//! What a session has in hand for its next transfer.

use std::net::SocketAddr;

use socket2::Socket;
use tokio::net::{TcpListener, TcpStream};

use super::behaviour::{Active, Passive};

/// What PASV, EPSV, PORT or EPRT left for the next transfer.
pub(super) enum Pending {
    /// None of them came.
    Nothing,
    /// A port of the server.
    Offer(Offer),
    /// A port of the client.
    Order(Order),
    /// An active connection that is there already.
    Connected(TcpStream),
}

/// A port to knock at.
pub(super) struct Order {
    pub(super) action: Active,
    pub(super) address: SocketAddr,
    /// Refused only now, where the software looks at the address so late.
    pub(super) foreign: bool,
}

/// A port that was announced.
pub(super) struct Offer {
    pub(super) action: Passive,
    /// Where a client can connect at all.
    pub(super) listener: Option<TcpListener>,
    /// Where nobody listens: kept, so that nobody else does.
    pub(super) held: Option<Socket>,
}
