//! The catalogue and its pages.

use crate::diagnosis::{CATALOGUE, Cause, Plane};
use crate::report::table;

/// All causes, grouped by plane.
pub fn list() -> String {
    let mut out = String::new();
    for plane in Plane::ALL {
        out.push_str(&format!("{}\n", plane.word()));
        let rows: Vec<Vec<String>> = CATALOGUE
            .iter()
            .filter(|c| c.plane == plane)
            .map(|c| {
                let mark = if c.matches.is_some() {
                    ""
                } else {
                    " (explained; this version does not conclude it)"
                };
                vec![format!("  {}", c.id), format!("{}{mark}", c.title())]
            })
            .collect();
        for line in table::aligned(&rows) {
            out.push_str(&line);
            out.push('\n');
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
