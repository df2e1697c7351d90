//! What was read, for every report: the files, how much of them is FTP, where they were taken, what
//! could not be read, and what changed from one to the next.

use super::words::Words;
use crate::diagnosis::reason::{first_line, not_read};
use crate::diagnosis::{Confidence, Diagnosis, Severity, Text, Verdict};
use crate::facts::reading::{Change, FileKind, KnownBy, Reading};
use crate::facts::{Host, Request, TlsLevel};

/// Translations and changes that are told.
const MOST_CHANGES: usize = 4;
/// Sessions that are told one by one.
const MOST_SESSIONS: usize = 8;

/// One thing that is said of what was read.
pub struct Said {
    /// In words.
    pub text: String,
    /// It belongs to the file that was named before.
    pub below: bool,
}

/// All that is said of what was read, in order; nothing for a live run.
pub fn said(diagnosis: &Diagnosis<'_>, words: &Words) -> Vec<Said> {
    let Some(reading) = &diagnosis.evidence.facts.reading else { return Vec::new() };
    let mut all = Vec::new();
    let mut say = |text: &Text, below: bool| all.push(Said { text: words.say(text), below });
    for file in &reading.files {
        let line = Text::new("report-read")
            .with("file", file.file.clone())
            .with("format", file.format.clone())
            .with("unit", if file.kind == FileKind::Capture { "packet" } else { "line" })
            .with("units", usize::try_from(file.units).unwrap_or(usize::MAX))
            .with("used", usize::try_from(file.used).unwrap_or(usize::MAX))
            .with("at", file.vantage.as_str())
            .with("by", file.known_by.map_or("none", KnownBy::as_str));
        say(&line, false);
        for unread in &file.unread {
            say(&not_read(file, unread), true);
        }
    }
    for change in reading.translations.iter().take(MOST_CHANGES) {
        let id =
            if change.of_client { "report-read-client-moved" } else { "report-read-server-moved" };
        say(&Text::new(id).with("near", change.near).with("far", change.far), true);
    }
    for change in reading.changes.iter().take(MOST_CHANGES) {
        say(&changed(diagnosis, change), true);
    }
    if reading.others.len() > 1 {
        say(&sessions(reading, words), false);
    }
    all
}

fn changed(diagnosis: &Diagnosis<'_>, change: &Change) -> Text {
    let evidence = &diagnosis.evidence;
    match change {
        Change::Text { sent, came, from, to } => Text::new("report-read-changed")
            .with("sent", first_line(sent))
            .with("came", first_line(came))
            .with("from", evidence.cited(*from))
            .with("to", evidence.cited(*to)),
        Change::Mss { sent, came, from, to } => Text::new("report-read-mss")
            .with("sent", sent.to_string())
            .with("came", came.to_string())
            .with("from", evidence.cited(*from))
            .with("to", evidence.cited(*to)),
    }
}

fn sessions(reading: &Reading, words: &Words) -> Text {
    let told: Vec<String> = reading
        .others
        .iter()
        .take(MOST_SESSIONS)
        .map(|s| {
            let client = s.client.map_or_else(|| "?".to_owned(), |c| c.to_string());
            let verdict = words.get(&format!("verdict-{}", s.verdict.as_str()));
            format!("{} {client} {verdict}", s.id)
        })
        .collect();
    let more = if reading.others.len() > told.len() { "yes" } else { "no" };
    Text::new("report-read-sessions")
        .with("count", reading.others.len())
        .with("list", told.join(" · "))
        .with("more", more)
}

/// The one command that would settle what the files leave open, where they do.
pub fn to_be_sure(diagnosis: &Diagnosis<'_>) -> Option<Text> {
    let facts = diagnosis.evidence.facts;
    if facts.source.is_live() {
        return None;
    }
    let proven = diagnosis
        .findings
        .iter()
        .find(|f| f.severity == Severity::Problem)
        .is_some_and(|f| f.confidence == Confidence::Proven);
    let settled = proven || matches!(diagnosis.verdict, Verdict::Healthy | Verdict::Limited);
    (!settled).then(|| Text::new("report-to-be-sure").with("command", command(&facts.request)))
}

/// `ftp-doctor ftpes://joe@ftp.example.com`, as a shell takes it.
fn command(request: &Request) -> String {
    let unknown = matches!(&request.host, Host::Name(name) if name == "?");
    let host = if unknown { "HOST".to_owned() } else { request.host.to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'))
    };
    let host = if plain(&host) { host } else { "HOST".to_owned() };
    let user = match request.user.as_str() {
        "anonymous" | "ftp" => String::new(),
        user if plain(user) && !user.contains([':', '[', ']']) => format!("{user}@"),
        _ => "USER@".to_owned(),
    };
    let scheme = match request.tls {
        TlsLevel::Off => "ftp://",
        TlsLevel::Explicit => "ftpes://",
        TlsLevel::Implicit => "ftps://",
    };
    let port = if request.port == request.tls.usual_port() {
        String::new()
    } else {
        format!(":{}", request.port)
    };
    if user.is_empty() && request.tls == TlsLevel::Off {
        return format!("ftp-doctor {host}{port}");
    }
    format!("ftp-doctor {scheme}{user}{host}{port}/")
}
