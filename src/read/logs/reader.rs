//! A log, line by line.

use std::io::{self, BufRead, Read as _};

use super::clients::Clients;
use super::packets::Packets;
use super::says::{Program, Understood};
use super::servers::Servers;
use super::talks::Talks;
use super::text::Line;
use super::{stamp, text};
use crate::facts::reading::{FileKind, FileRead, KnownBy, Unread, UnreadWhy, Vantage};
use crate::read::input::Found;

/// A log that is longer is not read to its end.
const MOST_BYTES: u64 = 256 << 20;

/// Reads a log.
///
/// # Errors
/// When it cannot be read on.
pub fn read(content: &mut dyn BufRead, file: usize) -> io::Result<Found> {
    let mut bytes = Vec::new();
    let mut unread = Vec::new();
    let failed = io::Read::take(&mut *content, MOST_BYTES + 1).read_to_end(&mut bytes);
    if let Err(error) = failed {
        // What was read before is told nevertheless.
        if bytes.is_empty() {
            return Err(error);
        }
        let text = crate::wire::text::printable(error.to_string().as_bytes(), 200);
        unread.push(Unread { number: None, count: 1, why: UnreadWhy::Broken { text } });
    }
    if bytes.len() as u64 > MOST_BYTES {
        bytes.truncate(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX));
        let text = format!("{} MiB", MOST_BYTES >> 20);
        unread.push(Unread { number: None, count: 1, why: UnreadWhy::TooMuch { text } });
    }
    Ok(found(&bytes, file, unread))
}

fn found(bytes: &[u8], file: usize, mut unread: Vec<Unread>) -> Found {
    let decoded = text::decoded(bytes);
    let mut made = FileRead::new(FileKind::Log, "text");
    if !text::is_text(&decoded) {
        let why = UnreadWhy::Broken { text: "neither a capture nor text".to_owned() };
        unread.push(Unread { number: Some(1), count: 1, why });
        made.unread = unread;
        return Found { conversations: Vec::new(), file: made };
    }
    let mut reader = Reader::of(file);
    let mut batch: Vec<Line> = Vec::new();
    for line in text::lines(&decoded) {
        if !line.text.is_empty() {
            made.units = made.units.max(line.number);
        }
        batch.push(line);
        // Marks of quotation are looked for in the lines around.
        if batch.len() >= 4096 {
            reader.take(&mut batch);
        }
    }
    reader.take(&mut batch);
    reader.tell(&mut made);
    unread.append(&mut reader.unread());
    made.unread = unread;
    let conversations = match reader.packets.program {
        Some(_) => reader.packets.done(),
        None => reader.talks.done(),
    };
    Found { conversations, file: made }
}

/// One file in the reading.
struct Reader {
    talks: Talks,
    clients: Clients,
    servers: Servers,
    packets: Packets,
    clock: stamp::Clock,
    /// Lines that said something, by the program that wrote them.
    programs: Vec<(Program, u64)>,
    used: u64,
    cut: Option<u64>,
    cuts: u64,
}

impl Reader {
    fn of(file: usize) -> Self {
        Self {
            talks: Talks::of(file),
            clients: Clients::default(),
            servers: Servers::default(),
            packets: Packets::of(file),
            clock: stamp::Clock::default(),
            programs: Vec::new(),
            used: 0,
            cut: None,
            cuts: 0,
        }
    }

    fn take(&mut self, lines: &mut Vec<Line>) {
        text::unquote(lines);
        for line in lines.drain(..) {
            if line.cut {
                self.cut.get_or_insert(line.number);
                self.cuts += 1;
            }
            self.line(&line);
        }
    }

    fn line(&mut self, line: &Line) {
        let whole = without_container(&line.text);
        if self.packets.line(line.number, whole) {
            self.used += 1;
            return;
        }
        // `. 2024-03-04 10:41:05 text`, `> 2024-03-04 10:41:05 USER joe`: the mark stands first.
        let (mark, after) = match whole.split_at_checked(2) {
            Some((mark @ (". " | "> " | "< " | "! " | "* "), after)) => (mark, after),
            _ => ("", whole),
        };
        let (rest, moment) = stamp::strip(after);
        let text = match (mark, moment) {
            ("", Some(_)) => without_level(rest).to_owned(),
            (mark, Some(_)) => format!("{mark}{rest}"),
            (_, None) => without_level(whole).to_owned(),
        };
        let at = moment.map(|moment| self.clock.at(moment));
        let open = self.talks.is_open("");
        let mut understood = self.servers.read(whole, &text);
        if understood.is_none() {
            // A server that writes a reply of several lines as it is: nobody else writes meanwhile.
            let head = self.servers.last().filter(|key| !key.is_empty() && self.talks.is_open(key));
            if let Some(key) = head.map(str::to_owned) {
                self.used += u64::from(self.talks.continuation(&key, &line.text));
                return;
            }
            understood = self.clients.read(&text, open);
        }
        if let Some(understood) = understood {
            return self.understood(line.number, at, understood);
        }
        // A part of a reply that the program did not mark.
        if open && self.talks.continuation("", &line.text) {
            self.used += 1;
        }
    }

    fn understood(&mut self, number: u64, at: Option<u64>, understood: Understood) {
        self.used += 1;
        let program = understood.program;
        match self.programs.iter_mut().find(|(known, _)| known.name == program.name) {
            Some((_, count)) => *count += 1,
            None => self.programs.push((program, 1)),
        }
        self.talks.take(number, at, understood);
    }

    /// What the lines say of the file.
    fn tell(&self, made: &mut FileRead) {
        made.used = self.used;
        if let Some(program) = self.packets.program {
            // Where it was taken is nowhere to be seen.
            program.clone_into(&mut made.format);
            return;
        }
        let named = self.programs.iter().filter(|(program, _)| !program.name.is_empty());
        let Some((program, _)) = named.max_by_key(|(_, count)| *count) else { return };
        program.name.clone_into(&mut made.format);
        made.vantage = if program.server { Vantage::Server } else { Vantage::Client };
        made.known_by = Some(KnownBy::Program);
    }

    fn unread(&self) -> Vec<Unread> {
        let mut unread = Vec::new();
        if let Some(number) = self.cut {
            let text = format!("a line of more than {} bytes", text::LONGEST_LINE);
            unread.push(Unread {
                number: Some(number),
                count: self.cuts,
                why: UnreadWhy::TooMuch { text },
            });
        }
        if let Some((number, of)) = self.talks.left_out {
            let why = UnreadWhy::TooMuch { text: of.to_owned() };
            unread.push(Unread { number: Some(number), count: 1, why });
        }
        unread
    }
}

/// `ftp_1  | text`: what a tool for containers puts before every line.
fn without_container(line: &str) -> &str {
    match line.split_once(" | ") {
        Some((name, rest)) if is_container(name) => rest,
        _ => line,
    }
}

fn is_container(name: &str) -> bool {
    let name = name.trim_end();
    !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && name.bytes().any(|b| b.is_ascii_alphabetic())
}

/// `[debug] text`, `DEBUG : text`, `<7>DEBUG : text`, `info: text`: how important it is.
fn without_level(text: &str) -> &str {
    const LEVELS: [&str; 14] = [
        "debug", "dbg", "info", "inf", "trace", "trc", "warn", "wrn", "warning", "notice", "error",
        "err", "verbose", "vrb",
    ];
    let trimmed = text.trim_start();
    let trimmed = match trimmed.strip_prefix('<').and_then(|t| t.split_once('>')) {
        Some((number, rest)) if number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()) => {
            rest
        }
        _ => trimmed,
    };
    let is_level = |word: &str| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    if let Some((word, rest)) = trimmed.strip_prefix('[').and_then(|t| t.split_once(']'))
        && is_level(word.trim())
    {
        return rest.strip_prefix(' ').unwrap_or(rest);
    }
    let end = trimmed.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    match trimmed.split_at_checked(end) {
        Some((word, rest)) if is_level(word) && word.bytes().all(|b| b.is_ascii_uppercase()) => {
            let rest = rest.trim_start();
            rest.strip_prefix([':', '-', '|']).map_or(rest, str::trim_start)
        }
        _ => text,
    }
}
