//! The way to the server, hop by hop, and what came of each port there.

use maud::{Markup, html};

use super::frame::Page;
use crate::facts::{Ladder, RungAnswer};

/// One row per hop, one column per port.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let evidence = &page.diagnosis.evidence;
    let facts = evidence.facts;
    let ladders = &facts.ladders;
    let last = ladders.iter().filter_map(|l| l.rungs.last()).map(|r| r.ttl).max().unwrap_or(0);
    let shown = evidence.hops().unwrap_or(last).min(last);
    if shown == 0 {
        return html! {};
    }
    let reference = evidence.reference_ladder();
    html! {
        section aria-labelledby="path" {
            h2 #path { (page.get("page-path")) }
            div.scroll tabindex="0" role="region" aria-labelledby="path" {
                table.path {
                    thead {
                        tr {
                            th.number scope="col" { (page.get("page-hop")) }
                            th scope="col" { (page.get("page-address")) }
                            @for ladder in ladders { th.port scope="col" { span.word { (page.get("page-port")) " " } (ladder.port) } }
                        }
                    }
                    tbody {
                        @for hop in 1..=shown {
                            tr {
                                th.number scope="row" { (hop) }
                                td.mono {
                                    @if Some(hop) == evidence.hops() {
                                        (page.get("report-server"))
                                    } @else {
                                        (reference.and_then(|l| l.router(hop)).map_or_else(|| "?".to_owned(), |a| a.to_string()))
                                    }
                                }
                                @for ladder in ladders { (rung(page, ladder, hop)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn rung(page: &Page<'_, '_>, ladder: &Ladder, hop: u8) -> Markup {
    let (class, sign, word) = match ladder.rung(hop) {
        Some(RungAnswer::Expired { .. }) => ("good", "✓", "report-rules-passes"),
        Some(RungAnswer::Connected) => ("good", "✓", "outcome-open"),
        Some(RungAnswer::Reset) => ("bad", "✗", "outcome-refused"),
        Some(RungAnswer::Icmp { .. }) => ("bad", "✗", "outcome-prohibited"),
        Some(RungAnswer::Silent) => ("bad", "✗", "outcome-timed-out"),
        Some(RungAnswer::Local { .. }) | None => ("idle", "·", "outcome-not-tested"),
    };
    html! { td class={ "state " (class) } { (sign) span.word { " " (page.get(word)) } } }
}
