//! What a certificate says of itself, read leniently: the odd ones are those that matter here.

use std::net::IpAddr;

use tokio_rustls::rustls::SupportedCipherSuite;
use tokio_rustls::rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use crate::facts::tls::CertificateFact;
use crate::wire::text::printable;

/// Certificates of a chain that are kept.
const CHAIN: usize = 8;
/// Names of a certificate that are kept; those of content delivery networks have hundreds.
const NAMES: usize = 32;
/// Bytes of a subject or an issuer.
const NAME_BYTES: usize = 300;
/// Bytes of one DNS name: the longest that there is.
const DNS_BYTES: usize = 255;
/// Bytes of what is shown in hexadecimal: a digest has 32, a serial number at most 20 (RFC 5280).
const HEX_BYTES: usize = 32;

/// The chain as facts, and how many certificates were left off.
pub(super) fn facts(chain: &[CertificateDer<'_>]) -> (Vec<CertificateFact>, usize) {
    let facts = chain.iter().take(CHAIN).map(|der| fact(der)).collect();
    (facts, chain.len().saturating_sub(CHAIN))
}

fn fact(der: &[u8]) -> CertificateFact {
    let sha256 = sha256(der);
    match Certificate::read(der) {
        Ok(certificate) => CertificateFact {
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            names: certificate.names(),
            not_before: Some(date(certificate.0.validity().not_before)),
            not_after: Some(date(certificate.0.validity().not_after)),
            serial: hex(certificate.0.raw_serial()),
            key: certificate.key(),
            self_signed: certificate.is_self_signed(),
            sha256,
            unreadable: None,
        },
        Err(text) => CertificateFact {
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: None,
            not_after: None,
            serial: String::new(),
            key: None,
            self_signed: false,
            sha256,
            unreadable: Some(text),
        },
    }
}

/// A certificate that could be read.
pub(super) struct Certificate<'a>(X509Certificate<'a>);

impl<'a> Certificate<'a> {
    /// Reads one.
    ///
    /// # Errors
    /// The library's words.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, String> {
        match X509Certificate::from_der(der) {
            Ok((_, certificate)) => Ok(Self(certificate)),
            Err(error) => Err(printable(error.to_string().as_bytes(), NAME_BYTES)),
        }
    }

    pub(super) fn subject(&self) -> String {
        name(self.0.subject())
    }

    pub(super) fn issuer(&self) -> String {
        name(self.0.issuer())
    }

    /// Whether `other` has the name of this one's issuer.
    pub(super) fn is_issued_by(&self, other: &Certificate<'_>) -> bool {
        self.0.issuer().as_raw() == other.0.subject().as_raw()
    }

    pub(super) fn is_self_signed(&self) -> bool {
        self.0.issuer().as_raw() == self.0.subject().as_raw()
    }

    /// Seconds since 1970 between which it is valid; those before 1970 count as 1970.
    pub(super) fn validity(&self) -> (u64, u64) {
        let seconds = |time: ASN1Time| u64::try_from(time.timestamp()).unwrap_or(0);
        (seconds(self.0.validity().not_before), seconds(self.0.validity().not_after))
    }

    pub(super) fn not_before(&self) -> String {
        date(self.0.validity().not_before)
    }

    pub(super) fn not_after(&self) -> String {
        date(self.0.validity().not_after)
    }

    /// The names of the subjectAltName that a server can have: DNS and IP.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.alternative_names().take(NAMES + 1).collect();
        if names.len() > NAMES {
            names.truncate(NAMES);
            names.push("…".to_owned());
        }
        names
    }

    fn alternative_names(&self) -> impl Iterator<Item = String> {
        let extension = self.0.subject_alternative_name().ok().flatten();
        let names = extension.map_or(&[][..], |extension| &extension.value.general_names);
        names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(printable(name.as_bytes(), DNS_BYTES)),
            GeneralName::IPAddress(bytes) => Some(address(bytes)),
            _ => None,
        })
    }

    /// The most specific common name.
    pub(super) fn common_name(&self) -> Option<String> {
        let name = self.0.subject().iter_common_name().last()?;
        Some(printable(name.as_slice(), DNS_BYTES))
    }

    /// The bits of its key where that is RSA.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self.0.public_key().parsed().ok()? {
            PublicKey::RSA(key) => Some(bits(key.modulus)),
            _ => None,
        }
    }

    /// The algorithm that it was signed with: its usual name, or its OID.
    pub(super) fn signature_algorithm(&self) -> String {
        oid(&self.0.signature_algorithm.algorithm)
    }

    fn key(&self) -> Option<String> {
        Some(match self.0.public_key().parsed().ok()? {
            PublicKey::RSA(key) => format!("RSA {}", bits(key.modulus)),
            PublicKey::EC(point) => format!("EC {}", point.key_size()),
            _ => oid(&self.0.public_key().algorithm.algorithm),
        })
    }
}

fn name(name: &X509Name<'_>) -> String {
    // Its `Display` fails, and `to_string` would panic, on attributes that are no valid text.
    let text = name.to_string_with_registry(oid_registry());
    match text {
        Ok(text) => printable(text.as_bytes(), NAME_BYTES),
        Err(_) => name
            .iter_attributes()
            .map(|attribute| {
                let kind = oid(attribute.attr_type());
                format!("{kind}={}", printable(attribute.as_slice(), DNS_BYTES))
            })
            .take(NAMES)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn oid(oid: &Oid<'_>) -> String {
    oid2sn(oid, oid_registry())
        .map_or_else(|_| printable(oid.to_string().as_bytes(), DNS_BYTES), ToOwned::to_owned)
}

fn address(bytes: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return IpAddr::from(four).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(sixteen) => IpAddr::from(sixteen).to_string(),
        Err(_) => hex(bytes),
    }
}

fn bits(number: &[u8]) -> usize {
    let number = match number.iter().position(|byte| *byte != 0) {
        Some(first) => number.get(first..).unwrap_or_default(),
        None => return 0,
    };
    let unused = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - unused
}

/// RFC 3339 in UTC.
fn date(time: ASN1Time) -> String {
    let time = time.to_datetime();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn hex(bytes: &[u8]) -> String {
    let cut = if bytes.len() > HEX_BYTES { "…" } else { "" };
    let mut digits = String::new();
    for byte in bytes.iter().take(HEX_BYTES) {
        digits += &format!("{byte:02x}");
    }
    digits + cut
}

/// SHA-256 as the TLS library has it: no other package is needed for it.
fn sha256(bytes: &[u8]) -> String {
    match TLS13_AES_128_GCM_SHA256 {
        SupportedCipherSuite::Tls13(suite) => hex(suite.common.hash_provider.hash(bytes).as_ref()),
        SupportedCipherSuite::Tls12(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{address, bits, fact, facts, hex, sha256};
    use tokio_rustls::rustls::pki_types::CertificateDer;

    #[test]
    fn numbers_and_addresses() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[1, 0]), 9);
        assert_eq!(address(&[192, 0, 2, 1]), "192.0.2.1");
        assert_eq!(address(&[1, 2]), "0102");
        assert_eq!(hex(&[0xab; 40]).len(), 64 + "…".len());
        assert!(sha256(b"abc").starts_with("ba7816bf8f01cfea"));
    }

    #[test]
    fn rubbish_and_every_damaged_certificate_are_survived() {
        let key = rcgen::generate_simple_self_signed(["ftp.example.com".to_owned()]).unwrap();
        let der = key.cert.der().to_vec();
        assert_eq!(fact(&der).names, ["ftp.example.com"]);
        assert!(fact(&der).self_signed);
        assert!(fact(b"rubbish").unreadable.is_some());
        for at in 0..der.len() {
            let _ = fact(&der[..at]);
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = der.clone();
                damaged[at] = value;
                let _ = fact(&damaged);
            }
        }
        let chain = vec![CertificateDer::from(der); 100];
        let (kept, omitted) = facts(&chain);
        assert_eq!((kept.len(), omitted), (8, 92));
    }
}
