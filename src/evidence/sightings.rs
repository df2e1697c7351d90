//! What captures show of knocks that came to nothing: as far as which place on the way they were
//! seen, and what came back.
//!
//! A capture stands on a link between two hops. Whoever sent a packet that has passed no router
//! stands on this link, so places need no ladder: the lives of the packets tell them. What is seen
//! at one place and not at the next was lost between; what is seen and not answered at the last
//! place was lost beyond it, or nobody answers.

use super::Evidence;
use super::ResetFrom;
use super::place::{Confidence, Located};
use crate::facts::reading::{Change, FileKind, FileRead, Place, Sighting, Unread, UnreadWhy};
use crate::facts::{Attempt, Icmp, Mode, Outcome, Purpose, Vantage};
use crate::wire::address::{is_inner, leads_nowhere, parse_227};

/// What was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The SYN is not seen anywhere.
    NeverSeen,
    /// The SYN is seen at the first place, and not at the second.
    Knock,
    /// The SYN is seen, and nothing comes back.
    Unanswered,
    /// The SYN-ACK is seen at the first place, and not at the second.
    Answer,
    /// The SYN-ACK is seen, and the end that called goes on calling.
    Unheard,
}

/// Where captures show that knocks end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenStop {
    /// The suspects.
    pub located: Located,
    /// What was lost.
    pub lost: Lost,
    /// Where it was still seen: a packet, or the announcement where there is none.
    pub at: Place,
    /// The file that does not have it any more.
    pub missing: Option<usize>,
    /// The port.
    pub port: u16,
    /// How many packets were seen there.
    pub count: u32,
}

/// A passive port with two numbers.
#[derive(Debug, Clone, Copy)]
pub struct Renumbered<'f> {
    /// The attempt.
    pub attempt: &'f Attempt,
    /// The port in the server's own 227.
    pub opened: u16,
    /// The port that the client called, or was told.
    pub named: u16,
    /// Where the server said the one, and where the client was told the other; none where only the
    /// call was seen.
    pub said: Option<(Place, Place)>,
}

/// A capture as a place on the way, counted in routers from the end that calls.
#[derive(Clone, Copy)]
struct Spot<'f> {
    file: usize,
    /// Routers that the caller's packets have passed before they come here.
    before: u8,
    /// Routers that stand inside.
    inside: u8,
    sighting: &'f Sighting,
}

impl Spot<'_> {
    /// Whether SYNs come to a router that stands inside and do not leave it, as others do.
    fn swallows(&self) -> bool {
        self.sighting.syns.any() && self.sighting.inside < self.inside
    }
}

impl Evidence<'_> {
    /// Hops from the client to the server, as captures show them.
    pub fn seen_hops(&self) -> Option<u8> {
        let files = &self.facts.reading.as_ref()?.files;
        let mut all =
            files.iter().filter(|f| f.kind == FileKind::Capture).filter_map(FileRead::hops);
        let first = all.next()?;
        // Captures that do not agree were not taken on one way.
        all.all(|hops| hops == first).then_some(first)
    }

    /// Whether the client knocked at an address that leads nowhere from where it stands: that nobody
    /// answers there says nothing of a firewall. A run of this program knocks at the server.
    pub fn went_nowhere(&self, attempt: &Attempt) -> bool {
        let Some(peer) = self.peer() else { return false };
        if self.facts.reading.is_none() || !attempt.mode.is_passive() {
            return false;
        }
        if self.names_its_private_address(attempt) {
            return true;
        }
        attempt.dialled.is_some_and(|d| d.ip() != peer && leads_nowhere(d.ip(), peer))
    }

    /// Captures at the server's end: 227 names the server's own private address to a client that comes
    /// from outside, and no SYN follows.
    pub fn names_its_private_address(&self, attempt: &Attempt) -> bool {
        let (Some(peer), Some(own)) = (self.peer(), self.own()) else { return false };
        let outside = !is_inner(own) && !own.is_loopback() && !own.is_unspecified();
        is_inner(peer)
            && outside
            && attempt.mode == Mode::Pasv
            && attempt.outcome == Outcome::TimedOut
            && attempt.advertised.is_some_and(|at| at.ip() == peer)
            && !attempt.sightings.is_empty()
            && attempt.sightings.iter().all(|s| !s.syns.any())
    }

    /// Whether captures show that each knock of one direction was repeated: then one attempt shows as
    /// much as several.
    pub fn seen_often(&self, passive: bool) -> bool {
        let mut vain = self
            .facts
            .attempts
            .iter()
            .filter(|a| a.mode.is_passive() == passive && a.outcome.is_held_back())
            .peekable();
        let often = |s: &Sighting| {
            s.syns.count >= 2 || s.icmp.is_some() || (!s.syns.any() && s.syn_acks.count == 0)
        };
        vain.peek().is_some()
            && vain.all(|a| !a.sightings.is_empty() && a.sightings.iter().all(often))
    }

    /// A place in words: `client.pcap #57`, `server.log line 12`.
    pub fn cited(&self, place: Place) -> String {
        let file = self.facts.reading.as_ref().and_then(|r| r.files.get(place.file));
        match file {
            Some(file) if file.kind == FileKind::Capture => {
                format!("{} #{}", file.file, place.number)
            }
            Some(file) => format!("{} line {}", file.file, place.number),
            None => format!("#{}", place.number),
        }
    }

    /// Where an attempt stands in the files that were read: `client.pcap #57, #58`.
    pub fn places_of(&self, id: &str) -> String {
        const MOST: usize = 3;
        let attempt = self.facts.attempts.iter().find(|a| a.id == id);
        let Some(attempt) = attempt.filter(|_| self.facts.reading.is_some()) else {
            return String::new();
        };
        let mut told: Vec<String> = Vec::new();
        let mut file = None;
        for place in attempt.places.iter().take(MOST) {
            let cited = self.cited(*place);
            // The file's name once.
            let short = cited.rsplit(' ').next().unwrap_or_default().to_owned();
            told.push(if file == Some(place.file) { short } else { cited });
            file = Some(place.file);
        }
        if attempt.places.len() > MOST {
            told.push("…".to_owned());
        }
        told.join(", ")
    }

    /// Passive ports that another number stands for at the other end: what the client was told and
    /// what the server had said, from two captures; or, at the server, what the server said and where
    /// the client called.
    pub fn seen_renumbered(&self) -> Option<Renumbered<'_>> {
        let reading = self.facts.reading.as_ref()?;
        let port = |text: &str| parse_227(text).ok().map(|reply| reply.port);
        for change in &reading.changes {
            let Change::Text { sent, came, from, to } = change else { continue };
            if !(sent.starts_with("227") && came.starts_with("227")) {
                continue;
            }
            let (Some(opened), Some(named)) = (port(sent), port(came)) else { continue };
            let attempt = self.facts.attempts.iter().find(|a| {
                a.mode == Mode::Pasv
                    && !a.is_open()
                    && a.advertised.is_some_and(|at| at.port() == named)
            });
            if let Some(attempt) = attempt.filter(|_| opened != named) {
                return Some(Renumbered { attempt, opened, named, said: Some((*from, *to)) });
            }
        }
        let shut = self.facts.attempts.iter().filter(|a| a.mode == Mode::Pasv && !a.is_open());
        shut.into_iter().find_map(|attempt| {
            let at_server = |s: &&Sighting| {
                reading.files.get(s.file).is_some_and(|f| f.vantage == Vantage::Server)
            };
            let named = attempt.sightings.iter().filter(at_server).find_map(|s| s.called)?;
            let opened = attempt.advertised?.port();
            Some(Renumbered { attempt, opened, named, said: None })
        })
    }

    /// Where captures show that the knocks of one direction die in silence.
    pub fn seen_stop(&self, passive: bool) -> Option<SeenStop> {
        let silent: Vec<&Attempt> = self
            .facts
            .attempts
            .iter()
            .filter(|a| a.mode.is_passive() == passive && a.outcome == Outcome::TimedOut)
            .filter(|a| matches!(a.purpose, Purpose::Mode | Purpose::Repeat))
            .filter(|a| !self.went_nowhere(a))
            .collect();
        let stops: Option<Vec<SeenStop>> =
            silent.iter().map(|a| self.stop_of(a).or_else(|| self.stop_at_client(a))).collect();
        let stops = stops?;
        let first = *stops.first()?;
        let hops = first.located.location.hops;
        let low = stops.iter().filter_map(|s| s.located.location.hop_min).min()?;
        let high = stops.iter().filter_map(|s| s.located.location.hop_max).max()?;
        let weakest = stops.iter().map(|s| s.located.confidence).max()?;
        let agreed = stops.iter().all(|s| s.located.between == first.located.between);
        let confidence = if agreed { weakest } else { weakest.max(Confidence::Likely) };
        Some(SeenStop { located: Located::new(low, high, hops, confidence), ..first })
    }

    /// Where a knock of the server's dies that was seen at the client and not answered there, in a
    /// file that does not tell how long the way is (a list of packets has no lives): behind the wire
    /// that it was seen on there is nothing but the client.
    fn stop_at_client(&self, attempt: &Attempt) -> Option<SeenStop> {
        if attempt.mode.is_passive() || self.seen_hops().is_some() {
            return None;
        }
        let reading = self.facts.reading.as_ref()?;
        let at_client =
            |s: &&Sighting| reading.files.get(s.file).is_some_and(|f| f.vantage == Vantage::Client);
        let sighting = attempt.sightings.iter().find(at_client)?;
        let answered = sighting.syn_acks.any() || sighting.resets.any() || sighting.icmp.is_some();
        if !sighting.syns.any() || answered {
            return None;
        }
        let lossy = self.lost_packets(sighting.file) || self.lossy();
        let sure = sighting.syns.count >= 2 && !lossy;
        let confidence = if sure { Confidence::Proven } else { Confidence::Likely };
        Some(SeenStop {
            located: Located::new(0, 0, None, confidence),
            lost: Lost::Unanswered,
            at: Place { file: sighting.file, number: sighting.syns.first },
            missing: None,
            port: attempt.listened.or(attempt.advertised)?.port(),
            count: sighting.syns.count,
        })
    }

    /// Where the knocks of one attempt die.
    fn stop_of(&self, attempt: &Attempt) -> Option<SeenStop> {
        let hops = self.seen_hops()?;
        let spots = self.spots(attempt, hops);
        let (first, last) = (spots.first()?, spots.last()?);
        let has_syn = |spot: &&Spot<'_>| spot.sighting.syns.any();
        let has_answer = |spot: &&Spot<'_>| spot.sighting.syn_acks.any();
        let announced = attempt.places.first().copied();
        let after = |spot: &Spot<'_>| spot.before + spot.inside + 1;
        let seen = |spot: &Spot<'_>, seen: crate::facts::reading::Seen| {
            (Place { file: spot.file, number: seen.first }, seen.count)
        };
        // The suspects, counted from the caller: 0 is the caller itself.
        let (low, high, lost, (at, count), missing) = if let Some(far) =
            spots.iter().rev().find(has_answer)
        {
            let near =
                spots.iter().take_while(|s| s.before < far.before).filter(|s| !has_answer(s));
            let spot = spots.iter().find(has_answer).unwrap_or(far);
            match near.last() {
                Some(deaf) => (
                    after(deaf),
                    spot.before,
                    Lost::Answer,
                    seen(spot, spot.sighting.syn_acks),
                    Some(deaf.file),
                ),
                None => (0, spot.before, Lost::Unheard, seen(spot, spot.sighting.syn_acks), None),
            }
        } else if let Some(inside) = spots.iter().find(|s| s.swallows()) {
            // Seen before a router that stands inside of the capture, and not behind it.
            let first = inside.before + inside.sighting.inside + 1;
            let until = inside.before + inside.inside;
            (first, until, Lost::Unanswered, seen(inside, inside.sighting.syns), None)
        } else if has_syn(&last) {
            (after(last), hops, Lost::Unanswered, seen(last, last.sighting.syns), None)
        } else if let Some(near) = spots.iter().rev().find(has_syn) {
            let next = spots.iter().find(|s| s.before > near.before && !has_syn(s))?;
            (after(near), next.before, Lost::Knock, seen(near, near.sighting.syns), Some(next.file))
        } else {
            (0, first.before, Lost::NeverSeen, (announced?, 0), Some(first.file))
        };
        if low > high || high > hops {
            return None;
        }
        let sure = self.seen_sure(lost, (low, high), hops, last, &spots);
        let (min, max) =
            if attempt.mode.is_passive() { (low, high) } else { (hops - high, hops - low) };
        let port = attempt.dialled.or(attempt.listened).or(attempt.advertised)?.port();
        let located = Located::new(min, max, Some(hops), sure);
        Some(SeenStop { located, lost, at, missing, port, count })
    }

    /// How sure it is: one silence is proof only where the packets are seen to come to the very end
    /// that does not answer, or to be lost between two places.
    fn seen_sure(
        &self,
        lost: Lost,
        (low, high): (u8, u8),
        hops: u8,
        last: &Spot<'_>,
        spots: &[Spot<'_>],
    ) -> Confidence {
        let lossy = spots.iter().any(|s| self.lost_packets(s.file)) || self.lossy();
        let several =
            spots.iter().any(|s| s.sighting.syns.count >= 2 || s.sighting.syn_acks.count >= 2);
        let proves = match lost {
            Lost::Knock | Lost::Answer => true,
            Lost::Unanswered => low == hops && high == hops && last.before + 1 == hops,
            Lost::NeverSeen | Lost::Unheard => false,
        };
        if proves && several && !lossy { Confidence::Proven } else { Confidence::Likely }
    }

    /// Whether a capture lost packets itself.
    fn lost_packets(&self, file: usize) -> bool {
        let lost = |u: &Unread| matches!(u.why, UnreadWhy::Lost | UnreadWhy::TooMuch { .. });
        let file = self.facts.reading.as_ref().and_then(|r| r.files.get(file));
        file.is_some_and(|f| f.unread.iter().any(lost))
    }

    /// The captures that show an attempt's control connection, from the caller on.
    fn spots<'a>(&self, attempt: &'a Attempt, hops: u8) -> Vec<Spot<'a>> {
        let Some(reading) = &self.facts.reading else { return Vec::new() };
        let passive = attempt.mode.is_passive();
        let mut spots: Vec<Spot<'a>> = attempt
            .sightings
            .iter()
            .filter_map(|sighting| {
                let file = reading.files.get(sighting.file)?;
                // A capture that lost packets itself shows nothing by what it does not have.
                let blank = !sighting.syns.any() && !sighting.syn_acks.any();
                if blank && self.lost_packets(sighting.file) {
                    return None;
                }
                let before = if passive { file.from_client? } else { file.from_server? };
                let here = before.checked_add(file.inside).filter(|last| *last < hops);
                here.map(|_| Spot { file: sighting.file, before, inside: file.inside, sighting })
            })
            .collect();
        spots.sort_by_key(|s| s.before);
        spots
    }

    /// Who sent the RSTs of refused data ports, by how far they have come.
    pub(super) fn seen_reset(&self) -> Option<ResetFrom> {
        let hops = self.seen_hops()?;
        let reading = self.facts.reading.as_ref()?;
        let mut found: Option<(u8, bool)> = None;
        for attempt in &self.facts.attempts {
            if !attempt.mode.is_passive() || attempt.outcome != Outcome::Refused {
                continue;
            }
            for sighting in &attempt.sightings {
                let file = reading.files.get(sighting.file)?;
                let Some(routers) = sighting.reset_from else { continue };
                let from_server = file.from_server?;
                // Whoever begins with another life than the server's other packets do cannot be
                // placed beyond it.
                let at = hops.checked_sub(from_server)?.checked_add(routers)?;
                let at = at.min(hops);
                let there = file.vantage == Vantage::Server || from_server == 0;
                match found {
                    Some((known, _)) if known != at => return None,
                    Some((_, before)) => found = Some((at, before || there)),
                    None => found = Some((at, there)),
                }
            }
        }
        let (at, there) = found?;
        // The last router alone: a NAT that forwards the control port and nothing else, or a firewall
        // that rejects. Both answer in the server's name, and packets do not tell which it is.
        if at + 1 == hops && hops >= 3 && !there {
            return None;
        }
        let confidence = if there { Confidence::Proven } else { Confidence::Likely };
        if at >= hops {
            // From between, the last router is as near as makes no difference.
            let between = reading.files.iter().any(|f| f.vantage == Vantage::Between);
            let near = if between && !there && hops >= 3 { hops - 1 } else { hops };
            return Some(ResetFrom::End(Located::new(near, hops, Some(hops), confidence)));
        }
        let confidence = Confidence::Likely;
        Some(ResetFrom::Box(Located::new(at, at, Some(hops), confidence)))
    }

    /// Where an ICMP error came from, by how far it has come.
    pub(super) fn seen_reject(&self, icmp: Icmp) -> Option<Located> {
        let hops = self.seen_hops()?;
        let reading = self.facts.reading.as_ref()?;
        let sender = icmp.sender?.to_canonical();
        let (attempt, sighting, seen) = self.facts.attempts.iter().find_map(|a| {
            a.sightings.iter().find_map(|s| {
                let seen = s.icmp.filter(|seen| seen.icmp == icmp)?;
                Some((a, s, seen))
            })
        })?;
        let file = reading.files.get(sighting.file)?;
        let beyond = seen.routers?.checked_add(1)?;
        let hop = if attempt.mode.is_passive() {
            file.from_client?.checked_add(file.inside)?.checked_add(beyond)?
        } else {
            hops.checked_sub(file.from_server?.checked_add(file.inside)?.checked_add(beyond)?)?
        };
        if hop > hops {
            return None;
        }
        // A box that signs with the server's own address is the server's gateway, or the server.
        let gateway = self.peer() == Some(sender) && attempt.mode.is_passive();
        let max = if gateway { hops } else { hop };
        Some(Located::new(hop, max, Some(hops), Confidence::Proven).by(sender))
    }
}
