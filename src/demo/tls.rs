//! The server's side of TLS: certificates made for the occasion, handshakes, AUTH, PBSZ and PROT.

mod certificate;
mod commands;
mod identity;
mod link;

pub(super) use identity::{Identity, Secured, TlsLogin};
pub(super) use link::Link;
