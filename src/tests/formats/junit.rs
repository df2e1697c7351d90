//! `JUnit` XML: three parsers that are not ours, and Jenkins' own schema.

use roxmltree::Document;
use serde_json::Value;

use super::support::{entries, hostile, lab, render};
use crate::diagnosis::{Lang, Severity};
use crate::report::Format;
use crate::tests::support::programs::{feed, there};

/// Elements of the format.
const KNOWN: &[&str] = &[
    "testsuites",
    "testsuite",
    "properties",
    "property",
    "testcase",
    "failure",
    "error",
    "skipped",
];

#[test]
fn a_suite_fails_exactly_where_the_exit_code_is_not_0() {
    for lang in Lang::ALL {
        let all = entries(lang);
        let text = render(all, Format::Junit, lang);
        let read = junit_parser::from_reader(text.as_bytes()).unwrap();
        assert_eq!(read.suites.len(), all.len());
        for (suite, entry) in read.suites.iter().zip(all) {
            assert_eq!(suite.name, entry.label);
            let bad = suite.cases.iter().filter(|c| c.status.is_failure() || c.status.is_error());
            let bad = bad.count();
            assert_eq!(bad > 0, entry.exit_code() != 0, "{}", entry.label);
            assert_eq!(suite.tests, suite.cases.len() as u64, "{}", entry.label);
            assert_eq!(suite.failures + suite.errors, bad as u64, "{}", entry.label);
            assert_eq!(
                suite.skipped,
                suite.cases.iter().filter(|c| c.status.is_skipped()).count() as u64
            );
            assert!(!suite.cases.is_empty(), "{}", entry.label);
        }
        assert_eq!(read.tests, read.suites.iter().map(|s| s.tests).sum::<u64>());
        assert_eq!(read.failures, read.suites.iter().map(|s| s.failures).sum::<u64>());
    }
}

#[test]
fn the_worst_stays_text() {
    let all = hostile();
    let text = render(all, Format::Junit, Lang::En);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "control characters");
    let document = Document::parse(&text).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(KNOWN.contains(&node.tag_name().name()), "{:?}", node.tag_name());
    }
    let names: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"))
        .map(|node| node.attribute("name").unwrap())
        .collect();
    assert_eq!(names.len(), all.len());
    // What XML can carry comes back as it was, in one line.
    for (name, entry) in names.iter().zip(all) {
        assert_eq!(*name, entry.label.chars().map(carried).collect::<String>());
    }
}

/// A character as it comes back out of an attribute.
fn carried(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// Prints each suite as JSON: name, counts, and name, fate, message, type and text of its cases.
const READER: &str = "
import sys, json
from junitparser import JUnitXml, Failure, Error, Skipped
xml = JUnitXml.fromstring(sys.stdin.buffer.read())
assert isinstance(xml, JUnitXml), xml
print(json.dumps([xml.name, xml.tests, xml.failures, xml.errors, xml.time]))
for suite in xml:
    cases = []
    for case in suite:
        assert case.classname == suite.name, case
        results = [(type(r).__name__, r.message, r.type, r.text) for r in case.result]
        assert len(results) <= 1, results
        cases.append([case.name, case.time, results[0] if results else None])
    said = {p.name: p.value for p in suite.properties()}
    print(json.dumps([suite.name, suite.tests, suite.failures, suite.errors, suite.skipped,
        suite.hostname, suite.timestamp, suite.time, said, cases]))
";

#[test]
fn junitparser_reads_what_the_reports_say() {
    let python = lab().join("python/bin/python3");
    let python = python.to_str().unwrap();
    if !there(python, &["-c", "import junitparser"]) {
        return;
    }
    for all in [entries(Lang::En), entries(Lang::Zh), hostile(), &[]] {
        let text = render(all, Format::Junit, Lang::En);
        let (fine, said) = feed(python, &["-c", READER], &text);
        assert!(fine, "{}", &said[said.len().saturating_sub(2000)..]);
        let mut read = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let whole = read.next().unwrap();
        let suites: Vec<Value> = read.collect();
        assert_eq!(whole[0], "ftp-doctor");
        for (at, name) in [(1, "tests"), (2, "failures"), (3, "errors")] {
            let sum = suites.iter().map(|suite| suite[at].as_u64().unwrap()).sum::<u64>();
            assert_eq!(whole[at], sum, "{name}");
        }
        let shown = |text: &str| text.chars().map(carried).collect::<String>();
        assert_eq!(suites.len(), all.len());
        for (suite, entry) in suites.iter().zip(all) {
            assert_eq!(suite[0], shown(&entry.label));
            let cases = suite[9].as_array().unwrap();
            let fates = |fate: &str| cases.iter().filter(|c| c[2][0] == fate).count();
            let counted = [cases.len(), fates("Failure"), fates("Error"), fates("Skipped")];
            let told = [&suite[1], &suite[2], &suite[3], &suite[4]].map(|n| n.as_u64().unwrap());
            assert_eq!(told, counted.map(|n| n as u64), "{}", entry.label);
            let Ok(report) = &entry.result else {
                let failure = entry.result.as_ref().err().unwrap();
                assert_eq!(cases[0][2][0], "Error");
                assert_eq!(cases[0][2][1], shown(&failure.text));
                continue;
            };
            assert_eq!(suite[5], shown(&report.target.host));
            assert_eq!(suite[6], shown(&report.started));
            let seconds = suite[7].as_f64().unwrap();
            assert!((seconds - report.elapsed_ms.seconds()).abs() < 0.001, "{seconds}");
            assert_eq!(suite[8]["summary"], shown(&report.summary));
            assert_eq!(suite[8]["exit-code"], report.exit_code.to_string());
            for judged in &report.expectations {
                let case = cases.iter().find(|c| c[0] == shown(&judged.expect)).unwrap();
                if judged.met == Some(true) {
                    assert!(case[2].is_null(), "{case}");
                    continue;
                }
                assert_eq!(case[2][1], shown(&judged.because));
                let kind = if judged.met.is_none() { "not-measured" } else { "not-met" };
                assert_eq!(case[2][2], kind);
                // The text is the summary, then a line for each finding.
                let text = case[2][3].as_str().unwrap();
                let told = text.split('\n').collect::<Vec<_>>().join(" ");
                assert!(told.starts_with(&shown(&report.summary)), "{text}");
                for finding in report.findings.iter().filter(|f| f.severity != Severity::Info) {
                    assert!(told.contains(&shown(&finding.title)), "{text}");
                }
            }
            let problems = report.findings.iter().filter(|f| f.severity == Severity::Problem);
            for finding in problems.filter(|_| report.expectations.is_empty()) {
                let case = cases.iter().find(|c| c[0] == finding.cause).unwrap();
                assert_eq!((&case[2][0], &case[2][2]), (&"Failure".into(), &"problem".into()));
                assert_eq!(case[2][1], shown(&finding.title));
                let text = case[2][3].as_str().unwrap().replace('\n', " ");
                assert!(text.contains(&shown(&finding.explanation)), "{text}");
            }
        }
    }
}

#[test]
fn it_fits_the_schema_of_jenkins() {
    let schema = lab().join("junit-10.xsd");
    if !schema.is_file() {
        assert!(
            std::env::var("CI").is_err(),
            "CI has no {}: tests/setup brings it",
            schema.display()
        );
        eprintln!("SKIPPED: no {} (tests/setup brings it)", schema.display());
        return;
    }
    if !there("xmllint", &["--version"]) {
        return;
    }
    let schema = schema.to_str().unwrap();
    for text in [
        render(entries(Lang::En), Format::Junit, Lang::En),
        render(entries(Lang::Zh), Format::Junit, Lang::Zh),
        render(hostile(), Format::Junit, Lang::En),
        render(&[], Format::Junit, Lang::En),
    ] {
        let (valid, said) = feed("xmllint", &["--noout", "--schema", schema, "-"], &text);
        assert!(valid, "{}", &said[..said.len().min(2000)]);
    }
    // The schema does refuse what it does not know.
    let text = render(&[], Format::Junit, Lang::En).replace(" errors=", " skipped=\"0\" errors=");
    assert!(!feed("xmllint", &["--noout", "--schema", schema, "-"], &text).0);
}
