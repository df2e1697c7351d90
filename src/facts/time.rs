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

/// Seconds since 1970 of an RFC 3339 moment in UTC (`2026-03-01T12:00:00Z`), fractions dropped.
pub fn unix_seconds(moment: &str) -> Option<i64> {
    let (date, time) = moment.split_once('T')?;
    let time = time.strip_suffix('Z')?.split('.').next()?;
    let numbers = |text: &str, sign: char| -> Option<[i64; 3]> {
        let parts: Option<Vec<i64>> = text.split(sign).map(|part| part.parse().ok()).collect();
        parts?.try_into().ok()
    };
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days of the proleptic Gregorian calendar, counted in years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some((days - 719_469) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn moments_count_from_1970() {
        for (moment, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("2000-02-29T00:00:00Z", Some(951_782_400)),
            ("2000-03-01T00:00:00.5Z", Some(951_868_800)),
            ("2026-11-21T11:24:38.123456Z", Some(1_795_260_278)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-21 11:24:38Z", None),
            ("2026-11-21T11:24:38+01:00", None),
            ("", None),
        ] {
            assert_eq!(unix_seconds(moment), seconds, "{moment}");
        }
    }
}
