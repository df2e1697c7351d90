//! The program against servers that want it to hang, to swell, to fall over, to print what they
//! like or to call whom they like. Every case is a run of the real binary with a deadline.
//!
//! `HOSTILE=name cargo test --test hostile` plays the cases with that in their name alone.

#[path = "hostile/case.rs"]
mod case;
#[path = "hostile/certificates.rs"]
mod certificates;
#[path = "hostile/control.rs"]
mod control;
#[path = "hostile/data.rs"]
mod data;
#[path = "hostile/neighbour.rs"]
mod neighbour;
#[path = "hostile/process.rs"]
mod process;
#[path = "hostile/server.rs"]
mod server;
#[path = "hostile/tls.rs"]
mod tls;
