//! What was said on every control connection, passwords left out.

use super::words::Words;
use crate::diagnosis::Text;
use crate::facts::{ExchangeEnd, Facts, Greeting};

/// The transcript as text.
pub fn render(facts: &Facts, words: &Words) -> String {
    let mut out = String::new();
    for (number, session) in facts.sessions.iter().enumerate() {
        let head =
            Text::new("report-session").with("number", number + 1).with("peer", session.peer);
        out.push_str(&format!("  -- {}\n", words.say(&head)));
        match &session.greeting {
            Greeting::Reply(reply) => reply_lines(&mut out, reply.code, &reply.text),
            Greeting::NotFtp { head, .. } => out.push_str(&format!("  S: {head}\n")),
            _ => {}
        }
        for exchange in &session.exchanges {
            if !exchange.command.is_empty() {
                out.push_str(&format!("  C: {}\n", exchange.command));
            }
            for reply in &exchange.replies {
                reply_lines(&mut out, reply.code, &reply.text);
            }
            match &exchange.end {
                ExchangeEnd::TimedOut { waited } => {
                    let text = Text::new("report-no-reply").with("waited", waited.words());
                    out.push_str(&format!("  -- {}\n", words.say(&text)));
                }
                ExchangeEnd::Closed => {
                    out.push_str(&format!("  -- {}\n", words.get("report-closed")));
                }
                ExchangeEnd::Failed { text } => out.push_str(&format!("  -- {text}\n")),
                ExchangeEnd::NotAReply { text } => out.push_str(&format!("  S: {text}\n")),
                ExchangeEnd::Answered | ExchangeEnd::Open => {}
            }
        }
    }
    out
}

fn reply_lines(out: &mut String, code: u16, text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len().saturating_sub(1);
    if lines.is_empty() {
        out.push_str(&format!("  S: {code}\n"));
    }
    for (index, line) in lines.iter().enumerate() {
        let mark = if index == last { ' ' } else { '-' };
        out.push_str(&format!("  S: {code}{mark}{line}\n"));
    }
}
