//! The files that a report and its facts go into.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::wire::text::file_name;

/// Whether both are one file, whatever the ways to it. Devices are no files.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| -> Option<PathBuf> {
        if let Ok(there) = fs::canonicalize(path) {
            return there.is_file().then_some(there);
        }
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(parent).ok()?.join(path.file_name()?))
    };
    whole(a).is_some_and(|a| whole(b) == Some(a))
}

/// Reads a file that is one: a pipe might never end, and a device always has more.
///
/// # Errors
/// A text that names the file: it cannot be read, is none, or is larger than `limit` bytes.
pub(super) fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let name = file_name(path);
    let fail = |e: std::io::Error| format!("{name}: {e}");
    // Not opened before: to open a pipe is to wait for its other end.
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(format!("{name}: not a regular file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(fail)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > limit {
        return Err(format!("{name}: larger than {limit} bytes"));
    }
    Ok(bytes)
}

/// Writes a file whole or not at all: next to its place first, then renamed into it. A file that was
/// there before keeps its mode. What is open already, such as /dev/stdout, is appended to.
///
/// # Errors
/// A text that names the file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let name = file_name(path);
    let fail = |e: std::io::Error| format!("{name}: {e}");
    let Some(directory) = place_of(path)? else {
        // Not from its beginning: where standard output goes into a file, that may hold more.
        let mut there = fs::OpenOptions::new().append(true).open(path).map_err(fail)?;
        return there.write_all(bytes).map_err(fail);
    };
    // Of a length of its own: a long name need not leave room for more.
    let (mut file, temporary) = draft(directory).map_err(fail)?;
    // What was for few eyes stays so, and before there is anything to see.
    let kept = match fs::metadata(path) {
        Ok(before) => file.set_permissions(before.permissions()),
        Err(_) => Ok(()),
    };
    let written =
        kept.and_then(|()| file.write_all(bytes)).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(fail)
}

/// A new file beside the place. Containers number their processes alike, and one that was killed
/// leaves its draft behind: then another name. Never through a link that somebody has put there.
fn draft(directory: &Path) -> std::io::Result<(fs::File, PathBuf)> {
    let mut tried = 0;
    loop {
        let path = directory.join(format!(".ftp-doctor.{}.{tried}.part", std::process::id()));
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && tried < 99 => tried += 1,
            file => return file.map(|file| (file, path)),
        }
    }
}

/// Whether a name stands for something that is open already, as /dev/stdout and /proc/self/fd/1 do.
fn is_open_already(path: &Path) -> bool {
    let folder = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
    path.is_symlink() && folder.is_some_and(|f| f.starts_with("/dev") || f.starts_with("/proc"))
}

/// The directory that a file is to stand in; `None` for a device or a pipe, which is written to as it
/// is, and for /dev/stdout, which would be replaced by the file where it leads to one.
pub(super) fn place_of(path: &Path) -> Result<Option<&Path>, String> {
    let name = file_name(path);
    if fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) || is_open_already(path) {
        return Ok(None);
    }
    if path.file_name().is_none() {
        return Err(format!("\"{name}\": not the name of a file"));
    }
    if path.is_dir() {
        return Err(format!("{name}: is a directory"));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => Ok(Some(directory)),
        Ok(_) => Err(format!("{name}: {} is no directory", file_name(directory))),
        Err(error) => Err(format!("{name}: {error}")),
    }
}
