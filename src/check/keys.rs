//! The keys of a target in TOML: the long options of the main job, `_` for `-`.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, SeqAccess, Visitor};
use toml::Spanned;

use crate::cli::{ProbeOptions, values};
use crate::facts::{Expectation, TlsLevel};
use crate::target::{Scheme, Target};
use crate::wire::text::printable;

/// One string or several.
#[derive(Debug, Clone)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Words;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A string, or a number that is written without quotes.
#[derive(Debug, Clone)]
pub struct Word(pub String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Word;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// What may stand in `[defaults]` and `[[target]]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The target: HOST, HOST:PORT or a URL.
    #[serde(alias = "url", alias = "target")]
    pub host: Option<Spanned<String>>,
    /// Its control port, where the operand has none.
    pub port: Option<Spanned<u16>>,
    /// What reports call it.
    pub label: Option<Spanned<String>>,
    /// User name, where the operand has none.
    pub user: Option<Spanned<String>>,
    /// Refused, with what to use instead.
    pub password: Option<Spanned<IgnoredAny>>,
    /// The environment variable that holds the password.
    #[serde(alias = "password-env")]
    pub password_env: Option<Spanned<String>>,
    #[serde(alias = "password-file")]
    password_file: Option<Spanned<PathBuf>>,
    modes: Option<Spanned<Words>>,
    family: Option<Spanned<String>>,
    bind: Option<Spanned<String>>,
    timeout: Option<Spanned<Word>>,
    deadline: Option<Spanned<Word>>,
    #[serde(alias = "active-ports")]
    active_ports: Option<Spanned<Word>>,
    #[serde(alias = "external-ip")]
    external_ip: Option<Spanned<String>>,
    #[serde(alias = "dial-advertised")]
    dial_advertised: Option<bool>,
    tls: Option<Spanned<String>>,
    insecure: Option<bool>,
    ca: Option<Spanned<PathBuf>>,
    #[serde(alias = "allow-clear")]
    allow_clear: Option<bool>,
    #[serde(alias = "no-localise")]
    no_localise: Option<bool>,
    idle: Option<Spanned<Word>>,
    get: Option<Spanned<String>>,
    expect: Option<Spanned<Words>>,
}

/// What is wrong, and where in the text.
pub type Wrong = (Range<usize>, String);

fn shown(value: &str) -> String {
    printable(value.as_bytes(), 80)
}

/// The value of a key, parsed as the option of that name is.
fn value<T, V: fmt::Display>(
    key: &str,
    given: Option<&Spanned<V>>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Wrong> {
    let Some(given) = given else { return Ok(None) };
    let text = given.get_ref().to_string();
    parse(&text)
        .map(Some)
        .map_err(|problem| (given.span(), format!("{key} = \"{}\": {problem}", shown(&text))))
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Keys {
    /// Refuses what belongs to one target alone, in `[defaults]`.
    ///
    /// # Errors
    /// The place and the key.
    pub fn check_defaults(&self) -> Result<(), Wrong> {
        let one = [
            ("host", self.host.as_ref().map(Spanned::span)),
            ("port", self.port.as_ref().map(Spanned::span)),
            ("label", self.label.as_ref().map(Spanned::span)),
        ];
        match one.into_iter().find_map(|(key, span)| Some((key, span?))) {
            Some((key, span)) => {
                Err((span, format!("{key}: belongs to one [[target]], not to [defaults]")))
            }
            None => Ok(()),
        }
    }

    /// Puts these keys over options. Paths are taken from the folder of the list.
    ///
    /// # Errors
    /// The place and the operand.
    pub fn over(&self, options: &mut ProbeOptions, folder: &Path) -> Result<(), Wrong> {
        if let Some(password) = &self.password {
            return Err((password.span(), format!("password: {}", super::job::NO_PASSWORDS)));
        }
        if let (Some(_), Some(other)) = (&self.password_env, &self.password_file) {
            return Err((other.span(), "password_file: password_env is given too".to_owned()));
        }
        if let Some(words) = &self.modes {
            let mut modes = Vec::new();
            for word in words.get_ref().0.iter().flat_map(|w| w.split(',')) {
                let mode = values::mode(word)
                    .map_err(|e| (words.span(), format!("modes \"{}\": {e}", shown(word))))?;
                modes.push(mode);
            }
            options.modes = modes;
        }
        if let Some(family) = &self.family {
            (options.ipv4, options.ipv6) = match family.get_ref().as_str() {
                "ipv4" => (true, false),
                "ipv6" => (false, true),
                "any" => (false, false),
                other => {
                    let problem = format!("family \"{}\": known are ipv4, ipv6, any", shown(other));
                    return Err((family.span(), problem));
                }
            };
        }
        set(&mut options.timeout, value("timeout", self.timeout.as_ref(), values::duration)?);
        put(&mut options.deadline, value("deadline", self.deadline.as_ref(), values::duration)?);
        put(&mut options.idle, value("idle", self.idle.as_ref(), values::duration)?);
        let ports = value("active_ports", self.active_ports.as_ref(), values::port_range)?;
        put(&mut options.active_ports, ports);
        let address = |text: &str| text.parse::<IpAddr>().map_err(|_| "not an address".to_owned());
        put(&mut options.external_ip, value("external_ip", self.external_ip.as_ref(), address)?);
        put(&mut options.get, value("get", self.get.as_ref(), values::remote_path)?);
        put(&mut options.tls, value("tls", self.tls.as_ref(), level)?);
        if let Some(words) = &self.expect {
            let mut all = Vec::new();
            for word in &words.get_ref().0 {
                let parsed = Expectation::parse(word).map_err(|e| (words.span(), e.to_string()))?;
                all.push(parsed);
            }
            options.kept.expect.expect = all;
        }
        put(&mut options.bind, self.bind.as_ref().map(|b| b.get_ref().clone()));
        let path = |given: &Spanned<PathBuf>| folder.join(given.get_ref());
        put(&mut options.ca, self.ca.as_ref().map(path));
        put(&mut options.password_file, self.password_file.as_ref().map(path));
        if self.password_env.is_some() {
            options.password_file = None;
        }
        set(&mut options.dial_advertised, self.dial_advertised);
        set(&mut options.insecure, self.insecure);
        set(&mut options.allow_clear, self.allow_clear);
        set(&mut options.no_localise, self.no_localise);
        Ok(())
    }

    /// Whether the target itself says something that only TLS gives a meaning.
    pub fn wants_tls(&self) -> bool {
        self.insecure == Some(true) || self.ca.is_some() || self.allow_clear == Some(true)
    }

    /// The key that names a password, and where it stands.
    pub fn password_key(&self) -> Option<(Range<usize>, &'static str)> {
        let variable = self.password_env.as_ref().map(|given| (given.span(), "password_env"));
        variable.or_else(|| Some((self.password_file.as_ref()?.span(), "password_file")))
    }

    /// Whether the target itself says how it is protected.
    pub fn has_tls(&self) -> bool {
        self.tls.is_some()
    }
}

fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

fn put<T>(place: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *place = given;
    }
}

fn level(text: &str) -> Result<TlsLevel, String> {
    let known = || TlsLevel::ALL.map(TlsLevel::as_str).join(", ");
    text.parse().map_err(|_| format!("known are {}", known()))
}

/// Options that were given for all, fitted to one target: without TLS, what is about certificates
/// means nothing, unless the target itself says so (`own`) and is to be told.
pub fn fitted(target: &Target, mut options: ProbeOptions, own: bool) -> ProbeOptions {
    let by_scheme = matches!(target.scheme, Some(Scheme::Ftps | Scheme::Ftpes));
    let clear = !by_scheme && matches!(options.tls, None | Some(TlsLevel::Off));
    if clear && !own {
        options.insecure = false;
        options.ca = None;
        options.allow_clear = false;
    }
    options
}
