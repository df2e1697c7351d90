//! PASV and EPSV: the server opens a port and says which.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use socket2::Socket;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::behaviour::Passive;
use super::blocked::bind;
use super::endpoint::{host_port, port_pair};
use super::pending::{Offer, Pending};
use super::ports::Taken;
use super::session::{Flow, Session};
use super::software::Stranger;
use super::software::texts::fill;

/// How far around an announced port a middlebox answers too.
const NEIGHBOURS: u16 = 3;
/// Ports tried until one has all its neighbours free.
const TRIES: usize = 20;

impl Session {
    pub(super) async fn pasv(&mut self) -> io::Result<Flow> {
        let action = self.behaviour().pasv.clone();
        let texts = self.texts();
        if self.epsv_all {
            let text = fill(texts.after_epsv_all, &[("verb", "PASV")]);
            self.control.say(&text).await?;
            return Ok(Flow::Go);
        }
        let refused = matches!(action, Passive::RefuseCommand(_));
        let mut template = texts.pasv;
        if self.peer.is_ipv6() && !refused {
            template = texts.pasv_on_v6;
            if template.starts_with(['4', '5']) {
                self.control.say(template).await?;
                return Ok(Flow::Go);
            }
        }
        self.open(action, template).await
    }

    pub(super) async fn epsv(&mut self, argument: &str) -> io::Result<Flow> {
        let action = self.behaviour().epsv.clone();
        let texts = self.texts();
        let family = if self.peer.is_ipv6() { "2" } else { "1" };
        let refused = matches!(action, Passive::RefuseCommand(_));
        if argument.eq_ignore_ascii_case("ALL") && !refused {
            self.epsv_all = true;
            self.control.say(texts.epsv_all).await?;
            return Ok(Flow::Go);
        }
        let foreign = !argument.is_empty() && argument != family;
        if foreign && !texts.epsv_family.is_empty() && !refused {
            let text = fill(texts.epsv_family, &[("family", family)]);
            self.control.say(&text).await?;
            return Ok(Flow::Go);
        }
        self.open(action, texts.epsv).await
    }

    async fn open(&mut self, action: Passive, template: &str) -> io::Result<Flow> {
        // A new port gives up the one before.
        self.pending = Pending::Nothing;
        let action = match action {
            Passive::Pinhole if self.control.is_tls() => Passive::Blocked,
            action => action,
        };
        if let Passive::RefuseCommand(reply) = &action {
            self.control.say(reply).await?;
            return Ok(Flow::Go);
        }
        let taken = match action {
            Passive::Blocked => self.shared.ports.take_blocked().await?.map(Taken::Blocked),
            _ => self.shared.ports.take()?,
        };
        let Some(taken) = taken else {
            let text = self.texts().exhausted;
            self.control.say(text).await?;
            // vsftpd dies of it.
            let fatal = text.starts_with("500 OOPS");
            return Ok(if fatal { Flow::Stop } else { Flow::Go });
        };
        let mut offer = Offer { action, listener: None, held: None };
        let address = match taken {
            Taken::Blocked(address) => address,
            Taken::Free(mut socket, mut address) => {
                match offer.action {
                    Passive::Refused => offer.held = Some(socket),
                    // Room for one: the kernel drops the SYN of anybody else.
                    Passive::Pinhole => {
                        socket.listen(0)?;
                        offer.listener = Some(TcpListener::from_std(socket.into())?);
                    }
                    Passive::AcceptSilent => {
                        let around;
                        (socket, address, around) = self.surrounded(socket, address)?;
                        socket.listen(16)?;
                        self.shared.ports.keep(around.into_iter().chain([socket]));
                    }
                    _ => {
                        socket.listen(16)?;
                        offer.listener = Some(TcpListener::from_std(socket.into())?);
                    }
                }
                address
            }
        };
        let template = match &offer.action {
            Passive::ReplyText(raw) => raw.clone(),
            _ => template.to_owned(),
        };
        self.pending = Pending::Offer(offer);
        self.announce(&template, address).await?;
        Ok(Flow::Go)
    }

    /// This port, or another one, with listeners all around it, as far as that can be had.
    fn surrounded(
        &self,
        mut socket: Socket,
        mut address: SocketAddr,
    ) -> io::Result<(Socket, SocketAddr, Vec<Socket>)> {
        for _ in 0..TRIES {
            let around = neighbours(address);
            if around.len() == 2 * usize::from(NEIGHBOURS) {
                return Ok((socket, address, around));
            }
            let Some(Taken::Free(other, place)) = self.shared.ports.take()? else { break };
            (socket, address) = (other, place);
        }
        Ok((socket, address, neighbours(address)))
    }

    async fn announce(&mut self, template: &str, address: SocketAddr) -> io::Result<()> {
        let v4 = match self.shown() {
            IpAddr::V4(v4) => v4,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        };
        let port = address.port();
        let text = fill(
            template,
            &[
                ("pasv", &host_port(v4, port)),
                ("hilo", &port_pair(port)),
                ("port", &port.to_string()),
                ("address", &self.shown().to_string()),
                ("server", &self.shared.control.ip().to_string()),
            ],
        );
        self.control.say(&text).await
    }

    /// LIST after PASV or EPSV.
    pub(super) async fn passive_transfer(
        &mut self,
        mut offer: Offer,
        opening: &str,
        bytes: &[u8],
        done: &str,
    ) -> io::Result<()> {
        if let Passive::RefuseListing(text) = &offer.action {
            self.control.say(text).await?;
            self.pending = Pending::Offer(offer);
            return Ok(());
        }
        let first = self.behaviour().software.preliminary_first();
        if first {
            self.control.say(opening).await?;
        }
        let come = if let Some(listener) = offer.listener.take() {
            self.accept(listener, &offer.action).await?
        } else {
            sleep(self.behaviour().passive_hold).await;
            None
        };
        drop(offer.held);
        let Some((stream, peer)) = come else {
            return self.control.say(self.texts().accept_timed_out).await;
        };
        self.control.note(&format!("accepted {peer}"));
        if peer.ip() != self.peer.ip() && self.behaviour().software.stranger() == Stranger::Refused
        {
            drop(stream);
            let (address, port) = (peer.ip().to_string(), peer.port().to_string());
            let values = [("address", address.as_str()), ("port", port.as_str())];
            let text = fill(self.texts().bad_peer, &values);
            return self.control.say(&text).await;
        }
        if let Passive::AcceptThen425(text) = &offer.action {
            drop(stream);
            return self.control.say(text).await;
        }
        if !first {
            self.control.say(opening).await?;
        }
        let Some(link) = self.protect(stream).await? else {
            return Ok(());
        };
        match &offer.action {
            Passive::AcceptThenReset => self.cut(link, &[]).await,
            Passive::CloseEarly => self.cut(link, &bytes[..bytes.len() / 2]).await,
            Passive::Stall(after) => {
                let some = &bytes[..bytes.len().min(*after)];
                self.stall(link, some).await
            }
            _ => self.deliver(link, bytes, done).await,
        }
    }

    /// The client's data connection, or nothing where it does not come.
    async fn accept(
        &self,
        listener: TcpListener,
        action: &Passive,
    ) -> io::Result<Option<(TcpStream, SocketAddr)>> {
        let ignores = self.behaviour().software.stranger() == Stranger::Ignored;
        let acceptable = async {
            loop {
                let (stream, peer) = listener.accept().await?;
                if !ignores || peer.ip() == self.peer.ip() {
                    return Ok::<_, io::Error>((stream, peer));
                }
            }
        };
        let come = timeout(self.behaviour().passive_hold, acceptable).await.ok().transpose()?;
        if *action == Passive::Pinhole {
            // Whoever comes now was not told of.
            let socket = Socket::from(listener.into_std()?);
            self.shared.ports.block(socket).await?;
        }
        Ok(come)
    }
}

/// Listeners around a port, as many as are free.
fn neighbours(address: SocketAddr) -> Vec<Socket> {
    let port = address.port();
    let around = port.saturating_sub(NEIGHBOURS)..=port.saturating_add(NEIGHBOURS);
    around
        .filter(|near| *near != port)
        .filter_map(|near| {
            let socket = bind(SocketAddr::new(address.ip(), near)).ok()?;
            socket.listen(16).ok()?;
            Some(socket)
        })
        .collect()
}
