//! A connection of the server's, in clear or under TLS; what comes in is kept as it came.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio_rustls::rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

use super::parse::End;

/// Every byte that any connection of a server's brought, as it was on the wire.
#[derive(Clone, Default)]
pub(super) struct Wire(Arc<Mutex<Vec<u8>>>);

impl Wire {
    fn keep(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(super) struct Tap {
    tcp: TcpStream,
    wire: Wire,
}

impl Read for Tap {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.tcp.read(bytes)?;
        self.wire.keep(&bytes[..count]);
        Ok(count)
    }
}

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

pub(super) enum Stream {
    Clear(Tap),
    Tls(Box<StreamOwned<ServerConnection, Tap>>),
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, wire: &Wire) -> Self {
        Self::Clear(Tap { tcp, wire: wire.clone() })
    }

    fn tap(&mut self) -> &mut Tap {
        match self {
            Self::Clear(tap) => tap,
            Self::Tls(tls) => &mut tls.sock,
        }
    }

    pub(super) fn tcp(&mut self) -> &TcpStream {
        &self.tap().tcp
    }

    /// Goes over to TLS, and tells how that went.
    pub(super) fn secure(
        self,
        config: &Arc<ServerConfig>,
        limit: Duration,
    ) -> io::Result<(Self, String)> {
        let Self::Clear(mut tap) = self else {
            return Err(io::Error::other("it is under TLS already"));
        };
        let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        let deadline = Instant::now() + limit;
        while tls.is_handshaking() {
            match tls.complete_io(&mut tap) {
                Err(error) if super::play::is_timeout(&error) && Instant::now() < deadline => {}
                other => _ = other?,
            }
        }
        // The tickets of TLS 1.3 wait behind the handshake.
        while tls.wants_write() {
            tls.write_tls(&mut tap)?;
        }
        let told = format!("{:?}, {:?}", tls.protocol_version(), tls.handshake_kind());
        Ok((Self::Tls(Box::new(StreamOwned::new(tls, tap))), told))
    }

    /// Whether the client brought a session that the server knows.
    pub(super) fn resumed(&self) -> bool {
        match self {
            Self::Clear(_) => false,
            Self::Tls(tls) => tls.conn.handshake_kind() == Some(HandshakeKind::Resumed),
        }
    }

    /// Bytes past TLS, if there is any.
    pub(super) fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tap().tcp.write_all(bytes)
    }

    /// Ends it; what hangs is kept by whoever calls.
    pub(super) fn end(&mut self, end: End) {
        if let (Self::Tls(tls), End::Close) = (&mut *self, end) {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
        let tcp = self.tcp();
        match end {
            End::Close | End::Cut => _ = tcp.shutdown(Shutdown::Write),
            // The last copy that is closed sends the RST.
            End::Reset => _ = SockRef::from(tcp).set_linger(Some(Duration::ZERO)),
            End::Hang => {}
        }
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(tap) => tap.read(bytes),
            Self::Tls(tls) => tls.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(tap) => tap.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(tap) => tap.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
