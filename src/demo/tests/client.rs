//! A client that says in a word what it met.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Result;

/// What has not come by then does not come.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);
/// For replies that a server takes its time for.
const REPLY: Duration = Duration::from_secs(3);

pub(super) struct Client {
    stream: BufReader<TcpStream>,
    server: SocketAddr,
}

impl Client {
    /// Connects and reads the greeting; `Err` is a word about what was met instead.
    pub(super) async fn greeted(server: SocketAddr) -> std::result::Result<(Self, String), String> {
        let stream = match timeout(PATIENCE, TcpStream::connect(server)).await {
            Err(_) => return Err("control timed-out".to_owned()),
            Ok(Err(_)) => return Err("control refused".to_owned()),
            Ok(Ok(stream)) => BufReader::new(stream),
        };
        let mut client = Self { stream, server };
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
    async fn receive(&mut self, mut stream: TcpStream) -> String {
        let mut bytes = Vec::new();
        let end = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
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
            (Some("226"), Ok(Ok(_))) => "open".to_owned(),
            (code, Ok(Err(_))) => format!("reset {}", code.unwrap_or("?")),
            (code, _) => format!("closed {}", code.unwrap_or("?")),
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
