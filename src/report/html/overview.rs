//! Many runs on one page.

use maud::{Markup, html};

use super::super::overview::{self, PageRow};
use super::super::words::Words;
use super::frame::frame;
use crate::diagnosis::Lang;
use crate::document::Entry;

/// Renders the page.
pub fn render(entries: &[Entry], words: &Words, lang: Lang) -> String {
    let rows = overview::page(entries, words);
    let heads = overview::heads(words);
    let content = html! {
        header { h1 { "ftp-doctor" } }
        main {
            section {
                p { (words.say(&overview::counts(entries))) }
                table.overview {
                    thead { tr { @for head in &heads { th scope="col" { (head) } } } }
                    tbody { @for row in &rows { (line(row, &heads)) } }
                }
            }
            @for row in &rows {
                @if let (Some((summary, lines)), [label, ..]) = (&row.wrong, &row.cells) {
                    section {
                        h2 { (label) }
                        p { (summary) }
                        @if !lines.is_empty() { ul { @for line in lines { li { (line) } } } }
                    }
                }
            }
        }
    };
    frame("ftp-doctor", lang, &content).into_string()
}

/// A row. Where there is no room for columns, each value has its head beside it.
fn line(row: &PageRow, heads: &[String; 5]) -> Markup {
    let sign = match row.class {
        "good" => "✓",
        "warn" => "!",
        _ => "✗",
    };
    html! {
        tr {
            @for (at, (cell, head)) in row.cells.iter().zip(heads).enumerate() {
                @if at == 0 { th scope="row" { (cell) } }
                @else if at == 1 { td class={ "state " (row.class) } { (sign) " " (cell) } }
                @else if cell.is_empty() || cell == "–" { td.none { (cell) } }
                @else { td { span.head { (head) ": " } (cell) } }
            }
        }
    }
}
