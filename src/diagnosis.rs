//! From facts to findings: pure functions, the same for a live run and for saved facts.
//!
//! [`diagnose`] reads the [`Evidence`] of the facts, lets every detector of the
//! [`catalogue`] look at it, and lets root causes suppress what only follows from them.

pub mod answer;
pub mod catalogue;
pub mod cause;
pub mod clients;
mod detectors;
pub mod engine;
pub mod expect;
pub mod finding;
pub mod ports;
pub mod reason;
pub mod remedies;
pub mod rules;
pub mod text;
pub mod tls;
mod verdict;
pub mod why_not;
pub mod worlds;

pub use crate::evidence::{Evidence, ModeView, Nat, Options};
pub use answer::{Diagnosis, Judged, Verdict};
pub use catalogue::{CATALOGUE, cause};
pub use cause::{Cause, Plane};
pub use clients::Prediction;
pub use engine::{diagnose, diagnose_for, look_for};
pub use finding::{
    Confidence, EvidenceItem, Finding, Remedy, RuledOut, Severity, Side, Snippet, Who,
};
pub use rules::{Rule, RuleState};
pub use text::{Arg, Lang, Text};
pub use why_not::WhyNot;
