//! A connection in clear or under TLS.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls::HandshakeKind;
use tokio_rustls::server::TlsStream;

use super::identity::TlsLogin;

/// A connection in clear or under TLS.
pub(in crate::demo) enum Link {
    /// TCP alone.
    Clear(TcpStream),
    /// TLS, the server's side of it, whoever connected.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Link {
    /// Waits for a client's handshake.
    pub(in crate::demo) async fn accept(stream: TcpStream, login: &TlsLogin) -> io::Result<Self> {
        let stream = login.acceptor().accept(stream).await?;
        Ok(Self::Tls(Box::new(stream)))
    }

    pub(in crate::demo) fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Whether the client resumed a session.
    pub(super) fn is_resumed(&self) -> bool {
        match self {
            Self::Clear(_) => false,
            Self::Tls(stream) => {
                stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
            }
        }
    }

    /// The TCP connection, where nothing else is on it.
    pub(in crate::demo) fn into_clear(self) -> Option<TcpStream> {
        match self {
            Self::Clear(stream) => Some(stream),
            Self::Tls(_) => None,
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Sends what is left and a FIN, under TLS with a `close_notify` before it or not.
    pub(in crate::demo) async fn finish(&mut self, goodbye: bool) -> io::Result<()> {
        if goodbye {
            return self.shutdown().await;
        }
        self.flush().await?;
        SockRef::from(self.tcp()).shutdown(Shutdown::Write)
    }

    /// Ends the connection by an RST.
    pub(in crate::demo) fn reset(self) {
        // Without the option the end is a FIN, which is as good as can be had.
        let _ = SockRef::from(self.tcp()).set_linger(Some(Duration::ZERO));
    }
}

impl AsyncRead for Link {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
