//! The command line: clap types, turned into validated requests. No environment is read here but
//! through the function that is passed in, no file is opened, nothing is printed.

mod arrange;
pub mod audit;
pub mod check;
pub mod credentials;
pub mod help;
pub mod manual;
pub mod read;
#[cfg(test)]
mod tests;
pub mod values;
mod version;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use arrange::{meant_command, parse};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
pub use help::FIRST;

use crate::document::Format;
use crate::facts::{Expectation, Family, Mode, PortRange, Proxy, Request, TlsLevel};
use crate::target::{Scheme, Target};

/// Says why FTP does not work, whose firewall or NAT it is, and what to change.
#[derive(Debug, Parser)]
#[command(
    name = "ftp-doctor",
    version,
    long_version = version::LONG,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// What to do, if not the main job.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The main job.
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// How to report.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Log in, try every data connection in turn, name the cause (the default)
    Probe {
        /// The main job.
        #[command(flatten)]
        probe: ProbeArgs,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Check many targets, each against what is expected of it: for CI and monitoring
    #[command(long_about = check::ABOUT)]
    Check {
        /// Files and results.
        #[command(flatten)]
        check: check::CheckArgs,
        /// For targets that do not say it themselves.
        #[command(flatten)]
        options: ProbeOptions,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// An administrator's port audit: learn the passive range, knock at every port of it
    Audit {
        /// The main job.
        #[command(flatten)]
        probe: ProbeArgs,
        /// The audit.
        #[command(flatten)]
        audit: audit::AuditArgs,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Diagnose the facts of an earlier run (--save) again, without a network
    Replay {
        /// Facts written by --save
        file: PathBuf,
        /// Say of one cause what was found of it, or which condition failed and on which attempts
        /// (ftp-doctor explain --list tells all causes); exit code 0
        #[arg(long, value_name = "CAUSE")]
        why: Option<String>,
        /// Judged instead of what the run itself was expected to show.
        #[command(flatten)]
        expect: ExpectArgs,
        /// Mask addresses and names, alike everywhere, each within its class
        #[arg(long)]
        mask: bool,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Read logs and packet captures: the same diagnosis from what you already have
    Read {
        /// Files.
        #[command(flatten)]
        read: read::ReadArgs,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Compare two runs of one server (two places, or two days): what differs, what it proves
    Diff {
        /// The first run: a report (--json) or facts (--save)
        a: PathBuf,
        /// The second run, likewise
        b: PathBuf,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// The catalogue of causes, or one cause's page
    Explain {
        /// Id of a cause, such as passive-disabled
        cause: Option<String>,
        /// List all causes
        #[arg(long)]
        list: bool,
        /// Language of the page [default: the locale's]
        #[arg(long, value_enum)]
        lang: Option<LangArg>,
    },
    /// Run the real probe against an embedded FTP server on loopback that behaves as in a story
    Demo {
        /// Name of a story
        #[arg(default_value = "healthy")]
        story: String,
        /// List all stories
        #[arg(long)]
        list: bool,
        /// Options of the main job.
        #[command(flatten)]
        options: ProbeOptions,
        /// How to report.
        #[command(flatten)]
        output: OutputArgs,
    },
    /// The report's JSON Schema
    Schema {
        /// Whose JSON
        #[arg(value_enum, default_value = "report")]
        of: check::SchemaArg,
    },
    /// Completions for a shell, to be sourced or installed
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual page, in roff
    Man,
}

/// Target and options of the main job.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// HOST, HOST:PORT, `[IPV6]:PORT` or `ftp://user@host:port/path/`
    #[arg(required = true)]
    pub target: Option<String>,
    /// Options.
    #[command(flatten)]
    pub options: ProbeOptions,
}

/// Options of the main job.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ProbeOptions {
    /// Data connections to try
    #[arg(long, value_delimiter = ',', value_parser = values::mode, default_value = "pasv,epsv,port,eprt", value_name = "MODES")]
    pub modes: Vec<Mode>,
    /// Only IPv4
    #[arg(short = '4', conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Only IPv6
    #[arg(short = '6')]
    pub ipv6: bool,
    /// Call from this address or interface
    #[arg(long, value_name = "ADDR|IFACE")]
    pub bind: Option<String>,
    /// Limit of one data attempt; "timed out" needs about 2 s (passive) or 4 s (active) to be sure
    #[arg(long, value_parser = values::duration, default_value = "20s", value_name = "DUR")]
    pub timeout: Duration,
    /// Limit of the whole run [default: 30s, longer with --idle]
    #[arg(long, value_parser = values::duration, value_name = "DUR")]
    pub deadline: Option<Duration>,
    /// Ports to listen on in active mode
    #[arg(long, value_parser = values::port_range, value_name = "MIN-MAX")]
    pub active_ports: Option<PortRange>,
    /// Address to announce in active mode, if a NAT forwards it here
    #[arg(long, value_name = "ADDR")]
    pub external_ip: Option<IpAddr>,
    /// Knock at the address that PASV names too, where it is not the server's own
    #[arg(long)]
    pub dial_advertised: bool,
    /// Protection: off, explicit (AUTH TLS, as ftpes://) or implicit (as ftps://, port 990)
    #[arg(long, value_parser = values::word::<TlsLevel>(), value_name = "LEVEL")]
    pub tls: Option<TlsLevel>,
    /// Say what is wrong with a certificate, and go on
    #[arg(long)]
    pub insecure: bool,
    /// Trust the certificates in this PEM file instead of the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Allow a comparison in clear with the password, where TLS was asked for
    #[arg(long)]
    pub allow_clear: bool,
    /// Do not look for the place where packets are lost
    #[arg(long)]
    pub no_localise: bool,
    /// Hold one login silent this long, then ask whether it is still there
    #[arg(long, value_parser = values::duration, value_name = "DUR")]
    pub idle: Option<Duration>,
    /// Retrieve this file too, in the first mode that works: what stalls only on longer transfers
    #[arg(long, value_parser = values::remote_path, value_name = "PATH")]
    pub get: Option<String>,
    /// Read the password from this file (its first line)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// What becomes of what was observed.
    #[command(flatten)]
    pub kept: KeptArgs,
}

/// What becomes of what was observed, by a run or in files.
#[derive(Debug, Clone, Default, Args)]
pub struct KeptArgs {
    /// Write what was observed to this file, for replay
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Mask addresses, host and user names and paths, alike in the report and in --save, each
    /// within its class (private, carrier-grade, public); ports and welcome texts stay
    #[arg(long)]
    pub mask: bool,
    /// Expectations.
    #[command(flatten)]
    pub expect: ExpectArgs,
}

/// What a run is expected to show.
#[derive(Debug, Clone, Default, Args)]
pub struct ExpectArgs {
    /// Exit with 0 only where this is so: passive=open, cause!=active-disabled, login-ms<500 …
    /// (repeatable; --help tells all)
    #[arg(long = "expect", value_name = "EXPR", long_help = help::EXPECT)]
    pub expect: Vec<Expectation>,
}

/// How to report.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Lines to paste for this software only, such as vsftpd, nftables or netsh (repeatable); with
    /// --quiet nothing but these lines, as a script
    #[arg(long, value_name = "NAME")]
    pub fix_for: Vec<String>,
    /// The nftables chain that rules are to go into (nft list ruleset shows yours)
    #[arg(long, value_parser = values::nft_chain, value_name = "FAMILY/TABLE/CHAIN")]
    pub nft_chain: Option<String>,
    /// The report as JSON (the same as --format json)
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Format of the report [default: that of --output's name (.html, .md, .xml, .json, .jsonl), else
    /// text]
    #[arg(long, value_parser = values::word::<Format>())]
    pub format: Option<Format>,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Language of the report [default: the locale's; English in JSON]
    #[arg(long, value_enum)]
    pub lang: Option<LangArg>,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorArg,
    /// Only the verdict, or the lines of --fix-for
    #[arg(long, short = 'q')]
    pub quiet: bool,
    /// Also what was said, passwords left out, and the steps with their times; twice: and why each was taken
    #[arg(short = 'v', action = ArgAction::Count)]
    pub verbose: u8,
}

/// Languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// English
    En,
    /// Chinese (simplified)
    Zh,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A target that this version cannot probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsageError {
    /// The operand is no target.
    Target(String),
    /// No mode is left to try.
    NoModes,
    /// An option's value does not fit.
    Option {
        /// The option.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong.
        problem: String,
    },
}

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Target(text) => f.write_str(text),
            Self::NoModes => {
                f.write_str("--modes names no mode; it takes pasv, epsv, port and eprt")
            }
            Self::Option { option, value, problem } => write!(f, "{option} \"{value}\": {problem}"),
        }
    }
}

impl std::error::Error for UsageError {}

/// A target and options, made sense of.
pub struct Order {
    /// What to probe.
    pub request: Request,
    /// What the URL says about the login.
    pub target: Target,
}

/// Turns target and options into a request.
///
/// # Errors
/// [`UsageError`] names the operand that does not fit.
pub fn order_of(target: Target, options: &ProbeOptions) -> Result<Order, UsageError> {
    let tls = protection(&target, options)?;
    let family = match (options.ipv4, options.ipv6) {
        (true, _) => Some(Family::V4),
        (_, true) => Some(Family::V6),
        _ => None,
    };
    if let (Some(address), Some(family)) = (target.host.address(), family)
        && Family::of(address) != family
    {
        let option = if family == Family::V4 { "-4" } else { "-6" };
        return Err(UsageError::Option {
            option,
            value: target.host.to_string(),
            problem: format!("the target is not an {} address", family.name()),
        });
    }
    let modes: Vec<Mode> = Mode::ALL.into_iter().filter(|m| options.modes.contains(m)).collect();
    if modes.is_empty() {
        return Err(UsageError::NoModes);
    }
    let request = Request {
        input: target.input.clone(),
        host: target.host.clone(),
        port: target.port.unwrap_or(tls.usual_port()),
        user: target.user.clone().unwrap_or_else(|| "anonymous".to_owned()),
        password: None,
        path: target.path.clone(),
        tls,
        insecure: options.insecure,
        ca: options.ca.as_ref().map(|path| path.display().to_string()),
        allow_clear: options.allow_clear,
        modes,
        family,
        bind: options.bind.clone(),
        active_ports: options.active_ports,
        external_ip: options.external_ip,
        dial_advertised: options.dial_advertised,
        localise: !options.no_localise,
        timeout: options.timeout.into(),
        deadline: deadline(options).into(),
        get: options.get.clone(),
        idle: options.idle.map(Into::into),
        expect: options.kept.expect.expect.clone(),
        audit: None,
        demo: false,
    };
    Ok(Order { request, target })
}

/// What the URL's scheme and `--tls` say together.
fn protection(target: &Target, options: &ProbeOptions) -> Result<TlsLevel, UsageError> {
    let by_scheme = match target.scheme {
        Some(Scheme::Ftpes) => Some(TlsLevel::Explicit),
        Some(Scheme::Ftps) => Some(TlsLevel::Implicit),
        Some(Scheme::Ftp) | None => None,
    };
    let by_option = options.tls;
    let level = by_option.or(by_scheme).unwrap_or(TlsLevel::Off);
    if let (Some(scheme), Some(option)) = (by_scheme, by_option)
        && scheme != option
    {
        return Err(UsageError::Option {
            option: "--tls",
            value: option.as_str().to_owned(),
            problem: format!("the target \"{}\" says {}", target.input, scheme.as_str()),
        });
    }
    let idle = [
        ("--insecure", options.insecure),
        ("--ca", options.ca.is_some()),
        ("--allow-clear", options.allow_clear),
    ];
    if level == TlsLevel::Off
        && let Some((option, _)) = idle.iter().find(|(_, given)| *given)
    {
        return Err(UsageError::Target(format!(
            "{option}: means nothing for the target \"{}\" without TLS (ftpes://, ftps:// or --tls)",
            target.input
        )));
    }
    Ok(level)
}

/// Time for a whole file: it stalls, is given up, and is tried once more.
const FILE: Duration = Duration::from_secs(30);

/// The limit of the whole run: as given, else 30 s, what a whole file may take (`--get`, and once more
/// in smaller segments where it stalls), and what holding a login silent takes, twice.
fn deadline(options: &ProbeOptions) -> Duration {
    let usual = Duration::from_secs(30);
    options.deadline.unwrap_or_else(|| {
        let file = options.get.as_ref().map_or(Duration::ZERO, |_| FILE);
        let silence =
            options.idle.map_or(Duration::ZERO, |held| held * 2 + Duration::from_secs(15));
        usual + file + silence
    })
}

/// Proxies that the environment names, credentials taken out.
pub fn proxies(env: &dyn Fn(&str) -> Option<String>) -> Vec<Proxy> {
    ["ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY"]
        .into_iter()
        .filter_map(|variable| {
            let value = env(variable).filter(|v| !v.is_empty())?;
            Some(Proxy { variable: variable.to_owned(), value: values::without_userinfo(&value) })
        })
        .collect()
}

/// Whether the output is meant for Nagios, also where the rest of the line makes no sense.
pub fn asks_for_nagios(args: impl IntoIterator<Item = std::ffi::OsString>) -> bool {
    let args: Vec<std::ffi::OsString> = args.into_iter().take_while(|arg| arg != "--").collect();
    args.iter().any(|arg| arg == "--format=nagios")
        || args.windows(2).any(|pair| matches!(pair, [a, b] if a == "--format" && b == "nagios"))
}
