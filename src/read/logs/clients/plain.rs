//! A dialogue that is marked by arrows, by letters, or not at all.

use super::understood;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, door};

/// A dialogue of which nobody says who wrote it down.
pub const PLAIN: Program = Program::client("");

/// A command or reply behind an arrow, whichever way it points.
pub fn arrows(text: &str, open: bool) -> Option<Understood> {
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
        return arrows(body, open);
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

/// A line without any mark: a transcript, or the listener of commons-net.
pub fn bare(text: &str, open: bool) -> Option<Understood> {
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

/// A command or a line of a reply.
pub fn said(text: &str) -> Option<Says> {
    if shape::reply(text).is_some() {
        return Some(Says::Reply(text.to_owned()));
    }
    shape::command(text).map(|command| Says::Command(command.to_owned()))
}

/// What stands in quotation marks, with the escapes of Python, JavaScript and Go.
pub fn quoted(text: &str, reply: bool) -> Vec<Says> {
    let text = text.trim();
    let text = text.strip_prefix('b').filter(|t| t.starts_with(['\'', '"'])).unwrap_or(text);
    let marks = ['\'', '"', '`'];
    let inner =
        text.strip_prefix(marks).map_or(text, |rest| rest.strip_suffix(marks).unwrap_or(rest));
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
