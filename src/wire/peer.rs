//! What a server's words tell: about addresses here, about limits and demands in the `is_…` functions.
//!
//! The wordings are those of real servers; each is looked for in the middle of the text, whatever its case.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

/// The client's address as the server sees it, from the text of a reply to STAT.
///
/// Understood are vsftpd (`Connected to 198.51.100.2`), `ProFTPD` (`Connected from name (address)`), wu-ftpd, BSD and inetutils
/// (`Connected to name (address)`), Apache (`Connected from address`), `SFTPGo` (`Connected to … from address:port`) and
/// libunftp (`client addr: address:port`). An IPv4-mapped IPv6 address is given as IPv4.
///
/// `None` where nothing is named, where two lines contradict each other, or where it may be the server's own address:
/// pyftpdlib's `Connected to: address:21` is.
pub fn stat_client_address(stat_text: &str) -> Option<IpAddr> {
    let mut places: Vec<&str> = stat_text.lines().filter_map(client_by_origin).collect();
    if places.is_empty() {
        places = stat_text.lines().filter_map(client_by_destination).collect();
    }
    only_one(places.into_iter().map(named_address))
}

/// What a refusal of PORT or EPRT says about addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The address that arrived at the server in the command.
    pub arrived: Option<IpAddr>,
    /// The client's address as the server sees it.
    pub seen: Option<IpAddr>,
}

/// The addresses named in a refusal of PORT or EPRT; `None` where none is named.
///
/// Understood are Pure-FTPd (`I won't open a connection to X (only to Y)`), pyftpdlib
/// (`Rejected data connection to foreign address X:P`) and Apache (`PORT IP is not same as Y`).
pub fn port_refusal(text: &str) -> Option<Refusal> {
    let text = text.replace('\n', " ");
    let first_after = |marker: &str| {
        let rest = after_word(&text, marker)?;
        let word = rest.split_whitespace().next()?;
        named_endpoint(word).map(|endpoint| endpoint.ip())
    };
    let arrived = first_after("open a connection to").or_else(|| first_after("to foreign address"));
    let seen = first_after("only to")
        .or_else(|| first_after("not same as"))
        .or_else(|| first_after("not the same as"));
    (arrived.is_some() || seen.is_some()).then_some(Refusal { arrived, seen })
}

/// Where a line says that the client comes from.
fn client_by_origin(line: &str) -> Option<&str> {
    if let Some(rest) = after_word(line, "client addr:") {
        return Some(rest);
    }
    if let Some(rest) = after_word(line, "connected from") {
        return Some(rest.trim_start_matches(':'));
    }
    split_origin(after_word(line, "connected to")?).map(|(_, origin)| origin)
}

/// `… to LISTEN from CLIENT for DURATION`.
fn split_origin(rest: &str) -> Option<(&str, &str)> {
    let (own, origin) = rest.split_once(" from ")?;
    Some((own, origin.split_once(" for ").map_or(origin, |(origin, _)| origin)))
}

/// `Connected to CLIENT`, as the family of BSD's ftpd says it. A colon after it means the server itself.
fn client_by_destination(line: &str) -> Option<&str> {
    after_word(line, "connected to").filter(|rest| !rest.starts_with(':'))
}

/// What follows `marker` in a line, whatever the case, where `marker` does not continue a word.
fn after_word<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    let at = line.to_ascii_lowercase().find(marker)?;
    let (before, rest) = line.split_at_checked(at)?;
    let inside_a_word = before.chars().next_back().is_some_and(char::is_alphanumeric);
    let (_, after) = rest.split_at_checked(marker.len())?;
    (!inside_a_word).then_some(after)
}

/// The one address of `text`: in parentheses at its end, or the first word.
fn named_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_end_matches('.');
    let place = match text.rsplit_once('(') {
        Some((_, inner)) => inner.split_once(')').map(|(inner, _)| inner)?,
        None => text.split_whitespace().next()?,
    };
    named_endpoint(place.trim()).map(|endpoint| endpoint.ip())
}

/// `address`, `address:port`, `[address]`, `[address]:port`, with brackets or a full stop around; port 0 where none is named.
fn named_endpoint(place: &str) -> Option<SocketAddr> {
    let place = place.trim_matches(['(', ')', ',', ';', '"', '\'']).trim_end_matches('.');
    let parse = |text: &str| text.split('%').next().unwrap_or_default().parse::<IpAddr>().ok();
    let (address, port) = if let Some(inner) = place.strip_prefix('[') {
        let (address, after) = inner.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None => 0,
        };
        (parse(address)?, port)
    } else if let Some(address) = parse(place) {
        (address, 0)
    } else {
        let (address, port) = place.rsplit_once(':')?;
        (parse(address)?, port.parse().ok()?)
    };
    let address = address.to_canonical();
    (!address.is_unspecified()).then_some(SocketAddr::new(address, port))
}

/// The candidate all agree on. One that is unreadable (`None`) does not speak against the others.
fn only_one<T: PartialEq>(candidates: impl Iterator<Item = Option<T>>) -> Option<T> {
    let mut readable = candidates.flatten();
    let first = readable.next()?;
    readable.all(|other| other == first).then_some(first)
}

/// Whether `text` contains one of `phrases`, which are in lower case.
fn says(text: &str, phrases: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    phrases.iter().any(|phrase| text.contains(phrase))
}

fn is_negative(code: u16) -> bool {
    (400..600).contains(&code)
}

/// Whether a reply to PORT or EPRT means "that address is not yours", as opposed to "no such command" or "switched off".
///
/// vsftpd, `ProFTPD`, BSD, wu-ftpd: `Illegal PORT command`; Pure-FTPd: `I won't open a connection to`; pyftpdlib: `foreign
/// address`; `FileZilla` 0.9: `does not match control connection IP`; Apache: `PORT IP is not same as`; `SFTPGo`: `does not meet
/// the configured security requirements`; IIS: `Server cannot accept argument`, `Invalid PORT Command`.
/// vsftpd and `ProFTPD` say the same to a port below 1024 and to an unreadable argument.
pub fn is_address_refusal(code: u16, text: &str) -> bool {
    let other_reason = [
        "epsv all",
        "reserved port",
        "range error",
        "port range",
        "privileged port",
        "ports <",
        "from foreign address",
        "session",
    ];
    is_negative(code)
        && !says(text, &other_reason)
        && says(
            text,
            &[
                "illegal port",
                "illegal eprt",
                "invalid port command",
                "invalid eprt command",
                "won't open a connection to",
                "wont open a connection to",
                "to foreign address",
                "address is not yours",
                "not your address",
                "does not match control",
                "doesn't match control",
                "do not match control",
                "address mismatch",
                "address does not match",
                "ip does not match",
                "port ip is not same as",
                "eprt ip is not same as",
                "ip is not the same as",
                "configured security requirements",
                "server cannot accept argument",
                "foreign port",
                "foreign ip",
                "bounce attack",
                "fxp not allowed",
                "fxp transfer not allowed",
                "address not allowed",
                "address is not allowed",
            ],
        )
}

/// Whether a reply to PASV, EPSV, PORT or EPRT means that the server knows the command and has it switched off.
///
/// vsftpd: `550 Permission denied`; `ProFTPD` (`<Limit>`): `501 EPSV: Operation not permitted`; `SFTPGo`: `421 PORT command is
/// disabled`; libunftp: `502 Passive mode not enabled`. 425 is about a data connection and never counts.
pub fn is_disabled(code: u16, text: &str) -> bool {
    is_negative(code)
        && !matches!(code, 425 | 426)
        && !says(text, &["epsv all", "on ipv6", "fxp"])
        && !is_address_refusal(code, text)
        && !is_tls_required(code, text)
        && says(
            text,
            &[
                "disabled",
                "not enabled",
                "permission denied",
                "operation not permitted",
                "command not permitted",
                "command is not permitted",
                "command not allowed",
                "command is not allowed",
                "mode not allowed",
                "mode is not allowed",
                "command denied",
                "prohibited",
                "forbidden",
                "switched off",
                "turned off",
                "deactivated",
                "blocked by policy",
            ],
        )
}

/// Whether a reply means that the server does not know the command, or not with that argument: 502 and 504 by themselves
/// (RFC 959 §4.2), 500 and others by their wording.
///
/// vsftpd's 530 to an unknown AUTH is not seen as such: it may as well want a login.
pub fn is_not_implemented(code: u16, text: &str) -> bool {
    let meant_otherwise = is_disabled(code, text)
        || is_address_refusal(code, text)
        || is_tls_required(code, text)
        || says(text, &["epsv all"]);
    (500..600).contains(&code)
        && !meant_otherwise
        && (matches!(code, 502 | 504)
            || (code == 500 && text.trim().is_empty())
            || says(
                text,
                &[
                    "unknown command",
                    "command unknown",
                    "not understood",
                    "not recognized",
                    "not recognised",
                    "unrecognized",
                    "unrecognised",
                    "not implemented",
                    "unimplemented",
                    "command not supported",
                    "command is not supported",
                    "command unsupported",
                    "unsupported command",
                    "not a valid command",
                    "invalid command",
                    "bad command",
                    "command not found",
                    "no such command",
                ],
            ))
}

/// Whether the server refuses the network protocol of EPSV or EPRT, or PASV on IPv6 (RFC 2428 §2: 522).
pub fn is_wrong_family(code: u16, text: &str) -> bool {
    is_negative(code)
        && !is_data_tls_required(code, text)
        && !is_session_reuse_required(code, text)
        && (says(
            text,
            &[
                "network protocol",
                "bad eprt protocol",
                "bad epsv protocol",
                "only ipv4",
                "only for ipv4",
                "on ipv6 connections",
                "using ipv6",
                "address family",
            ],
        ) || (code == 522 && !says(text, &["ssl", "tls", "encrypt"])))
}

/// Whether the server refuses a data connection because it comes from another address than the control connection.
///
/// vsftpd: `Security: Bad IP connecting`; pyftpdlib: `from foreign address`; wu-ftpd: `Possible PASV port theft`; `SFTPGo`: `data
/// connection security requirements not met`.
pub fn is_bad_data_peer(code: u16, text: &str) -> bool {
    let about_the_command =
        is_address_refusal(code, text) || says(text, &["tls", "ssl", "requested"]);
    is_negative(code)
        && !about_the_command
        && says(
            text,
            &[
                "bad ip connecting",
                "from foreign address",
                "from foreign host",
                "from a foreign",
                "from unexpected address",
                "not same as",
                "not the same as",
                "pasv port theft",
                "port theft",
                "connection security requirements not met",
                "addresses do not match",
                "address does not match",
                "ips do not match",
                "ip does not match",
            ],
        )
}

/// Whether a greeting or a reply to USER or PASS means that the server is full: 421 and 530 with such words, never a plain 530.
pub fn is_too_many(code: u16, text: &str) -> bool {
    matches!(code, 421 | 530)
        && !says(
            text,
            &[
                "fail",
                "attempt",
                "incorrect",
                "invalid",
                "wrong",
                "bad ",
                "tries",
                "error",
                "unsuccessful",
            ],
        )
        && says(
            text,
            &[
                "too many",
                "(the maximum)",
                "maximum number",
                "maximum server connection",
                "maximum login limit",
                "maximum anonymous login",
                "maximum connection",
                "maximum session",
                "maximum user",
                "maximum client",
                "max connections",
                "max number",
                "max users",
                "connection limit",
                "connections limit",
                "session limit",
                "user limit",
                "users limit",
                "login limit",
                "limit reached",
                "limit exceeded",
                "already connected",
                "any more connections",
                "no more connections",
                "no more users",
                "server is full",
                "at capacity",
                "at maximum capacity",
            ],
        )
}

/// Whether the server demands TLS, on the control or on the data connection.
///
/// Only a reply to USER, PASS, PASV, EPSV, PORT, EPRT, PROT or a transfer counts: the caller knows which it was. vsftpd's `530 Please login
/// with USER and PASS` to AUTH is none, nor is a demand that the TLS session be resumed ([`is_session_reuse_required`]).
pub fn is_tls_required(code: u16, text: &str) -> bool {
    is_negative(code)
        && !is_session_reuse_required(code, text)
        && (is_data_tls_required(code, text)
            || (!says(text, &["does not allow tls", "does not allow ssl", "certificate"])
                && demands_tls(text)))
}

fn demands_tls(text: &str) -> bool {
    says(
        text,
        &[
            // vsftpd
            "must use encryption",
            // ProFTPD, pyftpdlib: "SSL/TLS required on the control channel"; libunftp: "A TLS connection is required"
            "tls required",
            "ssl required",
            "tls is required",
            "ssl is required",
            "tls connection is required",
            "ssl connection is required",
            "tls connection required",
            "ssl connection required",
            "tls encryption required",
            "encryption required",
            "encryption is required",
            "requires encryption",
            "require encryption",
            "must be encrypted",
            "ftps required",
            "ftps is required",
            "must use tls",
            "must use ssl",
            "must use ftps",
            // IIS: "Policy requires SSL"
            "requires ssl",
            "requires tls",
            "requires ftps",
            "require ssl",
            "require tls",
            "requires a secure",
            "secure connection required",
            "secure connection is required",
            "only secure connections",
            // Pure-FTPd
            "reconnect using tls",
            "cleartext sessions are not accepted",
            // FileZilla Server 1.x, and 0.9: "This server does not allow plain FTP. You have to use FTP over TLS."
            "use auth first",
            "does not allow plain ftp",
            "plain ftp is not allowed",
            "plain ftp not allowed",
            "have to use ftp over tls",
            "use explicit ftp over tls",
        ],
    )
}

/// Whether the server demands TLS on the data connection.
///
/// 521 says that the data connection cannot be had with the PROT that is set (RFC 4217 §9): under `PROT P` it is the reverse.
pub fn is_data_tls_required(code: u16, text: &str) -> bool {
    is_negative(code)
        && says(
            text,
            &[
                "data connections must be encrypted",
                "data connection must be encrypted",
                "required on the data channel",
                "required on the data connection",
                "required for data",
                "with this prot setting",
                "prot c is not allowed",
                "prot p required",
                "prot p is required",
                "use prot p",
                "open transfer: tls is required",
                "data channel must be encrypted",
            ],
        )
}

/// Whether the server demands that the data connection resume the TLS session of the control connection.
///
/// `ProFTPD` hides it behind `425 Unable to build data connection: Operation not permitted`, which is not counted here: see
/// [`may_mean_session_reuse`].
pub fn is_session_reuse_required(code: u16, text: &str) -> bool {
    is_negative(code)
        && says(
            text,
            &[
                "session reuse required",
                "session reuse is required",
                "session of data connection",
                "session of the data connection",
                "session not resumed",
                "session was not resumed",
                "session resumption required",
                "session resumption is required",
                "must resume the tls session",
            ],
        )
}

/// `ProFTPD`'s `425 Unable to build data connection: Operation not permitted`: under TLS in passive mode it means that the session
/// was not resumed, in active mode it may as well be a firewall on the server itself.
pub fn may_mean_session_reuse(code: u16, text: &str) -> bool {
    code == 425 && says(text, &["unable to build data connection: operation not permitted"])
}

/// Whether a refusal to list only means that there is nothing to list.
///
/// Not counted is what leaves open whether the directory exists, as `No such file or directory` or
/// `No files found or invalid directory or permission problem` do.
pub fn is_empty_listing(code: u16, text: &str) -> bool {
    matches!(code, 450 | 550)
        && !says(text, &[" or ", "permission", "denied", "no such file or directory"])
        && says(
            text,
            &[
                "no files",
                "no file found",
                "no matching files",
                "no matching file",
                "no data sets found",
                "no members found",
                "no entries",
                "nothing to list",
                "is empty",
                "empty directory",
                "0 files",
            ],
        )
}

/// Whether a reply to the listing command, or to PORT, says that the server's knock was not let in;
/// not that it could not knock, or would not.
pub fn is_knock_failed(code: u16, text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let own_trouble = [
        "bind",
        "in use",
        "use port",
        "permission",
        "permitted",
        "session",
        "ssl",
        "tls",
        "security",
        "foreign",
        "match",
        "no data connection",
    ];
    match code {
        425 | 426 => !own_trouble.iter().any(|word| lower.contains(word)),
        421 => lower.contains("data") && lower.contains("timed out"),
        _ => false,
    }
}

/// Whether the server says that its knock was met with `EACCES`. Over IPv6 that is what Linux makes of
/// a firewall's "administratively prohibited" and of the two rejections beside it (`ICMPv6` type 1, codes
/// 1, 5 and 6); over IPv4 no answer from the network leads to it.
pub fn is_knock_prohibited(code: u16, text: &str) -> bool {
    let own_trouble = ["bind", "socket", "use port", "no data connection"];
    code == 425 && says(text, &["permission denied"]) && !says(text, &own_trouble)
}

/// What a reply that refuses PASV, EPSV, PORT or EPRT is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The command is switched off or unknown, in words that are known for that.
    Disabled,
    /// It is refused for good (5yz), in other words.
    Perhaps,
    /// It is about something else: login, encryption, limits, a crash, a passing trouble.
    Otherwise,
}

/// Reads the refusal of a command that announces a data connection.
pub fn refusal_kind(code: u16, text: &str) -> RefusalKind {
    let lower = text.to_ascii_lowercase();
    // SFTPGo says 421, and stays.
    let leaves = code == 421 && !is_disabled(code, text);
    let about_else = is_tls_required(code, text)
        || is_data_tls_required(code, text)
        || is_too_many(code, text)
        || leaves
        || matches!(code, 521 | 530 | 533 | 534 | 536)
        || ["log in", "login", "oops", "internal"].iter().any(|word| lower.contains(word));
    if about_else {
        RefusalKind::Otherwise
    } else if is_disabled(code, text) || is_not_implemented(code, text) {
        RefusalKind::Disabled
    } else if code >= 500 {
        RefusalKind::Perhaps
    } else {
        RefusalKind::Otherwise
    }
}

/// Words for "no passive port left", which some servers put behind a code for good.
pub fn out_of_ports(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "attempts to find a listening port",
        "ports are busy",
        "no free port",
        "no more ports",
        "no available passive",
        "range exhausted",
        "unable to find valid port",
        "unable to open passive",
        "address already in use",
        // vsftpd, which then ends the session.
        "vsf_sysutil_bind",
    ]
    .iter()
    .any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prohibited_knock_is_no_trouble_of_the_server() {
        for text in [
            "Could not open data connection to port 40629: Permission denied",
            "Unable to build data connection: Permission denied",
        ] {
            assert!(is_knock_prohibited(425, text), "{text}");
        }
        assert!(!is_knock_prohibited(425, "Can't bind to data port: Permission denied"));
        assert!(!is_knock_prohibited(550, "Permission denied."));
    }

    #[test]
    fn a_server_that_cannot_knock_is_not_kept_out() {
        assert!(is_knock_failed(425, "Failed to establish connection."));
        assert!(is_knock_failed(425, "Unable to build data connection: Connection refused"));
        assert!(is_knock_failed(421, "Active data channel timed out."));
        for (code, text) in [
            (425, "Can't bind to data port: Permission denied"),
            (425, "Use PORT or PASV first."),
            (425, "Unable to build data connection: Operation not permitted"),
            (425, "Security: Bad IP connecting."),
            (421, "Service not available."),
        ] {
            assert!(!is_knock_failed(code, text), "{code} {text}");
        }
    }

    #[test]
    fn the_words_decide() {
        assert_eq!(refusal_kind(550, "Permission denied."), RefusalKind::Disabled);
        assert_eq!(refusal_kind(502, "Command not implemented."), RefusalKind::Disabled);
        assert_eq!(refusal_kind(500, "Not today."), RefusalKind::Perhaps);
        for (code, text) in [
            (530, "Please login with USER and PASS."),
            (550, "SSL/TLS required on the control channel"),
            (521, "PROT P required"),
            (500, "OOPS: priv_sock_get_cmd"),
            (421, "Timeout."),
            (425, "Can't open."),
        ] {
            assert_eq!(refusal_kind(code, text), RefusalKind::Otherwise, "{code} {text}");
        }
    }
}
