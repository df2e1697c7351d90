//! TLS as the four servers are told to speak it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::certificates::{Certificate, Files};
use super::servers::{Server, Software};

/// A suite that every OpenSSL takes, and that current software has given up.
const CBC: &str = "ECDHE-ECDSA-AES128-SHA";
/// Whatever there is, however weak.
const ANY: &str = "ALL:@SECLEVEL=0";

/// How a server speaks TLS.
#[derive(Clone, Copy, Debug)]
pub struct Tls {
    pub certificate: Certificate,
    pub versions: Versions,
    pub demands: Demands,
    /// A data connection must resume the session of its control connection.
    pub reuse: bool,
    /// From the first byte on, on port 990.
    pub implicit: bool,
}

/// What a server is willing to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// TLS 1.2 and 1.3.
    Current,
    Tls12,
    Tls13,
    /// TLS 1.0 and 1.1, which nobody should.
    Old,
    /// TLS 1.2, with CBC suites only.
    OldSuites,
}

impl Versions {
    /// OpenSSL's names of the suites, where they are not the usual ones.
    fn suites(self) -> Option<&'static str> {
        match self {
            Self::Old => Some(ANY),
            Self::OldSuites => Some(CBC),
            _ => None,
        }
    }
}

/// Where a server insists on TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demands {
    /// Nowhere: whoever comes in clear is served.
    Nothing,
    /// Before the login.
    Login,
    /// On data connections only.
    Data,
    /// Everywhere.
    All,
}

impl Demands {
    fn login(self) -> bool {
        matches!(self, Self::Login | Self::All)
    }

    fn data(self) -> bool {
        matches!(self, Self::Data | Self::All)
    }
}

impl Tls {
    /// As an administrator would set it up today, for whoever comes in clear too.
    pub const OFFERED: Self = Self {
        certificate: Certificate::Good,
        versions: Versions::Current,
        demands: Demands::Nothing,
        reuse: false,
        implicit: false,
    };
    /// Nothing goes without TLS.
    pub const REQUIRED: Self = Self { demands: Demands::All, ..Self::OFFERED };
}

impl Server {
    /// The server, speaking TLS; on port 990 where it begins with it.
    pub fn with_tls(self, tls: Tls) -> Self {
        let port = if tls.implicit { 990 } else { self.port };
        Self { tls: Some(tls), port, ..self }
    }

    /// Lines for vsftpd.
    pub fn vsftpd_tls(tls: Tls, files: &Files) -> String {
        let yes = |on: bool| if on { "YES" } else { "NO" };
        let suites = tls.versions.suites().unwrap_or("HIGH");
        let [login, data] = [tls.demands.login(), tls.demands.data()].map(yes);
        format!(
            "ssl_enable=YES\nallow_anon_ssl=YES\nrsa_cert_file={}\nrsa_private_key_file={}\n\
             force_local_logins_ssl={login}\nforce_anon_logins_ssl={login}\n\
             force_local_data_ssl={data}\nforce_anon_data_ssl={data}\n\
             require_ssl_reuse={}\nimplicit_ssl={}\nssl_ciphers={suites}\ndebug_ssl=YES\n",
            files.certificate.display(),
            files.key.display(),
            yes(tls.reuse),
            yes(tls.implicit),
        )
    }

    /// Lines for `ProFTPD`.
    pub fn proftpd_tls(tls: Tls, folder: &Path, files: &Files) -> String {
        let required = match tls.demands {
            Demands::Nothing => "off",
            // Login and password, but no data: "ctrl" would want them under TLS only later.
            Demands::Login => "auth",
            Demands::Data => "data",
            Demands::All => "on",
        };
        let versions = match tls.versions {
            Versions::Current => "TLSv1.2 TLSv1.3",
            Versions::Tls12 | Versions::OldSuites => "TLSv1.2",
            Versions::Tls13 => "TLSv1.3",
            Versions::Old => "TLSv1 TLSv1.1",
        };
        let mut text = format!(
            "LogFormat said \"%r\"\nExtendedLog {} ALL said\n\
             LoadModule mod_tls.c\nTLSEngine on\nTLSLog {}\nTLSRequired {required}\n\
             TLSProtocol {versions}\nTLSVerifyClient off\n\
             TLSECCertificateFile {}\nTLSECCertificateKeyFile {}\n",
            folder.join("commands.log").display(),
            folder.join("tls.log").display(),
            files.certificate.display(),
            files.key.display(),
        );
        if let Some(suites) = tls.versions.suites() {
            let _ = writeln!(text, "TLSCipherSuite {suites}");
        }
        let options = [("NoSessionReuseRequired", !tls.reuse), ("UseImplicitSSL", tls.implicit)];
        for (option, _) in options.into_iter().filter(|(_, on)| *on) {
            let _ = writeln!(text, "TLSOptions {option}");
        }
        text
    }

    /// Arguments for Pure-FTPd.
    pub fn pure_ftpd_tls(tls: Tls, files: &Files) -> Vec<String> {
        assert!(!tls.implicit, "Pure-FTPd begins in clear");
        assert!(!tls.reuse, "Pure-FTPd does not ask for a session");
        assert!(tls.versions != Versions::Old, "Pure-FTPd knows no version before 1.2");
        let level = match tls.demands {
            Demands::Nothing => "1",
            Demands::Login => "2",
            Demands::All => "3",
            Demands::Data => panic!("Pure-FTPd cannot demand it for data alone"),
        };
        let mut args = vec!["-Y".into(), level.into(), "-2".into()];
        args.push(files.both.display().to_string());
        if let Some(suites) = tls.versions.suites() {
            args.extend(["-J".into(), suites.into()]);
        }
        args
    }

    /// What pyftpdlib is told.
    pub fn pyftpdlib_tls(tls: Tls, files: &Files) -> serde_json::Value {
        assert!(!tls.reuse, "pyftpdlib does not ask for a session");
        serde_json::json!({
            "both": files.both,
            "login": tls.demands.login(),
            "data": tls.demands.data(),
            "implicit": tls.implicit,
            "suites": tls.versions.suites(),
        })
    }

    /// The file that OpenSSL reads: most of the servers cannot choose versions themselves.
    pub fn openssl(tls: Tls, folder: &Path) -> (&'static str, String) {
        let (first, last, level) = match tls.versions {
            Versions::Current => ("TLSv1.2", "TLSv1.3", 2),
            Versions::Tls12 => ("TLSv1.2", "TLSv1.2", 2),
            Versions::OldSuites => ("TLSv1.2", "TLSv1.2", 0),
            Versions::Tls13 => ("TLSv1.3", "TLSv1.3", 2),
            Versions::Old => ("TLSv1", "TLSv1.1", 0),
        };
        let path = folder.join("openssl.conf");
        let text = format!(
            "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\n\
             MinProtocol = {first}\nMaxProtocol = {last}\nCipherString = DEFAULT@SECLEVEL={level}\n"
        );
        fs::write(&path, text).expect("a file for the server");
        ("OPENSSL_CONF", path.display().to_string())
    }
}

impl Software {
    /// Whether it can ask for the session of the control connection.
    pub fn can_demand_reuse(self) -> bool {
        matches!(self, Self::Vsftpd | Self::ProFtpd)
    }
}
