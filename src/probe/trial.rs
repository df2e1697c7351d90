//! Trials of the control connection alone: commands in two segments, and silence.

use std::net::SocketAddr;
use std::time::Duration;

use super::control::{Control, ControlEvent};
use super::engine::{Engine, Stage};
use super::login::Door;
use super::turn::Progress;
use crate::facts::{ExchangeEnd, Halves, Idle, IdleEnd, Micros, NotTested};
use crate::wire::command::Command;

impl Engine<'_> {
    /// Sends NOOP and then PORT in two segments, on two logins. Nothing is listed. Ends early where
    /// PORT is not held back: then nobody reads along, or he reads whole streams.
    pub(super) async fn halves(&self, door: &Door<'_>, progress: &mut Progress) {
        let limits = &self.spec.limits;
        let before = self.recorder.facts().halves.len();
        for _ in 0..2 {
            let Ok(mut control) = self.session(door, progress).await else { break };
            let noop = self.half(&mut control, &Command::new("NOOP")).await;
            let announcement = announcement(control.local);
            if noop == Some(false) && self.half(&mut control, &announcement).await == Some(true) {
                control.abort();
            } else {
                control.quit(limits, false).await;
                break;
            }
        }
        let mut facts = self.recorder.facts();
        if facts.halves.len() == before {
            // Written down all the same, so that it is not tried for ever.
            let verb = String::new();
            facts.halves.push(Halves { verb, held: None, waited: Micros(0) });
        }
    }

    async fn half(&self, control: &mut Control, command: &Command) -> Option<bool> {
        let limits = &self.spec.limits;
        let waited = limits.half.max(control.rtt().unwrap_or_default() * 3);
        let held = control.send_in_halves(command, waited).await;
        let verb = command.verb.to_owned();
        self.recorder.facts().halves.push(Halves { verb, held, waited: waited.into() });
        if held != Some(true) {
            control.next_answer(limits.reply).await.ok()?;
        }
        held
    }

    /// Holds a login silent, then asks whether it is still there.
    pub(super) async fn idle(&self, door: &Door<'_>, progress: &mut Progress, keep_alive: bool) {
        let held = self.spec.request.idle.unwrap_or_default().duration();
        let pause = keep_alive.then(|| keep_alive_pause(held));
        let mut record = Idle {
            session: None,
            keep_alive: pause.map(Micros::from),
            held: held.into(),
            end: IdleEnd::Not { because: NotTested::Deadline },
        };
        let needed = held + self.spec.limits.wake;
        match self.session(door, progress).await {
            Err(because) => record.end = IdleEnd::Not { because },
            Ok(control) if self.recorder.remaining() < needed => {
                control.quit(&self.spec.limits, false).await;
            }
            Ok(mut control) => {
                (self.stage)(Stage::Waiting(held));
                record.session = Some(control.index);
                if let Some(pause) = pause {
                    control.keep_alive(pause);
                }
                // Who does not answer NOOP now will not answer it later.
                let awake = control.exchange(&Command::new("NOOP"), self.spec.limits.wake).await;
                record.end = match awake {
                    Ok(reply) if reply.code < 400 => self.hold(&mut control, held).await,
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
                control.quit(&self.spec.limits, false).await;
            }
        }
        self.recorder.facts().idles.push(record);
    }

    async fn hold(&self, control: &mut Control, held: Duration) -> IdleEnd {
        let until = self.recorder.until(held);
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
        let began = self.recorder.now();
        match control.exchange(&Command::new("NOOP"), self.spec.limits.wake).await {
            Ok(reply) if reply.code == 421 => {
                IdleEnd::Ended { reply: Some((reply.code, reply.text)) }
            }
            Ok(reply) => IdleEnd::Answered { code: reply.code, text: reply.text },
            Err(ExchangeEnd::TimedOut { waited }) if waited.duration() < self.spec.limits.wake => {
                IdleEnd::Not { because: NotTested::Deadline }
            }
            Err(ExchangeEnd::TimedOut { .. }) => {
                IdleEnd::Silent { waited: self.recorder.now().since(began) }
            }
            Err(ExchangeEnd::Closed | ExchangeEnd::NotAReply { .. }) => {
                IdleEnd::Ended { reply: None }
            }
            Err(_) => IdleEnd::Reset,
        }
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
