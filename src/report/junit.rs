//! `JUnit` XML, as Jenkins, GitLab and others read it: a suite per target, a case per expectation,
//! or per mode and problem where nothing was expected. A suite has a failure exactly where the
//! exit code is not 0.
//!
//! Written by hand: the format is five elements, and the package for it puts an attribute on the
//! root that Jenkins' own schema refuses.

use super::entry::{Entry, Failure, Run};
use super::view::{JsonAttempt, JsonFinding};

/// What became of a case.
enum Fate {
    Passed,
    /// Kind and sentence, then more lines.
    Failed(&'static str, String, String),
    /// Why.
    Skipped(String),
}

struct Case {
    name: String,
    fate: Fate,
    /// Seconds.
    time: Option<f64>,
}

/// Renders all entries.
pub fn render(entries: &[Entry]) -> String {
    let suites: Vec<(&Entry, Vec<Case>)> =
        entries.iter().map(|entry| (entry, entry.run().map(cases).unwrap_or_default())).collect();
    let count = |counts: fn(&Fate) -> bool| {
        suites.iter().flat_map(|(_, cases)| cases).filter(|case| counts(&case.fate)).count()
    };
    let errors = entries.iter().filter(|entry| entry.result.is_err()).count();
    let tests = count(|_| true) + errors;
    let runs = entries.iter().filter_map(Entry::run);
    // A sum of nothing would be minus nothing, which the schema refuses.
    let seconds = runs.fold(0.0, |sum, run| sum + run.report.elapsed_ms / 1000.0);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"ftp-doctor\" tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\" time=\"{seconds:.3}\">\n",
        count(failed),
    ));
    for (entry, cases) in &suites {
        match &entry.result {
            Ok(run) => suite(&mut out, &entry.label, run, cases),
            Err(failure) => error(&mut out, &entry.label, failure),
        }
    }
    out.push_str("</testsuites>\n");
    out
}

fn failed(fate: &Fate) -> bool {
    matches!(fate, Fate::Failed(..))
}

fn suite(out: &mut String, label: &str, run: &Run, cases: &[Case]) {
    let report = &run.report;
    let count = |counts: fn(&Fate) -> bool| cases.iter().filter(|c| counts(&c.fate)).count();
    out.push_str(&format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" timestamp=\"{}\" time=\"{:.3}\" hostname=\"{}\">\n",
        escaped(label),
        cases.len(),
        count(failed),
        count(|fate| matches!(fate, Fate::Skipped(_))),
        escaped(&report.started),
        report.elapsed_ms / 1000.0,
        escaped(&report.target.host),
    ));
    out.push_str("    <properties>\n");
    let mut property = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            out.push_str(&format!(
                "      <property name=\"{name}\" value=\"{}\"/>\n",
                escaped(value)
            ));
        }
    };
    property("tool", Some(&format!("{} {}", report.tool.name, report.tool.version)));
    property("target", Some(&report.target.input));
    property("verdict", Some(report.verdict));
    property("summary", Some(&report.summary));
    property("software", report.server.software.as_deref());
    property("banner", report.server.banner.as_deref());
    property("local-address", report.vantage.local_address.as_deref());
    property("nat", Some(report.vantage.nat));
    property("exit-code", Some(&report.exit_code.to_string()));
    out.push_str("    </properties>\n");
    for case in cases {
        write_case(out, label, case);
    }
    out.push_str("  </testsuite>\n");
}

fn write_case(out: &mut String, label: &str, case: &Case) {
    let time = case.time.map(|s| format!(" time=\"{s:.3}\"")).unwrap_or_default();
    let (label, name) = (escaped(label), escaped(&case.name));
    out.push_str(&format!("    <testcase classname=\"{label}\" name=\"{name}\"{time}"));
    match &case.fate {
        Fate::Passed => out.push_str("/>\n"),
        Fate::Failed(kind, message, text) => out.push_str(&format!(
            ">\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(message),
            escaped(text)
        )),
        Fate::Skipped(why) => out.push_str(&format!(
            ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            escaped(why)
        )),
    }
}

/// A target without a report.
fn error(out: &mut String, label: &str, failure: &Failure) {
    let label = escaped(label);
    out.push_str(&format!(
        "  <testsuite name=\"{label}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    <testcase classname=\"{label}\" name=\"run\">\n      <error type=\"internal\" message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>\n",
        escaped(&failure.text),
        escaped(&failure.target),
    ));
}

fn cases(run: &Run) -> Vec<Case> {
    let report = &run.report;
    let mut cases: Vec<Case> = if report.expectations.is_empty() {
        let modes = report.attempts.iter().filter(|attempt| attempt.purpose == "mode");
        modes.map(|attempt| mode(attempt, report.verdict == "healthy")).collect()
    } else {
        let judged = report.expectations.iter();
        judged
            .map(|judged| Case {
                name: judged.expect.clone(),
                fate: match judged.met {
                    Some(true) => Fate::Passed,
                    Some(false) => Fate::Failed("not-met", judged.because.clone(), causes(run)),
                    None => Fate::Failed("not-measured", judged.because.clone(), causes(run)),
                },
                time: None,
            })
            .collect()
    };
    if report.expectations.is_empty() {
        let problems = report.findings.iter().filter(|f| f.severity == "problem");
        cases.extend(problems.map(|finding| Case {
            name: finding.cause.to_owned(),
            fate: Fate::Failed("problem", finding.title.clone(), details(finding)),
            time: None,
        }));
    }
    let any_failed = cases.iter().any(|case| failed(&case.fate));
    if report.exit_code != 0 && !any_failed {
        let name = if report.verdict == "unreachable" { "login" } else { "run" };
        cases.push(Case {
            name: name.to_owned(),
            fate: Fate::Failed(report.verdict, report.summary.clone(), causes(run)),
            time: None,
        });
    }
    cases
}

/// A mode. Where the whole run is healthy, one that fails is what the verdict lets pass.
fn mode(attempt: &JsonAttempt, healthy: bool) -> Case {
    let said = || {
        let replies = attempt.replies.iter();
        let lines = replies.map(|r| format!("{}: {} {}", r.command, r.code, r.text));
        lines.collect::<Vec<_>>().join("\n")
    };
    let sentence = || format!("{}: {}", attempt.outcome, attempt.reason);
    Case {
        name: attempt.mode.to_owned(),
        fate: match attempt.outcome {
            "open" => Fate::Passed,
            "not-tested" => Fate::Skipped(attempt.reason.clone()),
            _ if healthy => Fate::Skipped(sentence()),
            _ => Fate::Failed(attempt.outcome, sentence(), said()),
        },
        time: Some(attempt.elapsed_ms / 1000.0),
    }
}

/// What explains a failure: summary, findings, and what no finding explains.
fn causes(run: &Run) -> String {
    let mut lines = vec![run.report.summary.clone()];
    let findings = run.report.findings.iter().filter(|f| f.severity != "info");
    lines.extend(findings.map(|f| format!("{}: {} [{}]", f.severity, f.title, f.cause)));
    lines.extend(run.unexplained.iter().cloned());
    lines.join("\n")
}

fn details(finding: &JsonFinding) -> String {
    let mut lines =
        vec![format!("{}, {}", finding.confidence, finding.side), finding.explanation.clone()];
    lines.extend(finding.evidence.iter().map(|e| format!("- {}", e.text)));
    lines.extend(finding.remedies.iter().map(|r| format!("{}: {}", r.who, r.text)));
    lines.join("\n")
}

/// Text in an attribute or between tags. What XML 1.0 cannot carry at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // As a reference, or an attribute would read a blank.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(c),
        }
    }
    out
}
