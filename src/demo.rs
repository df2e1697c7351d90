//! An FTP server for demonstrations and tests, on loopback only.
//!
//! It has real sockets and behaves as a [`Behaviour`] says: like a well-run server, or like
//! one behind a firewall that opens 20 and 21 alone, or like one whose range of passive
//! ports is used up. A [`Story`] is a behaviour with a title, a lesson and the cause that a
//! probe should name.

mod active;
pub mod behaviour;
mod blocked;
mod commands;
mod content;
mod control;
mod endpoint;
mod greeting;
mod passive;
mod pending;
mod ports;
pub mod server;
mod session;
mod shared;
pub mod software;
pub mod stories;
#[cfg(test)]
mod tests;
mod tls;
mod transcript;
mod transfer;

pub use behaviour::{Behaviour, Delay, Login, Passive, SwitchedOff, Tls, TlsStart};
pub use server::Server;
pub use stories::{Protection, stories, story};
