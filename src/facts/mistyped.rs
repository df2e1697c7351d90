//! What a word that is not known may have been meant to be.

/// `; perhaps this, that` for an error's text; empty where no known word is like `typed`.
pub fn perhaps<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = near(typed, known);
    if near.is_empty() { String::new() } else { format!("; perhaps {}", near.join(", ")) }
}

/// Known words that a mistyped one may stand for, the likest first: few letters changed, or
/// parts of it found again.
fn near<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let parts: Vec<&str> = typed.split('-').filter(|part| part.len() > 3).collect();
    let mut found: Vec<(usize, &str)> = known
        .filter_map(|word| {
            let away = distance(typed, word);
            let shared = parts.iter().filter(|part| word.contains(**part)).count();
            let like = away <= 2.max(word.len() / 4);
            (like || shared > 0).then_some((away, word))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(4).map(|(_, word)| word).collect()
}

/// Whether one slip of the fingers makes one word of the other: a letter too many, too few or another,
/// or two that changed places.
pub fn is_slip(typed: &str, word: &str) -> bool {
    let changed_places = || {
        let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
        let apart: Vec<usize> =
            (0..a.len().max(b.len())).filter(|i| a.get(*i) != b.get(*i)).collect();
        matches!(apart.as_slice(), [i, j] if *j == i + 1 && a.get(*i) == b.get(*j) && a.get(*j) == b.get(*i))
    };
    typed != word && (distance(typed, word) <= 1 || changed_places())
}

/// Letters to insert, drop or change to make one word of another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let change = corner + usize::from(from != *to);
            let best = change.min(above + 1).min(left + 1);
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            (corner, left) = (above, best);
        }
        if let Some(cell) = row.last_mut() {
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{is_slip, perhaps};

    #[test]
    fn one_slip_is_not_two() {
        for typed in ["chekc", "chec", "checkk", "xheck", "hceck"] {
            assert!(is_slip(typed, "check"), "{typed}");
        }
        for typed in ["check", "chk", "cehkc", "host", "", "checks.example"] {
            assert!(!is_slip(typed, "check"), "{typed}");
        }
    }

    #[test]
    fn few_letters_or_a_part_make_words_alike() {
        let known = ["passive-disabled", "active-disabled", "pasv", "control-silent"];
        let hint = |typed| perhaps(typed, known.into_iter());
        assert_eq!(hint("passive-disable"), "; perhaps passive-disabled, active-disabled");
        assert_eq!(hint("psav"), "; perhaps pasv");
        assert_eq!(hint("silent-control"), "; perhaps control-silent");
        assert_eq!(hint("nothing-of-it"), "");
    }
}
