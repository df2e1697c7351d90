//! curl: `-v`, `--trace-ascii` and the last line.

use super::plain::said;
use super::understood;
use crate::read::conversation::End;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, Trouble, door};

const CURL: Program = Program::telling("curl");

/// What has been seen of curl so far.
#[derive(Debug, Default)]
pub struct Curl {
    /// curl tells of TLS records in the same words as of data.
    tls: bool,
    /// There is TLS: pieces of five bytes are the heads of records, on either connection.
    secure: bool,
    /// The next lines of its trace are of the control connection, or of others.
    trace: Option<bool>,
}

impl Curl {
    /// What a line says, if curl wrote it.
    pub fn read(&mut self, text: &str) -> Option<Understood> {
        self.traced(text).or_else(|| curl_error(text)).or_else(|| self.info(text))
    }

    /// `curl --trace-ascii`: a heading, then numbered pieces.
    fn traced(&mut self, text: &str) -> Option<Understood> {
        if let Some(rest) = text.strip_prefix("== Info: ") {
            self.trace = None;
            return self.info(&format!("* {rest}"));
        }
        let headings = ["=> Send header", "<= Recv header"];
        if headings.iter().any(|heading| text.starts_with(heading)) {
            self.trace = Some(true);
            return understood(CURL, Vec::new());
        }
        if ["=> Send data", "<= Recv data", "=> Send SSL data", "<= Recv SSL data"]
            .iter()
            .any(|heading| text.starts_with(heading))
        {
            self.trace = Some(false);
            let bytes = text.split([',', ' ']).find_map(|word| word.parse().ok());
            let counted = bytes.filter(|_| !text.contains("SSL"));
            return understood(CURL, counted.map(Says::Bytes).into_iter().collect());
        }
        let wanted = self.trace?;
        let (offset, rest) = text.split_once(": ")?;
        if offset.len() != 4 || !offset.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let says = if wanted { said(rest) } else { None };
        understood(CURL, says.into_iter().collect())
    }

    /// `* …`, `> …`, `< …`, `{ [188 bytes data]`.
    fn info(&mut self, text: &str) -> Option<Understood> {
        if let Some(rest) = text.strip_prefix(['{', '}'])
            && let Some(bytes) =
                rest.strip_prefix(" [").and_then(|r| r.strip_suffix(" bytes data]"))
        {
            let bytes: u64 = bytes.parse().ok()?;
            let of_tls = std::mem::take(&mut self.tls) || (self.secure && bytes == 5);
            let says = if of_tls { None } else { Some(Says::Bytes(bytes)) };
            return understood(CURL, says.into_iter().collect());
        }
        let rest = text.strip_prefix("* ").or_else(|| (text == "*").then_some(""))?;
        if rest.starts_with("cmd* ") {
            return None;
        }
        let rest = without_ids(rest);
        self.tls = rest.contains("TLS") && rest.contains("(IN)") || rest.contains("(OUT)");
        self.secure |= self.tls || rest.starts_with("SSL connection using");
        understood(CURL, curl_info(rest))
    }
}

/// `curl: (28) …`: the last line.
fn curl_error(text: &str) -> Option<Understood> {
    let rest = text.strip_prefix("curl: (")?;
    let (code, words) = rest.split_once(") ")?;
    let code: u16 = code.parse().ok()?;
    let says = match code {
        6 => Some(Says::Trouble(Trouble::NoSuchName)),
        12 => Some(Says::DataTrouble(Trouble::TimedOut { waited: None })),
        28 => Some(Says::Trouble(Trouble::TimedOut { waited: shape::duration(words) })),
        35 | 60 => Some(Says::TlsFailed(words.to_owned())),
        _ => None,
    };
    understood(CURL, says.into_iter().collect())
}

fn curl_info(rest: &str) -> Vec<Says> {
    let trimmed = rest.trim_start();
    if let Some(to) = trimmed.strip_prefix("Trying ") {
        return vec![Says::Dials(shape::endpoint(to).map(door))];
    }
    // The port that curl names in these two is the control connection's, whichever was dialled.
    if trimmed.starts_with("Connected to ") || trimmed.starts_with("Established connection to ") {
        let name = trimmed.split(" to ").nth(1).and_then(|rest| rest.split(' ').next());
        let named = name.filter(|name| shape::address(name).is_none());
        let name = named.map(|name| Says::ServerName(name.to_owned()));
        return std::iter::once(Says::Stands).chain(name).collect();
    }
    if trimmed.starts_with("Connection accepted from server") {
        return vec![Says::DataStands];
    }
    if trimmed.starts_with("Accept timeout occurred") {
        return vec![Says::DataTrouble(Trouble::TimedOut { waited: None })];
    }
    if trimmed.starts_with("Closing connection")
        || trimmed.starts_with("shutting down connection")
        || (trimmed.starts_with("Connection #") && trimmed.ends_with("left intact"))
    {
        return vec![Says::Ends(End::Client)];
    }
    if trimmed.starts_with("SSL connection using")
        || trimmed.starts_with("schannel: SSL/TLS connection with")
    {
        return vec![Says::TlsDone];
    }
    let tls = [
        "SSL certificate problem",
        "SSL_connect",
        "TLS connect error",
        "schannel: failed",
        "gnutls_handshake",
        "error:",
    ];
    if tls.iter().any(|words| trimmed.contains(words)) && !trimmed.contains("close notify") {
        return vec![Says::TlsFailed(trimmed.to_owned())];
    }
    if let Some(name) = trimmed.strip_prefix("Could not resolve host: ") {
        let name = Says::ServerName(name.to_owned());
        return vec![name, Says::Trouble(Trouble::NoSuchName)];
    }
    let failed =
        ["fail", "timeout", "time-out", "timed out", "could not resolve", "errno", "reset"];
    let lower = trimmed.to_lowercase();
    if trimmed.starts_with("Failed EPSV attempt") || !failed.iter().any(|word| lower.contains(word))
    {
        return Vec::new();
    }
    if trimmed.contains("inet_ntop() failed") {
        return Vec::new();
    }
    shape::trouble(trimmed).map(Says::Trouble).into_iter().collect()
}

/// `[0-0] …`, `[FTP] …`: the numbers of a transfer and a connection, the name of a part.
fn without_ids(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('[') else { return text };
    match inner.split_once("] ") {
        Some((ids, rest)) if ids.len() <= 12 => without_ids(rest),
        _ => text,
    }
}
