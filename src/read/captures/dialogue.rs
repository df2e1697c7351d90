//! A control connection's two streams, read as commands and replies.

use std::net::{IpAddr, SocketAddr};

use super::stream::{Origin, Piece, Stream};
use crate::facts::Mode;
use crate::facts::reading::Place;
use crate::read::conversation::{Asked, Conversation, Party, TlsEvent, What};
use crate::wire::address::{parse_227, parse_229};
use crate::wire::reply::{Reply, ReplyLimits, ReplyReader};

/// Events of one conversation that are kept.
const MOST_EVENTS: usize = 4000;
/// The longest command line that is waited for.
const MOST_LINE: usize = 8 * 1024;

/// Verbs that only FTP's clients say.
const OF_FTP: &[&str] = &[
    "USER", "PASV", "EPSV", "PORT", "EPRT", "SYST", "FEAT", "TYPE", "CWD", "CDUP", "LIST", "NLST",
    "MLSD", "MLST", "RETR", "STOR", "APPE", "PBSZ", "PROT", "PWD", "XPWD", "OPTS", "SITE", "ABOR",
    "REST", "SIZE", "MDTM", "CLNT", "HOST",
];
/// Verbs that say it is something else.
const OF_OTHERS: &[&str] = &["EHLO", "HELO", "MAIL", "RCPT", "LHLO", "CAPABILITIES", "GROUP"];

/// What was announced: a data connection goes there.
#[derive(Debug, Clone, Copy)]
pub struct Announced {
    /// The door.
    pub door: SocketAddr,
    /// Which command or reply.
    pub mode: Mode,
    /// Packet.
    pub number: u64,
    /// When.
    pub at: u64,
}

/// A control connection that is read.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that was seen or not")]
pub struct Dialogue {
    /// What was read.
    pub conversation: Conversation,
    /// Client end.
    pub client: SocketAddr,
    /// Server end.
    pub server: SocketAddr,
    /// It is FTP for certain.
    pub confirmed: bool,
    /// It is something else for certain.
    pub rejected: bool,
    /// Encrypted from some point on.
    pub opaque: bool,
    /// What was announced, in order.
    pub announced: Vec<Announced>,
    /// Last event's time.
    pub last_at: u64,
    file: usize,
    from_client: Stream,
    from_server: Stream,
    line: Vec<u8>,
    skipping_line: bool,
    replies: ReplyReader,
    skipping_reply: bool,
    auth: bool,
    asked: Option<Mode>,
    server_failed: bool,
    heard: bool,
}

/// Whether bytes look like the beginning of a reply.
pub fn is_reply_like(data: &[u8]) -> bool {
    matches!(data, [a @ b'1'..=b'5', b, c, b' ' | b'-', ..]
        if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit())
}

/// Whether bytes look like a command of FTP's.
pub fn is_command_like(data: &[u8]) -> bool {
    let end = data.iter().take(8).position(|b| matches!(b, b' ' | b'\r' | b'\n'));
    let Some(verb) = end.and_then(|end| data.get(..end)) else { return false };
    let is = |known: &str| verb.eq_ignore_ascii_case(known.as_bytes());
    OF_FTP.iter().any(|k| is(k)) || matches!(verb, b"AUTH" | b"auth")
}

fn is_tls(data: &[u8]) -> bool {
    matches!(data, [0x14..=0x17, 0x03, 0x00..=0x04, ..])
}

impl Dialogue {
    /// A control connection, perhaps.
    pub fn new(file: usize, client: SocketAddr, server: SocketAddr, joined_late: bool) -> Self {
        let conversation = Conversation {
            client: Party::at(client),
            server: Party::at(server),
            joined_late,
            has_commands: true,
            has_replies: true,
            ..Conversation::default()
        };
        Self {
            conversation,
            client,
            server,
            confirmed: false,
            rejected: false,
            opaque: false,
            announced: Vec::new(),
            last_at: 0,
            file,
            from_client: Stream::default(),
            from_server: Stream::default(),
            line: Vec::new(),
            skipping_line: false,
            replies: ReplyReader::new(ReplyLimits::default()),
            skipping_reply: false,
            auth: false,
            asked: None,
            server_failed: false,
            heard: false,
        }
    }

    /// TLS from the first byte.
    pub fn implicit(&mut self, number: u64, at: u64) {
        self.conversation.implicit_tls = true;
        self.confirmed = true;
        self.go_dark(number, at);
    }

    /// The first byte of a direction follows this SYN.
    pub fn begin(&mut self, of_client: bool, isn: u32) {
        let stream = if of_client { &mut self.from_client } else { &mut self.from_server };
        stream.begin(isn.wrapping_add(1));
    }

    /// An event.
    pub fn note(&mut self, number: u64, at: u64, what: What) {
        self.last_at = at;
        if self.conversation.events.len() < MOST_EVENTS {
            let place = Place { file: self.file, number };
            self.conversation.push(place, Some(at), what);
        }
    }

    /// Whether the server has said anything.
    pub fn server_was_heard(&self) -> bool {
        self.heard
    }

    /// Whether the capture lost parts of it.
    pub fn lost(&self) -> bool {
        self.from_client.lost || self.from_server.lost
    }

    /// A segment.
    #[expect(
        clippy::too_many_arguments,
        reason = "a segment's own fields, of which it needs these"
    )]
    pub fn segment(
        &mut self,
        of_client: bool,
        seq: u32,
        ack: Option<u32>,
        data: &[u8],
        length: u32,
        number: u64,
        at: u64,
    ) {
        self.heard |= !of_client;
        if self.opaque {
            return;
        }
        let mut client = std::mem::take(&mut self.from_client);
        let mut server = std::mem::take(&mut self.from_server);
        {
            let (own, other) =
                if of_client { (&mut client, &mut server) } else { (&mut server, &mut client) };
            let from = (number, at);
            own.push(from, (seq, length), data, |piece, from| self.piece(of_client, &piece, from));
            if let Some(ack) = ack {
                other.acknowledged(ack, from, |piece, from| self.piece(!of_client, &piece, from));
            }
        }
        self.from_client = client;
        self.from_server = server;
    }

    /// The file ends.
    pub fn end(&mut self) {
        let at = self.last_at;
        for of_client in [true, false] {
            let stream = if of_client { &mut self.from_client } else { &mut self.from_server };
            let mut taken = std::mem::take(stream);
            taken.end(|piece, from| self.piece(of_client, &piece, from));
            let stream = if of_client { &mut self.from_client } else { &mut self.from_server };
            *stream = taken;
        }
        self.last_at = self.last_at.max(at);
    }

    fn piece(&mut self, of_client: bool, piece: &Piece<'_>, (number, at): Origin) {
        match (piece, of_client) {
            (Piece::Data(data), true) => self.client_says(data, number, at),
            (Piece::Data(data), false) => self.server_says(data, number, at),
            (Piece::Gap, _) => {
                self.note(number, at, What::Gap);
                if of_client {
                    self.line.clear();
                    self.skipping_line = true;
                } else {
                    self.replies = ReplyReader::new(ReplyLimits::default());
                    self.skipping_reply = true;
                }
            }
        }
    }

    fn go_dark(&mut self, number: u64, at: u64) {
        if !self.opaque {
            self.opaque = true;
            self.note(number, at, What::Tls(TlsEvent::Opaque));
        }
    }

    fn client_says(&mut self, data: &[u8], number: u64, at: u64) {
        if self.line.is_empty() && is_tls(data) && (self.auth || self.asked.is_none()) {
            if self.auth || self.confirmed {
                self.go_dark(number, at);
            } else {
                self.rejected = true;
            }
            return;
        }
        let mut rest = data;
        while let Some(end) = rest.iter().position(|b| *b == b'\n') {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            if std::mem::take(&mut self.skipping_line) && !is_command_like(line) {
                self.line.clear();
                continue;
            }
            self.line.extend(line.iter().take(MOST_LINE.saturating_sub(self.line.len())));
            let mut whole = std::mem::take(&mut self.line);
            while matches!(whole.last(), Some(b'\r' | b'\n')) {
                whole.pop();
            }
            self.command(&whole, number, at);
            if self.rejected {
                return;
            }
        }
        if self.skipping_line && !is_command_like(rest) {
            return;
        }
        self.skipping_line = false;
        self.line.extend(rest.iter().take(MOST_LINE.saturating_sub(self.line.len())));
    }

    fn command(&mut self, line: &[u8], number: u64, at: u64) {
        let Some(asked) = Asked::line(line) else {
            if !line.is_empty() {
                self.note(number, at, What::Gap);
            }
            return;
        };
        if OF_OTHERS.contains(&asked.verb()) && !self.confirmed {
            self.rejected = true;
            return;
        }
        self.confirmed |= OF_FTP.contains(&asked.verb());
        if asked.verb() == "AUTH" {
            let tls = asked.argument().is_some_and(|a| {
                ["TLS", "TLS-C", "SSL", "TLS-P"].iter().any(|k| a.eq_ignore_ascii_case(k))
            });
            self.confirmed |= tls;
            self.auth = tls;
        }
        self.asked = asked.mode();
        if let Some(door) = active_door(&asked) {
            let mode = asked.mode().unwrap_or(Mode::Port);
            self.announced.push(Announced { door, mode, number, at });
        }
        self.note(number, at, What::Command(asked));
    }

    fn server_says(&mut self, data: &[u8], number: u64, at: u64) {
        if self.auth && is_tls(data) {
            self.go_dark(number, at);
            return;
        }
        if self.server_failed {
            return;
        }
        let mut data = data;
        if self.skipping_reply {
            // To the beginning of a line that looks like one.
            if !is_reply_like(data) {
                let line = data.iter().position(|b| *b == b'\n').map(|end| end + 1);
                let Some(rest) = line.and_then(|from| data.get(from..)) else { return };
                data = rest;
                if data.is_empty() {
                    self.skipping_reply = false;
                    return;
                }
            }
            self.skipping_reply = false;
        }
        self.replies.push(data);
        loop {
            match self.replies.next_reply() {
                Ok(Some(reply)) => self.reply(&reply, number, at),
                Ok(None) => return,
                Err(_) => {
                    let pending = self.replies.pending().to_vec();
                    self.broken(&pending, number, at);
                    return;
                }
            }
        }
    }

    fn broken(&mut self, pending: &[u8], number: u64, at: u64) {
        let silent = self
            .conversation
            .events
            .iter()
            .all(|e| !matches!(e.what, What::Reply(_) | What::Command(_)));
        if self.conversation.joined_late && silent {
            self.replies = ReplyReader::new(ReplyLimits::default());
            self.skipping_reply = true;
            return;
        }
        let text = String::from_utf8_lossy(pending.get(..200).unwrap_or(pending)).into_owned();
        self.note(number, at, What::NotAReply(text));
        if silent {
            // Another service: the rest of it is none of ours.
            self.server_failed = true;
        } else {
            self.replies = ReplyReader::new(ReplyLimits::default());
            self.skipping_reply = true;
        }
    }

    fn reply(&mut self, reply: &Reply, number: u64, at: u64) {
        let text = reply.text();
        if reply.code == 220 && text.to_ascii_lowercase().contains("ftp") {
            self.confirmed = true;
        }
        let door = match (reply.code, self.asked) {
            (227, _) => parse_227(&text)
                .ok()
                .map(|found| (SocketAddr::new(IpAddr::V4(found.address), found.port), Mode::Pasv)),
            (229, _) => parse_229(&text)
                .ok()
                .map(|found| (SocketAddr::new(self.server.ip(), found.port), Mode::Epsv)),
            _ => None,
        };
        if let Some((door, mode)) = door {
            self.confirmed = true;
            self.announced.push(Announced { door, mode, number, at });
        }
        let mut said = crate::read::conversation::Said::new(reply.code, &text);
        said.oddities.clone_from(&reply.oddities);
        self.note(number, at, What::Reply(said));
    }
}

fn active_door(asked: &Asked) -> Option<SocketAddr> {
    asked.mode().filter(|mode| !mode.is_passive())?;
    crate::read::conversation::active_endpoint(asked)
}
