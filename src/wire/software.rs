//! Which program the server is, by what it says of itself.

use serde::{Deserialize, Serialize};

/// A server program and, where it tells, its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Which program.
    pub product: Product,
    /// Its version as written, as in `3.0.3`.
    pub version: Option<String>,
    /// Where it was read.
    pub source: Source,
}

/// Which reply named the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The greeting.
    Greeting,
    /// The reply to SYST.
    Syst,
    /// The reply to FEAT.
    Feat,
    /// The reply to STAT.
    Stat,
    /// The reply to HELP.
    Help,
}

/// Defines [`Product`] with its ids and names.
macro_rules! products {
    ($($(#[doc = $doc:literal])* $variant:ident => $id:literal, $name:literal;)*) => {
        /// A server program.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Product {
            $($(#[doc = $doc])* #[serde(rename = $id)] $variant,)*
        }

        impl Product {
            /// Every program that is known.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The id in reports and `snippets.for`, in kebab-case.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }

            /// The name as its makers write it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

products! {
    /// vsftpd.
    Vsftpd => "vsftpd", "vsftpd";
    /// `ProFTPD`.
    ProFtpd => "proftpd", "ProFTPD";
    /// Pure-FTPd.
    PureFtpd => "pure-ftpd", "Pure-FTPd";
    /// `FileZilla` Server.
    FileZillaServer => "filezilla-server", "FileZilla Server";
    /// The FTP service of Microsoft IIS.
    Iis => "iis", "Microsoft IIS FTP";
    /// Serv-U.
    ServU => "serv-u", "Serv-U";
    /// pyftpdlib.
    Pyftpdlib => "pyftpdlib", "pyftpdlib";
    /// wu-ftpd.
    WuFtpd => "wu-ftpd", "wu-ftpd";
    /// Xlight.
    Xlight => "xlight", "Xlight FTP Server";
    /// The ftpd of GNU inetutils.
    Inetutils => "inetutils", "GNU inetutils ftpd";
    /// The ftpd of busybox.
    Busybox => "busybox", "BusyBox ftpd";
    /// Apache `FtpServer`.
    Apache => "apache-ftpserver", "Apache FtpServer";
    /// `SFTPGo`.
    SftpGo => "sftpgo", "SFTPGo";
    /// libunftp and unFTP.
    Libunftp => "libunftp", "libunftp";
    /// `GuildFTPd`.
    GuildFtpd => "guildftpd", "GuildFTPd";
    /// `CrushFTP`.
    CrushFtp => "crushftp", "CrushFTP";
    /// Titan FTP Server.
    Titan => "titan-ftp", "Titan FTP Server";
    /// Cerberus FTP Server.
    Cerberus => "cerberus", "Cerberus FTP Server";
    /// `NcFTPd`.
    NcFtpd => "ncftpd", "NcFTPd";
    /// glFTPd.
    GlFtpd => "glftpd", "glFTPd";
    /// bftpd.
    Bftpd => "bftpd", "bftpd";
    /// Gene6 FTP Server.
    Gene6 => "gene6", "Gene6 FTP Server";
    /// War FTP Daemon.
    WarFtpd => "war-ftpd", "War FTP Daemon";
    /// `GlobalSCAPE` EFT and Secure FTP Server.
    GlobalScape => "globalscape", "GlobalSCAPE EFT";
    /// `WS_FTP` Server.
    WsFtp => "ws-ftp-server", "WS_FTP Server";
    /// The server of AWS Transfer Family.
    AwsTransfer => "aws-transfer", "AWS Transfer Family";
    /// tnftpd, the ftpd of `NetBSD`.
    Tnftpd => "tnftpd", "tnftpd";
    /// The ftpd of the other BSD systems and of Solaris.
    BsdFtpd => "bsd-ftpd", "BSD ftpd";
    /// The FTP server of IBM z/OS.
    Zos => "ibm-zos", "IBM z/OS FTP";
    /// The FTP server of IBM i (OS/400).
    IbmI => "ibm-i", "IBM i FTP";
    /// The FTP server of `RouterOS`.
    MikroTik => "mikrotik", "MikroTik RouterOS FTP";
    /// ftpserverlib.
    FtpServerLib => "ftpserverlib", "ftpserverlib";
    /// ftpd of Synology, Pure-FTPd or smbftpd within.
    Synology => "synology", "Synology FTP";
    /// `FritzBox` and other home routers of AVM.
    FritzBox => "fritzbox", "FRITZ!Box FTP";
}

/// A phrase, in lower case, that only one program says; a version may follow directly after it.
const PHRASES: &[(&str, Product)] = &[
    ("(vsftpd", Product::Vsftpd),
    ("vsftpd", Product::Vsftpd),
    ("proftpd", Product::ProFtpd),
    ("pure-ftpd", Product::PureFtpd),
    ("pureftpd", Product::PureFtpd),
    ("filezilla server", Product::FileZillaServer),
    ("emulated by filezilla", Product::FileZillaServer),
    ("microsoft ftp service", Product::Iis),
    ("windows nt ftp server", Product::Iis),
    ("serv-u", Product::ServU),
    ("pyftpdlib", Product::Pyftpdlib),
    ("version wu-", Product::WuFtpd),
    ("wu-ftpd", Product::WuFtpd),
    ("xlight", Product::Xlight),
    ("gnu inetutils", Product::Inetutils),
    ("busybox", Product::Busybox),
    ("apache ftpserver", Product::Apache),
    ("apache ftp server", Product::Apache),
    ("sftpgo", Product::SftpGo),
    ("libunftp", Product::Libunftp),
    ("unftp", Product::Libunftp),
    ("guildftpd", Product::GuildFtpd),
    ("crushftp", Product::CrushFtp),
    ("titan ftp", Product::Titan),
    ("cerberus ftp", Product::Cerberus),
    ("ncftpd", Product::NcFtpd),
    ("glftpd", Product::GlFtpd),
    ("bftpd", Product::Bftpd),
    ("gene6", Product::Gene6),
    ("g6 ftp server", Product::Gene6),
    ("war-ftpd", Product::WarFtpd),
    ("warftpd", Product::WarFtpd),
    ("war ftp daemon", Product::WarFtpd),
    ("globalscape", Product::GlobalScape),
    ("eft server", Product::GlobalScape),
    ("ws_ftp server", Product::WsFtp),
    ("aws transfer", Product::AwsTransfer),
    ("tnftpd", Product::Tnftpd),
    ("netbsd-ftpd", Product::Tnftpd),
    ("version 6.00ls", Product::BsdFtpd),
    ("version: bsd-", Product::BsdFtpd),
    ("ftp server (sunos", Product::BsdFtpd),
    ("ibm ftp cs", Product::Zos),
    ("mvs is the operating system", Product::Zos),
    ("qtcp at", Product::IbmI),
    ("os/400", Product::IbmI),
    ("mikrotik", Product::MikroTik),
    ("ftpserverlib", Product::FtpServerLib),
    ("synology", Product::Synology),
    ("fritz!box", Product::FritzBox),
];

/// Phrases that count only where nothing better is found, and only in one kind of reply.
const HINTS: &[(Source, &str, Product)] = &[
    (Source::Syst, "windows_nt", Product::Iis),
    (Source::Syst, "unix type: apache ftpserver", Product::Apache),
    // vsftpd with another greeting, before login: "214-The following commands are recognized. … 214 Help OK."
    (Source::Help, "help ok.", Product::Vsftpd),
];

/// The program, from the texts of the replies that were had; a greeting says it best, and a changed greeting is common.
///
/// The texts are those of [`super::reply::Reply::text`]. `None` where none of them gives a program away.
pub fn recognise(
    greeting: Option<&str>,
    syst: Option<&str>,
    feat: Option<&str>,
    stat: Option<&str>,
    help: Option<&str>,
) -> Option<Software> {
    let texts = [
        (Source::Greeting, greeting),
        (Source::Stat, stat),
        (Source::Feat, feat),
        (Source::Help, help),
        (Source::Syst, syst),
    ];
    let given = || texts.iter().filter_map(|(source, text)| Some((*source, (*text)?)));
    let mut found: Option<Software> = None;
    for (source, text) in given() {
        let Some((product, version)) = by_phrase(text) else {
            continue;
        };
        match &mut found {
            None => {
                found = Some(Software { product, version, source });
            }
            // Another reply of the same program may add the version.
            Some(known) if known.product == product && known.version.is_none() => {
                known.version = version;
            }
            Some(_) => {}
        }
    }
    found.or_else(|| {
        given().find_map(|(source, text)| {
            let text = text.to_ascii_lowercase();
            let (_, _, product) =
                HINTS.iter().find(|(at, phrase, _)| *at == source && text.contains(phrase))?;
            Some(Software { product: *product, version: None, source })
        })
    })
}

/// The phrase that comes first in the table, and the version after it.
fn by_phrase(text: &str) -> Option<(Product, Option<String>)> {
    let lower = text.to_ascii_lowercase();
    let (phrase, product) = PHRASES.iter().find(|(phrase, _)| contains_phrase(&lower, phrase))?;
    let version = lower.match_indices(phrase).find_map(|(at, _)| {
        let (_, after) = text.split_at_checked(at + phrase.len())?;
        version_after(after)
    });
    Some((*product, version))
}

/// Whether the phrase is there, and not as part of a longer word to its left (`bftpd` in `smbftpd`).
fn contains_phrase(lower: &str, phrase: &str) -> bool {
    lower.match_indices(phrase).any(|(at, _)| {
        let before = lower.split_at_checked(at).and_then(|(before, _)| before.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    })
}

/// A version right after a name, with only words such as "server" or "version" between.
fn version_after(after: &str) -> Option<String> {
    let after = after.split('\n').next().unwrap_or_default();
    for word in after
        .split([' ', '\t', '-', ':', '(', ')', ',', '_', '/'])
        .filter(|word| !word.is_empty())
        .take(4)
    {
        let number = word.strip_prefix(['v', 'V']).unwrap_or(word);
        if number.starts_with(|character: char| character.is_ascii_digit()) {
            let version =
                number.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
            let shape = |character: char| {
                character.is_ascii_alphanumeric() || matches!(character, '.' | '+' | '~')
            };
            return (version.len() <= 32 && version.chars().all(shape)).then(|| version.to_owned());
        }
        if !matches!(
            word.to_ascii_lowercase().as_str(),
            "server" | "ftp" | "ftpd" | "version" | "release" | "v" | "secure"
        ) {
            return None;
        }
    }
    None
}
