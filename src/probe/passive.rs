//! Passive and extended passive: the server opens a door and says which, we knock.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::Instant;

use super::control::{Control, ControlEvent};
use super::dial::{DialEvent, Dialler, KnockPolicy, dial};
use super::limits::Limits;
use super::path::{Patience, climb_until_reset};
use super::recorder::Recorder;
use super::tls::Reuse;
use super::transfer::{Source, Transfer};
use crate::facts::{
    Attempt, DialOutcome, ExchangeEnd, Micros, Mode, Nearer, Outcome, ReplyFact, Second, Step, Why,
};
use crate::wire::address::{parse_227, parse_229};
use crate::wire::command::Command;
use crate::wire::peer;

/// How to go about a passive attempt.
pub struct Passive<'a> {
    /// Address to call from.
    pub bind: Option<IpAddr>,
    /// Knock at the advertised address instead of the control connection's peer.
    pub dial_advertised: bool,
    /// Whether a second knock comes before the listing.
    pub second: bool,
    /// How often to knock again at a port that refuses.
    pub again: u8,
    /// Largest segment that either end may send.
    pub segments: Option<u16>,
    /// Under TLS: whether the data connection offers the session of the control connection.
    pub reuse: Reuse,
    /// Listing command.
    pub listing: &'a Command,
    /// Clock and facts.
    pub recorder: &'a Recorder,
    /// Waits.
    pub limits: &'a Limits,
    /// End of this attempt.
    pub limit: Instant,
}

/// Times of the knocks at a data port: at least three SYNs, further apart on a long path, and with
/// more patience where segments were seen to be lost.
pub fn knock_policy(
    limits: &Limits,
    rtt: Option<Duration>,
    lossy: bool,
    limit: Duration,
) -> KnockPolicy {
    let rtt = rtt.unwrap_or_default().min(Duration::from_secs(2));
    let patience = if lossy { limits.knock_patience_lossy } else { limits.knock_patience };
    let mut policy = KnockPolicy {
        knocks: limits.knocks,
        spacing: limits.knock_spacing.max(rtt * 2),
        patience: patience.max(rtt * 3),
    };
    let whole = policy.spacing * policy.knocks.saturating_sub(1) + policy.patience;
    if whole > limit && !whole.is_zero() {
        let part = limit.as_secs_f64() / whole.as_secs_f64();
        policy.spacing = policy.spacing.mul_f64(part);
        policy.patience = policy.patience.mul_f64(part);
    }
    policy
}

impl Passive<'_> {
    /// Carries the attempt out on a fresh login.
    pub async fn run(&self, control: &mut Control, draft: &mut Attempt) {
        let command = Command::new(draft.mode.verb());
        draft.step = Step::CommandSent;
        let reply = match control.exchange(&command, self.limits.reply).await {
            Ok(reply) => reply,
            Err(end) => {
                (draft.outcome, draft.why) = no_reply(&end, &command);
                return;
            }
        };
        draft.step = Step::ReplyRead;
        if !(200..300).contains(&reply.code) {
            (draft.outcome, draft.why) =
                (Outcome::Rejected, Why::CommandRefused { code: reply.code, text: reply.text });
            return;
        }
        let peer = control.peer;
        match announced(draft.mode, &reply.text, peer) {
            Ok((advertised, oddities)) => {
                draft.advertised = Some(advertised);
                draft.oddities = oddities;
            }
            Err(error) => {
                (draft.outcome, draft.why) = (
                    Outcome::Rejected,
                    Why::BadAnnouncement { code: reply.code, text: reply.text, error },
                );
                return;
            }
        }
        draft.step = Step::Announced;
        let Some(advertised) = draft.advertised else {
            return;
        };
        let dialled = if self.dial_advertised {
            advertised
        } else {
            SocketAddr::new(peer.ip(), advertised.port())
        };
        // Keep the scope of a link-local address.
        let dialled = match (peer, dialled) {
            (SocketAddr::V6(p), SocketAddr::V6(mut d)) if p.ip() == d.ip() => {
                d.set_scope_id(p.scope_id());
                SocketAddr::V6(d)
            }
            _ => dialled,
        };
        draft.dialled = Some(dialled);
        self.knock(control, dialled, draft).await;
    }

    fn pause(&self, control: &Control) -> Duration {
        self.limits.knock_spacing.max(control.rtt().unwrap_or_default() * 2)
    }

    /// Knocks from another port of ours while the first connection stands. A RST is followed to
    /// where it comes from.
    async fn knock_once_more(&self, control: &Control, to: SocketAddr, draft: &mut Attempt) {
        let lossy = self.recorder.lossy();
        let left = self.limit.saturating_duration_since(Instant::now());
        let policy = knock_policy(self.limits, control.rtt(), lossy, left);
        let (record, stream) = dial(to, self.bind, policy, self.recorder).await;
        drop(stream);
        let loopback = to.ip().to_canonical().is_loopback();
        if record.outcome == DialOutcome::Refused && !loopback {
            // One asking: who is silent here is not missed.
            let patience = Patience { repeats: 0, ..Patience::new(control.rtt(), false) };
            let ladder = climb_until_reset(to, self.bind, patience, self.recorder).await;
            let (port, resets_at) = (to.port(), ladder.reached());
            let nearer = Nearer { port, resets_at, control: None, done: false };
            self.recorder.facts().nearer = Some(nearer);
        }
        draft.second = Some(Second { outcome: record.outcome, took: record.took });
    }

    /// Knocks until somebody opens or the policy is used up. What the server says of it meanwhile
    /// goes to `turned_away` if it takes us for somebody else.
    async fn dial(
        &self,
        control: &mut Control,
        to: SocketAddr,
        turned_away: &mut Option<ReplyFact>,
    ) -> (Box<Dialler>, Option<DialEvent>) {
        let left = self.limit.saturating_duration_since(Instant::now());
        let policy = knock_policy(self.limits, control.rtt(), self.recorder.lossy(), left);
        let mut dialler = Box::new(
            Dialler::new(to, self.bind, policy, self.recorder.clone()).segments(self.segments),
        );
        let event = loop {
            tokio::select! {
                event = dialler.event() => break Some(event),
                event = control.event(), if !control.is_gone() => {
                    // A server that gives up waiting says so; whether the door opens is still
                    // decided at the door.
                    control.log(&event);
                    if let ControlEvent::Reply(reply) = event
                        && peer::is_bad_data_peer(reply.code, &reply.text)
                    {
                        *turned_away = Some(reply);
                    }
                }
                () = tokio::time::sleep_until(self.limit.min(self.recorder.deadline())) => break None,
            }
        };
        (dialler, event)
    }

    async fn knock(&self, control: &mut Control, to: SocketAddr, draft: &mut Attempt) {
        let began = Instant::now();
        if self.again > 0 {
            tokio::time::sleep(self.pause(control)).await;
        }
        let mut refused = Vec::new();
        let mut turned_away = None;
        let (dialler, stream) = loop {
            let (dialler, event) = self.dial(control, to, &mut turned_away).await;
            if let Some(DialEvent::Connected(stream)) = event {
                break (dialler, stream);
            }
            let outcome = dialler.outcome();
            let again = outcome == DialOutcome::Refused && refused.len() < usize::from(self.again);
            refused.extend(dialler.knocks());
            if again {
                // A server may take a moment to listen after it has announced a port.
                tokio::time::sleep(self.pause(control)).await;
            } else {
                draft.knocks = refused;
                let waited = began.elapsed().into();
                (draft.outcome, draft.why) = not_let_in(outcome, waited, dialler.syns());
                return;
            }
        };
        draft.connect = dialler.connect_time();
        if control.is_gone() {
            let command = draft.mode.verb().to_owned();
            (draft.outcome, draft.why) = (Outcome::Closed, Why::ControlLost { command });
            return;
        }
        if self.second {
            self.knock_once_more(control, to, draft).await;
        }
        let mut source = Source::Dial(dialler);
        let mut transfer =
            Transfer::new(control, self.recorder, self.limits, self.limit).reuse(self.reuse);
        transfer.connected(stream, draft, true);
        match turned_away {
            // It has said so before it was asked for anything, and would let a listing wait for ever.
            Some(ReplyFact { code, text, .. }) => {
                let command = self.listing.redacted();
                (draft.outcome, draft.why) =
                    (Outcome::Rejected, Why::ListingRefused { command, code, text });
            }
            None => transfer.run(self.listing, &mut source, draft).await,
        }
        if let Source::Dial(dialler) = source {
            refused.extend(dialler.knocks());
            draft.knocks = refused;
        }
    }
}

/// What a knock that was not let in means for an attempt.
pub fn not_let_in(outcome: DialOutcome, waited: Micros, syns: Option<u32>) -> (Outcome, Why) {
    match outcome {
        // Cut off while it was still knocking.
        DialOutcome::Connected | DialOutcome::TimedOut => {
            (Outcome::TimedOut, Why::NoAnswer { waited, syns })
        }
        DialOutcome::Refused => (Outcome::Refused, Why::Reset),
        DialOutcome::Reset => (Outcome::Closed, Why::DataReset),
        DialOutcome::Prohibited { icmp } => (Outcome::Prohibited, Why::Icmp { icmp }),
        DialOutcome::Unreachable { icmp } => (Outcome::Unreachable, Why::Icmp { icmp }),
        DialOutcome::Local { text } => (Outcome::Unreachable, Why::Local { text }),
    }
}

/// What an exchange without a usable reply means for an attempt.
pub fn no_reply(end: &ExchangeEnd, command: &Command) -> (Outcome, Why) {
    let command = command.verb.to_owned();
    match end {
        ExchangeEnd::TimedOut { waited } => {
            (Outcome::Stalled, Why::NoReply { command, waited: *waited })
        }
        ExchangeEnd::NotAReply { text } => {
            (Outcome::Closed, Why::NotAReply { command, text: text.clone() })
        }
        _ => (Outcome::Closed, Why::ControlLost { command }),
    }
}

/// An endpoint, and what was odd about the reply.
pub type Announced = (SocketAddr, Vec<crate::wire::address::AddressOddity>);

/// The endpoint in a reply to PASV or EPSV, and what is odd about it.
///
/// # Errors
/// Where the reply names none.
pub fn announced(mode: Mode, text: &str, peer: SocketAddr) -> Result<Announced, String> {
    if mode == Mode::Epsv {
        let reply = parse_229(text).map_err(|e| e.to_string())?;
        // The address field of 229 is not used (RFC 2428 §3): the peer's address stands.
        return Ok((SocketAddr::new(peer.ip(), reply.port), reply.oddities));
    }
    let reply = parse_227(text).map_err(|e| e.to_string())?;
    Ok((SocketAddr::new(IpAddr::V4(reply.address), reply.port), reply.oddities))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_knocks_fit_into_the_time_that_is_left() {
        let limits = Limits::default();
        let usual = knock_policy(&limits, None, false, Duration::from_secs(10));
        assert_eq!((usual.knocks, usual.spacing), (3, Duration::from_millis(300)));
        let short = knock_policy(&limits, None, false, Duration::from_millis(400));
        assert_eq!(short.knocks, 3);
        assert!(short.spacing * 2 + short.patience <= Duration::from_millis(401));
    }

    #[test]
    fn a_long_path_gets_more_time() {
        let limits = Limits::default();
        let far =
            knock_policy(&limits, Some(Duration::from_millis(600)), false, Duration::from_secs(20));
        assert_eq!(far.spacing, Duration::from_millis(1200));
        assert_eq!(far.patience, Duration::from_millis(1800));
    }
}
