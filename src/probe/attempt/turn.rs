//! One attempt at a data connection: a login for it, the listing, and its record.

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use super::super::context::Stage;
use super::super::limits::Limits;
use super::super::session::control::Control;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::super::tls::Reuse;
use super::active_attempt::Active;
use super::endings::no_reply;
use super::passive_attempt::Passive;
use super::record::{LoggedIn, Seen, Turn, record};
use super::transfer::Order;
use crate::evidence::{AttemptReading, Evidence};
use crate::facts::{Attempt, Family, NotTested, Outcome, Purpose, ReplyFact, Step, Varied, Why};
use crate::wire::command::Command;
use crate::wire::peer;

/// How this server is asked for a listing, as far as is known by now.
pub struct Listings {
    /// Commands still to be tried, the one in use first.
    verbs: Vec<&'static str>,
    /// The path goes with the command because CWD did not take it.
    with_path: bool,
}

impl Listings {
    /// Before the first listing.
    pub fn new(with_path: bool) -> Self {
        Self { verbs: vec!["LIST", "NLST", "MLSD"], with_path }
    }

    fn command(&self, path: Option<&str>) -> Command {
        let verb = self.verbs.first().copied().unwrap_or("LIST");
        match path.filter(|_| self.with_path) {
            Some(path) => Command::with(verb, path),
            None => Command::new(verb),
        }
    }

    /// Goes on to the next command. `false` where there is none.
    fn next(&mut self) -> bool {
        let more = self.verbs.len() > 1;
        if more {
            self.verbs.remove(0);
        }
        more
    }
}

/// An attempt that was made, and what is left of it.
pub struct Made {
    /// Its record; how long it took is known once leave was taken.
    pub attempt: Attempt,
    /// The session, and whether a transfer may still be pending on it.
    pub session: Option<(Control, bool)>,
    /// Where a server's knock was waited for in vain.
    pub listener: Option<TcpListener>,
}

/// How a turn's login and listing ended.
struct Listed {
    login: LoggedIn,
    seen: Seen,
    why: Why,
    listener: Option<TcpListener>,
}

/// Makes an attempt on a login of its own.
pub async fn attempt(
    door: &Door<'_>,
    logins: &mut Logins,
    listings: &mut Listings,
    turn: &Turn,
) -> Made {
    let context = door.context;
    context.tell(Stage::Trying(turn.mode, turn.purpose));
    let began = (door.family(), context.recorder.now());
    let undelivered = context.recorder.undelivered();
    let clear = door.in_clear();
    let door = if turn.varies(|v| *v == Varied::Clear) { &clear } else { door };
    let (login, seen, why, session, listener) = match logins.session(door).await {
        Err(reason) => (None, Seen::at(Step::NotBegun), Why::Not(reason), None, None),
        Ok(mut control) => {
            let Listed { login, seen, why, listener } =
                Asking { door, turn }.list(&mut control, listings).await;
            let held = !turn.mode.is_passive() && matches!(why, Why::NoAnswer { .. });
            let unfinished = held
                || turn.hole.is_some()
                || matches!(why, Why::NoData { .. } | Why::CutByUs | Why::NoCompletion { .. });
            (Some(login), seen, why, Some((control, unfinished)), listener)
        }
    };
    let why = match meaningless(door, turn, &why) {
        Some(reason) => Why::Not(reason),
        None => why,
    };
    let mut attempt = record(&context.facts(), turn, began, login, seen, why);
    attempt.elapsed = context.recorder.now().since(attempt.began);
    attempt.undelivered = context.recorder.undelivered_since(undelivered);
    Made { attempt, session, listener }
}

/// Why a silence means nothing, if it does not: its time was cut short.
fn meaningless(door: &Door<'_>, turn: &Turn, why: &Why) -> Option<NotTested> {
    if !matches!(why.outcome(), Outcome::TimedOut | Outcome::Stalled) {
        return None;
    }
    let limits = door.context.limits();
    if door.context.recorder.remaining() < limits.nothing_left {
        // The deadline cut the wait short: silence for that long is no verdict.
        return Some(NotTested::Deadline);
    }
    if turn.varies(|v| *v == Varied::Retrieve) && cut_short(limits, why) {
        return Some(NotTested::Deadline);
    }
    let timeout = door.context.request().timeout.duration();
    (timeout < needed(limits, turn, why)).then_some(NotTested::ShortTimeout)
}

/// Whether a file's time was over before silence could mean anything.
fn cut_short(limits: &Limits, why: &Why) -> bool {
    match why {
        Why::NoData { waited } => waited.duration() < limits.idle / 2,
        Why::NoCompletion { waited } => waited.duration() < limits.completion,
        Why::NoAnswer { waited, .. } | Why::NoReply { waited, .. } => {
            waited.duration() < limits.knock_patience
        }
        _ => false,
    }
}

/// How long this silence has to last to mean anything.
fn needed(limits: &Limits, turn: &Turn, why: &Why) -> Duration {
    match (why, turn.mode.is_passive()) {
        (Why::NoAnswer { .. }, true) => {
            limits.knock_spacing * limits.knocks.saturating_sub(1) + limits.knock_patience
        }
        (Why::NoAnswer { .. }, false) if turn.purpose == Purpose::Hole => limits.hole_door,
        (Why::NoAnswer { .. }, false) => limits.door,
        (Why::NoData { .. } | Why::NoCompletion { .. }, _) => limits.idle,
        _ => limits.reply,
    }
}

/// A turn on a login.
struct Asking<'a> {
    door: &'a Door<'a>,
    turn: &'a Turn,
}

impl Asking<'_> {
    /// Protects data connections, then asks for the listing or the file.
    async fn list(&self, control: &mut Control, listings: &mut Listings) -> Listed {
        let (door, turn) = (self.door, self.turn);
        let limits = door.context.limits();
        if turn.varies(|v| *v == Varied::KeepAlive) {
            control.keep_alive(limits.keep_alive);
        }
        if turn.varies(|v| *v == Varied::Retrieve) {
            let _ = control.exchange(&Command::with("TYPE", "I"), limits.reply).await;
        }
        let refused = match door.protect(control).await {
            Ok(None) => return self.ask(control, listings).await,
            Ok(Some(ReplyFact { code, text, .. })) => Why::ProtectionRefused { code, text },
            Err(end) => no_reply(&end, &Command::new("PROT")),
        };
        let login = LoggedIn { session: control.index, first_exchange: 0 };
        Listed { login, seen: Seen::at(Step::LoggedIn), why: refused, listener: None }
    }

    /// Asks in the server's own terms: one without this listing command may have another one.
    async fn ask(&self, control: &mut Control, listings: &mut Listings) -> Listed {
        let file = self.file();
        let limits = self.limits();
        loop {
            let login = LoggedIn { session: control.index, first_exchange: control.exchanges() };
            let listing = match file {
                Some(file) => Command::with("RETR", file),
                None => listings.command(self.door.context.request().path.as_deref()),
            };
            let mut seen = Seen::at(Step::LoggedIn);
            let (why, listener) = self.transfer(control, &listing, &limits, &mut seen).await;
            let lacks_command = matches!(&why,
                Why::ListingRefused { code, text, .. } if peer::is_not_implemented(*code, text));
            if file.is_some() || !lacks_command || control.is_gone() || !listings.next() {
                return Listed { login, seen, why, listener };
            }
        }
    }

    /// The file that is asked for instead of a listing.
    fn file(&self) -> Option<&str> {
        let get = self.door.context.request().get.as_deref();
        get.filter(|_| self.turn.varies(|v| *v == Varied::Retrieve))
    }

    /// Waits of this attempt.
    fn limits(&self) -> Limits {
        let context = self.door.context;
        let mut limits = context.limits().clone();
        if self.turn.hole.is_some() && !context.recorder.lossy() {
            limits.door = limits.hole_door;
        }
        self.bear_with_the_slow(&mut limits);
        if self.file().is_some() {
            limits.listing_bytes = u64::MAX;
            limits.reply = limits.completion;
        }
        limits
    }

    /// A server that reads a large directory is silent meanwhile, and knocks late too. The first
    /// silence is borne for longer, as far as the run has time; and where listings took their time,
    /// later ones may. Where small segments came through and full ones did not, the reason is known.
    fn bear_with_the_slow(&self, limits: &mut Limits) {
        let recorder = &self.door.context.recorder;
        let facts = recorder.facts();
        let starved = facts.attempts.iter().any(AttemptReading::came_empty);
        let lossy = Evidence::new(&facts).lossy();
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
        let first = (recorder.remaining() / 3).min(limits.reply);
        // Where segments get lost, that is the reason, and the time is needed for repetitions.
        let first = if starved || lossy { Duration::ZERO } else { first };
        let least = if known { limits.idle / 2 } else { limits.first_byte };
        limits.first_byte = least.max(first).max(slow);
        limits.door = limits.door.max(slow);
    }

    /// The moment at which this attempt ends, whatever happens.
    fn limit(&self, limits: &Limits) -> tokio::time::Instant {
        let context = self.door.context;
        let recorder = &context.recorder;
        if self.file().is_none() {
            return recorder.until(context.request().timeout.duration());
        }
        // A file takes what is left of the run, less what a farewell takes and, while there are modes
        // to be tried, what those may need.
        let tried = recorder.facts().attempts.iter().any(|a| !a.mode.is_passive());
        let active = context.request().modes.iter().any(|m| !m.is_passive());
        let rest = if active && !tried { limits.active } else { limits.close };
        recorder.deadline() - rest.min(recorder.remaining())
    }

    async fn transfer(
        &self,
        control: &mut Control,
        listing: &Command,
        limits: &Limits,
        seen: &mut Seen,
    ) -> (Why, Option<TcpListener>) {
        let (context, turn) = (self.door.context, self.turn);
        let fresh = turn.varies(|v| *v == Varied::FreshSession);
        let order = Order {
            context,
            listing,
            limits,
            limit: self.limit(limits),
            knock_only: turn.hole.is_some(),
            segments: turn.segments(),
            reuse: if fresh { Reuse::Fresh } else { Reuse::Resume },
        };
        if turn.mode.is_passive() {
            let passive = Passive {
                order: &order,
                mode: turn.mode,
                dial_advertised: turn.varies(|v| *v == Varied::DialAdvertised),
                second: turn.varies(|v| *v == Varied::SecondKnock),
                again: if turn.varies(|v| *v == Varied::KnockAgain) { 3 } else { 0 },
            };
            return (passive.run(control, seen).await, None);
        }
        let family = self.door.family();
        let own =
            matches!(control.local.ip().to_canonical(), IpAddr::V4(_)) == (family == Family::V4);
        let external = context.request().external_ip.filter(|e| own && Family::of(*e) == family);
        let told = turn.varied.iter().find_map(|v| match v {
            Varied::Announce { address } => Some(*address),
            _ => None,
        });
        let active = Active {
            order: &order,
            mode: turn.mode,
            turn: u16::try_from(context.facts().attempts.len()).unwrap_or(0),
            announce: told.or(external),
            reply_only: told.is_some(),
            pipelined: turn.varies(|v| *v == Varied::Pipelined),
            hole: turn.hole.map(|ttl| (context.request().port.saturating_sub(1), ttl)),
        };
        active.run(control, seen).await
    }
}
