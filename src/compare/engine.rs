//! Puts two runs side by side and lets every comparison look at them.

use std::collections::BTreeSet;

use super::conclusion::{Conclusion, End, Two};
use super::difference::{self, Difference, FindingPair};
use super::identity::{Identity, identity};
use super::pair::{Change, ModePair, pairs};
use super::place::{Gap, Place, place};
use super::run::{ModeRun, Run};
use super::state::State;
use super::way::{Shared, shared_end};
use super::{both, changed, control, factors, one};
use crate::diagnosis::Text;
use crate::facts::{Family, Security};

/// What two runs come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The first run.
    pub a: Run,
    /// The second run.
    pub b: Run,
    /// Whether they met one server.
    pub identity: Identity,
    /// How their places relate.
    pub place: Place,
    /// The time between them.
    pub gap: Gap,
    /// The end that both ways share.
    pub shared: Option<Shared>,
    /// Modes side by side.
    pub modes: Vec<ModePair>,
    /// Findings side by side.
    pub findings: Vec<FindingPair>,
    /// All that differs.
    pub differences: Vec<Difference>,
    /// What it proves.
    pub conclusions: Vec<Conclusion>,
    /// What the reader has to know about the comparison itself.
    pub notes: Vec<Text>,
}

impl Comparison {
    /// Whether verdict, modes or findings differ.
    pub fn differs(&self) -> bool {
        self.differences.iter().any(|d| d.counts)
    }

    /// 0 where nothing differs that counts, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.differs())
    }
}

/// Compares two runs. Pure: the same runs give the same comparison.
pub fn compare(a: &Run, b: &Run) -> Comparison {
    let gap = Gap::between(a, b);
    let two = Two { a, b, identity: identity(a, b), place: place(a, b, gap), gap };
    let modes = pairs(a, b);
    let findings = difference::findings(a, b);
    let differences = difference::differences(a, b, &modes, &findings);
    let conclusions = if two.identity == Identity::Other { Vec::new() } else { conclude(&two) };
    let notes = notes(&two, &modes, &conclusions);
    Comparison {
        a: a.clone(),
        b: b.clone(),
        identity: two.identity,
        place: two.place,
        gap,
        shared: shared_end(a, b),
        modes,
        findings,
        differences,
        conclusions,
        notes,
    }
}

fn conclude(two: &Two<'_>) -> Vec<Conclusion> {
    let mut found = if two.a.logged_in() && two.b.logged_in() {
        [true, false].into_iter().flat_map(|passive| direction(two, passive)).collect()
    } else {
        control::conclude(two)
    };
    found.extend(changed::alongside(two, &found));
    // That something works is worth a word where there is nothing else to say.
    if found.iter().any(|c| !both::works(c)) {
        found.retain(|c| !both::works(c));
    }
    // What a run has found by itself is not out.
    for conclusion in &mut found {
        let own = |cause: &str| [two.a, two.b].iter().any(|r| r.finding(&[cause]).is_some());
        conclusion.rules_out.retain(|r| !own(r.cause));
    }
    let mut found: Vec<Conclusion> = found.into_iter().map(|c| c.of_one_server(two)).collect();
    found.sort_by_key(|c| c.confidence);
    found
}

/// What decides about a data connection besides its place: family and encryption.
type Kind = (Family, bool);

fn kind(mode: &ModeRun) -> Kind {
    (mode.family, mode.security == Security::Tls)
}

fn direction(two: &Two<'_>, passive: bool) -> Vec<Conclusion> {
    let (of_a, of_b) = (two.a.tested(passive), two.b.tested(passive));
    let kinds = |modes: &[&ModeRun]| modes.iter().map(|m| kind(m)).collect::<BTreeSet<Kind>>();
    let (kinds_a, kinds_b) = (kinds(&of_a), kinds(&of_b));
    let (end_a, end_b) = two.ends();
    let common: Vec<Kind> = kinds_a.intersection(&kinds_b).copied().collect();
    if common.is_empty() && kinds_a.len() == 1 && kinds_b.len() == 1 {
        let (end_a, end_b) = (End { modes: of_a, ..end_a }, End { modes: of_b, ..end_b });
        return factors::conclude(two, &end_a, &end_b).into_iter().collect();
    }
    let mut found = Vec::new();
    for wanted in common {
        let fits = |m: &&&ModeRun| kind(m) == wanted;
        let end_a = End { modes: of_a.iter().filter(fits).copied().collect(), ..end_a.clone() };
        let end_b = End { modes: of_b.iter().filter(fits).copied().collect(), ..end_b.clone() };
        found.extend(alike(two, &end_a, &end_b, passive));
    }
    found
}

/// Two runs that differ in place or time alone.
fn alike(two: &Two<'_>, a: &End<'_>, b: &End<'_>, passive: bool) -> Option<Conclusion> {
    let (of_a, of_b) = (State::of(a, passive), State::of(b, passive));
    match two.place {
        Place::Same | Place::LooksSame => changed::conclude(two, (a, of_a), (b, of_b), passive),
        Place::Unknown => None,
        Place::Neighbours => match (of_a.works(), of_b.works()) {
            (true, false) => Some(one::machine(a, b)),
            (false, true) => Some(one::machine(b, a)),
            _ => None,
        },
        Place::Different => match (of_a.works(), of_b.works()) {
            (true, false) => one::conclude(two, a, (b, of_b), passive),
            (false, true) => one::conclude(two, b, (a, of_a), passive),
            (true, true) => both::work(two, a, b, passive),
            (false, false) => both::conclude(two, (a, of_a), (b, of_b), passive),
        },
    }
}

fn notes(two: &Two<'_>, modes: &[ModePair], conclusions: &[Conclusion]) -> Vec<Text> {
    let mut notes = Vec::new();
    match two.identity {
        Identity::Other => notes.push(Text::new("diff-note-two-servers")),
        Identity::Unknown if conclusions.is_empty() => {
            notes.push(Text::new("diff-note-server-unknown"));
        }
        Identity::Same | Identity::Unknown => {}
    }
    let not_compared: Vec<&str> =
        modes.iter().filter(|p| p.change == Change::NotCompared).map(|p| p.mode.verb()).collect();
    if !not_compared.is_empty() {
        notes.push(Text::new("diff-note-not-compared").with("verbs", not_compared.join(", ")));
    }
    for (letter, run) in [("A", two.a), ("B", two.b)] {
        if run.interrupted {
            notes.push(Text::new("diff-note-interrupted").with("run", letter));
        }
    }
    let differs = modes.iter().any(|p| p.change.differs()) || two.a.verdict != two.b.verdict;
    if differs && conclusions.is_empty() && two.identity != Identity::Other {
        let id = if two.place == Place::Unknown { "diff-note-place" } else { "diff-note-nothing" };
        notes.push(Text::new(id));
    }
    notes
}
