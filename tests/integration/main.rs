//! The program as its users meet it: real processes against servers on loopback. One binary, so that
//! one edit links once.
//!
//! ```text
//! cargo test --test integration                # all of it
//! cargo test --test integration -- cli::       # one file
//! HOSTILE=name cargo test --test integration -- hostile::
//! ```
//!
//! Tests of the library's parts stand beside the code, tests across its rooms in `src/tests`. Real
//! servers and firewalls are the lab's (`tests/lab.rs`).

mod bad_input;
mod check;
mod cli;
#[cfg(target_os = "linux")]
mod descriptors;
mod diff;
mod expect;
mod hostile;
mod manual;
mod mask;
mod nagios;
mod pages;
mod scripted;
mod scripted_tls;
#[cfg(target_os = "linux")]
mod secrets;
#[cfg(target_os = "linux")]
mod signals;
mod stories;
mod supply;
mod support;
