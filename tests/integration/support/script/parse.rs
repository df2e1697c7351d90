//! Reading a script.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::Mismatch;

pub(super) struct Script {
    pub(super) listen: IpAddr,
    pub(super) anytime: Vec<(String, String)>,
    pub(super) sessions: Vec<SessionScript>,
}

#[derive(Default)]
pub(super) struct SessionScript {
    pub(super) lines: Vec<Line>,
    pub(super) repeats: bool,
}

pub(super) struct Line {
    pub(super) text: String,
    pub(super) step: Step,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Say(String),
    Raw(Vec<u8>),
    Expect { pattern: String, optional: bool },
    Wait(Duration),
    End(End),
    Secure(String),
    Hear,
    Past(Vec<u8>),
    Listen(String),
    Refuse(String),
    Block(String),
    Accept(String),
    Nobody(String, Duration),
    Connect(Option<IpAddr>),
    Send(Vec<u8>),
    DataSecure(String),
    DataResume(String, String),
    DataHear,
    Data(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Close,
    /// As `Close`, and under TLS without a word.
    Cut,
    Reset,
    Hang,
}

impl Script {
    pub(super) fn parse(text: &str) -> Result<Self, Mismatch> {
        let mut script = Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            anytime: Vec::new(),
            sessions: vec![SessionScript::default()],
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.split("  #").next().unwrap_or(line).trim();
            if !line.is_empty() && !line.starts_with('#') {
                script
                    .line(line)
                    .map_err(|error| format!("script line {}: {error}: {line}", number + 1))?;
            }
        }
        Ok(script)
    }

    fn line(&mut self, line: &str) -> Result<(), Mismatch> {
        if let Some(header) = line.strip_prefix("== ") {
            return self.header(header);
        }
        let (kind, rest) = line.split_once(':').ok_or("no `X:` at its beginning")?;
        let rest = rest.trim_start();
        let step = match kind {
            "A" => {
                let (pattern, reply) = rest.split_once(" => ").ok_or("no ` => `")?;
                let reply = String::from_utf8_lossy(&unescape(reply)?).into_owned();
                self.anytime.push((pattern.to_owned(), reply));
                return Ok(());
            }
            "S" => Step::Say(rest.to_owned()),
            "R" => Step::Raw(unescape(rest)?),
            "C" | "C?" => Step::Expect { pattern: rest.to_owned(), optional: kind == "C?" },
            "W" => Step::Wait(duration(rest)?),
            "X" => Step::End(end(rest)?),
            "T" => match rest.split_once(' ') {
                Some(("raw", bytes)) => Step::Past(unescape(bytes)?),
                _ if rest == "hear" => Step::Hear,
                _ => Step::Secure(rest.to_owned()),
            },
            "D" => data_step(rest)?,
            _ => return Err(format!("unknown kind `{kind}`").into()),
        };
        let session = self.sessions.last_mut().ok_or("no session")?;
        session.lines.push(Line { text: line.to_owned(), step });
        Ok(())
    }

    fn header(&mut self, header: &str) -> Result<(), Mismatch> {
        match header.split_once(' ') {
            Some(("listen", address)) => {
                self.listen = address.parse().map_err(|_| "not an address")?;
                if !self.listen.is_loopback() {
                    return Err("not a loopback address".into());
                }
            }
            Some(("session", number)) => {
                let next = (self.sessions.len() + 1).to_string();
                let first = number == "1" && self.sessions.iter().all(|s| s.lines.is_empty());
                if number != "*" && number != next && !first {
                    return Err(format!("the next session is {next}").into());
                }
                if !first {
                    self.sessions.push(SessionScript { lines: Vec::new(), repeats: number == "*" });
                }
            }
            _ => return Err("neither `session` nor `listen`".into()),
        }
        Ok(())
    }
}

fn data_step(text: &str) -> Result<Step, Mismatch> {
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let name = || match rest {
        "" => Err("no name"),
        name => Ok(name.to_owned()),
    };
    Ok(match verb {
        "listen" => Step::Listen(name()?),
        "refuse" => Step::Refuse(name()?),
        "block" => Step::Block(name()?),
        "accept" => Step::Accept(name()?),
        "nobody" => {
            let (name, time) = rest.split_once(' ').ok_or("no time")?;
            Step::Nobody(name.to_owned(), duration(time)?)
        }
        "connect" if rest.is_empty() => Step::Connect(None),
        "connect" => Step::Connect(Some(rest.parse().map_err(|_| "not an address")?)),
        "send" => Step::Send(unescape(rest)?),
        "fill" => Step::Send(vec![b'.'; rest.parse().map_err(|_| "not a number")?]),
        "secure" => Step::DataSecure(name()?),
        "hear" => Step::DataHear,
        "resume" => {
            let (name, reply) = rest.split_once(' ').ok_or("no reply")?;
            Step::DataResume(name.to_owned(), reply.to_owned())
        }
        // Fatal, handshake_failure.
        "tls" => Step::Send(vec![0x15, 3, 3, 0, 2, 2, 40]),
        _ => Step::Data(end(text)?),
    })
}

fn end(text: &str) -> Result<End, Mismatch> {
    match text {
        "close" => Ok(End::Close),
        "cut" => Ok(End::Cut),
        "rst" => Ok(End::Reset),
        "hang" => Ok(End::Hang),
        _ => Err(format!("unknown word `{text}`").into()),
    }
}

fn duration(text: &str) -> Result<Duration, Mismatch> {
    let number = |digits: &str| digits.parse().map_err(|_| format!("no time: `{text}`"));
    match text.strip_suffix("ms") {
        Some(digits) => Ok(Duration::from_millis(number(digits)?)),
        None => Ok(Duration::from_secs(number(text.strip_suffix('s').unwrap_or(""))?)),
    }
}

fn unescape(text: &str) -> Result<Vec<u8>, Mismatch> {
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        match (char, rest.clone().next()) {
            ('\\', Some('x')) => {
                let hex: String = rest.by_ref().skip(1).take(2).collect();
                bytes.push(u8::from_str_radix(&hex, 16).map_err(|_| format!("\\x{hex}"))?);
            }
            ('\\', Some(escape)) => {
                let byte = match escape {
                    'r' => b'\r',
                    'n' => b'\n',
                    't' => b'\t',
                    '\\' => b'\\',
                    other => return Err(format!("\\{other}").into()),
                };
                rest.next();
                bytes.push(byte);
            }
            (char, _) => bytes.extend(char.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Ok(bytes)
}

/// `*` stands for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|at| rest.is_char_boundary(*at))
                .any(|at| matches(tail, &rest[at..]))
        }),
    }
}
