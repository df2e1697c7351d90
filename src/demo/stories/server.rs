//! Stories of servers that connect and then fail.

use super::{Group, Story};
use crate::demo::behaviour::{Behaviour, Listing, Passive, Tls};

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "data-closed-early",
        title: "The listing breaks off half-way",
        lesson: "Some data arrive, then a reset, then 426: the port is open, the transfer is \
                 not to be trusted. A listing without 226 is not a listing.",
        cause: Some("data-closed-early"),
        group: Group::Server,
        behaviour: || Behaviour {
            pasv: Passive::CloseEarly,
            epsv: Passive::CloseEarly,
            listing: Listing::Large(200),
            ..Behaviour::default()
        },
    },
    Story {
        id: "data-reset",
        title: "The data connection is reset at once",
        lesson: "The port opens and the connection is torn down before the first byte, as \
                 inspecting firewalls do with what they do not like.",
        cause: Some("data-closed-early"),
        group: Group::Server,
        behaviour: || Behaviour {
            pasv: Passive::AcceptThenReset,
            epsv: Passive::AcceptThenReset,
            ..Behaviour::default()
        },
    },
    Story {
        id: "transfer-stalls",
        title: "The listing begins and stops moving",
        lesson: "The first bytes arrive and then nothing more, without an end: the connection \
                 is open and something on it swallows what follows.",
        cause: Some("transfer-stalls"),
        group: Group::Server,
        behaviour: || Behaviour {
            pasv: Passive::Stall(600),
            epsv: Passive::Stall(600),
            listing: Listing::Large(400),
            ..Behaviour::default()
        },
    },
    Story {
        id: "listing-refused",
        title: "The login works, the listing is not allowed",
        lesson: "550 in answer to LIST, in every mode alike: a matter of rights on the server. \
                 Firewalls and modes have nothing to do with it.",
        cause: Some("listing-refused"),
        group: Group::Server,
        behaviour: || Behaviour {
            listing: Listing::Refused("550 Permission denied.".to_owned()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "data-tls-required",
        title: "A login in clear, and no listing without encryption",
        lesson: "vsftpd with force_local_data_ssl lets clients in without TLS and refuses their \
                 data connections with 522. AUTH TLS and PROT P are the whole cure: try the same \
                 with --tls explicit.",
        cause: Some("data-tls-required"),
        group: Group::Server,
        behaviour: || Behaviour {
            tls: Some(Tls { data_required: true, ..Tls::default() }),
            ..Behaviour::default()
        },
    },
];
