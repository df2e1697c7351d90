//! What a run did, step by step: which task, why its plan took it, when it began and how long it took.

use crate::words::words;
use serde::{Deserialize, Serialize};

use super::{Micros, Mode, Purpose, Varied};

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    /// What was done.
    pub task: Task,
    /// Why it was done.
    pub because: Because,
    /// Ids of the attempts that were made in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
    /// When it began.
    pub began: Micros,
    /// How long it took; an interrupt or the deadline may have cut it short.
    pub took: Micros,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Task {
    /// The host's name is looked up.
    Names,
    /// The first login: the connection, the greeting, USER and PASS, and what the server is.
    Login,
    /// A data connection on a login of its own.
    Attempt {
        /// Its mode.
        mode: Mode,
        /// Its purpose.
        purpose: Purpose,
        /// What is done differently.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        varied: Vec<Varied>,
    },
    /// More announcements on the login of the attempt before, with a knock at each.
    Announce {
        /// Which command.
        mode: Mode,
    },
    /// Ladders: to the control port, and to these passive ports.
    Climb {
        /// Passive ports, at most two.
        ports: Vec<u16>,
    },
    /// An active attempt after a hole was opened from the inside.
    Hole {
        /// Its mode.
        mode: Mode,
        /// How far the SYN that opens it goes.
        ttl: u8,
    },
    /// Knocks, without a login and all at once, at ports that are not announced now.
    Knock {
        /// The ports, each with the mode that announced it or a port near it.
        doors: Vec<(Mode, u16)>,
    },
    /// One SYN to the control port, that lives as long as the one that met a RST: who sent that?
    Nearer,
    /// Knocks at high ports of the routers on the way, to see whether answers from there come back.
    Routers,
    /// A moment without a connection of ours, to see what comes to this machine anyway.
    Quiet,
    /// Commands in two segments, to see whether somebody reads them on the way.
    Halves,
    /// A login that is held silent.
    Idle {
        /// Whether TCP keeps it alive meanwhile.
        keep_alive: bool,
    },
    /// Announcements that nobody follows.
    Sample,
    /// Knocks at every port of a range.
    Sweep,
}

impl Task {
    /// The word of saved facts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Login => "login",
            Self::Attempt { .. } => "attempt",
            Self::Announce { .. } => "announce",
            Self::Climb { .. } => "climb",
            Self::Hole { .. } => "hole",
            Self::Knock { .. } => "knock",
            Self::Nearer => "nearer",
            Self::Routers => "routers",
            Self::Quiet => "quiet",
            Self::Halves => "halves",
            Self::Idle { .. } => "idle",
            Self::Sample => "sample",
            Self::Sweep => "sweep",
        }
    }

    /// Whether it needs a login.
    pub fn logs_in(&self) -> bool {
        !matches!(
            self,
            Self::Names
                | Self::Announce { .. }
                | Self::Knock { .. }
                | Self::Climb { .. }
                | Self::Nearer
                | Self::Routers
                | Self::Quiet
        )
    }
}

words! {
    /// Why a step was taken.
    pub enum Because: "reason of a step" {
        /// Every run begins with it.
        Beginning = "beginning",
        /// A mode that was asked for and was not tried yet.
        ModeAsked = "mode-asked",
        /// `--get`.
        FileAsked = "file-asked",
        /// `--idle`.
        IdleAsked = "idle-asked",
        /// `--dial-advertised`, and another address is advertised than was dialled.
        AdvertisedElsewhere = "advertised-elsewhere",
        /// An audit was asked for.
        AuditAsked = "audit-asked",
        /// A failure stands alone: it may be chance.
        MayBeChance = "may-be-chance",
        /// One mode of a direction works and another does not: the command, the port, or chance?
        OneWorks = "one-works",
        /// The mode that works has to be seen to work on as many ports as the other one failed on.
        AsManyPorts = "as-many-ports",
        /// One port stands for a whole range: what of others that the server announces?
        OtherPorts = "other-ports",
        /// An announced port was shut: is it the command, the port, a part of the range, or chance?
        PortShut = "port-shut",
        /// Some ports opened and another was silent: are they opened one by one?
        PortsDiffer = "ports-differ",
        /// Data connections stood and carried nothing: does somebody else answer at every port?
        NothingCame = "nothing-came",
        /// Ports answer that nobody announced: how far away is who answers?
        AnsweredUnannounced = "answered-unannounced",
        /// A data connection brought nothing, or nothing more: are segments too large?
        Starved = "starved",
        /// Small segments came through: do full ones still not?
        SmallCameThrough = "small-came-through",
        /// The control connection was lost during a transfer: does keep-alive hold it?
        ControlLost = "control-lost",
        /// A login was lost while it was silent: does keep-alive hold it?
        IdleLost = "idle-lost",
        /// A port refused that had just been announced: does it a moment later?
        AnnouncedRefused = "announced-refused",
        /// Passive mode works: is each port opened for one connection only?
        OpenedForOne = "opened-for-one",
        /// A second knock met silence, which may be loss: another port.
        SecondKnockSilent = "second-knock-silent",
        /// Ports are opened one by one: does somebody read the commands on the way?
        OpenedOneByOne = "opened-one-by-one",
        /// Packets came in that nobody on this machine got: do they come anyway?
        PacketsUndelivered = "packets-undelivered",
        /// Passive ports are shut: how far do knocks come?
        PassiveShut = "passive-shut",
        /// Knocks die at the server's end, or their answers do on the way back: do answers from high
        /// ports come back?
        AnswersUnseen = "answers-unseen",
        /// No control connection stood: how far do knocks come?
        ControlSilent = "control-silent",
        /// The audit found ports blocked in its range: how far do knocks come?
        RangeBlocked = "range-blocked",
        /// No active connection came, and the server sees us under another address.
        SeenElsewhere = "seen-elsewhere",
        /// The active command was taken with an address that the server cannot know us by: does somebody
        /// rewrite it?
        MayBeRewritten = "may-be-rewritten",
        /// The server's knock does not arrive: how many hops is it to the server?
        HopsNeeded = "hops-needed",
        /// The server's knock does not arrive: does it through a hole opened from the inside?
        KnockShutOut = "knock-shut-out",
        /// A hole helps: how short may it be?
        HoleHelps = "hole-helps",
        /// A second knock met a RST: who sent it?
        SecondKnockReset = "second-knock-reset",
        /// A data connection resumed the control connection's TLS session: does it have to?
        SessionResumed = "session-resumed",
        /// No data connection stands under TLS: does one in clear?
        ShutUnderTls = "shut-under-tls",
    }
}
