//! From what lines say to conversations: replies of several lines are put together, and what a
//! program says of "the connection" is given to the one that it must mean.

use std::net::IpAddr;

use super::says::{Program, Says};
use super::shape::{self, Trouble};
use crate::facts::Mode;
use crate::facts::reading::Place;
use crate::read::conversation::{
    Asked, Control, Conversation, Data, DataEvent, Door, End, Event, Party, TlsEvent, What,
};

/// Lines and bytes of one reply; what is more is dropped.
const MOST_REPLY_LINES: usize = 512;
const MOST_REPLY_BYTES: usize = 16 * 1024;

/// The data connection that was announced last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Announced {
    #[default]
    No,
    /// Asked for, not yet answered.
    Asked(Mode),
    /// Answered in the affirmative.
    Taken(Mode),
}

/// A dial of which the end is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialling {
    Control,
    Data(Option<Door>),
}

/// A reply of several lines that has not ended.
#[derive(Debug)]
pub struct Draft {
    code: u16,
    lines: Vec<String>,
    bytes: usize,
    place: Place,
    at: Option<u64>,
}

/// One conversation in the making.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that has happened or not")]
pub struct Talk {
    /// What has come of it so far.
    pub made: Conversation,
    /// A reply of several lines that has not ended.
    pub draft: Option<Draft>,
    dialling: Option<Dialling>,
    announced: Announced,
    awaited: Option<String>,
    /// A transfer was asked for, and its last reply has not come.
    transfer: bool,
    /// 125 or 150 came.
    began: bool,
    /// The data connection stands, by the program's words.
    stands: bool,
    /// Trouble was told already, and nothing has happened since.
    settled: bool,
    bytes: u64,
    replied: bool,
    last_code: u16,
    over: bool,
    tells_dials: bool,
    /// A server wrote it.
    server: bool,
    /// The login succeeded, and its reply has not come.
    logged_in: bool,
    /// There is more than is kept.
    pub full: bool,
}

impl Talk {
    pub fn know(&mut self, program: &Program) {
        let made = &mut self.made;
        made.has_commands |= program.commands;
        made.has_replies |= program.replies;
        self.tells_dials |= program.tells_dials;
        made.tells_data |= program.tells_dials;
        self.server |= program.server;
        let party = if program.server { &mut made.server } else { &mut made.client };
        if party.software.is_none() && !program.name.is_empty() {
            party.software = Some(program.name.to_owned());
        }
    }

    /// Whether this can no longer belong to this conversation.
    pub fn begins_anew(&self, said: &Says) -> bool {
        let spoken =
            self.replied || self.made.events.iter().any(|e| matches!(e.what, What::Command(_)));
        match said {
            Says::Begins | Says::DialsControl(_) => spoken || self.over,
            Says::Dials(_) => {
                self.over || (spoken && !matches!(self.announced, Announced::Taken(_)))
            }
            Says::Client(address, port) => {
                let other = |own: &Party| {
                    own.address.is_some_and(|own| own != *address)
                        || (port.is_some() && own.port.is_some() && own.port != *port)
                };
                spoken && other(&self.made.client)
            }
            _ if said.greets() => {
                let continued = self.draft.as_ref().is_some_and(|draft| draft.code == 220);
                !continued && (self.over || (self.replied && self.awaited.is_none()))
            }
            Says::Command(line) => self.over && line.starts_with("USER"),
            _ => false,
        }
    }

    fn push(&mut self, place: Place, at: Option<u64>, what: What) {
        self.made.push(place, at, what);
    }

    fn data(&mut self, place: Place, at: Option<u64>, door: Option<Door>, what: DataEvent) {
        self.made.tells_data |= self.tells_dials;
        self.push(place, at, What::Data(Data { door, what }));
    }

    pub fn take(&mut self, place: Place, at: Option<u64>, said: Says) {
        match said {
            Says::Reply(text) => return self.reply_line(place, at, &text),
            Says::Command(line) => {
                self.close_draft();
                return self.command(place, at, &line);
            }
            Says::Code(code) => return self.reply(place, at, code, ""),
            _ => {}
        }
        match said {
            Says::Dials(door) => {
                let data = matches!(self.announced, Announced::Taken(_)) && self.replied;
                self.dials(place, at, door, data);
            }
            Says::DialsControl(door) => self.dials(place, at, door, false),
            Says::DialsData(door) => self.dials(place, at, door, true),
            Says::Stands => self.stands(place, at),
            Says::DataStands => self.data_stands(place, at, None),
            Says::Trouble(trouble) => self.trouble(place, at, trouble),
            Says::DataTrouble(trouble) => {
                let door = self.door();
                self.data_trouble(place, at, door, trouble);
            }
            Says::GaveUp(waited) => self.gave_up(place, at, waited),
            // Before data can flow it is something else that is counted.
            Says::Bytes(_) if !(self.began || (self.stands && self.transfer)) => {}
            Says::Bytes(more) => {
                self.bytes = self.bytes.saturating_add(more);
                let bytes = self.bytes;
                self.data(place, at, None, DataEvent::Bytes(bytes));
            }
            Says::Data(door, what) => self.data_event(place, at, door, what),
            Says::TlsDone => {
                if self.stands || self.began {
                    self.data(place, at, None, DataEvent::Tls);
                } else {
                    self.push(place, at, What::Tls(TlsEvent::Done));
                }
            }
            Says::TlsCut(_) if self.stands || self.began => {
                self.data(place, at, None, DataEvent::TlsNotClosed);
            }
            Says::TlsFailed(text) | Says::TlsCut(text) => self.tls_failed(place, at, &text),
            Says::ImplicitTls => self.made.implicit_tls = true,
            Says::Ends(end) => self.ends(place, at, Control::Closed(end)),
            Says::Resets(end) => self.ends(place, at, Control::Reset(end)),
            Says::Client(address, port) => know(&mut self.made.client, address, port),
            Says::Server(address, port) => know(&mut self.made.server, address, port),
            Says::ServerName(name) => {
                // Somebody may have put a login before it.
                let host = name.rsplit('@').next().unwrap_or_default();
                if self.made.server.name.is_none() && !host.is_empty() && host.len() < 256 {
                    let shown = crate::wire::text::printable(host.as_bytes(), 256);
                    self.made.server.name = Some(shown);
                }
            }
            Says::Moved => {
                if !self.made.has_replies && self.transfer {
                    self.reply(place, at, 226, "");
                }
            }
            Says::PassiveTaken => {
                if self.announced != Announced::Taken(Mode::Pasv) {
                    self.command(place, at, "PASV");
                    self.reply(place, at, 227, "");
                }
            }
            Says::LoggedIn => {
                self.logged_in = matches!(self.awaited.as_deref(), Some("USER" | "PASS"));
            }
            Says::Begins => {
                if self.made.events.is_empty() {
                    self.push(place, at, What::Control(Control::Connected));
                }
            }
            Says::Reply(_) | Says::Command(_) | Says::Code(_) => {}
        }
    }

    fn ends(&mut self, place: Place, at: Option<u64>, how: Control) {
        self.close_draft();
        if !self.over {
            self.over = true;
            self.push(place, at, What::Control(how));
        }
    }

    /// The door of the dial that goes on.
    fn door(&self) -> Option<Door> {
        match self.dialling {
            Some(Dialling::Data(door)) => door,
            _ => None,
        }
    }

    fn dials(&mut self, place: Place, at: Option<u64>, door: Option<Door>, data: bool) {
        self.settled = false;
        if data {
            self.tells_dials = true;
            self.dialling = Some(Dialling::Data(door));
            self.data(place, at, door, DataEvent::Dialled);
            return;
        }
        let again = self.dialling == Some(Dialling::Control) && door.is_none();
        self.dialling = Some(Dialling::Control);
        if again {
            return;
        }
        if let Some(Door { address, port }) = door {
            // Several addresses of a name may be tried in turn: the last one counts.
            self.made.server.address = address.or(self.made.server.address);
            self.made.server.port = Some(port);
        }
        self.push(place, at, What::Control(Control::Dialled));
    }

    fn stands(&mut self, place: Place, at: Option<u64>) {
        match self.dialling.take() {
            Some(Dialling::Data(door)) => self.data_stands(place, at, door),
            _ if self.replied => {}
            _ => {
                // An address that was tried before and did not answer is not this conversation's.
                let failed = |what: &What| {
                    matches!(
                        what,
                        What::Control(
                            Control::Refused
                                | Control::TimedOut { .. }
                                | Control::Icmp(_)
                                | Control::Local(_)
                        )
                    )
                };
                self.made.events.retain(|event| !failed(&event.what));
                self.settled = false;
                self.push(place, at, What::Control(Control::Connected));
            }
        }
    }

    fn data_stands(&mut self, place: Place, at: Option<u64>, door: Option<Door>) {
        self.dialling = None;
        self.settled = false;
        self.stands = true;
        self.data(place, at, door, DataEvent::Connected { from: None, to: None });
    }

    fn data_event(&mut self, place: Place, at: Option<u64>, door: Option<Door>, what: DataEvent) {
        match what {
            DataEvent::Connected { .. } => {
                self.stands = true;
                self.dialling = None;
            }
            DataEvent::Closed | DataEvent::Reset => self.stands = false,
            _ => {}
        }
        self.data(place, at, door, what);
    }

    fn gave_up(&mut self, place: Place, at: Option<u64>, waited: Option<u64>) {
        if !self.settled {
            self.settled = true;
            self.push(place, at, What::GaveUp { waited });
        }
    }

    /// Trouble with a connection: the one that is being dialled; else the control connection where
    /// nothing has been said yet; else the data connection that was announced and that nothing was
    /// heard of; else it is a reply that did not come.
    fn trouble(&mut self, place: Place, at: Option<u64>, trouble: Trouble) {
        if self.settled {
            return;
        }
        match self.dialling.take() {
            Some(Dialling::Data(door)) => return self.data_trouble(place, at, door, trouble),
            Some(Dialling::Control) => return self.control_trouble(place, at, trouble),
            None if !self.replied && self.awaited.is_none() => {
                return self.control_trouble(place, at, trouble);
            }
            None => {}
        }
        let announced = match self.announced {
            Announced::Taken(mode) => Some(mode.is_passive()),
            _ => None,
        };
        match trouble {
            // The door was not knocked at, or this program would have said so.
            Trouble::TimedOut { .. }
                if announced == Some(true) && !self.transfer && self.tells_dials =>
            {
                self.settled = true;
            }
            Trouble::TimedOut { waited } if announced == Some(true) && !self.transfer => {
                self.data_trouble(place, at, None, Trouble::TimedOut { waited });
            }
            Trouble::TimedOut { waited } => self.gave_up(place, at, waited),
            Trouble::Refused | Trouble::HostUnreachable | Trouble::NoRoute | Trouble::Local => {
                if announced == Some(true) && !self.began {
                    self.data_trouble(place, at, None, trouble);
                }
            }
            Trouble::Reset | Trouble::Closed if self.awaited.is_none() && !self.transfer => {
                self.settled = true;
            }
            Trouble::Reset => self.ends(place, at, Control::Reset(End::Unknown)),
            Trouble::Closed => self.ends(place, at, Control::Closed(End::Server)),
            Trouble::NoSuchName => {}
        }
    }

    fn data_trouble(
        &mut self,
        place: Place,
        at: Option<u64>,
        door: Option<Door>,
        trouble: Trouble,
    ) {
        if self.settled {
            return;
        }
        self.settled = true;
        self.dialling = None;
        let what = match trouble {
            Trouble::Refused => DataEvent::Refused,
            Trouble::TimedOut { waited } if self.stands => {
                return self.push(place, at, What::GaveUp { waited });
            }
            Trouble::TimedOut { waited } => DataEvent::TimedOut { waited, syns: None },
            Trouble::HostUnreachable => DataEvent::Icmp(None),
            Trouble::NoRoute => DataEvent::NoRoute,
            Trouble::Reset => DataEvent::Reset,
            Trouble::Closed => DataEvent::Closed,
            Trouble::Local => DataEvent::Local("not permitted".to_owned()),
            Trouble::NoSuchName => return,
        };
        self.data_event(place, at, door, what);
    }

    fn control_trouble(&mut self, place: Place, at: Option<u64>, trouble: Trouble) {
        self.settled = true;
        let how = match trouble {
            Trouble::Refused => Control::Refused,
            Trouble::TimedOut { .. } => Control::TimedOut { syns: None },
            Trouble::HostUnreachable | Trouble::NoRoute => Control::Local("no route".to_owned()),
            Trouble::Local => Control::Local("not permitted".to_owned()),
            Trouble::NoSuchName => Control::NoSuchName,
            Trouble::Reset => Control::Reset(End::Unknown),
            Trouble::Closed => Control::Closed(End::Server),
        };
        self.push(place, at, What::Control(how));
    }

    fn tls_failed(&mut self, place: Place, at: Option<u64>, text: &str) {
        if self.settled {
            return;
        }
        self.settled = true;
        let text = bounded(text);
        if self.stands || self.began {
            self.data(place, at, None, DataEvent::TlsFailed(text));
        } else {
            self.push(place, at, What::Tls(TlsEvent::Failed(text)));
        }
    }

    fn command(&mut self, place: Place, at: Option<u64>, line: &str) {
        let line = shape::scrubbed(&without_site_password(line));
        let Some(asked) = Asked::line(line.as_bytes()) else {
            return self.push(place, at, What::Gap);
        };
        // A program that says everything twice.
        if self.awaited.as_deref() == Some(asked.verb())
            && let Some(last) = self.made.events.last()
            && matches!(&last.what, What::Command(before) if *before == asked)
        {
            return;
        }
        self.imply_reply(place, at, &asked);
        self.settled = false;
        if let Some(mode) = asked.mode() {
            // It goes on to another announcement, and neither says why nor after what time.
            let gone_on = matches!(self.announced, Announced::Taken(before) if before.is_passive());
            if gone_on && !self.transfer && !self.tells_dials && !self.server && at.is_none() {
                self.push(place, at, What::Gap);
            }
            self.announced = Announced::Asked(mode);
            self.forget_data();
        } else if asked.transfers() {
            self.transfer = true;
            self.began = false;
        }
        self.awaited = Some(asked.verb().to_owned());
        self.push(place, at, What::Command(asked));
    }

    fn forget_data(&mut self) {
        self.stands = false;
        self.began = false;
        self.transfer = false;
        self.bytes = 0;
        if matches!(self.dialling, Some(Dialling::Data(_))) {
            self.dialling = None;
        }
    }

    /// One line of a reply.
    fn reply_line(&mut self, place: Place, at: Option<u64>, text: &str) {
        let found = shape::reply(text.trim_end());
        if let Some(draft) = &mut self.draft {
            match found {
                Some((code, false, rest)) if code == draft.code => {
                    draft.keep(rest);
                    draft.at = at;
                    self.close_draft();
                    return;
                }
                // `211-…` within a 211, as some servers repeat it.
                Some((code, true, rest)) if code == draft.code => return draft.keep(rest),
                // The end of the reply is not in the log.
                Some((code, false, _)) if code != draft.code && code >= 100 => self.close_draft(),
                _ => return draft.keep(text),
            }
        }
        match found {
            Some((code, true, rest)) => {
                // Some programs write the last line first: what follows it belongs to it.
                if self.awaited.is_none() && self.last_code == code && self.replied {
                    return;
                }
                let mut draft = Draft { code, lines: Vec::new(), bytes: 0, place, at };
                draft.keep(rest);
                self.draft = Some(draft);
            }
            Some((code, false, rest)) => self.reply(place, at, code, rest),
            None => {}
        }
    }

    /// A line without a mark, in the middle of a reply.
    pub fn continued(&mut self, text: &str) -> bool {
        let Some(draft) = &mut self.draft else { return false };
        draft.keep(text);
        true
    }

    fn close_draft(&mut self) {
        if let Some(draft) = self.draft.take() {
            let text = draft.lines.join("\n");
            self.reply(draft.place, draft.at, draft.code, &text);
        }
    }

    fn reply(&mut self, place: Place, at: Option<u64>, code: u16, text: &str) {
        if self.over {
            // Whatever is said after the end belongs to nobody.
            return;
        }
        self.imply_command(place, at, code, text);
        let text = without_blob(code, text);
        self.settled = false;
        self.replied = true;
        self.logged_in = false;
        self.last_code = code;
        if self.dialling == Some(Dialling::Control) {
            self.dialling = None;
        }
        match (code, self.announced) {
            (227, Announced::Asked(mode @ Mode::Pasv))
            | (229, Announced::Asked(mode @ Mode::Epsv))
            | (200..=299, Announced::Asked(mode @ (Mode::Port | Mode::Eprt))) => {
                self.announced = Announced::Taken(mode);
            }
            (200.., Announced::Asked(_)) => self.announced = Announced::No,
            (100..=199, _) => self.began = self.transfer,
            _ => {}
        }
        if code >= 200 {
            let transferred = self.awaited.as_deref().is_some_and(is_transfer);
            if transferred || matches!(code, 226 | 425 | 426) {
                self.announced = Announced::No;
                self.forget_data();
            }
            self.awaited = None;
        }
        let text = shape::scrubbed(&text);
        self.made.reply(place, at, code, &text);
        if code == 421 && !self.made.has_commands {
            self.over = true;
        }
    }

    /// Some servers show commands alone. That a client goes on tells what the answer was.
    fn imply_reply(&mut self, place: Place, at: Option<u64>, next: &Asked) {
        let told = std::mem::take(&mut self.logged_in);
        if self.made.has_replies && !told {
            return;
        }
        let leaves = matches!(next.verb(), "USER" | "PASS" | "QUIT");
        let code = match self.awaited.as_deref() {
            Some("USER") if next.verb() == "PASS" => 331,
            Some("USER" | "PASS") if !leaves || told => 230,
            Some("PASV") if next.transfers() => 227,
            Some("EPSV") if next.transfers() => 229,
            Some("PORT" | "EPRT") if next.transfers() => 200,
            _ => return,
        };
        self.reply(place, at, code, "");
    }

    /// Some programs show replies alone. A few of them are the answer to one command only.
    fn imply_command(&mut self, place: Place, at: Option<u64>, code: u16, text: &str) {
        if self.awaited.is_some() {
            return;
        }
        let lower = text.to_ascii_lowercase();
        let implied = match code {
            227 => "PASV",
            229 => "EPSV",
            200 if lower.starts_with("port command") => "PORT",
            200 if lower.starts_with("eprt command") => "EPRT",
            331 => "USER",
            230 if self.last_code == 331 => "PASS",
            125 | 150 if matches!(self.announced, Announced::Taken(_)) => "LIST",
            _ => return,
        };
        self.command(place, at, implied);
    }

    pub fn done(mut self) -> Option<Conversation> {
        self.close_draft();
        // Commands alone, and none that moves data: nothing is told of what came of them.
        let moves = |event: &Event| match &event.what {
            What::Command(asked) => asked.mode().is_some() || asked.transfers(),
            _ => false,
        };
        if !self.made.has_replies && !self.replied && !self.made.events.iter().any(moves) {
            return None;
        }
        // A server goes on writing: that nothing followed an announcement is no cut, or a cut at a
        // moment of which there are few.
        let left = self.server
            && matches!(self.announced, Announced::Taken(mode) if mode.is_passive() || self.transfer)
            && !self.began;
        self.made.file_ends = !self.over && !left;
        (!self.made.is_empty()).then_some(self.made)
    }
}

impl Draft {
    fn keep(&mut self, text: &str) {
        if self.lines.len() < MOST_REPLY_LINES && self.bytes < MOST_REPLY_BYTES {
            self.bytes += text.len() + 1;
            self.lines.push(text.to_owned());
        }
    }
}

fn is_transfer(verb: &str) -> bool {
    matches!(verb, "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "STOU" | "APPE")
}

fn know(party: &mut Party, address: IpAddr, port: Option<u16>) {
    party.address.get_or_insert(address.to_canonical());
    if let Some(port) = port {
        party.port.get_or_insert(port);
    }
}

/// `SITE PSWD old new` and its like.
fn without_site_password(line: &str) -> String {
    let upper = line.to_ascii_uppercase();
    let secret = upper.starts_with("SITE ")
        && ["PSWD", "PASS", "PSW ", "CHPASS", "PWD "].iter().any(|word| upper.contains(word));
    if secret { "SITE ****".to_owned() } else { line.to_owned() }
}

/// What a security mechanism answers (RFC 2228) is nobody's business.
fn without_blob(code: u16, text: &str) -> String {
    match text.split_once("ADAT=") {
        Some((before, _)) if matches!(code, 232 | 234 | 235 | 334 | 335) => {
            format!("{before}ADAT=****")
        }
        _ => text.to_owned(),
    }
}

/// A program's own words, short and without what a URL may carry.
fn bounded(text: &str) -> String {
    let text = shape::scrubbed(text);
    crate::wire::text::printable(text.trim().as_bytes(), 200)
}
