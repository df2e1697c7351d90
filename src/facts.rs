//! What was observed: plain data, no advice.
//!
//! A run is one [`Facts`] value. It can be saved (`--save`) and diagnosed again (`replay`) with the
//! same result, so nothing in here depends on a socket, a clock or the machine that measured.
//! Three values everywhere: yes, no, and not checked (`None`, or a reason why not).

pub mod announcement;
pub mod attempt;
pub mod audit;
pub mod expectation;
pub mod host;
pub mod mistyped;
pub mod names;
pub mod path;
pub mod read;
pub mod reading;
pub mod request;
pub mod session;
pub mod steps;
pub mod time;
pub mod tls;
pub mod trial;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use announcement::{AnnouncedKnock, Announcement};
pub use attempt::{
    Attempt, DataEnd, Direction, Knock, Mode, NotTested, Observed, Outcome, Purpose, Step, Untold,
    Why,
};
pub use audit::{Audit, AuditRequest, BoundsFrom, Crowd, Sample, Short, Sweep};
pub use expectation::{Expectation, ExpectationError};
pub use host::Host;
pub use names::{Lookup, LookupOutcome, Names, Record, Via};
pub use path::{Flow, Hole, Ladder, LadderRole, Returned, Rung, RungAnswer};
pub use read::read;
pub use reading::{Reading, Source, Vantage};
pub use request::{Family, PasswordSource, PortRange, Proxy, Request, Security, TlsLevel};
pub use session::{
    ControlEnd, Dial, DialOutcome, Exchange, ExchangeEnd, Greeting, Icmp, LoginOutcome, ReplyFact,
    Session, TlsAnswer,
};
pub use steps::{Because, StepTaken, Task};
pub use time::Micros;
pub use trial::{Halves, Idle, IdleEnd, Nearer, Second, Varied};

/// The schema of saved facts.
pub const SCHEMA: &str = "ftp-doctor.facts/1";

/// Everything that one run observed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// `ftp-doctor.facts/1`.
    pub schema: String,
    /// Name of the program that measured.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// The system that it ran on, where the facts say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took.
    pub elapsed: Micros,
    /// Who observed: this program, or somebody whose log or capture was read.
    #[serde(default, skip_serializing_if = "Source::is_live")]
    pub source: Source,
    /// Packets that came to this machine meanwhile and that no program of it got, over the family of
    /// the control connection; see `Attempt::undelivered`. Unknown where several runs went on at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<u32>,
    /// What was asked for.
    pub request: Request,
    /// Proxies that the environment names; this program does not use them, a browser may.
    pub proxies: Vec<Proxy>,
    /// Name resolution.
    pub names: Names,
    /// Tries of a control connection to each address, in order, before the first login.
    pub dials: Vec<Dial>,
    /// What a silent server did with a TLS `ClientHello` on a connection of its own.
    pub tls_hello: Option<TlsAnswer>,
    /// Logins, in order. The first one that got through also carries the survey (FEAT, SYST, STAT …).
    pub sessions: Vec<Session>,
    /// Data connections tried, in the order in which they were tried.
    pub attempts: Vec<Attempt>,
    /// Announcements that were asked for beside the attempts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announcements: Vec<Announcement>,
    /// How far SYNs came on the way to the server.
    #[serde(default)]
    pub ladders: Vec<Ladder>,
    /// A hop of the control port's ladder, asked once more after the others, and whether it still
    /// answered.
    #[serde(default)]
    pub confirmed: Vec<Confirmed>,
    /// The rungs that decide, asked once more from other ports of ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<Flow>,
    /// Knocks at routers on the way, to see whether answers from high ports come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Returned>,
    /// Where the RST of a port came from that had been open while it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearer: Option<Nearer>,
    /// A moment in which nothing was asked for, to see what comes to this machine anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Commands that were sent in two segments, to see whether somebody reads them on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub halves: Vec<Halves>,
    /// Logins that were held silent (`--idle`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idles: Vec<Idle>,
    /// An audit of passive ports, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
    /// What was done, in order, and why. Empty in facts of before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepTaken>,
    /// The files that were read, where no run of this program measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// An interrupt or the deadline ended the run early.
    pub cut_short: Option<CutShort>,
}

/// The operating system that a run was made on: what it shows, and what can be typed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Linux, with any C library.
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// Another one.
    Other,
}

/// A moment without a connection of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// How long nothing was asked for.
    pub took: Micros,
    /// Packets that nobody on this machine got, see `Attempt::undelivered`.
    pub undelivered: u32,
    /// Rounds of knocks at a port that answers nobody, by turns with silence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
}

/// A moment in which so many SYNs were sent that nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// How many; none in a silent one.
    pub syns: u32,
    /// Packets that came meanwhile and that nobody on this machine got.
    pub undelivered: u32,
}

/// A hop that was asked once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The hop.
    pub hop: u8,
    /// Whether it still answered.
    pub answers: bool,
}

/// The two ends of a control connection, IPv4 addresses as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Ours.
    pub own: IpAddr,
    /// The server's.
    pub peer: IpAddr,
}

/// Why a run ended before its plan did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutShort {
    /// SIGINT or SIGTERM.
    Interrupted,
    /// The overall deadline.
    Deadline,
}

impl Facts {
    /// Whether a refusal in these facts is known to be a RST. macOS and the BSDs end a `connect()`
    /// alike for a RST and for the ICMP message of a firewall that rejects.
    pub fn tells_rejects(&self) -> bool {
        !matches!(self.system, Some(System::Macos | System::Other))
    }

    /// The first session whose login succeeded: the one with the survey.
    pub fn survey(&self) -> Option<&Session> {
        self.sessions.iter().find(|s| s.logged_in())
    }

    /// The session that tells most about the server: the survey, else the last one with a greeting,
    /// else the last one.
    pub fn leading_session(&self) -> Option<&Session> {
        self.survey()
            .or_else(|| self.sessions.iter().find(|s| matches!(s.greeting, Greeting::Reply(_))))
            .or_else(|| self.sessions.last())
    }

    /// The last reply to `verb` in the survey session.
    pub fn survey_reply(&self, verb: &str) -> Option<&ReplyFact> {
        self.survey().and_then(|s| s.reply_to(verb))
    }

    /// The commands and replies of an attempt: from its first one to the end of its session, or to the
    /// first announcement that was asked for after it.
    pub fn exchanges_of(&self, attempt: &Attempt) -> &[Exchange] {
        let Some(index) = attempt.session else { return &[] };
        let all = self.sessions.get(index).map_or(&[][..], |session| &session.exchanges);
        let later = self.announcements.iter().filter(|a| a.session == index);
        let later = later.filter_map(|a| a.exchange).filter(|at| *at > attempt.first_exchange);
        let end = later.min().unwrap_or(all.len());
        all.get(attempt.first_exchange..end.min(all.len())).unwrap_or(&[])
    }

    /// The address family of the control connection that was probed.
    pub fn family(&self) -> Option<Family> {
        self.leading_session().map(|s| Family::of(s.peer.ip()))
    }

    /// The client's address as far as the files that were read tell it; our own otherwise.
    pub fn client(&self) -> Option<IpAddr> {
        self.ends().map(|ends| ends.own).filter(|own| !own.is_unspecified())
    }

    /// Both ends of the control connection that tells most.
    pub fn ends(&self) -> Option<Ends> {
        self.leading_session()
            .map(|s| Ends { own: s.local.ip().to_canonical(), peer: s.peer.ip().to_canonical() })
    }

    /// Comparisons that vary in this.
    pub fn varied(&self, how: fn(&Varied) -> bool) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |a| a.varies(how))
    }

    /// Whether a comparison varied in this, whatever came of it.
    pub fn has_varied(&self, how: fn(&Varied) -> bool) -> bool {
        self.varied(how).next().is_some()
    }

    /// The client's own address: ours, or the one that the files tell. A server's log has the address
    /// under which the server sees the client, and that may be another.
    pub fn own(&self) -> Option<IpAddr> {
        let ours = || self.ends().map(|ends| ends.own).filter(|own| !own.is_unspecified());
        match &self.reading {
            Some(reading) => reading.own.or_else(|| reading.seen_as.is_none().then(ours).flatten()),
            None => ours(),
        }
    }

    /// The server's address, where it is known.
    pub fn server(&self) -> Option<IpAddr> {
        self.ends().map(|ends| ends.peer).filter(|peer| !peer.is_unspecified())
    }
}
