//! Files that people already have, logs and packet captures, read into facts: the same diagnosis
//! follows as from a live run.
//!
//! ```text
//! file → captures | logs → Conversation (one control connection as the file shows it) → Facts
//! ```
//!
//! Nothing here draws a conclusion: what a file does not tell stays untold.

pub mod captures;
mod clock;
pub mod conversation;
mod draft;
mod ends;
mod gather;
pub mod input;
pub mod logs;
mod observe;
mod pair;
mod session;
mod vantage;

pub use gather::groups;
pub use input::{Content, Given, read};
pub use observe::facts_of;

use crate::facts::Facts;
use crate::facts::reading::{FileKind, Source};

/// Facts of every session in the files: what one client did with one server, in the order of the
/// files. `moment` is when it was, in seconds since 1970, where the files do not tell.
pub fn sessions(content: Content, moment: u64) -> Vec<Facts> {
    let Content { conversations, mut reading } = content;
    let captures = reading.files.iter().any(|f| f.kind == FileKind::Capture);
    let source = if captures { Source::Capture } else { Source::Log };
    pair::differences(&conversations, &mut reading);
    groups(pair::together(conversations))
        .iter()
        .map(|group| {
            let mut reading = reading.clone();
            vantage::judge(&mut reading, &group.conversations);
            pair::addresses(&mut reading, &group.conversations);
            facts_of(&group.conversations, source, reading, moment)
        })
        .collect()
}
