//! Durations and moments as whole microseconds, so that saved facts read back exactly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Microseconds: a duration, or a moment counted from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// The value in milliseconds, to a tenth.
    pub fn millis(self) -> f64 {
        // Tenths of a millisecond below 2^52 are exact enough for every run that ends.
        #[expect(clippy::cast_precision_loss, reason = "a run lasts seconds, not centuries")]
        let tenths = (self.0 / 100) as f64;
        tenths / 10.0
    }

    /// As a [`Duration`].
    pub fn duration(self) -> Duration {
        Duration::from_micros(self.0)
    }

    /// The time from `earlier` to this moment; zero if it is not later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// Words for people: `0.3 ms`, `12 ms`, `1.6 s`.
    pub fn words(self) -> String {
        let us = self.0;
        if us < 10_000 {
            format!("{}.{} ms", us / 1000, us % 1000 / 100)
        } else if us < 1_000_000 {
            format!("{} ms", us / 1000)
        } else {
            format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000)
        }
    }
}

impl From<Duration> for Micros {
    fn from(value: Duration) -> Self {
        Self(u64::try_from(value.as_micros()).unwrap_or(u64::MAX))
    }
}
