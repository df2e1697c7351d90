//! Where the password comes from: `--password-file`, `FTP_DOCTOR_PASSWORD`, `~/.netrc`, a prompt.
//! In a URL it is accepted with a warning, because other users of the machine see it there.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::facts::PasswordSource;
use crate::wire::text::file_name;

/// The variable with the password of a run.
pub const VARIABLE: &str = "FTP_DOCTOR_PASSWORD";
/// More than this is no password file.
const LIMIT: u64 = 64 << 10;

/// Where to look.
pub struct Sources<'a> {
    /// From the URL.
    pub url: Option<Zeroizing<String>>,
    /// `--password-file`.
    pub file: Option<&'a Path>,
    /// Reads the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Asks at the terminal; `None` where there is none.
    pub prompt: Option<&'a dyn Fn() -> io::Result<String>>,
}

/// A password that was found, and an account if `~/.netrc` has one.
#[derive(Default)]
pub struct Found {
    /// The password.
    pub password: Option<Zeroizing<String>>,
    /// The account.
    pub account: Option<Zeroizing<String>>,
    /// Where it came from.
    pub source: Option<PasswordSource>,
}

/// Finds the password of `user` at `host`. An explicit file comes first, then the URL.
///
/// # Errors
/// A text that names the file, never its content.
pub fn find(host: &str, user: &str, sources: &Sources<'_>) -> Result<Found, String> {
    let found = look(host, user, sources)?;
    let odd = |secret: &Option<Zeroizing<String>>| {
        secret.as_ref().is_some_and(|secret| secret.contains(['\r', '\n', '\0']))
    };
    // It could not be sent, and the server would be blamed for it.
    if odd(&found.password) || odd(&found.account) {
        let place = match (found.source, sources.file) {
            (Some(PasswordSource::File), Some(path)) => {
                format!("--password-file {}", file_name(path))
            }
            (Some(PasswordSource::Environment), _) => VARIABLE.to_owned(),
            (Some(PasswordSource::Netrc), _) => "~/.netrc".to_owned(),
            _ => "the password".to_owned(),
        };
        return Err(format!("{place}: a password has no line breaks and no NUL"));
    }
    Ok(found)
}

fn look(host: &str, user: &str, sources: &Sources<'_>) -> Result<Found, String> {
    let found = |password: Zeroizing<String>, source| Found {
        password: Some(password),
        account: None,
        source: Some(source),
    };
    if let Some(path) = sources.file {
        return Ok(found(password_file(path)?, PasswordSource::File));
    }
    if let Some(password) = &sources.url {
        return Ok(found(password.clone(), PasswordSource::Url));
    }
    if let Some(password) = (sources.env)(VARIABLE) {
        return Ok(found(Zeroizing::new(password), PasswordSource::Environment));
    }
    if let Some(entry) = netrc_entry(host, user, sources.env)? {
        return Ok(entry);
    }
    match sources.prompt {
        Some(ask) => {
            let password =
                ask().map_err(|e| format!("the password could not be read at the prompt: {e}"))?;
            Ok(found(Zeroizing::new(password), PasswordSource::Prompt))
        }
        None => Ok(Found::default()),
    }
}

fn read_limited(path: &Path) -> Result<Zeroizing<String>, String> {
    let name = file_name(path);
    let mut file = std::fs::File::open(path).map_err(|e| format!("{name}: {e}"))?;
    // With room for all of it: a string that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(LIMIT).unwrap_or_default() + 1]);
    let mut held = 0;
    while let Some(room) = bytes.get_mut(held..).filter(|room| !room.is_empty()) {
        match file.read(room).map_err(|e| format!("{name}: {e}"))? {
            0 => break,
            n => held += n,
        }
    }
    if held as u64 > LIMIT {
        return Err(format!("{name}: too large for a file with a password"));
    }
    let bytes = bytes.get(..held).unwrap_or_default();
    // Editors of Windows put a mark before the text, which is no part of it.
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    text.map(|text| Zeroizing::new(text.to_owned())).map_err(|e| format!("{name}: {e}"))
}

fn password_file(path: &Path) -> Result<Zeroizing<String>, String> {
    let text = read_limited(path).map_err(|e| format!("--password-file {e}"))?;
    let first = text.lines().next().unwrap_or_default();
    if first.is_empty() {
        return Err(format!("--password-file {}: its first line is empty", file_name(path)));
    }
    Ok(Zeroizing::new(first.to_owned()))
}

fn netrc_entry(
    host: &str,
    user: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Found>, String> {
    match netrc_places(env).into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(lookup(&read_limited(&path)?, host, user)),
        None => Ok(None),
    }
}

/// Where the file may be, in the order of curl: on Windows the home folder has another variable, and
/// the file may have the name that its older programs could write.
fn netrc_places(env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    if let Some(path) = env("NETRC") {
        return vec![PathBuf::from(path)];
    }
    let mut places = Vec::new();
    if let Some(home) = env("HOME") {
        places.push(Path::new(&home).join(".netrc"));
    }
    if let Some(home) = env("USERPROFILE") {
        places.extend([".netrc", "_netrc"].map(|name| Path::new(&home).join(name)));
    }
    places
}

/// Finds an entry in the text of a netrc file: `machine`, `default`, `login`, `password`,
/// `account`; a `macdef` ends at an empty line.
pub fn lookup(text: &str, host: &str, user: &str) -> Option<Found> {
    let mut best: Option<Found> = None;
    let mut current: Option<(bool, Option<String>, Found)> = None;
    let finish = |entry: Option<(bool, Option<String>, Found)>, best: &mut Option<Found>| {
        if let Some((true, login, found)) = entry
            && login.as_deref().is_none_or(|l| l == user)
            && found.password.is_some()
            && best.is_none()
        {
            *best = Some(found);
        }
    };
    let mut words = tokens(text).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" | "default" => {
                finish(current.take(), &mut best);
                let matches = word.as_str() == "default"
                    || words.next().is_some_and(|name| name.eq_ignore_ascii_case(host));
                current = Some((
                    matches,
                    None,
                    Found { source: Some(PasswordSource::Netrc), ..Found::default() },
                ));
            }
            "login" => {
                let value = words.next();
                if let (Some(entry), Some(value)) = (&mut current, value) {
                    entry.1 = Some(value.to_string());
                }
            }
            "password" | "account" => {
                let value = words.next();
                if let (Some(entry), Some(value)) = (&mut current, value) {
                    let slot = if word.as_str() == "password" {
                        &mut entry.2.password
                    } else {
                        &mut entry.2.account
                    };
                    *slot = Some(value);
                }
            }
            _ => {}
        }
    }
    finish(current.take(), &mut best);
    best
}

/// Words of a netrc file, comments and macros left out, quotes understood.
fn tokens(text: &str) -> Vec<Zeroizing<String>> {
    let mut words = Vec::new();
    let mut in_macro = false;
    for line in text.lines() {
        if in_macro {
            in_macro = !line.trim().is_empty();
            continue;
        }
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        let mut rest = line;
        while !rest.is_empty() {
            let (word, after) = if let Some(quoted) = rest.strip_prefix('"') {
                quoted.split_once('"').unwrap_or((quoted, ""))
            } else {
                rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
            };
            if word == "macdef" {
                in_macro = true;
                break;
            }
            words.push(Zeroizing::new(word.to_owned()));
            rest = after.trim_start();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETRC: &str = "# mine\nmachine other login alice password wrong\n\
        machine ftp.example.org\n  login bob\n  password \"two words\"\n  account dev\n\
        macdef init\nmachine ftp.example.org login bob password macro\n\n\
        default login anonymous password me@\n";

    fn password(host: &str, user: &str) -> Option<String> {
        lookup(NETRC, host, user).and_then(|f| f.password).map(|p| p.to_string())
    }

    #[test]
    fn netrc_finds_the_entry_of_host_and_user() {
        assert_eq!(password("ftp.example.org", "bob").as_deref(), Some("two words"));
        assert_eq!(password("FTP.example.org", "bob").as_deref(), Some("two words"));
        assert_eq!(password("ftp.example.org", "anonymous").as_deref(), Some("me@"));
        assert_eq!(password("nowhere", "carol"), None);
    }

    #[test]
    fn windows_has_another_home_and_another_name_for_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().display().to_string();
        let env = |name: &str| (name == "USERPROFILE").then(|| home.clone());
        let sources = Sources { url: None, file: None, env: &env, prompt: None };
        assert!(find("ftp.example.org", "bob", &sources).unwrap().source.is_none());
        std::fs::write(dir.path().join("_netrc"), NETRC).unwrap();
        let found = find("ftp.example.org", "bob", &sources).unwrap();
        assert_eq!(found.password.unwrap().as_str(), "two words");
        let one = "machine ftp.example.org login bob password nearer";
        std::fs::write(dir.path().join(".netrc"), one).unwrap();
        let found = find("ftp.example.org", "bob", &sources).unwrap();
        assert_eq!(found.password.unwrap().as_str(), "nearer");
    }

    #[test]
    fn the_file_wins_over_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "from file\nsecond line\n").unwrap();
        let env = |name: &str| (name == "FTP_DOCTOR_PASSWORD").then(|| "from env".to_owned());
        let sources = Sources { url: None, file: Some(&path), env: &env, prompt: None };
        let found = find("h", "u", &sources).unwrap();
        assert_eq!(found.source, Some(PasswordSource::File));
        assert_eq!(found.password.unwrap().as_str(), "from file");
        let sources = Sources { url: None, file: None, env: &env, prompt: None };
        assert_eq!(find("h", "u", &sources).unwrap().source, Some(PasswordSource::Environment));
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let sources = Sources {
            url: None,
            file: Some(Path::new("/nonexistent/pw")),
            env: &|_| None,
            prompt: None,
        };
        let error = find("h", "u", &sources).err().unwrap();
        assert!(error.contains("--password-file /nonexistent/pw"), "{error}");
    }
}
