//! Whose words and habits the embedded server has.
//!
//! The texts were captured from vsftpd 3.0.3, `ProFTPD` 1.3.8, `Pure-FTPd` 1.0.50 and
//! pyftpdlib 2.2; those of `FileZilla` Server come from its 1.7 source.

mod filezilla;
mod proftpd;
mod pure_ftpd;
mod pyftpdlib;
pub(super) mod texts;
pub(super) mod tls;
mod vsftpd;

use texts::Texts;
use tls::TlsTexts;

/// What a server does with a passive connection from another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// Nothing special.
    Served,
    /// Closes it without a word and waits for a better one.
    Ignored,
    /// Closes it and answers 425.
    Refused,
}

/// A server program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Software {
    /// vsftpd 3.0.3.
    #[default]
    Vsftpd,
    /// `ProFTPD` 1.3.8.
    ProFtpd,
    /// `Pure-FTPd` 1.0.50.
    PureFtpd,
    /// pyftpdlib 2.2, which connects when PORT comes.
    Pyftpdlib,
    /// `FileZilla` Server 1.x.
    FileZilla,
}

impl Software {
    /// Every flavour.
    pub const ALL: [Self; 5] =
        [Self::Vsftpd, Self::ProFtpd, Self::PureFtpd, Self::Pyftpdlib, Self::FileZilla];

    /// Reply to PASV and EPSV, PORT and EPRT where the administrator has switched them off.
    /// `ProFTPD`'s names the verb.
    pub fn switched_off(self, verb: &str) -> String {
        match self {
            Self::Vsftpd => "550 Permission denied.".to_owned(),
            Self::ProFtpd => format!("501 {verb}: Operation not permitted"),
            Self::PureFtpd => "500 Unknown command".to_owned(),
            Self::Pyftpdlib => format!("500 Command \"{verb}\" not understood."),
            Self::FileZilla => "500 Wrong command.".to_owned(),
        }
    }

    /// Reply to PASV or EPSV where every port of the range is in use.
    pub fn range_exhausted(self) -> &'static str {
        self.texts().exhausted
    }

    /// It connects when PORT arrives, not when LIST does, and answers PORT accordingly.
    pub(super) fn connects_at_port(self) -> bool {
        self == Self::Pyftpdlib
    }

    /// It sends 150 before the data connection is there.
    pub(super) fn preliminary_first(self) -> bool {
        matches!(self, Self::Pyftpdlib | Self::FileZilla)
    }

    /// FEAT leaves out PASV, EPSV, EPRT where they are switched off.
    pub(super) fn feat_follows_configuration(self) -> bool {
        matches!(self, Self::Vsftpd | Self::ProFtpd)
    }

    /// It answers nearly everything with 530 before the login.
    pub(super) fn shy_before_login(self) -> bool {
        self == Self::Vsftpd
    }

    /// Unencrypted data connections are refused when a port is asked for, not when data are.
    pub(super) fn wants_protection_early(self) -> bool {
        self == Self::Pyftpdlib
    }

    /// PORT with a foreign address is noticed only when LIST comes.
    pub(super) fn checks_peer_late(self) -> bool {
        self == Self::FileZilla
    }

    /// What becomes of a passive connection from another address than the control connection's.
    pub(super) fn stranger(self) -> Stranger {
        match self {
            Self::ProFtpd => Stranger::Served,
            Self::PureFtpd => Stranger::Ignored,
            Self::Vsftpd | Self::Pyftpdlib | Self::FileZilla => Stranger::Refused,
        }
    }

    pub(super) fn tls_texts(self) -> &'static TlsTexts {
        tls::texts(self)
    }

    pub(super) fn texts(self) -> &'static Texts {
        match self {
            Self::Vsftpd => &vsftpd::TEXTS,
            Self::ProFtpd => &proftpd::TEXTS,
            Self::PureFtpd => &pure_ftpd::TEXTS,
            Self::Pyftpdlib => &pyftpdlib::TEXTS,
            Self::FileZilla => &filezilla::TEXTS,
        }
    }
}
