//! The report as data: written by one run, read back by whoever has to do with it later.
//!
//! ```text
//! Diagnosis → of → Report ─ serde → JSON → read → Report
//! ```
//!
//! Formats for programs, `check`, its baseline and an unfinished run of it, and `diff` read a
//! [`Report`], whether it was just made or comes from a file.

pub mod check;
pub mod entry;
pub mod format;
pub mod millis;
pub mod of;
pub mod read;
pub mod report;
pub mod schema;

pub use entry::{Entry, Failure};
pub use format::Format;
pub use millis::Millis;
pub use of::of;
pub use read::{ReadError, read};
pub use report::Report;
