//! Web browsers. Those of today have no FTP.

use super::record::{Address, Client, Gives, How, Kind, Setting, Source, Wait};

const BASE: Client = Client { kind: Kind::Browser, dial: Wait::WINDOWS, ..Client::PASSIVE };

pub(super) const CLIENTS: &[Client] = &[
    Client {
        id: "msie",
        name: "Internet Explorer",
        settings: &[Setting {
            gives: Gives::Active,
            how: "Internet Options → Advanced → Use Passive FTP: off",
        }],
        source: Source { how: How::Documented, at: "Microsoft KB309816, KB323446" },
        ..BASE
    },
    Client {
        id: "chrome",
        name: "Chrome",
        removed: Some("95"),
        address: Address::Server,
        source: Source { how: How::Documented, at: "net/ftp/ftp_network_transaction.cc until 94" },
        ..BASE
    },
    Client {
        id: "firefox",
        name: "Firefox",
        removed: Some("90"),
        address: Address::Server,
        source: Source { how: How::Documented, at: "nsFtpConnectionThread.cpp until 89" },
        ..BASE
    },
];
