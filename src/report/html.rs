//! The report as one page for a browser: nothing to load, nothing to run, light and dark, printable.
//!
//! Everything that a server said is text to this page. The templates are `maud`'s, which escapes
//! every value in text and in attributes; the one thing that goes in unescaped is our own style
//! sheet, a constant.

mod attempts;
mod audit;
mod clients;
mod diff;
mod expectations;
mod findings;
mod frame;
mod lane;
mod overview;
mod page;
mod path;
mod picture;
mod sequence;
mod style;

pub use diff::render as render_diff;
pub use overview::render as render_many;
pub use page::render;
