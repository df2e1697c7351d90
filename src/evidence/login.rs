//! The control connection that tells most, its ends, and what came of the login.

use std::net::IpAddr;

use super::Evidence;
use crate::facts::{
    ControlEnd, Dial, DialOutcome, ExchangeEnd, Family, Greeting, LoginOutcome, LookupOutcome,
    Micros, Outcome, Session,
};

/// Silence of a control port that was knocked at three times says something: SYNs leave at once,
/// after one and after two seconds, and the last one is waited for.
const SILENT_PORT: Micros = Micros(3_000_000);
/// Servers that look their client up, in DNS or ident, are slow to greet.
const SILENT_SERVER: Micros = Micros(15_000_000);
/// A run that ends so near its deadline was ended by it: less is not begun any more.
const MARGIN: Micros = Micros(300_000);

/// How far the way to a login was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A login was had.
    LoggedIn,
    /// A reply, an error or silence of full length says that there is none.
    Denied,
    /// Our own limits, an interrupt or the end of a file ended it before anybody had said no.
    Unfinished,
}

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

    /// How far the way to a login was.
    pub fn access(&self) -> Access {
        let facts = self.facts;
        if self.logged_in() {
            return Access::LoggedIn;
        }
        if !facts.source.is_live() {
            let broken_off = facts.sessions.iter().all(breaks_off) && !facts.sessions.is_empty();
            return if broken_off { Access::Unfinished } else { Access::Denied };
        }
        let late = facts.elapsed.0.saturating_add(MARGIN.0) >= facts.request.deadline.0;
        if facts.cut_short.is_none() && !late {
            return Access::Denied;
        }
        // The run was ended: what counts is what had been said by then.
        let no_name = facts.names.addresses.is_empty()
            && facts.names.lookups.iter().any(|l| {
                matches!(l.outcome, LookupOutcome::NotFound | LookupOutcome::NoSuchRecord)
            });
        let no_port = !facts.dials.is_empty() && facts.dials.iter().all(says_no);
        if no_name || no_port || facts.sessions.iter().any(turned_away) {
            Access::Denied
        } else {
            Access::Unfinished
        }
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

/// Whether a knock at the control port was answered by a no, or by silence of full length.
fn says_no(dial: &Dial) -> bool {
    match dial.outcome {
        DialOutcome::Connected => false,
        DialOutcome::TimedOut => dial.took >= SILENT_PORT,
        _ => true,
    }
}

/// Whether a file breaks off in the middle of this login: what it does not show may have come.
/// The same holds of one that is encrypted.
fn breaks_off(session: &Session) -> bool {
    let by_server = matches!(session.end, Some(ControlEnd::ClosedByServer | ControlEnd::Reset));
    (!by_server || session.tls.is_some())
        && session.login == LoginOutcome::NotTried
        && match &session.greeting {
            Greeting::Reply(reply) => reply.code < 400,
            Greeting::NotInFile => true,
            _ => false,
        }
}

/// Whether a session was refused or ended by the other side, or was silent for the full length.
fn turned_away(session: &Session) -> bool {
    let greeting = match &session.greeting {
        Greeting::Reply(reply) => reply.code >= 400,
        Greeting::Silent(waited) => *waited >= SILENT_SERVER,
        Greeting::NotInFile => false,
        Greeting::Closed | Greeting::Reset | Greeting::NotFtp { .. } => true,
    };
    greeting
        || match &session.login {
            LoginOutcome::In { .. } | LoginOutcome::NotTried => false,
            LoginOutcome::Broken { end, .. } => !matches!(
                end,
                ExchangeEnd::Open | ExchangeEnd::TimedOut { .. } | ExchangeEnd::Answered
            ),
            _ => true,
        }
}
