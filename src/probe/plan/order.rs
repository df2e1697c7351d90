//! The order of the plan: the first part that still needs something says what is next.

use super::step::Next;
use super::{active, lasting, passive, tls, way};
use crate::evidence::Evidence;
use crate::facts::{Because, Facts, Family, Task};

/// What to do next; `None` when the plan is done.
pub fn next(facts: &Facts, family: Family) -> Option<Next> {
    let evidence = &Evidence::new(facts);
    passive::passive(evidence, family)
        .or_else(|| tls::in_clear(evidence, true))
        .or_else(|| lasting::retrieve(evidence, family, true))
        .or_else(|| tls::fresh_session(evidence))
        .or_else(|| passive::pinholes(evidence, family))
        .or_else(|| passive::quiet(evidence))
        .or_else(|| passive::climb(evidence, family))
        .or_else(|| active::active(evidence, family))
        .or_else(|| tls::fresh_session(evidence))
        .or_else(|| tls::in_clear(evidence, false))
        .or_else(|| active::pipelined(evidence, family))
        .or_else(|| lasting::retrieve(evidence, family, false))
        .or_else(|| active::hole(evidence, family))
        .or_else(|| way::answers(evidence))
        .or_else(|| nearer(evidence))
        .or_else(|| lasting::idle(evidence))
}

/// A second knock met a RST: where does a control connection come that lives as long? Last of all,
/// since it may be a session of its own for the server.
fn nearer(evidence: &Evidence<'_>) -> Option<Next> {
    let nearer = evidence.facts.nearer.as_ref()?;
    (!nearer.done && nearer.resets_at.is_some_and(|at| at > 1))
        .then(|| Next::new(Task::Nearer, Because::SecondKnockReset))
}
