//! The port audit: what the server announces, and which of these ports are let through.
//!
//! Announcements are asked for on one login, one after the other, and only the last is followed. Then
//! every port of the range is knocked at without a login: nobody listens there, so a RST is the
//! sign that the knock came through, and silence that somebody holds it back.

mod announced;
mod knock;
pub mod sample;
pub mod sweep;
mod sweeper;
