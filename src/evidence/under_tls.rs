//! What is shut under TLS and open in clear: a helper that can no longer read along.

use super::attempt_reading::AttemptReading;
use super::{Evidence, ModeView};
use crate::facts::{Attempt, Security, Varied};

impl<'f> Evidence<'f> {
    /// The comparison in clear that came through, for one direction.
    pub fn works_in_clear(&self, passive: bool) -> Option<&'f Attempt> {
        self.facts
            .varied(|v| *v == Varied::Clear)
            .find(|a| a.is_open() && a.mode.is_passive() == passive)
    }

    /// The modes of one direction that were tested under TLS, where no data connection of any of
    /// them came to stand; none where one did.
    pub fn shut_under_tls(&self, passive: bool) -> Vec<&ModeView<'f>> {
        let views: Vec<&ModeView<'f>> = self
            .modes()
            .iter()
            .filter(|v| v.mode.is_passive() == passive && v.security == Security::Tls)
            .filter(|v| v.tested())
            .collect();
        let tested = views.iter().flat_map(|v| &v.all).filter(|a| a.is_tested());
        if tested.into_iter().all(|a| a.is_shut()) { views } else { Vec::new() }
    }

    /// A data connection that came through on a resumed session of the control connection.
    pub fn resumed_connection(&self) -> Option<&'f Attempt> {
        let all = self.modes().iter().flat_map(|v| &v.all);
        all.copied().find(|a| a.is_open() && a.resumed())
    }
}
