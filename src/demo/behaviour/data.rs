//! Data connections: what becomes of them, where they go and where they come from.

use std::net::Ipv4Addr;

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
    /// [`Behaviour::active_hold`](super::Behaviour::active_hold), then 425.
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
