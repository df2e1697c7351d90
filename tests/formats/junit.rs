//! `JUnit` XML: two parsers that are not ours, and Jenkins' own schema.

use ftp_doctor::diagnosis::Lang;
use ftp_doctor::report::Format;
use roxmltree::Document;

use super::support::{entries, feed, hostile, lab, render, there};

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
        let text = render(&all, Format::Junit, lang);
        let read = junit_parser::from_reader(text.as_bytes()).unwrap();
        assert_eq!(read.suites.len(), all.len());
        for (suite, entry) in read.suites.iter().zip(&all) {
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
    let text = render(&all, Format::Junit, Lang::En);
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
    // What XML can carry comes back as it was, line breaks too.
    for (name, entry) in names.iter().zip(&all) {
        let carried = |c: char| {
            if (c.is_control() && !"\n\r\t".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}') {
                '\u{fffd}'
            } else {
                c
            }
        };
        assert_eq!(*name, entry.label.chars().map(carried).collect::<String>());
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
        render(&entries(Lang::En), Format::Junit, Lang::En),
        render(&entries(Lang::Zh), Format::Junit, Lang::Zh),
        render(&hostile(), Format::Junit, Lang::En),
        render(&[], Format::Junit, Lang::En),
    ] {
        let (valid, said) = feed("xmllint", &["--noout", "--schema", schema, "-"], &text);
        assert!(valid, "{}", &said[..said.len().min(2000)]);
    }
    // The schema does refuse what it does not know.
    let text = render(&[], Format::Junit, Lang::En).replace(" errors=", " skipped=\"0\" errors=");
    assert!(!feed("xmllint", &["--noout", "--schema", schema, "-"], &text).0);
}
