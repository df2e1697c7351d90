//! An administrator who does what a report says, to the letter: no line that is not printed, and
//! none that is left out.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::firewall::{Action, Firewall, Hook, Icmp, Match, Ports, Ruleset as _};
use super::net::Node;
use super::run::{Run, unprivileged_doctor};
use super::servers::Software;
use super::sh;
use super::world::World;

/// What an administrator filters with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// nftables, with chains in the usual place.
    Nftables,
    /// nftables, with a chain somewhere else: `FAMILY/TABLE/CHAIN`.
    NftChain(&'static str),
    Iptables,
}

impl Tool {
    /// As it is called in `snippets.for`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nftables | Self::NftChain(_) => "nftables",
            Self::Iptables => "iptables",
        }
    }

    /// What the program has to be told of it.
    pub fn args(self) -> Vec<String> {
        match self {
            Self::NftChain(chain) => vec!["--nft-chain".into(), chain.into()],
            Self::Nftables | Self::Iptables => Vec::new(),
        }
    }

    /// Puts up a firewall with it.
    pub fn wall(self, world: &World, firewall: &Firewall) {
        let server = world.net.server_v4();
        let hook = match firewall.place.hook {
            Hook::Prerouting => "prerouting",
            Hook::Input => "input",
            Hook::Output => "output",
            Hook::Forward => "forward",
        };
        let script = match self {
            Self::Nftables => {
                format!("nft -f - <<'END'\n{}END\n", firewall.render("filter", server))
            }
            Self::NftChain(chain) => {
                let names: Vec<&str> = chain.split('/').collect();
                let text = firewall.render(names[1], server);
                let text =
                    text.replacen(&format!("chain {hook} "), &format!("chain {} ", names[2]), 1);
                format!("nft -f - <<'END'\n{text}END\n")
            }
            Self::Iptables => iptables(firewall, &hook.to_uppercase()),
        };
        sh::inside(world.net.namespace(firewall.place.node), &script);
    }
}

/// The same firewall for both iptables and ip6tables.
fn iptables(firewall: &Firewall, chain: &str) -> String {
    let mut script = String::new();
    let last = super::firewall::Rule { when: Vec::new(), then: firewall.otherwise };
    for (program, v6) in [("iptables", false), ("ip6tables", true)] {
        for end in ["-i", "-o"].iter().filter(|end| fits(end, chain)) {
            script += &format!("{program} -A {chain} {end} lo -j ACCEPT\n");
        }
        if v6 {
            for kind in ["neighbour-solicitation", "neighbour-advertisement"] {
                script +=
                    &format!("{program} -A {chain} -p icmpv6 --icmpv6-type {kind} -j ACCEPT\n");
            }
        }
        for rule in firewall.rules.iter().chain([&last]) {
            let mut words: Vec<String> = Vec::new();
            let mut other_family = false;
            for what in &rule.when {
                match what {
                    Match::Known => words.push("-m conntrack --ctstate ESTABLISHED,RELATED".into()),
                    Match::New => words.push("-m conntrack --ctstate NEW".into()),
                    Match::To(ports) => {
                        words.push(format!("-p tcp -m multiport --dports {}", list(ports)));
                    }
                    Match::From(ports) => {
                        words.push(format!("-p tcp -m multiport --sports {}", list(ports)));
                    }
                    Match::Outbound => words.push("-i to-client".into()),
                    Match::Inbound => words.push("-i to-server".into()),
                    Match::Unreachable if !v6 => {
                        words.push("-p icmp --icmp-type destination-unreachable".into());
                    }
                    Match::TooBig if v6 => {
                        words.push("-p icmpv6 --icmpv6-type packet-too-big".into());
                    }
                    Match::Unreachable | Match::TooBig => other_family = true,
                    other => panic!("iptables is not told {other:?} here"),
                }
            }
            let then = match rule.then {
                Action::Accept => "ACCEPT",
                Action::Drop => "DROP",
                Action::Reset if rule.when.iter().any(|it| matches!(it, Match::To(_))) => {
                    "REJECT --reject-with tcp-reset"
                }
                Action::Icmp(Icmp::AdminProhibited) if v6 => {
                    "REJECT --reject-with icmp6-adm-prohibited"
                }
                Action::Icmp(Icmp::AdminProhibited) => "REJECT --reject-with icmp-admin-prohibited",
                other => panic!("iptables is not told {other:?} here"),
            };
            // What is let through is let through by the chain's policy.
            let policy = rule.when.is_empty() && rule.then == Action::Accept;
            if !other_family && !policy {
                script += &format!("{program} -A {chain} {} -j {then}\n", words.join(" "));
            }
        }
    }
    script
}

fn fits(end: &str, chain: &str) -> bool {
    matches!((end, chain), ("-i", "INPUT") | ("-o", "OUTPUT"))
}

fn list(ports: &[Ports]) -> String {
    let ends = |it: &Ports| match (it.start(), it.end()) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}:{last}"),
    };
    ports.iter().map(ends).collect::<Vec<_>>().join(",")
}

fn list_of(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().cloned().unwrap_or_default()
}

/// Where to find lines in a report, and where they go.
#[derive(Clone, Debug)]
pub struct Take {
    /// The cause of the finding, any one of these.
    pub causes: &'static [&'static str],
    pub who: &'static str,
    /// Words of the remedy's text, where this audience has several.
    pub says: &'static str,
    pub software: &'static str,
}

impl Take {
    /// The remedies that are meant.
    pub fn remedies(&self, report: &Value) -> Vec<Value> {
        let meant = |remedy: &Value| {
            let said = remedy["text"].as_str().is_some_and(|text| text.contains(self.says));
            said && remedy["who"] == self.who
        };
        list_of(report, "findings")
            .iter()
            .filter(|finding| self.causes.iter().any(|cause| finding["cause"] == *cause))
            .flat_map(|finding| list_of(finding, "remedies"))
            .filter(meant)
            .collect()
    }

    /// The printed lines, of every remedy that is meant.
    ///
    /// # Errors
    /// When there are none.
    pub fn lines(&self, report: &Value) -> Result<Vec<String>, String> {
        let lines: Vec<String> = self
            .remedies(report)
            .iter()
            .flat_map(|remedy| list_of(remedy, "snippets"))
            .filter(|snippet| snippet["for"] == self.software)
            .flat_map(|snippet| {
                let content = snippet["content"].as_str().unwrap_or_default();
                content.lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        if lines.is_empty() { Err(format!("no lines: {self:?}")) } else { Ok(lines) }
    }

    /// That `--fix-for` prints the same lines on the screen, and none for anything else.
    ///
    /// # Errors
    /// When it does not.
    pub fn on_screen(
        &self,
        world: &World,
        facts: &str,
        args: &[&str],
        lines: &[String],
    ) -> Result<(), String> {
        let mut all = vec!["replay", facts, "--fix-for", self.software, "--color", "never"];
        all.extend(args);
        let run: Run = unprivileged_doctor(world, &all);
        for line in lines {
            if !run.stdout.lines().any(|shown| shown.ends_with(line.as_str())) {
                return Err(format!(
                    "--fix-for {} does not print {line:?}:\n{}",
                    self.software, run.stdout
                ));
            }
        }
        let others = ["vsftpd ", "proftpd ", "pure-ftpd ", "pyftpdlib ", "nftables ", "iptables "];
        for other in others.iter().filter(|it| it.trim() != self.software) {
            if run.stdout.lines().any(|shown| shown.starts_with(&format!("       {other}"))) {
                return Err(format!(
                    "--fix-for {} prints lines for {other}:\n{}",
                    self.software, run.stdout
                ));
            }
        }
        Ok(())
    }
}

/// Runs lines in a shell on one machine. The address that only the administrator knows is put in
/// place of its stand-in.
pub fn shell(world: &World, node: Node, lines: &[String]) {
    let inner = world.net.server_v4().to_string();
    let script: String =
        lines.iter().map(|line| line.replace("INNER-ADDRESS", &inner) + "\n").collect();
    // Where the kernel has the module built in, nothing is there that could load it.
    let load = "command -v modprobe >/dev/null || modprobe() { :; }\n";
    sh::inside(world.net.namespace(node), &(load.to_owned() + &script));
}

/// Sets lines in a server's configuration: what is there already under the same name is replaced,
/// and what a comment says to remove is removed.
pub fn configure(world: &mut World, software: Software, port: u16, lines: &[String]) {
    world.restart(port, |program, folder| match software {
        Software::Vsftpd => edit(&folder.join("vsftpd.conf"), |text| vsftpd(text, lines)),
        Software::ProFtpd => edit(&folder.join("proftpd.conf"), |text| proftpd(text, lines)),
        Software::PureFtpd => {
            let file = folder.join("pure-ftpd.conf");
            let before = fs::read_to_string(&file).unwrap_or_else(|_| as_file(&program.args));
            let text = pure_ftpd(&before, lines);
            fs::write(&file, text).expect("a configuration");
            program.args = vec![file.display().to_string()];
        }
        Software::Pyftpdlib => edit(&folder.join("pyftpd.conf"), |text| pyftpdlib(text, lines)),
    });
}

fn edit(file: &Path, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(file).expect("a configuration");
    fs::write(file, change(&text)).expect("a configuration");
}

fn settings(lines: &[String]) -> impl Iterator<Item = &String> {
    lines.iter().filter(|line| !line.starts_with('#'))
}

fn vsftpd(text: &str, lines: &[String]) -> String {
    let key = |line: &str| line.split('=').next().unwrap_or_default().to_owned();
    let new: Vec<String> = settings(lines).map(|line| key(line)).collect();
    let kept = text.lines().filter(|line| !new.contains(&key(line))).map(str::to_owned);
    kept.chain(settings(lines).cloned()).map(|line| line + "\n").collect()
}

fn proftpd(text: &str, lines: &[String]) -> String {
    let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    // These add to what is there.
    let adds = ["LoadModule", "TLSOptions"];
    let new: Vec<String> =
        settings(lines).map(|line| key(line)).filter(|it| !adds.contains(&it.as_str())).collect();
    let mut removed: Vec<String> = Vec::new();
    for line in lines.iter().filter(|line| line.starts_with("# remove <Limit ")) {
        let names = line["# remove <Limit ".len()..].split('>').next().unwrap_or_default();
        removed.extend(names.split(' ').map(|name| format!("<Limit {name}>")));
    }
    let (mut out, mut inside, mut skipping) = (String::new(), false, false);
    let mut set = false;
    for line in text.lines() {
        skipping |= removed.iter().any(|block| block == line);
        let skipped = skipping;
        skipping &= line != "</Limit>";
        if line.starts_with("<Anonymous") {
            settings(lines).for_each(|line| out += &format!("{line}\n"));
            (inside, set) = (true, true);
        }
        if !skipped && (inside || !new.contains(&key(line))) {
            out += &format!("{line}\n");
        }
    }
    if !set {
        settings(lines).for_each(|line| out += &format!("{line}\n"));
    }
    out
}

/// What the laboratory's Pure-FTPd is started with, as the configuration file that means the same.
fn as_file(args: &[String]) -> String {
    let (mut text, mut args) = (String::new(), args.iter());
    while let Some(flag) = args.next() {
        let mut value = || args.next().cloned().unwrap_or_default();
        text += &match flag.as_str() {
            "-H" => "DontResolve yes".to_owned(),
            "-4" => "IPV4Only yes".to_owned(),
            "-N" => "NATmode yes".to_owned(),
            "-E" => "NoAnonymous yes".to_owned(),
            "-l" if value() == "unix" => "UnixAuthentication yes".to_owned(),
            "-S" => format!("Bind {}", value()),
            "-g" => format!("PIDFile {}", value()),
            "-p" => format!("PassivePortRange {}", value().replace(':', " ")),
            "-P" => format!("ForcePassiveIP {}", value()),
            "-C" => format!("MaxClientsPerIP {}", value()),
            "-c" => format!("MaxClientsNumber {}", value()),
            "-Y" => format!("TLS {}", value()),
            "-2" => format!("CertFile {}", value()),
            other => panic!("nobody knows {other} here"),
        };
        text.push('\n');
    }
    text
}

fn pure_ftpd(text: &str, lines: &[String]) -> String {
    let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let mut new: Vec<String> = settings(lines).map(|line| key(line)).collect();
    if lines.iter().any(|line| line.starts_with("# remove NATmode")) {
        new.push("NATmode".into());
    }
    let kept = text.lines().filter(|line| !new.contains(&key(line))).map(str::to_owned);
    kept.chain(settings(lines).cloned()).map(|line| line + "\n").collect()
}

fn pyftpdlib(text: &str, lines: &[String]) -> String {
    let mut config: Value = serde_json::from_str(text).expect("JSON");
    if lines.iter().any(|line| line.starts_with("# leave ")) {
        config["removed"] = Value::Array(Vec::new());
    }
    let instead = lines.iter().any(|line| line.starts_with("# in place of FTPHandler"));
    let key = if instead { "instead" } else { "lines" };
    let before = config[key].as_str().unwrap_or_default();
    config[key] = format!("{before}\n{}", lines.join("\n")).into();
    config.to_string()
}
