//! Masks of names: hosts label by label, users, paths part by part, subjects of certificates.

use std::collections::{HashMap, HashSet};

/// Labels and parts of paths that tell of nobody.
const KEPT: &[&str] = &[
    "*",
    "~",
    ".",
    "..",
    "anonymous",
    "bin",
    "data",
    "etc",
    "files",
    "ftp",
    "ftps",
    "home",
    "in-addr",
    "incoming",
    "ip6",
    "localdomain",
    "localhost",
    "mail",
    "mnt",
    "ns",
    "outgoing",
    "private",
    "proxy",
    "pub",
    "public",
    "root",
    "server",
    "srv",
    "tmp",
    "upload",
    "uploads",
    "users",
    "usr",
    "var",
    "www",
];

/// Ends of names that are no public registry's: what they say about a name is kept.
const ENDS: &[&str] = &[
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "test",
];

/// Pages of server software, as greetings name them.
const MAKERS: &[&str] = &[
    "filezilla-project.org",
    "pureftpd.org",
    "proftpd.org",
    "vsftpd.beasts.org",
    "crushftp.com",
    "serv-u.com",
    "rhinosoft.com",
    "xlightftpd.com",
    "cerberusftp.com",
    "sourceforge.net",
];

/// Words that replies are made of. A user or a machine that is called so is masked where it has a
/// field, and left alone in sentences, which could not be understood any more.
const WORDS: &[&str] = &[
    "a",
    "abort",
    "accepted",
    "access",
    "active",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "auth",
    "bad",
    "be",
    "binary",
    "bytes",
    "by",
    "cannot",
    "change",
    "client",
    "clients",
    "closed",
    "closing",
    "command",
    "connect",
    "connected",
    "connection",
    "connections",
    "control",
    "current",
    "denied",
    "directory",
    "disabled",
    "enabled",
    "end",
    "entering",
    "error",
    "extended",
    "failed",
    "file",
    "for",
    "foreign",
    "from",
    "goodbye",
    "guest",
    "host",
    "illegal",
    "in",
    "invalid",
    "ip",
    "is",
    "limit",
    "list",
    "listing",
    "logged",
    "login",
    "mode",
    "no",
    "not",
    "of",
    "off",
    "ok",
    "on",
    "only",
    "open",
    "opening",
    "operation",
    "or",
    "passive",
    "password",
    "permission",
    "please",
    "port",
    "protocol",
    "ready",
    "refused",
    "reply",
    "required",
    "security",
    "service",
    "session",
    "set",
    "ssl",
    "status",
    "successful",
    "system",
    "that",
    "the",
    "this",
    "timeout",
    "tls",
    "to",
    "too",
    "transfer",
    "type",
    "unix",
    "unknown",
    "use",
    "user",
    "welcome",
    "with",
    "you",
    "your",
];

/// What a name is of; its mask begins so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A label of a host's name, or a word of a subject.
    Name,
    /// Somebody who logs in.
    User,
    /// A part of a path.
    Path,
    /// Digits of a certificate.
    Digits,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::User => "user",
            Self::Path => "path",
            Self::Digits => "",
        }
    }
}

/// Gives out masks of names.
#[derive(Default)]
pub(super) struct Names {
    masks: HashMap<String, String>,
    given: HashMap<Kind, usize>,
    /// Words of the facts, none of which may be a mask.
    words: HashSet<String>,
    /// What is looked for in texts, longest first: lower case, and its mask.
    known: Vec<(Vec<char>, String)>,
    /// Found in a text before masks were given out.
    waiting: Vec<String>,
}

impl Names {
    /// Notes a word of the facts, before the first mask is given out.
    pub(super) fn note(&mut self, word: &str) {
        if word.ends_with(|c: char| c.is_ascii_digit()) {
            self.words.insert(word.to_lowercase());
        }
    }

    /// Notes a machine's name that a text gives away.
    pub(super) fn wait(&mut self, name: &str) {
        if !self.waiting.iter().any(|known| known == name) {
            self.waiting.push(name.to_owned());
        }
    }

    /// Gives masks to the names that were noted.
    pub(super) fn mask_waiting(&mut self) {
        for name in std::mem::take(&mut self.waiting) {
            self.value(&name);
        }
    }

    /// The mask of one word or label.
    pub(super) fn mask(&mut self, name: &str, kind: Kind) -> String {
        let key = name.to_lowercase();
        if key.is_empty() || KEPT.contains(&key.as_str()) {
            return name.to_owned();
        }
        if let Some(mask) = self.masks.get(&key) {
            return mask.clone();
        }
        let number = self.given.entry(kind).or_default();
        let mask = loop {
            *number += 1;
            let mask = match kind {
                Kind::Digits => format!("{number:0width$x}", width = name.chars().count()),
                _ => format!("{}{number}", kind.word()),
            };
            if !self.words.contains(&mask) {
                break mask;
            }
        };
        self.masks.insert(key, mask.clone());
        mask
    }

    /// The mask of a user's name; who logs in without one keeps the customary word.
    pub(super) fn user(&mut self, name: &str) -> String {
        let mask = self.mask(name, Kind::User);
        self.find_in_texts(name, &mask);
        mask
    }

    /// From now on texts are searched for it, unless it is a word that stands there anyway.
    pub(super) fn find_in_texts(&mut self, name: &str, mask: &str) {
        let lower: Vec<char> = name.to_lowercase().chars().collect();
        let number = lower.len() < 6 && lower.iter().all(char::is_ascii_digit);
        let common = WORDS.contains(&name.to_lowercase().as_str());
        if lower.len() < 2 || number || common || name == mask {
            return;
        }
        if !self.known.iter().any(|(known, _)| *known == lower) {
            self.known.push((lower, mask.to_owned()));
            self.known.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
        }
    }

    /// The known name that stands at the beginning of `rest` as a word of its own: how many
    /// characters it has there, and its mask.
    pub(super) fn at(&self, rest: &[char]) -> Option<(usize, String)> {
        self.known.iter().find_map(|(known, mask)| {
            let here = rest.get(..known.len())?;
            let same = here.iter().zip(known).all(|(c, k)| c == k || c.to_lowercase().eq([*k]));
            let inside_a_word = rest.get(known.len()).is_some_and(|c| is_word(*c))
                && known.last().is_some_and(|c| is_word(*c));
            (same && !inside_a_word).then(|| (known.len(), mask.clone()))
        })
    }

    /// The mask of a host's name, label by label, so that subdomains stay subdomains.
    pub(super) fn domain(&mut self, name: &str) -> String {
        let lower = name.to_lowercase();
        let bare = lower.trim_end_matches('.');
        let of_a_maker = |maker: &&&str| {
            bare.strip_suffix(**maker).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if MAKERS.iter().find(of_a_maker).is_some() {
            return name.to_owned();
        }
        let labels: Vec<&str> = name.split('.').collect();
        let full = labels.iter().filter(|label| !label.is_empty()).count();
        let mut seen = 0;
        let masked: Vec<String> = labels
            .iter()
            .map(|label| {
                seen += usize::from(!label.is_empty());
                if full > 1 && seen == full && !label.is_empty() {
                    let end = label.to_lowercase();
                    let own = ENDS.contains(&end.as_str());
                    if own { end } else { "example".to_owned() }
                } else {
                    self.mask(label, Kind::Name)
                }
            })
            .collect();
        masked.join(".")
    }

    /// The mask of a path, part by part; what tells the kind of a file stays.
    pub(super) fn path(&mut self, path: &str) -> String {
        let mut masked = String::new();
        for part in path.split_inclusive(['/', '\\']) {
            let name = part.trim_end_matches(['/', '\\']);
            let separator = part.get(name.len()..).unwrap_or_default();
            masked += &self.part(name);
            masked += separator;
        }
        masked
    }

    fn part(&mut self, part: &str) -> String {
        let is_drive = part.len() == 2 && part.ends_with(':');
        if is_drive || part.chars().all(|c| c.is_ascii_digit()) {
            return part.to_owned();
        }
        let (stem, ending) = match part.rsplit_once('.') {
            Some((stem, ending))
                if !stem.is_empty()
                    && (1..=4).contains(&ending.len())
                    && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
            {
                (stem, Some(ending))
            }
            _ => (part, None),
        };
        let mut mask = self.mask(stem, Kind::Path);
        if let Some(ending) = ending {
            mask = format!("{mask}.{ending}");
        }
        self.find_in_texts(part, &mask);
        mask
    }

    /// The mask of a subject or an issuer, `CN=…, O=…`: countries stay.
    pub(super) fn subject(&mut self, subject: &str) -> String {
        let mut values: Vec<(String, String)> = Vec::new();
        for piece in subject.split(", ") {
            match piece.split_once('=') {
                Some((key, value))
                    if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') =>
                {
                    values.push((key.to_owned(), value.to_owned()));
                }
                // A comma within a value.
                _ => match values.last_mut() {
                    Some((_, value)) => *value += &format!(", {piece}"),
                    None => values.push((String::new(), piece.to_owned())),
                },
            }
        }
        let masked: Vec<String> = values
            .into_iter()
            .map(|(key, value)| {
                let value = if key == "C" { value } else { self.value(&value) };
                if key.is_empty() { value } else { format!("{key}={value}") }
            })
            .collect();
        masked.join(", ")
    }

    /// The mask of one value of a subject: a host's name, or words.
    pub(super) fn value(&mut self, value: &str) -> String {
        let host = !value.contains([' ', '@', ',', '=']);
        let mask = if host { self.domain(value) } else { self.mask(value, Kind::Name) };
        self.find_in_texts(value, &mask);
        mask
    }

    /// The mask of a serial number or a digest: public registers of certificates are searched by it.
    pub(super) fn digits(&mut self, digits: &str) -> String {
        self.mask(digits, Kind::Digits)
    }

    /// Whether a word says nothing about whose machine this is.
    pub(super) fn is_common(word: &str) -> bool {
        let lower = word.to_lowercase();
        KEPT.contains(&lower.as_str()) || WORDS.contains(&lower.as_str())
    }
}

/// Letters and digits of any script, and the underscore.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
