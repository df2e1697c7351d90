//! Stories of passive mode.

use std::net::Ipv4Addr;

use super::{Group, Story};
use crate::demo::behaviour::{Active, Behaviour, Family, Passive, PortRange, Tls};
use crate::demo::software::Software;

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "firewall-blocks-passive",
        title: "The range is set in the server and forgotten in the firewall",
        lesson: "Five ports are announced in turn, and a knock at any of them is dropped. \
                 Half of the work is not enough: the firewall must open the range as well.",
        cause: Some("firewall-blocks-passive"),
        group: Group::Passive,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            ports: PortRange::Row { size: 5, blocked: vec![0, 1, 2, 3, 4], busy: Vec::new() },
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-disabled",
        title: "Passive mode is switched off",
        lesson: "PASV and EPSV are refused by the server itself, at once and with a reason; no \
                 firewall has a part in it.",
        cause: Some("passive-disabled"),
        group: Group::Passive,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            pasv: Passive::RefuseCommand(Software::ProFtpd.switched_off("PASV")),
            epsv: Passive::RefuseCommand(Software::ProFtpd.switched_off("EPSV")),
            ..Behaviour::default()
        },
    },
    Story {
        id: "pasv-unsupported",
        title: "EPSV works, PASV is unknown",
        lesson: "Clients that know PASV alone fail here, and on IPv4 those are most: curl gets \
                 its listing, wget does not.",
        cause: Some("pasv-unsupported"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::RefuseCommand("502 PASV command not implemented.".to_owned()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "epsv-unsupported",
        title: "PASV works, EPSV and EPRT are unknown",
        lesson: "An old server that has never heard of RFC 2428. On IPv4 every client falls \
                 back; on IPv6 it would be the end.",
        cause: Some("epsv-unsupported"),
        group: Group::Passive,
        behaviour: || Behaviour {
            epsv: Passive::RefuseCommand("500 EPSV not understood.".to_owned()),
            eprt: Active::RefuseCommand("500 EPRT not understood.".to_owned()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "epsv-blocked",
        title: "PASV works, the port of EPSV does not",
        lesson: "A firewall that reads along opens the port of 227 and does not understand 229. \
                 Clients that prefer EPSV hang, the others never notice.",
        cause: Some("epsv-blocked"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::Pinhole,
            epsv: Passive::Blocked,
            ..Behaviour::default()
        },
    },
    Story {
        id: "helper-opens-pinholes",
        title: "A firewall that reads along opens each port for one connection",
        lesson: "All works, and no port is open: the firewall hears 227 and 229 and lets one \
                 connection through. Under TLS it hears nothing, and passive mode is over.",
        cause: Some("helper-opens-pinholes"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::Pinhole,
            epsv: Passive::Pinhole,
            tls: Some(Tls::default()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-reply-malformed",
        title: "The reply to PASV names no port",
        lesson: "227 without six numbers is of no use to any client. EPSV says the same in \
                 another way, and there it is right.",
        cause: Some("passive-reply-malformed"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::ReplyText("227 Entering Passive Mode (127,0,0,1).".to_owned()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-port-refused",
        title: "Nobody listens on the announced port",
        lesson: "The reset comes at once: the packet went through, but what it reached does not \
                 know of that port, like a router that forwards 21 and forgot the range.",
        cause: Some("passive-port-refused"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::Refused,
            epsv: Passive::Refused,
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-range-partly-blocked",
        title: "Half of the range is open",
        lesson: "It works now and then: the server takes its ports in turn, and the firewall \
                 opens only some of them. One attempt proves nothing here.",
        cause: Some("passive-range-partly-blocked"),
        group: Group::Passive,
        behaviour: || Behaviour {
            ports: PortRange::Row {
                size: 10,
                // Not every other one: PASV and EPSV taking turns would look like epsv-blocked.
                blocked: vec![1, 2, 4, 7, 8],
                busy: Vec::new(),
            },
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-range-exhausted",
        title: "Every port of the range is in use",
        lesson: "Four ports for passive mode are four transfers at a time. The fifth client is \
                 told so by 425; the range is too small, the network is fine.",
        cause: Some("passive-range-exhausted"),
        group: Group::Passive,
        behaviour: || Behaviour {
            software: Software::PureFtpd,
            ports: PortRange::Row { size: 4, blocked: Vec::new(), busy: vec![0, 1, 2, 3] },
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-address-unroutable",
        title: "The server announces 0.0.0.0",
        lesson: "Clients that use the control connection's address instead do not notice; those \
                 that believe the reply connect to themselves.",
        cause: Some("passive-address-unroutable"),
        group: Group::Passive,
        behaviour: || Behaviour { advertised: Some(Ipv4Addr::UNSPECIFIED), ..Behaviour::default() },
    },
    Story {
        id: "private-address-announced",
        title: "The server announces the address it has at home",
        lesson: "A server behind a NAT that was not told its public address names 10.9.9.9, \
                 where no client can reach it. Some clients see through it, others do not.",
        // Unroutable only where the server itself is reached at a public address, which
        // loopback is not: here it is no more than another address.
        cause: Some("passive-address-mismatch"),
        group: Group::Passive,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            advertised: Some(Ipv4Addr::new(10, 9, 9, 9)),
            ..Behaviour::default()
        },
    },
    Story {
        id: "passive-address-mismatch",
        title: "The server announces another machine's address",
        lesson: "The address in 227 is not the one that the client has logged in at. Careful \
                 clients refuse it, credulous ones go there and find nobody.",
        cause: Some("passive-address-mismatch"),
        group: Group::Passive,
        behaviour: || Behaviour {
            // Set aside for documentation (RFC 5737): nobody is disturbed.
            advertised: Some(Ipv4Addr::new(198, 51, 100, 7)),
            ..Behaviour::default()
        },
    },
    Story {
        id: "data-intercepted",
        title: "Something answers for every port",
        lesson: "The handshake succeeds and not a byte follows; the ports next to it open too. \
                 A box on the way accepts in the server's name, so an open port proves nothing.",
        cause: Some("data-intercepted"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::AcceptSilent,
            epsv: Passive::AcceptSilent,
            ..Behaviour::default()
        },
    },
    Story {
        id: "server-rejects-data-peer",
        title: "The data connection comes from the wrong address",
        lesson: "The connection stands, then 425: vsftpd saw it come from another address than \
                 the control connection, as happens behind two ways out or a proxy.",
        cause: Some("server-rejects-data-peer"),
        group: Group::Passive,
        behaviour: || Behaviour {
            pasv: Passive::AcceptThen425("425 Security: Bad IP connecting.".to_owned()),
            epsv: Passive::AcceptThen425("425 Security: Bad IP connecting.".to_owned()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "ipv6-needs-epsv",
        title: "An IPv6 server that knows neither EPSV nor EPRT",
        lesson: "PASV and PORT have room for four numbers. Without the two commands of RFC 2428 \
                 there is a login over IPv6 and no listing.",
        cause: Some("ipv6-needs-epsv"),
        group: Group::Family,
        behaviour: || Behaviour {
            family: Family::V6,
            software: Software::PureFtpd,
            epsv: Passive::RefuseCommand("500 Unknown command".to_owned()),
            eprt: Active::RefuseCommand("500 Unknown command".to_owned()),
            ..Behaviour::default()
        },
    },
];
