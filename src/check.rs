//! Lists of targets for `ftp-doctor check`: what the files say, before anything is sent.
//!
//! ```text
//! FILE (TOML) ┐
//!             ├ read → Vec<Job> (a target with the options of the main job)
//! - (lines)   ┘
//! earlier results (JSON lines) → done → which of them need not be run again
//! ```

pub mod done;
pub mod file;
pub mod job;
pub mod keys;
pub mod lines;

pub use job::{Job, ListError};
