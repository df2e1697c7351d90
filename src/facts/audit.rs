//! An audit of passive ports: what the server announces, and which ports are let through.

use serde::{Deserialize, Serialize};

use super::{Icmp, Micros, Mode, Outcome, PortRange};

/// What an audit was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRequest {
    /// `--passive-ports`: the range that the server is set to.
    pub passive_ports: Option<PortRange>,
    /// `--samples`: announcements to ask for.
    pub samples: u16,
    /// `--rate`: SYNs a second, at most.
    pub rate: u32,
}

/// What an audit observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Whether announcements were asked for.
    pub sampled: bool,
    /// Announcements that no transfer followed, in order.
    pub samples: Vec<Sample>,
    /// What was announced to a second login while the first one held the range's only port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowd: Option<Crowd>,
    /// Ports that had been open while they were announced, asked again without an announcement: a
    /// few before the sweep, and those of [`Self::announced`] after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<PortRun>,
    /// Ports that were knocked at while each was announced to the login that had asked for it: those of
    /// [`Self::samples`], and others in place of a sweep or after it. What let us in once is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<PortRun>,
    /// Ports of [`Self::announced`] that refused a knock and let the next one in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened_late: Vec<u16>,
    /// Knocks at ports that refuse, with a life that ends one hop before the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<Short>,
    /// The well-known ports of FTP: 20, 21 and 990.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<PortRun>,
    /// The sweep of the range.
    pub sweep: Option<Sweep>,
}

/// Knocks that cannot come as far as the server: whoever refuses one stands before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// Time to live of the SYNs.
    pub ttl: u8,
    /// Ports that were asked: `Refused` where a RST came all the same, `NotTested` where none did.
    pub ports: Vec<PortRun>,
}

/// One reply to PASV or EPSV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Index of the session.
    pub session: usize,
    /// Which command.
    pub mode: Mode,
    /// The announced port; `None` where the reply was none that announces one.
    pub port: Option<u16>,
    /// Reply code; 0 where nothing came.
    pub code: u16,
    /// Reply text, where it announced no port.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Two logins and a range of one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// The port that the first login held.
    pub held: u16,
    /// What the second one got meanwhile.
    pub reply: Sample,
    /// What was announced once the first one had let go; only asked after a refusal.
    pub after: Option<Sample>,
}

/// Where the bounds of a sweep come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundsFrom {
    /// `--passive-ports`.
    Declared,
    /// The announcements, widened to the bounds that are likely set.
    Learned,
}

/// A sweep: knocks at ports that nobody has announced just then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// The range.
    pub bounds: PortRange,
    /// Where it comes from.
    pub from: BoundsFrom,
    /// What became of each port of it, and of ports that were announced outside of it.
    pub ports: Vec<PortRun>,
    /// SYNs to each port that stayed silent, each from a port of its own.
    pub asked: u8,
    /// SYNs in all.
    pub syns: u32,
    /// Knocks at ports that were let through in the end, and how many of these knocks had stayed
    /// without an answer.
    pub answered: u32,
    /// See `answered`.
    pub lost: u32,
    /// The longest wait for an answer.
    pub slowest: Micros,
    /// The first ICMP message that rejected a knock.
    pub icmp: Option<Icmp>,
    /// Whether every port was asked often enough, and those that had answered still did when it
    /// was over.
    pub complete: bool,
    /// Ports that had answered and no longer did when it was over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_silent: Vec<u16>,
    /// When it began.
    pub began: Micros,
    /// How long it took.
    pub took: Micros,
}

/// Neighbouring ports with one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortRun {
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
    /// What came of each.
    pub outcome: Outcome,
}

impl PortRun {
    /// How many ports.
    pub fn count(self) -> usize {
        usize::from(self.last.saturating_sub(self.first)) + 1
    }

    /// Its ports with their outcome.
    pub fn each(self) -> impl Iterator<Item = (u16, Outcome)> {
        (self.first..=self.last).map(move |port| (port, self.outcome))
    }
}

/// What came of a port, if it is among these.
pub fn outcome(of: &[PortRun], port: u16) -> Option<Outcome> {
    of.iter().find(|run| (run.first..=run.last).contains(&port)).map(|run| run.outcome)
}

/// Ports, sorted, as runs of one outcome.
pub fn runs(ports: impl IntoIterator<Item = (u16, Outcome)>) -> Vec<PortRun> {
    let mut all: Vec<PortRun> = Vec::new();
    for (port, outcome) in ports {
        match all.last_mut() {
            Some(run) if run.outcome == outcome && run.last.checked_add(1) == Some(port) => {
                run.last = port;
            }
            _ => all.push(PortRun { first: port, last: port, outcome }),
        }
    }
    all
}

impl Audit {
    /// Ports that were announced in samples, in order.
    pub fn sampled_ports(&self) -> impl Iterator<Item = u16> {
        self.samples.iter().filter_map(|s| s.port)
    }
}

impl PortRange {
    /// Whether a port lies in it.
    pub fn has(self, port: u16) -> bool {
        (self.min..=self.max).contains(&port)
    }
}
