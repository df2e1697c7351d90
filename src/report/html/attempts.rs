//! The connections: the picture, the table of the modes, and everything else that was tried.

use maud::{Markup, html};

use super::super::signs::{port, stood_after};
use super::frame::{Page, class, mark};
use super::picture;
use crate::diagnosis::reason::reason;
use crate::document::of::{ends, folded_reason};
use crate::document::report::Endpoint;
use crate::facts::{Attempt, Outcome, Purpose};

/// Picture and tables.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let evidence = &page.diagnosis.evidence;
    let others: Vec<(usize, &Attempt)> = evidence
        .facts
        .attempts
        .iter()
        .enumerate()
        .filter(|(_, a)| a.purpose != Purpose::Mode)
        .collect();
    html! {
        section aria-labelledby="connections" {
            h2 #connections { (page.get("page-connections")) }
            figure {
                (picture::picture(page.diagnosis, page.words))
                figcaption { (picture::legend(page.words)) }
            }
            table.attempts {
                (head(page))
                tbody {
                    (control(page))
                    @for view in evidence.modes() {
                        @let place = evidence.facts.attempts.iter().position(|a| a.id == view.entry.id);
                        (row(page, place.unwrap_or_default(), view.mode.verb(), view.shown, view.outcome(),
                            &page.words.say(&folded_reason(view))))
                    }
                }
            }
            @if !others.is_empty() {
                details {
                    summary { (page.get("page-others")) }
                    table.attempts {
                        (head(page))
                        tbody {
                            @for (place, attempt) in others {
                                (row(page, place, &attempt.id, attempt, attempt.outcome,
                                    &page.words.say(&reason(attempt))))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn head(page: &Page<'_, '_>) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (page.get("page-command")) }
                th.number scope="col" { (page.get("report-client")) }
                td {}
                th scope="col" { (page.get("report-server")) }
                th scope="col" { (page.get("page-outcome")) }
            }
        }
    }
}

/// The control connection, where one was had.
fn control(page: &Page<'_, '_>) -> Markup {
    let evidence = &page.diagnosis.evidence;
    html! {
        @if let Some(session) = evidence.session() {
            tr {
                th scope="row" { (page.get("report-control")) }
                td.number { (port(session.local.port())) }
                td.arrow { "→" }
                td.mono { (port(session.peer.port())) }
                td {
                    @if evidence.logged_in() {
                        span.state.good { (mark(Outcome::Open)) " " (page.get("outcome-open")) }
                    } @else {
                        span.state.bad {
                            "✗"
                            @if let Some(outcome) = evidence.control_outcome() {
                                " " (page.get(&format!("outcome-{}", outcome.as_str())))
                            }
                        }
                    }
                    " "
                    span.muted { (stood_after(session)) }
                }
            }
        }
    }
}

fn row(
    page: &Page<'_, '_>,
    place: usize,
    name: &str,
    attempt: &Attempt,
    outcome: Outcome,
    why: &str,
) -> Markup {
    let (from, to) = ends(page.diagnosis.evidence.facts, attempt);
    let unknown = if attempt.advertised.is_some() { "?" } else { "–" };
    let port = |end: Option<Endpoint>| {
        end.and_then(|e| e.port).map_or_else(|| unknown.to_owned(), |p| p.to_string())
    };
    let (client, arrow, server) = if attempt.mode.is_passive() {
        (port(from), "→", port(to))
    } else {
        (port(to), "←", port(from))
    };
    let took = (outcome == Outcome::Open).then(|| attempt.elapsed.words());
    html! {
        tr id=(anchor(place)) {
            th scope="row" { (name) }
            td.number { (client) }
            td.arrow { (arrow) }
            td.mono { (server) }
            td {
                span class={ "state " (class(outcome)) } {
                    (mark(outcome)) " " (page.get(&format!("outcome-{}", outcome.as_str())))
                }
                " " (why)
                @if let Some(took) = took { " " span.muted { "(" (took) ")" } }
            }
        }
    }
}

/// Where the attempt with this place among the facts stands on the page.
pub fn anchor(place: usize) -> String {
    format!("attempt-{place}")
}
