//! Active and extended active: we open a door and say which, the server knocks.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;

use super::control::{Control, ControlEvent};
use super::limits::Limits;
use super::os;
use super::passive::no_reply;
use super::path::open_hole;
use super::recorder::Recorder;
use super::tls::Reuse;
use super::transfer::{Ear, Source, Transfer};
use crate::facts::{Attempt, Mode, NotTested, Outcome, PortRange, ReplyFact, Step, Why};
use crate::wire::address::{eprt_argument, port_argument};
use crate::wire::command::Command;

/// How to go about an active attempt.
pub struct Active<'a> {
    /// Ports to listen on.
    pub ports: Option<PortRange>,
    /// Which of them to begin with, so that each attempt has a port of its own.
    pub turn: u16,
    /// The address to announce instead of our own.
    pub announce: Option<IpAddr>,
    /// Only the reply to the announcement is wanted: no listing follows.
    pub reply_only: bool,
    /// The announcement travels behind a NOOP, in one segment.
    pub pipelined: bool,
    /// Largest segment that either end may send.
    pub segments: Option<u16>,
    /// Under TLS: whether the data connection offers the session of the control connection.
    pub reuse: Reuse,
    /// Open a hole first, by a SYN to this port of the server that lives this long.
    pub hole: Option<(u16, u8)>,
    /// Listing command.
    pub listing: &'a Command,
    /// Clock and facts.
    pub recorder: &'a Recorder,
    /// Waits.
    pub limits: &'a Limits,
    /// End of this attempt.
    pub limit: Instant,
}

impl Active<'_> {
    /// Carries the attempt out on a fresh login. The listener is returned where the server's knock
    /// did not come, so that a late one can still be noticed.
    pub async fn run(&self, control: &mut Control, draft: &mut Attempt) -> Option<TcpListener> {
        let opened = match self.hole {
            Some(hole) => self.dig(control, hole, draft).await,
            None => listen(control.local, self.ports, self.turn),
        };
        let listener = match opened {
            Ok(listener) => listener,
            Err(error) => {
                let text = match self.ports {
                    Some(range) => {
                        format!("cannot listen on a port of {}-{}: {error}", range.min, range.max)
                    }
                    None => format!("cannot listen: {error}"),
                };
                (draft.outcome, draft.why) =
                    (Outcome::NotTested, Why::Not(NotTested::Local { text }));
                return None;
            }
        };
        let Ok(local) = listener.local_addr() else {
            return None;
        };
        if let Some(mss) = self.segments {
            let limited = SockRef::from(&listener).try_clone().map(|s| os::limit_segments(&s, mss));
            if let Err(error) = limited.and_then(|result| result) {
                let text = error.to_string();
                (draft.outcome, draft.why) =
                    (Outcome::NotTested, Why::Not(NotTested::Local { text }));
                return None;
            }
        }
        draft.listened = Some(local);
        let advertised = SocketAddr::new(self.announce.unwrap_or(local.ip()), local.port());
        draft.advertised = Some(advertised);
        let command = match (draft.mode, advertised) {
            (Mode::Port, SocketAddr::V4(v4)) => Command::with("PORT", &port_argument(v4)),
            (_, address) => Command::with("EPRT", &eprt_argument(address)),
        };
        let mut ear = Ear {
            listener,
            server: control.peer.ip().to_canonical(),
            caller: None,
            strangers: Vec::new(),
            stranger_addresses: Vec::new(),
        };
        draft.step = Step::CommandSent;
        let began = self.recorder.now();
        let (reply, early) = match self.announce(control, &command, &mut ear).await {
            Ok(answer) => answer,
            Err(verdict) => {
                (draft.outcome, draft.why) = verdict;
                draft.strangers = ear.stranger_addresses;
                return (draft.outcome == Outcome::TimedOut).then_some(ear.listener);
            }
        };
        draft.step = Step::ReplyRead;
        if !(200..300).contains(&reply.code) {
            (draft.outcome, draft.why) =
                (Outcome::Rejected, Why::CommandRefused { code: reply.code, text: reply.text });
            return None;
        }
        draft.step = Step::Announced;
        if self.reply_only {
            (draft.outcome, draft.why) =
                (Outcome::NotTested, Why::ReplyOnly { code: reply.code, text: reply.text });
            return None;
        }
        let mut transfer =
            Transfer::new(control, self.recorder, self.limits, self.limit).reuse(self.reuse);
        if let Some(stream) = early {
            draft.connect = Some(self.recorder.now().since(began));
            transfer.connected(stream, draft, false);
        }
        let mut source = Source::Listen(ear);
        transfer.run(self.listing, &mut source, draft).await;
        match source {
            Source::Listen(ear) if draft.outcome == Outcome::TimedOut => Some(ear.listener),
            _ => None,
        }
    }

    /// Opens a hole from the port that will be announced, then listens there.
    async fn dig(
        &self,
        control: &Control,
        hole: (u16, u8),
        draft: &mut Attempt,
    ) -> io::Result<TcpListener> {
        // A port that is free now; it is bound twice in a row, which only a listener would notice.
        let from = listen(control.local, self.ports, self.turn)?.local_addr()?;
        let (port, ttl) = hole;
        let patience = Duration::from_millis(250).max(control.rtt().unwrap_or_default() * 2);
        draft.hole = Some(open_hole(from, control.peer.ip(), port, ttl, patience).await);
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
    ) -> Result<(ReplyFact, Option<TcpStream>), (Outcome, Why)> {
        if self.pipelined {
            let before = Command::new("NOOP");
            control
                .send_behind(&before, command, self.limits.reply)
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
                (_, Some(_)) => began + self.limits.reply,
                (Some(at), None) => at + self.limits.door,
                (None, None) => Instant::now() + Duration::from_millis(20),
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
                () = tokio::time::sleep_until(timer.min(self.limit).min(self.recorder.deadline())) => {
                    let over = Instant::now() >= self.limit.min(self.recorder.deadline());
                    if delivered.is_none() && early.is_none() && !over {
                        if control.delivered() != Some(false) {
                            delivered = Some(Instant::now());
                        }
                        continue;
                    }
                    let waited = began.elapsed().into();
                    return Err(if early.is_some() {
                        (Outcome::Stalled, Why::NoReply { command: command.verb.to_owned(), waited })
                    } else {
                        (Outcome::TimedOut, Why::NoAnswer { waited, syns: None })
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
