//! Logs of clients and servers, and plain transcripts.

use std::io::{self, BufRead};

use super::input::Found;
use crate::facts::reading::{FileKind, FileRead};

/// Reads a log.
///
/// # Errors
/// When it cannot be read on.
pub fn read(content: &mut dyn BufRead, _file: usize) -> io::Result<Found> {
    let mut line = Vec::new();
    let mut file = FileRead::new(FileKind::Log, "text");
    // A line without end is cut: what is beyond is another one.
    while io::Read::take(&mut *content, 64 * 1024).read_until(b'\n', &mut line)? > 0 {
        file.units += 1;
        line.clear();
    }
    Ok(Found { conversations: Vec::new(), file })
}
