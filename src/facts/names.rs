//! Name resolution: each question with its own outcome and time.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Micros;

/// What the name led to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Names {
    /// The target was an address, nothing was looked up.
    pub literal: bool,
    /// Each question asked.
    pub lookups: Vec<Lookup>,
    /// Addresses in the order in which they are tried.
    pub addresses: Vec<IpAddr>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// Who was asked.
    pub via: Via,
    /// For which record.
    pub record: Record,
    /// What came of it.
    pub outcome: LookupOutcome,
    /// Addresses in the answer.
    pub addresses: Vec<IpAddr>,
    /// How long it took.
    pub took: Micros,
}

/// Who answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// `/etc/hosts` and the configured name servers.
    Dns,
    /// The system's own resolver, with all its sources (mDNS, LDAP, WINS …).
    System,
}

/// Kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// IPv4 address.
    A,
    /// IPv6 address.
    #[serde(rename = "AAAA")]
    Aaaa,
    /// Either (the system's resolver is asked for both at once).
    #[serde(rename = "any")]
    Any,
}

impl Record {
    /// `A`, `AAAA`, `A/AAAA`.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Any => "A/AAAA",
        }
    }
}

/// Outcome of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "text")]
pub enum LookupOutcome {
    /// At least one address.
    Found,
    /// The name does not exist (NXDOMAIN).
    NotFound,
    /// The name exists, but has no such record.
    NoSuchRecord,
    /// The name server failed (SERVFAIL, REFUSED …).
    ServerFailure(String),
    /// Nobody answered in time.
    TimedOut,
    /// The question could not be asked.
    Failed(String),
}

impl LookupOutcome {
    /// The key of the outcome in messages.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotFound => "not-found",
            Self::NoSuchRecord => "no-such-record",
            Self::ServerFailure(_) => "server-failure",
            Self::TimedOut => "timed-out",
            Self::Failed(_) => "failed",
        }
    }
}
