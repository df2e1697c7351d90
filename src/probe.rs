//! The only place with sockets and clocks.
//!
//! `run` carries a request out and returns what was observed. It draws no conclusion: a refusal,
//! silence or NXDOMAIN is a result, and an error is only what could not be measured.

mod attempt;
mod audit;
mod context;
mod dial;
mod engine;
mod experiments;
mod limits;
pub mod os;
pub mod plan;
mod recorder;
mod resolve;
mod secrets;
mod session;
mod spec;
pub mod tls;
mod ttl;

pub use context::Stage;
pub use engine::{run, run_resolved, time_stamp};
pub use limits::Limits;
pub use resolve::Resolver;
pub use spec::{Credentials, Spec};
