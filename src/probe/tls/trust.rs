//! Whether a certificate is to be trusted, and everything that speaks against it.
//!
//! A TLS library stops at the first fault, and which one that is depends on its inner order. For a
//! diagnosis an expired *and* misnamed certificate is both, so each question is asked by itself:
//! the dates here, the name and the chain of webpki, the chain at a moment at which the dates do
//! not matter.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::certificate::Certificate;
use crate::facts::tls::Distrust;
use crate::wire::text::printable;

/// RSA keys with fewer bits are not verified by the TLS library, and not trusted by anybody current.
const RSA_BITS: usize = 2048;
/// Bytes of a library's words.
const WORDS: usize = 200;

/// Knows whom to trust.
#[derive(Debug)]
pub(super) struct Judge {
    roots: RootCertStore,
    /// The same, whole: a server's own certificate may be among them, which webpki would not take
    /// where it says that it is an authority (as those that `openssl req -x509` makes do).
    whole: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Judge {
    pub(super) fn new(roots: RootCertStore, whole: Vec<CertificateDer<'static>>) -> Self {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        Self { roots, whole, algorithms }
    }

    /// All that speaks against this chain for a server of this name at this moment.
    pub(super) fn distrust(
        &self,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Vec<Distrust> {
        let Some((own, others)) = chain.split_first() else {
            return vec![Distrust::Unreadable { text: String::new() }];
        };
        let mut reasons = Vec::new();
        let leaf = match Certificate::read(own) {
            Ok(leaf) => leaf,
            Err(text) => return vec![Distrust::Unreadable { text }],
        };
        dates(&leaf, now, 0, &mut reasons);
        let parsed = ParsedCertificate::try_from(own);
        let named = parsed.as_ref().is_ok_and(|it| verify_server_name(it, name).is_ok());
        if !named {
            reasons.push(misnamed(&leaf, name));
        }
        if let Some(bits) = leaf.rsa_bits().filter(|bits| *bits < RSA_BITS) {
            reasons.push(Distrust::WeakKey { bits });
        }
        if self.whole.iter().any(|root| root == own) {
            return reasons;
        }
        if self.whole.is_empty() {
            reasons.push(Distrust::NoRoots);
            reasons.extend(leaf.is_self_signed().then_some(Distrust::SelfSigned));
            return reasons;
        }
        match parsed {
            Ok(parsed) => {
                let (from, to) = leaf.validity();
                let moment = now.as_secs().min(to).max(from);
                let moment = UnixTime::since_unix_epoch(std::time::Duration::from_secs(moment));
                let verdict = verify_server_cert_signed_by_trust_anchor(
                    &parsed,
                    &self.roots,
                    others,
                    moment,
                    self.algorithms.all,
                );
                if let Err(error) = verdict {
                    chain_fault(&error, &leaf, others, moment, &mut reasons);
                }
            }
            Err(_) if leaf.is_self_signed() => reasons.push(Distrust::SelfSigned),
            Err(error) => reasons.push(Distrust::Unreadable { text: words(&error) }),
        }
        reasons
    }
}

/// Whether the server's signature in a handshake can be verified with this certificate at all.
fn can_verify(certificate: &CertificateDer<'_>) -> bool {
    let weak = Certificate::read(certificate)
        .ok()
        .and_then(|certificate| certificate.rsa_bits())
        .is_some_and(|bits| bits < RSA_BITS);
    !weak && ParsedCertificate::try_from(certificate).is_ok()
}

fn dates(certificate: &Certificate<'_>, now: UnixTime, place: usize, reasons: &mut Vec<Distrust>) {
    let (from, to) = certificate.validity();
    if now.as_secs() > to {
        reasons.push(Distrust::Expired { on: certificate.not_after(), certificate: place });
    }
    if now.as_secs() < from {
        reasons.push(Distrust::NotYetValid { from: certificate.not_before(), certificate: place });
    }
}

/// What is wrong with the names of a certificate that webpki does not find valid for `name`.
fn misnamed(leaf: &Certificate<'_>, name: &ServerName<'_>) -> Distrust {
    let wanted = name.to_str().into_owned();
    let names = leaf.names();
    match leaf.common_name() {
        Some(common) if names.is_empty() => {
            if common_name_fits(&common, &wanted) {
                Distrust::CommonNameOnly { name: common }
            } else {
                Distrust::WrongName { names: vec![common], wanted }
            }
        }
        _ => Distrust::WrongName { names, wanted },
    }
}

/// Whether software that looks at common names would take this one (RFC 6125 §6.4.4).
fn common_name_fits(common: &str, wanted: &str) -> bool {
    if common.eq_ignore_ascii_case(wanted) {
        return true;
    }
    let is_address = wanted.parse::<IpAddr>().is_ok();
    match (common.strip_prefix("*."), wanted.split_once('.')) {
        (Some(domain), Some((_, rest))) => !is_address && domain.eq_ignore_ascii_case(rest),
        _ => false,
    }
}

/// What is wrong with the chain, where the leaf's own dates play no part.
fn chain_fault(
    error: &Error,
    leaf: &Certificate<'_>,
    others: &[CertificateDer<'_>],
    moment: UnixTime,
    reasons: &mut Vec<Distrust>,
) {
    let Error::InvalidCertificate(error) = error else {
        reasons.push(Distrust::Other { text: words(error) });
        return;
    };
    match error {
        CertificateError::BadSignature => reasons.push(Distrust::BadSignature),
        CertificateError::Revoked => reasons.push(Distrust::Revoked),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            reasons.push(Distrust::NotForServers);
            // It hides whether anybody vouches for it; that can be seen without a library.
            if leaf.is_self_signed() {
                reasons.push(Distrust::SelfSigned);
            }
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            reasons.push(Distrust::WeakSignature { algorithm: leaf.signature_algorithm() });
        }
        // An authority's certificate in a server's place is the other way in which webpki refuses
        // the self-signed ones.
        _ if leaf.is_self_signed() => reasons.push(Distrust::SelfSigned),
        CertificateError::UnknownIssuer => {
            reasons.push(Distrust::UnknownIssuer { issuer: last_issuer(leaf, others) });
        }
        other => {
            let before = reasons.len();
            for (place, certificate) in others.iter().enumerate() {
                if let Ok(certificate) = Certificate::read(certificate) {
                    dates(&certificate, moment, place + 1, reasons);
                }
            }
            if reasons.len() == before {
                reasons.push(Distrust::Other { text: words(other) });
            }
        }
    }
}

/// The issuer that the chain ends at, following it from certificate to certificate.
fn last_issuer(leaf: &Certificate<'_>, others: &[CertificateDer<'_>]) -> String {
    let mut others: Vec<Certificate<'_>> =
        others.iter().filter_map(|der| Certificate::read(der).ok()).collect();
    let mut issuer = leaf.issuer();
    let mut next = others.iter().position(|other| leaf.is_issued_by(other));
    while let Some(at) = next {
        // Each is used once, so that a circle comes to an end.
        let current = others.swap_remove(at);
        issuer = current.issuer();
        next = others.iter().position(|other| current.is_issued_by(other));
    }
    issuer
}

fn words(error: &impl fmt::Debug) -> String {
    printable(format!("{error:?}").as_bytes(), WORDS)
}

/// A refusal, with all that is to be told: rustls hands it through to whoever began the handshake.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The chain as it was sent; the server's own certificate alone where its signature is wrong.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Why.
    pub(super) reasons: Vec<Distrust>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.reasons)
    }
}

impl std::error::Error for Rejected {}

impl Rejected {
    /// The refusal in an error of the TLS library, if it is one.
    pub(super) fn in_error(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) => {
                inner.downcast_ref()
            }
            _ => None,
        }
    }
}

impl From<Rejected> for Error {
    fn from(rejected: Rejected) -> Self {
        Self::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(rejected))))
    }
}

/// The judge as rustls wants it. It has no state: one serves all handshakes of a run, and sessions
/// can be resumed only under one and the same.
#[derive(Debug)]
pub(super) struct Verifier {
    judge: Judge,
    insecure: bool,
}

impl Verifier {
    pub(super) fn new(judge: Judge, insecure: bool) -> Self {
        Self { judge, insecure }
    }

    pub(super) fn judge(&self) -> &Judge {
        &self.judge
    }

    /// A signature that does not fit is fatal, insecure or not. One that cannot be verified (short
    /// key, certificate of version 1) is let pass where trust does not matter.
    fn signed(
        &self,
        verdict: Result<HandshakeSignatureValid, Error>,
        certificate: &CertificateDer<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match verdict {
            Ok(valid) => Ok(valid),
            Err(_) if self.insecure && !can_verify(certificate) => {
                Ok(HandshakeSignatureValid::assertion())
            }
            Err(Error::InvalidCertificate(CertificateError::BadSignature)) => Err(Rejected {
                chain: vec![certificate.clone().into_owned()],
                reasons: vec![Distrust::BadSignature],
            }
            .into()),
            Err(other) => Err(other),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.insecure {
            // The chain is judged once the handshake is done, for the record.
            return Ok(ServerCertVerified::assertion());
        }
        let chain: Vec<CertificateDer<'static>> = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.clone().into_owned())
            .collect();
        let reasons = self.judge.distrust(&chain, server_name, now);
        if reasons.is_empty() {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Rejected { chain, reasons }.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.judge.algorithms;
        let verdict = verify_tls12_signature(message, certificate, signature, algorithms);
        self.signed(verdict, certificate)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.judge.algorithms;
        let verdict = verify_tls13_signature(message, certificate, signature, algorithms);
        self.signed(verdict, certificate)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Judge, common_name_fits};
    use crate::facts::tls::Distrust;
    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};

    #[test]
    fn without_authorities_the_server_is_not_to_blame() {
        let judge = Judge::new(RootCertStore::empty(), Vec::new());
        let own = rcgen::generate_simple_self_signed(["ftp.example.com".to_owned()]).unwrap();
        let name = ServerName::try_from("ftp.example.com").unwrap();
        let chain = [own.cert.der().clone()];
        let reasons = judge.distrust(&chain, &name, UnixTime::now());
        assert_eq!(reasons, [Distrust::NoRoots, Distrust::SelfSigned]);
        let reasons = judge.distrust(&[], &name, UnixTime::now());
        assert!(matches!(reasons[..], [Distrust::Unreadable { .. }]));
    }

    #[test]
    fn common_names() {
        for (common, wanted, fits) in [
            ("ftp.example.com", "FTP.example.com", true),
            ("*.example.com", "ftp.example.com", true),
            ("*.example.com", "a.ftp.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.0.2.1", "192.0.2.1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("", "ftp.example.com", false),
        ] {
            assert_eq!(common_name_fits(common, wanted), fits, "{common} {wanted}");
        }
    }
}
