//! Text in the log of a CI job.

use std::borrow::Cow;

/// The text, without lines that the runner of GitHub would carry out. It reads a command in every line
/// that begins with two colons, and a server's words may come to stand there when they are wrapped.
pub fn no_commands(text: &str) -> Cow<'_, str> {
    if !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| {
        if is_command(line) {
            Cow::Owned(line.replacen("::", ":\\x3a", 1))
        } else {
            Cow::Borrowed(line)
        }
    });
    Cow::Owned(lines.collect())
}

/// `::name::` or `::name property=value::` at the beginning. An IPv6 address may stand there too.
fn is_command(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix("::") else { return false };
    let name =
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    name.len() < rest.len()
        && (name.starts_with("::") || name.starts_with(' ') && name.contains("::"))
}

#[cfg(test)]
mod tests {
    use super::no_commands;

    #[test]
    fn a_line_that_is_a_command_is_none_any_more() {
        for (text, shown) in [
            ("a\n  ::error::b\nc\n", "a\n  :\\x3aerror::b\nc\n"),
            ("::add-mask::x", ":\\x3aadd-mask::x"),
            ("::warning file=a,line=1::b", ":\\x3awarning file=a,line=1::b"),
            ("a ::error::b\n", "a ::error::b\n"),
            ("  ::1 port 21\n  ::ffff:192.0.2.1\n", "  ::1 port 21\n  ::ffff:192.0.2.1\n"),
            ("::", "::"),
        ] {
            assert_eq!(no_commands(text), shown);
        }
    }
}
