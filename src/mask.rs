//! Facts with addresses and names masked alike everywhere (`--mask`), so that a report can be shown
//! to strangers.
//!
//! Every mask keeps the class of what it hides (private, carrier-grade, public, NAT64 …) and its
//! relations (equal, same /24, same /64, same domain), so that masked facts lead to the diagnosis
//! that the facts themselves lead to. Masks are given out in the order of appearance: they hold
//! nothing of what they hide, and two runs are masked alike only by chance.
//!
//! - `address`: addresses, class by class
//! - `names`: hosts, users, paths, certificate subjects
//! - `scan`: where both stand in free text
//! - `walk`: through all facts, whatever is added to them

mod address;
mod names;
mod scan;
#[cfg(test)]
mod tests;
mod walk;

pub use walk::{Mask, mask};
