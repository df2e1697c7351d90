//! Text for a terminal whose locale is known not to be UTF-8.

/// The text with a sign of ASCII in the place of each other one; columns stay where they are, but
/// for a few signs that no table has.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        out.push_str(match character {
            ' '..='~' | '\n' | '\t' | '\u{1b}' => {
                out.push(character);
                continue;
            }
            '→' | '▶' => ">",
            '←' | '◀' => "<",
            '─' | '┄' | '━' | '–' | '—' | '−' => "-",
            '│' | '┆' => "|",
            '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '✓' => "+",
            '✗' | '✕' | '×' => "x",
            '·' | '•' => "*",
            '“' | '”' | '„' | '«' | '»' => "\"",
            '‘' | '’' => "'",
            '\u{a0}' => " ",
            '…' => "...",
            '§' => "section ",
            _ => "?",
        });
    }
    out
}

/// Whether a locale's name says that text is in another encoding than UTF-8: `C`, `POSIX`, or a
/// name with such an encoding. One without an encoding leaves it open.
pub fn is_not_utf8(locale: &str) -> bool {
    let bare = locale.split('@').next().unwrap_or_default();
    match bare.split_once('.') {
        Some((_, encoding)) => !matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8"),
        None => matches!(bare, "C" | "POSIX"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_replaced() {
        assert_eq!(ascii("a → b … é\n"), "a > b ... ?\n");
        assert_eq!(ascii("\u{1b}[1m✗\u{1b}[0m"), "\u{1b}[1mx\u{1b}[0m");
    }

    #[test]
    fn locales() {
        for (locale, other) in [
            ("C", true),
            ("POSIX", true),
            ("en_US.ISO-8859-1", true),
            ("zh_CN.GBK", true),
            ("C.UTF-8", false),
            ("en_US.utf8", false),
            ("de_DE.UTF-8@euro", false),
            ("zh_CN", false),
            ("", false),
        ] {
            assert_eq!(is_not_utf8(locale), other, "{locale}");
        }
    }
}
