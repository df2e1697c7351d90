//! Ways that are not as plain as those of the table.

use std::net::Ipv4Addr;

use super::firewall::{Action, Firewall, Hook, Icmp, Match, Nat, Place};
use super::localise_judge::Trial;
use super::localise_table::{Cell, both, server};
use super::localise_truth::{Direction, Plane, Spot, Want, honest, mute, place, wall_of};
use super::net::{Address, Node, Topology};
use super::servers::{Server, Software};

/// As the table's trial, but told apart.
fn special(name: &str, cell: Cell) -> Trial {
    let trial = cell.trial();
    Trial { name: format!("{name}: {}", trial.name), class: "special", ..trial }
}

fn vsftpd() -> Cell {
    Cell::new(Software::Vsftpd, 4)
}

/// The server's gateway translates, and forwards port 21 only.
pub fn translated() -> Vec<Trial> {
    let gateway = Ipv4Addr::new(203, 0, 113, 2);
    let stop = |action| {
        let place = Place::new(Node::Router(3), Hook::Input);
        Firewall::open_but(place, [Match::To(vec![1024..=65535])], action)
    };
    let one = |software: Software, action: Option<Action>| {
        let want = Want {
            plane: Plane::Passive,
            causes: match action {
                None => vec!["passive-ports-not-forwarded"],
                Some(_) => vec![
                    "passive-ports-not-forwarded",
                    "server-firewall-blocks-passive",
                    "firewall-blocks-passive",
                ],
            },
            sides: match action {
                None => vec!["server"],
                Some(_) => vec!["server", "path"],
            },
            suspects: None,
            truth: 3,
            hops: 4,
            excused: &[],
        };
        let cell = Cell::new(software, 4);
        Trial {
            name: format!("NAT at r3 forwards port 21 only, {action:?}: {software:?}"),
            class: "special",
            topology: Topology { server: Address::Private, ..Topology::default() },
            server: Some(Server { masquerade: Some(gateway), ..server(software, false) }),
            nats: vec![Nat::Forward { hop: 3, ports: Some(vec![21..=21]) }],
            walls: action.map(stop).into_iter().collect(),
            wants: vec![want],
            ..cell.trial()
        }
    };
    vec![
        one(Software::Vsftpd, None),
        one(Software::PureFtpd, None),
        one(Software::Pyftpdlib, None),
        one(Software::Vsftpd, Some(Action::Drop)),
        one(Software::Vsftpd, Some(Action::Icmp(Icmp::AdminProhibited))),
    ]
}

/// Routers that never say that a packet's time is over.
pub fn mutes() -> Vec<Trial> {
    let one = |silent: &[usize], hop: usize| {
        let spot = Spot::at(hop);
        let mut trial = special(&format!("mute {silent:?}"), vsftpd().passive(spot, Action::Drop));
        trial.walls.extend(silent.iter().map(|hop| mute(*hop)));
        let want = Want::outgoing(Plane::Passive, spot, 4, silent, Action::Drop);
        // Any side but a wrong one, whatever the suspects are.
        trial.wants = vec![want.honest()];
        trial
    };
    let all = (0..=4).map(|hop| one(&[1, 2, 3], hop));
    let single = (1..=3).flat_map(|silent| (0..=4).map(move |hop| one(&[silent], hop)));
    let mut trials: Vec<Trial> = all.chain(single).collect();
    let mut active = special("mute [1, 2, 3]", vsftpd().active(Spot::at(0), Action::Drop));
    active.walls.extend([1, 2, 3].map(mute));
    trials.push(active);
    trials
}

/// One segment in so many is lost, and there is a filter too.
pub fn losses() -> Vec<Trial> {
    let filters = [
        vsftpd().passive(Spot::at(1), Action::Drop),
        vsftpd().passive(Spot::at(4), Action::Drop),
        vsftpd().active(Spot::at(0), Action::Drop),
        vsftpd().active(Spot::at(1), Action::Drop),
    ];
    let runs = std::env::var("FTP_DOCTOR_LOSS_RUNS")
        .map_or(3, |runs| runs.parse().expect("FTP_DOCTOR_LOSS_RUNS is a number"));
    (1..=runs)
        .flat_map(|number| filters.map(|cell| (number, cell)))
        .map(|(number, cell)| {
            let mut trial = special(&format!("one in eight lost at r2 ({number})"), cell);
            trial.walls.push(Firewall::lossy(2, 8));
            trial.lossy = true;
            trial.class = "lossy";
            trial.wants = trial.wants.into_iter().map(Want::honest).collect();
            trial
        })
        .collect()
}

/// A server that lets one session in at a time.
pub fn alone() -> Vec<Trial> {
    let spots = [(Spot::at(4), Action::Drop), (Spot::at(1), Action::Drop)];
    let stops = spots.into_iter().chain([(Spot::at(2), Action::Reset)]);
    [Software::Vsftpd, Software::ProFtpd, Software::PureFtpd, Software::Pyftpdlib]
        .into_iter()
        .flat_map(|software| stops.clone().map(move |stop| (software, stop)))
        .map(|(software, (spot, action))| {
            let cell = Cell::new(software, 4).passive(spot, action);
            let mut trial = special("one session", cell);
            let server = trial.server.take();
            trial.server = server.map(|server| Server { max_per_ip: Some(1), ..server });
            trial
        })
        .collect()
}

/// The control port itself is stopped.
pub fn control() -> Vec<Trial> {
    let one = |name: &str, port: Option<&'static str>, spot: Spot, action: Action| {
        let place = place(spot, 4, Direction::Passive);
        let mut ports = vec![Match::New, Match::To(vec![21..=21])];
        Trial {
            name: format!("control {action:?} at hop {} {:?}, {name}", spot.hop, place.hook),
            class: if action == Action::Drop { "control dropped" } else { "control rejected" },
            server: None,
            helpers: port.map(|port| (Node::Server, vec!["silent", port])).into_iter().collect(),
            walls: vec![wall_of(place, Direction::Passive, &mut ports, action)],
            wants: vec![Want::outgoing(Plane::Control, spot, 4, &[], action)],
            ..vsftpd().trial()
        }
    };
    let mut trials: Vec<Trial> = (0..=4)
        .map(|hop| one("port 80 listens", Some("80"), Spot::at(hop), Action::Drop))
        .collect();
    trials.push(one("port 22 listens", Some("22"), Spot::early(2), Action::Drop));
    trials.push(one("nothing listens", None, Spot::at(1), Action::Drop));
    trials.push(one("nothing listens", None, Spot::at(4), Action::Drop));
    // Nobody has a ladder to compare with here: where the ICMP message comes from may tell.
    let reject = Action::Icmp(Icmp::AdminProhibited);
    for hop in [0, 1, 4] {
        let mut trial = one("port 80 listens", Some("80"), Spot::at(hop), reject);
        trial.wants =
            trial.wants.into_iter().map(|want| Want { suspects: None, ..want.honest() }).collect();
        trials.push(trial);
    }
    // All is dropped: there is nothing to compare with.
    let mut trial = one("all is dropped", Some("80"), Spot::at(4), Action::Drop);
    trial.walls = vec![Firewall::open_but(Place::SERVER_IN, [Match::New], Action::Drop)];
    trial.wants = trial.wants.into_iter().map(Want::unsided).collect();
    trials.push(trial);
    trials
}

/// What is not asked for is not looked at.
pub fn unasked() -> Vec<Trial> {
    let mut trial = special("--no-localise", both(Software::Vsftpd, 4));
    trial.args.push("--no-localise");
    trial.wants = trial.wants.into_iter().map(Want::unsided).collect();
    let healthy = [Software::Vsftpd, Software::Pyftpdlib]
        .map(|software| special("healthy", Cell::new(software, 6)));
    [trial].into_iter().chain(healthy).collect()
}

/// Filters without a memory, which stop one kind of packet and so the whole connection.
pub fn stateless() -> Vec<Trial> {
    let stop = |cell: Cell, direction, hop: usize, what: &[Match], plane, name: &str| {
        let place = place(Spot::at(hop), 4, direction);
        // Packets that die on the way back look as if they had never arrived, and a filter that
        // remembers nothing looks as if it were behind the last hole. An answer to port 20 that is
        // dropped can be known: the SYN that opens the hole dies too, where it should not.
        let excused: &[&str] = match (plane, &what[0]) {
            // The ladder sees the way there; the report says that the way back is not seen.
            (Plane::Passive, _) => &["likely", "possible"],
            (_, Match::Syn) => &["possible"],
            _ => &[],
        };
        let mut what = what.to_vec();
        Trial {
            name: format!("{name} at {:?} {:?}: {:?}", place.node, place.hook, cell.software),
            class: "stateless",
            walls: vec![wall_of(place, direction, &mut what, Action::Drop)],
            wants: vec![
                Want {
                    plane,
                    causes: Vec::new(),
                    sides: honest(hop, 4),
                    suspects: None,
                    truth: hop,
                    hops: 4,
                    excused,
                }
                .honest(),
            ],
            ..cell.trial()
        }
    };
    let mut trials = Vec::new();
    for hop in 0..=4 {
        // The client's SYN arrives, the server's answer to it does not.
        let high = [Match::From(vec![1024..=65535])];
        let name = "answers from passive ports dropped";
        trials.push(stop(vsftpd(), Direction::Active, hop, &high, Plane::Passive, name));
        // The server's SYN arrives, the client's answer to it does not.
        let twenty = [Match::To(vec![20..=20])];
        let name = "answers to port 20 dropped";
        let pure = Cell::new(Software::PureFtpd, 4);
        trials.push(stop(pure, Direction::Passive, hop, &twenty, Plane::Active, name));
        // A hole helps only where a filter remembers it.
        let name = "SYNs to the client dropped";
        trials.push(stop(pure, Direction::Active, hop, &[Match::Syn], Plane::Active, name));
        trials.push(stop(vsftpd(), Direction::Active, hop, &[Match::Syn], Plane::Active, name));
    }
    trials
}
