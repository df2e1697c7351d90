//! What scripted servers show under TLS, and the authority that signs it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SanType};
use tempfile::TempDir;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

/// Both, the newer one first.
const BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
const OLDER: [&SupportedProtocolVersion; 1] = [&TLS12];

/// A set of servers' identities.
///
/// | name | shows |
/// | --- | --- |
/// | `good`, `good2`, `tls12` | a certificate for 127.0.0.1; another one; the first with TLS 1.2 only |
/// | `forgetful` | as `good`, and keeps no sessions |
/// | `other`, `other12` | one for `www.example.com` |
/// | `own`, `own12` | one for 127.0.0.1 that nobody signed |
/// | `odd` | as `other`, and its words would steer a terminal |
/// | `long`, `strange` | as `good` and as `own`, with 20 others behind it, 60 kB |
pub(crate) struct Identities {
    /// For [`super::script::ScriptServer::start_with`].
    pub(crate) configs: HashMap<String, Arc<ServerConfig>>,
    /// The file with the authority's certificate.
    pub(crate) authority: PathBuf,
    _folder: TempDir,
}

impl Identities {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Script CA");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, issuer.pem()).unwrap();

        let good = Shown::signed(&here(), &issuer);
        let other = Shown::signed(&elsewhere("a server"), &issuer);
        let own = Shown::own(&here());
        let odd = Shown::signed(&elsewhere(ODD), &issuer);
        let mut forgetful = good.config(&BOTH);
        forgetful.session_storage = Arc::new(NoServerSessionStorage {});
        forgetful.send_tls13_tickets = 0;
        let configs = [
            ("good", good.config(&BOTH)),
            ("good2", Shown::signed(&here(), &issuer).config(&BOTH)),
            ("tls12", good.config(&OLDER)),
            ("forgetful", forgetful),
            ("other", other.config(&BOTH)),
            ("other12", other.config(&OLDER)),
            ("own", own.config(&BOTH)),
            ("own12", own.config(&OLDER)),
            ("odd", odd.config(&BOTH)),
            ("long", good.with_a_crowd(&issuer).config(&BOTH)),
            ("strange", own.with_a_crowd(&issuer).config(&BOTH)),
        ];
        let configs =
            configs.into_iter().map(|(name, config)| (name.to_owned(), Arc::new(config))).collect();
        Self { configs, authority, _folder: folder }
    }
}

/// Sets a title, clears the screen, writes from right to left.
const ODD: &str = "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}1m rm -rf \u{202e}\u{2066}\u{200b}\r\n\u{7f}";

fn here() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    params
}

fn elsewhere(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["www.example.com".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, name);
    params
}

/// A chain and the key of its first certificate.
#[derive(Clone)]
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Shown {
    fn signed(params: &CertificateParams, issuer: &CertifiedIssuer<'static, KeyPair>) -> Self {
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, issuer).unwrap();
        Self { chain: vec![own.der().clone()], key: key.serialize_der() }
    }

    fn own(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Self { chain: vec![own.der().clone()], key: key.serialize_der() }
    }

    /// Twenty more of 3 kB each.
    fn with_a_crowd(&self, issuer: &CertifiedIssuer<'static, KeyPair>) -> Self {
        let names = (0..100).map(|number| format!("{number}.a-long-name.example.com"));
        let mut params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "one of a crowd");
        let one = Self::signed(&params, issuer).chain.remove(0);
        assert!((2900..3200).contains(&one.len()), "{}", one.len());
        let mut all = self.clone();
        all.chain.extend(vec![one; 20]);
        all
    }

    fn config(&self, versions: &[&'static SupportedProtocolVersion]) -> ServerConfig {
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                self.chain.clone(),
                PrivateKeyDer::try_from(self.key.clone()).unwrap(),
            )
            .unwrap()
    }
}
