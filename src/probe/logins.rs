//! Logins for attempts: the survey's own first, fresh ones after that, and when to stop asking.

use std::time::Duration;

use super::control::Control;
use super::engine::{Engine, Stage};
use super::login::Door;
use super::turn::Progress;
use crate::facts::{Attempt, DialOutcome, LoginOutcome, NotTested, Outcome};
use crate::wire::command::Command;
use crate::wire::peer;

/// Rows of logins that may fail for a reason that can pass, before no more are asked for.
const ROWS: u8 = 2;

impl Progress {
    /// A whole row of logins has failed: whether it makes sense to ask for any more.
    fn turned_away(&mut self, failure: &NotTested) {
        let lasting = match failure {
            NotTested::TooMany { held, .. } => !held,
            NotTested::NoConnection { .. } => true,
            NotTested::ControlBroke | NotTested::LoginFailed { .. } => false,
            _ => return,
        };
        self.rows += 1;
        if lasting || self.rows >= ROWS {
            self.barred.get_or_insert_with(|| failure.clone());
        }
    }
}

impl Engine<'_> {
    /// A login for the next attempt: the survey's own first, a fresh one after that.
    pub(super) async fn session(
        &self,
        door: &Door<'_>,
        progress: &mut Progress,
    ) -> Result<Control, NotTested> {
        if let Some(control) = progress.first.take()
            && !control.is_gone()
        {
            return Ok(control);
        }
        // A comparison in clear that is refused says nothing about the logins under TLS.
        let in_clear = door.tls.is_none() && self.spec.tls.is_some();
        if let Some(reason) = progress.barred.as_ref().filter(|_| !in_clear) {
            return Err(reason.clone());
        }
        let most = self.spec.limits.logins;
        let mut failure = NotTested::Deadline;
        for again in 0..3 {
            let pause = match (again, &failure) {
                (0, _) => Duration::ZERO,
                // A server that counts sessions may notice a moment late that the last one ended.
                (1, NotTested::TooMany { held: false, .. }) => self.spec.limits.recount_pause,
                (_, NotTested::TooMany { held: true, .. }) => self.spec.limits.held_pause,
                _ => self.spec.limits.too_many_pause,
            };
            if self.recorder.facts().sessions.len() >= most {
                return Err(NotTested::LoginLimit { most });
            }
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
                if !in_clear {
                    progress.barred = Some(failure.clone());
                }
                break;
            }
            if matches!(
                failure,
                NotTested::NoConnection {
                    outcome: DialOutcome::TimedOut | DialOutcome::Prohibited { .. }
                }
            ) {
                // All those knocks at a port that had let us in: that is how a ban feels, and asking on
                // prolongs it.
                break;
            }
        }
        if !in_clear {
            progress.turned_away(&failure);
        }
        Err(failure)
    }

    async fn log_in(&self, door: &Door<'_>, progress: &Progress) -> Result<Control, NotTested> {
        let Some(mut control) = door.connect(false).await else {
            let outcome = self.recorder.facts().dials.last().map(|d| d.outcome.clone());
            return Err(match outcome {
                Some(outcome) => NotTested::NoConnection { outcome },
                None => NotTested::ControlBroke,
            });
        };
        let index = control.index;
        if door.greet(&mut control).await && door.login(&mut control).await {
            if let Some(path) =
                self.spec.request.path.as_deref().filter(|_| !progress.path_in_listing)
            {
                let _ = door.enter(&mut control, path).await;
            }
            if self.recorder.facts().attempts.iter().any(Attempt::peer_rejected) {
                // A server that takes us for two machines may see several addresses of ours.
                let _ = control.exchange(&Command::new("STAT"), self.spec.limits.reply).await;
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
            None => NotTested::ControlBroke,
        })
    }
}
