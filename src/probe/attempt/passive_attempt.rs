//! Passive and extended passive: the server opens a door and says which, we knock.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::Instant;

use super::super::dial::{DialEvent, Dialler, KnockPolicy, dial};
use super::super::session::control::{Control, ControlEvent};
use super::super::ttl::ladder::{Patience, climb_until_reset};
use super::endings::{no_reply, not_let_in};
use super::record::Seen;
use super::transfer::{Order, Source, Transfer};
use crate::facts::{DialOutcome, Mode, Nearer, ReplyFact, Second, Step, Why};
use crate::wire::address::{AddressOddity, parse_227, parse_229};
use crate::wire::command::Command;
use crate::wire::peer;

/// How to go about a passive attempt.
pub struct Passive<'a> {
    /// What is asked for.
    pub order: &'a Order<'a>,
    /// Which command.
    pub mode: Mode,
    /// Knock at the advertised address instead of the control connection's peer.
    pub dial_advertised: bool,
    /// Whether a second knock comes before the listing.
    pub second: bool,
    /// How often to knock again at a port that refuses.
    pub again: u8,
}

impl Passive<'_> {
    /// Carries the attempt out on a fresh login.
    pub async fn run(&self, control: &mut Control, seen: &mut Seen) -> Why {
        let command = Command::new(self.mode.verb());
        seen.step = Step::CommandSent;
        let reply = match control.exchange(&command, self.order.limits.reply).await {
            Ok(reply) => reply,
            Err(end) => return no_reply(&end, &command),
        };
        seen.step = Step::ReplyRead;
        if !(200..300).contains(&reply.code) {
            return Why::CommandRefused { code: reply.code, text: reply.text };
        }
        let peer = control.peer;
        let advertised = match announced(self.mode, &reply.text, peer) {
            Ok((advertised, oddities)) => {
                seen.oddities = oddities;
                advertised
            }
            Err(error) => {
                return Why::BadAnnouncement { code: reply.code, text: reply.text, error };
            }
        };
        seen.advertised = Some(advertised);
        seen.step = Step::Announced;
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
        seen.dialled = Some(dialled);
        self.knock(control, dialled, seen).await
    }

    fn pause(&self, control: &Control) -> Duration {
        self.order.limits.knock_spacing.max(control.rtt().unwrap_or_default() * 2)
    }

    /// How to knock in what is left of the attempt.
    fn policy(&self, control: &Control) -> KnockPolicy {
        let lossy = self.order.context.recorder.lossy();
        KnockPolicy::data(self.order.limits, control.rtt(), lossy, self.order.left())
    }

    /// Knocks from another port of ours while the first connection stands. A RST is followed to
    /// where it comes from.
    async fn knock_once_more(&self, control: &Control, to: SocketAddr) -> Second {
        let context = self.order.context;
        let (record, stream) = dial(context, to, self.policy(control)).await;
        drop(stream);
        let loopback = to.ip().to_canonical().is_loopback();
        if record.outcome == DialOutcome::Refused && !loopback {
            // One asking: who is silent here is not missed.
            let patience =
                Patience { repeats: 0, ..Patience::new(self.order.limits, control.rtt(), false) };
            let ladder = climb_until_reset(context, to, patience).await;
            let (port, resets_at) = (to.port(), ladder.reached());
            let nearer = Nearer { port, resets_at, control: None, done: false };
            context.facts().nearer = Some(nearer);
        }
        Second { outcome: record.outcome, took: record.took }
    }

    /// Knocks until somebody opens or the policy is used up. What the server says of it meanwhile
    /// goes to `turned_away` if it takes us for somebody else.
    async fn dial(
        &self,
        control: &mut Control,
        to: SocketAddr,
        turned_away: &mut Option<ReplyFact>,
    ) -> (Box<Dialler>, Option<DialEvent>) {
        let mut dialler = Box::new(
            Dialler::new(self.order.context, to, self.policy(control))
                .segments(self.order.segments),
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
                () = tokio::time::sleep_until(self.order.end()) => break None,
            }
        };
        (dialler, event)
    }

    async fn knock(&self, control: &mut Control, to: SocketAddr, seen: &mut Seen) -> Why {
        let began = Instant::now();
        if self.again > 0 {
            tokio::time::sleep(self.pause(control)).await;
        }
        let mut turned_away = None;
        let (mut dialler, stream) = loop {
            let (dialler, event) = self.dial(control, to, &mut turned_away).await;
            if let Some(DialEvent::Connected(stream)) = event {
                break (dialler, stream);
            }
            let outcome = dialler.outcome();
            let again =
                outcome == DialOutcome::Refused && seen.knocks.len() < usize::from(self.again);
            seen.knocks.extend(dialler.knocks());
            if !again {
                return not_let_in(outcome, began.elapsed().into(), dialler.syns());
            }
            // A server may take a moment to listen after it has announced a port.
            tokio::time::sleep(self.pause(control)).await;
        };
        seen.connect = dialler.connect_time();
        if control.is_gone() {
            return Why::ControlLost { command: self.mode.verb().to_owned() };
        }
        if self.second {
            seen.second = Some(self.knock_once_more(control, to).await);
        }
        let mut transfer = Transfer::new(control, self.order);
        transfer.connected(stream, seen, true);
        let why = match turned_away {
            // It has said so before it was asked for anything, and would let a listing wait for ever.
            Some(ReplyFact { code, text, .. }) => {
                Why::ListingRefused { command: self.order.listing.redacted(), code, text }
            }
            None => transfer.run(Source::Dial(&mut dialler), seen).await,
        };
        seen.knocks.extend(dialler.knocks());
        why
    }
}

/// An endpoint, and what was odd about the reply.
pub type Announced = (SocketAddr, Vec<AddressOddity>);

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
