//! Somebody answers data connections in the server's place.

use super::finding_builder::finding;
use super::range_remedies::at_gateway;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::ports;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::Evidence;

pub static DATA_INTERCEPTED: Cause = cause!("data-intercepted", Middlebox, Problem, &Detector(data_intercepted), suppresses ["transfer-stalls", "tls-handshake-failed"], looks_like [UNEQUAL_WAYS]);

/// Every passive handshake comes, data never, and ports that nobody announced answer as well.
fn data_intercepted(evidence: &Evidence<'_>) -> Found {
    let views = evidence.passive();
    let unannounced = evidence.answered_unannounced();
    let list: Vec<u16> = unannounced.iter().filter_map(|a| Some(a.dialled?.port())).collect();
    require(!list.is_empty(), || {
        why_not(
            "not all passive connections stood empty, or no port that nobody announced answered",
        )
        .on_modes(&views)
        .on_all(evidence.neighbours())
    })?;
    let nearer = evidence.place_of_nearer_answers();
    let confidence = match (&nearer, list.len()) {
        (Some(located), _) => located.confidence,
        (None, 2..) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id =
        if nearer.is_some() { "data-intercepted-text-nearer" } else { "data-intercepted-text" };
    let text = Text::new(id)
        .with("ports", ports::list(&list))
        .with("count", list.len())
        .with("hop", nearer.map_or(0, |l| u16::from(l.between.1)))
        .with("hops", nearer.and_then(|l| l.location.hops).map_or(0, u16::from));
    let mut build = finding(&DATA_INTERCEPTED, confidence, text).explains(&views);
    for attempt in unannounced {
        build = build.attempt(attempt);
    }
    if let Some(located) = nearer {
        build = build.side(located.side()).at(located.location).saw(
            Text::new("seen-answers-nearer")
                .with("hop", u16::from(located.between.1))
                .with("hops", located.location.hops.map_or(0, u16::from)),
        );
    }
    let who = match nearer.map(|l| l.side()) {
        Some(Side::Client) => Who::ClientAdmin,
        Some(Side::Server) => Who::ServerAdmin,
        _ => Who::NetworkAdmin,
    };
    let gateway = at_gateway(nearer.as_ref());
    build
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .not_if(gateway, "path-mtu-black-hole", Text::new("not-mtu-answered-for"))
        .fix(who, Text::new("data-intercepted-fix-network"), Vec::new())
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}
