//! What the diagnosis says: plain data, ready for any report.

use crate::words::words;

use super::text::Text;
pub use crate::evidence::{Confidence, Location, Side};

words! {
    /// How much it matters. The order is the order in a report.
    pub enum Severity: "severity" {
        /// Something does not work.
        Problem = "problem",
        /// It works here, but will not for everyone.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
}

/// One observation behind a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceItem {
    /// Id of the attempt it was seen in.
    pub attempt: Option<String>,
    /// What was seen.
    pub text: Text,
}

impl EvidenceItem {
    /// Seen in an attempt.
    pub fn of(attempt: &str, text: Text) -> Self {
        Self { attempt: Some(attempt.to_owned()), text }
    }

    /// Seen elsewhere (name resolution, control connection).
    pub fn general(text: Text) -> Self {
        Self { attempt: None, text }
    }
}

/// A look-alike that was ruled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuledOut {
    /// Its id.
    pub cause: &'static str,
    /// Why it is out.
    pub because: Text,
}

words! {
    /// Who can apply a remedy.
    pub enum Who: "reader" {
        /// Whoever runs the client.
        User = "user",
        /// Administrator of the client's machine or network.
        ClientAdmin = "client-admin",
        /// Administrator of the server.
        ServerAdmin = "server-admin",
        /// Administrator of a network between.
        NetworkAdmin = "network-admin",
    }
}

/// Lines to paste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// For which software (contract's `snippets.for`).
    pub software: &'static str,
    /// The lines.
    pub content: String,
}

/// What to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// By whom.
    pub who: Who,
    /// What and why.
    pub text: Text,
    /// Exact lines.
    pub snippets: Vec<Snippet>,
}

/// A named cause with everything that supports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id in the catalogue.
    pub cause: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whose side.
    pub side: Side,
    /// Which hops.
    pub location: Location,
    /// One line.
    pub title: Text,
    /// A paragraph: who knocks at whose door, and why nobody opens.
    pub explanation: Text,
    /// What was seen.
    pub evidence: Vec<EvidenceItem>,
    /// Causes that would fit as well, but only follow from this one.
    pub suppresses: Vec<&'static str>,
    /// Look-alikes that were ruled out.
    pub ruled_out: Vec<RuledOut>,
    /// What to change.
    pub remedies: Vec<Remedy>,
    /// Ids of the mode attempts that this cause explains; decides the order, not part of a report.
    pub explains: Vec<String>,
}
