//! Networks: `client — r1 — … — rN — server`, a namespace for each, both address families.
//!
//! A node's number is its hop: 0 is the client, 1 to N the routers, N + 1 the server. A twin, where
//! there is one, is another server behind the last router.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{gate, sh};

/// A machine in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Client,
    /// Counted from the client, beginning with 1.
    Router(usize),
    Server,
    /// A second server, with a private address on a link of its own to the last router.
    Twin,
}

/// What a machine's IPv4 address is; IPv6 addresses are always public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Public,
    /// Known on its own link only: nothing comes through without a NAT at the gateway.
    Private,
}

/// What a network looks like.
#[derive(Clone, Copy, Debug)]
pub struct Topology {
    /// How many routers there are, at least one.
    pub routers: usize,
    pub client: Address,
    pub server: Address,
    /// There is a [`Node::Twin`].
    pub twin: bool,
}

impl Default for Topology {
    fn default() -> Self {
        Self { routers: 3, client: Address::Public, server: Address::Public, twin: false }
    }
}

/// The interface that leads to the client, on every machine but the client.
pub const TO_CLIENT: &str = "to-client";
/// The interface that leads to the server, on every machine but the server.
pub const TO_SERVER: &str = "to-server";
/// The last router's interface that leads to the twin.
const TO_TWIN: &str = "to-twin";
/// Both ends of that link: the router, and the twin.
const TWINS: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 0, 10, 1), Ipv4Addr::new(10, 0, 10, 2)];

/// A network that is up; dropped, it is gone with everything that runs in it.
pub struct Net {
    pub topology: Topology,
    namespaces: Vec<String>,
}

impl Net {
    /// Builds the network.
    pub fn new(topology: Topology) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        assert!(topology.routers >= 1, "there is at least one router");
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("{}{}-{count}", gate::PREFIX, std::process::id());
        let last = topology.routers + 1;
        let mut namespaces: Vec<String> = (0..=last)
            .map(|hop| match hop {
                0 => format!("{prefix}-client"),
                hop if hop == last => format!("{prefix}-server"),
                hop => format!("{prefix}-r{hop}"),
            })
            .collect();
        if topology.twin {
            namespaces.push(format!("{prefix}-twin"));
        }
        // From here on a panic takes down what is already up.
        let net = Self { topology, namespaces };
        net.connect();
        for hop in 0..=last {
            net.configure(hop);
        }
        if topology.twin {
            net.configure_twin();
        }
        net
    }

    /// The namespace of a machine.
    pub fn namespace(&self, node: Node) -> &str {
        let beside = usize::from(node == Node::Twin);
        &self.namespaces[self.hop(node) + beside]
    }

    /// All machines, from the client to the server.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        let routers = (1..=self.topology.routers).map(Node::Router);
        let twin = self.topology.twin.then_some(Node::Twin);
        [Node::Client].into_iter().chain(routers).chain([Node::Server]).chain(twin)
    }

    /// The hop at which a machine is.
    pub fn hop(&self, node: Node) -> usize {
        match node {
            Node::Client => 0,
            Node::Router(hop) if (1..=self.topology.routers).contains(&hop) => hop,
            Node::Router(hop) => panic!("there is no router {hop}"),
            Node::Server => self.topology.routers + 1,
            Node::Twin if self.topology.twin => self.topology.routers + 1,
            Node::Twin => panic!("there is no twin"),
        }
    }

    /// The client's own address.
    pub fn client_v4(&self) -> Ipv4Addr {
        self.v4(0, End::Client)
    }

    /// The server's own address.
    pub fn server_v4(&self) -> Ipv4Addr {
        self.v4(self.topology.routers, End::Server)
    }

    /// The address by which the Internet knows the server: its own, or its gateway's.
    pub fn public_v4(&self) -> Ipv4Addr {
        match self.topology.server {
            Address::Public => self.server_v4(),
            Address::Private => self.v4(self.topology.routers - 1, End::Server),
        }
    }

    /// The twin's own address.
    pub fn twin_v4() -> Ipv4Addr {
        TWINS[1]
    }

    /// The address that a router shows to the server's side.
    pub fn outer_v4(&self, hop: usize) -> Ipv4Addr {
        self.v4(hop, End::Client)
    }

    /// Gives a router one more address on its server's side, beside [`Net::outer_v4`].
    pub fn add_outer_v4(&self, hop: usize) -> Ipv4Addr {
        let [a, b, c, _] = self.outer_v4(hop).octets();
        let more = Ipv4Addr::new(a, b, c, 77);
        let script = format!("ip addr add {more}/24 dev {TO_SERVER}\n");
        sh::inside(self.namespace(Node::Router(hop)), &script);
        more
    }

    /// Gives half of the flows from router 2 to router 3 a way that is a hop longer, each by its ports
    /// (IPv4): the ways are balanced, and not of one length.
    pub fn balance(&mut self) {
        let prefix = self.namespaces[0].trim_end_matches("-client").to_owned();
        let name = format!("{prefix}-detour");
        let (two, three) = (self.namespaces[2].clone(), self.namespaces[3].clone());
        self.namespaces.push(name.clone());
        sh::run(
            "ip",
            &["-batch", "-"],
            &format!(
                "netns add {name}\n\
                 link add to-detour index 12 netns {two} type veth peer name {TO_CLIENT} index 22 netns {name}\n\
                 link add {TO_SERVER} index 13 netns {name} type veth peer name from-detour index 23 netns {three}\n"
            ),
        );
        let up = |device: &str| {
            format!(
                "ip link set {device} up\nuntil grep -q up /sys/class/net/{device}/operstate; do sleep 0.01; done\n"
            )
        };
        sh::inside(&two, "ip addr add 198.18.101.1/24 dev to-detour\nip link set to-detour up\n");
        sh::inside(
            &three,
            "ip addr add 198.18.102.2/24 dev from-detour\nip link set from-detour up\n",
        );
        sh::inside(
            &name,
            &format!(
                "echo 1 >/proc/sys/net/ipv4/ip_forward\n\
                 echo 0 >/proc/sys/net/ipv4/icmp_ratelimit\n\
                 ip link set lo up\n\
                 for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$file; done\n\
                 ip addr add 198.18.101.2/24 dev {TO_CLIENT}\n\
                 ip addr add 198.18.102.1/24 dev {TO_SERVER}\n{}{}\
                 ip route add default via 198.18.101.1\n\
                 ip route add 203.0.113.0/24 via 198.18.102.2\n",
                up(TO_CLIENT),
                up(TO_SERVER)
            ),
        );
        sh::inside(
            &three,
            "for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$file; done\n",
        );
        // By addresses and ports, as carriers do.
        let straight = self.v4(2, End::Server);
        sh::inside(
            &two,
            &format!(
                "for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$file; done\n\
                 echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy\n\
                 ip route replace 203.0.113.0/24 nexthop via {straight} nexthop via 198.18.101.2\n"
            ),
        );
    }

    /// Takes a machine's cable out, on the side of the client.
    pub fn unplug(&self, node: Node) {
        sh::inside(self.namespace(node), &format!("ip link set {TO_CLIENT} down\n"));
    }

    /// Lets nothing longer pass between the machine at a hop and the one behind it.
    pub fn narrow(&self, hop: usize, mtu: u32) {
        let near = format!("ip link set {TO_SERVER} mtu {mtu}\n");
        sh::inside(&self.namespaces[hop], &near);
        let far = format!("ip link set {TO_CLIENT} mtu {mtu}\n");
        sh::inside(&self.namespaces[hop + 1], &far);
    }

    /// Sets a number below /proc/sys/net on one machine.
    pub fn set(&self, node: Node, name: &str, number: u64) {
        sh::inside(self.namespace(node), &format!("echo {number} >/proc/sys/net/{name}\n"));
    }

    /// The server's address.
    pub fn server_v6(&self) -> Ipv6Addr {
        v6(self.topology.routers, End::Server)
    }

    /// The address of one end of a link. Link k joins the hops k and k + 1.
    fn v4(&self, link: usize, end: End) -> Ipv4Addr {
        let [a, b, c] = self.network(link);
        // The client and the server are .2, a router towards either of them is .1.
        let host = match (end, link) {
            (End::Client, 0) | (End::Server, 1..) => 2,
            (End::Client, _) | (End::Server, 0) => 1,
        };
        Ipv4Addr::new(a, b, c, host)
    }

    fn network(&self, link: usize) -> [u8; 3] {
        let Topology { routers, client, server, .. } = self.topology;
        match (link, client, server) {
            (0, Address::Public, _) => [198, 51, 100],
            (0, Address::Private, _) => [10, 0, 1],
            (link, _, Address::Public) if link == routers => [203, 0, 113],
            (link, _, Address::Private) if link == routers => [10, 0, 9],
            (link, _, Address::Private) if link + 1 == routers => [203, 0, 113],
            (link, _, _) => [198, 18, u8::try_from(link).expect("few routers")],
        }
    }

    /// Makes the namespaces and the links between them.
    fn connect(&self) {
        let mut batch = String::new();
        for name in &self.namespaces {
            let _ = writeln!(batch, "netns add {name}");
        }
        // Where both ends of a pair have the same index, the kernel takes up to a second to notice
        // that the link is up, and drops what is sent before.
        let last = self.topology.routers + 1;
        for pair in self.namespaces[..=last].windows(2) {
            let (near, far) = (&pair[0], &pair[1]);
            let _ = writeln!(
                batch,
                "link add {TO_SERVER} index 10 netns {near} type veth \
                 peer name {TO_CLIENT} index 20 netns {far}"
            );
        }
        if self.topology.twin {
            let (near, far) = (&self.namespaces[last - 1], &self.namespaces[last + 1]);
            let _ = writeln!(
                batch,
                "link add {TO_TWIN} index 11 netns {near} type veth \
                 peer name {TO_CLIENT} index 20 netns {far}"
            );
        }
        sh::run("ip", &["-batch", "-"], &batch);
    }

    /// Gives the twin, and the last router towards it, their addresses and routes.
    fn configure_twin(&self) {
        let [near, far] = TWINS;
        let router = format!("ip addr add {near}/24 dev {TO_TWIN}\nip link set {TO_TWIN} up\n");
        sh::inside(self.namespace(Node::Router(self.topology.routers)), &router);
        let twin = format!(
            "ip link set lo up\nip addr add {far}/24 dev {TO_CLIENT}\n\
             ip link set {TO_CLIENT} up\nip route add default via {near}\n\
             until grep -q up /sys/class/net/{TO_CLIENT}/operstate; do sleep 0.01; done\n"
        );
        sh::inside(self.namespace(Node::Twin), &twin);
    }

    /// Gives one machine its settings, addresses and routes.
    fn configure(&self, hop: usize) {
        let last = self.topology.routers + 1;
        let router = (1..last).contains(&hop);
        // Without duplicate address detection, addresses are there at once.
        let mut script = String::from(
            "cd /proc/sys/net\n\
             for file in ipv6/conf/*/accept_dad ipv4/conf/*/rp_filter; do echo 0 >$file; done\n\
             echo 0 >ipv4/icmp_ratelimit\n\
             echo 0 >ipv6/icmp/ratelimit\n",
        );
        if router {
            script += "echo 1 >ipv4/ip_forward\necho 1 >ipv6/conf/all/forwarding\n";
        }
        script += "ip -batch - <<'END'\nlink set lo up\n";
        if hop > 0 {
            script += &self.address(hop - 1, End::Server, TO_CLIENT);
        }
        if hop < last {
            script += &self.address(hop, End::Client, TO_SERVER);
        }
        script += &self.routes(hop);
        script += "END\n";
        if hop > 0 {
            // The machine before this one is up already: now the link must come up.
            let _ = writeln!(
                script,
                "until grep -q up /sys/class/net/{TO_CLIENT}/operstate; do sleep 0.01; done"
            );
        }
        sh::inside(&self.namespaces[hop], &script);
    }

    fn address(&self, link: usize, end: End, interface: &str) -> String {
        let (v4, v6) = (self.v4(link, end), v6(link, end));
        format!(
            "addr add {v4}/24 dev {interface}\n\
             addr add {v6}/64 dev {interface} nodad\n\
             link set {interface} up\n"
        )
    }

    fn routes(&self, hop: usize) -> String {
        let last = self.topology.routers + 1;
        if hop == 0 || hop == last {
            let (link, end) = if hop == 0 { (0, End::Server) } else { (last - 1, End::Client) };
            let (v4, v6) = (self.v4(link, end), v6(link, end));
            return format!("route add default via {v4}\nroute add default via {v6}\n");
        }
        // Private addresses vanish without an answer, as they do on the Internet.
        let mut routes = String::from("route add blackhole 10.0.0.0/8\n");
        // Towards the client: the links before the one that is our own; towards the server: after.
        let links = (0..hop.saturating_sub(1)).map(|link| (link, hop - 1, End::Client));
        let links = links.chain((hop + 1..last).map(|link| (link, hop, End::Server)));
        for (link, via, end) in links {
            let [a, b, c] = self.network(link);
            if a != 10 {
                let _ = writeln!(routes, "route add {a}.{b}.{c}.0/24 via {}", self.v4(via, end));
            }
            let _ = writeln!(routes, "route add 2001:db8:{link:x}::/64 via {}", v6(via, end));
        }
        routes
    }

    /// Puts a file in the place of one in /etc, for the processes of one machine.
    ///
    /// `ip netns exec` mounts what is in /etc/netns/NAME over /etc.
    pub fn replace_etc(&self, node: Node, file: &str, content: &str) {
        let path = format!("/etc/netns/{}/{file}", self.namespace(node));
        let folder = path.rsplit_once('/').expect("an absolute path").0;
        fs::create_dir_all(folder).expect("root can write to /etc/netns");
        fs::write(&path, content).expect("root can write to /etc/netns");
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for name in &self.namespaces {
            gate::remove(name);
        }
    }
}

/// An end of a link: the one that is nearer to the client, or to the server.
#[derive(Clone, Copy)]
enum End {
    Client,
    Server,
}

fn v6(link: usize, end: End) -> Ipv6Addr {
    let host = match end {
        End::Client => 1,
        End::Server => 2,
    };
    let link = u16::try_from(link).expect("few routers");
    Ipv6Addr::new(0x2001, 0xdb8, link, 0, 0, 0, 0, host)
}
