//! Where packets die, what can be seen of it from the client, and so what a report has to say.

use super::firewall::{Action, Firewall, Hook, Match, Place, rule};
use super::net::Node;
use super::servers::Software;

/// A place on the way, for one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// 0 is the client, the last one the server.
    pub hop: usize,
    /// In the prerouting chain, which sees a packet before its time to live is counted down.
    pub early: bool,
}

impl Spot {
    /// In the chain where a filter usually stands.
    pub const fn at(hop: usize) -> Self {
        Self { hop, early: false }
    }

    /// In the prerouting chain.
    pub const fn early(hop: usize) -> Self {
        Self { hop, early: true }
    }
}

/// Who opens the connections that are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client, to high ports of the server.
    Passive,
    /// The server, to the client.
    Active,
}

/// All spots of a way with so many hops where new connections of a direction pass.
pub fn spots(hops: usize, direction: Direction) -> Vec<Spot> {
    (0..=hops)
        .flat_map(|hop| [Spot::at(hop), Spot::early(hop)])
        // What a machine sends itself does not arrive there.
        .filter(|spot| {
            let sender = match direction {
                Direction::Passive => 0,
                Direction::Active => hops,
            };
            !spot.early || spot.hop != sender
        })
        .collect()
}

/// The machine at a hop.
pub fn node(hop: usize, hops: usize) -> Node {
    match hop {
        0 => Node::Client,
        hop if hop == hops => Node::Server,
        hop => Node::Router(hop),
    }
}

/// The chain in which packets of a direction meet a filter at a spot.
pub fn place(spot: Spot, hops: usize, direction: Direction) -> Place {
    let node = node(spot.hop, hops);
    let hook = match (spot.early, node, direction) {
        (true, _, _) => Hook::Prerouting,
        (_, Node::Router(_), _) => Hook::Forward,
        (_, Node::Client, Direction::Passive)
        | (_, Node::Server | Node::Twin, Direction::Active) => Hook::Output,
        (_, Node::Client, _) | (_, Node::Server | Node::Twin, Direction::Passive) => Hook::Input,
    };
    Place::new(node, hook)
}

/// A filter that stops new data connections of one direction, and nothing else.
pub fn wall(spot: Spot, hops: usize, direction: Direction, action: Action) -> Firewall {
    let mut when = match direction {
        Direction::Passive => vec![Match::New, Match::To(vec![1024..=65535])],
        Direction::Active => vec![Match::New, Match::Tcp],
    };
    wall_of(place(spot, hops, direction), direction, &mut when, action)
}

/// A filter for packets that go one way, at a place.
pub fn wall_of(
    place: Place,
    direction: Direction,
    when: &mut Vec<Match>,
    action: Action,
) -> Firewall {
    if let Node::Router(_) = place.node {
        when.push(match direction {
            Direction::Passive => Match::Outbound,
            Direction::Active => Match::Inbound,
        });
    }
    let mut firewall = Firewall::open_but(place, [], action);
    firewall.rules[0].when.clone_from(when);
    firewall
}

/// A router that lets packets expire without a word.
pub fn mute(hop: usize) -> Firewall {
    Firewall {
        place: Place::new(Node::Router(hop), Hook::Output),
        rules: vec![rule([Match::TimeExceeded], Action::Drop)],
        otherwise: Action::Accept,
    }
}

/// The plane that a finding belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    Control,
    Passive,
    Active,
}

impl Plane {
    /// The causes that may stand for a connection that is stopped.
    pub const fn causes(self) -> &'static [&'static str] {
        match self {
            Self::Control => &["control-filtered", "control-refused", "control-unreachable"],
            Self::Passive => &[
                "client-firewall-blocks-passive",
                "firewall-blocks-passive",
                "passive-port-refused",
                "passive-ports-not-forwarded",
                "server-firewall-blocks-passive",
            ],
            Self::Active => &[
                "client-firewall-blocks-active",
                "firewall-blocks-active",
                "server-firewall-blocks-active",
            ],
        }
    }
}

/// What a report must say about one direction that is stopped.
#[derive(Clone, Debug)]
pub struct Want {
    pub plane: Plane,
    /// One of these is the cause.
    pub causes: Vec<&'static str>,
    /// One of these is the side.
    pub sides: Vec<&'static str>,
    /// The suspects that can be seen from the client; wider is told, and no failure.
    pub suspects: Option<(usize, usize)>,
    /// The hop where packets die.
    pub truth: usize,
    pub hops: usize,
    /// What cannot be known from the client may be said wrongly with this little confidence: it is
    /// told and counted, and no failure.
    pub excused: &'static [&'static str],
}

/// The side by the suspect hops, as the contract has it.
pub fn side(min: usize, max: usize, hops: usize) -> &'static str {
    if min <= 1 && max < hops && max <= 2 {
        "client"
    } else if min >= 2 && (max == hops || (min == max && max + 1 == hops && hops >= 3)) {
        "server"
    } else if min >= 2 && max < hops {
        "path"
    } else {
        "unknown"
    }
}

/// The sides that are no lie about a filter at this hop.
pub fn honest(truth: usize, hops: usize) -> Vec<&'static str> {
    let mut sides = vec!["unknown"];
    // The first and the last router are at their ends' sides, and may be called part of the way.
    if truth <= 1 || (truth == 2 && hops > 3) {
        sides.push("client");
    }
    if truth + 1 >= hops {
        sides.push("server");
    }
    if truth >= 2 && truth < hops {
        sides.push("path");
    }
    sides
}

fn named(plane: Plane, side: &str) -> &'static str {
    match (plane, side) {
        (Plane::Control, _) => "control-filtered",
        (Plane::Passive, "client") => "client-firewall-blocks-passive",
        (Plane::Passive, "server") => "server-firewall-blocks-passive",
        (Plane::Passive, _) => "firewall-blocks-passive",
        (Plane::Active, "client") => "client-firewall-blocks-active",
        (Plane::Active, "server") => "server-firewall-blocks-active",
        (Plane::Active, _) => "firewall-blocks-active",
    }
}

impl Want {
    /// What ladders say about connections that the client opens and a filter stops.
    pub fn outgoing(plane: Plane, spot: Spot, hops: usize, mute: &[usize], action: Action) -> Self {
        // A packet dies behind the last router that could let it expire, and before the next one.
        let (mut min, mut max) = match (spot.hop, spot.early) {
            (0, _) => (0, 1),
            (hop, early) if hop == hops || early => (hop - 1, hop),
            (hop, _) => (hop, hop + 1),
        };
        match action {
            Action::Icmp(_) => (min, max) = (spot.hop, spot.hop),
            Action::Drop => {
                while mute.contains(&min) {
                    min -= 1;
                }
                while mute.contains(&max) {
                    max += 1;
                }
            }
            Action::Reset | Action::Accept => {}
        }
        let side = side(min, max, hops);
        let cause = match (plane, action) {
            // The server's own RST would look the same.
            (Plane::Passive, Action::Reset) if max == hops => "passive-port-refused",
            _ => named(plane, side),
        };
        Self {
            plane,
            causes: vec![cause],
            sides: vec![side],
            suspects: Some((min, max)),
            truth: spot.hop,
            hops,
            excused: &[],
        }
    }

    /// What holes say about connections that the server opens and a filter stops.
    pub fn incoming(spot: Spot, hops: usize, software: Software, action: Action) -> Self {
        let Spot { hop: truth, .. } = spot;
        let want = |sides: &[&'static str], suspects| Self {
            plane: Plane::Active,
            causes: sides.iter().map(|side| named(Plane::Active, side)).collect(),
            sides: sides.to_vec(),
            suspects,
            truth,
            hops,
            excused: &[],
        };
        let from_port_20 = matches!(software, Software::Vsftpd | Software::PureFtpd);
        if action != Action::Drop {
            // A server that is told so says so at once. Nearest to the client a hole shows whose
            // filter it is; whether holes are tried elsewhere is open.
            let near = from_port_20 && truth <= 1 && truth + 2 <= hops;
            let sides = if near { vec!["client"] } else { honest(truth, hops) };
            return want(&sides, near.then_some((truth, truth)));
        }
        if !from_port_20 {
            // What dies at this machine itself its counters tell, whatever port it came from.
            let sides: &[&str] = if truth == 0 { &["unknown", "client"] } else { &["unknown"] };
            return want(sides, None);
        }
        if truth + 2 <= hops {
            return want(&[side(truth, truth, hops)], Some((truth, truth)));
        }
        // No hole helps: the server's own side, or a filter without a memory on the client's. Nothing that
        // can be seen from the client tells them apart.
        want(&["unknown"], None)
    }

    /// The same, and nothing may be said about the side.
    pub fn unsided(mut self) -> Self {
        self.causes = vec![named(self.plane, "unknown")];
        self.sides = vec!["unknown"];
        self.suspects = None;
        self
    }

    /// The same, and any side that is no lie will do.
    pub fn honest(mut self) -> Self {
        self.sides = honest(self.truth, self.hops);
        self.causes = self.sides.iter().map(|side| named(self.plane, side)).collect();
        self
    }
}
