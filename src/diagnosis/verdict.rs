//! The whole answer in one word. It follows from what became of everything that was asked for, not
//! from how many findings there are: nothing may be dead or unknown behind a good word.

use super::finding::{Finding, Severity};
use crate::evidence::{Access, Evidence, ModeView, PortAudit, State, Worth};
use crate::facts::{IdleEnd, NotTested, Outcome, Varied, Why};
use crate::words::Verdict;

/// Everything that decides the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The login.
    pub access: Access,
    /// Passive modes that were asked for; a file (`--get`), a silence (`--idle`) and the ports of an
    /// audit count as such.
    pub passive: Vec<State>,
    /// Active modes that were asked for.
    pub active: Vec<State>,
    /// Another problem was found than a dead mode.
    pub problem: bool,
}

impl Balance {
    /// What the evidence shows of everything that was asked for, beside these findings.
    pub fn of(evidence: &Evidence<'_>, findings: &[Finding]) -> Self {
        let of = |passive: bool| {
            let modes = evidence.modes().iter().filter(move |m| m.mode.is_passive() == passive);
            modes.map(|m| evidence.state(m)).collect::<Vec<_>>()
        };
        let mut passive = of(true);
        passive.extend(file(evidence));
        passive.extend(silence(evidence));
        passive.extend(evidence.audit().map(|audit| range(evidence, audit)));
        Self {
            access: evidence.access(),
            passive,
            active: of(false),
            problem: findings.iter().any(|f| f.severity == Severity::Problem),
        }
    }
}

/// `--get`: whether the file came through.
fn file(evidence: &Evidence<'_>) -> Option<State> {
    evidence.facts.request.get.as_ref()?;
    let retrieved = evidence.facts.varied(|v| *v == Varied::Retrieve);
    let tries: Vec<Outcome> = retrieved.map(|attempt| attempt.outcome).collect();
    Some(if tries.contains(&Outcome::Open) {
        State::Open
    } else if tries.iter().any(|outcome| *outcome != Outcome::NotTested) {
        State::Dead
    } else if tries.is_empty() && !evidence.any_open() {
        // Nothing that it could have come through.
        State::NotApplicable
    } else {
        State::Unknown
    })
}

/// `--idle`: whether a login outlives silence.
fn silence(evidence: &Evidence<'_>) -> Option<State> {
    evidence.facts.request.idle?;
    Some(match evidence.facts.idles.first().map(|idle| &idle.end) {
        Some(IdleEnd::Answered { .. }) => State::Open,
        Some(end) if end.lost() => State::Dead,
        _ => State::Unknown,
    })
}

/// An audit: whether every port of the range was asked. What a blocked port means is a finding's; a port
/// that was refused while it was announced is no good sign, even where nobody is found for it.
fn range(evidence: &Evidence<'_>, audit: &PortAudit<'_>) -> State {
    match audit.worth {
        _ if !audit.rejected().is_empty() => State::Unknown,
        Worth::Shown => {
            let whole = audit.sweep.is_some_and(|s| s.complete && s.gone_silent.is_empty());
            if whole && !audit.patchy() { State::Open } else { State::Unknown }
        }
        Worth::Nothing if evidence.passive_open() => State::Unknown,
        // No port was ever announced; or they were knocked at as they were, and more is not to be
        // had.
        Worth::Nothing | Worth::Pinholes | Worth::Announced | Worth::Intercepted => {
            State::NotApplicable
        }
    }
}

/// How much a finding matters where it is about modes that are dead: a passive one is a problem. Active
/// mode is what few programs need: where a passive one was asked for, a finding that is about nothing
/// but active ones is a warning.
pub fn weigh(evidence: &Evidence<'_>, findings: &mut [Finding]) {
    let modes = |passive: bool| {
        evidence.modes().iter().filter(move |m| m.mode.is_passive() == passive).collect::<Vec<_>>()
    };
    let (passive, active) = (modes(true), modes(false));
    let asked = passive.iter().any(|m| evidence.state(m) != State::NotApplicable);
    let alone = !findings.iter().any(|finding| {
        finding.severity < Severity::Info
            && passive.iter().any(|m| finding.explains.contains(&m.entry.id))
    });
    for finding in findings {
        let about = |m: &&&ModeView<'_>| finding.explains.contains(&m.entry.id);
        let dead = passive.iter().filter(about).any(|m| evidence.state(m) == State::Dead);
        // What is information beside a problem is the problem where it stands alone.
        if dead && (finding.severity == Severity::Warning || alone) {
            finding.severity = Severity::Problem;
        } else if finding.severity == Severity::Problem
            && asked
            && !passive.iter().any(|m| about(&m))
            && active.iter().any(|m| about(&m))
        {
            finding.severity = Severity::Warning;
        }
    }
}

/// The message that says how a mode that was not tested can be.
pub fn how_to_measure(view: &ModeView<'_>) -> &'static str {
    let Why::Not(not) = &view.shown.why else { return "how-again" };
    match not {
        NotTested::Deadline => "how-deadline",
        NotTested::ShortTimeout => "how-timeout",
        NotTested::TooMany { .. } => "how-too-many",
        NotTested::LoginLimit { .. } => "how-fewer",
        NotTested::NothingSent { .. } => "how-path",
        NotTested::Local { .. } => "how-local",
        NotTested::NotInFile { .. } => "how-live",
        NotTested::Ipv6
        | NotTested::NoLogin
        | NotTested::NoConnection { .. }
        | NotTested::ControlBroke
        | NotTested::LoginFailed { .. }
        | NotTested::Interrupted
        | NotTested::CameLate => "how-again",
    }
}

impl Balance {
    /// The first word that fits.
    pub fn verdict(&self) -> Verdict {
        match self.access {
            Access::Denied => return Verdict::Unreachable,
            Access::Unfinished => return Verdict::Incomplete,
            Access::LoggedIn => {}
        }
        let any = |wanted| self.passive.iter().chain(&self.active).any(|state| *state == wanted);
        let passive = |wanted| self.passive.contains(&wanted);
        let active = |wanted| self.active.contains(&wanted);
        if !any(State::Open) && !any(State::Unknown) {
            return Verdict::Broken;
        }
        if self.problem || passive(State::Dead) || (self.active_matters() && active(State::Dead)) {
            return Verdict::Degraded;
        }
        if passive(State::Unknown) {
            return Verdict::Incomplete;
        }
        if active(State::Dead) {
            return Verdict::Limited;
        }
        if active(State::Unknown) {
            return Verdict::Incomplete;
        }
        Verdict::Healthy
    }

    /// Whether a dead active mode is a problem: no passive one was asked for that there is, which would
    /// do for nearly every program.
    fn active_matters(&self) -> bool {
        self.passive.iter().all(|state| *state == State::NotApplicable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 4] = [State::Open, State::Dead, State::Unknown, State::NotApplicable];

    /// Every combination of up to three of these, the empty one among them.
    fn combinations() -> Vec<Vec<State>> {
        let mut all = vec![Vec::new()];
        let mut last = all.clone();
        for _ in 0..3 {
            last = last
                .iter()
                .flat_map(|c| STATES.map(|s| c.iter().copied().chain([s]).collect()))
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    /// What must hold of every balance, in words that are not those of the code.
    #[test]
    fn the_whole_table() {
        let mut rows = 0_u32;
        for passive in combinations() {
            for active in combinations() {
                for problem in [false, true] {
                    let balance = Balance {
                        access: Access::LoggedIn,
                        passive: passive.clone(),
                        active: active.clone(),
                        problem,
                    };
                    let verdict = balance.verdict();
                    let all: Vec<State> = passive.iter().chain(&active).copied().collect();
                    let count = |of: &[State], what| of.iter().filter(|s| **s == what).count();
                    let (open, dead, unknown) = (
                        count(&all, State::Open),
                        count(&all, State::Dead),
                        count(&all, State::Unknown),
                    );
                    let say = format!("{balance:?}: {verdict:?}");
                    match verdict {
                        Verdict::Healthy => {
                            assert!(open > 0 && dead == 0 && unknown == 0 && !problem, "{say}");
                        }
                        Verdict::Limited => {
                            assert!(!problem && !passive.is_empty(), "{say}");
                            assert_eq!(count(&passive, State::Dead), 0, "{say}");
                            assert_eq!(count(&passive, State::Unknown), 0, "{say}");
                            assert!(count(&active, State::Dead) > 0 && open > 0, "{say}");
                        }
                        Verdict::Degraded => {
                            assert!(problem || dead > 0, "{say}");
                            assert!(open > 0 || unknown > 0, "{say}");
                        }
                        Verdict::Broken => assert!(open == 0 && unknown == 0, "{say}"),
                        Verdict::Incomplete => {
                            assert!(unknown > 0 && !problem, "{say}");
                            assert_eq!(count(&passive, State::Dead), 0, "{say}");
                        }
                        Verdict::Unreachable => panic!("logged in: {say}"),
                    }
                    rows += 1;
                }
            }
        }
        assert_eq!(rows, 2 * 85 * 85);
    }

    /// The rows that people meet, one by one.
    #[test]
    fn what_people_meet() {
        use State::{Dead, NotApplicable, Open, Unknown};
        use Verdict::{Broken, Degraded, Healthy, Incomplete, Limited};
        let rows: [(&[State], &[State], bool, Verdict); 23] = [
            (&[Open, Open], &[Open, Open], false, Healthy),
            (&[NotApplicable, Open], &[NotApplicable, Open], false, Healthy),
            (&[Open, NotApplicable], &[Open, Open], false, Healthy),
            (&[Open, Open], &[], false, Healthy),
            (&[], &[Open, Open], false, Healthy),
            (&[Open, Open], &[Open, Open], true, Degraded),
            (&[Open, Open], &[Dead, Dead], false, Limited),
            (&[Open, Open], &[Open, Dead], false, Limited),
            (&[Open, Open], &[Dead, Unknown], false, Limited),
            (&[Open, Open], &[Dead, Dead], true, Degraded),
            (&[Open, Dead], &[Open, Open], false, Degraded),
            (&[Open, Dead], &[Unknown, Unknown], false, Degraded),
            (&[Dead, Dead], &[Open, Open], false, Degraded),
            (&[Dead, Dead], &[Unknown, Unknown], false, Degraded),
            (&[], &[Open, Dead], false, Degraded),
            (&[], &[Dead, Unknown], false, Degraded),
            (&[Open, Unknown], &[Open, Open], false, Incomplete),
            (&[Unknown, Unknown], &[Open, Open], false, Incomplete),
            (&[Unknown, Unknown], &[Dead, Dead], false, Incomplete),
            (&[Open, Open], &[Open, Unknown], false, Incomplete),
            (&[Unknown, Unknown], &[Unknown, Unknown], false, Incomplete),
            (&[Dead, Dead], &[Dead, Dead], false, Broken),
            (&[], &[Dead, Dead], false, Broken),
        ];
        for (passive, active, problem, expected) in rows {
            let balance = Balance {
                access: Access::LoggedIn,
                passive: passive.to_vec(),
                active: active.to_vec(),
                problem,
            };
            assert_eq!(balance.verdict(), expected, "{balance:?}");
        }
    }

    #[test]
    fn without_a_login_nothing_else_counts() {
        for passive in combinations() {
            let of = |access| {
                Balance { access, passive: passive.clone(), active: Vec::new(), problem: true }
                    .verdict()
            };
            assert_eq!(of(Access::Denied), Verdict::Unreachable);
            assert_eq!(of(Access::Unfinished), Verdict::Incomplete);
        }
    }
}
