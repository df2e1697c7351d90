//! One reading of the facts, for whoever has to decide by them: the plan asks what is still needed,
//! the diagnosis asks what is shown. What proves a thing is written down in here, once.
//!
//! Pure and lazy: an [`Evidence`] costs nothing until it is asked, and answers the same question
//! once. It knows no socket, no clock, no cause and no remedy.

pub mod announced_address;
pub mod announced_ports;
pub mod attempt_reading;
pub mod helper;
pub mod hole;
pub mod known_ports;
pub mod ladder;
pub mod likely_range;
pub mod login;
pub mod loss;
pub mod mode;
pub mod nat;
pub mod neighbours;
pub mod options;
pub mod own_drops;
pub mod passive_range;
pub mod place;
pub mod port_audit;
pub mod server;
pub mod sightings;
#[cfg(test)]
mod tests;
pub mod under_tls;
pub mod way;
pub mod way_back;

use std::cell::OnceCell;

use crate::facts::Facts;
use crate::wire::software::Software;

pub use announced_address::Foreign227;
pub use attempt_reading::AttemptReading;
pub use hole::{HoleBounds, Holes};
pub use ladder::ResetFrom;
pub use login::Access;
pub use loss::TWICE;
pub use mode::{ModeView, State};
pub use nat::Nat;
pub use neighbours::PORTS_EACH;
pub use options::Options;
pub use own_drops::OwnDrops;
pub use passive_range::{Deciding, NoChance, PassiveRange};
pub use place::{Confidence, Located, Location, Side};
pub use port_audit::{PortAudit, Worth};
pub use sightings::{Lost, SeenStop};
pub use way_back::WayBack;

/// The facts of one run, read as they are asked about.
#[derive(Debug, Clone)]
pub struct Evidence<'f> {
    /// What was observed.
    pub facts: &'f Facts,
    /// For whom it is read.
    pub options: &'f Options,
    modes: OnceCell<Vec<ModeView<'f>>>,
    software: OnceCell<Option<Software>>,
    silence: OnceCell<Option<Located>>,
    reset: OnceCell<Option<ResetFrom>>,
    own_drops: [OnceCell<Option<OwnDrops>>; 2],
    audit: OnceCell<Option<PortAudit<'f>>>,
    range: OnceCell<PassiveRange>,
    deciding: OnceCell<Deciding>,
}

impl<'f> Evidence<'f> {
    /// The evidence in these facts; nothing is worked out yet.
    pub fn new(facts: &'f Facts) -> Self {
        Self::for_reader(facts, Options::NONE)
    }

    /// The same, with what its reader wants fixes for.
    pub fn for_reader(facts: &'f Facts, options: &'f Options) -> Self {
        Self {
            facts,
            options,
            modes: OnceCell::new(),
            software: OnceCell::new(),
            silence: OnceCell::new(),
            reset: OnceCell::new(),
            own_drops: [OnceCell::new(), OnceCell::new()],
            audit: OnceCell::new(),
            range: OnceCell::new(),
            deciding: OnceCell::new(),
        }
    }
}
