//! Files of any kind, told apart by how they begin.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::conversation::Conversation;
use super::{captures, logs};
use crate::facts::reading::{FileKind, FileRead, KnownBy, Reading, Vantage};
use crate::wire::text::printable;

/// What a compressed file may unfold to. A capture is read as it unfolds, so this bounds time, not
/// memory.
const MOST_UNFOLDED: u64 = 64 << 30;

/// A file that was given.
pub struct Given<'a> {
    /// Its name, as it is to be shown.
    pub name: String,
    /// Its content.
    pub content: Box<dyn Read + 'a>,
    /// Where it was taken, if that was said.
    pub at: Option<Vantage>,
}

/// What one file holds.
#[derive(Debug)]
pub struct Found {
    /// Control connections, in the order of the file.
    pub conversations: Vec<Conversation>,
    /// What is to be said of the file itself. Name and vantage point need not be filled in where they
    /// are only known from outside.
    pub file: FileRead,
}

/// Why nothing could be had from a file.
#[derive(Debug)]
pub struct ReadError {
    file: String,
    text: String,
}

impl ReadError {
    /// With what went wrong.
    pub fn new(file: &str, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), text: text.into() }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.text)
    }
}

impl std::error::Error for ReadError {}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Content {
    /// Control connections of each file.
    pub conversations: Vec<Vec<Conversation>>,
    /// What is to be said of the files.
    pub reading: Reading,
}

/// Reads files: captures, compressed ones too, and logs.
///
/// # Errors
/// [`ReadError`] where a file cannot be read at all. What is broken inside of a file is told in
/// [`FileRead::unread`], with what was read before it.
pub fn read(given: Vec<Given<'_>>) -> Result<Content, ReadError> {
    let mut content = Content::default();
    for (index, file) in given.into_iter().enumerate() {
        let name = printable(file.name.as_bytes(), 200);
        let mut reader = BufReader::with_capacity(1 << 18, file.content);
        let failed = |e: std::io::Error| ReadError::new(&name, e.to_string());
        let head = peek(&mut reader).map_err(failed)?;
        let found = if head.starts_with(&[0x1f, 0x8b]) {
            let unfolded = MultiGzDecoder::new(reader).take(MOST_UNFOLDED);
            let mut unfolded = BufReader::with_capacity(1 << 18, unfolded);
            let head = peek(&mut unfolded).map_err(failed)?;
            one(&head, &mut unfolded, index)
        } else {
            one(&head, &mut reader, index)
        };
        let mut found = found.map_err(failed)?;
        found.file.file = name;
        if let Some(at) = file.at {
            found.file.vantage = at;
            found.file.known_by = Some(KnownBy::Said);
        }
        content.reading.files.push(found.file);
        content.conversations.push(found.conversations);
    }
    Ok(content)
}

fn one(head: &[u8], content: &mut dyn BufRead, index: usize) -> std::io::Result<Found> {
    if captures::is_capture(head) {
        captures::read(content, index)
    } else {
        logs::read(content, index)
    }
}

/// The first bytes, left where they are.
fn peek(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let head = reader.fill_buf()?;
    Ok(head.iter().take(8).copied().collect())
}

impl FileRead {
    /// A file of which nothing is known yet.
    pub fn new(kind: FileKind, format: impl Into<String>) -> Self {
        Self {
            file: String::new(),
            kind,
            format: format.into(),
            units: 0,
            used: 0,
            vantage: Vantage::Unknown,
            known_by: None,
            from_client: None,
            from_server: None,
            inside: 0,
            unread: Vec::new(),
        }
    }
}
