//! The embedded server as a client meets it.

mod behaviours;
mod client;
mod flavours;
mod stories;
mod tls;

/// Any error fails a test.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;
