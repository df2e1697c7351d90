//! Whether there is a way to look at.

use super::Evidence;

impl Evidence<'_> {
    /// Whether there is anything between here and the server that a ladder could show, and it is to
    /// be shown.
    pub fn has_a_way(&self) -> bool {
        self.facts.request.localise && !self.peer().is_some_and(|peer| peer.is_loopback())
    }
}
