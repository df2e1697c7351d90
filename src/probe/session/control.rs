//! One control connection: commands out, replies in, everything written down.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::super::context::Context;
use super::super::limits::Limits;
use super::super::os;
use super::super::recorder::Recorder;
use super::super::secrets::Secrets;
use super::super::tls::{ControlTls, Link};
use crate::facts::{
    ControlEnd, Exchange, ExchangeEnd, Greeting, LoginOutcome, Micros, ReplyFact, Session,
};
use crate::wire::command::Command;
use crate::wire::reply::{Reply, ReplyError, ReplyLimits, ReplyReader};
use socket2::{SockRef, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Reads of what has come unasked, more than the reader holds: from a server that never stops
/// talking there is always something to be read.
const UNASKED_READS: usize = 16;

/// Replies to one command; a listing has two, a banner in pieces a few more.
const MOST_REPLIES: usize = 64;
/// Bytes of replies in one session, as they are written down. Whoever talks longer is not listened to
/// any more: the facts of a run have to fit into memory.
const MOST_BYTES: usize = 96 << 10;

/// A control connection and its place in the facts.
pub struct Control {
    /// `None` once a handshake has used it up.
    link: Option<Link>,
    /// The TLS side of this login, for its data connections.
    tls: Option<ControlTls>,
    twin: Option<Socket>,
    reader: ReplyReader,
    buffer: Vec<u8>,
    recorder: Recorder,
    /// Index of the session in the facts.
    pub index: usize,
    /// Server end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    gone: bool,
    /// What comes next is acknowledged at once, as far as anybody knows: nothing was read or sent
    /// since that was asked of the system.
    prompt: bool,
    /// We ended it ourselves, not the server.
    given_up: bool,
    farewell: Farewell,
    /// What the server has said so far.
    heard: Heard,
    /// A server may repeat what it was told: these words are not written down.
    secrets: Secrets,
}

/// Whether a goodbye is still to be said.
#[derive(Debug, Clone, Copy)]
enum Farewell {
    /// It is, as long as the connection stands.
    Owed,
    /// It is, though we stopped listening: it may still be heard there.
    OwedUnheard,
    /// It was said, or the connection ended without.
    Said,
}

/// Counts what a server says.
#[derive(Debug, Default)]
struct Heard {
    /// Replies since the last command was sent.
    replies: usize,
    /// Bytes of replies in this session.
    bytes: usize,
}

impl Heard {
    /// Takes note of one more reply; says what is too much, where it is.
    fn too_much(&mut self, text: &str) -> Option<String> {
        self.replies += 1;
        self.bytes = self.bytes.saturating_add(text.len());
        if self.replies > MOST_REPLIES {
            Some(format!("more than {MOST_REPLIES} replies to one command"))
        } else if self.bytes > MOST_BYTES {
            Some(format!("more than {MOST_BYTES} bytes of replies"))
        } else {
            None
        }
    }

    /// The next command is on its way.
    fn asked(&mut self) {
        self.replies = 0;
    }
}

/// What came over the control connection.
#[derive(Debug)]
pub enum ControlEvent {
    /// A reply.
    Reply(ReplyFact),
    /// The server closed the connection.
    Closed,
    /// The connection failed.
    Failed(String),
    /// Something that is no reply.
    NotAReply {
        /// The line, printable.
        text: String,
        /// Its first bytes.
        head: Vec<u8>,
    },
}

impl ControlEvent {
    /// The end of an exchange that this event means, if it is no reply.
    pub fn end(&self) -> ExchangeEnd {
        match self {
            Self::Reply(_) => ExchangeEnd::Answered,
            Self::Closed => ExchangeEnd::Closed,
            Self::Failed(text) => ExchangeEnd::Failed { text: text.clone() },
            Self::NotAReply { text, .. } => ExchangeEnd::NotAReply { text: text.clone() },
        }
    }
}

impl Control {
    /// Takes over a fresh connection and opens its record.
    ///
    /// # Errors
    /// When the system does not know the connection's ends any more.
    pub fn new(
        context: &Context<'_>,
        stream: TcpStream,
        began: Micros,
        connect: Micros,
    ) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        let local = stream.local_addr()?;
        // Commands are single small segments: waiting to fill them only costs a round trip.
        let _ = stream.set_nodelay(true);
        let twin = SockRef::from(&stream).try_clone().ok();
        let index = {
            let mut facts = context.facts();
            facts.sessions.push(Session {
                peer,
                local,
                began,
                connect,
                rtt: None,
                retransmits: None,
                tls: None,
                greeting: Greeting::Silent(Micros(0)),
                login: LoginOutcome::NotTried,
                exchanges: Vec::new(),
                end: None,
            });
            facts.sessions.len() - 1
        };
        Ok(Self {
            link: Some(Link::from(stream)),
            tls: None,
            twin,
            reader: ReplyReader::new(ReplyLimits::default()),
            buffer: vec![0; 8192],
            recorder: context.recorder.clone(),
            index,
            peer,
            local,
            gone: false,
            prompt: false,
            given_up: false,
            farewell: Farewell::Owed,
            heard: Heard::default(),
            secrets: context.secrets.clone(),
        })
    }

    /// Changes this session's record.
    pub fn note(&self, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.recorder.facts().sessions.get_mut(self.index) {
            change(session);
        }
    }

    /// Number of exchanges so far.
    pub fn exchanges(&self) -> usize {
        self.recorder.facts().sessions.get(self.index).map_or(0, |s| s.exchanges.len())
    }

    /// Whether the connection has ended.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Whether everything sent so far has been acknowledged; `None` where the system does not tell.
    pub fn delivered(&self) -> Option<bool> {
        let state = self.twin.as_ref().and_then(os::tcp_state)?;
        Some(state.unacked == 0)
    }

    /// The round-trip time as the system knows it.
    pub fn rtt(&self) -> Option<Duration> {
        self.twin.as_ref().and_then(os::tcp_state)?.rtt
    }

    /// Reads until a reply is complete or the connection ends. Safe to drop and call anew.
    pub async fn event(&mut self) -> ControlEvent {
        loop {
            match self.reader.next_reply() {
                Ok(Some(reply)) => return self.counted(&reply),
                Ok(None) => {}
                Err(error) => {
                    self.gone = true;
                    let head = match &error {
                        ReplyError::NotAReply { head, .. } => head.clone(),
                        ReplyError::TooLong { .. } => Vec::new(),
                    };
                    let text = match &error {
                        ReplyError::NotAReply { text, .. } => text.clone(),
                        ReplyError::TooLong { .. } => error.to_string(),
                    };
                    let head = self.secrets.hide_bytes(head);
                    return ControlEvent::NotAReply { text: self.redacted(text), head };
                }
            }
            if let Some(twin) = self.twin.as_ref().filter(|_| !self.prompt) {
                os::acknowledge_at_once(twin);
                self.prompt = true;
            }
            let Some(link) = &mut self.link else {
                self.gone = true;
                return ControlEvent::Closed;
            };
            match link.read(&mut self.buffer).await {
                // Many servers leave without TLS' own goodbye; that nothing is missing shows in
                // the reply being whole.
                Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    self.gone = true;
                    return ControlEvent::Failed(error.to_string());
                }
                Ok(0) | Err(_) => {
                    self.gone = true;
                    let head = self.reader.pending();
                    if head.is_empty() {
                        return ControlEvent::Closed;
                    }
                    let mut head = self.secrets.hide_bytes(head.to_vec());
                    head.truncate(64);
                    return ControlEvent::NotAReply {
                        text: crate::wire::text::printable(&head, 64),
                        head,
                    };
                }
                Ok(n) => {
                    self.prompt = false;
                    self.reader.push(self.buffer.get(..n).unwrap_or_default());
                }
            }
        }
    }

    fn redacted(&self, text: String) -> String {
        self.secrets.hide(text)
    }

    /// A reply, or the end where the server has said more than anybody needs.
    fn counted(&mut self, reply: &Reply) -> ControlEvent {
        let fact = self.fact(reply);
        let Some(text) = self.heard.too_much(&fact.text) else {
            return ControlEvent::Reply(fact);
        };
        self.gone = true;
        ControlEvent::NotAReply { text, head: Vec::new() }
    }

    fn fact(&self, reply: &Reply) -> ReplyFact {
        ReplyFact {
            code: reply.code,
            text: self.secrets.hide_in_reply(reply.code, reply.text()),
            oddities: reply.oddities.clone(),
            at: self.recorder.now(),
        }
    }

    /// Sends a command and opens its exchange. Where that is over at once, the connection is gone
    /// and the result says how.
    pub async fn send(&mut self, command: &Command) -> ExchangeEnd {
        let sent = self.recorder.now();
        let end = match (self.drain(), command.line()) {
            (Some(end), _) => end,
            (None, Ok(line)) => self.write(line.as_bytes()).await,
            (None, Err(error)) => ExchangeEnd::Failed { text: error.to_string() },
        };
        self.open_exchange(command, sent, end.clone());
        end
    }

    /// Sends a command behind another one, both in one segment, and waits for the answer to the
    /// first. The exchange of the second is open when this returns.
    ///
    /// # Errors
    /// How the wait for the first answer ended, if not by a reply.
    pub async fn send_behind(
        &mut self,
        first: &Command,
        command: &Command,
        wait: Duration,
    ) -> Result<ReplyFact, ExchangeEnd> {
        if let Some(end) = self.drain() {
            return Err(end);
        }
        let failed = |error: crate::wire::command::CommandError| ExchangeEnd::Failed {
            text: error.to_string(),
        };
        let (first_line, line) = (first.line().map_err(failed)?, command.line().map_err(failed)?);
        let both = [first_line.as_str(), line.as_str()].concat();
        let began = Instant::now();
        let sent = self.recorder.now();
        let end = self.write(both.as_bytes()).await;
        self.open_exchange(first, sent, end);
        if self.gone {
            return Err(ExchangeEnd::Closed);
        }
        let answer = self.answer(began, wait).await?;
        self.open_exchange(command, sent, ExchangeEnd::Open);
        Ok(answer)
    }

    /// Sends a command in two segments, the second one when the first was acknowledged. Tells whether
    /// the first was held back instead, where the system knows; then the second is not sent, and the
    /// connection is of no more use, since TCP repeats the first half for ever.
    pub async fn send_in_halves(
        &mut self,
        command: &Command,
        limits: &Limits,
        patience: Duration,
    ) -> Option<bool> {
        if self.drain().is_some() {
            return None;
        }
        let line = command.line().ok()?;
        let (first, second) = line.as_bytes().split_at(line.len() / 2);
        let sent = self.recorder.now();
        let mut end = self.write(first).await;
        let began = Instant::now();
        let mut held = self.delivered().map(|arrived| !arrived);
        while held == Some(true) && began.elapsed() < patience {
            tokio::time::sleep(limits.half_acknowledged).await;
            held = self.delivered().map(|arrived| !arrived);
        }
        if held == Some(true) {
            self.give_up();
        } else if !self.gone {
            end = self.write(second).await;
        }
        self.open_exchange(command, sent, end);
        held
    }

    /// Says goodbye without waiting for an answer, where a run ends in mid-session: a server that
    /// counts sessions, or holds a transfer, need not find out by itself.
    fn take_leave(&mut self) {
        let owed = match self.farewell {
            Farewell::Owed => !self.gone,
            Farewell::OwedUnheard => !self.given_up,
            Farewell::Said => false,
        };
        if !owed {
            return;
        }
        let pending = self.recorder.facts().sessions.get(self.index).is_some_and(|session| {
            session.exchanges.last().is_some_and(|e| {
                matches!(e.verb(), "LIST" | "NLST" | "MLSD" | "RETR") && e.end == ExchangeEnd::Open
            })
        });
        let farewell: &[u8] = if pending { b"ABOR\r\nQUIT\r\n" } else { b"QUIT\r\n" };
        if let Some(link) = &mut self.link {
            link.try_write(farewell);
        }
    }

    /// Ends the connection by a RST, so that the server need not wait for what never arrives.
    pub fn abort(mut self) {
        self.farewell = Farewell::Said;
        if let Some(link) = &self.link {
            let _ = SockRef::from(link.tcp()).set_linger(Some(Duration::ZERO));
        }
        self.note(|session| session.end = Some(ControlEnd::Aborted));
    }

    /// Puts TLS on the connection. `true` when it stands; the handshake is in the record either way.
    pub async fn secure(&mut self, tls: ControlTls, limit: Instant) -> bool {
        let Some(stream) = self.link.take().and_then(Link::into_clear) else {
            self.gone = true;
            return false;
        };
        let (handshake, link) = Box::pin(tls.connect(stream, limit)).await;
        self.note(|session| session.tls = Some(handshake));
        self.gone |= link.is_none();
        self.link = link;
        self.tls = Some(tls);
        !self.gone
    }

    /// The TLS side of this login, if it has one.
    pub fn tls(&self) -> Option<&ControlTls> {
        self.tls.as_ref()
    }

    /// What came in clear and was not asked for, printable; taken away.
    pub fn unasked(&mut self) -> Option<String> {
        self.take_in();
        let mut said = Vec::new();
        while let Ok(Some(reply)) = self.reader.next_reply() {
            said.push(format!("{} {}", reply.code, reply.text()));
        }
        said.extend(self.unfinished());
        let said = said.join("\n");
        let said = self.redacted(said);
        (!said.is_empty()).then(|| crate::wire::text::printable(said.as_bytes(), 200))
    }

    /// Has TCP ask every `pause` whether the other end is still there.
    pub fn keep_alive(&self, pause: Duration) {
        let probes = socket2::TcpKeepalive::new().with_time(pause);
        #[cfg(any(unix, windows))]
        let probes = probes.with_interval(pause);
        if let Some(link) = &self.link {
            let _ = SockRef::from(link.tcp()).set_tcp_keepalive(&probes);
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> ExchangeEnd {
        self.prompt = false;
        let Some(link) = &mut self.link else {
            return ExchangeEnd::Closed;
        };
        let mut written = link.write_all(bytes).await;
        if written.is_ok() {
            written = link.flush().await;
        }
        match written {
            Ok(()) => ExchangeEnd::Open,
            Err(error) => {
                self.gone = true;
                ExchangeEnd::Failed { text: error.to_string() }
            }
        }
    }

    fn open_exchange(&self, command: &Command, sent: Micros, end: ExchangeEnd) {
        self.note(|session| {
            session.exchanges.push(Exchange {
                command: command.redacted(),
                sent,
                replies: Vec::new(),
                end,
            });
        });
    }

    /// Reads what has come already, without waiting for more.
    fn take_in(&mut self) {
        for _ in 0..UNASKED_READS {
            match self.link.as_mut().map(|link| link.try_read(&mut self.buffer)) {
                Some(Ok(n)) if n > 0 => {
                    self.prompt = false;
                    self.reader.push(self.buffer.get(..n).unwrap_or_default());
                }
                _ => return,
            }
        }
    }

    /// Writes down what has come unasked, so that it is not taken for the next command's answer.
    /// Where that is more than anybody says, nothing is sent any more.
    fn drain(&mut self) -> Option<ExchangeEnd> {
        self.take_in();
        while !self.gone
            && let Ok(Some(reply)) = self.reader.next_reply()
        {
            let event = self.counted(&reply);
            self.log(&event);
            if self.gone {
                return Some(event.end());
            }
        }
        self.heard.asked();
        None
    }

    /// The beginning of a reply that has not ended, if there is one.
    pub fn unfinished(&self) -> Option<String> {
        if let Some(partial) = self.reader.partial() {
            return Some(self.redacted(format!("{}-{}", partial.code, partial.text())));
        }
        let head = match self.reader.pending() {
            [] if self.reader.blank_lines() > 0 => b"\r\n\r\n",
            head => head,
        };
        let head = self.secrets.hide_bytes(head.to_vec());
        (!head.is_empty()).then(|| crate::wire::text::printable(&head, 120))
    }

    /// Writes an event into the exchange at hand.
    pub fn log(&self, event: &ControlEvent) {
        let at = self.recorder.now();
        self.note(|session| {
            if session.exchanges.is_empty() {
                session.exchanges.push(Exchange {
                    command: String::new(),
                    sent: at,
                    replies: Vec::new(),
                    end: ExchangeEnd::Open,
                });
            }
            let Some(exchange) = session.exchanges.last_mut() else {
                return;
            };
            match event {
                ControlEvent::Reply(reply) => {
                    exchange.replies.push(reply.clone());
                    if !(100..200).contains(&reply.code) {
                        exchange.end = ExchangeEnd::Answered;
                    }
                }
                other => exchange.end = other.end(),
            }
        });
    }

    /// The next event, written down; `None` when the limit passed first.
    pub async fn event_until(&mut self, limit: Instant) -> Option<ControlEvent> {
        let event = tokio::time::timeout_at(limit, self.event()).await.ok()?;
        self.log(&event);
        Some(event)
    }

    /// Sends a command and waits for the reply that closes the exchange.
    ///
    /// # Errors
    /// How the wait ended, if not by a reply.
    pub async fn exchange(
        &mut self,
        command: &Command,
        wait: Duration,
    ) -> Result<ReplyFact, ExchangeEnd> {
        let began = Instant::now();
        let sent = self.send(command).await;
        if self.gone {
            return Err(match sent {
                ExchangeEnd::NotAReply { .. } => sent,
                _ => ExchangeEnd::Closed,
            });
        }
        self.answer(began, wait).await
    }

    /// The next reply that closes an exchange, for a command that was answered by something else.
    ///
    /// # Errors
    /// How the wait ended, if not by a reply.
    pub async fn next_answer(&mut self, wait: Duration) -> Result<ReplyFact, ExchangeEnd> {
        self.answer(Instant::now(), wait).await
    }

    async fn answer(&mut self, began: Instant, wait: Duration) -> Result<ReplyFact, ExchangeEnd> {
        let limit = self.recorder.until(wait);
        loop {
            match self.event_until(limit).await {
                Some(ControlEvent::Reply(reply)) if (100..200).contains(&reply.code) => {}
                Some(ControlEvent::Reply(reply)) => return Ok(reply),
                Some(other) => return Err(other.end()),
                None => {
                    // Its answer may still come and would be taken for another's.
                    self.gone = true;
                    self.farewell = Farewell::OwedUnheard;
                    let end = ExchangeEnd::TimedOut { waited: began.elapsed().into() };
                    self.note(|session| {
                        if let Some(exchange) = session.exchanges.last_mut() {
                            exchange.end = end.clone();
                        }
                    });
                    return Err(end);
                }
            }
        }
    }

    /// Notes what the system knows about the connection.
    pub fn measure(&self) {
        let Some(state) = self.twin.as_ref().and_then(os::tcp_state) else {
            return;
        };
        self.note(|session| {
            session.rtt = state.rtt.map(Micros::from).or(session.rtt);
            // What a busy machine at either end acknowledges late is sent again without a loss.
            session.retransmits = state.lost.or(session.retransmits);
        });
    }

    /// Takes leave: QUIT (after ABOR, if a transfer may be pending), then waits for the server to
    /// close, so that a server that counts sessions has forgotten this one.
    pub async fn quit(mut self, limits: &Limits, pending_transfer: bool) {
        let mut end =
            if self.given_up { ControlEnd::Abandoned } else { ControlEnd::ClosedByServer };
        if !self.gone {
            self.farewell = Farewell::Said;
            if pending_transfer {
                // A busy server acknowledges late: what TCP repeats from here on is no loss.
                self.measure();
                self.send(&Command::new("ABOR")).await;
            }
            self.send(&Command::new("QUIT")).await;
            // A server that is busy with a transfer answers when that is over: not worth waiting.
            let wait = if pending_transfer { limits.close / 10 } else { limits.close };
            let limit = self.recorder.until(wait);
            end = loop {
                match self.event_until(limit).await {
                    // It does not know the word, and will not close for it.
                    Some(ControlEvent::Reply(reply)) if reply.code >= 500 && !pending_transfer => {
                        break ControlEnd::Abandoned;
                    }
                    Some(ControlEvent::Reply(_)) => {}
                    Some(ControlEvent::Closed) => break ControlEnd::Quit,
                    Some(_) => break ControlEnd::Reset,
                    None => break ControlEnd::Abandoned,
                }
            };
        }
        // What TCP repeats to a peer that is no more, or to a box that holds it back, is no loss.
        if !pending_transfer && !self.given_up {
            self.measure();
        }
        self.note(|session| session.end = Some(end));
    }

    /// Sends nothing more, not even QUIT.
    pub fn give_up(&mut self) {
        self.gone = true;
        self.given_up = true;
    }

    /// What stood where the greeting should be.
    pub fn set_greeting(&self, greeting: Greeting) {
        self.note(|session| session.greeting = greeting);
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.take_leave();
    }
}
