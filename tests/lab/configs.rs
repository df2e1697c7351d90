//! What each of the four servers reads: a file, or arguments.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::certificates::Files;
use super::secured::Tls;
use super::servers::{PASSWORD, Server, USER};

impl Server {
    pub fn vsftpd(&self, folder: &Path, files: &Path, tls: Option<(Tls, &Files)>) -> String {
        let jail = folder.join("jail");
        fs::create_dir_all(&jail).expect("an empty folder");
        let yes = |on: bool| if on { "YES" } else { "NO" };
        assert!(self.epsv || !self.pasv, "vsftpd has one switch for both");
        // Sessions stay in the namespace, so that they can be found and ended.
        let mut text = format!(
            "background=NO\nisolate_network=NO\nseccomp_sandbox=NO\nsecure_chroot_dir={}\n\
             listen={}\nlisten_ipv6={}\nlisten_port={}\n\
             anonymous_enable={}\nno_anon_password=YES\nanon_root={}\n\
             local_enable=YES\nlocal_root={}\npam_service_name=vsftpd\n\
             pasv_enable={}\nport_enable={}\nconnect_from_port_20={}\n\
             dual_log_enable=YES\nlog_ftp_protocol=YES\nxferlog_enable=YES\n\
             xferlog_std_format=NO\nvsftpd_log_file={}\nxferlog_file=/dev/null\n",
            jail.display(),
            yes(!self.ipv6),
            yes(self.ipv6),
            self.port,
            yes(self.anonymous),
            files.display(),
            files.display(),
            yes(self.pasv),
            yes(self.active),
            yes(self.from_port_20),
            folder.join("vsftpd.log").display(),
        );
        if let Some(ports) = &self.passive {
            let _ =
                write!(text, "pasv_min_port={}\npasv_max_port={}\n", ports.start(), ports.end());
        }
        let optional = [
            ("pasv_address", self.masquerade.map(|it| it.to_string())),
            ("max_per_ip", self.max_per_ip.map(|it| it.to_string())),
            ("max_clients", self.max_clients.map(|it| it.to_string())),
            ("ftpd_banner", self.banner.map(Into::into)),
            ("anon_max_rate", self.rate.map(|it| it.to_string())),
            ("idle_session_timeout", self.idle.map(|it| it.to_string())),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                let _ = writeln!(text, "{key}={value}");
            }
        }
        if let Some((tls, files)) = tls {
            text += &Self::vsftpd_tls(tls, files);
        }
        text
    }

    pub fn proftpd(
        &self,
        lab: &Path,
        folder: &Path,
        files: &Path,
        tls: Option<(Tls, &Files)>,
    ) -> String {
        let on = |on: bool| if on { "on" } else { "off" };
        let address = if self.ipv6 { "::" } else { "0.0.0.0" };
        let mut text = format!(
            "ModulePath {}\nServerName lab\nServerType standalone\nDefaultServer on\n\
             DefaultAddress {}\nUseIPv6 {}\nPort {}\nUser nobody\nGroup nogroup\n\
             UseReverseDNS off\nWtmpLog off\nTransferLog none\nSystemLog {}\n\
             ScoreboardFile {}\nPidFile {}\nControlsEngine off\nDelayEngine off\n\
             AuthOrder mod_auth_unix.c\nRequireValidShell off\nUmask 022\nRootRevoke {}\n",
            lab.join("modules").display(),
            address,
            on(self.ipv6),
            self.port,
            folder.join("proftpd.log").display(),
            folder.join("scoreboard").display(),
            folder.join("pid").display(),
            if self.from_port_20 { "off" } else { "UseNonCompliantActiveTransfers" },
        );
        if let Some(ports) = &self.passive {
            let _ = writeln!(text, "PassivePorts {} {}", ports.start(), ports.end());
        }
        let mut limits = String::new();
        let optional = [
            ("MasqueradeAddress", self.masquerade.map(|it| it.to_string())),
            ("MaxClientsPerHost", self.max_per_ip.map(|it| it.to_string())),
            ("MaxClients", self.max_clients.map(|it| it.to_string())),
            ("ServerIdent", self.banner.map(|it| format!("on \"{it}\""))),
            ("TimeoutIdle", self.idle.map(|it| it.to_string())),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} {value}");
            }
        }
        for command in self.forbidden() {
            let _ = writeln!(limits, "<Limit {command}>\nDenyAll\n</Limit>");
        }
        if let Some(rate) = self.rate {
            let _ = writeln!(limits, "TransferRate RETR {}", rate / 1000);
        }
        text += &limits;
        if let Some((tls, files)) = tls {
            text += &Self::proftpd_tls(tls, folder, files);
        }
        if self.anonymous {
            let _ = write!(
                text,
                "<Anonymous {}>\nUser ftp\nGroup nogroup\nUserAlias anonymous ftp\n\
                 <Limit WRITE>\nDenyAll\n</Limit>\n{limits}</Anonymous>\n",
                files.display()
            );
        }
        text
    }

    pub fn pure_ftpd(&self, folder: &Path, tls: Option<(Tls, &Files)>) -> Vec<String> {
        assert!(self.active, "Pure-FTPd cannot forbid active mode");
        assert!(self.epsv || !self.pasv, "Pure-FTPd has one switch for both");
        assert!(self.from_port_20, "Pure-FTPd always calls from port 20");
        assert!(self.idle.is_none(), "Pure-FTPd counts its patience in minutes");
        assert!(self.banner.is_none(), "Pure-FTPd greets as it likes");
        let bind = format!(",{}", self.port);
        let pid = folder.join("pid").display().to_string();
        // No names looked up; accounts as the namespace shows them.
        let mut args: Vec<String> =
            ["-H", "-l", "unix", "-S", &bind, "-g", &pid].map(Into::into).into();
        if !self.ipv6 {
            args.push("-4".into());
        }
        if !self.pasv {
            args.push("-N".into());
        }
        if !self.anonymous {
            args.push("-E".into());
        }
        let range = self.passive.as_ref();
        let optional = [
            ("-p", range.map(|it| format!("{}:{}", it.start(), it.end()))),
            ("-P", self.masquerade.map(|it| it.to_string())),
            ("-C", self.max_per_ip.map(|it| it.to_string())),
            ("-c", self.max_clients.map(|it| it.to_string())),
            ("-t", self.rate.map(|it| format!(":{}", it / 1000))),
        ];
        for (flag, value) in optional {
            if let Some(value) = value {
                args.extend([flag.into(), value]);
            }
        }
        if let Some((tls, files)) = tls {
            args.extend(Self::pure_ftpd_tls(tls, files));
        }
        args
    }

    pub fn pyftpdlib(&self, files: &Path, tls: Option<(Tls, &Files)>) -> String {
        assert!(!self.from_port_20, "pyftpdlib calls from any port");
        let config = serde_json::json!({
            "address": if self.ipv6 { "::" } else { "0.0.0.0" },
            "port": self.port,
            "files": files,
            "passive": self.passive.as_ref().map(|it| [*it.start(), *it.end()]),
            "masquerade": self.masquerade.map(|it| it.to_string()),
            "removed": self.forbidden(),
            "max_per_ip": self.max_per_ip,
            "max_clients": self.max_clients,
            "anonymous": self.anonymous,
            "user": USER,
            "password": PASSWORD,
            "banner": self.banner,
            "rate": self.rate,
            "idle": self.idle,
            "tls": tls.map(|(tls, files)| Self::pyftpdlib_tls(tls, files)),
        });
        config.to_string()
    }
}
