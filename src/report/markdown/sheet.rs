//! Markdown that is written, never interpreted: `CommonMark` and the tables of GitHub and GitLab.

/// A document in the making. Its methods take plain text and escape it.
#[derive(Default)]
pub struct Sheet {
    out: String,
}

impl Sheet {
    /// The document.
    pub fn into_string(self) -> String {
        self.out
    }

    /// A blank line between blocks.
    fn apart(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading.
    pub fn heading(&mut self, level: usize, text: &str) {
        self.apart();
        self.out.push_str(&format!("{} {}\n", "#".repeat(level), escaped(text)));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.apart();
        self.out.push_str(&format!("{}\n", escaped(text)));
    }

    /// A paragraph that begins with bold words.
    pub fn headed(&mut self, head: &str, text: &str) {
        self.apart();
        self.out.push_str(&format!("**{}** {}\n", escaped(head), escaped(text)));
    }

    /// Points of a list.
    pub fn list<T: AsRef<str>>(&mut self, points: impl IntoIterator<Item = T>) {
        self.apart();
        for point in points {
            self.out.push_str(&format!("- {}\n", escaped(point.as_ref())));
        }
    }

    /// Points of a list, each with bold words before it.
    pub fn headed_list<H, T>(&mut self, points: impl IntoIterator<Item = (H, T)>)
    where
        H: AsRef<str>,
        T: AsRef<str>,
    {
        self.apart();
        for (head, text) in points {
            let (head, text) = (escaped(head.as_ref()), escaped(text.as_ref()));
            self.out.push_str(&format!("- **{head}**: {text}\n"));
        }
    }

    /// A table; each row has as many cells as the head.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        self.apart();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        self.out.push_str(&line(head.iter().map(|cell| escaped(cell)).collect()));
        self.out.push_str(&line(head.iter().map(|_| "---".to_owned()).collect()));
        for row in rows {
            self.out.push_str(&line(row.iter().map(|cell| escaped(cell)).collect()));
        }
    }

    /// Lines as they are, in a fence that none of them can close.
    pub fn code(&mut self, lines: &str) {
        self.apart();
        let fence = "`".repeat(longest_run(lines).max(2) + 1);
        let end = if lines.ends_with('\n') || lines.is_empty() { "" } else { "\n" };
        self.out.push_str(&format!("{fence}text\n{lines}{end}{fence}\n"));
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text as text: in one line, no mark-up, no link, nobody called.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = words.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
            | '!' | '$' => out.extend(['\\', c]),
            // Only these make lists and underlines, at the beginning of a line.
            '-' | '+' | '=' if out.is_empty() => out.extend(['\\', c]),
            // `1. ` and `1) ` begin a list, `http:` and `www.` a link.
            '.' | ')' if next == ' ' && out.chars().all(|c| c.is_ascii_digit()) => {
                out.extend(['\\', c]);
            }
            ':' if next == '/' => out.extend(['\\', c]),
            c if c.is_control() => out.push('\u{fffd}'),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.extend(['\\', c]),
            _ => out.push(c),
        }
        // GitHub and GitLab call people and link tickets whatever is escaped; an invisible break
        // between the sign and the name keeps them from it.
        // `a@b.c` would become a link to write to; one in a URL is our own, to be copied as it is.
        let called = !before.is_alphanumeric() || (c == '@' && is_mail(&out, rest.clone()));
        if matches!(c, '@' | '#') && called && next.is_alphanumeric() {
            out.push('\u{200b}');
        }
        before = c;
    }
    out
}

/// Whether the word at whose `@` a text has arrived is an address to write to: a domain has a dot.
fn is_mail(before: &str, rest: impl Iterator<Item = char>) -> bool {
    let word = before.rsplit(' ').next().unwrap_or_default();
    !word.contains("//") && rest.take_while(|c| !c.is_whitespace()).any(|c| c == '.')
}

#[cfg(test)]
mod tests {
    use super::{Sheet, escaped};

    #[test]
    fn text_stays_text() {
        for (text, made) in [
            ("227 (127,0,0,1,4,1)", "227 (127,0,0,1,4,1)"),
            ("write to a@b.example", "write to a@\u{200b}b.example"),
            ("ftp://a@b.example", "ftp\\://a@b.example"),
            ("# no heading", "\\# no heading"),
            ("- no list", "\\- no list"),
            ("+ no list", "\\+ no list"),
            ("1. no list", "1\\. no list"),
            ("2) no list", "2\\) no list"),
            ("a - b 3. c", "a - b 3. c"),
            ("198.18.1.2", "198.18.1.2"),
            ("=== no heading", "\\=== no heading"),
            ("*a* _b_ `c` ~d~", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~"),
            ("[a](http://b) ![c](d)", "\\[a\\](http\\://b) \\!\\[c\\](d)"),
            ("<b onload=x>&lt;", "\\<b onload=x\\>\\&lt;"),
            ("a|b\\|c", "a\\|b\\\\\\|c"),
            ("two\nlines\r\n> here", "two lines \\> here"),
            ("www.example", "www\\.example"),
            ("ask @root, see #12", "ask @\u{200b}root, see \\#\u{200b}12"),
            ("a\u{1b}[1mb\u{85}c\u{0}", "a\u{fffd}\\[1mb c\u{fffd}"),
            ("ftp\\://a@b", "ftp\\\\\\://a@b"),
        ] {
            assert_eq!(escaped(text), made, "{text}");
        }
    }

    #[test]
    fn no_line_closes_its_fence() {
        let mut sheet = Sheet::default();
        sheet.code("a\n```\n````\nb");
        assert_eq!(sheet.into_string(), "`````text\na\n```\n````\nb\n`````\n");
        let mut sheet = Sheet::default();
        sheet.code("plain\n");
        assert_eq!(sheet.into_string(), "```text\nplain\n```\n");
    }
}
