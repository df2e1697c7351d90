//! Replies, RFC 959 §4.2: three digits, then a space and text, or a hyphen and more lines.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use super::reader::ReplyReader;

/// One reply of the server, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The reply code, 100 to 999.
    pub code: u16,
    /// Printable text of each line: the first and the last without `NNN ` or `NNN-`, those between as they came.
    pub lines: Vec<String>,
    /// How the reply deviates from the standard although it was understood; each kind once, cut lines one by one.
    pub oddities: Vec<Oddity>,
}

impl Reply {
    /// The lines joined by `\n`.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// What the first digit says.
    pub fn kind(&self) -> Kind {
        Kind::of(self.code)
    }

    /// Whether the code is `code`.
    pub fn is(&self, code: u16) -> bool {
        self.code == code
    }

    /// The line that carries the verdict; empty where there is no text.
    pub fn last_line(&self) -> &str {
        self.lines.last().map_or("", String::as_str)
    }
}

/// The code and the last line, as in `227 Entering Passive Mode (…).`
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last_line() {
            "" => write!(f, "{:03}", self.code),
            line => write!(f, "{:03} {line}", self.code),
        }
    }
}

/// What the first digit of a reply code says, RFC 959 §4.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 1yz: begun, expect another reply.
    Preliminary,
    /// 2yz: done.
    Completion,
    /// 3yz: accepted, more is needed.
    Intermediate,
    /// 4yz: not done, may be tried again.
    TransientNegative,
    /// 5yz: not done.
    PermanentNegative,
    /// 6yz (protected replies, RFC 2228) and digits that no standard knows.
    Other,
}

impl Kind {
    /// The kind of a reply code.
    pub fn of(code: u16) -> Self {
        match code / 100 {
            1 => Self::Preliminary,
            2 => Self::Completion,
            3 => Self::Intermediate,
            4 => Self::TransientNegative,
            5 => Self::PermanentNegative,
            _ => Self::Other,
        }
    }

    /// Whether the server said no, for now or for good.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::TransientNegative | Self::PermanentNegative)
    }
}

/// A tolerated deviation from RFC 959 §4.2 and the Telnet end of line (RFC 854).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Oddity {
    /// A line ended in LF alone.
    BareLineFeed,
    /// A line had a CR that was not the end of it, or more than one CR before its LF.
    StrayCarriageReturn,
    /// Blank lines came before the reply and were skipped.
    LeadingBlankLines {
        /// How many.
        count: u32,
    },
    /// Telnet commands (IAC …) came before the reply code and were skipped.
    TelnetCommands {
        /// How many.
        count: u32,
    },
    /// A line was longer than the limit; the rest of it was dropped while being read.
    LineCut {
        /// Which line, from 0.
        line: usize,
        /// Its length on the wire in bytes, without the end of line.
        bytes: u64,
    },
    /// The final line is the code alone, without the space.
    NoSpaceAfterCode,
    /// The code does not begin with 1 to 5 (nor with 6, RFC 2228).
    UnknownCodeClass,
    /// Some bytes are not UTF-8 (RFC 2640); they appear as `\xNN`.
    NotUtf8,
    /// There were control characters in the text; they appear escaped.
    ControlCharacters,
}

/// What a reply may cost in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplyLimits {
    /// Bytes kept of one line; the rest is dropped while being read.
    pub line_bytes: usize,
    /// Lines of one reply.
    pub lines: usize,
    /// Bytes kept of one reply, and of what was received ahead of its turn.
    pub total_bytes: usize,
}

impl Default for ReplyLimits {
    /// 4096 bytes a line, 512 lines, 65536 bytes.
    fn default() -> Self {
        Self { line_bytes: 4096, lines: 512, total_bytes: 65536 }
    }
}

/// Why the bytes are no reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReplyError {
    /// A line that should begin a reply does not.
    NotAReply {
        /// The line, printable and at most 256 bytes of it.
        text: String,
        /// Its first raw bytes, at most 64, for [`super::service::recognise`].
        head: Vec<u8>,
    },
    /// The reply goes beyond [`ReplyLimits`].
    TooLong {
        /// Its code, where it had begun.
        code: Option<u16>,
        /// Lines read until then.
        lines: usize,
        /// Bytes read until then.
        bytes: usize,
    },
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAReply { text, .. } => write!(f, "not an FTP reply: \"{text}\""),
            Self::TooLong { code: Some(code), lines, bytes } => {
                write!(
                    f,
                    "the {code:03} reply does not end: {lines} lines and {bytes} bytes so far"
                )
            }
            Self::TooLong { code: None, bytes, .. } => {
                write!(f, "more than {bytes} bytes received before they could be read")
            }
        }
    }
}

impl std::error::Error for ReplyError {}
