//! One conversation, read as a session of the facts: greeting, login, exchanges, how it ended.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::clock::{Clock, between};
use super::conversation::{
    Asked, Control, Conversation, Data, DataEvent, Door, End, Event, Said, TlsEvent, What,
    active_endpoint,
};
use super::draft::{Around, Draft, Transfer};
use crate::facts::tls::{Handshake, TlsFailure, TlsPurpose};
use crate::facts::{
    ControlEnd, DialOutcome, Exchange, ExchangeEnd, Greeting, LoginOutcome, Micros, Mode,
    ReplyFact, Session,
};
use crate::wire::service;
use crate::wire::text::printable;

/// Exchanges of one session that are kept.
const MOST_EXCHANGES: usize = 400;

/// Servers that look their client up in DNS are slow to greet.
const SLOW_GREETING: u64 = 10_000_000;

/// Reading one conversation.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that was seen or not")]
#[expect(clippy::option_option, reason = "whether it was, and when, where the file tells")]
pub(super) struct Talk<'a> {
    pub(super) conversation: &'a Conversation,
    pub(super) clock: Clock,
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) began: Option<u64>,
    pub(super) connected: Option<u64>,
    /// What came of the dial, if the file shows one.
    pub(super) dial: Option<(DialOutcome, Option<u32>)>,
    /// The TCP connection stood.
    pub(super) opened: bool,
    pub(super) greeting: Option<ReplyFact>,
    pub(super) not_ftp: Option<String>,
    pub(super) exchanges: Vec<Exchange>,
    /// Exchanges that wait for a reply, the oldest first.
    pub(super) waiting: VecDeque<usize>,
    pub(super) drafts: Vec<Draft>,
    pub(super) tls: Option<Handshake>,
    /// Nothing more can be read of the dialogue.
    pub(super) opaque: bool,
    pub(super) protected: bool,
    pub(super) end: Option<ControlEnd>,
    pub(super) reset: bool,
    pub(super) last: Option<u64>,
    pub(super) quit: bool,
    /// A part of the dialogue is missing so far.
    pub(super) gap: bool,
    pub(super) gave_up: Option<Option<u64>>,
    /// A data connection was seen that belongs to the encrypted part.
    pub(super) dark_data: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
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
            waiting: VecDeque::new(),
            drafts: Vec::new(),
            tls: None,
            opaque: conversation.implicit_tls,
            protected: conversation.implicit_tls,
            end: None,
            reset: false,
            last: None,
            quit: false,
            gap: false,
            gave_up: None,
            dark_data: false,
        }
    }

    pub(super) fn event(&mut self, event: &Event) {
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
                self.gap = true;
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
            && draft.transfer.is_none()
        {
            draft.transfer =
                Some(Transfer { command: asked.shown(), at: event.at, exchange: index });
            draft.cite(event.place);
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
        self.pass_over(said.code);
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

    /// Behind a gap, commands whose replies are in it do not get those of others.
    fn pass_over(&mut self, code: u16) {
        if !self.gap {
            return;
        }
        let fits =
            |index: &usize| self.exchanges.get(*index).is_some_and(|e| may_answer(e.verb(), code));
        if let Some(at) = self.waiting.iter().position(fits) {
            self.waiting.drain(..at);
        }
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
        let mut handshake = Handshake::untold(TlsPurpose::Control);
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
        self.dark_data = true;
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    pub(super) fn end(&mut self) {
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

    /// What an attempt needs to know of the conversation around it.
    pub(super) fn around(&self) -> Around {
        Around {
            clock: self.clock,
            peer: self.peer,
            reset: self.reset,
            end: self.end,
            last: self.last,
            opaque: self.opaque,
            tells_data: self.conversation.tells_data,
            captured: !self.conversation.points.is_empty(),
        }
    }

    pub(super) fn session(self) -> Session {
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
        if self.conversation.joined_late || self.opaque || self.gap || !self.exchanges.is_empty() {
            return Greeting::NotInFile;
        }
        let waited = self.gave_up.flatten().or(between(self.connected.or(self.began), self.last));
        let short = waited.is_none_or(|waited| waited < SLOW_GREETING);
        match self.end {
            _ if !self.conversation.has_replies => Greeting::NotInFile,
            // The file ends before anybody has waited for long.
            None if self.conversation.file_ends && self.gave_up.is_none() && short => {
                Greeting::NotInFile
            }
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
            if self.opaque && self.dark_data {
                // Nobody is called, or calls, before the login.
                return LoginOutcome::In { code: 0 };
            }
            if self.opaque {
                // Whether it came cannot be read.
                return LoginOutcome::NotTried;
            }
        }
        if let Some((command, reply)) = refused {
            return LoginOutcome::Refused { command, code: reply.code, text: reply.text.clone() };
        }
        let auth = self.exchanges.iter().filter(|e| e.verb() == "AUTH").collect::<Vec<_>>();
        let mut refusals = auth.iter().filter_map(|e| e.replies.last()).filter(|r| r.code >= 400);
        if let (Some(reply), true) = (refusals.next_back(), !self.asked("USER")) {
            return LoginOutcome::TlsRefused {
                command: auth.last().map_or_else(String::new, |e| e.command.clone()),
                code: reply.code,
                text: reply.text.clone(),
            };
        }
        // The file ends before the login does: what it does not show may have come.
        let waits = last.as_ref().is_none_or(|(_, end)| *end == ExchangeEnd::Open);
        if self.conversation.file_ends && !self.conversation.joined_late && waits {
            return LoginOutcome::NotTried;
        }
        if self.gap {
            // What decided it may be among what is missing.
            return LoginOutcome::NotTried;
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

/// Whether a reply of this code can be one to this command.
fn may_answer(verb: &str, code: u16) -> bool {
    match code {
        125 | 150 | 226 | 425 | 426 => {
            matches!(verb, "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "STOU" | "APPE" | "ABOR")
        }
        227 => verb == "PASV",
        229 => verb == "EPSV",
        221 => verb == "QUIT",
        331 | 332 | 230 => matches!(verb, "USER" | "PASS" | "ACCT"),
        257 => matches!(verb, "PWD" | "XPWD" | "MKD" | "XMKD"),
        _ => true,
    }
}
