//! What the files show, in order: who sent what to which port, when, and where it was lost.
//!
//! As in the other picture, places across are parts of the width and places down are pixels.

use maud::{Markup, html};

use super::frame::Page;
use super::lane::{Place, place};
use crate::diagnosis::Text;
use crate::diagnosis::reason::first_line;
use crate::facts::{Attempt, Exchange, Micros, Mode, Outcome, Purpose, Session};

/// The client's column, in percent of the width.
const LEFT: f32 = 22.0;
/// The server's.
const RIGHT: f32 = 87.0;
/// From one arrow to the next.
const STEP: u16 = 38;
/// Above the first arrow.
const HEAD: u16 = 88;
/// Arrows that a reader follows.
const MOST: usize = 60;
/// A label that fits between the columns of a telephone.
const LABEL: usize = 24;
/// A file's name that fits above its line.
const NAME: usize = 18;

/// One thing that was sent.
struct Row {
    at: Micros,
    to_server: bool,
    text: String,
    sent: Sent,
}

/// What is drawn of it.
#[derive(Clone, Copy, PartialEq)]
enum Sent {
    /// A command or reply.
    Word,
    /// A data connection that stood.
    Stood,
    /// A SYN that was lost there.
    Lost(Place),
    /// The answer that turned it away.
    Refusal,
}

/// The picture, where files were read.
pub fn section(page: &Page<'_, '_>) -> Markup {
    if page.diagnosis.evidence.facts.reading.is_none() {
        return html! {};
    }
    let rows = rows(page);
    if rows.is_empty() {
        return html! {};
    }
    let more = rows.len().saturating_sub(MOST);
    let shown = rows.get(..MOST).unwrap_or(&rows);
    let count = u16::try_from(shown.len()).unwrap_or(u16::MAX);
    let height = count.saturating_mul(STEP).saturating_add(HEAD);
    let timed = shown.iter().any(|row| row.at.0 > 0);
    let told: Vec<String> = shown.iter().map(|row| alternative(page, row)).collect();
    html! {
        section aria-labelledby="sequence" {
            h2 #sequence { (page.get("page-sequence")) }
            figure {
                svg.picture.routed.sequence width="100%" height=(height) role="img"
                    aria-labelledby="sequence-title sequence-told" {
                    title #sequence-title { (page.get("page-sequence")) }
                    desc #sequence-told { (told.join("; ")) }
                    (columns(page, height))
                    @for (index, row) in (0u16..).zip(shown) {
                        (arrow(row, HEAD + index * STEP, timed))
                    }
                }
                @if more > 0 { figcaption { (page.words.say(&Text::new("page-sequence-more").with("count", more))) } }
            }
        }
    }
}

/// Everything that has to do with data connections, and what became of the login.
fn rows(page: &Page<'_, '_>) -> Vec<Row> {
    let facts = page.diagnosis.evidence.facts;
    let modes: Vec<&Attempt> =
        facts.attempts.iter().filter(|a| a.purpose == Purpose::Mode).collect();
    let mut rows = Vec::new();
    for (index, session) in facts.sessions.iter().enumerate() {
        let own: Vec<&Attempt> =
            modes.iter().copied().filter(|a| a.session == Some(index)).collect();
        if own.is_empty() && !(modes.is_empty() && index == 0) {
            continue;
        }
        login(session, &mut rows);
        for (at, exchange) in session.exchanges.iter().enumerate() {
            let of_data = own.iter().any(|a| {
                let next = own.iter().map(|o| o.first_exchange).filter(|o| *o > a.first_exchange);
                let last = next.min().unwrap_or(usize::MAX);
                (a.first_exchange..last).contains(&at) && is_about_data(exchange)
            });
            if of_data {
                said(exchange, &mut rows);
            }
            // A server that is asked to call does so when it is asked for data.
            let due = |a: &&&Attempt| {
                let moved = usize::from(!a.mode.is_passive() && a.outcome != Outcome::Rejected);
                let last = session.exchanges.len().saturating_sub(1);
                (a.first_exchange + moved).min(last) == at
            };
            for attempt in own.iter().filter(due) {
                knock(page, attempt, exchange, &mut rows);
            }
        }
        // Under TLS nothing but the knocks can be seen.
        for attempt in own.iter().filter(|a| a.first_exchange >= session.exchanges.len()) {
            let began = attempt.began;
            knocked(page, attempt, began, &mut rows);
        }
    }
    rows.sort_by_key(|row| row.at);
    rows
}

fn is_about_data(exchange: &Exchange) -> bool {
    matches!(
        exchange.verb(),
        "PASV"
            | "EPSV"
            | "PORT"
            | "EPRT"
            | "LIST"
            | "NLST"
            | "MLSD"
            | "RETR"
            | "STOR"
            | "STOU"
            | "APPE"
    )
}

/// The command and the reply that decided the login.
fn login(session: &Session, rows: &mut Vec<Row>) {
    let mut logins =
        session.exchanges.iter().filter(|e| matches!(e.verb(), "USER" | "PASS" | "AUTH"));
    if let Some(last) = logins.next_back() {
        said(last, rows);
    }
}

fn said(exchange: &Exchange, rows: &mut Vec<Row>) {
    if !exchange.command.is_empty() {
        let text = short(&exchange.command, LABEL);
        rows.push(Row { at: exchange.sent, to_server: true, text, sent: Sent::Word });
    }
    for reply in &exchange.replies {
        let text = short(&format!("{} {}", reply.code, announced(&first_line(&reply.text))), LABEL);
        rows.push(Row { at: reply.at, to_server: false, text, sent: Sent::Word });
    }
}

/// Of an announcement what counts: the numbers in it.
fn announced(text: &str) -> String {
    let numbers = text.find('(').and_then(|from| text.get(from..));
    let counts = |t: &&str| t.len() > 3 && t.bytes().filter(u8::is_ascii_digit).count() >= 2;
    numbers.filter(counts).unwrap_or(text).to_owned()
}

fn knock(page: &Page<'_, '_>, attempt: &Attempt, exchange: &Exchange, rows: &mut Vec<Row>) {
    let after = exchange.replies.first().map_or(exchange.sent, |reply| reply.at);
    let at = attempt.knocks.first().map_or(after, |knock| knock.at);
    knocked(page, attempt, at, rows);
}

/// The data connection itself, and what turned it away.
fn knocked(page: &Page<'_, '_>, attempt: &Attempt, at: Micros, rows: &mut Vec<Row>) {
    let to_server = attempt.mode.is_passive();
    let port = attempt.dialled.or(attempt.listened).or(attempt.advertised).map(|a| a.port());
    let seen = attempt.sightings.iter().map(|s| s.syns.count).max().unwrap_or(0);
    let mut text = port.map_or_else(|| "SYN → ?".to_owned(), |port| format!("SYN → {port}"));
    if seen > 1 {
        text.push_str(&format!(" ×{seen}"));
    }
    let blamed =
        page.diagnosis.findings.iter().find(|finding| finding.explains.contains(&attempt.id));
    let sent = match attempt.outcome {
        Outcome::NotTested => return,
        Outcome::TimedOut => Sent::Lost(place(blamed).unwrap_or(Place::Unknown)),
        Outcome::Rejected | Outcome::Unreachable if attempt.observed.is_none() => return,
        _ => Sent::Stood,
    };
    let refusal = match attempt.outcome {
        Outcome::Refused => Some("RST"),
        Outcome::Prohibited => Some("ICMP"),
        _ => None,
    };
    let sent = if refusal.is_some() {
        Sent::Lost(place(blamed).unwrap_or(end(attempt.mode)))
    } else {
        sent
    };
    rows.push(Row { at, to_server, text, sent });
    if let Some(answer) = refusal {
        let text = answer.to_owned();
        rows.push(Row { at, to_server: !to_server, text, sent: Sent::Refusal });
    }
}

/// The end that is knocked at.
fn end(mode: Mode) -> Place {
    Place::At(if mode.is_passive() { 1.0 } else { 0.0 })
}

/// Since the first packet or line, to the millisecond.
fn seconds(at: Micros) -> String {
    format!("{}.{:03} s", at.0 / 1_000_000, at.0 / 1000 % 1000)
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

fn across(part: f32) -> String {
    format!("{:.2}%", LEFT + (RIGHT - LEFT) * part)
}

fn alternative(page: &Page<'_, '_>, row: &Row) -> String {
    let (client, server) = (page.get("report-client"), page.get("report-server"));
    let arrow = if row.to_server { "→" } else { "←" };
    let lost = if matches!(row.sent, Sent::Lost(_)) { " ✗" } else { "" };
    format!("{client} {arrow} {server}: {}{lost}", row.text)
}

/// Both ends, and the places where captures were taken.
fn columns(page: &Page<'_, '_>, height: u16) -> Markup {
    let evidence = &page.diagnosis.evidence;
    let files = evidence.facts.reading.as_ref().map_or(&[][..], |reading| &reading.files);
    let hops = evidence.seen_hops().filter(|hops| *hops > 0);
    let end = |x: String, id: &str| {
        html! {
            text.end.middle x=(x) y="20" { (page.get(id)) }
            line.life x1=(x) x2=(x) y1="28" y2=(height) {}
        }
    };
    html! {
        @if let Some(hops) = hops {
            @for (index, file) in (0u16..).zip(files) {
                @if let Some(from) = file.from_client {
                    @let x = across(((f32::from(from) + 0.5) / f32::from(hops)).clamp(0.0, 1.0));
                    line.hop x1=(x) x2=(x) y1="60" y2=(height) {}
                    text.address.middle.wide x=(x) y=(40 + 15 * (index % 2)) { (short(&file.file, NAME)) }
                }
            }
        }
        (end(across(0.0), "report-client"))
        (end(across(1.0), "report-server"))
    }
}

fn class(sent: Sent) -> &'static str {
    match sent {
        Sent::Word => "idle",
        Sent::Stood => "good",
        Sent::Lost(_) | Sent::Refusal => "bad",
    }
}

fn arrow(row: &Row, y: u16, timed: bool) -> Markup {
    let (start, end) = if row.to_server { (0.0, 1.0) } else { (1.0, 0.0) };
    let points = if row.to_server { "0,0 -11,-5 -11,5" } else { "0,0 11,-5 11,5" };
    let stop = match row.sent {
        Sent::Lost(Place::At(at)) => Some(at.clamp(0.06, 0.94)),
        Sent::Lost(Place::Unknown) => Some(0.5),
        _ => None,
    };
    let known = !matches!(row.sent, Sent::Lost(Place::Unknown));
    html! {
        g class={ "lane " (class(row.sent)) } {
            @if timed { text.time x="0" y=(y + 4) { (seconds(row.at)) } }
            text.label.middle x=(across(0.5)) y=(y - if stop.is_some() { 12 } else { 7 }) { (row.text) }
            @match stop {
                Some(at) => {
                    line.shaft x1=(across(start)) x2=(across(at)) y1=(y) y2=(y) {}
                    svg.at x=(across(at)) y=(y) {
                        circle.ground r="9" {}
                        @if known {
                            path.cross d="M-5-5 5 5M5-5-5 5" {}
                        } @else {
                            text.doubt.middle y="5" { "?" }
                        }
                    }
                }
                None => {
                    line.shaft x1=(across(start)) x2=(across(end)) y1=(y) y2=(y) {}
                    svg.at x=(across(end)) y=(y) { polygon.tip points=(points) {} }
                }
            }
        }
    }
}
