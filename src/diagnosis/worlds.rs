//! Other worlds that give the same packets.
//!
//! A finding is *proven* where no other world that can be named gives the same packets. Each cause names
//! those that it knows of, beside its detector; here stands what tells them apart. One gate asks them
//! all, of every finding, by all that was observed: what is not ruled out takes the proof away and is
//! named in the report, with the one thing that would settle it; what is shown instead takes the finding.

use super::catalogue::cause as cause_of;
use super::finding::{Confidence, EvidenceItem, Finding, Side};
use super::text::Text;
use crate::evidence::{AttemptReading, Evidence, TWICE, WayBack};
use crate::facts::{Outcome, Purpose, Varied};

/// What the evidence says of another world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// A comparison rules it out.
    Out,
    /// It gives the same packets.
    Open,
    /// It is what was seen: the finding is not.
    Shown,
}

/// Another world.
pub struct World {
    /// The message that names it.
    pub name: &'static str,
    /// The message that says what tells it apart.
    pub told_by: &'static str,
    /// What the evidence says of it, beside this finding.
    pub stands: fn(&Evidence<'_>, &Finding) -> Stands,
}

/// Asks every world of every finding. Returns what is left of them.
pub fn weigh(evidence: &Evidence<'_>, found: Vec<Finding>) -> Vec<Finding> {
    found.into_iter().filter_map(|finding| weighed(evidence, finding)).collect()
}

fn weighed(evidence: &Evidence<'_>, mut finding: Finding) -> Option<Finding> {
    let worlds = cause_of(finding.cause).map_or(&[][..], |cause| cause.worlds);
    for world in worlds {
        match (world.stands)(evidence, &finding) {
            Stands::Out => {}
            Stands::Shown => return None,
            Stands::Open => {
                finding.confidence = finding.confidence.max(Confidence::Likely);
                let text = Text::new("seen-world")
                    .with("world", Text::new(world.name))
                    .with("tells", Text::new(world.told_by));
                finding.evidence.push(EvidenceItem::general(text));
            }
        }
    }
    Some(finding)
}

fn open_unless(out: bool) -> Stands {
    if out { Stands::Out } else { Stands::Open }
}

/// Whether silence is what the finding rests on: an answer names its place itself.
fn rests_on_silence(evidence: &Evidence<'_>, finding: &Finding) -> bool {
    let mut explained = evidence.modes().iter().filter(|v| finding.explains.contains(&v.entry.id));
    explained.any(|v| v.shown.outcome == Outcome::TimedOut)
}

/// The knocks arrive and are answered, and the answers die on the way home.
pub static ANSWERS_LOST: World = World {
    name: "world-answers-lost",
    told_by: "world-answers-lost-told",
    stands: |evidence, finding| {
        let at_the_end = finding.location.hop_max == finding.location.hops;
        let matters =
            rests_on_silence(evidence, finding) && finding.location.hop_max.is_some() && at_the_end;
        match evidence.way_back() {
            WayBack::Stops { .. } if rests_on_silence(evidence, finding) => Stands::Open,
            WayBack::Unknown if matches!(finding.side, Side::Server) && matters => Stands::Open,
            _ => Stands::Out,
        }
    },
};

/// Ports that have to be shut for a whole range to be: of a range that is half open, so many are all
/// drawn from the other half less than once in a hundred runs.
const SHUT: usize = 7;

/// A part of the range is open, and none of its ports was drawn.
pub static PART_OPEN: World = World {
    name: "world-part-open",
    told_by: "world-part-open-told",
    stands: |evidence, _| {
        let range = evidence.passive_range();
        // The same ports each time are all that there are.
        let live = evidence.facts.reading.is_none();
        open_unless(!live || range.shut.len() >= SHUT || range.is_whole())
    },
};

/// Ways are balanced: each flow may take one of another length.
pub static UNEQUAL_WAYS: World = World {
    name: "world-unequal-ways",
    told_by: "world-unequal-ways-told",
    stands: |evidence, _| open_unless(!evidence.ways_differ()),
};

/// A filter without a memory on the client's side, which no hole can be opened in.
pub static NO_MEMORY: World = World {
    name: "world-no-memory",
    told_by: "world-no-memory-told",
    stands: |evidence, finding| {
        let holes = evidence.facts.attempts.iter().any(|a| a.purpose == Purpose::Hole);
        let opened = evidence.hole_bounds().is_some();
        open_unless(finding.side == Side::Client || opened || !holes)
    },
};

/// The addresses are translated at the server's end: a balancer, a full NAT, a container's proxy.
pub static TRANSLATED_THERE: World = World {
    name: "world-translated-there",
    told_by: "world-translated-there-told",
    stands: |evidence, finding| {
        let ours = finding.side != Side::Server;
        open_unless(!ours || evidence.seen_as().is_none() || evidence.translated_at_the_client())
    },
};

/// A call of the server's did arrive: nothing keeps it from coming.
pub static CALL_ARRIVED: World = World {
    name: "world-call-arrived",
    told_by: "world-call-arrived-told",
    stands: |evidence, finding| {
        let came = |a: &crate::facts::Attempt| {
            !a.mode.is_passive() && a.varied.is_empty() && a.came_through()
        };
        // Who compares, and takes our own address, does not see a relay's.
        let ours = finding.side == Side::Server && evidence.own_address_was_taken();
        if evidence.facts.attempts.iter().any(came) || ours { Stands::Shown } else { Stands::Out }
    },
};

/// The door is at the address that 227 names, and not where it was knocked.
pub static OTHER_DOOR: World = World {
    name: "world-other-door",
    told_by: "world-other-door-told",
    stands: |evidence, _| {
        if evidence.door_elsewhere() { Stands::Shown } else { Stands::Out }
    },
};

/// Client and server are one machine: what it says of addresses is about itself.
pub static ONE_MACHINE: World = World {
    name: "world-one-machine",
    told_by: "world-one-machine-told",
    stands: |evidence, _| open_unless(!evidence.peer().is_some_and(|peer| peer.is_loopback())),
};

/// One refusal, for a reason of its own.
pub static REFUSED_ONCE: World = World {
    name: "world-refused-once",
    told_by: "world-refused-once-told",
    stands: |evidence, _| {
        let behind = evidence.facts.varied(|v| *v == Varied::Pipelined);
        open_unless(behind.filter(|a| a.address_refused()).count() >= TWICE)
    },
};
