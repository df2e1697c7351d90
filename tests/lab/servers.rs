//! The four FTP servers: one description, and what each of them makes of it.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::certificates::{self, Files};
use super::daemon::Program;
use super::firewall::Ports;
use super::net::{Net, Node};
use super::secured::Tls;

/// A program that serves FTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Software {
    Vsftpd,
    ProFtpd,
    PureFtpd,
    Pyftpdlib,
}

/// The name of the user that every server knows.
pub const USER: &str = "alice";
/// Her password.
pub const PASSWORD: &str = "wonder-land";
/// The same for shadow(5).
const HASH: &str = "$6$ftplab$mnKBW0/CnUrdMOJuxOm2Bdgk6yIOYEjCIevUHB1ibi9liB7F6v5L6zD/JBrWLnJM7Y3LLLWXjuIEGJfMwDODW.";

/// How a server is set up. Every one lets anonymous users list `/`, `/pub` and `/empty`.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an administrator's switches are that many, and independent"
)]
pub struct Server {
    pub software: Software,
    pub port: u16,
    /// Listens on `::`, for both families.
    pub ipv6: bool,
    /// The passive ports; any, where `None`.
    pub passive: Option<Ports>,
    /// The address in the reply to PASV, where it is not the server's own.
    pub masquerade: Option<Ipv4Addr>,
    /// PASV and EPSV are allowed.
    pub pasv: bool,
    /// EPSV is allowed.
    pub epsv: bool,
    /// PORT and EPRT are allowed.
    pub active: bool,
    /// Calls from port 20, or from one below its own port, instead of from any.
    pub from_port_20: bool,
    pub max_per_ip: Option<u32>,
    pub max_clients: Option<u32>,
    pub anonymous: bool,
    /// What it greets with.
    pub banner: Option<&'static str>,
    /// How many bytes a second an anonymous user is sent.
    pub rate: Option<u32>,
    /// After how many seconds of silence it ends a session.
    pub idle: Option<u32>,
    /// Files beside those that are always there: their paths and lengths.
    pub more: Vec<(String, usize)>,
    /// TLS is spoken.
    pub tls: Option<Tls>,
}

impl Server {
    /// A server on port 21 as an administrator would set it up.
    pub fn new(software: Software) -> Self {
        Self {
            software,
            port: 21,
            ipv6: false,
            passive: Some(50000..=50100),
            masquerade: None,
            pasv: true,
            epsv: true,
            active: true,
            from_port_20: matches!(software, Software::Vsftpd | Software::PureFtpd),
            max_per_ip: None,
            max_clients: None,
            anonymous: true,
            banner: None,
            rate: None,
            idle: None,
            more: Vec::new(),
            tls: None,
        }
    }

    /// Writes all that the server reads, and says how it is started.
    pub fn prepare(&self, net: &Net, node: Node, lab: &Path, folder: &Path) -> Program {
        let files = folder.join("files");
        for name in ["pub", "empty"] {
            fs::create_dir_all(files.join(name)).expect("a folder to list");
        }
        for name in ["readme.txt", "pub/hello.txt", "pub/notes.txt"] {
            fs::write(files.join(name), format!("This is {name}.\n")).expect("a file to list");
        }
        for (name, length) in &self.more {
            let path = files.join(name.trim_start_matches('/'));
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to list");
            let line = format!("This is {name}.\n");
            fs::write(path, line.repeat(length.div_ceil(line.len())).split_at(*length).0)
                .expect("a file to list");
        }
        accounts(net, node, &files);
        let tls = self.tls.map(|tls| (tls, certificates::write(tls.certificate, net, folder)));
        let tls: Option<(Tls, &Files)> = tls.as_ref().map(|(tls, files)| (*tls, files));
        let libraries = ("LD_LIBRARY_PATH", lab.join("lib").display().to_string());
        let openssl = self.tls.map(|tls| Self::openssl(tls, folder));
        let env: Vec<_> = [libraries].into_iter().chain(openssl).collect();
        match self.software {
            Software::Vsftpd => {
                let config = write(folder, "vsftpd.conf", &self.vsftpd(folder, &files, tls));
                Program { path: lab.join("vsftpd/usr/sbin/vsftpd"), args: vec![config], env }
            }
            Software::ProFtpd => {
                let config = write(folder, "proftpd.conf", &self.proftpd(lab, folder, &files, tls));
                Program {
                    path: lab.join("proftpd-core/usr/sbin/proftpd"),
                    args: ["-n", "-q", "-c", &config].map(Into::into).into(),
                    env,
                }
            }
            Software::PureFtpd => Program {
                path: lab.join("pure-ftpd/usr/sbin/pure-ftpd"),
                args: self.pure_ftpd(folder, tls),
                env,
            },
            Software::Pyftpdlib => {
                let script = write(folder, "pyftpd.py", include_str!("pyftpd.py"));
                let config = write(folder, "pyftpd.conf", &self.pyftpdlib(&files, tls));
                Program { path: lab.join("python/bin/python3"), args: vec![script, config], env }
            }
        }
    }

    /// The commands that it does not take.
    pub fn forbidden(&self) -> Vec<&'static str> {
        let commands = [
            ("PASV", self.pasv),
            ("EPSV", self.pasv && self.epsv),
            ("PORT", self.active),
            ("EPRT", self.active),
        ];
        let forbidden = commands.iter().filter(|(_, allowed)| !allowed);
        forbidden.map(|&(command, _)| command).collect()
    }
}

/// Gives the server's machine accounts of its own; those of this machine stay as they are.
fn accounts(net: &Net, node: Node, files: &Path) {
    let home = files.display();
    let etc = |file, content: &str| net.replace_etc(node, file, content);
    etc(
        "passwd",
        &format!(
            "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/sh\n\
             ftp:x:20000:65534::{home}:/bin/sh\n{USER}:x:20001:20001::{home}:/bin/sh\n"
        ),
    );
    etc("group", &format!("root:x:0:\nnogroup:x:65534:\n{USER}:x:20001:\n"));
    etc(
        "shadow",
        &format!("root:*:1::::::\nnobody:*:1::::::\nftp:*:1::::::\n{USER}:{HASH}:1::::::\n"),
    );
    etc("hosts", "127.0.0.1 localhost\n");
    etc("resolv.conf", "");
    etc(
        "pam.d/vsftpd",
        "auth required pam_unix.so nodelay\naccount required pam_permit.so\n\
         session required pam_permit.so\n",
    );
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("a file for the server");
    // Umasks differ, and some servers read it again after they gave up root.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("our own file");
    path.display().to_string()
}
