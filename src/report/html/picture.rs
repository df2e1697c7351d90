//! The drawn sequence: a column for each end and each hop, one arrow per connection.
//!
//! Places across are parts of the picture's width, places down and sizes are pixels: so one drawing
//! fits a telephone and a wide window, and its letters stay as large as the text around it.

use maud::{Markup, html};

use super::super::words::Words;
use super::frame::mark;
use super::lane::{Door, Fate, Lane, Place, lanes};
use crate::diagnosis::{Diagnosis, Nat, Text};
use crate::facts::Outcome;

/// The client's column, in percent of the width.
const LEFT: f32 = 21.0;
/// The server's.
const RIGHT: f32 = 79.0;
/// From one arrow to the next.
const STEP: u16 = 60;
/// Lanes that a picture has room for; no run makes a tenth of that.
const LANES: usize = 1000;
/// More hops than these are drawn as dots: numbers would run into one another on a telephone.
const NUMBERED: u8 = 7;
/// Longer addresses do not fit under a column.
const SHORT: usize = 15;

/// The picture with its text alternative.
pub fn picture(diagnosis: &Diagnosis<'_>, words: &Words) -> Markup {
    let mut lanes = lanes(diagnosis, words);
    lanes.truncate(LANES);
    let evidence = &diagnosis.evidence;
    let hops = evidence.hops().filter(|hops| *hops >= 1);
    let routers = hops.map_or(0, |hops| hops - 1);
    let head: u16 = if routers > 0 { 98 } else { 62 };
    let height = u16::try_from(lanes.len()).unwrap_or(u16::MAX).saturating_mul(STEP) + head;
    let told = lanes.iter().map(|lane| alternative(lane, words)).collect::<Vec<_>>().join("; ");
    html! {
        svg.picture.routed[routers > 0] width="100%" height=(height) role="img" aria-labelledby="picture-title picture-told" {
            title #picture-title { (words.get("page-connections")) }
            desc #picture-told { (told) }
            (nat(diagnosis, words, hops, height))
            (columns(diagnosis, words, hops, head, height))
            @for (row, lane) in (0u16..).zip(&lanes) {
                (arrow(lane, words, head + row * STEP + 32))
            }
        }
    }
}

/// A place on the way, 0 at the client and 1 at the server, as a place in the picture.
fn across(part: f32) -> String {
    format!("{:.2}%", LEFT + (RIGHT - LEFT) * part)
}

fn percent(at: f32) -> String {
    format!("{at:.2}%")
}

/// One connection in words.
fn alternative(lane: &Lane, words: &Words) -> String {
    let arrow = if lane.to_server { "→" } else { "←" };
    let outcome = lane.outcome.map(|o| words.get(&format!("outcome-{}", o.as_str())));
    format!(
        "{}: {} {} {arrow} {} {} {}",
        lane.name,
        words.get("report-client"),
        lane.client,
        words.get("report-server"),
        lane.server,
        outcome.unwrap_or_default()
    )
}

/// A NAT is somewhere between the two: what is known of its place is only that.
fn nat(diagnosis: &Diagnosis<'_>, words: &Words, hops: Option<u8>, height: u16) -> Markup {
    if diagnosis.evidence.nat() != Nat::Present {
        return html! {};
    }
    let (from, to) = match hops {
        Some(hops) if hops > 1 => {
            let half = 0.5 / f32::from(hops);
            (half, 1.0 - half)
        }
        _ => (0.14, 0.86),
    };
    let seen = diagnosis.evidence.seen_as().map(|a| a.to_string()).filter(|a| a.len() <= SHORT);
    html! {
        rect.nat x=(across(from)) y="48" width=(percent((to - from) * (RIGHT - LEFT)))
            height=(height.saturating_sub(52)) rx="8" {}
        text.end.middle.nat-name x="50%" y="22" { (words.get("diff-what-nat")) }
        @if let Some(seen) = seen { text.address.nat-address.middle x="50%" y="40" { (seen) } }
    }
}

/// The ends, the routers between them, and their lifelines.
fn columns(
    diagnosis: &Diagnosis<'_>,
    words: &Words,
    hops: Option<u8>,
    head: u16,
    height: u16,
) -> Markup {
    let evidence = &diagnosis.evidence;
    let short = |address: Option<String>| address.filter(|a| a.len() <= SHORT);
    let own = short(evidence.own().map(|a| a.to_string()));
    let peer =
        evidence.peer().or_else(|| evidence.facts.dials.first().map(|d| d.to.ip().to_canonical()));
    let peer = short(peer.map(|a| a.to_string()));
    let end = |x: String, name: String, address: Option<String>| {
        html! {
            text.end.middle x=(x) y="22" { (name) }
            @if let Some(address) = address { text.address.middle x=(x) y="40" { (address) } }
            line.life x1=(x) x2=(x) y1=(head.saturating_sub(12)) y2=(height) {}
        }
    };
    let ladder = evidence.reference_ladder();
    let count = hops.unwrap_or(1);
    html! {
        @for hop in 1..count {
            @let x = across(f32::from(hop) / f32::from(count));
            @let router = ladder.and_then(|l| l.router(hop)).map(|a| a.to_string());
            line.hop x1=(x) x2=(x) y1="72" y2=(height) {}
            @if count > NUMBERED {
                circle.router cx=(x) cy="62" r="4" {}
            } @else {
                circle.router cx=(x) cy="62" r="11" {}
                text.number.middle x=(x) y="66" { (hop) }
                @if let Some(router) = short(router).filter(|_| count <= 5) {
                    text.address.middle.wide x=(x) y="90" { (router) }
                }
            }
        }
        (end(across(0.0), words.get("report-you"), own))
        (end(across(1.0), words.get("report-server"), peer))
    }
}

/// The class that colours an arrow.
fn class(fate: Fate) -> &'static str {
    match fate {
        Fate::Through => "good",
        Fate::NotTested => "idle",
        Fate::Broke | Fate::Lost(_) | Fate::Never => "bad",
    }
}

/// One connection: its name and outcome above, its ports beside, the arrow between.
fn arrow(lane: &Lane, words: &Words, y: u16) -> Markup {
    // Part of the way from the one who knocks, as a part of the way from the client.
    let way = |part: f32| if lane.to_server { part } else { 1.0 - part };
    let (start, end) = (across(way(0.0)), across(way(1.0)));
    // The door stands between the port and the column.
    let port = |part: f32, aside: i8, port: &str, class: &str| {
        html! { text class={ "port " (class) } x=(across(part)) dx=(aside) y=(y + 4) { (port) } }
    };
    html! {
        g class={ "lane " (class(lane.fate)) } {
            (label(lane, words, y - 20))
            (port(0.0, -17, &lane.client, "left"))
            (port(1.0, 17, &lane.server, "right"))
            @match lane.fate {
                Fate::Through | Fate::NotTested => {
                    line.shaft x1=(start) x2=(end) y1=(y) y2=(y) {}
                    (tip(lane, &end, y))
                }
                Fate::Broke => {
                    line.shaft x1=(start) x2=(end) y1=(y) y2=(y) {}
                    (tip(lane, &end, y))
                    (cross(&across(way(0.82)), y))
                }
                Fate::Never => {
                    line.rest x1=(start) x2=(end) y1=(y) y2=(y) {}
                    (cross(&across(1.0), y))
                }
                Fate::Lost(place) => {
                    @let at = match place { Place::At(at) => at, Place::Unknown => 0.5 };
                    @let x = across(at);
                    line.shaft x1=(start) x2=(x) y1=(y) y2=(y) {}
                    line.rest x1=(x) x2=(end) y1=(y) y2=(y) {}
                    (door(lane, &end, y))
                    @if stopped(lane) && place != Place::Unknown { (wall(&x, y)) }
                    (cross(&x, y))
                    @if place == Place::Unknown {
                        text.doubt.middle x=(x) dx=(if lane.to_server { 19 } else { -19 }) y=(y + 20) { "?" }
                    }
                }
            }
            @if !matches!(lane.fate, Fate::Lost(_)) { (door(lane, &end, y)) }
        }
    }
}

fn label(lane: &Lane, words: &Words, y: u16) -> Markup {
    html! {
        text.label.middle x="50%" y=(y) {
            tspan.name { (lane.name) }
            @if let Some(outcome) = lane.outcome {
                " " (mark(outcome)) " " (words.get(&format!("outcome-{}", outcome.as_str())))
            } @else { " ✗" }
        }
    }
}

/// Somebody on the way let it through to nobody.
fn stopped(lane: &Lane) -> bool {
    lane.outcome.is_some_and(Outcome::is_held_back)
}

/// The arrow's head, just before the door.
fn tip(lane: &Lane, x: &str, y: u16) -> Markup {
    let points = if lane.to_server { "-8,0 -20,-6 -20,6" } else { "8,0 20,-6 20,6" };
    html! { svg.at x=(x) y=(y) { polygon.tip points=(points) {} } }
}

fn cross(x: &str, y: u16) -> Markup {
    html! {
        svg.at x=(x) y=(y) {
            circle.ground r="10" {}
            path.cross d="M-6-6 6 6M6-6-6 6" {}
        }
    }
}

/// Bricks.
fn wall(x: &str, y: u16) -> Markup {
    html! {
        svg.at x=(x) y=(y) {
            rect.wall x="-13" y="-16" width="26" height="32" rx="2" {}
            path.joints d="M-13-8H13M-13 0H13M-13 8H13M0-16v8M-6.5-8v8M6.5-8v8M0 0v8M-6.5 8v8M6.5 8v8" {}
        }
    }
}

/// A door that is ajar, or shut. It opens towards the one who lives behind it.
fn door(lane: &Lane, x: &str, y: u16) -> Markup {
    let side = |x: i8| if lane.to_server { x } else { -x };
    let leaf = format!("{0},-11 {1},-6 {1},16 {0},11", side(6), side(13));
    html! {
        @if lane.door != Door::None {
            svg.at.unmet[matches!(lane.fate, Fate::Lost(_) | Fate::Never)] x=(x) y=(y) {
                rect.frame.shut[lane.door == Door::Shut] x="-6" y="-11" width="12" height="22" {}
                @if lane.door == Door::Open {
                    polygon.leaf points=(leaf) {}
                } @else {
                    circle.knob cx=(side(-3)) cy="1" r="1.5" {}
                }
            }
        }
    }
}

/// What the picture's signs mean.
pub fn legend(words: &Words) -> String {
    words.say(&Text::new("page-legend"))
}
