//! Logs of clients, line by line. Codes and commands decide; a program's words are looked at where
//! they tell of a connection, and those of `FileZilla` are translated.

mod curl;
mod ftplib;
mod labelled;
mod lftp;
mod plain;
mod programs;
mod wget;
mod winscp;

use super::says::{Program, Says, Understood};
use super::shape;

/// What has been seen so far of the programs that wrote the file.
#[derive(Debug, Default)]
pub struct Clients {
    curl: curl::Curl,
    ftplib: ftplib::Ftplib,
    labels: labelled::Labels,
    wget: wget::Wget,
    /// Replies have a mark in this file: a line without one is something else.
    marked: bool,
}

impl Clients {
    /// What a line says; `None` where no client is known to write such a line. `open`: a reply of
    /// several lines has begun and not ended.
    pub fn read(&mut self, line: &str, open: bool) -> Option<Understood> {
        let text = line.trim_end();
        let found = self
            .curl
            .read(text)
            .or_else(|| lftp::lftp(text))
            .or_else(|| self.ftplib.read(text))
            .or_else(|| winscp::winscp(text))
            .or_else(|| programs::go(text))
            .or_else(|| programs::dotnet(text))
            .or_else(|| self.labels.read(text))
            .or_else(|| self.wget.read(text))
            .or_else(|| programs::basic(text))
            .or_else(|| programs::ftp(text))
            .or_else(|| plain::arrows(text, open))
            .or_else(|| programs::exception(text));
        let found = if shape::is_tls_cut(text) { Some(cut(text, found)) } else { found };
        let replies = |found: &Understood| found.says.iter().any(|s| matches!(s, Says::Reply(_)));
        self.marked |= found.as_ref().is_some_and(replies);
        found.or_else(|| plain::bare(text, open).filter(|bare| !(self.marked && replies(bare))))
    }
}

/// The libraries' words for an end without `close_notify`, whoever prints them.
fn cut(text: &str, found: Option<Understood>) -> Understood {
    let dialogue = |says: &Says| matches!(says, Says::Reply(_) | Says::Command(_));
    match found {
        Some(found) if found.says.iter().any(dialogue) => found,
        found => {
            let program = found.as_ref().map_or(plain::PLAIN, |f| f.program);
            let key = found.map(|f| f.key).unwrap_or_default();
            Understood { program, key, says: vec![Says::TlsCut(text.to_owned())] }
        }
    }
}

/// A line of the only conversation there is.
#[expect(clippy::unnecessary_wraps, reason = "every caller answers with an Option")]
fn understood(program: Program, says: Vec<Says>) -> Option<Understood> {
    Some(Understood { program, key: String::new(), says })
}
