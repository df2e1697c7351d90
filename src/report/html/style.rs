//! The style sheet: a constant of ours, and so the only thing that is not escaped.

use maud::{Markup, PreEscaped};

/// The rules, inline.
const CSS: &str = include_str!("page.css");

/// The content of `<style>`.
pub fn sheet() -> Markup {
    PreEscaped(CSS.to_owned())
}
