//! Says why FTP does not work, whose firewall or NAT it is, and what to change.
//!
//! ```text
//! target → probe (network, clock) → Facts → evidence → diagnosis (pure) → report (pure) → bytes
//! ```
//!
//! The program is all there is to run; the library is what it is made of. This is its face, and
//! everything behind it may change:
//!
//! ```
//! use ftp_doctor::{Facts, Format, Lang, Style, Verdict, diagnose, render};
//!
//! // As `--save` wrote them.
//! let saved = include_str!("../fixtures/scenarios/passive-disabled/facts.json");
//! let facts: Facts = serde_json::from_str(saved)?;
//! let diagnosis = diagnose(&facts);
//! assert_eq!(diagnosis.verdict, Verdict::Degraded);
//! assert_eq!(diagnosis.findings[0].cause, "passive-disabled");
//!
//! let style = Style { color: false, width: 80, verbose: 0, quiet: false };
//! let page = render(&diagnosis, Format::Text, style, Lang::En)?;
//! assert!(String::from_utf8(page)?.contains("[passive-disabled]"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit
)]

mod app;
mod check;
mod cli;
mod clients;
mod compare;
mod demo;
mod diagnosis;
mod document;
mod evidence;
mod facts;
mod mask;
mod probe;
mod progress;
mod read;
mod report;
mod target;
#[cfg(test)]
mod tests;
mod wire;
mod words;

// The command line, and what carries it out.
pub use app::{AppError, Outcome, World, measured, run, write_whole};
pub use cli::{Cli, FIRST as FIRST_STEPS, asks_for_nagios, parse};
// What was observed, and what follows from it.
pub use diagnosis::{
    CATALOGUE, Cause, Confidence, Diagnosis, Finding, Options, Plane, Remedy, Severity, Side,
    Verdict, Who, diagnose, diagnose_for,
};
pub use facts::Facts;
// What is said of it.
pub use diagnosis::Lang;
pub use document::schema::{check as check_schema, schema};
pub use report::nagios::unknown as nagios_unknown;
pub use report::{Format, RenderError, Style, render};
// The server on loopback that misbehaves as asked.
pub use demo::{
    Behaviour as DemoBehaviour, Delay as DemoDelay, Login as DemoLogin, Passive as DemoPassive,
    Server as DemoServer, SwitchedOff as DemoSwitchedOff, Tls as DemoTls, TlsStart as DemoTlsStart,
    stories as demo_stories,
};
