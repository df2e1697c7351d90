//! Ports that are knocked at right after each was announced: where ports are opened one by one,
//! only these can be swept; and where some of a range are silent, it shows whether they stay so.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::dial::{KnockPolicy, dial};
use super::super::experiments::trial;
use super::super::session::control::Control;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::sample::{announcement, protected};
use super::sweeper::{Manner, Sweeper};
use crate::facts::audit::{PortRun, runs};
use crate::facts::{Attempt, DialOutcome, Family, Mode, Outcome, TlsLevel};

/// Ports that are announced, at most.
const MOST: usize = 20;
/// Ports that may stay silent before the rest is left alone: each takes its time.
const SILENT: usize = 4;
/// The same where the sweep has found them silent before, and segments get lost.
const STILL_SILENT: usize = 2;
/// Announcements that may not arrive before the rest is left alone: each takes a login.
const SILENCED: usize = 2;

/// Announcements on one login after the other, one at a time.
struct Announcer<'a> {
    door: &'a Door<'a>,
    control: Option<Control>,
    mode: Mode,
    silenced: usize,
    left: usize,
}

impl<'a> Announcer<'a> {
    async fn new(door: &'a Door<'a>, logins: &mut Logins, most: usize) -> Self {
        let open = {
            let facts = door.context.facts();
            facts.attempts.iter().find(|a| a.is_open() && a.mode.is_passive()).map(|a| a.mode)
        };
        let usual = if door.family() == Family::V4 { Mode::Pasv } else { Mode::Epsv };
        let control = protected(door, logins).await;
        Self { door, control, mode: open.unwrap_or(usual), silenced: 0, left: most }
    }

    /// The next port that is announced, while there is time and the server goes on.
    async fn next(&mut self, logins: &mut Logins) -> Option<u16> {
        loop {
            self.left = self.left.checked_sub(1)?;
            let control = self.control.as_mut()?;
            if self.door.context.recorder.remaining() < self.door.context.limits().announcing
                || control.is_gone()
            {
                return None;
            }
            let sample = announcement(self.door.context, control, self.mode).await;
            if sample.port.is_some() {
                return sample.port;
            }
            self.silenced += 1;
            if sample.code != 0 || self.silenced > SILENCED {
                return None;
            }
            // Somebody else's session left a pinhole there, and the helper swallowed the reply.
            if let Some(control) = self.control.take() {
                control.quit(self.door.context.limits(), true).await;
            }
            self.control = protected(self.door, logins).await;
        }
    }

    /// Knocks at it as a transfer would.
    async fn knock(&self, port: u16) -> Outcome {
        let context = self.door.context;
        let timeout = context.request().timeout.duration();
        let rtt = self.control.as_ref().and_then(Control::rtt);
        let lossy = context.recorder.lossy();
        let policy = KnockPolicy::data(context.limits(), rtt, lossy, timeout);
        let (record, stream) = dial(context, self.door.at(port), policy).await;
        drop(stream);
        match record.outcome {
            DialOutcome::Connected => Outcome::Open,
            DialOutcome::Refused | DialOutcome::Reset => Outcome::Refused,
            DialOutcome::TimedOut => Outcome::TimedOut,
            DialOutcome::Prohibited { .. } => Outcome::Prohibited,
            DialOutcome::Unreachable { .. } | DialOutcome::Local { .. } => Outcome::Unreachable,
        }
    }

    async fn end(self) {
        if let Some(control) = self.control {
            control.quit(self.door.context.limits(), false).await;
        }
    }
}

/// Announces and knocks in turn, on one login; nothing is listed.
pub async fn announced(door: &Door<'_>, logins: &mut Logins) {
    let context = door.context;
    let samples = context.request().audit.map_or(0, |a| usize::from(a.samples));
    let mut announcer = Announcer::new(door, logins, samples.clamp(1, MOST)).await;
    let mut found = Vec::new();
    while let Some(port) = announcer.next(logins).await {
        let outcome = announcer.knock(port).await;
        note(context, &mut found, port, outcome);
        if count(&found, Outcome::TimedOut) >= SILENT {
            break;
        }
    }
    announcer.end().await;
}

/// Some ports of the range were silent in the sweep, when nobody had announced them. A helper
/// may open them as they are announced: until one of them is, and then it shows. Where none
/// comes up it is still to be known whether somebody reads along.
pub async fn announce_silent(
    door: &Door<'_>,
    logins: &mut Logins,
    manner: &Manner,
    swept: &[PortRun],
) {
    let context = door.context;
    let of = |wanted: fn(Outcome) -> bool| -> BTreeSet<u16> {
        let runs = swept.iter().filter(|run| wanted(run.outcome));
        runs.flat_map(|run| run.first..=run.last).collect()
    };
    let silent = of(|o| o == Outcome::TimedOut);
    let samples = context.request().audit.map_or(0, |a| a.samples);
    let (known, read) = {
        let facts = context.facts();
        let mut controls = facts.audit.iter().flat_map(|a| &a.controls);
        let opened = controls.any(|run| run.outcome == Outcome::TimedOut);
        let met = |a: &Attempt| {
            let port = a.passive_port().filter(|_| a.outcome.is_held_back());
            port.is_some_and(|port| silent.contains(&port))
        };
        (opened || facts.attempts.iter().any(met), !facts.halves.is_empty())
    };
    if silent.is_empty() || of(Outcome::is_let_through).is_empty() || samples == 0 || known {
        return;
    }
    let enough = if context.recorder.lossy() { STILL_SILENT } else { 1 };
    let mut announcer = Announcer::new(door, logins, MOST).await;
    let mut found = Vec::new();
    while let Some(port) = announcer.next(logins).await {
        if !silent.contains(&port) {
            continue;
        }
        let outcome = announcer.knock(port).await;
        note(context, &mut found, port, outcome);
        if outcome == Outcome::Open || count(&found, Outcome::TimedOut) >= enough {
            break;
        }
    }
    announcer.end().await;
    let opened: Vec<u16> =
        found.iter().filter(|(_, o)| *o == Outcome::Open).map(|(port, _)| *port).collect();
    if !opened.is_empty() {
        let mut again = Sweeper::new(manner.clone(), &opened);
        again.run().await;
        if let Some(audit) = &mut context.facts().audit {
            let mut all: Vec<(u16, Outcome)> =
                audit.controls.iter().chain(&again.ports()).flat_map(|r| r.each()).collect();
            all.sort_unstable_by_key(|(port, _)| *port);
            all.dedup_by_key(|(port, _)| *port);
            audit.controls = runs(all);
        }
    }
    let in_clear = context.request().tls == TlsLevel::Off;
    if found.is_empty() && !read && in_clear && context.request().localise {
        trial::halves(door, logins).await;
    }
}

/// Writes it down. The same port twice: what worked once can work.
fn note(context: &Context<'_>, found: &mut Vec<(u16, Outcome)>, port: u16, outcome: Outcome) {
    match found.binary_search_by_key(&port, |(port, _)| *port) {
        Ok(at) => {
            if let Some(kept) = found.get_mut(at).filter(|_| outcome == Outcome::Open) {
                kept.1 = outcome;
            }
        }
        Err(at) => found.insert(at, (port, outcome)),
    }
    if let Some(audit) = &mut context.facts().audit {
        audit.announced = runs(found.iter().copied());
    }
}

fn count(found: &[(u16, Outcome)], wanted: Outcome) -> usize {
    found.iter().filter(|(_, outcome)| *outcome == wanted).count()
}
