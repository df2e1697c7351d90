//! Certificates, made when the server starts: no key lies about in the program or beside it, and
//! nobody can be made to trust an authority that is gone with its server.

use std::io;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::demo::behaviour::Certificate;

/// Names that every loopback server is reached by.
const OWN: &[&str] = &["localhost", "127.0.0.1", "::1"];
/// The name that nobody asks for.
const OTHER: &str = "ftp.example.com";

/// What a server shows, and who vouches for it.
pub(super) struct Made {
    pub(super) authority: CertificateDer<'static>,
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Makes an authority and what it signs.
///
/// # Errors
/// Where the system has no random numbers.
pub(super) fn make(certificate: Certificate) -> io::Result<Made> {
    let failed = |error: rcgen::Error| io::Error::other(format!("no certificate: {error}"));
    let mut params = named("ftp-doctor demo authority", &[]).map_err(failed)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().map_err(failed)?;
    let authority = CertifiedIssuer::self_signed(params, key).map_err(failed)?;

    let names = if certificate == Certificate::WrongName { &[OTHER] } else { OWN };
    let mut params = named(names.first().copied().unwrap_or(OTHER), names).map_err(failed)?;
    params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    if certificate == Certificate::Expired {
        params.not_after = date_time_ymd(2025, 4, 1);
    }
    let key = KeyPair::generate().map_err(failed)?;
    let own = match certificate {
        Certificate::SelfSigned => params.self_signed(&key),
        _ => params.signed_by(&key, &authority),
    };
    Ok(Made {
        authority: authority.der().clone(),
        chain: vec![own.map_err(failed)?.der().clone()],
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    })
}

fn named(common_name: &str, names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2125, 1, 1);
    Ok(params)
}
