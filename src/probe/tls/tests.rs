//! The TLS parts against real TLS servers and hand-made answers, on loopback.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::ServerSessionMemoryCache;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

use crate::facts::tls::{Distrust, Handshake, TlsEnd, TlsFailure, TlsPurpose, TlsVersion, Trust};
use crate::probe::tls::setup::SetupError;
use crate::probe::tls::{ControlTls, Link, PeerName, Reuse, Roots, TlsSetup};

const HOST: &str = "ftp.example.com";
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// An authority, the file with its certificate, and what it signs.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn setup(&self, insecure: bool) -> TlsSetup {
        TlsSetup::new(&Roots::File(self.file()), insecure).unwrap()
    }

    fn sign(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap();
        Identity { chain: vec![own.der().clone()], key: key.serialize_der() }
    }
}

/// What a server shows.
#[derive(Clone)]
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

fn leaf(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params
}

fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap();
    Identity { chain: vec![own.der().clone()], key: key.serialize_der() }
}

fn acceptor(identity: &Identity, versions: &[&'static SupportedProtocolVersion]) -> TlsAcceptor {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            identity.chain.clone(),
            PrivateKeyDer::try_from(identity.key.clone()).unwrap(),
        )
        .unwrap();
    config.session_storage = ServerSessionMemoryCache::new(64);
    TlsAcceptor::from(Arc::new(config))
}

/// What a server's side of one connection saw.
#[derive(Debug, PartialEq)]
enum Heard {
    /// The handshake failed.
    NoHandshake,
    /// It was done; then this came.
    Bytes(Vec<u8>),
}

/// How the server ends a connection.
#[derive(Clone, Copy)]
enum Goodbye {
    CloseNotify,
    Nothing,
}

/// A server that greets under TLS, takes what comes, and reports it.
async fn serve(
    acceptor: TlsAcceptor,
    goodbye: Goodbye,
) -> (SocketAddr, mpsc::UnboundedReceiver<Heard>) {
    let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, tell) = (acceptor.clone(), tell.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    let _ = tell.send(Heard::NoHandshake);
                    return;
                };
                let _ = stream.write_all(b"220 ready\r\n").await;
                let _ = stream.flush().await;
                let mut bytes = vec![0; 64];
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                bytes.truncate(count);
                let _ = tell.send(Heard::Bytes(bytes));
                match goodbye {
                    Goodbye::CloseNotify => drop(stream.shutdown().await),
                    // Without a word, but not with a RST for what was left unread.
                    Goodbye::Nothing => drop(stream.get_mut().0.shutdown().await),
                }
            });
        }
    });
    (address, heard)
}

/// A server that answers the first bytes of every connection with these, and then keeps silent.
async fn answer(bytes: &'static [u8], close: bool) -> SocketAddr {
    let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut hello = [0; 4096];
                let _ = stream.read(&mut hello).await;
                let _ = stream.write_all(bytes).await;
                if !close {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    address
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

async fn dial(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

fn control(setup: &TlsSetup, host: &str) -> ControlTls {
    ControlTls::new(setup, PeerName::new(&host.into(), LOCALHOST))
}

/// One handshake of a control connection with a server that shows this.
async fn meet(setup: &TlsSetup, identity: &Identity, host: &str) -> (Handshake, Heard) {
    let (address, mut heard) = serve(acceptor(identity, &[&TLS13, &TLS12]), Goodbye::Nothing).await;
    let (fact, link) = control(setup, host).connect(dial(address).await, soon()).await;
    assert_eq!(link.is_some(), fact.is_done());
    if let Some(mut link) = link {
        link.write_all(b"USER x\r\n").await.unwrap();
        link.flush().await.unwrap();
    }
    (fact, heard.recv().await.unwrap())
}

/// A certificate is met with and without `insecure`: the same reasons, refused and accepted.
async fn distrusted(authority: &Authority, identity: &Identity, host: &str) -> Vec<Distrust> {
    let (strict, heard) = meet(&authority.setup(false), identity, host).await;
    assert_eq!(strict.failure, Some(TlsFailure::Untrusted));
    assert_eq!(heard, Heard::NoHandshake, "not one byte may be sent");
    assert_eq!(strict.version, Some(TlsVersion::Tls13));
    let (lax, heard) = meet(&authority.setup(true), identity, host).await;
    assert_eq!(lax.failure, None);
    assert_eq!(heard, Heard::Bytes(b"USER x\r\n".to_vec()));
    assert_eq!(lax.trust, strict.trust);
    assert_eq!(lax.certificates, strict.certificates);
    assert!(!lax.certificates.is_empty());
    strict.distrust().to_vec()
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("no test hangs")
}

#[tokio::test]
async fn a_good_certificate_is_trusted_and_described() {
    let authority = Authority::new("Lab CA");
    let mut params = leaf(&[HOST, "127.0.0.1"]);
    params.not_before = date_time_ymd(2020, 1, 2);
    params.not_after = date_time_ymd(2120, 3, 4);
    let identity = authority.sign(&params);
    for host in [HOST, "ftp.example.com.", "FTP.Example.COM", "127.0.0.1"] {
        let (fact, heard) = within(meet(&authority.setup(false), &identity, host)).await;
        assert_eq!(fact.failure, None, "{host}");
        assert_eq!(fact.trust, Trust::Trusted);
        assert_eq!(fact.purpose, TlsPurpose::Control);
        assert_eq!(fact.version, Some(TlsVersion::Tls13));
        assert_eq!(fact.cipher.as_deref(), Some("TLS_AES_256_GCM_SHA384"));
        assert_eq!((fact.offered, fact.resumed), (false, Some(false)));
        assert_eq!(heard, Heard::Bytes(b"USER x\r\n".to_vec()));
        let own = &fact.certificates[0];
        assert_eq!(own.subject, "CN=a server");
        assert_eq!(own.issuer, "CN=Lab CA");
        assert_eq!(own.names, [HOST, "127.0.0.1"]);
        assert_eq!(own.not_before.as_deref(), Some("2020-01-02T00:00:00Z"));
        assert_eq!(own.not_after.as_deref(), Some("2120-03-04T00:00:00Z"));
        assert_eq!(own.key.as_deref(), Some("EC 256"));
        assert!(!own.self_signed);
        assert_eq!(own.sha256.len(), 64);
        let text = serde_json::to_string(&fact).unwrap();
        assert_eq!(serde_json::from_str::<Handshake>(&text).unwrap(), fact);
    }
}

#[tokio::test]
async fn all_that_speaks_against_a_certificate_is_told() {
    within(async {
        let authority = Authority::new("Lab CA");
        let mut old = leaf(&[HOST]);
        old.not_before = date_time_ymd(2001, 1, 1);
        old.not_after = date_time_ymd(2002, 2, 2);
        let expired = Distrust::Expired { on: "2002-02-02T00:00:00Z".to_owned(), certificate: 0 };
        assert_eq!(
            distrusted(&authority, &authority.sign(&old), HOST).await,
            std::slice::from_ref(&expired)
        );

        let mut early = leaf(&[HOST]);
        early.not_before = date_time_ymd(2110, 1, 1);
        early.not_after = date_time_ymd(2120, 1, 1);
        let from = "2110-01-01T00:00:00Z".to_owned();
        assert_eq!(
            distrusted(&authority, &authority.sign(&early), HOST).await,
            [Distrust::NotYetValid { from, certificate: 0 }]
        );

        let other = authority.sign(&leaf(&["www.example.com", "192.0.2.1"]));
        let misnamed = |wanted: &str| Distrust::WrongName {
            names: vec!["www.example.com".to_owned(), "192.0.2.1".to_owned()],
            wanted: wanted.to_owned(),
        };
        assert_eq!(distrusted(&authority, &other, HOST).await, [misnamed(HOST)]);
        assert_eq!(distrusted(&authority, &other, "127.0.0.1").await, [misnamed("127.0.0.1")]);

        old.subject_alt_names = leaf(&["www.example.com"]).subject_alt_names;
        let wrong =
            Distrust::WrongName { names: vec!["www.example.com".to_owned()], wanted: HOST.into() };
        assert_eq!(
            distrusted(&authority, &authority.sign(&old), HOST).await,
            [expired.clone(), wrong.clone()]
        );
        assert_eq!(
            distrusted(&authority, &self_signed(&old), HOST).await,
            [expired, wrong, Distrust::SelfSigned]
        );
    })
    .await;
}

#[tokio::test]
async fn the_issuers_of_a_chain_are_looked_at() {
    within(async {
        let authority = Authority::new("Lab CA");
        assert_eq!(
            distrusted(&authority, &self_signed(&leaf(&[HOST])), HOST).await,
            [Distrust::SelfSigned]
        );
        // As `openssl req -x509` makes them.
        let mut own_authority = leaf(&[HOST]);
        own_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own_authority = self_signed(&own_authority);
        assert_eq!(distrusted(&authority, &own_authority, HOST).await, [Distrust::SelfSigned]);

        let stranger = Authority::new("Stranger CA");
        let mut identity = stranger.sign(&leaf(&[HOST]));
        let unknown = [Distrust::UnknownIssuer { issuer: "CN=Stranger CA".to_owned() }];
        assert_eq!(distrusted(&authority, &identity, HOST).await, unknown);
        identity.chain.push(stranger.issuer.der().clone());
        assert_eq!(distrusted(&authority, &identity, HOST).await, unknown);

        // An intermediate that the server forgets, shows, and shows expired.
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Middle CA");
        for expired in [false, true] {
            if expired {
                params.not_before = date_time_ymd(2001, 1, 1);
                params.not_after = date_time_ymd(2002, 2, 2);
            }
            let key = KeyPair::generate().unwrap();
            let middle =
                CertifiedIssuer::signed_by(params.clone(), key, &authority.issuer).unwrap();
            let key = KeyPair::generate().unwrap();
            let own = leaf(&[HOST]).signed_by(&key, &middle).unwrap();
            let mut identity =
                Identity { chain: vec![own.der().clone()], key: key.serialize_der() };
            assert_eq!(
                distrusted(&authority, &identity, HOST).await,
                [Distrust::UnknownIssuer { issuer: "CN=Middle CA".to_owned() }]
            );
            identity.chain.push(middle.der().clone());
            if expired {
                let on = "2002-02-02T00:00:00Z".to_owned();
                assert_eq!(
                    distrusted(&authority, &identity, HOST).await,
                    [Distrust::Expired { on, certificate: 1 }]
                );
            } else {
                let (fact, _) = meet(&authority.setup(false), &identity, HOST).await;
                assert_eq!((fact.trust, fact.certificates.len()), (Trust::Trusted, 2));
            }
        }

        // The same name, another key.
        let double = Authority::new("Lab CA");
        assert_eq!(
            distrusted(&authority, &double.sign(&leaf(&[HOST])), HOST).await,
            [Distrust::BadSignature]
        );

        let mut client = leaf(&[HOST]);
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        assert_eq!(
            distrusted(&authority, &authority.sign(&client), HOST).await,
            [Distrust::NotForServers]
        );

        let mut common = leaf(&[]);
        common.distinguished_name.push(DnType::CommonName, HOST);
        assert_eq!(
            distrusted(&authority, &authority.sign(&common), HOST).await,
            [Distrust::CommonNameOnly { name: HOST.to_owned() }]
        );
    })
    .await;
}

#[tokio::test]
async fn a_servers_own_certificate_can_be_the_trusted_one() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let mut params = leaf(&[HOST]);
        params.is_ca = is_ca;
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.pem");
        std::fs::write(&file, own.pem()).unwrap();
        let setup = TlsSetup::new(&Roots::File(file), false).unwrap();
        let identity = Identity { chain: vec![own.der().clone()], key: key.serialize_der() };
        let (fact, _) = within(meet(&setup, &identity, HOST)).await;
        assert_eq!(fact.trust, Trust::Trusted);
        let (fact, _) = within(meet(&setup, &identity, "other.example.com")).await;
        assert_eq!(fact.failure, Some(TlsFailure::Untrusted));
    }
}

#[tokio::test]
async fn sessions_of_the_control_connection_are_resumed() {
    let authority = Authority::new("Lab CA");
    let identity = authority.sign(&leaf(&[HOST]));
    for (version, wire) in [(TlsVersion::Tls12, &TLS12), (TlsVersion::Tls13, &TLS13)] {
        within(async {
            let (address, _heard) = serve(acceptor(&identity, &[wire]), Goodbye::CloseNotify).await;
            let setup = authority.setup(false);
            let login = control(&setup, HOST);
            // Without a control connection there is nothing to offer.
            let shake = async |login: &ControlTls, reuse| {
                let (fact, link) = login.connect_data(dial(address).await, reuse, soon()).await;
                let mut link = link.unwrap();
                let mut bytes = [0; 64];
                let read = link.read(&mut bytes).await;
                assert_eq!(read.unwrap(), 11);
                fact
            };
            let fact = shake(&login, Reuse::Resume).await;
            assert_eq!((fact.offered, fact.resumed), (false, Some(false)));

            let login = control(&setup, HOST);
            let (fact, link) = login.connect(dial(address).await, soon()).await;
            assert_eq!((fact.version, fact.resumed), (Some(version), Some(false)));
            let mut link = link.unwrap();
            let mut bytes = [0; 64];
            assert_eq!(link.read(&mut bytes).await.unwrap(), 11);
            for round in 0..5 {
                let fact = shake(&login, Reuse::Resume).await;
                assert_eq!((fact.offered, fact.resumed), (true, Some(true)), "{version:?} {round}");
                assert_eq!((fact.trust, fact.certificates.len()), (Trust::NotChecked, 0));
                assert_eq!((fact.purpose, fact.version), (TlsPurpose::Data, Some(version)));
                let fact = shake(&login, Reuse::Fresh).await;
                assert_eq!((fact.offered, fact.resumed), (false, Some(false)));
                assert_eq!(fact.trust, Trust::Trusted);
            }
            // Another login does not know the sessions of this one.
            let fact = shake(&control(&setup, HOST), Reuse::Resume).await;
            assert!(!fact.offered);
        })
        .await;
    }
}

#[tokio::test]
async fn ends_are_told_apart() {
    let authority = Authority::new("Lab CA");
    let identity = authority.sign(&leaf(&[HOST]));
    for version in [&TLS12, &TLS13] {
        for (goodbye, end) in [
            (Goodbye::CloseNotify, TlsEnd::CloseNotify),
            (Goodbye::Nothing, TlsEnd::EofWithoutCloseNotify),
        ] {
            within(async {
                let (address, _heard) = serve(acceptor(&identity, &[version]), goodbye).await;
                let login = control(&authority.setup(false), HOST);
                let (_, link) = login.connect(dial(address).await, soon()).await;
                let mut link = link.unwrap();
                assert!(link.is_tls());
                assert_eq!(link.tcp().peer_addr().unwrap(), address);
                link.write_all(b"QUIT\r\n").await.unwrap();
                link.flush().await.unwrap();
                let mut bytes = [0; 64];
                let read = link.read(&mut bytes).await;
                assert_eq!((link.end(&read), read.unwrap()), (None, 11));
                let read = link.read(&mut bytes).await;
                assert_eq!(link.end(&read), Some(end));
                link.shutdown().await.unwrap_or_default();
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_reset_is_no_end_in_order() {
    within(async {
        let authority = Authority::new("Lab CA");
        let acceptor = acceptor(&authority.sign(&leaf(&[HOST])), &[&TLS13, &TLS12]);
        let listener = TcpListener::bind((LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let stream = listener.accept().await.unwrap().0;
            let mut stream = acceptor.accept(stream).await.unwrap();
            stream.read_exact(&mut [0; 6]).await.unwrap();
            // Without lingering, a close is a RST.
            let socket = socket2::SockRef::from(stream.get_ref().0);
            socket.set_linger(Some(Duration::ZERO)).unwrap();
        });
        let login = control(&authority.setup(false), HOST);
        let (_, link) = login.connect(dial(address).await, soon()).await;
        let mut link = link.unwrap();
        let mut byte = [0; 8];
        let read = link.try_read(&mut byte);
        assert_eq!(read.as_ref().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        assert_eq!(link.end(&read), None);
        link.write_all(b"a word").await.unwrap();
        link.flush().await.unwrap();
        server.await.unwrap();
        let read = link.read(&mut byte).await;
        assert_eq!(link.end(&read), Some(TlsEnd::Reset));
    })
    .await;
}

#[tokio::test]
async fn a_clear_link_is_a_tcp_stream() {
    within(async {
        let address = answer(b"220 ready\r\n", true).await;
        let mut link = Link::from(dial(address).await);
        link.write_all(b"x").await.unwrap();
        let mut bytes = Vec::new();
        let read = link.read_to_end(&mut bytes).await;
        assert_eq!(bytes, b"220 ready\r\n");
        assert_eq!(link.end(&read), None);
        assert_eq!(link.end(&Ok(0)), None);
        assert!(link.into_clear().is_some());
    })
    .await;
}

#[tokio::test]
async fn answers_that_are_no_handshake_are_told_apart() {
    const OLD_HELLO: &[u8] = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01\
        0123456789abcdef0123456789abcdef\x00\x00\x2f\x00";
    const OLD_HELLO_11: &[u8] = b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02\
        0123456789abcdef0123456789abcdef\x00\x00\x2f\x00";
    let authority = Authority::new("Lab CA");
    let setup = authority.setup(false);
    let not_tls = |head: &str| TlsFailure::NotTls { head: head.to_owned() };
    let cases: &[(&'static [u8], bool, TlsFailure)] = &[
        (b"500 no\x1b\r\n", false, not_tls("500 no\\x1b\\x0d\\x0a")),
        (b"500 no\r\n", true, not_tls("500 no\\x0d\\x0a")),
        (b"5", true, not_tls("5")),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            false,
            TlsFailure::OldVersion { version: Some(TlsVersion::Tls10) },
        ),
        (b"\x15\x03\x03\x00\x02\x02\x46", true, TlsFailure::OldVersion { version: None }),
        (
            b"\x15\x03\x03\x00\x02\x02\x28",
            true,
            TlsFailure::NoCommonCipher { description: 40, record: Some(TlsVersion::Tls12) },
        ),
        (
            b"\x15\x03\x01\x00\x02\x02\x47",
            true,
            TlsFailure::NoCommonCipher { description: 71, record: Some(TlsVersion::Tls10) },
        ),
        (
            b"\x15\x03\x03\x00\x02\x02\x70",
            true,
            TlsFailure::Alert { description: 112, name: Some("unrecognized_name".to_owned()) },
        ),
        (OLD_HELLO, false, TlsFailure::OldVersion { version: Some(TlsVersion::Tls10) }),
        (OLD_HELLO_11, true, TlsFailure::OldVersion { version: Some(TlsVersion::Tls11) }),
        (b"", true, TlsFailure::Closed),
        (b"\x16\x03\x03\x00\x7a\x02\x00", true, TlsFailure::Closed),
    ];
    for (bytes, close, failure) in cases {
        let address = answer(bytes, *close).await;
        let (fact, link) = within(control(&setup, HOST).connect(dial(address).await, soon())).await;
        assert_eq!(fact.failure.as_ref(), Some(failure), "{}", bytes.escape_ascii());
        assert_eq!(fact.trust, Trust::NotChecked);
        assert!(link.is_none());
    }
}

#[tokio::test]
async fn rubbish_under_tls_headers_is_survived() {
    let authority = Authority::new("Lab CA");
    let setup = authority.setup(false);
    // A ServerHello of 16 MiB, in five of the largest records.
    let mut record = b"\x16\x03\x03\x40\x00".to_vec();
    record.extend(b"\x02\xff\xff\xff".repeat(0x1000));
    let endless: &'static [u8] = record.repeat(5).leak();
    for bytes in [&b"\x16\x03\x03\xff\xff\x02\xff\xff\xff"[..], endless, b"\x17\x03\x03\x00\x01x"] {
        let address = answer(bytes, true).await;
        let (fact, _) = within(control(&setup, HOST).connect(dial(address).await, soon())).await;
        assert!(
            matches!(fact.failure, Some(TlsFailure::Other { .. } | TlsFailure::Reset)),
            "{fact:?}"
        );
    }
}

#[tokio::test]
async fn absurd_chains_are_bounded() {
    let authority = Authority::new("Lab CA");
    let mut identity = authority.sign(&leaf(&[HOST]));
    let own = identity.chain[0].clone();
    identity.chain.extend(vec![own.clone(); 60]);
    let (fact, _) = within(meet(&authority.setup(false), &identity, HOST)).await;
    assert_eq!(fact.trust, Trust::Trusted);
    assert_eq!((fact.certificates.len(), fact.omitted), (8, 53));
    // Above 64 KiB the library ends it.
    identity.chain.extend(vec![own; 240]);
    let (fact, _) = within(meet(&authority.setup(true), &identity, HOST)).await;
    assert!(matches!(fact.failure, Some(TlsFailure::Other { .. })), "{fact:?}");

    let names: Vec<String> = (0..400).map(|n| format!("{n}.example.com")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (fact, _) =
        within(meet(&authority.setup(true), &authority.sign(&leaf(&names)), HOST)).await;
    let [Distrust::WrongName { names, .. }] = fact.distrust() else { panic!("{fact:?}") };
    assert_eq!((names.len(), names[32].as_str()), (33, "…"));
}

#[tokio::test]
async fn silence_ends_at_the_limit() {
    let setup = Authority::new("Lab CA").setup(true);
    for (bytes, received) in [(&b""[..], 0), (b"\x16\x03\x03\x00\x7a", 5)] {
        let address = answer(bytes, false).await;
        let limit = Instant::now() + Duration::from_millis(200);
        let (fact, _) = within(control(&setup, HOST).connect(dial(address).await, limit)).await;
        assert_eq!(fact.failure, Some(TlsFailure::TimedOut { received }));
        assert!((200_000..5_000_000).contains(&fact.took.0), "{:?}", fact.took);
    }
}

#[test]
fn bad_files_of_authorities_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let cut = "-----BEGIN CERTIFICATE-----\nMIIB\n";
    let bad = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    for (path, text) in [
        (write("empty.pem", b""), "no PEM certificate"),
        (write("key.pem", b"\x30\x82\x01\x00 no PEM"), "no PEM certificate"),
        (write("cut.pem", cut.as_bytes()), "bad PEM"),
        (write("bad.pem", bad.as_bytes()), "bad PEM"),
        (folder.path().join("none.pem"), "No such file"),
        (folder.path().to_owned(), "not a regular file"),
        (Path::new("/dev/zero").to_owned(), "not a regular file"),
        (write("long.pem", &vec![b'\n'; (8 << 20) + 1]), "more than"),
    ] {
        let error = TlsSetup::new(&Roots::File(path.clone()), false).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert!(error.starts_with(&format!("--ca {}: ", path.display())), "{error}");
    }
    let error = TlsSetup::new(&Roots::File("none.pem".into()), false).unwrap_err();
    assert!(matches!(error, SetupError::Unreadable { .. }));
    // A certificate that cannot be read is no reason to stop, and trusts nobody.
    let odd = write("odd.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    TlsSetup::new(&Roots::File(odd), true).unwrap();
    // Whatever this machine trusts, it can be asked.
    TlsSetup::new(&Roots::System, false).unwrap();
}

#[test]
fn names_that_no_certificate_can_have_become_addresses() {
    for (host, text) in [
        (HOST, HOST),
        ("ftp.example.com.", HOST),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("ÿ", "127.0.0.1"),
        ("", "127.0.0.1"),
        (".", "127.0.0.1"),
    ] {
        assert_eq!(PeerName::new(&host.into(), LOCALHOST).text(), text, "{host:?}");
    }
}
