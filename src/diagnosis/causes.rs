//! The predicates, by plane. Each looks at the evidence and returns a finding or nothing.

pub mod active;
pub mod address;
pub mod blocked;
pub mod build;
pub mod control;
pub mod family;
pub mod lasting;
pub mod middlebox;
pub mod passive;
pub mod range;
pub mod server;
pub mod tls;
pub mod wording;
