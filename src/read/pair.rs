//! Several captures of one trouble: the same control connection, seen at two places.

use super::conversation::Conversation;

/// What several files come to.
pub struct Together {
    /// Control connections, each once.
    pub conversations: Vec<Conversation>,
}

/// Puts together what several files show of the same control connections.
pub fn together(files: Vec<Vec<Conversation>>) -> Together {
    Together { conversations: files.into_iter().flatten().collect() }
}
