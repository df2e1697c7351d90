//! What to change about the passive range and about whoever has to let it through.

use super::finding_builder::Build;
use crate::diagnosis::finding::{Side, Who};
use crate::diagnosis::ports::Proposal;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
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

/// The same range at the server's firewall, and at the gateway where that may be the one.
pub fn let_in(
    evidence: &Evidence<'_>,
    build: Build,
    range: Proposal,
    located: Option<&Located>,
) -> Build {
    let open = Text::new(if range.invented {
        "firewall-blocks-passive-fix-range"
    } else {
        "firewall-blocks-passive-fix-open"
    })
    .with("range", range.span("-"));
    let build = build.fix(Who::ServerAdmin, open, remedies::open_passive_range(evidence, range));
    let gateway = located.is_some_and(|l| l.side() == Side::Server && l.between.0 < l.between.1);
    if !gateway {
        return build;
    }
    build.fix(
        Who::ServerAdmin,
        Text::new("firewall-blocks-passive-fix-gateway").with("range", range.span("-")),
        remedies::nat::let_range_through(evidence, range),
    )
}

/// What the client's side has to let out.
pub fn let_out(evidence: &Evidence<'_>, build: Build, text: &str, gateway: bool) -> Build {
    let server = evidence.peer().map_or_else(String::new, |p| p.to_string());
    let text = Text::new(text).with("server", server);
    build.fix(Who::ClientAdmin, text, remedies::let_passive_out(evidence, gateway))
}
