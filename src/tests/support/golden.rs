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
