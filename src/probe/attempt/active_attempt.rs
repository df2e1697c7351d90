//! Active and extended active: we open a door and say which, the server knocks.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;

use super::super::os;
use super::super::session::control::{Control, ControlEvent};
use super::super::ttl::ladder::open_hole;
use super::endings::no_reply;
use super::record::Seen;
use super::transfer::{Ear, Order, Source, Transfer};
use crate::facts::{Mode, NotTested, PortRange, ReplyFact, Step, Why};
use crate::wire::address::{eprt_argument, port_argument};
use crate::wire::command::Command;

/// How to go about an active attempt.
pub struct Active<'a> {
    /// What is asked for.
    pub order: &'a Order<'a>,
    /// Which command.
    pub mode: Mode,
    /// Which of `--active-ports` to begin with, so that each attempt has a port of its own.
    pub turn: u16,
    /// The address to announce instead of our own.
    pub announce: Option<IpAddr>,
    /// Only the reply to the announcement is wanted: no listing follows.
    pub reply_only: bool,
    /// The announcement travels behind a NOOP, in one segment.
    pub pipelined: bool,
    /// Open a hole first, by a SYN to this port of the server that lives this long.
    pub hole: Option<(u16, u8)>,
}

impl Active<'_> {
    fn ports(&self) -> Option<PortRange> {
        self.order.context.request().active_ports
    }

    /// Carries the attempt out on a fresh login. The listener is returned where the server's knock
    /// did not come, so that a late one can still be noticed.
    pub async fn run(&self, control: &mut Control, seen: &mut Seen) -> (Why, Option<TcpListener>) {
        let (listener, local) = match self.open(control, seen).await {
            Ok(opened) => opened,
            Err(text) => return (Why::Not(NotTested::Local { text }), None),
        };
        seen.listened = Some(local);
        let advertised = SocketAddr::new(self.announce.unwrap_or(local.ip()), local.port());
        seen.advertised = Some(advertised);
        let command = match (self.mode, advertised) {
            (Mode::Port, SocketAddr::V4(v4)) => Command::with("PORT", &port_argument(v4)),
            (_, address) => Command::with("EPRT", &eprt_argument(address)),
        };
        let mut ear = Ear {
            listener,
            failed: self.order.limits.listener_failed,
            server: control.peer.ip().to_canonical(),
            caller: None,
            strangers: Vec::new(),
            stranger_addresses: Vec::new(),
        };
        let why = self.listen_for(control, &command, &mut ear, seen).await;
        let missed = matches!(why, Why::NoAnswer { .. });
        (why, missed.then_some(ear.listener))
    }

    /// A listener, and where it listens.
    async fn open(
        &self,
        control: &Control,
        seen: &mut Seen,
    ) -> Result<(TcpListener, SocketAddr), String> {
        let opened = match self.hole {
            Some(hole) => self.dig(control, hole, seen).await,
            None => listen(control.local, self.ports(), self.turn),
        };
        let listener = opened.map_err(|error| match self.ports() {
            Some(range) => {
                format!("cannot listen on a port of {}-{}: {error}", range.min, range.max)
            }
            None => format!("cannot listen: {error}"),
        })?;
        let local = listener.local_addr().map_err(|error| error.to_string())?;
        if let Some(mss) = self.order.segments {
            let limited = SockRef::from(&listener).try_clone().map(|s| os::limit_segments(&s, mss));
            limited.and_then(|result| result).map_err(|error| error.to_string())?;
        }
        Ok((listener, local))
    }

    /// Announces where we listen, and asks for the listing.
    async fn listen_for(
        &self,
        control: &mut Control,
        command: &Command,
        ear: &mut Ear,
        seen: &mut Seen,
    ) -> Why {
        let recorder = &self.order.context.recorder;
        seen.step = Step::CommandSent;
        let began = recorder.now();
        let (reply, early) = match self.announce(control, command, ear).await {
            Ok(answer) => answer,
            Err(why) => {
                seen.strangers.clone_from(&ear.stranger_addresses);
                return why;
            }
        };
        seen.step = Step::ReplyRead;
        if !(200..300).contains(&reply.code) {
            return Why::CommandRefused { code: reply.code, text: reply.text };
        }
        seen.step = Step::Announced;
        if self.reply_only {
            return Why::ReplyOnly { code: reply.code, text: reply.text };
        }
        let mut transfer = Transfer::new(control, self.order);
        if let Some(stream) = early {
            seen.connect = Some(recorder.now().since(began));
            transfer.connected(stream, seen, false);
        }
        transfer.run(Source::Listen(ear), seen).await
    }

    /// Opens a hole from the port that will be announced, then listens there.
    async fn dig(
        &self,
        control: &Control,
        hole: (u16, u8),
        seen: &mut Seen,
    ) -> io::Result<TcpListener> {
        // A port that is free now; it is bound twice in a row, which only a listener would notice.
        let from = listen(control.local, self.ports(), self.turn)?.local_addr()?;
        let (port, ttl) = hole;
        let patience = self.order.limits.hole.max(control.rtt().unwrap_or_default() * 2);
        seen.hole = Some(open_hole(from, control.peer.ip(), port, ttl, patience).await);
        let mut local = control.local;
        local.set_port(from.port());
        listen_on(local, from.port())
    }

    /// Sends the announcement and waits for its reply. Some servers knock at once and answer when
    /// they were let in, so the door is watched meanwhile.
    async fn announce(
        &self,
        control: &mut Control,
        command: &Command,
        ear: &mut Ear,
    ) -> Result<(ReplyFact, Option<TcpStream>), Why> {
        if self.pipelined {
            let before = Command::new("NOOP");
            control
                .send_behind(&before, command, self.order.limits.reply)
                .await
                .map_err(|end| no_reply(&end, &before))?;
        } else {
            let sent = control.send(command).await;
            if control.is_gone() {
                return Err(no_reply(&sent, command));
            }
        }
        let began = Instant::now();
        let mut delivered = None;
        let mut early = None;
        loop {
            let timer = match (delivered, &early) {
                (_, Some(_)) => began + self.order.limits.reply,
                (Some(at), None) => at + self.order.limits.door,
                (None, None) => Instant::now() + self.order.limits.acknowledged,
            };
            tokio::select! {
                event = control.event() => {
                    control.log(&event);
                    match event {
                        ControlEvent::Reply(reply) if (100..200).contains(&reply.code) => {}
                        ControlEvent::Reply(reply) => return Ok((reply, early)),
                        other => return Err(no_reply(&other.end(), command)),
                    }
                }
                stream = ear.accept(), if early.is_none() => early = Some(stream),
                () = tokio::time::sleep_until(timer.min(self.order.end())) => {
                    let over = Instant::now() >= self.order.end();
                    if delivered.is_none() && early.is_none() && !over {
                        if control.delivered() != Some(false) {
                            delivered = Some(Instant::now());
                        }
                        continue;
                    }
                    let waited = began.elapsed().into();
                    return Err(if early.is_some() {
                        Why::NoReply { command: command.verb.to_owned(), waited }
                    } else {
                        Why::NoAnswer { waited, syns: None }
                    });
                }
            }
        }
    }
}

/// Listens on the control connection's own local address.
fn listen(local: SocketAddr, ports: Option<PortRange>, turn: u16) -> io::Result<TcpListener> {
    let Some(range) = ports else {
        return listen_on(local, 0);
    };
    let width = u32::from(range.max.saturating_sub(range.min)) + 1;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    // Enough tries to get past ports that others use, few enough to stay quick.
    for step in 0..width.min(64) {
        let offset = (u32::from(turn) + step) % width;
        let port = u32::from(range.min) + offset;
        match listen_on(local, u16::try_from(port).unwrap_or(range.max)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn listen_on(local: SocketAddr, port: u16) -> io::Result<TcpListener> {
    let mut address = local;
    address.set_port(port);
    let socket = if local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(port != 0)?;
    socket.bind(address)?;
    socket.listen(16)
}
