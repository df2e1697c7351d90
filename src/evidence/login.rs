//! The control connection that tells most, its ends, and what came of the login.

use std::net::IpAddr;

use super::Evidence;
use crate::facts::{Family, LoginOutcome, Outcome, Session};

impl<'f> Evidence<'f> {
    /// The session that tells most.
    pub fn session(&self) -> Option<&'f Session> {
        self.facts.leading_session()
    }

    /// Our own address, or that of the client in what was read.
    pub fn own(&self) -> Option<IpAddr> {
        self.facts.own()
    }

    /// The server's address, where it is known.
    pub fn peer(&self) -> Option<IpAddr> {
        self.facts.server()
    }

    /// Whether a login was had.
    pub fn logged_in(&self) -> bool {
        self.facts.survey().is_some()
    }

    /// What came of the control connection, as far as one word says it: `open` means logged in.
    pub fn control_outcome(&self) -> Option<Outcome> {
        match self.session()?.login {
            LoginOutcome::In { .. } => Some(Outcome::Open),
            LoginOutcome::Refused { .. }
            | LoginOutcome::Wants { .. }
            | LoginOutcome::TlsRefused { .. } => Some(Outcome::Rejected),
            LoginOutcome::TlsFailed | LoginOutcome::Injected { .. } => Some(Outcome::TlsFailed),
            LoginOutcome::NotTried | LoginOutcome::Broken { .. } => None,
        }
    }

    /// Family of the control connection.
    pub fn family(&self) -> Option<Family> {
        self.facts.family()
    }

    /// The reply that refused the login, as command, code and text.
    pub fn login_refusal(&self) -> Option<(&'f str, u16, &'f str)> {
        if self.logged_in() {
            return None;
        }
        match &self.session()?.login {
            LoginOutcome::Refused { command, code, text } => Some((command, *code, text)),
            _ => None,
        }
    }
}
