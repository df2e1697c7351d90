//! Handshakes: that of a control connection, and those of its data connections.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{CipherSuite, ClientConfig, HandshakeKind, ProtocolVersion};

use super::failure::{failure, tls_error};
use super::hello;
use super::link::{Link, Secured};
use super::setup::TlsSetup;
use super::store::Store;
use super::tap::{Received, Tap};
use super::trust::Rejected;
use super::{certificate, trust};
use crate::facts::Host;
use crate::facts::tls::{Handshake, TlsFailure, TlsPurpose, TlsVersion, Trust};

/// The name that a certificate has to be valid for. A DNS name is also sent to the server (SNI); an
/// address never is.
#[derive(Debug, Clone)]
pub struct PeerName(ServerName<'static>);

impl PeerName {
    /// The host as the user gave it; where that can be no name in a certificate, the address.
    pub fn new(host: &Host, address: IpAddr) -> Self {
        let name = host.name().and_then(|name| ServerName::try_from(name.to_owned()).ok());
        Self(name.unwrap_or_else(|| ServerName::from(host.address().unwrap_or(address))))
    }

    /// As it is compared.
    #[cfg(test)]
    pub fn text(&self) -> String {
        self.0.to_str().into_owned()
    }
}

/// Whether a data connection offers the control connection's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// It does, if there is one to offer. What clients should do.
    Resume,
    /// It does not: the comparison.
    Fresh,
}

/// The TLS side of one login: one control connection and the data connections that belong to it.
/// Cheap to clone; the clones share the sessions.
#[derive(Debug, Clone)]
pub struct ControlTls {
    setup: TlsSetup,
    name: PeerName,
    control: Arc<ClientConfig>,
    data: Arc<ClientConfig>,
    sessions: Arc<Store>,
}

impl ControlTls {
    /// For a login at the server of this name.
    pub fn new(setup: &TlsSetup, name: PeerName) -> Self {
        let (control, data) = Store::pair();
        let with = |store: &Arc<Store>| {
            let mut config = ClientConfig::clone(&setup.fresh);
            config.resumption = Resumption::store(Arc::clone(store) as _);
            Arc::new(config)
        };
        Self {
            control: with(&control),
            data: with(&data),
            sessions: data,
            setup: setup.clone(),
            name,
        }
    }

    /// Puts TLS on the control connection, until `limit`. Nothing is offered for resumption.
    ///
    /// Dropped before it is done, the connection is lost.
    pub async fn connect(&self, stream: TcpStream, limit: Instant) -> (Handshake, Option<Link>) {
        self.shake(TlsPurpose::Control, &self.control, stream, limit).await
    }

    /// Puts TLS on a data connection, until `limit`; in active mode too we are the TLS client
    /// (RFC 4217 §7). To be called after the listing command was sent: servers begin theirs only
    /// then, most of them not before the 150.
    ///
    /// Dropped before it is done, the connection is lost, and with TLS 1.3 the ticket that it used.
    pub async fn connect_data(
        &self,
        stream: TcpStream,
        reuse: Reuse,
        limit: Instant,
    ) -> (Handshake, Option<Link>) {
        let config = match reuse {
            Reuse::Resume => &self.data,
            Reuse::Fresh => &self.setup.fresh,
        };
        self.shake(TlsPurpose::Data, config, stream, limit).await
    }

    async fn shake(
        &self,
        purpose: TlsPurpose,
        config: &Arc<ClientConfig>,
        stream: TcpStream,
        limit: Instant,
    ) -> (Handshake, Option<Link>) {
        let began = Instant::now();
        let given = self.sessions.given();
        let (tap, seen) = Tap::new(stream);
        // It takes the session from the store here and now, not at the first poll.
        let connect = TlsConnector::from(Arc::clone(config)).connect(self.name.0.clone(), tap);
        let offered = purpose == TlsPurpose::Data && self.sessions.given() > given;
        let result = tokio::time::timeout_at(limit, connect).await;
        let mut fact = Handshake {
            purpose,
            version: None,
            cipher: None,
            offered,
            resumed: None,
            took: began.elapsed().into(),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::NotChecked,
            end: None,
            failure: None,
        };
        match result {
            Ok(Ok(stream)) => {
                self.done(&stream, &mut fact);
                (fact, Some(Link::Tls(Box::new(Secured::new(stream)))))
            }
            Ok(Err(error)) => {
                failed(&error, &seen.get(), &mut fact);
                (fact, None)
            }
            Err(_) => {
                let received = seen.get();
                note_picked(&received, &mut fact);
                fact.failure = Some(TlsFailure::TimedOut { received: received.bytes });
                (fact, None)
            }
        }
    }

    fn done(&self, stream: &TlsStream<Tap>, fact: &mut Handshake) {
        let (_, session) = stream.get_ref();
        fact.version = session.protocol_version().and_then(version);
        fact.cipher = session.negotiated_cipher_suite().map(|suite| cipher(suite.suite()));
        let resumed = session.handshake_kind() == Some(HandshakeKind::Resumed);
        fact.resumed = Some(resumed);
        // A resumed session still knows the chain of the first one; nothing was shown now.
        if let (false, Some(chain)) = (resumed, session.peer_certificates()) {
            let judge = self.setup.verifier.judge();
            let reasons = judge.distrust(chain, &self.name.0, UnixTime::now());
            note_chain(chain, reasons, fact);
        }
    }
}

fn failed(error: &io::Error, received: &Received, fact: &mut Handshake) {
    note_picked(received, fact);
    match tls_error(error).and_then(trust::Rejected::in_error) {
        Some(Rejected { chain, reasons }) => {
            note_chain(chain, reasons.clone(), fact);
            fact.failure = Some(TlsFailure::Untrusted);
        }
        None => fact.failure = Some(failure(error, received)),
    }
}

fn note_chain(
    chain: &[CertificateDer<'_>],
    reasons: Vec<crate::facts::tls::Distrust>,
    fact: &mut Handshake,
) {
    (fact.certificates, fact.omitted) = certificate::facts(chain);
    fact.trust = if reasons.is_empty() { Trust::Trusted } else { Trust::Untrusted { reasons } };
}

/// What the server had picked before it failed.
fn note_picked(received: &Received, fact: &mut Handshake) {
    if let Some(picked) = hello::picked(&received.head) {
        fact.version = TlsVersion::from_wire(picked.version);
        fact.cipher = Some(cipher(CipherSuite::from(picked.cipher)));
    }
}

fn version(version: ProtocolVersion) -> Option<TlsVersion> {
    TlsVersion::from_wire(u16::from(version))
}

/// The IANA name of a suite, or its number.
pub(super) fn cipher(suite: CipherSuite) -> String {
    match suite.as_str() {
        // rustls marks the suites of 1.3, IANA does not.
        Some(name) => name.replacen("TLS13_", "TLS_", 1),
        None => format!("0x{:04x}", u16::from(suite)),
    }
}
