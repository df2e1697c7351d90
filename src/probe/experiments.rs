//! What is tried beside data connections: knocks that nobody expects, commands in halves, silence.

pub mod announcements;
pub mod neighbours;
pub mod trial;
