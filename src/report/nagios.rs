//! The output of a Nagios plugin (Monitoring Plugins Development Guidelines): a line with the state,
//! performance data behind a bar, then the details. Icinga, Naemon, Checkmk and Zabbix read it too.

use super::words::Words;
use crate::diagnosis::{Severity, Verdict};
use crate::document::{Entry, Report};
use crate::facts::expectation::{Claim, Clock, Expectation, Sign};
use crate::facts::time::unix_seconds;
use crate::facts::{Micros, Outcome, Purpose};

/// Characters of a line at the most: Nagios cuts at some 4 KiB.
const LINE: usize = 1000;

/// States in the order of their codes.
const STATES: [&str; 4] = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];

/// The code of one entry: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
pub fn code(entry: &Entry) -> u8 {
    entry.report().map_or(3, code_of)
}

/// The code of one report.
pub fn code_of(report: &Report) -> u8 {
    of(report.exit_code, !report.expectations.is_empty(), report.verdict)
}

/// Where something was expected, that alone decides. An interrupted run decides nothing.
fn of(exit_code: u8, expected: bool, verdict: Verdict) -> u8 {
    match (exit_code, expected, verdict) {
        // Interrupted, or too little was measured.
        (130 | 5, _, _) => 3,
        (0, _, _) => 0,
        (_, false, Verdict::Degraded) => 1,
        _ => 2,
    }
}

/// The code of all: the worst, in the order OK, UNKNOWN, WARNING, CRITICAL.
pub fn worst(entries: &[Entry]) -> u8 {
    let rank = |code: &u8| match code {
        0 => 0,
        3 => 1,
        1 => 2,
        _ => 3,
    };
    entries.iter().map(code).max_by_key(rank).unwrap_or(3)
}

fn state(code: u8) -> &'static str {
    STATES.get(usize::from(code)).copied().unwrap_or("UNKNOWN")
}

/// What stands where no run came to be, such as wrong usage.
pub fn unknown(text: &str) -> String {
    format!("FTP UNKNOWN - {}\n", line(text))
}

/// Renders all entries.
pub fn render(entries: &[Entry], words: &Words) -> String {
    let mut out = if let [one] = entries {
        format!("FTP {} - {}", state(code(one)), line(&summary(one, words)))
    } else {
        let count = |wanted: u8| entries.iter().filter(|e| code(e) == wanted).count();
        let counts: Vec<String> = [2, 1, 3, 0]
            .into_iter()
            .filter(|code| count(*code) > 0)
            .map(|code| format!("{} {}", count(code), state(code)))
            .collect();
        format!("FTP {} - {}", state(worst(entries)), counts.join(", "))
    };
    let data: Vec<String> = match entries {
        [one] => performance(one, ""),
        _ => entries.iter().flat_map(|e| performance(e, &format!("{} ", e.label))).collect(),
    };
    if !data.is_empty() {
        out.push_str(&format!(" | {}", data.join(" ")));
    }
    out.push('\n');
    for entry in entries {
        if entries.len() > 1 {
            let head =
                format!("{}: {}: {}", state(code(entry)), entry.label, summary(entry, words));
            out.push_str(&format!("{}\n", line(&head)));
        }
        if let Some(report) = entry.report() {
            details(&mut out, report, words);
        }
    }
    out
}

/// What was expected decides, so it comes first.
fn summary(entry: &Entry, words: &Words) -> String {
    match &entry.result {
        Ok(report) => {
            let counts = super::expectations::counts(&report.expectations, words);
            let all = counts.into_iter().chain([report.summary.clone()]);
            all.collect::<Vec<_>>().join(" ")
        }
        Err(failure) => failure.text.clone(),
    }
}

fn details(out: &mut String, report: &Report, words: &Words) {
    let mut tell = |text: &str| out.push_str(&format!("{}\n", line(text)));
    for judged in &report.expectations {
        let met = words.get(super::expectations::met(judged.met));
        tell(&format!("{}: {met} ({})", judged.expect, judged.because));
    }
    for finding in report.findings.iter().filter(|f| f.severity != Severity::Info) {
        let severity = words.get(&format!("report-severity-{}", finding.severity));
        tell(&format!("{severity}: {} [{}]", finding.title, finding.cause));
        tell(&finding.explanation);
        for remedy in &finding.remedies {
            let who = words.get(&format!("report-who-{}", remedy.who));
            tell(&format!("{who}: {}", remedy.text));
        }
    }
}

/// `'label'=value[UOM];[warn];[crit];[min];[max]`, one each.
fn performance(entry: &Entry, before: &str) -> Vec<String> {
    let Some(report) = entry.report() else { return Vec::new() };
    let expected: Vec<Expectation> =
        report.expectations.iter().filter_map(|e| Expectation::parse(&e.expect).ok()).collect();
    let mut data = Vec::new();
    let mut add = |name: &str, value: &str| {
        data.push(format!("'{}'={value}", label(&format!("{before}{name}"))));
    };
    let times = [
        ("control", Clock::Control, report.times.control_ms),
        ("tls", Clock::Tls, report.times.tls_ms),
        ("login", Clock::Login, report.times.login_ms),
        ("list", Clock::List, report.times.list_ms),
    ];
    for (name, clock, time) in times {
        if let Some(time) = time {
            let critical = critical(&expected, clock);
            add(name, &format!("{}s;;{critical};0;", seconds(time.micros())));
        }
    }
    let elapsed = critical(&expected, Clock::Elapsed);
    add("elapsed", &format!("{:.3}s;;{elapsed};0;", report.elapsed_ms.seconds()));
    let modes: Vec<_> = report.attempts.iter().filter(|a| a.purpose == Purpose::Mode).collect();
    let open = modes.iter().filter(|a| a.outcome == Outcome::Open).count();
    add("modes_open", &format!("{open};;;0;{}", modes.len()));
    let problems = report.findings.iter().filter(|f| f.severity == Severity::Problem).count();
    add("problems", &format!("{problems};;;0;"));
    if let (Some(until), Some(now)) = (report.certificate_end(), unix_seconds(&report.started)) {
        add("certificate_days", &format!("{};;;;", (until - now).div_euclid(86_400)));
    }
    data
}

/// The range of an expectation about a time: outside of it is critical.
fn critical(expected: &[Expectation], clock: Clock) -> String {
    let range = expected.iter().find_map(|expectation| match expectation.claim() {
        Claim::Time(of, sign, limit) if *of == clock => Some(match sign {
            Sign::Less | Sign::AtMost => seconds(*limit),
            Sign::More | Sign::AtLeast => format!("{}:", seconds(*limit)),
        }),
        _ => None,
    });
    range.unwrap_or_default()
}

fn seconds(time: Micros) -> String {
    format!("{}.{:06}", time.0 / 1_000_000, time.0 % 1_000_000)
}

/// A label of performance data: no quote, no equals sign, and no bar that ends it.
fn label(text: &str) -> String {
    let text = line(text);
    text.chars().map(|c| if matches!(c, '\'' | '=' | '\\') { '_' } else { c }).take(120).collect()
}

/// One line: a bar would begin performance data, a line break the next part.
fn line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = words.chars().map(|c| match c {
        '|' => '¦',
        c if c.is_control() => '\u{fffd}',
        c => c,
    });
    plain.take(LINE).collect()
}
