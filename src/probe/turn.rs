//! One attempt at a data connection: a login for it, the listing, and what the record says of it.

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::active::Active;
use super::blank::draft;
use super::control::Control;
use super::dial::dial;
use super::engine::{Engine, Stage};
use super::limits::Limits;
use super::login::Door;
use super::passive::{Passive, knock_policy, no_reply, not_let_in};
use super::tls::Reuse;
use crate::facts::{
    Attempt, DialOutcome, Family, Mode, NotTested, Outcome, Purpose, ReplyFact, Security, Step,
    Varied, Why,
};
use crate::wire::command::Command;
use crate::wire::peer;

/// Pause between TCP's own keep-alive probes, where a comparison uses them: shorter than any
/// box's memory.
const KEEP_ALIVE: Duration = Duration::from_secs(2);

/// One attempt as the plan wants it.
#[derive(Clone)]
pub struct Turn {
    /// Its mode.
    pub mode: Mode,
    /// Why it is made.
    pub purpose: Purpose,
    /// What is done differently.
    pub varied: Vec<Varied>,
    /// Open a hole this far first.
    pub hole: Option<u8>,
}

/// What is left of a run while its plan is carried out.
pub struct Progress {
    /// The survey's own session, to be used by the first attempt.
    pub first: Option<Control>,
    /// Listing commands still to be tried, the one in use first.
    pub listings: Vec<&'static str>,
    /// The path goes with the listing command because CWD did not take it.
    pub path_in_listing: bool,
    /// Why no further login is tried.
    pub barred: Option<NotTested>,
    /// Rows of logins that failed so far.
    pub rows: u8,
    /// Listeners of active attempts that were given up.
    pub waiting: Vec<(String, TcpListener)>,
}

impl Engine<'_> {
    /// Makes an attempt on a login of its own and records it.
    pub(super) async fn attempt(&self, door: &Door<'_>, progress: &mut Progress, turn: Turn) {
        let Turn { mode, purpose, varied, hole } = turn;
        (self.stage)(Stage::Trying(mode, purpose));
        let family = Family::of(door.to.ip());
        let mut draft = draft(&self.recorder.facts(), mode, purpose, family, self.recorder.now());
        let undelivered = self.recorder.undelivered();
        draft.varied = varied;
        let get = draft.varies(|v| *v == Varied::Retrieve);
        let clear = Door { tls: None, ..*door };
        let door = if draft.varies(|v| *v == Varied::Clear) {
            draft.security = Security::Clear;
            &clear
        } else {
            door
        };
        let farewell = match self.session(door, progress).await {
            Ok(mut control) => {
                if draft.varies(|v| *v == Varied::KeepAlive) {
                    control.keep_alive(KEEP_ALIVE);
                }
                if get {
                    let _ =
                        control.exchange(&Command::with("TYPE", "I"), self.spec.limits.reply).await;
                }
                draft.session = Some(control.index);
                draft.step = Step::LoggedIn;
                match door.protect(&mut control).await {
                    Ok(None) => self.list(&mut control, progress, &mut draft, hole).await,
                    Ok(Some(ReplyFact { code, text, .. })) => {
                        (draft.outcome, draft.why) =
                            (Outcome::Rejected, Why::ProtectionRefused { code, text });
                    }
                    Err(end) => {
                        (draft.outcome, draft.why) = no_reply(&end, &Command::new("PROT"));
                    }
                }
                let held = !mode.is_passive() && draft.outcome == Outcome::TimedOut;
                let unfinished = held
                    || matches!(
                        draft.why,
                        Why::NoData { .. } | Why::CutByUs | Why::NoCompletion { .. }
                    );
                Some((control, unfinished))
            }
            Err(reason) => {
                draft.why = Why::Not(reason);
                None
            }
        };
        let waiting = matches!(draft.outcome, Outcome::TimedOut | Outcome::Stalled);
        if waiting && self.recorder.remaining() < Duration::from_millis(50) {
            // The deadline cut the wait short: silence for that long is no verdict.
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::Deadline));
        } else if waiting && get && self.cut_short(&draft) {
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::Deadline));
        } else if waiting && self.too_short(&draft) {
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::ShortTimeout));
        }
        let (id, began) = (draft.id.clone(), draft.began);
        draft.elapsed = self.recorder.now().since(began);
        draft.undelivered = self.recorder.undelivered_since(undelivered);
        // Written down before the farewell, so that an interrupt there does not lose it.
        self.recorder.facts().attempts.push(draft);
        if let Some((control, unfinished)) = farewell {
            control.quit(&self.spec.limits, unfinished).await;
            let elapsed = self.recorder.now().since(began);
            if let Some(made) = self.recorder.facts().attempts.iter_mut().find(|a| a.id == id) {
                made.elapsed = elapsed;
            }
        }
    }

    /// Records an attempt that the deadline leaves no time for.
    pub(super) fn leave_out(&self, family: Family, turn: Turn) {
        let mut facts = self.recorder.facts();
        let mut draft = draft(&facts, turn.mode, turn.purpose, family, self.recorder.now());
        draft.varied = turn.varied;
        facts.attempts.push(draft);
    }

    /// Whether a file's time was over before silence could mean anything.
    fn cut_short(&self, draft: &Attempt) -> bool {
        let limits = &self.spec.limits;
        match &draft.why {
            Why::NoData { waited } => waited.duration() < limits.idle / 2,
            Why::NoCompletion { waited } => waited.duration() < limits.completion,
            Why::NoAnswer { waited, .. } | Why::NoReply { waited, .. } => {
                waited.duration() < limits.knock_patience
            }
            _ => false,
        }
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

    /// A server that reads a large directory is silent meanwhile, and knocks late too. The first
    /// silence is borne for longer, as far as the run has time; and where listings took their time,
    /// later ones may. Where small segments came through and full ones did not, the reason is known.
    fn bear_with_the_slow(&self, limits: &mut Limits) {
        let facts = self.recorder.facts();
        let starved = facts.attempts.iter().any(|a| a.starved() && a.bytes == 0);
        let lossy = facts.lossy();
        let too_large = |a: &Attempt| a.varies(|v| matches!(v, Varied::Segments { .. }));
        let known = facts.attempts.iter().any(|a| too_large(a) && a.is_open());
        let listings = facts.sessions.iter().flat_map(|s| &s.exchanges);
        let slowest = listings
            .filter(|e| matches!(e.verb(), "LIST" | "NLST" | "MLSD"))
            .filter_map(|e| Some(e.replies.last()?.at.since(e.sent).duration()))
            .max()
            .unwrap_or_default();
        drop(facts);
        let slow = (slowest * 2).min(limits.reply);
        let first = (self.recorder.remaining() / 4).min(limits.reply);
        // Where segments get lost, that is the reason, and the time is needed for repetitions.
        let first = if starved || lossy { Duration::ZERO } else { first };
        let least = if known { limits.idle / 2 } else { limits.first_byte };
        limits.first_byte = least.max(first).max(slow);
        limits.door = limits.door.max(slow);
    }

    async fn list(
        &self,
        control: &mut Control,
        progress: &mut Progress,
        draft: &mut Attempt,
        hole: Option<u8>,
    ) {
        let mut limits = self.spec.limits.clone();
        let pipelined = draft.varies(|v| *v == Varied::Pipelined);
        if hole.is_some() && !self.recorder.lossy() {
            limits.door = limits.hole_door;
        }
        self.bear_with_the_slow(&mut limits);
        let file =
            self.spec.request.get.as_deref().filter(|_| draft.varies(|v| *v == Varied::Retrieve));
        if file.is_some() {
            limits.listing_bytes = u64::MAX;
            limits.reply = limits.completion;
        }
        let limits = &limits;
        let fresh = draft.varies(|v| *v == Varied::FreshSession);
        let reuse = if fresh { Reuse::Fresh } else { Reuse::Resume };
        loop {
            draft.first_exchange = control.exchanges();
            let verb = progress.listings.first().copied().unwrap_or("LIST");
            let listing = match (&self.spec.request.path, file) {
                (_, Some(file)) => Command::with("RETR", file),
                (Some(path), _) if progress.path_in_listing => Command::with(verb, path),
                _ => Command::new(verb),
            };
            let limit = match file {
                // A file takes what is left of the run, less what a farewell takes and, while there
                // are modes to be tried, what those may need.
                Some(_) => {
                    let tried = self.recorder.facts().attempts.iter().any(|a| !a.mode.is_passive());
                    let active = self.spec.request.modes.iter().any(|m| !m.is_passive());
                    let rest = if active && !tried { limits.active } else { limits.close };
                    self.recorder.deadline() - rest.min(self.recorder.remaining())
                }
                None => self.recorder.until(self.spec.request.timeout.duration()),
            };
            if draft.mode.is_passive() {
                let passive = Passive {
                    bind: self.bind(control.peer.ip()),
                    dial_advertised: draft.varies(|v| *v == Varied::DialAdvertised),
                    segments: draft.segments(),
                    reuse,
                    second: draft.varies(|v| *v == Varied::SecondKnock),
                    again: if draft.varies(|v| *v == Varied::KnockAgain) { 3 } else { 0 },
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
                    announce: draft.announces().or(external),
                    reply_only: draft.announces().is_some(),
                    pipelined,
                    segments: draft.segments(),
                    reuse,
                    hole: hole.map(|ttl| (self.spec.request.port.saturating_sub(1), ttl)),
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
            if file.is_some() || !lacks_command || progress.listings.len() < 2 || control.is_gone()
            {
                return;
            }
            progress.listings.remove(0);
            (draft.outcome, draft.why) = (Outcome::NotTested, Why::Not(NotTested::Deadline));
            (draft.observed, draft.connect, draft.bytes, draft.data_end) = (None, None, 0, None);
            draft.tls = None;
            draft.knocks.clear();
        }
    }

    /// Knocks, all at once, at ports that nobody listens on; the answers are about the way.
    pub(super) async fn knock(&self, door: &Door<'_>, doors: &[(Mode, u16)]) {
        let family = Family::of(door.to.ip());
        let lossy = self.recorder.lossy();
        let timeout = self.spec.request.timeout.duration();
        let policy = knock_policy(&self.spec.limits, None, lossy, timeout);
        let knock = async |mode: Mode, port: u16| {
            (self.stage)(Stage::Trying(mode, Purpose::Neighbour));
            let mut to = door.to;
            to.set_port(port);
            let (record, _) = dial(to, door.bind, policy, self.recorder).await;
            let mut facts = self.recorder.facts();
            let mut draft = draft(&facts, mode, Purpose::Neighbour, family, record.began);
            draft.dialled = Some(to);
            // Nothing but TCP, whatever the modes speak.
            draft.security = Security::Clear;
            draft.elapsed = record.took;
            (draft.outcome, draft.why) = match record.outcome {
                // Only the way is asked for: whoever answers the handshake stands at its end.
                DialOutcome::Connected | DialOutcome::Reset => (Outcome::Open, Why::Complete),
                other => not_let_in(other, record.took, record.syns),
            };
            facts.attempts.push(draft);
        };
        match doors {
            [(first, at), (second, beside), ..] => {
                tokio::join!(knock(*first, *at), knock(*second, *beside));
            }
            [(only, at)] => knock(*only, *at).await,
            [] => {}
        }
    }

    /// A knock that came after its attempt was given up means delay or loss, not a block.
    pub(super) async fn note_late(&self, progress: &mut Progress, server: IpAddr) {
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
