//! Lines for firewalls, and for what has to agree with them: the server's range and address.

use crate::diagnosis::finding::Snippet;
use crate::diagnosis::ports::{self, Proposal};
use crate::evidence::Evidence;
use crate::facts::System;

pub(super) fn snippet(software: &'static str, content: String) -> Snippet {
    Snippet { software, content }
}

/// Names that a snippet can be for, beside those of clients.
pub const SOFTWARE: [&str; 18] = [
    "vsftpd",
    "proftpd",
    "pure-ftpd",
    "pyftpdlib",
    "filezilla-server",
    "iis",
    "serv-u",
    "nftables",
    "iptables",
    "firewalld",
    "ufw",
    "netsh",
    "powershell",
    "aws",
    "gcp",
    "azure",
    "docker",
    "linux-ftp-helper",
];

/// `FAMILY TABLE CHAIN` as nft(8) wants it: the chain that was named, else the usual one of this
/// hook.
pub(super) fn chain(evidence: &Evidence<'_>, hook: &str) -> String {
    match &evidence.options.nft_chain {
        Some(named) => named.replace('/', " "),
        None => format!("inet filter {hook}"),
    }
}

pub(super) fn iptables(evidence: &Evidence<'_>) -> &'static str {
    if evidence.peer().is_some_and(|p| p.is_ipv6()) { "ip6tables" } else { "iptables" }
}

/// Lets the passive range into the chain that exists. An accept in a table of one's own overrides
/// no other chain's drop, so the line goes into the chain that drops.
///
/// Several parts get a line each, or one line for all where a second one would take the first one's
/// place.
pub fn open_passive_ranges(evidence: &Evidence<'_>, ranges: &[Proposal]) -> Vec<Snippet> {
    let each = |line: &dyn Fn(&str, &str) -> String, between: &str| -> String {
        let lines = ranges.iter().map(|range| line(&range.span("-"), &range.span(":")));
        lines.collect::<Vec<_>>().join(between)
    };
    let iptables = iptables(evidence);
    let chain = chain(evidence, "input");
    let anywhere = if evidence.peer().is_some_and(|p| p.is_ipv6()) { "::/0" } else { "0.0.0.0/0" };
    let cidr = if anywhere == "::/0" { "Ipv6Ranges=[{CidrIpv6" } else { "IpRanges=[{CidrIp" };
    let aws: Vec<String> = ranges
        .iter()
        .map(|Proposal { min, max, .. }| {
            format!(
                "aws ec2 authorize-security-group-ingress --group-id sg-YOURS --ip-permissions 'IpProtocol=tcp,FromPort={min},ToPort={max},{cidr}={anywhere}}}]'"
            )
        })
        .collect();
    vec![
        snippet(
            "nftables",
            each(&|dash, _| format!("nft insert rule {chain} tcp dport {dash} accept"), "\n"),
        ),
        snippet(
            "iptables",
            each(&|_, colon| format!("{iptables} -I INPUT -p tcp --dport {colon} -j ACCEPT"), "\n"),
        ),
        snippet(
            "firewalld",
            format!(
                "firewall-cmd --permanent {}\nfirewall-cmd --reload",
                each(&|dash, _| format!("--add-port={dash}/tcp"), " ")
            ),
        ),
        snippet("ufw", each(&|_, colon| format!("ufw allow {colon}/tcp"), "\n")),
        snippet(
            "netsh",
            format!(
                "netsh advfirewall firewall add rule name=\"FTP passive\" dir=in action=allow protocol=TCP localport={}",
                each(&|dash, _| dash.to_owned(), ",")
            ),
        ),
        snippet(
            "powershell",
            format!(
                "New-NetFirewallRule -DisplayName \"FTP passive\" -Direction Inbound -Action Allow -Protocol TCP -LocalPort {}",
                each(&|dash, _| dash.to_owned(), ",")
            ),
        ),
        snippet("aws", aws.join("\n")),
        snippet(
            "gcp",
            format!(
                "gcloud compute firewall-rules create allow-ftp-passive --direction=INGRESS --action=ALLOW --rules={} --source-ranges={anywhere}",
                each(&|dash, _| format!("tcp:{dash}"), ",")
            ),
        ),
        snippet(
            "azure",
            format!(
                "az network nsg rule create -g GROUP --nsg-name NSG -n AllowFtpPassive --priority 1000 --direction Inbound --access Allow --protocol Tcp --destination-port-ranges {}",
                each(&|dash, _| dash.to_owned(), " ")
            ),
        ),
        snippet(
            "docker",
            format!("docker run -p 21:21 {} …", each(&|dash, _| format!("-p {dash}:{dash}"), " ")),
        ),
    ]
}

/// Sets the server's passive range, for the recognised software first.
pub fn set_passive_range(evidence: &Evidence<'_>, range: Proposal) -> Vec<Snippet> {
    let Proposal { min, max, .. } = range;
    let all = [
        ("vsftpd", format!("pasv_enable=YES\npasv_min_port={min}\npasv_max_port={max}")),
        ("proftpd", format!("PassivePorts {min} {max}")),
        ("pure-ftpd", super::settings::pure_ftpd(&[("PassivePortRange", &format!("{min} {max}"))])),
        ("pyftpdlib", format!("handler.passive_ports = range({min}, {})", u32::from(max) + 1)),
        (
            "iis",
            format!(
                "appcmd set config /section:system.ftpServer/firewallSupport /lowDataChannelPort:{min} /highDataChannelPort:{max} /commit:apphost\nnet stop ftpsvc & net start ftpsvc"
            ),
        ),
        (
            "filezilla-server",
            format!("Settings, Protocols, FTP, Passive mode: custom port range {min} to {max}"),
        ),
        ("serv-u", format!("Limits & Settings, Network: PASV port range {min} to {max}")),
    ];
    narrowed(evidence, all)
}

/// Lets the message through that tells a sender to send less at once.
pub fn let_icmp_in(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let (nft, iptables) = if evidence.peer().is_some_and(|p| p.is_ipv6()) {
        (
            "icmpv6 type packet-too-big",
            "ip6tables -I INPUT -p icmpv6 --icmpv6-type packet-too-big -j ACCEPT",
        )
    } else {
        (
            "icmp type destination-unreachable",
            "iptables -I INPUT -p icmp --icmp-type fragmentation-needed -j ACCEPT",
        )
    };
    vec![
        snippet("nftables", format!("nft insert rule {} {nft} accept", chain(evidence, "input"))),
        snippet("iptables", iptables.to_owned()),
    ]
}

/// Makes both ends agree on segments that fit, on the router at the small link.
pub fn clamp_mss(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let iptables = iptables(evidence);
    vec![
        snippet(
            "nftables",
            "nft insert rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu"
                .to_owned(),
        ),
        snippet(
            "iptables",
            format!(
                "{iptables} -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu"
            ),
        ),
    ]
}

/// Makes the server announce its public address.
pub fn set_passive_address(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let address = evidence.peer().map_or_else(|| "PUBLIC-ADDRESS".to_owned(), |p| p.to_string());
    let all = [
        ("vsftpd", format!("pasv_address={address}")),
        ("proftpd", format!("MasqueradeAddress {address}")),
        ("pure-ftpd", super::settings::pure_ftpd(&[("ForcePassiveIP", &address)])),
        ("pyftpdlib", format!("handler.masquerade_address = \"{address}\"")),
        (
            "iis",
            format!(
                "appcmd set config -section:system.applicationHost/sites /siteDefaults.ftpServer.firewallSupport.externalIp4Address:{address} /commit:apphost"
            ),
        ),
        (
            "filezilla-server",
            format!("Settings, Protocols, FTP, Passive mode: public IP {address}"),
        ),
        ("serv-u", format!("the listener's PASV IP address: {address}")),
    ];
    narrowed(evidence, all)
}

/// Lets the server's calls to clients out, at the server itself. Where it is not known which port
/// they come from, from any.
pub fn let_active_out(evidence: &Evidence<'_>) -> Vec<Snippet> {
    let from = ports::calls_from(evidence);
    let nft = from.map_or_else(String::new, |port| format!("tcp sport {port} "));
    let end = from.map_or_else(String::new, |port| format!("--sport {port} "));
    let iptables = iptables(evidence);
    // A chain that was named may be one for incoming packets, where this line without its source
    // would let everybody in.
    let own = evidence.options.nft_chain.as_ref().map_or("", |_| "fib saddr type local ");
    vec![
        snippet(
            "nftables",
            format!(
                "nft insert rule {} {own}{nft}tcp dport 1024-65535 accept",
                chain(evidence, "output")
            ),
        ),
        snippet(
            "iptables",
            format!("{iptables} -I OUTPUT -p tcp {end}--dport 1024:65535 -j ACCEPT"),
        ),
    ]
}

/// Lets the client's knocks at passive ports out: at this machine, or at the gateway that forwards.
pub fn let_passive_out(evidence: &Evidence<'_>, at_gateway: bool) -> Vec<Snippet> {
    let (nft, iptables) = if at_gateway { ("forward", "FORWARD") } else { ("output", "OUTPUT") };
    let mut all = to_chains(evidence, nft, iptables, ("daddr", "-d"));
    all.extend(windows_rules(evidence, at_gateway, Call::ToServer));
    all
}

/// Lets the server's calls in: at this machine, or at the gateway that forwards. From which port
/// they come depends on the server.
pub fn let_active_in(evidence: &Evidence<'_>, at_gateway: bool) -> Vec<Snippet> {
    let (nft, iptables) = if at_gateway { ("forward", "FORWARD") } else { ("input", "INPUT") };
    let mut all = to_chains(evidence, nft, iptables, ("saddr", "-s"));
    all.extend(windows_rules(evidence, at_gateway, Call::FromServer));
    all
}

/// Who opens a data connection, seen from the client.
#[derive(Clone, Copy)]
enum Call {
    ToServer,
    FromServer,
}

/// The same for the firewall of Windows, where that is what the run was made on, in the words of its two
/// command lines. A gateway is no such machine.
fn windows_rules(evidence: &Evidence<'_>, at_gateway: bool, call: Call) -> Vec<Snippet> {
    let (Some(server), Some(System::Windows), false) =
        (evidence.peer(), evidence.facts.system, at_gateway)
    else {
        return Vec::new();
    };
    let (mode, way, direction, end) = match call {
        Call::ToServer => ("passive", "out", "Outbound", "Remote"),
        Call::FromServer => ("active", "in", "Inbound", "Local"),
    };
    let port = end.to_ascii_lowercase();
    vec![
        snippet(
            "netsh",
            format!(
                "netsh advfirewall firewall add rule name=\"FTP {mode}\" dir={way} action=allow protocol=TCP remoteip={server} {port}port=1024-65535"
            ),
        ),
        snippet(
            "powershell",
            format!(
                "New-NetFirewallRule -DisplayName \"FTP {mode}\" -Direction {direction} -Action Allow -Protocol TCP -RemoteAddress {server} -{end}Port 1024-65535"
            ),
        ),
    ]
}

fn to_chains(evidence: &Evidence<'_>, nft: &str, chain: &str, end: (&str, &str)) -> Vec<Snippet> {
    let Some(server) = evidence.peer() else { return Vec::new() };
    let family = if server.is_ipv6() { "ip6" } else { "ip" };
    let iptables = iptables(evidence);
    let hook = self::chain(evidence, nft);
    let (nft_end, iptables_end) = end;
    vec![
        snippet(
            "nftables",
            format!(
                "nft insert rule {hook} {family} {nft_end} {server} tcp dport 1024-65535 accept"
            ),
        ),
        snippet(
            "iptables",
            format!(
                "{iptables} -I {chain} -p tcp {iptables_end} {server} --dport 1024:65535 -j ACCEPT"
            ),
        ),
    ]
}

/// Makes a NAT or stateful firewall on Linux remember silent connections (RFC 5382, REQ-5).
pub fn remember_longer() -> Vec<Snippet> {
    let line = "sysctl net.netfilter.nf_conntrack_tcp_timeout_established=7440";
    ["nftables", "iptables"].map(|software| snippet(software, line.to_owned())).into()
}

pub(super) fn narrowed<const N: usize>(
    evidence: &Evidence<'_>,
    all: [(&'static str, String); N],
) -> Vec<Snippet> {
    // What was asked for is given even where another software was recognised.
    let wanted = &evidence.options.fix_for;
    let named = |software: &str| wanted.iter().any(|name| name == software);
    if all.iter().any(|(software, _)| named(software)) {
        let chosen = all.into_iter().filter(|(software, _)| named(software));
        return chosen.map(|(software, content)| snippet(software, content)).collect();
    }
    // Lines for other software than the recognised one help nobody.
    let known = evidence.product();
    all.into_iter()
        .filter(|(software, _)| known.is_none_or(|k| k == *software))
        .map(|(software, content)| snippet(software, content))
        .collect()
}
