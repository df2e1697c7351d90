//! What one line of a log says, and which program wrote it.

use std::net::IpAddr;

use super::shape::{self, Trouble};
use crate::read::conversation::{DataEvent, Door, End};

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// A command was sent.
    Command(String),
    /// A line of a reply came, with its code where it has one.
    Reply(String),
    /// A reply of which the log has the code alone.
    Code(u16),
    /// A connection begins: the control connection of a new conversation.
    Begins,
    /// The program dials, and does not say for which connection.
    Dials(Option<Door>),
    /// The program dials the control connection.
    DialsControl(Option<Door>),
    /// The program dials a data connection.
    DialsData(Option<Door>),
    /// What it dialled stands.
    Stands,
    /// The data connection stands, whoever dialled it.
    DataStands,
    /// Something went wrong with a connection, the program does not say with which.
    Trouble(Trouble),
    /// Something went wrong with the data connection.
    DataTrouble(Trouble),
    /// The program stops waiting for a reply.
    GaveUp(Option<u64>),
    /// So many more bytes came or went over the data connection.
    Bytes(u64),
    /// Anything else about a data connection.
    Data(Option<Door>, DataEvent),
    /// About TLS: of the data connection where one stands and was asked for data, else of the control
    /// connection.
    TlsDone,
    /// TLS failed, in these words; likewise.
    TlsFailed(String),
    /// TCP's end came without TLS' own, in these words; likewise.
    TlsCut(String),
    /// TLS from the first byte.
    ImplicitTls,
    /// The control connection ended.
    Ends(End),
    /// It was reset.
    Resets(End),
    /// The client's address, and its port if known.
    Client(IpAddr, Option<u16>),
    /// The server's address, and its port if known.
    Server(IpAddr, Option<u16>),
    /// The server's name.
    ServerName(String),
    /// A file came through, in the words of a server that does not log its replies.
    Moved,
    /// A passive announcement was taken that names another address; it may stand in the log or not.
    PassiveTaken,
    /// A login succeeded, in the program's words; its reply may follow or not.
    LoggedIn,
}

/// Which program wrote a line, and what follows from that.
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that its logs have or not")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// A server's log.
    pub server: bool,
    /// It says when it dials a data connection.
    pub tells_dials: bool,
    /// It logs commands.
    pub commands: bool,
    /// It logs replies.
    pub replies: bool,
}

impl Program {
    /// A client that logs the dialogue.
    pub const fn client(name: &'static str) -> Self {
        Self { name, server: false, tells_dials: false, commands: true, replies: true }
    }

    /// A client that also says when it dials.
    pub const fn telling(name: &'static str) -> Self {
        Self { tells_dials: true, ..Self::client(name) }
    }

    /// A server that logs the dialogue.
    pub const fn server(name: &'static str) -> Self {
        Self { server: true, ..Self::client(name) }
    }

    /// A server that logs commands alone.
    pub const fn commands_only(name: &'static str) -> Self {
        Self { replies: false, ..Self::server(name) }
    }
}

/// A line that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// Who wrote it.
    pub program: Program,
    /// To which conversation it belongs, as the program numbers them; empty where it does not.
    pub key: String,
    /// What it says, in order; nothing where the line is known and tells nothing.
    pub says: Vec<Says>,
}

impl Says {
    /// Whether a conversation can begin with it.
    pub fn opens(&self) -> bool {
        matches!(
            self,
            Self::Command(_)
                | Self::Code(_)
                | Self::Begins
                | Self::Dials(_)
                | Self::DialsControl(_)
                | Self::Client(..)
                | Self::Server(..)
                | Self::ServerName(_)
                | Self::PassiveTaken
                | Self::Trouble(Trouble::NoSuchName)
        ) || matches!(self, Self::Reply(text) if shape::reply(text).is_some())
    }

    /// Whether it is a greeting.
    pub fn greets(&self) -> bool {
        match self {
            Self::Reply(text) => {
                shape::reply(text).is_some_and(|(code, ..)| matches!(code, 120 | 220))
            }
            Self::Code(code) => matches!(code, 120 | 220),
            _ => false,
        }
    }
}
