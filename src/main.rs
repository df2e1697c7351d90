//! Parse, run, write, exit.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit
)]

use std::io::Write;
use std::process::ExitCode;

use ftp_doctor::World;

#[expect(clippy::print_stderr, reason = "warnings and errors go to stderr, from here alone")]
fn main() -> ExitCode {
    // Monitoring reads one line on stdout and the code 3, whatever went wrong.
    let nagios = ftp_doctor::asks_for_nagios(std::env::args_os());
    std::panic::set_hook(Box::new(|panic| {
        // Not what it says: that may quote what was read, a password among it.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("ftp-doctor: internal error: a bug at {place}");
    }));
    std::panic::catch_unwind(|| work(nagios))
        .unwrap_or_else(|_| if nagios { unknown("internal error") } else { ExitCode::from(4) })
}

/// The line and the code of a check that could not be made.
fn unknown(text: &str) -> ExitCode {
    let line = ftp_doctor::nagios_unknown(text);
    let _ = std::io::stdout().write_all(line.as_bytes());
    ExitCode::from(3)
}

#[expect(clippy::print_stderr, reason = "warnings and errors go to stderr, from here alone")]
fn work(nagios: bool) -> ExitCode {
    if std::env::args_os().len() <= 1 {
        eprintln!("{}", ftp_doctor::FIRST_STEPS);
        return ExitCode::from(2);
    }
    let cli = match ftp_doctor::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) if nagios && error.use_stderr() => return unknown(&error.to_string()),
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let env = |name: &str| std::env::var(name).ok();
    let warn = |line: &str| eprintln!("{line}");
    let out = |bytes: &[u8]| {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    };
    let outcome = match ftp_doctor::run(cli, &World { env: &env, warn: &warn, out: &out }) {
        Ok(outcome) => outcome,
        Err(error) if nagios => return unknown(&error.to_string()),
        Err(error) => {
            eprintln!("ftp-doctor: {error}");
            return ExitCode::from(error.code());
        }
    };
    ftp_doctor::measured();
    let mut code = outcome.code;
    for (path, bytes) in &outcome.files {
        if let Err(error) = ftp_doctor::write_whole(path, bytes) {
            eprintln!("ftp-doctor: {error}");
            code = if nagios { 3 } else { 2 };
        } else if outcome.told.as_ref() == Some(path) {
            eprintln!("written to {}", path.display());
        }
    }
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(&outcome.stdout).and_then(|()| stdout.flush()) {
        // A reader that has seen enough is no error.
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            eprintln!("ftp-doctor: standard output: {error}");
            code = if nagios { 3 } else { 4 };
        }
    }
    ExitCode::from(code)
}
