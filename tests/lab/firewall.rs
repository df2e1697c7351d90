//! Firewalls, address translation and FTP helpers as plain data, and their nftables text.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use super::net::{Node, TO_CLIENT, TO_SERVER};

/// The packets that a firewall looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// All that arrive, before anything is decided about them.
    Prerouting,
    /// Those for the machine itself.
    Input,
    /// Those that it sends itself.
    Output,
    /// Those that it passes on.
    Forward,
}

/// Where a firewall stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub node: Node,
    pub hook: Hook,
}

impl Place {
    pub const CLIENT_IN: Self = Self::new(Node::Client, Hook::Input);
    pub const CLIENT_OUT: Self = Self::new(Node::Client, Hook::Output);
    pub const SERVER_IN: Self = Self::new(Node::Server, Hook::Input);
    pub const SERVER_OUT: Self = Self::new(Node::Server, Hook::Output);

    /// What a router passes on.
    pub const fn router(hop: usize) -> Self {
        Self::new(Node::Router(hop), Hook::Forward)
    }

    pub const fn new(node: Node, hook: Hook) -> Self {
        Self { node, hook }
    }
}

/// TCP ports, first and last.
pub type Ports = RangeInclusive<u16>;

/// A property of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It belongs to a connection that passed before, or is an ICMP answer to one.
    Known,
    /// It begins a connection.
    New,
    /// It is a SYN, whatever passed before: for a filter that keeps no state.
    Syn,
    /// It is the answer to a SYN.
    SynAck,
    /// It is a router's ICMP message (IPv4) that a packet's time to live is over.
    TimeExceeded,
    /// It is an ICMP message (IPv4) that a packet went nowhere, also for being too long.
    Unreachable,
    /// It is an ICMP message (IPv6) that a packet is too long for a link on the way.
    TooBig,
    /// It belongs to a data connection that has carried more bytes than this, both ways together.
    /// The machine must count them: `netfilter/nf_conntrack_acct`.
    After(u32),
    /// It is TCP to one of these ports.
    To(Vec<Ports>),
    /// It is TCP from one of these ports.
    From(Vec<Ports>),
    /// It comes from the client's side.
    Outbound,
    /// It comes from the server's side.
    Inbound,
    Ipv4,
    Ipv6,
    Tcp,
    /// It is, by chance, one in so many.
    OneIn(u32),
    /// More than so many were looked at before.
    Beyond(u32),
}

/// What happens to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Accept,
    /// It vanishes.
    Drop,
    /// The sender gets a TCP reset.
    Reset,
    /// The sender gets an ICMP answer.
    Icmp(Icmp),
}

/// ICMP answers; IPv6 knows fewer, the nearest one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icmp {
    PortUnreachable,
    AdminProhibited,
    HostProhibited,
    NetProhibited,
    HostUnreachable,
    NetUnreachable,
}

/// All properties must hold; a rule without any holds for every packet.
#[derive(Clone, Debug)]
pub struct Rule {
    pub when: Vec<Match>,
    pub then: Action,
}

/// Short for a rule.
pub fn rule<const N: usize>(when: [Match; N], then: Action) -> Rule {
    Rule { when: when.into(), then }
}

/// The first rule that holds decides, `otherwise` where none does.
#[derive(Clone, Debug)]
pub struct Firewall {
    pub place: Place,
    pub rules: Vec<Rule>,
    pub otherwise: Action,
}

impl Firewall {
    /// Lets known connections pass, and what the rules accept; drops the rest.
    pub fn closed(place: Place, accepting: impl IntoIterator<Item = Match>) -> Self {
        let open = accepting.into_iter().map(|what| rule([what], Action::Accept));
        Self {
            place,
            rules: [rule([Match::Known], Action::Accept)].into_iter().chain(open).collect(),
            otherwise: Action::Drop,
        }
    }

    /// Lets everything pass but what one rule says.
    pub fn open_but<const N: usize>(place: Place, when: [Match; N], then: Action) -> Self {
        Self { place, rules: vec![rule(when, then)], otherwise: Action::Accept }
    }

    /// Loses one TCP packet in `every`, in both directions, at a router.
    pub fn lossy(hop: usize, every: u32) -> Self {
        let what = [Match::Tcp, Match::OneIn(every)];
        Self::open_but(Place::router(hop), what, Action::Drop)
    }
}

/// Address translation (IPv4) at a router.
#[derive(Clone, Debug)]
pub enum Nat {
    /// What goes on towards the server carries the router's address.
    Masquerade { hop: usize },
    /// Connections to the router's outer address go to the server: those to these ports, or all.
    Forward { hop: usize, ports: Option<Vec<Ports>> },
    /// What goes on towards the server to these ports (to all, where there are none) carries these
    /// addresses in turn. The first line that names a port decides.
    Pool { hop: usize, turns: Vec<(Vec<Ports>, Vec<Ipv4Addr>)> },
    /// As `Forward`, and the server sees the router in the place of every client: to these ports under
    /// these addresses, the first line that names a port decides.
    Full { hop: usize, ports: Vec<Ports>, seen: Vec<(Vec<Ports>, Ipv4Addr)> },
    /// Connections to the router's outer address, to these ports, go to these machines in turn.
    Balance { hop: usize, turns: Vec<(Vec<Ports>, Vec<Ipv4Addr>)> },
    /// Connections from the client's side to every port but the control port end at a port of the
    /// router itself. Both address families.
    Intercept { hop: usize, port: u16 },
}

/// A connection tracking helper that reads FTP on port 21, and rewrites it where there is a NAT too.
#[derive(Clone, Copy, Debug)]
pub struct Helper {
    pub node: Node,
}

/// Something that becomes a table in the packet filter of one machine.
pub trait Ruleset {
    fn node(&self) -> Node;
    /// The table, under a name that nothing else on that machine has.
    fn render(&self, name: &str, server: Ipv4Addr) -> String;
}

impl Ruleset for Firewall {
    fn node(&self) -> Node {
        self.place.node
    }

    fn render(&self, name: &str, _server: Ipv4Addr) -> String {
        let hook = match self.place.hook {
            Hook::Prerouting => "prerouting",
            Hook::Input => "input",
            Hook::Output => "output",
            Hook::Forward => "forward",
        };
        // Without neighbour discovery there is no IPv6 at all, which would be another case.
        let mut text = format!(
            "table inet {name} {{\n chain {hook} {{\n\
             type filter hook {hook} priority filter; policy accept;\n\
             iifname lo accept\noifname lo accept\n\
             icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, \
             nd-router-advert }} accept\n",
        );
        for rule in &self.rules {
            let when: String = rule.when.iter().map(|what| what.render() + " ").collect();
            text += &rule.then.render(&when);
        }
        text + &self.otherwise.render("") + "}\n}\n"
    }
}

impl Match {
    fn render(&self) -> String {
        match self {
            Self::Known => "ct state established,related".into(),
            Self::New => "ct state new".into(),
            Self::Syn => "tcp flags & (syn | ack) == syn".into(),
            Self::SynAck => "tcp flags & (syn | ack) == (syn | ack)".into(),
            Self::TimeExceeded => "icmp type time-exceeded".into(),
            Self::Unreachable => "icmp type destination-unreachable".into(),
            Self::TooBig => "icmpv6 type packet-too-big".into(),
            Self::After(bytes) => format!("tcp dport != 21 tcp sport != 21 ct bytes > {bytes}"),
            Self::To(ports) => format!("tcp dport {}", set(ports)),
            Self::From(ports) => format!("tcp sport {}", set(ports)),
            Self::Outbound => format!("iifname {TO_CLIENT}"),
            Self::Inbound => format!("iifname {TO_SERVER}"),
            Self::Ipv4 => "meta nfproto ipv4".into(),
            Self::Ipv6 => "meta nfproto ipv6".into(),
            Self::Tcp => "meta l4proto tcp".into(),
            Self::OneIn(every) => format!("numgen random mod {every} 0"),
            Self::Beyond(count) => format!("limit rate over 1/day burst {count} packets"),
        }
    }
}

impl Action {
    /// Usually one line; an ICMP answer that the families call by different names takes two.
    fn render(self, when: &str) -> String {
        let lines: &[&str] = match self {
            Self::Accept => &["accept"],
            Self::Drop => &["drop"],
            Self::Reset => &["meta l4proto tcp reject with tcp reset", "drop"],
            Self::Icmp(Icmp::PortUnreachable) => &["reject with icmpx type port-unreachable"],
            Self::Icmp(Icmp::AdminProhibited) => &["reject with icmpx type admin-prohibited"],
            Self::Icmp(Icmp::HostUnreachable) => &["reject with icmpx type host-unreachable"],
            Self::Icmp(Icmp::NetUnreachable) => &["reject with icmpx type no-route"],
            Self::Icmp(Icmp::HostProhibited) => &[
                "meta nfproto ipv4 reject with icmp type host-prohibited",
                "meta nfproto ipv6 reject with icmpv6 type admin-prohibited",
            ],
            Self::Icmp(Icmp::NetProhibited) => &[
                "meta nfproto ipv4 reject with icmp type net-prohibited",
                "meta nfproto ipv6 reject with icmpv6 type policy-fail",
            ],
        };
        lines.iter().fold(String::new(), |mut text, line| {
            // The counter shows, when a test fails, what the firewall saw.
            let (what, verdict) = line.rsplit_once(" reject ").map_or_else(
                || (String::new(), (*line).to_owned()),
                |(what, with)| (what.to_owned() + " ", format!("reject {with}")),
            );
            let _ = writeln!(text, "{when}{what}counter {verdict}");
            text
        })
    }
}

impl Ruleset for Nat {
    fn node(&self) -> Node {
        match self {
            Self::Masquerade { hop }
            | Self::Forward { hop, .. }
            | Self::Full { hop, .. }
            | Self::Pool { hop, .. }
            | Self::Balance { hop, .. }
            | Self::Intercept { hop, .. } => Node::Router(*hop),
        }
    }

    fn render(&self, name: &str, server: Ipv4Addr) -> String {
        let chain = match self {
            Self::Masquerade { .. } => format!(
                "type nat hook postrouting priority srcnat;\n\
                 oifname {TO_SERVER} counter masquerade\n"
            ),
            Self::Forward { ports, .. } => {
                let ports = ports.as_ref().map_or_else(
                    || "meta l4proto tcp".to_owned(),
                    |ports| format!("tcp dport {}", set(ports)),
                );
                // What the server itself begins leaves with the router's address too.
                format!(
                    "type nat hook prerouting priority dstnat;\n\
                     iifname {TO_CLIENT} {ports} counter dnat to {server}\n}}\n\
                     chain out {{\ntype nat hook postrouting priority srcnat;\n\
                     oifname {TO_CLIENT} counter masquerade\n"
                )
            }
            Self::Full { ports, seen, .. } => {
                let seen = seen.iter().map(|(ports, address)| (ports.clone(), vec![*address]));
                let ports = set(ports);
                format!(
                    "type nat hook prerouting priority dstnat;\n\
                     iifname {TO_CLIENT} tcp dport {ports} counter dnat to {server}\n}}\n\
                     chain out {{\ntype nat hook postrouting priority srcnat;\n\
                     oifname {TO_CLIENT} counter masquerade\n{}",
                    lines(&seen.collect::<Vec<_>>(), &format!("oifname {TO_SERVER}"), "snat")
                )
            }
            Self::Pool { turns, .. } => format!(
                "type nat hook postrouting priority srcnat;\n{}",
                lines(turns, &format!("oifname {TO_SERVER}"), "snat")
            ),
            Self::Balance { turns, .. } => format!(
                "type nat hook prerouting priority dstnat;\n{}}}\n\
                 chain out {{\ntype nat hook postrouting priority srcnat;\n\
                 oifname {TO_CLIENT} counter masquerade\n",
                lines(turns, &format!("iifname {TO_CLIENT}"), "dnat")
            ),
            Self::Intercept { port, .. } => {
                let chain = format!(
                    "type nat hook prerouting priority dstnat;\n\
                     iifname {TO_CLIENT} tcp dport != 21 counter redirect to :{port}\n"
                );
                return format!("table inet {name} {{\nchain nat {{\n{chain}}}\n}}\n");
            }
        };
        format!("table ip {name} {{\nchain nat {{\n{chain}}}\n}}\n")
    }
}

impl Ruleset for Helper {
    fn node(&self) -> Node {
        self.node
    }

    fn render(&self, name: &str, _server: Ipv4Addr) -> String {
        // After connection tracking (−200) has met the packet; a client's own leave by "output".
        let hook = if self.node == Node::Client { "output" } else { "prerouting" };
        format!(
            "table inet {name} {{\nct helper ftp {{\ntype \"ftp\" protocol tcp;\n}}\n\
             chain {hook} {{\ntype filter hook {hook} priority -150;\n\
             tcp dport 21 counter ct helper set \"ftp\"\n}}\n}}\n"
        )
    }
}

/// A line for each group of ports; its addresses are taken in turn, each group counts for itself.
fn lines(turns: &[(Vec<Ports>, Vec<Ipv4Addr>)], when: &str, how: &str) -> String {
    turns.iter().fold(String::new(), |mut text, (ports, addresses)| {
        let ports = match ports.as_slice() {
            [] => "meta l4proto tcp".to_owned(),
            some => format!("tcp dport {}", set(some)),
        };
        let to = match addresses.as_slice() {
            [one] => one.to_string(),
            many => {
                let map: Vec<String> =
                    many.iter().enumerate().map(|(turn, to)| format!("{turn} : {to}")).collect();
                format!("numgen inc mod {} map {{ {} }}", many.len(), map.join(", "))
            }
        };
        let _ = writeln!(text, "{when} {ports} counter {how} to {to}");
        text
    })
}

fn set(ports: &[Ports]) -> String {
    let ranges: Vec<String> = ports
        .iter()
        .map(|ports| match (ports.start(), ports.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        })
        .collect();
    format!("{{ {} }}", ranges.join(", "))
}
