//! Packets that come in while a data connection is waited for, and that this machine itself drops.

use super::Evidence;
use super::place::{Confidence, Located};
use crate::facts::{Attempt, Ladder, Outcome, Purpose, Round, RungAnswer, Why};

/// Packets that came in while we waited, and nobody on this machine got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnDrops {
    /// Over all attempts that were waited for in vain.
    pub packets: u32,
    /// How sure it is that they were meant for us.
    pub confidence: Confidence,
}

impl Evidence<'_> {
    /// What this machine itself drops of what comes in for data connections of one direction.
    pub fn own_drops(&self, passive: bool) -> Option<OwnDrops> {
        let [active_cell, passive_cell] = &self.own_drops;
        let cell = if passive { passive_cell } else { active_cell };
        *cell.get_or_init(|| own_drops(self, passive))
    }

    /// Packets that nobody got, and seconds, of each attempt of one direction that was waited for in
    /// vain; nothing unless every one of them had so many that they may be what was waited for.
    pub fn packets_undelivered(&self, passive: bool) -> Option<Vec<(u32, f64)>> {
        let waited = |a: &&Attempt| {
            a.mode.is_passive() == passive
                && a.outcome == Outcome::TimedOut
                && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
        };
        // Each knock of ours is answered, and answers are repeated; a server knocks again after a second
        // and after three.
        let least = |a: &Attempt| match a.why {
            // The last one may still be on its way.
            Why::NoAnswer { syns: Some(syns), .. } if passive => syns.saturating_sub(1).max(3),
            _ => 3,
        };
        // Each SYN of ours is answered, and the answer is repeated once or twice meanwhile; a server
        // that knocks does so four times at the most. More than that is other people's traffic.
        let most = |a: &Attempt| match a.why {
            Why::NoAnswer { syns: Some(syns), .. } if passive => syns.saturating_mul(4) + 4,
            _ if passive => 24,
            _ => 12,
        };
        let windows: Vec<(u32, f64)> = self
            .facts
            .attempts
            .iter()
            .filter(waited)
            .map(|a| {
                let within = |packets: &u32| *packets >= least(a) && *packets <= most(a);
                let packets = a.undelivered.filter(within)?;
                Some((packets, a.elapsed.duration().as_secs_f64()))
            })
            .collect::<Option<_>>()?;
        (!windows.is_empty()).then_some(windows)
    }
}

/// Whether this machine itself drops what comes in for data connections: answers to our knocks, or
/// the server's knocks. Told by the system's counters, which count other traffic too: what is lost
/// meanwhile has to be far more than in a quiet moment (passive) or the rest of the run (active).
fn own_drops(evidence: &Evidence<'_>, passive: bool) -> Option<OwnDrops> {
    let windows = evidence.packets_undelivered(passive)?;
    // An ICMP error that is dropped would look the same: some have to be let in.
    let expired = |l: &Ladder| {
        l.rungs.iter().any(|r| matches!(r.answer, RungAnswer::Expired { router: Some(_) }))
    };
    let mute = passive && !evidence.facts.ladders.iter().any(expired);
    if mute || !evidence.facts.request.localise {
        return None;
    }
    let (packets, time) = windows
        .iter()
        .fold((0_u32, 0.0), |(n, t), (more, seconds)| (n.saturating_add(*more), t + seconds));
    // Answers stop with the session that they are for; a server goes on knocking.
    let usual = match (passive, &evidence.facts.quiet) {
        (true, None) => return None,
        (true, Some(quiet)) => {
            f64::from(quiet.undelivered) / quiet.took.duration().as_secs_f64().max(0.1)
        }
        (false, _) => usual(evidence, packets, time),
    };
    let rounds = evidence.facts.quiet.as_ref().map_or(&[][..], |quiet| &quiet.rounds);
    let in_step = passive && in_step(rounds);
    // Who asks by turns and is answered by turns is not misled by what others send.
    let enough = if passive && !rounds.is_empty() {
        in_step
    } else {
        f64::from(packets) >= 4.0 * usual * time + 3.0
    };
    if !enough {
        return None;
    }
    let confidence =
        if in_step && windows.len() >= 2 { evidence.sure() } else { Confidence::Likely };
    Some(OwnDrops { packets, confidence })
}

/// Whether what is dropped comes and goes with our knocks: at least as many in each round of knocks as
/// were sent, and few in the silent ones, in which answers of before may still be repeated.
fn in_step(rounds: &[Round]) -> bool {
    let of = |knocked: bool| rounds.iter().filter(move |r| (r.syns > 0) == knocked);
    let packets = |knocked: bool| of(knocked).fold(0, |n: u32, r| n.saturating_add(r.undelivered));
    let syns = of(true).fold(0, |n: u32, r| n.saturating_add(r.syns));
    of(true).count() >= 2
        && of(false).count() >= 2
        && of(true).all(|r| r.undelivered >= r.syns)
        && packets(true) <= syns.saturating_mul(3)
        && packets(false) <= syns / 3
}

/// Packets a second that nobody got in the rest of the run, without those of this long wait.
fn usual(evidence: &Evidence<'_>, packets: u32, time: f64) -> f64 {
    let vain = evidence.facts.attempts.iter().filter(|a| a.outcome == Outcome::TimedOut);
    let vain = vain.filter(|a| a.mode.is_passive() || a.purpose == Purpose::Hole);
    let (others, other_time) = vain.fold((0_u32, 0.0), |(n, t), a| {
        let seconds = a.elapsed.duration().as_secs_f64();
        (n.saturating_add(a.undelivered.unwrap_or(0)), t + seconds)
    });
    let rest = evidence.facts.undelivered.unwrap_or(u32::MAX);
    let rest = rest.saturating_sub(packets.saturating_add(others));
    let rest_time = evidence.facts.elapsed.duration().as_secs_f64() - time - other_time;
    // Knocks are repeated after their attempt was given up.
    f64::from(rest.saturating_sub(4)) / rest_time.max(1.0)
}

impl OwnDrops {
    /// This machine, as a place.
    pub fn located(self, evidence: &Evidence<'_>) -> Located {
        Located::new(0, 0, evidence.hops(), self.confidence)
    }
}
