//! Worlds at random: place × action × direction × family × server × NAT × helper × loss × limits, odd
//! but harmless properties, and those that are built to mislead. A seed draws one; what is true in it is
//! known, and a plain client is the witness.
//!
//! ```text
//! FTP_DOCTOR_WORLDS=300 FTP_DOCTOR_SEED=1 \
//!     cargo test --test lab -- lab::random_worlds::at_random --ignored --nocapture
//! ```
//!
//! plays the seeds 1 to 300 and tells how many were right, wrong, wrong and proven, false alarms, false
//! all-clears, how long they took, and of each wrong one its seed, what is true and what was said. One
//! seed alone is played by `FTP_DOCTOR_WORLDS=1 FTP_DOCTOR_SEED=…`. A third of the worlds is healthy, a
//! third ordinary, a third misleading.

use super::firewall::{Action, Firewall, Helper, Hook, Icmp, Match, Nat, Place};
use super::localise_table::server;
use super::localise_truth::{
    Direction, Plane, Spot, Want, honest, mute, place, side, spots, wall, wall_of,
};
use super::net::{Address, Node, Topology};
use super::random_judge::play;
use super::servers::{Server, Software};

/// Seeds that are played beside the other cases: each kind of world comes up.
const FIXED: std::ops::RangeInclusive<u64> = 1..=30;

#[test]
fn fixed_seeds() {
    play("worlds", FIXED, true);
}

#[test]
#[ignore = "minutes to hours: so many worlds as FTP_DOCTOR_WORLDS says"]
fn at_random() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |value| value.parse().expect("a number"))
    };
    let (count, first) = (number("FTP_DOCTOR_WORLDS", 200), number("FTP_DOCTOR_SEED", 1000));
    play("worlds at random", first..=first + count.max(1) - 1, false);
}

/// What else is done to a world once it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// Ways of two lengths between router 2 and router 3.
    Balanced,
    /// The server's cable is out.
    Unplugged,
    /// Somebody sends the client datagrams that nobody wants, one every so many milliseconds.
    Shouting(u32),
    /// The last router has one more address towards the server.
    SecondAddress,
    /// The server thinks for so many seconds before it lists (pyftpdlib).
    Slow(u32),
    /// Routers speak of expired packets a few times a second at the most.
    Terse,
}

/// What is wrong with one direction, or with the control connection.
#[derive(Clone, Debug)]
pub struct Fault {
    pub plane: Plane,
    /// One of these is found.
    pub causes: Vec<&'static str>,
    /// On one of these sides.
    pub sides: Vec<&'static str>,
}

/// A world and what is true in it.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub seed: u64,
    pub kind: &'static str,
    pub name: String,
    pub server: Option<Server>,
    pub topology: Topology,
    pub helpers: Vec<(Node, Vec<&'static str>)>,
    pub walls: Vec<Firewall>,
    pub nats: Vec<Nat>,
    pub algs: Vec<Helper>,
    pub twists: Vec<Twist>,
    pub ipv6: bool,
    /// The server is reached, and every mode that has no fault works.
    pub faults: Vec<Fault>,
    /// It may not be measured to the end: packets are lost, or logins run out.
    pub patchy: bool,
    /// The server's sessions are counted: the witness comes afterwards, and to a flushed world.
    pub counted: bool,
}

/// A generator of numbers, the same everywhere: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).expect("small")
    }

    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

const SOFTWARE: [Software; 4] =
    [Software::Vsftpd, Software::PureFtpd, Software::ProFtpd, Software::Pyftpdlib];
const ACTIONS: [Action; 6] = [
    Action::Drop,
    Action::Drop,
    Action::Reset,
    Action::Icmp(Icmp::PortUnreachable),
    Action::Icmp(Icmp::AdminProhibited),
    Action::Icmp(Icmp::HostProhibited),
];

/// The world of a seed.
pub fn draw(seed: u64) -> Drawn {
    let mut dice = Dice(seed);
    dice.next();
    let software = dice.one(&SOFTWARE);
    let hops = dice.one(&[3, 4, 4, 4, 5]);
    let ipv6 = dice.once_in(5);
    let world = Drawn {
        seed,
        kind: "",
        name: String::new(),
        server: Some(server(software, ipv6)),
        topology: Topology { routers: hops - 1, ..Topology::default() },
        helpers: Vec::new(),
        walls: Vec::new(),
        nats: Vec::new(),
        algs: Vec::new(),
        twists: Vec::new(),
        ipv6,
        faults: Vec::new(),
        patchy: false,
        counted: false,
    };
    let (kind, world) = match seed % 3 {
        0 => ("healthy", healthy(&mut dice, world, software, hops)),
        1 => ("ordinary", ordinary(&mut dice, world, software, hops)),
        _ => ("misleading", misleading(&mut dice, world, software, hops)),
    };
    let family = if world.ipv6 { "IPv6" } else { "IPv4" };
    let name = format!("{kind} {seed}: {software:?} {family} {hops} hops, {}", world.name);
    Drawn { kind, name, ..world }
}

/// The IPv4 address only: where translation is what the world is about.
fn over_ipv4(mut world: Drawn, software: Software) -> Drawn {
    world.ipv6 = false;
    world.server = Some(server(software, false));
    world
}

fn add_name(world: &mut Drawn, name: &str) {
    if !world.name.is_empty() {
        world.name.push_str(", ");
    }
    world.name.push_str(name);
}

/// Properties that are odd and harm nobody.
fn odd(dice: &mut Dice, world: &mut Drawn, hops: usize) {
    match dice.below(7) {
        0 => {
            let hop = 1 + dice.below(hops - 1);
            world.walls.push(mute(hop));
            add_name(world, &format!("router {hop} is mute"));
        }
        1 => {
            world.twists.push(Twist::Terse);
            add_name(world, "routers are terse");
        }
        2 => {
            world.twists.push(Twist::Shouting(50));
            world.walls.push(Firewall::closed(Place::CLIENT_IN, [Match::Tcp]));
            add_name(world, "somebody shouts");
        }
        3 => {
            let speaks = |server: &&mut Server| server.software != Software::PureFtpd;
            if let Some(server) = world.server.as_mut().filter(speaks) {
                server.banner = Some("Welcome, 3 of 50 places taken.");
            }
            add_name(world, "a banner of its own");
        }
        _ => {}
    }
}

fn healthy(dice: &mut Dice, mut world: Drawn, software: Software, hops: usize) -> Drawn {
    match dice.below(7) {
        0 => add_name(&mut world, "open"),
        1 => {
            let ports = vec![21..=21, 50000..=50100];
            world.walls.push(Firewall::closed(Place::SERVER_IN, [Match::To(ports)]));
            add_name(&mut world, "the range is open");
        }
        2 => {
            world = over_ipv4(world, software);
            world.topology.client = Address::Private;
            world.nats.push(Nat::Masquerade { hop: 1 });
            world.algs.push(Helper { node: Node::Router(1) });
            add_name(&mut world, "a NAT with a helper");
        }
        3 => {
            world = over_ipv4(world, software);
            world.topology.server = Address::Private;
            let last = hops - 1;
            let ports = Some(vec![21..=21, 50000..=50100]);
            world.nats.push(Nat::Forward { hop: last, ports });
            if let Some(server) = &mut world.server {
                server.masquerade = Some(std::net::Ipv4Addr::new(203, 0, 113, 2));
            }
            add_name(&mut world, "the server's NAT forwards the range");
        }
        4 => {
            world.walls.push(Firewall::lossy(2, 12));
            world.patchy = true;
            add_name(&mut world, "one in twelve is lost");
        }
        5 if hops == 4 => {
            world = over_ipv4(world, software);
            world.twists.push(Twist::Balanced);
            add_name(&mut world, "balanced ways");
        }
        _ => {
            let node = dice.one(&[Node::Server, Node::Router(1)]);
            let place = if node == Node::Server { Place::SERVER_IN } else { Place::router(1) };
            world.algs.push(Helper { node });
            world.walls.push(Firewall::closed(place, [Match::To(vec![21..=21])]));
            add_name(&mut world, &format!("a helper at {node:?}"));
        }
    }
    odd(dice, &mut world, hops);
    world
}

fn outgoing(want: Want) -> Fault {
    let mut sides = want.sides;
    let mut causes = want.causes;
    // The last router is at the server's side, whatever it does.
    if want.truth + 1 == want.hops && want.hops >= 3 {
        sides.extend(["server", "path"]);
        causes.extend(["server-firewall-blocks-passive", "firewall-blocks-passive"]);
    }
    Fault { plane: want.plane, causes, sides }
}

fn passive_wall(dice: &mut Dice, world: &mut Drawn, hops: usize) {
    let spot = dice.one(&spots(hops, Direction::Passive));
    let action = dice.one(&ACTIONS);
    world.walls.push(wall(spot, hops, Direction::Passive, action));
    let mutes: Vec<usize> = (1..hops).filter(|hop| is_mute(world, *hop)).collect();
    let want = Want::outgoing(Plane::Passive, spot, hops, &mutes, action);
    let want = if mutes.is_empty() { want } else { want.honest() };
    world.faults.push(outgoing(want));
    add_name(world, &format!("passive {action:?} at hop {} early {}", spot.hop, spot.early));
}

fn is_mute(world: &Drawn, hop: usize) -> bool {
    let at = Place::new(Node::Router(hop), Hook::Output);
    world.walls.iter().any(|wall| wall.place == at)
}

fn active_wall(dice: &mut Dice, world: &mut Drawn, hops: usize, software: Software) {
    let spot = dice.one(&spots(hops, Direction::Active));
    let action = if dice.once_in(2) { Action::Drop } else { dice.one(&ACTIONS) };
    world.walls.push(wall(spot, hops, Direction::Active, action));
    let want = Want::incoming(spot, hops, software, action);
    let mut sides = want.sides;
    let mut causes = want.causes;
    sides.extend(honest(spot.hop, hops));
    for side in &sides {
        causes.push(match *side {
            "client" => "client-firewall-blocks-active",
            "server" => "server-firewall-blocks-active",
            _ => "firewall-blocks-active",
        });
    }
    world.faults.push(Fault { plane: Plane::Active, causes, sides });
    add_name(world, &format!("active {action:?} at hop {}", spot.hop));
}

fn nat_fault(sides: &[&'static str]) -> Fault {
    let mut causes = vec!["client-nat-breaks-active"];
    // A server that does not compare addresses just calls in vain.
    causes.extend(["firewall-blocks-active", "active-disabled"]);
    Fault { plane: Plane::Active, causes, sides: sides.to_vec() }
}

fn ordinary(dice: &mut Dice, mut world: Drawn, software: Software, hops: usize) -> Drawn {
    match dice.below(8) {
        0..=2 => {
            odd(dice, &mut world, hops);
            passive_wall(dice, &mut world, hops);
        }
        3 => active_wall(dice, &mut world, hops, software),
        4 => {
            passive_wall(dice, &mut world, hops);
            active_wall(dice, &mut world, hops, software);
        }
        5 => {
            world = over_ipv4(world, software);
            world.topology.client = Address::Private;
            world.nats.push(Nat::Masquerade { hop: 1 });
            world.faults.push(nat_fault(&["client", "unknown"]));
            add_name(&mut world, "a NAT without a helper");
        }
        6 => {
            world = over_ipv4(world, software);
            world.topology.server = Address::Private;
            world.nats.push(Nat::Forward { hop: hops - 1, ports: Some(vec![21..=21]) });
            if let Some(server) = &mut world.server {
                server.masquerade = Some(std::net::Ipv4Addr::new(203, 0, 113, 2));
            }
            world.faults.push(Fault {
                plane: Plane::Passive,
                causes: vec!["passive-ports-not-forwarded"],
                sides: vec!["server"],
            });
            add_name(&mut world, "the server's NAT forwards port 21 alone");
        }
        _ => {
            // Pure-FTPd has no switch for active mode.
            let passive = dice.once_in(2) || software == Software::PureFtpd;
            if let Some(server) = &mut world.server {
                if passive {
                    server.pasv = false;
                } else {
                    server.active = false;
                }
            }
            let (plane, cause) = if passive {
                (Plane::Passive, "passive-disabled")
            } else {
                (Plane::Active, "active-disabled")
            };
            let mut causes = vec![cause];
            if world.ipv6 {
                causes.push("ipv6-needs-epsv");
            }
            world.faults.push(Fault { plane, causes, sides: vec!["server", "unknown"] });
            add_name(&mut world, &format!("{cause} in the server's settings"));
        }
    }
    world
}

fn on_the_way_back(
    world: &mut Drawn,
    hop: usize,
    hops: usize,
    what: Vec<Match>,
    plane: Plane,
    name: &str,
) {
    let place = place(Spot::at(hop), hops, Direction::Active);
    let mut what = what;
    world.walls.push(wall_of(place, Direction::Active, &mut what, Action::Drop));
    let mut sides = honest(hop, hops);
    // What dies beside the server's last router may be called its side or the way's.
    sides.dedup();
    let causes = sides
        .iter()
        .map(|side| match (plane, *side) {
            (Plane::Passive, "client") => "client-firewall-blocks-passive",
            (Plane::Passive, "server") => "server-firewall-blocks-passive",
            (Plane::Passive, _) => "firewall-blocks-passive",
            (_, "client") => "client-firewall-blocks-active",
            (_, "server") => "server-firewall-blocks-active",
            _ => "firewall-blocks-active",
        })
        .collect();
    world.faults.push(Fault { plane, causes, sides });
    add_name(world, &format!("{name} at hop {hop}"));
}

#[expect(clippy::too_many_lines, reason = "a list of worlds")]
fn misleading(dice: &mut Dice, mut world: Drawn, software: Software, hops: usize) -> Drawn {
    let high = || Match::From(vec![1024..=65535]);
    match dice.below(16) {
        0 => {
            // The gateway remembers nothing, and lets in what comes from 20 and 21.
            let hop = dice.one(&[0, 1, 1, 1, 2]);
            on_the_way_back(&mut world, hop, hops, vec![high()], Plane::Passive, "answers lost");
            if matches!(software, Software::ProFtpd | Software::Pyftpdlib) {
                // They call from high ports, and are stopped as well.
                let fault = world.faults[0].clone();
                let causes = vec![
                    "client-firewall-blocks-active",
                    "firewall-blocks-active",
                    "server-firewall-blocks-active",
                ];
                let sides = fault.sides.iter().copied().chain(["unknown"]).collect();
                world.faults.push(Fault { plane: Plane::Active, causes, sides });
            }
        }
        1 => {
            let hop = dice.one(&[1, 2]);
            let what = vec![Match::SynAck, high()];
            on_the_way_back(&mut world, hop, hops, what, Plane::Passive, "SYN-ACKs lost");
        }
        2 => {
            // The server's side drops as usual, beside a gateway that drops strangers' datagrams.
            let spot = Spot::at(hops);
            world.walls.push(wall(spot, hops, Direction::Passive, Action::Drop));
            world.walls.push(Firewall::closed(Place::CLIENT_IN, [Match::Tcp]));
            world = over_ipv4(world, software);
            let gap = dice.one(&[3, 20, 100]);
            world.twists.push(Twist::Shouting(gap));
            let want = Want::outgoing(Plane::Passive, spot, hops, &[], Action::Drop);
            world.faults.push(outgoing(want));
            add_name(&mut world, &format!("server drops, somebody shouts every {gap} ms"));
        }
        3 | 4 => {
            // A balancer with source NAT in front of the server.
            world = over_ipv4(world, software);
            world.topology.server = Address::Private;
            let last = hops - 1;
            let inner = std::net::Ipv4Addr::new(10, 0, 9, 1);
            let range = dice.once_in(2);
            let mut ports = vec![21..=21];
            if range {
                ports.push(50000..=50100);
            }
            world.nats.push(Nat::Full { hop: last, ports, seen: vec![(Vec::new(), inner)] });
            if let Some(server) = &mut world.server {
                server.masquerade = Some(std::net::Ipv4Addr::new(203, 0, 113, 2));
            }
            // All of them compare a public address with the one that they see.
            world.faults.push(nat_fault(&["server", "unknown"]));
            if !range {
                world.faults.insert(
                    0,
                    Fault {
                        plane: Plane::Passive,
                        causes: vec!["passive-ports-not-forwarded"],
                        sides: vec!["server"],
                    },
                );
            }
            add_name(&mut world, &format!("source NAT at the server, range {range}"));
        }
        5 | 6 => {
            world = over_ipv4(world, software);
            world.topology.routers = 3;
            world.twists.push(Twist::Balanced);
            let spot = Spot::at(dice.one(&[1, 4, 4]));
            let action = dice.one(&[Action::Drop, Action::Reset]);
            world.walls.push(wall(spot, 4, Direction::Passive, action));
            let mut sides = vec!["unknown"];
            sides.extend(honest(spot.hop, 4));
            let causes = vec![
                "firewall-blocks-passive",
                if spot.hop == 1 {
                    "client-firewall-blocks-passive"
                } else {
                    "server-firewall-blocks-passive"
                },
                "passive-port-refused",
            ];
            world.faults.push(Fault { plane: Plane::Passive, causes, sides });
            add_name(&mut world, &format!("balanced ways, {action:?} at hop {}", spot.hop));
        }
        7 => {
            let hop = dice.one(&[0, 1]);
            on_the_way_back(&mut world, hop, hops, vec![Match::Syn], Plane::Active, "SYNs dropped");
        }
        8 => {
            world.server = None;
            world = Drawn { ipv6: false, ..world };
            world.twists.push(Twist::Unplugged);
            world.faults.push(Fault {
                plane: Plane::Control,
                causes: vec!["control-unreachable", "control-filtered"],
                sides: vec!["server", "unknown", "path"],
            });
            add_name(&mut world, "the server is unplugged");
        }
        9 => {
            world.server = None;
            world.helpers.push((Node::Server, vec!["silent", "80"]));
            let near = dice.once_in(2);
            let mut sides = vec!["unknown", "server"];
            if near {
                let mut ports = vec![Match::New, Match::To(vec![21..=21])];
                let gate = place(Spot::at(1), hops, Direction::Passive);
                world.walls.push(wall_of(gate, Direction::Passive, &mut ports, Action::Reset));
                sides = vec!["unknown", side(1, 2, hops)];
            }
            world.faults.push(Fault {
                plane: Plane::Control,
                causes: vec!["control-refused"],
                sides,
            });
            add_name(&mut world, &format!("port 21 refused, by the client's gateway {near}"));
        }
        10 => {
            // The server's guard counts logins, and drops or refuses those that are too many.
            let most = u32::try_from(2 + dice.below(4)).expect("few");
            let action = dice.one(&[Action::Drop, Action::Reset]);
            let what = [Match::Syn, Match::To(vec![21..=21]), Match::Beyond(most)];
            world.walls.push(Firewall::open_but(Place::SERVER_IN, what, action));
            world.patchy = true;
            world.counted = true;
            add_name(&mut world, &format!("{most} logins and then {action:?}"));
        }
        11 => {
            // A bridge in front of a router, which signs with the server's address.
            world = over_ipv4(world, software);
            let hop = 2 + dice.below(hops - 2);
            let mut what = vec![Match::New, Match::To(vec![1024..=65535])];
            let place = Place::new(Node::Router(hop), Hook::Prerouting);
            world.walls.push(wall_of(place, Direction::Passive, &mut what, Action::Drop));
            world.helpers.push((Node::Router(hop), vec!["forge", super::net::TO_CLIENT]));
            let mut sides = honest(hop, hops);
            sides.extend([side(hop - 1, hop, hops)]);
            let causes = vec![
                "firewall-blocks-passive",
                if hop + 1 == hops {
                    "server-firewall-blocks-passive"
                } else {
                    "client-firewall-blocks-passive"
                },
            ];
            world.faults.push(Fault { plane: Plane::Passive, causes, sides });
            add_name(&mut world, &format!("a bridge before hop {hop} signs as the server"));
        }
        12 => {
            // A machine with containers: port 21 is forwarded, the rest rejected, 227 names the inside.
            world = over_ipv4(world, software);
            world.topology.server = Address::Private;
            let last = hops - 1;
            world.nats.push(Nat::Forward { hop: last, ports: Some(vec![21..=21]) });
            let action = dice.one(&[
                Action::Icmp(Icmp::PortUnreachable),
                Action::Icmp(Icmp::AdminProhibited),
                Action::Reset,
            ]);
            let place = Place::new(Node::Router(last), Hook::Input);
            let high = [Match::New, Match::To(vec![1024..=65535])];
            world.walls.push(Firewall::open_but(place, high, action));
            world.faults.push(Fault {
                plane: Plane::Passive,
                causes: vec!["passive-ports-not-forwarded", "passive-address-unroutable"],
                sides: vec!["server"],
            });
            add_name(&mut world, &format!("a container whose range is not published, {action:?}"));
        }
        13 => {
            // A balancer that shows data connections another address than the control connection.
            let software = dice.one(&[Software::Vsftpd, Software::Pyftpdlib]);
            world = over_ipv4(world, software);
            world.topology.server = Address::Private;
            let last = hops - 1;
            let seen = |host| std::net::Ipv4Addr::new(10, 0, 9, host);
            let ports = vec![21..=21, 50000..=50100];
            let seen = vec![(vec![21..=21], seen(1)), (Vec::new(), seen(77))];
            world.nats.push(Nat::Full { hop: last, ports, seen });
            world.twists.push(Twist::SecondAddress);
            if let Some(server) = &mut world.server {
                server.masquerade = Some(std::net::Ipv4Addr::new(203, 0, 113, 2));
            }
            world.faults.push(Fault {
                plane: Plane::Passive,
                causes: vec!["server-rejects-data-peer"],
                sides: vec!["server", "unknown", "path"],
            });
            world.faults.push(nat_fault(&["server", "unknown"]));
            add_name(&mut world, "a balancer shows two addresses");
        }
        14 => {
            let seconds = dice.one(&[4, 8, 8]);
            world.server = Some(server(Software::Pyftpdlib, world.ipv6));
            world.twists.push(Twist::Slow(seconds));
            world.patchy = true;
            world.counted = true;
            add_name(&mut world, &format!("a server that thinks for {seconds} s"));
        }
        _ => {
            // Behind a NAT, and the server's firewall blocks: the NAT is not what matters.
            world = over_ipv4(world, software);
            world.topology.client = Address::Private;
            world.nats.push(Nat::Masquerade { hop: 1 });
            let spot = Spot::at(hops);
            world.walls.push(wall(spot, hops, Direction::Passive, Action::Drop));
            let want = Want::outgoing(Plane::Passive, spot, hops, &[], Action::Drop);
            world.faults.push(outgoing(want));
            world.faults.push(nat_fault(&["client", "unknown"]));
            add_name(&mut world, "a NAT, and the server drops");
        }
    }
    world
}
