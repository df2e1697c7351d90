//! What the facts of this run mean for well-known clients.
//!
//! Each record of [`crate::clients`] is walked through the way its client would walk: a try, what it
//! met here, the next one. Only what was measured counts; where a fact is missing, the prediction
//! is open and names it.

mod browser;
mod gate;
mod meet;
mod predict;
#[cfg(test)]
mod tests;
mod walk;

pub use browser::one_works_another_fails;
pub use predict::{Prediction, predictions};
