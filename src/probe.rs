//! The only place with sockets and clocks.
//!
//! `run` carries a request out and returns what was observed. It draws no conclusion: a refusal,
//! silence or NXDOMAIN is a result, and an error is only what could not be measured.

pub mod active;
pub mod audit;
pub mod blank;
pub mod climb;
pub mod control;
pub mod dial;
pub mod engine;
pub mod limits;
pub mod login;
mod logins;
pub mod os;
pub mod passive;
pub mod path;
pub mod plan;
pub mod recorder;
pub mod resolve;
pub mod secrets;
pub mod tls;
pub mod transfer;
mod trial;
mod turn;

pub use engine::{Credentials, Spec, Stage, run, run_resolved};
pub use limits::Limits;
pub use resolve::Resolver;
