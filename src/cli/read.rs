//! `ftp-doctor read`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::KeptArgs;
use crate::facts::Vantage;

/// Below the options.
pub const CODES: &str = "\
Nothing is sent to anybody. Several captures of one trouble, one from each end, are compared: \
ftp-doctor read client.pcap server.pcap\n\
Exit codes: 0 healthy, or every --expect met, 1 a problem was found, 2 wrong usage, an unreadable \
file or no FTP in it, 3 no FTP login was had.";

/// Files, and how to read them.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Logs of clients or servers, packet captures (pcap, pcapng, also compressed by gzip); - is
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where a file was taken, one for each file in order [default: judged from its packets]
    #[arg(long, value_enum, value_name = "WHERE")]
    pub at: Vec<AtArg>,
    /// Report this session: what one client did with one server, numbered in the order of the file
    /// [default: the worst]
    #[arg(long, value_name = "N")]
    pub session: Option<usize>,
    /// Only sessions of this client
    #[arg(long, value_name = "ADDR")]
    pub client: Option<IpAddr>,
    /// What becomes of what was read.
    #[command(flatten)]
    pub kept: KeptArgs,
}

/// A vantage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AtArg {
    /// On the client's machine or in its network
    Client,
    /// On the server's machine or in its network
    Server,
    /// Somewhere on the way
    Between,
}

impl From<AtArg> for Vantage {
    fn from(arg: AtArg) -> Self {
        match arg {
            AtArg::Client => Self::Client,
            AtArg::Server => Self::Server,
            AtArg::Between => Self::Between,
        }
    }
}
