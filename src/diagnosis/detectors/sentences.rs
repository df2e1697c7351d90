//! Pieces of sentences that several detectors say.

use std::net::IpAddr;

use crate::diagnosis::finding::Side;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, Located, ModeView};

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

/// The ladder as evidence.
pub fn seen_ladder(located: &Located) -> Text {
    let (min, max) = located.between;
    let hops = located.location.hops.map_or_else(|| "?".to_owned(), |h| h.to_string());
    Text::new("seen-ladder")
        .with("min", u16::from(min))
        .with("max", u16::from(max))
        .with("hops", hops)
}
