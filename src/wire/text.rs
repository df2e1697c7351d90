//! Bytes from a stranger, made safe to print and to store.

use std::fmt::Write as _;
use std::path::Path;

use unicode_width::UnicodeWidthChar as _;

/// Marks on one letter: more than any language has would cover the lines above.
const MARKS: usize = 4;
/// Bytes that are shown of a file's name.
const NAME: usize = 1000;

/// `bytes` as printable text.
///
/// Valid UTF-8 is kept. Invalid bytes become `\xNN`; C0 controls and DEL become `\x1b`; C1 controls, line and
/// paragraph separators, bidirectional controls, zero-width, invisible and other format characters (Unicode category
/// Cf) become `\u{202e}`. A terminal or a log that shows the result can therefore not be steered by the sender.
///
/// Beginnings of commands that CI services read in what they print are broken (`#\x23vso[`), and so are towers of
/// marks upon one letter.
///
/// A backslash is left alone: paths of Windows servers stay readable, and the output need not be reversible.
///
/// At most `max_bytes` bytes of input are looked at; `…` is appended where something was cut off. A character that
/// the cut falls into is left out rather than shown as invalid.
pub fn printable(bytes: &[u8], max_bytes: usize) -> String {
    let (seen, cut) = match bytes.get(..max_bytes) {
        Some(seen) if bytes.len() > max_bytes => (seen, true),
        _ => (bytes, false),
    };
    let mut out = String::with_capacity(seen.len());
    let mut rest = seen.utf8_chunks().peekable();
    let mut marks = 0;
    while let Some(chunk) = rest.next() {
        for character in chunk.valid().chars() {
            marks = if character.width() == Some(0) { marks + 1 } else { 0 };
            if marks > MARKS {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            } else {
                push_visible(&mut out, character);
            }
        }
        let split_by_the_cut = cut && rest.peek().is_none() && is_unfinished(chunk.invalid());
        if !split_by_the_cut {
            for byte in chunk.invalid() {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    if cut {
        out.push('…');
    }
    defused(out)
}

/// A file's name, for a message: whatever it is made of.
pub fn file_name(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes(), NAME)
}

/// Services that run jobs read commands in what these print: Azure Pipelines and `TeamCity` anywhere in
/// a line (`##vso[`, `##teamcity[`), the runner of GitHub in its old form as well (`##[`).
fn defused(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("##") {
        let named = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        out.push_str(before);
        out.push('#');
        if named.starts_with('[') {
            out.push_str("\\x23");
            rest = after;
        } else {
            // The second one may be the first of the next two.
            rest = rest.get(before.len() + 1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// Whether `bytes` begin a character that could have been completed.
fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

fn push_visible(out: &mut String, character: char) {
    let code = u32::from(character);
    let _ = if code < 0x20 || code == 0x7f {
        write!(out, "\\x{code:02x}")
    } else if is_invisible(code) {
        write!(out, "\\u{{{code:x}}}")
    } else {
        out.write_char(character)
    };
}

/// C1 controls, separators, category Cf, the letters and marks that show nothing, and noncharacters.
fn is_invisible(code: u32) -> bool {
    matches!(
        code,
        0x80..=0x9f
            | 0xad
            | 0x34f
            | 0x600..=0x605
            | 0x61c
            | 0x6dd
            | 0x70f
            | 0x890..=0x891
            | 0x8e2
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0x2800
            | 0x3164
            | 0xfdd0..=0xfdef
            | 0xfe00..=0xfe0f
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0x110bd
            | 0x110cd
            | 0x13430..=0x1345f
            | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff
    ) || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn keeps_text_and_shows_the_rest() {
        for (bytes, text) in [
            (&b"Ready."[..], "Ready."),
            ("进入被动模式 ÿ".as_bytes(), "进入被动模式 ÿ"),
            (b"C:\\inetpub", "C:\\inetpub"),
            (b"\x1b[2J\x07\x7f\t", "\\x1b[2J\\x07\\x7f\\x09"),
            ("\u{85}\u{9b}".as_bytes(), "\\u{85}\\u{9b}"),
            (
                "a\u{202e}b\u{2066}\u{200b}\u{feff}\u{ad}".as_bytes(),
                "a\\u{202e}b\\u{2066}\\u{200b}\\u{feff}\\u{ad}",
            ),
            (
                "\u{2028}\u{2029}\u{e0041}\u{ffff}".as_bytes(),
                "\\u{2028}\\u{2029}\\u{e0041}\\u{ffff}",
            ),
            (b"\xff\xfb\x01", "\\xff\\xfb\\x01"),
            (b"\xc4\xe3", "\\xc4\\xe3"),
            (b"ends \xe4\xbd", "ends \\xe4\\xbd"),
            (b"##vso[task.x]y ##[error]z", "#\\x23vso[task.x]y #\\x23[error]z"),
            (b"###[a] ## b [c] ##", "##\\x23[a] ## b [c] ##"),
            (
                "n\u{303}a\u{301}\u{302}\u{303}\u{304}\u{305}".as_bytes(),
                "n\u{303}a\u{301}\u{302}\u{303}\u{304}\\u{305}",
            ),
            ("\u{2800}\u{fe0f}".as_bytes(), "\\u{2800}\\u{fe0f}"),
        ] {
            assert_eq!(printable(bytes, 100), text);
        }
    }

    #[test]
    fn cuts_on_a_character() {
        assert_eq!(printable(b"abcdef", 6), "abcdef");
        assert_eq!(printable(b"abcdef", 5), "abcde…");
        assert_eq!(printable("a你b".as_bytes(), 3), "a…");
        assert_eq!(printable(b"a\xffb", 2), "a\\xff…");
        assert_eq!(printable(b"abc", 0), "…");
        assert_eq!(printable(b"", 0), "");
    }
}
