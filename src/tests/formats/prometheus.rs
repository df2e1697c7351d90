//! The text exposition format, read by Prometheus' own client library, and by promtool if it is there.

use std::collections::BTreeSet;

use super::support::{entries, entry, hostile, lab, render};
use crate::diagnosis::{Lang, Verdict};
use crate::report::Format;
use crate::tests::support::programs::{feed, there};
use crate::tests::support::scenario;

/// Prints each sample: name, then labels and value as JSON.
const READER: &str = "
import sys, json
from prometheus_client.parser import text_string_to_metric_families as read
text = sys.stdin.buffer.read().decode('utf-8')
for family in read(text):
    assert family.documentation and family.type == 'gauge', family
    for s in family.samples:
        print(json.dumps([s.name, s.labels, s.value]))
";

fn samples(text: &str) -> Option<Vec<serde_json::Value>> {
    let python = lab().join("python/bin/python3");
    let python = python.to_str().unwrap();
    if !there(python, &["-c", "import prometheus_client"]) {
        return None;
    }
    let (fine, said) = feed(python, &["-c", READER], text);
    assert!(fine, "{}", &said[..said.len().min(2000)]);
    Some(said.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Lines that are neither comment nor sample do not exist, and none is there twice.
fn lines(text: &str) -> usize {
    assert!(text.ends_with('\n') && !text.contains(|c: char| c.is_control() && c != '\n'));
    let mut seen = BTreeSet::new();
    let mut families = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let name = rest.split(' ').take(2).collect::<Vec<_>>().join(" ");
            assert!(name.starts_with("HELP ftp_doctor_") || name.starts_with("TYPE ftp_doctor_"));
            assert!(families.insert(name), "described twice: {line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(series.starts_with("ftp_doctor_") && value.parse::<f64>().is_ok(), "{line}");
            assert!(seen.insert(series), "there twice: {line}");
        }
    }
    seen.len()
}

#[test]
fn every_sample_is_read_back() {
    for all in [entries(Lang::En), hostile()] {
        let text = render(all, Format::Prometheus, Lang::En);
        let count = lines(&text);
        let Some(read) = samples(&text) else { return };
        assert_eq!(read.len(), count);
        // Each target is there once, under its own label, control characters replaced.
        let labels: BTreeSet<String> = read
            .iter()
            .filter(|s| s[0] == "ftp_doctor_run_success")
            .map(|s| s[1]["target"].as_str().unwrap().to_owned())
            .collect();
        let carried = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
        let expected: BTreeSet<String> =
            all.iter().map(|e| e.label.chars().map(carried).collect()).collect();
        assert_eq!(labels, expected);
    }
}

#[test]
fn values_are_those_of_the_run() {
    let facts = &scenario::of("tls-healthy").facts;
    let Some(read) = samples(&render(&[entry("t", facts, Lang::En)], Format::Prometheus, Lang::En))
    else {
        return;
    };
    let value = |name: &str| {
        let one: Vec<_> = read.iter().filter(|s| s[0] == name).collect();
        assert_eq!(one.len(), 1, "{name}");
        one[0][2].as_f64().unwrap()
    };
    assert!((value("ftp_doctor_up") - 1.0).abs() < 1e-9);
    let run = facts.elapsed.duration().as_secs_f64();
    assert!((value("ftp_doctor_run_duration_seconds") - run).abs() < 0.001);
    assert!(value("ftp_doctor_login_seconds") > 0.0 && value("ftp_doctor_login_seconds") < run);
    assert!(value("ftp_doctor_tls_handshake_seconds") > 0.0);
    let (from, until) = (
        value("ftp_doctor_last_run_timestamp_seconds"),
        value("ftp_doctor_certificate_not_after_timestamp_seconds"),
    );
    assert!(from > 1.7e9 && until > from);
    let open = read.iter().filter(|s| s[0] == "ftp_doctor_mode_open");
    assert_eq!(open.filter(|s| s[2] == 1.0).count(), 4);
    let verdicts: Vec<_> = read.iter().filter(|s| s[0] == "ftp_doctor_verdict").collect();
    let is: Vec<_> = verdicts.iter().filter(|s| s[2] == 1.0).map(|s| &s[1]["verdict"]).collect();
    assert!(verdicts.len() == Verdict::ALL.len() && is == ["healthy"], "{verdicts:?}");
}

/// The same label twice must not make the whole text unreadable.
#[test]
fn equal_labels_do_no_harm() {
    let facts = &scenario::of("healthy").facts;
    let both = [entry("same", facts, Lang::En), entry("same", facts, Lang::En)];
    let text = render(&both, Format::Prometheus, Lang::En);
    assert_eq!(lines(&text), lines(&render(&both[..1], Format::Prometheus, Lang::En)));
}

/// The whole of Prometheus is large, so tests/setup does not bring it.
#[test]
fn promtool_has_nothing_against_it() {
    let found = std::process::Command::new("promtool").arg("--version").output();
    if !found.is_ok_and(|out| out.status.success()) {
        eprintln!(
            "SKIPPED: no promtool (apt-get install prometheus); its client library reads it all"
        );
        return;
    }
    for all in [entries(Lang::En), hostile()] {
        let text = render(all, Format::Prometheus, Lang::En);
        let (fine, said) = feed("promtool", &["check", "metrics"], &text);
        assert!(fine, "{}", &said[..said.len().min(2000)]);
    }
}
