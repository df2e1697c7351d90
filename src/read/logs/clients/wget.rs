//! wget, with and without -d.

use super::understood;
use crate::read::conversation::End;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, door};

const WGET: Program = Program::client("wget");

/// What has been seen of wget so far.
#[derive(Debug, Default)]
pub struct Wget {
    /// With -d it shows commands with an arrow; without, it only names them.
    arrows: bool,
}

impl Wget {
    /// wget: `==> PASV ...`, `--> PASV`, `Connecting to h|192.0.2.1|:21... connected.`
    pub fn read(&mut self, text: &str) -> Option<Understood> {
        if text.starts_with("DEBUG output created by Wget") {
            return understood(WGET, Vec::new());
        }
        if let Some(rest) = text.strip_prefix("--> ").filter(|rest| shape::command(rest).is_some())
        {
            self.arrows = true;
            return understood(WGET, vec![Says::Command(rest.to_owned())]);
        }
        if text.contains("==> ") {
            let says: Vec<Says> =
                if self.arrows { Vec::new() } else { text.split("==> ").flat_map(step).collect() };
            return understood(WGET, says);
        }
        if let Some(rest) = text.strip_prefix("Logging in as ").filter(|_| !self.arrows)
            && let Some((user, end)) = rest.split_once(" ... ")
        {
            let user = Says::Command(format!("USER {user}"));
            let pass = Says::Command("PASS ****".to_owned());
            let code = if end.starts_with("Logged in") {
                230
            } else if end.starts_with("Login incorrect") {
                530
            } else {
                return understood(WGET, Vec::new());
            };
            return understood(WGET, vec![user, Says::Code(331), pass, Says::Code(code)]);
        }
        if let Some((_, size)) = text.split_once(" saved [").filter(|_| !self.arrows) {
            let digits = size.split([']', '/']).next().and_then(|size| size.parse().ok());
            let bytes = digits.map(Says::Bytes);
            return understood(WGET, bytes.into_iter().chain([Says::Code(226)]).collect());
        }
        let connecting = text.strip_prefix("Connecting to ").filter(|rest| rest.contains("... "));
        if let Some(rest) = connecting {
            let (whom, end) = rest.rsplit_once("... ")?;
            let at = shape::endpoint(&whom.replace('|', " ").replace(" :", ":"));
            let mut says = vec![Says::DialsControl(at.map(door))];
            if let Some((name, _)) = whom.split_once('|') {
                says.push(Says::ServerName(name.to_owned()));
            }
            match shape::trouble(end) {
                Some(trouble) => says.push(Says::Trouble(trouble)),
                None => says.push(Says::Stands),
            }
            return understood(WGET, says);
        }
        if let Some(rest) = text.strip_prefix("trying to connect to ") {
            return understood(WGET, vec![Says::DialsData(shape::endpoint(rest).map(door))]);
        }
        if text.starts_with("Created socket ") {
            return understood(WGET, vec![Says::Stands]);
        }
        if text.contains("couldn't connect to ") {
            return understood(
                WGET,
                shape::trouble(text).map(Says::DataTrouble).into_iter().collect(),
            );
        }
        if text.starts_with("Accepted client at socket") {
            return understood(WGET, vec![Says::DataStands]);
        }
        if text.starts_with("Control connection closed") {
            return understood(WGET, vec![Says::Ends(End::Server)]);
        }
        if text.contains("Read error (") || text.contains("Data connection: ") {
            return understood(WGET, shape::trouble(text).map(Says::Trouble).into_iter().collect());
        }
        let known =
            ["Closed fd ", "conaddr is: ", "Logging in as ", "Logged in!", "Local socket fd "];
        known.iter().any(|k| text.starts_with(k)).then(|| Understood {
            program: WGET,
            key: String::new(),
            says: Vec::new(),
        })
    }
}

/// `PASV ... done.`, `CWD (1) /pub ... done.`, `PASV ... couldn't connect to …`: a command, and that
/// its answer was the good one.
fn step(named: &str) -> Vec<Says> {
    let Some((command, end)) = named.split_once(" ...") else { return Vec::new() };
    let command = command.trim();
    let verb = command.split(' ').next().unwrap_or_default();
    if !shape::is_verb(verb) || command.contains("not ") {
        return Vec::new();
    }
    let line = match command.split_once(") ").filter(|_| verb == "CWD") {
        Some((_, path)) => format!("CWD {path}"),
        None => command.to_owned(),
    };
    let code = match verb {
        "SYST" => 215,
        "PWD" => 257,
        "CWD" => 250,
        "SIZE" => 213,
        "PASV" => 227,
        "EPSV" => 229,
        "LIST" | "NLST" | "RETR" => 150,
        _ => 200,
    };
    let mut says = vec![Says::Command(line)];
    if end.contains("couldn't connect") {
        says.push(Says::Code(code));
        says.extend(shape::trouble(end).map(Says::DataTrouble));
    } else if end.trim_start().starts_with("done") {
        says.push(Says::Code(code));
    }
    says
}
