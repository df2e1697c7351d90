//! The commands that need no data connection, and the way to those that do.

use std::io;

use super::behaviour::{Active, Login, Passive, Turn};
use super::content::{self, Form};
use super::session::{Flow, Session};
use super::software::texts::fill;

impl Session {
    /// Does one command.
    pub(super) async fn command(&mut self, verb: &str, argument: &str) -> io::Result<Flow> {
        match verb {
            "QUIT" => {
                self.control.say(self.texts().quit).await?;
                return Ok(Flow::Stop);
            }
            "USER" => return self.user(argument).await,
            "PASS" => return self.password(argument).await,
            "ACCT" => return self.account().await,
            "AUTH" => return self.auth(argument).await,
            "PBSZ" => return self.buffer_size().await,
            "PROT" => return self.protection(argument).await,
            "FEAT" => self.features().await?,
            _ if !self.logged_in && self.behaviour().software.shy_before_login() => {
                self.control.say(self.texts().login_first).await?;
            }
            "NOOP" => self.control.say(self.texts().noop).await?,
            "SYST" => self.control.say(self.texts().syst).await?,
            "OPTS" => self.control.say(self.texts().opts_utf8).await?,
            _ if !self.logged_in => self.control.say(self.texts().login_first).await?,
            _ => return self.at_home(verb, argument).await,
        }
        Ok(Flow::Go)
    }

    /// Commands of a client that is logged in.
    async fn at_home(&mut self, verb: &str, argument: &str) -> io::Result<Flow> {
        if matches!(verb, "PASV" | "EPSV" | "PORT" | "EPRT")
            && self.behaviour().software.wants_protection_early()
            && let Some(refusal) = self.must_be_private()
        {
            self.control.say(refusal).await?;
            return Ok(Flow::Go);
        }
        match verb {
            "PASV" => return self.pasv().await,
            "EPSV" => return self.epsv(argument).await,
            "PORT" => return self.port(argument).await,
            "EPRT" => return self.eprt(argument).await,
            "LIST" => return self.list(argument, Form::Long).await,
            "NLST" => return self.list(argument, Form::Names).await,
            "MLSD" => return self.list(argument, Form::Facts).await,
            "RETR" => return self.fetch(argument).await,
            "STAT" => self.status().await?,
            "PWD" | "XPWD" => {
                let text = fill(self.texts().pwd, &[("path", &self.path)]);
                self.control.say(&text).await?;
            }
            "CWD" | "XCWD" => self.change_directory(verb, argument).await?,
            "CDUP" | "XCUP" => self.change_directory(verb, "..").await?,
            "TYPE" => self.set_type(argument).await?,
            "SIZE" => {
                let path = content::resolve(&self.path, argument);
                match content::file(&self.behaviour().listing, &path) {
                    Some(file) => self.control.say(&format!("213 {}", file.len())).await?,
                    None => self.no_file(argument).await?,
                }
            }
            "MODE" | "STRU" => self.control.say("200 So it is.").await?,
            "REST" if argument == "0" => self.control.say("350 Restarting at 0").await?,
            "ABOR" => self.control.say(self.texts().abor).await?,
            _ => {
                let text = fill(self.texts().unknown, &[("verb", verb)]);
                self.control.say(&text).await?;
            }
        }
        Ok(Flow::Go)
    }

    async fn user(&mut self, name: &str) -> io::Result<Flow> {
        let texts = self.texts();
        self.logged_in = false;
        if self.behaviour().login == Login::TlsRequired && !self.control.is_tls() {
            self.control.say(texts.tls_required).await?;
            return Ok(Flow::Go);
        }
        name.clone_into(&mut self.user);
        let template = if self.anonymous() { texts.anonymous_ok } else { texts.user_ok };
        let text = fill(template, &[("user", name)]);
        self.control.say(&text).await?;
        Ok(Flow::Go)
    }

    async fn password(&mut self, password: &str) -> io::Result<Flow> {
        let texts = self.texts();
        if self.user.is_empty() {
            self.control.say(texts.user_first).await?;
            return Ok(Flow::Go);
        }
        let right = match &self.behaviour().login {
            Login::Anyone => true,
            Login::TlsRequired => self.control.is_tls(),
            Login::User { name, password: right } => *name == self.user && right == password,
            Login::Account => {
                self.control.say("332 Need account for login.").await?;
                return Ok(Flow::Go);
            }
            Login::Nobody => false,
        };
        if !right {
            self.control.say(texts.login_incorrect).await?;
            return Ok(Flow::Go);
        }
        self.enter().await
    }

    async fn account(&mut self) -> io::Result<Flow> {
        if self.behaviour().login == Login::Account && !self.user.is_empty() {
            return self.enter().await;
        }
        self.control.say(self.texts().user_first).await?;
        Ok(Flow::Go)
    }

    async fn enter(&mut self) -> io::Result<Flow> {
        let texts = self.texts();
        if !self.admit(Turn::Password) {
            let text = self.too_many();
            self.control.say(&text).await?;
            return Ok(Flow::Stop);
        }
        self.logged_in = true;
        let template = if self.anonymous() { texts.anonymous_in } else { texts.logged_in };
        let text = fill(template, &[("user", &self.user)]);
        self.control.say(&text).await?;
        Ok(Flow::Go)
    }

    fn anonymous(&self) -> bool {
        matches!(self.user.to_ascii_lowercase().as_str(), "anonymous" | "ftp")
    }

    async fn features(&mut self) -> io::Result<()> {
        let texts = self.texts();
        let follows = self.behaviour().software.feat_follows_configuration();
        let mut text = texts.feat_first.to_owned();
        let mut features = texts.feat.to_vec();
        if self.behaviour().tls.is_some() && !features.contains(&"AUTH TLS") {
            // In the order of the alphabet, as they have it.
            features.extend(["AUTH TLS", "PBSZ", "PROT"]);
            features.sort_unstable();
        }
        for feature in features {
            if !(follows && self.is_off(feature)) {
                text.push_str("\n ");
                text.push_str(feature);
            }
        }
        text.push('\n');
        text.push_str(texts.feat_last);
        self.control.say(&text).await
    }

    /// The administrator has switched this verb off.
    fn is_off(&self, verb: &str) -> bool {
        let behaviour = self.behaviour();
        let refused = match verb {
            "PASV" => matches!(behaviour.pasv, Passive::RefuseCommand(_)),
            "EPSV" => matches!(behaviour.epsv, Passive::RefuseCommand(_)),
            "EPRT" => matches!(behaviour.eprt, Active::RefuseCommand(_)),
            _ => false,
        };
        refused || behaviour.switched_off.iter().any(|off| off.verb == verb)
    }

    async fn status(&mut self) -> io::Result<()> {
        let words = |encrypted: bool| if encrypted { "encrypted" } else { "plain text" };
        let text = fill(
            self.texts().stat,
            &[
                ("control-is", words(self.control.is_tls())),
                ("data-are", words(self.is_private())),
                ("client", &self.seen().to_string()),
                ("server", &self.shown().to_string()),
                ("control", &self.shared.control.port().to_string()),
                ("user", &self.user),
                ("type", self.type_name()),
            ],
        );
        self.control.say(&text).await
    }

    async fn change_directory(&mut self, verb: &str, name: &str) -> io::Result<()> {
        let texts = self.texts();
        let path = content::resolve(&self.path, name);
        let template = if content::is_directory(&path) {
            self.path = path;
            texts.cwd_ok
        } else {
            texts.cwd_failed
        };
        let values = [("path", self.path.as_str()), ("verb", verb), ("name", name)];
        let text = fill(template, &values);
        self.control.say(&text).await
    }

    async fn set_type(&mut self, argument: &str) -> io::Result<()> {
        let texts = self.texts();
        let text = match argument.chars().next().map(|kind| kind.to_ascii_uppercase()) {
            Some('A') => {
                self.binary = false;
                texts.type_ascii
            }
            Some('I' | 'L') => {
                self.binary = true;
                texts.type_binary
            }
            _ => "504 Command not implemented for that parameter.",
        };
        self.control.say(text).await
    }

    pub(super) async fn no_file(&mut self, name: &str) -> io::Result<()> {
        let text = fill(self.texts().no_file, &[("name", name)]);
        self.control.say(&text).await
    }

    pub(super) fn type_name(&self) -> &'static str {
        if self.binary { "BINARY" } else { "ASCII" }
    }
}
