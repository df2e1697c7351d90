//! Tests that look at several rooms at once, or at the sources themselves. What belongs to one room
//! stands beside its code; what needs the program itself is in `tests/integration`.
//!
//! ```text
//! cargo test --lib                        # all of them, and those beside the code
//! cargo test --lib tests::scenarios::     # one file
//! UPDATE_GOLDEN=1 cargo test --lib tests::scenarios::
//! ```

mod architecture;
mod capture_formats;
mod captures;
mod catalogue;
mod damaged_facts;
mod diff;
mod expect;
mod formats;
mod fuzz;
mod html;
mod reading;
mod scenarios;
mod stories;
pub mod support;
mod systems;
mod words;
