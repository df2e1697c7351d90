//! TLS: when it begins, what is shown, and what becomes of the data connections.

/// A server that can speak TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// When it begins.
    pub start: TlsStart,
    /// Mechanisms that AUTH takes, upper case; the others get 504.
    pub mechanisms: &'static [&'static str],
    /// What answers a `ClientHello` on the control connection.
    pub answer: TlsAnswer,
    /// What is shown to the client.
    pub certificate: Certificate,
    /// Versions that are spoken.
    pub versions: TlsVersions,
    /// Sessions, and who has to resume them.
    pub sessions: Sessions,
    /// Whole reply to PROT P, where encrypted data connections are refused.
    pub private_refused: Option<String>,
    /// Data connections have to be encrypted, in the software's words.
    pub data_required: bool,
    /// How data connections go on after PROT P was agreed to.
    pub data: TlsData,
    /// Data connections end with TLS' own goodbye (`close_notify`) before the FIN.
    pub goodbye: bool,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            start: TlsStart::Auth,
            mechanisms: &["TLS", "SSL"],
            answer: TlsAnswer::Handshake,
            certificate: Certificate::Good,
            versions: TlsVersions::Both,
            sessions: Sessions::Offered,
            private_refused: None,
            data_required: false,
            data: TlsData::Encrypted,
            goodbye: true,
        }
    }
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsStart {
    /// When AUTH asks for it (explicit, RFC 4217).
    #[default]
    Auth,
    /// With the first byte (implicit): not a word before the `ClientHello`.
    AtOnce,
}

/// What answers a `ClientHello` on the control connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsAnswer {
    /// A handshake.
    #[default]
    Handshake,
    /// These bytes, then the end; none at all for an end alone.
    Bytes(&'static [u8]),
}

impl TlsAnswer {
    /// A fatal alert, `protocol_version`, in a record of TLS 1.0: the answer of a server that is
    /// too old for its client.
    pub const OLD_VERSION: Self = Self::Bytes(&[0x15, 3, 1, 0, 2, 2, 70]);
    /// The end of the connection, without a word.
    pub const END: Self = Self::Bytes(&[]);
}

/// What is shown to the client. The authority of the first three is made anew with each server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificate {
    /// For the server's own loopback address, by the server's authority.
    #[default]
    Good,
    /// The same, but its time is over.
    Expired,
    /// By the same authority, for a name that nobody asked for.
    WrongName,
    /// For the right address, vouched for by itself.
    SelfSigned,
}

/// Versions that are spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// TLS 1.2 and 1.3.
    #[default]
    Both,
    /// TLS 1.2 alone.
    Tls12,
}

/// Sessions, and who has to resume them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Data connections may resume the session of their own control connection.
    #[default]
    Offered,
    /// They have to, or are refused after the handshake, in the software's words.
    Required,
    /// They have to, and there is none to be resumed: every data connection is refused.
    Impossible,
}

/// How data connections go on after PROT P was agreed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsData {
    /// Under TLS.
    #[default]
    Encrypted,
    /// In clear all the same.
    Clear,
}
