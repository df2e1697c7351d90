//! The real binary in a folder of its own.

use std::path::Path;
use std::process::{Command, Stdio};

/// The binary: the one that was built with the tests, or another that they are compiled for
/// (`FTP_DOCTOR_PROGRAM`, a path), such as the static one of a release.
pub const BINARY: &str = match option_env!("FTP_DOCTOR_PROGRAM") {
    Some(path) => path,
    None => env!("CARGO_BIN_EXE_ftp-doctor"),
};

/// The binary with nothing around it but this folder, its output to be read.
pub fn in_folder(home: &Path) -> Command {
    prepared(Command::new(BINARY), home)
}

/// Any command, likewise.
pub fn prepared(mut command: Command, home: &Path) -> Command {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
