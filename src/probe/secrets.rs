//! What a server may have been told in confidence, taken out of what it says.

use std::rc::Rc;

use zeroize::Zeroizing;

use super::spec::Credentials;
use crate::wire::text::printable;

/// Shorter words stand in every reply; hiding them would only spoil it.
const SHORTEST: usize = 3;
/// Up to this length a secret is hidden where it stands as a word of its own, not within others.
const WORD: usize = 7;

/// The spellings in which a password or an account may come back. Zeroised when the last owner goes.
#[derive(Clone, Default)]
pub struct Secrets {
    forms: Rc<Vec<Zeroizing<String>>>,
}

impl Secrets {
    /// Those of a login.
    pub fn of(credentials: &Credentials) -> Self {
        let mut forms: Vec<Zeroizing<String>> = Vec::new();
        let mut add = |form: String| {
            let form = Zeroizing::new(form);
            if form.chars().count() >= SHORTEST && !forms.contains(&form) {
                forms.push(form);
            }
        };
        for secret in credentials.password.iter().chain(&credentials.account) {
            let text = secret.as_str();
            add(text.to_owned());
            // As replies are written down.
            add(printable(text.as_bytes(), text.len()));
            add(percent_encoded(text, false));
            add(percent_encoded(text, true));
            add(percent_encoded(text, true).replace("%20", "+"));
            if text.chars().count() < SHORTEST {
                continue;
            }
            add(base64(text.as_bytes()));
            let pair = Zeroizing::new(format!("{}:{text}", credentials.user));
            add(base64(pair.as_bytes()));
            let plain = Zeroizing::new(format!("\0{}\0{text}", credentials.user));
            add(base64(plain.as_bytes()));
            add(text.bytes().fold(String::with_capacity(text.len() * 2), |hex, byte| {
                hex + &format!("{byte:02x}")
            }));
            add(text.chars().rev().collect());
            // Servers of old put a whole command into capitals before they complain of it.
            add(text.to_uppercase());
            add(text.to_lowercase());
        }
        // A longer spelling may contain a shorter one.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { forms: Rc::new(forms) }
    }

    /// The text with asterisks in the place of secrets.
    pub fn hide(&self, text: String) -> String {
        self.forms.iter().fold(text, |text, secret| hide(text, secret))
    }

    /// The text of a reply. Where six numbers or a port are announced, a password of digits alone is
    /// not told apart from them: they are left as they are.
    pub fn hide_in_reply(&self, code: u16, text: String) -> String {
        let announces = matches!(code, 227..=229);
        self.forms
            .iter()
            .filter(|form| !(announces && form.bytes().all(|byte| byte.is_ascii_digit())))
            .fold(text, |text, secret| hide(text, secret))
    }

    /// The first bytes of what is no reply.
    pub fn hide_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match String::from_utf8(bytes) {
            Ok(text) => self.hide(text).into_bytes(),
            Err(other) => {
                let bytes = other.into_bytes();
                let shown = String::from_utf8_lossy(&bytes).into_owned();
                let hidden = self.hide(shown.clone());
                if hidden == shown { bytes } else { hidden.into_bytes() }
            }
        }
    }
}

fn hide(text: String, secret: &str) -> String {
    if !text.contains(secret) {
        return text;
    }
    let alone = secret.chars().count() <= WORD;
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in text.match_indices(secret) {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        let inside = (word(before.and_then(|t| t.chars().next_back()))
            && word(found.chars().next()))
            || (word(after.and_then(|t| t.chars().next())) && word(found.chars().next_back()));
        if alone && inside {
            continue;
        }
        out += text.get(from..at).unwrap_or_default();
        out += "****";
        from = at + found.len();
    }
    out += text.get(from..).unwrap_or_default();
    out
}

/// RFC 3986 §2.1; all but unreserved characters, in capitals or not.
fn percent_encoded(text: &str, capitals: bool) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 3), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if capitals {
            out += &format!("%{byte:02X}");
        } else {
            out += &format!("%{byte:02x}");
        }
        out
    })
}

/// RFC 4648 §4, without the padding, which may be left out.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() * 2);
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |number, at| {
            number << 8 | usize::from(group.get(at).copied().unwrap_or_default())
        });
        for digit in 0..=group.len() {
            let index = number >> (18 - 6 * digit) & 63;
            out.push(DIGITS.get(index).copied().map_or('=', char::from));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(password: &str) -> Secrets {
        Secrets::of(&Credentials {
            user: "alice".to_owned(),
            password: Some(Zeroizing::new(password.to_owned())),
            account: Some(Zeroizing::new("ledger-7788".to_owned())),
        })
    }

    #[test]
    fn every_spelling_is_hidden() {
        let secrets = secrets("p@ss w/Rd-9z");
        for said in [
            "p@ss w/Rd-9z",
            "p%40ss%20w%2fRd-9z",
            "p%40ss%20w%2FRd-9z",
            "p%40ss+w%2FRd-9z",
            "cEBzcyB3L1JkLTl6",
            "YWxpY2U6cEBzcyB3L1JkLTl6",
            "AGFsaWNlAHBAc3Mgdy9SZC05eg",
            "z9-dR/w ss@p",
            "P@SS W/RD-9Z",
            "p@ss w/rd-9z",
            "70407373",
            "ledger-7788",
            "8877-regdel",
        ] {
            let said = if said == "70407373" { "7040737320772f52642d397a" } else { said };
            let hidden = secrets.hide(format!("500 'PASS {said}' is not understood"));
            assert_eq!(hidden, "500 'PASS ****' is not understood", "{said}");
        }
    }

    #[test]
    fn a_short_password_does_not_spoil_other_words() {
        let secrets = secrets("ftp");
        assert_eq!(secrets.hide("pyftpdlib 2.2.0 ready.".to_owned()), "pyftpdlib 2.2.0 ready.");
        assert_eq!(secrets.hide("'ftp' is wrong".to_owned()), "'****' is wrong");
        let digits = super::Secrets::of(&Credentials {
            user: "a".to_owned(),
            password: Some(Zeroizing::new("127".to_owned())),
            account: None,
        });
        let announced = "Entering Passive Mode (127,0,0,1,4,1)".to_owned();
        assert_eq!(digits.hide_in_reply(227, announced.clone()), announced);
        assert_eq!(digits.hide_in_reply(530, "127 is wrong".to_owned()), "**** is wrong");
    }

    #[test]
    fn bytes_that_are_no_text_stay_unless_a_secret_is_among_them() {
        let secrets = secrets("hunter2-Zq9x");
        assert_eq!(secrets.hide_bytes(vec![0xff, 0xfd, 1]), [0xff, 0xfd, 1]);
        let hidden = secrets.hide_bytes(b"\xffhunter2-Zq9x".to_vec());
        assert!(!String::from_utf8_lossy(&hidden).contains("hunter2"));
    }
}
