//! The spinner: what is being done at the moment, on stderr, while that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::facts::Purpose;
use crate::probe::Stage;

/// A spinner, or nothing.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows stages if `visible`.
    pub fn new(visible: bool) -> Self {
        let bar = visible.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:>}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// Says what is being done.
    pub fn stage(&self, stage: &Stage) {
        let Some(bar) = &self.bar else { return };
        bar.set_message(match stage {
            Stage::Resolving(name) => format!("looking up {name}"),
            Stage::Connecting(to) => format!("knocking at {to}"),
            Stage::Greeting(to) => format!("waiting for the greeting of {to}"),
            Stage::LoggingIn => "logging in".to_owned(),
            Stage::Survey => "asking what the server is".to_owned(),
            Stage::Trying(mode, Purpose::Mode) => format!("trying {}", mode.verb()),
            Stage::Trying(mode, _) => format!("trying {} once more", mode.verb()),
            Stage::Waiting(held) => format!("saying nothing for {} s", held.as_secs()),
            Stage::Climbing(to) => {
                format!("looking how far packets come on the way to {}", to.ip())
            }
            Stage::Pausing(pause) => {
                format!("the server is full: asking again in {} s", pause.as_secs().max(1))
            }
        });
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
