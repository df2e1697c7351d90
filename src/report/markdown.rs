//! The report for a ticket: headings, tables, fenced code.
//!
//! Everything goes through a `Sheet`, which alone knows Markdown: what a server said is escaped on
//! its way in, so no sentence can become a heading, a link, a table's column or HTML.

mod sheet;
mod ticket;

pub use sheet::Sheet;
pub use ticket::{render, render_diff};
