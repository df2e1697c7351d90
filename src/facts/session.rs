//! The control connection: dialling it, its greeting, the login and every command with its replies.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::Micros;
use super::tls::Handshake;
use crate::wire::reply::Oddity;
use crate::wire::service::Service;

/// One try to open a TCP connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// Whom we knocked at.
    pub to: SocketAddr,
    /// From where, once known.
    pub from: Option<SocketAddr>,
    /// What came of it.
    pub outcome: DialOutcome,
    /// Sockets used and SYNs sent by all of them, where the system tells.
    pub syns: Option<u32>,
    /// When it began.
    pub began: Micros,
    /// How long it took until the outcome was known.
    pub took: Micros,
}

/// What a knock led to. An outcome is not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum DialOutcome {
    /// The handshake came to its end.
    Connected,
    /// RST.
    Refused,
    /// The handshake came to its end, and a RST followed at once.
    Reset,
    /// Nobody answered.
    TimedOut,
    /// An ICMP message that says a filter rejects.
    Prohibited {
        /// The message, where the system shows it.
        icmp: Option<Icmp>,
    },
    /// No route, here or on the way.
    Unreachable {
        /// The message, where the system shows it; `None` means this machine itself has no route.
        icmp: Option<Icmp>,
    },
    /// The system refused before a packet left.
    Local {
        /// The system's own words.
        text: String,
    },
}

/// An ICMP error message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icmp {
    /// Type (ICMP or `ICMPv6`, by the family of `sender`).
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Who sent it.
    pub sender: Option<IpAddr>,
}

impl Icmp {
    /// Whether it says that a filter rejects, as opposed to a missing route.
    /// RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3.1.
    pub fn is_reject(self) -> bool {
        match self.sender {
            Some(IpAddr::V6(_)) => self.kind == 1 && matches!(self.code, 1 | 4 | 5 | 6),
            _ => self.kind == 3 && matches!(self.code, 2 | 3 | 9 | 10 | 13),
        }
    }
}

/// What a fresh TLS `ClientHello` on the FTP port was answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum TlsAnswer {
    /// A TLS record: the port speaks TLS from its first byte.
    Tls,
    /// Something else.
    Other {
        /// The first bytes, printable.
        head: String,
    },
    /// Silence.
    Silent,
    /// The connection was closed or could not be had.
    Closed,
}

impl TlsAnswer {
    /// Whether that connection was greeted as by an FTP server.
    pub fn is_greeting(&self) -> bool {
        matches!(self, Self::Other { head } if head.starts_with("220"))
    }
}

/// One login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Server end of the control connection. Address and port are zero where a file does not tell.
    pub peer: SocketAddr,
    /// Our end, likewise.
    pub local: SocketAddr,
    /// When it was dialled.
    pub began: Micros,
    /// How long the handshake took.
    pub connect: Micros,
    /// Round-trip time as the system measured it, once known.
    pub rtt: Option<Micros>,
    /// Segments that had to be sent again on the control connection, where the system tells.
    pub retransmits: Option<u32>,
    /// The control connection's TLS handshake, if one was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Handshake>,
    /// What the server said first.
    pub greeting: Greeting,
    /// How the login ended.
    pub login: LoginOutcome,
    /// Every command with its replies, in order.
    pub exchanges: Vec<Exchange>,
    /// How the connection ended.
    pub end: Option<ControlEnd>,
}

impl Session {
    /// Whether a login was had.
    pub fn logged_in(&self) -> bool {
        matches!(self.login, LoginOutcome::In { .. })
    }

    /// The last reply to the command with this verb.
    pub fn reply_to(&self, verb: &str) -> Option<&ReplyFact> {
        self.exchanges.iter().find(|e| e.verb() == verb).and_then(|e| e.replies.last())
    }

    /// The greeting, if it was a reply.
    pub fn greeting_reply(&self) -> Option<&ReplyFact> {
        match &self.greeting {
            Greeting::Reply(reply) => Some(reply),
            _ => None,
        }
    }
}

/// What stood where the greeting should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "value")]
pub enum Greeting {
    /// An FTP reply.
    Reply(ReplyFact),
    /// Nothing within this time.
    Silent(Micros),
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// The file that was read does not have it.
    NotInFile,
    /// Something that is no FTP reply.
    NotFtp {
        /// What it looks like.
        service: Service,
        /// Its beginning, printable.
        head: String,
    },
}

/// How a login ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum LoginOutcome {
    /// Logged in.
    In {
        /// Reply code that said so; 0 where a file shows only that it worked.
        code: u16,
    },
    /// The greeting itself was a refusal, or there was none.
    NotTried,
    /// A reply refused it.
    Refused {
        /// Command that was refused.
        command: String,
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The server wants something that was not given (an account, a password).
    Wants {
        /// What it wants, by the command that would give it.
        command: String,
        /// Reply text.
        text: String,
    },
    /// TLS was asked for and refused: nobody was named, no password was sent.
    TlsRefused {
        /// The last command that was refused.
        command: String,
        /// Reply code.
        code: u16,
        /// Reply text.
        text: String,
    },
    /// The TLS handshake failed, see [`Session::tls`]: nobody was named, no password was sent.
    TlsFailed,
    /// Replies in clear came behind the one that agreed to TLS, before the handshake: somebody
    /// may have put them there. Nothing of them was believed.
    Injected {
        /// What came, printable.
        text: String,
    },
    /// The connection broke or fell silent.
    Broken {
        /// After which command.
        command: String,
        /// How.
        end: ExchangeEnd,
    },
}

/// A command and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The command as sent, a password replaced. Empty for replies that nobody asked for.
    pub command: String,
    /// When it was sent.
    pub sent: Micros,
    /// Replies in order: preliminary ones and the one that closes the exchange.
    pub replies: Vec<ReplyFact>,
    /// How the wait ended.
    pub end: ExchangeEnd,
}

impl Exchange {
    /// The first word of the command.
    pub fn verb(&self) -> &str {
        self.command.split(' ').next().unwrap_or_default()
    }
}

/// How waiting for a reply ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum ExchangeEnd {
    /// A reply came.
    Answered,
    /// Still waiting when the wait was given up for another reason.
    Open,
    /// No reply within the limit.
    TimedOut {
        /// The time waited.
        waited: Micros,
    },
    /// The server closed the connection.
    Closed,
    /// The connection was reset or failed.
    Failed {
        /// The system's words.
        text: String,
    },
    /// Something that is no reply.
    NotAReply {
        /// What came, printable.
        text: String,
    },
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyFact {
    /// Reply code.
    pub code: u16,
    /// Text, lines joined by a line feed, printable.
    pub text: String,
    /// Deviations that were tolerated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oddities: Vec<Oddity>,
    /// When it was complete.
    pub at: Micros,
}

impl ReplyFact {
    /// Code and first line, for evidence.
    pub fn brief(&self) -> String {
        let first = self.text.lines().next().unwrap_or_default();
        format!("{} {first}", self.code).trim_end().to_owned()
    }
}

/// How a control connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlEnd {
    /// QUIT was sent and the server closed.
    Quit,
    /// QUIT was sent, the server did not close in time, we did.
    Abandoned,
    /// We ended it by a RST.
    Aborted,
    /// The server closed it.
    ClosedByServer,
    /// It was reset or failed.
    Reset,
}
