//! Every line that any scenario prints is taken by what it is for: nft, iptables, and the servers'
//! own readers of their configuration.

use std::collections::BTreeSet;

use ftp_doctor::{Facts, Options, diagnose_for};

use super::administrator::{configure, shell};
use super::net::{Node, Topology};
use super::remedies_table::with_certificates;
use super::servers::{Server, Software};
use super::sh;
use super::world::World;

/// The facts of all scenarios.
fn scenarios() -> Vec<Facts> {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scenarios");
    let all = std::fs::read_dir(base).expect("fixtures/scenarios");
    let read = |folder: std::fs::DirEntry| std::fs::read(folder.path().join("facts.json"));
    all.map(|folder| serde_json::from_slice(&folder.and_then(read).expect("facts")).expect("facts"))
        .collect()
}

/// All snippets for one kind of software, with and without a chain that was named.
fn snippets(software: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for facts in scenarios() {
        for chain in [None, Some("inet/fw/incoming")] {
            let options =
                Options { fix_for: vec![software.to_owned()], nft_chain: chain.map(str::to_owned) };
            let diagnosis = diagnose_for(&facts, &options);
            let remedies = diagnosis.findings.iter().flat_map(|it| &it.remedies);
            all.extend(remedies.flat_map(|it| &it.snippets).map(|it| it.content.clone()));
        }
    }
    all
}

fn lines(snippet: &str) -> Vec<String> {
    snippet.lines().map(str::to_owned).collect()
}

/// Plays snippets, and tells of all that were not taken.
fn each(what: &str, least: usize, mut play: impl FnMut(&str)) {
    let all = snippets(what);
    let mut wrong = Vec::new();
    for snippet in &all {
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(snippet)));
        if played.is_err() {
            wrong.push(snippet.clone());
        }
    }
    sh::say(&format!("{what}: {} snippets, {} not taken", all.len(), wrong.len()));
    assert!(wrong.is_empty(), "not taken:\n{}", wrong.join("\n--\n"));
    assert!(all.len() >= least, "only {} snippets for {what}", all.len());
}

/// A machine with every chain that an administrator may have, and nothing in them.
fn with_chains(world: &World) {
    let mut script = String::from("flush ruleset\n");
    for (table, chains) in [
        (
            "inet filter",
            [("input", "input"), ("output", "output"), ("forward", "forward")].as_slice(),
        ),
        ("inet fw", [("incoming", "input")].as_slice()),
    ] {
        script += &format!("add table {table}\n");
        for (chain, hook) in chains {
            script += &format!(
                "add chain {table} {chain} {{ type filter hook {hook} priority filter; }}\n"
            );
        }
    }
    sh::inside(world.net.namespace(Node::Router(1)), &format!("nft -f - <<'END'\n{script}END\n"));
}

#[test]
fn packet_filters_take_their_lines() {
    let world = World::new(gate!(), Topology { routers: 1, ..Topology::default() });
    for (software, least) in [("nftables", 30), ("iptables", 15), ("linux-ftp-helper", 1)] {
        each(software, least, |snippet| {
            with_chains(&world);
            shell(&world, Node::Router(1), &lines(snippet));
        });
    }
}

fn servers_take(software: Software, name: &str, least: usize) {
    let mut world = with_certificates(gate!(), &Server::new(software));
    each(name, least, |snippet| {
        configure(&mut world, software, 21, &lines(snippet));
    });
    // What does not exist is not taken: otherwise all that was for nothing.
    let nonsense = match software {
        Software::Vsftpd => "no_such_setting=1",
        _ => "NoSuchSetting 1",
    };
    let taken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        configure(&mut world, software, 21, &lines(nonsense));
    }));
    assert!(taken.is_err(), "{name} takes {nonsense}");
}

#[test]
fn vsftpd_takes_its_lines() {
    servers_take(Software::Vsftpd, "vsftpd", 8);
}

#[test]
fn proftpd_takes_its_lines() {
    servers_take(Software::ProFtpd, "proftpd", 8);
}

#[test]
fn pure_ftpd_takes_its_lines() {
    servers_take(Software::PureFtpd, "pure-ftpd", 6);
}

/// Debian's start script makes options of the files that the comments name.
#[test]
fn debians_start_script_takes_the_files_for_pure_ftpd() {
    /// File and option of the daemon.
    const OPTIONS: [(&str, &str); 6] = [
        ("PassivePortRange", "-p "),
        ("ForcePassiveIP", "-P "),
        ("MaxIdleTime", "-I "),
        ("MaxClientsNumber", "-c "),
        ("MaxClientsPerIP", "-C "),
        ("TLS", "-Y "),
    ];
    let world = World::new(gate!(), Topology { routers: 1, ..Topology::default() });
    let folder = world.folder.path().join("pure-ftpd").display().to_string();
    let wrapper = world.gate.folder.join("pure-ftpd-common/usr/sbin/pure-ftpd-wrapper");
    each("pure-ftpd", 6, |snippet| {
        for command in snippet.lines().filter_map(|line| line.strip_prefix("# Debian: ")) {
            let name = command.rsplit('/').next().expect("a file");
            let option = OPTIONS.iter().find(|(file, _)| *file == name).expect("a known file").1;
            let command = command.replace("/etc/pure-ftpd", &folder);
            let script = format!(
                "rm -rf {folder}\nmkdir -p {folder}/conf {folder}/auth\n{command}\n\
                 sed 's#/etc/pure-ftpd#{folder}#g' {} >{folder}/wrapper\n\
                 perl {folder}/wrapper --show-options\n",
                wrapper.display()
            );
            let said = sh::inside(world.net.namespace(Node::Client), &script);
            assert!(said.contains(option), "{command}: {said}");
        }
    });
}

#[test]
fn pyftpdlib_takes_its_lines() {
    let mut world = with_certificates(gate!(), &Server::new(Software::Pyftpdlib));
    let python = world.gate.folder.join("python/bin/python3").display().to_string();
    each("pyftpdlib", 6, |snippet| {
        // Python takes an attribute that nobody reads as well: it must have been there before.
        for line in snippet.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')) {
            let name = line.split(" = ").next().unwrap_or_default();
            let script = format!(
                "from pyftpdlib.handlers import TLS_FTPHandler as handler\n\
                 from pyftpdlib.servers import FTPServer as server\n{name}\n"
            );
            sh::run(&python, &["-"], &script);
        }
        configure(&mut world, Software::Pyftpdlib, 21, &lines(snippet));
    });
}
