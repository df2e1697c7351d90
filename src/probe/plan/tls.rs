//! What TLS adds: sessions that have to be resumed, and helpers that go blind.

use super::step::{Next, compare};
use crate::evidence::Evidence;
use crate::facts::{Because, TlsLevel, Varied};

/// A data connection resumed the control connection's session: does one with a session of its own
/// work as well?
pub fn fresh_session(evidence: &Evidence<'_>) -> Option<Next> {
    if evidence.facts.has_varied(|v| *v == Varied::FreshSession) {
        return None;
    }
    let resumed = evidence.resumed_connection()?;
    Some(compare(resumed.mode, vec![Varied::FreshSession], Because::SessionResumed))
}

/// No data connection of this direction stands under TLS: does it in clear? Only where nothing is
/// given away by it, and only with AUTH TLS, whose port speaks clear text as well.
pub fn in_clear(evidence: &Evidence<'_>, passive: bool) -> Option<Next> {
    let request = &evidence.facts.request;
    let asked_already =
        evidence.facts.varied(|v| *v == Varied::Clear).any(|a| a.mode.is_passive() == passive);
    if request.tls != TlsLevel::Explicit
        || !request.may_speak_clear()
        || !request.localise
        || asked_already
    {
        return None;
    }
    let shut = evidence.shut_under_tls(passive);
    let mode = shut.first()?.mode;
    Some(compare(mode, vec![Varied::Clear], Because::ShutUnderTls))
}
