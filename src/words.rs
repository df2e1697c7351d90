//! Words with a fixed set of values: those of the command line, of the reports and of saved facts.
//!
//! [`words!`] makes the type of one from its values, so that a new value is written down at one
//! place: its word, all values, reading it (from options, JSON and saved facts) with an error that
//! names it, writing it, and its part of the JSON Schema.
//!
//! ```text
//! words! {
//!     /// Whose side the cause is on.
//!     pub enum Side: "side" {
//!         /// This machine or its gateway.
//!         Client = "client",
//!         /// The server or its gateway.
//!         Server = "server",
//!     }
//! }
//! ```
//!
//! A type stands where its meaning is known. What expectations speak of stands here, since the
//! facts carry them and know nothing of a diagnosis.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use crate::wire::text::printable;

/// What is shown of a word that is not known, in bytes.
const SHOWN: usize = 40;

/// A type that [`words!`] made.
pub trait Word: Copy + Eq + fmt::Debug + 'static {
    /// What it is a word for, such as `verdict`.
    const WHAT: &'static str;
    /// All values, in the order of the contract.
    const LIST: &'static [Self];

    /// The word of a value.
    fn word(self) -> &'static str;

    /// What a value means, in a line or two.
    fn meaning(self) -> &'static str;
}

/// A word that is none of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    what: &'static str,
    said: String,
    allowed: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (said, what) = (&self.said, self.what);
        write!(f, "\"{said}\" is no {what} ({})", self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

/// The value whose word it is.
///
/// # Errors
/// Names the word, printable, and those that there are.
pub fn parse<T: Word>(said: &str) -> Result<T, UnknownWord> {
    let found = T::LIST.iter().copied().find(|value| value.word() == said);
    found.ok_or_else(|| UnknownWord {
        what: T::WHAT,
        said: printable(said.as_bytes(), SHOWN),
        allowed: T::LIST.iter().map(|value| value.word()).collect(),
    })
}

/// Reads a value for serde.
///
/// # Errors
/// What is no text, and [`UnknownWord`].
pub fn deserialize<'de, T: Word, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct Reader<T>(PhantomData<T>);

    impl<T: Word> Visitor<'_> for Reader<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a word for {}", T::WHAT)
        }

        fn visit_str<E: Error>(self, said: &str) -> Result<T, E> {
            parse(said).map_err(E::custom)
        }
    }

    from.deserialize_str(Reader(PhantomData))
}

/// The schema of a word: one of its values.
pub fn schema<T: Word>() -> schemars::Schema {
    let words: Vec<&str> = T::LIST.iter().map(|value| value.word()).collect();
    schemars::json_schema!({ "type": "string", "enum": words })
}

/// The name of a word's schema, which stands in place wherever it is used.
pub fn schema_name<T: Word>() -> Cow<'static, str> {
    T::WHAT.into()
}

/// Makes the type of a word from its values; see the module. What a value means is said once, in
/// its documentation: the command line's help shows it.
macro_rules! words {
    ($(
        $(#[$attribute:meta])*
        pub enum $name:ident: $what:literal {
            $( $(#[doc = $meaning:literal])+ $value:ident = $word:literal, )+
        }
    )+) => { $(
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[doc = $meaning])+ $value, )+
        }

        impl $name {
            /// All of them, in the order of the contract.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$value),+];

            /// The word of the command line, of the reports and of saved facts.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$value => $word, )+
                }
            }
        }

        impl $crate::words::Word for $name {
            const WHAT: &'static str = $what;
            const LIST: &'static [Self] = &Self::ALL;

            fn word(self) -> &'static str {
                self.as_str()
            }

            fn meaning(self) -> &'static str {
                match self {
                    $( Self::$value => concat!($($meaning),+).trim_ascii_start(), )+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(said: &str) -> Result<Self, Self::Err> {
                $crate::words::parse(said)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::words::deserialize(from)
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                $crate::words::schema_name::<Self>()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::words::schema::<Self>()
            }
        }
    )+ };
}

pub(crate) use words;

words! {
    /// The whole answer.
    pub enum Verdict: "verdict" {
        /// All that was asked for works.
        Healthy = "healthy",
        /// Passive mode works, and so does nearly every program; active mode does not.
        Limited = "limited",
        /// Something does not work, or there is another problem.
        Degraded = "degraded",
        /// Logged in, and nothing works.
        Broken = "broken",
        /// No login could be had.
        Unreachable = "unreachable",
        /// Too little was measured for any of the other words.
        Incomplete = "incomplete",
    }

    /// Whose side the cause is on.
    pub enum Side: "side" {
        /// This machine or its gateway.
        Client = "client",
        /// The server or its gateway.
        Server = "server",
        /// Between the two.
        Path = "path",
        /// Not known.
        Unknown = "unknown",
    }

    /// A NAT between this machine and the server, seen from here.
    pub enum Nat: "nat" {
        /// The server sees our own address.
        None = "none",
        /// It sees another one.
        Present = "present",
        /// It has not said.
        Unknown = "unknown",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writing and reading give the value again, in every way in which a word is read.
    fn comes_back<T>()
    where
        T: Word + serde::Serialize + serde::de::DeserializeOwned + std::str::FromStr,
    {
        for value in T::LIST.iter().copied() {
            assert_eq!(parse::<T>(value.word()), Ok(value));
            assert_eq!(value.word().parse().ok(), Some(value));
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(json, format!("\"{}\"", value.word()));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value);
            assert!(!value.meaning().is_empty() && !value.meaning().starts_with(' '));
            let twins = T::LIST.iter().filter(|other| other.word() == value.word());
            assert_eq!(twins.count(), 1, "{} stands twice", value.word());
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-./".contains(c);
            assert!(value.word().chars().all(kebab) || T::WHAT == "plane", "{}", value.word());
        }
        let schema = serde_json::to_value(schema::<T>()).unwrap();
        let words: Vec<&str> = T::LIST.iter().map(|value| value.word()).collect();
        assert_eq!(schema["enum"], serde_json::json!(words));
    }

    #[test]
    fn every_word_comes_back() {
        use crate::{clients, compare, diagnosis, document, facts};
        comes_back::<Verdict>();
        comes_back::<Side>();
        comes_back::<Nat>();
        comes_back::<facts::Mode>();
        comes_back::<facts::Direction>();
        comes_back::<facts::Purpose>();
        comes_back::<facts::Outcome>();
        comes_back::<facts::Family>();
        comes_back::<facts::Security>();
        comes_back::<facts::TlsLevel>();
        comes_back::<facts::steps::Because>();
        comes_back::<facts::expectation::Clock>();
        comes_back::<clients::Kind>();
        comes_back::<diagnosis::Plane>();
        comes_back::<diagnosis::Severity>();
        comes_back::<diagnosis::Confidence>();
        comes_back::<diagnosis::RuleState>();
        comes_back::<diagnosis::Who>();
        comes_back::<compare::Kind>();
        comes_back::<compare::Change>();
        comes_back::<compare::conclusion::Letter>();
        comes_back::<document::check::Ending>();
        comes_back::<document::check::Change>();
        comes_back::<document::check::What>();
        comes_back::<document::check::Schema>();
        comes_back::<document::report::Schema>();
        comes_back::<document::report::Answer>();
    }

    proptest! {
        #[test]
        fn a_word_that_is_none_is_named_with_those_that_are(said in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
            prop_assume!(!Verdict::ALL.iter().any(|verdict| verdict.as_str() == said));
            let error = said.parse::<Verdict>().unwrap_err().to_string();
            let shown = printable(said.as_bytes(), SHOWN);
            let start = format!("\"{shown}\" is no verdict (");
            prop_assert!(error.starts_with(&start), "{}", error);
            for verdict in Verdict::ALL {
                prop_assert!(error.contains(verdict.as_str()), "{}", error);
            }
            prop_assert!(!error.chars().any(char::is_control), "{:?}", error);
            let json = serde_json::to_string(&said).unwrap();
            prop_assert!(serde_json::from_str::<Verdict>(&json).is_err());
        }
    }
}
