//! The server's end of a control connection: bounded lines in, replies out.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::tls::{Link, TlsLogin};
use super::transcript::Transcript;

/// Longer command lines are refused.
const LONGEST_LINE: usize = 1024;

/// Telnet's escape byte (RFC 854): it and the next are no part of a command line.
const INTERPRET_AS_COMMAND: u8 = 0xff;

/// How long a client may take to read a reply.
const WRITE_LIMIT: Duration = Duration::from_secs(10);

/// What came over the control connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A command line without its end.
    Line(String),
    /// A line beyond the bound, thrown away.
    TooLong,
    /// The client closed.
    End,
}

/// A control connection, seen from the server.
pub(super) struct Control {
    /// `None` once a handshake has used it up.
    link: Option<Link>,
    buffer: Vec<u8>,
    overlong: bool,
    session: usize,
    transcript: Transcript,
}

impl Control {
    pub(super) fn new(stream: TcpStream, session: usize, transcript: Transcript) -> Self {
        let link = Some(Link::Clear(stream));
        Self { link, buffer: Vec::new(), overlong: false, session, transcript }
    }

    /// Sends one reply, whose lines are separated by `\n`.
    pub(super) async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.transcript.note(self.session, 'S', reply);
        let bytes = reply.replace('\n', "\r\n") + "\r\n";
        self.raw(bytes.as_bytes()).await
    }

    /// Sends bytes as they are.
    pub(super) async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let link = open(&mut self.link)?;
        let write = async {
            link.write_all(bytes).await?;
            link.flush().await
        };
        timeout(WRITE_LIMIT, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Whether it is under TLS.
    pub(super) fn is_tls(&self) -> bool {
        self.link.as_ref().is_some_and(Link::is_tls)
    }

    /// Puts TLS on it, until `limit`; false where there is none, and the connection is over. What
    /// came in clear behind the command is thrown away.
    pub(super) async fn secure(&mut self, login: &TlsLogin, limit: Duration) -> bool {
        let Some(stream) = self.link.take().and_then(Link::into_clear) else {
            return false;
        };
        self.buffer.clear();
        let accepted = timeout(limit, Link::accept(stream, login)).await;
        match accepted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(link) => {
                self.transcript.note(self.session, 'S', "<TLS>");
                self.link = Some(link);
            }
            Err(error) => self.transcript.note(self.session, 'S', &format!("<no TLS: {error}>")),
        }
        self.link.is_some()
    }

    /// Notes an event on a data connection.
    pub(super) fn note(&self, event: &str) {
        self.transcript.note(self.session, 'D', event);
    }

    /// The next command line. Telnet commands, as sent before ABOR, are left out (RFC 959 §4.1.3).
    pub(super) async fn line(&mut self) -> io::Result<Received> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                if std::mem::take(&mut self.overlong) || line.len() > LONGEST_LINE {
                    return Ok(Received::TooLong);
                }
                return Ok(Received::Line(self.decode(&line)));
            }
            if self.buffer.len() > LONGEST_LINE {
                self.buffer.clear();
                self.overlong = true;
            }
            if open(&mut self.link)?.read_buf(&mut self.buffer).await? == 0 {
                return Ok(Received::End);
            }
        }
    }

    /// The next bytes, whatever they are; none where the client closed.
    pub(super) async fn bytes(&mut self) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            open(&mut self.link)?.read_buf(&mut self.buffer).await?;
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    fn decode(&self, line: &[u8]) -> String {
        let mut plain = Vec::with_capacity(line.len());
        let mut bytes = line.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                INTERPRET_AS_COMMAND => _ = bytes.next(),
                _ => plain.push(byte),
            }
        }
        let text = String::from_utf8_lossy(&plain);
        let text = text.trim_end_matches(['\r', '\n']);
        let shown = match text.get(..5) {
            Some(verb) if verb.eq_ignore_ascii_case("PASS ") => "PASS ****",
            _ => text,
        };
        self.transcript.note(self.session, 'C', shown);
        text.to_owned()
    }

    /// Ends the connection: the client reads what was sent, then the end.
    pub(super) async fn close(mut self) {
        if let Some(link) = &mut self.link {
            let _ = timeout(WRITE_LIMIT, link.shutdown()).await;
        }
        self.transcript.note(self.session, 'S', "<closed>");
    }

    /// Ends the connection by an RST.
    pub(super) fn reset(self) {
        if let Some(link) = self.link {
            link.reset();
        }
        self.transcript.note(self.session, 'S', "<reset>");
    }
}

fn open(link: &mut Option<Link>) -> io::Result<&mut Link> {
    link.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn lines_are_bounded_and_passwords_hidden() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        let (server, _) = listener.accept().await?;
        let mut control = Control::new(server, 1, Transcript::default());

        let long = "X".repeat(5000);
        let sent = format!("pass secret\r\n{long}\r\n\u{0}NOOP\n");
        client.write_all(sent.as_bytes()).await?;
        client.write_all(b"\xff\xf4\xff\xf2ABOR\r\n").await?;
        client.shutdown().await?;
        let line = |text: &str| Received::Line(text.to_owned());
        assert_eq!(control.line().await?, line("pass secret"));
        assert_eq!(control.line().await?, Received::TooLong);
        assert_eq!(control.line().await?, line("\u{0}NOOP"));
        assert_eq!(control.line().await?, line("ABOR"));
        assert_eq!(control.line().await?, Received::End);
        let lines = control.transcript.lines();
        assert_eq!(lines.first().map(String::as_str), Some("1 C: PASS ****"));
        assert!(!lines.iter().any(|line| line.contains("secret")));
        Ok(())
    }
}
