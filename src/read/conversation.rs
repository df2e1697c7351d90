//! One control connection as a file shows it: who talks, and what happened in which order.
//!
//! A reader of logs or captures fills this in, and [`super::facts_of`] makes facts of it. Readers
//! write down what stands in their file and conclude nothing: an event that is not there is not in
//! the file.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::facts::reading::{Place, Sighting};
use crate::facts::{Icmp, Mode};
use crate::wire::reply::Oddity;
use crate::wire::text::printable;

/// A command line longer than this is no command of anybody.
const LONGEST_COMMAND: usize = 4096;
/// A reply's text is kept up to this length.
const LONGEST_REPLY: usize = 16 * 1024;

/// One control connection.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that was seen or not")]
pub struct Conversation {
    /// The client.
    pub client: Party,
    /// The server.
    pub server: Party,
    /// TLS from the first byte.
    pub implicit_tls: bool,
    /// What happened, in the order of the file.
    pub events: Vec<Event>,
    /// The file begins when this conversation has begun already.
    pub joined_late: bool,
    /// The file ends before this conversation does: what did not come by then may have come later.
    pub file_ends: bool,
    /// The file has the client's commands. (A server's log may lack them.)
    pub has_commands: bool,
    /// The file has the server's replies. (Some logs have a code at most.)
    pub has_replies: bool,
    /// Captures: how this control connection looks where each was taken.
    pub points: Vec<Point>,
    /// The file says of a data connection whether it came to stand, and how it ended otherwise: the
    /// log of a client that tells of its connections, a capture that holds more than one port.
    pub tells_data: bool,
}

/// One end, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its port.
    pub port: Option<u16>,
    /// Its name, as the file has it.
    pub name: Option<String>,
    /// The program, as the file names it or is known by its shape: `FileZilla 3.66`, `vsftpd`.
    pub software: Option<String>,
}

impl Party {
    /// An end that is known in full.
    pub fn at(endpoint: SocketAddr) -> Self {
        Self {
            address: Some(endpoint.ip().to_canonical()),
            port: Some(endpoint.port()),
            ..Self::default()
        }
    }
}

/// A control connection at the place where a capture was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Index of the file.
    pub file: usize,
    /// The client as it appears there.
    pub client: SocketAddr,
    /// The server as it appears there.
    pub server: SocketAddr,
    /// Initial sequence number of the client.
    pub client_isn: Option<u32>,
    /// Initial sequence number of the server.
    pub server_isn: Option<u32>,
    /// Routers that the client's packets have passed.
    pub from_client: Option<u8>,
    /// Routers that the server's packets have passed.
    pub from_server: Option<u8>,
    /// Routers that stand inside: every packet was seen before and behind them.
    pub inside: u8,
    /// Whether the client and the server stand on the very link, where ARP or the packets of others
    /// tell.
    pub here: [Option<bool>; 2],
    /// Maximum segment sizes that the client and the server announce, and the packets.
    pub mss: [Option<(u16, u64)>; 2],
    /// The capture lost packets of it.
    pub lost: bool,
    /// Packets of it.
    pub packets: u64,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where it stands.
    pub place: Place,
    /// When, in microseconds of any clock that runs through the file (since 1970 where the file
    /// tells the date); `None` where the file has no times.
    pub at: Option<u64>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// About the TCP connection of the control connection.
    Control(Control),
    /// The client's command.
    Command(Asked),
    /// The server's reply, complete.
    Reply(Said),
    /// Something that is no reply stands where one was awaited.
    NotAReply(String),
    /// About the control connection's TLS.
    Tls(TlsEvent),
    /// About a data connection.
    Data(Data),
    /// The client stops waiting for a reply or a connection, in its own words.
    GaveUp {
        /// How long it had waited, where it says so.
        waited: Option<u64>,
    },
    /// A part of the dialogue is missing in the file.
    Gap,
}

/// The TCP connection of a control connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// A SYN was sent, or the program says that it dials.
    Dialled,
    /// The handshake came to its end.
    Connected,
    /// RST as the answer to the SYN.
    Refused,
    /// Nobody answered.
    TimedOut {
        /// SYNs that were sent, where known.
        syns: Option<u32>,
    },
    /// An ICMP error was the answer.
    Icmp(Icmp),
    /// This machine refused or has no route.
    Local(String),
    /// The name could not be resolved.
    NoSuchName,
    /// Closed in order.
    Closed(End),
    /// Reset.
    Reset(End),
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client.
    Client,
    /// The server.
    Server,
    /// Not known which.
    Unknown,
}

/// A command, with its secret taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    verb: String,
    argument: Option<String>,
}

impl Asked {
    /// A command line without its end. What PASS, ACCT and ADAT carry is dropped here, and so is a
    /// password inside a user name; what has no verb is no command.
    pub fn line(bytes: &[u8]) -> Option<Self> {
        // Telnet's interrupt and data mark precede ABOR (RFC 959 §4.1.3).
        let bytes = bytes.get(bytes.iter().position(|b| !matches!(b, 0xf0..=0xff))?..)?;
        let cut = bytes.get(..LONGEST_COMMAND).unwrap_or(bytes);
        let end = cut.iter().position(|b| *b == b' ').unwrap_or(cut.len());
        let (verb, rest) = cut.split_at(end);
        let letters =
            !verb.is_empty() && verb.len() <= 12 && verb.iter().all(u8::is_ascii_alphabetic);
        if !letters {
            return None;
        }
        let verb = String::from_utf8_lossy(verb).to_ascii_uppercase();
        let argument =
            rest.get(1..).filter(|rest| !rest.is_empty()).map(|rest| match verb.as_str() {
                "PASS" | "ACCT" | "ADAT" => "****".to_owned(),
                _ => printable(rest, LONGEST_COMMAND).trim_end().to_owned(),
            });
        let argument = match (verb.as_str(), argument) {
            ("USER", Some(name)) => Some(without_password(&name)),
            (_, argument) => argument,
        };
        Some(Self { verb, argument })
    }

    /// The verb, in capitals.
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// What follows it; stars in place of a secret.
    pub fn argument(&self) -> Option<&str> {
        self.argument.as_deref()
    }

    /// As it may be shown.
    pub fn shown(&self) -> String {
        match &self.argument {
            Some(argument) => format!("{} {argument}", self.verb),
            None => self.verb.clone(),
        }
    }

    /// The mode whose announcement it asks for or makes.
    pub fn mode(&self) -> Option<Mode> {
        match self.verb.as_str() {
            "PASV" => Some(Mode::Pasv),
            // `EPSV ALL` only promises.
            "EPSV" if !self.argument.as_deref().is_some_and(|a| a.eq_ignore_ascii_case("all")) => {
                Some(Mode::Epsv)
            }
            "PORT" => Some(Mode::Port),
            "EPRT" => Some(Mode::Eprt),
            _ => None,
        }
    }

    /// Whether it moves data over a data connection.
    pub fn transfers(&self) -> bool {
        matches!(self.verb.as_str(), "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "STOU" | "APPE")
    }
}

/// The endpoint in PORT or EPRT.
pub fn active_endpoint(asked: &Asked) -> Option<SocketAddr> {
    let argument = asked.argument()?;
    if asked.mode() == Some(Mode::Port) {
        let numbers: Vec<u8> =
            argument.split(',').map(|n| n.trim().parse::<u8>().ok()).collect::<Option<_>>()?;
        let [a, b, c, d, high, low] = numbers.try_into().ok()?;
        let port = u16::from_be_bytes([high, low]);
        return Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), port));
    }
    let mark = argument.chars().next()?;
    let mut parts = argument.split(mark).skip(2);
    let address = parts.next()?.parse().ok()?;
    Some(SocketAddr::new(address, parts.next()?.parse().ok()?))
}

/// `USER name:password@host` and the like, as some people paste a URL's part into the user field.
fn without_password(name: &str) -> String {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest);
    match bare.split_once(':') {
        Some((user, _)) => format!("{user}:****"),
        None => name.to_owned(),
    }
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its code.
    pub code: u16,
    /// Its text without the code, lines joined by a line feed, printable; empty where a file has the
    /// code alone.
    pub text: String,
    /// What was tolerated in it.
    pub oddities: Vec<Oddity>,
}

impl Said {
    /// A reply of code and text.
    pub fn new(code: u16, text: &str) -> Self {
        let lines: Vec<String> =
            text.split('\n').map(|line| printable(line.as_bytes(), LONGEST_REPLY)).collect();
        let mut text = lines.join("\n");
        if text.len() > LONGEST_REPLY {
            let end = (0..=LONGEST_REPLY).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
        }
        Self { code, text, oddities: Vec::new() }
    }
}

/// The control connection's TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsEvent {
    /// From here on records are encrypted, and the file does not show what is in them.
    Opaque,
    /// The handshake came to its end, as the program says, and what follows is readable.
    Done,
    /// It failed, in the program's words.
    Failed(String),
}

/// Something about a data connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The door that it goes to, where the file tells: the port decides which announcement it
    /// belongs to. Without one it belongs to the last announcement.
    pub door: Option<Door>,
    /// What.
    pub what: DataEvent,
}

/// Where a data connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The address, where the file tells.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
}

/// What happens to a data connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataEvent {
    /// A SYN was sent, or the client says that it dials (passive) or listens (active).
    Dialled,
    /// The handshake came to its end.
    Connected {
        /// The end that opened it.
        from: Option<SocketAddr>,
        /// The end that was called.
        to: Option<SocketAddr>,
    },
    /// RST, or the client's word for it.
    Refused,
    /// Nobody answered, or nobody called.
    TimedOut {
        /// How long it was waited for.
        waited: Option<u64>,
        /// SYNs that were sent.
        syns: Option<u32>,
    },
    /// An ICMP error, or the client's word for one (`None`: no route, prohibited).
    Icmp(Option<Icmp>),
    /// No route to there, as the client's system says.
    NoRoute,
    /// This machine refused, in its own words.
    Local(String),
    /// Bytes that came over it, all together so far.
    Bytes(u64),
    /// It is encrypted: a TLS handshake was seen or is told of.
    Tls,
    /// Its TLS handshake failed, in the program's words.
    TlsFailed(String),
    /// It was closed without the last word of TLS (`close_notify`).
    TlsNotClosed,
    /// Closed in order.
    Closed,
    /// The client closed it: nothing had come over it, not even an end.
    LeftEmpty,
    /// Reset.
    Reset,
    /// It came from somebody else than the server.
    WrongPeer(SocketAddr),
    /// All that packets show of it, at the end.
    Seen(Box<Sighting>),
}

impl Conversation {
    /// Puts an event at the end.
    pub fn push(&mut self, place: Place, at: Option<u64>, what: What) {
        self.events.push(Event { place, at, what });
    }

    /// A command line, as [`Asked::line`] takes it; what is none is kept as a gap.
    #[cfg(test)]
    pub fn command(&mut self, place: Place, at: Option<u64>, line: &[u8]) {
        let what = Asked::line(line).map_or(What::Gap, What::Command);
        self.push(place, at, what);
    }

    /// A reply.
    pub fn reply(&mut self, place: Place, at: Option<u64>, code: u16, text: &str) {
        self.push(place, at, What::Reply(Said::new(code, text)));
    }

    /// Whether anything of FTP is in it.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_dropped_where_a_command_is_read() {
        for (line, shown) in [
            ("PASS s3cret word", "PASS ****"),
            ("pass s3cret", "PASS ****"),
            ("ACCT s3cret", "ACCT ****"),
            ("USER joe", "USER joe"),
            ("USER joe:s3cret@host", "USER joe:****"),
            ("USER ftp://joe:s3cret@host/", "USER joe:****"),
            ("LIST -a pub", "LIST -a pub"),
            ("NOOP", "NOOP"),
        ] {
            assert_eq!(Asked::line(line.as_bytes()).unwrap().shown(), shown);
        }
        assert!(Asked::line(b"").is_none() && Asked::line(b"220 hello").is_none());
        assert_eq!(Asked::line(b"\xff\xf4\xf2ABOR").unwrap().verb(), "ABOR");
    }

    #[test]
    fn modes_are_known_by_their_commands() {
        let mode = |line: &str| Asked::line(line.as_bytes()).unwrap().mode();
        assert_eq!(mode("epsv"), Some(Mode::Epsv));
        assert_eq!(mode("EPSV ALL"), None);
        assert_eq!(mode("EPSV 1"), Some(Mode::Epsv));
        assert_eq!(mode("PORT 1,2,3,4,5,6"), Some(Mode::Port));
        assert_eq!(mode("LIST"), None);
    }
}
