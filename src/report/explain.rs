//! The catalogue and its pages.

use std::fmt::Write as _;

use super::words::Words;
use crate::diagnosis::{CATALOGUE, Cause, Lang, Plane};

/// All causes, grouped by plane.
pub fn list(lang: Lang) -> String {
    let words = Words::of(lang);
    let mut out = String::new();
    for plane in Plane::ALL {
        out.push_str(&format!("{}\n", words.get(&format!("plane-{}", plane.word()))));
        for cause in CATALOGUE.iter().filter(|c| c.plane == plane) {
            let mark = match cause.matches {
                Some(_) => String::new(),
                None => format!("  ({})", words.get("explained-only")),
            };
            let _ = writeln!(out, "  {}{mark}\n      {}", cause.id, cause.title(lang));
        }
    }
    out
}

/// One cause's page, as Markdown that reads well in a terminal.
pub fn page(cause: &Cause, lang: Lang) -> String {
    format!("{}\n", cause.page(lang).trim_end())
}

/// Ids that look like a mistyped one, the likest first.
pub fn near(id: &str) -> Vec<&'static str> {
    let words: Vec<&str> = id.split('-').filter(|w| w.len() > 2).collect();
    let likeness = |known: &str| {
        let prefix = known.chars().zip(id.chars()).take_while(|(a, b)| a == b).count();
        words.iter().filter(|w| known.contains(**w)).count() * 8 + prefix
    };
    let mut ids: Vec<&'static str> =
        CATALOGUE.iter().map(|c| c.id).filter(|known| likeness(known) >= 4).collect();
    ids.sort_by_key(|known| std::cmp::Reverse(likeness(known)));
    ids.truncate(5);
    ids
}
