//! A client that says in a word what it met.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Result;
use crate::demo::{Protection, Server};

/// What has not come by then does not come.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);
/// A connection that was made and on which nothing comes for so long has stalled.
const STALL: Duration = Duration::from_secs(1);
/// For replies that a server takes its time for.
const REPLY: Duration = Duration::from_secs(3);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) struct Client {
    stream: BufReader<Box<dyn Stream>>,
    server: SocketAddr,
    /// For data connections, after PROT P.
    private: Option<Arc<ClientConfig>>,
}

/// A client's side of TLS: it trusts the server's authority, and resumes sessions or not.
fn config(server: &Server, resumption: Resumption) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = server.authority().map(<[u8]>::to_vec).map(CertificateDer::from);
    roots.add_parsable_certificates(authority);
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = resumption;
    Arc::new(config)
}

impl Client {
    /// Connects and reads the greeting; `Err` is a word about what was met instead.
    pub(super) async fn greeted(server: SocketAddr) -> std::result::Result<(Self, String), String> {
        let stream = match timeout(PATIENCE, TcpStream::connect(server)).await {
            Err(_) => return Err("control timed-out".to_owned()),
            Ok(Err(_)) => return Err("control refused".to_owned()),
            Ok(Ok(stream)) => stream,
        };
        let mut client = Self { stream: BufReader::new(Box::new(stream)), server, private: None };
        let greeting = client.reply().await;
        if greeting.starts_with('2') {
            Ok((client, greeting))
        } else {
            Err(format!("greeting {}", greeting.get(..3).unwrap_or("?")))
        }
    }

    /// Logs in as a guest.
    pub(super) async fn guest(server: SocketAddr) -> std::result::Result<Self, String> {
        let (mut client, _) = Self::greeted(server).await?;
        client.log_in("anonymous", "guest@").await?;
        Ok(client)
    }

    /// Logs in as a guest with the protection that a story asks for; data connections resume the
    /// control connection's session.
    pub(super) async fn protected(
        server: &Server,
        protection: Protection,
    ) -> std::result::Result<Self, String> {
        if protection == Protection::Clear {
            return Self::guest(server.address()).await;
        }
        let mut client =
            Self::secured(server, protection, Resumption::in_memory_sessions(8)).await?;
        client.log_in("anonymous", "guest@").await?;
        for (command, expected) in [("PBSZ 0", "200"), ("PROT P", "200")] {
            let reply = client.say(command).await;
            if !reply.starts_with(expected) {
                return Err(format!("{} {}", &command[..4], reply.get(..3).unwrap_or("?")));
            }
        }
        Ok(client)
    }

    /// Puts TLS on a fresh control connection.
    pub(super) async fn secured(
        server: &Server,
        protection: Protection,
        resumption: Resumption,
    ) -> std::result::Result<Self, String> {
        let address = server.address();
        let stream = TcpStream::connect(address).await.map_err(|e| e.to_string())?;
        // Byte for byte: what follows 234 is TLS' own.
        let mut client = Self {
            stream: BufReader::with_capacity(1, Box::new(stream)),
            server: address,
            private: None,
        };
        if protection == Protection::Explicit {
            for command in ["", "AUTH TLS"] {
                let reply = if command.is_empty() {
                    client.reply().await
                } else {
                    client.say(command).await
                };
                if !reply.starts_with('2') {
                    return Err(format!("AUTH {}", reply.get(..3).unwrap_or("?")));
                }
            }
        }
        let config = config(server, resumption);
        client.private = Some(Arc::clone(&config));
        let stream = secure(&config, address, client.stream.into_inner()).await?;
        client.stream = BufReader::new(stream);
        if protection == Protection::Implicit {
            client.reply().await;
        }
        Ok(client)
    }

    pub(super) async fn log_in(
        &mut self,
        user: &str,
        password: &str,
    ) -> std::result::Result<(), String> {
        for command in [format!("USER {user}"), format!("PASS {password}")] {
            let reply = self.say(&command).await;
            match reply.get(..3) {
                Some("230" | "331") => {}
                code => return Err(format!("{} {}", &command[..4], code.unwrap_or("?"))),
            }
        }
        Ok(())
    }

    /// Sends a command and reads the reply: all of its lines, or `<end>`, or `<silence>`.
    pub(super) async fn say(&mut self, command: &str) -> String {
        let line = format!("{command}\r\n");
        match self.stream.write_all(line.as_bytes()).await {
            Ok(()) => self.reply().await,
            Err(_) => "<end>".to_owned(),
        }
    }

    pub(super) async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            match timeout(REPLY, self.stream.read_line(&mut line)).await {
                Err(_) => return "<silence>".to_owned(),
                Ok(Err(_) | Ok(0)) => return "<end>".to_owned(),
                Ok(Ok(_)) => reply.push_str(line.trim_end()),
            }
            let bytes = line.as_bytes();
            let preliminary = reply.starts_with("120");
            let last = bytes.get(3) != Some(&b'-') && bytes.iter().take(3).all(u8::is_ascii_digit);
            if preliminary {
                reply.clear();
            } else if last || !reply.starts_with(|first: char| first.is_ascii_digit()) {
                return reply;
            } else {
                reply.push('\n');
            }
        }
    }

    /// Nothing comes for a while.
    pub(super) async fn is_quiet(&mut self) -> bool {
        timeout(PATIENCE, self.stream.fill_buf()).await.is_err()
    }

    pub(super) async fn quit(mut self) {
        self.say("QUIT").await;
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
    }

    /// Where the reply to PASV or EPSV leads, or the word for a refusal.
    pub(super) async fn port_of(
        &mut self,
        verb: &str,
    ) -> std::result::Result<(SocketAddr, String), String> {
        let reply = self.say(verb).await;
        let port = match reply.get(..3) {
            Some("227") => pasv_port(&reply),
            Some("229") => epsv_port(&reply),
            code => return Err(format!("rejected {}", code.unwrap_or("?"))),
        };
        let port = port.ok_or_else(|| format!("unreadable {}", &reply[..3]))?;
        Ok((SocketAddr::new(self.server.ip(), port), reply))
    }

    /// One passive listing, in a word or two.
    pub(super) async fn passive(&mut self, verb: &str) -> String {
        let address = match self.port_of(verb).await {
            Ok((address, _)) => address,
            Err(word) => return word,
        };
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Err(_) => "timed-out".to_owned(),
            Ok(Err(_)) => "refused".to_owned(),
            Ok(Ok(stream)) => {
                if let Err(error) = self.stream.write_all(b"LIST\r\n").await {
                    return error.to_string();
                }
                self.receive(stream).await
            }
        }
    }

    /// One active listing, in a word or two, and where the connection came from.
    pub(super) async fn active(&mut self, verb: &str) -> Result<(String, Option<SocketAddr>)> {
        let listener = TcpListener::bind(SocketAddr::new(self.server.ip(), 0)).await?;
        let command = command_for(verb, listener.local_addr()?);
        let reply = self.say(&command).await;
        if !reply.starts_with('2') {
            return Ok((format!("rejected {}", reply.get(..3).unwrap_or("?")), None));
        }
        self.stream.write_all(b"LIST\r\n").await?;
        if let Ok(accepted) = timeout(PATIENCE, listener.accept()).await {
            let (stream, from) = accepted?;
            return Ok((self.receive(stream).await, Some(from)));
        }
        let mut word = "nothing-came".to_owned();
        while !self.is_quiet().await {
            let reply = self.reply().await;
            word = format!("rejected {}", reply.get(..3).unwrap_or("?"));
        }
        Ok((word, None))
    }

    /// Reads a data connection to its end, and the replies that go with it.
    async fn receive(&mut self, stream: TcpStream) -> String {
        let mut stream: Box<dyn Stream> = Box::new(stream);
        if let Some(config) = &self.private {
            // TLS begins when data do.
            match timeout(STALL, secure(config, self.server, stream)).await {
                Ok(Ok(secured)) => stream = secured,
                Ok(Err(word)) => return word,
                Err(_) => return "TLS timed-out".to_owned(),
            }
        }
        let mut bytes = Vec::new();
        let end = loop {
            match timeout(STALL, stream.read_buf(&mut bytes)).await {
                Ok(Ok(0)) => break Ok(Ok(())),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => break Ok(Err(error)),
                Err(silent) => break Err(silent),
            }
        };
        if end.is_err() {
            if !self.is_quiet().await {
                let reply = self.reply().await;
                if !reply.starts_with('1') {
                    return format!("stalled {}", reply.get(..3).unwrap_or("?"));
                }
            }
            let before = if bytes.is_empty() { "nothing" } else { "some" };
            return format!("stalled after {before}");
        }
        drop(stream);
        let mut reply = self.reply().await;
        if reply.starts_with('1') {
            reply = self.reply().await;
        }
        match (reply.get(..3), end) {
            (Some("226"), Ok(Ok(()))) => "open".to_owned(),
            (code, Ok(Err(_))) => format!("reset {}", code.unwrap_or("?")),
            (code, _) => format!("closed {}", code.unwrap_or("?")),
        }
    }
}

/// Does a handshake, or has the word for what was met instead.
async fn secure(
    config: &Arc<ClientConfig>,
    server: SocketAddr,
    stream: Box<dyn Stream>,
) -> std::result::Result<Box<dyn Stream>, String> {
    let name = ServerName::from(server.ip());
    let connected = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
    match connected {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            let text = error.to_string();
            let known = [
                ("certificate expired", "TLS expired"),
                ("not valid for name", "TLS wrong name"),
                ("UnknownIssuer", "TLS unknown issuer"),
                ("ProtocolVersion", "TLS old version"),
                ("eof", "TLS end"),
                ("corrupt message", "TLS clear"),
            ];
            let word = known.iter().find(|(part, _)| text.contains(part));
            Err(word.map_or(text.clone(), |(_, word)| (*word).to_owned()))
        }
    }
}

/// PORT or EPRT for an address.
pub(super) fn command_for(verb: &str, address: SocketAddr) -> String {
    let port = address.port();
    match (verb, address.ip()) {
        ("PORT", ip) => {
            // There is no IPv6 address in PORT: send what would be sent without one.
            let v4 = match ip {
                IpAddr::V4(v4) => v4,
                IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
            };
            let [a, b, c, d] = v4.octets();
            format!("PORT {a},{b},{c},{d},{},{}", port >> 8, port & 255)
        }
        (_, IpAddr::V4(v4)) => format!("EPRT |1|{v4}|{port}|"),
        (_, IpAddr::V6(v6)) => format!("EPRT |2|{v6}|{port}|"),
    }
}

fn pasv_port(reply: &str) -> Option<u16> {
    // Over IPv6, what comes before the port may be anything.
    let inner = reply.rsplit('(').next()?.split(')').next()?;
    let numbers: Vec<u16> = inner.rsplit(',').map_while(|n| n.parse().ok()).collect();
    match (numbers.as_slice(), inner.contains(':')) {
        ([low, high, _, _, _, _], _) | ([low, high, ..], true) => Some(high * 256 + low),
        _ => None,
    }
}

fn epsv_port(reply: &str) -> Option<u16> {
    reply.split('|').nth(3)?.parse().ok()
}
