//! Two runs of one server, compared: what differs, and what that proves which one run cannot.
//!
//! ```text
//! JSON report → read → Run ┐
//!                          ├ compare (pure) → Comparison → report
//! JSON report → read → Run ┘
//! ```
//!
//! A difference is a fact; a [`Conclusion`] is drawn only where one thing (the place, the day, the
//! family, the encryption) separates the run that works from the one that does not. What stands
//! against it is said with it, as [`Conclusion::doubts`].

pub mod both;
pub mod changed;
pub mod conclusion;
pub mod control;
pub mod difference;
pub mod engine;
pub mod factors;
pub mod identity;
pub mod one;
pub mod pair;
pub mod place;
pub mod read;
pub mod run;
pub mod state;
pub mod way;

pub use conclusion::Conclusion;
pub use difference::{Difference, FindingPair, Kind};
pub use engine::{Comparison, compare};
pub use identity::Identity;
pub use pair::{Change, ModePair};
pub use read::read;
pub use run::{ModeRun, Run, RunFinding};
