//! The beginning of what a server sends, read without a TLS library: the version and the suite that
//! it picked, or the alert.

use crate::facts::tls::TlsVersion;
use crate::wire::service::TlsAnswer;

/// What a server picked, in a `ServerHello` or a `HelloRetryRequest`: they have the same form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Picked {
    /// Version.
    pub(super) version: u16,
    /// Cipher suite.
    pub(super) cipher: u16,
}

/// The version in the header of the first record.
pub(super) fn record_version(head: &[u8]) -> Option<TlsVersion> {
    match head {
        [20..=23, major, minor, ..] => TlsVersion::from_wire(u16::from_be_bytes([*major, *minor])),
        _ => None,
    }
}

/// Whether `head` can be the beginning of TLS records.
pub(super) fn may_be_tls(head: &[u8]) -> bool {
    matches!(head, [] | [20..=23] | [20..=23, 3] | [20..=23, 3, 0..=4, ..])
}

/// The description of an alert that is the very first answer.
pub(super) fn first_alert(head: &[u8]) -> Option<u8> {
    match crate::wire::service::tls_answer(head)? {
        TlsAnswer::Alert { description } => Some(description),
        TlsAnswer::ServerHello => None,
    }
}

/// What the `ServerHello` at the beginning of `head` picked (RFC 8446 §4.1.3), as far as it is
/// there: where the extensions are cut off, version 1.3 looks like 1.2.
pub(super) fn picked(head: &[u8]) -> Option<Picked> {
    let [22, 3, 0..=4, _, _, 2, _, _, _, body @ ..] = head else {
        return None;
    };
    let mut reader = Reader(body);
    let legacy = reader.number()?;
    reader.take(32)?;
    let session = reader.byte()?;
    reader.take(usize::from(session))?;
    let cipher = reader.number()?;
    let version = selected_version(reader).unwrap_or(legacy);
    Some(Picked { version, cipher })
}

/// The extension `supported_versions` (43) behind compression method and length.
fn selected_version(mut reader: Reader<'_>) -> Option<u16> {
    reader.take(3)?;
    loop {
        let kind = reader.number()?;
        let length = reader.number()?;
        let mut body = Reader(reader.take(usize::from(length))?);
        if kind == 43 {
            return body.number();
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Picked, first_alert, may_be_tls, picked, record_version};
    use crate::facts::tls::TlsVersion;

    fn server_hello(legacy: [u8; 2], extensions: &[u8]) -> Vec<u8> {
        let mut body = legacy.to_vec();
        body.extend([7; 32]);
        body.extend([2, 9, 9, 0xc0, 0x2f, 0]);
        if !extensions.is_empty() {
            body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
            body.extend(extensions);
        }
        let length = u8::try_from(body.len()).unwrap();
        let mut head = vec![22, 3, 3, 0, length + 4, 2, 0, 0, length];
        head.extend(body);
        head
    }

    #[test]
    fn reads_what_was_picked() {
        let old = server_hello([3, 1], &[]);
        assert_eq!(picked(&old), Some(Picked { version: 0x0301, cipher: 0xc02f }));
        let new = server_hello([3, 3], &[0, 51, 0, 1, 5, 0, 43, 0, 2, 3, 4]);
        assert_eq!(picked(&new).map(|it| it.version), Some(0x0304));
        let other = server_hello([3, 3], &[0xff, 1, 0, 1, 0]);
        assert_eq!(picked(&other).map(|it| it.version), Some(0x0303));
        assert_eq!(record_version(&old), Some(TlsVersion::Tls12));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_survived() {
        let hello = server_hello([3, 3], &[0, 51, 0, 1, 5, 0, 43, 0, 2, 3, 4]);
        for cut in 0..hello.len() {
            picked(&hello[..cut]);
            assert!(may_be_tls(&hello[..cut]));
            for value in 0..=255 {
                let mut changed = hello.clone();
                changed[cut] = value;
                picked(&changed);
                first_alert(&changed);
                record_version(&changed);
            }
        }
    }

    #[test]
    fn text_is_no_tls() {
        assert!(!may_be_tls(b"220 ready\r\n"));
        assert!(!may_be_tls(b"\x16\x05"));
        assert!(may_be_tls(b"\x15\x03\x01\x00\x02\x02\x46"));
        assert_eq!(first_alert(b"\x15\x03\x01\x00\x02\x02\x46"), Some(70));
        assert_eq!(record_version(b"\x15\x03\x01\x00\x02\x02\x46"), Some(TlsVersion::Tls10));
    }
}
