//! Stories that end before, or at, the login.

use std::time::Duration;

use super::{Group, Story};
use crate::demo::behaviour::{
    Behaviour, Door, Greeting, Hangup, Limit, Login, Tls, TlsStart, Turn,
};
use crate::demo::software::Software;

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "control-refused",
        title: "Nobody listens on the control port",
        lesson: "The answer is a reset, at once: the machine is there, the FTP server is not.",
        cause: Some("control-refused"),
        group: Group::Control,
        behaviour: || Behaviour { door: Door::Closed, ..Behaviour::default() },
    },
    Story {
        id: "control-filtered",
        title: "Nothing answers on the control port",
        lesson: "Every attempt is dropped without a word, which is what a firewall does and a \
                 missing server does not.",
        cause: Some("control-filtered"),
        group: Group::Control,
        behaviour: || Behaviour { door: Door::Filtered, ..Behaviour::default() },
    },
    Story {
        id: "control-silent",
        title: "The port opens and nobody speaks",
        lesson: "An FTP server greets first. One that accepts and stays silent is stuck, \
                 overloaded, or no FTP server.",
        cause: Some("control-silent"),
        group: Group::Control,
        behaviour: || Behaviour { greeting: Greeting::Silent, ..Behaviour::default() },
    },
    Story {
        id: "control-closed",
        title: "The port opens and closes again",
        lesson: "A connection that ends before the greeting was turned away by an access list, \
                 or the server broke down.",
        cause: Some("control-closed"),
        group: Group::Control,
        behaviour: || Behaviour { greeting: Greeting::CloseAtOnce, ..Behaviour::default() },
    },
    Story {
        id: "closed-at-user",
        title: "The connection is reset as soon as a name is sent",
        lesson: "The greeting arrives and the first command kills the connection: something on \
                 the way reads along, or the server dies of it.",
        cause: Some("control-closed"),
        group: Group::Control,
        behaviour: || Behaviour {
            hangup: Some(Hangup { verb: "USER", reset: true }),
            ..Behaviour::default()
        },
    },
    Story {
        id: "ssh-on-the-port",
        title: "An SSH server on the port",
        lesson: "The first line begins with SSH-2.0: this is where SFTP lives, which shares \
                 three letters with FTP and nothing else.",
        cause: Some("control-not-ftp"),
        group: Group::Control,
        behaviour: || Behaviour { greeting: Greeting::Ssh, ..Behaviour::default() },
    },
    Story {
        id: "http-on-the-port",
        title: "A web server on the port",
        lesson: "A web server waits to be asked, then complains in HTTP: no FTP is spoken here.",
        cause: Some("control-not-ftp"),
        group: Group::Control,
        behaviour: || Behaviour {
            greeting: Greeting::Http(Duration::from_secs(2)),
            ..Behaviour::default()
        },
    },
    Story {
        id: "implicit-tls",
        title: "The server waits for TLS before it says a word",
        lesson: "With implicit TLS both sides wait for each other when the client speaks plain \
                 FTP. A single TLS greeting tells this silence from any other; use ftps://.",
        cause: Some("tls-required"),
        group: Group::Control,
        behaviour: || Behaviour {
            tls: Some(Tls { start: TlsStart::AtOnce, ..Tls::default() }),
            ..Behaviour::default()
        },
    },
    Story {
        id: "too-many-connections",
        title: "The server is full",
        lesson: "421 in place of the greeting: the address already has as many connections as \
                 the server allows. Nothing is wrong with the network.",
        cause: Some("too-many-connections"),
        group: Group::Control,
        behaviour: || Behaviour {
            limit: Some(Limit { max_per_ip: 3, taken: 3, at: Turn::Connect }),
            ..Behaviour::default()
        },
    },
    Story {
        id: "full-at-the-password",
        title: "The server is full, and says so only after the password",
        lesson: "ProFTPD answers 530 to PASS when it has no room left: the code of a wrong \
                 password, but another text.",
        cause: Some("too-many-connections"),
        group: Group::Control,
        behaviour: || Behaviour {
            software: Software::ProFtpd,
            limit: Some(Limit { max_per_ip: 3, taken: 3, at: Turn::Password }),
            ..Behaviour::default()
        },
    },
    Story {
        id: "login-rejected",
        title: "The login is refused",
        lesson: "530 after the password: wrong name or password, or no anonymous guests here.",
        cause: Some("login-rejected"),
        group: Group::Control,
        behaviour: || Behaviour { login: Login::Nobody, ..Behaviour::default() },
    },
    Story {
        id: "account-needed",
        title: "The server wants an account as well",
        lesson: "332 after the password is neither yes nor no: the server waits for ACCT, which \
                 hardly any client sends.",
        cause: Some("login-rejected"),
        group: Group::Control,
        behaviour: || Behaviour { login: Login::Account, ..Behaviour::default() },
    },
    Story {
        id: "tls-required",
        title: "No login without encryption",
        lesson: "530 comes in answer to the name already, before any password: the server wants \
                 AUTH TLS first; use ftpes://.",
        cause: Some("tls-required"),
        group: Group::Control,
        behaviour: || Behaviour {
            login: Login::TlsRequired,
            tls: Some(Tls::default()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "tls-required-421",
        title: "No login without encryption, said with 421",
        lesson: "Pure-FTPd asks for TLS with the code that others use when they are full: the \
                 text decides.",
        cause: Some("tls-required"),
        group: Group::Control,
        behaviour: || Behaviour {
            software: Software::PureFtpd,
            login: Login::TlsRequired,
            tls: Some(Tls::default()),
            ..Behaviour::default()
        },
    },
    Story {
        id: "idle-dropped",
        title: "The session ends after five quiet seconds",
        lesson: "A control connection that is idle during a long transfer is cut off by servers \
                 and NATs alike. It takes --idle 8s to see it.",
        // control-idle-dropped with --idle; a plain probe is never idle for so long.
        cause: None,
        group: Group::Control,
        behaviour: || Behaviour { idle: Duration::from_secs(5), ..Behaviour::default() },
    },
];
