//! It works from one place and fails from another.

use super::conclusion::{Conclusion, End, Two};
use super::place::inside;
use super::state::{State, located};
use super::way::private;
use crate::diagnosis::{Confidence, Nat, Side, Text};

/// One direction works in one run and fails in the other, at two places.
pub fn conclude(
    two: &Two<'_>,
    works: &End<'_>,
    (fails, state): (&End<'_>, State),
    passive: bool,
) -> Option<Conclusion> {
    let found = match (state, passive) {
        (State::Stopped, true) => passive_stopped(works, fails),
        (State::Stopped, false) => active_stopped(works, fails),
        (State::Refused, _) => answers_differently(works, fails, passive),
        (State::Disturbed, _) => disturbed(works, fails),
        (State::Mixed, _) => one_command(works, fails),
        (State::Open | State::Other, _) => return None,
    };
    Some(found.at_one_time(two))
}

fn passive_stopped(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let own = located(fails.run, true);
    let (from_inside, to_inside) = (inside(works.run), inside(fails.run));
    let make = |id, title, text| Conclusion::of(id, works, fails, title, text);
    let edge = || {
        make("server-edge-blocks-passive", "diff-edge-passive-title", "diff-edge-passive-text")
            .on(Side::Server)
            .at_least_as_sure_as(own.filter(|f| f.side == Side::Server))
    };
    let network = || {
        make("client-network-blocks-passive", "diff-network-title", "diff-network-passive-text")
            .on(Side::Client)
            .not("server-firewall-blocks-passive", reached(works))
            .not("passive-ports-not-forwarded", reached(works))
    };
    let found = match (own.map(|f| f.side), from_inside, to_inside) {
        (Some(Side::Client), _, _) => network().at_least_as_sure_as(own),
        (Some(Side::Path), _, _) => {
            make("way-blocks-passive", "diff-way-title", "diff-way-passive-text")
                .on(Side::Path)
                .at_least_as_sure_as(own)
                .not("server-firewall-blocks-passive", reached(works))
        }
        (Some(Side::Server), Some(true), _) => edge(),
        (Some(Side::Server), Some(false), _) => {
            make("server-filters-by-source", "diff-source-title", "diff-source-text")
                .on(Side::Server)
        }
        (_, Some(true), Some(false)) => edge().doubt(third(fails)),
        (_, Some(false), Some(false)) => {
            network().doubt(Text::new("diff-doubt-source").with("fails", fails.letter.name()))
        }
        (_, Some(false), Some(true)) if hairpin(fails) => {
            make("hairpin-blocks-passive", "diff-hairpin-title", "diff-hairpin-text")
                .on(Side::Server)
                .not("server-firewall-blocks-passive", reached(works))
        }
        _ => make("passive-depends-on-place", "diff-place-title", "diff-place-passive-text"),
    };
    few_ports(
        found.not("passive-disabled", reached(works)).not("passive-port-refused", reached(works)),
        works,
        fails,
    )
}

/// A run from inside that goes by the server's public address.
fn hairpin(end: &End<'_>) -> bool {
    end.run.server.address.is_some_and(|server| !private(server))
        && end.run.local.is_some_and(private)
}

fn reached(works: &End<'_>) -> Text {
    Text::new("diff-not-passive-reached").with("works", works.letter.name())
}

/// What a third place would settle.
fn third(fails: &End<'_>) -> Text {
    Text::new("diff-doubt-third").with("fails", fails.letter.name())
}

/// The two runs drew other ports. Where only few were knocked at, the port may decide, not the
/// place.
fn few_ports(found: Conclusion, works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (dead, open) = (&fails.run.ports.dead, &works.run.ports.open);
    let within = open
        .first()
        .zip(open.last())
        .is_some_and(|(low, high)| dead.iter().any(|port| (low..=high).contains(&port)));
    if dead.len() > 1 || within || found.confidence == Confidence::Proven {
        return found;
    }
    found
        .at_most(Confidence::Possible)
        .doubt(Text::new("diff-doubt-ports").with("fails", fails.letter.name()))
}

fn active_stopped(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let own = located(fails.run, false);
    let called = || Text::new("diff-not-active-called").with("works", works.letter.name());
    let nat =
        fails.run.nat == Nat::Present || own.is_some_and(|f| f.cause == "client-nat-breaks-active");
    let client = || {
        let text = if nat { "diff-client-active-text-nat" } else { "diff-client-active-text" };
        Conclusion::of("client-side-blocks-active", works, fails, "diff-client-active-title", text)
            .on(Side::Client)
    };
    let from_inside = inside(works.run);
    let found = match own.map(|f| f.side) {
        Some(Side::Client) => client().at_least_as_sure_as(own),
        Some(Side::Path) => {
            let (title, text) = ("diff-way-active-title", "diff-way-active-text");
            Conclusion::of("way-blocks-active", works, fails, title, text)
                .on(Side::Path)
                .at_least_as_sure_as(own)
        }
        Some(Side::Server) if from_inside == Some(true) => {
            let (title, text) = ("diff-edge-active-title", "diff-edge-active-text");
            Conclusion::of("server-edge-blocks-active", works, fails, title, text)
                .on(Side::Server)
                .at_least_as_sure_as(own)
        }
        Some(Side::Unknown) | None if from_inside == Some(false) => client(),
        Some(Side::Server | Side::Unknown) | None => depends(works, fails),
    };
    let found = if from_inside == Some(false) && found.side != Side::Unknown {
        found.not("server-firewall-blocks-active", called())
    } else {
        found
    };
    found.not("active-disabled", called())
}

/// The run that works does not cross the server's edge: the edge is as suspect as the client.
fn depends(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-place-active-title", "diff-place-active-text");
    Conclusion::of("active-depends-on-place", works, fails, title, text)
        .at_most(Confidence::Possible)
}

fn answers_differently(works: &End<'_>, fails: &End<'_>, passive: bool) -> Conclusion {
    let text = if passive { "diff-answers-passive-text" } else { "diff-answers-active-text" };
    let found =
        Conclusion::of("server-answers-differently", works, fails, "diff-answers-title", text)
            .at_most(Confidence::Possible);
    if passive {
        found.not("firewall-blocks-passive", Text::new("diff-not-packets"))
    } else {
        found.not("firewall-blocks-active", Text::new("diff-not-packets"))
    }
}

fn disturbed(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-transfer-title", "diff-transfer-text");
    let because = Text::new("diff-not-listing").with("works", works.letter.name());
    Conclusion::of("transfer-depends-on-place", works, fails, title, text)
        .not("listing-refused", because)
}

/// One command works and the other one does not, from one of the places.
fn one_command(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-command-title", "diff-command-text");
    let found = Conclusion::of("one-command-differs", works, fails, title, text);
    if fails.run.finding(&["epsv-blocked"]).is_some() {
        return found;
    }
    found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-port-drawn"))
}

/// Two machines of one network: it is not the network.
pub fn machine(works: &End<'_>, fails: &End<'_>) -> Conclusion {
    let (title, text) = ("diff-machine-title", "diff-machine-text");
    let found = Conclusion::of("machine-decides", works, fails, title, text).on(Side::Client);
    let ends = [works.run, fails.run];
    if ends.iter().any(|r| r.seen.is_none() && r.local.is_none_or(private)) {
        // Private addresses are alike in many networks.
        return found.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-one-network"));
    }
    found
}
