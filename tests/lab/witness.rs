//! A witness in the server's packet filter: what comes in clear is seen there, TLS or not.

use std::net::Ipv4Addr;

use super::firewall::Ruleset;
use super::net::Node;

/// Counts the packets to a control port that begin with USER or PASS, and lets them pass.
pub struct Witness;

impl Witness {
    /// What was counted, as the packet filter lists it.
    pub fn count(rules: &str) -> u32 {
        let line = rules.lines().find(|line| line.contains("@ih"));
        let packets = line.and_then(|line| line.split_once("packets ")).map(|(_, rest)| rest);
        let number = packets.and_then(|rest| rest.split(' ').next()?.parse().ok());
        number.unwrap_or_else(|| panic!("nobody watches:\n{rules}"))
    }
}

impl Ruleset for Witness {
    fn node(&self) -> Node {
        Node::Server
    }

    fn render(&self, name: &str, _server: Ipv4Addr) -> String {
        // The first four bytes behind the TCP header: USER, PASS, user, pass. Before any firewall.
        format!(
            "table inet {name} {{\nchain input {{\n\
             type filter hook input priority -200; policy accept;\n\
             tcp dport {{ 21, 990 }} \
             @ih,0,32 {{ 0x55534552, 0x50415353, 0x75736572, 0x70617373 }} counter\n}}\n}}\n"
        )
    }
}
