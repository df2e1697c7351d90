//! TLS on the control and the data connections: what was negotiated, who showed which certificate,
//! what speaks against it, and how it ended.
//!
//! Texts of the peer's (names, subjects, plain text where TLS was expected) are printable and
//! bounded; a list that was cut ends in `…`.

use serde::{Deserialize, Serialize};

use super::Micros;

/// One TLS handshake, whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// On which connection.
    pub purpose: TlsPurpose,
    /// What was agreed on, or picked by the server before the handshake failed.
    pub version: Option<TlsVersion>,
    /// The cipher suite by its IANA name, likewise.
    pub cipher: Option<String>,
    /// Whether we had a session of the control connection to offer, and offered it.
    pub offered: bool,
    /// Whether the server took the offered session up; `None` where the handshake failed.
    pub resumed: Option<bool>,
    /// How long it took.
    pub took: Micros,
    /// The chain as the server sent it, its own certificate first. Empty when a session was
    /// resumed: then no certificate is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateFact>,
    /// Certificates beyond those that are kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
    /// What is to be thought of the certificate.
    pub trust: Trust,
    /// How the TLS connection ended, once it has.
    pub end: Option<TlsEnd>,
    /// Why there is no TLS connection; `None` where there is one.
    pub failure: Option<TlsFailure>,
}

impl Handshake {
    /// One of which a file tells nothing but that it was.
    pub fn untold(purpose: TlsPurpose) -> Self {
        Self {
            purpose,
            version: None,
            cipher: None,
            offered: false,
            resumed: None,
            took: Micros::default(),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::NotChecked,
            end: None,
            failure: None,
        }
    }

    /// Whether it came to its end and data can flow.
    pub fn is_done(&self) -> bool {
        self.failure.is_none()
    }

    /// What speaks against the certificate; empty where nothing does or none was checked.
    pub fn distrust(&self) -> &[Distrust] {
        match &self.trust {
            Trust::Untrusted { reasons } => reasons,
            Trust::Trusted | Trust::NotChecked => &[],
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The connection that a handshake was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsPurpose {
    /// The control connection.
    Control,
    /// A data connection.
    Data,
}

/// A version of the protocol. Only 1.2 and 1.3 are spoken; the others are what a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TlsVersion {
    /// SSL 3.0 (0x0300).
    #[serde(rename = "ssl3")]
    Ssl3,
    /// TLS 1.0 (0x0301).
    #[serde(rename = "tls1.0")]
    Tls10,
    /// TLS 1.1 (0x0302).
    #[serde(rename = "tls1.1")]
    Tls11,
    /// TLS 1.2 (0x0303).
    #[serde(rename = "tls1.2")]
    Tls12,
    /// TLS 1.3 (0x0304).
    #[serde(rename = "tls1.3")]
    Tls13,
}

impl TlsVersion {
    /// The version with this number on the wire.
    pub fn from_wire(number: u16) -> Option<Self> {
        Some(match number {
            0x0300 => Self::Ssl3,
            0x0301 => Self::Tls10,
            0x0302 => Self::Tls11,
            0x0303 => Self::Tls12,
            0x0304 => Self::Tls13,
            _ => return None,
        })
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }

    /// Whether current software refuses it (RFC 8996, RFC 7568).
    pub fn is_old(self) -> bool {
        self < Self::Tls12
    }
}

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFact {
    /// Whom it is for; empty where it could not be read.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// The names that it is valid for: DNS names and IP addresses of the subjectAltName.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// From when on it is valid, RFC 3339.
    pub not_before: Option<String>,
    /// Until when it is valid, RFC 3339.
    pub not_after: Option<String>,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// The kind of its key: `RSA 2048`, `EC 256`, or the OID of another.
    pub key: Option<String>,
    /// Subject and issuer are the same.
    pub self_signed: bool,
    /// SHA-256 of the whole certificate, hexadecimal, as clients show it for pinning.
    pub sha256: String,
    /// What kept it from being read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// The verdict on a chain of certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Trust {
    /// Nothing speaks against it.
    Trusted,
    /// Something does.
    Untrusted {
        /// Everything that does, not only what was noticed first.
        reasons: Vec<Distrust>,
    },
    /// None was shown: the session was resumed, or the handshake did not come that far.
    NotChecked,
}

/// One thing that speaks against a certificate. `certificate` is its place in the chain; 0 is the
/// server's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Distrust {
    /// Its time is over.
    Expired {
        /// Since when, RFC 3339.
        on: String,
        /// Which one.
        certificate: usize,
    },
    /// Its time has not come, or a clock is wrong.
    NotYetValid {
        /// From when on, RFC 3339.
        from: String,
        /// Which one.
        certificate: usize,
    },
    /// It is for other names.
    WrongName {
        /// Those that it is for: subjectAltName, or the common name where it has none.
        names: Vec<String>,
        /// The one that was asked for.
        wanted: String,
    },
    /// The name is right, but stands in the subject's common name only: old software takes that,
    /// current software does not (RFC 9525 §2).
    CommonNameOnly {
        /// The common name.
        name: String,
    },
    /// Nobody whom we trust vouches for it. The issuer may be private, or an intermediate
    /// certificate may be missing from the chain.
    UnknownIssuer {
        /// The issuer that the chain ends at.
        issuer: String,
    },
    /// It vouches for itself.
    SelfSigned,
    /// There are no trusted authorities on this machine (or in the file) at all: it says nothing
    /// about the server.
    NoRoots,
    /// A signature in the chain, or the server's in the handshake, is wrong: another key than the
    /// certificate's.
    BadSignature,
    /// It is signed with an algorithm that is not trusted any more, as SHA-1.
    WeakSignature {
        /// Name or OID of the algorithm of the server's own certificate.
        algorithm: String,
    },
    /// Its RSA key is too short.
    WeakKey {
        /// Its bits.
        bits: usize,
    },
    /// It is not for servers (extended key usage).
    NotForServers,
    /// It was revoked.
    Revoked,
    /// It could not be read.
    Unreadable {
        /// What the library says.
        text: String,
    },
    /// Something else.
    Other {
        /// What the library says.
        text: String,
    },
}

/// Why a handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum TlsFailure {
    /// The server sent a fatal alert that no other variant stands for.
    Alert {
        /// RFC 8446 §6.
        description: u8,
        /// Its name, if it has one.
        name: Option<String>,
    },
    /// Something that is not TLS was answered.
    NotTls {
        /// Its beginning.
        head: String,
    },
    /// The server wants a version before 1.2, or (alert `protocol_version`) another one than it
    /// was offered.
    OldVersion {
        /// The version that it picked; where it only refused, that of its record, if that is old.
        version: Option<TlsVersion>,
    },
    /// `handshake_failure` or `insufficient_security` as the first answer: most often no cipher
    /// suite in common. Only suites with forward secrecy and AEAD are offered, so an old server
    /// may still work with others.
    NoCommonCipher {
        /// The alert's description.
        description: u8,
        /// The version of its record: a server of TLS 1.0 often shows itself here.
        record: Option<TlsVersion>,
    },
    /// The server closed the connection in the middle.
    Closed,
    /// It was reset in the middle.
    Reset,
    /// Time was up.
    TimedOut {
        /// Bytes that had come: with none the server is silent, with some it stopped in the middle
        /// (large packets lost on the way do that).
        received: u64,
    },
    /// We do not trust the certificate and ended it, see [`Handshake::trust`].
    Untrusted,
    /// Something else.
    Other {
        /// What the library or the system says.
        text: String,
    },
}

/// How a TLS connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum TlsEnd {
    /// In order: the server said that nothing more comes.
    CloseNotify,
    /// The TCP connection was closed without that word; what came may be cut short. IIS and others
    /// always do so: 226 decides.
    EofWithoutCloseNotify,
    /// A fatal alert after the handshake.
    Alert {
        /// RFC 8446 §6.
        description: u8,
    },
    /// Reset.
    Reset,
    /// We ended it.
    GivenUp,
    /// What came was no valid TLS, or the system gave the connection up.
    Broken,
}
