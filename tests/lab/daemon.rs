//! A process that runs for as long as its test does.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::net::{Net, Node};
use super::sh;

/// How long a server may take until it listens, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between two looks at whether something has happened.
const LOOK: Duration = Duration::from_millis(15);

/// A program, its arguments and its environment.
#[derive(Clone)]
pub struct Program {
    pub path: PathBuf,
    pub args: Vec<String>,
    pub env: Vec<(&'static str, String)>,
}

/// A running program; dropped, it is ended with all its children.
pub struct Daemon {
    child: Child,
    /// What runs, and where: to start it again.
    pub program: Program,
    pub node: Node,
    /// Where it keeps its configuration and its logs.
    pub folder: PathBuf,
}

impl Daemon {
    /// Starts a program on a machine; what it says goes to `output.log` in its folder.
    pub fn start(net: &Net, node: Node, program: Program, folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder for the daemon");
        let log = File::create(folder.join("output.log")).expect("a log file");
        let child = Command::new("ip")
            .args(["netns", "exec", net.namespace(node)])
            // Some servers close every descriptor that they could have: let it be few.
            .args(["prlimit", "--nofile=1024:1024"])
            .arg(&program.path)
            .args(&program.args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(program.env.clone())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("one more descriptor"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("ip can be started");
        Self { child, program, node, folder: folder.to_owned() }
    }

    /// Waits until something listens on a port of the namespace.
    pub fn wait_for_port(&mut self, namespace: &str, port: u16) {
        // The columns are: number, local address:port, remote address:port, state (0A: listening).
        let wanted = format!(":{port:04X}");
        self.wait(&format!("listens on port {port}"), |_| {
            let tables = sh::inside(namespace, "cat /proc/net/tcp /proc/net/tcp6\n");
            tables.lines().any(|line| {
                let mut columns = line.split_whitespace().skip(1);
                let local = columns.next().unwrap_or_default();
                local.ends_with(&wanted) && columns.nth(1) == Some("0A")
            })
        });
    }

    /// Waits until it has said a word.
    pub fn wait_for_word(&mut self, word: &str) {
        self.wait(&format!("says {word:?}"), |folder| {
            fs::read_to_string(folder.join("output.log")).is_ok_and(|said| said.contains(word))
        });
    }

    fn wait(&mut self, what: &str, mut done: impl FnMut(&Path) -> bool) {
        let begin = Instant::now();
        while !done(&self.folder) {
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(
                ended.is_none() && begin.elapsed() < PATIENCE,
                "no server that {what} ({ended:?}):\n{}",
                fs::read_to_string(self.folder.join("output.log")).unwrap_or_default(),
            );
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Sessions are children in the same process group. Those that left it are in the namespace
        // still, and end with it.
        let _ = sh::output("sh", &[], &format!("kill -9 -{}\n", self.child.id()));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
