//! What every part of a page needs: the document around it, the diagnosis that it tells of, and the
//! signs and classes of what works and what does not.

use maud::{DOCTYPE, Markup, html};

use super::super::signs;
use super::super::words::Words;
use super::style;
use crate::diagnosis::{Diagnosis, Lang};
use crate::document::report::Report;
use crate::facts::Outcome;

/// A document around its content. Nothing is loaded and nothing runs: the policy says so to the
/// browser as well.
pub fn frame(title: &str, lang: Lang, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(match lang { Lang::En => "en", Lang::Zh => "zh-CN" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                title { (title) }
                style { (style::sheet()) }
            }
            body { (content) }
        }
    }
}

/// The sign of an outcome, so that colour is not the only one.
pub fn mark(outcome: Outcome) -> &'static str {
    signs::sign(signs::worked(outcome))
}

/// The class that colours an outcome.
pub fn class(outcome: Outcome) -> &'static str {
    colour(signs::worked(outcome))
}

/// The class that colours what works, does not, or is not known.
pub fn colour(works: Option<bool>) -> &'static str {
    match works {
        Some(true) => "good",
        Some(false) => "bad",
        None => "idle",
    }
}

/// What all parts of the page need.
pub struct Page<'a, 'f> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis<'f>,
    /// Its words.
    pub words: &'a Words,
    /// The same as plain data, in these words.
    pub report: Report,
}

impl Page<'_, '_> {
    /// A message without arguments.
    pub fn get(&self, id: &str) -> String {
        self.words.get(id)
    }
}
