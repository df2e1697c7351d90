//! The audit: the range as a picture, and port by port.

use maud::{Markup, html};

use super::super::audit::{COLUMNS, Map, Place, Row, section as said};
use super::frame::Page;
use crate::diagnosis::Text;
use crate::facts::Outcome;

// Places are whole percents of a line.
const _: () = assert!(100 % COLUMNS == 0);

/// Nothing, unless there was an audit.
pub fn section(page: &Page<'_, '_>) -> Markup {
    let Some(said) = said(page.diagnosis, COLUMNS) else { return html! {} };
    let outcome = |word: &str| page.get(&format!("outcome-{word}"));
    html! {
        section aria-labelledby="audit" {
            h2 #audit { (page.get("audit-title")) }
            @for text in &said.before { p { (page.words.say(text)) } }
            @if let Some(map) = &said.map { (picture(page, map)) }
            table.audit {
                thead {
                    tr {
                        th scope="col" { (page.get("page-port")) }
                        th scope="col" { (page.get("page-outcome")) }
                        td {}
                    }
                }
                tbody {
                    @for row in &said.rows {
                        tr {
                            th scope="row" { (row.ports) }
                            td class={ "state " (tone(row).0) } { (tone(row).1) " " (outcome(row.outcome.as_str())) }
                            td { (page.words.say(&row.means)) }
                        }
                    }
                }
            }
            @for text in &said.after { p.muted { (page.words.say(text)) } }
        }
    }
}

/// A refused knock came through, which is what an audit is after.
fn tone(row: &Row) -> (&'static str, &'static str) {
    match row.outcome {
        outcome if outcome.is_let_through() => ("good", "✓"),
        Outcome::NotTested => ("idle", "·"),
        _ if row.doubted => ("warn", "?"),
        _ => ("bad", "✗"),
    }
}

/// What is blocked is a full bar, what is let through a low one: the shape tells as well as colour.
fn picture(page: &Page<'_, '_>, map: &Map) -> Markup {
    let places = map.places();
    let told: Vec<String> = places.iter().map(|place| page.get(place.meaning())).collect();
    let each = page.words.say(&Text::new("audit-each").with("count", map.each));
    html! {
        figure.map {
            div role="img" aria-label={ (told.join(", ")) "; " (each) } {
                @for (first, places) in &map.lines {
                    div.row {
                        span.port { (first) }
                        div.places {
                            svg {
                                rect.ground width=(percent(places.len())) height="100%" {}
                                @for (at, count, place) in bars(places) { (bar(at, count, place)) }
                            }
                        }
                    }
                }
            }
            figcaption {
                @for (place, told) in places.iter().zip(&told) {
                    span.key { svg { rect.ground width="100%" height="100%" {} (bar(0, COLUMNS, *place)) } (told) }
                }
                span { (each) }
            }
        }
    }
}

/// Places that are alike, in a line of [`COLUMNS`].
fn bar(at: usize, count: usize, place: Place) -> Markup {
    let (class, tall) = match place {
        Place::Open => ("good", 55),
        Place::Through => ("good", 30),
        Place::Blocked => ("bad", 100),
        Place::Mixed => ("warn", 75),
        Place::Silent => ("warn", 100),
        Place::NotTested => ("idle", 10),
    };
    html! {
        rect class=(class) x=(percent(at)) width=(percent(count))
            y={ (100 - tall) "%" } height={ (tall) "%" } {}
    }
}

/// So many places as a part of a line.
fn percent(places: usize) -> String {
    format!("{}%", places * 100 / COLUMNS)
}

/// Neighbouring places that are alike: where they begin, and how many.
fn bars(places: &[Place]) -> Vec<(usize, usize, Place)> {
    let mut bars: Vec<(usize, usize, Place)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        match bars.last_mut() {
            Some((_, count, last)) if last == place => *count += 1,
            _ => bars.push((at, 1, *place)),
        }
    }
    bars
}
