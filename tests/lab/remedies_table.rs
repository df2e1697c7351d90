//! The remedies that are played: for each, what is broken, whose lines are taken, and where they go.

use std::net::Ipv4Addr;

use super::administrator::{Take, Tool};
use super::certificates::{self, Certificate};
use super::expect::Expect;
use super::firewall::{Action, Firewall, Helper, Icmp, Match, Place, Rule, rule};
use super::gate::Gate;
use super::net::Node;
use super::remedies::{Step, Trial, play};
use super::run::Mode;
use super::secured::{Demands, Tls};
use super::servers::{Server, Software};
use super::world::World;
use super::worlds;

const ALL: [Software; 4] =
    [Software::Vsftpd, Software::ProFtpd, Software::PureFtpd, Software::Pyftpdlib];
/// PASV and PORT cannot name an IPv6 address.
const OLD: [Mode; 2] = [Mode::Pasv, Mode::Port];
const PASSIVE: &[&str] = &["server-firewall-blocks-passive", "firewall-blocks-passive"];
const ACTIVE: &[&str] = &["server-firewall-blocks-active", "firewall-blocks-active"];
const PASSIVE_OUT: &[&str] = &["client-firewall-blocks-passive", "firewall-blocks-passive"];
const ACTIVE_IN: &[&str] = &["client-firewall-blocks-active"];
/// A remedy's own words, where one audience has several remedies.
const RANGE_IN: &str = "in the chain that exists";
const GATEWAY: &str = "gateway in front";

fn name(software: Software) -> &'static str {
    match software {
        Software::Vsftpd => "vsftpd",
        Software::ProFtpd => "proftpd",
        Software::PureFtpd => "pure-ftpd",
        Software::Pyftpdlib => "pyftpdlib",
    }
}

fn take(
    causes: &'static [&'static str],
    who: &'static str,
    says: &'static str,
    software: &'static str,
) -> Take {
    Take { causes, who, says, software }
}

/// A trial that is still without its world.
fn trial(name: String, server: Server, causes: &'static [&'static str]) -> Trial {
    Trial {
        name,
        server,
        make: Box::new(World::with),
        args: |world| vec![world.target()],
        then: None,
        more: Vec::new(),
        causes,
        steps: Vec::new(),
        after: causes.iter().fold(Expect::healthy(), |after, cause| after.without(cause)),
        tries: 1,
    }
}

impl Trial {
    fn world(mut self, make: impl Fn(Gate, &Server) -> World + Send + Sync + 'static) -> Self {
        self.make = Box::new(make);
        self
    }

    fn tool(mut self, tool: Tool) -> Self {
        self.more.extend(tool.args());
        self
    }

    fn more(mut self, args: &[&str]) -> Self {
        self.more.extend(args.iter().map(|&it| it.to_owned()));
        self
    }

    /// The lines for the server's own software.
    fn configure(mut self, who: &'static str, says: &'static str) -> Self {
        let software = name(self.server.software);
        self.steps.push(Step::Configure(take(self.causes, who, says, software)));
        self
    }

    /// The lines for a tool on one machine.
    fn shell(
        mut self,
        node: Node,
        tool: &'static str,
        who: &'static str,
        says: &'static str,
    ) -> Self {
        self.steps.push(Step::Shell(node, take(self.causes, who, says, tool)));
        self
    }

    fn over_ipv6(mut self) -> Self {
        self.server.ipv6 = true;
        self.more.push("-6".into());
        self.args = |world| vec![world.target_v6()];
        self.after = self.after.modes(&OLD, &["not-tested"]);
        self
    }
}

/// A firewall at one place, made with one tool.
fn walled(
    tool: Tool,
    firewall: Firewall,
) -> impl Fn(Gate, &Server) -> World + Send + Sync + 'static {
    move |gate, server| {
        let world = World::with(gate, server);
        tool.wall(&world, &firewall);
        world
    }
}

/// A server whose passive range is not the one that is proposed where there is none: what is printed
/// keeps it.
fn elsewhere(software: Software) -> Server {
    Server { passive: Some(3000..=4000), ..Server::new(software) }
}

fn control_only(place: Place) -> Firewall {
    Firewall::closed(place, [Match::To(vec![20..=21])])
}

const TOOLS_IN: [Tool; 3] = [Tool::Nftables, Tool::NftChain("inet/fw/incoming"), Tool::Iptables];
const TOOLS_OUT: [Tool; 3] = [Tool::Nftables, Tool::NftChain("inet/fw/outgoing"), Tool::Iptables];
const TOOLS_THROUGH: [Tool; 3] =
    [Tool::Nftables, Tool::NftChain("inet/fw/passing"), Tool::Iptables];

fn at_the_server(software: Software, tool: Tool, firewall: Firewall, what: &str) -> Trial {
    let title = format!("server firewall {what} {software:?} {tool:?}");
    trial(title, elsewhere(software), PASSIVE).world(walled(tool, firewall)).tool(tool).shell(
        Node::Server,
        tool.name(),
        "server-admin",
        RANGE_IN,
    )
}

#[test]
fn passive_ports_at_the_servers_firewall() {
    let mut trials = Vec::new();
    for software in ALL {
        let firewall = control_only(Place::SERVER_IN);
        trials.push(at_the_server(software, Tool::Nftables, firewall, "drops"));
    }
    for tool in &TOOLS_IN[1..] {
        let firewall = control_only(Place::SERVER_IN);
        trials.push(at_the_server(Software::Vsftpd, *tool, firewall, "drops"));
    }
    for tool in TOOLS_IN {
        let firewall = Firewall {
            otherwise: Action::Icmp(Icmp::AdminProhibited),
            ..control_only(Place::SERVER_IN)
        };
        trials.push(at_the_server(Software::ProFtpd, tool, firewall, "rejects"));
        let firewall = control_only(Place::SERVER_IN);
        trials.push(at_the_server(Software::Vsftpd, tool, firewall, "ipv6").over_ipv6());
    }
    for tool in TOOLS_IN {
        let server = elsewhere(Software::PureFtpd);
        let rules = [Match::To(vec![3000..=4000, 50000..=50100])];
        let firewall = Firewall::open_but(Place::SERVER_IN, rules, Action::Reset);
        trials.push(
            trial(format!("server resets {tool:?}"), server, &["passive-port-refused"])
                .world(walled(tool, firewall))
                .tool(tool)
                .shell(Node::Server, tool.name(), "server-admin", RANGE_IN),
        );
        let server = Server { passive: Some(50000..=50001), ..Server::new(Software::Vsftpd) };
        let firewall =
            Firewall::closed(Place::SERVER_IN, [Match::To(vec![20..=21, 50000..=50000])]);
        let mut partly =
            trial(format!("partly {tool:?}"), server, &["passive-range-partly-blocked"])
                .world(walled(tool, firewall))
                .tool(tool)
                .shell(Node::Server, tool.name(), "server-admin", RANGE_IN);
        partly.tries = 20;
        trials.push(partly);
    }
    for tool in [Tool::Nftables, Tool::Iptables] {
        for software in ALL {
            let firewall = control_only(Place::SERVER_IN);
            let mut audited = at_the_server(software, tool, firewall, "drops, audited");
            audited.args = |world| vec!["audit".to_owned(), world.target()];
            trials.push(audited);
        }
    }
    play("passive ports at the server's firewall", trials);
}

#[test]
fn passive_ports_at_the_servers_gateway() {
    let closed = || {
        let mut firewall = control_only(Place::router(3));
        firewall.rules.insert(1, rule([Match::Inbound], Action::Accept));
        firewall
    };
    let mut trials = Vec::new();
    for tool in TOOLS_THROUGH {
        trials.push(
            trial(format!("gateway {tool:?}"), elsewhere(Software::Vsftpd), PASSIVE)
                .world(walled(tool, closed()))
                .tool(tool)
                .shell(Node::Router(3), tool.name(), "server-admin", GATEWAY),
        );
        trials.push(
            trial(format!("gateway ipv6 {tool:?}"), elsewhere(Software::Vsftpd), PASSIVE)
                .world(walled(tool, closed()))
                .tool(tool)
                .shell(Node::Router(3), tool.name(), "server-admin", GATEWAY)
                .over_ipv6(),
        );
        let firewall = closed();
        let server = Server::new(Software::ProFtpd);
        trials.push(
            trial(format!("gateway that translates {tool:?}"), server, PASSIVE)
                .world(move |gate, server| {
                    let ports = [21..=21, 50000..=50100];
                    let world = worlds::server_nat(gate, server, &ports, true);
                    tool.wall(&world, &firewall);
                    world
                })
                .tool(tool)
                .shell(Node::Router(3), tool.name(), "server-admin", GATEWAY),
        );
    }
    play("passive ports at the server's gateway", trials);
}

#[test]
fn ports_that_are_not_forwarded() {
    const CAUSE: &[&str] = &["passive-ports-not-forwarded"];
    let mut trials = Vec::new();
    for tool in [Tool::Nftables, Tool::Iptables] {
        for software in ALL {
            trials.push(
                trial(format!("not forwarded {software:?} {tool:?}"), elsewhere(software), CAUSE)
                    .world(|gate, server| worlds::server_nat(gate, server, &[21..=21], true))
                    .shell(Node::Router(3), tool.name(), "server-admin", "Forward the"),
            );
        }
        let mut untold = trial(
            format!("not forwarded, address not told {tool:?}"),
            elsewhere(Software::Vsftpd),
            CAUSE,
        )
        .world(|gate, server| worlds::server_nat(gate, server, &[21..=21], false))
        .shell(Node::Router(3), tool.name(), "server-admin", "Forward the");
        untold.steps.push(Step::Configure(take(
            &["passive-address-unroutable"],
            "server-admin",
            "public address",
            "vsftpd",
        )));
        trials.push(untold);
    }
    play("ports that are not forwarded", trials);
}

#[test]
fn firewalls_at_the_client() {
    let mut trials = Vec::new();
    let servers = || Server::new(Software::Vsftpd);
    for v6 in [false, true] {
        let families = |it: Trial| if v6 { it.over_ipv6() } else { it };
        for tool in TOOLS_IN {
            let firewall = Firewall::open_but(Place::CLIENT_IN, [Match::New], Action::Drop);
            trials.push(families(
                trial(format!("client in {tool:?} {v6}"), servers(), ACTIVE_IN)
                    .world(walled(tool, firewall))
                    .tool(tool)
                    .shell(Node::Client, tool.name(), "client-admin", ""),
            ));
        }
        for tool in TOOLS_OUT {
            trials.push(families(
                trial(format!("client out {tool:?} {v6}"), servers(), PASSIVE_OUT)
                    .world(walled(tool, control_only(Place::CLIENT_OUT)))
                    .tool(tool)
                    .shell(Node::Client, tool.name(), "client-admin", ""),
            ));
        }
        for tool in TOOLS_THROUGH {
            let mut firewall = Firewall::closed(Place::router(1), [Match::Outbound]);
            trials.push(families(
                trial(format!("client's gateway in {tool:?} {v6}"), servers(), ACTIVE_IN)
                    .world(walled(tool, firewall.clone()))
                    .tool(tool)
                    .shell(Node::Router(1), tool.name(), "client-admin", ""),
            ));
            firewall = control_only(Place::router(1));
            firewall.rules.insert(1, rule([Match::Inbound], Action::Accept));
            trials.push(families(
                trial(format!("client's gateway out {tool:?} {v6}"), servers(), PASSIVE_OUT)
                    .world(walled(tool, firewall))
                    .tool(tool)
                    .shell(Node::Router(1), tool.name(), "client-admin", ""),
            ));
        }
    }
    play("firewalls at the client", trials);
}

#[test]
fn calls_that_the_server_does_not_get_out() {
    let mut trials = Vec::new();
    let closed = || Firewall::closed(Place::SERVER_OUT, [Match::From(vec![21..=21])]);
    for software in ALL {
        trials.push(
            trial(format!("calls out {software:?}"), Server::new(software), ACTIVE)
                .world(walled(Tool::Nftables, closed()))
                .shell(Node::Server, "nftables", "server-admin", "call out"),
        );
    }
    for tool in &TOOLS_OUT[1..] {
        trials.push(
            trial(format!("calls out {tool:?}"), Server::new(Software::PureFtpd), ACTIVE)
                .world(walled(*tool, closed()))
                .tool(*tool)
                .shell(Node::Server, tool.name(), "server-admin", "call out"),
        );
    }
    for tool in TOOLS_OUT {
        trials.push(
            trial(format!("calls out ipv6 {tool:?}"), Server::new(Software::Vsftpd), ACTIVE)
                .world(walled(tool, closed()))
                .tool(tool)
                .shell(Node::Server, tool.name(), "server-admin", "call out")
                .over_ipv6(),
        );
    }
    play("calls that the server does not get out", trials);
}

#[test]
fn helpers_for_the_clients_nat() {
    const CAUSE: &[&str] = &["client-nat-breaks-active"];
    let mut trials = Vec::new();
    for software in ALL {
        trials.push((software, "nftables"));
    }
    trials.push((Software::Vsftpd, "iptables"));
    trials.push((Software::ProFtpd, "iptables"));
    trials.push((Software::Vsftpd, "linux-ftp-helper"));
    let trials = trials.into_iter().map(|(software, tool)| {
        trial(format!("client NAT {software:?} {tool}"), Server::new(software), CAUSE)
            .world(worlds::client_nat)
            .shell(Node::Router(1), tool, "client-admin", "")
    });
    play("helpers for the client's NAT", trials.collect());
}

#[test]
fn settings_of_the_server() {
    let mut trials = Vec::new();
    for software in ALL {
        let private = Some(Ipv4Addr::new(10, 9, 9, 9));
        let server = Server { masquerade: private, ..Server::new(software) };
        let cause = &["passive-address-unroutable"];
        trials.push(
            trial(format!("private address {software:?}"), server, cause)
                .configure("server-admin", ""),
        );
        let foreign = Some(Ipv4Addr::new(198, 18, 77, 77));
        let server = Server { masquerade: foreign, ..Server::new(software) };
        trials.push(
            trial(format!("foreign address {software:?}"), server, &["passive-address-mismatch"])
                .configure("server-admin", ""),
        );
        let server = Server { pasv: false, ..Server::new(software) };
        trials.push(
            trial(format!("passive off {software:?}"), server, &["passive-disabled"])
                .configure("server-admin", "passive mode on"),
        );
        if software != Software::PureFtpd {
            let server = Server { active: false, ..Server::new(software) };
            trials.push(
                trial(format!("active off {software:?}"), server, &["active-disabled"])
                    .configure("server-admin", ""),
            );
        }
        let server = Server { max_per_ip: Some(1), ..Server::new(software) };
        let cause = &["too-many-connections"];
        let hold = |world: &World| vec!["hold".to_owned(), world.target(), "21".to_owned()];
        let mut full = trial(format!("too many {software:?}"), server, cause)
            .world(move |gate, server| {
                let mut world = World::with(gate, server);
                let args = hold(&world);
                world.help(Node::Client, &args.iter().map(String::as_str).collect::<Vec<_>>());
                world
            })
            .configure("server-admin", "");
        full.steps
            .push(Step::Help(Node::Client, vec!["hold".into(), "203.0.113.2".into(), "21".into()]));
        // ProFTPD counts at the password, and answers 530 as to a wrong one.
        if software == Software::ProFtpd {
            full.server.max_per_ip = None;
            full.server.max_clients = Some(1);
        }
        trials.push(full);
    }
    // The only port of the range is taken. ProFTPD and pyftpdlib take one outside of it then.
    for software in [Software::PureFtpd, Software::Vsftpd] {
        let server = Server { passive: Some(50000..=50000), ..Server::new(software) };
        trials.push(
            trial(format!("exhausted {software:?}"), server, &["passive-range-exhausted"])
                .world(|gate, server| {
                    let mut world = World::with(gate, server);
                    world.help(Node::Server, &["silent", "50000"]);
                    world
                })
                .configure("server-admin", "larger"),
        );
    }
    for software in [Software::Vsftpd, Software::ProFtpd] {
        let server = Server { from_port_20: false, ..Server::new(software) };
        trials.push(
            trial(
                format!("from any port {software:?}"),
                server,
                &["active-source-port-unexpected"],
            )
            .configure("server-admin", ""),
        );
    }
    for software in [Software::Vsftpd, Software::Pyftpdlib] {
        let mut pool = trial(
            format!("pool {software:?}"),
            Server::new(software),
            &["server-rejects-data-peer"],
        )
        .world(worlds::pool)
        .configure("server-admin", "");
        // Active mode is the client's NAT's affair.
        pool.after = Expect::limited(&["client-nat-breaks-active", "firewall-blocks-active"])
            .passive(&["open"])
            .without("server-rejects-data-peer");
        trials.push(pool);
    }
    play("settings of the server", trials);
}

/// Where the printed lines expect a certificate, one is put. RSA, as their words say.
pub fn with_certificates(gate: Gate, server: &Server) -> World {
    let world = World::with(gate, server);
    let folder = world.folder.path().join("server0");
    let files = certificates::write(Certificate::Good, &world.net, &folder);
    let read = |path| std::fs::read_to_string(path).expect("a certificate");
    for (file, content) in [
        ("ssl/private/ftp.pem", &files.both),
        ("ssl/private/pure-ftpd.pem", &files.both),
        ("ssl/private/ftp.key", &files.key),
        ("ssl/certs/ftp.pem", &files.certificate),
    ] {
        world.net.replace_etc(Node::Server, file, &read(content));
    }
    world
}

#[test]
fn encryption() {
    let mut trials = Vec::new();
    let trusting = |world: &World| vec!["--ca".into(), world.authority(), world.explicit("/")];
    for software in ALL {
        let mut none =
            trial(format!("no TLS {software:?}"), Server::new(software), &["tls-unsupported"])
                .world(with_certificates)
                .configure("server-admin", "");
        none.args = trusting;
        none.after = none.after.secured();
        trials.push(none);
        if software.can_demand_reuse() {
            let tls = Tls { reuse: true, ..Tls::REQUIRED };
            let server = Server::new(software).with_tls(tls);
            let mut reuse =
                trial(format!("reuse {software:?}"), server, &["tls-session-reuse-required"])
                    .configure("server-admin", "");
            reuse.args = trusting;
            reuse.after = reuse.after.secured();
            trials.push(reuse);
        }
        for tool in [Tool::Nftables, Tool::Iptables] {
            let server = elsewhere(software).with_tls(Tls::OFFERED);
            let cause = &["tls-blinds-firewall-helper"];
            let mut blind = trial(format!("blind helper {software:?} {tool:?}"), server, cause)
                .world(move |gate, server| {
                    let mut world = World::with(gate, server);
                    world.add(&Helper { node: Node::Server });
                    tool.wall(&world, &control_only(Place::SERVER_IN));
                    world
                })
                .configure("server-admin", "a fixed passive range")
                .shell(Node::Server, tool.name(), "server-admin", RANGE_IN);
            blind.args = trusting;
            blind.after = blind.after.secured();
            trials.push(blind);
        }
        let server = elsewhere(software).with_tls(Tls::OFFERED);
        let cause = &["tls-blinds-firewall-helper"];
        let mut blind = trial(format!("blind helper at the NAT {software:?}"), server, cause)
            .world(worlds::server_nat_with_helper)
            .configure("server-admin", "a fixed passive range")
            .shell(Node::Router(3), "nftables", "server-admin", "Forward the")
            .configure("server-admin", "its public address, ");
        blind.args = trusting;
        blind.after = blind.after.secured();
        trials.push(blind);
    }
    for (software, demands) in [
        (Software::Vsftpd, Demands::All),
        (Software::ProFtpd, Demands::All),
        (Software::PureFtpd, Demands::All),
        (Software::Pyftpdlib, Demands::All),
        (Software::Vsftpd, Demands::Data),
        (Software::ProFtpd, Demands::Data),
        (Software::Pyftpdlib, Demands::Data),
    ] {
        let server = Server::new(software).with_tls(Tls { demands, ..Tls::OFFERED });
        let causes: (&'static [&'static str], &'static str) = match demands {
            Demands::Data => (&["data-tls-required"], "explicit TLS"),
            _ => (&["tls-required"], "ftpes://"),
        };
        let mut wanted = trial(format!("TLS wanted {software:?} {demands:?}"), server, causes.0);
        wanted.steps.push(Step::Read(take(causes.0, "user", causes.1, "")));
        wanted.then = Some(trusting);
        wanted.after = wanted.after.secured();
        trials.push(wanted);
    }
    play("encryption", trials);
}

#[test]
fn silence_and_long_packets() {
    const DROPPED: &[&str] = &["control-idle-dropped"];
    const HOLE: &[&str] = &["path-mtu-black-hole"];
    let mut trials = Vec::new();
    for software in [Software::Vsftpd, Software::ProFtpd, Software::Pyftpdlib] {
        let server = Server { idle: Some(4), ..Server::new(software) };
        let mut impatient = trial(format!("impatient {software:?}"), server, DROPPED)
            .more(&["--idle", "8s"])
            .configure("server-admin", "");
        impatient.after = impatient.after.within(45);
        trials.push(impatient);
    }
    for tool in ["nftables", "iptables"] {
        let server = Server::new(Software::Vsftpd);
        let mut forgetful = trial(format!("forgetful NAT {tool}"), server, DROPPED)
            .world(worlds::forgetful_nat)
            .more(&["--idle", "10s"])
            .shell(Node::Router(1), tool, "network-admin", "");
        forgetful.after = forgetful.after.within(45);
        trials.push(forgetful);
    }
    for (tool, v6) in TOOLS_IN.into_iter().flat_map(|tool| [(tool, false), (tool, true)]) {
        let server = Server { more: worlds::crowd(), ipv6: v6, ..Server::new(Software::Vsftpd) };
        let make = move |gate: Gate, server: &Server| {
            let world = World::with(gate, server);
            world.net.narrow(2, 1300);
            let deaf: Vec<Rule> =
                [Match::Unreachable, Match::TooBig].map(|what| rule([what], Action::Drop)).into();
            let firewall =
                Firewall { place: Place::SERVER_IN, rules: deaf, otherwise: Action::Accept };
            tool.wall(&world, &firewall);
            // The router's own chain, in which there is nothing yet.
            let free =
                Firewall { place: Place::router(2), rules: Vec::new(), otherwise: Action::Accept };
            Tool::Nftables.wall(&world, &free);
            world
        };
        let crowd = |v6: bool| -> fn(&World) -> Vec<String> {
            if v6 {
                |world| vec![world.url_v6("/crowd/")]
            } else {
                |world| vec![world.url("/crowd/")]
            }
        };
        let make_trial = |what: &str| {
            let mut it = trial(format!("{what} {tool:?} {v6}"), server.clone(), HOLE).world(make);
            if v6 {
                it = it.over_ipv6();
            }
            it.args = crowd(v6);
            it
        };
        trials.push(make_trial("deaf server").tool(tool).shell(
            Node::Server,
            tool.name(),
            "server-admin",
            "",
        ));
        if !matches!(tool, Tool::NftChain(_)) {
            trials.push(make_trial("clamp").shell(
                Node::Router(2),
                tool.name(),
                "network-admin",
                "",
            ));
        }
    }
    play("silence and long packets", trials);
}
