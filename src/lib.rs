//! Says why FTP does not work, whose firewall or NAT it is, and what to change.
//!
//! ```text
//! target → probe (network, clock) → Facts → diagnose (pure) → Diagnosis → report (pure) → bytes
//! ```
//!
//! - [`target`]: what the user typed
//! - [`wire`]: FTP's grammar, pure
//! - [`words`]: words with a fixed set of values, made by one macro
//! - [`facts`]: what was observed, plain data that can be saved
//! - [`evidence`]: one reading of the facts, for the plan and for the diagnosis, pure
//! - [`mask`]: facts with addresses and names masked alike, plain data again
//! - [`clients`]: what well-known FTP clients do by default, plain data
//! - [`probe`]: the only place with sockets and clocks
//! - [`read`]: other people's logs and captures, read into facts
//! - [`diagnosis`]: from facts to named causes, pure
//! - [`document`]: the report as data that is written and read back
//! - [`compare`]: from two reports of one server to what they prove together, pure
//! - [`report`]: from a diagnosis to bytes
//! - [`demo`]: an embedded FTP server on loopback that misbehaves as asked
//! - [`check`]: lists of targets, read and checked
//! - [`cli`] and [`app`]: the command line, and what carries it out

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit
)]

pub mod app;
pub mod check;
pub mod cli;
pub mod clients;
pub mod compare;
pub mod demo;
pub mod diagnosis;
pub mod document;
pub mod evidence;
pub mod facts;
pub mod mask;
pub mod probe;
pub mod progress;
pub mod read;
pub mod report;
pub mod target;
#[cfg(test)]
mod tests;
pub mod wire;
pub mod words;
