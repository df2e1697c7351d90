//! Clients with windows.

use super::record::{
    Address, Client, EPRT, EPSV, Gives, How, Kind, PASV, PORT, Resumes, Setting, Source, Tls,
    Unclosed, Wait,
};
use crate::facts::Mode;

const BASE: Client = Client {
    kind: Kind::Graphical,
    dial: Wait::WINDOWS,
    knock: Wait::WINDOWS,
    // They ask about a certificate that is not trusted.
    tls: Tls { verifies: false, ..Tls::FULL },
    ..Client::PASSIVE
};

pub(super) const CLIENTS: &[Client] = &[
    Client {
        id: "filezilla",
        name: "FileZilla",
        ipv4: &[PASV.on_reply(Mode::Port), PORT],
        ipv6: &[EPSV.on_reply(Mode::Eprt), EPRT],
        address: Address::ReplyUnlessUnroutable,
        dial: Wait::Seconds(20),
        knock: Wait::Seconds(20),
        // "GnuTLS error -110", and the listing is gone.
        tls: Tls { unasked: true, unclosed: Unclosed::Fails, ..BASE.tls },
        settings: &[Setting {
            gives: Gives::Active,
            how: "Site Manager → Transfer Settings → Active",
        }],
        source: Source { how: How::Measured, at: "FileZilla 3.63" },
        ..BASE
    },
    Client {
        id: "winscp",
        name: "WinSCP",
        ipv4: &[PASV.on_reply(Mode::Port), PORT],
        ipv6: &[EPSV.on_reply(Mode::Eprt), EPRT],
        address: Address::ReplyUnlessUnroutable,
        dial: Wait::Seconds(15),
        knock: Wait::Seconds(15),
        settings: &[Setting {
            gives: Gives::Active,
            how: "Advanced Site Settings → Connection → Passive mode: off",
        }],
        source: Source { how: How::Documented, at: "source/filezilla/FtpControlSocket.cpp" },
        ..BASE
    },
    Client {
        id: "cyberduck",
        name: "Cyberduck",
        address: Address::Server,
        dial: Wait::Seconds(30),
        knock: Wait::Seconds(30),
        checks_caller: true,
        tls: Tls { implicit: false, ..BASE.tls },
        settings: &[Setting { gives: Gives::Active, how: "Bookmark → Connect Mode: Active" }],
        source: Source { how: How::Documented, at: "FTPSession.java, FTPClient.java" },
        ..BASE
    },
    Client {
        id: "cuteftp",
        name: "CuteFTP",
        ipv4: &[PASV.on_failure(Mode::Port), PORT],
        settings: &[
            Setting {
                gives: Gives::Active,
                how: "Site Properties → Type → Data connection: Use PORT",
            },
            Setting {
                gives: Gives::Passive,
                how: "Site Properties → Type → Data connection: Use PASV",
            },
        ],
        source: Source { how: How::Documented, at: "CuteFTP 9 help, Transfer settings" },
        ..BASE
    },
    Client {
        id: "flashfxp",
        name: "FlashFXP",
        settings: &[
            Setting {
                gives: Gives::ServersAddress, how: "Site → Options → Use Site IP for PASV"
            },
            Setting { gives: Gives::Active, how: "Site → Options → Passive Mode: off" },
        ],
        ..BASE
    },
    Client {
        id: "leapftp",
        name: "LeapFTP",
        ipv6: &[],
        tls: Tls { implicit: false, resumes: Resumes::No, ..BASE.tls },
        settings: &[
            Setting {
                gives: Gives::ServersAddress, how: "Site → Advanced → Use site IP for PASV"
            },
            Setting {
                gives: Gives::Active,
                how: "Options → Preferences → Proxy → Use PASV mode: off",
            },
        ],
        ..BASE
    },
    Client {
        id: "8uftp",
        name: "8uftp",
        ipv6: &[],
        tls: Tls::NONE,
        settings: &[
            Setting { gives: Gives::ServersAddress, how: "Site → Use site IP for PASV" },
            Setting { gives: Gives::Active, how: "Site → PASV mode: off" },
        ],
        ..BASE
    },
    Client {
        id: "total-commander",
        name: "Total Commander",
        settings: &[Setting {
            gives: Gives::Active,
            how: "Ctrl+F → Edit → Use passive mode for transfers: off",
        }],
        ..BASE
    },
    Client {
        id: "windows-explorer",
        name: "Windows Explorer",
        kind: Kind::FileManager,
        tls: Tls::NONE,
        settings: &[Setting {
            gives: Gives::Active,
            how: "Internet Options → Advanced → Use Passive FTP: off",
        }],
        source: Source { how: How::Documented, at: "Microsoft KB309816, KB323446" },
        ..BASE
    },
    Client {
        id: "macos-finder",
        name: "macOS Finder",
        kind: Kind::FileManager,
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        dial: Wait::Seconds(75),
        tls: Tls::NONE,
        ..BASE
    },
    Client {
        id: "device-active-only",
        name: "active-only device",
        kind: Kind::Device,
        ipv4: &[PORT],
        ipv6: &[],
        knock: Wait::Seconds(60),
        tls: Tls::NONE,
        ..BASE
    },
];
