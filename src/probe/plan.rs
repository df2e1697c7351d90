//! What to try next: a pure function of what has been observed, tested as a table.
//!
//! The order is fixed by what servers do to later logins. All passive work comes before the first
//! active attempt, because a server holds a blocked active transfer (and its slot) for a minute.
//! A mode is repeated only where a repetition can change the verdict: one lost segment must never
//! become one, and a difference between two commands must not be mere luck with a port.

mod active;
mod announcing;
mod lasting;
mod order;
mod passive;
mod step;
#[cfg(test)]
mod tests;
mod tls;
mod way;

pub use announcing::another;
pub use order::next;
pub use step::Next;
