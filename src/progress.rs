//! The spinner: what is being done at the moment, on stderr, while that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::diagnosis::Text;
use crate::facts::Purpose;
use crate::probe::Stage;
use crate::report::words::Words;

/// A spinner, or nothing.
pub struct Progress {
    bar: Option<ProgressBar>,
    words: Words,
}

impl Progress {
    /// Shows stages if `visible`.
    pub fn new(visible: bool, words: Words) -> Self {
        let bar = visible.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:>}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, words }
    }

    /// Says what is being done.
    pub fn stage(&self, stage: &Stage) {
        let Some(bar) = &self.bar else { return };
        let seconds = |time: &Duration| time.as_secs().max(1).to_string();
        let text = match stage {
            Stage::Resolving(name) => Text::new("stage-resolving").with("name", name),
            Stage::Connecting(to) => Text::new("stage-connecting").with("to", *to),
            Stage::Greeting(to) => Text::new("stage-greeting").with("to", *to),
            Stage::LoggingIn => Text::new("stage-logging-in"),
            Stage::Survey => Text::new("stage-survey"),
            Stage::Trying(mode, Purpose::Mode) => {
                Text::new("stage-trying").with("verb", mode.verb())
            }
            Stage::Trying(mode, _) => Text::new("stage-trying-again").with("verb", mode.verb()),
            Stage::Waiting(held) => Text::new("stage-waiting").with("seconds", seconds(held)),
            Stage::Climbing(to) => Text::new("stage-climbing").with("to", to.ip()),
            Stage::Sampling => Text::new("stage-sampling"),
            Stage::Sweeping { range, ports, done, left } => Text::new("stage-sweeping")
                .with("range", format!("{}-{}", range.min, range.max))
                .with("done", *done)
                .with("ports", *ports)
                .with("seconds", seconds(left)),
            Stage::Pausing(pause) => Text::new("stage-pausing").with("seconds", seconds(pause)),
        };
        bar.set_message(self.words.say(&text));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How far a run over many targets is, on stderr; or nothing.
pub struct Bar {
    drawn: Option<ProgressBar>,
    words: Words,
    unwell: usize,
}

impl Bar {
    /// Shows how many of `number` are done if `visible`.
    pub fn new(visible: bool, number: usize, words: Words) -> Self {
        let drawn = visible.then(|| {
            let bar = ProgressBar::new(number as u64);
            let template = "{bar:30} {pos}/{len}  {per_sec}  {eta}  {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { drawn, words, unwell: 0 }
    }

    /// One more has ended.
    pub fn one_more(&mut self, well: bool) {
        self.unwell += usize::from(!well);
        let Some(bar) = &self.drawn else { return };
        bar.inc(1);
        if !well {
            let text = Text::new("check-progress").with("unwell", self.unwell);
            bar.set_message(self.words.say(&text));
        }
    }

    /// Takes it off the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.finish();
    }
}
