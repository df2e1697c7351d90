//! Many runs on one page.

use maud::html;

use super::super::entry::Entry;
use super::super::overview;
use super::super::words::Words;
use super::page::frame;
use crate::diagnosis::Lang;

/// Renders the page.
pub fn render(entries: &[Entry], words: &Words, lang: Lang) -> String {
    let rows = overview::page(entries, words);
    let content = html! {
        header { h1 { "ftp-doctor" } }
        main {
            section {
                p { (words.say(&overview::counts(entries))) }
                div.scroll tabindex="0" role="region" aria-label=(words.get("overview-target")) {
                    table {
                        thead { tr { @for head in overview::heads(words) { th scope="col" { (head) } } } }
                        tbody {
                            @for row in &rows {
                                tr {
                                    @for (at, cell) in row.cells.iter().enumerate() {
                                        @if at == 0 { th scope="row" { (cell) } }
                                        @else if at == 1 { td { span class=(row.class) { (cell) } } }
                                        @else { td { (cell) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @for row in &rows {
                @if let (Some((summary, lines)), [label, ..]) = (&row.wrong, &row.cells) {
                    section {
                        h2 { (label) }
                        p { (summary) }
                        ul { @for line in lines { li { (line) } } }
                    }
                }
            }
        }
    };
    frame("ftp-doctor", lang, &content).into_string()
}
