//! What looks for causes, by mechanism: one file each, with the records of the causes that it finds.
//!
//! A detector reads the evidence and returns what it found, or which condition failed.

pub mod address_detector;
pub mod announced_detector;
pub mod certificate_detector;
pub mod dial_detector;
mod finding_builder;
pub mod greeting_detector;
pub mod handshake_detector;
pub mod helper_detector;
pub mod idle_detector;
pub mod interception_detector;
pub mod knock_detector;
pub mod login_detector;
pub mod nat_detector;
mod passive_ends;
pub mod protection_detector;
pub mod range_detector;
mod range_remedies;
pub mod refusal_detector;
pub mod reset_detector;
mod sentences;
pub mod silence_detector;
mod swept_detector;
pub mod transfer_detector;
pub mod unexplained_detector;
pub mod verb_detector;

pub use unexplained_detector::{UNEXPLAINED, keep_unexplained, unexplained};
