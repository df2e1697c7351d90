//! Logs of servers, line by line: the same dialogue, seen from the other end.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::says::{Program, Says, Understood};
use super::shape::{self, Trouble};
use crate::read::conversation::{DataEvent, Door, End};

/// More conversations that wait for the process that goes on with them than any server has.
const MOST_WAITING: usize = 10_000;

const VSFTPD: Program = Program::server("vsftpd");
const PROFTPD: Program = Program::commands_only("ProFTPD");
const PUREFTPD: Program = Program::commands_only("Pure-FTPd");
const FILEZILLA: Program = Program::server("FileZilla Server");
const IIS: Program = Program::server("IIS");
const PYFTPDLIB: Program = Program::server("pyftpdlib");
const SFTPGO: Program = Program::server("SFTPGo");
const EXTENDED: Program = Program::server("");

/// What has been seen so far of the servers that wrote the file.
#[derive(Debug, Default)]
pub struct Servers {
    vsftpd: Vsftpd,
    iis: Iis,
    /// Pure-FTPd's conversations that have ended with a farewell of their own kind.
    gone: HashSet<String>,
    /// The conversation that lines without a head belong to.
    last: Option<(Program, String)>,
}

impl Servers {
    /// What a line says; `None` where no server is known to write such a line. `text` is the line
    /// without its time, `line` the whole line.
    pub fn read(&mut self, line: &str, text: &str) -> Option<Understood> {
        let found = self
            .vsftpd
            .read(text)
            .or_else(|| proftpd(text))
            .or_else(|| self.pureftpd(text))
            .or_else(|| filezilla(text))
            .or_else(|| pyftpdlib(text))
            .or_else(|| sftpgo(text))
            .or_else(|| extended(line))
            .or_else(|| self.iis.read(line));
        if let Some(found) = &found {
            self.last = Some((found.program, found.key.clone()));
        }
        found
    }

    /// The conversation that a line without a head belongs to.
    pub fn last(&self) -> Option<&str> {
        self.last.as_ref().map(|(_, key)| key.as_str())
    }

    /// `pure-ftpd: (joe@192.0.2.7) [DEBUG] Command [pasv] []`.
    fn pureftpd(&mut self, text: &str) -> Option<Understood> {
        let at = text.find("pure-ftpd")?;
        let head = text.get(at..)?;
        let open = head.find('(')?;
        let who = head.get(open + 1..)?;
        let (who, rest) = who.split_once(") [")?;
        let (level, said) = rest.split_once("] ")?;
        if level.len() > 10 {
            return None;
        }
        let (_, host) = who.rsplit_once('@')?;
        // The number of the process tells conversations of one client apart.
        let process = head.get(..open)?.split_once('[').and_then(|(_, p)| p.split_once(']'));
        let key = match process {
            Some((number, _)) => format!("pure-ftpd {number}"),
            None => format!("pure-ftpd {host}"),
        };
        let address = shape::address(host);
        let client = address.map(|address| Says::Client(address, None));
        let made = |says: Vec<Says>| Some(Understood { program: PUREFTPD, key: key.clone(), says });
        if said.starts_with("New connection from ") {
            self.gone.remove(&key);
            return made(std::iter::once(Says::Begins).chain(client).collect());
        }
        if self.gone.contains(&key) {
            // The last reply's code is said once more, with a farewell.
            return made(Vec::new());
        }
        if said.starts_with("Logout.") || said.starts_with("Timeout") {
            if self.gone.len() < MOST_WAITING {
                self.gone.insert(key.clone());
            }
            return made(vec![Says::Ends(End::Unknown)]);
        }
        if said.ends_with(" is now logged in") || said.starts_with("Anonymous user logged in") {
            return made(vec![Says::LoggedIn]);
        }
        let moved = ["downloaded", "uploaded"].iter().any(|word| said.contains(word));
        if let Some((_, size)) = said.rsplit_once(" (").filter(|_| level == "NOTICE" && moved) {
            let bytes = size.split(' ').next().and_then(|bytes| bytes.parse().ok());
            let told = bytes.map(|bytes| Says::Data(None, DataEvent::Bytes(bytes)));
            return made(told.into_iter().chain([Says::Moved]).collect());
        }
        if let Some(rest) = said.strip_prefix("Command [") {
            let (verb, argument) = rest.split_once("] [")?;
            let argument = argument.strip_suffix(']').unwrap_or(argument).trim();
            let line = format!("{} {argument}", verb.to_ascii_uppercase());
            return made(
                client.into_iter().chain([Says::Command(line.trim().to_owned())]).collect(),
            );
        }
        if shape::reply(said).is_some() {
            let reply = Understood {
                program: Program::server(PUREFTPD.name),
                key: key.clone(),
                says: client.into_iter().chain([Says::Reply(said.to_owned())]).collect(),
            };
            return Some(reply);
        }
        made(Vec::new())
    }
}

/// vsftpd changes its process at the login: the one that greets is not the one that transfers.
#[derive(Debug, Default)]
struct Vsftpd {
    /// The conversation of each process.
    processes: HashMap<String, String>,
    /// Conversations that have sent a password and whose next process is not known yet.
    waiting: Vec<(String, String)>,
    number: u64,
}

impl Vsftpd {
    /// `[pid 41] [joe] FTP command: Client "::ffff:192.0.2.7", "PASV"`.
    fn read(&mut self, text: &str) -> Option<Understood> {
        let at = [
            "CONNECT: Client \"",
            "FTP command: Client \"",
            "FTP response: Client \"",
            "LOGIN: Client \"",
            "LOAD: Client \"",
            "DEBUG: Client \"",
        ]
        .into_iter()
        .find_map(|mark| Some((text.find(mark)?, mark)));
        let (at, mark) = at?;
        let head = text.get(..at)?;
        let (client, rest) = text.get(at + mark.len()..)?.split_once('"')?;
        let process = head
            .split_once("[pid ")
            .or_else(|| head.split_once("vsftpd["))
            .and_then(|(_, p)| p.split_once(']'))
            .map_or("", |(number, _)| number)
            .trim()
            .to_owned();
        let said = rest.strip_prefix(", \"").map(|said| said.strip_suffix('"').unwrap_or(said));
        let address = shape::address(client);
        let key = match mark {
            "CONNECT: Client \"" => {
                self.number += 1;
                let key = format!("vsftpd {}", self.number);
                if self.processes.len() > MOST_WAITING {
                    self.processes.clear();
                }
                self.processes.insert(process.clone(), key.clone());
                key
            }
            // Told by a process that stays behind.
            "LOGIN: Client \"" => {
                let waiting = self.waiting.iter().find(|(whose, _)| whose == client);
                let Some((_, key)) = waiting.filter(|_| head.ends_with("OK ")) else {
                    return nothing(VSFTPD);
                };
                let says = vec![Says::LoggedIn];
                return Some(Understood { program: VSFTPD, key: key.clone(), says });
            }
            _ => self.key(&process, client),
        };
        let mut says = Vec::new();
        if mark.starts_with("CONNECT") {
            says.push(Says::Begins);
        }
        says.extend(address.map(|address| Says::Client(address, None)));
        match mark {
            "FTP command: Client \"" => {
                let command = said?;
                if command.starts_with("PASS") && self.waiting.len() < MOST_WAITING {
                    self.waiting.push((client.to_owned(), key.clone()));
                }
                says.push(Says::Command(command.to_owned()));
            }
            // Ends of lines within a reply are shown as question marks.
            "FTP response: Client \"" => {
                says.push(Says::Reply(said?.trim_end_matches("??").to_owned()));
            }
            "LOAD: Client \"" => {
                let bytes =
                    rest.split(", ").find_map(|part| part.strip_suffix(" bytes")?.parse().ok());
                says.extend(bytes.map(|bytes| Says::Data(None, DataEvent::Bytes(bytes))));
            }
            "DEBUG: Client \""
                if said.is_some_and(|said| said.contains("Control connection terminated")) =>
            {
                says.push(Says::Ends(End::Client));
            }
            _ => {}
        }
        Some(Understood { program: VSFTPD, key, says })
    }

    fn key(&mut self, process: &str, client: &str) -> String {
        if let Some(key) = self.processes.get(process) {
            let key = key.clone();
            // The process that greeted goes on: that login came to nothing.
            self.waiting.retain(|(_, waiting)| *waiting != key);
            return key;
        }
        // A process that was not heard of before goes on with the oldest login of the same client.
        let waiting = self.waiting.iter().position(|(whose, _)| whose == client);
        let key = if let Some(place) = waiting {
            self.waiting.remove(place).1
        } else {
            self.number += 1;
            format!("vsftpd {}", self.number)
        };
        self.processes.insert(process.to_owned(), key.clone());
        key
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every caller answers with an Option")]
fn nothing(program: Program) -> Option<Understood> {
    Some(Understood { program, key: String::new(), says: Vec::new() })
}

/// `proftpd[123] host (client[192.0.2.7]): …`, or a trace: `[123] <command:7>: dispatching …`.
fn proftpd(text: &str) -> Option<Understood> {
    let (process, rest) = if let Some(at) = text.find("proftpd[") {
        text.get(at + 8..)?.split_once(']')?
    } else if text.starts_with('[') && (text.contains("] <") || text.contains("dispatching")) {
        text.get(1..)?.split_once(']')?
    } else {
        return None;
    };
    if process.is_empty() || !process.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let key = format!("proftpd {process}");
    let client = rest
        .split_once('(')
        .and_then(|(_, who)| who.split_once(')'))
        .and_then(|(who, _)| who.rsplit_once('['))
        .and_then(|(_, address)| shape::address(address));
    let client = client.map(|address| Says::Client(address, None));
    let said = rest.split_once("): ").map_or(rest, |(_, said)| said);
    let said = said.strip_prefix("- ").unwrap_or(said);
    let made = |program: Program, says: Vec<Says>| {
        Some(Understood {
            program,
            key: key.clone(),
            says: client.clone().into_iter().chain(says).collect(),
        })
    };
    if let Some((_, reply)) = said.split_once("<response:")
        && let Some((_, reply)) = reply.split_once(">: ")
    {
        return made(Program::server(PROFTPD.name), vec![Says::Reply(reply.to_owned())]);
    }
    if let Some((_, command)) = said.split_once("dispatching CMD command '") {
        let command = command.rsplit_once('\'').map_or(command, |(command, _)| command);
        return made(PROFTPD, vec![Says::Command(command.to_owned())]);
    }
    if said.contains("FTP session opened") {
        return made(PROFTPD, vec![Says::Begins]);
    }
    if said.contains("FTP session closed") || said.contains("session idle timeout") {
        return made(PROFTPD, vec![Says::Ends(End::Unknown)]);
    }
    if let Some((user, _)) = said.split_once(": Login successful") {
        let user = user.rsplit("USER ").next().unwrap_or_default();
        let says = vec![
            Says::Command(format!("USER {user}")),
            Says::Code(331),
            Says::Command("PASS ****".into()),
            Says::Code(230),
        ];
        return made(PROFTPD, says);
    }
    if said.contains("Login failed") || said.contains("Incorrect password") {
        let user = said.split_once("USER ").and_then(|(_, u)| u.split([' ', ':', '(']).next());
        let user = user.unwrap_or("?");
        let says = vec![
            Says::Command(format!("USER {user}")),
            Says::Code(331),
            Says::Command("PASS ****".into()),
            Says::Reply("530 Login incorrect.".into()),
        ];
        return made(PROFTPD, says);
    }
    if let Some((_, refused)) = said.split_once("Refused ") {
        // `Refused PORT 192,168,1,2,4,5 (address mismatch)`
        let (command, why) = refused.split_once(" (").unwrap_or((refused, ""));
        if shape::bare_command(command).is_some() {
            let reply =
                if why.contains("mismatch") { "500 Illegal PORT command" } else { "501 refused" };
            return made(
                PROFTPD,
                vec![Says::Command(command.to_owned()), Says::Reply(reply.to_owned())],
            );
        }
    }
    if said.contains("Passive data transfer failed") {
        // The announcement itself is not in such a log.
        let trouble = Says::DataTrouble(Trouble::TimedOut { waited: None });
        return made(PROFTPD, vec![Says::Command("PASV".to_owned()), Says::Code(227), trouble]);
    }
    if said.contains("Active data transfer failed") {
        let trouble = Says::DataTrouble(Trouble::TimedOut { waited: None });
        return made(PROFTPD, vec![Says::Command("PORT".to_owned()), Says::Code(200), trouble]);
    }
    if said.contains("Passive connection from") && said.contains("rejected") {
        let reply = "425 Security: Bad IP connecting.".to_owned();
        let says = vec![
            Says::Command("PASV".to_owned()),
            Says::Code(227),
            Says::Command("LIST".into()),
            Says::Reply(reply),
        ];
        return made(PROFTPD, says);
    }
    made(PROFTPD, Vec::new())
}

/// `(000001)3/4/2026 9:30:06 - joe (192.0.2.7)> PASV`, `FTP Session 1 192.0.2.7 [Command] PASV`,
/// `<< [FTP Session 1 192.0.2.7] PASV`.
fn filezilla(text: &str) -> Option<Understood> {
    if let Some(rest) = text.strip_prefix('(')
        && let Some((number, rest)) = rest.split_once(')')
        && number.len() >= 3
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        let (head, said) = rest.split_once(")> ")?;
        let address = head.rsplit_once('(').and_then(|(_, a)| shape::address(a));
        return Some(filezilla_said(number, address, said));
    }
    if let Some(at) = text.find("FTP Session ") {
        let rest = text.get(at + 12..)?;
        let (number, rest) = rest.split_once(' ')?;
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let before = text.get(..at)?;
        if before.trim_end().ends_with('[') {
            let (who, said) =
                rest.split_once("] ").or_else(|| rest.strip_suffix(']').map(|w| (w, "")))?;
            return Some(filezilla_said(number, shape::address(who), said));
        }
        let (who, said) = rest.split_once('[')?;
        let (kind, said) = said.split_once("] ")?;
        let said = if matches!(kind, "Command" | "Response") { said } else { "" };
        return Some(filezilla_said(number, shape::address(who), said));
    }
    None
}

fn filezilla_said(number: &str, address: Option<IpAddr>, said: &str) -> Understood {
    let mut says: Vec<Says> =
        address.map(|address| Says::Client(address, None)).into_iter().collect();
    if shape::reply(said).is_some() {
        says.push(Says::Reply(said.to_owned()));
    } else if let Some(command) = shape::command(said) {
        says.push(Says::Command(command.to_owned()));
    } else if said.starts_with("Connected on port")
        || said.starts_with("Connected, sending welcome")
    {
        says.insert(0, Says::Begins);
    } else if said.starts_with("disconnected") || said.contains("could not send reply") {
        says.push(Says::Ends(End::Client));
    } else {
        // "GnuTLS error -110" stands here too: it is the client that hung up without a word.
        says.clear();
    }
    Understood { program: FILEZILLA, key: format!("filezilla {number}"), says }
}

/// `192.0.2.7:50123-[joe] -> 227 …`, `192.0.2.7:50123-[] FTP session opened (connect)`.
fn pyftpdlib(text: &str) -> Option<Understood> {
    let at = text.find("-[")?;
    let peer = text.get(..at)?.rsplit(' ').next()?;
    let endpoint = shape::endpoint(peer)?;
    let (_, said) = text.get(at + 2..)?.split_once("] ")?;
    let mut says = Vec::new();
    if let Some(reply) = said.strip_prefix("-> ") {
        says.push(Says::Reply(reply.to_owned()));
    } else if let Some(command) = said.strip_prefix("<- ") {
        says.push(Says::Command(command.to_owned()));
    } else if said.starts_with("FTP session opened") {
        says.push(Says::Begins);
    } else if said.starts_with("FTP session closed") {
        says.push(Says::Ends(End::Unknown));
    }
    if !says.is_empty() {
        let at = usize::from(says.first() == Some(&Says::Begins));
        says.insert(at, Says::Client(endpoint.ip(), Some(endpoint.port())));
    }
    Some(Understood { program: PYFTPDLIB, key: format!("pyftpdlib {endpoint}"), says })
}

/// `Received line | … clientId=3 line=PASV`, `Sending answer | … line=227 …`.
fn sftpgo(text: &str) -> Option<Understood> {
    let (_, fields) = text
        .split_once("| sender=ftpserverlib")
        .or_else(|| text.contains("\"sender\":\"ftpserverlib\"").then_some((text, text)))?;
    let field = |name: &str| {
        let rest = fields.split_once(&format!("{name}="))?.1;
        rest.split(' ').next()
    };
    let key = format!("sftpgo {}", field("clientId")?);
    let line = fields.split_once("line=").map(|(_, line)| line.trim_end());
    let mut says = Vec::new();
    if text.contains("Client connected") {
        says.push(Says::Begins);
        if let Some(at) = field("clientIp").and_then(shape::endpoint) {
            says.push(Says::Client(at.ip(), Some(at.port())));
        }
    } else if text.contains("Received line") {
        says.extend(line.map(|line| Says::Command(line.to_owned())));
    } else if text.contains("Sending answer") {
        says.extend(line.map(|line| Says::Reply(line.to_owned())));
    } else if text.contains("Client disconnected") {
        says.push(Says::Ends(End::Unknown));
    }
    Some(Understood { program: SFTPGO, key, says })
}

/// A log in the manner of web servers, as `ProFTPD`'s `ExtendedLog` writes it:
/// `192.0.2.7 - joe [04/Mar/2026:09:30:06 +0000] "PASV" 227 -`.
fn extended(line: &str) -> Option<Understood> {
    let (head, rest) = line.split_once("] \"")?;
    let (who, _) = head.split_once(" [")?;
    let host = who.split_whitespace().next()?;
    let (command, rest) = rest.rsplit_once("\" ")?;
    let code: u16 = rest.split_whitespace().next()?.parse().ok()?;
    let command = shape::command(command)?;
    if !(100..700).contains(&code) {
        return None;
    }
    let mut says: Vec<Says> =
        shape::address(host).map(|address| Says::Client(address, None)).into_iter().collect();
    says.push(Says::Command(command.to_owned()));
    says.push(Says::Code(code));
    Some(Understood { program: EXTENDED, key: format!("extended {host}"), says })
}

/// The columns of IIS' log are named in its head, and differ.
#[derive(Debug, Default)]
struct Iis {
    columns: Vec<String>,
    /// Ports of data connections that have come to stand, with their conversation.
    standing: HashSet<(String, u16)>,
}

impl Iis {
    fn read(&mut self, line: &str) -> Option<Understood> {
        if let Some(fields) = line.strip_prefix("#Fields:") {
            self.columns = fields.split_whitespace().map(str::to_owned).collect();
            return nothing(IIS);
        }
        if line.starts_with("#Software:")
            || line.starts_with("#Version:")
            || line.starts_with("#Date:")
        {
            return line
                .contains("Internet Information")
                .then(|| nothing(IIS))
                .flatten()
                .or_else(|| (!self.columns.is_empty()).then(|| nothing(IIS)).flatten());
        }
        if self.columns.is_empty() {
            return None;
        }
        let values: Vec<&str> = line.split_whitespace().collect();
        if values.len() != self.columns.len() {
            return None;
        }
        let field = |name: &str| {
            let place = self.columns.iter().position(|column| column == name)?;
            values.get(place).copied().filter(|value| *value != "-")
        };
        let number = |name: &str| field(name).and_then(|value| value.parse::<u32>().ok());
        let method = field("cs-method")?;
        // IIS 6 puts the conversation's number before the command: `[12]USER`.
        let (session, method) = match method.strip_prefix('[').and_then(|m| m.split_once(']')) {
            Some((number, method)) => (Some(number), method),
            None => (None, method),
        };
        let key = field("x-session")
            .map(str::to_owned)
            .or_else(|| session.map(str::to_owned))
            .or_else(|| Some(format!("{}:{}", field("c-ip")?, field("c-port").unwrap_or("-"))))?;
        let key = format!("iis {key}");
        let port = number("s-port").and_then(|port| u16::try_from(port).ok());
        let win32 = number("sc-win32-status").unwrap_or(0);
        let status = number("sc-status").and_then(|code| u16::try_from(code).ok());
        let client = field("c-ip").and_then(shape::address);
        let client_port = number("c-port").and_then(|port| u16::try_from(port).ok());
        let server = field("s-ip").and_then(shape::address);
        let mut says = Vec::new();
        match method {
            "ControlChannelOpened" => {
                says.push(Says::Begins);
                says.extend(client.map(|address| Says::Client(address, client_port)));
                says.extend(server.map(|address| Says::Server(address, port)));
            }
            "ControlChannelClosed" => says.push(Says::Ends(End::Unknown)),
            "DataChannelOpened" => {
                let port = port?;
                if self.standing.len() < MOST_WAITING {
                    self.standing.insert((key.clone(), port));
                }
                says.push(Says::Data(
                    Some(Door { address: None, port }),
                    DataEvent::Connected { from: None, to: None },
                ));
            }
            "DataChannelClosed" => {
                let port = port?;
                let stood = self.standing.remove(&(key.clone(), port));
                let what = match win32 {
                    // ERROR_SEM_TIMEOUT, WSAETIMEDOUT: nobody came, or nobody went on.
                    121 | 10060 if !stood => DataEvent::TimedOut { waited: None, syns: None },
                    // ERROR_CONNECTION_REFUSED, WSAECONNREFUSED
                    1225 | 10061 => DataEvent::Refused,
                    // ERROR_NETNAME_DELETED, ERROR_CONNECTION_ABORTED
                    64 | 1236 | 10053 | 10054 if stood => DataEvent::Reset,
                    _ if stood => DataEvent::Closed,
                    _ => return Some(Understood { program: IIS, key, says }),
                };
                says.push(Says::Data(Some(Door { address: None, port }), what));
            }
            _ if shape::is_verb(method) => {
                says.extend(client.map(|address| Says::Client(address, client_port)));
                says.extend(server.map(|address| Says::Server(address, port)));
                let argument = field("cs-uri-stem").map(|stem| stem.replace('+', " "));
                let verb = method.to_ascii_uppercase();
                let line = match argument {
                    Some(argument) => format!("{verb} {argument}"),
                    None => verb,
                };
                says.push(Says::Command(line));
                says.extend(status.filter(|code| (100..700).contains(code)).map(Says::Code));
            }
            _ => {}
        }
        Some(Understood { program: IIS, key, says })
    }
}
