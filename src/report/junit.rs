//! `JUnit` XML, as Jenkins, GitLab and others read it: a suite per target, a case per expectation,
//! or per mode and problem where nothing was expected. A suite has a failure exactly where the
//! exit code is not 0.

use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite, XmlString,
};

use super::RenderError;

use crate::diagnosis::{Severity, Verdict};
use crate::document::report::{Attempt, Finding};
use crate::document::{Entry, Failure, Report};
use crate::facts::{Outcome, Purpose};

/// What became of a case.
enum Fate {
    Passed,
    /// Kind and sentence, then more lines.
    Failed(&'static str, String, String),
    /// Why.
    Skipped(String),
    /// Its type, message and text: too little was measured, which is an error and no failure.
    Unknown(&'static str, String, String),
}

struct Case {
    name: String,
    fate: Fate,
    /// Seconds.
    time: Option<f64>,
}

/// Renders all entries.
///
/// # Errors
/// When the XML cannot be written, which no report of ours causes.
pub fn render(entries: &[Entry]) -> Result<String, RenderError> {
    let mut suites = Suites::new("ftp-doctor");
    let runs = entries.iter().filter_map(Entry::report);
    let seconds = runs.fold(0.0, |sum, report| sum + report.elapsed_ms.seconds());
    suites.time = time(seconds);
    suites.add_test_suites(entries.iter().map(|entry| match &entry.result {
        Ok(report) => suite(&entry.label, report),
        Err(failure) => error(&entry.label, failure),
    }));
    let xml = suites.to_string().map_err(|e| RenderError::new(e.to_string()))?;
    Ok(without_skipped_of_all(xml))
}

/// The number of skipped cases is taken from the root, where the package always writes it and the
/// schema of Jenkins knows no such attribute: its xUnit plugin would refuse the whole file. Each
/// suite tells its own number.
fn without_skipped_of_all(mut xml: String) -> String {
    // `>` in a value is escaped, so the first one ends the tag.
    let root = xml.find("<testsuites").and_then(|from| {
        let tag = xml.get(from..)?;
        Some((from, tag.get(..tag.find('>')?)?))
    });
    let place = root.and_then(|(from, tag)| {
        let at = tag.find(SKIPPED)?;
        let value = tag.get(at + SKIPPED.len()..)?;
        Some(from + at..from + at + SKIPPED.len() + value.find('"')? + 1)
    });
    if let Some(place) = place {
        xml.replace_range(place, "");
    }
    xml
}

/// How the attribute begins.
const SKIPPED: &str = " skipped=\"";

/// Nothing for what no clock shows.
fn time(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

fn suite(label: &str, report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(line(label));
    suite.time = time(report.elapsed_ms.seconds());
    // As it stands in the report, to the millisecond and with its zone.
    suite.extra.insert("timestamp".into(), line(&report.started));
    suite.extra.insert("hostname".into(), line(&report.target.host));
    let mut property = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            suite.add_property((name.into(), line(value)));
        }
    };
    property("tool", Some(&format!("{} {}", report.tool.name, report.tool.version)));
    property("target", Some(&report.target.input));
    property("verdict", Some(report.verdict.as_str()));
    property("summary", Some(&report.summary));
    property("software", report.server.software.as_deref());
    property("banner", report.server.banner.as_deref());
    let local = report.vantage.local_address.map(|address| address.to_string());
    property("local-address", local.as_deref());
    property("nat", Some(report.vantage.nat.as_str()));
    property("exit-code", Some(&report.exit_code.to_string()));
    suite.add_test_cases(cases(report).into_iter().map(|case| {
        let mut made = TestCase::new(line(&case.name), status(&case.fate));
        made.set_classname(line(label));
        made.time = case.time.and_then(time);
        made
    }));
    suite
}

fn status(fate: &Fate) -> TestCaseStatus {
    let bad = |as_what, kind: &&'static str, message: &str, text: &str| {
        let mut status = TestCaseStatus::non_success(as_what);
        status.set_type(*kind).set_message(line(message)).set_description(lines(text));
        status
    };
    match fate {
        Fate::Passed => TestCaseStatus::success(),
        Fate::Failed(kind, message, text) => bad(NonSuccessKind::Failure, kind, message, text),
        Fate::Unknown(kind, message, text) => bad(NonSuccessKind::Error, kind, message, text),
        Fate::Skipped(why) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(line(why));
            status
        }
    }
}

/// A target without a report.
fn error(label: &str, failure: &Failure) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("internal").set_message(line(&failure.text));
    status.set_description(lines(&failure.target));
    let mut case = TestCase::new("run", status);
    case.set_classname(line(label));
    let mut suite = TestSuite::new(line(label));
    suite.add_test_case(case);
    suite
}

fn cases(report: &Report) -> Vec<Case> {
    let mut cases: Vec<Case> = if report.expectations.is_empty() {
        let modes = report.attempts.iter().filter(|attempt| attempt.purpose == Purpose::Mode);
        modes.map(|attempt| mode(attempt, lets_pass(report.verdict))).collect()
    } else {
        let judged = report.expectations.iter();
        judged
            .map(|judged| Case {
                name: judged.expect.clone(),
                fate: match judged.met {
                    Some(true) => Fate::Passed,
                    Some(false) => Fate::Failed("not-met", judged.because.clone(), causes(report)),
                    None => Fate::Unknown("not-measured", judged.because.clone(), causes(report)),
                },
                time: None,
            })
            .collect()
    };
    if report.expectations.is_empty() {
        let problems = report.findings.iter().filter(|f| f.severity == Severity::Problem);
        cases.extend(problems.map(|finding| Case {
            name: finding.cause.clone(),
            fate: Fate::Failed("problem", finding.title.clone(), details(finding)),
            time: None,
        }));
    }
    let told = cases.iter().any(|case| matches!(case.fate, Fate::Failed(..) | Fate::Unknown(..)));
    if report.exit_code != 0 && !told {
        let name = if report.verdict == Verdict::Unreachable { "login" } else { "run" };
        let kind = report.verdict.as_str();
        let (message, text) = (report.summary.clone(), causes(report));
        let fate = match report.verdict {
            Verdict::Incomplete => Fate::Unknown(kind, message, text),
            _ => Fate::Failed(kind, message, text),
        };
        cases.push(Case { name: name.to_owned(), fate, time: None });
    }
    cases
}

/// Whether a mode that fails is no failure of the whole: the verdict lets it pass, or tells that too
/// little was measured.
fn lets_pass(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Healthy | Verdict::Limited | Verdict::Incomplete)
}

/// A mode; one that fails is skipped where the verdict lets it pass.
fn mode(attempt: &Attempt, lets_pass: bool) -> Case {
    let said = || {
        let replies = attempt.replies.iter();
        let lines = replies.map(|r| format!("{}: {} {}", r.command, r.code, r.text));
        lines.collect::<Vec<_>>().join("\n")
    };
    let sentence = || format!("{}: {}", attempt.outcome, attempt.reason);
    Case {
        name: attempt.mode.to_string(),
        fate: match attempt.outcome {
            Outcome::Open => Fate::Passed,
            Outcome::NotTested => Fate::Skipped(attempt.reason.clone()),
            _ if lets_pass => Fate::Skipped(sentence()),
            _ => Fate::Failed(attempt.outcome.as_str(), sentence(), said()),
        },
        time: Some(attempt.elapsed_ms.seconds()),
    }
}

/// What explains a failure: summary, findings, and what no finding explains.
fn causes(report: &Report) -> String {
    let mut lines = vec![report.summary.clone()];
    let findings = report.findings.iter().filter(|f| f.severity != Severity::Info);
    lines.extend(findings.map(|f| format!("{}: {} [{}]", f.severity, f.title, f.cause)));
    lines.join("\n")
}

fn details(finding: &Finding) -> String {
    let mut lines =
        vec![format!("{}, {}", finding.confidence, finding.side), finding.explanation.clone()];
    lines.extend(finding.evidence.iter().map(|e| format!("- {}", e.text)));
    lines.extend(finding.remedies.iter().map(|r| format!("{}: {}", r.who, r.text)));
    lines.join("\n")
}

/// The value of an attribute. Every reader takes a line break in one for a blank (XML 1.0 §3.3.3).
fn line(text: &str) -> XmlString {
    lines(&text.replace('\n', " "))
}

/// Text between tags, where lines stay lines. What XML 1.0 cannot carry at all (§2.2) becomes
/// U+FFFD, so that nobody misses it without a trace: the package would leave it out, and what
/// follows an escape character with it, and a tab too.
fn lines(text: &str) -> XmlString {
    let carried = text.chars().map(|c| match c {
        '\n' => c,
        '\t' | '\r' => ' ',
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => c,
    });
    XmlString::new(carried.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{line, lines, render, without_skipped_of_all};

    #[test]
    fn what_xml_cannot_carry_leaves_a_trace() {
        let worst = "a\tb\r\nc\u{1b}[31md\u{0}\u{85}\u{9b}31m\u{ffff}é中";
        let replaced = "a b \nc\u{fffd}[31md\u{fffd}\u{fffd}\u{fffd}31m\u{fffd}é中";
        assert_eq!(lines(worst).as_str(), replaced);
        assert_eq!(line(worst).as_str(), replaced.replace('\n', " "));
    }

    #[test]
    fn only_the_root_loses_its_number() {
        let suites = "<?xml?>\n<testsuites name=\"a &gt; b\" tests=\"3\" skipped=\"12\" errors=\"0\">\n\
            <testsuite skipped=\"12\"/></testsuites>";
        let without = suites.replacen(" skipped=\"12\"", "", 1);
        assert_eq!(without_skipped_of_all(suites.to_owned()), without);
        assert_eq!(without_skipped_of_all(without.clone()), without);
        assert_eq!(without_skipped_of_all("<testsuites".to_owned()), "<testsuites");
        // The package still writes what this takes away, in the place where it is looked for.
        let none = render(&[]).unwrap_or_default();
        assert!(
            none.contains("<testsuites name=\"ftp-doctor\" tests=\"0\" failures=\"0\""),
            "{none}"
        );
    }
}
