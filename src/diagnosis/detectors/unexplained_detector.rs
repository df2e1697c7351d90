//! What is dead and no cause explains: a finding of its own, never silence.

use super::finding_builder::finding;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Finding, Who};
use crate::diagnosis::reason::reason;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, some, why_not};
use crate::evidence::{Evidence, ModeView, State};

pub static UNEXPLAINED: Cause = cause!("unexplained", Server, Problem, &Detector(dead));

/// Every mode that is dead, as long as nobody has explained it.
fn dead(evidence: &Evidence<'_>) -> Found {
    unexplained(evidence, &[])
}

/// Leaves of the dead modes those that no other finding explains.
pub fn keep_unexplained(evidence: &Evidence<'_>, findings: &mut Vec<Finding>) {
    findings.retain(|finding| finding.cause != UNEXPLAINED.id);
    let rest = unexplained(evidence, findings).unwrap_or_default();
    findings.extend(rest);
}

/// The finding about every dead mode that none of these explains. A command that the server does not
/// have is no riddle where the other one of its direction fails for a known reason.
///
/// # Errors
/// Where there is none.
pub fn unexplained(evidence: &Evidence<'_>, found: &[Finding]) -> Found {
    let explained = |m: &ModeView<'_>| {
        let others = found.iter().filter(|f| f.cause != UNEXPLAINED.id);
        others.into_iter().any(|f| f.explains.contains(&m.entry.id))
    };
    let explained_beside = |m: &ModeView<'_>| {
        let same = |o: &&ModeView<'_>| o.mode.is_passive() == m.mode.is_passive();
        evidence.modes().iter().filter(same).any(explained)
    };
    let dead: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|m| evidence.state(m) == State::Dead && !explained(m))
        .filter(|m| !(m.is_not_offered() && explained_beside(m)))
        .collect();
    let dead = some(dead, || why_not("no mode is dead without a cause").on_every_mode(evidence))?;
    let verbs: Vec<&str> = dead.iter().map(|m| m.mode.verb()).collect();
    let mut text = Text::new("unexplained-text").with("verbs", verbs.join(", "));
    if let Some(first) = dead.first() {
        text = text.with("verb", first.mode.verb()).with("why", reason(first.shown));
    }
    finding(&UNEXPLAINED, Confidence::Possible, text)
        .explains(&dead)
        .fix(Who::ServerAdmin, Text::new("unexplained-fix-server"), Vec::new())
        .fix(Who::User, Text::new("unexplained-fix-user"), Vec::new())
        .done()
}
