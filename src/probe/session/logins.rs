//! Logins for attempts: the survey's own first, fresh ones after that, and when to stop asking.

use std::time::Duration;

use super::super::context::Stage;
use super::control::Control;
use super::login::Door;
use crate::evidence::AttemptReading;
use crate::facts::{DialOutcome, LoginOutcome, NotTested, Outcome};
use crate::wire::command::Command;
use crate::wire::peer;

/// Rows of logins that may fail for a reason that can pass, before no more are asked for.
const ROWS: u8 = 2;

/// The logins of a run: what is left of the first, and whether to ask for more.
pub struct Logins {
    first: Option<Control>,
    enters: bool,
    barred: Option<NotTested>,
    rows: u8,
}

impl Logins {
    /// With the survey's own session, to be used by whoever comes first. `enters`: later logins go to the
    /// directory to list, as the survey did.
    pub fn new(first: Control, enters: bool) -> Self {
        Self { first: Some(first), enters, barred: None, rows: 0 }
    }

    /// The survey's own session, if nobody has used it.
    pub fn take_first(&mut self) -> Option<Control> {
        self.first.take()
    }

    /// A login whose failure says nothing about those to come.
    pub async fn spare_session(&mut self, door: &Door<'_>) -> Result<Control, NotTested> {
        let barred = self.barred.clone();
        let session = self.session(door).await;
        self.barred = barred;
        session
    }

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

    /// A login for whatever comes next: the survey's own first, a fresh one after that.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn session(&mut self, door: &Door<'_>) -> Result<Control, NotTested> {
        if let Some(control) = self.first.take()
            && !control.is_gone()
        {
            return Ok(control);
        }
        let (context, limits) = (door.context, door.context.limits());
        // A comparison in clear that is refused says nothing about the logins under TLS.
        let in_clear = door.tls.is_none() && context.spec.tls.is_some();
        if let Some(reason) = self.barred.as_ref().filter(|_| !in_clear) {
            return Err(reason.clone());
        }
        let most = context.most_logins();
        let mut failure = NotTested::Deadline;
        for again in 0..3 {
            let pause = match (again, &failure) {
                (0, _) => Duration::ZERO,
                // A server that counts sessions may notice a moment late that the last one ended.
                (1, NotTested::TooMany { held: false, .. }) => limits.recount_pause,
                (_, NotTested::TooMany { held: true, .. }) => limits.held_pause,
                _ => limits.too_many_pause,
            };
            if context.facts().sessions.len() >= most {
                return Err(NotTested::LoginLimit { most });
            }
            if context.recorder.remaining() < pause * 2
                || (again == 2 && matches!(failure, NotTested::TooMany { held: true, .. }))
            {
                break;
            }
            if !pause.is_zero() {
                context.tell(Stage::Pausing(pause));
                tokio::time::sleep(pause).await;
            }
            match self.log_in(door).await {
                Ok(control) => return Ok(control),
                Err(reason) => failure = reason,
            }
            if matches!(failure, NotTested::LoginFailed { refused: true, .. }) {
                // Asking again and again looks like an attack, and can lock the account.
                if !in_clear {
                    self.barred = Some(failure.clone());
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
            self.turned_away(&failure);
        }
        Err(failure)
    }

    async fn log_in(&self, door: &Door<'_>) -> Result<Control, NotTested> {
        let (context, limits) = (door.context, door.context.limits());
        let Some(mut control) = door.connect(false).await else {
            let outcome = context.facts().dials.last().map(|d| d.outcome.clone());
            return Err(match outcome {
                Some(outcome) => NotTested::NoConnection { outcome },
                None => NotTested::ControlBroke,
            });
        };
        let index = control.index;
        if door.greet(&mut control).await && door.login(&mut control).await {
            if let Some(path) = context.request().path.as_deref().filter(|_| self.enters) {
                let _ = door.enter(&mut control, path).await;
            }
            if context.facts().attempts.iter().any(AttemptReading::peer_rejected) {
                // A server that takes us for two machines may see several addresses of ours.
                let _ = control.exchange(&Command::new("STAT"), limits.reply).await;
            }
            return Ok(control);
        }
        control.quit(limits, false).await;
        let facts = context.facts();
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
