//! Pieces of sentences that several detectors say.

use std::net::IpAddr;

use super::finding_builder::Build;
use crate::diagnosis::finding::Side;
use crate::diagnosis::ports;
use crate::diagnosis::text::Text;
use crate::evidence::known_ports::read_along;
use crate::evidence::{Evidence, Located, Lost, ModeView, SeenStop};
use crate::facts::{Outcome, Vantage};

/// The commands of these modes, as they stand in a sentence.
pub fn verbs(views: &[&ModeView<'_>]) -> String {
    views.iter().map(|v| v.mode.verb()).collect::<Vec<_>>().join(", ")
}

/// A text with our address, the one under which the server sees us, and the server's own.
pub fn with_addresses(text: Text, evidence: &Evidence<'_>) -> Text {
    let word = |a: Option<std::net::IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
    text.with("own", word(evidence.own()))
        .with("seen", word(evidence.seen_as()))
        .with("server", word(evidence.peer()))
}

/// Where packets die, in words.
pub fn place(located: Option<&Located>, sender: Option<IpAddr>) -> Text {
    let Some(located) = located else { return Text::new("where-unknown") };
    let (min, max) = located.between;
    let hops = located.location.hops;
    let id = match (sender.is_some(), located.side(), max) {
        (true, _, 0) => "where-icmp-own",
        (true, _, _) => "where-icmp",
        (_, Side::Client, 0 | 1) if min == 0 => "where-own",
        (_, Side::Client, _) => "where-client",
        (_, Side::Server, _) => "where-server",
        (_, Side::Path, _) => "where-path",
        (_, Side::Unknown, _) if hops == Some(1) => "where-direct",
        (_, Side::Unknown, _) => "where-wide",
    };
    Text::new(id)
        .with("min", u16::from(min))
        .with("max", u16::from(max))
        .with("hops", hops.map_or_else(|| "?".to_owned(), |h| h.to_string()))
}

/// The same where files were read: hops are counted from the client.
pub fn place_read(located: Option<&Located>) -> Text {
    let Some(located) = located else { return Text::new("where-read-unknown") };
    let number = |hop: Option<u8>| hop.map_or_else(|| "?".to_owned(), |h| h.to_string());
    Text::new("where-read")
        .with("side", located.side().as_str())
        .with("min", number(located.location.hop_min))
        .with("max", number(located.location.hop_max))
        .with("hops", number(located.location.hops))
}

/// What captures show of the place where knocks of one direction end, with the packet to look at.
pub fn seen_stop(evidence: &Evidence<'_>, stop: &SeenStop) -> Text {
    let files = evidence.facts.reading.as_ref().map_or(&[][..], |r| &r.files);
    let word = |file: Option<usize>| {
        let vantage = file.and_then(|f| files.get(f)).map_or(Vantage::Unknown, |f| f.vantage);
        vantage.as_str().to_owned()
    };
    let name = |file: usize| files.get(file).map_or("?", |f| f.file.as_str()).to_owned();
    let id = match stop.lost {
        Lost::NeverSeen => "seen-read-never",
        Lost::Knock => "seen-read-knock",
        Lost::Unanswered => "seen-read-unanswered",
        Lost::Answer => "seen-read-answer",
        Lost::Unheard => "seen-read-unheard",
    };
    let location = stop.located.location;
    let lost = match (location.hop_min, location.hop_max) {
        (Some(0), Some(0)) => "client",
        (min, max) if min == location.hops && max == location.hops => "server",
        _ => "between",
    };
    let number = |hop: Option<u8>| hop.map_or_else(|| "?".to_owned(), |h| h.to_string());
    Text::new(id)
        .with("at", evidence.cited(stop.at))
        .with("file", stop.missing.map_or_else(String::new, name))
        .with("from", word(Some(stop.at.file)))
        .with("to", word(stop.missing))
        .with("count", stop.count)
        .with("port", stop.port.to_string())
        .with("lost", lost)
        .with("min", number(location.hop_min))
        .with("max", number(location.hop_max))
        .with("hops", number(location.hops))
}

/// What shows the place: ladders of a run, or captures that were read.
pub fn seen_place(evidence: &Evidence<'_>, located: &Located, passive: bool) -> Text {
    match evidence.seen_stop(passive) {
        Some(stop) => seen_stop(evidence, &stop),
        None if evidence.facts.reading.is_some() => place_read(Some(located)),
        None => seen_ladder(located),
    }
}

/// The ladder as evidence.
pub fn seen_ladder(located: &Located) -> Text {
    let (min, max) = located.between;
    let hops = located.location.hops.map_or_else(|| "?".to_owned(), |h| h.to_string());
    Text::new("seen-ladder")
        .with("min", u16::from(min))
        .with("max", u16::from(max))
        .with("hops", hops)
}

/// Ports among these that boxes on the way take for another protocol's, and meddle with.
pub fn seen_read_along(ports: &[u16]) -> Option<Text> {
    let named = ports.iter().filter_map(|port| Some(format!("{port} {}", read_along(*port)?)));
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| Text::new("seen-read-along").with("names", named.join(", ")))
}

/// What came of the ports that were announced beside the attempts, as evidence.
pub fn announced_beside(evidence: &Evidence<'_>, build: Build) -> Build {
    let range = evidence.passive_range();
    let asked = evidence.facts.announcements.iter().filter(|a| a.knock.is_some()).count();
    if asked == 0 {
        return build;
    }
    build.saw(
        Text::new("seen-announced-beside")
            .with("count", u16::try_from(asked).unwrap_or(u16::MAX))
            .with("open", ports::few_of(&range.open))
            .with("shut", ports::few_of(&range.shut))
            .with("how", range.shut_by().map_or("none", Outcome::as_str)),
    )
}
