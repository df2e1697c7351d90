//! Masked facts: nothing of the original is left in any format, and the diagnosis is the same.
//!
//! What may not be left is found by regular expressions over the saved facts, not by the mask's own
//! code.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::diagnosis::{Lang, diagnose};
use crate::facts::{
    Attempt, Because, Dial, Facts, Hole, LookupOutcome, Micros, Mode, Purpose, Session, StepTaken,
    Task, Varied,
};
use crate::mask::mask;
use crate::report::{Format, Style, render};
use crate::tests::support::scenario;

fn rendered(facts: &Facts, format: Format, lang: Lang, verbose: bool) -> String {
    let style = Style { color: false, width: 80, verbose: u8::from(verbose), quiet: false };
    String::from_utf8(render(&diagnose(facts), format, style, lang).unwrap()).unwrap()
}

fn saved(facts: &Facts) -> String {
    serde_json::to_string_pretty(facts).unwrap()
}

/// What is concluded, without any words.
fn conclusions(facts: &Facts) -> Value {
    let report: Value =
        serde_json::from_str(&rendered(facts, Format::Json, Lang::En, false)).unwrap();
    let findings: Vec<Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let mut location = f["location"].clone();
            if let Some(fields) = location.as_object_mut() {
                let known = fields["address"].is_null();
                fields.insert("address".to_owned(), known.into());
            }
            let remedies: Vec<Value> = f["remedies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| {
                    let snippets = r["snippets"].as_array().unwrap();
                    let snippets: Vec<&Value> = snippets.iter().map(|s| &s["for"]).collect();
                    serde_json::json!([r["who"], snippets])
                })
                .collect();
            serde_json::json!({
                "cause": f["cause"], "severity": f["severity"], "confidence": f["confidence"],
                "side": f["side"], "location": location, "suppresses": f["suppresses"],
                "remedies": remedies, "evidence": f["evidence"].as_array().unwrap().len(),
                "ruled_out": f["ruled_out"].as_array().unwrap().iter().map(|r| &r["cause"]).collect::<Vec<_>>(),
            })
        })
        .collect();
    let attempts: Vec<Value> = report["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| serde_json::json!([a["id"], a["outcome"], a["connect_ms"]]))
        .collect();
    let clients: Vec<Value> = report["clients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| serde_json::json!([c["id"], c["works"], c["after_ms"]]))
        .collect();
    let rules: Vec<Value> =
        report["rules"].as_array().unwrap().iter().map(|r| r["state"].clone()).collect();
    serde_json::json!({
        "verdict": report["verdict"], "exit": report["exit_code"], "findings": findings,
        "attempts": attempts, "clients": clients, "rules": rules,
        "nat": report["vantage"]["nat"], "software": report["server"]["software"],
        "seen_as": report["vantage"]["seen_as"].is_null(),
    })
}

/// Addresses without an owner: loopback, unspecified, multicast, broadcast.
fn is_nobody(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => matches!(v4.octets(), [0 | 127 | 224.., ..]),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_multicast(),
    }
}

/// Every address in a text, in the notations of replies, commands and saved facts.
fn addresses(text: &str) -> BTreeSet<IpAddr> {
    static DOTTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").unwrap());
    static COMMAS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})(?:,\d{1,3},\d{1,3})?\b").unwrap()
    });
    static SIXES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*").unwrap());
    let mut found = BTreeSet::new();
    for m in DOTTED.find_iter(text) {
        found.extend(m.as_str().parse::<IpAddr>());
    }
    for m in COMMAS.captures_iter(text) {
        found.extend(format!("{}.{}.{}.{}", &m[1], &m[2], &m[3], &m[4]).parse::<IpAddr>());
    }
    // `unftp_sbe_fs::Filesystem` is a name.
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() || c == '_');
    let alone = |m: &regex::Match<'_>| {
        !letter(text[..m.start()].chars().next_back()) && !letter(text[m.end()..].chars().next())
    };
    for m in SIXES.find_iter(text).filter(alone) {
        let token = m.as_str().trim_end_matches('.');
        found.extend(token.parse::<IpAddr>());
        if let Some((address, _)) = token.rsplit_once(':') {
            // What stands before a mapped address is none itself.
            found.extend(address.parse::<IpAddr>().ok().filter(|a| a.to_string() != "::ffff"));
        }
    }
    found.retain(|a| !is_nobody(*a));
    found.into_iter().map(|a| a.to_canonical()).collect()
}

/// Dotted names in a text, but for those of server software.
fn hosts(text: &str) -> BTreeSet<String> {
    static NAMES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b").unwrap());
    NAMES
        .find_iter(text)
        .map(|m| m.as_str().to_lowercase())
        .filter(|name| {
            !["filezilla-project.org", "pureftpd.org", "vsftpd.conf", "c.utf", "ftp-doctor.facts"]
                .iter()
                .any(|m| name.ends_with(m))
                && !name.starts_with("unix.")
        })
        .collect()
}

fn outputs(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut all = vec![("saved facts", saved(facts))];
    for (name, format) in [
        ("text", Format::Text),
        ("json", Format::Json),
        ("jsonl", Format::JsonLines),
        ("html", Format::Html),
        ("markdown", Format::Markdown),
    ] {
        all.push((name, rendered(facts, format, Lang::En, true)));
    }
    all.push(("chinese", rendered(facts, Format::Text, Lang::Zh, true)));
    all
}

#[test]
fn masked_facts_lead_to_the_same_diagnosis() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        let masked = mask(&scenario.facts).unwrap();
        let (before, after) = (conclusions(&scenario.facts), conclusions(&masked));
        if before != after {
            for (key, value) in before.as_object().unwrap() {
                if after[key] != *value {
                    wrong.push(format!("{}: {key}\n  {value}\n  {}", scenario.name, after[key]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_original_is_left_in_any_output() {
    let mut wrong = Vec::new();
    let (mut found_addresses, mut found_hosts) = (0, 0);
    for scenario in scenario::all() {
        let raw = scenario.saved.to_string().replace("\\n", "\n");
        let (originals, names) = (addresses(&raw), hosts(&raw));
        found_addresses += originals.len();
        found_hosts += names.len();
        let masked = mask(&scenario.facts).unwrap();
        for (output, text) in outputs(&masked) {
            let left: Vec<_> = addresses(&text).intersection(&originals).copied().collect();
            if !left.is_empty() {
                wrong.push(format!("{} ({output}): {left:?}", scenario.name));
            }
            let left: Vec<&String> =
                names.iter().filter(|name| text.to_lowercase().contains(*name)).collect();
            if !left.is_empty() {
                wrong.push(format!("{} ({output}): {left:?}", scenario.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} left:\n{}", wrong.len(), wrong.join("\n"));
    assert!(found_addresses > 100 && found_hosts > 10, "{found_addresses} and {found_hosts}");
}

/// Each public network of the fixtures as a real one, so that no address is of documentation.
fn real(facts: &Facts) -> Facts {
    let text = saved(facts)
        .replace("203.0.113.", "93.184.216.")
        .replace("203,0,113,", "93,184,216,")
        .replace("198.51.100.", "151.101.1.")
        .replace("198,51,100,", "151,101,1,")
        .replace("2001:db8:", "2400:cb00:");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn real_addresses_are_masked_alike() {
    for scenario in scenario::all() {
        let facts = real(&scenario.facts);
        let masked = mask(&facts).unwrap();
        let left: Vec<IpAddr> =
            addresses(&saved(&facts)).intersection(&addresses(&saved(&masked))).copied().collect();
        assert!(left.is_empty(), "{}: {left:?}", scenario.name);
        assert_eq!(conclusions(&facts), conclusions(&masked), "{}", scenario.name);
    }
}

#[test]
fn the_same_original_has_the_same_mask_and_no_other_has_it() {
    for scenario in scenario::all() {
        let masked = mask(&scenario.facts).unwrap();
        let value = serde_json::to_value(&masked).unwrap();
        let before = serde_json::to_value(&scenario.facts).unwrap();
        let mut pairs = BTreeSet::new();
        pair(&before, &value, &mut pairs);
        let originals: BTreeSet<&IpAddr> = pairs.iter().map(|(original, _)| original).collect();
        let masks: BTreeSet<&IpAddr> = pairs.iter().map(|(_, mask)| mask).collect();
        assert_eq!(originals.len(), pairs.len(), "{}: {pairs:?}", scenario.name);
        assert_eq!(masks.len(), pairs.len(), "{}: {pairs:?}", scenario.name);
    }
}

/// What public addresses are masked with here.
static PUBLIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(192\.0\.2|198\.18\.\d+|203\.0\.113|198\.51\.100)\.(\d+)\b").unwrap()
});

static DOTTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{1,3}(?:[.,]\d{1,3}){3}").unwrap());

/// Pairs of addresses that stand at the same place, in fields and in replies.
fn pair(a: &Value, b: &Value, pairs: &mut BTreeSet<(IpAddr, IpAddr)>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.len(), b.len());
            for (key, value) in a {
                pair(value, &b[key], pairs);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len());
            for (a, b) in a.iter().zip(b) {
                pair(a, b, pairs);
            }
        }
        (Value::String(a), Value::String(b)) => {
            let in_order = |text: &str| -> Vec<IpAddr> {
                DOTTED
                    .find_iter(text)
                    .filter_map(|m| m.as_str().replace(',', ".").parse().ok())
                    .collect()
            };
            let (a, b) = (in_order(a), in_order(b));
            assert_eq!(a.len(), b.len());
            pairs.extend(a.into_iter().zip(b));
        }
        (a, b) => assert_eq!(a, b),
    }
}

fn healthy() -> Facts {
    scenario::of("client-nat-vsftpd").facts.clone()
}

fn change_replies(facts: &mut Facts, verb: &str, text: &str) {
    for session in &mut facts.sessions {
        for exchange in &mut session.exchanges {
            if exchange.verb() == verb {
                for reply in &mut exchange.replies {
                    text.clone_into(&mut reply.text);
                }
            }
        }
    }
}

fn reply<'a>(facts: &'a Facts, verb: &str) -> &'a str {
    &facts.sessions[0].reply_to(verb).unwrap().text
}

#[test]
fn replies_in_every_notation() {
    for (text, expected) in [
        // The client is 192.168.1.23 behind 198.51.100.99, the server 203.0.113.5.
        ("=203,0,113,5,4,1", "=A,A,A,A,4,1"),
        ("ok (203, 0, 113, 5, 4, 1)", "ok (A, A, A, A, 4, 1)"),
        ("ok (203,000,113,005,004,001)", "ok (Z,Z,Z,Z,004,001)"),
        ("(|1|203.0.113.5|5000|)", "(|1|A.A.A.A|5000|)"),
        ("(/2/2400:cb00::5/5000/)", "(/2/2001:db8:0:1::1/5000/)"),
        ("(///5001/)", "(///5001/)"),
        ("from [2400:CB00:0:0:0:0:0:5]:21, please", "from [2001:db8:0:1::1]:21, please"),
        ("2400:cb00::5:21", "2001:db8:0:1::1"),
        ("::ffff:203.0.113.5:21", "::ffff:A.A.A.A:21"),
        ("::ffff:cb00:7105", "::ffff:A.A.A.A"),
        ("64:ff9b::cb00:7105", "64:ff9b::AA:AA"),
        ("fe80::1:2:3:4%eth0", "fe80::1%if"),
        ("203.0.113.5.", "A.A.A.A."),
        ("203.000.113.005", "A.A.A.A"),
        ("ip-203-0-113-5 is here", "ip-A-A-A-A is here"),
        ("5.113.0.203.in-addr.arpa", "A.A.A.A.in-addr.arpa"),
        ("Local time is now 12:00:30.", "Local time is now 12:00:30."),
        ("Serv-U FTP Server v6.4.0.6 ready", "Serv-U FTP Server v6.4.0.6 ready"),
        ("version 6.4.0.6", "version 6.4.0.6"),
        ("MLST UNIX.mode;unix.uid;", "MLST UNIX.mode;unix.uid;"),
        ("I/O error, SSL/TLS", "I/O error, SSL/TLS"),
        ("\"/srv/acme/x y\" is current", "\"/srv/path/x\" is current"),
        ("/etc/acme.conf: denied", "/etc/PATH.conf: denied"),
        ("see https://filezilla-project.org/", "see https://filezilla-project.org/"),
        ("mail jo@acme.com", "mail USER@NAME.example"),
        ("Connected from quartz (198.51.100.99)", "Connected from NAME (A.A.A.A)"),
    ] {
        let mut facts = healthy();
        change_replies(&mut facts, "STAT", text);
        let masked = mask(&facts).unwrap();
        let shown = reply(&masked, "STAT").to_owned();
        // The numbers of masks depend on what else there is: only their shape is compared.
        let mut shape = PUBLIC.replace_all(&shown, "A.A.A.A").into_owned();
        for (pattern, with) in [
            (r"192(, ?)0(, ?)2(, ?)\d+(, ?)", "A${1}A${2}A${3}A${4}"),
            (r"192,000,2,\d+,", "Z,Z,Z,Z,"),
            (r"192,000,2,00\d,", "Z,Z,Z,Z,"),
            (r"ip-192-0-2-\d+", "ip-A-A-A-A"),
            (r"\d+\.2\.0\.192\.in", "A.A.A.A.in"),
            (r"c000:2\w\w", "AA:AA"),
            (r"path\d+/path\d+", "path/x"),
            (r"path\d+\.conf", "PATH.conf"),
            (r"user\d+@", "USER@"),
            (r"name\d+", "NAME"),
        ] {
            shape = Regex::new(pattern).unwrap().replace_all(&shape, with).into_owned();
        }
        assert_eq!(shape, expected, "{text}: {shown}");
    }
}

#[test]
fn names_are_masked_wherever_they_stand() {
    let mut facts = healthy();
    facts.request.input = "ftp://mallory@vault.acme.co.uk:2121//srv/secret-plans/".to_owned();
    facts.request.host = "vault.acme.co.uk".into();
    facts.request.port = 2121;
    facts.request.user = "mallory".to_owned();
    facts.request.path = Some("/srv/secret-plans/".to_owned());
    facts.request.get = Some("crown-jewels.zip".to_owned());
    facts.request.ca = Some("/home/mallory/ca.pem".to_owned());
    facts.request.bind = Some("wg-acme".to_owned());
    facts.names.lookups.truncate(1);
    for lookup in &mut facts.names.lookups {
        lookup.outcome = LookupOutcome::Failed("no answer for VAULT.acme.co.uk.".to_owned());
    }
    for session in &mut facts.sessions {
        for exchange in &mut session.exchanges {
            if exchange.verb() == "USER" {
                exchange.command = "USER mallory".to_owned();
            }
        }
    }
    change_replies(&mut facts, "USER", "Password required for mallory.");
    change_replies(&mut facts, "PASS", "Welcome to vault, Mallory! Status: \"/home/mallory\"");
    change_replies(&mut facts, "PWD", "\"/srv/secret-plans\" is the current directory");
    change_replies(
        &mut facts,
        "STAT",
        "Connected to client7.acme.co.uk (198.51.100.99)\n crown-jewels.zip",
    );
    let masked = mask(&facts).unwrap();
    for (output, text) in outputs(&masked) {
        let lower = text.to_lowercase();
        for original in ["mallory", "acme", "vault", "secret-plans", "crown", "client7", "co.uk"] {
            assert!(!lower.contains(original), "{original} is left in {output}:\n{text}");
        }
    }
    assert_eq!(masked.request.input, "ftp://user1@name1.name2.name3.example:2121//srv/path1/");
    assert_eq!(masked.request.path.as_deref(), Some("/srv/path1/"));
    assert_eq!(reply(&masked, "PWD"), "\"/srv/path1\" is the current directory");
    assert_eq!(reply(&masked, "USER"), "Password required for user1.");
    assert!(
        reply(&masked, "STAT").contains(".name2.name3.example ("),
        "{}",
        reply(&masked, "STAT")
    );
}

#[test]
fn certificates_are_masked() {
    let scenario = scenario::of("tls-certificate-wrong-name");
    let text = saved(&scenario.facts)
        .replace("CN=ftp.example.com", "C=DE, O=Acme, Inc, CN=*.acme.co.uk")
        .replace("\"ftp.example.com\"", "\"*.acme.co.uk\"");
    let facts: Facts = serde_json::from_str(&text).unwrap();
    let masked = mask(&facts).unwrap();
    assert_eq!(conclusions(&facts), conclusions(&masked));
    let certificates = |facts: &Facts| -> Vec<crate::facts::tls::CertificateFact> {
        facts.sessions.iter().filter_map(|s| s.tls.clone()).flat_map(|t| t.certificates).collect()
    };
    let (before, after) = (certificates(&facts), certificates(&masked));
    assert!(!before.is_empty() && before.len() == after.len());
    let all = saved(&masked);
    for (before, after) in before.iter().zip(&after) {
        assert!(!all.contains(&before.sha256) && !all.contains(&before.serial));
        assert_eq!(before.sha256.len(), after.sha256.len());
        assert!(after.subject.starts_with("C=DE, O=name"), "{}", after.subject);
        assert!(after.subject.ends_with(".example"), "{}", after.subject);
        assert_eq!(before.self_signed, after.self_signed);
    }
    assert!(!all.contains("Acme") && !all.contains("acme"), "{all}");
}

/// A user may be called like any word that facts are written with.
#[test]
fn a_name_that_is_a_word_of_ours_does_not_break_the_facts() {
    let scenario = scenario::of("tls-session-reuse");
    let word = Regex::new("\"([a-z][a-z-]+)\"").unwrap();
    let mut healthy = healthy();
    healthy.steps = steps("192.0.2.1".parse().unwrap());
    let text =
        saved(&scenario.facts) + &saved(&scenario::of("control-filtered").facts) + &saved(&healthy);
    let words: BTreeSet<&str> =
        word.captures_iter(&text).map(|c| c.get(1).unwrap().as_str()).collect();
    assert!(words.len() > 60, "{}", words.len());
    for name in words {
        for facts in [&scenario.facts, &healthy] {
            let mut facts = facts.clone();
            facts.request.user = name.to_owned();
            facts.request.host = name.into();
            let masked = mask(&facts).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(masked.attempts.len(), facts.attempts.len());
            assert_eq!(masked.steps.len(), facts.steps.len());
        }
    }
}

/// Steps of every shape that has something in it.
fn steps(address: IpAddr) -> Vec<StepTaken> {
    let (began, took) = (Micros(1), Micros(2));
    let varied = vec![Varied::Announce { address }];
    let tasks = [
        Task::Names,
        Task::Attempt { mode: Mode::Port, purpose: Purpose::Comparison, varied },
        Task::Knock { doors: vec![(Mode::Epsv, 40001)] },
        Task::Hole { mode: Mode::Eprt, ttl: 2 },
    ];
    let step = |(task, because)| {
        let made = vec!["pasv-1".to_owned()];
        StepTaken { task, because, made, began, took }
    };
    tasks.into_iter().zip(Because::ALL.iter().copied()).map(step).collect()
}

/// Kinds of records that are only seldom there are masked as well.
#[test]
fn every_field_with_an_address_is_masked() {
    let private: IpAddr = "10.11.12.13".parse().unwrap();
    let mut facts = healthy();
    facts.request.external_ip = Some(private);
    let attempt: &mut Attempt = &mut facts.attempts[0];
    attempt.strangers = vec!["10.11.12.14:20".parse().unwrap()];
    attempt.late = Some("[2400:cb00::9%3]:20".parse().unwrap());
    attempt.hole = Some(Hole {
        ttl: 1,
        to_port: 1,
        answer: crate::facts::RungAnswer::Expired { router: Some(private) },
    });
    let session: &mut Session = &mut facts.sessions[0];
    session.local = "10.11.12.15:40000".parse().unwrap();
    let dial: &mut Dial = &mut facts.dials[0];
    dial.from = Some("10.11.12.15:40000".parse().unwrap());
    facts.steps = steps(private);
    let masked = mask(&facts).unwrap();
    let text = saved(&masked);
    assert!(!text.contains("10.11.12.") && !text.contains("2400:cb00"), "{text}");
    assert_eq!(masked.attempts[0].late.unwrap().to_string(), "[2001:db8:0:1::1%3]:20");
    let unmasked = steps(masked.request.external_ip.unwrap());
    assert_eq!(masked.steps, unmasked, "words of ours stay");
}

#[test]
fn hostile_texts_are_masked_in_time() {
    let mut facts = healthy();
    let many: String = (0..20_000_u32)
        .map(|n| format!("{}.{}.{}.{}", 1 + n % 9, n / 256 % 256, n % 251, n % 256))
        .collect::<Vec<_>>()
        .join(" ");
    change_replies(&mut facts, "STAT", &many);
    let weird = format!("{}{}{}", "/".repeat(20_000), ":".repeat(20_000), "1,".repeat(20_000));
    change_replies(&mut facts, "FEAT", &weird);
    let began = std::time::Instant::now();
    mask(&facts).unwrap();
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
