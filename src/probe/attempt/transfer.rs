//! One listing over one data connection, control and data read at the same time: a server may say
//! 425, 421 or 426 before the data connection shows anything, and 226 before its last byte.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::super::context::Context;
use super::super::dial::{DialEvent, Dialler};
use super::super::limits::Limits;
use super::super::session::control::{Control, ControlEvent};
use super::super::tls::{ControlTls, Link, Reuse};
use super::endings::no_reply;
use super::record::Seen;
use crate::facts::tls::{Handshake, TlsEnd, TlsFailure};
use crate::facts::{DataEnd, Micros, NotTested, Observed, ReplyFact, Step, Why};
use crate::wire::command::Command;
use crate::wire::peer;

/// Strangers that are kept waiting, unread, until the attempt is over.
const STRANGERS: usize = 8;

/// Where data connections come from.
pub enum Source<'a> {
    /// We knock (passive).
    Dial(&'a mut Dialler),
    /// The server knocks (active).
    Listen(&'a mut Ear),
}

/// A listener that lets only the server in.
pub struct Ear {
    /// The listening socket.
    pub listener: TcpListener,
    /// Pause after it failed.
    pub failed: Duration,
    /// The only address that is let in.
    pub server: IpAddr,
    /// Who was let in last. A connection that was reset meanwhile does not know any more.
    pub caller: Option<SocketAddr>,
    /// Others, kept open and unread so that the server's own words can tell who they were.
    pub strangers: Vec<TcpStream>,
    /// Their addresses, all of them.
    pub stranger_addresses: Vec<SocketAddr>,
}

enum SourceEvent {
    Connected(TcpStream),
    Failed,
}

impl Source<'_> {
    async fn event(&mut self) -> SourceEvent {
        match self {
            Self::Dial(dialler) => match dialler.event().await {
                DialEvent::Connected(stream) => SourceEvent::Connected(stream),
                DialEvent::Failed => SourceEvent::Failed,
            },
            Self::Listen(ear) => SourceEvent::Connected(ear.accept().await),
        }
    }
}

impl Ear {
    /// Waits for the server; anyone else is noted. Safe to drop and call anew.
    pub async fn accept(&mut self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) if peer.ip().to_canonical() == self.server => {
                    self.caller = Some(peer);
                    return stream;
                }
                Ok((stream, peer)) => {
                    if self.strangers.len() < STRANGERS {
                        self.strangers.push(stream);
                        self.stranger_addresses.push(peer);
                    }
                }
                // Out of descriptors or a connection that is gone again: not worth a verdict.
                Err(_) => tokio::time::sleep(self.failed).await,
            }
        }
    }
}

/// What is asked for over a data connection, and what is done differently with it.
pub struct Order<'a> {
    /// The run.
    pub context: &'a Context<'a>,
    /// Listing command.
    pub listing: &'a Command,
    /// Waits of this attempt: longer ones than the run's where the server was seen to be slow.
    pub limits: &'a Limits,
    /// End of this attempt.
    pub limit: Instant,
    /// Nothing is asked but whether a knock arrives: it ends with the handshake. A firewall that saw
    /// both ends call may drop the FIN that a listing would be read up to.
    pub knock_only: bool,
    /// Largest segment that either end may send.
    pub segments: Option<u16>,
    /// Under TLS: whether the data connection offers the session of the control connection.
    pub reuse: Reuse,
}

impl Order<'_> {
    /// The end of this attempt, or of the run if that is sooner.
    pub fn end(&self) -> Instant {
        self.limit.min(self.context.recorder.deadline())
    }

    /// What is left until then.
    pub fn left(&self) -> Duration {
        self.limit.saturating_duration_since(Instant::now())
    }
}

/// One listing at work.
pub struct Transfer<'a> {
    control: &'a mut Control,
    order: &'a Order<'a>,
    secured: Option<ControlTls>,
    asked: bool,
    /// A refusal that came while a handshake was on its way.
    refusal: Option<(u16, String, Instant)>,
    streams: Vec<Live>,
    completion: Option<(ReplyFact, Instant)>,
    last: Instant,
    sent: Instant,
    delivered: Option<Instant>,
    flowed: bool,
}

struct Live {
    state: State,
    end: Option<DataEnd>,
}

/// A handshake on its way.
type Shaking = Pin<Box<dyn Future<Output = (Handshake, Option<Link>)>>>;

enum State {
    /// It stands, and the listing was not asked for yet.
    Waiting(TcpStream),
    /// TLS is being put on it.
    Shaking(Shaking),
    /// It can be read.
    Open(Link),
    /// Closed as soon as it has ended: some servers say 226 only when we have closed too.
    Over,
}

enum DataEvent {
    Read(io::Result<usize>, Option<TlsEnd>),
    Shaken(Handshake, Option<Link>),
}

enum Event {
    Control(ControlEvent),
    Source(SourceEvent),
    Data(usize, DataEvent),
    Time,
}

impl<'a> Transfer<'a> {
    /// Prepares a transfer over the data connections of this session.
    pub fn new(control: &'a mut Control, order: &'a Order<'a>) -> Self {
        let now = Instant::now();
        Self {
            secured: control.tls().cloned(),
            asked: false,
            refusal: None,
            control,
            order,
            streams: Vec::new(),
            completion: None,
            last: now,
            sent: now,
            delivered: None,
            flowed: false,
        }
    }

    /// Adds a data connection that already stands.
    pub fn connected(&mut self, stream: TcpStream, seen: &mut Seen, passive: bool) {
        if seen.observed.is_none()
            && let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr())
        {
            let (from, to) = if passive { (local, peer) } else { (peer, local) };
            seen.observed = Some(Observed { from, to });
            seen.reach(Step::Connected);
        }
        self.last = Instant::now();
        let state = self.begun(stream);
        self.streams.push(Live { state, end: None });
    }

    /// Servers begin TLS on a data connection only after the listing command, so we do.
    fn begun(&self, stream: TcpStream) -> State {
        match &self.secured {
            None => State::Open(Link::from(stream)),
            Some(_) if !self.asked => State::Waiting(stream),
            Some(tls) => {
                let (tls, reuse) = (tls.clone(), self.order.reuse);
                let idle = self.order.context.recorder.until(self.order.limits.idle);
                let limit = self.order.limit.min(idle);
                State::Shaking(Box::pin(
                    async move { tls.connect_data(stream, reuse, limit).await },
                ))
            }
        }
    }

    /// Asks for the listing and reads until both connections have said their last word.
    pub async fn run(mut self, mut source: Source<'_>, seen: &mut Seen) -> Why {
        let listing = self.order.listing;
        let began = self.order.context.recorder.now();
        if self.has_arrived(seen) {
            return self.ended(Why::Complete, &source, seen);
        }
        let sent = self.control.send(listing).await;
        if self.control.is_gone() {
            // Nobody was asked for anything: that nothing comes says nothing about the way.
            return no_reply(&sent, listing);
        }
        self.asked = true;
        for at in 0..self.streams.len() {
            let state = match self.streams.get_mut(at) {
                Some(live) => std::mem::replace(&mut live.state, State::Over),
                None => continue,
            };
            let state = match state {
                State::Waiting(stream) => self.begun(stream),
                other => other,
            };
            if let Some(live) = self.streams.get_mut(at) {
                live.state = state;
            }
        }
        self.sent = Instant::now();
        self.last = self.sent;
        let passive = matches!(source, Source::Dial(_));
        let why = loop {
            let timer = self.timer();
            let event = tokio::select! {
                event = self.control.event(), if !self.control.is_gone() => Event::Control(event),
                event = source.event() => Event::Source(event),
                (index, event) = next_data(&mut self.streams) => Event::Data(index, event),
                () = tokio::time::sleep_until(timer) => Event::Time,
            };
            if let Event::Control(ControlEvent::Reply(reply)) = &event
                && reply.code >= 200
                && self.streams.is_empty()
            {
                self.let_in(&mut source, seen, began).await;
            }
            let ended = match event {
                Event::Control(event) => self.on_control(event, listing, &source, seen),
                Event::Source(SourceEvent::Connected(stream)) => {
                    if seen.connect.is_none() {
                        seen.connect = Some(self.order.context.recorder.now().since(began));
                    }
                    self.connected(stream, seen, passive);
                    note_caller(&source, seen);
                    None
                }
                Event::Source(SourceEvent::Failed) => None,
                Event::Data(index, DataEvent::Read(result, end)) => {
                    if let (Some(tls), Some(end)) = (&mut seen.tls, end) {
                        tls.end = Some(end);
                    }
                    self.on_data(index, result, seen)
                }
                Event::Data(index, DataEvent::Shaken(handshake, link)) => {
                    self.on_handshake(index, handshake, link, listing, seen)
                }
                Event::Time => match self.refusal.take() {
                    Some((code, text, _)) => Some(self.refused(code, text, listing, seen)),
                    None => self.on_time(seen),
                },
            };
            if self.has_arrived(seen) {
                break Why::Complete;
            }
            if let Some(why) = ended {
                break why;
            }
        };
        self.ended(why, &source, seen)
    }

    /// Whether all that was to be known is known.
    fn has_arrived(&self, seen: &Seen) -> bool {
        self.order.knock_only && seen.observed.is_some()
    }

    /// Writes down what is left to say at the end.
    fn ended(&self, why: Why, source: &Source<'_>, seen: &mut Seen) -> Why {
        if let Source::Listen(ear) = source {
            seen.strangers.clone_from(&ear.stranger_addresses);
        }
        seen.data_end = self
            .streams
            .iter()
            .filter_map(|s| s.end)
            .min_by_key(|end| *end != DataEnd::Eof)
            .or(seen.observed.map(|_| DataEnd::GivenUp));
        why
    }

    /// A server that knocked before it spoke stands at the door already, perhaps behind others.
    async fn let_in(&mut self, source: &mut Source<'_>, seen: &mut Seen, began: Micros) {
        if let Source::Listen(ear) = source
            && let Ok(stream) =
                tokio::time::timeout(self.order.limits.at_the_door, ear.accept()).await
        {
            seen.connect.get_or_insert_with(|| self.order.context.recorder.now().since(began));
            self.connected(stream, seen, false);
            note_caller(source, seen);
        }
    }

    fn live(&self) -> bool {
        self.streams.iter().any(|s| s.end.is_none())
    }

    fn ended_in_order(&self) -> bool {
        self.streams.iter().any(|s| s.end == Some(DataEnd::Eof))
    }

    /// The next moment at which waiting any longer makes no sense.
    fn timer(&mut self) -> Instant {
        let now = Instant::now();
        let moment = if let Some((_, at)) = &self.completion {
            // Late bytes may still be repeated by the kernel.
            self.last.max(*at) + self.order.limits.idle / 2
        } else if self.streams.is_empty() {
            match self.delivered {
                Some(at) => at + self.order.limits.door,
                None => now + self.order.limits.acknowledged,
            }
        } else if let Some((_, _, at)) = &self.refusal {
            *at + self.order.limits.close / 4
        } else if self.shaking() {
            // It has a limit of its own.
            self.order.limit
        } else if self.live() {
            self.last
                + if self.flowed { self.order.limits.idle } else { self.order.limits.first_byte }
        } else if self.ended_in_order() {
            self.last + self.order.limits.reply
        } else {
            // Reset: the server's words may explain it, later where data had flowed.
            self.last + if self.flowed { self.order.limits.reply } else { self.order.limits.close }
        };
        moment.min(self.order.end())
    }

    fn on_control(
        &mut self,
        event: ControlEvent,
        listing: &Command,
        source: &Source<'_>,
        seen: &mut Seen,
    ) -> Option<Why> {
        self.control.log(&event);
        let ControlEvent::Reply(reply) = event else {
            return match self.completion {
                // The server may leave once it has said 226.
                Some(_) => None,
                None if self.tls_failed() => Some(nobody_there(seen)),
                None => Some(no_reply(&event.end(), listing)),
            };
        };
        match reply.code {
            100..=199 => {
                seen.reach(Step::Began);
                None
            }
            200..=299 => {
                self.completion = Some((reply, Instant::now()));
                let stranger = match source {
                    Source::Listen(ear) if self.streams.is_empty() => {
                        ear.stranger_addresses.first().copied()
                    }
                    _ => None,
                };
                if let Some(from) = stranger {
                    return Some(Why::WrongPeer { from });
                }
                (!self.streams.is_empty() && !self.live()).then(|| self.settle(seen))
            }
            code if self.shaking() => {
                // The handshake may be ending at this very moment: it says why.
                self.refusal.get_or_insert((code, reply.text, Instant::now()));
                None
            }
            code => Some(self.refused(code, reply.text, listing, seen)),
        }
    }

    /// A reply that ends the transfer before 226.
    fn refused(&self, code: u16, text: String, listing: &Command, seen: &mut Seen) -> Why {
        if peer::is_empty_listing(code, &text) {
            if seen.observed.is_some() {
                seen.step = Step::Completed;
                return Why::Complete;
            }
            return nothing_sent(code, text);
        }
        // A server that refuses to list may just close the data connection that it has no use for.
        let closed = matches!(
            seen.tls.as_ref().and_then(|tls| tls.failure.as_ref()),
            Some(TlsFailure::Closed | TlsFailure::Reset | TlsFailure::TimedOut { .. })
        );
        let about_data =
            matches!(code, 421 | 425 | 426 | 522) && !peer::is_bad_data_peer(code, &text);
        if self.tls_failed() && (!closed || about_data) {
            return Why::TlsFailed { reply: Some((code, text)) };
        }
        let broken_off =
            seen.bytes > 0 || (seen.observed.is_some() && matches!(code, 421 | 426 | 451));
        if broken_off {
            Why::BrokenOff { code, text }
        } else {
            let command = listing.redacted();
            Why::ListingRefused { command, code, text }
        }
    }

    fn shaking(&self) -> bool {
        self.streams.iter().any(|live| matches!(live.state, State::Shaking(_)))
    }

    fn on_handshake(
        &mut self,
        index: usize,
        handshake: Handshake,
        link: Option<Link>,
        listing: &Command,
        seen: &mut Seen,
    ) -> Option<Why> {
        self.last = Instant::now();
        let live = self.streams.get_mut(index)?;
        if let Some(link) = link {
            live.state = State::Open(link);
        } else {
            live.state = State::Over;
            live.end = Some(DataEnd::TlsFailed);
        }
        // With several connections the one whose handshake stands is the one that counts.
        if seen.tls.as_ref().is_none_or(|before| !before.is_done()) {
            seen.tls = Some(handshake);
        }
        if let Some((code, text, _)) = self.refusal.take() {
            return Some(self.refused(code, text, listing, seen));
        }
        (self.completion.is_some() && !self.live()).then(|| self.settle(seen))
    }

    /// Whether every data connection ended in its handshake.
    fn tls_failed(&self) -> bool {
        let failed = |live: &Live| live.end == Some(DataEnd::TlsFailed);
        !self.streams.is_empty() && self.streams.iter().all(failed)
    }

    fn on_data(&mut self, index: usize, result: io::Result<usize>, seen: &mut Seen) -> Option<Why> {
        self.last = Instant::now();
        let live = self.streams.get_mut(index)?;
        match result {
            Ok(0) => live.end = Some(DataEnd::Eof),
            Ok(n) => {
                self.flowed = true;
                seen.bytes += n as u64;
                seen.reach(Step::Began);
                if seen.bytes > self.order.limits.listing_bytes {
                    live.end = Some(DataEnd::CutByUs);
                    return Some(Why::CutByUs);
                }
                return None;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            // TLS without its own goodbye: whether anything is missing, 226 tells.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                live.end = Some(DataEnd::Eof);
            }
            Err(_) => live.end = Some(DataEnd::Reset),
        }
        live.state = State::Over;
        // With several sockets the one that carried nothing may end first.
        let over = !self.live() || (self.ended_in_order() && seen.bytes > 0);
        if over && self.ended_in_order() {
            seen.reach(Step::DataEnded);
        }
        if over && self.completion.is_some() {
            return Some(self.settle(seen));
        }
        None
    }

    /// The verdict when 226 is there and no data connection is left.
    fn settle(&self, seen: &mut Seen) -> Why {
        if self.ended_in_order() || seen.bytes > 0 {
            seen.step = Step::Completed;
            return Why::Complete;
        }
        if self.tls_failed() {
            return nobody_there(seen);
        }
        Why::DataReset
    }

    fn on_time(&mut self, seen: &mut Seen) -> Option<Why> {
        let now = Instant::now();
        let over = now >= self.order.end();
        if self.streams.is_empty() && self.delivered.is_none() && !over {
            // The server's SYNs begin when it has the command, not when we sent it.
            if self.control.delivered() != Some(false) {
                self.delivered = Some(now);
            }
            return None;
        }
        let waited = now.duration_since(self.last).into();
        if self.completion.is_some() {
            if self.streams.is_empty() {
                let (reply, _) = self.completion.as_ref()?;
                return Some(nothing_sent(reply.code, reply.text.clone()));
            }
            if self.live() {
                return Some(Why::NoData { waited });
            }
            return Some(self.settle(seen));
        }
        if self.streams.is_empty() {
            let waited = now.duration_since(self.delivered.unwrap_or(self.sent)).into();
            return Some(Why::NoAnswer { waited, syns: None });
        }
        Some(if self.live() {
            if over && seen.bytes > 0 && now.duration_since(self.last) < self.order.limits.idle / 2
            {
                Why::CutByUs
            } else {
                Why::NoData { waited }
            }
        } else if self.ended_in_order() {
            Why::NoCompletion { waited }
        } else if self.tls_failed() {
            nobody_there(seen)
        } else {
            Why::DataReset
        })
    }
}

/// The ends of a connection that came and was reset before it could be asked for them.
fn note_caller(source: &Source<'_>, seen: &mut Seen) {
    if let Source::Listen(ear) = source
        && let Some(from) = ear.caller
        && seen.observed.is_none()
        && let Some(to) = seen.listened
    {
        seen.observed = Some(Observed { from, to });
        seen.reach(Step::Connected);
    }
}

/// A handshake that failed without a word of the server's; where nothing at all came back, it is
/// silence like that of a clear data connection.
fn nobody_there(seen: &Seen) -> Why {
    match &seen.tls {
        Some(Handshake { failure: Some(TlsFailure::TimedOut { received: 0 }), took, .. }) => {
            Why::NoData { waited: *took }
        }
        _ => Why::TlsFailed { reply: None },
    }
}

/// The server said that it is done, or has nothing, and never knocked.
fn nothing_sent(code: u16, text: String) -> Why {
    Why::Not(NotTested::NothingSent { code, text })
}

/// The first data connection with something to tell, and what it is. Waits for ever when none is
/// left. Safe to drop and call anew.
async fn next_data(streams: &mut [Live]) -> (usize, DataEvent) {
    poll_fn(|context| {
        // Here and not in the future, which would have to carry it about.
        let mut space = [0_u8; 16 << 10];
        for (index, live) in streams.iter_mut().enumerate() {
            match &mut live.state {
                State::Waiting(_) | State::Over => {}
                State::Shaking(handshake) => {
                    if let Poll::Ready((fact, link)) = handshake.as_mut().poll(context) {
                        return Poll::Ready((index, DataEvent::Shaken(fact, link)));
                    }
                }
                State::Open(link) => {
                    let mut buffer = ReadBuf::new(&mut space);
                    if let Poll::Ready(result) =
                        Pin::new(&mut *link).poll_read(context, &mut buffer)
                    {
                        let result = result.map(|()| buffer.filled().len());
                        let end = link.end(&result);
                        return Poll::Ready((index, DataEvent::Read(result, end)));
                    }
                }
            }
        }
        Poll::Pending
    })
    .await
}
