//! Servers that nothing is wrong with.

use std::time::Duration;

use super::{Group, Story};
use crate::demo::behaviour::{
    Active, Behaviour, Delay, Family, Greeting, Limit, Listing, Origin, Turn,
};
use crate::demo::software::Software;

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "healthy",
        title: "A server as it should be",
        lesson: "PASV, EPSV, PORT and EPRT all work, and active connections come from the port \
                 below the control port.",
        cause: None,
        group: Group::Healthy,
        behaviour: Behaviour::default,
    },
    Story {
        id: "healthy-ipv6",
        title: "A server on IPv6",
        lesson: "Over IPv6 only EPSV and EPRT can name an address; PASV and PORT have no room \
                 for one, and nobody misses them.",
        cause: None,
        group: Group::Family,
        behaviour: || Behaviour {
            family: Family::V6,
            software: Software::FileZilla,
            ..Behaviour::default()
        },
    },
    Story {
        id: "empty-directory",
        title: "A directory with nothing in it",
        lesson: "A data connection that carries not a single byte and is followed by 226 has \
                 worked.",
        cause: None,
        group: Group::Healthy,
        behaviour: || Behaviour {
            software: Software::PureFtpd,
            listing: Listing::Empty,
            ..Behaviour::default()
        },
    },
    Story {
        id: "one-connection-each",
        title: "One connection per address",
        lesson: "The server lets each address in once. Whoever logs off and waits for the end \
                 before the next login never notices.",
        cause: None,
        group: Group::Healthy,
        behaviour: || Behaviour {
            limit: Some(Limit { max_per_ip: 1, taken: 0, at: Turn::Connect }),
            ..Behaviour::default()
        },
    },
    Story {
        id: "slow-server",
        title: "A server that takes its time",
        lesson: "The greeting says 120 first, and the login takes a while: a client that waits \
                 gets all it wants.",
        cause: None,
        group: Group::Healthy,
        behaviour: || Behaviour {
            greeting: Greeting::Soon(Duration::from_millis(600)),
            delays: vec![
                Delay { verb: "PASS", wait: Duration::from_millis(300) },
                Delay { verb: "LIST", wait: Duration::from_millis(200) },
            ],
            ..Behaviour::default()
        },
    },
    Story {
        id: "connects-at-port",
        title: "A server that connects as soon as PORT arrives",
        lesson: "pyftpdlib does not wait for LIST and does not use the port below its control \
                 port: a firewall rule for source port 20 never matches it.",
        cause: Some("active-source-port-unexpected"),
        group: Group::Healthy,
        behaviour: || Behaviour {
            software: Software::Pyftpdlib,
            port: Active::Connect(Origin::Ephemeral),
            eprt: Active::Connect(Origin::Ephemeral),
            ..Behaviour::default()
        },
    },
];
