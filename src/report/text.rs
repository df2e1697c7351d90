//! The report for people: one screen, arrows in the direction of the SYN, then the cause.

use super::notes::{notes, under_a_good_word};
use super::pen::{Color, Pen, visible};
use super::signs::{passes, port, sign, stood_after};
use super::words::Words;
use super::{Style, audit, clients, expectations, reading, steps, transcript};
use crate::diagnosis::{
    Diagnosis, Evidence, EvidenceItem, Finding, ModeView, Nat, RuleState, Severity, Side, Snippet,
    Text, Verdict, Who, remedies,
};
use crate::document::of::{ends, folded_reason, seen, software_name};
use crate::facts::{Direction, Outcome};

/// Renders the whole report.
pub fn render(diagnosis: &Diagnosis<'_>, words: &Words, style: Style) -> String {
    let page = Page { diagnosis, words, style, pen: Pen(style) };
    let mut out = String::new();
    page.head(&mut out);
    expectations::section(diagnosis, words, page.pen, &mut out);
    if !style.quiet {
        page.to_be_sure(&mut out);
        page.one_works(&mut out);
        page.under_a_good_word(&mut out);
        page.connections(&mut out);
        page.way(&mut out);
        for finding in &diagnosis.findings {
            page.finding(finding, &mut out);
        }
        audit::text(diagnosis, words, page.pen, &mut out);
        page.rules(&mut out);
        clients::section(diagnosis, words, page.pen, &mut out);
        page.notes(&mut out);
    }
    if style.verbose > 0 {
        let steps = steps::render(diagnosis.evidence.facts, words, style.verbose > 1);
        if !steps.is_empty() {
            out.push_str(&format!("\n{}\n{steps}", page.bold(&words.get("report-steps"))));
        }
        out.push('\n');
        out.push_str(&format!("{}\n", page.bold(&words.get("report-transcript"))));
        out.push_str(&transcript::render(diagnosis.evidence.facts, words));
    }
    out
}

struct Page<'a, 'f> {
    diagnosis: &'a Diagnosis<'f>,
    words: &'a Words,
    style: Style,
    pen: Pen,
}

impl Page<'_, '_> {
    fn paint(&self, text: &str, color: Color) -> String {
        self.pen.paint(text, color)
    }

    fn strong(&self, text: &str, color: Color) -> String {
        self.pen.strong(text, color)
    }

    fn bold(&self, text: &str) -> String {
        self.pen.bold(text)
    }

    fn say(&self, text: &Text) -> String {
        self.words.say(text)
    }

    fn prose(&self, out: &mut String, first: &str, rest: &str, text: &str) {
        self.pen.prose(out, first, rest, text);
    }

    fn head(&self, out: &mut String) {
        let evidence = &self.diagnosis.evidence;
        let request = &evidence.facts.request;
        let mut line = format!("ftp-doctor {}  {}", evidence.facts.version, request.host);
        if let Some(peer) = evidence.peer().filter(|p| request.host.address() != Some(*p)) {
            line.push_str(&format!(" ({peer})"));
        }
        line.push_str(&format!(" port {}", request.port));
        if let Some(software) = evidence.software() {
            line.push_str(&format!("  {}", software_name(software)));
        }
        self.prose(out, "", "  ", &line);
        if let Some(own) = evidence.own() {
            let mut from = self.say(&Text::new("report-from").with("local", own));
            match (evidence.nat(), evidence.seen_as()) {
                (Nat::Present, Some(seen)) => {
                    from.push_str(&self.say(&Text::new("report-seen-as").with("seen", seen)));
                    from.push_str(&self.words.get("report-nat-present"));
                }
                (Nat::None, _) => from.push_str(&self.words.get("report-nat-none")),
                _ => {}
            }
            self.prose(out, "", "  ", &from);
        }
        self.read(out);
        out.push('\n');
        let verdict = self.words.get(&format!("verdict-{}", self.diagnosis.verdict.as_str()));
        let color = match self.diagnosis.verdict {
            Verdict::Healthy | Verdict::Limited => Color::Green,
            Verdict::Degraded | Verdict::Incomplete => Color::Yellow,
            Verdict::Broken | Verdict::Unreachable => Color::Red,
        };
        let mut wrapped = String::new();
        self.prose(&mut wrapped, &format!("{verdict}  "), "  ", &self.say(&self.diagnosis.summary));
        out.push_str(&wrapped.replacen(&verdict, &self.strong(&verdict, color), 1));
    }

    /// The files that were read, and what else is in them.
    fn read(&self, out: &mut String) {
        for said in reading::said(self.diagnosis, self.words) {
            let (first, rest) = if said.below { ("  ", "    ") } else { ("", "  ") };
            self.prose(out, first, rest, &said.text);
        }
    }

    /// What would settle what the files leave open.
    fn to_be_sure(&self, out: &mut String) {
        if let Some(text) = reading::to_be_sure(self.diagnosis) {
            out.push('\n');
            self.prose(out, "", "  ", &self.say(&text));
        }
    }

    /// Why one program works and another does not.
    fn under_a_good_word(&self, out: &mut String) {
        for (place, text) in under_a_good_word(self.diagnosis).iter().enumerate() {
            if place == 0 {
                out.push('\n');
            }
            self.prose(out, "", "  ", &self.say(text));
        }
    }

    fn one_works(&self, out: &mut String) {
        if let Some(text) = &self.diagnosis.one_works {
            out.push('\n');
            self.prose(out, "", "  ", &self.say(text));
        }
    }

    fn connections(&self, out: &mut String) {
        let evidence = &self.diagnosis.evidence;
        let mut rows = Vec::new();
        if let Some(session) = evidence.session() {
            rows.push(vec![
                format!("{} {}", self.words.get("report-client"), port(session.local.port())),
                "──▶".to_owned(),
                format!("{} {}", self.words.get("report-server"), port(session.peer.port())),
                evidence
                    .control_outcome()
                    .map_or_else(String::new, |outcome| self.outcome(outcome)),
                self.words.get("report-control"),
                match session.tls.as_ref().filter(|tls| tls.is_done()).and_then(|tls| tls.version) {
                    Some(version) => {
                        let parts = [stood_after(session), version.name().to_owned()];
                        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
                    }
                    None => stood_after(session),
                },
            ]);
        }
        rows.extend(evidence.modes().iter().map(|view| self.connection(evidence, view)));
        out.push('\n');
        self.pen.rows(out, rows);
    }

    /// The way to the server, and where each direction dies.
    fn way(&self, out: &mut String) {
        let evidence = &self.diagnosis.evidence;
        let Some(hops) = evidence.hops().filter(|h| *h >= 1) else { return };
        let ladder = evidence.reference_ladder();
        let name = |hop: u8| {
            if hop == 0 {
                self.words.get("report-you")
            } else if hop == hops {
                self.words.get("report-server")
            } else {
                ladder.and_then(|l| l.router(hop)).map_or_else(|| "?".to_owned(), |a| a.to_string())
            }
        };
        let dead = |passive: bool| {
            self.diagnosis.findings.iter().find_map(|f| {
                let about = evidence
                    .modes()
                    .iter()
                    .any(|m| m.mode.is_passive() == passive && f.explains.contains(&m.entry.id));
                let control = passive && f.explains.is_empty();
                let (min, max) = (f.location.hop_min?, f.location.hop_max?);
                (about || control).then_some((min, max))
            })
        };
        let mut lines = Vec::new();
        if let Some((min, max)) = dead(true) {
            // One hop alone is a box that said no itself.
            let edge = |hop: u8| if hop < max || min == max { "──▶" } else { "──✗" };
            let mut line = name(0);
            for hop in 1..=hops {
                let arrow = if hop > max {
                    "┄"
                } else if hop <= min {
                    "──▶"
                } else {
                    edge(hop)
                };
                let mark = if min == max && hop == max { " ✗" } else { "" };
                line.push_str(&format!(" {arrow} {}{mark}", name(hop)));
            }
            if min == max && max == 0 {
                line = line.replacen(&name(0), &format!("{} ✗", name(0)), 1);
            }
            lines.push(line);
        }
        if let Some((_, max)) = dead(false) {
            let mut line = name(0);
            for hop in 1..=hops {
                // The knock comes from the right: it passes what lies beyond the suspects.
                let arrow = match hop.cmp(&max.saturating_add(1)) {
                    std::cmp::Ordering::Greater => "◀──",
                    std::cmp::Ordering::Equal => "✗──",
                    std::cmp::Ordering::Less => "┄",
                };
                line.push_str(&format!(" {arrow} {}", name(hop)));
            }
            lines.push(line);
        }
        if lines.is_empty() {
            return;
        }
        out.push('\n');
        for line in lines {
            self.prose(out, "  ", "    ", &line);
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        let color = match outcome {
            Outcome::Open => Color::Green,
            Outcome::NotTested => Color::BrightBlack,
            _ => Color::Red,
        };
        self.paint(&self.words.get(&format!("outcome-{}", outcome.as_str())), color)
    }

    fn connection(&self, evidence: &Evidence<'_>, view: &ModeView<'_>) -> Vec<String> {
        let shown = view.shown;
        let (from, to) = ends(evidence.facts, shown);
        // Without an announcement there are no ends; with one, the other end may be unknown.
        let unknown = if shown.advertised.is_some() { "?" } else { "-" };
        let port = |end: Option<crate::document::report::Endpoint>| {
            end.and_then(|e| e.port).map_or_else(|| unknown.to_owned(), |p| p.to_string())
        };
        let (client, server) = (self.words.get("report-client"), self.words.get("report-server"));
        let (left, arrow, right) = match view.mode.direction() {
            Direction::ClientToServer => (port(from), "──▶", port(to)),
            Direction::ServerToClient => (port(to), "◀──", port(from)),
        };
        vec![
            format!("{client} {left}"),
            arrow.to_owned(),
            format!("{server} {right}"),
            self.outcome(view.outcome()),
            view.mode.verb().to_owned(),
            self.say(&folded_reason(view)),
        ]
    }

    fn finding(&self, finding: &Finding, out: &mut String) {
        out.push('\n');
        let severity = self.words.get(&format!("report-severity-{}", finding.severity.as_str()));
        let color = match finding.severity {
            Severity::Problem => Color::Red,
            Severity::Warning => Color::Yellow,
            Severity::Info => Color::Cyan,
        };
        let confidence =
            self.words.get(&format!("report-confidence-{}", finding.confidence.as_str()));
        let mut about = confidence;
        if finding.side != Side::Unknown || finding.severity == Severity::Problem {
            about.push_str(", ");
            about.push_str(&self.words.get(&format!("report-side-{}", finding.side.as_str())));
        }
        let title = format!("{} ({about}) [{}]", self.say(&finding.title), finding.cause);
        let mut wrapped = String::new();
        self.prose(&mut wrapped, &format!("{severity}: "), "  ", &title);
        out.push_str(&wrapped.replacen(&severity, &self.strong(&severity, color), 1));
        self.prose(out, "  ", "  ", &self.say(&finding.explanation));
        // Information needs no proof on the screen; the JSON has it. Lines that were asked for are
        // shown all the same.
        if finding.severity == Severity::Info {
            if !self.diagnosis.evidence.options.fix_for.is_empty()
                && finding.remedies.iter().any(|r| !r.snippets.is_empty())
            {
                self.remedies(finding, out);
            }
            return;
        }
        let seen: Vec<String> = finding
            .evidence
            .iter()
            .filter(|e| !self.on_screen(e.attempt.as_deref()))
            .map(|e| match &e.attempt {
                Some(id) => format!("{} ({id})", self.seen(e)),
                None => self.seen(e),
            })
            .collect();
        self.list(out, "report-evidence", &seen);
        let out_of: Vec<String> = finding
            .ruled_out
            .iter()
            .map(|r| format!("{}: {}", r.cause, self.say(&r.because)))
            .collect();
        self.list(out, "report-ruled-out", &out_of);
        let follows: Vec<String> = finding.suppresses.iter().map(|id| (*id).to_owned()).collect();
        self.list(out, "report-also", &follows);
        self.remedies(finding, out);
        if !self.style.quiet {
            let more = self.say(&Text::new("report-more").with("cause", finding.cause));
            self.prose(out, "  ", "    ", &more);
        }
    }

    /// Evidence in words, with its places in the files that were read.
    fn seen(&self, shown: &EvidenceItem) -> String {
        seen(&self.diagnosis.evidence, shown, &|text| self.say(text))
    }

    /// Whether the lines above show this attempt already, and all that is known of it.
    fn on_screen(&self, attempt: Option<&str>) -> bool {
        if self.diagnosis.evidence.facts.reading.is_some() {
            return false;
        }
        attempt.is_some_and(|id| self.diagnosis.evidence.modes().iter().any(|m| m.shown.id == id))
    }

    fn list(&self, out: &mut String, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        out.push_str(&format!("  {}\n", self.bold(&self.words.get(heading))));
        for item in items {
            self.prose(out, "   - ", "     ", item);
        }
    }

    fn remedies(&self, finding: &Finding, out: &mut String) {
        if finding.remedies.is_empty() {
            return;
        }
        out.push_str(&format!("  {}\n", self.bold(&self.words.get("report-fix"))));
        let mut last: Option<Who> = None;
        let chosen = !self.diagnosis.evidence.options.fix_for.is_empty();
        let system = self.diagnosis.evidence.facts.system;
        for remedy in &finding.remedies {
            let mut text = String::new();
            if last != Some(remedy.who) {
                text =
                    format!("{}: ", self.words.get(&format!("report-who-{}", remedy.who.as_str())));
            }
            last = Some(remedy.who);
            self.prose(out, "   - ", "     ", &format!("{text}{}", self.say(&remedy.text)));
            let shown = |s: &&Snippet| {
                chosen
                    || on_one_screen(s.software)
                    || remedies::is_at_hand(system, remedy.who, s.software)
            };
            for snippet in remedy.snippets.iter().filter(shown) {
                let mut label = format!("{:<11}", snippet.software);
                for line in snippet.content.lines() {
                    // Lines to paste are never wrapped.
                    out.push_str(&format!(
                        "       {} {line}\n",
                        self.paint(&label, Color::BrightBlack)
                    ));
                    label = " ".repeat(11);
                }
            }
        }
    }

    fn rules(&self, out: &mut String) {
        let rules = &self.diagnosis.rules;
        out.push('\n');
        self.pen.title(out, &self.words.get("report-rules"));
        if rules.iter().all(|r| r.state == RuleState::Passes) {
            out.push_str(&format!("  {}\n", self.words.get("report-rules-all")));
            return;
        }
        for rule in rules {
            let color = match rule.state {
                RuleState::Passes => Color::Green,
                RuleState::Blocked => Color::Red,
                RuleState::NotTested => Color::BrightBlack,
            };
            let state = self.words.get(&format!("report-rules-{}", rule.state.as_str()));
            let label = format!("{} {state}", sign(passes(rule.state)));
            let text = self.say(&rule.text);
            // The packets; what they are for is in the other formats.
            let packets = text.split(": ").next().unwrap_or_default();
            // Chinese takes two columns for each character.
            let pad = " ".repeat(13_usize.saturating_sub(visible(&label)));
            let head = format!("  {:<9} {label}{pad}", rule.id);
            let mut wrapped = String::new();
            self.prose(&mut wrapped, &head, &" ".repeat(25), packets);
            out.push_str(&wrapped.replacen(&label, &self.paint(&label, color), 1));
        }
    }

    fn notes(&self, out: &mut String) {
        let notes = notes(self.diagnosis);
        if !notes.is_empty() {
            out.push('\n');
        }
        for note in notes {
            self.prose(out, "", "  ", &self.say(&note));
        }
    }
}

/// Lines for the other ones are left to the other formats, and to `--fix-for`.
fn on_one_screen(software: &str) -> bool {
    matches!(software, "vsftpd" | "proftpd" | "pure-ftpd" | "pyftpdlib" | "nftables" | "iptables")
}
