//! Packets whose time to live is cut short: ladders, and holes.

pub mod climb;
pub mod ladder;
