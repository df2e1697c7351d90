//! What speaks where an FTP greeting should be, and what answers a TLS `ClientHello`.

use serde::{Deserialize, Serialize};

pub use super::hello::{
    TlsAnswer, TlsRecordKind, client_hello, is_tls_alert, is_tls_server_hello, tls_alert_name,
    tls_answer,
};
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
    if let Some(record) = super::hello::record_kind(head) {
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

#[cfg(test)]
mod tests {
    use super::{Service, TlsRecordKind, recognise};

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
}
