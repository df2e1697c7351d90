//! Lines for the configuration of FTP servers.

use std::fmt::Write as _;

use super::lines::narrowed;
use crate::diagnosis::finding::Snippet;
use crate::diagnosis::ports::Proposal;
use crate::evidence::Evidence;

/// Lines of pure-ftpd.conf. Debian does not read that file: its start script takes each setting
/// from a file of its own (pure-ftpd-wrapper(8)).
pub fn pure_ftpd(settings: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in settings {
        let _ = writeln!(text, "{name} {value}");
    }
    for (name, value) in settings {
        let _ = writeln!(text, "# Debian: echo \"{value}\" > /etc/pure-ftpd/conf/{name}");
    }
    text.trim_end().to_owned()
}

/// A longer idle limit of the server itself.
pub fn longer_idle(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("vsftpd", "idle_session_timeout=3600".to_owned()),
        // The second one ends a session without transfers, however busy it is otherwise.
        ("proftpd", "TimeoutIdle 3600\nTimeoutNoTransfer 3600".to_owned()),
        ("pure-ftpd", pure_ftpd(&[("MaxIdleTime", "60")])),
        ("pyftpdlib", "handler.timeout = 3600".to_owned()),
    ];
    narrowed(evidence, all)
}

/// More sessions at a time.
pub fn more_connections(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("vsftpd", "max_clients=200\nmax_per_ip=20".to_owned()),
        ("proftpd", "MaxInstances 200\nMaxClients 200\nMaxClientsPerHost 20".to_owned()),
        ("pure-ftpd", pure_ftpd(&[("MaxClientsNumber", "200"), ("MaxClientsPerIP", "20")])),
        ("pyftpdlib", "server.max_cons = 200\nserver.max_cons_per_ip = 20".to_owned()),
    ];
    narrowed(evidence, all)
}

/// Switches TLS on.
pub fn enable_tls(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let certificate = "/etc/ssl/private/ftp.pem";
    // Its default is one suite that current OpenSSL has given up.
    let mut vsftpd = format!("ssl_enable=YES\nrsa_cert_file={certificate}\nssl_ciphers=HIGH");
    if evidence.facts.request.user == "anonymous" {
        vsftpd.push_str("\nallow_anon_ssl=YES");
    }
    let all = [
        ("vsftpd", vsftpd),
        (
            "proftpd",
            "LoadModule mod_tls.c\nTLSEngine on\nTLSRSACertificateFile /etc/ssl/certs/ftp.pem\n\
             TLSRSACertificateKeyFile /etc/ssl/private/ftp.key"
                .to_owned(),
        ),
        (
            "pure-ftpd",
            "TLS 1\nCertFile /etc/ssl/private/pure-ftpd.pem\n\
             # Debian: echo 1 > /etc/pure-ftpd/conf/TLS"
                .to_owned(),
        ),
        (
            "pyftpdlib",
            format!(
                "# in place of FTPHandler (it needs PyOpenSSL):\n\
                 from pyftpdlib.handlers import TLS_FTPHandler\n\
                 handler = TLS_FTPHandler\nhandler.certfile = \"{certificate}\""
            ),
        ),
    ];
    narrowed(evidence, all)
}

/// Lets data connections be protected: `ProFTPD` refuses PROT P where `TLSRequired` ends in `!data`.
pub fn protect_data(evidence: &Evidence<'_>) -> Vec<Snippet> {
    narrowed(evidence, [("proftpd", "TLSRequired on".to_owned())])
}

/// Takes data connections with a TLS session of their own.
pub fn no_session_reuse(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("vsftpd", "require_ssl_reuse=NO".to_owned()),
        ("proftpd", "TLSOptions NoSessionReuseRequired".to_owned()),
    ];
    narrowed(evidence, all)
}

/// Switches passive mode on, with a range.
pub fn enable_passive(evidence: &Evidence<'_>, range: Proposal) -> Vec<Snippet> {
    let Proposal { min, max, .. } = range;
    let pure = pure_ftpd(&[("PassivePortRange", &format!("{min} {max}"))]);
    let all = [
        ("vsftpd", format!("pasv_enable=YES\npasv_min_port={min}\npasv_max_port={max}")),
        (
            "proftpd",
            format!(
                "# remove <Limit PASV EPSV> … DenyAll … </Limit>, then:\nPassivePorts {min} {max}"
            ),
        ),
        (
            "pure-ftpd",
            format!("# remove NATmode (-N; Debian: /etc/pure-ftpd/conf/NATmode), then:\n{pure}"),
        ),
        (
            "pyftpdlib",
            format!(
                "# leave PASV, EPSV in handler.proto_cmds, and:\n\
                 handler.passive_ports = range({min}, {})",
                u32::from(max) + 1
            ),
        ),
    ];
    narrowed(evidence, all)
}

/// Allows PASV where EPSV works: the ports are right already.
pub fn allow_pasv(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("proftpd", "# remove <Limit PASV> … DenyAll … </Limit>".to_owned()),
        ("pyftpdlib", "# leave PASV in handler.proto_cmds".to_owned()),
    ];
    narrowed(evidence, all)
}

/// Switches active mode on.
pub fn enable_active(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("vsftpd", "port_enable=YES".to_owned()),
        ("proftpd", "# remove <Limit PORT EPRT> … DenyAll … </Limit>".to_owned()),
        ("pyftpdlib", "# leave PORT and EPRT in handler.proto_cmds".to_owned()),
    ];
    narrowed(evidence, all)
}

/// Calls from the default data port.
pub fn call_from_data_port(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let port = evidence.data_port();
    let vsftpd = if port == 20 {
        "connect_from_port_20=YES".to_owned()
    } else {
        format!("connect_from_port_20=YES\nftp_data_port={port}")
    };
    narrowed(evidence, [("vsftpd", vsftpd), ("proftpd", "RootRevoke off".to_owned())])
}

/// Takes data connections from any address.
pub fn any_data_peer(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let all = [
        ("vsftpd", "pasv_promiscuous=YES".to_owned()),
        ("pyftpdlib", "handler.permit_foreign_addresses = True".to_owned()),
    ];
    narrowed(evidence, all)
}
