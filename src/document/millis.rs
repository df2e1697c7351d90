//! Times of a report.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::facts::Micros;

/// More milliseconds than any run takes: some three years.
const MOST: f64 = 1e11;

/// A time that is written in milliseconds. What is read of one that was written is the same again:
/// it is kept in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Millis(Micros);

impl Millis {
    /// To a tenth of a millisecond: more decimals are no use to a reader.
    pub fn tenths(time: Micros) -> Self {
        Self(Micros(time.0 / 100 * 100))
    }

    /// To the microsecond, where it is compared with what was expected.
    pub fn exact(time: Micros) -> Self {
        Self(time)
    }

    /// In microseconds.
    pub fn micros(self) -> Micros {
        self.0
    }

    /// In milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "a run lasts seconds, not centuries")]
    pub fn millis(self) -> f64 {
        self.0.0 as f64 / 1000.0
    }

    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.millis() / 1000.0
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.millis())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(from)?;
        if !(0.0..=MOST).contains(&millis) {
            return Err(Error::custom(format!("{millis} is no time of a run in milliseconds")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is in bounds"
        )]
        let micros = (millis * 1000.0).round() as u64;
        Ok(Self(Micros(micros)))
    }
}

impl JsonSchema for Millis {
    fn schema_name() -> Cow<'static, str> {
        f64::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        f64::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for micros in [0, 1, 99, 100, 1234, 12_345, 1_000_000, 8_000_123, 86_400_000_000] {
            let exact = Millis::exact(Micros(micros));
            for time in [exact, Millis::tenths(Micros(micros))] {
                let json = serde_json::to_string(&time).unwrap();
                let again: Millis = serde_json::from_str(&json).unwrap();
                assert_eq!(again, time, "{json}");
                assert_eq!(serde_json::to_string(&again).unwrap(), json);
            }
            let tenths = serde_json::to_string(&Millis::tenths(Micros(micros))).unwrap();
            assert_eq!(tenths, serde_json::to_string(&Micros(micros).millis()).unwrap());
        }
        for wrong in ["-1", "1e300", "null", "\"1\"", "1e12"] {
            assert!(serde_json::from_str::<Millis>(wrong).is_err(), "{wrong}");
        }
    }
}
