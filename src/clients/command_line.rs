//! Clients for terminals and scripts.

use super::record::{
    Address, Client, EPRT, EPSV, Families, Form, Gives, How, Kind, PASV, PORT, Resumes, Setting,
    Source, Tls, Unclosed, Wait,
};
use crate::facts::Mode;

const BASE: Client = Client { kind: Kind::CommandLine, ..Client::PASSIVE };

pub(super) const CLIENTS: &[Client] = &[
    Client {
        id: "curl",
        name: "curl",
        ipv4: &[EPSV.on_failure(Mode::Pasv), PASV],
        address: Address::Server,
        knock: Wait::Seconds(60),
        families: Families::Race,
        tls: Tls { unclosed: Unclosed::Takes, ..Tls::FULL },
        unreadable: &[Form::Address229, Form::Bare229],
        settings: &[
            Setting { gives: Gives::Pasv, how: "--disable-epsv" },
            Setting { gives: Gives::Active, how: "--ftp-port -" },
        ],
        source: Source { how: How::Measured, at: "curl 7.88.1; lib/ftp.c" },
        ..BASE
    },
    Client {
        id: "wget",
        name: "Wget",
        // 1.21 with GnuTLS asks for the data again and again, others take it.
        tls: Tls::FULL,
        unreadable: &[Form::Blanks227, Form::Address229, Form::Bare229],
        settings: &[Setting { gives: Gives::Active, how: "--no-passive-ftp" }],
        source: Source { how: How::Measured, at: "Wget 1.21.3; wget2 has no FTP" },
        ..BASE
    },
    Client {
        id: "lftp",
        name: "lftp",
        ipv4: &[PASV.on_reply_after(15, Mode::Port), PORT],
        ipv6: &[EPSV.on_reply_after(15, Mode::Eprt), EPRT],
        address: Address::ReplyUnlessUnroutable,
        knock: Wait::Seconds(300),
        tls: Tls { unasked: true, unclosed: Unclosed::Takes, ..Tls::FULL },
        unreadable: &[Form::Address229, Form::Bare229],
        settings: &[
            Setting { gives: Gives::Epsv, how: "set ftp:prefer-epsv yes" },
            Setting { gives: Gives::Active, how: "set ftp:passive-mode no" },
        ],
        source: Source { how: How::Measured, at: "lftp 4.9.2; src/resource.cc" },
        ..BASE
    },
    Client {
        id: "tnftp",
        name: "tnftp",
        ipv4: &[
            EPSV.on_reply(Mode::Pasv).on_no_connection(Mode::Eprt),
            PASV.on_failure(Mode::Port),
            EPRT.on_reply(Mode::Port),
            PORT,
        ],
        address: Address::GivesUp,
        knock: Wait::Seconds(60),
        unreadable: &[Form::Address229, Form::Bare229],
        settings: &[
            Setting { gives: Gives::Pasv, how: "epsv4 off" },
            Setting { gives: Gives::Active, how: "ftp -A" },
        ],
        source: Source { how: How::Measured, at: "tnftp 20210827, as ftp on Debian and the BSDs" },
        ..BASE
    },
    Client {
        id: "ncftp",
        name: "NcFTP",
        ipv4: &[PASV.on_reply(Mode::Port), PORT],
        ipv6: &[],
        address: Address::ReplyUnlessPrivate,
        dial: Wait::Seconds(30),
        knock: Wait::Seconds(135),
        checks_caller: true,
        unreadable: &[Form::Lines227],
        settings: &[Setting { gives: Gives::Active, how: "ncftpls -E, set passive off" }],
        source: Source { how: How::Measured, at: "NcFTP 3.2.6" },
        ..BASE
    },
    Client {
        id: "inetutils-ftp",
        name: "GNU inetutils ftp",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        // The address in 227 counts only where passive mode is switched on.
        address: Address::GivesUp,
        unreadable: &[Form::Address229],
        settings: &[Setting { gives: Gives::Passive, how: "ftp -p" }],
        source: Source { how: How::Measured, at: "inetutils 2.4" },
        ..BASE
    },
    Client {
        id: "netkit-ftp",
        name: "netkit ftp",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        tls: Tls {
            explicit: true,
            implicit: false,
            unasked: true,
            verifies: false,
            protects: true,
            resumes: Resumes::Yes,
            unclosed: Unclosed::Unknown,
        },
        settings: &[Setting { gives: Gives::Passive, how: "ftp -p, passive" }],
        source: Source { how: How::Measured, at: "netkit ftp-ssl 0.17" },
        ..BASE
    },
    Client {
        id: "busybox-wget",
        name: "BusyBox wget",
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV],
        address: Address::Server,
        unreadable: &[Form::Blanks227, Form::Delimiter229],
        source: Source { how: How::Measured, at: "BusyBox 1.35" },
        ..BASE
    },
    Client {
        id: "aria2",
        name: "aria2",
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV],
        address: Address::Server,
        dial: Wait::Seconds(60),
        knock: Wait::Seconds(60),
        unreadable: &[Form::Bare227, Form::Delimiter229, Form::Bare229],
        settings: &[Setting { gives: Gives::Active, how: "--ftp-pasv=false" }],
        source: Source { how: How::Measured, at: "aria2 1.36" },
        ..BASE
    },
    Client {
        id: "windows-ftp-exe",
        name: "Windows ftp.exe",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        dial: Wait::WINDOWS,
        settings: &[Setting { gives: Gives::Another, how: "curl.exe, part of Windows since 10" }],
        source: Source { how: How::Believed, at: "NethServer/nethsecurity#544" },
        ..BASE
    },
    Client {
        id: "rclone",
        name: "rclone",
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV],
        // 1.60 goes where 227 says; the library of later versions leaves private addresses alone.
        address: Address::AsVersion,
        dial: Wait::Seconds(60),
        families: Families::Race,
        // Handshakes of data connections fail with some servers, whether they ask for a session
        // or not.
        tls: Tls { resumes: Resumes::Varies, unclosed: Unclosed::Takes, ..Tls::FULL },
        unreadable: &[Form::Bare227, Form::Blanks227],
        settings: &[Setting { gives: Gives::Pasv, how: "--ftp-disable-epsv" }],
        source: Source { how: How::Measured, at: "rclone 1.60; backend/ftp/ftp.go" },
        ..BASE
    },
];
