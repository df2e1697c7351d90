//! One try of a data connection, from its login to its record. Each returns why it ended as it did;
//! the outcome follows from that.

mod active_attempt;
mod endings;
mod passive_attempt;
pub mod record;
mod transfer;
pub mod turn;

pub use endings::not_let_in;
pub use passive_attempt::announced;
