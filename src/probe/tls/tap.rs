//! A TCP stream whose first received bytes are kept: a TLS library says "invalid message", the
//! bytes say "500 AUTH not understood".

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that are kept: a whole `ServerHello` of TLS 1.3 has about 130.
const HEAD: usize = 512;

/// What was received during the handshake.
#[derive(Debug, Default, Clone)]
pub(super) struct Received {
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// All of them, counted.
    pub(super) bytes: u64,
}

/// A handle to what a [`Tap`] has seen, which outlives it.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen(Arc<Mutex<Received>>);

impl Seen {
    pub(super) fn get(&self) -> Received {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, bytes: &[u8]) {
        let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.bytes += bytes.len() as u64;
        let room = HEAD.saturating_sub(received.head.len()).min(bytes.len());
        received.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

/// The stream. All else is passed through untouched.
#[derive(Debug)]
pub(super) struct Tap {
    stream: TcpStream,
    /// `None` once the handshake is over.
    seen: Option<Seen>,
}

impl Tap {
    pub(super) fn new(stream: TcpStream) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { stream, seen: Some(seen.clone()) }, seen)
    }

    /// Keeps nothing any more.
    pub(super) fn finish(&mut self) {
        self.seen = None;
    }

    pub(super) fn tcp(&self) -> &TcpStream {
        &self.stream
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Some(seen) = &this.seen {
            let new = buffer.filled().get(before..).unwrap_or_default();
            if !new.is_empty() {
                seen.note(new);
            }
        }
        result
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
