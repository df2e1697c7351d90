//! The cases that the articles tell.

use std::net::{IpAddr, Ipv4Addr};

use super::{Group, Story};
use crate::demo::behaviour::{Active, Behaviour, Passive, PortRange};
use crate::demo::software::Software;

/// The address that a shared connection shows to the outside (a documentation address).
const SHARED: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "only-20-and-21",
        title: "The firewall opens 20 and 21, and nothing else",
        lesson: "Active mode works: the server calls from port 20. Passive mode cannot, because \
                 its port is a random high one that the firewall in front of the server drops.",
        // Loopback has no hops: that the firewall is the server's cannot be seen here.
        cause: Some("firewall-blocks-passive"),
        group: Group::Article,
        behaviour: || Behaviour {
            pasv: Passive::Blocked,
            epsv: Passive::Blocked,
            ..Behaviour::default()
        },
    },
    Story {
        id: "browser-fails-client-works",
        title: "The browser fails, the client program works",
        lesson: "The browser asks for passive mode, which this vsftpd has switched off; the \
                 command line client uses active mode and never meets the problem. Switch passive \
                 mode on and give it a range of ports that the firewall knows.",
        cause: Some("passive-disabled"),
        group: Group::Article,
        behaviour: || Behaviour {
            pasv: Passive::RefuseCommand(Software::Vsftpd.switched_off("PASV")),
            epsv: Passive::RefuseCommand(Software::Vsftpd.switched_off("EPSV")),
            ..Behaviour::default()
        },
    },
    Story {
        id: "range-opened",
        title: "The repair: ports 3000 to 4000, set and opened",
        lesson: "With pasv_min_port and pasv_max_port the server keeps to a range, and the \
                 firewall needs to open no more than that: every mode works.",
        cause: None,
        group: Group::Article,
        behaviour: || Behaviour {
            ports: PortRange::Fixed { first: 3000, last: 4000 },
            ..Behaviour::default()
        },
    },
    Story {
        id: "only-21-and-1433",
        title: "The firewall opens 21 alone",
        lesson: "One open port is enough to log in and too little for anything else: the \
                 listing needs a second connection, and neither direction gets through.",
        cause: Some("firewall-blocks-passive"),
        group: Group::Article,
        behaviour: || Behaviour {
            pasv: Passive::Blocked,
            epsv: Passive::Blocked,
            port: Active::Silent,
            eprt: Active::Silent,
            ..Behaviour::default()
        },
    },
    Story {
        id: "port-600",
        title: "The control port is 600, so the data port is 599",
        lesson: "The default data port is the one below the control port, whatever that is. \
                 (Where 600 may not be used, another pair of ports shows the same.)",
        cause: None,
        group: Group::Article,
        behaviour: || Behaviour { preferred_port: Some(600), ..Behaviour::default() },
    },
    Story {
        id: "passive-20-20",
        title: "A passive range of one port, the one that active mode uses too",
        lesson: "With 20-20 as the passive range two open ports serve both modes, for one \
                 transfer at a time: a second client that comes meanwhile finds no port.",
        cause: None,
        group: Group::Article,
        behaviour: || Behaviour {
            software: Software::PureFtpd,
            ports: PortRange::DefaultDataPort,
            ..Behaviour::default()
        },
    },
    Story {
        id: "behind-a-shared-address",
        title: "Many computers behind one address",
        lesson: "The client names its own private address in PORT, but the server sees the \
                 shared one: nobody there has opened that port. Passive mode is made for this.",
        cause: Some("client-nat-breaks-active"),
        group: Group::Article,
        behaviour: || Behaviour {
            software: Software::PureFtpd,
            seen_as: Some(SHARED),
            ..Behaviour::default()
        },
    },
    Story {
        id: "client-door-closed",
        title: "The server knocks and the client's firewall does not open",
        lesson: "In active mode the server calls the client. A firewall that lets nothing in \
                 drops that call, though the client itself asked for it.",
        // Whose firewall it is cannot be seen without hops.
        cause: Some("firewall-blocks-active"),
        group: Group::Article,
        behaviour: || Behaviour {
            port: Active::Silent,
            eprt: Active::Silent,
            ..Behaviour::default()
        },
    },
];
