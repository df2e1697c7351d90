//! What well-known clients would meet: those that fail one by one, those that work in a line.

use maud::{Markup, html};

use super::super::signs::{Sorted, sign, sorted};
use super::frame::{Page, colour};
use crate::document::report::Client;

/// The section; without a login there is nothing to predict, the findings say why.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let clients = &page.report.clients;
    if clients.is_empty() || !page.diagnosis.evidence.logged_in() {
        return html! {};
    }
    let Sorted { work, others } = sorted(clients);
    let names: Vec<&str> = work.iter().map(|client| client.client.as_str()).collect();
    html! {
        section aria-labelledby="clients" {
            h2 #clients { (page.get("clients-title")) }
            @if !others.is_empty() {
                table.clients {
                    tbody { @for client in others { (row(page, client)) } }
                }
            }
            @if !work.is_empty() {
                details {
                    summary { span.state.good { "✓ " (page.get("page-works")) } ": " (names.join(", ")) }
                    table.clients { tbody { @for client in work { (row(page, client)) } } }
                }
            }
        }
    }
}

fn row(page: &Page<'_, '_>, client: &Client) -> Markup {
    let word = match client.works {
        Some(true) => "page-works",
        Some(false) => "page-fails",
        None => "diff-unknown",
    };
    html! {
        tr {
            th scope="row" { (client.client) }
            td class={ "state " (colour(client.works)) } { (sign(client.works)) " " (page.get(word)) }
            td {
                (client.because)
                @if let Some(after) = client.after_ms { " " span.muted { "(" (after.micros().words()) ")" } }
                @if let Some(setting) = &client.setting { p.muted { "→ " (setting) } }
            }
        }
    }
}
