//! Servers, certificates and command lines that say the worst. What they say is shown as text, and
//! the document is built as if they had said nothing of the kind.

use pulldown_cmark::{Event, Options, Parser};
use scraper::{Html, Selector};
use serde_json::Value;

use super::page::faults;
use super::support::{page, ticket};
use crate::diagnosis::Lang;
use crate::facts::Facts;
use crate::tests::support::scenario;
use crate::wire::text::printable;

/// What a server would have to say to take over a page or a ticket.
const WORST: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)><svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)\" x='",
    "' onfocus='alert(1)' autofocus '",
    "</code></pre></style></title></textarea><iframe src=//evil.example>",
    "]]> --> <![CDATA[ <!-- <?php",
    "&lt;script&gt;&#60;script&#62;",
    "javascript:alert(1) http://evil.example www.evil.example",
    "| a | b |",
    "`code` ``` ~~~ ````",
    "**bold** _it_ ~~gone~~ [l](http://evil.example) ![i](http://evil.example/x.png) [l]: http://e",
    "\u{1b}[31m\u{202e}\u{2066}\u{200b}\u{85}\u{7}",
    "<http://evil.example> <a@evil.example> @everyone #1 $x^2$ :tada: - [ ] x",
];

/// The same on a line of its own: headings, fences, rules, lists, tables, quotes.
const LINES: &[&str] = &[
    "```",
    "~~~",
    "# heading",
    "heading",
    "===",
    "---",
    "- item",
    "1. item",
    "> quote",
    "| a | b |",
    "|---|---|",
    "    code",
    "<div>",
    "</div>",
    "[x]: http://evil.example",
    "***",
    "</pre>",
];

/// Fields of the facts that somebody else filled in.
const THEIRS: &[&str] =
    &["text", "head", "subject", "issuer", "wanted", "algorithm", "cipher", "unreadable", "value"];

/// Puts `words` into every text of the server's, and into what was typed.
fn mutate(value: &mut Value, key: &str, words: &str, count: &mut usize) {
    match value {
        Value::String(text) if THEIRS.contains(&key) || key == "names" => {
            text.push(' ');
            text.push_str(words);
            *count += 1;
        }
        Value::Array(items) => {
            // A reply as code and text.
            let reply = items.len() == 2 && items[0].is_u64() && items[1].is_string();
            for item in items {
                mutate(item, if reply { "text" } else { key }, words, count);
            }
        }
        Value::Object(map) => {
            for (name, item) in map.iter_mut() {
                mutate(item, name, words, count);
            }
        }
        _ => {}
    }
}

/// Facts of a scenario in which every text of somebody else's ends in these words.
fn said(scenario: &scenario::Scenario, words: &str) -> Facts {
    let mut saved = scenario.saved.clone();
    let mut count = 0;
    mutate(&mut saved, "", words, &mut count);
    let typed = &mut saved["request"];
    for field in ["host", "user", "input"] {
        let text = format!("{} {words}", typed[field].as_str().unwrap());
        typed[field] = Value::from(text);
    }
    serde_json::from_value(saved).unwrap()
}

/// The worst as it arrives: made printable on the way in, lines kept apart.
fn worst() -> Vec<String> {
    let shown = |text: &&str| printable(text.as_bytes(), 1000);
    let mut all: Vec<String> = WORST.iter().map(shown).collect();
    all.push(WORST.iter().map(shown).collect::<Vec<_>>().join(" "));
    all.push(LINES.join("\n"));
    all
}

/// The same words without a sign: they mean the same to the diagnosis, and nothing to a parser.
fn harmless(words: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '\n' { c } else { ' ' };
    words.chars().map(plain).collect()
}

/// The elements of a page, in order.
fn elements(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let all = Selector::parse("*").unwrap();
    document.select(&all).map(|e| e.value().name().to_owned()).collect()
}

/// The blocks and spans of a ticket, in order; what is no text and no block of ours is named.
fn blocks(markdown: &str) -> Vec<String> {
    let mut options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    options |= Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES | Options::ENABLE_MATH;
    options |= Options::ENABLE_GFM | Options::ENABLE_SUPERSCRIPT | Options::ENABLE_DEFINITION_LIST;
    Parser::new_ext(markdown, options)
        .filter_map(|event| match event {
            Event::Start(tag) => Some(format!("{:?}", tag.to_end())),
            Event::Text(_) | Event::End(_) | Event::SoftBreak => None,
            other => Some(format!("{other:?}")),
        })
        .collect()
}

#[test]
fn a_page_is_built_the_same_whatever_a_server_says() {
    let worst = worst();
    let mut wrong = Vec::new();
    for (number, scenario) in scenario::all().iter().enumerate() {
        // All of it at once, the lines, and one alone, another one each time.
        let one = number % WORST.len();
        for words in [&worst[WORST.len()], &worst[WORST.len() + 1], &worst[one]] {
            let html = page(&said(scenario, words), Lang::En);
            let plain = page(&said(scenario, &harmless(words)), Lang::En);
            let mut found = faults(&html);
            if elements(&html) != elements(&plain) {
                found.push("is built otherwise".to_owned());
            }
            let text: String = Html::parse_document(&html).root_element().text().collect();
            if !text.contains(words.as_str()) {
                found.push("does not show what was said".to_owned());
            }
            wrong.extend(found.iter().map(|f| format!("{}: {f}, by {words:?}", scenario.name)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_ticket_is_built_the_same_whatever_a_server_says() {
    let worst = worst();
    let mut wrong = Vec::new();
    for (number, scenario) in scenario::all().iter().enumerate() {
        let one = number % WORST.len();
        for words in [&worst[WORST.len()], &worst[WORST.len() + 1], &worst[one]] {
            let hostile = ticket(&said(scenario, words), Lang::En);
            let plain = ticket(&said(scenario, &harmless(words)), Lang::En);
            let (is, was) = (blocks(&hostile), blocks(&plain));
            if is != was {
                let at = is.iter().zip(&was).take_while(|(a, b)| a == b).count();
                let (is, was) = (is.get(at), was.get(at));
                let name = &scenario.name;
                wrong.push(format!("{name}: {is:?} where {was:?} should be, by {words:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn neither_carries_a_control_character() {
    for scenario in scenario::all() {
        let facts = said(scenario, &worst()[WORST.len()]);
        for report in [page(&facts, Lang::En), ticket(&facts, Lang::En)] {
            let odd =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c);
            let found = report.chars().find(|c| odd(*c));
            assert_eq!(found, None, "{}", scenario.name);
        }
    }
}

#[test]
fn every_text_of_a_servers_is_mutated() {
    // A field with another name would slip through: each text of a reply must have changed.
    for scenario in scenario::all() {
        let facts = said(scenario, "<worst>");
        let replies = facts.sessions.iter().flat_map(|s| &s.exchanges).flat_map(|e| &e.replies);
        assert!(replies.into_iter().all(|r| r.text.ends_with("<worst>")), "{}", scenario.name);
        let greeted = facts.sessions.iter().filter_map(|s| s.greeting_reply());
        assert!(greeted.into_iter().all(|r| r.text.ends_with("<worst>")), "{}", scenario.name);
    }
}
