//! Trials without a data connection: commands in two segments, silence, a quiet moment.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::context::{Context, Stage};
use super::super::session::control::{Control, ControlEvent};
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::super::ttl::ladder;
use crate::evidence::Evidence;
use crate::facts::{ExchangeEnd, Halves, Idle, IdleEnd, Micros, NotTested, Quiet, Round};
use crate::wire::command::Command;
use tokio::time::Instant;

/// SYNs of each round: as many answers come and go by turns, if what this machine drops is answers.
const ROUNDS: [u32; 4] = [6, 0, 3, 0];

/// Counts what comes to this machine and is dropped there, by turns while knocks go to a port that
/// was silent and while nobody is asked for anything.
pub async fn be_quiet(door: &Door<'_>) {
    let context = door.context;
    let recorder = &context.recorder;
    let port = Evidence::new(&context.facts()).silent_port();
    let wait = context.limits().round;
    let began = recorder.now();
    let mut rounds = Vec::new();
    for syns in ROUNDS {
        let before = recorder.undelivered();
        if let Some(port) = port.filter(|_| syns > 0) {
            let until = Instant::now() + wait;
            ladder::volley(context, door.at(port), syns, wait).await;
            // Who is told at once leaves time for what comes late.
            tokio::time::sleep_until(until).await;
        } else {
            tokio::time::sleep(wait).await;
        }
        let undelivered = recorder.undelivered_since(before).unwrap_or(u32::MAX);
        rounds.push(Round { syns, undelivered });
    }
    let took = recorder.now().since(began);
    let undelivered =
        rounds.iter().filter(|r| r.syns == 0).fold(0, |n: u32, r| n.saturating_add(r.undelivered));
    // Half of the time was silence.
    let took = Micros(took.0 / 2);
    context.facts().quiet = Some(Quiet { took, undelivered, rounds });
}

/// Sends NOOP and then PORT in two segments, on two logins. Nothing is listed. Ends early where
/// PORT is not held back: then nobody reads along, or he reads whole streams.
pub async fn halves(door: &Door<'_>, logins: &mut Logins) {
    let (context, limits) = (door.context, door.context.limits());
    let before = context.facts().halves.len();
    for _ in 0..2 {
        let Ok(mut control) = logins.session(door).await else { break };
        let noop = half(context, &mut control, &Command::new("NOOP")).await;
        let announcement = announcement(control.local);
        if noop == Some(false) && half(context, &mut control, &announcement).await == Some(true) {
            control.abort();
        } else {
            control.quit(limits, false).await;
            break;
        }
    }
    let mut facts = context.facts();
    if facts.halves.len() == before {
        // Written down all the same, so that it is not tried for ever.
        let verb = String::new();
        facts.halves.push(Halves { verb, held: None, waited: Micros(0) });
    }
}

async fn half(context: &Context<'_>, control: &mut Control, command: &Command) -> Option<bool> {
    let limits = context.limits();
    let waited = limits.half.max(control.rtt().unwrap_or_default() * 3);
    let held = control.send_in_halves(command, limits, waited).await;
    let verb = command.verb.to_owned();
    context.facts().halves.push(Halves { verb, held, waited: waited.into() });
    if held != Some(true) {
        control.next_answer(limits.reply).await.ok()?;
    }
    held
}

/// Holds a login silent, then asks whether it is still there.
pub async fn idle(door: &Door<'_>, logins: &mut Logins, keep_alive: bool) {
    let (context, limits) = (door.context, door.context.limits());
    let held = context.request().idle.unwrap_or_default().duration();
    let pause = keep_alive.then(|| keep_alive_pause(held));
    let mut record = Idle {
        session: None,
        keep_alive: pause.map(Micros::from),
        held: held.into(),
        end: IdleEnd::Not { because: NotTested::Deadline },
    };
    let needed = held + limits.wake;
    match logins.session(door).await {
        Err(because) => record.end = IdleEnd::Not { because },
        Ok(control) if context.recorder.remaining() < needed => {
            control.quit(limits, false).await;
        }
        Ok(mut control) => {
            context.tell(Stage::Waiting(held));
            record.session = Some(control.index);
            if let Some(pause) = pause {
                control.keep_alive(pause);
            }
            // Who does not answer NOOP now will not answer it later.
            let awake = control.exchange(&Command::new("NOOP"), limits.wake).await;
            record.end = match awake {
                Ok(reply) if reply.code < 400 => hold(context, &mut control, held).await,
                Ok(reply) => IdleEnd::Not {
                    because: NotTested::Local {
                        text: format!("NOOP: {} {}", reply.code, reply.text),
                    },
                },
                Err(_) => IdleEnd::Not { because: NotTested::ControlBroke },
            };
            if record.end.lost() {
                control.give_up();
            }
            control.quit(limits, false).await;
        }
    }
    context.facts().idles.push(record);
}

async fn hold(context: &Context<'_>, control: &mut Control, held: Duration) -> IdleEnd {
    let until = context.recorder.until(held);
    let mut said = None;
    while let Some(event) = control.event_until(until).await {
        match event {
            ControlEvent::Reply(reply) => said = Some((reply.code, reply.text)),
            ControlEvent::Failed(_) if said.is_none() => return IdleEnd::Reset,
            ControlEvent::Closed | ControlEvent::Failed(_) | ControlEvent::NotAReply { .. } => {
                return IdleEnd::Ended { reply: said };
            }
        }
    }
    if let Some((421, _)) = said {
        return IdleEnd::Ended { reply: said };
    }
    let began = context.recorder.now();
    match control.exchange(&Command::new("NOOP"), context.limits().wake).await {
        Ok(reply) if reply.code == 421 => IdleEnd::Ended { reply: Some((reply.code, reply.text)) },
        Ok(reply) => IdleEnd::Answered { code: reply.code, text: reply.text },
        Err(ExchangeEnd::TimedOut { waited }) if waited.duration() < context.limits().wake => {
            IdleEnd::Not { because: NotTested::Deadline }
        }
        Err(ExchangeEnd::TimedOut { .. }) => {
            IdleEnd::Silent { waited: context.recorder.now().since(began) }
        }
        Err(ExchangeEnd::Closed | ExchangeEnd::NotAReply { .. }) => IdleEnd::Ended { reply: None },
        Err(_) => IdleEnd::Reset,
    }
}

/// Often enough for a box that forgets sooner than the silence lasts.
fn keep_alive_pause(held: Duration) -> Duration {
    (held / 5).clamp(Duration::from_secs(1), Duration::from_secs(60))
}

/// An active command with our own address and a port that nobody will be asked to call.
fn announcement(local: SocketAddr) -> Command {
    let at = SocketAddr::new(local.ip().to_canonical(), local.port());
    match at {
        SocketAddr::V4(v4) => Command::port(v4),
        SocketAddr::V6(_) => Command::eprt(at),
    }
}
