//! What a text may hold, and the tables of `fixtures/replies`.

use crate::wire::text::printable;

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

/// A column of a table in `fixtures/replies`.
pub fn table(name: &str, column: usize) -> Vec<Vec<u8>> {
    let rows = crate::tests::support::replies::table(name).into_iter();
    let cells: Vec<Vec<u8>> = rows.filter_map(|row| row.into_iter().nth(column)).collect();
    assert!(cells.len() > 3, "{name}: {} rows", cells.len());
    cells
}
