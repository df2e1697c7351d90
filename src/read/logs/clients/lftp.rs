//! lftp -d.

use super::understood;
use crate::read::conversation::{DataEvent, End};
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, door};

const LFTP: Program = Program::telling("lftp");

/// `---- Connecting to …`, `---> PASV`, `<--- 227 …`, `**** Timeout - reconnecting`.
pub fn lftp(text: &str) -> Option<Understood> {
    if let Some(rest) = text.strip_prefix("---- ") {
        return understood(LFTP, lftp_remark(rest));
    }
    if let Some(rest) = text.strip_prefix("**** ") {
        let lower = rest.to_lowercase();
        let tls = ["gnutls", "certificate", "ssl", "tls"].iter().any(|word| lower.contains(word));
        let says = match shape::trouble(rest) {
            _ if tls && !lower.contains("timeout") => Some(Says::TlsFailed(rest.to_owned())),
            Some(trouble) => Some(Says::Trouble(trouble)),
            None => None,
        };
        return understood(LFTP, says.into_iter().collect());
    }
    if text.starts_with("Login failed: ") || text.starts_with("Fatal error: max-retries") {
        return understood(LFTP, Vec::new());
    }
    None
}

fn lftp_remark(rest: &str) -> Vec<Says> {
    if rest.starts_with("Connecting data socket to ") {
        return vec![Says::DialsData(shape::endpoint(rest).map(door))];
    }
    if let Some(to) = rest.strip_prefix("Connecting to ") {
        let name = to.split(' ').next().filter(|name| shape::address(name).is_none());
        let name = name.map(|name| Says::ServerName(name.to_owned()));
        let dial = Says::DialsControl(shape::endpoint(to).map(door));
        return std::iter::once(dial).chain(name).collect();
    }
    if rest.starts_with("Data connection established")
        || rest.starts_with("Accepted data connection")
    {
        return vec![Says::DataStands];
    }
    if rest.starts_with("Got EOF on data connection") {
        return vec![Says::Data(None, DataEvent::Closed)];
    }
    if rest.starts_with("Closing control socket") {
        return vec![Says::Ends(End::Client)];
    }
    if rest.starts_with("Peer closed connection") || rest.starts_with("Remote end closed") {
        return vec![Says::Ends(End::Server)];
    }
    if rest.starts_with("TLS negotiat") || rest.starts_with("SSL negotiat") {
        return vec![Says::TlsDone];
    }
    Vec::new()
}
