//! The server: what software it is, and what it says it can do.

use super::Evidence;
use crate::facts::Facts;
use crate::wire::feat::Features;
use crate::wire::reply::Reply;
use crate::wire::software::{self, Software};

impl Evidence<'_> {
    /// Its software, as far as its own words tell.
    pub fn software(&self) -> Option<&Software> {
        self.software.get_or_init(|| recognise(self.facts)).as_ref()
    }

    /// Id of the software, as in `snippets.for`.
    pub fn product(&self) -> Option<&'static str> {
        self.software().map(|s| s.product.id())
    }

    /// Whether this server takes PORT only with the address it sees us under: then a 200 says that
    /// the two are the same. `ProFTPD` is not among them: it replaces a private address in silence.
    pub fn checks_port_address(&self) -> bool {
        matches!(self.product(), Some("vsftpd" | "pure-ftpd" | "pyftpdlib" | "inetutils"))
    }

    /// What the server says it can do; nothing where it was not asked or has no list.
    pub fn features(&self) -> Features {
        let Some(reply) = self.facts.survey_reply("FEAT") else {
            return Features::default();
        };
        Features::parse(&Reply {
            code: reply.code,
            lines: reply.text.lines().map(str::to_owned).collect(),
            oddities: Vec::new(),
        })
    }

    /// Whether the server offers TLS (FEAT names AUTH).
    pub fn offers_tls(&self) -> bool {
        self.features().has("AUTH")
    }

    /// The control port.
    pub fn control_port(&self) -> u16 {
        self.facts.request.port
    }

    /// The default data port: one below the control port (RFC 959 §3.2).
    pub fn data_port(&self) -> u16 {
        self.control_port().saturating_sub(1)
    }
}

fn recognise(facts: &Facts) -> Option<Software> {
    let session = facts.leading_session()?;
    let greeting = session.greeting_reply().map(|r| r.text.clone());
    let text = |verb| {
        session.reply_to(verb).filter(|r| (200..300).contains(&r.code)).map(|r| r.text.clone())
    };
    software::recognise(
        greeting.as_deref(),
        text("SYST").as_deref(),
        text("FEAT").as_deref(),
        text("STAT").as_deref(),
        None,
    )
}
