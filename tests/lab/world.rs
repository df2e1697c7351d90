//! A network with its servers and firewalls: what one test plays in.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use super::certificates::AUTHORITY;
use super::daemon::{Daemon, Program};
use super::firewall::Ruleset;
use super::gate::{self, Gate};
use super::net::{Net, Node, Topology};
use super::servers::{Server, USER};
use super::sh;
use super::witness::Witness;

/// Everything a test has set up. Dropped, also by a panic, it is gone without a trace.
pub struct World {
    // In the order in which they must go: what runs, where it runs, what it reads, who may.
    daemons: Vec<Daemon>,
    pub net: Net,
    pub folder: TempDir,
    pub gate: Gate,
    tables: usize,
}

impl World {
    /// A network and nothing in it.
    pub fn new(gate: Gate, topology: Topology) -> Self {
        let folder = tempfile::Builder::new()
            .prefix(&format!("{}{}-", gate::PREFIX, std::process::id()))
            // Servers and the program give up root, and read here.
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        Self { daemons: Vec::new(), net: Net::new(topology), folder, gate, tables: 0 }
    }

    /// Three routers, public addresses, and one server.
    pub fn with(gate: Gate, server: &Server) -> Self {
        let mut world = Self::new(gate, Topology::default());
        world.serve(server);
        world
    }

    /// Starts an FTP server; it is listening when this returns.
    pub fn serve(&mut self, server: &Server) {
        self.serve_at(Node::Server, server);
    }

    /// As [`World::serve`], on the machine that is named.
    pub fn serve_at(&mut self, node: Node, server: &Server) {
        let folder = self.folder.path().join(format!("server{}", self.daemons.len()));
        let command = server.prepare(&self.net, node, &self.gate.folder, &folder);
        let mut daemon = Daemon::start(&self.net, node, command, &folder);
        daemon.wait_for_port(self.net.namespace(node), server.port);
        self.daemons.push(daemon);
    }

    /// Ends the first server, lets its administrator change what it reads, and starts it again.
    pub fn restart(&mut self, port: u16, change: impl FnOnce(&mut Program, &Path)) {
        let first = self.daemons.remove(0);
        let (mut program, node, folder) = (first.program.clone(), first.node, first.folder.clone());
        drop(first);
        change(&mut program, &folder);
        let mut daemon = Daemon::start(&self.net, node, program, &folder);
        daemon.wait_for_port(self.net.namespace(node), port);
        self.daemons.insert(0, daemon);
    }

    /// Starts one of the helper programs; it has said that it is ready when this returns.
    pub fn help(&mut self, node: Node, args: &[&str]) {
        let folder = self.folder.path().join(format!("helper{}", self.daemons.len()));
        let command = super::helpers::prepare(&self.gate.folder, &folder, args);
        let mut daemon = Daemon::start(&self.net, node, command, &folder);
        daemon.wait_for_word("ready");
        self.daemons.push(daemon);
    }

    /// Adds a firewall, an address translation or an FTP helper to what is there.
    pub fn add(&mut self, ruleset: &impl Ruleset) -> &mut Self {
        self.tables += 1;
        let name = format!("lab{}", self.tables);
        let text = ruleset.render(&name, self.net.server_v4());
        let namespace = self.net.namespace(ruleset.node());
        sh::run("ip", &["netns", "exec", namespace, "nft", "-f", "-"], &text);
        self
    }

    /// Takes every rule of one machine away.
    pub fn flush(&mut self, node: Node) {
        sh::inside(self.net.namespace(node), "nft flush ruleset\n");
    }

    /// The packet filter of one machine, with its counters.
    pub fn ruleset(&self, node: Node) -> String {
        sh::inside(self.net.namespace(node), "nft list ruleset\n")
    }

    /// The server as a target, by the address that the Internet knows.
    pub fn target(&self) -> String {
        self.net.public_v4().to_string()
    }

    /// As [`World::target`], by its IPv6 address.
    pub fn target_v6(&self) -> String {
        format!("[{}]", self.net.server_v6())
    }

    /// A folder of the server on port 21, such as `/` or `/empty/`, as a URL.
    pub fn url(&self, path: &str) -> String {
        format!("ftp://{}{path}", self.target())
    }

    /// As [`World::url`], by the IPv6 address.
    pub fn url_v6(&self, path: &str) -> String {
        format!("ftp://{}{path}", self.target_v6())
    }

    /// As [`World::url`], with TLS after the greeting.
    pub fn explicit(&self, path: &str) -> String {
        format!("ftpes://{}{path}", self.target())
    }

    /// As [`World::url`], with TLS from the first byte on.
    pub fn implicit(&self, path: &str) -> String {
        format!("ftps://{}{path}", self.target())
    }

    /// The file with the authority that signs the servers' certificates.
    pub fn authority(&self) -> String {
        let file = self.folder.path().join("server0").join(AUTHORITY);
        file.display().to_string()
    }

    /// Begins to count, at the server, the USER and PASS that come in clear.
    pub fn watch(&mut self) {
        self.add(&Witness);
    }

    /// How many came since [`World::watch`].
    pub fn seen_in_clear(&self) -> u32 {
        Witness::count(&self.ruleset(Node::Server))
    }

    /// Whether somebody said who they are, in clear or under TLS. Pure-FTPd keeps no log of it.
    pub fn met_somebody(&self) -> bool {
        let named = ["USER anonymous".to_owned(), format!("USER {USER}")];
        self.daemons.iter().flat_map(|daemon| logs(&daemon.folder)).any(|(name, text)| {
            let log = Path::new(&name).extension().is_some_and(|end| end == "log");
            log && named.iter().any(|words| text.contains(words))
        })
    }

    /// All that may explain a surprise: firewalls with their counters, and the servers' logs.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        for node in self.net.nodes() {
            let rules = self.ruleset(node);
            if !rules.trim().is_empty() {
                let _ = writeln!(text, "--- firewall at {node:?}\n{rules}");
            }
        }
        for daemon in &self.daemons {
            for (name, log) in logs(&daemon.folder) {
                let _ = writeln!(text, "--- {name}\n{log}");
            }
        }
        text
    }
}

/// The configuration and log files of one server.
fn logs(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut logs: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "log" || end == "conf"))
        .filter_map(|path| {
            let text = String::from_utf8_lossy(&fs::read(&path).ok()?).into_owned();
            Some((path.display().to_string(), text))
        })
        .collect();
    logs.sort();
    logs
}
