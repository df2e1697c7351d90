//! What comes over a control connection, and how much of it anybody listens to.

use crate::facts::{ExchangeEnd, ReplyFact};

/// Replies to one command; a listing has two, a banner in pieces a few more.
const MOST_REPLIES: usize = 64;
/// Bytes of replies in one session, as they are written down. Whoever talks longer is not listened to
/// any more: the facts of a run have to fit into memory.
const MOST_BYTES: usize = 96 << 10;

/// Whether a goodbye is still to be said.
#[derive(Debug, Clone, Copy)]
pub enum Farewell {
    /// It is, as long as the connection stands.
    Owed,
    /// It is, though we stopped listening: it may still be heard there.
    OwedUnheard,
    /// It was said, or the connection ended without.
    Said,
}

/// Counts what a server says.
#[derive(Debug, Default)]
pub struct Heard {
    /// Replies since the last command was sent.
    replies: usize,
    /// Bytes of replies in this session.
    bytes: usize,
}

impl Heard {
    /// Takes note of one more reply; says what is too much, where it is.
    pub fn too_much(&mut self, text: &str) -> Option<String> {
        self.replies += 1;
        self.bytes = self.bytes.saturating_add(text.len());
        if self.replies > MOST_REPLIES {
            Some(format!("more than {MOST_REPLIES} replies to one command"))
        } else if self.bytes > MOST_BYTES {
            Some(format!("more than {MOST_BYTES} bytes of replies"))
        } else {
            None
        }
    }

    /// The next command is on its way.
    pub fn asked(&mut self) {
        self.replies = 0;
    }
}

/// What came over the control connection.
#[derive(Debug)]
pub enum ControlEvent {
    /// A reply.
    Reply(ReplyFact),
    /// The server closed the connection.
    Closed,
    /// The connection failed.
    Failed(String),
    /// Something that is no reply.
    NotAReply {
        /// The line, printable.
        text: String,
        /// Its first bytes.
        head: Vec<u8>,
    },
}

impl ControlEvent {
    /// The end of an exchange that this event means, if it is no reply.
    pub fn end(&self) -> ExchangeEnd {
        match self {
            Self::Reply(_) => ExchangeEnd::Answered,
            Self::Closed => ExchangeEnd::Closed,
            Self::Failed(text) => ExchangeEnd::Failed { text: text.clone() },
            Self::NotAReply { text, .. } => ExchangeEnd::NotAReply { text: text.clone() },
        }
    }
}
