//! Stories of servers that are asked for over TLS.

use super::{Group, Story};
use crate::demo::behaviour::{
    Behaviour, Certificate, Passive, Sessions, Tls, TlsAnswer, TlsData, TlsStart, TlsVersions,
};
use crate::demo::software::Software;

/// A server that is healthy but for its TLS.
fn with(software: Software, tls: Tls) -> Behaviour {
    Behaviour { software, tls: Some(tls), ..Behaviour::default() }
}

pub(super) const STORIES: &[Story] = &[
    Story {
        id: "tls-healthy",
        title: "A server with explicit TLS as it should be",
        lesson: "AUTH TLS, PBSZ 0 and PROT P, then every mode works. Data connections resume the \
                 session of the control connection, and it is the client that begins the \
                 handshake, in active mode too.",
        cause: None,
        group: Group::Tls,
        behaviour: || with(Software::ProFtpd, Tls::default()),
    },
    Story {
        id: "tls-implicit-healthy",
        title: "A server with implicit TLS, as on port 990",
        lesson: "TLS begins with the first byte and the greeting comes under it; from there on all \
                 is as ever. No RFC describes it, and many servers still have it.",
        cause: None,
        group: Group::Tls,
        behaviour: || with(Software::FileZilla, Tls { start: TlsStart::AtOnce, ..Tls::default() }),
    },
    Story {
        id: "tls-auth-ssl",
        title: "An old server that knows AUTH SSL alone",
        lesson: "AUTH TLS is unknown here, and its older name leads to the same handshake: a \
                 client that tries both gets in.",
        cause: None,
        group: Group::Tls,
        behaviour: || {
            let tls = Tls { mechanisms: &["SSL"], versions: TlsVersions::Tls12, ..Tls::default() };
            with(Software::Vsftpd, tls)
        },
    },
    Story {
        id: "tls-no-close-notify",
        title: "Data connections end without TLS' own goodbye",
        lesson: "IIS and others close the TCP connection without a close_notify. Whether the \
                 listing is whole is told by 226; a client that insists on the goodbye calls a \
                 good transfer broken.",
        cause: Some("tls-data-not-closed"),
        group: Group::Tls,
        behaviour: || with(Software::Vsftpd, Tls { goodbye: false, ..Tls::default() }),
    },
    Story {
        id: "tls-unsupported",
        title: "TLS is asked for, and the server has none",
        lesson: "AUTH TLS is refused, and a client that was told to encrypt stops there, before \
                 any name or password. One that goes on in clear gives both away.",
        cause: Some("tls-unsupported"),
        group: Group::Tls,
        behaviour: || Behaviour { software: Software::ProFtpd, ..Behaviour::default() },
    },
    Story {
        id: "tls-certificate-expired",
        title: "The certificate has run out",
        lesson: "Nothing was changed on the server, and that is the trouble: its certificate ended \
                 on a day that nobody had noted. With --insecure the rest is tried as well, which \
                 is no repair.",
        cause: Some("tls-certificate-invalid"),
        group: Group::Tls,
        behaviour: || {
            with(Software::Vsftpd, Tls { certificate: Certificate::Expired, ..Tls::default() })
        },
    },
    Story {
        id: "tls-certificate-wrong-name",
        title: "The certificate is for another name",
        lesson: "The server is called by its address and shows a certificate for ftp.example.com. \
                 Clients compare it with the name that was typed, not with the one that was meant.",
        cause: Some("tls-certificate-invalid"),
        group: Group::Tls,
        behaviour: || {
            with(Software::ProFtpd, Tls { certificate: Certificate::WrongName, ..Tls::default() })
        },
    },
    Story {
        id: "tls-certificate-self-signed",
        title: "The certificate vouches for itself",
        lesson: "All is encrypted, and nobody says with whom. Compare the fingerprint with the \
                 administrator's once, then trust this very certificate (--ca FILE).",
        cause: Some("tls-certificate-invalid"),
        group: Group::Tls,
        behaviour: || {
            let tls = Tls { certificate: Certificate::SelfSigned, ..Tls::default() };
            with(Software::PureFtpd, tls)
        },
    },
    Story {
        id: "tls-handshake-old-version",
        title: "The server's TLS is too old",
        lesson: "AUTH TLS is accepted, and the client's first TLS bytes are answered by an alert \
                 of TLS 1.0: protocol_version. The cure is TLS 1.2 in the server, not TLS 1.0 in \
                 the clients.",
        cause: Some("tls-handshake-failed"),
        group: Group::Tls,
        behaviour: || {
            with(Software::Vsftpd, Tls { answer: TlsAnswer::OLD_VERSION, ..Tls::default() })
        },
    },
    Story {
        id: "tls-handshake-closed",
        title: "The connection ends as soon as TLS begins",
        lesson: "234, the client's first TLS bytes, and the connection is closed. A server whose \
                 TLS dies does so, and a box on the way that is offended by what it cannot read.",
        cause: Some("tls-handshake-failed"),
        group: Group::Tls,
        behaviour: || with(Software::ProFtpd, Tls { answer: TlsAnswer::END, ..Tls::default() }),
    },
    Story {
        id: "tls-session-reuse",
        title: "Data connections have to resume the TLS session",
        lesson: "vsftpd with require_ssl_reuse serves only who resumes the session of the control \
                 connection. Clients that do never notice; the others get 522 after a handshake \
                 that went well.",
        cause: Some("tls-session-reuse-required"),
        group: Group::Tls,
        behaviour: || {
            let tls = Tls {
                sessions: Sessions::Required,
                versions: TlsVersions::Tls12,
                ..Tls::default()
            };
            with(Software::Vsftpd, tls)
        },
    },
    Story {
        id: "tls-session-reuse-proftpd",
        title: "The same demand, in words that do not say so",
        lesson: "ProFTPD answers 425 Operation not permitted, which reads like a firewall. What it \
                 means shows when the same is tried with and without the session; \
                 NoSessionReuseRequired switches it off.",
        cause: Some("tls-session-reuse-required"),
        group: Group::Tls,
        behaviour: || {
            with(Software::ProFtpd, Tls { sessions: Sessions::Required, ..Tls::default() })
        },
    },
    Story {
        id: "tls-session-reuse-impossible",
        title: "A resumed session is demanded, and none is given out",
        lesson: "The server refuses data connections that do not resume a session, and hands out \
                 no session to be resumed: there is no client that could list here.",
        cause: Some("tls-session-reuse-required"),
        group: Group::Tls,
        behaviour: || {
            with(Software::FileZilla, Tls { sessions: Sessions::Impossible, ..Tls::default() })
        },
    },
    Story {
        id: "data-tls-refused",
        title: "The server does not encrypt data connections",
        lesson: "The login is encrypted, PROT P is refused (TLSRequired !data in ProFTPD): what is \
                 listed and fetched could be read by everybody on the way.",
        cause: Some("data-tls-refused"),
        group: Group::Tls,
        behaviour: || {
            let refusal = "534 Unwilling to accept security parameters".to_owned();
            with(Software::ProFtpd, Tls { private_refused: Some(refusal), ..Tls::default() })
        },
    },
    Story {
        id: "data-tls-plain",
        title: "PROT P is agreed to, and the listing comes in clear",
        lesson: "The client waits for a TLS handshake on the data connection and reads file names \
                 instead. It must not take them: what was to be secret has been on the wire.",
        cause: Some("data-tls-refused"),
        group: Group::Tls,
        behaviour: || with(Software::PureFtpd, Tls { data: TlsData::Clear, ..Tls::default() }),
    },
    Story {
        id: "tls-blinds-helper",
        title: "Passive mode works in clear and hangs under TLS",
        lesson: "A firewall reads 227 and 229 and opens the port that they name; under TLS it \
                 reads nothing and opens nothing. The repair is a fixed range, open for good.",
        cause: Some("tls-blinds-firewall-helper"),
        group: Group::Tls,
        behaviour: || Behaviour {
            pasv: Passive::Pinhole,
            epsv: Passive::Pinhole,
            ..with(Software::Vsftpd, Tls::default())
        },
    },
];
