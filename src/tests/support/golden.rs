//! Files with what is expected, rewritten with `UPDATE_GOLDEN=1`; the difference is then read.

use std::path::Path;

/// Whether expectations are being rewritten.
pub fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

/// Compares with the file, or writes it. The difference is told from its first line on.
pub fn compare(path: &Path, actual: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if updating() {
        std::fs::write(path, actual).expect("the expectation can be written");
        return Ok(());
    }
    let (mut old, mut new) = (expected.lines(), actual.lines());
    let mut line = 1;
    let (was, is) = loop {
        match (old.next(), new.next()) {
            (Some(a), Some(b)) if a == b => line += 1,
            (a, b) => break (a, b),
        }
    };
    let tell = |line: Option<&str>| line.map_or_else(|| "(the end)".to_owned(), str::to_owned);
    Err(format!(
        "{}:{line}: expected\n    {}\n  but it is\n    {}\n  (UPDATE_GOLDEN=1 rewrites it)",
        path.display(),
        tell(was),
        tell(is)
    ))
}

/// JSON with a line for every value of the outermost object and, where that is a list, for every
/// item: short, and a record that changes is a line that changes. Nothing but blanks and line ends
/// differs from what it was.
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len() / 2);
    let mut open: Vec<char> = Vec::new();
    let mut chars = json.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t'));
    let line = |out: &mut String, depth: usize| out.push_str(&format!("\n{}", "  ".repeat(depth)));
    while let Some(c) = chars.next() {
        let broken = matches!(open.as_slice(), ['{'] | ['{', '[']);
        match c {
            ' ' => continue,
            '}' | ']' if broken && !out.ends_with(['{', '[']) => line(&mut out, open.len() - 1),
            _ if broken && out.ends_with(['{', '[', ',']) && !matches!(c, '}' | ']') => {
                line(&mut out, open.len());
            }
            _ => {}
        }
        out.push(c);
        match c {
            '{' | '[' => open.push(c),
            '}' | ']' => drop(open.pop()),
            ':' if open.len() == 1 => out.push(' '),
            '"' => {
                while let Some(c) = chars.next() {
                    out.push(c);
                    match c {
                        '"' => break,
                        '\\' => out.extend(chars.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    out.push('\n');
    out
}

#[test]
fn compact_json_is_the_same_json() {
    let pretty = "{\n  \"a\": {\n    \"x\": [1, 2]\n  },\n  \"b\": [],\n  \"c\": [\n    {\n      \
        \"d\": \"{ \\\\\\\" , [\"\n    },\n    3\n  ],\n  \"e\": null\n}\n";
    let short = compact(pretty);
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&short), read(pretty));
    assert_eq!(
        short,
        "{\n  \"a\": {\"x\":[1,2]},\n  \"b\": [],\n  \"c\": [\n    {\"d\":\"{ \\\\\\\" , [\"},\n    3\n  ],\n  \
         \"e\": null\n}\n"
    );
    assert_eq!(compact(&short), short);
}
