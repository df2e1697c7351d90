//! A message: an id and its arguments. The words, in every language, are the report's business.

use std::net::{IpAddr, SocketAddr};

/// One argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text, printed as it is.
    Word(String),
    /// A number, for plurals.
    Number(i64),
    /// A message of its own.
    Message(Box<Text>),
}

/// A message with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Id of the message in the language files.
    pub id: String,
    /// Arguments by name.
    pub args: Vec<(&'static str, Arg)>,
}

impl Text {
    /// A message without arguments.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Word(value)
    }
}

impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Word(value.clone())
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Word(value.to_owned())
    }
}

impl From<Text> for Arg {
    fn from(value: Text) -> Self {
        Self::Message(Box::new(value))
    }
}

impl From<u16> for Arg {
    fn from(value: u16) -> Self {
        Self::Number(i64::from(value))
    }
}

impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Number(i64::from(value))
    }
}

impl From<usize> for Arg {
    fn from(value: usize) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<IpAddr> for Arg {
    fn from(value: IpAddr) -> Self {
        Self::Word(value.to_string())
    }
}

impl From<SocketAddr> for Arg {
    fn from(value: SocketAddr) -> Self {
        Self::Word(value.to_string())
    }
}

/// A language of messages and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The language of a locale such as `zh_CN.UTF-8`; English where it is none of ours.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }
}
