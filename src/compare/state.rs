//! What one direction of a run comes to, its modes taken together.

use super::conclusion::End;
use super::run::{ModeRun, Run, RunFinding};
use crate::facts::Outcome;

/// One direction, all its modes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It works. A command that the server does not know is no harm while the other one works.
    Open,
    /// One command works; the packets of the other one do not come through.
    Mixed,
    /// Packets do not come through.
    Stopped,
    /// The server says no.
    Refused,
    /// The data connection stands, and then something goes wrong.
    Disturbed,
    /// It fails in a way that has nothing to do with places, or in several at once.
    Other,
}

/// Causes that say that the server refuses passive mode by reply, for good.
const PASSIVE_REFUSED: &[&str] = &["passive-disabled", "ipv6-needs-epsv", "nat64-needs-epsv"];

/// The same for active mode.
const ACTIVE_REFUSED: &[&str] = &["active-disabled"];

/// Causes that make passive mode a matter of chance, of the port that is drawn or of the machine
/// that one gets: then neither a success nor a failure tells about places.
const CHANCE: &[&str] =
    &["passive-range-partly-blocked", "passive-port-hole", "data-reaches-another-server"];

/// Causes that say where passive data connections are stopped.
pub const PASSIVE: &[&str] = &[
    "server-firewall-blocks-passive",
    "client-firewall-blocks-passive",
    "firewall-blocks-passive",
    "passive-ports-not-forwarded",
    "passive-port-refused",
];

/// Causes that say where the server's calls are stopped.
pub const ACTIVE: &[&str] = &[
    "client-nat-breaks-active",
    "client-firewall-blocks-active",
    "server-firewall-blocks-active",
    "firewall-blocks-active",
];

/// The finding that says where a direction is stopped.
pub fn located(run: &Run, passive: bool) -> Option<&RunFinding> {
    run.finding(if passive { PASSIVE } else { ACTIVE })
}

/// The finding that explains best why a direction does not work.
pub fn blamed(run: &Run, passive: bool) -> Option<&RunFinding> {
    let refused = if passive { PASSIVE_REFUSED } else { ACTIVE_REFUSED };
    located(run, passive).or_else(|| run.finding(refused))
}

impl State {
    /// Of a run's tested modes of one direction.
    pub fn of(end: &End<'_>, passive: bool) -> Self {
        let modes = &end.modes;
        let rejected = |m: &ModeRun| m.outcome == Outcome::Rejected;
        let disturbed = |m: &ModeRun| matches!(m.outcome, Outcome::Stalled | Outcome::Closed);
        let all = |fits: &dyn Fn(&ModeRun) -> bool| modes.iter().all(|m| fits(m) || rejected(m));
        if passive && end.run.finding(CHANCE).is_some() {
            return Self::Other;
        }
        if modes.iter().any(|m| m.is_open()) {
            return if all(&ModeRun::is_open) { Self::Open } else { Self::Mixed };
        }
        if modes.iter().all(|m| rejected(m)) {
            // A reply may also tell of a knock that failed, of the listing or of the login.
            let refused = if passive { PASSIVE_REFUSED } else { ACTIVE_REFUSED };
            return if end.run.finding(refused).is_some() {
                Self::Refused
            } else if !passive && located(end.run, false).is_some() {
                Self::Stopped
            } else {
                Self::Other
            };
        }
        if all(&ModeRun::stopped) {
            Self::Stopped
        } else if all(&disturbed) {
            Self::Disturbed
        } else {
            Self::Other
        }
    }

    /// Whether every command that the server knows works.
    pub fn works(self) -> bool {
        self == Self::Open
    }
}
