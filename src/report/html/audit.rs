//! The audit: the range as a picture, and port by port.

use maud::{Markup, html};

use super::super::audit::{COLUMNS, Map, Place, legend, section as said};
use super::page::Page;
use crate::facts::Outcome;

/// Width and height of a place in the picture.
const WIDE: usize = 6;
const HIGH: usize = 12;

/// Nothing, unless there was an audit.
pub fn section(page: &Page<'_>) -> Markup {
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
                    @for (ports, result, means) in &said.rows {
                        tr {
                            th scope="row" { (ports) }
                            td class={ "state " (tone(*result).0) } { (tone(*result).1) " " (outcome(result.word())) }
                            td { (page.words.say(means)) }
                        }
                    }
                }
            }
            @for text in &said.after { p.muted { (page.words.say(text)) } }
        }
    }
}

/// A refused knock came through, which is what an audit is after.
fn tone(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Open | Outcome::Refused => ("good", "✓"),
        Outcome::NotTested => ("idle", "·"),
        _ => ("bad", "✗"),
    }
}

/// What is blocked is a full bar, what is let through a low one: the shape tells as well as colour.
fn picture(page: &Page<'_>, map: &Map) -> Markup {
    let columns = map.lines.iter().map(|(_, places)| places.len()).max().unwrap_or(1);
    let (width, height) = (columns * WIDE, map.lines.len() * HIGH);
    let class = |place: Place| match place {
        Place::Open | Place::Through => "good",
        Place::Blocked => "bad",
        Place::Mixed => "warn",
        Place::NotTested => "idle",
    };
    let tall = |place: Place| match place {
        Place::Blocked => HIGH - 2,
        Place::Mixed => HIGH - 5,
        Place::Open => 6,
        Place::Through => 4,
        Place::NotTested => 1,
    };
    let ends = match (map.lines.first(), map.lines.last()) {
        (Some((first, _)), Some((last, _))) => format!("{first} … {last}"),
        _ => String::new(),
    };
    html! {
        figure.map {
            svg role="img" aria-label=(legend(map, page.words)) viewBox={ "0 0 " (width) " " (height) } {
                title { (ends) }
                @for (row, (_, places)) in map.lines.iter().enumerate() {
                    @for (at, count, place) in bars(places) {
                        rect class=(class(place)) x=(at * WIDE) width=(count * WIDE)
                            y=(row * HIGH + HIGH - 1 - tall(place)) height=(tall(place)) {}
                    }
                }
            }
            figcaption { (legend(map, page.words)) }
        }
    }
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
