//! Prometheus' text exposition format, for the textfile collector or a push gateway.
//!
//! The descriptions are English in every language: Prometheus complains where the same metric is
//! described in two ways.

use std::collections::BTreeSet;

use crate::diagnosis::Verdict;
use crate::document::{Entry, Millis, Report};
use crate::facts::time::unix_seconds;
use crate::facts::{Outcome, Purpose};

/// Samples of a run: labels beside `target`, and the value.
type Samples = Vec<(Vec<(&'static str, String)>, String)>;

/// A metric of a run.
struct Metric {
    name: &'static str,
    help: &'static str,
    of: fn(&Report) -> Samples,
}

const METRICS: &[Metric] = &[
    Metric {
        name: "ftp_doctor_up",
        help: "Whether an FTP login could be had.",
        of: |report| one(Some(flag(report.verdict != Verdict::Unreachable))),
    },
    Metric {
        name: "ftp_doctor_verdict",
        help: "Whether this is the verdict.",
        of: |report| {
            // One series each.
            let is = |verdict| flag(report.verdict == verdict);
            Verdict::ALL.map(|v| (vec![("verdict", v.to_string())], is(v))).to_vec()
        },
    },
    Metric {
        name: "ftp_doctor_exit_code",
        help: "Exit code of the run: 0 healthy or as expected, 1 a problem, 3 unreachable, 130 interrupted.",
        of: |report| one(Some(report.exit_code.to_string())),
    },
    Metric {
        name: "ftp_doctor_mode_open",
        help: "Whether a data connection of this mode works; absent where it was not tested.",
        of: |report| {
            let tested = modes(report).filter(|(_, outcome, _)| *outcome != Outcome::NotTested);
            tested.map(|(labels, outcome, _)| (labels, flag(outcome == Outcome::Open))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_mode_connect_seconds",
        help: "Time until the data connection of this mode stood.",
        of: |report| {
            let stood = modes(report).filter_map(|(labels, _, ms)| Some((labels, ms?)));
            stood.map(|(labels, ms)| (labels, coarse(ms))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_finding",
        help: "A named cause that was found (ftp-doctor explain CAUSE tells more).",
        of: |report| {
            let findings = report.findings.iter();
            let labels = findings.map(|f| {
                [
                    ("cause", f.cause.as_str()),
                    ("severity", f.severity.as_str()),
                    ("side", f.side.as_str()),
                    ("confidence", f.confidence.as_str()),
                ]
                .map(|(name, word)| (name, word.to_owned()))
                .to_vec()
            });
            labels.map(|labels| (labels, flag(true))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_expectation_met",
        help: "Whether an expectation is met; 0 also where it was not measured.",
        of: |report| {
            let judged = report.expectations.iter();
            let sample = judged
                .map(|e| (vec![("expectation", e.expect.clone())], flag(e.met == Some(true))));
            sample.collect()
        },
    },
    Metric {
        name: "ftp_doctor_control_connect_seconds",
        help: "TCP handshake of the control connection.",
        of: |report| one(report.times.control_ms.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_tls_handshake_seconds",
        help: "TLS handshake of the control connection.",
        of: |report| one(report.times.tls_ms.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_login_seconds",
        help: "From the first SYN until the login was accepted.",
        of: |report| one(report.times.login_ms.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_listing_seconds",
        help: "The slowest listing of the modes that work.",
        of: |report| one(report.times.list_ms.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_run_duration_seconds",
        help: "The whole run.",
        of: |report| one(Some(coarse(report.elapsed_ms))),
    },
    Metric {
        name: "ftp_doctor_certificate_not_after_timestamp_seconds",
        help: "When the server's certificate ends.",
        of: |report| one(report.certificate_end().map(|at| at.to_string())),
    },
    Metric {
        name: "ftp_doctor_last_run_timestamp_seconds",
        help: "When the run began.",
        of: |report| one(unix_seconds(&report.started).map(|at| at.to_string())),
    },
];

fn one(value: Option<String>) -> Samples {
    value.map(|value| (Vec::new(), value)).into_iter().collect()
}

fn flag(value: bool) -> String {
    if value { "1" } else { "0" }.to_owned()
}

fn seconds(time: Millis) -> String {
    let micros = time.micros().0;
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Seconds of a time that is told to a tenth of a millisecond.
fn coarse(time: Millis) -> String {
    format!("{:.4}", time.seconds())
}

/// Labels, outcome and time of the connection of each mode.
fn modes(
    report: &Report,
) -> impl Iterator<Item = (Vec<(&'static str, String)>, Outcome, Option<Millis>)> {
    report.attempts.iter().filter(|a| a.purpose == Purpose::Mode).map(|a| {
        let labels = [
            ("mode", a.mode.as_str()),
            ("family", a.family.as_str()),
            ("security", a.security.as_str()),
        ];
        let labels = labels.map(|(name, word)| (name, word.to_owned())).to_vec();
        (labels, a.outcome, a.connect_ms)
    })
}

/// Renders all entries.
pub fn render(entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    let mut family = |name: &str, help: &str, samples: Vec<(String, String)>| {
        if samples.is_empty() {
            return;
        }
        out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
        for (labels, value) in samples {
            let series = format!("{name}{{{labels}}}");
            // The same series twice makes the whole text unreadable.
            if seen.insert(series.clone()) {
                out.push_str(&format!("{series} {value}\n"));
            }
        }
    };
    let ran = |entry: &Entry| (labels(&entry.label, &[]), flag(entry.result.is_ok()));
    family(
        "ftp_doctor_run_success",
        "Whether the run itself could be made, whatever it found.",
        entries.iter().map(ran).collect(),
    );
    for metric in METRICS {
        let runs = entries.iter().filter_map(|entry| Some((entry, entry.report()?)));
        let samples = runs.flat_map(|(entry, report)| {
            let samples = (metric.of)(report).into_iter();
            samples.map(|(own, value)| (labels(&entry.label, &own), value))
        });
        family(metric.name, metric.help, samples.collect());
    }
    out
}

fn labels(target: &str, own: &[(&'static str, String)]) -> String {
    let first = format!("target=\"{}\"", escaped(target));
    let rest = own.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join(",")
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 4);
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
