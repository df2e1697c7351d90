//! How a detector writes its finding down.

use crate::diagnosis::cause::Cause;
use crate::diagnosis::finding::{
    Confidence, EvidenceItem, Finding, Location, Remedy, RuledOut, Severity, Side, Snippet, Who,
};
use crate::diagnosis::reason::{door_port, reason, varied};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::Found;
use crate::evidence::ModeView;
use crate::facts::Attempt;

/// A finding in the making. Messages follow the cause's id: `ID-title`, `ID-text`.
pub struct Build {
    finding: Finding,
}

/// Begins a finding with the severity of the cause's record, side unknown.
pub fn finding(cause: &'static Cause, confidence: Confidence, text: Text) -> Build {
    Build {
        finding: Finding {
            cause: cause.id,
            severity: cause.severity,
            confidence,
            side: Side::Unknown,
            location: Location::default(),
            title: Text { id: format!("{}-title", cause.id), args: text.args.clone() },
            explanation: text,
            evidence: Vec::new(),
            suppresses: Vec::new(),
            ruled_out: Vec::new(),
            remedies: Vec::new(),
            explains: Vec::new(),
        },
    }
}

impl Build {
    /// Whose side.
    pub fn side(mut self, side: Side) -> Self {
        self.finding.side = side;
        self
    }

    /// Another title.
    pub fn title(mut self, text: Text) -> Self {
        self.finding.title = text;
        self
    }

    /// Another explanation.
    pub fn explain(mut self, text: Text) -> Self {
        self.finding.explanation = text;
        self
    }

    /// Which hops.
    pub fn at(mut self, location: Location) -> Self {
        self.finding.location = location;
        self
    }

    /// Another severity than the record's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Another confidence than it began with.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// Takes these modes as explained, every attempt of them as evidence.
    pub fn explains(mut self, views: &[&ModeView<'_>]) -> Self {
        for view in views {
            self.finding.explains.push(view.entry.id.clone());
            for attempt in &view.all {
                self = self.attempt(attempt);
            }
        }
        self
    }

    /// An attempt as evidence, in its own words.
    pub fn attempt(mut self, attempt: &Attempt) -> Self {
        let port = door_port(attempt);
        let id = match (port.is_some(), attempt.varied.is_empty()) {
            (true, false) => "seen-attempt-varied",
            (true, true) => "seen-attempt",
            (false, _) => "seen-attempt-no-port",
        };
        let mut text = Text::new(id);
        // The last one is what makes the difference.
        if let Some(how) = attempt.varied.last() {
            text = text.with("how", varied(how));
        }
        let text = text
            .with("verb", attempt.mode.verb())
            .with("port", port.unwrap_or(0))
            .with("why", reason(attempt));
        self.finding.evidence.push(EvidenceItem::of(&attempt.id, text));
        self
    }

    /// What was seen in an attempt, in other words than its own.
    pub fn saw_in(mut self, attempt: &Attempt, text: Text) -> Self {
        self.finding.evidence.push(EvidenceItem::of(&attempt.id, text));
        self
    }

    /// What was seen outside of data connections.
    pub fn saw(mut self, text: Text) -> Self {
        self.finding.evidence.push(EvidenceItem::general(text));
        self
    }

    /// What was seen outside of data connections, if there is anything to be said.
    pub fn saw_some(self, text: Option<Text>) -> Self {
        match text {
            Some(text) => self.saw(text),
            None => self,
        }
    }

    /// A look-alike that is out.
    pub fn not(mut self, cause: &'static str, because: Text) -> Self {
        self.finding.ruled_out.push(RuledOut { cause, because });
        self
    }

    /// A look-alike that is out if the condition holds.
    pub fn not_if(self, out: bool, cause: &'static str, because: Text) -> Self {
        if out { self.not(cause, because) } else { self }
    }

    /// What to change.
    pub fn fix(mut self, who: Who, text: Text, snippets: Vec<Snippet>) -> Self {
        self.finding.remedies.push(Remedy { who, text, snippets });
        self
    }

    /// What to change, if the condition holds.
    pub fn fix_if(self, applies: bool, who: Who, text: Text) -> Self {
        if applies { self.fix(who, text, Vec::new()) } else { self }
    }

    /// Done. Where the client's side is blamed and hop 2 is among the suspects, nothing is proven:
    /// the carrier's first router is as near.
    #[expect(clippy::unnecessary_wraps, reason = "detectors end with it, and return this")]
    pub fn done(mut self) -> Found {
        let Location { hop_min, hop_max, hops, .. } = self.finding.location;
        let known = hop_min.is_some() && hops.is_some();
        if self.finding.side == Side::Client && known && hop_max.is_some_and(|max| max >= 2) {
            self.finding.confidence = self.finding.confidence.max(Confidence::Likely);
        }
        Ok(vec![self.finding])
    }
}
