//! TLS facts in words: what speaks against a certificate, why a handshake failed.

use super::text::Text;
use crate::facts::tls::{Distrust, Handshake, TlsFailure};

/// Why there is no TLS connection.
pub fn failure(handshake: &Handshake) -> Text {
    let Some(failure) = &handshake.failure else {
        return Text::new("tls-failure-none");
    };
    match failure {
        TlsFailure::Alert { description, name } => Text::new("tls-failure-alert")
            .with("description", u16::from(*description))
            .with("name", name.clone().unwrap_or_default()),
        TlsFailure::NotTls { head } => {
            Text::new("tls-failure-not-tls").with("head", first_line(head))
        }
        TlsFailure::OldVersion { version } => match version {
            Some(version) => Text::new("tls-failure-old").with("version", version.name()),
            None => Text::new("tls-failure-old-unnamed"),
        },
        TlsFailure::NoCommonCipher { description, .. } => {
            Text::new("tls-failure-no-cipher").with("description", u16::from(*description))
        }
        TlsFailure::Closed => Text::new("tls-failure-closed"),
        TlsFailure::Reset => Text::new("tls-failure-reset"),
        TlsFailure::TimedOut { received: 0 } => Text::new("tls-failure-timed-out"),
        TlsFailure::TimedOut { received } => {
            Text::new("tls-failure-stopped").with("bytes", received.to_string())
        }
        TlsFailure::Untrusted => match handshake.distrust().first() {
            Some(first) => Text::new("tls-failure-untrusted").with("reason", distrust(first)),
            None => Text::new("tls-failure-untrusted-unknown"),
        },
        TlsFailure::Other { text } => Text::new("tls-failure-other").with("text", text),
    }
}

/// The first line of what came in clear (a listing, mostly), its columns moved together.
fn first_line(head: &str) -> String {
    let line = head.split("\\x0d").next().unwrap_or_default();
    let line = line.split("\\x0a").next().unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    let cut = if line.len() < head.len() { "…" } else { "" };
    format!("{}{cut}", words.join(" "))
}

/// What speaks against a certificate, exactly.
pub fn distrust(reason: &Distrust) -> Text {
    match reason {
        Distrust::Expired { on, certificate: 0 } => Text::new("distrust-expired").with("on", on),
        Distrust::Expired { on, certificate } => {
            Text::new("distrust-expired-chain").with("on", on).with("place", *certificate)
        }
        Distrust::NotYetValid { from, .. } => Text::new("distrust-not-yet").with("from", from),
        Distrust::WrongName { names, wanted } => {
            Text::new("distrust-wrong-name").with("names", names.join(", ")).with("wanted", wanted)
        }
        Distrust::CommonNameOnly { name } => {
            Text::new("distrust-common-name-only").with("name", name)
        }
        Distrust::UnknownIssuer { issuer } => {
            Text::new("distrust-unknown-issuer").with("issuer", issuer)
        }
        Distrust::SelfSigned => Text::new("distrust-self-signed"),
        Distrust::NoRoots => Text::new("distrust-no-roots"),
        Distrust::BadSignature => Text::new("distrust-bad-signature"),
        Distrust::WeakSignature { algorithm } => {
            Text::new("distrust-weak-signature").with("algorithm", algorithm)
        }
        Distrust::WeakKey { bits } => Text::new("distrust-weak-key").with("bits", *bits),
        Distrust::NotForServers => Text::new("distrust-not-for-servers"),
        Distrust::Revoked => Text::new("distrust-revoked"),
        Distrust::Unreadable { text } => Text::new("distrust-unreadable").with("text", text),
        Distrust::Other { text } => Text::new("distrust-other").with("text", text),
    }
}
