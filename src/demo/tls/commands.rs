//! AUTH, PBSZ and PROT (RFC 4217), the handshakes, and what they decide.

use std::io;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::identity::Secured;
use super::link::Link;
use crate::demo::behaviour::{Sessions, Tls, TlsAnswer, TlsData, TlsStart};
use crate::demo::session::{Flow, Session};
use crate::demo::software::texts::fill;

impl Session {
    fn tls_behaviour(&self) -> Option<&Tls> {
        self.behaviour().tls.as_ref()
    }

    /// Whether TLS begins with the first byte.
    pub(in crate::demo) fn is_implicit(&self) -> bool {
        self.tls_behaviour().is_some_and(|tls| tls.start == TlsStart::AtOnce)
    }

    /// AUTH.
    pub(in crate::demo) async fn auth(&mut self, mechanism: &str) -> io::Result<Flow> {
        let Some(tls) = self.tls_behaviour() else {
            self.control.say(self.texts().no_auth).await?;
            return Ok(Flow::Go);
        };
        let mechanism = mechanism.to_ascii_uppercase();
        let known = tls.mechanisms.contains(&mechanism.as_str());
        if self.control.is_tls() {
            self.control.say("503 Already using TLS.").await?;
            return Ok(Flow::Go);
        }
        if !known {
            self.control.say("504 Unknown AUTH type.").await?;
            return Ok(Flow::Go);
        }
        let text = fill(self.tls_texts().auth_ok, &[("mechanism", &mechanism)]);
        self.control.say(&text).await?;
        self.secure().await
    }

    /// Puts TLS on the control connection, or does what stands for it.
    pub(in crate::demo) async fn secure(&mut self) -> io::Result<Flow> {
        let (Some(tls), Some(identity)) = (self.tls_behaviour(), &self.shared.identity) else {
            return Ok(Flow::Stop);
        };
        if let TlsAnswer::Bytes(bytes) = tls.answer {
            if self.hear().await?.is_empty() {
                return Ok(Flow::Stop);
            }
            self.control.raw(bytes).await?;
            return Ok(Flow::Stop);
        }
        let login = identity.login();
        let idle = self.behaviour().idle;
        if !self.control.secure(&login, idle).await {
            return Ok(Flow::Stop);
        }
        self.tls = Some(Secured { login, private: false });
        Ok(Flow::Go)
    }

    /// PBSZ.
    pub(in crate::demo) async fn buffer_size(&mut self) -> io::Result<Flow> {
        let text = match (self.tls_behaviour(), self.control.is_tls()) {
            (None, _) => self.texts().no_auth,
            (Some(_), false) => "503 PBSZ not allowed on insecure control connection.",
            (Some(_), true) => self.tls_texts().buffer_size,
        };
        self.control.say(text).await?;
        Ok(Flow::Go)
    }

    /// PROT.
    pub(in crate::demo) async fn protection(&mut self, level: &str) -> io::Result<Flow> {
        let (text, private) = self.judge(&level.to_ascii_uppercase());
        if let (Some(secured), Some(private)) = (&mut self.tls, private) {
            secured.private = private;
        }
        self.control.say(&text).await?;
        Ok(Flow::Go)
    }

    /// The reply to PROT, and the level that it leads to, where it changes anything.
    fn judge(&self, level: &str) -> (String, Option<bool>) {
        let texts = self.tls_texts();
        let Some(tls) = self.tls_behaviour() else {
            return (self.texts().no_auth.to_owned(), None);
        };
        if self.tls.is_none() {
            return ("503 PROT not allowed on insecure control connection.".to_owned(), None);
        }
        match (level, &tls.private_refused) {
            ("P", Some(refusal)) => (refusal.clone(), None),
            ("P", None) => (texts.private.to_owned(), Some(true)),
            ("C", _) => {
                // Some take it, and refuse what follows.
                let text = if tls.data_required { texts.clear_refused } else { texts.clear };
                (text.to_owned(), text.starts_with('2').then_some(false))
            }
            _ => (fill(texts.other_level, &[("level", level)]), None),
        }
    }

    /// PROT P was agreed to.
    pub(in crate::demo) fn is_private(&self) -> bool {
        self.tls.as_ref().is_some_and(|secured| secured.private)
    }

    /// The refusal of a data connection in clear, where it has to be encrypted.
    pub(in crate::demo) fn must_be_private(&self) -> Option<&'static str> {
        let required = self.tls_behaviour().is_some_and(|tls| tls.data_required);
        (required && !self.is_private()).then(|| self.tls_texts().data_required)
    }

    /// Whether data connections end with `close_notify`.
    pub(in crate::demo) fn says_goodbye(&self) -> bool {
        self.tls_behaviour().is_none_or(|tls| tls.goodbye)
    }

    /// Puts TLS on a data connection where PROT P was agreed to; `None` where it was refused, and
    /// the client told so. The server is the TLS server in active mode, too (RFC 4217 §7).
    pub(in crate::demo) async fn protect(&mut self, stream: TcpStream) -> io::Result<Option<Link>> {
        let (Some(tls), Some(Secured { login, private: true })) = (self.tls_behaviour(), &self.tls)
        else {
            return Ok(Some(Link::Clear(stream)));
        };
        if tls.data == TlsData::Clear {
            return Ok(Some(Link::Clear(stream)));
        }
        let demanding = tls.sessions != Sessions::Offered;
        let hold = self.behaviour().passive_hold;
        let refusal = match timeout(hold, Link::accept(stream, login)).await {
            Ok(Ok(link)) if link.is_resumed() => {
                self.control.note("TLS, resumed");
                return Ok(Some(link));
            }
            Ok(Ok(link)) if !demanding => {
                self.control.note("TLS, a session of its own");
                return Ok(Some(link));
            }
            Ok(Ok(_)) => {
                self.control.note("TLS refused: not resumed");
                self.tls_texts().not_resumed
            }
            Ok(Err(error)) => {
                self.control.note(&format!("TLS failed: {error}"));
                self.tls_texts().data_failed
            }
            Err(_) => self.tls_texts().data_failed,
        };
        self.control.say(refusal).await?;
        Ok(None)
    }
}
