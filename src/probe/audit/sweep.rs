//! The sweep of a run: which ports, in which order, and what is written down.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::context::{Context, Stage};
use super::super::recorder::Recorder;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::super::ttl::climb;
use super::announced;
use super::sweeper::{Manner, Pace, Sweeper};
use crate::evidence::announced_ports::are_opened_one_by_one;
use crate::evidence::likely_range::likely;
use crate::evidence::{Evidence, Worth};
use crate::facts::audit::runs;
use crate::facts::{
    Audit, Because, BoundsFrom, Ladder, LadderRole, Micros, Outcome, PortRange, Short, Task,
};

/// Ports that were open while they were announced and that are asked again, at most.
const CONTROLS: usize = 4;
/// Refusing ports that are asked with a short life to see whether any of them is refused on the way:
/// a quarter of a range is among them, wherever it lies.
const SPREAD: usize = 32;
/// The same once one was.
const SHORT: usize = 4096;
/// Percent of all runs in which a quarter of the range goes unnoticed, from which on distances are
/// measured even where no announced port was refused.
const UNNOTICED: u32 = 2;
/// FTP's own ports: data, control, and control under TLS from the first byte.
const KNOWN: [u16; 3] = [20, 21, 990];

/// Writes down what a sweep has found when it ends, also by an interrupt or the deadline.
struct Kept<'a> {
    sweeper: Sweeper,
    recorder: &'a Recorder,
    bounds: PortRange,
    from: BoundsFrom,
    began: Micros,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        let took = self.recorder.now().since(self.began);
        let sweep = self.sweeper.sweep(self.bounds, self.from, self.began, took);
        if let Some(audit) = &mut self.recorder.facts().audit {
            audit.sweep = Some(sweep);
        }
    }
}

/// Knocks at every port of the range, if an audit was asked for.
pub async fn sweep(door: &Door<'_>, logins: &mut Logins) {
    let context = door.context;
    let Some(request) = context.request().audit else { return };
    let _step = context.recorder.step(Task::Sweep, Because::AuditAsked);
    let announced = Evidence::new(&context.facts()).announcements();
    let learned = likely(&announced);
    let (bounds, from) = match (request.passive_ports, learned) {
        (Some(declared), _) => (declared, BoundsFrom::Declared),
        (None, Some(learned)) => (learned, BoundsFrom::Learned),
        (None, None) => return known(context, &manner(door, request.rate)).await,
    };
    // Where these are silent that takes its time, and more so where segments get lost.
    let manner = manner(door, request.rate);
    tokio::join!(known(context, &manner), range(door, logins, &manner, bounds, from));
}

/// Knocks at every port of the range.
async fn range(
    door: &Door<'_>,
    logins: &mut Logins,
    manner: &Manner,
    bounds: PortRange,
    from: BoundsFrom,
) {
    let context = door.context;
    let (open, ports) = {
        let facts = context.facts();
        let evidence = Evidence::new(&facts);
        // Ports that were open while they were announced.
        let mut open = evidence.passive_ports(Outcome::Open);
        open.truncate(CONTROLS);
        (open, evidence.announcements())
    };
    if !open.is_empty() {
        let mut again = Sweeper::new(manner.clone(), &open);
        again.run(&|_, _| ()).await;
        let controls = again.ports();
        let one_by_one = are_opened_one_by_one(&controls);
        write(context, |audit| audit.controls = controls);
        if one_by_one {
            // Who was not announced is silent, whatever the range.
            return announced::announced(door, logins).await;
        }
    }
    let ports: BTreeSet<u16> =
        (bounds.min..=bounds.max).chain(ports).filter(|p| *p != door.to.port()).collect();
    let ports: Vec<u16> = ports.into_iter().collect();
    {
        let mut kept = Kept {
            sweeper: Sweeper::new(manner.clone(), &ports),
            recorder: &context.recorder,
            bounds,
            from,
            began: context.recorder.now(),
        };
        let told = |done: usize, left: Duration| {
            context.tell(Stage::Sweeping { range: bounds, ports: ports.len(), done, left });
        };
        kept.sweeper.run(&told).await;
    }
    climb_to_blocked(door).await;
    short(door, manner).await;
    let swept = {
        let facts = context.facts();
        let sweep = facts.audit.as_ref().and_then(|a| a.sweep.as_ref());
        sweep.filter(|s| s.complete).map(|s| s.ports.clone())
    };
    announced::announce_silent(door, logins, manner, &swept.unwrap_or_default()).await;
}

fn manner(door: &Door<'_>, rate: u32) -> Manner {
    let context = door.context;
    let rtt = context.facts().leading_session().and_then(|s| s.rtt);
    Manner {
        to: door.to,
        bind: context.bind(door.to.ip()),
        pace: Pace::new(context.limits(), rate, rtt.map(Micros::duration)),
        lossy: context.recorder.lossy(),
        life: None,
    }
}

/// Ports refuse, and some of them although they were announced, or too few of them were: is it the
/// server that refuses? A SYN that ends one hop before it tells.
async fn short(door: &Door<'_>, manner: &Manner) {
    let context = door.context;
    let (refusing, rejected) = {
        let facts = context.facts();
        let evidence = Evidence::new(&facts);
        let Some(view) = evidence.audit().filter(|view| view.worth == Worth::Shown) else { return };
        let rejected = view.rejected();
        let refusing = view.refusing();
        if refusing.is_empty()
            || !view.sweep.is_some_and(|s| s.complete)
            || (rejected.is_empty() && view.unnoticed() < UNNOTICED)
            || !evidence.has_a_way()
        {
            return;
        }
        (refusing, rejected)
    };
    let Some(first) = rejected.first().or_else(|| refusing.get(refusing.len() / 2)).copied() else {
        return;
    };
    let climbed = {
        let facts = context.facts();
        let data = |l: &Ladder| l.role == LadderRole::Data && rejected.contains(&l.port);
        Evidence::new(&facts).hops().is_some()
            && (rejected.is_empty() || facts.ladders.iter().any(data))
    };
    if !climbed {
        let task = Task::Climb { ports: vec![first] };
        let _step = context.recorder.step(task, Because::RangeBlocked);
        climb::climb(door, &[first]).await;
    }
    let hops = Evidence::new(&context.facts()).hops();
    let Some(ttl) = hops.and_then(|hops| hops.checked_sub(1)).filter(|ttl| *ttl > 0) else {
        return;
    };
    let ask = async |ports: &[u16]| {
        let manner = Manner { life: Some(ttl), ..manner.clone() };
        let mut sweeper = Sweeper::new(manner, ports);
        sweeper.run(&|_, _| ()).await;
        let reset = |o: Outcome| if o == Outcome::Refused { o } else { Outcome::NotTested };
        let each = sweeper.ports();
        let found = runs(each.iter().flat_map(|run| run.each()).map(|(p, o)| (p, reset(o))));
        let any = found.iter().any(|run| run.outcome == Outcome::Refused);
        write(context, |audit| audit.short = Some(Short { ttl, ports: found }));
        any
    };
    let some: Vec<u16> = spread(&refusing, SPREAD).chain(rejected.iter().copied()).collect();
    if ask(&some).await {
        let all: Vec<u16> = spread(&refusing, SHORT).chain(some).collect();
        ask(&all).await;
    }
}

/// So many of these, as far apart as can be.
fn spread(all: &[u16], most: usize) -> impl Iterator<Item = u16> {
    all.iter().copied().step_by(all.len().div_ceil(most.max(1)).max(1))
}

fn write(context: &Context<'_>, change: impl FnOnce(&mut Audit)) {
    if let Some(audit) = &mut context.facts().audit {
        change(audit);
    }
}

/// FTP's own ports, but for the one that the control connection is on.
async fn known(context: &Context<'_>, manner: &Manner) {
    let ports: Vec<u16> = KNOWN.into_iter().filter(|p| *p != manner.to.port()).collect();
    let mut sweeper = Sweeper::new(manner.clone(), &ports);
    sweeper.run(&|_, _| ()).await;
    write(context, |audit| audit.known = sweeper.ports());
}

/// A part of the range is blocked, and no passive attempt has failed: where does a knock die?
async fn climb_to_blocked(door: &Door<'_>) {
    let context = door.context;
    let port = {
        let facts = context.facts();
        let swept = facts.audit.as_ref().and_then(|a| a.sweep.as_ref());
        let blocked = swept.filter(|s| s.gone_silent.is_empty()).and_then(|sweep| {
            let of = |wanted: fn(Outcome) -> bool| {
                sweep.ports.iter().find(|r| wanted(r.outcome)).map(|r| r.first)
            };
            let through = of(Outcome::is_let_through);
            through.and(of(|o| matches!(o, Outcome::TimedOut | Outcome::Prohibited)))
        });
        blocked.filter(|_| facts.ladders.is_empty() && Evidence::new(&facts).has_a_way())
    };
    if let Some(port) = port {
        let task = Task::Climb { ports: vec![port] };
        let _step = context.recorder.step(task, Because::RangeBlocked);
        climb::climb(door, &[port]).await;
    }
}
