//! Where results go as they come.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::write_whole;
use super::AppError;
use crate::check::done::{self, Done};

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
        /// The file, open.
        file: File,
    },
    /// Kept until the end.
    Later(Vec<u8>),
}

impl Outlet<'_> {
    /// A file that holds what an earlier run left, and is appended to.
    pub(super) fn append(path: &Path, kept: &[u8]) -> Result<Self, AppError> {
        let usage = |e: io::Error| AppError::Usage(format!("{}: {e}", path.display()));
        // A device such as /dev/stdout is written to as it is.
        if !fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            write_whole(path, kept).map_err(AppError::Usage)?;
        }
        let file = OpenOptions::new().append(true).open(path).map_err(usage)?;
        Ok(Self::File { path: path.to_owned(), file })
    }

    /// For an error message.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
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

/// What an earlier run has written to this file; nothing where it is not to be gone on with.
pub(super) fn earlier(path: &Path, resume: bool) -> Result<Done, AppError> {
    if !resume || !path.exists() {
        return Ok(Done::default());
    }
    let name = path.display();
    let size = fs::metadata(path).map_err(|e| AppError::Usage(format!("{name}: {e}")))?.len();
    if size > LIMIT {
        return Err(AppError::Usage(format!("{name}: too large for the results of a check")));
    }
    let bytes = fs::read(path).map_err(|e| AppError::Usage(format!("{name}: {e}")))?;
    done::read(&bytes)
        .map_err(|(line, problem)| AppError::Usage(format!("--resume {name}:{line}: {problem}")))
}
