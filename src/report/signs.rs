//! The signs that stand before a result in every format, and clients grouped by them.

use crate::diagnosis::RuleState;
use crate::document::report::Client;
use crate::facts::{Outcome, Session};

/// The sign of what works, does not, or is not known.
pub fn sign(works: Option<bool>) -> &'static str {
    match works {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "·",
    }
}

/// Whether an attempt worked; `None` where it was not made.
pub fn worked(outcome: Outcome) -> Option<bool> {
    (outcome != Outcome::NotTested).then_some(outcome == Outcome::Open)
}

/// A port of the control connection; a log may not tell it.
pub fn port(port: u16) -> String {
    if port == 0 { "?".to_owned() } else { port.to_string() }
}

/// How long the control connection took to stand; nothing where nobody measured that.
pub fn stood_after(session: &Session) -> String {
    if session.connect.0 == 0 { String::new() } else { session.connect.words() }
}

/// Whether a rule in this state passes; `None` where nothing was measured that depends on it alone.
pub fn passes(state: RuleState) -> Option<bool> {
    match state {
        RuleState::Passes => Some(true),
        RuleState::Blocked => Some(false),
        RuleState::NotTested => None,
    }
}

/// Clients by what they would meet, in the report's order.
pub struct Sorted<'a> {
    /// They list.
    pub work: Vec<&'a Client>,
    /// They do not, and after them those of which it is not known.
    pub others: Vec<&'a Client>,
}

/// Sorts clients.
pub fn sorted(clients: &[Client]) -> Sorted<'_> {
    let of = |works: Option<bool>| clients.iter().filter(move |client| client.works == works);
    Sorted { work: of(Some(true)).collect(), others: of(Some(false)).chain(of(None)).collect() }
}
