//! Ports that are knocked at while each is announced to the login that asked for it. A RST there is
//! no closed port's; where ports are opened one by one, only these can be swept; and where some of a
//! range are silent, it shows whether they stay so.
//!
//! No port is ever knocked at that was announced to another login of ours, and no login asks for so
//! many that a server which keeps them all would run out of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::dial::{KnockPolicy, dial};
use super::super::experiments::trial;
use super::super::session::control::Control;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::sample::{announcement, protected};
use super::sweeper::{Manner, Sweeper};
use crate::evidence::Evidence;
use crate::evidence::announced_ports::{FEW, are_whole_range};
use crate::facts::audit::{PortRun, runs};
use crate::facts::{Attempt, DialOutcome, Family, Mode, Outcome, Sample, TlsLevel};

/// Ports that are announced, at most.
const MOST: usize = 20;
/// Ports that may stay silent before the rest is knocked at briefly: each takes its time, and the sweep
/// asks them all again.
const SILENT: usize = 2;
/// Ports that have to stay silent where the sweep has found them silent before, and segments get lost.
const STILL_SILENT: usize = 2;
/// Announcements that may not arrive before the rest is left alone: each takes a login.
const SILENCED: usize = 2;
/// Announced ports that are given every chance to listen late.
const PATIENT: usize = 2;

/// Announcements on one login after the other, one at a time.
pub struct Announcer<'a> {
    door: &'a Door<'a>,
    /// The login that was asked last.
    pub control: Option<Control>,
    mode: Mode,
    /// What was announced to this login.
    here: Vec<u16>,
    silenced: usize,
    left: usize,
    /// Ports that stayed silent, and ports that refused however long it took.
    shut: (usize, usize),
    /// A port that had refused was open a moment later.
    late: bool,
}

impl<'a> Announcer<'a> {
    /// Asks `most` times, at most.
    pub fn new(door: &'a Door<'a>, mode: Mode, most: usize) -> Self {
        let here = Vec::new();
        let (control, silenced, shut, late) = (None, 0, (0, 0), false);
        Self { door, control, mode, here, silenced, left: most, shut, late }
    }

    /// By the command that is known to work.
    fn usual(door: &'a Door<'a>, most: usize) -> Self {
        let open = {
            let facts = door.context.facts();
            facts.attempts.iter().find(|a| a.is_open() && a.mode.is_passive()).map(|a| a.mode)
        };
        let usual = if door.family() == Family::V4 { Mode::Pasv } else { Mode::Epsv };
        Self::new(door, open.unwrap_or(usual), most)
    }

    /// The next reply, while there is time and the server goes on: one without a port is the last.
    pub async fn next(&mut self, logins: &mut Logins) -> Option<Sample> {
        let context = self.door.context;
        loop {
            self.left = self.left.checked_sub(1)?;
            if context.recorder.remaining() < context.limits().announcing {
                return None;
            }
            if self.is_worn() {
                self.leave(false).await;
            }
            if self.control.is_none() {
                self.control = protected(self.door, logins).await;
                self.here.clear();
            }
            let control = self.control.as_mut()?;
            if control.is_gone() {
                return None;
            }
            let sample = announcement(context, control, self.mode).await;
            if let Some(port) = sample.port {
                self.here.push(port);
                return Some(sample);
            }
            self.silenced += 1;
            if sample.code != 0 || self.silenced > SILENCED {
                self.left = 0;
                return Some(sample);
            }
            // Somebody else's session left a pinhole there, and the helper swallowed the reply.
            self.leave(true).await;
        }
    }

    /// Whether this login was asked for as much as is good for the server: one that keeps a port for
    /// each announcement, which shows in that none comes twice, is to have half of its range left.
    fn is_worn(&self) -> bool {
        if self.here.len() >= self.door.context.limits().announced_each {
            return true;
        }
        let different: BTreeSet<u16> = self.here.iter().copied().collect();
        if different.len() < self.here.len() || different.len() < 2 {
            return false;
        }
        let (count, known) = counted(self.door.context);
        are_whole_range(count, known) && different.len() * 2 >= known
    }

    async fn leave(&mut self, unfinished: bool) {
        if let Some(control) = self.control.take() {
            control.quit(self.door.context.limits(), unfinished).await;
        }
    }

    /// Knocks at the port that was just announced to this login. `None` where nothing was learnt.
    pub async fn knock(&mut self, port: u16) -> Option<Outcome> {
        let limits = self.door.context.limits();
        // Enough were waited for: a transfer would be more patient.
        let brief = self.shut.0 >= SILENT;
        let mut outcome = self.knock_once(port, brief).await?;
        let pauses =
            if self.late || self.shut.1 < PATIENT { limits.refused_again.len() } else { 1 };
        for pause in limits.refused_again.iter().take(pauses) {
            if outcome != Outcome::Refused {
                break;
            }
            tokio::time::sleep(*pause).await;
            outcome = self.knock_once(port, brief).await?;
            if outcome == Outcome::Open {
                self.late = true;
                if let Some(audit) = &mut self.door.context.facts().audit {
                    audit.opened_late.push(port);
                }
            }
        }
        match outcome {
            Outcome::TimedOut if brief => return None,
            Outcome::TimedOut => self.shut.0 += 1,
            Outcome::Refused => self.shut.1 += 1,
            _ => {}
        }
        Some(outcome)
    }

    async fn knock_once(&self, port: u16, brief: bool) -> Option<Outcome> {
        let context = self.door.context;
        let limits = context.limits();
        let rtt = self.control.as_ref().and_then(Control::rtt);
        let timeout = context.request().timeout.duration();
        let usual = KnockPolicy::data(limits, rtt, context.recorder.lossy(), timeout);
        let policy = if brief {
            let patience = limits.swept.max(rtt.unwrap_or_default() * 3).min(usual.patience);
            KnockPolicy { knocks: 1, patience, ..usual }
        } else {
            usual
        };
        let (record, stream) = dial(context, self.door.at(port), policy).await;
        drop(stream);
        match record.outcome {
            DialOutcome::Connected => Some(Outcome::Open),
            DialOutcome::Refused | DialOutcome::Reset => Some(Outcome::Refused),
            DialOutcome::TimedOut => Some(Outcome::TimedOut),
            DialOutcome::Prohibited { .. } => Some(Outcome::Prohibited),
            DialOutcome::Unreachable { .. } => Some(Outcome::Unreachable),
            DialOutcome::Local { .. } => None,
        }
    }

    /// Has the next port announced, knocks at it and writes down what came of it.
    async fn next_outcome(&mut self, logins: &mut Logins) -> Option<(u16, Option<Outcome>)> {
        let port = self.next(logins).await?.port?;
        let outcome = self.knock(port).await;
        if let Some(outcome) = outcome {
            note(self.door.context, port, outcome);
        }
        Some((port, outcome))
    }

    /// Says goodbye.
    pub async fn end(mut self) {
        self.leave(false).await;
    }
}

/// Announcements so far, and how many different ports they named.
fn counted(context: &Context<'_>) -> (usize, usize) {
    let all = Evidence::new(&context.facts()).announcements();
    let different: BTreeSet<u16> = all.iter().copied().collect();
    (all.len(), different.len())
}

/// Whether the samples show every port that there is, and none that was not knocked at.
pub fn are_enough(context: &Context<'_>) -> bool {
    let (count, known) = counted(context);
    let facts = context.facts();
    let Some(audit) = &facts.audit else { return false };
    let knocked: usize = audit.announced.iter().map(|run| run.count()).sum();
    audit.samples.len() >= FEW && are_whole_range(count, known) && knocked >= known
}

/// Announces and knocks in turn; nothing is listed.
pub async fn announced(door: &Door<'_>, logins: &mut Logins) {
    let context = door.context;
    let wanted = context.request().audit.map_or(0, |a| usize::from(a.samples)).clamp(1, MOST);
    let had: usize = {
        let facts = context.facts();
        facts.audit.iter().flat_map(|a| &a.announced).map(|run| run.count()).sum()
    };
    let mut announcer = Announcer::usual(door, wanted.saturating_sub(had));
    while announcer.next_outcome(logins).await.is_some() {}
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
    let (known, read, mut found) = {
        let facts = context.facts();
        let mut controls = facts.audit.iter().flat_map(|a| &a.controls);
        let opened = controls.any(|run| run.outcome == Outcome::TimedOut);
        let met = |a: &Attempt| {
            let port = a.passive_port().filter(|_| a.outcome.is_held_back());
            port.is_some_and(|port| silent.contains(&port))
        };
        let announced = facts.audit.iter().flat_map(|a| &a.announced).flat_map(|run| run.each());
        let found: Vec<(u16, Outcome)> =
            announced.filter(|(port, _)| silent.contains(port)).collect();
        (opened || facts.attempts.iter().any(met), !facts.halves.is_empty(), found)
    };
    if silent.is_empty() || of(Outcome::is_let_through).is_empty() || samples == 0 || known {
        return;
    }
    let enough = if context.recorder.lossy() { STILL_SILENT } else { 1 };
    let is_clear = |found: &[(u16, Outcome)]| {
        count(found, Outcome::Open) > 0 || count(found, Outcome::TimedOut) >= enough
    };
    let mut announcer = Announcer::usual(door, MOST);
    while !is_clear(&found)
        && let Some(port) = announcer.next(logins).await.and_then(|sample| sample.port)
    {
        if let Some(outcome) = announcer.knock(port).await {
            note(context, port, outcome);
            found.extend(silent.contains(&port).then_some((port, outcome)));
        }
    }
    announcer.end().await;
    let opened: Vec<u16> =
        found.iter().filter(|(_, o)| *o == Outcome::Open).map(|(port, _)| *port).collect();
    if !opened.is_empty() {
        let mut again = Sweeper::new(manner.clone(), &opened);
        again.run(&|_, _| ()).await;
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
pub fn note(context: &Context<'_>, port: u16, outcome: Outcome) {
    if let Some(audit) = &mut context.facts().audit {
        let mut all: BTreeMap<u16, Outcome> =
            audit.announced.iter().flat_map(|run| run.each()).collect();
        let kept = all.entry(port).or_insert(outcome);
        if outcome == Outcome::Open {
            *kept = outcome;
        }
        audit.announced = runs(all);
    }
}

fn count(found: &[(u16, Outcome)], wanted: Outcome) -> usize {
    found.iter().filter(|(_, outcome)| *outcome == wanted).count()
}
