//! What a comparison proves, with what it rests on and what stands against it.

use super::identity::Identity;
use super::place::{Gap, Place};
use super::run::{ModeRun, Run, RunFinding};
use crate::diagnosis::{Confidence, RuledOut, Side, Text};
use crate::words::words;

words! {
    /// Which of the two runs.
    pub enum Letter: "run" {
        /// The first.
        A = "a",
        /// The second.
        B = "b",
    }
}

impl Letter {
    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// A mode's attempt of one of the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunAttempt {
    /// The run.
    pub run: Letter,
    /// The attempt's id in it.
    pub attempt: String,
}

/// One conclusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// Its id, kebab-case.
    pub id: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whose side; the client's is that of the run that fails.
    pub side: Side,
    /// The run that fails, where it is one alone.
    pub fails: Option<Letter>,
    /// One line.
    pub title: Text,
    /// A paragraph.
    pub text: Text,
    /// Mode attempts that it rests on.
    pub attempts: Vec<RunAttempt>,
    /// Causes that are out now.
    pub rules_out: Vec<RuledOut>,
    /// What stands against it, and what would settle it.
    pub doubts: Vec<Text>,
}

/// Two runs with what relates them.
#[derive(Clone, Copy)]
pub struct Two<'a> {
    /// The first run.
    pub a: &'a Run,
    /// The second run.
    pub b: &'a Run,
    /// Whether they met one server.
    pub identity: Identity,
    /// How their places relate.
    pub place: Place,
    /// The time between them.
    pub gap: Gap,
}

/// One run with its letter and the modes that are looked at.
#[derive(Clone)]
pub struct End<'a> {
    /// Which one.
    pub letter: Letter,
    /// The run.
    pub run: &'a Run,
    /// Modes of one direction, tested.
    pub modes: Vec<&'a ModeRun>,
}

impl End<'_> {
    /// Attempts of its modes.
    pub fn attempts(&self) -> impl Iterator<Item = RunAttempt> + '_ {
        self.modes.iter().map(|m| RunAttempt { run: self.letter, attempt: m.attempt.clone() })
    }

    /// The commands of its modes that did not work.
    pub fn failed(&self) -> String {
        let verbs: Vec<&str> =
            self.modes.iter().filter(|m| m.failed()).map(|m| m.mode.verb()).collect();
        verbs.join(", ")
    }
}

impl<'a> Two<'a> {
    /// Both runs with no modes.
    pub fn ends(&self) -> (End<'a>, End<'a>) {
        let end = |letter, run| End { letter, run, modes: Vec::new() };
        (end(Letter::A, self.a), end(Letter::B, self.b))
    }
}

impl Conclusion {
    /// A conclusion about one run that works and one that fails.
    pub fn of(id: &'static str, works: &End<'_>, fails: &End<'_>, title: &str, text: &str) -> Self {
        let words = |id: &str| {
            Text::new(id)
                .with("works", works.letter.name())
                .with("fails", fails.letter.name())
                .with("verbs", fails.failed())
        };
        Self {
            id,
            confidence: Confidence::Likely,
            side: Side::Unknown,
            fails: Some(fails.letter),
            title: words(title),
            text: words(text),
            attempts: works.attempts().chain(fails.attempts()).collect(),
            rules_out: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// A conclusion about two runs that fail.
    pub fn both(id: &'static str, a: &End<'_>, b: &End<'_>, title: &str, text: &str) -> Self {
        let mut conclusion = Self::of(id, a, b, title, text);
        conclusion.fails = None;
        conclusion
    }

    /// Sets the side.
    pub fn on(mut self, side: Side) -> Self {
        self.side = side;
        self
    }

    /// Adds an argument to title and text.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.title = self.title.with(name, value);
        self.text = self.text.with(name, value);
        self
    }

    /// A cause that is out.
    pub fn not(mut self, cause: &'static str, because: Text) -> Self {
        self.rules_out.push(RuledOut { cause, because });
        self
    }

    /// As sure as the failing run's own finding, where that is surer.
    pub fn at_least_as_sure_as(mut self, own: Option<&RunFinding>) -> Self {
        if let Some(own) = own {
            self.confidence = self.confidence.min(own.confidence);
        }
        self
    }

    /// No surer than this.
    pub fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.max(confidence);
        self
    }

    /// Something that stands against it.
    pub fn doubt(mut self, doubt: Text) -> Self {
        self.doubts.push(doubt);
        self
    }

    /// What keeps two runs at two places from being one experiment: time. What the failing run has
    /// proven by itself needs no second run.
    pub fn at_one_time(self, two: &Two<'_>) -> Self {
        match two.gap {
            Gap::Near(_) => self,
            _ if self.confidence == Confidence::Proven => self,
            Gap::Far(seconds) => self
                .at_most(Confidence::Possible)
                .doubt(Text::new("diff-doubt-time").with("gap", span(seconds))),
            Gap::Unknown => {
                self.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-time-unknown"))
            }
        }
    }

    /// What keeps two runs from being about one server.
    pub fn of_one_server(self, two: &Two<'_>) -> Self {
        match two.identity {
            Identity::Unknown => {
                self.at_most(Confidence::Possible).doubt(Text::new("diff-doubt-server"))
            }
            Identity::Same | Identity::Other => self,
        }
    }
}

/// A span of time in words.
pub fn span(seconds: u64) -> Text {
    let (id, number) = match seconds {
        0..120 => ("diff-span-seconds", seconds),
        120..7200 => ("diff-span-minutes", seconds / 60),
        7200..172_800 => ("diff-span-hours", seconds / 3600),
        _ => ("diff-span-days", seconds / 86400),
    };
    Text::new(id).with("number", u32::try_from(number).unwrap_or(u32::MAX))
}
