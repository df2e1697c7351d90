//! Real FTP clients under explicit TLS: what each of them did within a minute, asked for TLS and told
//! of the authority, is what was predicted for it. Nothing is predicted where a fact is missing.

use std::fmt::Write as _;
use std::fs;
use std::thread;

use super::clients::{Did, Real, again, installed, list};
use super::run::trusting;
use super::secured::{Demands, Tls, Versions};
use super::servers::{Server, Software};
use super::sh;
use super::world::World;

const REAL: &[Real] = &[
    Real {
        id: "curl",
        needs: &["curl"],
        run: "curl -q -sS -g --ssl-reqd --cacert $T/ca.pem ftp://$U/",
    },
    Real { id: "wget", needs: &["wget"], run: "wget --ca-certificate=$T/ca.pem -O - ftps://$U/" },
    Real {
        id: "lftp",
        needs: &["lftp"],
        run: "lftp -c \"set ssl:ca-file $T/ca.pem; set ftp:ssl-force yes; \
            set ftp:ssl-allow-anonymous yes; open ftp://$U/; cls\"",
    },
    Real {
        id: "rclone",
        needs: &["rclone"],
        run: "SSL_CERT_FILE=$T/ca.pem rclone --config /dev/null lsf :ftp: --ftp-explicit-tls \
            --ftp-host $U --ftp-user anonymous \
            --ftp-pass $(rclone --config /dev/null obscure guest)",
    },
    Real {
        id: "python-ftplib",
        needs: &["/usr/bin/python3"],
        run: "/usr/bin/python3 $T/tls.py $H",
    },
    Real {
        id: "perl-net-ftp",
        needs: &["perl", "/usr/share/perl5/IO/Socket/SSL.pm"],
        run: "FTP_PASSIVE=1 perl $T/tls.pl $H $T/ca.pem",
    },
    Real { id: "netkit-ftp", needs: &["ftp-ssl"], run: "ftp-ssl -n $H <$T/login" },
    Real {
        id: "php-stream",
        needs: &["php"],
        run: "php -d openssl.cafile=$T/ca.pem -r \"print_r(scandir('ftps://$U/'));\"",
    },
    Real { id: "php-ftp", needs: &["php"], run: "php $T/tls.php $H" },
    Real { id: "php-ftp-passive", needs: &["php"], run: "php $T/tls.php $H passive" },
    Real { id: "ruby-net-ftp", needs: &["ruby"], run: "ruby $T/tls.rb $H $T/ca.pem" },
    Real {
        id: "node-basic-ftp",
        needs: &["node", "$LAB/node/node_modules/basic-ftp"],
        run: "NODE_PATH=$LAB/node/node_modules node $T/basic.js $H $T/ca.pem",
    },
    Real {
        id: "node-ftp",
        needs: &["node", "$LAB/node/node_modules/ftp"],
        run: "NODE_PATH=$LAB/node/node_modules node $T/ftp.js $H $T/ca.pem",
    },
    Real {
        id: "java-commons-net",
        needs: &["javac", "/usr/share/java/commons-net.jar"],
        run: "java -cp $CP $T/Secure.java $H",
    },
    Real {
        id: "java-commons-net-passive",
        needs: &["javac", "/usr/share/java/commons-net.jar"],
        run: "java -cp $CP $T/Secure.java $H passive",
    },
    Real {
        id: "go-jlaffaye-ftp",
        needs: &["$LAB/clients/jlaffaye"],
        run: "$LAB/clients/jlaffaye $H $T/ca.pem",
    },
    Real {
        id: "rust-suppaftp",
        needs: &["$LAB/clients/suppaftp"],
        run: "$LAB/clients/suppaftp $H $T/ca.pem",
    },
];

/// How many clients run at once. pyftpdlib serves all of them from one thread, and now and then
/// forgets a connection under TLS while another one ends.
fn at_a_time(software: Software) -> usize {
    if software == Software::Pyftpdlib { 1 } else { 4 }
}

/// The shortest programs that the clients' own manuals give for FTP with TLS.
const TEXTS: &[(&str, &str)] = &[
    ("login", "user anonymous guest@example.org\nls\nquit\n"),
    (
        "tls.py",
        "import ftplib, sys\nwith ftplib.FTP_TLS(sys.argv[1]) as ftp:\n    ftp.login()\n    \
         ftp.retrlines('LIST')\n",
    ),
    (
        "tls.pl",
        "use Net::FTP;\nmy $ftp = Net::FTP->new($ARGV[0], SSL_ca_file => $ARGV[1]) or die $@;\n\
         $ftp->starttls() or die;\n$ftp->login('anonymous', 'guest') or die;\n\
         print join(\"\\n\", $ftp->ls), \"\\n\";\n",
    ),
    (
        "tls.php",
        "<?php $ftp = ftp_ssl_connect($argv[1]); ftp_login($ftp, 'anonymous', 'guest');\n\
         if (isset($argv[2])) ftp_pasv($ftp, true);\nprint_r(ftp_nlist($ftp, '.'));\n",
    ),
    (
        "tls.rb",
        "require 'net/ftp'\nrequire 'openssl'\n\
         Net::FTP.open(ARGV[0], ssl: { ca_file: ARGV[1] }) { |ftp| ftp.login; puts ftp.list }\n",
    ),
    (
        "basic.js",
        "const { Client } = require('basic-ftp');\nconst fs = require('fs');\n\
         const ftp = new Client();\n\
         const ca = fs.readFileSync(process.argv[3]);\n\
         ftp.access({ host: process.argv[2], secure: true, secureOptions: { ca } })\n\
         .then(() => ftp.list())\n\
         .then(all => console.log(all.map(one => one.name).join(' ')))\n\
         .catch(error => console.error(error)).finally(() => ftp.close());\n",
    ),
    (
        "ftp.js",
        "const Client = require('ftp');\nconst fs = require('fs');\nconst ftp = new Client();\n\
         const ca = fs.readFileSync(process.argv[3]);\n\
         ftp.on('error', error => console.error(error));\n\
         ftp.on('ready', () => ftp.list((error, all) => {\n\
         console.log(error || all.map(one => one.name).join(' '));\nftp.end();\n}));\n\
         ftp.connect({ host: process.argv[2], secure: true, secureOptions: { ca } });\n",
    ),
    (
        "Secure.java",
        "import org.apache.commons.net.ftp.*;\nclass Secure {\n\
         public static void main(String[] args) throws Exception {\n\
         FTPSClient ftp = new FTPSClient();\nftp.connect(args[0]);\n\
         ftp.login(\"anonymous\", \"guest\");\n\
         if (args.length > 1) ftp.enterLocalPassiveMode();\n\
         for (FTPFile file : ftp.listFiles()) System.out.println(file.getName());\n\
         }\n}\n",
    ),
];

/// Runs the program, then the clients, and compares.
fn compare(name: &str, world: &World, at_a_time: usize) {
    let run = trusting(world, &[&world.explicit("/")]);
    let report = run.report();
    let base = world.folder.path().join("clients");
    fs::create_dir_all(&base).expect("a folder for the clients");
    for (file, text) in TEXTS {
        fs::write(base.join(file), text).expect("a script");
    }
    fs::copy(world.authority(), base.join("ca.pem")).expect("the authority");
    let (here, absent): (Vec<&Real>, Vec<&Real>) =
        REAL.iter().partition(|real| installed(real, &world.gate.folder));
    let host = world.target();
    let mut did: Vec<(&Real, Did)> = Vec::new();
    for some in here.chunks(at_a_time) {
        thread::scope(|scope| {
            let all: Vec<_> =
                some.iter().map(|it| (*it, scope.spawn(|| list(world, it, &host)))).collect();
            did.extend(
                all.into_iter().map(|(it, did)| (it, did.join().expect("a client's thread"))),
            );
        });
    }
    let (mut table, mut wrong) = (format!("clients under TLS, {name}:"), String::new());
    assert!(!did.is_empty(), "no client is installed");
    for (real, did) in did {
        let id = real.id;
        let all = report["clients"].as_array();
        let found = all.and_then(|all| all.iter().find(|it| it["id"] == id));
        let one = found.unwrap_or_else(|| panic!("no prediction for {id}\n{}", run.stdout));
        let works = one["works"].as_bool();
        let did = again(world, real, &host, did, works);
        let _ = write!(table, "\n{id:26} predicted {works:?}, listed {}", did.listed);
        if works.is_some_and(|works| works != did.listed) {
            let why = &one["because"];
            let after = did.after.as_secs_f64();
            let _ = writeln!(
                wrong,
                "--- {id}: predicted {works:?}, because {why}; ended after {after:.1} s and said\n{}",
                did.said
            );
        }
    }
    for it in absent {
        let _ = write!(table, "\n{:26} LEFT OUT, not installed", it.id);
    }
    sh::say(&table);
    assert!(wrong.is_empty(), "{name}: predictions are wrong\n{wrong}");
}

fn served(name: &str, software: Software, tls: Tls) {
    let world = World::with(gate!(), &Server::new(software).with_tls(tls));
    compare(name, &world, at_a_time(software));
}

#[test]
fn it_is_offered() {
    served("offered, vsftpd", Software::Vsftpd, Tls::OFFERED);
}

#[test]
fn it_is_required() {
    served("required, ProFTPD", Software::ProFtpd, Tls::REQUIRED);
}

#[test]
fn it_is_required_at_the_login_only() {
    let tls = Tls { demands: Demands::Login, ..Tls::OFFERED };
    served("required at the login, pyftpdlib", Software::Pyftpdlib, tls);
}

#[test]
fn sessions_must_be_resumed() {
    let tls = Tls { reuse: true, ..Tls::REQUIRED };
    served("reuse, vsftpd", Software::Vsftpd, tls);
}

#[test]
fn sessions_of_tls_1_2_must_be_resumed() {
    let tls = Tls { reuse: true, versions: Versions::Tls12, ..Tls::OFFERED };
    served("reuse under TLS 1.2, ProFTPD", Software::ProFtpd, tls);
}
