//! What all TLS connections of a run share: whom to trust, and what to do where there is no trust.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::trust::{Judge, Verifier};
use crate::wire::text::file_name;

/// The size of a file with certificates that is still read; the bundles of systems have 250 KB.
const FILE_LIMIT: u64 = 8 << 20;

/// Where the trusted authorities come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// Those of this machine, or of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    System,
    /// Those of a PEM file *instead*, as with curl's `--cacert`. A server's own certificate may
    /// stand in it as well.
    File(PathBuf),
    /// These certificates (DER) *instead*: those of a demonstration's own authority.
    Given(Vec<Vec<u8>>),
}

/// Why there is no setup.
#[derive(Debug)]
pub enum SetupError {
    /// The file could not be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// What the environment names is no file that could be read to its end.
    NoFile {
        /// The variable.
        variable: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// It is larger than any list of certificates.
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A section of it is no PEM.
    BadPem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        text: String,
    },
    /// There is no certificate in it.
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The TLS library refuses its own defaults.
    Library {
        /// Its words.
        text: String,
    },
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => write!(f, "--ca {}: {error}", file_name(path)),
            Self::NoFile { variable, path } => {
                write!(
                    f,
                    "{variable} {}: not a regular file of {FILE_LIMIT} bytes at most",
                    file_name(path)
                )
            }
            Self::TooLarge { path } => {
                write!(f, "--ca {}: more than {FILE_LIMIT} bytes", file_name(path))
            }
            Self::BadPem { path, text } => write!(f, "--ca {}: bad PEM: {text}", file_name(path)),
            Self::NoCertificate { path } => {
                write!(f, "--ca {}: no PEM certificate in it", file_name(path))
            }
            Self::Library { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// What all TLS connections of a run share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TlsSetup {
    /// Without resumption. Clones of it share the verifier, without which rustls resumes nothing.
    pub(super) fresh: Arc<ClientConfig>,
    pub(super) verifier: Arc<Verifier>,
}

impl TlsSetup {
    /// Reads the trusted authorities. With `insecure`, certificates are checked all the same, but
    /// no handshake fails because of them.
    ///
    /// A machine without any authority is no error; its certificates are then distrusted for that
    /// very reason.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no certificate.
    pub fn new(roots: &Roots, insecure: bool) -> Result<Self, SetupError> {
        let certificates = match roots {
            Roots::System => {
                bounded("SSL_CERT_FILE")?;
                rustls_native_certs::load_native_certs().certs
            }
            Roots::File(path) => read(path)?,
            Roots::Given(certificates) => {
                certificates.iter().cloned().map(CertificateDer::from).collect()
            }
        };
        let mut store = RootCertStore::empty();
        // What the library cannot take as an authority can still be a server's own certificate.
        store.add_parsable_certificates(certificates.iter().cloned());
        let verifier = Arc::new(Verifier::new(Judge::new(store, certificates), insecure));
        Self::with(verifier, &[&TLS13, &TLS12])
    }

    fn with(
        verifier: Arc<Verifier>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<Self, SetupError> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .map_err(|error| SetupError::Library { text: error.to_string() })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Self { fresh: Arc::new(config), verifier })
    }
}

/// What the library will read to its end has one: a pipe may never end, and a device always has more.
/// What is not there is left to the library.
fn bounded(variable: &'static str) -> Result<(), SetupError> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else { return Ok(()) };
    match fs::metadata(&path) {
        Ok(there) if !there.is_file() || there.len() > FILE_LIMIT => {
            Err(SetupError::NoFile { variable, path })
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let unreadable = |error| SetupError::Unreadable { path: path.to_owned(), error };
    let mut text = Vec::new();
    let kind = fs::metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        return Err(unreadable(io::Error::other("not a regular file")));
    }
    File::open(path)
        .and_then(|file| file.take(FILE_LIMIT + 1).read_to_end(&mut text))
        .map_err(unreadable)?;
    if text.len() as u64 > FILE_LIMIT {
        return Err(SetupError::TooLarge { path: path.to_owned() });
    }
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| SetupError::BadPem { path: path.to_owned(), text: error.to_string() })?;
    if certificates.is_empty() {
        return Err(SetupError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}
