//! The program against servers that want it to hang, to swell, to fall over, to print what they
//! like or to call whom they like. Every case is a run of the real binary with a deadline.
//!
//! `HOSTILE=name cargo test --test hostile` plays the cases with that in their name alone.

mod case;
mod certificates;
mod control;
mod data;
mod neighbour;
mod server;
mod tls;
