//! What holds for every diagnosis and every report, whatever the facts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser};
use scraper::{Html, Selector};
use serde_json::Value;

use super::texts::{ensure, plain};
use crate::compare::{self, Run, compare};
use crate::diagnosis::{
    Arg, Confidence, Diagnosis, Finding, Lang, Plane, Severity, Side, Text, Verdict, cause,
    diagnose,
};
use crate::document::schema;
use crate::evidence::{self, State};
use crate::facts::{Attempt, CutShort, Facts, Purpose, Session};
use crate::report::{Format, Style, render, render_diff};
use crate::tests::support::unrendered::unrendered;

/// How much is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The diagnosis and one report.
    Quick,
    /// All formats in both languages, read by parsers that are not ours.
    Whole,
}

fn report(
    diagnosis: &Diagnosis<'_>,
    format: Format,
    width: usize,
    lang: Lang,
) -> Result<String, String> {
    let style = Style { color: false, width, verbose: 1, quiet: false };
    let bytes = render(diagnosis, format, style, lang).map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

/// Everything that is to hold. `other` is another run of any server, to be compared with.
pub fn hold(facts: &Facts, other: Option<&Run>, depth: Depth) -> Result<(), String> {
    let diagnosis = diagnose(facts);
    verdict(&diagnosis)?;
    findings(&diagnosis)?;
    rules(&diagnosis)?;
    let json = report(&diagnosis, Format::JsonLines, 80, Lang::En)?;
    let value: Value = serde_json::from_str(&json).map_err(|e| e.to_string())?;
    numbers(&value, "")?;
    let again = report(&diagnose(facts), Format::JsonLines, 80, Lang::En)?;
    ensure(json == again, || "a second run says something else".to_owned())?;
    repeats(facts, &diagnosis)?;
    let run = compare::read("a.json", json.as_bytes())
        .map_err(|e| format!("diff does not read it: {e}"))?;
    let comparison = compare(&run, &run);
    ensure(!comparison.differs(), || "differs from itself".to_owned())?;
    if depth == Depth::Quick {
        return shown(&report(&diagnosis, Format::Text, 80, Lang::En)?);
    }
    ensure(SCHEMA.is_valid(&value), || {
        let errors: Vec<String> =
            SCHEMA.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        format!("schema: {}", errors.join(", "))
    })?;
    for lang in Lang::ALL {
        for (format, width) in [
            (Format::Text, 80),
            (Format::Text, 30),
            (Format::Json, 80),
            (Format::Markdown, 80),
            (Format::Html, 80),
        ] {
            let page = report(&diagnosis, format, width, lang)?;
            shown(&page).map_err(|e| format!("{format:?} {lang:?}: {e}"))?;
            match format {
                Format::Html => html(&page)?,
                Format::Markdown => markdown(&page)?,
                _ => {}
            }
        }
        if let Some(other) = other {
            let style = Style { color: false, width: 80, verbose: 1, quiet: false };
            let comparison = compare(&run, other);
            for format in [Format::Text, Format::JsonLines, Format::Html, Format::Markdown] {
                let bytes =
                    render_diff(&comparison, format, style, lang).map_err(|e| e.to_string())?;
                shown(&String::from_utf8(bytes).map_err(|e| e.to_string())?)
                    .map_err(|e| format!("diff {format:?}: {e}"))?;
            }
        }
    }
    Ok(())
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_slice(&schema::schema().unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

fn verdict(diagnosis: &Diagnosis<'_>) -> Result<(), String> {
    let facts = diagnosis.evidence.facts;
    let login = facts.sessions.iter().any(Session::logged_in);
    let states: Vec<(bool, State)> = diagnosis
        .evidence
        .modes()
        .iter()
        .map(|m| (m.mode.is_passive(), diagnosis.evidence.state(m)))
        .collect();
    let any = |wanted: State| states.iter().any(|(_, state)| *state == wanted);
    let passive = |wanted: State| states.contains(&(true, wanted));
    let problem = diagnosis.findings.iter().any(|f| f.severity == Severity::Problem);
    let good = login && !problem && !passive(State::Dead) && !passive(State::Unknown);
    let holds = match diagnosis.verdict {
        Verdict::Healthy => good && !any(State::Dead) && !any(State::Unknown),
        Verdict::Limited => good && states.contains(&(false, State::Dead)),
        Verdict::Degraded => login && problem,
        Verdict::Broken => login && !any(State::Open) && !any(State::Unknown),
        Verdict::Unreachable => !login,
        Verdict::Incomplete => !login || (!problem && !passive(State::Dead)),
    };
    ensure(holds, || format!("verdict {} with {states:?}", diagnosis.verdict))?;
    let code = match (facts.cut_short, diagnosis.verdict) {
        (Some(CutShort::Interrupted), _) => 130,
        (_, Verdict::Healthy | Verdict::Limited) => 0,
        (_, Verdict::Unreachable) => 3,
        (_, Verdict::Incomplete) => 5,
        (_, Verdict::Degraded | Verdict::Broken) => 1,
    };
    ensure(diagnosis.exit_code() == code, || {
        format!("exit code {}, not {code}", diagnosis.exit_code())
    })
}

/// Whether a message carries what the server said.
fn quotes(text: &Text) -> bool {
    text.args.iter().any(|(name, arg)| match arg {
        Arg::Word(word) => matches!(*name, "reply" | "head") && !word.is_empty(),
        Arg::Message(inner) => quotes(inner),
        Arg::Number(_) => false,
    })
}

fn findings(diagnosis: &Diagnosis<'_>) -> Result<(), String> {
    let all = &diagnosis.findings;
    ensure(all.is_sorted_by_key(|f| f.severity), || "findings out of order".to_owned())?;
    let causes: BTreeSet<&str> = all.iter().map(|f| f.cause).collect();
    ensure(causes.len() == all.len(), || "a cause is found twice".to_owned())?;
    for finding in all {
        one(diagnosis, finding).map_err(|e| format!("{}: {e}", finding.cause))?;
        // Two causes may be found of which one suppresses the other, about other data connections.
        for gone in finding.suppresses.iter().filter(|id| causes.contains(**id)) {
            let left = all.iter().find(|f| f.cause == *gone).unwrap();
            let shared = left.explains.is_empty()
                || finding.explains.is_empty()
                || left.explains.iter().any(|id| finding.explains.contains(id));
            ensure(!shared, || format!("{}: suppresses {gone}, which is found", finding.cause))?;
        }
        for out in &finding.ruled_out {
            ensure(cause(out.cause).is_some(), || {
                format!("rules out {}, which is no cause", out.cause)
            })?;
            ensure(!causes.contains(out.cause), || {
                format!("{}: rules out {}, which is found", finding.cause, out.cause)
            })?;
        }
    }
    Ok(())
}

fn one(diagnosis: &Diagnosis<'_>, finding: &Finding) -> Result<(), String> {
    let facts = diagnosis.evidence.facts;
    let plane = cause(finding.cause).ok_or("is in no catalogue")?.plane;
    let problem = finding.severity == Severity::Problem;
    ensure(!problem || !finding.evidence.is_empty(), || "a problem without evidence".to_owned())?;
    ensure(!problem || !finding.remedies.is_empty(), || {
        "a problem and nobody is told what to change".to_owned()
    })?;
    for evidence in &finding.evidence {
        if let Some(id) = &evidence.attempt {
            ensure(facts.attempts.iter().any(|a| a.id == *id), || {
                format!("evidence in {id}, which is not there")
            })?;
        }
    }
    let measured = !facts.attempts.is_empty()
        || !facts.dials.is_empty()
        || !facts.sessions.is_empty()
        || !facts.announcements.is_empty()
        || facts.audit.is_some();
    ensure(measured || finding.cause == "name-not-found", || "nothing was measured".to_owned())?;
    let data = matches!(plane, Plane::Passive | Plane::Active | Plane::Middlebox | Plane::Server);
    // Announcements beside the attempts and their knocks, and those of an audit, are no attempts.
    let beside = facts.audit.is_some() || !facts.announcements.is_empty();
    let shown = beside || finding.evidence.iter().any(|e| e.attempt.is_some());
    ensure(!data || shown, || "about data connections, and no attempt is named".to_owned())?;
    let said = quotes(&finding.explanation) || finding.evidence.iter().any(|e| quotes(&e.text));
    // What the name server, another service, the certificate or the announcement itself states.
    let stated = matches!(
        finding.cause,
        "name-not-found" | "control-not-ftp" | "tls-certificate-invalid" | "passive-range-leaks"
    );
    let alone = finding.evidence.len() < 2 && !said && !stated;
    ensure(finding.confidence != Confidence::Proven || !alone, || {
        "proven by a single observation and no reply".to_owned()
    })?;
    for id in &finding.explains {
        let entry = diagnosis.evidence.modes().iter().find(|m| m.entry.id == *id);
        ensure(entry.is_some(), || format!("explains {id}, which is no entry of a mode"))?;
    }
    place(finding)
}

/// The contract's rules about side and location.
fn place(finding: &Finding) -> Result<(), String> {
    let at = &finding.location;
    let told = || format!("{:?} at {at:?}", finding.side);
    if let (Some(min), Some(max)) = (at.hop_min, at.hop_max) {
        ensure(min <= max && at.hops.is_none_or(|hops| max <= hops), || {
            format!("suspects out of order: {}", told())
        })?;
    }
    if at.hop_min.is_some() && at.hop_max.is_some() && at.hops.is_some() {
        let by_hops = evidence::place::side(at);
        // The server proper may be proven by other things than hops.
        ensure(finding.side == by_hops || finding.side == Side::Server, || {
            format!("side by hops {by_hops:?}: {}", told())
        })?;
        let doubtful = finding.side == Side::Client && at.hop_max.is_some_and(|max| max >= 2);
        ensure(!doubtful || finding.confidence != Confidence::Proven, || {
            format!("proven: {}", told())
        })?;
    }
    let fits = match finding.cause {
        "server-firewall-blocks-passive" | "server-firewall-blocks-active" => {
            finding.side == Side::Server
        }
        "client-firewall-blocks-passive" | "client-firewall-blocks-active" => {
            finding.side == Side::Client
        }
        "firewall-blocks-passive" | "firewall-blocks-active" => {
            matches!(finding.side, Side::Path | Side::Unknown)
        }
        _ => true,
    };
    ensure(fits, told)
}

fn rules(diagnosis: &Diagnosis<'_>) -> Result<(), String> {
    let ids: Vec<&str> = diagnosis.rules.iter().map(|r| r.id).collect();
    let eight = [
        "active-1",
        "active-2",
        "active-3",
        "active-4",
        "passive-1",
        "passive-2",
        "passive-3",
        "passive-4",
    ];
    ensure(ids == eight, || format!("rules {ids:?}"))?;
    for rule in &diagnosis.rules {
        for id in &rule.attempts {
            let entry = diagnosis.evidence.modes().iter().any(|m| m.entry.id == *id);
            ensure(entry, || format!("rule {} shown by {id}, no entry of a mode", rule.id))?;
        }
    }
    Ok(())
}

/// The order of the repetitions is chance: it decides nothing.
fn repeats(facts: &Facts, diagnosis: &Diagnosis<'_>) -> Result<(), String> {
    let places: Vec<usize> = (0..facts.attempts.len())
        .filter(|at| facts.attempts[*at].purpose == Purpose::Repeat)
        .collect();
    if places.len() < 2 {
        return Ok(());
    }
    // What a server announces tells of that server; here may be several.
    let announced: BTreeSet<_> = facts
        .attempts
        .iter()
        .filter(|a| a.mode.is_passive())
        .map(|a| a.advertised.map(|e| e.ip()))
        .collect();
    let one_server = announced.len() < 2;
    let told = |d: &Diagnosis<'_>| {
        let causes: Vec<(&str, &str)> = d
            .findings
            .iter()
            .filter(|_| one_server)
            .map(|f| (f.cause, f.confidence.as_str()))
            .collect();
        let outcomes: Vec<&str> = d.evidence.modes().iter().map(|m| m.outcome().as_str()).collect();
        format!("{} {causes:?} {outcomes:?}", if one_server { d.verdict.as_str() } else { "" })
    };
    let mut other = facts.clone();
    let taken: Vec<Attempt> = places.iter().map(|at| facts.attempts[*at].clone()).collect();
    for (at, attempt) in places.iter().zip(taken.into_iter().rev()) {
        other.attempts[*at] = attempt;
    }
    let (is, was) = (told(&diagnose(&other)), told(diagnosis));
    ensure(is == was, || format!("repetitions in another order: {is} instead of {was}"))
}

/// Every number of the report is one that can be: no negative times.
fn numbers(value: &Value, path: &str) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| numbers(item, path)),
        Value::Object(map) => {
            map.iter().try_for_each(|(key, item)| numbers(item, &format!("{path}/{key}")))
        }
        Value::Number(number) => {
            ensure(number.as_f64().is_some_and(|n| n >= 0.0), || format!("{path}: {number}"))
        }
        _ => Ok(()),
    }
}

/// Nothing in a page steers a terminal, and every message has its words.
fn shown(page: &str) -> Result<(), String> {
    for line in page.lines() {
        // An invisible break of our own keeps Markdown from calling people.
        if line.contains('\u{200b}') { plain(&line.replace('\u{200b}', ""))? } else { plain(line)? }
    }
    ensure(page.ends_with('\n'), || "no end of line".to_owned())?;
    match unrendered(page) {
        Some(id) => Err(format!("no words for {id}")),
        None => Ok(()),
    }
}

type Names = BTreeSet<String>;

/// What pages are made of: everything that is in one of the scenarios.
static KNOWN: LazyLock<(Names, Names)> = LazyLock::new(|| {
    let (mut elements, mut blocks) = (Names::new(), Names::new());
    for scenario in crate::tests::support::scenario::all() {
        let diagnosis = diagnose(&scenario.facts);
        elements.extend(elements_of(&report(&diagnosis, Format::Html, 80, Lang::En).unwrap()));
        blocks.extend(blocks_of(&report(&diagnosis, Format::Markdown, 80, Lang::En).unwrap()));
    }
    (elements, blocks)
});

/// Elements with the names of their attributes; where a link leads, if not to a place on the page.
fn elements_of(page: &str) -> Names {
    let document = Html::parse_document(page);
    let all = Selector::parse("*").unwrap();
    let mut names = Names::new();
    for element in document.select(&all).map(|e| e.value()) {
        names.insert(element.name().to_owned());
        for (name, value) in element.attrs() {
            let away = matches!(name, "href" | "src" | "style" | "action" | "srcset")
                && !value.starts_with('#');
            names.insert(format!("{} {name}{}", element.name(), if away { value } else { "" }));
        }
    }
    names
}

fn html(page: &str) -> Result<(), String> {
    let found = elements_of(page);
    let strange: Vec<&String> = found.difference(&KNOWN.0).collect();
    ensure(strange.is_empty(), || format!("HTML with {strange:?}"))
}

fn blocks_of(page: &str) -> Names {
    let mut options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    options |= Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES | Options::ENABLE_MATH;
    options |= Options::ENABLE_GFM | Options::ENABLE_SUPERSCRIPT | Options::ENABLE_DEFINITION_LIST;
    Parser::new_ext(page, options)
        .filter_map(|event| match event {
            Event::Start(tag) => Some(format!("{:?}", tag.to_end())),
            Event::Text(_) | Event::End(_) | Event::SoftBreak => None,
            other => Some(format!("{other:?}")),
        })
        .collect()
}

fn markdown(page: &str) -> Result<(), String> {
    let found = blocks_of(page);
    let strange: Vec<&String> = found.difference(&KNOWN.1).collect();
    ensure(strange.is_empty(), || format!("Markdown with {strange:?}"))
}
