//! What speaks where an FTP greeting should be, and what answers a TLS `ClientHello`.

use serde::{Deserialize, Serialize};

use super::text::printable;

/// A service that is not FTP, by its first bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Service {
    /// SSH, and so SFTP: `SSH-2.0-…` (RFC 4253 §4.2).
    Ssh {
        /// The identification line.
        banner: String,
    },
    /// HTTP: a status line, or an HTML page.
    Http {
        /// The first line.
        status_line: String,
    },
    /// A TLS record, where clear text was expected.
    TlsRecord {
        /// Which one.
        record: TlsRecordKind,
    },
    /// SMTP, which greets with 220 as well (RFC 5321 §4.2).
    Smtp {
        /// The first line.
        greeting: String,
    },
    /// POP3: `+OK` or `-ERR`.
    Pop3 {
        /// The first line.
        greeting: String,
    },
    /// IMAP: `* OK`, `* PREAUTH` or `* BYE`.
    Imap {
        /// The first line.
        greeting: String,
    },
    /// NNTP: 200 or 201 and its name.
    Nntp {
        /// The first line.
        greeting: String,
    },
    /// Telnet: an option negotiation without a reply after it (RFC 854).
    Telnet,
    /// RFB, the protocol of VNC.
    Vnc {
        /// The first line.
        greeting: String,
    },
    /// rsync: `@RSYNCD:`.
    Rsync {
        /// The first line.
        greeting: String,
    },
    /// `MySQL` or `MariaDB`.
    Mysql,
    /// None of these, and no FTP reply either.
    Unknown,
}

impl Service {
    /// The protocol's usual name, and none for an unknown one.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Ssh { .. } => Some("SSH"),
            Self::Http { .. } => Some("HTTP"),
            Self::TlsRecord { .. } => Some("TLS"),
            Self::Smtp { .. } => Some("SMTP"),
            Self::Pop3 { .. } => Some("POP3"),
            Self::Imap { .. } => Some("IMAP"),
            Self::Nntp { .. } => Some("NNTP"),
            Self::Telnet => Some("Telnet"),
            Self::Vnc { .. } => Some("VNC"),
            Self::Rsync { .. } => Some("rsync"),
            Self::Mysql => Some("MySQL"),
            Self::Unknown => None,
        }
    }
}

/// What speaks, from the first bytes it sent; `None` where that may be FTP or where there is nothing.
///
/// 64 bytes are enough for all but an SMTP greeting with a long host name.
pub fn recognise(head: &[u8]) -> Option<Service> {
    if head.is_empty() {
        return None;
    }
    if let Some(record) = record_kind(head) {
        return Some(Service::TlsRecord { record });
    }
    if is_mysql(head) {
        return Some(Service::Mysql);
    }
    let after_telnet = skip_telnet(head);
    if after_telnet.len() < head.len() && !begins_like_a_reply(after_telnet) {
        return Some(Service::Telnet);
    }
    let first_line =
        after_telnet.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty())?;
    let line = printable(first_line, 256);
    let upper = line.to_ascii_uppercase();
    let begins = |prefix: &str| upper.starts_with(prefix);
    if begins("SSH-") {
        return Some(Service::Ssh { banner: line });
    }
    if begins("HTTP/") || begins("<!DOCTYPE HTML") || begins("<HTML") {
        return Some(Service::Http { status_line: line });
    }
    if begins("+OK") || begins("-ERR") {
        return Some(Service::Pop3 { greeting: line });
    }
    if begins("* OK") || begins("* PREAUTH") || begins("* BYE") {
        return Some(Service::Imap { greeting: line });
    }
    if begins("RFB 0") {
        return Some(Service::Vnc { greeting: line });
    }
    if begins("@RSYNCD:") {
        return Some(Service::Rsync { greeting: line });
    }
    if begins_like_a_reply(first_line) {
        return other_reply_protocol(&line, &upper);
    }
    Some(Service::Unknown)
}

/// SMTP and NNTP greet with three digits as FTP does: only their name tells them apart.
fn other_reply_protocol(line: &str, upper: &str) -> Option<Service> {
    let names = |name: &str| {
        upper
            .split_whitespace()
            .any(|word| word.trim_matches(|character: char| !character.is_alphanumeric()) == name)
    };
    if names("FTP") {
        return None;
    }
    let says = |codes: &[&str]| codes.iter().any(|code| upper.starts_with(code));
    if says(&["220", "421", "521", "554"]) && (names("ESMTP") || names("SMTP") || names("LMTP")) {
        return Some(Service::Smtp { greeting: line.to_owned() });
    }
    if says(&["200", "201", "400", "502"])
        && (names("NNTP") || names("NNRP") || upper.contains("INN NEWS"))
    {
        return Some(Service::Nntp { greeting: line.to_owned() });
    }
    None
}

/// As many of three digits and a space, a hyphen or an end of line as are there.
fn begins_like_a_reply(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let digits = head.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    match head.get(digits) {
        None => digits > 0,
        Some(byte) => digits == 3 && matches!(byte, b' ' | b'-' | b'\r' | b'\n'),
    }
}

/// What follows Telnet commands (RFC 854) at the beginning.
fn skip_telnet(head: &[u8]) -> &[u8] {
    let mut rest = head;
    loop {
        rest = match rest {
            [255, 251..=254, _, after @ ..] | [255, 240..=249, after @ ..] => after,
            [255, 251..=254] | [255] => return &[],
            _ => return rest,
        };
    }
}

/// A server's first packet: length, sequence 0, protocol 10 and a version, or an error packet.
fn is_mysql(head: &[u8]) -> bool {
    matches!(head, [length, high, 0, 0, 10, b'0'..=b'9', ..] | [length, high, 0, 0, 255, _, _, ..]
        if u16::from_le_bytes([*length, *high]) >= 8)
}

/// The content type of a TLS record, RFC 8446 §5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsRecordKind {
    /// 20.
    ChangeCipherSpec,
    /// 21.
    Alert,
    /// 22.
    Handshake,
    /// 23.
    ApplicationData,
}

/// What a server answers to a `ClientHello`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TlsAnswer {
    /// A `ServerHello` or a `HelloRetryRequest`: TLS is spoken.
    ServerHello,
    /// An alert: TLS is spoken, and refused.
    Alert {
        /// The description, RFC 8446 §6; [`tls_alert_name`] names it.
        description: u8,
    },
}

/// The kind of the TLS record that `head` begins with; three bytes are needed.
fn record_kind(head: &[u8]) -> Option<TlsRecordKind> {
    match head {
        [20, 3, 0..=4, ..] => Some(TlsRecordKind::ChangeCipherSpec),
        [21, 3, 0..=4, ..] => Some(TlsRecordKind::Alert),
        [22, 3, 0..=4, ..] => Some(TlsRecordKind::Handshake),
        [23, 3, 0..=4, ..] => Some(TlsRecordKind::ApplicationData),
        _ => None,
    }
}

/// The answer to a `ClientHello`; `None` where it is not TLS, or too short yet (7 bytes are enough).
pub fn tls_answer(bytes: &[u8]) -> Option<TlsAnswer> {
    match bytes {
        [22, 3, 0..=4, _, _, 2, ..] => Some(TlsAnswer::ServerHello),
        [21, 3, 0..=4, 0, 2, 1 | 2, description, ..] => {
            Some(TlsAnswer::Alert { description: *description })
        }
        _ => None,
    }
}

/// The name of an alert description, RFC 8446 §6 and RFC 5246 §7.2.
pub fn tls_alert_name(description: u8) -> Option<&'static str> {
    Some(match description {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return None,
    })
}

/// TLS 1.3, then the suites of TLS 1.2 that servers of the last twenty years know, and the renegotiation signal.
const CIPHER_SUITES: [u16; 21] = [
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a,
    0xc014, 0x009e, 0x009f, 0x009c, 0x009d, 0x002f, 0x0035, 0x000a, 0x00ff,
];
const X25519: u16 = 0x001d;
const GROUPS: [u16; 4] = [X25519, 0x0017, 0x0018, 0x0019];
const SIGNATURES: [u16; 14] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x0401, 0x0501, 0x0601,
    0x0203, 0x0201,
];
const VERSIONS: [u16; 4] = [0x0304, 0x0303, 0x0302, 0x0301];

/// A `ClientHello` for TLS 1.0 to 1.3 (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), in one record, to be sent as it is.
///
/// It is for finding out whether TLS is spoken, not for a handshake: the key share has no private key. `server_name` goes into
/// SNI (RFC 6066 §3) where it is an ASCII host name; an address or anything else leaves SNI out. `random` should be random:
/// session id and key share are derived from it.
pub fn client_hello(server_name: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    body.extend_from_slice(&[3, 3]);
    body.extend_from_slice(&random);
    // A session id that is not empty lets TLS 1.3 pass middleboxes (RFC 8446 §D.4).
    put_short(&mut body, &random.map(|byte| byte ^ 0xa5));
    put_long(&mut body, &pairs(&CIPHER_SUITES));
    put_short(&mut body, &[0]);
    put_long(&mut body, &extensions(server_name, random));

    let mut handshake = vec![1, 0];
    put_long(&mut handshake, &body);
    let mut record = vec![22, 3, 1];
    put_long(&mut record, &handshake);
    record
}

fn extensions(server_name: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(name) = server_name.and_then(sni_name) {
        let mut entry = vec![0];
        put_long(&mut entry, name.as_bytes());
        put_extension(&mut all, 0, &with_long_length(&entry));
    }
    // extended_master_secret, ec_point_formats, session_ticket
    put_extension(&mut all, 23, &[]);
    put_extension(&mut all, 11, &[1, 0]);
    put_extension(&mut all, 35, &[]);
    put_extension(&mut all, 10, &with_long_length(&pairs(&GROUPS)));
    put_extension(&mut all, 13, &with_long_length(&pairs(&SIGNATURES)));
    let mut versions = Vec::new();
    put_short(&mut versions, &pairs(&VERSIONS));
    put_extension(&mut all, 43, &versions);
    // psk_key_exchange_modes: psk_dhe_ke
    put_extension(&mut all, 45, &[1, 1]);
    // Any 32 bytes are an X25519 public key; setting one bit keeps clear of the zero point.
    let mut key = random.map(|byte| byte ^ 0x5a);
    if let Some(byte) = key.get_mut(7) {
        *byte |= 0x10;
    }
    let mut share = pairs(&[X25519]);
    put_long(&mut share, &key);
    put_extension(&mut all, 51, &with_long_length(&share));
    all
}

/// The name as SNI wants it: ASCII, no trailing dot, no address.
fn sni_name(name: &str) -> Option<&str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_name = !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed);
    (is_name && name.parse::<std::net::Ipv4Addr>().is_err()).then_some(name)
}

fn pairs(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A vector with one byte of length. All vectors here are short by construction.
fn put_short(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(bytes);
}

/// A vector with two bytes of length.
fn put_long(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn with_long_length(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 2);
    put_long(&mut out, bytes);
    out
}

fn put_extension(out: &mut Vec<u8>, number: u16, bytes: &[u8]) {
    out.extend_from_slice(&number.to_be_bytes());
    put_long(out, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_usual_suspects() {
        let text = |service: Option<Service>| service.map(|service| service.name().unwrap_or("?"));
        for (head, name) in [
            (&b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"[..], Some("SSH")),
            (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n", Some("HTTP")),
            (b"\r\n<html><head>", Some("HTTP")),
            (b"220 mx.example.com ESMTP Postfix\r\n", Some("SMTP")),
            (b"220-mail.example.com ESMTP Exim 4.96\r\n", Some("SMTP")),
            (b"554 mx.example.com SMTP service not available", Some("SMTP")),
            (b"+OK Dovecot ready.\r\n", Some("POP3")),
            (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", Some("IMAP")),
            (b"200 news.example.com InterNetNews NNRP server INN 2.7 ready\r\n", Some("NNTP")),
            (b"\xff\xfd\x18\xff\xfd\x20login: ", Some("Telnet")),
            (b"\xff\xfd", Some("Telnet")),
            (b"RFB 003.008\n", Some("VNC")),
            (b"@RSYNCD: 31.0\n", Some("rsync")),
            (b"\x4a\x00\x00\x00\x0a8.0.36\0", Some("MySQL")),
            (b"\x15\x03\x01\x00\x02\x02\x46", Some("TLS")),
            (b"hello\r\n", Some("?")),
            (b"\0\0\0\0", Some("?")),
            (b"", None),
            (b"220", None),
            (b"22", None),
            (b"220 (vsFTPd 3.0.3)\r\n", None),
            (b"220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n", None),
            (b"220 smtp.example.com FTP server ready\r\n", None),
            (b"421 Service not available.\r\n", None),
            (b"\xff\xf9220 ready\r\n", None),
            (b"\r\n220 ready\r\n", None),
        ] {
            assert_eq!(text(recognise(head)), name, "{}", head.escape_ascii());
        }
        assert_eq!(
            recognise(b"\x16\x03\x03\x00\x7a\x02"),
            Some(Service::TlsRecord { record: TlsRecordKind::Handshake })
        );
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for first in 0..=255 {
            for second in 0..=255 {
                recognise(&[first, second]);
                recognise(&[first, second, 255, 0, 10]);
            }
        }
    }

    #[test]
    fn lengths_add_up() {
        for name in [
            None,
            Some("ftp.example.com"),
            Some("ftp.example.com."),
            Some("192.0.2.1"),
            Some("::1"),
            Some("ÿ"),
        ] {
            let hello = client_hello(name, [7; 32]);
            assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
            assert_eq!(usize::from(u16::from_be_bytes([hello[7], hello[8]])), hello.len() - 9);
            assert_eq!((hello[0], hello[5]), (22, 1));
            let named = hello.windows(15).any(|part| part == b"ftp.example.com");
            assert_eq!(named, name.is_some_and(|name| name.starts_with("ftp")));
        }
    }

    #[test]
    fn tells_answers_apart() {
        assert_eq!(tls_answer(b"\x16\x03\x03\x00\x7a\x02\x00"), Some(TlsAnswer::ServerHello));
        assert_eq!(tls_answer(b"\x16\x03\x03\x00\x7a\x01\x00"), None);
        assert_eq!(
            tls_answer(b"\x15\x03\x03\x00\x02\x02\x46"),
            Some(TlsAnswer::Alert { description: 70 })
        );
        assert_eq!(
            tls_answer(b"\x15\x03\x01\x00\x02\x02\x28"),
            Some(TlsAnswer::Alert { description: 40 })
        );
        assert_eq!(tls_answer(b"220 ready\r\n"), None);
        assert_eq!(tls_answer(b""), None);
        assert_eq!(tls_alert_name(70), Some("protocol_version"));
    }
}
