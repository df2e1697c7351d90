//! The sections of the ticket, in the order of the page.

use std::net::IpAddr;

use super::super::audit;
use super::super::diff::text;
use super::super::expectations::{mark as mark_of, met};
use super::super::notes::{notes, under_a_good_word};
use super::super::signs::{Sorted, passes, port, sign, sorted, stood_after, worked};
use super::super::words::Words;
use super::super::{Style, reading, steps, transcript};
use super::sheet::Sheet;
use crate::compare::Comparison;
use crate::diagnosis::{Diagnosis, Nat, RuleState, Severity, Side, Text};
use crate::document::of::{ends, folded_reason};
use crate::document::report::{Client, Endpoint, Expectation, Finding, Report};
use crate::facts::tls::TlsVersion;
use crate::facts::{Attempt, Outcome, Purpose};

/// Renders the whole ticket.
pub fn render(diagnosis: &Diagnosis<'_>, words: &Words, style: Style) -> String {
    let ticket = Ticket { diagnosis, words, report: words.report(diagnosis) };
    let mut sheet = Sheet::default();
    ticket.head(&mut sheet);
    ticket.expectations(&mut sheet);
    if !style.quiet {
        ticket.read(&mut sheet);
        if let Some(text) = &diagnosis.one_works {
            sheet.paragraph(&words.say(text));
        }
        for text in under_a_good_word(diagnosis) {
            sheet.paragraph(&words.say(&text));
        }
        ticket.ends(&mut sheet);
        ticket.connections(&mut sheet);
        ticket.path(&mut sheet);
        for finding in &ticket.report.findings {
            ticket.finding(finding, &mut sheet);
        }
        ticket.audit(&mut sheet);
        ticket.rules(&mut sheet);
        ticket.clients(&mut sheet);
        ticket.said("page-notes", &notes(diagnosis), &mut sheet);
    }
    if style.verbose > 0 {
        let steps = steps::render(diagnosis.evidence.facts, words, style.verbose > 1);
        if !steps.is_empty() {
            sheet.heading(2, &words.get("report-steps"));
            sheet.code(&steps);
        }
        sheet.heading(2, &words.get("report-transcript"));
        sheet.code(&transcript::render(diagnosis.evidence.facts, words));
    }
    sheet.into_string()
}

/// Two runs compared: the text report's lines, fenced.
pub fn render_diff(comparison: &Comparison, words: &Words, style: Style) -> String {
    let mut sheet = Sheet::default();
    sheet.heading(1, &format!("ftp-doctor: {}", comparison.a.target.host));
    sheet.code(&text::render(comparison, words, Style { color: false, ..style }));
    sheet.into_string()
}

struct Ticket<'a, 'f> {
    diagnosis: &'a Diagnosis<'f>,
    words: &'a Words,
    report: Report,
}

impl Ticket<'_, '_> {
    fn get(&self, id: &str) -> String {
        self.words.get(id)
    }

    fn head(&self, sheet: &mut Sheet) {
        let target = &self.report.target;
        let verdict = self.get(&format!("verdict-{}", self.report.verdict));
        sheet.heading(1, &format!("ftp-doctor: {}:{}", target.host, target.port));
        sheet.headed(&verdict, &self.report.summary);
    }

    /// What was read, and what would settle what it leaves open.
    fn read(&self, sheet: &mut Sheet) {
        if let Some(text) = reading::to_be_sure(self.diagnosis) {
            sheet.paragraph(&self.words.say(&text));
        }
        let said = reading::said(self.diagnosis, self.words);
        if !said.is_empty() {
            sheet.heading(2, &self.get("page-read"));
            sheet.list(said.iter().map(|one| one.text.as_str()));
        }
    }

    fn expectations(&self, sheet: &mut Sheet) {
        if self.report.expectations.is_empty() {
            return;
        }
        sheet.heading(2, &self.get("report-expectations"));
        let row = |judged: &Expectation| {
            let met = format!("{} {}", mark_of(judged.met), self.get(met(judged.met)));
            vec![judged.expect.clone(), met, judged.because.clone()]
        };
        let rows: Vec<Vec<String>> = self.report.expectations.iter().map(row).collect();
        sheet.table(&["", &self.get("page-outcome"), ""], &rows);
    }

    fn ends(&self, sheet: &mut Sheet) {
        let (vantage, server) = (&self.report.vantage, &self.report.server);
        let mut points = Vec::new();
        let shown = |address: Option<IpAddr>| address.map(|address| address.to_string());
        let mut point = |id: &str, value: Option<&str>| {
            points.extend(value.map(|value| format!("{}: {value}", self.get(id))));
        };
        point("diff-what-local-address", shown(vantage.local_address).as_deref());
        if self.diagnosis.evidence.nat() == Nat::Present {
            point("diff-what-seen-as", shown(vantage.seen_as).as_deref());
        }
        point("diff-what-server-address", shown(server.address).as_deref());
        point("diff-what-software", server.software.as_deref());
        point("diff-what-banner", server.banner.as_deref());
        let tls = self.diagnosis.evidence.session().and_then(|s| s.tls.as_ref());
        let version = tls.filter(|t| t.is_done()).and_then(|t| t.version);
        point("diff-what-security", version.map(TlsVersion::name));
        sheet.list(&points);
    }

    fn connections(&self, sheet: &mut Sheet) {
        let evidence = &self.diagnosis.evidence;
        let mut rows = Vec::new();
        if let Some(session) = evidence.session() {
            let word = evidence
                .control_outcome()
                .map_or_else(String::new, |o| self.get(&format!("outcome-{}", o.as_str())));
            rows.push(vec![
                self.get("report-control"),
                format!("{} → {}", port(session.local.port()), port(session.peer.port())),
                format!("{} {word}", sign(Some(evidence.logged_in()))),
                stood_after(session),
            ]);
        }
        rows.extend(evidence.modes().iter().map(|view| {
            let why = self.words.say(&folded_reason(view));
            self.attempt(view.mode.verb(), view.shown, view.outcome(), why)
        }));
        let others = evidence.facts.attempts.iter().filter(|a| a.purpose != Purpose::Mode);
        rows.extend(others.map(|a| {
            let why = self.words.say(&crate::diagnosis::reason::reason(a));
            self.attempt(&a.id, a, a.outcome, why)
        }));
        sheet.heading(2, &self.get("page-connections"));
        let between = format!("{} → {}", self.get("report-client"), self.get("report-server"));
        let (command, outcome) = (self.get("page-command"), self.get("page-outcome"));
        sheet.table(&[&command, &between, &outcome, ""], &rows);
    }

    fn attempt(&self, name: &str, attempt: &Attempt, outcome: Outcome, why: String) -> Vec<String> {
        let (from, to) = ends(self.diagnosis.evidence.facts, attempt);
        let unknown = if attempt.advertised.is_some() { "?" } else { "–" };
        let port = |end: Option<Endpoint>| {
            end.and_then(|e| e.port).map_or_else(|| unknown.to_owned(), |p| p.to_string())
        };
        let between = if attempt.mode.is_passive() {
            format!("{} → {}", port(from), port(to))
        } else {
            format!("{} ← {}", port(to), port(from))
        };
        let word = self.get(&format!("outcome-{}", outcome.as_str()));
        vec![name.to_owned(), between, format!("{} {word}", sign(worked(outcome))), why]
    }

    fn path(&self, sheet: &mut Sheet) {
        let Some(hops) = self.diagnosis.evidence.hops().filter(|hops| *hops >= 1) else {
            return;
        };
        sheet.heading(2, &self.get("page-path"));
        let mut rows: Vec<Vec<String>> = self
            .report
            .path
            .routers
            .iter()
            .map(|r| {
                vec![
                    r.hop.to_string(),
                    r.address.map_or_else(|| "?".to_owned(), |address| address.to_string()),
                ]
            })
            .collect();
        rows.push(vec![hops.to_string(), self.get("report-server")]);
        sheet.table(&[&self.get("page-hop"), &self.get("page-address")], &rows);
    }

    fn finding(&self, finding: &Finding, sheet: &mut Sheet) {
        let word = |family: &str, word: &str| self.get(&format!("report-{family}-{word}"));
        let severity = word("severity", finding.severity.as_str());
        sheet.heading(2, &format!("{severity}: {}", finding.title));
        let mut about = vec![word("confidence", finding.confidence.as_str())];
        if finding.side != Side::Unknown || finding.severity == Severity::Problem {
            about.push(word("side", finding.side.as_str()));
        }
        sheet.paragraph(&format!("{} [{}]", about.join(", "), finding.cause));
        sheet.paragraph(&finding.explanation);
        let seen = finding.evidence.iter().map(|e| match &e.attempt {
            Some(id) => format!("{} ({id})", e.text),
            None => e.text.clone(),
        });
        self.points("report-evidence", seen.collect(), sheet);
        let gone = finding.ruled_out.iter().map(|r| format!("{}: {}", r.cause, r.because));
        self.points("report-ruled-out", gone.collect(), sheet);
        let also = finding.suppresses.iter().cloned();
        self.points("report-also", also.collect(), sheet);
        if !finding.remedies.is_empty() {
            sheet.heading(3, &self.get("report-fix"));
        }
        for remedy in &finding.remedies {
            let who = self.get(&format!("report-who-{}", remedy.who));
            sheet.headed(&format!("{who}:"), &remedy.text);
            for snippet in &remedy.snippets {
                sheet.paragraph(&format!("{}:", snippet.software));
                sheet.code(&snippet.content);
            }
        }
        sheet.paragraph(&self.words.say(&Text::new("report-more").with("cause", &finding.cause)));
    }

    fn points(&self, heading: &str, points: Vec<String>, sheet: &mut Sheet) {
        if !points.is_empty() {
            sheet.heading(3, &self.get(heading));
            sheet.list(points);
        }
    }

    fn audit(&self, sheet: &mut Sheet) {
        let Some(said) = audit::section(self.diagnosis, audit::COLUMNS) else { return };
        sheet.heading(2, &self.get("audit-title"));
        for text in &said.before {
            sheet.paragraph(&self.words.say(text));
        }
        let row = |row: &audit::Row| {
            let sign = match row.outcome {
                outcome if outcome.is_let_through() => "✓",
                _ if row.doubted => "?",
                other => sign(worked(other)),
            };
            let word = self.get(&format!("outcome-{}", row.outcome.as_str()));
            vec![row.ports.clone(), format!("{sign} {word}"), self.words.say(&row.means)]
        };
        let rows: Vec<Vec<String>> = said.rows.iter().map(row).collect();
        sheet.table(&[&self.get("page-port"), &self.get("page-outcome"), ""], &rows);
        for text in &said.after {
            sheet.paragraph(&self.words.say(text));
        }
    }

    fn rules(&self, sheet: &mut Sheet) {
        sheet.heading(2, &self.get("report-rules"));
        if self.report.rules.iter().all(|rule| rule.state == RuleState::Passes) {
            sheet.paragraph(&self.get("report-rules-all"));
            return;
        }
        let row = |rule: &crate::document::report::Rule| {
            let sign = sign(passes(rule.state));
            let state = self.get(&format!("report-rules-{}", rule.state));
            vec![rule.id.clone(), format!("{sign} {state}"), rule.text.clone()]
        };
        let rows: Vec<Vec<String>> = self.report.rules.iter().map(row).collect();
        let (rule, packets) = (self.get("diff-what-rule"), self.get("page-packets"));
        sheet.table(&[&rule, &self.get("page-outcome"), &packets], &rows);
    }

    fn clients(&self, sheet: &mut Sheet) {
        let clients = &self.report.clients;
        if clients.is_empty() || !self.diagnosis.evidence.logged_in() {
            return;
        }
        sheet.heading(2, &self.get("clients-title"));
        let Sorted { work, others } = sorted(clients);
        let row = |client: &Client| {
            let word = if client.works.is_some() { "page-fails" } else { "diff-unknown" };
            let works = format!("{} {}", sign(client.works), self.get(word));
            let because = match &client.setting {
                Some(setting) => format!("{} → {setting}", client.because),
                None => client.because.clone(),
            };
            vec![client.client.clone(), works, because]
        };
        let rows: Vec<Vec<String>> = others.into_iter().map(row).collect();
        if !rows.is_empty() {
            sheet.table(&["", &self.get("page-outcome"), ""], &rows);
        }
        if !work.is_empty() {
            let names: Vec<&str> = work.iter().map(|client| client.client.as_str()).collect();
            sheet.headed(&format!("✓ {}:", self.get("page-works")), &names.join(", "));
        }
    }

    fn said(&self, heading: &str, texts: &[Text], sheet: &mut Sheet) {
        if !texts.is_empty() {
            sheet.heading(2, &self.get(heading));
            sheet.list(texts.iter().map(|text| self.words.say(text)));
        }
    }
}
