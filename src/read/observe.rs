//! From conversations to facts: the same for logs and for captures.
//!
//! One group of conversations (what one client did with one server) becomes one [`Facts`], as if a
//! run of this program had done it. What the files do not tell is not tested, and says so.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use super::conversation::{
    Asked, Control, Conversation, Data, DataEvent, Door, End, Event, Party, Said, TlsEvent, What,
    active_endpoint,
};
use super::ends;
use super::pair;
use crate::facts::reading::{Place, Reading, Sighting, Source, Vantage};
use crate::facts::tls::{Handshake, TlsEnd, TlsFailure, TlsPurpose, Trust};
use crate::facts::{
    Attempt, ControlEnd, DataEnd, Dial, DialOutcome, Exchange, ExchangeEnd, Facts, Family,
    Greeting, Icmp, Knock, LoginOutcome, Lookup, LookupOutcome, Micros, Mode, Names, NotTested,
    Observed, Outcome, PasswordSource, Purpose, Record, ReplyFact, Request, SCHEMA, Security,
    Session, Step, TlsLevel, Untold, Via, Why,
};
use crate::wire::address::{AddressOddity, parse_227, parse_229};
use crate::wire::service;
use crate::wire::text::printable;
use crate::words::Word;

/// Silence shorter than this means nothing: a SYN is sent again after a second.
const PATIENCE: u64 = 2_000_000;
/// A server that was asked to call may take longer.
const ACTIVE_PATIENCE: u64 = 3_000_000;
/// No run and no diagnosis needs more; what is beyond is counted as not read.
const MOST_SESSIONS: usize = 400;
const MOST_ATTEMPTS: usize = 800;
const MOST_EXCHANGES: usize = 400;
/// Facts hold no time beyond ten days.
const LONGEST: u64 = 9 * 24 * 3600 * 1_000_000;
/// An endpoint that the file does not tell.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Makes facts of what one client did with one server.
///
/// `moment` is when it was, in seconds since 1970, where the events do not tell the date.
pub fn facts_of(
    group: &[Conversation],
    source: Source,
    mut reading: Reading,
    moment: u64,
) -> Facts {
    ends::tell(&mut reading, group);
    let clock = Clock::of(group);
    let mut gathered = Gathered { clock, ..Gathered::default() };
    for conversation in group.iter().take(MOST_SESSIONS) {
        gathered.conversation(conversation, &reading);
    }
    let mut attempts = gathered.attempts;
    spare(&mut attempts);
    number(&mut attempts);
    let lead = group.first();
    let request = request(group, &attempts);
    let server = group.iter().find_map(|c| c.server.address);
    let unknown_name = group
        .iter()
        .flat_map(|c| &c.events)
        .any(|e| matches!(e.what, What::Control(Control::NoSuchName)));
    let lookups = unknown_name.then(|| Lookup {
        via: Via::System,
        record: Record::Any,
        outcome: LookupOutcome::NotFound,
        addresses: Vec::new(),
        took: Micros::default(),
    });
    Facts {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        system: None,
        started: clock.started(moment),
        elapsed: clock.elapsed(group),
        source,
        undelivered: None,
        names: Names {
            literal: lead.is_none_or(|c| c.server.name.is_none()) && !unknown_name,
            lookups: lookups.into_iter().collect(),
            addresses: server.into_iter().collect(),
        },
        request,
        proxies: Vec::new(),
        dials: gathered.dials,
        tls_hello: None,
        sessions: gathered.sessions,
        attempts,
        ladders: Vec::new(),
        confirmed: Vec::new(),
        nearer: None,
        quiet: None,
        halves: Vec::new(),
        idles: Vec::new(),
        audit: None,
        steps: Vec::new(),
        reading: Some(reading),
        cut_short: None,
    }
}

/// The clock of the files, counted from the first event.
#[derive(Debug, Clone, Copy, Default)]
struct Clock {
    first: Option<u64>,
}

impl Clock {
    fn of(group: &[Conversation]) -> Self {
        Self { first: group.iter().flat_map(|c| &c.events).filter_map(|e| e.at).min() }
    }

    fn at(self, at: Option<u64>) -> Micros {
        Micros(at.unwrap_or(0).saturating_sub(self.first.unwrap_or(0)).min(LONGEST))
    }

    fn elapsed(self, group: &[Conversation]) -> Micros {
        self.at(group.iter().flat_map(|c| &c.events).filter_map(|e| e.at).max())
    }

    fn started(self, moment: u64) -> String {
        // A clock that does not tell the date counts from its own beginning.
        let dated = self.first.filter(|first| *first > 86_400_000_000 * 365);
        let since = dated.map_or(Duration::from_secs(moment), Duration::from_micros);
        let since = since.min(Duration::from_secs(253_402_300_799));
        humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
    }
}

fn between(from: Option<u64>, to: Option<u64>) -> Option<u64> {
    Some(to?.saturating_sub(from?).min(LONGEST))
}

#[derive(Default)]
struct Gathered {
    clock: Clock,
    dials: Vec<Dial>,
    sessions: Vec<Session>,
    attempts: Vec<Attempt>,
}

impl Gathered {
    fn conversation(&mut self, conversation: &Conversation, reading: &Reading) {
        let peer = endpoint(&conversation.server);
        let local = endpoint(&conversation.client);
        let mut talk = Talk::new(conversation, self.clock, peer, local);
        for event in &conversation.events {
            talk.event(event);
        }
        talk.end();
        let (began, connected, opened) = (talk.began, talk.connected, talk.opened);
        let dial = talk.dial.take();
        if let Some(outcome) = dial {
            let took = between(began, connected).unwrap_or(0);
            self.dials.push(Dial {
                to: peer,
                from: (local != NOWHERE).then_some(local),
                outcome: outcome.0,
                syns: outcome.1,
                began: self.clock.at(began),
                took: Micros(took),
            });
        }
        if !opened {
            return;
        }
        let place = self.sessions.len();
        let drafts = std::mem::take(&mut talk.drafts);
        let at_client = |s: Option<usize>| {
            s.and_then(|file| reading.files.get(file)).is_some_and(|f| f.vantage == Vantage::Client)
        };
        for draft in drafts {
            if self.attempts.len() < MOST_ATTEMPTS {
                let seen_at_client = at_client(draft.places.first().map(|p| p.file));
                let mut attempt = draft.attempt(&talk, place, seen_at_client);
                unseen(&mut attempt, conversation);
                self.attempts.push(attempt);
            }
        }
        self.sessions.push(talk.session());
    }
}

/// Adds that a capture shows the control connection and nothing of this data connection.
fn unseen(attempt: &mut Attempt, conversation: &Conversation) {
    let announced = !matches!(attempt.outcome, Outcome::NotTested | Outcome::Rejected);
    if !conversation.tells_data || !announced {
        return;
    }
    for point in &conversation.points {
        if attempt.sightings.iter().all(|s| s.file != point.file) {
            attempt.sightings.push(pair::unseen(point.file));
        }
    }
    attempt.sightings.sort_by_key(|s| s.file);
}

fn endpoint(party: &Party) -> SocketAddr {
    match party.address {
        Some(address) => SocketAddr::new(address, party.port.unwrap_or(0)),
        None => SocketAddr::new(NOWHERE.ip(), party.port.unwrap_or(0)),
    }
}

/// Reading one conversation.
struct Talk<'a> {
    conversation: &'a Conversation,
    clock: Clock,
    peer: SocketAddr,
    local: SocketAddr,
    began: Option<u64>,
    connected: Option<u64>,
    /// What came of the dial, if the file shows one.
    dial: Option<(DialOutcome, Option<u32>)>,
    /// The TCP connection stood.
    opened: bool,
    greeting: Option<ReplyFact>,
    not_ftp: Option<String>,
    exchanges: Vec<Exchange>,
    /// Exchanges that wait for a reply, the oldest first.
    waiting: std::collections::VecDeque<usize>,
    drafts: Vec<Draft>,
    tls: Option<Handshake>,
    /// Nothing more can be read of the dialogue.
    opaque: bool,
    protected: bool,
    end: Option<ControlEnd>,
    reset: bool,
    last: Option<u64>,
    quit: bool,
    gave_up: Option<Option<u64>>,
}

impl<'a> Talk<'a> {
    fn new(
        conversation: &'a Conversation,
        clock: Clock,
        peer: SocketAddr,
        local: SocketAddr,
    ) -> Self {
        Self {
            conversation,
            clock,
            peer,
            local,
            began: None,
            connected: None,
            dial: None,
            opened: false,
            greeting: None,
            not_ftp: None,
            exchanges: Vec::new(),
            waiting: std::collections::VecDeque::new(),
            drafts: Vec::new(),
            tls: None,
            opaque: conversation.implicit_tls,
            protected: conversation.implicit_tls,
            end: None,
            reset: false,
            last: None,
            quit: false,
            gave_up: None,
        }
    }

    fn event(&mut self, event: &Event) {
        let about_data = matches!(event.what, What::Data(_));
        if !about_data {
            self.last = event.at.or(self.last);
        }
        match &event.what {
            What::Control(control) => self.control(control, event),
            What::Command(asked) => self.command(asked, event),
            What::Reply(said) => self.reply(said, event),
            What::NotAReply(text) => self.not_a_reply(text),
            What::Tls(tls) => self.tls(tls),
            What::Data(data) => self.data(data, event),
            What::GaveUp { waited } => {
                self.gave_up = Some(*waited);
                if let Some(draft) = self.drafts.last_mut().filter(|d| d.over.is_none()) {
                    draft.gave_up = Some(*waited);
                    draft.cite(event.place);
                }
            }
            What::Gap => {
                // A reply may be among what is missing: nobody waits for one any more.
                if let Some(draft) = self.drafts.last_mut().filter(|d| d.over.is_none()) {
                    draft.gap = true;
                }
            }
        }
    }

    fn control(&mut self, control: &Control, event: &Event) {
        let done = |talk: &mut Self, outcome: DialOutcome, syns: Option<u32>| {
            talk.dial = Some((outcome, syns));
            talk.connected = event.at;
        };
        match control {
            Control::Dialled => self.began = self.began.or(event.at),
            Control::Connected => {
                self.opened = true;
                done(self, DialOutcome::Connected, None);
            }
            Control::Refused => done(self, DialOutcome::Refused, None),
            Control::TimedOut { syns } => done(self, DialOutcome::TimedOut, *syns),
            Control::Icmp(icmp) if icmp.is_reject() => {
                done(self, DialOutcome::Prohibited { icmp: Some(*icmp) }, None);
            }
            Control::Icmp(icmp) => {
                done(self, DialOutcome::Unreachable { icmp: Some(*icmp) }, None);
            }
            Control::Local(text) => done(self, DialOutcome::Local { text: text.clone() }, None),
            Control::NoSuchName => {}
            Control::Closed(by) => {
                self.end = self.end.or(Some(match (self.quit, by) {
                    (true, _) => ControlEnd::Quit,
                    (false, End::Server) => ControlEnd::ClosedByServer,
                    (false, End::Client | End::Unknown) => ControlEnd::Abandoned,
                }));
                self.close(event.at);
            }
            Control::Reset(by) => {
                self.end = self.end.or(Some(match by {
                    End::Client => ControlEnd::Aborted,
                    End::Server | End::Unknown => ControlEnd::Reset,
                }));
                self.reset = *by != End::Client;
                self.close(event.at);
            }
        }
    }

    /// The conversation goes on to something else: the open attempt has had its time.
    fn close(&mut self, at: Option<u64>) {
        if let Some(draft) = self.drafts.last_mut().filter(|d| d.over.is_none()) {
            draft.over = Some(at);
        }
    }

    fn command(&mut self, asked: &Asked, event: &Event) {
        self.opened = true;
        let index = self.exchanges.len();
        if index >= MOST_EXCHANGES {
            return;
        }
        match asked.verb() {
            "QUIT" => {
                self.quit = true;
                self.close(event.at);
            }
            "PROT" if asked.argument().is_some_and(|a| a.eq_ignore_ascii_case("C")) => {
                self.protected = false;
            }
            "PROT" => self.protected = true,
            _ => {}
        }
        self.exchanges.push(Exchange {
            command: asked.shown(),
            sent: self.clock.at(event.at),
            replies: Vec::new(),
            end: ExchangeEnd::Open,
        });
        self.waiting.push_back(index);
        if let Some(mode) = asked.mode() {
            self.close(event.at);
            let mut draft = Draft::new(mode, index, event.at, self.protected);
            draft.cite(event.place);
            if !mode.is_passive() {
                draft.advertised = active_endpoint(asked);
            }
            self.drafts.push(draft);
        } else if asked.transfers()
            && let Some(draft) = self.drafts.last_mut().filter(|d| d.over.is_none())
        {
            if draft.transfer.is_none() {
                draft.transfer =
                    Some(Transfer { command: asked.shown(), at: event.at, exchange: index });
                draft.cite(event.place);
            }
        }
    }

    fn reply(&mut self, said: &Said, event: &Event) {
        self.opened = true;
        let fact = ReplyFact {
            code: said.code,
            text: said.text.clone(),
            oddities: said.oddities.clone(),
            at: self.clock.at(event.at),
        };
        if self.greeting.is_none() && self.exchanges.is_empty() && !self.conversation.joined_late {
            // "120 in a moment" precedes the greeting itself.
            if said.code >= 200 {
                self.greeting = Some(fact);
            }
            return;
        }
        let target = self.waiting.front().copied();
        let preliminary = (100..200).contains(&said.code);
        let Some(index) = target.or_else(|| self.late_reply(said.code)) else {
            if self.exchanges.len() < MOST_EXCHANGES {
                self.exchanges.push(Exchange {
                    command: String::new(),
                    sent: fact.at,
                    replies: vec![fact],
                    end: ExchangeEnd::Answered,
                });
            }
            return;
        };
        if !preliminary && target.is_some() {
            self.waiting.pop_front();
        }
        if let Some(exchange) = self.exchanges.get_mut(index) {
            exchange.replies.push(fact);
            if !preliminary {
                exchange.end = ExchangeEnd::Answered;
            }
        }
        self.draft_reply(index, said, event);
    }

    /// A second completion reply (after ABOR, or 226 after a 426) belongs to the transfer.
    fn late_reply(&self, code: u16) -> Option<usize> {
        let draft = self.drafts.last()?;
        let transfer = draft.transfer.as_ref()?;
        (draft.over.is_none() && code >= 200).then_some(transfer.exchange)
    }

    fn draft_reply(&mut self, index: usize, said: &Said, event: &Event) {
        let peer = self.peer.ip();
        let Some(draft) = self.drafts.iter_mut().rev().find(|d| {
            d.exchange == index || d.transfer.as_ref().is_some_and(|t| t.exchange == index)
        }) else {
            return;
        };
        if draft.exchange == index {
            draft.cite(event.place);
            if said.code < 200 {
                return;
            }
            draft.answered = true;
            draft.answered_at = event.at;
            let taken = (200..300).contains(&said.code);
            if !taken {
                draft.refused = Some((said.code, said.text.clone()));
                draft.over = Some(event.at);
            } else if draft.mode.is_passive() {
                draft.announced(said, peer);
            }
            return;
        }
        if said.code < 200 {
            draft.preliminary = true;
            draft.preliminary_at = event.at;
            draft.cite(event.place);
        } else if draft.last_word.is_none() {
            draft.last_word = Some((said.code, said.text.clone()));
            draft.cite(event.place);
            draft.last_word_at = event.at;
        }
    }

    fn not_a_reply(&mut self, text: &str) {
        self.opened = true;
        let text = printable(text.as_bytes(), 200);
        if self.greeting.is_none() && self.exchanges.is_empty() {
            self.not_ftp.get_or_insert(text);
            return;
        }
        if let Some(exchange) = self.waiting.pop_front().and_then(|i| self.exchanges.get_mut(i)) {
            exchange.end = ExchangeEnd::NotAReply { text };
        }
    }

    fn tls(&mut self, event: &TlsEvent) {
        self.opened = true;
        let mut handshake = Handshake {
            purpose: TlsPurpose::Control,
            version: None,
            cipher: None,
            offered: false,
            resumed: None,
            took: Micros::default(),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::NotChecked,
            end: None,
            failure: None,
        };
        match event {
            TlsEvent::Opaque => self.opaque = true,
            TlsEvent::Done => self.opaque = false,
            TlsEvent::Failed(text) => {
                handshake.failure =
                    Some(TlsFailure::Other { text: printable(text.as_bytes(), 200) });
            }
        }
        self.protected = true;
        self.tls = Some(handshake);
    }

    fn data(&mut self, data: &Data, event: &Event) {
        let Some(index) = self.draft_of(data.door.as_ref(), event.at) else { return };
        let Some(draft) = self.drafts.get_mut(index) else { return };
        if !matches!(data.what, DataEvent::Seen(_)) {
            draft.cite(event.place);
        }
        draft.data(data, event, self.peer.ip());
    }

    /// The attempt whose announcement names this door; else the last one.
    fn draft_of(&mut self, door: Option<&Door>, at: Option<u64>) -> Option<usize> {
        let last = self.drafts.len().checked_sub(1);
        let Some(door) = door else { return last };
        let named = |d: &Draft| d.advertised.is_some_and(|a| a.port() == door.port);
        if let Some(found) = self.drafts.iter().rposition(named) {
            return Some(found);
        }
        if self.opaque {
            // The announcement cannot be read, the knock can be seen.
            return Some(self.unread(door, at));
        }
        // Another port than the one that was announced: somebody on the way renumbers.
        last.filter(|index| self.drafts.get(*index).is_some_and(|d| !d.dialled_yet))
    }

    /// An attempt of which the encrypted dialogue shows nothing but its data connection.
    fn unread(&mut self, door: &Door, at: Option<u64>) -> usize {
        let to_server = door.address.is_none_or(|a| a == self.peer.ip());
        let mode = match (to_server, self.peer.is_ipv4()) {
            // EPSV would look the same from outside; most clients ask for PASV over IPv4.
            (true, true) => Mode::Pasv,
            (true, false) => Mode::Epsv,
            (false, true) => Mode::Port,
            (false, false) => Mode::Eprt,
        };
        let mut draft = Draft::new(mode, self.exchanges.len(), at, true);
        draft.unread = true;
        draft.answered = true;
        draft.answered_at = at;
        draft.advertised = Some(SocketAddr::new(door.address.unwrap_or(self.peer.ip()), door.port));
        self.close(at);
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    fn end(&mut self) {
        let last = self.last;
        if self.end.is_some() {
            self.close(last);
        } else if !self.conversation.file_ends {
            // It was over at some time; nobody says when.
            self.close(None);
        } else if let Some(draft) = self.drafts.last_mut().filter(|d| d.over.is_none()) {
            draft.cut = true;
            draft.over = Some(last);
        }
        let how = match (self.end, self.gave_up) {
            (_, Some(waited)) => ExchangeEnd::TimedOut { waited: Micros(waited.unwrap_or(0)) },
            (Some(ControlEnd::Reset), _) => ExchangeEnd::Failed { text: "reset".to_owned() },
            (Some(ControlEnd::ClosedByServer | ControlEnd::Quit), _) => ExchangeEnd::Closed,
            _ => ExchangeEnd::Open,
        };
        for index in std::mem::take(&mut self.waiting) {
            if let Some(exchange) = self.exchanges.get_mut(index) {
                exchange.end = how.clone();
            }
        }
    }

    fn session(self) -> Session {
        let greeting = self.what_greeted();
        let login = self.login();
        Session {
            peer: self.peer,
            local: self.local,
            began: self.clock.at(self.began.or(self.connected)),
            connect: Micros(between(self.began, self.connected).unwrap_or(0)),
            rtt: None,
            retransmits: None,
            tls: self.tls,
            greeting,
            login,
            exchanges: self.exchanges,
            end: self.end,
        }
    }

    fn what_greeted(&self) -> Greeting {
        if let Some(reply) = &self.greeting {
            return Greeting::Reply(reply.clone());
        }
        if let Some(head) = &self.not_ftp {
            let service = service::recognise(head.as_bytes()).unwrap_or(service::Service::Unknown);
            return Greeting::NotFtp { service, head: head.clone() };
        }
        if self.conversation.joined_late || self.opaque || !self.exchanges.is_empty() {
            return Greeting::NotInFile;
        }
        let waited = between(self.connected.or(self.began), self.last);
        match self.end {
            _ if !self.conversation.has_replies => Greeting::NotInFile,
            Some(ControlEnd::ClosedByServer) => Greeting::Closed,
            Some(ControlEnd::Reset) => Greeting::Reset,
            _ => Greeting::Silent(Micros(waited.unwrap_or(0))),
        }
    }

    fn login(&self) -> LoginOutcome {
        let mut refused = None;
        let mut last = None;
        for exchange in &self.exchanges {
            let verb = exchange.verb();
            let Some(reply) = exchange.replies.last() else {
                if matches!(verb, "USER" | "PASS" | "ACCT" | "AUTH") {
                    last = Some((exchange.command.clone(), exchange.end.clone()));
                }
                continue;
            };
            match (verb, reply.code) {
                ("USER" | "PASS" | "ACCT", 230 | 232 | 202) => {
                    return LoginOutcome::In { code: reply.code };
                }
                ("USER" | "PASS" | "ACCT", 400..) => {
                    refused = Some((verb.to_owned(), reply));
                }
                ("PASV", 227)
                | ("EPSV", 229)
                | ("PORT" | "EPRT", 200..=299)
                | ("PWD" | "XPWD", 257)
                | ("LIST" | "NLST" | "MLSD" | "RETR" | "STOR", 226 | 250) => {
                    return LoginOutcome::In { code: 0 };
                }
                _ => {}
            }
        }
        if let Some(tls) = &self.tls {
            if !tls.is_done() {
                return LoginOutcome::TlsFailed;
            }
            if self.opaque && self.drafts.iter().any(|d| d.unread) {
                // Nobody is called, or calls, before the login.
                return LoginOutcome::In { code: 0 };
            }
        }
        if let Some((command, reply)) = refused {
            return LoginOutcome::Refused { command, code: reply.code, text: reply.text.clone() };
        }
        let auth = self.exchanges.iter().filter(|e| e.verb() == "AUTH").collect::<Vec<_>>();
        let refusals = auth.iter().filter_map(|e| e.replies.last()).filter(|r| r.code >= 400);
        if let (Some(reply), true) = (refusals.last(), !self.asked("USER")) {
            return LoginOutcome::TlsRefused {
                command: auth.last().map_or_else(String::new, |e| e.command.clone()),
                code: reply.code,
                text: reply.text.clone(),
            };
        }
        if let Some((command, end)) = last {
            return LoginOutcome::Broken { command, end };
        }
        if self.exchanges.is_empty() {
            return LoginOutcome::NotTried;
        }
        // The server wants more, and the client has no more to give.
        let wants = self.exchanges.iter().rev().find_map(|e| e.replies.last());
        match wants {
            Some(reply) if (300..400).contains(&reply.code) => {
                let command = if reply.code == 332 { "ACCT" } else { "PASS" };
                LoginOutcome::Wants { command: command.to_owned(), text: reply.text.clone() }
            }
            _ if self.conversation.joined_late => LoginOutcome::In { code: 0 },
            _ => LoginOutcome::Broken {
                command: self.exchanges.last().map_or_else(String::new, |e| e.command.clone()),
                end: ExchangeEnd::Open,
            },
        }
    }

    fn asked(&self, verb: &str) -> bool {
        self.exchanges.iter().any(|e| e.verb() == verb)
    }
}

struct Transfer {
    command: String,
    at: Option<u64>,
    exchange: usize,
}

/// One attempt in the making.
struct Draft {
    mode: Mode,
    exchange: usize,
    began: Option<u64>,
    security: Security,
    answered: bool,
    answered_at: Option<u64>,
    refused: Option<(u16, String)>,
    malformed: Option<(u16, String, String)>,
    advertised: Option<SocketAddr>,
    oddities: Vec<AddressOddity>,
    transfer: Option<Transfer>,
    preliminary: bool,
    preliminary_at: Option<u64>,
    last_word: Option<(u16, String)>,
    last_word_at: Option<u64>,
    /// Encrypted: the dialogue shows nothing of it.
    unread: bool,
    dialled: Option<SocketAddr>,
    dialled_yet: bool,
    dialled_at: Option<u64>,
    connected_at: Option<u64>,
    observed: Option<Observed>,
    connected: bool,
    knock: Option<(Outcome, Why)>,
    syns: Option<u32>,
    wrong_peer: Option<SocketAddr>,
    bytes: u64,
    closed: bool,
    closed_at: Option<u64>,
    reset: bool,
    tls: bool,
    tls_failed: Option<String>,
    tls_cut: bool,
    gave_up: Option<Option<u64>>,
    /// Something of the dialogue is missing in the file.
    gap: bool,
    /// The file ends in it.
    cut: bool,
    /// When the conversation went on to something else.
    over: Option<Option<u64>>,
    places: Vec<Place>,
    sightings: Vec<Sighting>,
}

impl Draft {
    fn new(mode: Mode, exchange: usize, began: Option<u64>, protected: bool) -> Self {
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

    fn cite(&mut self, place: Place) {
        if self.places.len() < 12 && self.places.last() != Some(&place) {
            self.places.push(place);
        }
    }

    fn announced(&mut self, said: &Said, peer: IpAddr) {
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

    fn data(&mut self, data: &Data, event: &Event, peer: IpAddr) {
        if let (true, Some(door)) = (self.mode.is_passive(), data.door) {
            let address = door.address.unwrap_or(peer);
            self.dialled.get_or_insert(SocketAddr::new(address, door.port));
        }
        let knock = |outcome, why| Some((outcome, why));
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
            DataEvent::Refused => self.knock = knock(Outcome::Refused, Why::Reset),
            DataEvent::TimedOut { waited, syns } => {
                self.syns = *syns;
                let waited =
                    waited.or_else(|| between(self.dialled_at.or(self.answered_at), event.at));
                let waited = Micros(waited.unwrap_or(0).min(LONGEST));
                self.knock = knock(Outcome::TimedOut, Why::NoAnswer { waited, syns: *syns });
            }
            DataEvent::Icmp(icmp) => {
                let rejects = icmp.is_none_or(Icmp::is_reject);
                let outcome = if rejects { Outcome::Prohibited } else { Outcome::Unreachable };
                self.knock = knock(outcome, Why::Icmp { icmp: *icmp });
            }
            DataEvent::NoRoute => {
                self.knock = knock(Outcome::Unreachable, Why::Icmp { icmp: None });
            }
            DataEvent::Local(text) => {
                let text = printable(text.as_bytes(), 200);
                self.knock = knock(Outcome::Unreachable, Why::Local { text });
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
            }
            DataEvent::Closed => {
                self.closed = true;
                self.closed_at = self.closed_at.or(event.at);
            }
            DataEvent::Reset => {
                self.reset = true;
                self.closed_at = self.closed_at.or(event.at);
            }
            DataEvent::WrongPeer(from) => self.wrong_peer = Some(*from),
            DataEvent::Seen(sighting) => self.sightings.push((**sighting).clone()),
        }
    }

    fn attempt(self, talk: &Talk<'_>, session: usize, at_client: bool) -> Attempt {
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
            purpose: TlsPurpose::Data,
            version: None,
            cipher: None,
            offered: false,
            resumed: None,
            took: Micros::default(),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::NotChecked,
            end: self.tls_cut.then_some(TlsEnd::EofWithoutCloseNotify),
            failure: self.tls_failed.clone().map(|text| TlsFailure::Other { text }),
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

    fn conclude(&self, talk: &Talk<'_>, at_client: bool) -> (Outcome, Why) {
        let not = |what| (Outcome::NotTested, Why::Not(NotTested::NotInFile { what }));
        if let Some((code, text)) = &self.refused {
            return (Outcome::Rejected, Why::CommandRefused { code: *code, text: text.clone() });
        }
        if let (Some((code, text, error)), false) = (&self.malformed, self.connected) {
            let (code, text, error) = (*code, text.clone(), error.clone());
            return (Outcome::Rejected, Why::BadAnnouncement { code, text, error });
        }
        if !self.answered {
            let command = self.mode.verb().to_owned();
            if talk.reset || talk.end == Some(ControlEnd::ClosedByServer) {
                return (Outcome::Closed, Why::ControlLost { command });
            }
            if self.gap || talk.opaque {
                return not(Untold::Missing);
            }
            if self.waited_enough(PATIENCE) && (talk.end.is_some() || self.gave_up.is_some()) {
                let waited = between(self.began, self.over.flatten());
                let waited = Micros(waited.or(self.gave_up.flatten()).unwrap_or(0));
                return (Outcome::Stalled, Why::NoReply { command, waited });
            }
            return not(if self.cut { Untold::FileEnds } else { Untold::Missing });
        }
        if let Some(from) = self.wrong_peer {
            return (Outcome::Rejected, Why::WrongPeer { from });
        }
        if self.connected || self.tls_failed.is_some() {
            return self.stood(talk);
        }
        if let Some((outcome, why)) = &self.knock {
            return match (&self.last_word, outcome) {
                // It came through in the end, whatever was said of one knock.
                (Some((200..=299, _)), _) => (Outcome::Open, Why::Complete),
                _ => (*outcome, why.clone()),
            };
        }
        self.unseen(talk, at_client)
    }

    /// The data connection stood.
    fn stood(&self, talk: &Talk<'_>) -> (Outcome, Why) {
        let not = |what| (Outcome::NotTested, Why::Not(NotTested::NotInFile { what }));
        if self.tls_failed.is_some() && !matches!(self.last_word, Some((200..=299, _))) {
            return (Outcome::TlsFailed, Why::TlsFailed { reply: self.last_word.clone() });
        }
        match &self.last_word {
            Some((200..=299, _)) => return (Outcome::Open, Why::Complete),
            Some((code, text)) => {
                let (code, text) = (*code, text.clone());
                let none = self.bytes == 0 && !self.preliminary;
                let refused = none || (self.bytes == 0 && matches!(code, 425 | 522 | 550));
                return if let (true, Some(transfer)) = (refused, &self.transfer) {
                    let command = transfer.command.clone();
                    (Outcome::Rejected, Why::ListingRefused { command, code, text })
                } else {
                    (Outcome::Closed, Why::BrokenOff { code, text })
                };
            }
            None => {}
        }
        if self.unread {
            // Encrypted: whether 226 followed cannot be read. Data that ended in order did come.
            return match (self.reset, self.closed && self.bytes > 0) {
                (true, _) => (Outcome::Closed, Why::DataReset),
                (_, true) => (Outcome::Open, Why::Complete),
                _ if self.closed => not(Untold::Encrypted),
                _ => self.starved(),
            };
        }
        if self.reset {
            return (Outcome::Closed, Why::DataReset);
        }
        let Some(transfer) = &self.transfer else {
            return not(if self.cut { Untold::FileEnds } else { Untold::NotAsked });
        };
        if talk.reset || talk.end == Some(ControlEnd::ClosedByServer) {
            return (Outcome::Closed, Why::ControlLost { command: transfer.command.clone() });
        }
        if self.gap {
            return not(Untold::Missing);
        }
        if self.closed {
            let waited = between(self.closed_at, self.over.flatten());
            return if self.waited_enough(PATIENCE) {
                let waited = Micros(waited.unwrap_or(0));
                (Outcome::Stalled, Why::NoCompletion { waited })
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
            return (Outcome::Stalled, Why::NoData { waited });
        }
        (Outcome::NotTested, Why::Not(NotTested::NotInFile { what: Untold::FileEnds }))
    }

    /// Nothing in the file says what became of the data connection.
    fn unseen(&self, talk: &Talk<'_>, at_client: bool) -> (Outcome, Why) {
        let not = |what| (Outcome::NotTested, Why::Not(NotTested::NotInFile { what }));
        let passive = self.mode.is_passive();
        let silence = |syns| {
            let waited = Micros(self.waited().unwrap_or(0));
            (Outcome::TimedOut, Why::NoAnswer { waited, syns })
        };
        match (&self.last_word, &self.transfer) {
            (Some((200..=299, _)), _) => return (Outcome::Open, Why::Complete),
            (Some((code, text)), Some(transfer)) => {
                // Nobody came to the port that was announced, as the server says.
                if passive
                    && matches!(code, 425 | 426)
                    && !self.connected
                    && !says_peer(*code, text)
                {
                    return silence(None);
                }
                return (
                    Outcome::Rejected,
                    Why::ListingRefused {
                        command: transfer.command.clone(),
                        code: *code,
                        text: text.clone(),
                    },
                );
            }
            _ => {}
        }
        if self.gap {
            return not(Untold::Missing);
        }
        let tells = talk.conversation.tells_data;
        if passive && tells && at_client {
            // The file would show the knock.
            return not(if self.cut { Untold::FileEnds } else { Untold::NotDialled });
        }
        let captured = !talk.conversation.points.is_empty();
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
            return (Outcome::Closed, Why::ControlLost { command: command.to_owned() });
        }
        if !self.waited_enough(patience) {
            return not(if self.cut { Untold::FileEnds } else { Untold::NotAsked });
        }
        if passive && self.preliminary && !tells {
            let waited = Micros(self.waited().unwrap_or(0));
            return (Outcome::Stalled, Why::NoData { waited });
        }
        silence(tells.then_some(0))
    }
}

fn says_peer(code: u16, text: &str) -> bool {
    crate::wire::peer::is_bad_data_peer(code, text)
}

/// A port that is left at once without a knock was lost on its way only where no knock of the client's
/// comes here: otherwise the client had no time left for it (curl's budget goes to EPSV first).
fn spare(attempts: &mut [Attempt]) {
    let knocks = |a: &Attempt| {
        a.mode.is_passive() && (a.observed.is_some() || a.sightings.iter().any(|s| s.syns.any()))
    };
    if !attempts.iter().any(knocks) {
        return;
    }
    for attempt in attempts.iter_mut().filter(|a| a.mode.is_passive()) {
        if let Why::NoAnswer { waited, syns: Some(0) } = attempt.why
            && waited.0 < PATIENCE
        {
            attempt.outcome = Outcome::NotTested;
            attempt.why = Why::Not(NotTested::NotInFile { what: Untold::NotDialled });
            attempt.sightings.clear();
        }
    }
}

/// Gives the attempts their names, and one of each mode its rank: the first that was tested.
fn number(attempts: &mut [Attempt]) {
    let key = |a: &Attempt| (a.mode, a.family, a.security);
    for index in 0..attempts.len() {
        let Some(this) = attempts.get(index) else { break };
        let alike: Vec<usize> = attempts
            .iter()
            .enumerate()
            .filter(|(_, a)| key(a) == key(this))
            .map(|(place, _)| place)
            .collect();
        let tested =
            |place: &&usize| attempts.get(**place).is_some_and(|a| a.outcome != Outcome::NotTested);
        let lead = alike.iter().find(tested).or(alike.first()).copied();
        let count = attempts.iter().take(index + 1).filter(|a| a.mode == this.mode).count();
        let id = format!("{}-{count}", this.mode.word());
        if let Some(this) = attempts.get_mut(index) {
            this.id = id;
            this.purpose = if lead == Some(index) { Purpose::Mode } else { Purpose::Repeat };
        }
    }
}

/// What the files' client asked for.
fn request(group: &[Conversation], attempts: &[Attempt]) -> Request {
    let lead = group.first();
    let server = lead.map(|c| c.server.clone()).unwrap_or_default();
    let asked = || {
        group.iter().flat_map(|c| &c.events).filter_map(|e| match &e.what {
            What::Command(asked) => Some(asked),
            _ => None,
        })
    };
    let user = asked().find(|a| a.verb() == "USER").and_then(Asked::argument);
    let user = user.unwrap_or("anonymous").to_owned();
    let anonymous = matches!(user.to_ascii_lowercase().as_str(), "anonymous" | "ftp");
    let tls = if group.iter().any(|c| c.implicit_tls) {
        TlsLevel::Implicit
    } else if group.iter().flat_map(|c| &c.events).any(|e| matches!(e.what, What::Tls(_)))
        || asked().any(|a| a.verb() == "AUTH")
    {
        TlsLevel::Explicit
    } else {
        TlsLevel::Off
    };
    let port = server.port.unwrap_or(tls.usual_port());
    let host = server
        .name
        .or_else(|| server.address.map(|a| a.to_string()))
        .unwrap_or_else(|| "?".to_owned());
    let input = match (host.contains(':'), port == tls.usual_port()) {
        (true, true) => host.clone(),
        (true, false) => format!("[{host}]:{port}"),
        (false, true) => host.clone(),
        (false, false) => format!("{host}:{port}"),
    };
    let modes: Vec<Mode> =
        Mode::ALL.into_iter().filter(|mode| attempts.iter().any(|a| a.mode == *mode)).collect();
    Request {
        input,
        host: host.as_str().into(),
        port,
        password: (!anonymous).then_some(PasswordSource::Prompt),
        user,
        path: None,
        tls,
        insecure: false,
        ca: None,
        allow_clear: false,
        modes,
        family: None,
        bind: None,
        active_ports: None,
        external_ip: None,
        dial_advertised: false,
        localise: true,
        timeout: Micros(20_000_000),
        deadline: Micros(30_000_000),
        get: None,
        idle: None,
        expect: Vec::new(),
        audit: None,
        demo: false,
    }
}
