//! From facts to findings: pure functions, the same for a live run and for saved facts.
//!
//! [`diagnose`] reads the [`Evidence`] of the facts, lets every cause of the [`catalogue`] look at
//! it, and lets root causes suppress what only follows from them.

pub mod catalogue;
pub mod causes;
pub mod clients;
pub mod engine;
pub mod expect;
pub mod finding;
pub mod ports;
pub mod reason;
pub mod remedies;
pub mod rules;
pub mod text;
pub mod tls;

pub use crate::evidence::{Evidence, ModeView, Nat, Options};
pub use catalogue::{CATALOGUE, Cause, Plane, cause};
pub use clients::Prediction;
pub use engine::{Diagnosis, Verdict, diagnose, diagnose_for};
pub use expect::Judged;
pub use finding::{
    Confidence, EvidenceItem, Finding, Location, Remedy, RuledOut, Severity, Side, Snippet, Who,
};
pub use rules::{Rule, RuleState};
pub use text::{Arg, Lang, Text};
