//! Files that are read: captures, logs, and what is neither. Whatever stands in them, reading ends
//! without a panic, and what is made of them is what saved facts may hold.
//!
//! ```text
//! FTP_DOCTOR_FUZZ_RUNS=10000000 cargo test --release --lib tests::fuzz::files -- --nocapture
//! ```

use std::fs;
use std::path::Path;

use super::engine::fuzz;
use super::texts::ensure;
use crate::diagnosis::diagnose;
use crate::facts;
use crate::read::{Given, read, sessions};
use crate::tests::{capture_formats, captures};

/// Reads a file and draws the conclusions.
fn reading_holds(input: &[u8]) -> Result<(), String> {
    let bytes = input.to_vec();
    let length = bytes.len() as u64;
    let content = Box::new(std::io::Cursor::new(bytes));
    let given = Given { name: "file".to_owned(), content, at: None };
    // Nothing to read is an answer.
    let Ok(content) = read(vec![given]) else { return Ok(()) };
    for file in &content.reading.files {
        ensure(file.used <= file.units.max(length), || format!("{} of {}", file.used, file.units))?;
        ensure(file.unread.len() <= 32, || format!("{} things are not read", file.unread.len()))?;
    }
    for facts in sessions(content, 1_700_000_000).iter().take(4) {
        diagnose(facts);
        // Some of them, because it takes longer than all the rest.
        if length.is_multiple_of(8) {
            let saved = serde_json::to_vec(facts).map_err(|e| e.to_string())?;
            let again = facts::read(&saved).map_err(|e| e.to_string())?;
            ensure(again == *facts, || "saved facts are read otherwise".to_owned())?;
        }
    }
    Ok(())
}

#[test]
fn captures_are_read() {
    let mut seeds = captures::files();
    seeds.extend(capture_formats::files());
    let words = [
        "\u{0}\u{0}\u{0}\u{0}",
        "227 (192,0,2,21,195,80)",
        "PASV\r\n",
        "\u{8}\u{0}",
        "\u{81}\u{0}",
    ];
    fuzz("captures", 0.1, 8192, seeds, &words, reading_holds);
}

#[test]
fn logs_are_read() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/read");
    let mut seeds = Vec::new();
    for case in fs::read_dir(base).unwrap().flatten() {
        for file in fs::read_dir(case.path()).unwrap().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|end| end == "log" || end == "txt") {
                seeds.push(fs::read(path).unwrap());
            }
        }
    }
    let words = [
        "Response:\t",
        "Command:\t",
        "Status:\t",
        "227 (192,0,2,21,195,80)",
        "229 (|||50000|)",
        "< ",
        "> ",
        "---> ",
        "<--- ",
        "*cmd* '",
        "*resp* '",
        "\r\n",
        "\t",
        "220-",
        "220 ",
        "[pid 9] ",
        "12:00:01.5 ",
        "IP 192.0.2.7.5000 > 192.0.2.21.21: Flags [S]",
        "timed out",
        "GnuTLS error -110",
        "PORT 10,0,0,1,4,1",
    ];
    fuzz("logs", 0.2, 4096, seeds, &words, reading_holds);
}
