//! What a run was expected to show (`--expect`): plain data. Whether it did is the diagnosis' to say.

use crate::words::{Nat, Side, Verdict, Word, words};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::mistyped::perhaps;
use super::{Micros, Mode, Outcome, PortRange};
use crate::wire::software::Product;
use crate::wire::text::printable;

/// Longer expectations are none.
const LONGEST: usize = 200;

/// One expectation. It is written and saved as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expectation {
    text: String,
    claim: Claim,
}

impl Expectation {
    /// Reads an expectation such as `passive=open`. Ids of causes and clients are taken as they
    /// are: whether there are such, the diagnosis knows (`diagnosis::expect::parse`).
    ///
    /// # Errors
    /// Names the expectation, what is wrong with it and what is known.
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        let text = text.trim();
        // It is shown in every report as it was given.
        if printable(text.as_bytes(), text.len()) != text {
            return Err(ExpectationError::new(text, "there is a character that cannot be shown"));
        }
        let claim = claim(text).map_err(|problem| ExpectationError::new(text, problem))?;
        Ok(Self { text: text.to_owned(), claim })
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it says.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Expectation {
    type Err = ExpectationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Expectation {
    type Error = ExpectationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Expectation> for String {
    fn from(expectation: Expectation) -> Self {
        expectation.text
    }
}

/// What an expectation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// `passive=`, `active=`: what comes of a direction as a whole.
    Direction {
        /// Passive, or active.
        passive: bool,
        /// `open`, `blocked`, `any`.
        wanted: Reach,
    },
    /// `pasv=`, `epsv=`, `port=`, `eprt=`: the outcome of one mode.
    Mode {
        /// The mode.
        mode: Mode,
        /// Its outcome; `None` for `any`.
        wanted: Option<Outcome>,
    },
    /// `tls=`: whether the control connection can and must be protected.
    Tls(TlsPolicy),
    /// `tls-reuse=`: whether data connections resume the control connection's session.
    TlsReuse(bool),
    /// `certificate=valid` or `invalid`.
    Certificate {
        /// Whether nothing speaks against it.
        valid: bool,
    },
    /// `certificate-days>N`: days for which the server's certificate is still valid.
    CertificateDays(Sign, u64),
    /// `range=`: all passive ports that the server announced lie within.
    Range(PortRange),
    /// `cause=`, `cause!=`: a finding of the catalogue.
    Cause {
        /// Its id.
        id: String,
        /// Whether it is to be found.
        found: bool,
    },
    /// `verdict=`: the word of the report.
    Verdict(Verdict),
    /// `side=`: whose side the first problem is on, the word of the report.
    Side(Side),
    /// `nat=`: the word of the report.
    Nat(Nat),
    /// `control-ms<200` and its like.
    Time(Clock, Sign, Micros),
    /// `client:ID=`: whether a client works with its default settings; `None` for `any`.
    Client {
        /// Id of the client.
        id: String,
        /// Whether it works.
        works: Option<bool>,
    },
    /// `software=`: the server's software.
    Software(Product),
    /// `port:N=`: what comes of a knock at a port of the server.
    Port {
        /// The port.
        port: u16,
        /// `open` is a handshake.
        wanted: Outcome,
    },
}

/// What a direction is expected to come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// At least one of its modes works.
    Open,
    /// Every mode of it that was asked for was tested, and none works.
    Blocked,
    /// Tested, whatever came of it.
    Any,
}

/// What is expected of TLS on the control connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsPolicy {
    /// A login in clear is refused.
    Required,
    /// TLS can be had.
    Offered,
    /// TLS cannot be had.
    Off,
    /// Measured, whatever came of it.
    Any,
}

words! {
    /// A time that a run measures.
    pub enum Clock: "clock" {
        /// `control-ms`: TCP handshake of the control connection.
        Control = "control-ms",
        /// `greeting-ms`: from there to the greeting.
        Greeting = "greeting-ms",
        /// `tls-ms`: TLS handshake of the control connection.
        Tls = "tls-ms",
        /// `login-ms`: from the first SYN until the login was accepted.
        Login = "login-ms",
        /// `list-ms`: the slowest listing of those modes that work, from its command on.
        List = "list-ms",
        /// `elapsed-ms`: the whole run.
        Elapsed = "elapsed-ms",
    }
}

/// A sign of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Sign {
    /// Whether `value` stands in this relation to `limit`.
    pub fn holds<T: PartialOrd + Copy>(self, value: T, limit: T) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
        }
    }
}

/// An expectation that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationError {
    text: String,
    problem: String,
}

impl ExpectationError {
    /// An expectation and what is wrong with it.
    pub fn new(text: &str, problem: impl Into<String>) -> Self {
        Self { text: printable(text.as_bytes(), 80), problem: problem.into() }
    }

    /// What is wrong, without the expectation.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expectation \"{}\": {}", self.text, self.problem)
    }
}

impl std::error::Error for ExpectationError {}

/// Words on the left of the sign, as `--help` and errors tell them.
pub const KNOWN: &[&str] = &[
    "verdict",
    "passive",
    "active",
    "pasv",
    "epsv",
    "port",
    "eprt",
    "cause",
    "side",
    "client:ID",
    "tls",
    "tls-reuse",
    "certificate",
    "certificate-days",
    "range",
    "port:N",
    "software",
    "nat",
    "control-ms",
    "greeting-ms",
    "tls-ms",
    "login-ms",
    "list-ms",
    "elapsed-ms",
];

/// The signs, the longer ones first.
const SIGNS: &[&str] = &["!=", "<=", ">=", "=", "<", ">"];

/// Splits at the first sign.
fn split(text: &str) -> Option<(&str, &'static str, &str)> {
    let at = text.find(['=', '!', '<', '>'])?;
    let sign = SIGNS.iter().find(|sign| text[at..].starts_with(**sign))?;
    Some((text[..at].trim(), sign, text[at + sign.len()..].trim()))
}

fn claim(text: &str) -> Result<Claim, String> {
    if text.chars().count() > LONGEST {
        return Err(format!("longer than {LONGEST} characters"));
    }
    let Some((name, sign, value)) = split(text) else {
        return Err("looks like passive=open, cause!=passive-disabled or login-ms<500".to_owned());
    };
    if value.is_empty() {
        return Err(format!("nothing stands behind \"{sign}\""));
    }
    if let Ok(clock) = name.parse::<Clock>() {
        let limit = milliseconds(value)?;
        return Ok(Claim::Time(clock, comparison(name, sign)?, limit));
    }
    if name == "certificate-days" {
        let days = value.parse().map_err(|_| format!("{} is no number of days", shown(value)))?;
        return Ok(Claim::CertificateDays(comparison(name, sign)?, days));
    }
    match (name, sign) {
        ("cause", "=" | "!=") => Ok(Claim::Cause { id: id(value)?, found: sign == "=" }),
        (_, "=") => equal(name, value),
        _ if is_known(name) => Err(format!("{name} takes \"=\", not \"{sign}\"")),
        _ => Err(unknown_name(name)),
    }
}

fn equal(name: &str, value: &str) -> Result<Claim, String> {
    if let Ok(mode) = name.parse::<Mode>() {
        let wanted = if value == "any" { None } else { Some(outcome(name, value, true)?) };
        return Ok(Claim::Mode { mode, wanted });
    }
    if let Some(client) = name.strip_prefix("client:") {
        let works =
            pick(name, value, &[("works", Some(true)), ("fails", Some(false)), ("any", None)])?;
        return Ok(Claim::Client { id: id(client)?, works });
    }
    if let Some(port) = name.strip_prefix("port:") {
        let port = number(port)?;
        return Ok(Claim::Port { port, wanted: outcome(name, value, false)? });
    }
    match name {
        "passive" | "active" => {
            let words = [("open", Reach::Open), ("blocked", Reach::Blocked), ("any", Reach::Any)];
            Ok(Claim::Direction { passive: name == "passive", wanted: pick(name, value, &words)? })
        }
        "tls" => {
            let words = [
                ("required", TlsPolicy::Required),
                ("offered", TlsPolicy::Offered),
                ("off", TlsPolicy::Off),
                ("any", TlsPolicy::Any),
            ];
            Ok(Claim::Tls(pick(name, value, &words)?))
        }
        "tls-reuse" => Ok(Claim::TlsReuse(pick(name, value, &[("yes", true), ("no", false)])?)),
        "certificate" => {
            let valid = pick(name, value, &[("valid", true), ("invalid", false)])?;
            Ok(Claim::Certificate { valid })
        }
        "range" => range(value).map(Claim::Range),
        "verdict" => word(name, value).map(Claim::Verdict),
        "side" => word(name, value).map(Claim::Side),
        "nat" => word(name, value).map(Claim::Nat),
        "software" => software(value).map(Claim::Software),
        _ => Err(unknown_name(name)),
    }
}

fn is_known(name: &str) -> bool {
    KNOWN.contains(&name) || name.starts_with("client:") || name.starts_with("port:")
}

fn unknown_name(name: &str) -> String {
    let hint = perhaps(name, KNOWN.iter().copied());
    format!("{} is not known{hint}; known are {}", shown(name), KNOWN.join(", "))
}

fn shown(text: &str) -> String {
    format!("\"{}\"", printable(text.as_bytes(), 60))
}

fn pick<T: Copy>(name: &str, value: &str, words: &[(&'static str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        unknown_value(name, value, &names)
    })
}

fn word<T: Word>(name: &str, value: &str) -> Result<T, String> {
    crate::words::parse(value).map_err(|_| {
        let words: Vec<&str> = T::LIST.iter().map(|value| value.word()).collect();
        unknown_value(name, value, &words)
    })
}

fn unknown_value(name: &str, value: &str, words: &[&str]) -> String {
    let name = printable(name.as_bytes(), 60);
    format!("{} is not known; {name} takes {}", shown(value), words.join(", "))
}

/// An outcome by its word; the knock at a port has only some of them.
fn outcome(name: &str, value: &str, of_a_mode: bool) -> Result<Outcome, String> {
    let all = if of_a_mode { &Outcome::ALL[..] } else { &Outcome::KNOCK[..] };
    all.iter().copied().find(|o| o.as_str() == value).ok_or_else(|| {
        let mut words: Vec<&str> = all.iter().map(|o| o.as_str()).collect();
        if of_a_mode {
            words.push("any");
        }
        unknown_value(name, value, &words)
    })
}

fn id(value: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if value.is_empty() || !value.chars().all(fits) {
        return Err(format!("{} is no id (small letters, digits and hyphens)", shown(value)));
    }
    Ok(value.to_owned())
}

fn number(value: &str) -> Result<u16, String> {
    match value.trim().parse() {
        Ok(0) | Err(_) => Err(format!("{} is no port (1-65535)", shown(value))),
        Ok(port) => Ok(port),
    }
}

fn range(value: &str) -> Result<PortRange, String> {
    let (min, max) = value.split_once('-').unwrap_or((value, value));
    let (min, max) = (number(min)?, number(max)?);
    if min > max {
        return Err(format!("the range {} ends before it begins", shown(value)));
    }
    Ok(PortRange { min, max })
}

fn comparison(name: &str, sign: &str) -> Result<Sign, String> {
    match sign {
        "<" => Ok(Sign::Less),
        "<=" => Ok(Sign::AtMost),
        ">" => Ok(Sign::More),
        ">=" => Ok(Sign::AtLeast),
        _ => Err(format!("{name} takes <, <=, > or >=, not \"{sign}\"")),
    }
}

/// A number of milliseconds, with up to three decimals.
fn milliseconds(value: &str) -> Result<Micros, String> {
    let wrong = || format!("{} is no number of milliseconds", shown(value));
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let part: u64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    whole.checked_mul(1000).and_then(|us| us.checked_add(part)).map(Micros).ok_or_else(wrong)
}

fn software(value: &str) -> Result<Product, String> {
    let is = |product: &&Product| {
        product.id().eq_ignore_ascii_case(value) || product.name().eq_ignore_ascii_case(value)
    };
    Product::ALL.iter().find(is).copied().ok_or_else(|| {
        let ids: Vec<&str> = Product::ALL.iter().map(|product| product.id()).collect();
        unknown_value("software", value, &ids)
    })
}
