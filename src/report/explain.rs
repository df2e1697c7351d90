//! The catalogue and its pages.

use std::fmt::Write as _;

use crate::diagnosis::{CATALOGUE, Cause, Plane};

/// All causes, grouped by plane.
pub fn list() -> String {
    let mut out = String::new();
    for plane in Plane::ALL {
        out.push_str(&format!("{}\n", plane.word()));
        for cause in CATALOGUE.iter().filter(|c| c.plane == plane) {
            let mark =
                if cause.matches.is_some() { "" } else { "  (explained, not concluded yet)" };
            let _ = writeln!(out, "  {}{mark}\n      {}", cause.id, cause.title());
        }
    }
    out
}

/// One cause's page, as Markdown that reads well in a terminal.
pub fn page(cause: &Cause) -> String {
    format!("{}\n", cause.page.trim_end())
}

/// Ids that look like a mistyped one.
pub fn near(id: &str) -> Vec<&'static str> {
    let words: Vec<&str> = id.split('-').filter(|w| w.len() > 2).collect();
    CATALOGUE
        .iter()
        .map(|c| c.id)
        .filter(|known| words.iter().any(|w| known.contains(w)))
        .take(5)
        .collect()
}
