//! The sweep of a run: which ports, in which order, and what is written down.

use std::collections::BTreeSet;

use super::super::context::{Context, Stage};
use super::super::recorder::Recorder;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::super::ttl::climb;
use super::announced;
use super::bounds;
use super::sweeper::{Manner, Pace, Sweeper};
use crate::evidence::Evidence;
use crate::evidence::announced_ports::are_opened_one_by_one;
use crate::facts::{Audit, Because, BoundsFrom, Micros, Outcome, PortRange, Task};

/// Ports that were open while they were announced and that are asked again, at most.
const CONTROLS: usize = 4;
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
    let learned = bounds::likely(&announced);
    let (bounds, from) = match (request.passive_ports, learned) {
        (Some(declared), _) => (declared, BoundsFrom::Declared),
        (None, Some(learned)) => (learned, BoundsFrom::Learned),
        (None, None) => return known(context, &manner(door, request.rate)).await,
    };
    context.tell(Stage::Sweeping(bounds));
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
        again.run().await;
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
        kept.sweeper.run().await;
    }
    climb_to_blocked(door).await;
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
    }
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
    sweeper.run().await;
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
