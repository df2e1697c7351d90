//! What a server needs for its handshakes.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache};
use tokio_rustls::rustls::version::{TLS12, TLS13};

use super::certificate::{self, Made};
use crate::demo::behaviour::{Sessions, Tls, TlsVersions};

/// Sessions that one control connection and its data connections have.
const SESSIONS: usize = 32;

/// A server's certificate and key.
pub(in crate::demo) struct Identity {
    config: ServerConfig,
    authority: Vec<u8>,
    sessions: Sessions,
}

impl Identity {
    /// Makes the certificates that the behaviour asks for.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub(in crate::demo) fn new(tls: &Tls) -> io::Result<Self> {
        let Made { authority, chain, key } = certificate::make(tls.certificate)?;
        let versions = match tls.versions {
            TlsVersions::Both => &[&TLS13, &TLS12][..],
            TlsVersions::Tls12 => &[&TLS12][..],
        };
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(io::Error::other)?;
        Ok(Self { config, authority: authority.to_vec(), sessions: tls.sessions })
    }

    /// The certificate of the authority that signed the server's, DER.
    pub(in crate::demo) fn authority(&self) -> &[u8] {
        &self.authority
    }

    /// For one control connection and its data connections: nobody else's session is resumed,
    /// as in the servers that look at it.
    pub(super) fn login(&self) -> TlsLogin {
        let mut config = self.config.clone();
        if self.sessions == Sessions::Impossible {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        } else {
            config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
        }
        TlsLogin(Arc::new(config))
    }
}

/// What one control connection and its data connections have in common.
#[derive(Clone)]
pub(in crate::demo) struct TlsLogin(Arc<ServerConfig>);

impl TlsLogin {
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0))
    }
}

/// A login under TLS.
pub(in crate::demo) struct Secured {
    /// For the handshakes of its data connections.
    pub(super) login: TlsLogin,
    /// PROT P was agreed to.
    pub(super) private: bool,
}
