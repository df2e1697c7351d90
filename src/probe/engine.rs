//! Carries out a whole run: names, control connection, then the plan, step by step.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use zeroize::Zeroizing;

use super::blank::fill_gaps;
use super::climb;
use super::control::Control;
use super::limits::Limits;
use super::login::Door;
use super::os;
use super::plan::{self, Next};
use super::recorder::Recorder;
use super::resolve;
use super::secrets::Secrets;
use super::tls::TlsSetup;
use super::turn::{Progress, Turn};
use crate::facts::{
    Attempt, Audit, Because, CutShort, DialOutcome, Facts, Family, Greeting, Micros, Mode, Names,
    NotTested, PortRange, Proxy, Purpose, Quiet, Request, SCHEMA, Task, TlsAnswer, Varied, Why,
};

/// Long enough to see what comes to a machine anyway.
const QUIET: Duration = Duration::from_secs(1);

/// Who logs in. Kept out of the facts.
#[derive(Clone)]
pub struct Credentials {
    /// User name; `anonymous` by default.
    pub user: String,
    /// Password; `None` sends the customary one of an anonymous login.
    pub password: Option<Zeroizing<String>>,
    /// Account for servers that ask with 332.
    pub account: Option<Zeroizing<String>>,
}

/// What a run needs to know.
pub struct Spec {
    /// What was asked for.
    pub request: Request,
    /// Who logs in.
    pub credentials: Credentials,
    /// Waits.
    pub limits: Limits,
    /// How to judge certificates, where TLS was asked for.
    pub tls: Option<TlsSetup>,
    /// Addresses to call from (`--bind`), at most one per family.
    pub bind: Vec<IpAddr>,
    /// Proxies named by the environment.
    pub proxies: Vec<Proxy>,
}

/// What is being done, for a spinner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the name.
    Resolving(String),
    /// Opening the control connection.
    Connecting(SocketAddr),
    /// Waiting for the greeting.
    Greeting(SocketAddr),
    /// USER and PASS.
    LoggingIn,
    /// FEAT, SYST, STAT …
    Survey,
    /// A data connection.
    Trying(Mode, Purpose),
    /// Holding a login silent for this long.
    Waiting(Duration),
    /// Looking how far packets come on the way to the server.
    Climbing(SocketAddr),
    /// Asking for announcements.
    Sampling,
    /// Knocking at the ports of this range.
    Sweeping(PortRange),
    /// Waiting before a server that said "too many" is asked again.
    Pausing(Duration),
}

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
        let secrets = Secrets::of(&spec.credentials);
        let engine = Engine { spec, names, stage, recorder: &recorder, secrets: &secrets };
        let work = engine.work();
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
        ladders: Vec::new(),
        confirmed: Vec::new(),
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

/// A run at work.
pub(super) struct Engine<'a> {
    pub(super) spec: &'a Spec,
    names: Option<Names>,
    pub(super) stage: &'a dyn Fn(Stage),
    pub(super) recorder: &'a Recorder,
    pub(super) secrets: &'a Secrets,
}

impl Engine<'_> {
    async fn work(&self) {
        let names = if let Some(names) = &self.names {
            names.clone()
        } else {
            (self.stage)(Stage::Resolving(self.spec.request.host.clone()));
            let _step = self.recorder.step(Task::Names, Because::Beginning);
            resolve::resolve(&self.spec.request, self.spec.limits.resolve, self.recorder).await
        };
        self.recorder.facts().names = names.clone();
        let other = other_family(&names.addresses, self.spec.request.family);
        let look = async {
            if let Some(address) = other {
                self.door(address).look_in().await;
            }
        };
        tokio::join!(self.probe(&names.addresses), look);
    }

    fn door(&self, address: IpAddr) -> Door<'_> {
        let mut to = SocketAddr::new(address, self.spec.request.port);
        // A link-local address means nothing without the interface that it was given with.
        if let (SocketAddr::V6(v6), Some((_, zone))) =
            (&mut to, self.spec.request.host.split_once('%'))
        {
            v6.set_scope_id(os::scope_id(zone).unwrap_or(0));
        }
        Door {
            to,
            bind: self.bind(address),
            tls: self.spec.tls.as_ref().map(|setup| (self.spec.request.tls, setup)),
            host: &self.spec.request.host,
            credentials: &self.spec.credentials,
            secrets: self.secrets,
            limits: &self.spec.limits,
            recorder: self.recorder,
            stage: self.stage,
        }
    }

    pub(super) fn bind(&self, to: IpAddr) -> Option<IpAddr> {
        self.spec.bind.iter().copied().find(|b| b.is_ipv4() == to.is_ipv4())
    }

    async fn probe(&self, addresses: &[IpAddr]) {
        let step = self.recorder.step(Task::Login, Because::Beginning);
        let wanted = |a: &&IpAddr| self.spec.request.family.is_none_or(|f| Family::of(**a) == f);
        for address in addresses.iter().filter(wanted).take(self.spec.limits.addresses) {
            let door = self.door(*address);
            let Some(mut control) = door.connect(true).await else {
                continue;
            };
            // The first address that answers is the one that is probed, whatever it says.
            let mut ready = door.greet(&mut control).await;
            for _ in 0..2 {
                if ready || !self.lost_before_the_greeting(&control) {
                    break;
                }
                let Some(fresh) = door.connect(false).await else { break };
                control = fresh;
                ready = door.greet(&mut control).await;
            }
            if !ready || !door.login(&mut control).await {
                control.quit(&self.spec.limits, false).await;
                return;
            }
            door.survey(&mut control, self.spec.request.path.as_deref()).await;
            drop(step);
            // Most of a run's memory, which those who are never greeted have no need of.
            Box::pin(self.plan(&door, control)).await;
            return;
        }
        drop(step);
        let localise = self.spec.request.localise;
        let first = addresses.iter().find(wanted).copied();
        let silent = self.recorder.facts().dials.first().is_some_and(|d| {
            Some(d.to.ip()) == first
                && matches!(d.outcome, DialOutcome::TimedOut | DialOutcome::Prohibited { .. })
        });
        if let Some(address) = first.filter(|a| silent && localise && !a.is_loopback()) {
            let task = Task::Climb { ports: vec![self.spec.request.port] };
            let _step = self.recorder.step(task, Because::ControlSilent);
            climb::climb_silent(&self.door(address)).await;
        }
    }

    /// Counts what comes to this machine while nobody is asked for anything.
    async fn be_quiet(&self) {
        let (before, began) = (self.recorder.undelivered(), self.recorder.now());
        tokio::time::sleep(QUIET).await;
        let took = self.recorder.now().since(began);
        let undelivered = self.recorder.undelivered_since(before).unwrap_or(u32::MAX);
        self.recorder.facts().quiet = Some(Quiet { took, undelivered });
    }

    /// Whether a connection stayed silent while another one was greeted.
    fn lost_before_the_greeting(&self, control: &Control) -> bool {
        let facts = self.recorder.facts();
        let silent = facts
            .sessions
            .get(control.index)
            .is_some_and(|s| matches!(s.greeting, Greeting::Silent(_)));
        silent && facts.tls_hello.as_ref().is_some_and(TlsAnswer::is_greeting)
    }

    async fn plan(&self, door: &Door<'_>, first: Control) {
        let family = Family::of(door.to.ip());
        let path_in_listing = self.spec.request.path.is_some()
            && !self
                .recorder
                .facts()
                .survey_reply("CWD")
                .is_some_and(|r| (200..300).contains(&r.code));
        let mut progress = Progress {
            first: Some(first),
            listings: vec!["LIST", "NLST", "MLSD"],
            path_in_listing,
            barred: None,
            rows: 0,
            waiting: Vec::new(),
        };
        loop {
            let next = plan::next(&self.recorder.facts(), family);
            if self.sample_first(door, &mut progress, next.as_ref()).await {
                continue;
            }
            let Some(Next { task, because }) = next else { break };
            let logins = self.recorder.facts().sessions.len();
            let exhausted = logins >= self.spec.limits.logins && task.logs_in();
            // A mode that was asked for says itself why it is not tested.
            let mode = matches!(&task, Task::Attempt { purpose: Purpose::Mode, .. });
            let remaining = self.recorder.remaining();
            if (exhausted && !mode) || remaining < Duration::from_millis(300) {
                break;
            }
            let _step = self.recorder.step(task.clone(), because);
            match task {
                // Silence of a file would mean nothing any more; the modes still to come need less.
                Task::Attempt { mode, purpose, varied }
                    if varied.contains(&Varied::Retrieve)
                        && remaining < self.spec.limits.idle + self.spec.limits.close =>
                {
                    self.leave_out(family, Turn { mode, purpose, varied, hole: None });
                }
                Task::Attempt { mode, purpose, varied } => {
                    let turn = Turn { mode, purpose, varied, hole: None };
                    self.attempt(door, &mut progress, turn).await;
                }
                Task::Hole { mode, ttl } => {
                    let purpose = Purpose::Hole;
                    let turn = Turn { mode, purpose, varied: Vec::new(), hole: Some(ttl) };
                    self.attempt(door, &mut progress, turn).await;
                }
                Task::Climb { ports } => climb::climb(door, &ports).await,
                Task::Nearer => climb::nearer(door).await,
                Task::Quiet => self.be_quiet().await,
                Task::Knock { doors } => self.knock(door, &doors).await,
                Task::Halves => self.halves(door, &mut progress).await,
                Task::Idle { keep_alive } => self.idle(door, &mut progress, keep_alive).await,
                // The plan leaves what comes before it and after it to the run.
                Task::Names | Task::Login | Task::Sample | Task::Sweep => break,
            }
        }
        self.note_late(&mut progress, door.to.ip()).await;
        self.sweep(door, &mut progress).await;
        if let Some(control) = progress.first.take() {
            control.quit(&self.spec.limits, false).await;
        }
    }
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
