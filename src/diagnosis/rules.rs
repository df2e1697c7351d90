//! The eight rules that a firewall in front of an FTP server has to let through: four for active,
//! four for passive. Each is judged from what was measured, with this server's real ports.

use super::finding::{Finding, Side};
use super::ports;
use super::text::Text;
use crate::evidence::Worth;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{DialOutcome, Outcome};
use crate::words::words;

words! {
    /// What was found out about a rule.
    pub enum RuleState: "state of a rule" {
        /// Its packets came through.
        Passes = "passes",
        /// Its packets did not come through.
        Blocked = "blocked",
        /// Nothing was measured that depends on this rule alone.
        NotTested = "not-tested",
    }
}

/// One of the eight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `active-1` … `passive-4`.
    pub id: &'static str,
    /// Which packets.
    pub text: Text,
    /// What was found out.
    pub state: RuleState,
    /// Ids of the mode attempts that show it.
    pub attempts: Vec<String>,
}

/// Causes of which the open ports of the range say nothing about the others.
const PARTLY: &[&str] =
    &["passive-range-partly-blocked", "passive-port-hole", "passive-ports-not-forwarded"];

/// The ports of the range that do not come through, as the audit or the attempts found them.
fn stopped(evidence: &Evidence<'_>) -> String {
    if let Some(view) = evidence.audit().filter(|view| view.worth == Worth::Shown) {
        let held = view.spans_of(&[Outcome::TimedOut]);
        if !held.is_empty() {
            return ports::few(&held);
        }
    }
    let shut = [Outcome::TimedOut, Outcome::Prohibited, Outcome::Refused];
    let mut all: Vec<u16> = shut.iter().flat_map(|o| evidence.passive_ports(*o)).collect();
    all.sort_unstable();
    ports::list(&all)
}

/// Judges all eight.
pub fn rules(evidence: &Evidence<'_>, findings: &[Finding]) -> Vec<Rule> {
    let control = control_state(evidence);
    let mut rules = Vec::new();
    for (direction, passive) in [("active", false), ("passive", true)] {
        let ids: [&'static str; 4] = if passive {
            ["passive-1", "passive-2", "passive-3", "passive-4"]
        } else {
            ["active-1", "active-2", "active-3", "active-4"]
        };
        let views: Vec<&ModeView<'_>> = evidence
            .modes()
            .iter()
            .filter(|m| m.mode.is_passive() == passive && m.tested())
            .collect();
        let blamed_elsewhere = findings.iter().any(|f| {
            f.side == Side::Client && views.iter().any(|v| f.explains.contains(&v.entry.id))
        });
        // Who answers in the server's place says nothing about the firewall in front of it.
        let answered_for = passive && findings.iter().any(|f| f.cause == "data-intercepted");
        let (first, answer) = if answered_for {
            (RuleState::NotTested, RuleState::NotTested)
        } else {
            data_states(&views, blamed_elsewhere)
        };
        // A range of which only a part comes through does not meet the rule: some transfers fail.
        let partly =
            passive && findings.iter().any(|f| PARTLY.contains(&f.cause) && f.side != Side::Client);
        let (first, answer) =
            if partly { (RuleState::Blocked, RuleState::NotTested) } else { (first, answer) };
        let range = if partly { stopped(evidence) } else { ports::passive_words(evidence) };
        let shown: Vec<String> = views.iter().map(|v| v.entry.id.clone()).collect();
        let states = [control.0, control.1, first, answer];
        for ((number, id), state) in (1..=4).zip(ids).zip(states) {
            let text = Text::new(format!("rule-{direction}-{number}"))
                .with("control", evidence.control_port())
                .with("data", ports::source(evidence))
                .with("range", range.clone());
            let attempts = if number > 2 && state != RuleState::NotTested {
                shown.clone()
            } else {
                Vec::new()
            };
            rules.push(Rule { id, text, state, attempts });
        }
    }
    rules
}

/// The control connection: the client's SYN, and the server's answer to it.
fn control_state(evidence: &Evidence<'_>) -> (RuleState, RuleState) {
    if evidence.session().is_some() {
        return (RuleState::Passes, RuleState::Passes);
    }
    let silent = evidence
        .facts
        .dials
        .iter()
        .any(|d| matches!(d.outcome, DialOutcome::TimedOut | DialOutcome::Prohibited { .. }));
    // Which of the two was lost cannot be seen from one side; the first one is asked for first.
    if silent {
        (RuleState::Blocked, RuleState::NotTested)
    } else {
        (RuleState::NotTested, RuleState::NotTested)
    }
}

/// The data connection: its SYN, and the answer to it.
fn data_states(views: &[&ModeView<'_>], client_side: bool) -> (RuleState, RuleState) {
    if views.iter().any(|v| v.is_open()) {
        return (RuleState::Passes, RuleState::Passes);
    }
    if views.iter().any(|v| v.shown.observed.is_some()) {
        return (RuleState::Passes, RuleState::Passes);
    }
    let blocked =
        views.iter().any(|v| matches!(v.outcome(), Outcome::TimedOut | Outcome::Prohibited));
    if blocked && !client_side {
        return (RuleState::Blocked, RuleState::NotTested);
    }
    (RuleState::NotTested, RuleState::NotTested)
}
