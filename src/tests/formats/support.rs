//! Entries of the scenarios, hostile ones, and programs of others.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use crate::diagnosis::{Lang, diagnose};
use crate::document::Entry;
use crate::facts::Facts;
use crate::report::words::Words;
use crate::report::{Format, Style, render_entries};
use crate::tests::expect;
use crate::tests::support::scenario;

pub const STYLE: Style = Style { color: false, width: 80, verbose: 0, quiet: false };

/// What a server or a label would have to say to break out of its place.
pub const WORST: &str = "a|b 'q'=9;; \"dq\" \\ % :: , : = ]]></failure><x a=\"&#0;&lt;\">\n\
    ::error title=x::pwned\n##[error]pwned\r\n# HELP ftp_doctor_up x\nftp_doctor_up 7\n\
    </testcase>|x=1\u{0}\u{7}\u{1b}[31m\u{85}\u{202e}\u{2028}\u{fffe}\u{ffff} {x=\"y\"} 1\n| a | b |\n# head <b>";

pub fn entry(label: &str, facts: &Facts, lang: Lang) -> Entry {
    Entry::of(label.to_owned(), Words::of(lang).report(&diagnose(facts)))
}

/// Facts with these expectations.
pub fn expecting(facts: &Facts, texts: &[&str]) -> Facts {
    let mut facts = facts.clone();
    facts.request.expect = texts.iter().map(|text| expect::parse(text).unwrap()).collect();
    facts
}

/// Every scenario, with and without expectations, one that failed, and both labels alike.
pub fn entries(lang: Lang) -> &'static [Entry] {
    static ALL: LazyLock<HashMap<Lang, Vec<Entry>>> =
        LazyLock::new(|| Lang::ALL.into_iter().map(|lang| (lang, all_entries(lang))).collect());
    &ALL[&lang]
}

fn all_entries(lang: Lang) -> Vec<Entry> {
    let texts =
        ["passive=open", "login-ms<0.5", "control-ms>=1", "tls=off", "cause!=passive-disabled"];
    let mut all = Vec::new();
    for scenario in scenario::all() {
        all.push(entry(&scenario.name, &scenario.facts, lang));
        let expected = expecting(&scenario.facts, &texts);
        all.push(entry(&format!("{} expected", scenario.name), &expected, lang));
    }
    all.push(Entry::failed("failed".to_owned(), "ftp://h".to_owned(), "no runtime".to_owned()));
    all
}

/// Puts the worst into every text of the server's.
fn worsen(value: &mut serde_json::Value, key: &str) {
    use serde_json::Value;
    match value {
        Value::String(text) if matches!(key, "text" | "head" | "subject" | "issuer" | "input") => {
            text.push_str(WORST);
        }
        Value::Array(items) => {
            let reply = items.len() == 2 && items[0].is_u64() && items[1].is_string();
            for item in items {
                worsen(item, if reply { "text" } else { key });
            }
        }
        Value::Object(map) => map.iter_mut().for_each(|(key, item)| worsen(item, key)),
        _ => {}
    }
}

/// Scenarios whose servers, targets and labels say the worst, raw as no probe would let them pass.
pub fn hostile() -> &'static [Entry] {
    static ALL: LazyLock<Vec<Entry>> = LazyLock::new(all_hostile);
    &ALL
}

fn all_hostile() -> Vec<Entry> {
    let mut all = Vec::new();
    for scenario in scenario::all() {
        let mut value = serde_json::to_value(&scenario.facts).unwrap();
        worsen(&mut value, "");
        let facts: Facts = serde_json::from_value(value).unwrap();
        let facts = expecting(&facts, &["passive=open", "cause=login-rejected"]);
        all.push(entry(&format!("{} {WORST}", scenario.name), &facts, Lang::En));
    }
    all.push(Entry::failed(WORST.to_owned(), WORST.to_owned(), WORST.to_owned()));
    all
}

pub fn render(entries: &[Entry], format: Format, lang: Lang) -> String {
    String::from_utf8(render_entries(entries, format, STYLE, lang).unwrap()).unwrap()
}

/// The folder that tests/setup fills.
pub fn lab() -> PathBuf {
    std::env::var_os("FTP_DOCTOR_LAB")
        .map_or_else(|| PathBuf::from("/var/tmp/ftp-doctor-lab"), PathBuf::from)
}
