//! The facts as the causes look at them: each mode with its repetitions folded into one outcome,
//! the NAT between the two ends, the server's software.

pub use crate::words::Nat;
use std::net::IpAddr;

use super::options::Options;
use crate::facts::{
    Attempt, Facts, Family, LoginOutcome, Mode, NotTested, Outcome, Purpose, Security, Session,
    Varied, Why,
};
use crate::wire::feat::Features;
use crate::wire::reply::Reply;
use crate::wire::software::{self, Software};

/// One mode: its own attempt, the repetitions, and what they come to.
#[derive(Debug, Clone)]
pub struct ModeView<'a> {
    /// The mode.
    pub mode: Mode,
    /// Clear or TLS.
    pub security: Security,
    /// The attempt that stands for the mode (purpose `mode`).
    pub entry: &'a Attempt,
    /// It and its repetitions, in order.
    pub all: Vec<&'a Attempt>,
    /// The one whose outcome counts.
    pub shown: &'a Attempt,
}

impl ModeView<'_> {
    /// The folded outcome.
    pub fn outcome(&self) -> Outcome {
        self.shown.outcome
    }

    /// Whether it works.
    pub fn is_open(&self) -> bool {
        self.outcome() == Outcome::Open
    }

    /// Whether it was tested.
    pub fn tested(&self) -> bool {
        self.outcome() != Outcome::NotTested
    }

    /// Whether it was tested and does not work.
    pub fn failed(&self) -> bool {
        self.tested() && !self.is_open()
    }

    /// The reply that refused the command itself, as code and text.
    pub fn refusal(&self) -> Option<(u16, &str)> {
        match &self.shown.why {
            Why::CommandRefused { code, text } => Some((*code, text)),
            _ => None,
        }
    }

    /// How many attempts of this mode ended like the folded one.
    pub fn times(&self) -> usize {
        self.all.iter().filter(|a| a.outcome == self.outcome()).count()
    }
}

/// The facts, prepared.
pub struct Case<'a> {
    /// What was observed.
    pub facts: &'a Facts,
    /// What fixes are wanted for.
    pub options: &'a Options,
    /// One view per mode that was asked for.
    pub modes: Vec<ModeView<'a>>,
    /// The session that tells most.
    pub session: Option<&'a Session>,
    /// Our end of the control connection.
    pub own: Option<IpAddr>,
    /// The server's address.
    pub peer: Option<IpAddr>,
    /// The address under which the server sees us, if it has said so.
    pub seen_as: Option<IpAddr>,
    /// NAT between the two.
    pub nat: Nat,
    /// Server software.
    pub software: Option<Software>,
}

impl<'a> Case<'a> {
    /// Prepares facts for the causes.
    pub fn new(facts: &'a Facts) -> Self {
        let ends = facts.ends();
        let nat = match facts.translated() {
            Some(false) => Nat::None,
            Some(true) => Nat::Present,
            None => Nat::Unknown,
        };
        Self {
            facts,
            options: Options::NONE,
            modes: fold(facts),
            session: facts.leading_session(),
            own: ends.map(|ends| ends.own),
            peer: ends.map(|ends| ends.peer),
            seen_as: facts.seen_as(),
            nat,
            software: recognise(facts),
        }
    }

    /// Whether a login was had.
    pub fn logged_in(&self) -> bool {
        self.facts.survey().is_some()
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

    /// What came of the control connection, as far as one word says it: `open` means logged in.
    pub fn control_outcome(&self) -> Option<Outcome> {
        match self.session?.login {
            LoginOutcome::In { .. } => Some(Outcome::Open),
            LoginOutcome::Refused { .. }
            | LoginOutcome::Wants { .. }
            | LoginOutcome::TlsRefused { .. } => Some(Outcome::Rejected),
            LoginOutcome::TlsFailed | LoginOutcome::Injected { .. } => Some(Outcome::TlsFailed),
            LoginOutcome::NotTried | LoginOutcome::Broken { .. } => None,
        }
    }

    /// Family of the control connection.
    pub fn family(&self) -> Option<Family> {
        self.peer.map(Family::of)
    }

    /// The view of one mode.
    pub fn mode(&self, mode: Mode) -> Option<&ModeView<'a>> {
        self.modes.iter().find(|m| m.mode == mode)
    }

    /// Views of the passive modes that were tested.
    pub fn passive(&self) -> Vec<&ModeView<'a>> {
        self.modes.iter().filter(|m| m.mode.is_passive() && m.tested()).collect()
    }

    /// Views of the active modes that were tested.
    pub fn active(&self) -> Vec<&ModeView<'a>> {
        self.modes.iter().filter(|m| !m.mode.is_passive() && m.tested()).collect()
    }

    /// Whether any mode works.
    pub fn any_open(&self) -> bool {
        self.modes.iter().any(ModeView::is_open)
    }

    /// Whether a passive mode works.
    pub fn passive_open(&self) -> bool {
        self.passive().iter().any(|m| m.is_open())
    }

    /// Whether an active mode works.
    pub fn active_open(&self) -> bool {
        self.active().iter().any(|m| m.is_open())
    }

    /// The control port.
    pub fn control_port(&self) -> u16 {
        self.facts.request.port
    }

    /// The default data port: one below the control port (RFC 959 §3.2).
    pub fn data_port(&self) -> u16 {
        self.control_port().saturating_sub(1)
    }

    /// The reply that refused the login, as command, code and text.
    pub fn login_refusal(&self) -> Option<(&'a str, u16, &'a str)> {
        if self.logged_in() {
            return None;
        }
        match &self.session?.login {
            LoginOutcome::Refused { command, code, text } => Some((command, *code, text)),
            _ => None,
        }
    }

    /// Passive ports by what became of them.
    pub fn passive_ports(&self, outcome: Outcome) -> Vec<u16> {
        let mut ports: Vec<u16> = self
            .facts
            .attempts
            .iter()
            .filter(|a| {
                a.outcome == outcome && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
            })
            .filter_map(Attempt::passive_port)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// All passive ports that the server announced.
    pub fn announced_ports(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self
            .facts
            .attempts
            .iter()
            .filter(|a| a.outcome != Outcome::NotTested)
            // A comparison in clear meets doors that are not those of the modes.
            .filter(|a| !a.varies(|v| *v == Varied::Clear))
            .filter_map(Attempt::passive_port)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Id of the software, as in `snippets.for`.
    pub fn product(&self) -> Option<&'static str> {
        self.software.as_ref().map(|s| s.product.id())
    }

    /// Whether this server takes PORT only with the address it sees us under: then a 200 says that
    /// the two are the same. `ProFTPD` is not among them: it replaces a private address in silence.
    pub fn checks_port_address(&self) -> bool {
        matches!(self.product(), Some("vsftpd" | "pure-ftpd" | "pyftpdlib" | "inetutils"))
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

fn fold(facts: &Facts) -> Vec<ModeView<'_>> {
    facts
        .attempts
        .iter()
        .filter(|a| a.purpose == Purpose::Mode)
        .map(|entry| {
            let all: Vec<&Attempt> = facts
                .attempts
                .iter()
                .filter(|a| {
                    a.mode == entry.mode
                        && a.security == entry.security
                        && a.family == entry.family
                        && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
                })
                .collect();
            let shown = representative(&all).unwrap_or(entry);
            ModeView { mode: entry.mode, security: entry.security, entry, all, shown }
        })
        .collect()
}

/// One success proves that a mode can work; otherwise the commonest failure stands for it.
fn representative<'a>(all: &[&'a Attempt]) -> Option<&'a Attempt> {
    if let Some(open) = all.iter().find(|a| a.is_open()) {
        return Some(open);
    }
    let tested: Vec<&&Attempt> = all.iter().filter(|a| a.outcome != Outcome::NotTested).collect();
    let count = |a: &Attempt| tested.iter().filter(|b| b.outcome == a.outcome).count();
    let most = tested.iter().map(|a| count(a)).max()?;
    // Between equals the mode's own attempt decides, then the one that came farthest, never the
    // order of the repetitions.
    tested
        .iter()
        .filter(|a| count(a) == most)
        .min_by_key(|a| (a.purpose != Purpose::Mode, a.outcome, std::cmp::Reverse(a.step), &a.id))
        .map(|a| **a)
}

/// Whether a "too many" explains why something was not tested.
pub fn too_many(why: &Why) -> bool {
    matches!(why, Why::Not(NotTested::TooMany { .. }))
}
