//! Whose side, which hops: what the ladders say.
//!
//! The suspects are the last hop that answered for the dead port and the first hop after it that
//! answered for the control port. A hop that answers for neither says nothing and widens the range;
//! it never makes anyone guilty.

use std::net::IpAddr;

use super::finding::{Confidence, Location, Side};
use crate::facts::{Facts, Icmp, Ladder, LadderRole, Outcome, RungAnswer};

/// Where packets die, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The suspect hops.
    pub location: Location,
    /// The most that may be said on the strength of it.
    pub confidence: Confidence,
}

impl Located {
    /// The side, by the suspects alone.
    pub fn side(&self) -> Side {
        side(&self.location)
    }
}

/// The side that a range of suspect hops lies on.
pub fn side(location: &Location) -> Side {
    let (Some(min), Some(max), Some(hops)) = (location.hop_min, location.hop_max, location.hops)
    else {
        return Side::Unknown;
    };
    if min <= 1 && max < hops && max <= 2 {
        Side::Client
    } else if max == hops && min >= 2 {
        Side::Server
    } else if min >= 2 && max < hops {
        Side::Path
    } else {
        Side::Unknown
    }
}

/// The ladder to the port that works.
pub fn reference(facts: &Facts) -> Option<&Ladder> {
    facts.ladders.iter().find(|l| {
        matches!(l.role, LadderRole::Control | LadderRole::Comparison) && l.reached().is_some()
    })
}

/// Hops to the server, where a ladder told.
pub fn hops(facts: &Facts) -> Option<u8> {
    reference(facts)?.reached()
}

/// Ladders to ports that do not work: data ports, or the control port that is silent itself.
fn dead(facts: &Facts) -> Vec<&Ladder> {
    facts
        .ladders
        .iter()
        .filter(|l| match l.role {
            LadderRole::Data => true,
            LadderRole::Control => l.reached().is_none(),
            LadderRole::Comparison => false,
        })
        .collect()
}

fn lossy(facts: &Facts) -> bool {
    facts.sessions.iter().any(|s| s.retransmits.is_some_and(|n| n > 0))
}

/// Where knocks at the dead ports die in silence.
pub fn silence(facts: &Facts) -> Option<Located> {
    let control = reference(facts)?;
    let hops = control.reached()?;
    let dead = dead(facts);
    if dead.is_empty() {
        return None;
    }
    // Longer lives than the way to the server come out of other depths of the network.
    let passed = dead.iter().map(|l| l.last_expired()).max()?.min(hops);
    if passed >= hops {
        return None;
    }
    let answers = |t: u8| matches!(control.rung(t), Some(RungAnswer::Expired { .. }));
    let unconfirmed = |t: u8| facts.confirmed.iter().any(|c| c.hop == t && !c.answers);
    let failing = (passed + 1..hops).find(|t| answers(*t) && !unconfirmed(*t)).unwrap_or(hops);
    let location =
        Location { hop_min: Some(passed), hop_max: Some(failing), hops: Some(hops), address: None };
    // The comparison is complete where both ends of the range showed themselves for the control port
    // and they are neighbours.
    // A router that limits its rate may have answered for one port and not for the next: it has to
    // have answered once more.
    let confirmed =
        failing == hops || facts.confirmed.iter().any(|c| c.hop == failing && c.answers);
    let complete = failing == passed + 1 && confirmed;
    let mut confidence =
        if complete && !lossy(facts) { Confidence::Proven } else { Confidence::Likely };
    if side(&location) == Side::Client && failing >= 2 {
        confidence = confidence.max(Confidence::Likely);
    }
    Some(Located { location, confidence })
}

/// A RST, by the shortest life that brought one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetFrom {
    /// From as far as the server: the server itself or the last router.
    End(Located),
    /// From a box on the way that has the server's own address: a NAT.
    Nat(Located),
    /// From another box on the way.
    Box(Located),
}

/// Who sent the RSTs of refused data ports.
pub fn reset(facts: &Facts) -> Option<ResetFrom> {
    let control = reference(facts)?;
    let hops = control.reached()?;
    let data: Vec<&Ladder> = facts.ladders.iter().filter(|l| l.role == LadderRole::Data).collect();
    let at = data.iter().filter_map(|l| l.reached()).min()?;
    let server = facts.leading_session()?.peer.ip().to_canonical();
    let location = |min: u8, max: u8| Location {
        hop_min: Some(min),
        hop_max: Some(max),
        hops: Some(hops),
        address: None,
    };
    let confidence = if lossy(facts) { Confidence::Likely } else { Confidence::Proven };
    if at >= hops {
        let before = hops.saturating_sub(1);
        return Some(ResetFrom::End(Located { location: location(before, hops), confidence }));
    }
    if control.router(at) == Some(server) {
        // On the control port the same hop forwards, and lets packets expire under the server's
        // own address.
        let mut location = location(at, hops);
        location.address = Some(server);
        return Some(ResetFrom::Nat(Located { location, confidence }));
    }
    Some(ResetFrom::Box(Located { location: location(at.saturating_sub(1), at), confidence }))
}

/// Where an ICMP reject came from.
pub fn reject(facts: &Facts, icmp: Icmp) -> Option<Located> {
    let sender = icmp.sender?.to_canonical();
    let session = facts.leading_session();
    let own = session.map(|s| s.local.ip().to_canonical());
    let server = session.map(|s| s.peer.ip().to_canonical());
    let control = reference(facts);
    let hops = control.and_then(Ladder::reached);
    let at = if own == Some(sender) {
        Some((0, 0))
    } else if let Some(hop) = hop_of(control, sender) {
        Some((hop, hop))
    } else if server == Some(sender) {
        hops.map(|h| (h, h))
    } else {
        // A router may sign with another of its addresses: the shortest life that met the reject
        // tells where it stands.
        facts
            .ladders
            .iter()
            .filter(|l| l.role == LadderRole::Data)
            .filter_map(|l| {
                l.rungs.iter().find(|r| matches!(r.answer, RungAnswer::Icmp { .. })).map(|r| r.ttl)
            })
            .min()
            .map(|t| (t.saturating_sub(1), t))
    };
    let (min, max) = at?;
    let location = Location { hop_min: Some(min), hop_max: Some(max), hops, address: Some(sender) };
    Some(Located { location, confidence: Confidence::Proven })
}

fn hop_of(ladder: Option<&Ladder>, address: IpAddr) -> Option<u8> {
    ladder?
        .rungs
        .iter()
        .find(|r| matches!(&r.answer, RungAnswer::Expired { router: Some(router) } if router.to_canonical() == address))
        .map(|r| r.ttl)
}

/// What the holes say about the box that stops the server's knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// The smallest life that let it in names the box.
    Opened(Located),
    /// None let it in.
    None,
}

/// Reads the holes that were opened.
pub fn holes(facts: &Facts) -> Option<Holes> {
    let hops = hops(facts)?;
    let dug: Vec<(u8, bool)> = facts
        .attempts
        .iter()
        .filter(|a| a.outcome != Outcome::NotTested)
        .filter_map(|a| Some((a.hole.as_ref()?.ttl, a.is_open())))
        .collect();
    if dug.is_empty() {
        return None;
    }
    let Some(open) = dug.iter().filter(|(_, open)| *open).map(|(t, _)| *t).min() else {
        return Some(Holes::None);
    };
    let shut = dug.iter().filter(|(t, o)| !*o && *t < open).map(|(t, _)| *t).max().unwrap_or(0);
    // Every stateful box before hop `open` has the entry; with `shut` it was not enough.
    let location =
        Location { hop_min: Some(shut), hop_max: Some(open - 1), hops: Some(hops), address: None };
    let complete = shut + 1 == open;
    let confidence = if complete { Confidence::Proven } else { Confidence::Likely };
    Some(Holes::Opened(Located { location, confidence }))
}
