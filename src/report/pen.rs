//! Lines of a text report: wrapped, aligned, and coloured where that is wanted.

use std::fmt::Write as _;

pub(super) use colored::Color;
use colored::Colorize;

use super::{Style, table};

/// Writes a text report's lines in a style.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen(pub(super) Style);

impl Pen {
    /// Colours are only asked for here: without them `colored`, which keeps a state for the whole
    /// process, is not touched.
    pub(super) fn paint(self, text: &str, color: Color) -> String {
        if !self.0.color {
            return text.to_owned();
        }
        colored::control::set_override(true);
        text.color(color).to_string()
    }

    pub(super) fn strong(self, text: &str, color: Color) -> String {
        if !self.0.color {
            return text.to_owned();
        }
        colored::control::set_override(true);
        text.color(color).bold().to_string()
    }

    pub(super) fn bold(self, text: &str) -> String {
        if !self.0.color {
            return text.to_owned();
        }
        colored::control::set_override(true);
        text.bold().to_string()
    }

    /// Columns of a line.
    pub(super) fn width(self) -> usize {
        self.0.width
    }

    /// Prose, wrapped; `first` begins the paragraph and sets the indent.
    pub(super) fn prose(self, out: &mut String, first: &str, rest: &str, text: &str) {
        let width = self.0.width.max(24);
        let options = textwrap::Options::new(width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(true)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }

    /// A heading.
    pub(super) fn title(self, out: &mut String, text: &str) {
        let mut lines = String::new();
        self.prose(&mut lines, "", "", text);
        for line in lines.lines() {
            out.push_str(&format!("{}\n", self.bold(line)));
        }
    }

    /// Prose whose first word stands out.
    pub(super) fn headed(self, out: &mut String, head: &str, text: &str, color: Color) {
        let mut wrapped = String::new();
        self.prose(&mut wrapped, head, "  ", text);
        let word = head.trim_end_matches([' ', ':']);
        out.push_str(&wrapped.replacen(word, &self.strong(word, color), 1));
    }

    /// Rows with aligned columns. The last column is the longest: where it does not fit, it goes
    /// below its line.
    pub(super) fn rows(self, out: &mut String, mut rows: Vec<Vec<String>>) {
        let details: Vec<String> =
            rows.iter_mut().map(|row| row.pop().unwrap_or_default()).collect();
        let lines = table::aligned(&rows);
        let column = lines.iter().map(|line| visible(line)).max().unwrap_or(0);
        for (line, detail) in lines.iter().zip(details) {
            let pad = " ".repeat(column - visible(line));
            let width = textwrap::core::display_width(&detail);
            if detail.is_empty() {
                let _ = writeln!(out, "  {line}");
            } else if column + width + 4 <= self.0.width {
                let _ = writeln!(out, "  {line}{pad}  {detail}");
            } else {
                let _ = writeln!(out, "  {line}");
                self.prose(out, "      ", "      ", &detail);
            }
        }
    }
}

/// Running text for a terminal of 80 columns.
pub fn paragraph(text: &str) -> String {
    textwrap::fill(text, textwrap::Options::new(78).subsequent_indent("  "))
}

/// A paragraph of 78 columns that begins after so many blanks, its further lines after two more.
pub fn hanging(text: &str, blanks: usize) -> String {
    let (first, further) = (" ".repeat(blanks), " ".repeat(blanks + 2));
    let look = textwrap::Options::new(78).initial_indent(&first).subsequent_indent(&further);
    // Ids stay whole.
    textwrap::fill(text, look.word_splitter(textwrap::WordSplitter::NoHyphenation))
}

/// A paragraph of 78 columns as remarks: each line begins with the mark.
pub fn remarked(text: &str, mark: &str) -> String {
    let look = textwrap::Options::new(78).initial_indent(mark).subsequent_indent(mark);
    textwrap::fill(text, look.word_splitter(textwrap::WordSplitter::NoHyphenation))
}

/// Columns of a line without its escapes.
pub(super) fn visible(line: &str) -> usize {
    let mut width = 0;
    let mut escape = false;
    for c in line.chars() {
        match (escape, c) {
            (false, '\u{1b}') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, c) => width += textwrap::core::display_width(c.encode_utf8(&mut [0; 4])),
        }
    }
    width
}
