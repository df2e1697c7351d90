//! Replies, RFC 959 §4.2: three digits, then a space and text, or a hyphen and more lines; and the reader that puts
//! them together from bytes as they arrive.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::printable;

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

const IAC: u8 = 255;
const HEAD_BYTES: usize = 64;
const QUOTED_BYTES: usize = 256;

/// Puts replies together from bytes as they arrive, one at a time or all at once.
///
/// Memory stays within [`ReplyLimits`] whatever is pushed: a line is kept up to its limit and dropped beyond while being
/// read, a reply without end is an error, and so is more input than the limit ahead of its turn. After an error every
/// further call returns the same error.
#[derive(Debug)]
pub struct ReplyReader {
    limits: ReplyLimits,
    /// What was received; what lies before `start` is used up.
    buffer: Vec<u8>,
    start: usize,
    /// No line feed lies between `start` and here.
    scanned: usize,
    /// Bytes of the unfinished line that were dropped.
    dropped: u64,
    /// Whether the last dropped byte was a CR.
    dropped_cr: bool,
    /// Input was refused for want of room.
    overflowed: bool,
    draft: Draft,
    ready: Option<Reply>,
    failed: Option<ReplyError>,
}

/// The reply under construction.
#[derive(Debug, Default, Clone)]
struct Draft {
    code: Option<u16>,
    lines: Vec<String>,
    bytes: usize,
    oddities: Vec<Oddity>,
    blank_lines: u32,
    telnet_commands: u32,
}

/// What the beginning of a line says.
enum Beginning {
    Final,
    FinalWithoutSpace,
    More,
}

impl ReplyReader {
    /// An empty reader. Limits of zero are raised to one.
    pub fn new(limits: ReplyLimits) -> Self {
        let total_bytes = limits.total_bytes.max(1);
        let limits = ReplyLimits {
            line_bytes: limits.line_bytes.clamp(1, total_bytes),
            lines: limits.lines.max(1),
            total_bytes,
        };
        Self {
            limits,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            dropped: 0,
            dropped_cr: false,
            overflowed: false,
            draft: Draft::default(),
            ready: None,
            failed: None,
        }
    }

    /// Takes what was received.
    pub fn push(&mut self, bytes: &[u8]) {
        // In pieces, so that each is digested before the next and the buffer stays small.
        for piece in bytes.chunks(self.limits.line_bytes) {
            self.push_piece(piece);
        }
    }

    /// The next complete reply, or `None` where more bytes are needed.
    ///
    /// # Errors
    /// [`ReplyError`], and the same again on every later call.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ReplyError> {
        self.digest();
        if let Some(reply) = self.ready.take() {
            return Ok(Some(reply));
        }
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if self.overflowed {
            let error =
                ReplyError::TooLong { code: None, lines: 0, bytes: self.limits.total_bytes };
            self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(None)
    }

    /// Bytes not yet used for a reply, at most `total_bytes` or two lines of them: an unfinished line, what follows the reply that was
    /// returned last, or the line that is no reply.
    pub fn pending(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Blank lines, of the reply that is awaited, so far.
    pub fn blank_lines(&self) -> u32 {
        self.draft.blank_lines
    }

    /// The multi-line reply that has begun and not ended, as far as it came.
    pub fn partial(&self) -> Option<Reply> {
        let code = self.draft.code?;
        Some(Reply { code, lines: self.draft.lines.clone(), oddities: self.draft.all_oddities() })
    }

    /// `piece` is at most one line limit long.
    fn push_piece(&mut self, piece: &[u8]) {
        self.digest();
        if self.overflowed {
            return;
        }
        self.buffer.drain(..self.start);
        self.scanned = self.scanned.saturating_sub(self.start);
        self.start = 0;
        let waiting = self.ready.is_some() || self.failed.is_some();
        let room = self.limits.total_bytes.saturating_sub(self.buffer.len());
        match piece.split_at_checked(room) {
            // Nothing is taken from the buffer until the reply is fetched: now its size matters.
            Some((fits, over)) if waiting => {
                self.buffer.extend_from_slice(fits);
                self.overflowed |= !over.is_empty();
            }
            _ => self.buffer.extend_from_slice(piece),
        }
        self.digest();
    }

    /// Uses up complete lines until a reply is ready.
    fn digest(&mut self) {
        while self.ready.is_none() && self.failed.is_none() {
            let Some(length) = self.find_line() else {
                return;
            };
            let from = self.start;
            let raw: Vec<u8> = self.buffer.get(from..from + length).unwrap_or_default().to_vec();
            let dropped = std::mem::take(&mut self.dropped);
            let dropped_cr = std::mem::take(&mut self.dropped_cr);
            self.start = from + length + 1;
            self.scanned = self.start;
            if let Err(error) = self.take_line(&raw, dropped, dropped_cr) {
                self.start = from;
                self.failed = Some(error);
            }
        }
    }

    /// The length of the first complete line without its LF, cutting what is over the limit.
    fn find_line(&mut self) -> Option<usize> {
        let from = self.scanned.max(self.start);
        let fresh = self.buffer.get(from..).unwrap_or_default();
        let found = fresh.iter().position(|&byte| byte == b'\n');
        let end = found.map_or(self.buffer.len(), |at| from + at);
        let length = end.saturating_sub(self.start);
        let limit = self.limits.line_bytes;
        if length > limit {
            let (cut_from, cut_to) = (self.start + limit, end);
            let gone = self.buffer.get(cut_from..cut_to).unwrap_or_default();
            self.dropped = self.dropped.saturating_add(gone.len() as u64);
            self.dropped_cr = gone.last() == Some(&b'\r');
            self.buffer.drain(cut_from..cut_to);
        }
        let length = length.min(limit);
        self.scanned = self.start + length;
        found.map(|_| length)
    }

    /// One line, without its LF, into the draft.
    fn take_line(&mut self, raw: &[u8], dropped: u64, dropped_cr: bool) -> Result<(), ReplyError> {
        let mut line = raw;
        let mut notes = Vec::new();
        // A CR that alone was over the limit belongs to the end of line: nothing was cut.
        let only_cr = dropped == 1 && dropped_cr;
        let dropped = if only_cr { 0 } else { dropped };
        let mut bytes = line.len() as u64 + dropped;
        if only_cr {
        } else if dropped > 0 {
            bytes -= u64::from(dropped_cr);
            if !dropped_cr {
                notes.push(Oddity::BareLineFeed);
            }
        } else if let Some(text) = line.strip_suffix(b"\r") {
            line = text;
            bytes -= 1;
        } else {
            notes.push(Oddity::BareLineFeed);
        }
        while let Some(text) = line.strip_suffix(b"\r") {
            line = text;
            notes.push(Oddity::StrayCarriageReturn);
        }
        let first = self.draft.code.is_none();
        if first {
            let (text, commands) = without_telnet_commands(line);
            self.draft.telnet_commands = self.draft.telnet_commands.saturating_add(commands);
            line = text;
            if line.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
                if commands == 0 {
                    self.draft.blank_lines = self.draft.blank_lines.saturating_add(1);
                }
                return Ok(());
            }
        }
        let Some((code, beginning)) = self.beginning(line) else {
            if first {
                let text = printable(line, QUOTED_BYTES);
                let head = raw.get(..HEAD_BYTES).unwrap_or(raw).to_vec();
                return Err(ReplyError::NotAReply { text, head });
            }
            return self.keep(line, bytes, dropped, notes);
        };
        if matches!(beginning, Beginning::FinalWithoutSpace) {
            notes.push(Oddity::NoSpaceAfterCode);
        }
        if first && !(100..700).contains(&code) {
            notes.push(Oddity::UnknownCodeClass);
        }
        let text = line.get(4..).unwrap_or_default();
        self.draft.code = Some(code);
        let more = matches!(beginning, Beginning::More);
        if !first && more {
            return self.keep(line, bytes, dropped, notes);
        }
        self.keep(text, bytes, dropped, notes)?;
        if !more {
            let draft = std::mem::take(&mut self.draft);
            let oddities = draft.all_oddities();
            self.ready = Some(Reply { code, lines: draft.lines, oddities });
        }
        Ok(())
    }

    /// Whether `line` begins a reply or, once begun, ends it. `NNN-` within a reply is text.
    fn beginning(&self, line: &[u8]) -> Option<(u16, Beginning)> {
        let digits: [u8; 3] = line.get(..3)?.try_into().ok()?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        if code < 100 || self.draft.code.is_some_and(|begun| begun != code) {
            return None;
        }
        match line.get(3) {
            Some(b' ') => Some((code, Beginning::Final)),
            Some(b'-') => Some((code, Beginning::More)),
            None => Some((code, Beginning::FinalWithoutSpace)),
            Some(_) => None,
        }
    }

    fn keep(
        &mut self,
        text: &[u8],
        bytes: u64,
        dropped: u64,
        notes: Vec<Oddity>,
    ) -> Result<(), ReplyError> {
        let draft = &mut self.draft;
        if draft.lines.len() >= self.limits.lines || draft.bytes >= self.limits.total_bytes {
            return Err(ReplyError::TooLong {
                code: draft.code,
                lines: draft.lines.len(),
                bytes: draft.bytes,
            });
        }
        // The end of line counts as well, so that blank lines cannot go on for ever.
        draft.bytes = draft.bytes.saturating_add(text.len()).saturating_add(2);
        for note in notes {
            draft.note(note);
        }
        let cut = dropped > 0;
        if cut {
            draft.oddities.push(Oddity::LineCut { line: draft.lines.len(), bytes });
        }
        if std::str::from_utf8(text).is_err_and(|error| !cut || error.error_len().is_some()) {
            draft.note(Oddity::NotUtf8);
        }
        if text.contains(&b'\r') {
            draft.note(Oddity::StrayCarriageReturn);
        }
        if text.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\t')) {
            draft.note(Oddity::ControlCharacters);
        }
        let shown = if cut {
            // One more byte, for `printable` to see that something is missing.
            printable(&[text, b"."].concat(), text.len())
        } else {
            printable(text, text.len())
        };
        draft.lines.push(shown);
        Ok(())
    }
}

impl Draft {
    fn note(&mut self, oddity: Oddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }

    fn all_oddities(&self) -> Vec<Oddity> {
        let mut all = Vec::new();
        if self.blank_lines > 0 {
            all.push(Oddity::LeadingBlankLines { count: self.blank_lines });
        }
        if self.telnet_commands > 0 {
            all.push(Oddity::TelnetCommands { count: self.telnet_commands });
        }
        all.extend(self.oddities.iter().cloned());
        all
    }
}

/// The line after any Telnet commands (RFC 854) at its beginning, and how many there were.
fn without_telnet_commands(line: &[u8]) -> (&[u8], u32) {
    let mut rest = line;
    let mut count: u32 = 0;
    while let [IAC, command, after @ ..] = rest {
        rest = match command {
            // SB … IAC SE
            250 => match after.windows(2).position(|pair| pair == [IAC, 240]) {
                Some(at) => after.get(at + 2..).unwrap_or_default(),
                None => &[],
            },
            // WILL, WON'T, DO, DON'T and the option
            251..=254 => after.get(1..).unwrap_or_default(),
            240..=249 => after,
            _ => return (rest, count),
        };
        count = count.saturating_add(1);
    }
    if rest == [IAC] {
        return (&[], count.saturating_add(1));
    }
    (rest, count)
}
