//! Carries out a whole run: names, control connection, then the plan, step by step.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::active::Active;
use super::blank::{draft, fill_gaps};
use super::climb;
use super::control::Control;
use super::dial::dial;
use super::limits::Limits;
use super::login::Door;
use super::os;
use super::passive::{Passive, knock_policy, not_let_in};
use super::plan::{self, Next};
use super::recorder::Recorder;
use super::resolve;
use crate::facts::{
    Attempt, CutShort, DialOutcome, Facts, Family, Greeting, LoginOutcome, Micros, Mode, Names,
    NotTested, Outcome, Proxy, Purpose, Request, SCHEMA, Step, TlsAnswer, Why,
};
use crate::wire::command::Command;
use crate::wire::peer;

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
    /// Looking how far packets come on the way to the server.
    Climbing(SocketAddr),
    /// Waiting before a server that said "too many" is asked again.
    Pausing(Duration),
}

/// Runs the probe until its plan is done, the deadline passes or `stop` resolves. There is always
/// a result: what could not be measured says so.
pub async fn run(spec: &Spec, stage: &dyn Fn(Stage), stop: impl Future<Output = ()>) -> Facts {
    let start = Instant::now();
    let recorder = Recorder::new(blank(spec), start);
    let cut_short = {
        let engine = Engine { spec, stage, recorder: &recorder };
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
    fill_gaps(&mut facts);
    let late = |a: &Attempt| a.why == Why::Not(NotTested::Deadline);
    if facts.cut_short.is_none() && facts.attempts.iter().any(late) {
        facts.cut_short = Some(CutShort::Deadline);
    }
    facts
}

fn blank(spec: &Spec) -> Facts {
    Facts {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
        elapsed: Micros(0),
        request: spec.request.clone(),
        proxies: spec.proxies.clone(),
        names: Names::default(),
        dials: Vec::new(),
        tls_hello: None,
        sessions: Vec::new(),
        attempts: Vec::new(),
        ladders: Vec::new(),
        confirmed: Vec::new(),
        cut_short: None,
    }
}

struct Engine<'a> {
    spec: &'a Spec,
    stage: &'a dyn Fn(Stage),
    recorder: &'a Recorder,
}

/// One attempt as the plan wants it.
#[derive(Clone, Copy)]
struct Turn {
    mode: Mode,
    purpose: Purpose,
    announce: Option<IpAddr>,
    hole: Option<u8>,
}

impl Turn {
    fn new(mode: Mode, purpose: Purpose) -> Self {
        Self { mode, purpose, announce: None, hole: None }
    }
}

/// What is left of a run while its plan is carried out.
struct Progress {
    /// The survey's own session, to be used by the first attempt.
    first: Option<Control>,
    /// Listing commands still to be tried, the one in use first.
    listings: Vec<&'static str>,
    /// The path goes with the listing command because CWD did not take it.
    path_in_listing: bool,
    /// Why no further login is tried.
    barred: Option<NotTested>,
    /// Listeners of active attempts that were given up.
    waiting: Vec<(String, TcpListener)>,
}

impl Engine<'_> {
    async fn work(&self) {
        (self.stage)(Stage::Resolving(self.spec.request.host.clone()));
        let names =
            resolve::resolve(&self.spec.request, self.spec.limits.resolve, self.recorder).await;
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
            credentials: &self.spec.credentials,
            limits: &self.spec.limits,
            recorder: self.recorder,
            stage: self.stage,
        }
    }

    fn bind(&self, to: IpAddr) -> Option<IpAddr> {
        self.spec.bind.iter().copied().find(|b| b.is_ipv4() == to.is_ipv4())
    }

    async fn probe(&self, addresses: &[IpAddr]) {
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
            self.plan(&door, control).await;
            return;
        }
        let localise = self.spec.request.localise;
        let first = addresses.iter().find(wanted).copied();
        let silent = self.recorder.facts().dials.first().is_some_and(|d| {
            Some(d.to.ip()) == first
                && matches!(d.outcome, DialOutcome::TimedOut | DialOutcome::Prohibited { .. })
        });
        if let Some(address) = first.filter(|a| silent && localise && !a.is_loopback()) {
            climb::climb_silent(&self.door(address)).await;
        }
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
            waiting: Vec::new(),
        };
        loop {
            let next = plan::next(&self.recorder.facts(), family);
            let Some(next) = next else { break };
            let logins = self.recorder.facts().sessions.len();
            let exhausted =
                logins >= self.spec.limits.logins && !matches!(next, Next::Knock { .. });
            if exhausted || self.recorder.remaining() < Duration::from_millis(300) {
                break;
            }
            match next {
                Next::Attempt { mode, purpose } => {
                    self.attempt(door, &mut progress, Turn::new(mode, purpose)).await;
                }
                Next::DialAdvertised => {
                    let turn = Turn::new(Mode::Pasv, Purpose::Comparison);
                    self.attempt(door, &mut progress, turn).await;
                }
                Next::AnnounceSeen { mode, address } => {
                    let turn = Turn::new(mode, Purpose::Comparison);
                    let turn = Turn { announce: Some(address), ..turn };
                    self.attempt(door, &mut progress, turn).await;
                }
                Next::Hole { mode, ttl } => {
                    let turn = Turn { hole: Some(ttl), ..Turn::new(mode, Purpose::Hole) };
                    self.attempt(door, &mut progress, turn).await;
                }
                Next::Climb { ports } => climb::climb(door, &ports).await,
                Next::Knock { mode, port } => self.knock(door, mode, port).await,
            }
        }
        self.note_late(&mut progress, door.to.ip()).await;
        if let Some(control) = progress.first.take() {
            control.quit(&self.spec.limits, false).await;
        }
    }

    async fn attempt(&self, door: &Door<'_>, progress: &mut Progress, turn: Turn) {
        let Turn { mode, purpose, .. } = turn;
        (self.stage)(Stage::Trying(mode, purpose));
        let family = Family::of(door.to.ip());
        let mut draft = draft(&self.recorder.facts(), mode, purpose, family, self.recorder.now());
        match self.session(door, progress).await {
            Ok(mut control) => {
                draft.session = Some(control.index);
                draft.step = Step::LoggedIn;
                self.list(&mut control, progress, &mut draft, turn).await;
                let held = !mode.is_passive() && draft.outcome == Outcome::TimedOut;
                let unfinished = held
                    || matches!(
                        draft.why,
                        Why::NoData { .. } | Why::CutByUs | Why::NoCompletion { .. }
                    );
                control.quit(&self.spec.limits, unfinished).await;
            }
            Err(reason) => draft.why = Why::Not(reason),
        }
        let waiting = matches!(draft.outcome, Outcome::TimedOut | Outcome::Stalled);
        if waiting && self.recorder.remaining() < Duration::from_millis(50) {
            // The deadline cut the wait short: silence for that long is no verdict.
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::Deadline));
        } else if waiting && self.too_short(&draft) {
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::ShortTimeout));
        }
        draft.elapsed = self.recorder.now().since(draft.began);
        self.recorder.facts().attempts.push(draft);
    }

    /// Whether `--timeout` ended a wait before silence could mean anything.
    fn too_short(&self, draft: &Attempt) -> bool {
        let limits = &self.spec.limits;
        let needed = match (&draft.why, draft.mode.is_passive()) {
            (Why::NoAnswer { .. }, true) => {
                limits.knock_spacing * limits.knocks.saturating_sub(1) + limits.knock_patience
            }
            (Why::NoAnswer { .. }, false) if draft.purpose == Purpose::Hole => limits.hole_door,
            (Why::NoAnswer { .. }, false) => limits.door,
            (Why::NoData { .. } | Why::NoCompletion { .. }, _) => limits.idle,
            _ => limits.reply,
        };
        self.spec.request.timeout.duration() < needed
    }

    async fn list(
        &self,
        control: &mut Control,
        progress: &mut Progress,
        draft: &mut Attempt,
        turn: Turn,
    ) {
        let mut limits = self.spec.limits.clone();
        if turn.hole.is_some() && !self.recorder.lossy() {
            limits.door = limits.hole_door;
        }
        let limits = &limits;
        loop {
            draft.first_exchange = control.exchanges();
            let verb = progress.listings.first().copied().unwrap_or("LIST");
            let listing = match &self.spec.request.path {
                Some(path) if progress.path_in_listing => Command::with(verb, path),
                _ => Command::new(verb),
            };
            let limit = self.recorder.until(self.spec.request.timeout.duration());
            if draft.mode.is_passive() {
                let passive = Passive {
                    bind: self.bind(control.peer.ip()),
                    dial_advertised: draft.purpose == Purpose::Comparison,
                    listing: &listing,
                    recorder: self.recorder,
                    limits,
                    limit,
                };
                passive.run(control, draft).await;
            } else {
                let own = matches!(control.local.ip().to_canonical(), IpAddr::V4(_))
                    == (draft.family == Family::V4);
                let external =
                    self.spec.request.external_ip.filter(|e| own && Family::of(*e) == draft.family);
                let active = Active {
                    ports: self.spec.request.active_ports,
                    turn: u16::try_from(self.recorder.facts().attempts.len()).unwrap_or(0),
                    announce: turn.announce.or(external),
                    reply_only: turn.announce.is_some(),
                    hole: turn.hole.map(|ttl| (self.spec.request.port.saturating_sub(1), ttl)),
                    listing: &listing,
                    recorder: self.recorder,
                    limits,
                    limit,
                };
                if let Some(listener) = active.run(control, draft).await {
                    progress.waiting.push((draft.id.clone(), listener));
                }
            }
            // A server without this listing command may have another one.
            let lacks_command = matches!(&draft.why,
                Why::ListingRefused { code, text, .. } if peer::is_not_implemented(*code, text));
            if !lacks_command || progress.listings.len() < 2 || control.is_gone() {
                return;
            }
            progress.listings.remove(0);
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::Deadline));
            (draft.observed, draft.connect, draft.bytes, draft.data_end) = (None, None, 0, None);
            draft.knocks.clear();
        }
    }

    /// A login for the next attempt: the survey's own first, a fresh one after that.
    async fn session(
        &self,
        door: &Door<'_>,
        progress: &mut Progress,
    ) -> Result<Control, NotTested> {
        if let Some(control) = progress.first.take()
            && !control.is_gone()
        {
            return Ok(control);
        }
        if let Some(reason) = &progress.barred {
            return Err(reason.clone());
        }
        let mut failure = NotTested::Deadline;
        for again in 0..3 {
            let pause = match (again, &failure) {
                (0, _) => Duration::ZERO,
                // A server that counts sessions may notice a moment late that the last one ended.
                (1, NotTested::TooMany { held: false, .. }) => self.spec.limits.recount_pause,
                (_, NotTested::TooMany { held: true, .. }) => self.spec.limits.held_pause,
                _ => self.spec.limits.too_many_pause,
            };
            if self.recorder.remaining() < pause * 2
                || (again == 2 && matches!(failure, NotTested::TooMany { held: true, .. }))
            {
                break;
            }
            if !pause.is_zero() {
                (self.stage)(Stage::Pausing(pause));
                tokio::time::sleep(pause).await;
            }
            match self.log_in(door, progress).await {
                Ok(control) => return Ok(control),
                Err(reason) => failure = reason,
            }
            if matches!(failure, NotTested::LoginFailed { refused: true, .. }) {
                // Asking again and again looks like an attack, and can lock the account.
                progress.barred = Some(failure.clone());
                break;
            }
        }
        Err(failure)
    }

    async fn log_in(&self, door: &Door<'_>, progress: &Progress) -> Result<Control, NotTested> {
        let Some(mut control) = door.connect(false).await else {
            let text = self
                .recorder
                .facts()
                .dials
                .last()
                .map_or_else(String::new, |d| dial_words(&d.outcome));
            return Err(NotTested::LoginFailed { text, refused: false });
        };
        let index = control.index;
        if door.greet(&mut control).await && door.login(&mut control).await {
            if let Some(path) =
                self.spec.request.path.as_deref().filter(|_| !progress.path_in_listing)
            {
                let _ = door.enter(&mut control, path).await;
            }
            return Ok(control);
        }
        control.quit(&self.spec.limits, false).await;
        let facts = self.recorder.facts();
        let Some(session) = facts.sessions.get(index) else {
            return Err(NotTested::Deadline);
        };
        let refusal = match (&session.login, session.greeting_reply()) {
            (LoginOutcome::Refused { code, text, .. }, _) => Some((*code, text.clone())),
            (_, Some(reply)) if reply.code >= 400 => Some((reply.code, reply.text.clone())),
            _ => None,
        };
        let held =
            facts.attempts.iter().any(|a| !a.mode.is_passive() && a.outcome == Outcome::TimedOut);
        Err(match refusal {
            Some((code, text)) if peer::is_too_many(code, &text) || code == 421 => {
                NotTested::TooMany { code, text, held }
            }
            Some((code, text)) => {
                NotTested::LoginFailed { text: format!("{code} {text}"), refused: true }
            }
            None => {
                let text = "the control connection broke".to_owned();
                NotTested::LoginFailed { text, refused: false }
            }
        })
    }

    /// Knocks at a port that nobody listens on any more; the answer is about the way, not the door.
    async fn knock(&self, door: &Door<'_>, mode: Mode, port: u16) {
        (self.stage)(Stage::Trying(mode, Purpose::Neighbour));
        let family = Family::of(door.to.ip());
        let mut draft =
            draft(&self.recorder.facts(), mode, Purpose::Neighbour, family, self.recorder.now());
        let mut to = door.to;
        to.set_port(port);
        let policy = knock_policy(
            &self.spec.limits,
            None,
            self.recorder.lossy(),
            self.spec.request.timeout.duration(),
        );
        let (record, _) = dial(to, door.bind, policy, self.recorder).await;
        draft.dialled = Some(to);
        draft.elapsed = record.took;
        (draft.outcome, draft.why) = match record.outcome {
            // Only the way is asked for: whoever answers the handshake stands at its end.
            DialOutcome::Connected | DialOutcome::Reset => (Outcome::Open, Why::Complete),
            other => not_let_in(other, record.took, record.syns),
        };
        self.recorder.facts().attempts.push(draft);
    }

    /// A knock that came after its attempt was given up means delay or loss, not a block.
    async fn note_late(&self, progress: &mut Progress, server: IpAddr) {
        for (id, listener) in progress.waiting.drain(..) {
            let accepted = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
            let Ok(Ok((_, from))) = accepted else {
                continue;
            };
            if from.ip().to_canonical() != server.to_canonical() {
                continue;
            }
            if let Some(attempt) = self.recorder.facts().attempts.iter_mut().find(|a| a.id == id) {
                attempt.late = Some(from);
                attempt.outcome = Outcome::NotTested;
                attempt.why = Why::Not(NotTested::CameLate);
            }
        }
    }
}

fn dial_words(outcome: &DialOutcome) -> String {
    match outcome {
        DialOutcome::Connected => "connected",
        DialOutcome::Refused => "the control connection was refused",
        DialOutcome::Reset => "the control connection was reset",
        DialOutcome::TimedOut => "the control connection was not answered",
        DialOutcome::Prohibited { .. } => "the control connection was rejected by an ICMP message",
        DialOutcome::Unreachable { .. } => "no route for the control connection",
        DialOutcome::Local { text } => return text.clone(),
    }
    .to_owned()
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
