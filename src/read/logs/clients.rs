//! Logs of clients, line by line. Codes and commands decide; a program's words are looked at where
//! they tell of a connection, and those of `FileZilla` are translated.

use super::shape::{self, Trouble, door};
use super::talk::{Program, Says, Understood};
use crate::read::conversation::{DataEvent, Door, End};

/// What has been seen so far of the programs that wrote the file.
#[derive(Debug, Default)]
pub struct Clients {
    /// `FileZilla`'s word for a reply in the user's language, and `FluentFTP`'s.
    reply_label: Option<String>,
    /// The word that stands before commands.
    command_label: Option<String>,
    /// The word that stands before remarks: such a log begins with one.
    status_label: Option<String>,
    /// curl tells of TLS records in the same words as of data.
    curl_tls: bool,
    /// wget -d shows commands with an arrow; without -d it only names them.
    wget_arrows: bool,
    /// ftplib says everything twice at its second level.
    ftplib_words: bool,
    /// The part of ftplib that a traceback is in.
    python_frame: Option<Frame>,
    /// The next lines of curl's trace are of this kind.
    trace: Option<bool>,
    fluent: bool,
}

/// Where in ftplib an exception was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// A reply was awaited.
    Reply,
    /// A data connection was dialled.
    Dial,
    /// The server's call was awaited.
    Accept,
    /// Data was read or written.
    Transfer,
    /// The control connection was dialled.
    Connect,
}

const CURL: Program = Program::telling("curl");
const LFTP: Program = Program::telling("lftp");
const WGET: Program = Program::client("wget");
const FTPLIB: Program = Program::client("Python ftplib");
const FILEZILLA: Program = Program::client("FileZilla");
const FLUENT: Program = Program::client("FluentFTP");
const WINSCP: Program = Program::client("WinSCP");
const BASIC: Program = Program::client("basic-ftp");
const RCLONE: Program = Program::client("rclone");
const DOTNET: Program = Program::client(".NET FtpWebRequest");
const COMMONS: Program = Program::client("Apache commons-net");
const FTP: Program = Program::client("ftp");
/// A dialogue of which nobody says who wrote it down.
const PLAIN: Program = Program::client("");

fn understood(program: Program, says: Vec<Says>) -> Option<Understood> {
    Some(Understood { program, key: String::new(), says })
}

impl Clients {
    /// What a line says; `None` where no client is known to write such a line. `open`: a reply of
    /// several lines has begun and not ended.
    pub fn read(&mut self, line: &str, open: bool) -> Option<Understood> {
        let text = line.trim_end();
        self.traced(text)
            .or_else(|| curl_error(text))
            .or_else(|| self.curl(text))
            .or_else(|| lftp(text))
            .or_else(|| self.ftplib(text))
            .or_else(|| winscp(text))
            .or_else(|| go(text))
            .or_else(|| dotnet(text))
            .or_else(|| self.labelled(text))
            .or_else(|| self.wget(text))
            .or_else(|| basic(text))
            .or_else(|| ftp(text))
            .or_else(|| self.arrows(text, open))
            .or_else(|| exception(text))
            .or_else(|| bare(text, open))
    }

    /// `curl --trace-ascii`: a heading, then numbered pieces.
    fn traced(&mut self, text: &str) -> Option<Understood> {
        if let Some(rest) = text.strip_prefix("== Info: ") {
            self.trace = None;
            return self.curl(&format!("* {rest}"));
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
    fn curl(&mut self, text: &str) -> Option<Understood> {
        if let Some(rest) = text.strip_prefix(['{', '}'])
            && let Some(bytes) =
                rest.strip_prefix(" [").and_then(|r| r.strip_suffix(" bytes data]"))
        {
            let bytes: u64 = bytes.parse().ok()?;
            let of_tls = std::mem::take(&mut self.curl_tls);
            let says = if of_tls { None } else { Some(Says::Bytes(bytes)) };
            return understood(CURL, says.into_iter().collect());
        }
        let rest = text.strip_prefix("* ").or_else(|| (text == "*").then_some(""))?;
        if rest.starts_with("cmd* ") {
            return None;
        }
        let rest = without_ids(rest);
        self.curl_tls = rest.contains("TLS") && rest.contains("(IN)") || rest.contains("(OUT)");
        understood(CURL, curl_info(rest))
    }

    /// `*cmd* 'USER x'`, and the traceback that ends it all.
    fn ftplib(&mut self, text: &str) -> Option<Understood> {
        for (mark, reply, twin) in [
            ("*cmd* ", false, false),
            ("*resp* ", true, false),
            ("*put* ", false, true),
            ("*get* ", true, true),
        ] {
            let Some(rest) = text.strip_prefix(mark) else { continue };
            self.python_frame = None;
            self.ftplib_words |= !twin;
            if twin && self.ftplib_words {
                return understood(FTPLIB, Vec::new());
            }
            return understood(FTPLIB, quoted(rest, reply));
        }
        if text.starts_with("*welcome* ") || text.starts_with("*retr* ") {
            return understood(FTPLIB, Vec::new());
        }
        if text.starts_with("Traceback (most recent call last)") {
            self.python_frame = None;
            return understood(FTPLIB, Vec::new());
        }
        let trimmed = text.trim_start();
        if trimmed.starts_with("File \"") && trimmed.contains(", line ") {
            let function = trimmed.rsplit(" in ").next().unwrap_or_default();
            let within = self.python_frame;
            self.python_frame = match function {
                "ntransfercmd" => Some(Frame::Accept),
                "makepasv" | "getresp" | "getmultiline" | "getline" => Some(Frame::Reply),
                "create_connection" if within == Some(Frame::Accept) => Some(Frame::Dial),
                "create_connection" | "connect" if within.is_none() => Some(Frame::Connect),
                "retrlines" | "retrbinary" | "storbinary" | "storlines" => Some(Frame::Transfer),
                _ => within,
            };
            return understood(FTPLIB, Vec::new());
        }
        let frame = self.python_frame?;
        let (class, _) = text.split_once(':').unwrap_or((text, ""));
        let exception = !text.starts_with(' ')
            && class.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'))
            && (class.contains("Error") || class.contains("timeout") || class.contains("error"));
        if !exception {
            return text.starts_with(' ').then(|| Understood {
                program: FTPLIB,
                key: String::new(),
                says: Vec::new(),
            });
        }
        self.python_frame = None;
        if class.starts_with("ftplib.error") {
            return understood(FTPLIB, Vec::new());
        }
        let says = match (shape::trouble(text), frame) {
            (Some(Trouble::TimedOut { waited }), Frame::Reply | Frame::Transfer) => {
                Some(Says::GaveUp(waited))
            }
            (Some(trouble), Frame::Dial | Frame::Accept) => Some(Says::DataTrouble(trouble)),
            (Some(Trouble::Closed), Frame::Reply) => Some(Says::Ends(End::Server)),
            (Some(Trouble::Reset), Frame::Reply) => Some(Says::Resets(End::Unknown)),
            (Some(trouble), Frame::Transfer) => Some(Says::DataTrouble(trouble)),
            (Some(trouble), _) => Some(Says::Trouble(trouble)),
            (None, _) if class.contains("SSL") || class.contains("ssl") => {
                Some(Says::TlsFailed(text.to_owned()))
            }
            (None, _) => None,
        };
        understood(FTPLIB, says.into_iter().collect())
    }

    /// `Response:\t220 …`, `Antwort:\t220 …`, `Command:  PASV`, with the numbers of a process and of a
    /// connection before it in a file.
    fn labelled(&mut self, text: &str) -> Option<Understood> {
        let (key, text) = numbered(text);
        let (label, tab, rest) = label(text)?;
        let code = shape::reply(rest);
        let asked = shape::command(rest);
        let known_reply = self.reply_label.as_deref() == Some(label) || is_reply_label(label);
        let known_command = self.command_label.as_deref() == Some(label) || is_command_label(label);
        let wide = text.get(label.len()..).is_some_and(|r| r.starts_with(":  "));
        self.fluent |= wide && !tab && (known_command || known_reply);
        let program = if self.fluent { FLUENT } else { FILEZILLA };
        let made = |says: Vec<Says>| Some(Understood { program, key: key.clone(), says });
        if code.is_some() && (known_reply || (tab && !known_command)) && !is_listing(label) {
            self.reply_label = Some(label.to_owned());
            return made(vec![Says::Reply(without_timing(rest).to_owned())]);
        }
        if let Some(asked) = asked.filter(|_| known_command || tab) {
            self.command_label = Some(label.to_owned());
            return made(vec![Says::Command(asked.to_owned())]);
        }
        if known_reply {
            return made(vec![Says::Reply(without_timing(rest).to_owned())]);
        }
        if known_command {
            return made(Vec::new());
        }
        if !tab && !is_status_label(label) {
            return None;
        }
        let status_label = self.status_label.get_or_insert_with(|| label.to_owned());
        let says = status(rest);
        if says.is_empty() && status_label != label {
            // An error in a language that is not known: the number of seconds that were waited.
            let waited = lone_number(rest).map(|seconds| Says::GaveUp(Some(seconds * 1_000_000)));
            return made(waited.into_iter().collect());
        }
        made(says)
    }

    /// wget: `==> PASV ...`, `--> PASV`, `Connecting to h|192.0.2.1|:21... connected.`
    fn wget(&mut self, text: &str) -> Option<Understood> {
        if text.starts_with("DEBUG output created by Wget") {
            return understood(WGET, Vec::new());
        }
        if let Some(rest) = text.strip_prefix("--> ").filter(|rest| shape::command(rest).is_some())
        {
            self.wget_arrows = true;
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
            if !self.wget_arrows && shape::is_verb(word) && !verb.contains("not ") {
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

    /// A command or reply behind an arrow, whichever way it points.
    fn arrows(&mut self, text: &str, open: bool) -> Option<Understood> {
        let trimmed = text.trim_start();
        let end = trimmed.find(|c| !matches!(c, '-' | '<' | '>' | '=')).unwrap_or(trimmed.len());
        let (arrow, rest) = trimmed.split_at_checked(end)?;
        if !(arrow.contains(['<', '>']) && arrow.len() <= 5) {
            return None;
        }
        let body = rest.strip_prefix([' ', '\t']).unwrap_or(rest);
        let program = PLAIN;
        // `> < 331 …`, as some windows copy it; `> 'USER x'`.
        if body.starts_with(['<', '>']) && arrow.len() == 1 {
            return self.arrows(body, open);
        }
        if body.starts_with(['\'', '"']) && body.len() > 2 && body.ends_with(['\'', '"']) {
            return understood(program, quoted(body, arrow.starts_with('<')));
        }
        // Within a reply of several lines its lines are text, whatever they look like.
        let comes = arrow.starts_with('<') || arrow.ends_with('<');
        if comes && open {
            return understood(program, vec![Says::Reply(body.to_owned())]);
        }
        said(body).and_then(|says| understood(program, vec![says]))
    }
}

/// A command or a line of a reply.
fn said(text: &str) -> Option<Says> {
    if shape::reply(text).is_some() {
        return Some(Says::Reply(text.to_owned()));
    }
    shape::command(text).map(|command| Says::Command(command.to_owned()))
}

/// `[0-0] …`, `[FTP] …`: the numbers of a transfer and a connection, the name of a part.
fn without_ids(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('[') else { return text };
    match inner.split_once("] ") {
        Some((ids, rest)) if ids.len() <= 12 => without_ids(rest),
        _ => text,
    }
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

/// `---- Connecting to …`, `---> PASV`, `<--- 227 …`, `**** Timeout - reconnecting`.
fn lftp(text: &str) -> Option<Understood> {
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

/// `. 2024-03-04 10:41:05.103 Connecting to h:50000 ...`, without its time.
fn winscp(text: &str) -> Option<Understood> {
    let (mark, rest) = text.split_at_checked(2)?;
    match mark {
        ". " => understood(WINSCP, winscp_remark(rest)),
        "! " => {
            let says = match shape::trouble(rest) {
                Some(trouble) => Some(Says::Trouble(trouble)),
                None => None,
            };
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

/// rclone and other programs in Go: `FTP Tx: "PASV"`, `dial("tcp","192.0.2.1:50000")`.
fn go(text: &str) -> Option<Understood> {
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
fn dotnet(text: &str) -> Option<Understood> {
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
fn basic(text: &str) -> Option<Understood> {
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
fn ftp(text: &str) -> Option<Understood> {
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
fn exception(text: &str) -> Option<Understood> {
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

/// A line without any mark: a transcript, or the listener of commons-net.
fn bare(text: &str, open: bool) -> Option<Understood> {
    let trimmed = text.trim_start();
    for mark in [
        "C:",
        "S:",
        "C>",
        "S>",
        "Client:",
        "Server:",
        "client:",
        "server:",
        "Sent:",
        "Received:",
        "SEND:",
        "RECV:",
        "Tx:",
        "Rx:",
    ] {
        if let Some(rest) = trimmed.strip_prefix(mark) {
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            let says =
                said(rest.trim_start()).or_else(|| open.then(|| Says::Reply(rest.to_owned())));
            return says.and_then(|says| understood(PLAIN, vec![says]));
        }
    }
    if let Some(rest) = trimmed.strip_prefix("-- ")
        && let Some(at) = shape::endpoint(rest)
    {
        // The transcript of `ftp-doctor -v`, in any language.
        return understood(PLAIN, vec![Says::DialsControl(Some(door(at))), Says::Stands]);
    }
    if shape::bare_reply(trimmed).is_some() && (trimmed.len() == text.len() || !open) {
        return understood(PLAIN, vec![Says::Reply(trimmed.to_owned())]);
    }
    let command = shape::bare_command(trimmed).filter(|_| !open || trimmed.len() == text.len())?;
    understood(PLAIN, vec![Says::Command(command.to_owned())])
}

/// What stands in quotation marks, with the escapes of Python, JavaScript and Go.
fn quoted(text: &str, reply: bool) -> Vec<Says> {
    let text = text.trim();
    let text = text.strip_prefix('b').filter(|t| t.starts_with(['\'', '"'])).unwrap_or(text);
    let inner = text
        .strip_prefix(['\'', '"', '`'])
        .map(|rest| rest.strip_suffix(['\'', '"', '`']).unwrap_or(rest))
        .unwrap_or(text);
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') | None => {}
            Some('x') => {
                let hex: String = rest.by_ref().take(2).collect();
                let byte = u8::from_str_radix(&hex, 16).ok();
                plain.push(byte.map_or('\u{fffd}', char::from));
            }
            Some(other) => plain.push(other),
        }
    }
    if reply {
        let lines = plain.split('\n').filter(|line| !line.is_empty());
        return lines.map(|line| Says::Reply(line.to_owned())).collect();
    }
    let line = plain.lines().next().unwrap_or_default();
    shape::command(line).map(|c| Says::Command(c.to_owned())).into_iter().collect()
}

/// `5984 3 Status: …`: process and connection, as `FileZilla`'s file has them.
fn numbered(text: &str) -> (String, &str) {
    let mut parts = text.splitn(3, ' ');
    if let (Some(process), Some(connection), Some(rest)) =
        (parts.next(), parts.next(), parts.next())
    {
        let number =
            |t: &str| !t.is_empty() && t.len() <= 10 && t.bytes().all(|b| b.is_ascii_digit());
        if number(process) && number(connection) {
            return (format!("{process} {connection}"), rest);
        }
    }
    (String::new(), text)
}

/// A word or a few before a colon, whether a tab follows, and the rest.
fn label(text: &str) -> Option<(&str, bool, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let at =
        text.char_indices().take(28).find(|(_, c)| matches!(c, ':' | '：')).map(|(at, _)| at)?;
    let (label, rest) = text.split_at_checked(at)?;
    let label = label.trim_end();
    let lettered = !label.is_empty()
        && label.chars().all(|c| {
            c.is_alphabetic() || matches!(c, ' ' | '\u{a0}' | '-' | '\'') || !c.is_ascii()
        });
    if !lettered || label.split(' ').count() > 3 {
        return None;
    }
    let rest = rest.trim_start_matches([':', '：']);
    let tab = rest.starts_with('\t') || rest.trim_start_matches(' ').starts_with('\t');
    if !rest.starts_with([' ', '\t', '\u{a0}']) {
        return None;
    }
    // A reply's own blanks are kept: they mark lines in the middle of it.
    let rest = rest.strip_prefix(['\t', ' ', '\u{a0}']).unwrap_or(rest);
    let rest = if shape::reply(rest.trim_start()).is_some() || shape::command(rest).is_some() {
        rest.trim_start()
    } else {
        rest
    };
    Some((label, tab, rest))
}

fn is_reply_label(label: &str) -> bool {
    matches!(
        label,
        "Response"
            | "Reply"
            | "Antwort"
            | "Réponse"
            | "Respuesta"
            | "Risposta"
            | "Resposta"
            | "Ответ"
            | "响应"
            | "回應"
            | "レスポンス"
            | "応答"
            | "Odpowiedź"
            | "Antwoord"
            | "Returns"
            | "Svar"
            | "Yanıt"
            | "Vastaus"
            | "Válasz"
            | "Odpověď"
            | "응답"
    )
}

fn is_command_label(label: &str) -> bool {
    matches!(
        label,
        "Command"
            | "Befehl"
            | "Commande"
            | "Comando"
            | "Команда"
            | "命令"
            | "指令"
            | "コマンド"
            | "Polecenie"
            | "Opdracht"
            | "Kommando"
            | "Komut"
            | "Komento"
            | "Parancs"
            | "Příkaz"
            | "명령"
    )
}

fn is_status_label(label: &str) -> bool {
    matches!(
        label,
        "Status"
            | "Statut"
            | "Estado"
            | "Stato"
            | "Статус"
            | "状态"
            | "狀態"
            | "状態"
            | "Stan"
            | "Stav"
            | "Durum"
            | "Tila"
            | "Állapot"
            | "상태"
            | "Error"
            | "Fehler"
            | "Erreur"
            | "Errore"
            | "Erro"
            | "Ошибка"
            | "错误"
            | "錯誤"
            | "エラー"
            | "Błąd"
            | "Fout"
            | "Fel"
            | "Hata"
            | "Virhe"
            | "Hiba"
            | "Chyba"
            | "오류"
            | "Trace"
            | "Listing"
    )
}

/// `FileZilla`'s lines of a listing may begin with a number.
fn is_listing(label: &str) -> bool {
    matches!(label, "Listing" | "Trace" | "Status" | "Error")
}

/// `FluentFTP` adds how long a reply took: `230 Logged in [48ms]`.
fn without_timing(text: &str) -> &str {
    let text = text.trim_end();
    let Some(inner) = text.strip_suffix(']') else { return text };
    match inner.rsplit_once(" [") {
        Some((before, time))
            if time.len() <= 14
                && time.ends_with(['s', 'd', 'h', 'm'])
                && time.starts_with(|c: char| c.is_ascii_digit() || c == '<') =>
        {
            before
        }
        _ => text,
    }
}

/// A remark in any language. Names of errors and addresses are not translated.
fn status(rest: &str) -> Vec<Says> {
    let text = rest.trim();
    if text.contains("GnuTLS error -110") {
        return vec![Says::Data(None, DataEvent::TlsNotClosed)];
    }
    if text.contains("GnuTLS error")
        || text.contains("SSL handshake failed")
        || text.contains("AuthenticationException")
    {
        return vec![Says::TlsFailed(text.to_owned())];
    }
    if let Some(at) = text.find(": E").or_else(|| text.starts_with('E').then_some(0)) {
        // `Could not read from transfer socket: ECONNABORTED - Connection aborted`
        let name = text.get(at..).unwrap_or_default().trim_start_matches(": ");
        let word = name.split(' ').next().unwrap_or_default();
        let named = word.len() > 4
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && name.get(word.len()..).is_some_and(|rest| rest.starts_with(" - "));
        if named {
            let lower = text.to_lowercase();
            let data = ["transfer socket", "data connection", "transfer connection"]
                .iter()
                .any(|words| lower.contains(words));
            return shape::trouble(word)
                .map(|t| if data { Says::DataTrouble(t) } else { Says::Trouble(t) })
                .into_iter()
                .collect();
        }
    }
    if text.starts_with("Server sent passive reply with unroutable address") {
        return vec![Says::Command("PASV".to_owned()), Says::Code(227)];
    }
    if text.starts_with("TLS connection established")
        || text.starts_with("FTPS Authentication Successful")
    {
        return vec![Says::TlsDone];
    }
    if text.starts_with("Disconnected from server")
        || text.starts_with("Connection closed by server")
    {
        let end = if text.contains("by server") { End::Server } else { End::Client };
        return vec![Says::Ends(end)];
    }
    if let Some(at) = shape::endpoint(text) {
        return vec![Says::Dials(Some(door(at)))];
    }
    if text.starts_with("Connecting to ") {
        let name =
            text.trim_start_matches("Connecting to ").split([' ', ':']).next().unwrap_or_default();
        return vec![Says::DialsControl(None), Says::ServerName(name.to_owned())];
    }
    if let Some(trouble) = shape::trouble(text) {
        return vec![Says::Trouble(trouble)];
    }
    Vec::new()
}

/// The only number in a sentence, where it may be seconds of a wait.
fn lone_number(text: &str) -> Option<u64> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let only: u64 = numbers.next()?.parse().ok()?;
    let wordy = text.chars().filter(|c| c.is_alphabetic()).count() >= 8;
    let alone = numbers.next().is_none() && !text.contains(['/', '"', '\\', '(', ':', '_']);
    (alone && wordy && (5..=600).contains(&only)).then_some(only)
}
