//! From facts to findings: pure functions, the same for a live run and for saved facts.
//!
//! [`diagnose`] builds a [`case::Case`] (the facts with every mode's attempts folded into one
//! outcome), lets every cause of the [`catalogue`] look at it, and lets root causes suppress what
//! only follows from them.

pub mod audit;
pub mod case;
pub mod catalogue;
pub mod causes;
pub mod clients;
pub mod engine;
pub mod expect;
pub mod finding;
pub mod location;
pub mod options;
pub mod ports;
pub mod reason;
pub mod remedies;
pub mod rules;
pub mod text;
pub mod tls;

pub use case::{Case, ModeView, Nat};
pub use catalogue::{CATALOGUE, Cause, Plane, cause};
pub use clients::Prediction;
pub use engine::{Diagnosis, Verdict, diagnose, diagnose_for};
pub use expect::Judged;
pub use finding::{
    Confidence, Evidence, Finding, Location, Remedy, RuledOut, Severity, Side, Snippet, Who,
};
pub use options::Options;
pub use rules::{Rule, RuleState};
pub use text::{Arg, Lang, Text};
