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

use super::control::{Control, ControlEvent};
use super::dial::{DialEvent, Dialler};
use super::limits::Limits;
use super::passive::no_reply;
use super::recorder::Recorder;
use super::tls::{ControlTls, Link, Reuse};
use crate::facts::tls::{Handshake, TlsEnd, TlsFailure};
use crate::facts::{Attempt, DataEnd, Micros, NotTested, Observed, Outcome, ReplyFact, Step, Why};
use crate::wire::command::Command;
use crate::wire::peer;

/// Enough to let everybody in who has knocked by now.
const AT_THE_DOOR: Duration = Duration::from_millis(5);
/// Strangers that are kept waiting, unread, until the attempt is over.
const STRANGERS: usize = 8;

/// Where data connections come from.
pub enum Source {
    /// We knock (passive).
    Dial(Box<Dialler>),
    /// The server knocks (active).
    Listen(Ear),
}

/// A listener that lets only the server in.
pub struct Ear {
    /// The listening socket.
    pub listener: TcpListener,
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

impl Source {
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
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// Runs one listing and writes what happened into `draft`.
pub struct Transfer<'a> {
    /// The session that asks for the listing.
    pub control: &'a mut Control,
    /// Clock.
    pub recorder: &'a Recorder,
    /// Waits.
    pub limits: &'a Limits,
    /// End of this attempt.
    pub limit: Instant,
    secured: Option<(ControlTls, Reuse)>,
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
    /// Prepares a transfer that has to end by `limit`.
    pub fn new(
        control: &'a mut Control,
        recorder: &'a Recorder,
        limits: &'a Limits,
        limit: Instant,
    ) -> Self {
        let now = Instant::now();
        let secured = control.tls().cloned().map(|tls| (tls, Reuse::Resume));
        Self {
            secured,
            asked: false,
            refusal: None,
            control,
            recorder,
            limits,
            limit,
            streams: Vec::new(),
            completion: None,
            last: now,
            sent: now,
            delivered: None,
            flowed: false,
        }
    }

    /// Whether a data connection under TLS offers the session of the control connection.
    #[must_use]
    pub fn reuse(mut self, reuse: Reuse) -> Self {
        self.secured = self.secured.map(|(tls, _)| (tls, reuse));
        self
    }

    /// Adds a data connection that already stands.
    pub fn connected(&mut self, stream: TcpStream, draft: &mut Attempt, passive: bool) {
        if draft.observed.is_none()
            && let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr())
        {
            let (from, to) = if passive { (local, peer) } else { (peer, local) };
            draft.observed = Some(Observed { from, to });
            draft.step = draft.step.max(Step::Connected);
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
            Some((tls, reuse)) => {
                let (tls, reuse) = (tls.clone(), *reuse);
                let limit = self.limit.min(self.recorder.until(self.limits.idle));
                State::Shaking(Box::pin(
                    async move { tls.connect_data(stream, reuse, limit).await },
                ))
            }
        }
    }

    /// Asks for the listing and reads until both connections have said their last word.
    pub async fn run(&mut self, listing: &Command, source: &mut Source, draft: &mut Attempt) {
        let began = self.recorder.now();
        let sent = self.control.send(listing).await;
        if self.control.is_gone() {
            // Nobody was asked for anything: that nothing comes says nothing about the way.
            (draft.outcome, draft.why) = no_reply(&sent, listing);
            return;
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
        let verdict = loop {
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
                self.let_in(source, draft, began).await;
            }
            let verdict = match event {
                Event::Control(event) => self.on_control(event, listing, source, draft),
                Event::Source(SourceEvent::Connected(stream)) => {
                    if draft.connect.is_none() {
                        draft.connect = Some(self.recorder.now().since(began));
                    }
                    self.connected(stream, draft, passive);
                    note_caller(source, draft);
                    None
                }
                Event::Source(SourceEvent::Failed) => None,
                Event::Data(index, DataEvent::Read(result, end)) => {
                    if let (Some(tls), Some(end)) = (&mut draft.tls, end) {
                        tls.end = Some(end);
                    }
                    self.on_data(index, result, draft)
                }
                Event::Data(index, DataEvent::Shaken(handshake, link)) => {
                    self.on_handshake(index, handshake, link, listing, draft)
                }
                Event::Time => match self.refusal.take() {
                    Some((code, text, _)) => Some(self.refused(code, text, listing, draft)),
                    None => self.on_time(draft),
                },
            };
            if let Some(verdict) = verdict {
                break verdict;
            }
        };
        if let Source::Listen(ear) = source {
            draft.strangers.clone_from(&ear.stranger_addresses);
        }
        (draft.outcome, draft.why) = verdict;
        draft.data_end = self
            .streams
            .iter()
            .filter_map(|s| s.end)
            .min_by_key(|end| *end != DataEnd::Eof)
            .or(draft.observed.map(|_| DataEnd::GivenUp));
    }

    /// A server that knocked before it spoke stands at the door already, perhaps behind others.
    async fn let_in(&mut self, source: &mut Source, draft: &mut Attempt, began: Micros) {
        if let Source::Listen(ear) = source
            && let Ok(stream) = tokio::time::timeout(AT_THE_DOOR, ear.accept()).await
        {
            draft.connect.get_or_insert_with(|| self.recorder.now().since(began));
            self.connected(stream, draft, false);
            note_caller(source, draft);
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
            self.last.max(*at) + self.limits.idle / 2
        } else if self.streams.is_empty() {
            match self.delivered {
                Some(at) => at + self.limits.door,
                None => now + Duration::from_millis(20),
            }
        } else if let Some((_, _, at)) = &self.refusal {
            *at + self.limits.close / 4
        } else if self.shaking() {
            // It has a limit of its own.
            self.limit
        } else if self.live() {
            self.last + if self.flowed { self.limits.idle } else { self.limits.first_byte }
        } else if self.ended_in_order() {
            self.last + self.limits.reply
        } else {
            // Reset: the server's words may explain it, later where data had flowed.
            self.last + if self.flowed { self.limits.reply } else { self.limits.close }
        };
        moment.min(self.limit).min(self.recorder.deadline())
    }

    fn on_control(
        &mut self,
        event: ControlEvent,
        listing: &Command,
        source: &Source,
        draft: &mut Attempt,
    ) -> Option<(Outcome, Why)> {
        self.control.log(&event);
        let ControlEvent::Reply(reply) = event else {
            return match self.completion {
                // The server may leave once it has said 226.
                Some(_) => None,
                None if self.tls_failed() => Some(nobody_there(draft)),
                None => Some(no_reply(&event.end(), listing)),
            };
        };
        match reply.code {
            100..=199 => {
                draft.step = draft.step.max(Step::Began);
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
                    return Some((Outcome::Rejected, Why::WrongPeer { from }));
                }
                (!self.streams.is_empty() && !self.live()).then(|| self.settle(draft))
            }
            code if self.shaking() => {
                // The handshake may be ending at this very moment: it says why.
                self.refusal.get_or_insert((code, reply.text, Instant::now()));
                None
            }
            code => Some(self.refused(code, reply.text, listing, draft)),
        }
    }

    /// A reply that ends the transfer before 226.
    fn refused(
        &self,
        code: u16,
        text: String,
        listing: &Command,
        draft: &mut Attempt,
    ) -> (Outcome, Why) {
        if peer::is_empty_listing(code, &text) {
            if draft.observed.is_some() {
                draft.step = Step::Completed;
                return (Outcome::Open, Why::Complete);
            }
            return nothing_sent(code, text);
        }
        // A server that refuses to list may just close the data connection that it has no use for.
        let closed = matches!(
            draft.tls.as_ref().and_then(|tls| tls.failure.as_ref()),
            Some(TlsFailure::Closed | TlsFailure::Reset | TlsFailure::TimedOut { .. })
        );
        let about_data =
            matches!(code, 421 | 425 | 426 | 522) && !peer::is_bad_data_peer(code, &text);
        if self.tls_failed() && (!closed || about_data) {
            return (Outcome::TlsFailed, Why::TlsFailed { reply: Some((code, text)) });
        }
        let broken_off =
            draft.bytes > 0 || (draft.observed.is_some() && matches!(code, 421 | 426 | 451));
        if broken_off {
            (Outcome::Closed, Why::BrokenOff { code, text })
        } else {
            let command = listing.redacted();
            (Outcome::Rejected, Why::ListingRefused { command, code, text })
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
        draft: &mut Attempt,
    ) -> Option<(Outcome, Why)> {
        self.last = Instant::now();
        let live = self.streams.get_mut(index)?;
        if let Some(link) = link {
            live.state = State::Open(link);
        } else {
            live.state = State::Over;
            live.end = Some(DataEnd::TlsFailed);
        }
        // With several connections the one whose handshake stands is the one that counts.
        if draft.tls.as_ref().is_none_or(|before| !before.is_done()) {
            draft.tls = Some(handshake);
        }
        if let Some((code, text, _)) = self.refusal.take() {
            return Some(self.refused(code, text, listing, draft));
        }
        (self.completion.is_some() && !self.live()).then(|| self.settle(draft))
    }

    /// Whether every data connection ended in its handshake.
    fn tls_failed(&self) -> bool {
        let failed = |live: &Live| live.end == Some(DataEnd::TlsFailed);
        !self.streams.is_empty() && self.streams.iter().all(failed)
    }

    fn on_data(
        &mut self,
        index: usize,
        result: io::Result<usize>,
        draft: &mut Attempt,
    ) -> Option<(Outcome, Why)> {
        self.last = Instant::now();
        let live = self.streams.get_mut(index)?;
        match result {
            Ok(0) => live.end = Some(DataEnd::Eof),
            Ok(n) => {
                self.flowed = true;
                draft.bytes += n as u64;
                draft.step = draft.step.max(Step::Began);
                if draft.bytes > self.limits.listing_bytes {
                    live.end = Some(DataEnd::CutByUs);
                    return Some((Outcome::Open, Why::CutByUs));
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
        let over = !self.live() || (self.ended_in_order() && draft.bytes > 0);
        if over && self.ended_in_order() {
            draft.step = draft.step.max(Step::DataEnded);
        }
        if over && self.completion.is_some() {
            return Some(self.settle(draft));
        }
        None
    }

    /// The verdict when 226 is there and no data connection is left.
    fn settle(&self, draft: &mut Attempt) -> (Outcome, Why) {
        if self.ended_in_order() || draft.bytes > 0 {
            draft.step = Step::Completed;
            return (Outcome::Open, Why::Complete);
        }
        if self.tls_failed() {
            return nobody_there(draft);
        }
        (Outcome::Closed, Why::DataReset)
    }

    fn on_time(&mut self, draft: &mut Attempt) -> Option<(Outcome, Why)> {
        let now = Instant::now();
        let over = now >= self.limit || now >= self.recorder.deadline();
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
                return Some((Outcome::Stalled, Why::NoData { waited }));
            }
            return Some(self.settle(draft));
        }
        if self.streams.is_empty() {
            let waited = now.duration_since(self.delivered.unwrap_or(self.sent)).into();
            return Some((Outcome::TimedOut, Why::NoAnswer { waited, syns: None }));
        }
        Some(if self.live() {
            if over && draft.bytes > 0 && now.duration_since(self.last) < self.limits.idle / 2 {
                (Outcome::Open, Why::CutByUs)
            } else {
                (Outcome::Stalled, Why::NoData { waited })
            }
        } else if self.ended_in_order() {
            (Outcome::Stalled, Why::NoCompletion { waited })
        } else if self.tls_failed() {
            nobody_there(draft)
        } else {
            (Outcome::Closed, Why::DataReset)
        })
    }
}

/// The ends of a connection that came and was reset before it could be asked for them.
fn note_caller(source: &Source, draft: &mut Attempt) {
    if let Source::Listen(Ear { caller: Some(from), .. }) = source
        && draft.observed.is_none()
        && let Some(to) = draft.listened
    {
        draft.observed = Some(Observed { from: *from, to });
        draft.step = draft.step.max(Step::Connected);
    }
}

/// A handshake that failed without a word of the server's; where nothing at all came back, it is
/// silence like that of a clear data connection.
fn nobody_there(draft: &Attempt) -> (Outcome, Why) {
    match &draft.tls {
        Some(Handshake { failure: Some(TlsFailure::TimedOut { received: 0 }), took, .. }) => {
            (Outcome::Stalled, Why::NoData { waited: *took })
        }
        _ => (Outcome::TlsFailed, Why::TlsFailed { reply: None }),
    }
}

/// The server said that it is done, or has nothing, and never knocked.
fn nothing_sent(code: u16, text: String) -> (Outcome, Why) {
    (Outcome::NotTested, Why::Not(NotTested::NothingSent { code, text }))
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
