//! Parse, run, write, exit.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use ftp_doctor::app::{self, World};
use ftp_doctor::cli::Cli;

#[expect(clippy::print_stderr, reason = "warnings and errors go to stderr, from here alone")]
fn main() -> ExitCode {
    let cli = Cli::parse();
    let env = |name: &str| std::env::var(name).ok();
    let warn = |line: &str| eprintln!("{line}");
    let outcome = match app::run(cli, &World { env: &env, warn: &warn }) {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("ftp-doctor: {error}");
            return ExitCode::from(error.code());
        }
    };
    let mut code = outcome.code;
    for (path, bytes) in &outcome.files {
        if let Err(error) = app::write_whole(path, bytes) {
            eprintln!("ftp-doctor: {error}");
            code = 2;
        }
    }
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(&outcome.stdout).and_then(|()| stdout.flush()) {
        // A reader that has seen enough is no error.
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            eprintln!("ftp-doctor: standard output: {error}");
            code = 4;
        }
    }
    ExitCode::from(code)
}
