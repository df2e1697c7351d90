//! Two runs for people: modes side by side, then what it proves, then what differs besides.

use super::summary::summary;
use crate::compare::conclusion::{Letter, span};
use crate::compare::place::Gap;
use crate::compare::{
    Comparison, Conclusion, Difference, FindingPair, Identity, Kind, ModePair, ModeRun, Run,
    RunFinding,
};
use crate::diagnosis::{Confidence, Nat, Side, Text};
use crate::facts::Outcome;
use crate::report::Style;
use crate::report::pen::{Color, Pen};
use crate::report::words::Words;

/// Renders the whole page.
pub fn render(comparison: &Comparison, words: &Words, style: Style) -> String {
    let page = Page { comparison, words, pen: Pen(style) };
    let mut out = String::new();
    page.head(&mut out);
    page.verdict(&mut out);
    if !style.quiet {
        page.modes(&mut out);
        for conclusion in &comparison.conclusions {
            page.conclusion(conclusion, &mut out);
        }
        page.findings(&mut out);
        page.differences(&mut out);
        page.notes(&mut out);
    }
    out
}

struct Page<'a> {
    comparison: &'a Comparison,
    words: &'a Words,
    pen: Pen,
}

impl Page<'_> {
    fn say(&self, text: &Text) -> String {
        self.words.say(text)
    }

    fn head(&self, out: &mut String) {
        let (target, other) = (&self.comparison.a.target, &self.comparison.b.target);
        let one = target.host.eq_ignore_ascii_case(&other.host) && target.port == other.port;
        let about = Text::new(if one { "diff-head" } else { "diff-head-two" })
            .with("host", &target.host)
            .with("port", target.port.to_string())
            .with("other", &other.host)
            .with("otherport", other.port.to_string());
        let line = format!("ftp-doctor {}  {}", env!("CARGO_PKG_VERSION"), self.say(&about));
        self.pen.prose(out, "", "  ", &line);
        for (letter, run) in [(Letter::A, &self.comparison.a), (Letter::B, &self.comparison.b)] {
            self.pen.prose(out, "  ", "     ", &self.run(letter, run));
        }
        out.push('\n');
    }

    /// One run: its file, verdict, place and time.
    fn run(&self, letter: Letter, run: &Run) -> String {
        let verdict = self.words.get(&format!("verdict-{}", run.verdict.as_str()));
        let mut line = format!("{}  {}  {verdict}  ", letter.name(), run.name);
        if let Some(own) = run.local {
            line.push_str(&self.say(&Text::new("report-from").with("local", own)));
            match (run.nat, run.seen) {
                (Nat::Present, Some(seen)) => {
                    line.push_str(&self.say(&Text::new("report-seen-as").with("seen", seen)));
                    line.push_str(&self.words.get("report-nat-present"));
                }
                (Nat::None, _) => line.push_str(&self.words.get("report-nat-none")),
                _ => {}
            }
        } else {
            line.push_str(&self.words.get("diff-unknown"));
        }
        line.push_str(&self.say(&Text::new("diff-at").with("when", &run.started)));
        let later = match (self.comparison.gap, self.comparison.a.at, self.comparison.b.at) {
            (Gap::Near(gap) | Gap::Far(gap), Some(a), Some(b)) if gap > 0 => {
                (letter == if a < b { Letter::B } else { Letter::A }).then_some(gap)
            }
            _ => None,
        };
        if let Some(gap) = later {
            line.push_str(&self.say(&Text::new("diff-later").with("gap", span(gap))));
        }
        line
    }

    fn verdict(&self, out: &mut String) {
        let (id, color) = match (self.comparison.identity, self.comparison.differs()) {
            (Identity::Other, _) => ("diff-verdict-two-servers", Color::Yellow),
            (_, true) => ("diff-verdict-different", Color::Yellow),
            (_, false) => ("diff-verdict-alike", Color::Green),
        };
        let head = format!("{}  ", self.words.get(id));
        self.pen.headed(out, &head, &summary(self.comparison, self.words), color);
    }

    fn modes(&self, out: &mut String) {
        let rows: Vec<Vec<String>> =
            self.comparison.modes.iter().map(|pair| self.mode(pair)).collect();
        if !rows.is_empty() {
            out.push('\n');
            self.pen.rows(out, rows);
        }
    }

    fn mode(&self, pair: &ModePair) -> Vec<String> {
        let cell = |letter: Letter, mode: Option<&ModeRun>| {
            let Some(mode) = mode else {
                return format!("{} {}", letter.name(), self.words.get("diff-outcome-none"));
            };
            let outcome = self.words.get(&format!("outcome-{}", mode.outcome.as_str()));
            let color = match mode.outcome {
                Outcome::Open => Color::Green,
                Outcome::NotTested => Color::BrightBlack,
                _ => Color::Red,
            };
            format!("{} {}", letter.name(), self.pen.paint(&outcome, color))
        };
        // Why it works needs no words; why it does not is told of the run that it fails in.
        let why = |letter: Letter, mode: &ModeRun| {
            (!mode.is_open()).then(|| format!("{}: {}", letter.name(), mode.reason))
        };
        let (of_a, of_b) = (pair.a.as_ref(), pair.b.as_ref());
        let whys: Vec<String> = of_a
            .and_then(|m| why(Letter::A, m))
            .into_iter()
            .chain(of_b.and_then(|m| why(Letter::B, m)))
            .collect();
        vec![
            pair.mode.verb().to_owned(),
            String::new(),
            cell(Letter::A, of_a),
            cell(Letter::B, of_b),
            whys.join("; "),
        ]
    }

    fn conclusion(&self, conclusion: &Conclusion, out: &mut String) {
        out.push('\n');
        let head = self.words.get(&format!("diff-conclusions-{}", conclusion.confidence.as_str()));
        let color = match conclusion.confidence {
            Confidence::Proven => Color::Green,
            Confidence::Likely => Color::Cyan,
            Confidence::Possible => Color::BrightBlack,
        };
        let title = format!("{} [{}]", self.say(&conclusion.title), conclusion.id);
        self.pen.headed(out, &format!("{head}: "), &title, color);
        self.pen.prose(out, "  ", "  ", &self.say(&conclusion.text));
        let rests: Vec<String> =
            conclusion.attempts.iter().map(|a| format!("{} {}", a.run.name(), a.attempt)).collect();
        if !rests.is_empty() {
            self.list(out, "diff-rests", &[rests.join(", ")]);
        }
        let out_of: Vec<String> = conclusion
            .rules_out
            .iter()
            .map(|r| format!("{}: {}", r.cause, self.say(&r.because)))
            .collect();
        self.list(out, "report-ruled-out", &out_of);
        let doubts: Vec<String> = conclusion.doubts.iter().map(|d| self.say(d)).collect();
        self.list(out, "diff-doubts", &doubts);
    }

    fn list(&self, out: &mut String, heading: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        out.push_str(&format!("  {}\n", self.pen.bold(&self.words.get(heading))));
        for item in items {
            self.pen.prose(out, "   - ", "     ", item);
        }
    }

    fn findings(&self, out: &mut String) {
        let pairs = &self.comparison.findings;
        if pairs.is_empty() {
            return;
        }
        out.push('\n');
        out.push_str(&format!("{}\n", self.pen.bold(&self.words.get("diff-findings"))));
        for pair in pairs {
            self.finding(pair, out);
        }
    }

    fn finding(&self, pair: &FindingPair, out: &mut String) {
        let (id, shown) = match (&pair.a, &pair.b) {
            (Some(shown), Some(_)) => ("diff-finding-both", shown),
            (Some(shown), None) => ("diff-finding-a", shown),
            (None, Some(shown)) => ("diff-finding-b", shown),
            (None, None) => return,
        };
        let judged = |letter: &str, finding: &RunFinding| {
            let severity =
                self.words.get(&format!("report-severity-{}", finding.severity.as_str()));
            let confidence =
                self.words.get(&format!("report-confidence-{}", finding.confidence.as_str()));
            let side = match finding.side {
                // "Your side" is nobody's when there are two.
                Side::Client => self.say(&Text::new("diff-side-client").with("run", letter)),
                side => self.words.get(&format!("report-side-{}", side.as_str())),
            };
            format!("{severity}, {confidence}, {side}")
        };
        let mut said = Vec::new();
        let (in_a, in_b) = (pair.a.as_ref(), pair.b.as_ref());
        said.extend(in_a.map(|f| judged("A", f)));
        said.extend(in_b.map(|f| judged("B", f)));
        said.dedup();
        let line = format!(
            "{} {} ({}) [{}]",
            self.words.get(id),
            shown.title,
            said.join("; "),
            pair.cause
        );
        self.pen.prose(out, "  ", "    ", &line);
    }

    /// Whether a server saw one of the runs under another address than its own.
    fn translated(&self) -> bool {
        let other = |run: &Run| run.seen.is_some() && run.seen != run.local;
        other(&self.comparison.a) || other(&self.comparison.b)
    }

    /// What is not to be seen above.
    fn differences(&self, out: &mut String) {
        let shown = |d: &&Difference| {
            // The head tells where each was measured from.
            let told = !self.translated() && matches!(d.kind, Kind::SeenAs | Kind::Nat);
            !told
                && !matches!(
                    d.kind,
                    Kind::Verdict
                        | Kind::Mode
                        | Kind::Finding
                        | Kind::Judgement
                        | Kind::LocalAddress
                )
        };
        let list: Vec<&Difference> = self.comparison.differences.iter().filter(shown).collect();
        let shared = self.comparison.shared.as_ref().filter(|s| !s.routers.is_empty());
        if list.is_empty() {
            return;
        }
        out.push('\n');
        out.push_str(&format!("{}\n", self.pen.bold(&self.words.get("diff-differences"))));
        for difference in list {
            let mut what = self.words.get(&format!("diff-what-{}", difference.kind.as_str()));
            if let Some(key) = &difference.key {
                what.push_str(&format!(" ({key})"));
            }
            let value = |value: &Option<String>| {
                value.clone().unwrap_or_else(|| self.words.get("diff-unknown"))
            };
            let line = format!("{what}: A {}; B {}", value(&difference.a), value(&difference.b));
            self.pen.prose(out, "  ", "    ", &line);
        }
        if let Some(shared) = shared {
            let names: Vec<String> = shared
                .routers
                .iter()
                .map(|router| router.map_or_else(|| "?".to_owned(), |r| r.to_string()))
                .collect();
            let text = Text::new("diff-shared").with("routers", names.join(", "));
            self.pen.prose(out, "  ", "    ", &self.say(&text));
        }
    }

    fn notes(&self, out: &mut String) {
        if !self.comparison.notes.is_empty() {
            out.push('\n');
        }
        for note in &self.comparison.notes {
            self.pen.prose(out, "", "  ", &self.say(note));
        }
    }
}
