//! Lines to paste, with this run's ports.

mod lines;
pub mod nat;
mod near;
pub mod settings;

pub use lines::{
    SOFTWARE, clamp_mss, let_active_in, let_active_out, let_icmp_in, let_passive_out,
    open_passive_ranges, remember_longer, set_passive_address, set_passive_range,
};
pub use near::{is_at_hand, near_first};
