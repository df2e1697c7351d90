//! Messages: every one that the code can ask for has words, and every word is asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Kind;
use crate::diagnosis::{
    CATALOGUE, Confidence, Nat, Plane, RuleState, Severity, Side, Verdict, Who, remedies,
};
use crate::facts::{Because, LookupOutcome, Outcome};
use crate::tests::support::source::{self, Source, balanced};

/// Messages of a language, with the variables that each of them uses.
fn messages() -> BTreeMap<String, BTreeSet<String>> {
    messages_of("en")
}

fn messages_of(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = source::root().join(format!("src/report/{language}.ftl"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins {
            let (id, _) = line.split_once(" =").unwrap_or_else(|| panic!("no message: {line}"));
            let before = all.insert(id.to_owned(), BTreeSet::new());
            assert!(before.is_none(), "{id} is there twice");
            id.clone_into(&mut current);
        }
        if line.starts_with('#') {
            continue;
        }
        for (at, _) in line.match_indices('$') {
            let end = line[at + 1..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(line.len(), |end| at + 1 + end);
            all.get_mut(&current).unwrap().insert(line[at + 1..end].to_owned());
        }
    }
    assert!(all.len() > 200, "only {} messages", all.len());
    all
}

/// Sources that build or look up messages.
fn sources() -> Vec<&'static Source> {
    source::all()
        .iter()
        .filter(|s| {
            matches!(s.top(), "diagnosis" | "document" | "compare" | "report" | "app" | "progress")
        })
        .collect()
}

fn is_id(text: &str) -> bool {
    text.contains('-')
        && text.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The part before the first and after the last hole of a format string that makes an id.
fn holes(literal: &str) -> Option<(&str, &str)> {
    let (before, rest) = literal.split_once('{')?;
    let (_, after) = rest.rsplit_once('}')?;
    let part =
        |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit());
    (part(before) && part(after) && (before.len() > 3 || after.len() > 3))
        .then_some((before, after))
}

/// Literals inside the parentheses after each `call`.
fn arguments<'a>(source: &'a Source, call: &str) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices(call) {
        let inner = &source.code[at + call.len()..];
        let inner = &inner[..balanced(inner, '(', ')')];
        for (number, index) in inner.split('"').enumerate() {
            if number % 2 == 1 {
                let literal = &source.literals[index.parse::<usize>().unwrap()];
                found.push((source.line(at), literal.as_str()));
            }
        }
    }
    found
}

#[test]
fn messages_that_are_asked_for_exist() {
    let known = messages();
    let mut wrong = Vec::new();
    let mut count = 0;
    for source in sources() {
        for call in [
            "Text::new(",
            "words.get(",
            "page.get(",
            "self.get(",
            "row(",
            "self.words.get(",
            "list(out, ",
        ] {
            for (line, literal) in arguments(source, call) {
                count += 1;
                // Format strings and the ids of other things are looked at below.
                if is_id(literal) && !known.contains_key(literal) {
                    wrong.push(format!("src/{}:{line}: {literal}", source.path));
                }
            }
        }
    }
    assert!(count > 150, "only {count} messages are asked for: is the reader broken?");
    assert!(wrong.is_empty(), "no words for\n  {}", wrong.join("\n  "));
}

/// Literals of the diagnosis that look like messages and are none.
fn no_message(literal: &str) -> bool {
    const WORDS: &[&str] =
        &["client-admin", "server-admin", "network-admin", "not-tested", "pure-ftpd"];
    let rule = literal.strip_prefix("active-").or(literal.strip_prefix("passive-"));
    WORDS.contains(&literal)
        || remedies::SOFTWARE.contains(&literal)
        || CATALOGUE.iter().any(|cause| cause.id == literal)
        || rule.is_some_and(|number| matches!(number, "1" | "2" | "3" | "4"))
}

#[test]
fn ids_in_the_diagnosis_are_messages() {
    // Ids also reach `Text::new` by way of a variable or a tuple, so every literal counts.
    let known = messages();
    let mut wrong = Vec::new();
    for source in sources().into_iter().filter(|s| s.top() == "diagnosis") {
        for literal in source.literals.iter().filter(|l| is_id(l) && !no_message(l)) {
            if !known.contains_key(literal.as_str()) {
                wrong.push(format!("src/{}: {literal}", source.path));
            }
        }
    }
    // A comparison's messages have a name of their own.
    for source in sources() {
        for literal in source.literals.iter().filter(|l| is_id(l) && l.starts_with("diff-")) {
            if !known.contains_key(literal.as_str()) {
                wrong.push(format!("src/{}: {literal}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "no words for\n  {}", wrong.join("\n  "));
}

#[test]
fn causes_that_can_be_concluded_have_a_title_and_a_text() {
    let known = messages();
    let mut wrong = Vec::new();
    for cause in CATALOGUE {
        let title = format!("{}-title", cause.id);
        if !known.contains_key(&title) {
            wrong.push(title);
        }
        // Sides of one cause share their text; the place is an argument of it.
        let shared = ["server-firewall", "client-firewall"]
            .into_iter()
            .find_map(|side| cause.id.strip_prefix(side))
            .map_or_else(|| cause.id.to_owned(), |rest| format!("firewall{rest}"));
        let text = format!("{shared}-text");
        if !known.keys().any(|id| id.starts_with(&text)) {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "no words for {wrong:?}");
}

/// Families of messages whose ids are put together, with all their members.
fn families() -> Vec<String> {
    let lookups = [
        LookupOutcome::Found,
        LookupOutcome::NotFound,
        LookupOutcome::NoSuchRecord,
        LookupOutcome::ServerFailure(String::new()),
        LookupOutcome::TimedOut,
        LookupOutcome::Failed(String::new()),
    ];
    let mut ids: Vec<String> = Vec::new();
    ids.extend(Plane::ALL.map(|plane| format!("plane-{}", plane.as_str())));
    ids.extend(Outcome::ALL.map(|o| format!("outcome-{o}")));
    ids.extend(Because::ALL.iter().map(|b| format!("because-{}", b.as_str())));
    ids.extend(Verdict::ALL.map(|v| format!("verdict-{v}")));
    ids.extend(Nat::ALL.map(|nat| format!("expect-nat-{nat}")));
    ids.extend(lookups.map(|l| format!("seen-lookup-{}", l.key())));
    ids.extend(Severity::ALL.map(|severity| format!("report-severity-{severity}")));
    ids.extend(Side::ALL.map(|side| format!("report-side-{side}")));
    ids.extend(Who::ALL.map(|who| format!("report-who-{who}")));
    ids.extend(RuleState::ALL.map(|state| format!("report-rules-{state}")));
    for confidence in Confidence::ALL {
        ids.push(format!("report-confidence-{confidence}"));
        ids.push(format!("diff-conclusions-{confidence}"));
    }
    ids.extend(Kind::ALL.map(|kind| format!("diff-what-{}", kind.as_str())));
    for rule in 1..=4 {
        ids.extend(["active", "passive"].map(|direction| format!("rule-{direction}-{rule}")));
    }
    ids
}

#[test]
fn families_are_complete() {
    let known = messages();
    let missing: Vec<String> =
        families().into_iter().filter(|id| !known.contains_key(id)).collect();
    assert!(missing.is_empty(), "no words for {missing:?}");
}

#[test]
fn every_message_is_used() {
    let sources = sources();
    let families: BTreeSet<String> = families().into_iter().collect();
    let literals: BTreeSet<&str> =
        sources.iter().flat_map(|s| s.literals.iter().map(String::as_str)).collect();
    let made: Vec<(&str, &str)> = literals.iter().filter_map(|l| holes(l)).collect();
    let unused: Vec<String> = messages()
        .into_keys()
        .filter(|id| {
            let of_a_cause = |end: &str| {
                made.contains(&("", end))
                    && id
                        .strip_suffix(end)
                        .is_some_and(|cause| CATALOGUE.iter().any(|c| c.id == cause))
            };
            let used = literals.contains(id.as_str())
                || families.contains(id)
                || of_a_cause("-title")
                || of_a_cause("-text");
            !used
        })
        .collect();
    assert!(unused.is_empty(), "nobody asks for\n  {}", unused.join("\n  "));
}

#[test]
fn ids_that_are_put_together_are_known_families() {
    // A new `format!("family-{}")` has to be added to the families above.
    let families = families();
    let mut wrong = Vec::new();
    for source in sources() {
        for call in ["Text::new(", "words.get("] {
            for (line, literal) in arguments(source, call) {
                let Some((before, after)) = holes(literal) else { continue };
                let of_causes = before.is_empty() && matches!(after, "-title" | "-text");
                let known = families.iter().any(|id| id.starts_with(before) && id.ends_with(after));
                if !(of_causes || known && !before.is_empty()) {
                    wrong.push(format!("src/{}:{line}: {literal}", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "unknown families\n  {}", wrong.join("\n  "));
}

#[test]
fn messages_get_the_arguments_that_they_use() {
    // Where `Text::new("id")` and its `.with("name", …)` stand in one expression that nothing
    // wraps or adds to, the names can be compared with the variables.
    let known = messages();
    let mut wrong = Vec::new();
    let mut count = 0;
    for source in sources() {
        for (at, _) in source.code.match_indices("Text::new(\"") {
            let inner = &source.code[at + "Text::new(".len()..];
            let length = balanced(inner, '(', ')');
            let Some(literal) = single_literal(source, &inner[..length]) else { continue };
            let before = source.code[..at].trim_end();
            if !is_argument_of_finding(before) {
                continue;
            }
            let names = names_after(source, &inner[length + 1..]);
            let Some(variables) = known.get(literal) else { continue };
            count += 1;
            for variable in variables.iter().filter(|v| !names.contains(v.as_str())) {
                wrong.push(format!(
                    "src/{}:{}: {literal} uses ${variable}",
                    source.path,
                    source.line(at)
                ));
            }
        }
    }
    assert!(count > 40, "only {count} could be compared");
    assert!(wrong.is_empty(), "arguments are missing\n  {}", wrong.join("\n  "));
}

fn single_literal<'a>(source: &'a Source, inner: &str) -> Option<&'a str> {
    let index = inner.trim().strip_prefix('"')?.strip_suffix('"')?;
    source.literals.get(index.parse::<usize>().ok()?).map(String::as_str)
}

/// Whether the call that an argument belongs to is one of a finding's own.
fn is_argument_of_finding(before: &str) -> bool {
    let mut depth = 0;
    for (at, c) in before.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth == 0 => {
                return [".fix", ".not", ".not_if", ".fix_if", ".saw"]
                    .iter()
                    .any(|call| before[..at].ends_with(call));
            }
            '(' | '[' | '{' => depth -= 1,
            ';' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Names of the `.with("name", …)` calls that follow.
fn names_after<'a>(source: &'a Source, mut rest: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    while let Some(call) = rest.trim_start().strip_prefix(".with(") {
        let length = balanced(call, '(', ')');
        let index = call[..length].trim().split('"').nth(1).unwrap_or_default();
        names.extend(
            index.parse::<usize>().ok().and_then(|i| source.literals.get(i)).map(String::as_str),
        );
        rest = &call[length + 1..];
    }
    names
}

#[test]
fn every_language_has_every_message_with_its_variables() {
    let (english, chinese) = (messages_of("en"), messages_of("zh"));
    let mut wrong = Vec::new();
    for (id, variables) in &english {
        match chinese.get(id) {
            None => wrong.push(format!("{id} is missing in zh.ftl")),
            Some(there) => {
                // A number that only chooses between singular and plural has no use there.
                let lost: Vec<&String> = variables
                    .iter()
                    .filter(|v| !there.contains(*v) && !matches!(v.as_str(), "count" | "refused"))
                    .collect();
                let invented: Vec<&String> = there.difference(variables).collect();
                if !lost.is_empty() || !invented.is_empty() {
                    wrong.push(format!("{id}: zh.ftl lost {lost:?}, has beside {invented:?}"));
                }
            }
        }
    }
    wrong.extend(
        chinese
            .keys()
            .filter(|id| !english.contains_key(*id))
            .map(|id| format!("{id} is only in zh.ftl")),
    );
    assert!(wrong.is_empty(), "\n  {}", wrong.join("\n  "));
}
