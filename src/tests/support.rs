//! What tests of several rooms share.

pub mod golden;
pub mod programs;
pub mod replies;
pub mod scenario;
pub mod source;
pub mod unrendered;
