//! Where results go as they come.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::files::{place_of, read_whole};
use super::super::write_whole;
use super::AppError;
use crate::check::done::{self, Done};
use crate::wire::text::file_name;

/// Results of an earlier run are read up to this size, in bytes.
const LIMIT: u64 = 4 << 30;

/// Where results go.
pub(super) enum Outlet<'a> {
    /// Standard output, at once.
    Now(&'a dyn Fn(&[u8]) -> io::Result<()>, bool),
    /// A file, appended to at once.
    File {
        /// Its name.
        path: PathBuf,
        /// The file, open, and locked where it is one.
        file: File,
        /// What stood there before: kept locked, for those who have it open.
        _before: Option<File>,
    },
    /// Kept until the end.
    Later(Vec<u8>),
}

impl Outlet<'_> {
    /// A file that holds what an earlier run left, and is appended to.
    pub(super) fn append(path: &Path, kept: &[u8]) -> Result<Self, AppError> {
        let usage = |e: io::Error| AppError::Usage(format!("{}: {e}", file_name(path)));
        let open = || OpenOptions::new().append(true).open(path).map_err(usage);
        // A device, and what is open already such as /dev/stdout, is written to as it is.
        if place_of(path).map_err(AppError::Usage)?.is_none() {
            return Ok(Self::File { path: path.to_owned(), file: open()?, _before: None });
        }
        let before = if path.exists() { Some(alone(open()?, path)?) } else { None };
        write_whole(path, kept).map_err(AppError::Usage)?;
        let file = alone(open()?, path)?;
        Ok(Self::File { path: path.to_owned(), file, _before: before })
    }

    /// For an error message.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => file_name(path),
            Self::Now(..) | Self::Later(_) => "standard output".to_owned(),
        }
    }

    /// Whether it takes reports rather than lines for people.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Now(_, true))
    }

    /// Writes a result.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Now(out, _) => out(bytes),
            // One write for one line: a crash between two leaves whole lines.
            Self::File { file, .. } => file.write_all(bytes),
            Self::Later(kept) => {
                kept.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}

/// The file, locked: of two runs that write to one, each would lose what the other has found.
fn alone(file: File, path: &Path) -> Result<File, AppError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(AppError::Usage(format!(
            "--output {}: another check is writing to it",
            file_name(path)
        ))),
        // Some file systems know no locks; there is nothing to be had then.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// What an earlier run has written to this file; nothing where it is not to be gone on with.
pub(super) fn earlier(path: &Path, resume: bool) -> Result<Done, AppError> {
    if !resume || !path.exists() {
        return Ok(Done::default());
    }
    let name = file_name(path);
    if place_of(path).map_err(AppError::Usage)?.is_none() {
        return Err(AppError::Usage(format!("--resume {name}: not a regular file of its own")));
    }
    let bytes = read_whole(path, LIMIT).map_err(|e| AppError::Usage(format!("--resume {e}")))?;
    done::read(&bytes)
        .map_err(|(line, problem)| AppError::Usage(format!("--resume {name}:{line}: {problem}")))
}
