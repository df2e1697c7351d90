//! What a server would take, where it does not take what is safe.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::rustls::CipherSuite;
use tokio_rustls::rustls::crypto::ring;

use super::control::{PeerName, cipher};
use super::hello;
use crate::facts::tls::{TlsOffer, TlsVersion};
use crate::wire::service::client_hello;
use crate::wire::text::printable;

/// Bytes of the answer that are read: a `ServerHello` or an alert.
const ANSWER: usize = 512;
/// Bytes of an answer in clear that are kept.
const HEAD: usize = 120;

/// Sends a `ClientHello` that offers TLS 1.0 to 1.3 and suites of the last twenty years (RSA key
/// exchange, DHE, CBC, 3DES), reads what the server picks, and closes: there is no handshake behind
/// it. For a connection of its own, behind a 234 of its own (or on port 990).
pub async fn offer(mut stream: TcpStream, name: &PeerName, limit: Instant) -> TlsOffer {
    let mut random = [0; 32];
    // Numbers that are not random serve as well: no secret comes of this.
    let _ = ring::default_provider().secure_random.fill(&mut random);
    let host = name.text();
    let mut answer = Vec::new();
    let exchange = async {
        stream.write_all(&client_hello(Some(&host), random)).await?;
        let mut buffer = [0; ANSWER];
        while answer.len() < ANSWER && !is_enough(&answer) {
            match stream.read(&mut buffer).await? {
                0 => break,
                count => answer.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            }
        }
        Ok::<(), std::io::Error>(())
    };
    let in_time = tokio::time::timeout_at(limit, exchange).await.is_ok();
    if let Some(picked) = hello::picked(&answer)
        && let Some(version) = TlsVersion::from_wire(picked.version)
    {
        return TlsOffer::Picked { version, cipher: cipher(CipherSuite::from(picked.cipher)) };
    }
    match hello::first_alert(&answer) {
        Some(description) => TlsOffer::Alert { description },
        None if !answer.is_empty() => TlsOffer::Other { head: printable(&answer, HEAD) },
        None if in_time => TlsOffer::Closed,
        None => TlsOffer::Silent,
    }
}

/// Whether more bytes would tell nothing more. A whole first record is there, or no TLS.
fn is_enough(answer: &[u8]) -> bool {
    match answer {
        [20..=23, _, _, high, low, rest @ ..] => {
            rest.len() >= usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => !hello::may_be_tls(answer),
    }
}
