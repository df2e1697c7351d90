//! The catalogue and its pages.

use std::fmt::Write as _;

use super::pen::hanging;
use super::words::Words;
use crate::diagnosis::{CATALOGUE, Cause, Lang, Plane};

/// All causes, grouped by plane.
pub fn list(lang: Lang) -> String {
    let words = Words::of(lang);
    let mut out = String::new();
    for plane in Plane::ALL {
        out.push_str(&format!("{}\n", words.get(&format!("plane-{}", plane.as_str()))));
        for cause in CATALOGUE.iter().filter(|c| c.plane == plane) {
            let _ = writeln!(out, "  {}\n      {}", cause.id, cause.title(lang));
        }
    }
    out
}

/// One cause's page, as Markdown that reads well in a terminal, with what else gives the same packets.
pub fn page(cause: &Cause, lang: Lang) -> String {
    let mut page = format!("{}\n", cause.page(lang).trim_end());
    if cause.worlds.is_empty() {
        return page;
    }
    let words = Words::of(lang);
    let _ = write!(page, "\n## {}\n\n", words.get("worlds-title"));
    for world in cause.worlds {
        let said = format!("{} — {}", words.get(world.name), words.get(world.told_by));
        let _ = writeln!(page, "{}", hanging(&format!("- {said}"), 0));
    }
    page
}
