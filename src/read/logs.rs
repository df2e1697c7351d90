//! Logs that people paste: of clients, of servers, and plain transcripts of the dialogue.
//!
//! ```text
//! bytes → lines (text) → time (stamp) → what the line says (clients, servers) → conversations (talk)
//! ```
//!
//! Programs are known by the shape of their lines, never by the words that they translate. A line that
//! nobody is known to write is passed over. Secrets are dropped where a command is taken in, and nothing
//! of a line is kept but what it says.

mod clients;
mod packets;
mod reader;
mod says;
mod servers;
mod shape;
mod stamp;
mod talk;
mod talks;
mod text;

pub use reader::read;

#[cfg(test)]
mod tests;
