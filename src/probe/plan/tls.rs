//! What TLS adds: sessions that have to be resumed, and helpers that go blind.

use super::step::Next;
use super::step::{asked, compare, of, tried};
use crate::facts::{Attempt, Because, Facts, Family, TlsLevel, Varied};

/// A data connection resumed the control connection's session: does one with a session of its own
/// work as well?
pub fn fresh_session(facts: &Facts) -> Option<Next> {
    if facts.has_varied(|v| *v == Varied::FreshSession) {
        return None;
    }
    let resumed =
        facts.attempts.iter().find(|a| a.is_open() && a.varied.is_empty() && a.resumed())?;
    Some(compare(resumed.mode, vec![Varied::FreshSession], Because::SessionResumed))
}

/// No data connection of this direction stands under TLS: does it in clear? Only where nothing is
/// given away by it, and only with AUTH TLS, whose port speaks clear text as well.
pub fn in_clear(facts: &Facts, family: Family, passive: bool) -> Option<Next> {
    let request = &facts.request;
    let asked_already =
        facts.varied(|v| *v == Varied::Clear).any(|a| a.mode.is_passive() == passive);
    if request.tls != TlsLevel::Explicit
        || !request.may_speak_clear()
        || !request.localise
        || asked_already
    {
        return None;
    }
    let modes = asked(facts, family, passive);
    let all: Vec<&Attempt> =
        modes.iter().flat_map(|m| of(facts, *m)).filter(|a| tried(a)).collect();
    let mode = all.iter().find(|a| a.is_shut())?.mode;
    all.iter()
        .all(|a| a.is_shut())
        .then(|| compare(mode, vec![Varied::Clear], Because::ShutUnderTls))
}
