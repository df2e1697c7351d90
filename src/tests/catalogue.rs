//! The catalogue of causes as a whole: ids, pages, suppression, fixtures, and the documented table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::diagnosis::cause::Detector;
use crate::diagnosis::{CATALOGUE, Evidence, Finding, Lang, Plane, cause, look_for};
use crate::report::words::Words;
use crate::tests::support::golden;
use crate::tests::support::scenario;

/// The contract's table. Causes may be added, none is renamed or moved.
const CONTRACT: &[(Plane, &str)] = &[
    (
        Plane::Control,
        "name-not-found control-refused control-filtered control-unreachable control-silent \
         control-closed control-not-ftp too-many-connections login-rejected control-idle-dropped",
    ),
    (
        Plane::Passive,
        "server-firewall-blocks-passive client-firewall-blocks-passive firewall-blocks-passive \
         passive-range-partly-blocked passive-port-hole passive-ports-not-forwarded \
         passive-port-refused passive-disabled passive-address-unroutable \
         passive-address-mismatch epsv-blocked epsv-unsupported pasv-unsupported \
         passive-range-exhausted passive-range-leaks",
    ),
    (
        Plane::Active,
        "client-firewall-blocks-active server-firewall-blocks-active firewall-blocks-active \
         client-nat-breaks-active active-disabled active-source-port-unexpected \
         active-source-address-unexpected",
    ),
    (
        Plane::Middlebox,
        "alg-rewrites-control helper-opens-pinholes data-intercepted path-mtu-black-hole \
         server-rejects-data-peer transfer-stalls",
    ),
    (
        Plane::Tls,
        "tls-required tls-unsupported tls-handshake-failed tls-certificate-invalid \
         tls-session-reuse-required data-tls-required data-tls-refused \
         tls-blinds-firewall-helper tls-data-not-closed",
    ),
    (Plane::Family, "ipv6-needs-epsv ipv6-broken nat64-needs-epsv"),
    (Plane::Server, "data-closed-early listing-refused data-reaches-another-server"),
];

/// Causes that are information by contract.
const INFORMATION: &[&str] = &[
    "active-source-port-unexpected",
    "alg-rewrites-control",
    "helper-opens-pinholes",
    "epsv-unsupported",
];

const CHINESE_SECTIONS: &[&str] =
    &["看到了什么", "意味着什么", "谁来解决", "怎么解决", "怎么确认", "什么时候不是它", "参考"];
const SECTIONS: &[&str] = &[
    "What was seen",
    "What it means",
    "Who can fix it",
    "How to fix it",
    "How to confirm",
    "When this is wrong",
    "References",
];

/// Columns of a page, and of its title.
const WIDTH: usize = 80;
const TITLE: usize = 70;

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong.join("\n  "));
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        if !seen.insert(cause.id) {
            wrong.push(format!("{} is there twice", cause.id));
        }
        let kebab = cause.id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        if !kebab {
            wrong.push(format!("\"{}\" is not kebab-case", cause.id));
        }
    }
    none(&wrong);
}

#[test]
fn the_catalogue_is_grouped_by_plane() {
    let planes: Vec<Plane> = CATALOGUE.iter().map(|cause| cause.plane).collect();
    assert!(planes.is_sorted(), "causes of one plane stand together, planes in their order");
    assert_eq!(planes.iter().collect::<BTreeSet<_>>().len(), Plane::ALL.len());
}

#[test]
fn the_contract_is_kept() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (plane, ids) in CONTRACT {
        for id in ids.split_whitespace() {
            count += 1;
            match cause(id) {
                None => wrong.push(format!("{id} is missing")),
                Some(cause) if cause.plane != *plane => {
                    wrong.push(format!("{id} is in plane {}", cause.plane.as_str()));
                }
                Some(_) => {}
            }
        }
    }
    assert_eq!(count, 53, "the contract's table has lost a cause");
    for id in INFORMATION {
        if cause(id).is_some_and(|c| c.severity.as_str() != "info") {
            wrong.push(format!("{id} is information by contract"));
        }
    }
    none(&wrong);
}

/// Columns of a text on a terminal, where Chinese takes two for each character.
fn columns(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x2e80..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff01..=0xff60);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[test]
fn pages_have_their_sections() {
    let mut wrong = Vec::new();
    for (cause, lang) in CATALOGUE.iter().flat_map(|c| Lang::ALL.map(|lang| (c, lang))) {
        let (page, title) = (cause.page(lang), cause.title(lang));
        let expected = match lang {
            Lang::En => SECTIONS,
            Lang::Zh => CHINESE_SECTIONS,
        };
        let mut say = |text: String| wrong.push(format!("{} {lang:?}: {text}", cause.id));
        let mut lines = page.lines();
        let first = lines.next().unwrap_or_default();
        if !first.starts_with("# ") || title != first.trim_start_matches("# ") {
            say(format!("the page does not begin with its title: {first:?}"));
        }
        let width = columns(title);
        if width > TITLE || width == 0 || title.ends_with(['.', '。']) {
            say(format!("a title of {width} columns: {title}"));
        }
        let sections: Vec<&str> = lines.filter_map(|line| line.strip_prefix("## ")).collect();
        if sections != expected {
            say(format!("sections {sections:?}"));
        }
        for part in page.split("\n## ").skip(1) {
            let (name, body) = part.split_once('\n').unwrap_or((part, ""));
            if body.trim().is_empty() {
                say(format!("section {name} is empty"));
            }
        }
        for (number, line) in page.lines().enumerate() {
            let width = columns(line);
            if width > WIDTH {
                say(format!("line {} has {width} columns", number + 1));
            }
            if line.ends_with([' ', '\t']) || line.contains('\t') {
                say(format!("line {} has a tab or ends in a blank", number + 1));
            }
        }
    }
    none(&wrong);
}

#[test]
fn pages_are_alike_in_every_language() {
    // Commands and settings are the same in each; a translation that lost one would mislead.
    let code = |page: &str| -> Vec<String> {
        let plain = |line: &str| line.starts_with("    ") && line.is_ascii();
        page.lines().filter(|line| plain(line)).map(|line| line.trim().to_owned()).collect()
    };
    let blocks = |page: &str| page.lines().filter(|line| line.starts_with("    ")).count();
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        let (english, chinese) = (cause.page(Lang::En), cause.page(Lang::Zh));
        if blocks(english) != blocks(chinese) {
            wrong.push(format!(
                "{}: {} lines of code, and {}",
                cause.id,
                blocks(english),
                blocks(chinese)
            ));
        }
        let commands = ["ftp-doctor ", "nft ", "iptables ", "pasv_", "PassivePort"];
        for line in code(english).iter().filter(|l| commands.iter().any(|c| l.starts_with(c))) {
            let bare = line.split(['#', '(']).next().unwrap_or_default().trim();
            if !chinese.contains(bare) {
                wrong.push(format!("{}: {bare} is not in the Chinese page", cause.id));
            }
        }
    }
    none(&wrong);
}

#[test]
fn pages_refer_to_known_causes() {
    // What follows "see" in a page and looks like an id has to be one.
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        let words: Vec<&str> = cause.page(Lang::En).split_whitespace().collect();
        for pair in words.windows(2) {
            let word = pair[1].trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let plain =
                word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            let id_like = plain && word.matches('-').count() >= 1 && word.len() > 8;
            let says_see = pair[0].eq_ignore_ascii_case("see");
            if says_see && id_like && crate::diagnosis::cause(word).is_none() {
                wrong.push(format!("{} refers to {word}", cause.id));
            }
        }
    }
    none(&wrong);
}

#[test]
fn titles_tell_causes_apart() {
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        if let Some(other) = titles.insert(cause.title(Lang::En), cause.id) {
            wrong.push(format!("{} and {other} have one title", cause.id));
        }
    }
    none(&wrong);
}

#[test]
fn suppression_names_known_causes_and_has_no_cycle() {
    let mut wrong = Vec::new();
    for start in CATALOGUE {
        for gone in start.suppresses {
            if cause(gone).is_none() {
                wrong.push(format!("{} suppresses {gone}, which is no cause", start.id));
            }
        }
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = start.suppresses.to_vec();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(cause(id).map_or(&[][..], |c| c.suppresses));
            }
        }
        if reached.contains(start.id) {
            wrong.push(format!("{} suppresses itself in the end", start.id));
        }
    }
    none(&wrong);
}

#[test]
fn no_cause_is_dead() {
    let scenarios = scenario::all();
    let all: Vec<Evidence<'_>> = scenarios.iter().map(|s| Evidence::new(&s.facts)).collect();
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        if !all.iter().any(|evidence| look_for(cause, evidence).is_ok()) {
            wrong.push(format!("{} fires in no scenario", cause.id));
        }
    }
    none(&wrong);
}

#[test]
fn every_cause_is_reported_somewhere() {
    // Firing is not enough: one that is always suppressed could never be read by anybody. Those
    // named here are always part of another picture, by contract.
    let reported: BTreeSet<String> = scenario::all()
        .iter()
        .flat_map(|s| s.expect.findings.iter().map(|found| found.cause.clone()))
        .collect();
    let silent: Vec<&str> =
        CATALOGUE.iter().filter(|c| !reported.contains(c.id)).map(|c| c.id).collect();
    assert!(silent.is_empty(), "reported in no scenario: {silent:?}");
}

#[test]
fn detectors_find_their_own_causes_or_say_why_not() {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        let evidence = Evidence::new(&scenario.facts);
        for one in CATALOGUE {
            let mut say =
                |text: String| wrong.push(format!("{} in {}: {text}", one.id, scenario.name));
            match (one.detector.0)(&evidence) {
                Ok(found) if found.is_empty() => say("neither a finding nor a reason".to_owned()),
                Ok(found) => {
                    let own = |f: &Finding| {
                        cause(f.cause).is_some_and(|c| std::ptr::eq(c.detector, one.detector))
                    };
                    for other in found.iter().filter(|f| !own(f)) {
                        say(format!("its detector finds {}", other.cause));
                    }
                }
                Err(why) => {
                    for failed in why.conditions() {
                        let text = failed.condition.as_ref();
                        if text.trim().is_empty() || text.ends_with('.') {
                            say(format!("\"{text}\" is no condition"));
                        }
                        let known =
                            |id: &String| scenario.facts.attempts.iter().any(|a| a.id == *id);
                        for (id, _) in failed.attempts.iter().filter(|(id, _)| !known(id)) {
                            say(format!("{id} is no attempt"));
                        }
                    }
                }
            }
        }
    }
    none(&wrong);
}

#[test]
fn causes_of_one_detector_stand_together() {
    let mut looked: Vec<*const Detector> = Vec::new();
    for one in CATALOGUE {
        let detector: *const Detector = one.detector;
        let again = looked.contains(&detector);
        assert!(!again || looked.last() == Some(&detector), "{} stands apart", one.id);
        looked.push(detector);
    }
}

/// What else gives the same packets, between two marks of its own.
fn worlds() -> String {
    let words = Words::english();
    let mut table = String::from(
        "| cause | what looks like it | what tells them apart |\n| --- | --- | --- |\n",
    );
    for cause in CATALOGUE {
        for world in cause.worlds {
            let (name, told) = (words.get(world.name), words.get(world.told_by));
            table.push_str(&format!("| `{}` | {name} | {told} |\n", cause.id));
        }
    }
    table
}

#[test]
fn every_world_that_looks_alike_is_named_in_each_language() {
    for lang in Lang::ALL {
        let words = Words::of(lang);
        for world in CATALOGUE.iter().flat_map(|cause| cause.worlds) {
            for message in [world.name, world.told_by] {
                let said = words.get(message);
                assert!(!said.is_empty() && !said.starts_with('<'), "{lang:?} {message}: {said}");
            }
        }
    }
}

#[test]
fn the_page_of_causes_lists_what_looks_alike() {
    const BEGIN: &str = "<!-- worlds -->\n";
    const END: &str = "<!-- /worlds -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/causes.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the mark before the table");
    let (listed, after) = rest.split_once(END).expect("the mark behind the table");
    if listed.trim() == worlds().trim() {
        return;
    }
    assert!(golden::updating(), "docs/causes.md lists others; this belongs there\n\n{}", worlds());
    std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", worlds())).unwrap();
}

/// The table between the two marks in docs/causes.md.
fn table() -> String {
    let mut table = String::from("| plane | cause | what it says |\n| --- | --- | --- |\n");
    for cause in CATALOGUE {
        table.push_str(&format!(
            "| {} | `{}` | {} |\n",
            cause.plane.as_str(),
            cause.id,
            cause.title(Lang::En)
        ));
    }
    table
}

#[test]
fn the_page_of_causes_lists_the_catalogue() {
    const BEGIN: &str = "<!-- causes -->\n";
    const END: &str = "<!-- /causes -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/causes.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let between =
        page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let Some((before, (listed, after))) = between else {
        panic!("docs/causes.md has no {} … {END}", BEGIN.trim());
    };
    if listed.trim() == table().trim() {
        return;
    }
    assert!(golden::updating(), "docs/causes.md lists others; this belongs there\n\n{}", table());
    std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
}
