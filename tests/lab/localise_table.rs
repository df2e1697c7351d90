//! The table: place × action × direction × server × family × length of the way. All of it would
//! take hours; a part that covers each pair that matters is computed from the lists.

use super::firewall::{Action, Icmp};
use super::localise_judge::Trial;
use super::localise_truth::{Direction, Plane, Spot, Want, spots, wall};
use super::net::Topology;
use super::servers::{Server, Software};

/// What a filter does to what it stops.
const ACTIONS: [Action; 5] = [
    Action::Drop,
    Action::Reset,
    Action::Icmp(Icmp::PortUnreachable),
    Action::Icmp(Icmp::AdminProhibited),
    Action::Icmp(Icmp::HostProhibited),
];

const SOFTWARE: [Software; 4] =
    [Software::Vsftpd, Software::PureFtpd, Software::ProFtpd, Software::Pyftpdlib];

/// A filter at a spot.
type Stop = Option<(Spot, Action)>;

/// One cell of the table.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub software: Software,
    pub ipv6: bool,
    pub hops: usize,
    pub passive: Stop,
    pub active: Stop,
}

impl Cell {
    pub const fn new(software: Software, hops: usize) -> Self {
        Self { software, ipv6: false, hops, passive: None, active: None }
    }

    const fn over_ipv6(self, ipv6: bool) -> Self {
        Self { ipv6, ..self }
    }

    pub const fn passive(self, spot: Spot, action: Action) -> Self {
        Self { passive: Some((spot, action)), ..self }
    }

    pub const fn active(self, spot: Spot, action: Action) -> Self {
        Self { active: Some((spot, action)), ..self }
    }

    fn name(&self) -> String {
        let what = |direction, stop: Stop| {
            stop.map_or_else(String::new, |(spot, action)| {
                let place = super::localise_truth::place(spot, self.hops, direction);
                format!(", {direction:?} {action:?} at {:?} {:?}", place.node, place.hook)
            })
        };
        let family = if self.ipv6 { "IPv6" } else { "IPv4" };
        format!(
            "{:?} {family} {} hops{}{}",
            self.software,
            self.hops,
            what(Direction::Passive, self.passive),
            what(Direction::Active, self.active)
        )
    }

    const fn class(&self) -> &'static str {
        match (self.passive, self.active) {
            (Some((_, Action::Drop)), None) => "passive dropped",
            (Some(_), None) => "passive rejected",
            (None, Some((_, Action::Drop))) => "active dropped",
            (None, Some(_)) => "active rejected",
            (Some(_), Some(_)) => "both stopped",
            (None, None) => "healthy",
        }
    }

    pub fn trial(self) -> Trial {
        let mut walls = Vec::new();
        let mut wants = Vec::new();
        if let Some((spot, action)) = self.passive {
            walls.push(wall(spot, self.hops, Direction::Passive, action));
            wants.push(Want::outgoing(Plane::Passive, spot, self.hops, &[], action));
        }
        if let Some((spot, action)) = self.active {
            walls.push(wall(spot, self.hops, Direction::Active, action));
            wants.push(Want::incoming(spot, self.hops, self.software, action));
        }
        Trial {
            name: self.name(),
            class: self.class(),
            server: Some(server(self.software, self.ipv6)),
            topology: Topology { routers: self.hops - 1, ..Topology::default() },
            helpers: Vec::new(),
            walls,
            nats: Vec::new(),
            args: if self.ipv6 { vec!["-6"] } else { Vec::new() },
            ipv6: self.ipv6,
            wants,
            lossy: false,
        }
    }
}

/// A server that has room for the transfers that earlier trials left hanging.
pub fn server(software: Software, ipv6: bool) -> Server {
    Server { ipv6, max_per_ip: Some(400), max_clients: Some(400), ..Server::new(software) }
}

fn usual(hops: usize, direction: Direction) -> impl Iterator<Item = Spot> {
    spots(hops, direction).into_iter().filter(|spot| !spot.early)
}

/// The part of the table that is played.
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let base = Cell::new(Software::Vsftpd, 4);
    let passive = spots(4, Direction::Passive);
    let active = spots(4, Direction::Active);
    // Each place with each action.
    for action in ACTIONS {
        cells.extend(passive.iter().map(|&spot| base.passive(spot, action)));
    }
    // Each place with the two servers that call from port 20; what is told no, at three places.
    for &spot in &active {
        cells.push(base.active(spot, Action::Drop));
        cells.push(Cell::new(Software::PureFtpd, 4).active(spot, Action::Drop));
    }
    for (spot, action) in usual(4, Direction::Active).skip(2).step_by(2).zip(&ACTIONS[2..]) {
        cells.push(base.active(spot, *action));
    }
    // What is told no at the client and at its gateway, as most of those firewalls are set up.
    for software in [Software::Vsftpd, Software::PureFtpd, Software::ProFtpd] {
        for action in [Action::Reset, Action::Icmp(Icmp::AdminProhibited)] {
            let near = [Spot::at(0), Spot::at(1)].into_iter();
            cells.extend(near.map(|spot| Cell::new(software, 4).active(spot, action)));
        }
    }
    // A sample on the other servers and the other family, shifted so that all places and actions
    // come up.
    let others = SOFTWARE.into_iter().flat_map(|software| [(software, false), (software, true)]);
    for (row, (software, ipv6)) in others.skip(1).enumerate() {
        let cell = Cell::new(software, 4).over_ipv6(ipv6);
        for column in 0..4 {
            let spot = passive[(row * 4 + column) % passive.len()];
            cells.push(cell.passive(spot, ACTIONS[(row + column) % ACTIONS.len()]));
        }
        for column in 0..2 {
            cells.push(cell.active(active[(row * 2 + column) % active.len()], Action::Drop));
        }
    }
    // Shorter and longer ways.
    for hops in [2, 6] {
        for (row, spot) in usual(hops, Direction::Passive).enumerate() {
            let cell = Cell::new(SOFTWARE[row % SOFTWARE.len()], hops).over_ipv6(row % 3 == 2);
            cells.push(Cell::new(Software::Vsftpd, hops).passive(spot, Action::Drop));
            cells.push(cell.passive(spot, ACTIONS[1 + row % 4]));
            cells.push(cell.passive(spot, ACTIONS[1 + (row + 2) % 4]));
        }
        for (row, spot) in usual(hops, Direction::Active).enumerate() {
            let cell = Cell::new(SOFTWARE[row % 2], hops).over_ipv6(row % 3 == 2);
            cells.push(cell.active(spot, Action::Drop));
        }
    }
    // Both at once: at the server's end and at the client's.
    for software in SOFTWARE {
        cells.push(both(software, 4));
    }
    cells.push(both(Software::Vsftpd, 4).over_ipv6(true));
    cells.push(both(Software::PureFtpd, 2));
    cells.push(both(Software::Vsftpd, 6));
    cells.push(base.passive(Spot::at(3), Action::Drop).active(Spot::at(1), Action::Drop));
    cells
}

/// Passive connections die at the server, active ones at the client.
pub const fn both(software: Software, hops: usize) -> Cell {
    Cell::new(software, hops)
        .passive(Spot::at(hops), Action::Drop)
        .active(Spot::at(0), Action::Drop)
}
