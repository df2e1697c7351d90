//! Lines for a gateway: what it forwards, lets through and reads along.

use std::net::IpAddr;

use super::lines::{chain, iptables, snippet};
use crate::diagnosis::finding::Snippet;
use crate::diagnosis::ports::Proposal;
use crate::evidence::Evidence;
use crate::facts::Mode;
use crate::wire::address::is_inner;

/// Stands in lines for the server's address behind the NAT, where no reply has told it.
const INNER: &str = "INNER-ADDRESS";

/// The server's address behind the NAT: the private one that a 227 names.
fn inner(evidence: &Evidence<'_>) -> String {
    evidence
        .facts
        .attempts
        .iter()
        .filter(|a| a.mode == Mode::Pasv)
        .filter_map(|a| Some(a.advertised?.ip()))
        .find(|ip| is_inner(*ip) && Some(*ip) != evidence.peer())
        .map_or_else(|| INNER.to_owned(), |ip| ip.to_string())
}

/// Forwards the passive range of a server behind a NAT to the same port numbers. A table of one's
/// own will do: unlike an accept, a translation is not overridden by other chains. IPv4 only.
pub fn forward_range(evidence: &Evidence<'_>, range: Proposal) -> Vec<Snippet> {
    let Some(public @ IpAddr::V4(_)) = evidence.peer() else { return Vec::new() };
    let (dash, colon, inner) = (range.span("-"), range.span(":"), inner(evidence));
    vec![
        snippet(
            "nftables",
            format!(
                "nft add table ip ftp-passive\n\
                 nft add chain ip ftp-passive prerouting '{{ type nat hook prerouting priority dstnat; }}'\n\
                 nft add rule ip ftp-passive prerouting ip daddr {public} tcp dport {dash} dnat to {inner}"
            ),
        ),
        snippet(
            "iptables",
            format!(
                "iptables -t nat -I PREROUTING -d {public} -p tcp --dport {colon} -j DNAT --to-destination {inner}"
            ),
        ),
        snippet("docker", format!("docker run -p 21:21 -p {dash}:{dash} …")),
    ]
}

/// Lets the passive range through a gateway that filters, by the address that clients connect to:
/// behind a NAT the packet has another one by then.
pub fn let_range_through(evidence: &Evidence<'_>, range: Proposal) -> Vec<Snippet> {
    let_ranges_through(evidence, &[range])
}

/// The same for several parts, a line each.
pub fn let_ranges_through(evidence: &Evidence<'_>, ranges: &[Proposal]) -> Vec<Snippet> {
    let Some(server) = evidence.peer() else { return Vec::new() };
    let family = if server.is_ipv6() { "ip6" } else { "ip" };
    let (chain, iptables) = (chain(evidence, "forward"), iptables(evidence));
    let nft = |range: &Proposal| {
        let dash = range.span("-");
        format!(
            "nft insert rule {chain} ct original {family} daddr {server} tcp dport {dash} accept"
        )
    };
    let old = |range: &Proposal| {
        let colon = range.span(":");
        format!(
            "{iptables} -I FORWARD -p tcp --dport {colon} -m conntrack --ctorigdst {server} -j ACCEPT"
        )
    };
    let each = |line: &dyn Fn(&Proposal) -> String| -> String {
        ranges.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    vec![snippet("nftables", each(&nft)), snippet("iptables", each(&old))]
}

/// Makes a gateway on Linux read along on the control port and rewrite what is announced there.
/// Nothing does so by itself since Linux 4.7.
pub fn ftp_helper(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let (port, iptables) = (evidence.control_port(), iptables(evidence));
    let nft = format!(
        "modprobe nf_nat_ftp\n\
         nft add table inet ftp-helper\n\
         nft add ct helper inet ftp-helper ftp '{{ type \"ftp\" protocol tcp; }}'\n\
         nft add chain inet ftp-helper prerouting '{{ type filter hook prerouting priority -150; }}'\n\
         nft add rule inet ftp-helper prerouting tcp dport {port} ct helper set '\"ftp\"'"
    );
    vec![
        snippet("nftables", nft.clone()),
        snippet(
            "iptables",
            format!(
                "modprobe nf_nat_ftp\n\
                 {iptables} -t raw -I PREROUTING -p tcp --dport {port} -j CT --helper ftp"
            ),
        ),
        snippet("linux-ftp-helper", nft),
    ]
}
