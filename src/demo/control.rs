//! The server's end of a control connection: bounded lines in, replies out.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

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
    stream: TcpStream,
    buffer: Vec<u8>,
    overlong: bool,
    session: usize,
    transcript: Transcript,
}

impl Control {
    pub(super) fn new(stream: TcpStream, session: usize, transcript: Transcript) -> Self {
        Self { stream, buffer: Vec::new(), overlong: false, session, transcript }
    }

    /// Sends one reply, whose lines are separated by `\n`.
    pub(super) async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.transcript.note(self.session, 'S', reply);
        let bytes = reply.replace('\n', "\r\n") + "\r\n";
        self.raw(bytes.as_bytes()).await
    }

    /// Sends bytes as they are.
    pub(super) async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(WRITE_LIMIT, self.stream.write_all(bytes))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
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
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(Received::End);
            }
        }
    }

    /// The next bytes, whatever they are; none where the client closed.
    pub(super) async fn bytes(&mut self) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            self.stream.read_buf(&mut self.buffer).await?;
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
        let _ = timeout(WRITE_LIMIT, self.stream.shutdown()).await;
        self.transcript.note(self.session, 'S', "<closed>");
    }

    /// Ends the connection by an RST.
    pub(super) fn reset(self) {
        reset(self.stream);
        self.transcript.note(self.session, 'S', "<reset>");
    }
}

/// Ends a connection by an RST.
pub(super) fn reset(stream: TcpStream) {
    // Without the option the end is a FIN, which is as good as can be had.
    let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    drop(stream);
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
