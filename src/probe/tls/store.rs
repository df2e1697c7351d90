//! The sessions of one control connection, for its data connections to resume.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_rustls::rustls::NamedGroup;
use tokio_rustls::rustls::client::{
    ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use tokio_rustls::rustls::pki_types::ServerName;

use crate::facts::tls::TlsPurpose;

/// Tickets that are kept from each kind of connection. Servers send one to four.
const TICKETS: usize = 8;

#[derive(Debug, Default)]
struct Sessions {
    group: Option<NamedGroup>,
    /// TLS 1.2: the control connection's session, which can be resumed again and again.
    tls12: Option<Tls12ClientSessionValue>,
    /// TLS 1.3: tickets that came over the control connection, oldest first. rustls gives each away
    /// once (RFC 8446 §C.4) and offers no way to copy one.
    control: VecDeque<Tls13ClientSessionValue>,
    /// TLS 1.3: tickets that came over data connections that had themselves been resumed, so they
    /// descend from the control connection's session. Only for when its own are used up.
    data: VecDeque<Tls13ClientSessionValue>,
    /// Sessions given out to data connections.
    given: u64,
}

/// One side's view of the sessions. All lookups are for one server: the name is not looked at.
#[derive(Debug)]
pub(super) struct Store {
    sessions: Arc<Mutex<Sessions>>,
    purpose: TlsPurpose,
}

impl Store {
    /// The views of the control connection and of its data connections.
    pub(super) fn pair() -> (Arc<Self>, Arc<Self>) {
        let sessions = Arc::new(Mutex::new(Sessions::default()));
        let view = |purpose| Arc::new(Self { sessions: Arc::clone(&sessions), purpose });
        (view(TlsPurpose::Control), view(TlsPurpose::Data))
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        // Nothing in here panics half-way, so what a panic elsewhere left behind is whole.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many sessions were given out so far.
    pub(super) fn given(&self) -> u64 {
        self.sessions().given
    }
}

impl ClientSessionStore for Store {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        self.sessions().group = Some(group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.sessions().group
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        // A data connection's session is another one, even where it descends from the first.
        if self.purpose == TlsPurpose::Control {
            self.sessions().tls12 = Some(value);
        }
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        if self.purpose == TlsPurpose::Control {
            return None;
        }
        let mut sessions = self.sessions();
        let session = sessions.tls12.clone();
        sessions.given += u64::from(session.is_some());
        session
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        // A server that once did not resume may do so the next time: that is what is measured.
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        let mut sessions = self.sessions();
        let tickets = match self.purpose {
            TlsPurpose::Control => &mut sessions.control,
            TlsPurpose::Data => &mut sessions.data,
        };
        if tickets.len() == TICKETS {
            tickets.pop_front();
        }
        tickets.push_back(value);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        if self.purpose == TlsPurpose::Control {
            return None;
        }
        let mut sessions = self.sessions();
        let ticket = sessions.control.pop_back().or_else(|| sessions.data.pop_back());
        sessions.given += u64::from(ticket.is_some());
        ticket
    }
}
