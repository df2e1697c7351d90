//! The control connection: opening it, logging in, and when to stop asking for logins.

pub mod control;
pub mod login;
pub mod logins;
