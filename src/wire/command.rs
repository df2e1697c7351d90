//! Commands as they are sent: RFC 959 §4.1, RFC 2228, 2389, 2428, 3659, 4217.

use std::fmt;
use std::net::{SocketAddr, SocketAddrV4};

use zeroize::{Zeroize, Zeroizing};

use super::address::{eprt_argument, port_argument};

/// A verb and its argument.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// The verb, in capitals.
    pub verb: &'static str,
    /// What follows the verb and a space.
    pub argument: Option<String>,
}

/// Why a command cannot be sent: its argument would end it and begin another (command injection).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError {
    /// The verb.
    pub verb: &'static str,
    /// The character that is not allowed: CR, LF or NUL.
    pub character: char,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the argument of {} contains {:?}, which would end the command",
            self.verb, self.character
        )
    }
}

impl std::error::Error for CommandError {}

impl Command {
    /// A command without an argument.
    pub const fn new(verb: &'static str) -> Self {
        Self { verb, argument: None }
    }

    /// A command with an argument, taken as it is.
    pub fn with(verb: &'static str, argument: &str) -> Self {
        Self { verb, argument: Some(argument.to_owned()) }
    }

    /// `PORT h1,h2,h3,h4,p1,p2`.
    pub fn port(endpoint: SocketAddrV4) -> Self {
        Self::with("PORT", &port_argument(endpoint))
    }

    /// `EPRT |1|address|port|`.
    pub fn eprt(endpoint: SocketAddr) -> Self {
        Self::with("EPRT", &eprt_argument(endpoint))
    }

    /// The line to send, CR LF included, as UTF-8 (RFC 2640).
    ///
    /// A Telnet IAC in an argument would have to be doubled (RFC 959 §3.1, RFC 2640 §2.1): its byte 255 does not occur in
    /// UTF-8, so nothing needs to be.
    ///
    /// # Errors
    /// [`CommandError`] where the argument contains CR, LF or NUL.
    pub fn line(&self) -> Result<Zeroizing<String>, CommandError> {
        let argument = self.argument.as_deref().unwrap_or_default();
        if let Some(character) =
            argument.chars().find(|character| matches!(character, '\r' | '\n' | '\0'))
        {
            return Err(CommandError { verb: self.verb, character });
        }
        // With room for all of it: a string that grows leaves a copy behind.
        let mut line = Zeroizing::new(String::with_capacity(self.verb.len() + argument.len() + 3));
        line.push_str(self.verb);
        if self.argument.is_some() {
            line.push(' ');
            line.push_str(argument);
        }
        line.push_str("\r\n");
        Ok(line)
    }

    /// The command as it may be shown and stored: without CR LF, and without what PASS, ACCT and ADAT carry.
    pub fn redacted(&self) -> String {
        match &self.argument {
            None => self.verb.to_owned(),
            Some(_) if matches!(self.verb, "PASS" | "ACCT" | "ADAT") => {
                format!("{} ****", self.verb)
            }
            Some(argument) => {
                let argument = super::text::printable(argument.as_bytes(), argument.len());
                format!("{} {argument}", self.verb)
            }
        }
    }
}

/// PASS and ACCT carry secrets.
impl Drop for Command {
    fn drop(&mut self) {
        self.argument.zeroize();
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({})", self.redacted())
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, CommandError};

    fn line(command: &Command) -> Result<String, CommandError> {
        command.line().map(|line| line.to_string())
    }

    #[test]
    fn lines_end_in_cr_lf_and_secrets_stay_hidden() {
        let pass = Command::with("PASS", "s3cret");
        for (command, expected) in [
            (&Command::new("PASV"), "PASV\r\n"),
            (&Command::with("LIST", "/a b/ÿ"), "LIST /a b/ÿ\r\n"),
            (&pass, "PASS s3cret\r\n"),
        ] {
            assert_eq!(line(command).as_deref(), Ok(expected));
        }
        assert_eq!(pass.redacted(), "PASS ****");
        let account = Command::with("ACCT", "s3cret");
        for shown in [format!("{pass:?}"), format!("{pass}"), format!("{account:?}")] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let endpoint = std::net::SocketAddrV4::new([198, 51, 100, 2].into(), 50000);
        assert_eq!(Command::port(endpoint).redacted(), "PORT 198,51,100,2,195,80");
        assert_eq!(Command::eprt(endpoint.into()).redacted(), "EPRT |1|198.51.100.2|50000|");
    }

    #[test]
    fn refuses_to_inject() {
        for (argument, character) in [("a\r\nDELE b", '\r'), ("a\nDELE b", '\n'), ("a\0", '\0')] {
            let refused = line(&Command::with("CWD", argument));
            assert_eq!(refused, Err(CommandError { verb: "CWD", character }));
        }
        let error = line(&Command::with("PASS", "hush\n")).map_err(|error| error.to_string());
        let text = "the argument of PASS contains '\\n', which would end the command";
        assert_eq!(error, Err(text.to_owned()));
    }
}
