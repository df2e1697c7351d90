//! Stories of active mode.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Group, Story};
use crate::demo::behaviour::{Active, Behaviour, Limit, Origin, Turn};
use crate::demo::software::Software;

/// Another loopback address.
const SECOND_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "active-disabled",
        title: "Active mode is switched off",
        lesson: "PORT and EPRT are refused by the server itself, whatever the address: many \
                 administrators allow passive mode alone.",
        cause: Some("active-disabled"),
        group: Group::Active,
        behaviour: || Behaviour {
            port: Active::RefuseCommand(Software::Vsftpd.switched_off("PORT")),
            eprt: Active::RefuseCommand(Software::Vsftpd.switched_off("EPRT")),
            ..Behaviour::default()
        },
    },
    Story {
        id: "firewall-blocks-active",
        title: "The server tries, gives up and says so",
        lesson: "PORT is accepted, no connection arrives, and a few seconds later comes 425: a \
                 firewall somewhere between the two dropped the server's knock.",
        cause: Some("firewall-blocks-active"),
        group: Group::Active,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            port: Active::Silent,
            eprt: Active::Silent,
            active_hold: Duration::from_secs(3),
            ..Behaviour::default()
        },
    },
    Story {
        id: "client-nat-breaks-active",
        title: "The server sees another address than the client has",
        lesson: "vsftpd refuses a PORT that does not name the address it is talking to, and \
                 STAT tells which one that is: a NAT lies between.",
        cause: Some("client-nat-breaks-active"),
        group: Group::Active,
        behaviour: || Behaviour {
            seen_as: Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9))),
            ..Behaviour::default()
        },
    },
    Story {
        id: "active-source-port-unexpected",
        title: "The server does not call from port 20",
        lesson: "ProFTPD uses any port it gets. All works here, but a firewall rule that admits \
                 source port 20 never matches.",
        cause: Some("active-source-port-unexpected"),
        group: Group::Active,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            port: Active::Connect(Origin::Ephemeral),
            eprt: Active::Connect(Origin::Ephemeral),
            ..Behaviour::default()
        },
    },
    Story {
        id: "active-source-address-unexpected",
        title: "The server calls from another address",
        lesson: "A server with two addresses answers from the wrong one. Firewalls and NATs \
                 drop such a call, and some clients hang up on it.",
        cause: Some("active-source-address-unexpected"),
        group: Group::Active,
        behaviour: || Behaviour {
            port: Active::Connect(Origin::OtherAddress(SECOND_ADDRESS)),
            eprt: Active::Connect(Origin::OtherAddress(SECOND_ADDRESS)),
            ..Behaviour::default()
        },
    },
    Story {
        id: "busy-after-active",
        title: "One connection per address, and a knock that is lost",
        lesson: "The server knocks for a minute and counts the session all that time, so the \
                 next login gets 421. That 421 is the probe's own doing, not the trouble.",
        cause: Some("firewall-blocks-active"),
        group: Group::Active,
        behaviour: || Behaviour {
            port: Active::Silent,
            eprt: Active::Silent,
            limit: Some(Limit { max_per_ip: 1, taken: 0, at: Turn::Connect }),
            ..Behaviour::default()
        },
    },
];
