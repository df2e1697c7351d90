//! Two runs compared, as a page: the text report's lines, in a frame of their own.

use maud::html;

use super::super::Style;
use super::super::diff::text;
use super::super::words::Words;
use super::frame::frame;
use crate::compare::Comparison;
use crate::diagnosis::Lang;

/// Renders the whole page.
pub fn render(comparison: &Comparison, words: &Words, style: Style, lang: Lang) -> String {
    let lines = text::render(comparison, words, Style { color: false, ..style });
    let title = format!("ftp-doctor: {}", comparison.a.target.host);
    frame(&title, lang, &html! { main { h1 { (title) } pre.lines { (lines) } } }).into_string()
}
