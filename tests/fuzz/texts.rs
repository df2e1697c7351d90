//! What a text may hold, and the tables of `fixtures/replies`.

use ftp_doctor::wire::text::printable;

pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// One line that steers no terminal: nothing in it would be shown otherwise.
pub fn plain(text: &str) -> Result<(), String> {
    // Most are plain letters, and this is asked millions of times.
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Ok(());
    }
    ensure(printable(text.as_bytes(), text.len()) == text, || format!("not printable: {text:?}"))
}

fn unescape(column: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = column.bytes();
    while let Some(byte) = rest.next() {
        match (byte, if byte == b'\\' { rest.next() } else { None }) {
            (_, Some(b'n')) => out.push(b'\n'),
            (_, Some(b'r')) => out.push(b'\r'),
            (_, Some(b't')) => out.push(b'\t'),
            (_, Some(b'x')) => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            (_, Some(other)) => out.push(other),
            (byte, None) => out.push(byte),
        }
    }
    out
}

/// A column of a table in `fixtures/replies`.
pub fn table(name: &str, column: usize) -> Vec<Vec<u8>> {
    let path = format!("{}/fixtures/replies/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let content = std::fs::read_to_string(&path).unwrap();
    let rows = content.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cells: Vec<Vec<u8>> = rows
        .filter_map(|line| line.split(" => ").nth(column))
        .map(|cell| unescape(cell.trim_end_matches(" =>")))
        .collect();
    assert!(cells.len() > 3, "{path}: {} rows", cells.len());
    cells
}
