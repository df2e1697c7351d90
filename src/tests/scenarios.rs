//! Every scenario of `fixtures/scenarios` through the diagnosis and the reports: goldens, the
//! matrix of causes and scenarios, and what holds for every report there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::diagnosis::{
    Arg, CATALOGUE, Diagnosis, Evidence, Finding, Lang, ModeView, Plane, Severity, Text, Verdict,
    diagnose, look_for,
};
use crate::document::{self, schema};
use crate::evidence::State;
use crate::facts::{Attempt, CutShort, Facts, Purpose};
use crate::report::words::Words;
use crate::report::{Format, Style, render};
use crate::tests::support::golden;
use crate::tests::support::scenario;
use crate::tests::support::scenario::Scenario;
use crate::tests::support::unrendered::unrendered;

/// Runs a check on every scenario and tells all that is wrong.
fn each(check: impl Fn(&Scenario, &mut Vec<String>)) {
    let mut wrong = Vec::new();
    for scenario in scenario::all() {
        let mut own = Vec::new();
        check(scenario, &mut own);
        wrong.extend(own.into_iter().map(|text| format!("{}: {text}", scenario.name)));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Colour is a switch of the whole process in the package that paints.
static PAINT: Mutex<()> = Mutex::new(());

fn text(facts: &Facts, width: usize, verbose: bool) -> String {
    let _turn = PAINT.lock().unwrap_or_else(PoisonError::into_inner);
    let style = Style { color: false, width, verbose: u8::from(verbose), quiet: false };
    String::from_utf8(render(&diagnose(facts), Format::Text, style, Lang::En).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list"))
}

/// A report without what it says of clients: that is in one file for all scenarios.
fn without_clients(report: &str, begins: &str, ends: &str) -> String {
    let Some((before, after)) = report.split_once(begins) else { return report.to_owned() };
    let (_, after) = after.split_once(ends).unwrap_or((after, ""));
    format!("{before}{begins}  (fixtures/clients.txt){ends}{after}")
}

#[test]
fn reports_are_as_they_were() {
    let title = format!("\n{}\n", Words::english().get("clients-title"));
    each(|scenario, wrong| {
        let page = without_clients(&text(&scenario.facts, 80, false), &title, "\n\n");
        wrong.extend(golden::compare(&scenario.directory.join("report.txt"), &page).err());
        let file = scenario.directory.join("report.json");
        if file.exists() {
            let report = without_clients(scenario.json(), "\n  \"clients\": [\n", "\n  ],\n");
            wrong.extend(golden::compare(&file, &report).err());
        }
    });
}

/// The places of all values of a document, whatever their number in a list.
fn places(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{path}/{key}"), into));
        }
        Value::Array(items) => items.iter().for_each(|item| places(item, path, into)),
        Value::Null => {}
        _ => drop(into.insert(path.to_owned())),
    }
}

#[test]
fn goldens_of_json_show_every_field() {
    let (mut all, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for scenario in scenario::all() {
        places(scenario.report(), "", &mut all);
        if scenario.directory.join("report.json").exists() {
            places(scenario.report(), "", &mut shown);
        }
    }
    let missing: Vec<&String> = all.difference(&shown).collect();
    assert!(missing.is_empty(), "in no report.json: {missing:?}");
    assert!(all.len() > 80, "{}", all.len());
}

#[test]
fn saved_facts_are_compact() {
    each(|scenario, wrong| {
        let file = scenario.directory.join("facts.json");
        let compact = golden::compact(&fs::read_to_string(&file).unwrap());
        wrong.extend(golden::compare(&file, &compact).err());
    });
}

/// The line that a finding is expected with.
fn line(finding: &Value) -> String {
    let word = |key: &str| finding[key].as_str().unwrap();
    let mut line = ["severity", "cause", "confidence", "side"].map(word).join(" ");
    let place = &finding["location"];
    let hop = |key: &str| place[key].as_u64().map_or("?".to_owned(), |hop| hop.to_string());
    if !place.as_object().unwrap().values().all(Value::is_null) {
        line += &format!(" at {}-{}/{}", hop("hop_min"), hop("hop_max"), hop("hops"));
    }
    if let Some(address) = place["address"].as_str() {
        line += &format!(" {address}");
    }
    line
}

#[test]
fn findings_are_the_expected_ones() {
    each(|scenario, wrong| {
        let report = scenario.report();
        if report["verdict"] != scenario.expect.verdict.as_str() {
            wrong.push(format!("{}, not {}", report["verdict"], scenario.expect.verdict));
        }
        if report["exit_code"] != scenario.expect.exit {
            wrong.push(format!("exit code {}, not {}", report["exit_code"], scenario.expect.exit));
        }
        let found: Vec<String> = list(report, "findings").iter().map(line).collect();
        let expected: Vec<&str> =
            scenario.expect.findings.iter().map(|found| found.line.as_str()).collect();
        if found != expected {
            wrong.push(format!("finds {found:?}, not {expected:?}"));
        }
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let mut suppressed: Vec<String> =
            list(report, "findings").iter().flat_map(|f| list(f, "suppresses")).map(word).collect();
        suppressed.sort();
        suppressed.dedup();
        if suppressed != scenario.expect.suppressed {
            let expected = &scenario.expect.suppressed;
            wrong.push(format!("names as suppressed {suppressed:?}, not {expected:?}"));
        }
    });
}

#[test]
fn every_cause_is_silent_where_it_is_not_expected() {
    each(|scenario, wrong| {
        let evidence = Evidence::new(&scenario.facts);
        let mut fired: Vec<&str> = CATALOGUE
            .iter()
            .filter(|cause| look_for(cause, &evidence).is_ok())
            .map(|cause| cause.id)
            .collect();
        fired.sort_unstable();
        let expected = scenario.expect.firing();
        if fired != expected {
            wrong.push(format!("{fired:?} fire, expected are {expected:?}"));
        }
    });
}

#[test]
fn expectations_name_known_causes_and_tell_where_they_come_from() {
    each(|scenario, wrong| {
        for cause in scenario.expect.firing() {
            if crate::diagnosis::cause(cause).is_none() {
                wrong.push(format!("{cause} is not in the catalogue"));
            }
        }
        let one_line = scenario.about.lines().count() == 1;
        if !one_line || !scenario.about.starts_with(['D', 'R']) {
            wrong.push("about.txt is one line, Recorded or Derived".to_owned());
        }
    });
}

/// Facts keep the outcome beside its reason; the two never disagree.
#[test]
fn outcomes_follow_from_their_reasons() {
    each(|scenario, wrong| {
        for attempt in &scenario.facts.attempts {
            let follows = attempt.why.outcome();
            if attempt.outcome != follows {
                wrong.push(format!("{}: {:?}, not {follows:?}", attempt.id, attempt.outcome));
            }
        }
    });
}

#[test]
fn reports_fit_their_schema() {
    let schema: Value = serde_json::from_slice(&schema::schema().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    each(|scenario, wrong| {
        let report = scenario.report();
        let errors = validator.iter_errors(report);
        wrong.extend(errors.map(|e| format!("{}: {e}", e.instance_path())));
        for unknown in ["extra", "exitcode"] {
            let mut with = report.clone();
            with[unknown] = Value::Null;
            if validator.is_valid(&with) {
                wrong.push(format!("the schema lets \"{unknown}\" pass"));
            }
        }
    });
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    each(|scenario, wrong| {
        for lang in [Lang::En, Lang::Zh] {
            let made = Words::of(lang).report(&diagnose(&scenario.facts));
            let written = serde_json::to_vec(&made).unwrap();
            match document::read(&written) {
                Ok(read) if read != made => wrong.push("is not what was written".to_owned()),
                Ok(read) if serde_json::to_vec(&read).unwrap() != written => {
                    wrong.push("is written in another way again".to_owned());
                }
                Ok(_) => {}
                Err(error) => wrong.push(error.to_string()),
            }
        }
    });
}

#[test]
fn one_line_of_json_is_the_same_document() {
    each(|scenario, wrong| {
        let style = Style { color: false, width: 80, verbose: 0, quiet: false };
        let bytes = render(&diagnose(&scenario.facts), Format::JsonLines, style, Lang::En).unwrap();
        let line = String::from_utf8(bytes).unwrap();
        if line.matches('\n').count() != 1 || !line.ends_with('\n') {
            wrong.push("is not one line".to_owned());
        }
        if serde_json::from_str::<Value>(&line).unwrap() != *scenario.report() {
            wrong.push("differs from the indented document".to_owned());
        }
    });
}

/// Lines to paste, which are never wrapped.
fn snippet_lines(report: &Value) -> Vec<String> {
    list(report, "findings")
        .iter()
        .flat_map(|f| list(f, "remedies"))
        .flat_map(|r| list(r, "snippets"))
        .flat_map(|s| s["content"].as_str().unwrap().lines())
        .map(str::to_owned)
        .collect()
}

#[test]
fn text_fits_its_columns() {
    each(|scenario, wrong| {
        let pasted = snippet_lines(scenario.report());
        for width in [80, 100] {
            for line in text(&scenario.facts, width, false).lines() {
                let columns = line.chars().count();
                let to_paste = pasted.iter().any(|p| line.ends_with(p.as_str()));
                if columns > width && !to_paste {
                    wrong.push(format!("{columns} columns of {width}: {line}"));
                }
                if line.ends_with(' ') {
                    wrong.push(format!("a blank at the end: {line:?}"));
                }
            }
        }
    });
}

/// On a terminal of 40 columns only what may not be broken is wider: lines to paste, and the
/// picture of the connections, one line for each.
#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    each(|scenario, wrong| {
        let pasted = snippet_lines(scenario.report());
        for line in text(&scenario.facts, 40, false).lines() {
            let picture = line.starts_with("  client ") || line.contains("▶ server");
            let paste = pasted.iter().any(|p| line.ends_with(p.as_str()));
            if line.chars().count() > 40 && !picture && !paste && line.trim().contains(' ') {
                wrong.push(line.to_owned());
            }
        }
    });
}

#[test]
fn every_message_has_its_words() {
    each(|scenario, wrong| {
        for report in [scenario.json(), &text(&scenario.facts, 80, true)] {
            // An argument that Fluent does not get stays as `{$name}`.
            let left = report.find("{$").or_else(|| report.find("{ $"));
            wrong.extend(unrendered(report).map(|id| format!("no words for {id}")));
            wrong.extend(left.map(|at| format!("left over: {}", &report[at..at + 12])));
        }
    });
    assert_eq!(unrendered("a <why-local: x> b"), Some("why-local"));
    assert_eq!(unrendered("# remove <Limit PASV EPSV>, then <b>"), None);
}

#[test]
fn sentences_end_once() {
    each(|scenario, wrong| {
        let report = scenario.report();
        let mut said: Vec<&Value> = vec![&report["summary"]];
        for finding in list(report, "findings") {
            said.extend([&finding["title"], &finding["explanation"]]);
            said.extend(list(finding, "evidence").iter().map(|e| &e["text"]));
            said.extend(list(finding, "ruled_out").iter().map(|r| &r["because"]));
            said.extend(list(finding, "remedies").iter().map(|r| &r["text"]));
        }
        for text in said.into_iter().map(|t| t.as_str().unwrap()) {
            let odd = text.trim() != text
                || text.contains("  ")
                || text.contains("..")
                || text.contains(" ,")
                || text.contains("()")
                || text.is_empty();
            if odd {
                wrong.push(format!("{text:?}"));
            }
        }
    });
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    each(|scenario, wrong| {
        let (once, again) = (scenario.json(), scenario::json(&scenario.facts.clone()));
        let page = text(&scenario.facts, 80, true);
        if once != again || page != text(&scenario.facts, 80, true) {
            wrong.push("a second run differs".to_owned());
        }
    });
}

/// Whether everything in `part` is in `whole` too; `whole` may have more.
fn covers(whole: &Value, part: &Value, path: &str) -> Result<(), String> {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().try_for_each(|(key, value)| match whole.get(key) {
                Some(kept) => covers(kept, value, &format!("{path}/{key}")),
                None => Err(format!("{path}/{key} is lost")),
            })
        }
        (Value::Array(whole), Value::Array(part)) if whole.len() == part.len() => whole
            .iter()
            .zip(part)
            .enumerate()
            .try_for_each(|(at, (kept, value))| covers(kept, value, &format!("{path}/{at}"))),
        _ if whole == part => Ok(()),
        _ => Err(format!("{path}: {part} became {whole}")),
    }
}

#[test]
fn saved_facts_read_back_as_they_were() {
    each(|scenario, wrong| {
        let bytes = serde_json::to_vec_pretty(&scenario.facts).unwrap();
        let again: Facts = serde_json::from_slice(&bytes).unwrap();
        if again != scenario.facts {
            wrong.push("facts change on their way through a file".to_owned());
        }
        let saved = serde_json::to_value(&scenario.facts).unwrap();
        wrong.extend(covers(&saved, &scenario.saved, "").err());
    });
}

#[test]
fn the_order_of_repetitions_does_not_matter() {
    each(|scenario, wrong| {
        let repeats: Vec<usize> = (0..scenario.facts.attempts.len())
            .filter(|at| scenario.facts.attempts[*at].purpose == Purpose::Repeat)
            .collect();
        let told = |facts: &Facts| {
            let diagnosis = diagnose(facts);
            let causes: Vec<&str> = diagnosis.findings.iter().map(|f| f.cause).collect();
            (diagnosis.verdict, diagnosis.exit_code(), causes)
        };
        let expected = told(&scenario.facts);
        for turn in 0..repeats.len() {
            let mut facts = scenario.facts.clone();
            let mut taken: Vec<Attempt> =
                repeats.iter().map(|at| facts.attempts[*at].clone()).collect();
            taken.rotate_left(turn);
            taken.reverse();
            for (at, attempt) in repeats.iter().zip(taken) {
                facts.attempts[*at] = attempt;
            }
            let other = told(&facts);
            if other != expected {
                wrong.push(format!("{other:?} with the repetitions in another order"));
            }
        }
    });
}

#[test]
fn attempts_are_told_as_the_contract_wants_them() {
    each(|scenario, wrong| {
        let report = scenario.report();
        let attempts = list(report, "attempts");
        let asked: Vec<&str> = scenario.facts.request.modes.iter().map(|m| m.as_str()).collect();
        let mut entries: Vec<&str> = attempts
            .iter()
            .filter(|a| a["purpose"] == "mode")
            .map(|a| a["mode"].as_str().unwrap())
            .collect();
        if !attempts.iter().take(asked.len()).all(|a| a["purpose"] == "mode") {
            wrong.push("the entries of the modes do not come first".to_owned());
        }
        entries.sort_unstable();
        let mut sorted = asked.clone();
        sorted.sort_unstable();
        if entries != sorted {
            wrong.push(format!("entries for {entries:?}, asked were {asked:?}"));
        }
        let mut ids: Vec<&str> = attempts.iter().map(|a| a["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        if ids.len() != all {
            wrong.push("ids of attempts are not unique".to_owned());
        }
        if all != scenario.facts.attempts.len() {
            wrong.push("an attempt is missing".to_owned());
        }
    });
}

#[test]
fn references_lead_somewhere() {
    each(|scenario, wrong| {
        let report = scenario.report();
        let attempt = |id: &Value| list(report, "attempts").iter().find(|a| a["id"] == *id);
        for finding in list(report, "findings") {
            for evidence in list(finding, "evidence") {
                let id = &evidence["attempt"];
                if !id.is_null() && attempt(id).is_none() {
                    wrong.push(format!(
                        "evidence of {} in {id}, which is not there",
                        finding["cause"]
                    ));
                }
            }
            for gone in list(finding, "ruled_out") {
                let id = gone["cause"].as_str().unwrap();
                if crate::diagnosis::cause(id).is_none() {
                    wrong.push(format!("{} rules out {id}, which is no cause", finding["cause"]));
                }
                if list(report, "findings").iter().any(|f| f["cause"] == id) {
                    wrong.push(format!("{} rules out {id}, which is found", finding["cause"]));
                }
            }
        }
        let rules = list(report, "rules");
        let ids: Vec<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
        let eight = ["active-1", "active-2", "active-3", "active-4"];
        let eight =
            eight.iter().map(|id| (*id).to_owned()).chain((1..=4).map(|n| format!("passive-{n}")));
        if ids != eight.collect::<Vec<_>>() {
            wrong.push(format!("rules {ids:?}"));
        }
        for rule in rules {
            for id in list(rule, "attempts") {
                if attempt(id).is_none_or(|a| a["purpose"] != "mode") {
                    wrong.push(format!("rule {} shown by {id}, no entry of a mode", rule["id"]));
                }
            }
        }
    });
}

/// Whether a message carries what the server said.
fn quotes(text: &Text) -> bool {
    text.args.iter().any(|(name, arg)| match arg {
        Arg::Word(word) => matches!(*name, "reply" | "head") && !word.is_empty(),
        Arg::Message(inner) => quotes(inner),
        Arg::Number(_) => false,
    })
}

fn finding_rules(diagnosis: &Diagnosis<'_>, finding: &Finding, wrong: &mut Vec<String>) {
    use crate::diagnosis::{Confidence, Severity};
    let mut say = |text: &str| wrong.push(format!("{}: {text}", finding.cause));
    let plane = crate::diagnosis::cause(finding.cause).unwrap().plane;
    if finding.severity == Severity::Problem && finding.evidence.is_empty() {
        say("a problem without evidence");
    }
    let data = matches!(plane, Plane::Passive | Plane::Active | Plane::Middlebox | Plane::Server);
    if data && !finding.evidence.iter().any(|e| e.attempt.is_some()) {
        say("about data connections, and no attempt is named");
    }
    let said = quotes(&finding.explanation) || finding.evidence.iter().any(|e| quotes(&e.text));
    if finding.confidence == Confidence::Proven && finding.evidence.len() < 2 && !said {
        say("proven by a single observation and no reply");
    }
    if finding.severity == Severity::Problem && finding.remedies.is_empty() {
        say("a problem and nobody is told what to change");
    }
    for id in &finding.explains {
        let entry = diagnosis.evidence.modes().iter().find(|m| m.entry.id == *id);
        if entry.is_none() {
            say(&format!("explains {id}, which is no entry of a mode"));
        } else if entry.is_some_and(|m| m.is_open() && m.all.iter().all(|a| a.is_open())) {
            say(&format!("explains {id}, which never failed"));
        }
    }
}

#[test]
fn findings_keep_their_promises() {
    each(|scenario, wrong| {
        let diagnosis = diagnose(&scenario.facts);
        for finding in &diagnosis.findings {
            finding_rules(&diagnosis, finding, wrong);
        }
        if !diagnosis.findings.is_sorted_by_key(|f| f.severity) {
            wrong.push("findings are not in order of severity".to_owned());
        }
        let mut causes: Vec<&str> = diagnosis.findings.iter().map(|f| f.cause).collect();
        causes.sort_unstable();
        if causes.windows(2).any(|pair| pair[0] == pair[1]) {
            wrong.push("a cause is found twice".to_owned());
        }
    });
}

#[test]
fn every_dead_mode_has_a_finding() {
    each(|scenario, wrong| {
        let diagnosis = diagnose(&scenario.facts);
        let about = |id: &String| diagnosis.findings.iter().any(|f| f.explains.contains(id));
        for view in diagnosis.evidence.modes() {
            let same = |o: &&ModeView<'_>| o.mode.is_passive() == view.mode.is_passive();
            let beside = diagnosis.evidence.modes().iter().filter(same).any(|o| about(&o.entry.id));
            let spared = view.is_not_offered() && beside;
            if diagnosis.evidence.state(view) == State::Dead && !about(&view.entry.id) && !spared {
                wrong.push(format!("nothing is said of {} ({})", view.mode, view.outcome()));
            }
        }
    });
}

/// The contract's words, not the code's: nothing dead or unknown behind a good word.
#[test]
fn verdict_and_exit_code_follow_the_contract() {
    each(|scenario, wrong| {
        let diagnosis = diagnose(&scenario.facts);
        let states = |passive: bool| -> Vec<State> {
            let of = diagnosis.evidence.modes().iter();
            of.filter(|m| m.mode.is_passive() == passive)
                .map(|m| diagnosis.evidence.state(m))
                .collect()
        };
        let (passive, active) = (states(true), states(false));
        let any = |wanted: State| passive.contains(&wanted) || active.contains(&wanted);
        let problem = diagnosis.findings.iter().any(|f| f.severity == Severity::Problem);
        let login = scenario.facts.sessions.iter().any(crate::facts::Session::logged_in);
        let bad_passive = passive.contains(&State::Dead) || passive.contains(&State::Unknown);
        let holds = match diagnosis.verdict {
            Verdict::Healthy => login && !any(State::Dead) && !any(State::Unknown) && !problem,
            Verdict::Limited => login && !bad_passive && active.contains(&State::Dead) && !problem,
            Verdict::Degraded => login && problem && (any(State::Open) || any(State::Unknown)),
            Verdict::Broken => login && !any(State::Open) && !any(State::Unknown),
            Verdict::Unreachable => !login,
            Verdict::Incomplete => !login || (!passive.contains(&State::Dead) && !problem),
        };
        let code = match (scenario.facts.cut_short, diagnosis.verdict) {
            (Some(CutShort::Interrupted), _) => 130,
            (_, Verdict::Healthy | Verdict::Limited) => 0,
            (_, Verdict::Degraded | Verdict::Broken) => 1,
            (_, Verdict::Unreachable) => 3,
            (_, Verdict::Incomplete) => 5,
        };
        let given = diagnosis.exit_code();
        let expected = scenario.facts.request.expect.is_empty();
        if !holds || (expected && given != code) {
            wrong.push(format!("{} and {given}: {passive:?} {active:?}", diagnosis.verdict));
        }
    });
}

#[test]
fn a_cut_short_run_claims_no_silence_that_it_did_not_wait_for() {
    each(|scenario, wrong| {
        if scenario.facts.cut_short != Some(CutShort::Interrupted) {
            return;
        }
        for finding in diagnose(&scenario.facts).findings {
            if matches!(finding.cause, "control-silent" | "firewall-blocks-passive") {
                wrong.push(format!("{} after an interrupt", finding.cause));
            }
        }
    });
}

#[test]
fn an_answer_is_not_called_silence() {
    // A reject by ICMP is an answer, and so is a RST.
    each(|scenario, wrong| {
        use crate::facts::DialOutcome;
        let silent = |d: &crate::facts::Dial| matches!(d.outcome, DialOutcome::TimedOut);
        if scenario.facts.dials.iter().any(silent) || scenario.facts.survey().is_some() {
            return;
        }
        let page = text(&scenario.facts, 100, false);
        for phrase in ["never answered", "nobody said anything", "does not answer", "no answer"] {
            // Name servers can be silent, too, and a door that opened to a mute server is one.
            let of_control =
                scenario.facts.names.lookups.is_empty() && scenario.facts.sessions.is_empty();
            if of_control && page.contains(phrase) {
                wrong.push(format!("\"{phrase}\", and the knock was answered"));
            }
        }
    });
}

/// What the documents show first is what the program says: the README its beginning, the other one
/// all of it but for lines that change with the list of clients (`[…]`).
#[test]
fn the_documents_show_a_report_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let report = text(&scenario::of("server-blocks-passive-routers-answer").facts, 80, false);
    let shown = |document: &str| {
        let text = fs::read_to_string(root.join(document)).unwrap();
        text.split("```text\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    let document = shown("docs/reading-the-report.md");
    let lines: Vec<&str> = document.split_inclusive('\n').collect();
    let mut rest = report.as_str();
    for (at, piece) in lines.split(|line| line.trim() == "[…]").enumerate() {
        let piece = piece.concat();
        let found = rest.find(&piece).unwrap_or_else(|| panic!("not in the report:\n{piece}"));
        assert!(at > 0 || found == 0, "does not begin as the report does");
        rest = &rest[found + piece.len()..];
    }
    assert!(rest.is_empty() || document.trim_end().ends_with("[…]"), "has no end: {rest}");
    assert!(lines.len() > 60, "shows {} lines alone", lines.len());
    let first = shown("README.md");
    assert!(report.starts_with(&first), "README.md shows another report:\n{first}");
    assert!((20..=45).contains(&first.lines().count()), "too much, or too little, to begin with");
}

/// A minute's reading, and no link that leads nowhere.
#[test]
fn the_readme_is_short_and_the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.len() <= 16_000, "README.md has {} bytes", readme.len());
    let mut documents = vec![root.join("README.md")];
    documents.extend(["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|d| root.join(d)));
    documents.extend(fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    let mut wrong = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let local = !file.is_empty() && !file.contains(':');
            if local && !document.parent().unwrap().join(file).exists() {
                wrong.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere: {wrong:#?}");
}
