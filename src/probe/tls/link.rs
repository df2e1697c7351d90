//! A connection that is clear or under TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::failure::alert_in;
use super::tap::Tap;
use crate::facts::tls::TlsEnd;

/// A connection that is clear or under TLS.
///
/// Reading with [`AsyncRead`] loses nothing when it is dropped and called anew. Under TLS the
/// readiness of the socket says little: what was decrypted already waits inside, and a readable
/// socket may hold half a record. So ask by reading (`poll_read`, [`Link::try_read`]), never by
/// `poll_read_ready`. After writing, `flush`.
#[derive(Debug)]
pub enum Link {
    /// TCP alone.
    Clear(TcpStream),
    /// TLS.
    Tls(Box<Secured>),
}

/// A TLS connection whose handshake is done.
#[derive(Debug)]
pub struct Secured(TlsStream<Tap>);

impl Secured {
    pub(super) fn new(mut stream: TlsStream<Tap>) -> Self {
        stream.get_mut().0.finish();
        Self(stream)
    }
}

impl From<TcpStream> for Link {
    fn from(stream: TcpStream) -> Self {
        Self::Clear(stream)
    }
}

impl Link {
    /// The TCP connection below, for its addresses and options; it must not be read or written.
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Tls(secured) => secured.0.get_ref().0.tcp(),
        }
    }

    /// The TCP connection, to put TLS on it; `None` where TLS is on it already.
    pub fn into_clear(self) -> Option<TcpStream> {
        match self {
            Self::Clear(stream) => Some(stream),
            Self::Tls(_) => None,
        }
    }

    /// Whether it is under TLS.
    pub fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Reads what is there without waiting.
    ///
    /// A task that waits for this connection elsewhere has to poll it again afterwards, since this
    /// takes its place as the one to be woken.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] where nothing is, and what reading fails with.
    pub fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Clear(stream) = self {
            return stream.try_read(buffer);
        }
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(self).poll_read(&mut Context::from_waker(Waker::noop()), &mut buffer) {
            Poll::Ready(Ok(())) => Ok(buffer.filled().len()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Writes what can be written without waiting; the rest is lost, and nobody is told.
    pub fn try_write(&mut self, bytes: &[u8]) {
        if let Self::Clear(stream) = self {
            let _ = stream.try_write(bytes);
            return;
        }
        let context = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(Ok(_)) = Pin::new(&mut *self).poll_write(context, bytes) {
            let _ = Pin::new(self).poll_flush(context);
        }
    }

    /// What the result of a read (into a buffer with room) says about the end of the TLS
    /// connection; `None` where it has not ended, and for clear ones.
    pub fn end(&self, read: &io::Result<usize>) -> Option<TlsEnd> {
        if !self.is_tls() {
            return None;
        }
        match read {
            // rustls tells the two apart: the end of TCP alone is an error.
            Ok(0) => Some(TlsEnd::CloseNotify),
            Ok(_) => None,
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => None,
                io::ErrorKind::UnexpectedEof => Some(TlsEnd::EofWithoutCloseNotify),
                io::ErrorKind::InvalidData => Some(
                    alert_in(error)
                        .map_or(TlsEnd::Broken, |description| TlsEnd::Alert { description }),
                ),
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => Some(TlsEnd::Reset),
                _ => Some(TlsEnd::Broken),
            },
        }
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
            Self::Tls(secured) => Pin::new(&mut secured.0).poll_read(context, buffer),
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
            Self::Tls(secured) => Pin::new(&mut secured.0).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(secured) => Pin::new(&mut secured.0).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(secured) => Pin::new(&mut secured.0).poll_shutdown(context),
        }
    }
}
