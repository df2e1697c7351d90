//! What a refusal says: a code alone is no proof, the words decide.

use crate::wire::peer;

/// What a reply that refuses PASV, EPSV, PORT or EPRT is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// The command is switched off or unknown, in words that are known for that.
    Disabled,
    /// It is refused for good (5yz), in other words.
    Perhaps,
    /// It is about something else: login, encryption, limits, a crash, a passing trouble.
    Otherwise,
}

/// Reads the refusal of a command that announces a data connection.
pub fn refusal(code: u16, text: &str) -> Says {
    let lower = text.to_ascii_lowercase();
    // SFTPGo says 421, and stays.
    let leaves = code == 421 && !peer::is_disabled(code, text);
    let about_else = peer::is_tls_required(code, text)
        || peer::is_data_tls_required(code, text)
        || peer::is_too_many(code, text)
        || leaves
        || matches!(code, 521 | 530 | 533 | 534 | 536)
        || ["log in", "login", "oops", "internal"].iter().any(|word| lower.contains(word));
    if about_else {
        Says::Otherwise
    } else if peer::is_disabled(code, text) || peer::is_not_implemented(code, text) {
        Says::Disabled
    } else if code >= 500 {
        Says::Perhaps
    } else {
        Says::Otherwise
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
    fn the_words_decide() {
        assert_eq!(refusal(550, "Permission denied."), Says::Disabled);
        assert_eq!(refusal(502, "Command not implemented."), Says::Disabled);
        assert_eq!(refusal(500, "Not today."), Says::Perhaps);
        for (code, text) in [
            (530, "Please login with USER and PASS."),
            (550, "SSL/TLS required on the control channel"),
            (521, "PROT P required"),
            (500, "OOPS: priv_sock_get_cmd"),
            (421, "Timeout."),
            (425, "Can't open."),
        ] {
            assert_eq!(refusal(code, text), Says::Otherwise, "{code} {text}");
        }
    }
}
