//! One attempt in the making: what a conversation shows of one data connection, and what that comes
//! to.

use std::net::{IpAddr, SocketAddr};

use super::clock::{Clock, LONGEST, PATIENCE, between};
use super::conversation::{Data, DataEvent, Event, Said};
use crate::facts::reading::{Place, Sighting};
use crate::facts::tls::{Handshake, TlsEnd, TlsFailure, TlsPurpose};
use crate::facts::{
    Attempt, ControlEnd, DataEnd, DialOutcome, Family, Knock, Micros, Mode, NotTested, Observed,
    Outcome, Purpose, Security, Step, Untold, Why,
};
use crate::wire::address::{AddressOddity, parse_227, parse_229};
use crate::wire::text::printable;

/// A server that was asked to call may take longer.
const ACTIVE_PATIENCE: u64 = 3_000_000;

/// What the conversation shows around an attempt.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that was seen or not")]
pub(super) struct Around {
    pub(super) clock: Clock,
    pub(super) peer: SocketAddr,
    /// The control connection was reset by the server's end.
    pub(super) reset: bool,
    pub(super) end: Option<ControlEnd>,
    /// Its last event.
    pub(super) last: Option<u64>,
    /// Nothing more can be read of the dialogue.
    pub(super) opaque: bool,
    /// The file says of data connections what became of them.
    pub(super) tells_data: bool,
    /// It is a capture.
    pub(super) captured: bool,
}

pub(super) struct Transfer {
    pub(super) command: String,
    pub(super) at: Option<u64>,
    pub(super) exchange: usize,
}

/// One attempt in the making.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that was seen or not")]
#[expect(clippy::option_option, reason = "whether it was, and when, where the file tells")]
pub(super) struct Draft {
    pub(super) mode: Mode,
    pub(super) exchange: usize,
    pub(super) began: Option<u64>,
    pub(super) security: Security,
    pub(super) answered: bool,
    pub(super) answered_at: Option<u64>,
    pub(super) refused: Option<(u16, String)>,
    pub(super) malformed: Option<(u16, String, String)>,
    pub(super) advertised: Option<SocketAddr>,
    pub(super) oddities: Vec<AddressOddity>,
    pub(super) transfer: Option<Transfer>,
    pub(super) preliminary: bool,
    pub(super) preliminary_at: Option<u64>,
    pub(super) last_word: Option<(u16, String)>,
    pub(super) last_word_at: Option<u64>,
    /// Encrypted: the dialogue shows nothing of it.
    pub(super) unread: bool,
    pub(super) dialled: Option<SocketAddr>,
    pub(super) dialled_yet: bool,
    pub(super) dialled_at: Option<u64>,
    pub(super) connected_at: Option<u64>,
    pub(super) observed: Option<Observed>,
    pub(super) connected: bool,
    pub(super) knock: Option<(Outcome, Why)>,
    pub(super) syns: Option<u32>,
    pub(super) wrong_peer: Option<SocketAddr>,
    /// When it was seen that what was sent did not come.
    pub(super) starved_at: Option<u64>,
    pub(super) bytes: u64,
    pub(super) closed: bool,
    pub(super) closed_at: Option<u64>,
    pub(super) reset: bool,
    pub(super) tls: bool,
    pub(super) tls_failed: Option<String>,
    pub(super) tls_cut: bool,
    pub(super) gave_up: Option<Option<u64>>,
    /// Something of the dialogue is missing in the file.
    pub(super) gap: bool,
    /// The file ends in it.
    pub(super) cut: bool,
    /// When the conversation went on to something else.
    pub(super) over: Option<Option<u64>>,
    pub(super) places: Vec<Place>,
    pub(super) sightings: Vec<Sighting>,
}

impl Draft {
    pub(super) fn new(mode: Mode, exchange: usize, began: Option<u64>, protected: bool) -> Self {
        Self {
            mode,
            exchange,
            began,
            security: if protected { Security::Tls } else { Security::Clear },
            answered: false,
            answered_at: None,
            refused: None,
            malformed: None,
            advertised: None,
            oddities: Vec::new(),
            transfer: None,
            preliminary: false,
            preliminary_at: None,
            last_word: None,
            last_word_at: None,
            unread: false,
            dialled: None,
            dialled_yet: false,
            dialled_at: None,
            connected_at: None,
            observed: None,
            connected: false,
            knock: None,
            syns: None,
            wrong_peer: None,
            starved_at: None,
            bytes: 0,
            closed: false,
            closed_at: None,
            reset: false,
            tls: false,
            tls_failed: None,
            tls_cut: false,
            gave_up: None,
            gap: false,
            cut: false,
            over: None,
            places: Vec::new(),
            sightings: Vec::new(),
        }
    }

    pub(super) fn cite(&mut self, place: Place) {
        if self.places.len() < 12 && self.places.last() != Some(&place) {
            self.places.push(place);
        }
    }

    pub(super) fn announced(&mut self, said: &Said, peer: IpAddr) {
        // A log of codes alone does not tell the port.
        if said.text.is_empty() {
            return;
        }
        let found = if self.mode == Mode::Epsv {
            parse_229(&said.text).map(|r| (SocketAddr::new(peer, r.port), r.oddities))
        } else {
            parse_227(&said.text)
                .map(|r| (SocketAddr::new(IpAddr::V4(r.address), r.port), r.oddities))
        };
        match found {
            Ok((at, oddities)) => {
                self.advertised = Some(at);
                self.oddities = oddities;
            }
            Err(error) => {
                self.malformed = Some((said.code, said.text.clone(), error.to_string()));
            }
        }
    }

    pub(super) fn data(&mut self, data: &Data, event: &Event, peer: IpAddr) {
        if let (true, Some(door)) = (self.mode.is_passive(), data.door) {
            let address = door.address.unwrap_or(peer);
            self.dialled.get_or_insert(SocketAddr::new(address, door.port));
        }
        match &data.what {
            DataEvent::Dialled => {
                self.dialled_yet = true;
                self.dialled_at = self.dialled_at.or(event.at);
            }
            DataEvent::Connected { from, to } => {
                self.connected = true;
                self.dialled_yet = true;
                self.connected_at = self.connected_at.or(event.at);
                if let (Some(from), Some(to)) = (from, to) {
                    self.observed = Some(Observed { from: *from, to: *to });
                }
            }
            DataEvent::Refused => self.knock = Some(told(Why::Reset)),
            DataEvent::TimedOut { waited, syns } => {
                self.syns = *syns;
                let waited =
                    waited.or_else(|| between(self.dialled_at.or(self.answered_at), event.at));
                let waited = Micros(waited.unwrap_or(0).min(LONGEST));
                self.knock = Some(told(Why::NoAnswer { waited, syns: *syns }));
            }
            DataEvent::Icmp(icmp) => {
                let (outcome, why) = told(Why::Icmp { icmp: *icmp });
                // A client's own word for it ("no route to host") is how most rejects come out.
                let outcome = if icmp.is_none() { Outcome::Prohibited } else { outcome };
                self.knock = Some((outcome, why));
            }
            DataEvent::NoRoute => {
                self.knock = Some(told(Why::Icmp { icmp: None }));
            }
            DataEvent::Local(text) => {
                let text = printable(text.as_bytes(), 200);
                self.knock = Some(told(Why::Local { text }));
            }
            DataEvent::Bytes(count) => {
                self.bytes = self.bytes.max(*count);
                self.connected |= *count > 0;
            }
            DataEvent::Tls => {
                self.tls = true;
                self.security = Security::Tls;
            }
            DataEvent::TlsFailed(text) => {
                self.security = Security::Tls;
                self.tls_failed = Some(printable(text.as_bytes(), 200));
            }
            DataEvent::TlsNotClosed => {
                self.security = Security::Tls;
                self.tls = true;
                self.tls_cut = true;
                self.connected = true;
            }
            DataEvent::Closed => {
                self.closed = true;
                self.closed_at = self.closed_at.or(event.at);
            }
            DataEvent::LeftEmpty => self.starved_at = event.at,
            DataEvent::Reset => {
                self.reset = true;
                self.closed_at = self.closed_at.or(event.at);
            }
            DataEvent::WrongPeer(from) => self.wrong_peer = Some(*from),
            DataEvent::Seen(sighting) => {
                // Sent again and again, and never taken: whatever the server says of it.
                let stuck = sighting.stuck.is_some() && sighting.acknowledged < sighting.sent;
                if stuck && sighting.again >= 2 {
                    self.starved_at = self.starved_at.or(event.at);
                }
                self.sightings.push((**sighting).clone());
            }
        }
    }

    pub(super) fn attempt(self, talk: &Around, session: usize, at_client: bool) -> Attempt {
        let (outcome, why) = self.conclude(talk, at_client);
        let step = self.step(outcome);
        let clock = talk.clock;
        let over = self.last_word_at.or(self.closed_at).or(self.over.flatten()).or(talk.last);
        let passive = self.mode.is_passive();
        let family = match self.advertised.or(self.dialled) {
            Some(at) if self.mode != Mode::Pasv => Family::of(at.ip()),
            _ if talk.peer.ip().is_unspecified() => Family::V4,
            _ => Family::of(talk.peer.ip()),
        };
        let from = self.observed.map(|o| o.from);
        let knocks = match (passive && self.dialled_yet, from) {
            (true, Some(from)) => vec![Knock {
                from,
                at: clock.at(self.dialled_at),
                syns: self.syns,
                outcome: (self.connected && self.knock.is_none()).then_some(DialOutcome::Connected),
            }],
            _ => Vec::new(),
        };
        let handshake = (self.tls || self.tls_failed.is_some()).then(|| Handshake {
            end: self.tls_cut.then_some(TlsEnd::EofWithoutCloseNotify),
            failure: self.tls_failed.clone().map(|text| TlsFailure::Other { text }),
            ..Handshake::untold(TlsPurpose::Data)
        });
        let data_end = match (outcome, self.reset, self.closed) {
            (Outcome::TlsFailed, ..) => Some(DataEnd::TlsFailed),
            (_, true, _) => Some(DataEnd::Reset),
            (_, _, true) => Some(DataEnd::Eof),
            (Outcome::Stalled, ..) => Some(DataEnd::GivenUp),
            _ => None,
        };
        Attempt {
            id: String::new(),
            purpose: Purpose::Mode,
            varied: Vec::new(),
            mode: self.mode,
            family,
            security: self.security,
            session: Some(session),
            first_exchange: self.exchange,
            began: clock.at(self.began),
            elapsed: Micros(between(self.began, over).unwrap_or(0)),
            step,
            advertised: self.advertised,
            oddities: self.oddities,
            dialled: passive.then_some(self.dialled.or(self.advertised)).flatten(),
            knocks,
            listened: if passive { None } else { self.advertised },
            observed: self.observed,
            strangers: Vec::new(),
            late: None,
            hole: None,
            second: None,
            connect: self
                .connected_at
                .and_then(|at| between(self.dialled_at.or(self.began), Some(at)))
                .map(Micros),
            bytes: self.bytes,
            tls: handshake,
            undelivered: None,
            data_end,
            places: self.places,
            sightings: self.sightings,
            outcome,
            why,
        }
    }

    fn step(&self, outcome: Outcome) -> Step {
        match outcome {
            Outcome::Open => Step::Completed,
            _ if self.closed && self.connected => Step::DataEnded,
            _ if self.bytes > 0 || (self.preliminary && self.connected) => Step::Began,
            _ if self.connected => Step::Connected,
            _ if self.refused.is_some() || self.malformed.is_some() => Step::ReplyRead,
            _ if self.answered => Step::Announced,
            _ => Step::CommandSent,
        }
    }

    /// How long it was waited after the last thing that happened to it, where the file tells.
    fn waited(&self) -> Option<u64> {
        if let Some(Some(waited)) = self.gave_up {
            return Some(waited);
        }
        let since = [
            self.answered_at,
            self.transfer.as_ref().and_then(|t| t.at),
            self.preliminary_at,
            self.connected_at,
        ];
        between(since.into_iter().flatten().max(), self.last_word_at.or(self.over.flatten()))
    }

    /// Whether the file shows a wait that is long enough for silence to mean something. A file
    /// without times shows the order alone: somebody who goes on has waited as long as he wanted.
    fn waited_enough(&self, patience: u64) -> bool {
        self.gave_up.is_some()
            || (!self.cut && self.waited().is_none_or(|waited| waited >= patience))
            || (self.cut && self.waited().is_some_and(|waited| waited >= patience))
    }

    fn conclude(&self, talk: &Around, at_client: bool) -> (Outcome, Why) {
        let not = |what| told(Why::Not(NotTested::NotInFile { what }));
        if let Some((code, text)) = &self.refused {
            return told(Why::CommandRefused { code: *code, text: text.clone() });
        }
        if let (Some((code, text, error)), false) = (&self.malformed, self.connected) {
            let (code, text, error) = (*code, text.clone(), error.clone());
            return told(Why::BadAnnouncement { code, text, error });
        }
        let done = matches!(self.last_word, Some((200..=299, _)));
        if !self.answered && !(self.gap && (self.connected || done)) {
            let command = self.mode.verb().to_owned();
            if talk.reset || talk.end == Some(ControlEnd::ClosedByServer) {
                return told(Why::ControlLost { command });
            }
            if self.gap || talk.opaque {
                return not(Untold::Missing);
            }
            if self.waited_enough(PATIENCE) && (talk.end.is_some() || self.gave_up.is_some()) {
                let waited = between(self.began, self.over.flatten());
                let waited = Micros(waited.or(self.gave_up.flatten()).unwrap_or(0));
                return told(Why::NoReply { command, waited });
            }
            return not(if self.cut { Untold::FileEnds } else { Untold::Missing });
        }
        if let Some(from) = self.wrong_peer {
            return told(Why::WrongPeer { from });
        }
        if self.connected || self.tls_failed.is_some() {
            return self.stood(talk);
        }
        if let Some((outcome, why)) = &self.knock {
            return match (&self.last_word, outcome) {
                // It came through in the end, whatever was said of one knock.
                (Some((200..=299, _)), _) => told(Why::Complete),
                _ => (*outcome, why.clone()),
            };
        }
        self.unseen(talk, at_client)
    }

    /// The data connection stood.
    fn stood(&self, talk: &Around) -> (Outcome, Why) {
        let not = |what| told(Why::Not(NotTested::NotInFile { what }));
        if self.tls_failed.is_some() && !matches!(self.last_word, Some((200..=299, _))) {
            return told(Why::TlsFailed { reply: self.last_word.clone() });
        }
        if let Some(at) = self.starved_at {
            let waited = Micros(between(self.connected_at, Some(at)).unwrap_or(0));
            return told(Why::NoData { waited });
        }
        match &self.last_word {
            Some((200..=299, _)) => return told(Why::Complete),
            Some((code, text)) => {
                let (code, text) = (*code, text.clone());
                let none = self.bytes == 0 && !self.preliminary;
                let refused = none || (self.bytes == 0 && matches!(code, 425 | 522 | 550));
                return if let (true, Some(transfer)) = (refused, &self.transfer) {
                    let command = transfer.command.clone();
                    told(Why::ListingRefused { command, code, text })
                } else {
                    told(Why::BrokenOff { code, text })
                };
            }
            None => {}
        }
        if self.tls_cut {
            // The client takes it for a cut and goes no further: whether 226 followed is not told.
            return not(Untold::NoLastWord);
        }
        if self.unread {
            // Encrypted: whether 226 followed cannot be read. Data that ended in order did come.
            return match (self.reset, self.closed && self.bytes > 0) {
                (true, _) => told(Why::DataReset),
                (_, true) => told(Why::Complete),
                _ if self.closed => not(Untold::Encrypted),
                _ => self.starved(),
            };
        }
        if self.reset {
            return told(Why::DataReset);
        }
        if self.gap {
            return not(Untold::Missing);
        }
        let Some(transfer) = &self.transfer else {
            return not(if self.cut { Untold::FileEnds } else { Untold::NotAsked });
        };
        if talk.reset || talk.end == Some(ControlEnd::ClosedByServer) {
            return told(Why::ControlLost { command: transfer.command.clone() });
        }
        if self.closed {
            let waited = between(self.closed_at, self.over.flatten());
            return if self.waited_enough(PATIENCE) {
                let waited = Micros(waited.unwrap_or(0));
                told(Why::NoCompletion { waited })
            } else if self.bytes > 0 && !self.cut {
                // The client had what it wanted and went on without a word.
                not(Untold::NoLastWord)
            } else {
                not(Untold::FileEnds)
            };
        }
        self.starved()
    }

    fn starved(&self) -> (Outcome, Why) {
        if self.waited_enough(PATIENCE) {
            let waited = Micros(self.waited().unwrap_or(0));
            return told(Why::NoData { waited });
        }
        told(Why::Not(NotTested::NotInFile { what: Untold::FileEnds }))
    }

    /// Nothing in the file says what became of the data connection.
    fn unseen(&self, talk: &Around, at_client: bool) -> (Outcome, Why) {
        let not = |what| told(Why::Not(NotTested::NotInFile { what }));
        let passive = self.mode.is_passive();
        let silence = |syns| {
            let waited = Micros(self.waited().unwrap_or(0));
            told(Why::NoAnswer { waited, syns })
        };
        match (&self.last_word, &self.transfer) {
            (Some((200..=299, _)), _) => return told(Why::Complete),
            (Some((code, text)), Some(transfer)) => {
                // Nobody came to the port that was announced, as the server says.
                if passive
                    && matches!(code, 425 | 426)
                    && !self.connected
                    && !says_peer(*code, text)
                {
                    return silence(None);
                }
                return told(Why::ListingRefused {
                    command: transfer.command.clone(),
                    code: *code,
                    text: text.clone(),
                });
            }
            _ => {}
        }
        if self.gap {
            return not(Untold::Missing);
        }
        let tells = talk.tells_data;
        if passive && tells && at_client {
            // The file would show the knock.
            return not(if self.cut { Untold::FileEnds } else { Untold::NotDialled });
        }
        let captured = talk.captured;
        if passive && tells && captured && self.transfer.is_none() && !self.cut {
            // Nobody asks for a port and leaves it without a knock: it was lost on its way here.
            return silence(Some(0));
        }
        let patience = if passive { PATIENCE } else { ACTIVE_PATIENCE };
        if self.transfer.is_none() && (!passive || self.waited().is_some_and(|w| w < patience)) {
            return not(if self.cut { Untold::FileEnds } else { Untold::NotAsked });
        }
        if talk.reset {
            let command = self.transfer.as_ref().map_or(self.mode.verb(), |t| t.command.as_str());
            return told(Why::ControlLost { command: command.to_owned() });
        }
        if !self.waited_enough(patience) {
            return not(if self.cut { Untold::FileEnds } else { Untold::NotAsked });
        }
        if passive && self.preliminary && !tells {
            let waited = Micros(self.waited().unwrap_or(0));
            return told(Why::NoData { waited });
        }
        silence(tells.then_some(0))
    }
}

/// What follows from why it ended so.
fn told(why: Why) -> (Outcome, Why) {
    (why.outcome(), why)
}

fn says_peer(code: u16, text: &str) -> bool {
    crate::wire::peer::is_bad_data_peer(code, text)
}
