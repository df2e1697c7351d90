//! TLS for control and data connections, explicit (RFC 4217) and implicit.
//!
//! ```text
//! TlsSetup (one per run: trusted roots, --insecure)
//!   └─ ControlTls (one per login: name to check, the control connection's sessions)
//!        ├─ connect       the control connection   ─┐
//!        └─ connect_data  a data connection        ─┴→ (Handshake, Option<Link>)
//! ```
//!
//! - An outcome is not an error: a handshake that failed is a [`Handshake`](crate::facts::tls::Handshake)
//!   with a failure and no [`Link`].
//! - A certificate that is not trusted ends the handshake before one byte of application data is
//!   sent, on control and data connections alike, unless the setup is insecure; what speaks against
//!   it is recorded either way, and all of it.
//! - Data connections resume the session of *their* control connection, since servers demand that
//!   very one (vsftpd with `require_ssl_reuse`, `ProFTPD` without `NoSessionReuseRequired`). Under
//!   TLS 1.3 the means to do so are tickets, which come *after* the handshake, with the first
//!   bytes that are read: read a reply (to USER, or the greeting on port 990) before the first data connection.
//!   Each ticket is good for one data connection; servers send one or two, and one more on each data
//!   connection that is read.
//! - Before `AUTH TLS` turns into a handshake, look for bytes that came in clear after the 234:
//!   whatever is in the reply reader then was put there by somebody on the way (or by a broken
//!   server) and must not be taken for a reply under TLS. Bytes that are still in the socket are
//!   noticed here: they are no TLS record, the handshake fails as `not-tls` and shows them.
//! - Renegotiation is refused, handshake messages above 64 KiB are refused, tickets and facts are
//!   bounded in number and size.

mod certificate;
mod control;
mod failure;
mod hello;
mod link;
mod setup;
mod store;
mod tap;
#[cfg(test)]
mod tests;
mod trust;

pub use control::{ControlTls, PeerName, Reuse};
pub use link::Link;
pub use setup::{Roots, TlsSetup};
