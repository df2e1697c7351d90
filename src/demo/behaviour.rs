//! What an embedded server does: plain data, composed from small enums.
//!
//! [`Behaviour::default`] is a healthy server. A story changes only what it is about.

mod tls;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::software::Software;
pub use tls::{Certificate, Sessions, Tls, TlsAnswer, TlsData, TlsStart, TlsVersions};

/// Everything that an embedded server does, at every step of a session.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Loopback address to listen on.
    pub family: Family,
    /// Control port to use where it and the port below it are free; else the system chooses.
    pub preferred_port: Option<u16>,
    /// What a SYN to the control port meets.
    pub door: Door,
    /// What the server says first.
    pub greeting: Greeting,
    /// Whose reply texts and habits it has.
    pub software: Software,
    /// TLS, where the server can speak it.
    pub tls: Option<Tls>,
    /// Who may log in, and how.
    pub login: Login,
    /// How many connections one address may have.
    pub limit: Option<Limit>,
    /// Address that the server sees its client at, where a NAT is to lie between.
    /// It is compared with PORT and EPRT and named by STAT; a PORT that names it is
    /// accepted, but nobody forwards the knock, so it never arrives.
    pub seen_as: Option<IpAddr>,
    /// Commands that are switched off, with the whole reply to each.
    pub switched_off: Vec<SwitchedOff>,
    /// What PASV leads to.
    pub pasv: Passive,
    /// What EPSV leads to.
    pub epsv: Passive,
    /// Address in the 227 reply, where it is not the one that the server listens on.
    pub advertised: Option<Ipv4Addr>,
    /// Where passive ports come from.
    pub ports: PortRange,
    /// What PORT leads to.
    pub port: Active,
    /// What EPRT leads to.
    pub eprt: Active,
    /// What is listed.
    pub listing: Listing,
    /// Pauses before replies.
    pub delays: Vec<Delay>,
    /// A command that makes the server hang up without a reply.
    pub hangup: Option<Hangup>,
    /// How long a knock that gets no answer keeps the session, and so its place in
    /// [`Behaviour::limit`], even when the client has long gone (vsftpd: 60 s).
    pub active_hold: Duration,
    /// How long the server waits for a client that does not come to the passive port
    /// or that takes no data (vsftpd: 60 s).
    pub passive_hold: Duration,
    /// How long a session may be idle before it is ended with 421.
    pub idle: Duration,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            family: Family::V4,
            preferred_port: None,
            door: Door::Open,
            greeting: Greeting::Welcome,
            software: Software::Vsftpd,
            tls: None,
            login: Login::Anyone,
            limit: None,
            seen_as: None,
            switched_off: Vec::new(),
            pasv: Passive::Serve,
            epsv: Passive::Serve,
            advertised: None,
            ports: PortRange::Any,
            port: Active::USUAL,
            eprt: Active::USUAL,
            listing: Listing::Files,
            delays: Vec::new(),
            hangup: None,
            active_hold: Duration::from_secs(60),
            passive_hold: Duration::from_secs(60),
            idle: Duration::from_secs(300),
        }
    }
}

/// Address family, and with it the only address that a server may listen on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// 127.0.0.1
    #[default]
    V4,
    /// `::1`
    V6,
}

impl Family {
    /// The loopback address of this family.
    pub fn loopback(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Self::V6 => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        }
    }
}

/// What a SYN to the control port meets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door {
    /// A listener.
    #[default]
    Open,
    /// A port that nobody listens on: RST.
    Closed,
    /// A port whose SYNs are dropped: a real time-out.
    Filtered,
}

/// What the server says first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Greeting {
    /// The software's own 220.
    #[default]
    Welcome,
    /// These raw lines, joined by `\n`, code included; several lines or a foreign code are fine.
    /// A text that begins with 4 or 5 ends the session.
    Text(String),
    /// `120`, then this pause, then the software's 220 (RFC 959 §5.4).
    Soon(Duration),
    /// Not a word, for as long as the client stays.
    Silent,
    /// Accepts and closes at once.
    CloseAtOnce,
    /// An SSH server's identification (RFC 4253 §4.2).
    Ssh,
    /// A web server: 400 to the first line, or 408 after this time.
    Http(Duration),
}

/// Who may log in, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Any name and password, `anonymous` too.
    #[default]
    Anyone,
    /// This user and password only; 530 for all others, `anonymous` too.
    User {
        /// Name for USER.
        name: String,
        /// Text for PASS.
        password: String,
    },
    /// 530 for all.
    Nobody,
    /// PASS is answered by 332, any ACCT logs in (RFC 959 §5.4).
    Account,
    /// Refused before encryption, in the software's words.
    TlsRequired,
}

/// How many connections one address may have at a time.
///
/// A place is free again when the session and its pending data transfer have both ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Connections that one address may have.
    pub max_per_ip: usize,
    /// How many of them somebody else at that address holds for good.
    pub taken: usize,
    /// When the surplus one is turned away.
    pub at: Turn,
}

/// When a surplus client is turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// In place of the greeting.
    #[default]
    Connect,
    /// In answer to PASS.
    Password,
}

/// A command that is switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchedOff {
    /// Verb, upper case.
    pub verb: &'static str,
    /// Whole reply, such as `550 Permission denied.`
    pub reply: String,
}

/// What is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Two files and a folder.
    #[default]
    Files,
    /// Nothing at all, which is no fault.
    Empty,
    /// So many files.
    Large(usize),
    /// This reply to every LIST, MLSD, NLST and RETR.
    Refused(String),
}

/// A pause before the reply to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Verb, upper case; empty for the greeting.
    pub verb: &'static str,
    /// How long.
    pub wait: Duration,
}

/// A command that makes the server hang up without a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hangup {
    /// Verb, upper case.
    pub verb: &'static str,
    /// With an RST rather than a FIN.
    pub reset: bool,
}

/// What PASV or EPSV leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Passive {
    /// The listing.
    #[default]
    Serve,
    /// The listing, on a port that a firewall opened for one connection because it read the
    /// reply: every further SYN to that port is dropped. Under TLS the firewall reads nothing
    /// and opens nothing.
    Pinhole,
    /// A time-out: SYNs to the announced port are dropped.
    Blocked,
    /// An RST: nobody listens on the announced port.
    Refused,
    /// A handshake, then neither data nor reply, as from a middlebox that answers for
    /// every port: the ports next to the announced one open too.
    AcceptSilent,
    /// A handshake, then this reply to LIST and the end of the data connection.
    AcceptThen425(String),
    /// A handshake, 150, then an RST.
    AcceptThenReset,
    /// Half of the listing, then an RST and 426.
    CloseEarly,
    /// So many bytes of the listing, then nothing more.
    Stall(usize),
    /// This reply to LIST.
    RefuseListing(String),
    /// This raw line in place of 227 or 229, after which the listing is served all the same.
    /// `{pasv}` stands for `h1,h2,h3,h4,p1,p2`, `{address}` and `{port}` for themselves.
    ReplyText(String),
    /// This reply to the command itself.
    RefuseCommand(String),
}

/// Where passive ports come from. All allocation cycles through the range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PortRange {
    /// Anywhere: the system chooses.
    #[default]
    Any,
    /// As configured, both ends included; ports that others hold are passed over.
    Fixed {
        /// Lowest port.
        first: u16,
        /// Highest port.
        last: u16,
    },
    /// The port below the control port alone, which active connections come from as well.
    DefaultDataPort,
    /// So many ports in a row, wherever there are free ones.
    Row {
        /// Number of ports.
        size: u16,
        /// Those that a firewall drops, counted from 0.
        blocked: Vec<u16>,
        /// Those that other transfers hold, counted from 0.
        busy: Vec<u16>,
    },
}

/// What PORT or EPRT leads to. A foreign address is always refused in the software's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Active {
    /// The server knocks.
    Connect(Origin),
    /// The command is accepted and the knock is lost on the way: no data and no reply for
    /// [`Behaviour::active_hold`], then 425.
    Silent,
    /// The command is accepted, LIST gets this reply.
    Reply425AfterList(String),
    /// This reply to the command itself.
    RefuseCommand(String),
}

impl Active {
    /// From the default data port.
    pub const USUAL: Self = Self::Connect(Origin::DefaultDataPort);
}

impl Default for Active {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Where an active data connection comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The port below the control port (RFC 959 §3.2).
    #[default]
    DefaultDataPort,
    /// Any port.
    Ephemeral,
    /// The default data port of another loopback address, such as 127.0.0.2.
    OtherAddress(Ipv4Addr),
}
