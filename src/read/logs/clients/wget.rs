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
        if let Some(at) = text.find("==> ") {
            let named = text.get(at + 4..)?;
            let (verb, after) = named.split_once(" ...").unwrap_or((named, ""));
            let verb = verb.trim();
            let word = verb.split(' ').next()?;
            if !shape::is_verb(word) && verb != "CWD not needed." {
                return None;
            }
            let mut says = Vec::new();
            if !self.arrows && shape::is_verb(word) && !verb.contains("not ") {
                let verb = match word {
                    // `CWD (1) /pub`
                    "CWD" => {
                        verb.split_once(") ").map_or(verb.to_owned(), |(_, p)| format!("CWD {p}"))
                    }
                    _ => verb.to_owned(),
                };
                says.push(Says::Command(verb));
                if after.contains("couldn't connect") {
                    says.extend(shape::trouble(after).map(Says::DataTrouble));
                }
            }
            return understood(WGET, says);
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
        if text.starts_with("Read error (") || text.starts_with("Data connection: ") {
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
