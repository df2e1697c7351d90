//! Why a handshake failed, from the library's error and the bytes that had come.

use std::io;

use tokio_rustls::rustls::{Error, PeerIncompatible};

use super::hello;
use super::tap::Received;
use crate::facts::tls::{TlsFailure, TlsVersion};
use crate::wire::service::tls_alert_name;
use crate::wire::text::printable;

/// Bytes of an answer in clear that are kept.
const HEAD: usize = 120;
/// Bytes of a library's words.
const WORDS: usize = 200;

/// `handshake_failure`, RFC 8446 §6.
const HANDSHAKE_FAILURE: u8 = 40;
/// `protocol_version`.
const PROTOCOL_VERSION: u8 = 70;
/// `insufficient_security`.
const INSUFFICIENT_SECURITY: u8 = 71;

/// The TLS library's error in an I/O error.
pub(super) fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// The description of the alert that an I/O error means.
pub(super) fn alert_in(error: &io::Error) -> Option<u8> {
    match tls_error(error)? {
        Error::AlertReceived(description) => Some(u8::from(*description)),
        _ => None,
    }
}

/// Why the handshake failed; a rejected certificate is told apart before.
pub(super) fn failure(error: &io::Error, received: &Received) -> TlsFailure {
    let head = received.head.as_slice();
    if !hello::may_be_tls(head) {
        return TlsFailure::NotTls { head: printable(head, HEAD) };
    }
    let picked = hello::picked(head).and_then(|it| TlsVersion::from_wire(it.version));
    if let Some(version) = picked.filter(|version| version.is_old()) {
        return TlsFailure::OldVersion { version: Some(version) };
    }
    if let Some(description) = alert_in(error) {
        return alert(description, head);
    }
    if let Some(Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13)) =
        tls_error(error)
    {
        return TlsFailure::OldVersion { version: picked };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => TlsFailure::Closed,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => TlsFailure::Reset,
        _ => TlsFailure::Other { text: printable(error.to_string().as_bytes(), WORDS) },
    }
}

fn alert(description: u8, head: &[u8]) -> TlsFailure {
    let first = hello::first_alert(head).is_some();
    let record = hello::record_version(head);
    match description {
        PROTOCOL_VERSION => {
            TlsFailure::OldVersion { version: record.filter(|version| version.is_old()) }
        }
        HANDSHAKE_FAILURE | INSUFFICIENT_SECURITY if first => {
            TlsFailure::NoCommonCipher { description, record }
        }
        _ => TlsFailure::Alert {
            description,
            name: tls_alert_name(description).map(ToOwned::to_owned),
        },
    }
}
