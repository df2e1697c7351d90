//! The command line of `check`, and its longer explanations.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// JSON documents that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaArg {
    /// A run's report
    Report,
    /// The report of `check --json`
    Check,
}

/// Lists of targets, and what is done with their results.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Lists of targets in TOML; - reads lines (TARGET, or TARGET and a label) from standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Targets at work at a time; those that merely wait for a silent peer do not count
    #[arg(long, value_name = "N", default_value = "32", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub jobs: u16,
    /// Go on with an unfinished run: what --output FILE has already is not run again (--format jsonl)
    #[arg(long)]
    pub resume: bool,
    /// Say what changed since this earlier run (its --format jsonl or json)
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// `check`: exit codes.
pub const CODES: &str = "\
Exit codes: 0 every target is healthy or meets its expectations, 1 one at least is not or does not, \
2 wrong usage or unreadable input (nothing is sent then), 3 no target at all could be logged in to, \
4 internal error of one target at least, 130 interrupted. --format nagios uses the convention of \
its plugins instead.";

/// `check`.
pub const ABOUT: &str = "\
Check many targets, each against what is expected of it: for CI and monitoring.

A list is TOML. Keys are the long options of the main job, with _ for -; [defaults] hold for every \
target that does not say it itself, and options on the command line where neither does:

  [defaults]
  timeout = \"8s\"
  [[target]]
  host = \"ftps://mirror.example.org/pub/\"
  label = \"mirror\"
  expect = [\"passive=open\", \"certificate-days>14\"]
  [[target]]
  host = \"192.0.2.7:2121\"
  user = \"backup\"
  password_env = \"BACKUP_PASSWORD\"

Keys: host (or url), port, label, user, password_env, password_file, expect, modes, family (ipv4, \
ipv6, any), tls, ca, insecure, allow_clear, timeout, deadline, bind, active_ports, external_ip, \
dial_advertised, no_localise, idle, get. Paths are taken from the list's folder. A password does not \
belong into a list.

Two runs never visit one server at a time (one address and port; 21 and 990 count as one). Results \
are told as they come with --format text and jsonl; the other formats are written at the end. With \
--output FILE --format jsonl each result is appended to FILE as it comes, so that nothing is lost and \
--resume can go on; all other files are written whole, at the end.";
