//! Real FTP clients, as Debian, crates.io and npm have them, against every kind of network: what each of them
//! did within a minute is what was predicted for it.
//!
//! One that is not installed is left out, loudly. The matrix is on stderr.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::daemon::{Daemon, Program};
use super::firewall::{Action, Firewall, Match, Place, rule};
use super::net::{Node, Topology};
use super::run::doctor;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;
use super::worlds;

/// Who has not listed by then has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// A little more, so that one that is just too late is not taken for one that hangs.
const KILL: &str = "64";
/// A file of the server's root folder: whoever lists it, or fetches it, names it.
const FILE: &str = "readme.txt";

/// A client: its id, the programs and files that it needs, and the shell's words that list the
/// server `$H` with its default settings. `$LAB` is the lab's folder, `$T` one with the texts below.
pub struct Real {
    pub id: &'static str,
    pub needs: &'static [&'static str],
    pub run: &'static str,
}

const REAL: &[Real] = &[
    Real { id: "curl", needs: &["curl"], run: "curl -q -sS -g ftp://$U/" },
    Real { id: "wget", needs: &["wget"], run: "wget -O - ftp://$U/" },
    Real { id: "lftp", needs: &["lftp"], run: "lftp -c \"open ftp://$U/; cls\"" },
    Real { id: "tnftp", needs: &["tnftp"], run: "echo ls | tnftp -a $H" },
    Real { id: "ncftp", needs: &["ncftpls"], run: "ncftpls ftp://$U/" },
    Real { id: "inetutils-ftp", needs: &["inetutils-ftp"], run: "inetutils-ftp -n $H <$T/login" },
    Real { id: "netkit-ftp", needs: &["ftp-ssl"], run: "ftp-ssl -n $H <$T/login" },
    // These two fetch files and list nothing. aria2 now and then misses the end of a small file and
    // then waits a minute with all of it there.
    Real { id: "busybox-wget", needs: &["busybox"], run: "busybox wget -O - ftp://$U/readme.txt" },
    Real {
        id: "aria2",
        needs: &["aria2c"],
        run: "timeout 30 aria2c --no-conf -o fetched ftp://$U/readme.txt >&2; cat fetched",
    },
    Real { id: "rclone", needs: &["rclone"], run: RCLONE },
    Real {
        id: "python-ftplib",
        needs: &["/usr/bin/python3"],
        run: "/usr/bin/python3 $T/list.py $H",
    },
    Real { id: "perl-net-ftp", needs: &["perl"], run: "FTP_PASSIVE=1 perl $T/list.pl $H" },
    Real {
        id: "perl-net-ftp-debian",
        needs: &["perl", "/etc/perl/Net/libnet.cfg"],
        run: "perl $T/list.pl $H",
    },
    Real { id: "php-ftp", needs: &["php"], run: "php $T/list.php $H" },
    Real { id: "php-ftp-passive", needs: &["php"], run: "php $T/list.php $H passive" },
    Real { id: "php-stream", needs: &["php"], run: "php -r \"print_r(scandir('ftp://$U/'));\"" },
    Real { id: "ruby-net-ftp", needs: &["ruby"], run: "ruby $T/list.rb $H" },
    Real { id: "node-basic-ftp", needs: &["node", "$LAB/node/node_modules/basic-ftp"], run: BASIC },
    Real {
        id: "node-ftp",
        needs: &["node", "$LAB/node/node_modules/ftp"],
        run: "NODE_PATH=$LAB/node/node_modules node $T/ftp.js $H",
    },
    Real { id: "java-commons-net", needs: COMMONS, run: "java -cp $CP $T/Commons.java $H" },
    Real {
        id: "java-commons-net-passive",
        needs: COMMONS,
        run: "java -cp $CP $T/Commons.java $H passive",
    },
    Real { id: "java-urlconnection", needs: &["javac"], run: "java $T/Url.java $U" },
    Real {
        id: "go-jlaffaye-ftp",
        needs: &["$LAB/clients/jlaffaye"],
        run: "$LAB/clients/jlaffaye $H",
    },
    Real {
        id: "rust-suppaftp",
        needs: &["$LAB/clients/suppaftp"],
        run: "$LAB/clients/suppaftp $H",
    },
];

const RCLONE: &str = "rclone --config /dev/null lsf :ftp: --ftp-host $U --ftp-user anonymous \
    --ftp-pass $(rclone --config /dev/null obscure guest)";
const BASIC: &str = "NODE_PATH=$LAB/node/node_modules node $T/basic.js $H";
const COMMONS: &[&str] = &["javac", "/usr/share/java/commons-net.jar"];

/// Scripts and programs in the clients' own languages: defaults, and nothing else.
const TEXTS: &[(&str, &str)] = &[
    ("login", "user anonymous guest@example.org\nls\nquit\n"),
    (
        "list.py",
        "import ftplib, sys\nwith ftplib.FTP(sys.argv[1]) as ftp:\n    ftp.login()\n    \
         ftp.retrlines('LIST')\n",
    ),
    (
        "list.pl",
        "use Net::FTP;\nmy $ftp = Net::FTP->new($ARGV[0]) or die $@;\n\
         $ftp->login('anonymous', 'guest') or die;\nprint join(\"\\n\", $ftp->ls), \"\\n\";\n",
    ),
    (
        "list.php",
        "<?php $ftp = ftp_connect($argv[1]); ftp_login($ftp, 'anonymous', 'guest');\n\
         if (isset($argv[2])) ftp_pasv($ftp, true);\nprint_r(ftp_nlist($ftp, '.'));\n",
    ),
    ("list.rb", "require 'net/ftp'\nNet::FTP.open(ARGV[0]) { |ftp| ftp.login; puts ftp.list }\n"),
    (
        "basic.js",
        "const { Client } = require('basic-ftp');\nconst ftp = new Client();\n\
         ftp.access({ host: process.argv[2] }).then(() => ftp.list())\n\
         .then(all => console.log(all.map(one => one.name).join(' ')))\n\
         .catch(error => console.error(error)).finally(() => ftp.close());\n",
    ),
    (
        "ftp.js",
        "const Client = require('ftp');\nconst ftp = new Client();\n\
         ftp.on('error', error => console.error(error));\n\
         ftp.on('ready', () => ftp.list((error, all) => {\n\
         console.log(error || all.map(one => one.name).join(' '));\nftp.end();\n}));\n\
         ftp.connect({ host: process.argv[2] });\n",
    ),
    (
        "Commons.java",
        "import org.apache.commons.net.ftp.*;\nclass Commons {\n\
         public static void main(String[] args) throws Exception {\n\
         FTPClient ftp = new FTPClient();\nftp.connect(args[0]);\n\
         ftp.login(\"anonymous\", \"guest\");\n\
         if (args.length > 1) ftp.enterLocalPassiveMode();\n\
         for (FTPFile file : ftp.listFiles()) System.out.println(file.getName());\n\
         }\n}\n",
    ),
    (
        "Url.java",
        "import java.net.*;\nclass Url {\n\
         public static void main(String[] args) throws Exception {\n\
         URL url = new URL(\"ftp://\" + args[0] + \"/\");\n\
         System.out.write(url.openConnection().getInputStream().readAllBytes());\n\
         System.out.flush();\n}\n}\n",
    ),
];

/// A server that announces ports of another range to those who ask with EPSV.
const TWO_RANGES: &str = "import sys\n\
    from pyftpdlib.authorizers import DummyAuthorizer\n\
    from pyftpdlib.handlers import FTPHandler\n\
    from pyftpdlib.servers import ThreadedFTPServer\n\
    class Patient(FTPHandler.passive_dtp):\n    \
    # Its own 30 s would race with the clients that wait as long.\n    \
    timeout = 120\n\
    class Handler(FTPHandler):\n    \
    passive_dtp = Patient\n    \
    authorizer = DummyAuthorizer()\n    \
    passive_ports = range(50000, 50100)\n    \
    use_sendfile = False\n    \
    def pre_process_command(self, line, cmd, arg):\n        \
    # What belongs to ls is not a file's name.\n        \
    super().pre_process_command(line, cmd, '' if arg.startswith('-') else arg)\n    \
    def ftp_EPSV(self, line):\n        \
    self.passive_ports = range(51000, 51100)\n        \
    try:\n            \
    return super().ftp_EPSV(line)\n        \
    finally:\n            \
    self.passive_ports = range(50000, 50100)\n\
    Handler.authorizer.add_anonymous(sys.argv[1])\n\
    server = ThreadedFTPServer(('0.0.0.0', 21), Handler)\n\
    print('ready', flush=True)\n\
    server.serve_forever()\n";

/// What one client did.
pub struct Did {
    pub listed: bool,
    pub after: Duration,
    pub said: String,
}

/// One column of the matrix: what was predicted and what came, by client.
type Column = BTreeMap<&'static str, (Option<bool>, bool, Duration)>;

static MATRIX: Mutex<Vec<(&'static str, Column)>> = Mutex::new(Vec::new());

/// Whether a client and all that it needs is there.
pub fn installed(real: &Real, lab: &Path) -> bool {
    real.needs.iter().all(|what| {
        let what = what.replace("$LAB", &lab.display().to_string());
        if what.starts_with('/') {
            return Path::new(&what).exists();
        }
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
            .iter()
            .any(|at| Path::new(at).join(&what).exists())
    })
}

/// Lets a client list the server.
pub fn list(world: &World, real: &Real, host: &str) -> Did {
    let base = world.folder.path().join("clients");
    let own = base.join(real.id);
    fs::create_dir_all(&own).expect("a folder for the client");
    // An address of IPv6 stands in brackets in a URL and nowhere else.
    let url = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let mut command = Command::new("ip");
    command
        .args(["netns", "exec", world.net.namespace(Node::Client)])
        .args(["timeout", "-k", "1", KILL, "sh", "-c", real.run])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", &own)
        .env("H", host)
        .env("U", url)
        .env("T", &base)
        .env("LAB", &world.gate.folder)
        .env("CP", "/usr/share/java/commons-net.jar")
        .current_dir(&own)
        .stdin(Stdio::null())
        .process_group(0);
    let begin = Instant::now();
    let output = command.output().expect("ip can be started");
    let after = begin.elapsed();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    Did { listed: stdout.contains(FILE) && after <= LIMIT, after, said }
}

/// What a client does against its prediction: all start at once, on two cores sometimes, so one that
/// disagrees is run once more by itself.
pub fn again(world: &World, real: &Real, host: &str, did: Did, works: Option<bool>) -> Did {
    if works.is_none_or(|works| works == did.listed) {
        return did;
    }
    let seconds = did.after.as_secs_f64();
    sh::say(&format!("{}: unlike its prediction after {seconds:.1} s, once more", real.id));
    list(world, real, host)
}

/// Runs the program, then all clients at once, and compares.
fn compare(name: &'static str, world: &World, host: &str) {
    static SAID: Once = Once::new();
    let target = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let run = doctor(world, &[&target]);
    let report = run.report();
    let predicted = |id: &str| -> &Value {
        let all = report["clients"].as_array();
        let one = all.and_then(|all| all.iter().find(|c| c["id"] == id));
        one.unwrap_or_else(|| panic!("no prediction for {id}\n{}\n{}", run.stdout, run.stderr))
    };
    let base: PathBuf = world.folder.path().join("clients");
    fs::create_dir_all(&base).expect("a folder for the clients");
    for (file, text) in TEXTS {
        fs::write(base.join(file), text).expect("a script");
    }
    let lab = world.gate.folder.clone();
    let (here, absent): (Vec<&Real>, Vec<&Real>) = REAL.iter().partition(|r| installed(r, &lab));
    SAID.call_once(|| {
        if !absent.is_empty() {
            let names: Vec<&str> = absent.iter().map(|r| r.id).collect();
            sh::say(&format!("CLIENTS ARE LEFT OUT, not installed: {}", names.join(", ")));
        }
    });
    let did: Vec<(&Real, Did)> = thread::scope(|scope| {
        let all: Vec<_> =
            here.iter().map(|real| (*real, scope.spawn(|| list(world, real, host)))).collect();
        all.into_iter().map(|(real, it)| (real, it.join().expect("a client's thread"))).collect()
    });
    let (mut column, mut wrong) = (Column::new(), String::new());
    for (real, did) in did {
        let prediction = predicted(real.id);
        let works = prediction["works"].as_bool();
        let did = again(world, real, host, did, works);
        if works.is_some_and(|works| works != did.listed) {
            let _ = writeln!(
                wrong,
                "--- {}: predicted {works:?}, because {}; it {} after {:.1} s and said\n{}",
                real.id,
                prediction["because"],
                if did.listed { "listed" } else { "failed" },
                did.after.as_secs_f64(),
                did.said,
            );
        }
        column.insert(real.id, (works, did.listed, did.after));
    }
    let mut matrix = MATRIX.lock().unwrap_or_else(PoisonError::into_inner);
    matrix.push((name, column));
    sh::say(&render(&matrix));
    drop(matrix);
    assert!(wrong.is_empty(), "{name}: predictions are wrong\n{wrong}\n{}", run.stdout);
}

/// The matrix so far: what came, and with `!` or `?` where that was not or not predicted.
fn render(matrix: &[(&'static str, Column)]) -> String {
    let mut text = format!("{:26}", "");
    for (name, _) in matrix {
        let _ = write!(text, "{name:>17}");
    }
    for real in REAL {
        let _ = write!(text, "\n{:26}", real.id);
        for (_, column) in matrix {
            let cell = column.get(real.id).map_or_else(String::new, |(works, listed, after)| {
                let mark = match works {
                    None => "?",
                    Some(works) if works == listed => "",
                    Some(_) => "!",
                };
                let word = if *listed { "lists" } else { "fails" };
                format!("{mark}{word} {:4.1} s", after.as_secs_f64())
            });
            let _ = write!(text, "{cell:>17}");
        }
    }
    let all = || matrix.iter().flat_map(|(_, column)| column.values());
    let open = all().filter(|(works, ..)| works.is_none()).count();
    let wrong = all().filter(|(works, listed, _)| works.is_some_and(|w| w != *listed)).count();
    let _ = write!(text, "\n{} runs, {wrong} wrong, {open} not predicted", all().count());
    text
}

fn vsftpd() -> Server {
    Server::new(Software::Vsftpd)
}

#[test]
fn all_is_well() {
    let world = World::with(gate!(), &vsftpd());
    compare("healthy", &world, &world.target());
}

#[test]
fn passive_is_blocked_at_the_server() {
    let mut world = World::with(gate!(), &vsftpd());
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21])]));
    compare("passive dropped", &world, &world.target());
}

#[test]
fn passive_is_turned_away_at_the_server() {
    let mut world = World::with(gate!(), &vsftpd());
    let knocks = [Match::New, Match::To(vec![50000..=50100])];
    world.add(&Firewall {
        place: Place::SERVER_IN,
        rules: vec![rule(knocks, Action::Reset)],
        otherwise: Action::Accept,
    });
    compare("passive reset", &world, &world.target());
}

#[test]
fn active_is_blocked_at_the_client() {
    let mut world = World::with(gate!(), &vsftpd());
    world.add(&Firewall::closed(Place::CLIENT_IN, []));
    compare("active dropped", &world, &world.target());
}

#[test]
fn passive_mode_is_switched_off() {
    let world = World::with(gate!(), &Server { pasv: false, ..vsftpd() });
    compare("passive off", &world, &world.target());
}

#[test]
fn epsv_is_switched_off() {
    let world = World::with(gate!(), &Server { epsv: false, ..Server::new(Software::ProFtpd) });
    compare("EPSV off", &world, &world.target());
}

#[test]
fn a_private_address_in_227() {
    let masquerade = Some(Ipv4Addr::new(10, 9, 9, 9));
    let world = World::with(gate!(), &Server { masquerade, ..vsftpd() });
    compare("227 private", &world, &world.target());
}

#[test]
fn no_address_in_227() {
    let masquerade = Some(Ipv4Addr::UNSPECIFIED);
    let world = World::with(gate!(), &Server { masquerade, ..vsftpd() });
    compare("227 zero", &world, &world.target());
}

#[test]
fn epsv_is_blocked() {
    let gate = gate!();
    let mut world = World::new(gate, Topology::default());
    let folder = world.folder.path().join("two-ranges");
    let files = folder.join("files");
    fs::create_dir_all(&files).expect("a folder to list");
    fs::write(files.join(FILE), "This is readme.txt.\n").expect("a file to list");
    let script = folder.join("server.py");
    fs::write(&script, TWO_RANGES).expect("a script");
    let program = Program {
        path: world.gate.folder.join("python/bin/python3"),
        args: [&script, &files].map(|path| path.display().to_string()).into(),
        env: Vec::new(),
    };
    let mut daemon = Daemon::start(&world.net, Node::Server, program, &folder);
    daemon.wait_for_word("ready");
    world.add(&Firewall::closed(Place::SERVER_IN, [Match::To(vec![21..=21, 50000..=50100])]));
    compare("EPSV dropped", &world, &world.target());
}

#[test]
fn the_clients_gateway_translates() {
    let world = worlds::client_nat(gate!(), &vsftpd());
    compare("client NAT", &world, &world.target());
}

#[test]
fn ipv6_alone() {
    let world = World::with(gate!(), &Server { ipv6: true, ..vsftpd() });
    compare("IPv6", &world, &world.net.server_v6().to_string());
}
