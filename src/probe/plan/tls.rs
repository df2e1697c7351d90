//! What TLS adds: sessions that have to be resumed, and helpers that go blind.

use super::step::Next;
use super::step::{asked, compare, of, shut_out, tried};
use crate::facts::{Attempt, Facts, Family, Outcome, TlsLevel, Varied, Why};
use crate::wire::peer;

/// A data connection resumed the control connection's session: does one with a session of its own
/// work as well?
pub fn fresh_session(facts: &Facts) -> Option<Next> {
    if facts.varied(|v| *v == Varied::FreshSession).next().is_some() {
        return None;
    }
    let resumed = facts.attempts.iter().find(|a| {
        a.is_open()
            && a.varied.is_empty()
            && a.tls.as_ref().is_some_and(|tls| tls.resumed == Some(true))
    })?;
    Some(compare(resumed.mode, vec![Varied::FreshSession]))
}

fn dead(attempt: &Attempt) -> bool {
    let refused = match &attempt.why {
        Why::CommandRefused { code, text } => {
            !attempt.mode.is_passive() && peer::is_address_refusal(*code, text)
        }
        _ => false,
    };
    refused
        || (!attempt.mode.is_passive() && shut_out(attempt))
        || matches!(
            attempt.outcome,
            Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Unreachable
        )
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
    let mode = all.iter().find(|a| dead(a))?.mode;
    all.iter().all(|a| dead(a)).then(|| compare(mode, vec![Varied::Clear]))
}

/// Whether the comparison in clear came through.
pub fn works_in_clear(facts: &Facts, passive: bool) -> bool {
    facts.varied(|v| *v == Varied::Clear).any(|a| a.is_open() && a.mode.is_passive() == passive)
}
