//! One client's session, from the greeting to its end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::behaviour::{Behaviour, Turn};
use super::control::{Control, Received};
use super::pending::Pending;
use super::shared::{Place, Shared};
use super::software::texts::{Texts, fill};
use super::software::tls::TlsTexts;
use super::tls::Secured;

/// How a session goes on after a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// With the next command.
    Go,
    /// Not at all.
    Stop,
    /// Not at all, and without a proper end.
    Reset,
}

/// A session.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) control: Control,
    /// The client, as the kernel sees it. Nobody else is ever connected to.
    pub(super) peer: SocketAddr,
    pub(super) user: String,
    pub(super) logged_in: bool,
    pub(super) binary: bool,
    /// Current directory.
    pub(super) path: String,
    pub(super) epsv_all: bool,
    /// Once the control connection is under TLS.
    pub(super) tls: Option<Secured>,
    pub(super) pending: Pending,
    pub(super) place: Option<Place>,
}

impl Session {
    pub(super) fn new(
        stream: TcpStream,
        peer: SocketAddr,
        number: usize,
        shared: Arc<Shared>,
    ) -> Self {
        // Replies are small and often come in twos: none is to wait for the other's ACK.
        let _ = stream.set_nodelay(true);
        let control = Control::new(stream, number, shared.transcript.clone());
        Self {
            shared,
            control,
            peer,
            user: String::new(),
            logged_in: false,
            binary: false,
            path: "/".to_owned(),
            epsv_all: false,
            tls: None,
            pending: Pending::Nothing,
            place: None,
        }
    }

    /// Serves the client until one of them has had enough.
    pub(super) async fn run(mut self) {
        let end = self.converse().await;
        // Whoever waits for the end of this connection may log in again at once.
        self.pending = Pending::Nothing;
        self.place = None;
        match end {
            Ok(Flow::Reset) => self.control.reset(),
            Ok(Flow::Go | Flow::Stop) => self.control.close().await,
            // The client is gone: nothing is left to be said.
            Err(_) => {}
        }
    }

    async fn converse(&mut self) -> io::Result<Flow> {
        self.delay("").await;
        if self.is_implicit() && self.secure().await? != Flow::Go {
            return Ok(Flow::Stop);
        }
        if !self.admit(Turn::Connect) {
            let text = self.too_many();
            self.control.say(&text).await?;
            return Ok(Flow::Stop);
        }
        if self.greet().await? != Flow::Go {
            return Ok(Flow::Stop);
        }
        loop {
            let idle = self.behaviour().idle;
            let Ok(received) = timeout(idle, self.control.line()).await else {
                self.control.say(self.texts().idle).await?;
                return Ok(Flow::Stop);
            };
            let flow = match received? {
                Received::End => Flow::Stop,
                Received::TooLong => {
                    self.control.say("500 Command line too long.").await?;
                    Flow::Go
                }
                Received::Line(line) => self.obey(&line).await?,
            };
            if flow != Flow::Go {
                return Ok(flow);
            }
        }
    }

    async fn obey(&mut self, line: &str) -> io::Result<Flow> {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        if let Some(hangup) = &self.behaviour().hangup
            && hangup.verb == verb
        {
            return Ok(if hangup.reset { Flow::Reset } else { Flow::Stop });
        }
        self.delay(&verb).await;
        let off = &self.behaviour().switched_off;
        if let Some(off) = off.iter().find(|off| off.verb == verb) {
            let reply = off.reply.clone();
            self.control.say(&reply).await?;
            return Ok(Flow::Go);
        }
        self.command(&verb, argument.trim()).await
    }

    async fn delay(&self, verb: &str) {
        for delay in &self.behaviour().delays {
            if delay.verb == verb {
                sleep(delay.wait).await;
            }
        }
    }

    /// Takes a place at the given moment; false where there is none left.
    pub(super) fn admit(&mut self, at: Turn) -> bool {
        match self.behaviour().limit {
            Some(limit) if limit.at == at => {
                self.place = self
                    .shared
                    .places
                    .take(self.peer.ip(), limit.max_per_ip.saturating_sub(limit.taken));
                self.place.is_some()
            }
            _ => true,
        }
    }

    pub(super) fn too_many(&self) -> String {
        let most = self.behaviour().limit.map_or(0, |limit| limit.max_per_ip);
        fill(self.texts().too_many, &[("n", &most.to_string())])
    }

    pub(super) fn behaviour(&self) -> &Behaviour {
        &self.shared.behaviour
    }

    pub(super) fn texts(&self) -> &'static Texts {
        self.behaviour().software.texts()
    }

    pub(super) fn tls_texts(&self) -> &'static TlsTexts {
        self.behaviour().software.tls_texts()
    }

    /// The client's address as this server claims to see it.
    pub(super) fn seen(&self) -> IpAddr {
        self.behaviour().seen_as.unwrap_or(self.peer.ip())
    }

    /// The server's address as its own replies have it.
    pub(super) fn shown(&self) -> IpAddr {
        self.behaviour().advertised.map_or(self.shared.control.ip(), IpAddr::V4)
    }
}
