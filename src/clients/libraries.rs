//! What programs are built with.

use super::record::{
    Address, Client, EPRT, EPSV, Families, Form, Gives, How, PASV, PORT, Resumes, Setting, Source,
    Tls, Unclosed, Wait,
};
use crate::facts::Mode;

const BASE: Client = Client::PASSIVE;

const NO_RESUMPTION: Tls = Tls { resumes: Resumes::No, ..Tls::FULL };
/// The same, and whatever ends data is taken for its end.
const TAKES: Tls = Tls { unclosed: Unclosed::Takes, ..NO_RESUMPTION };

pub(super) const CLIENTS: &[Client] = &[
    Client {
        id: "python-ftplib",
        name: "Python ftplib",
        address: Address::Server,
        // `prot_p()` is the program's affair.
        tls: Tls { implicit: false, verifies: false, protects: false, ..NO_RESUMPTION },
        unreadable: &[Form::Blanks227, Form::Bare229],
        settings: &[Setting { gives: Gives::Active, how: "FTP.set_pasv(False)" }],
        source: Source { how: How::Measured, at: "Python 3.11.7" },
        ..BASE
    },
    Client {
        id: "perl-net-ftp",
        name: "Perl Net::FTP",
        dial: Wait::Seconds(120),
        knock: Wait::Seconds(120),
        tls: TAKES,
        unreadable: &[Form::Blanks227, Form::Delimiter229, Form::Address229, Form::Bare229],
        settings: &[Setting { gives: Gives::Active, how: "Passive => 0, FTP_PASSIVE=0" }],
        source: Source { how: How::Measured, at: "libnet 3.14" },
        ..BASE
    },
    Client {
        id: "perl-net-ftp-debian",
        name: "Perl Net::FTP on Debian",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        knock: Wait::Seconds(120),
        tls: TAKES,
        settings: &[Setting { gives: Gives::Passive, how: "Passive => 1, FTP_PASSIVE=1" }],
        source: Source { how: How::Measured, at: "libnet 3.14, /etc/perl/Net/libnet.cfg" },
        ..BASE
    },
    Client {
        id: "php-ftp",
        name: "PHP ftp_*",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        knock: Wait::Seconds(90),
        tls: PHP,
        settings: &[Setting { gives: Gives::Passive, how: "ftp_pasv($ftp, true)" }],
        source: Source { how: How::Measured, at: "PHP 8.2" },
        ..BASE
    },
    Client {
        id: "php-ftp-passive",
        name: "PHP ftp_pasv",
        ipv4: &[PASV.on_reply(Mode::Port), PORT],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV.on_reply(Mode::Eprt), EPRT],
        dial: Wait::Seconds(90),
        knock: Wait::Seconds(90),
        tls: PHP,
        unreadable: &[Form::Bare229],
        settings: &[
            Setting {
                gives: Gives::ServersAddress,
                how: "ftp_set_option($ftp, FTP_USEPASVADDRESS, false)",
            },
            Setting { gives: Gives::Active, how: "ftp_pasv($ftp, false)" },
        ],
        source: Source { how: How::Measured, at: "PHP 8.2" },
        ..BASE
    },
    Client {
        id: "php-stream",
        name: "PHP ftp://",
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV],
        dial: Wait::Seconds(60),
        tls: Tls { implicit: false, ..TAKES },
        unreadable: &[Form::Delimiter229],
        source: Source { how: How::Measured, at: "PHP 8.2" },
        ..BASE
    },
    Client {
        id: "ruby-net-ftp",
        name: "Ruby Net::FTP",
        address: Address::Server,
        knock: Wait::Seconds(60),
        tls: Tls { implicit: false, unclosed: Unclosed::Fails, ..Tls::FULL },
        unreadable: &[Form::Bare227, Form::Blanks227, Form::Address229, Form::Bare229],
        settings: &[Setting { gives: Gives::Active, how: "passive: false" }],
        source: Source { how: How::Measured, at: "net-ftp 0.1.3" },
        ..BASE
    },
    Client {
        id: "node-basic-ftp",
        name: "Node basic-ftp",
        ipv4: &[EPSV.on_failure(Mode::Pasv), PASV],
        ipv6: &[EPSV.on_failure(Mode::Pasv), PASV],
        address: Address::GivesUp,
        dial: Wait::Seconds(30),
        families: Families::Race,
        tls: Tls { unclosed: Unclosed::Takes, ..Tls::FULL },
        unreadable: &[Form::Blanks227],
        settings: &[Setting { gives: Gives::AnyAddress, how: "allowSeparateTransferHost: true" }],
        source: Source { how: How::Measured, at: "basic-ftp 6.2.3" },
        ..BASE
    },
    Client {
        id: "node-ftp",
        name: "Node ftp",
        ipv6: &[PASV],
        address: Address::ReplyThenServer,
        dial: Wait::Seconds(10),
        families: Families::Race,
        tls: Tls { unclosed: Unclosed::Takes, ..Tls::FULL },
        unreadable: &[Form::Blanks227],
        source: Source { how: How::Measured, at: "ftp 0.3.10" },
        ..BASE
    },
    Client {
        id: "java-commons-net",
        name: "Java commons-net",
        ipv4: &[PORT],
        ipv6: &[EPRT],
        checks_caller: true,
        tls: COMMONS,
        settings: &[Setting { gives: Gives::Passive, how: "enterLocalPassiveMode()" }],
        source: Source { how: How::Measured, at: "commons-net 3.9; FTPClient.java" },
        ..BASE
    },
    Client {
        id: "java-commons-net-passive",
        name: "Java commons-net (passive)",
        address: Address::Server,
        dial: Wait::Seconds(60),
        checks_caller: true,
        tls: COMMONS,
        unreadable: &[Form::Lines227, Form::Blanks227, Form::Address229, Form::Bare229],
        settings: &[
            Setting { gives: Gives::Epsv, how: "setUseEPSVwithIPv4(true)" },
            Setting { gives: Gives::Active, how: "enterLocalActiveMode()" },
        ],
        source: Source { how: How::Measured, at: "commons-net 3.9; FTPClient.java" },
        ..BASE
    },
    Client {
        id: "java-urlconnection",
        name: "Java URLConnection",
        ipv4: &[
            EPSV.on_reply(Mode::Pasv),
            PASV.on_reply(Mode::Eprt),
            EPRT.on_reply(Mode::Port),
            PORT,
        ],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV.on_reply(Mode::Eprt), EPRT],
        address: Address::GivesUp,
        knock: Wait::Seconds(300),
        unreadable: &[
            Form::Lines227,
            Form::Blanks227,
            Form::Delimiter229,
            Form::Address229,
            Form::Bare229,
        ],
        source: Source { how: How::Measured, at: "OpenJDK 17" },
        ..BASE
    },
    Client {
        id: "dotnet-ftpwebrequest",
        name: ".NET FtpWebRequest",
        address: Address::Server,
        dial: Wait::Seconds(100),
        knock: Wait::Seconds(100),
        checks_caller: true,
        tls: Tls { implicit: false, ..Tls::FULL },
        settings: &[Setting { gives: Gives::Active, how: "UsePassive = false" }],
        source: Source { how: How::Documented, at: "dotnet/runtime FtpControlStream.cs" },
        ..BASE
    },
    Client {
        id: "fluentftp",
        name: "FluentFTP",
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        address: Address::ReplyUnlessUnroutable,
        dial: Wait::Seconds(15),
        knock: Wait::Seconds(15),
        tls: NO_RESUMPTION,
        settings: &[
            Setting { gives: Gives::Pasv, how: "DataConnectionType = PASV" },
            Setting { gives: Gives::Active, how: "DataConnectionType = AutoActive" },
        ],
        source: Source { how: How::Documented, at: "FtpConfig.cs, PassivePortModule.cs" },
        ..BASE
    },
    Client {
        id: "go-jlaffaye-ftp",
        name: "Go jlaffaye/ftp",
        ipv4: &[EPSV.on_reply(Mode::Pasv), PASV],
        ipv6: &[EPSV.on_reply(Mode::Pasv), PASV],
        dial: Wait::Seconds(30),
        // Versions of 2022 go where 227 says; that of 2026 leaves private addresses alone.
        address: Address::AsVersion,
        families: Families::Race,
        // Versions of summer 2022 began TLS before LIST, and hung with vsftpd, ProFTPD and Pure-FTPd.
        tls: TAKES,
        unreadable: &[Form::Bare227, Form::Blanks227],
        settings: &[Setting { gives: Gives::Pasv, how: "DialWithDisabledEPSV(true)" }],
        source: Source { how: How::Measured, at: "2022, rclone/ftp 2022-12; ftp.go of 2026" },
        ..BASE
    },
    Client {
        id: "rust-suppaftp",
        name: "Rust suppaftp",
        ipv6: &[PASV],
        knock: Wait::Seconds(60),
        // With rustls they do, with native-tls over OpenSSL they do not.
        tls: Tls { resumes: Resumes::AsBuilt, ..Tls::FULL },
        unreadable: &[Form::Bare227, Form::Blanks227],
        settings: &[
            Setting { gives: Gives::ServersAddress, how: "set_passive_nat_workaround(true)" },
            Setting { gives: Gives::Epsv, how: "set_mode(Mode::ExtendedPassive)" },
            Setting { gives: Gives::Active, how: "set_mode(Mode::Active)" },
        ],
        source: Source { how: How::Measured, at: "suppaftp 12.2.1" },
        ..BASE
    },
];

/// `ftp_ssl_connect`.
const PHP: Tls = Tls {
    explicit: true,
    implicit: false,
    unasked: false,
    verifies: false,
    protects: true,
    resumes: Resumes::Insists,
    unclosed: Unclosed::Fails,
};

/// `FTPSClient` looks at the dates of a certificate only; `execPROT("P")` is the program's affair.
const COMMONS: Tls = Tls { verifies: false, protects: false, ..NO_RESUMPTION };
