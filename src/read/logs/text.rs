//! A file of unknown encoding as numbered lines of text.
//!
//! People paste logs out of mails, chats and terminals: what was put around the lines there (marks of
//! quotation, colours, a progress meter that overwrites itself) is taken away here, and nothing else.

use std::borrow::Cow;

/// Longer lines are cut: no program's log has such lines, and what follows is not looked at.
pub const LONGEST_LINE: usize = 16 * 1024;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1. Several lines that a bare carriage return parts share one.
    pub number: u64,
    /// Its text, without the end of line, colours and marks of quotation.
    pub text: String,
    /// It was longer than [`LONGEST_LINE`].
    pub cut: bool,
}

/// How a file's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with anything else taken for Windows-1252.
    Bytes,
    /// UTF-16, little end first.
    Utf16Little,
    /// UTF-16, big end first.
    Utf16Big,
}

/// What a file's first bytes say about its encoding, and how many of them are a byte order mark.
/// Without a mark UTF-16 is known by the zero bytes of ASCII.
pub fn encoding(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xff, 0xfe, ..] => return (Encoding::Utf16Little, 2),
        [0xfe, 0xff, ..] => return (Encoding::Utf16Big, 2),
        [0xef, 0xbb, 0xbf, ..] => return (Encoding::Bytes, 3),
        _ => {}
    }
    let head = head.get(..256).unwrap_or(head);
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let pairs = head.len() / 2;
    if pairs >= 4 && zeros(1) * 10 >= pairs * 8 && zeros(0) * 10 < pairs {
        (Encoding::Utf16Little, 0)
    } else if pairs >= 4 && zeros(0) * 10 >= pairs * 8 && zeros(1) * 10 < pairs {
        (Encoding::Utf16Big, 0)
    } else {
        (Encoding::Bytes, 0)
    }
}

/// The file's bytes as UTF-8 text or text in one byte a character. UTF-16 is converted.
pub fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (encoding, mark) = encoding(bytes);
    let rest = bytes.get(mark..).unwrap_or_default();
    let unit: fn([u8; 2]) -> u16 = match encoding {
        Encoding::Bytes => return Cow::Borrowed(rest),
        Encoding::Utf16Little => u16::from_le_bytes,
        Encoding::Utf16Big => u16::from_be_bytes,
    };
    let units = rest.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    let text: String = char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Cow::Owned(text.into_bytes())
}

/// Whether the bytes are text at all: hardly any control characters among the first of them.
pub fn is_text(decoded: &[u8]) -> bool {
    let head = decoded.get(..4096).unwrap_or(decoded);
    let odd = head.iter().filter(|b| matches!(**b, 0..=8 | 14..=26 | 28..=31 | 0x7f)).count();
    odd * 20 <= head.len()
}

/// The lines of decoded bytes, in order.
pub fn lines(decoded: &[u8]) -> impl Iterator<Item = Line> + '_ {
    (1..).zip(decoded.split(|b| *b == b'\n')).flat_map(|(number, whole)| {
        let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
        whole.split(|b| *b == b'\r').filter_map(move |piece| {
            let several = piece.len() != whole.len();
            // A progress meter leaves empty pieces behind; an empty line is one.
            (!piece.is_empty() || !several).then(|| line(number, piece))
        })
    })
}

fn line(number: u64, piece: &[u8]) -> Line {
    let (kept, cut) = match piece.get(..LONGEST_LINE) {
        Some(kept) if piece.len() > LONGEST_LINE => (kept, true),
        _ => (piece, false),
    };
    Line { number, text: without_colours(&characters(kept)), cut }
}

/// UTF-8 where it is, else one byte a character.
fn characters(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A line that was cut within a character is UTF-8 nevertheless.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default()).into()
        }
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

/// Windows-1252, which agrees with Latin-1 but for 32 characters.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or('?'),
        _ => char::from(byte),
    }
}

/// Without terminal control sequences (ECMA-48 CSI and OSC) and other control characters.
fn without_colours(text: &str) -> String {
    if !text.contains(|c: char| c.is_control() && c != '\t') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => match rest.next() {
                Some('[') => while rest.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                Some(']') => while rest.next().is_some_and(|c| c != '\u{7}' && c != '\u{1b}') {},
                _ => {}
            },
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Takes the marks of quotation away from lines that a mail or a chat has quoted.
///
/// A mark (`>`) is one only in a run of lines that all have it: clients mark commands like that,
/// one at a time.
pub fn unquote(lines: &mut [Line]) {
    for _ in 0..4 {
        if !unquote_once(lines) {
            return;
        }
    }
}

fn unquote_once(lines: &mut [Line]) -> bool {
    let marked = |line: &Line| line.text.trim_start().starts_with('>');
    let mut changed = false;
    let mut from = 0;
    while from < lines.len() {
        let run = lines.iter().skip(from).take_while(|line| marked(line)).count();
        let run_of_lines = lines.get_mut(from..from + run).unwrap_or_default();
        // Commands that were sent in one go, each with a mark, are no quotation: nothing else is
        // among them.
        let quoted = run >= 3 && !run_of_lines.iter().all(|line| is_sent(&line.text));
        if quoted {
            changed = true;
            for line in run_of_lines {
                let text = line.text.trim_start();
                let text = text.strip_prefix('>').unwrap_or(text);
                line.text = text.strip_prefix(' ').unwrap_or(text).to_owned();
            }
        }
        from += run.max(1);
    }
    changed
}

/// `> VERB …`.
fn is_sent(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('>').trim_start();
    let verb = text.split([' ', '\t']).next().unwrap_or_default();
    super::shape::is_verb(verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        lines(&decoded(bytes)).map(|line| line.text).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let utf16: Vec<u8> =
            "Befehl:\tLIST ü\r\nx".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf16.iter().copied()).collect();
        let big: Vec<u8> = "PASV\r\nLIST\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, wanted) in [
            (&b"\xef\xbb\xbfone\r\ntwo"[..], vec!["one", "two"]),
            (&marked, vec!["Befehl:\tLIST ü", "x"]),
            (&utf16, vec!["Befehl:\tLIST ü", "x"]),
            (&big, vec!["PASV", "LIST", ""]),
            (b"R\xe9ponse :\t220", vec!["Réponse :\t220"]),
            ("Réponse :\t220".as_bytes(), vec!["Réponse :\t220"]),
            (b"a\x1b[1;31mred\x1b[0m\x07", vec!["ared"]),
            (b"  0  0\r  5  1\r> PASV\n", vec!["  0  0", "  5  1", "> PASV", ""]),
        ] {
            assert_eq!(texts(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn huge_lines_are_cut_and_counted_once() {
        let bytes = [vec![b'x'; LONGEST_LINE + 9], b"\nnext".to_vec()].concat();
        let lines: Vec<Line> = lines(&bytes).collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].cut && lines[0].text.len() == LONGEST_LINE);
        assert_eq!((lines[1].number, lines[1].text.as_str()), (2, "next"));
    }

    #[test]
    fn binary_is_no_text() {
        assert!(is_text(b"220 hello\r\n") && is_text("Réponse :\t220".as_bytes()));
        let noise: Vec<u8> = (0..=255).cycle().take(2000).collect();
        assert!(!is_text(&noise));
    }

    #[test]
    fn quotations_are_taken_off_and_marks_of_commands_stay() {
        let run = |text: &str| -> Vec<String> {
            let mut all: Vec<Line> = lines(text.as_bytes()).collect();
            unquote(&mut all);
            all.into_iter().map(|line| line.text).collect()
        };
        assert_eq!(
            run("Look:\n> > 220 hi\n> > > USER a\n>> < 331\n>\n> bye"),
            ["Look:", "220 hi", "> USER a", "< 331", "", "bye"]
        );
        assert_eq!(run("< 220\n> USER a\n< 331"), ["< 220", "> USER a", "< 331"]);
        assert_eq!(run("> TYPE I\n> PASV\n> LIST"), ["> TYPE I", "> PASV", "> LIST"]);
    }
}
