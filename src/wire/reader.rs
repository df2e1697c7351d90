//! The incremental reader of replies; public as [`super::reply::ReplyReader`].

use super::reply::{Oddity, Reply, ReplyError, ReplyLimits};
use super::text::printable;

const IAC: u8 = 255;
const HEAD_BYTES: usize = 64;
const QUOTED_BYTES: usize = 256;

/// Puts replies together from bytes as they arrive, one at a time or all at once.
///
/// Memory stays within [`ReplyLimits`] whatever is pushed: a line is kept up to its limit and dropped beyond while being
/// read, a reply without end is an error, and so is more input than the limit ahead of its turn. After an error every
/// further call returns the same error.
///
/// ```
/// use ftp_doctor::wire::reply::{ReplyLimits, ReplyReader};
/// let mut reader = ReplyReader::new(ReplyLimits::default());
/// reader.push(b"220 rea");
/// assert_eq!(reader.next_reply(), Ok(None));
/// reader.push(b"dy\r\n");
/// let reply = reader.next_reply()?.ok_or("a reply was expected")?;
/// assert_eq!((reply.code, reply.last_line()), (220, "ready"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
