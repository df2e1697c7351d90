//! PORT and EPRT: the server knocks at the client's port.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::behaviour::{Active, Origin};
use super::blocked::bind;
use super::endpoint::{Unusable, parse_eprt, parse_port};
use super::pending::{Order, Pending};
use super::session::{Flow, Session};
use super::software::texts::fill;

/// Ports below are never knocked at, as in every server.
const LOWEST_PORT: u16 = 1024;

impl Session {
    pub(super) async fn port(&mut self, argument: &str) -> io::Result<Flow> {
        let action = self.behaviour().port.clone();
        if let Active::RefuseCommand(reply) = &action {
            self.control.say(reply).await?;
            return Ok(Flow::Go);
        }
        let texts = self.texts();
        if let Some(address) = parse_port(argument) {
            return self.order("PORT", action, address, texts.port_ok).await;
        }
        self.control.say(texts.port_syntax).await?;
        Ok(Flow::Go)
    }

    pub(super) async fn eprt(&mut self, argument: &str) -> io::Result<Flow> {
        let action = self.behaviour().eprt.clone();
        if let Active::RefuseCommand(reply) = &action {
            self.control.say(reply).await?;
            return Ok(Flow::Go);
        }
        let texts = self.texts();
        let v6 = self.peer.is_ipv6();
        let refusal = match parse_eprt(argument, v6) {
            Ok(address) => return self.order("EPRT", action, address, texts.eprt_ok).await,
            Err(Unusable::Syntax) => texts.eprt_syntax,
            Err(Unusable::Family) => texts.eprt_family,
        };
        let family = if v6 { "2" } else { "1" };
        let text = fill(refusal, &[("family", family)]);
        self.control.say(&text).await?;
        Ok(Flow::Go)
    }

    async fn order(
        &mut self,
        verb: &str,
        action: Active,
        address: SocketAddr,
        accepted: &str,
    ) -> io::Result<Flow> {
        self.pending = Pending::Nothing;
        let texts = self.texts();
        let foreign = address.ip() != self.seen();
        let refusal = if self.epsv_all {
            Some(texts.after_epsv_all)
        } else if foreign && !self.behaviour().software.checks_peer_late() {
            Some(texts.foreign)
        } else if address.port() < LOWEST_PORT {
            Some(texts.port_low)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            let text = self.about(refusal, verb, address);
            self.control.say(&text).await?;
            return Ok(Flow::Go);
        }
        let order = Order { action, address, foreign };
        let knock_now = !matches!(order.action, Active::Reply425AfterList(_));
        if self.behaviour().software.connects_at_port() && knock_now {
            match self.knock(&order).await {
                Ok(stream) => self.pending = Pending::Connected(stream),
                Err(refusal) => {
                    self.control.say(&refusal).await?;
                    return Ok(Flow::Go);
                }
            }
        } else {
            self.pending = Pending::Order(order);
        }
        self.control.say(accepted).await?;
        Ok(Flow::Go)
    }

    /// LIST after PORT or EPRT.
    pub(super) async fn active_transfer(
        &mut self,
        order: Order,
        opening: &str,
        bytes: &[u8],
        done: &str,
    ) -> io::Result<()> {
        if let Active::Reply425AfterList(text) = &order.action {
            return self.control.say(text).await;
        }
        let first = self.behaviour().software.preliminary_first();
        if first {
            self.control.say(opening).await?;
        }
        match self.knock(&order).await {
            Ok(stream) => {
                if !first {
                    self.control.say(opening).await?;
                }
                match self.protect(stream).await? {
                    Some(link) => self.deliver(link, bytes, done).await,
                    None => Ok(()),
                }
            }
            Err(refusal) => self.control.say(&refusal).await,
        }
    }

    /// Connects to the client, or has the reply that says why not.
    async fn knock(&self, order: &Order) -> Result<TcpStream, String> {
        let texts = self.texts();
        let hold = self.behaviour().active_hold;
        let address = order.address;
        if order.foreign {
            return Err(self.about(texts.foreign, "PORT", address));
        }
        let origin = match order.action {
            // Only ever to the client itself: an address that a NAT is said to have is nobody's.
            Active::Connect(origin) if address.ip() == self.peer.ip() => origin,
            _ => {
                self.control.note(&format!("the knock at {address} is lost"));
                sleep(hold).await;
                return Err(self.about(texts.connect_timed_out, "PORT", address));
            }
        };
        let refusal = match timeout(hold, connect(self.shared.control, origin, address)).await {
            Ok(Ok(stream)) => {
                self.control.note(&format!("connected to {address}"));
                return Ok(stream);
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                texts.connect_refused
            }
            Ok(Err(error)) => {
                self.control.note(&format!("cannot knock: {error}"));
                texts.connect_refused
            }
            Err(_) => texts.connect_timed_out,
        };
        Err(self.about(refusal, "PORT", address))
    }

    fn about(&self, template: &str, verb: &str, address: SocketAddr) -> String {
        fill(
            template,
            &[
                ("verb", verb),
                ("address", &address.ip().to_string()),
                ("port", &address.port().to_string()),
                ("client", &self.seen().to_string()),
            ],
        )
    }
}

async fn connect(control: SocketAddr, origin: Origin, to: SocketAddr) -> io::Result<TcpStream> {
    let default_data_port = control.port() - 1;
    let from = match origin {
        Origin::DefaultDataPort => SocketAddr::new(control.ip(), default_data_port),
        Origin::Ephemeral => SocketAddr::new(control.ip(), 0),
        Origin::OtherAddress(address) => SocketAddr::new(IpAddr::V4(address), default_data_port),
    };
    TcpSocket::from_std_stream(bind(from)?.into()).connect(to).await
}
