//! `WinSCP`'s session log.

use super::understood;
use crate::read::conversation::{DataEvent, Door, End};
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, door};

const WINSCP: Program = Program::client("WinSCP");

/// `. 2024-03-04 10:41:05.103 Connecting to h:50000 ...`, without its time.
pub fn winscp(text: &str) -> Option<Understood> {
    let (mark, rest) = text.split_at_checked(2)?;
    match mark {
        ". " => understood(WINSCP, winscp_remark(rest)),
        "! " => {
            let says = shape::trouble(rest).map(Says::Trouble);
            understood(WINSCP, says.into_iter().collect())
        }
        _ => None,
    }
}

fn winscp_remark(rest: &str) -> Vec<Says> {
    if let Some(named) = rest.strip_prefix("Host name: ") {
        let name = named.split([' ', '(']).next().unwrap_or_default().to_owned();
        let port = named
            .split_once("(Port: ")
            .and_then(|(_, p)| p.split(')').next())
            .and_then(|p| p.parse().ok());
        let dial =
            Says::DialsControl(port.map(|port| Door { address: shape::address(&name), port }));
        return vec![dial, Says::ServerName(name)];
    }
    if rest.starts_with("FTP: FTPS: Implicit") {
        return vec![Says::ImplicitTls];
    }
    if let Some(to) = rest.strip_prefix("Connecting to ") {
        return match shape::endpoint(to) {
            Some(at) => vec![Says::Dials(Some(door(at)))],
            None => vec![Says::DialsControl(None)],
        };
    }
    if rest.starts_with("Connected with ") {
        return vec![Says::Stands];
    }
    if rest.starts_with("Data connection opened") {
        return vec![Says::DataStands];
    }
    if rest.starts_with("Data connection closed") {
        return vec![Says::Data(None, DataEvent::Closed)];
    }
    if rest.starts_with("TLS connection established") || rest.starts_with("Session ID") {
        return vec![Says::TlsDone];
    }
    if rest.contains("(data connection)") {
        return shape::trouble(rest).map(Says::DataTrouble).into_iter().collect();
    }
    if rest.contains("(control connection)") {
        return shape::trouble(rest)
            .map(|_| Says::GaveUp(shape::duration(rest)))
            .into_iter()
            .collect();
    }
    if rest.starts_with("Disconnected from server") || rest.starts_with("Connection closed") {
        return vec![Says::Ends(End::Unknown)];
    }
    let lower = rest.to_lowercase();
    let tells = ["timeout", "timed out", "refused", "unreachable", "reset", "aborted", "no route"];
    if tells.iter().any(|word| lower.contains(word)) && !lower.contains("ping") {
        return shape::trouble(rest).map(Says::Trouble).into_iter().collect();
    }
    Vec::new()
}
