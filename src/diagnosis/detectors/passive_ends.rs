//! How the passive modes ended, all of them together.

use crate::diagnosis::why_not::{WhyNot, some, why_not};
use crate::evidence::{Deciding, Evidence, ModeView};
use crate::facts::Outcome;

/// Passive modes whose knocks at the server ended in one of these ways, where no passive mode works; never none.
///
/// # Errors
/// Which passive mode works, or how they ended instead.
pub fn ended<'v, 'a>(
    evidence: &'v Evidence<'a>,
    wanted: &[Outcome],
) -> Result<Vec<&'v ModeView<'a>>, WhyNot> {
    let tested = evidence.passive();
    if let Some(open) = tested.iter().find(|v| v.is_open()) {
        return Err(why_not("a passive mode works").on(open.shown));
    }
    if evidence.let_in_beside() || *evidence.deciding() == Deciding::Port {
        return Err(why_not("a port that was announced beside the attempts let a knock in")
            .on_modes(&tested));
    }
    let at_the_server = |v: &&ModeView<'_>| !evidence.went_nowhere(v.shown);
    let ended = tested.iter().copied().filter(|v| wanted.contains(&v.outcome()));
    let views = ended.filter(at_the_server).collect();
    some(views, || {
        let wanted: Vec<&str> = wanted.iter().map(|outcome| outcome.as_str()).collect();
        why_not(format!("no passive mode ended {}", wanted.join(" or "))).on_modes(&tested)
    })
}

/// Whether every passive mode that got as far as knocking ended in one of these ways. A command
/// that was refused says nothing about the way.
pub fn all_end(evidence: &Evidence<'_>, wanted: &[Outcome]) -> bool {
    evidence
        .passive()
        .iter()
        .all(|v| v.outcome() == Outcome::Rejected || wanted.contains(&v.outcome()))
}
