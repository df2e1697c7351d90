//! Prometheus' text exposition format, for the textfile collector or a push gateway.
//!
//! The descriptions are English in every language: Prometheus complains where the same metric is
//! described in two ways.

use std::collections::BTreeSet;

use super::entry::{Entry, Run};
use crate::facts::Micros;
use crate::facts::time::unix_seconds;

/// The words of the verdict, one series each.
const VERDICTS: [&str; 4] = ["healthy", "degraded", "broken", "unreachable"];

/// Samples of a run: labels beside `target`, and the value.
type Samples = Vec<(Vec<(&'static str, String)>, String)>;

/// A metric of a run.
struct Metric {
    name: &'static str,
    help: &'static str,
    of: fn(&Run) -> Samples,
}

const METRICS: &[Metric] = &[
    Metric {
        name: "ftp_doctor_up",
        help: "Whether an FTP login could be had.",
        of: |run| one(Some(flag(run.report.verdict != "unreachable"))),
    },
    Metric {
        name: "ftp_doctor_verdict",
        help: "Whether this is the verdict.",
        of: |run| {
            let is = |verdict: &str| flag(run.report.verdict == verdict);
            VERDICTS.iter().map(|v| (vec![("verdict", (*v).to_owned())], is(v))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_exit_code",
        help: "Exit code of the run: 0 healthy or as expected, 1 a problem, 3 unreachable, 130 interrupted.",
        of: |run| one(Some(run.report.exit_code.to_string())),
    },
    Metric {
        name: "ftp_doctor_mode_open",
        help: "Whether a data connection of this mode works; absent where it was not tested.",
        of: |run| {
            let tested = modes(run).filter(|(_, outcome, _)| *outcome != "not-tested");
            tested.map(|(labels, outcome, _)| (labels, flag(outcome == "open"))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_mode_connect_seconds",
        help: "Time until the data connection of this mode stood.",
        of: |run| {
            let stood = modes(run).filter_map(|(labels, _, ms)| Some((labels, ms?)));
            stood.map(|(labels, ms)| (labels, millis(ms))).collect()
        },
    },
    Metric {
        name: "ftp_doctor_finding",
        help: "A named cause that was found (ftp-doctor explain CAUSE tells more).",
        of: |run| {
            let findings = run.report.findings.iter();
            let labels = findings.map(|f| {
                [
                    ("cause", f.cause),
                    ("severity", f.severity),
                    ("side", f.side),
                    ("confidence", f.confidence),
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
        of: |run| {
            let judged = run.report.expectations.iter();
            let sample = judged
                .map(|e| (vec![("expectation", e.expect.clone())], flag(e.met == Some(true))));
            sample.collect()
        },
    },
    Metric {
        name: "ftp_doctor_control_connect_seconds",
        help: "TCP handshake of the control connection.",
        of: |run| one(run.times.control.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_tls_handshake_seconds",
        help: "TLS handshake of the control connection.",
        of: |run| one(run.times.tls.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_login_seconds",
        help: "From the first SYN until the login was accepted.",
        of: |run| one(run.times.login.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_listing_seconds",
        help: "The slowest listing of the modes that work.",
        of: |run| one(run.times.list.map(seconds)),
    },
    Metric {
        name: "ftp_doctor_run_duration_seconds",
        help: "The whole run.",
        of: |run| one(Some(millis(run.report.elapsed_ms))),
    },
    Metric {
        name: "ftp_doctor_certificate_not_after_timestamp_seconds",
        help: "When the server's certificate ends.",
        of: |run| one(run.certificate_expires.map(|at| at.to_string())),
    },
    Metric {
        name: "ftp_doctor_last_run_timestamp_seconds",
        help: "When the run began.",
        of: |run| one(unix_seconds(&run.report.started).map(|at| at.to_string())),
    },
];

fn one(value: Option<String>) -> Samples {
    value.map(|value| (Vec::new(), value)).into_iter().collect()
}

fn flag(value: bool) -> String {
    if value { "1" } else { "0" }.to_owned()
}

fn seconds(time: Micros) -> String {
    format!("{}.{:06}", time.0 / 1_000_000, time.0 % 1_000_000)
}

fn millis(ms: f64) -> String {
    format!("{:.4}", ms / 1000.0)
}

/// Labels, outcome and time of the connection of each mode.
fn modes(
    run: &Run,
) -> impl Iterator<Item = (Vec<(&'static str, String)>, &'static str, Option<f64>)> {
    run.report.attempts.iter().filter(|a| a.purpose == "mode").map(|a| {
        let labels = [("mode", a.mode), ("family", a.family), ("security", a.security)];
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
        let runs = entries.iter().filter_map(|entry| Some((entry, entry.run()?)));
        let samples = runs.flat_map(|(entry, run)| {
            let samples = (metric.of)(run).into_iter();
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
