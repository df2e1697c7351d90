//! What to change about the passive range and about whoever has to let it through.

use super::finding_builder::Build;
use crate::diagnosis::finding::{Side, Who};
use crate::diagnosis::ports::Proposal;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::known_ports::services;
use crate::evidence::{Evidence, Located};

/// Whether the suspect is a box that forwards, rather than this machine.
pub fn at_gateway(located: Option<&Located>) -> bool {
    located.and_then(|l| l.location.hop_min).is_some_and(|min| min >= 1)
}

/// A fixed range for the server, where none is known: a firewall can open no other.
pub fn give_range(evidence: &Evidence<'_>, build: Build, range: Proposal) -> Build {
    if !range.invented {
        return build;
    }
    build.fix(
        Who::ServerAdmin,
        Text::new("passive-range-fix-set").with("min", range.min).with("max", range.max),
        remedies::set_passive_range(evidence, range),
    )
}

/// What a NAT that does not forward the range has to do, and the filter behind it.
pub fn forward(evidence: &Evidence<'_>, build: Build, range: Proposal) -> Build {
    let build = build
        .fix(
            Who::ServerAdmin,
            Text::new("passive-ports-not-forwarded-fix"),
            remedies::nat::forward_range(evidence, range),
        )
        .fix(
            Who::ServerAdmin,
            Text::new("passive-ports-not-forwarded-fix-filter").with("range", range.span("-")),
            remedies::nat::let_range_through(evidence, range),
        );
    give_range(evidence, build, range)
}

/// Who has to let the range through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeper {
    /// The server's own firewall, as far as is known.
    Server,
    /// That, or a gateway in front of it.
    Either,
    /// A box in front of it: it has the server's address and stands nearer, or only hops before the
    /// server's are suspect.
    Gateway,
}

/// Whether whoever stands there is no firewall of the server's own: rules for its incoming packets
/// change nothing.
pub fn is_before_the_server(evidence: &Evidence<'_>, located: &Located) -> bool {
    let place = located.location;
    let before = |hop: Option<u8>| hop.zip(place.hops).is_some_and(|(hop, hops)| hop < hops);
    let nat = place.address.is_some_and(|at| evidence.peer() == Some(at)) && before(place.hop_min);
    nat || before(place.hop_max)
}

fn keeper(evidence: &Evidence<'_>, located: Option<&Located>) -> Keeper {
    let Some(located) = located else { return Keeper::Server };
    if is_before_the_server(evidence, located) {
        Keeper::Gateway
    } else if located.side() == Side::Server && located.between.0 < located.between.1 {
        Keeper::Either
    } else {
        Keeper::Server
    }
}

/// The same range at the server's firewall, and at the gateway where that may be the one.
pub fn let_in(
    evidence: &Evidence<'_>,
    build: Build,
    range: Proposal,
    located: Option<&Located>,
) -> Build {
    let_in_parts(evidence, build, range, &[range], located)
}

/// Parts of a range at whoever has to let them through.
pub fn let_in_parts(
    evidence: &Evidence<'_>,
    build: Build,
    range: Proposal,
    parts: &[Proposal],
    located: Option<&Located>,
) -> Build {
    let keeper = keeper(evidence, located);
    let told = |id: &str| Text::new(id).with("range", spans(parts));
    let mut build = build;
    if keeper != Keeper::Gateway {
        let text = if range.invented {
            told("firewall-blocks-passive-fix-range")
        } else {
            with_origin(evidence, told("firewall-blocks-passive-fix-open"), parts)
        };
        let lines = remedies::open_passive_ranges(evidence, parts);
        build = build.fix(Who::ServerAdmin, text, lines);
    }
    let id = match keeper {
        Keeper::Server => return build,
        Keeper::Either => "firewall-blocks-passive-fix-gateway",
        Keeper::Gateway => "firewall-blocks-passive-fix-gateway-alone",
    };
    let hop = located.and_then(|l| l.location.hop_min).unwrap_or(0);
    let text = with_origin(evidence, told(id), parts).with("hop", u16::from(hop));
    let build =
        build.fix(Who::ServerAdmin, text, remedies::nat::let_ranges_through(evidence, parts));
    if !evidence.is_behind_a_nat() {
        return build;
    }
    // What a NAT does not forward it may drop as well as refuse.
    let whole = if parts.len() == 1 { parts.first().copied().unwrap_or(range) } else { range };
    build.fix(
        Who::ServerAdmin,
        Text::new("firewall-blocks-passive-fix-forward").with("range", whole.span("-")),
        remedies::nat::forward_range(evidence, whole),
    )
}

fn spans(parts: &[Proposal]) -> String {
    parts.iter().map(|part| part.span("-")).collect::<Vec<_>>().join(", ")
}

/// Where the range is known from, and what else is usually found in it.
fn with_origin(evidence: &Evidence<'_>, text: Text, parts: &[Proposal]) -> Text {
    const MOST: usize = 4;
    let seen = evidence.announced_span().filter(|_| !evidence.range_was_given());
    let from = if seen.is_some() { "announced" } else { "given" };
    let (min, max) = seen.map_or((0, 0), |seen| (seen.min, seen.max));
    let inside = parts.iter().flat_map(|part| services(part.min, part.max));
    let named: Vec<String> = inside.map(|(port, name)| format!("{port} ({name})")).collect();
    let more = if named.len() > MOST { ", …" } else { "" };
    let some: Vec<String> = named.iter().take(MOST).cloned().collect();
    text.with("from", from)
        .with("min", min.to_string())
        .with("max", max.to_string())
        .with("count", named.len())
        .with("services", format!("{}{more}", some.join(", ")))
}

/// What the client's side has to let out.
pub fn let_out(evidence: &Evidence<'_>, build: Build, text: &str, gateway: bool) -> Build {
    let server = evidence.peer().map_or_else(String::new, |p| p.to_string());
    let text = Text::new(text).with("server", server);
    build.fix(Who::ClientAdmin, text, remedies::let_passive_out(evidence, gateway))
}
