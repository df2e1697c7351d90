//! Two runs that differ in address family or encryption: then that is what is compared.

use super::conclusion::{Conclusion, End, Two};
use super::place::{Gap, Place};
use super::state::State;
use crate::diagnosis::{Confidence, Text};
use crate::facts::{Family, Security};

/// Runs that follow each other so closely, in seconds, are one person's two tries.
const AT_ONCE: u64 = 600;

/// One direction of two runs of which each has one family and one kind of security, not the same.
pub fn conclude(two: &Two<'_>, a: &End<'_>, b: &End<'_>) -> Option<Conclusion> {
    let (first_a, first_b) = (a.modes.first()?, b.modes.first()?);
    let passive = first_a.mode.is_passive();
    let (works, fails) = match (State::of(a, passive).works(), State::of(b, passive).works()) {
        (true, false) => (a, b),
        (false, true) => (b, a),
        _ => return None,
    };
    let family = first_a.family != first_b.family;
    let security = first_a.security != first_b.security;
    let elsewhere = matches!(two.place, Place::Different | Place::Neighbours);
    if family && security || elsewhere {
        return Some(several(works, fails));
    }
    let (works_with, fails_with) = (works.modes.first()?, fails.modes.first()?);
    let found = if family {
        decides("family-decides", works, fails, ("diff-family-title", "diff-family-text"))
            .with("with", works_with.family.name())
            .with("without", fails_with.family.name())
    } else {
        let text = match fails_with.security {
            Security::Tls => "diff-security-tls-text",
            Security::Clear => "diff-security-clear-text",
        };
        decides("security-decides", works, fails, ("diff-security-title", text))
            .with("with", name(works_with.security))
            .with("without", name(fails_with.security))
    };
    Some(at_one_place(two, found).at_one_time(two))
}

fn name(security: Security) -> &'static str {
    match security {
        Security::Clear => "clear",
        Security::Tls => "tls",
    }
}

fn decides(
    id: &'static str,
    works: &End<'_>,
    fails: &End<'_>,
    (title, text): (&str, &str),
) -> Conclusion {
    Conclusion::of(id, works, fails, title, text)
}

fn several(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-several-title", "diff-several-text");
    Conclusion::of("several-things-differ", works, fails, title, text).at_most(Confidence::Possible)
}

fn at_one_place(two: &Two<'_>, found: Conclusion) -> Conclusion {
    match two.place {
        Place::Same => found,
        // One machine has an address of each family, so that its addresses cannot tell.
        Place::LooksSame | Place::Unknown => {
            let found = found.doubt(Text::new("diff-doubt-place"));
            match two.gap {
                Gap::Near(seconds) if seconds <= AT_ONCE => found,
                _ => found.at_most(Confidence::Possible),
            }
        }
        Place::Different | Place::Neighbours => found.at_most(Confidence::Possible),
    }
}

/// The control connection of one run was had over one family, that of the other one was not over
/// the other.
pub fn control(two: &Two<'_>, works: &End<'_>, fails: &End<'_>) -> Option<Conclusion> {
    let with = Family::of(works.run.server.address?);
    let without = Family::of(fails.run.server.address?);
    if with == without {
        return None;
    }
    let found = decides("family-decides", works, fails, ("diff-family-title", "diff-family-text"))
        .with("with", with.name())
        .with("without", without.name());
    Some(at_one_place(two, found).at_one_time(two))
}
