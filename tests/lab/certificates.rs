//! Certificates for the laboratory's servers: an authority of its own, and what it signs.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};

use super::net::Net;

/// What is right or wrong with a certificate. But for [`Certificate::SelfSigned`] the authority
/// signs them all, and each has one fault at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For the addresses by which the Internet knows the server.
    Good,
    /// Its time was over in 2002.
    Expired,
    /// Its time comes in 2110.
    NotYetValid,
    /// For another name and another address.
    WrongName,
    /// Nobody vouches for it but itself.
    SelfSigned,
}

impl Certificate {
    /// All that are not as they should be.
    pub const BAD: [Self; 4] =
        [Self::Expired, Self::NotYetValid, Self::WrongName, Self::SelfSigned];

    fn params(self, net: &Net) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "the laboratory's server");
        params.subject_alt_names = if self == Self::WrongName {
            let name = "www.example.com".try_into().expect("a DNS name");
            vec![SanType::DnsName(name), SanType::IpAddress([192, 0, 2, 1].into())]
        } else {
            let addresses: [IpAddr; 2] = [net.public_v4().into(), net.server_v6().into()];
            addresses.map(SanType::IpAddress).into()
        };
        let (first, last) = match self {
            Self::Expired => (2001, 2002),
            Self::NotYetValid => (2110, 2120),
            _ => (2020, 2120),
        };
        params.not_before = date_time_ymd(first, 1, 1);
        params.not_after = date_time_ymd(last, 1, 1);
        params
    }
}

/// Where the files of one server are.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Both in one file.
    pub both: PathBuf,
}

/// The name of the file with the authority's own certificate; it lies beside the server's.
pub const AUTHORITY: &str = "ca.pem";

/// Writes a certificate for a server of this network, and whom to trust.
pub fn write(certificate: Certificate, net: &Net, folder: &Path) -> Files {
    let params = certificate.params(net);
    let key = KeyPair::generate().expect("a key");
    let own = match certificate {
        Certificate::SelfSigned => params.self_signed(&key),
        _ => params.signed_by(&key, authority()),
    };
    let (own, key) = (own.expect("a certificate").pem(), key.serialize_pem());
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file for the server");
        path
    };
    file(AUTHORITY, &authority().pem());
    Files {
        both: file("both.pem", &format!("{key}{own}")),
        certificate: file("certificate.pem", &own),
        key: file("key.pem", &key),
    }
}

/// The authority; every test of a run trusts the same one.
fn authority() -> &'static CertifiedIssuer<'static, KeyPair> {
    static AUTHORITY: OnceLock<CertifiedIssuer<'static, KeyPair>> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "the laboratory's authority");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2120, 1, 1);
        let key = KeyPair::generate().expect("a key");
        CertifiedIssuer::self_signed(params, key).expect("a certificate")
    })
}
