//! What was expected, one by one.

use maud::{Markup, html};

use super::super::expectations::{mark, met};
use super::frame::Page;

/// The section, if anything was expected.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let expectations = &page.report.expectations;
    html! {
        @if !expectations.is_empty() {
            section aria-labelledby="expectations" {
                h2 #expectations { (page.get("report-expectations")) }
                table.clients {
                    tbody {
                        @for judged in expectations {
                            tr {
                                th scope="row" { (judged.expect) }
                                td class={ "state " (class(judged.met)) } {
                                    (mark(judged.met)) " " (page.get(met(judged.met)))
                                }
                                td { (judged.because) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn class(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "good",
        Some(false) => "bad",
        None => "idle",
    }
}
