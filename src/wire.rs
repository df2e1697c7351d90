//! The grammar of FTP as it is spoken on the control connection: pure functions, no socket, no clock.
//!
//! What deviates from the standards and is understood nevertheless is kept as an *oddity* next to the result;
//! nothing is repaired in silence.
//!
//! - [`text`]: bytes from a stranger as printable text
//! - [`command`]: what is sent (RFC 959 §4.1, RFC 2228, 2389, 2428, 4217)
//! - [`reply`]: what is answered (RFC 959 §4.2), read incrementally and within limits
//! - [`address`]: the addresses in 227, 229, PORT and EPRT
//! - [`feat`]: the reply to FEAT (RFC 2389)
//! - [`peer`]: what a server's wording tells about addresses, limits and demands
//! - [`service`]: what speaks where an FTP greeting should be, and a TLS `ClientHello` to find out
//! - [`software`]: which server program it is

pub mod address;
pub mod command;
pub mod feat;
pub mod peer;
pub mod reply;
pub mod service;
pub mod software;
#[cfg(test)]
mod tests;
pub mod text;
