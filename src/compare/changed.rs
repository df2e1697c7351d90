//! One place, two times: what broke, what was mended, and what changed along with it.

use std::collections::BTreeSet;

use super::conclusion::{Conclusion, End, Letter, Two};
use super::identity::banner_alike;
use super::place::{Gap, Place};
use super::run::{Run, RunFinding};
use super::state::{State, blamed};
use crate::diagnosis::{Confidence, Side, Text};

/// One direction of two runs from one place.
pub fn conclude(
    two: &Two<'_>,
    (a, of_a): (&End<'_>, State),
    (b, of_b): (&End<'_>, State),
    passive: bool,
) -> Option<Conclusion> {
    let (title, text) = match (of_a.works(), of_b.works()) {
        (true, false) => ("diff-changed-a-title", "diff-changed-text"),
        (false, true) => ("diff-changed-b-title", "diff-changed-text"),
        _ => return None,
    };
    let (works, fails) = if of_a.works() { (a, b) } else { (b, a) };
    let own = blamed(fails.run, passive);
    let mut found = changed(two, works, fails, (title, text));
    found.side = own.map_or(Side::Unknown, |f| f.side);
    found.text = found.text.with("found", told(fails, own));
    // A part of the range that is shut looks as if it came and went.
    let failing = if of_a.works() { of_b } else { of_a };
    if !passive || failing != State::Stopped || fails.run.ports.dead.len() > 1 {
        return Some(found);
    }
    Some(
        found
            .at_most(Confidence::Possible)
            .doubt(Text::new("diff-doubt-ports").with("fails", fails.letter.name())),
    )
}

/// What the failing run itself says.
fn told(fails: &End<'_>, own: Option<&RunFinding>) -> Text {
    own.map_or_else(
        || Text::new("diff-found-none"),
        |own| Text::new("diff-found").with("run", fails.letter.name()).with("title", &own.title),
    )
}

/// It works at one time and fails at the other.
pub fn changed(
    two: &Two<'_>,
    works: &End<'_>,
    fails: &End<'_>,
    (title, text): (&str, &str),
) -> Conclusion {
    let (id, order) = match (earlier(two), works.letter) {
        (None, _) => ("changed", "diff-order-unknown"),
        (Some(first), letter) if first == letter => ("broke-since", "diff-order-broke"),
        (Some(_), _) => ("mended-since", "diff-order-mended"),
    };
    let mut found = Conclusion::of(id, works, fails, title, text);
    found.text = found.text.with("order", Text::new(order));
    if two.place == Place::LooksSame {
        found = found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-place"));
    }
    match two.gap {
        Gap::Far(_) => found,
        Gap::Near(_) => {
            found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-comes-and-goes"))
        }
        Gap::Unknown => {
            found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-time-unknown"))
        }
    }
}

/// The run that was made first.
fn earlier(two: &Two<'_>) -> Option<Letter> {
    match two.a.at?.cmp(&two.b.at?) {
        std::cmp::Ordering::Less => Some(Letter::A),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Letter::B),
    }
}

/// What changed at the server along with a change that was found: a suspect, no more.
pub fn alongside(two: &Two<'_>, found: &[Conclusion]) -> Vec<Conclusion> {
    let mut more = Vec::new();
    let since = |c: &&Conclusion| matches!(c.id, "broke-since" | "mended-since" | "changed");
    let Some(main) = found.iter().find(since) else { return more };
    let (a, b) = two.ends();
    let (works, fails) = if main.fails == Some(Letter::A) { (&b, &a) } else { (&a, &b) };
    let software = two.a.server.software.as_ref().zip(two.b.server.software.as_ref());
    // What was not seen has not changed.
    if software.is_some_and(|(a, b)| a != b) || !same_banner(two.a, two.b) {
        let (title, text) = ("diff-server-changed-title", "diff-server-changed-text");
        more.push(
            Conclusion::of("server-changed", works, fails, title, text)
                .at_most(Confidence::Possible),
        );
    }
    if let Some((from, to)) = moved(&works.run.ports.open, &fails.run.ports.dead) {
        let (title, text) = ("diff-range-title", "diff-range-text");
        more.push(
            Conclusion::of("passive-range-moved", works, fails, title, text)
                .with("from", &from)
                .with("to", &to),
        );
    }
    more
}

fn same_banner(a: &Run, b: &Run) -> bool {
    a.server.banner.is_none() || b.server.banner.is_none() || banner_alike(a, b)
}

/// Two sets of passive ports that cannot well be of one range: each is narrow, and they lie apart
/// by more than they are wide.
pub fn moved(before: &BTreeSet<u16>, after: &BTreeSet<u16>) -> Option<(String, String)> {
    const ENOUGH: usize = 3;
    if before.len() < ENOUGH || after.len() < ENOUGH {
        return None;
    }
    let (low, high) = (*before.first()?, *before.last()?);
    let (from, to) = (*after.first()?, *after.last()?);
    let width = (high - low).max(to - from);
    let apart = if from > high { from - high } else { low.checked_sub(to)? };
    (apart > width.saturating_mul(2)).then(|| (format!("{low}-{high}"), format!("{from}-{to}")))
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_range_has_moved_only_where_chance_is_no_explanation() {
        let ask = |before: &[u16], after: &[u16]| {
            moved(&before.iter().copied().collect(), &after.iter().copied().collect())
        };
        assert_eq!(
            ask(&[50000, 50040, 50099], &[33001, 33500, 34000]),
            Some(("50000-50099".to_owned(), "33001-34000".to_owned()))
        );
        assert!(ask(&[33001, 33500, 34000], &[50000, 50040, 50099]).is_some());
        // Too few, overlapping, and wide ones that happen not to overlap.
        assert_eq!(ask(&[50000, 50040], &[33001, 33500, 34000]), None);
        assert_eq!(ask(&[50000, 50040, 50099], &[50050, 50060, 50070]), None);
        assert_eq!(ask(&[20000, 30000, 40000], &[45000, 50000, 60000]), None);
        assert_eq!(ask(&[], &[]), None);
    }
}
