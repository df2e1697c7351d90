//! The reply to FEAT, RFC 2389 §3.2.

use serde::{Deserialize, Serialize};

use super::reply::Reply;

/// What a server says it can do. Some servers list what they do not do, and the reverse.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    /// The lines between the first and the last one, trimmed; without blank ones.
    pub lines: Vec<String>,
}

impl Features {
    /// The features in a 211 reply; none where the reply is another one or has no list.
    ///
    /// RFC 2389 wants one space before each feature; some servers repeat `211-` instead.
    pub fn parse(reply: &Reply) -> Self {
        let inner = match reply.lines.as_slice() {
            [_, inner @ .., _] if reply.is(211) => inner,
            _ => &[],
        };
        let lines = inner
            .iter()
            .map(|line| line.trim())
            .map(|line| {
                line.strip_prefix("211-")
                    .or_else(|| line.strip_prefix("211 "))
                    .unwrap_or(line)
                    .trim()
            })
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        Self { lines }
    }

    /// Whether a line begins with the word `name`, whatever its case.
    pub fn has(&self, name: &str) -> bool {
        self.lines.iter().any(|line| first_word(line).eq_ignore_ascii_case(name))
    }

    /// The mechanisms of all AUTH lines, in capitals, each once: `AUTH TLS`, `AUTH SSL;TLS;` (RFC 4217 §6).
    pub fn auth_mechanisms(&self) -> Vec<String> {
        let mut mechanisms = Vec::new();
        for line in self.lines.iter().filter(|line| first_word(line).eq_ignore_ascii_case("AUTH")) {
            for name in line.split([' ', '\t', ';', ',']).skip(1).filter(|name| !name.is_empty()) {
                let name = name.to_ascii_uppercase();
                if !mechanisms.contains(&name) {
                    mechanisms.push(name);
                }
            }
        }
        mechanisms
    }
}

fn first_word(line: &str) -> &str {
    line.split([' ', '\t', ';', ',']).next().unwrap_or_default()
}
