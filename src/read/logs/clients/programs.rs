//! Programs and libraries that mark but a few of their lines.

use super::plain::{PLAIN, quoted};
use super::understood;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, Trouble, door};

const BASIC: Program = Program::client("basic-ftp");
const RCLONE: Program = Program::client("rclone");
const DOTNET: Program = Program::client(".NET FtpWebRequest");
const COMMONS: Program = Program::client("Apache commons-net");
const FTP: Program = Program::client("ftp");

/// rclone and other programs in Go: `FTP Tx: "PASV"`, `dial("tcp","192.0.2.1:50000")`.
pub fn go(text: &str) -> Option<Understood> {
    if let Some(at) = text.find("FTP Tx: ") {
        let said = text.get(at + 8..)?;
        return understood(RCLONE, quoted(said, false));
    }
    if let Some(at) = text.find("FTP Rx: ") {
        let said = text.get(at + 8..)?;
        return understood(RCLONE, quoted(said, true));
    }
    if let Some(at) = text.find("> dial: ") {
        let rest = text.get(at..)?;
        let says = match rest.split_once("err=") {
            Some((_, err)) if err.starts_with("<nil>") => Some(Says::Stands),
            Some((_, err)) => shape::trouble(err).map(Says::Trouble),
            None => None,
        };
        return understood(RCLONE, says.into_iter().collect());
    }
    if let Some(at) = text.find("dial(\"tcp") {
        let rest = text.get(at..)?;
        return understood(RCLONE, vec![Says::Dials(shape::endpoint(rest).map(door))]);
    }
    if text.ends_with(": Connecting to FTP server") {
        return understood(RCLONE, vec![Says::DialsControl(None)]);
    }
    None
}

/// .NET's own tracing: `FtpControlStream#1 - Sending command [PASV]`.
pub fn dotnet(text: &str) -> Option<Understood> {
    let key = text.split("FtpControlStream#").nth(1).map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..digits).unwrap_or_default().to_owned()
    });
    let made = |says: Vec<Says>| {
        Some(Understood { program: DOTNET, key: key.clone().unwrap_or_default(), says })
    };
    let inside = |mark: &str| {
        let at = text.find(mark)?;
        let rest = text.get(at + mark.len()..)?;
        Some(rest.rfind(']').and_then(|end| rest.get(..end)).unwrap_or(rest))
    };
    if let Some(command) = inside("Sending command [").or_else(|| inside("Sending command: [")) {
        return made(
            shape::command(command).map(|c| Says::Command(c.to_owned())).into_iter().collect(),
        );
    }
    if let Some(reply) = inside("Received response [") {
        return made(vec![Says::Reply(reply.to_owned())]);
    }
    let created = text.contains("FtpControlStream#") && text.contains("Created connection from ");
    if created {
        let (from, to) = text.split_once("Created connection from ")?.1.split_once(" to ")?;
        let mut says = vec![Says::DialsControl(shape::endpoint(to).map(door)), Says::Stands];
        if let Some(own) = shape::endpoint(from) {
            says.push(Says::Client(own.ip(), Some(own.port())));
        }
        return made(says);
    }
    None
}

/// basic-ftp: `Connected to 192.0.2.1:21 (No encryption)`, `Error: Timeout (data socket)`.
pub fn basic(text: &str) -> Option<Understood> {
    if let Some(to) = text.strip_prefix("Connected to ")
        && let Some(at) = shape::endpoint(to)
        && (to.contains("encryption") || to.contains("TLS"))
    {
        let says = vec![Says::DialsControl(Some(door(at))), Says::Stands];
        return understood(BASIC, says);
    }
    if text.starts_with("Login security: ") {
        let tls = text.contains("TLS");
        return understood(BASIC, tls.then_some(Says::TlsDone).into_iter().collect());
    }
    if text.contains("(data socket)") {
        return understood(
            BASIC,
            shape::trouble(text).map(Says::DataTrouble).into_iter().collect(),
        );
    }
    if text.contains("(control socket)") {
        let says = match shape::trouble(text) {
            Some(Trouble::TimedOut { waited }) => Some(Says::GaveUp(waited)),
            Some(trouble) => Some(Says::Trouble(trouble)),
            None => None,
        };
        return understood(BASIC, says.into_iter().collect());
    }
    let known = ["Trying to find optimal transfer strategy", "Optimal transfer strategy found"];
    known.iter().any(|k| text.starts_with(k)).then(|| Understood {
        program: BASIC,
        key: String::new(),
        says: Vec::new(),
    })
}

/// The programs that are called `ftp`: Windows', BSD's and their descendants.
pub fn ftp(text: &str) -> Option<Understood> {
    let mut rest = text.trim_start();
    let mut prompted = false;
    while let Some(after) = rest.strip_prefix("ftp>") {
        rest = after.trim_start();
        prompted = true;
    }
    if let Some(at) = rest.find("ftp: ").filter(|at| *at <= 2) {
        // `> ftp: connect :Connection timed out`
        let words = rest.get(at + 5..)?;
        let says = shape::trouble(words).map(Says::Trouble);
        return understood(FTP, says.into_iter().collect());
    }
    if let Some(to) = rest.strip_prefix("Connected to ") {
        let name = to.trim_end_matches('.').to_owned();
        if name.contains(' ') {
            return None;
        }
        let mut says = vec![Says::DialsControl(None), Says::Stands];
        match shape::address(&name) {
            Some(address) => says.push(Says::Server(address, None)),
            None => says.push(Says::ServerName(name)),
        }
        return understood(FTP, says);
    }
    if let Some(user) = rest.strip_prefix("User (").or_else(|| rest.strip_prefix("Name (")) {
        let host = user.split([')', ':']).next().unwrap_or_default();
        let says = match shape::address(host) {
            Some(address) => Says::Server(address, None),
            None => Says::ServerName(host.to_owned()),
        };
        return understood(FTP, vec![says]);
    }
    if rest.starts_with("Trying ") && rest.ends_with("...") {
        return understood(FTP, vec![Says::Dials(shape::endpoint(rest).map(door))]);
    }
    if prompted {
        // What was typed is no command of the protocol; a reply may stand behind the prompt.
        let says = shape::bare_reply(rest).map(|_| Says::Reply(rest.to_owned()));
        return understood(FTP, says.into_iter().collect());
    }
    None
}

/// An exception or the last line of a program, of which only the words are known.
pub fn exception(text: &str) -> Option<Understood> {
    let trimmed = text.trim_start();
    if trimmed.starts_with("at ") {
        // A Java stack: where the program was when it failed.
        let data =
            trimmed.contains("_openDataConnection_") || trimmed.contains("OpenPassiveDataStream");
        return data.then(|| Understood { program: COMMONS, key: String::new(), says: Vec::new() });
    }
    if let Some(java) =
        trimmed.strip_prefix("Exception in thread").or_else(|| trimmed.strip_prefix("Caused by:"))
    {
        let says = shape::trouble(java).map(Says::Trouble);
        return understood(COMMONS, says.into_iter().collect());
    }
    if trimmed.starts_with("java.") || trimmed.starts_with("org.apache.commons.net") {
        let says = shape::trouble(trimmed).map(Says::Trouble);
        return understood(COMMONS, says.into_iter().collect());
    }
    let errors =
        ["Error: ", "error: ", "System.", "--->", "ERROR", "Timed out", "Timeout", "FtpError"];
    if errors.iter().any(|e| trimmed.starts_with(e)) {
        let trouble = shape::trouble(trimmed)?;
        return understood(PLAIN, vec![Says::Trouble(trouble)]);
    }
    None
}
