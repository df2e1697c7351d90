//! Certificates that no authority would issue.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};

use rcgen::{CertificateParams, DnType, KeyPair, SanType, SerialNumber, date_time_ymd};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

use super::server::Identities;

/// In every way that a terminal, a page or a query can be steered.
pub(crate) const ODD: &str = "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}1m\u{202e}\u{2066}\u{200b}\r\n\u{7f}\0\
    <img src=x onerror=alert(1)>|`[x](javascript:1)'; DROP TABLE certs; --";

/// One for 127.0.0.1.
pub(crate) fn here() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    params
}

fn config(
    params: &CertificateParams,
    copies: usize,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap();
    let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let signs = any_supported_type(&secret).unwrap();
    let chain = vec![own.der().clone(); copies];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        // As it is: rustls' own check would not show some of these.
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, signs))));
    Arc::new(config)
}

/// All of them, by name.
pub(crate) fn all() -> &'static Arc<Identities> {
    static ALL: OnceLock<Arc<Identities>> = OnceLock::new();
    ALL.get_or_init(|| {
        let with = |change: &dyn Fn(&mut CertificateParams)| {
            let mut params = here();
            change(&mut params);
            params
        };
        let names = |count: usize| {
            let name = |n| SanType::DnsName(format!("{n}.example.com").try_into().unwrap());
            with(&|params| params.subject_alt_names.extend((0..count).map(name)))
        };
        let valid = |from: i32, to: i32| {
            with(&|p| {
                p.not_before = date_time_ymd(from, 1, 1);
                p.not_after = date_time_ymd(to, 1, 2);
            })
        };
        let called = |words: &str| {
            with(&|p| {
                for part in [DnType::CommonName, DnType::OrganizationName, DnType::CountryName] {
                    p.distinguished_name.push(part, words);
                }
            })
        };
        let anybody = SanType::DnsName("*".to_owned().try_into().unwrap());
        let one = [
            ("own", here()),
            ("expired", valid(1975, 1975)),
            ("future", valid(4000, 4001)),
            ("backwards", valid(2040, 2000)),
            ("thousand names", names(1000)),
            ("ten thousand names", names(10_000)),
            (
                "huge name",
                with(&|p| p.distinguished_name.push(DnType::CommonName, "x".repeat(20_000))),
            ),
            ("odd words", called(ODD)),
            (
                "long serial number",
                with(&|p| p.serial_number = Some(SerialNumber::from(vec![0x7f; 2000]))),
            ),
            ("nobody's", with(&|p| p.subject_alt_names = vec![anybody.clone()])),
        ];
        let plain = &[&TLS13, &TLS12];
        let one = one.into_iter().map(|(name, params)| (name, config(&params, 1, plain)));
        let others = [
            ("own12", config(&here(), 1, &[&TLS12])),
            ("a hundred of it", config(&here(), 100, plain)),
            ("the same, 1.2", config(&names(500), 5, &[&TLS12])),
        ];
        Arc::new(one.chain(others).collect())
    })
}
