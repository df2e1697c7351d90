//! What a parser finds in the ticket: blocks, tables whose rows are as long as their heads, and no
//! HTML, link or image.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::support::ticket;
use crate::diagnosis::{Lang, diagnose};
use crate::tests::support::scenario;
use crate::tests::support::unrendered::unrendered;

#[test]
fn every_ticket_is_markdown_without_html_and_links() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        for lang in Lang::ALL {
            let text = ticket(&scenario.facts, lang);
            let mut found: Vec<String> = Vec::new();
            let (mut shown, mut code, mut level) = (String::new(), String::new(), 0);
            let mut in_code = false;
            for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
                match event {
                    Event::Html(_) | Event::InlineHtml(_) => found.push("HTML".to_owned()),
                    Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                        found.push("a link".to_owned());
                    }
                    Event::Start(Tag::Heading { level: next, .. }) => {
                        if next as usize > level + 1 {
                            found.push(format!("{next} after {level}"));
                        }
                        level = next as usize;
                    }
                    Event::Start(Tag::CodeBlock(_)) => in_code = true,
                    Event::End(TagEnd::CodeBlock) => in_code = false,
                    Event::Text(said) if in_code => code.push_str(&said),
                    Event::Text(said) => shown.push_str(&said),
                    Event::End(_) => shown.push('\n'),
                    _ => {}
                }
            }
            found.extend(unrendered(&shown).map(|id| format!("no words for {id}")));
            for remedy in diagnose(&scenario.facts).findings.iter().flat_map(|f| &f.remedies) {
                for snippet in remedy.snippets.iter().filter(|s| !code.contains(&s.content)) {
                    found
                        .push(format!("lines for {} are not fenced as they are", snippet.software));
                }
            }
            wrong.extend(found.into_iter().map(|f| format!("{} ({lang:?}): {f}", scenario.name)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_ticket_says_what_the_report_says() {
    let scenario = scenario::of("server-blocks-passive-four-hops");
    let text = ticket(&scenario.facts, Lang::En);
    for line in [
        "# ftp-doctor: 203.0.113.2:21",
        "**DEGRADED** A firewall at the server's side blocks the passive ports. Works: PORT, EPRT. Does not: PASV, EPSV.",
        "| PASV | 37854 → 63021 | ✗ timed out | 5 SYNs, no answer in 1.6 s |",
        "| PORT | 33989 ← 20 | ✓ open | 59 B listed |",
        "| 2 | 198.18.1.2 |",
        "## Problem: A firewall at the server's side blocks the passive ports",
        "nft insert rule inet filter input tcp dport 50000-50100 accept",
        "| passive-3 | ✗ blocked | client \\>1023 ──▶ server 26520, 63021: the client opens the data connection |",
        "  C: PASV",
    ] {
        assert!(text.lines().any(|l| l == line), "not there: {line}\n{text}");
    }
}
