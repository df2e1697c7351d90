//! Announcements that were asked for beside the attempts, on logins that were there anyway, and what
//! came of knocks at the announced ports.

use serde::{Deserialize, Serialize};

use super::{DialOutcome, Micros, Mode, Outcome, Security};

/// A passive command that nobody asked a listing after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Index of the session, in `Facts::sessions`; its attempt came before.
    pub session: usize,
    /// Index of the command's exchange in that session; `None` where nothing was announced anew, and
    /// the attempt's own port was knocked at again, since it had refused.
    pub exchange: Option<usize>,
    /// Which command.
    pub mode: Mode,
    /// Clear or TLS.
    pub security: Security,
    /// The announced port; `None` where the reply was none that announces one.
    pub port: Option<u16>,
    /// The knock at it, while it was announced; `None` where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knock: Option<AnnouncedKnock>,
    /// When the command was sent.
    pub began: Micros,
    /// How long all of it took.
    pub took: Micros,
}

/// A knock at a port that had just been announced. The connection is closed unused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedKnock {
    /// What came of it in the end.
    pub outcome: DialOutcome,
    /// How often it was refused, an attempt's own knock there included: a server may take a moment to listen after it has announced a port,
    /// so who is refused knocks again.
    #[serde(default)]
    pub refused: u8,
    /// Once it had let us in after a refusal, every second time: another knock beside the one that
    /// stands. Machines that take turns strictly would otherwise look like a server that listens late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<DialOutcome>,
    /// SYNs sent, where the system tells.
    pub syns: Option<u32>,
}

impl AnnouncedKnock {
    /// What came of it, in the words of an attempt; a handshake is `Open`.
    pub fn came_to(&self) -> Outcome {
        match self.outcome {
            DialOutcome::Connected => Outcome::Open,
            DialOutcome::Refused | DialOutcome::Reset => Outcome::Refused,
            DialOutcome::TimedOut => Outcome::TimedOut,
            DialOutcome::Prohibited { .. } => Outcome::Prohibited,
            DialOutcome::Unreachable { .. } | DialOutcome::Local { .. } => Outcome::Unreachable,
        }
    }
}
