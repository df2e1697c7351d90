//! Carries out a whole run: names, control connection, then the plan, step by step.

use std::future::Future;
use std::net::IpAddr;
use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio::time::Instant;

use super::attempt::record::{Turn, fill_gaps, left_out};
use super::attempt::turn::{Listings, Made, attempt};
use super::audit::{sample, sweep};
use super::context::{Context, Stage};
use super::experiments::{announcements, neighbours, trial};
use super::os;
use super::plan::{self, Next};
use super::recorder::Recorder;
use super::resolve;
use super::session::control::Control;
use super::session::login::Door;
use super::session::logins::Logins;
use super::spec::Spec;
use super::ttl::climb;
use crate::facts::{
    Attempt, Audit, Because, CutShort, DialOutcome, Facts, Family, Greeting, Micros, Names,
    NotTested, Purpose, SCHEMA, Task, TlsAnswer, Varied, Why,
};

/// Runs the probe until its plan is done, the deadline passes or `stop` resolves. There is always
/// a result: what could not be measured says so.
pub async fn run(spec: &Spec, stage: &dyn Fn(Stage), stop: impl Future<Output = ()>) -> Facts {
    run_resolved(spec, None, stage, stop).await
}

/// The same for one of several runs at once, of a host that was looked up before (`names`).
pub async fn run_resolved(
    spec: &Spec,
    names: Option<Names>,
    stage: &dyn Fn(Stage),
    stop: impl Future<Output = ()>,
) -> Facts {
    let start = Instant::now();
    let recorder = Recorder::new(blank(spec), start, names.is_none());
    let undelivered = [Family::V4, Family::V6].map(|family| recorder.undelivered_of(family));
    let cut_short = {
        let context = Context::new(spec, recorder.clone(), stage);
        let work = carry_out(&context, names);
        tokio::select! {
            biased;
            () = stop => Some(CutShort::Interrupted),
            () = work => None,
            () = tokio::time::sleep_until(recorder.deadline()) => Some(CutShort::Deadline),
        }
    };
    let mut facts = recorder.facts().clone();
    facts.cut_short = cut_short;
    facts.elapsed = recorder.now();
    let [v4, v6] = undelivered;
    let before = if facts.family() == Some(Family::V6) { v6 } else { v4 };
    facts.undelivered = recorder.undelivered_since(before);
    fill_gaps(&mut facts);
    let late = |a: &Attempt| a.why == Why::Not(NotTested::Deadline);
    if facts.cut_short.is_none() && facts.attempts.iter().any(late) {
        facts.cut_short = Some(CutShort::Deadline);
    }
    facts
}

/// A moment as reports write it: RFC 3339, UTC.
pub fn time_stamp(moment: SystemTime) -> String {
    humantime::format_rfc3339_millis(moment).to_string()
}

fn blank(spec: &Spec) -> Facts {
    Facts {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        system: Some(os::SYSTEM),
        started: time_stamp(SystemTime::now()),
        elapsed: Micros(0),
        source: crate::facts::Source::Live,
        undelivered: None,
        request: spec.request.shown(),
        proxies: spec.proxies.clone(),
        names: Names::default(),
        dials: Vec::new(),
        tls_hello: None,
        sessions: Vec::new(),
        attempts: Vec::new(),
        announcements: Vec::new(),
        ladders: Vec::new(),
        confirmed: Vec::new(),
        flows: Vec::new(),
        returned: Vec::new(),
        nearer: None,
        quiet: None,
        halves: Vec::new(),
        reading: None,
        idles: Vec::new(),
        audit: spec.request.audit.map(|_| Audit::default()),
        steps: Vec::new(),
        cut_short: None,
    }
}

async fn carry_out(context: &Context<'_>, names: Option<Names>) {
    let names = if let Some(names) = names {
        names
    } else {
        context.tell(Stage::Resolving(context.request().host.to_string()));
        let _step = context.recorder.step(Task::Names, Because::Beginning);
        resolve::resolve(context).await
    };
    context.facts().names = names.clone();
    let other = other_family(&names.addresses, context.request().family);
    let look = async {
        if let Some(address) = other {
            Door::new(context, address).look_in().await;
        }
    };
    tokio::join!(probe(context, &names.addresses), look);
}

async fn probe(context: &Context<'_>, addresses: &[IpAddr]) {
    let (request, limits) = (context.request(), context.limits());
    let step = context.recorder.step(Task::Login, Because::Beginning);
    let wanted = |a: &&IpAddr| request.family.is_none_or(|f| Family::of(**a) == f);
    for address in addresses.iter().filter(wanted).take(limits.addresses) {
        let door = Door::new(context, *address);
        let Some(mut control) = door.connect(true).await else {
            continue;
        };
        // The first address that answers is the one that is probed, whatever it says.
        let mut ready = door.greet(&mut control).await;
        for _ in 0..2 {
            if ready || !lost_before_the_greeting(context, &control) {
                break;
            }
            let Some(fresh) = door.connect(false).await else { break };
            control = fresh;
            ready = door.greet(&mut control).await;
        }
        if !ready || !door.login(&mut control).await {
            control.quit(limits, false).await;
            return;
        }
        door.survey(&mut control, request.path.as_deref()).await;
        drop(step);
        // Most of a run's memory, which those who are never greeted have no need of.
        Box::pin(Plan::new(&door, control).carry_out()).await;
        return;
    }
    drop(step);
    let first = addresses.iter().find(wanted).copied();
    let silent = context.facts().dials.first().is_some_and(|d| {
        Some(d.to.ip()) == first
            && matches!(
                d.outcome,
                DialOutcome::TimedOut | DialOutcome::Prohibited { .. } | DialOutcome::Refused
            )
    });
    if let Some(address) = first.filter(|a| silent && request.localise && !a.is_loopback()) {
        let task = Task::Climb { ports: vec![request.port] };
        let _step = context.recorder.step(task, Because::ControlSilent);
        climb::climb_silent(&Door::new(context, address)).await;
    }
}

/// Whether a connection stayed silent while another one was greeted.
fn lost_before_the_greeting(context: &Context<'_>, control: &Control) -> bool {
    let facts = context.facts();
    let silent = facts
        .sessions
        .get(control.index)
        .is_some_and(|s| matches!(s.greeting, Greeting::Silent(_)));
    silent && facts.tls_hello.as_ref().is_some_and(TlsAnswer::is_greeting)
}

/// The first address of the family that is not probed, to see whether it answers at all. Loopback
/// is left out: `localhost` has both by convention, whatever listens.
fn other_family(addresses: &[IpAddr], chosen: Option<Family>) -> Option<IpAddr> {
    let first = addresses.first()?;
    if chosen.is_some() || addresses.iter().any(IpAddr::is_loopback) {
        return None;
    }
    addresses.iter().copied().find(|a| a.is_ipv4() != first.is_ipv4())
}

/// The plan at work: what is handed on from one step to later ones.
struct Plan<'a> {
    door: &'a Door<'a>,
    logins: Logins,
    listings: Listings,
    /// Listeners of active attempts that were given up, by the attempt's id.
    waiting: Vec<(String, TcpListener)>,
}

impl<'a> Plan<'a> {
    fn new(door: &'a Door<'a>, first: Control) -> Self {
        let entered =
            door.context.facts().survey_reply("CWD").is_some_and(|r| (200..300).contains(&r.code));
        let with_path = door.context.request().path.is_some() && !entered;
        Self {
            door,
            logins: Logins::new(first, !with_path),
            listings: Listings::new(with_path),
            waiting: Vec::new(),
        }
    }

    async fn carry_out(mut self) {
        let (door, context) = (self.door, self.door.context);
        let limits = context.limits();
        loop {
            let next = plan::next(&context.facts(), door.family());
            if sample::sample_first(door, &mut self.logins, next.as_ref()).await {
                continue;
            }
            let Some(Next { task, because }) = next else { break };
            let exhausted =
                context.facts().sessions.len() >= context.most_logins() && task.logs_in();
            // A mode that was asked for says itself why it is not tested.
            let mode = matches!(&task, Task::Attempt { purpose: Purpose::Mode, .. });
            if (exhausted && !mode) || context.recorder.remaining() < limits.least {
                break;
            }
            let _step = context.recorder.step(task.clone(), because);
            self.take(task).await;
        }
        self.note_late().await;
        sweep::sweep(door, &mut self.logins).await;
        if let Some(control) = self.logins.take_first() {
            control.quit(limits, false).await;
        }
    }

    async fn take(&mut self, task: Task) {
        let door = self.door;
        match task {
            Task::Attempt { mode, purpose, varied } => {
                self.attempt(Turn { mode, purpose, varied, hole: None }).await;
            }
            Task::Hole { mode, ttl } => {
                let hole = Some(ttl);
                self.attempt(Turn { hole, ..Turn::plain(mode, Purpose::Hole) }).await;
            }
            Task::Climb { ports } => climb::climb(door, &ports).await,
            Task::Nearer => climb::nearer(door).await,
            Task::Routers => climb::routers(door).await,
            Task::Quiet => trial::be_quiet(door).await,
            Task::Knock { doors } => neighbours::knock(door, &doors).await,
            Task::Halves => trial::halves(door, &mut self.logins).await,
            Task::Idle { keep_alive } => trial::idle(door, &mut self.logins, keep_alive).await,
            // No part of the plan: what comes before it and after it, and announcements in between.
            Task::Names | Task::Login | Task::Announce { .. } | Task::Sample | Task::Sweep => {}
        }
    }

    async fn attempt(&mut self, turn: Turn) {
        let (door, context) = (self.door, self.door.context);
        let (limits, recorder) = (context.limits(), &context.recorder);
        // Silence of a file would mean nothing any more; the modes still to come need less.
        if turn.varies(|v| *v == Varied::Retrieve)
            && recorder.remaining() < limits.idle + limits.close
        {
            let mut facts = context.facts();
            let (family, now) = (door.family(), recorder.now());
            let missing = left_out(&facts, &turn, family, now, NotTested::Deadline);
            facts.attempts.push(missing);
            return;
        }
        let Made { attempt, session, listener } =
            attempt(door, &mut self.logins, &mut self.listings, &turn).await;
        let (made, id, began) = (attempt.clone(), attempt.id.clone(), attempt.began);
        self.waiting.extend(listener.map(|listener| (id.clone(), listener)));
        // Written down before the farewell, so that an interrupt there does not lose it.
        context.facts().attempts.push(attempt);
        if let Some((mut control, unfinished)) = session {
            let index = control.index;
            if !unfinished {
                announcements::announce_more(door, &mut control, &made).await;
            }
            control.quit(limits, unfinished).await;
            let beside = announcements::took(context, index);
            let elapsed = recorder.now().since(began).since(beside);
            if let Some(made) = context.facts().attempts.iter_mut().find(|a| a.id == id) {
                made.elapsed = elapsed;
            }
        }
    }

    /// A knock that came after its attempt was given up means delay or loss, not a block.
    async fn note_late(&mut self) {
        let server = self.door.to.ip().to_canonical();
        let wait = self.door.context.limits().given_up;
        for (id, listener) in self.waiting.drain(..) {
            let accepted = tokio::time::timeout(wait, listener.accept()).await;
            let Ok(Ok((_, from))) = accepted else {
                continue;
            };
            if from.ip().to_canonical() != server {
                continue;
            }
            let mut facts = self.door.context.facts();
            if let Some(attempt) = facts.attempts.iter_mut().find(|a| a.id == id) {
                attempt.late = Some(from);
                attempt.end(Why::Not(NotTested::CameLate));
            }
        }
    }
}
