//! What to ask about the way itself, once both directions were tried.

use super::step::Next;
use crate::evidence::{Evidence, Side, WayBack};
use crate::facts::{Because, Task};

/// Knocks die at the server's end, as far as the way there tells: or does the answer die on the way
/// back? Routers on the way can be asked whether anything from such a port comes home.
pub fn answers(evidence: &Evidence<'_>) -> Option<Next> {
    let needed = evidence.has_a_way()
        && evidence.facts.returned.is_empty()
        && evidence.place_of_silence().is_some_and(|at| at.side() == Side::Server)
        && evidence.way_back() == WayBack::Unknown
        && evidence.silent_port().is_some()
        && !evidence.routers_to_ask().is_empty();
    needed.then(|| Next::new(Task::Routers, Because::AnswersUnseen))
}
