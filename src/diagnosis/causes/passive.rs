//! Data connections that the client opens.

use std::net::IpAddr;

use super::build::{Build, finding};
use crate::diagnosis::case::{Case, ModeView};
use crate::diagnosis::finding::{Confidence, Finding, Location, Severity, Side, Who};
use crate::diagnosis::location::{self, Located, ResetFrom};
use crate::diagnosis::reason::brief;
use crate::diagnosis::text::Text;
use crate::diagnosis::{ports, remedies};
use crate::facts::{Attempt, Family, Icmp, Mode, Outcome, Purpose, Why};
use crate::wire::address::AddressOddity;
use crate::wire::peer;

/// Passive modes whose knocks ended in one of these ways, if no passive mode works.
fn ended<'v, 'a>(case: &'v Case<'a>, wanted: &[Outcome]) -> Vec<&'v ModeView<'a>> {
    if case.passive_open() {
        return Vec::new();
    }
    case.passive().into_iter().filter(|v| wanted.contains(&v.outcome())).collect()
}

/// Whether every passive mode that got as far as knocking ended in one of these ways. A command
/// that was refused says nothing about the way.
fn all_end(case: &Case<'_>, wanted: &[Outcome]) -> bool {
    case.passive().iter().all(|v| v.outcome() == Outcome::Rejected || wanted.contains(&v.outcome()))
}

/// Nobody answers at any announced port, or a filter says no; nobody knows on whose side.
pub fn firewall_blocks(case: &Case<'_>) -> Option<Finding> {
    blocked(case, "firewall-blocks-passive")
}

/// The same, and packets die at the server's end of the way.
pub fn server_firewall_blocks(case: &Case<'_>) -> Option<Finding> {
    blocked(case, "server-firewall-blocks-passive")
}

/// The same, and packets die at this machine or its gateway.
pub fn client_firewall_blocks(case: &Case<'_>) -> Option<Finding> {
    blocked(case, "client-firewall-blocks-passive")
}

/// What stops the knocks, and where.
struct Stop {
    located: Option<Located>,
    kind: &'static str,
    sender: Option<IpAddr>,
}

fn stop(case: &Case<'_>, attempts: &[&Attempt], reset: bool) -> Stop {
    let icmp: Option<Icmp> = attempts.iter().find_map(|a| match a.why {
        Why::Icmp { icmp } => icmp,
        _ => None,
    });
    if let Some(icmp) = icmp {
        let located = location::reject(case.facts, icmp);
        return Stop { located, kind: "icmp", sender: icmp.sender };
    }
    if reset {
        let located = match location::reset(case.facts) {
            Some(ResetFrom::Box(located)) => Some(located),
            _ => None,
        };
        return Stop { located, kind: "reset", sender: None };
    }
    Stop { located: location::silence(case.facts), kind: "silent", sender: None }
}

/// RSTs that come from a box on the way are a firewall's.
fn reset_by_a_box(case: &Case<'_>) -> bool {
    matches!(location::reset(case.facts), Some(ResetFrom::Box(_)))
}

fn blocked(case: &Case<'_>, wanted_id: &'static str) -> Option<Finding> {
    let mut wanted = vec![Outcome::TimedOut, Outcome::Prohibited, Outcome::Unreachable];
    let mut reset = false;
    if ended(case, &wanted).is_empty() && reset_by_a_box(case) {
        wanted = vec![Outcome::Refused];
        reset = true;
    }
    let views = ended(case, &wanted);
    let first = views.first()?;
    let attempts: Vec<&Attempt> = views
        .iter()
        .flat_map(|v| &v.all)
        .filter(|a| a.outcome != Outcome::NotTested)
        .copied()
        .collect();
    let stop = stop(case, &attempts, reset);
    let side = stop.located.map_or(Side::Unknown, |l| l.side());
    let id = match side {
        Side::Server => "server-firewall-blocks-passive",
        Side::Client => "client-firewall-blocks-passive",
        Side::Path | Side::Unknown => "firewall-blocks-passive",
    };
    if id != wanted_id {
        return None;
    }
    // Several ports, several SYNs each, while the control port of the same host answers: a filter.
    let agreed = attempts.len() >= 2 && all_end(case, &wanted);
    let confidence = match (&stop.located, agreed) {
        (Some(located), true) if side != Side::Unknown => located.confidence,
        (_, true) => Confidence::Likely,
        (_, false) => Confidence::Possible,
    };
    let ports = case.announced_ports();
    let active = if case.active_open() { "yes" } else { "no" };
    let text = Text::new(format!("firewall-blocks-passive-text-{}", stop.kind))
        .with("ports", ports::list(&ports))
        .with("count", ports.len())
        .with("control", case.control_port())
        .with("active", active)
        .with("sender", stop.sender.map_or_else(|| "?".to_owned(), |s| s.to_string()))
        .with("where", place(stop.located.as_ref(), stop.sender));
    let mut build = finding(id, confidence, text)
        .side(side)
        .explains(&views)
        .saw(Text::new("seen-control-works").with("control", case.control_port()))
        .not_if(
            first.outcome() == Outcome::TimedOut,
            "passive-port-refused",
            Text::new("not-refused-silent"),
        )
        .not("passive-disabled", Text::new("not-disabled-announced"));
    if let Some(located) = stop.located {
        build = build.at(located.location).saw(seen_ladder(&located));
        build = match side {
            Side::Server => {
                build.not("client-firewall-blocks-passive", Text::new("not-client-passes"))
            }
            Side::Client => {
                build.not("server-firewall-blocks-passive", Text::new("not-server-near"))
            }
            Side::Path | Side::Unknown => build,
        };
    }
    if case.active_open() {
        build = build.saw(Text::new("seen-active-works"));
    }
    blocked_remedies(case, build, side).done()
}

fn blocked_remedies(case: &Case<'_>, build: Build, side: Side) -> Build {
    let range = ports::proposal(case);
    let server = case.peer.map_or_else(String::new, |p| p.to_string());
    let mut build = build;
    if side != Side::Client && side != Side::Path {
        if range.invented {
            build = build.fix(
                Who::ServerAdmin,
                Text::new("passive-range-fix-set").with("min", range.min).with("max", range.max),
                remedies::set_passive_range(case, range),
            );
        }
        let open = Text::new(if range.invented {
            "firewall-blocks-passive-fix-range"
        } else {
            "firewall-blocks-passive-fix-open"
        })
        .with("min", range.min)
        .with("max", range.max);
        build = build.fix(Who::ServerAdmin, open, remedies::open_passive_range(case, range));
    }
    let out = Text::new(match side {
        Side::Client => "client-firewall-blocks-passive-fix",
        _ => "firewall-blocks-passive-fix-client",
    })
    .with("server", server);
    if side == Side::Client {
        build = build.fix(Who::ClientAdmin, out, remedies::let_passive_out(case));
    } else if side == Side::Path {
        build =
            build.fix(Who::NetworkAdmin, Text::new("firewall-blocks-passive-fix-path"), Vec::new());
    } else if side == Side::Unknown {
        build = build.fix(Who::ClientAdmin, out, Vec::new());
    }
    build.fix_if(case.active_open(), Who::User, Text::new("fix-use-active")).fix_if(
        side == Side::Unknown,
        Who::User,
        Text::new("fix-decide-side"),
    )
}

/// Where packets die, in words.
pub fn place(located: Option<&Located>, sender: Option<IpAddr>) -> Text {
    let Some(located) = located else { return Text::new("where-unknown") };
    let Location { hop_min: Some(min), hop_max: Some(max), .. } = located.location else {
        return Text::new("where-unknown");
    };
    let hops = located.location.hops;
    let id = match (sender.is_some(), located.side(), max) {
        (true, _, 0) => "where-icmp-own",
        (true, _, _) => "where-icmp",
        (_, Side::Client, 0 | 1) if min == 0 => "where-own",
        (_, Side::Client, _) => "where-client",
        (_, Side::Server, _) => "where-server",
        (_, Side::Path, _) => "where-path",
        (_, Side::Unknown, _) => "where-wide",
    };
    Text::new(id)
        .with("min", u16::from(min))
        .with("max", u16::from(max))
        .with("hops", hops.map_or_else(|| "?".to_owned(), |h| h.to_string()))
}

/// The ladder as evidence.
pub fn seen_ladder(located: &Located) -> Text {
    let Location { hop_min, hop_max, hops, .. } = located.location;
    let word = |hop: Option<u8>| hop.map_or_else(|| "?".to_owned(), |h| h.to_string());
    Text::new("seen-ladder")
        .with("min", word(hop_min))
        .with("max", word(hop_max))
        .with("hops", word(hops))
}

/// RST at every announced port.
pub fn port_refused(case: &Case<'_>) -> Option<Finding> {
    let views = ended(case, &[Outcome::Refused]);
    views.first()?;
    let from = location::reset(case.facts);
    if matches!(from, Some(ResetFrom::Nat(_) | ResetFrom::Box(_))) {
        return None;
    }
    let located = match from {
        Some(ResetFrom::End(located)) => Some(located),
        _ => None,
    };
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 && all_end(case, &[Outcome::Refused]) {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    let ports = case.announced_ports();
    let id = if located.is_some() {
        "passive-port-refused-text-end"
    } else {
        "passive-port-refused-text"
    };
    let text = Text::new(id).with("ports", ports::list(&ports)).with("count", ports.len());
    let range = ports::proposal(case);
    let mut build = finding("passive-port-refused", confidence, text)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not("passive-disabled", Text::new("not-disabled-announced"));
    if let Some(located) = located {
        build = build
            .side(located.side())
            .at(located.location)
            .saw(seen_ladder(&located))
            .not("passive-ports-not-forwarded", Text::new("not-nat-as-far"));
    }
    build
        .fix(Who::ServerAdmin, Text::new("passive-port-refused-fix-server"), Vec::new())
        .fix(
            Who::NetworkAdmin,
            Text::new("passive-port-refused-fix-forward"),
            remedies::open_passive_range(case, range),
        )
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// RST from a box that has the server's address and stands before the server: a NAT that forwards
/// the control port and nothing else.
pub fn ports_not_forwarded(case: &Case<'_>) -> Option<Finding> {
    let views = ended(case, &[Outcome::Refused]);
    views.first()?;
    let Some(ResetFrom::Nat(located)) = location::reset(case.facts) else { return None };
    let ports = case.announced_ports();
    let hop = located.location.hop_min.unwrap_or(0);
    let text = Text::new("passive-ports-not-forwarded-text")
        .with("ports", ports::list(&ports))
        .with("control", case.control_port())
        .with("hop", u16::from(hop))
        .with("hops", u16::from(located.location.hops.unwrap_or(0)));
    finding("passive-ports-not-forwarded", located.confidence, text)
        .side(Side::Server)
        .at(located.location)
        .explains(&views)
        .saw(seen_ladder(&located))
        .not("passive-port-refused", Text::new("not-refused-nearer"))
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .fix(Who::ServerAdmin, Text::new("passive-ports-not-forwarded-fix"), Vec::new())
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

fn refused_for_good<'v, 'a>(case: &'v Case<'a>) -> Vec<&'v ModeView<'a>> {
    case.passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                code >= 500 && !out_of_ports(text) && !peer::is_data_tls_required(code, text)
            })
        })
        .collect()
}

/// The server refuses every passive command.
pub fn disabled(case: &Case<'_>) -> Option<Finding> {
    let refused = refused_for_good(case);
    let tested = case.passive();
    if refused.is_empty() || refused.len() != tested.len() {
        return None;
    }
    // One command alone may just not be implemented.
    let both = refused.len() == 2;
    if !both
        && case
            .facts
            .request
            .modes
            .iter()
            .filter(|m| m.is_passive() && case.family().is_some_and(|f| m.speaks(f)))
            .count()
            > 1
    {
        return None;
    }
    let (code, text) = refused.first()?.refusal()?;
    let confidence = match (both, case.active_open()) {
        (true, true) => Confidence::Proven,
        (true, false) | (false, true) => Confidence::Likely,
        (false, false) => Confidence::Possible,
    };
    let id = if case.active_open() {
        "passive-disabled-text-active-works"
    } else {
        "passive-disabled-text"
    };
    finding("passive-disabled", confidence, Text::new(id).with("reply", brief(code, text)))
        .side(Side::Server)
        .explains(&refused)
        .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-disabled-fix-server"),
            remedies::enable_passive(case),
        )
        .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// Words for "no port left" that some servers put behind a code for good (vsftpd: 500 OOPS).
fn out_of_ports(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("attempts to find a listening port")
        || text.contains("ports are busy")
        || text.contains("no free port")
        || text.contains("range exhausted")
        || text.contains("no available passive")
        || text.contains("no more ports")
}

/// The server says that it has no passive port left.
pub fn range_exhausted(case: &Case<'_>) -> Option<Finding> {
    let refused: Vec<&ModeView<'_>> = case
        .passive()
        .into_iter()
        .filter(|v| {
            v.refusal().is_some_and(|(code, text)| {
                ((400..500).contains(&code) || out_of_ports(text))
                    && !peer::is_wrong_family(code, text)
                    && !peer::is_too_many(code, text)
            })
        })
        .collect();
    let (code, text) = refused.first()?.refusal()?;
    let times: usize = refused.iter().map(|v| v.times()).sum();
    let said = out_of_ports(text) || text.to_ascii_lowercase().contains("address already in use");
    let confidence = if times >= 2 && said { Confidence::Likely } else { Confidence::Possible };
    finding(
        "passive-range-exhausted",
        confidence,
        Text::new("passive-range-exhausted-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&refused)
    .not("passive-disabled", Text::new("not-disabled-transient"))
    .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
    .fix(
        Who::ServerAdmin,
        Text::new("passive-range-exhausted-fix"),
        remedies::set_passive_range(case, ports::proposal(case)),
    )
    .done()
}

fn is_unroutable(address: IpAddr, peer: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else {
        return false;
    };
    if v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() {
        return true;
    }
    if v4.is_loopback() {
        return !peer.is_loopback();
    }
    is_inner(address) && !is_inner(peer) && !peer.is_loopback()
}

/// RFC 1918, RFC 6598 (carrier-grade NAT) and link-local: no address of the public Internet.
pub fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The 227 that names another address than the server's own, if one does.
fn foreign_227<'a>(case: &Case<'a>) -> Option<(&'a Attempt, IpAddr, IpAddr)> {
    let peer = case.peer?;
    let attempt = case.facts.attempts.iter().find(|a| {
        a.mode == Mode::Pasv
            && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
            && a.advertised.is_some_and(|at| at.ip() != peer)
    })?;
    Some((attempt, attempt.advertised?.ip(), peer))
}

/// The comparison of `--dial-advertised`.
fn dialled_there<'a>(case: &Case<'a>) -> Option<&'a Attempt> {
    case.facts
        .attempts
        .iter()
        .find(|a| a.mode == Mode::Pasv && a.purpose == Purpose::Comparison && a.dialled.is_some())
}

/// 227 names an address that cannot be reached from anywhere else.
pub fn address_unroutable(case: &Case<'_>) -> Option<Finding> {
    let (attempt, advertised, peer) = foreign_227(case)?;
    if !is_unroutable(advertised, peer) {
        return None;
    }
    let works = case.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    let zero = advertised.is_unspecified();
    let severity = if zero && works { Severity::Warning } else { Severity::Problem };
    let there = dialled_there(case);
    let confidence = match there {
        Some(there) if works && !there.is_open() => Confidence::Proven,
        Some(there) if there.is_open() => Confidence::Possible,
        _ if works => Confidence::Proven,
        _ => Confidence::Likely,
    };
    let id = match (zero, works) {
        (true, _) => "passive-address-unroutable-text-zero",
        (false, true) => "passive-address-unroutable-text-works",
        (false, false) => "passive-address-unroutable-text",
    };
    let port = attempt.advertised.map_or(0, |a| a.port());
    let text = Text::new(id).with("advertised", advertised).with("peer", peer).with("port", port);
    let mut build = finding("passive-address-unroutable", confidence, text)
        .side(Side::Server)
        .severity(severity)
        .saw(Text::new("seen-advertised").with("advertised", advertised).with("peer", peer));
    build = build.attempt(attempt);
    if let Some(there) = there {
        build = build.attempt(there);
    }
    if let Some(epsv) = case.mode(Mode::Epsv).filter(|v| v.is_open()) {
        build = build.attempt(epsv.shown);
    }
    build
        .not_if(
            works,
            "firewall-blocks-passive",
            Text::new("not-firewall-peer-works").with("peer", peer),
        )
        .fix(
            Who::ServerAdmin,
            Text::new("passive-address-fix-server").with("peer", peer),
            remedies::set_passive_address(case),
        )
        .fix(Who::User, Text::new("passive-address-fix-user"), Vec::new())
        .done()
}

/// 227 names another address, which may or may not be the server's.
pub fn address_mismatch(case: &Case<'_>) -> Option<Finding> {
    let (attempt, advertised, peer) = foreign_227(case)?;
    if is_unroutable(advertised, peer) {
        return None;
    }
    let works = case.mode(Mode::Pasv).is_some_and(ModeView::is_open);
    let there = dialled_there(case);
    let known = case.facts.names.addresses.contains(&advertised);
    let (id, severity, confidence) = match there {
        Some(there) if there.is_open() => {
            ("passive-address-mismatch-text-open", Severity::Info, Confidence::Proven)
        }
        Some(_) if works => {
            ("passive-address-mismatch-text-dead", Severity::Problem, Confidence::Proven)
        }
        Some(_) => ("passive-address-mismatch-text-dead", Severity::Problem, Confidence::Likely),
        None if known => {
            ("passive-address-mismatch-text-known", Severity::Info, Confidence::Likely)
        }
        None if works => ("passive-address-mismatch-text", Severity::Warning, Confidence::Likely),
        // Nobody answers where we knocked: the other address may be the right door.
        None => ("passive-address-mismatch-text-fails", Severity::Problem, Confidence::Possible),
    };
    let text = Text::new(id).with("advertised", advertised).with("peer", peer);
    let mut build = finding("passive-address-mismatch", confidence, text)
        .side(Side::Server)
        .severity(severity)
        .saw(Text::new("seen-advertised").with("advertised", advertised).with("peer", peer))
        .attempt(attempt);
    if let Some(there) = there {
        build = build.attempt(there);
    } else {
        build = build.fix(Who::User, Text::new("passive-address-mismatch-fix-dial"), Vec::new());
    }
    build
        .fix(
            Who::ServerAdmin,
            Text::new("passive-address-fix-server").with("peer", peer),
            remedies::set_passive_address(case),
        )
        .done()
}

/// Neighbour knocks at ports that were announced earlier: which of them are let through now.
fn neighbours(case: &Case<'_>) -> (Vec<u16>, Vec<u16>) {
    let port = |a: &Attempt| a.dialled.map(|d| d.port());
    let of = |wanted: fn(Outcome) -> bool| -> Vec<u16> {
        case.facts
            .attempts
            .iter()
            .filter(|a| a.purpose == Purpose::Neighbour && wanted(a.outcome))
            .filter_map(port)
            .collect()
    };
    (of(|o| matches!(o, Outcome::Open | Outcome::Refused)), of(|o| o == Outcome::TimedOut))
}

/// Some announced ports are let through, others are not.
pub fn range_partly_blocked(case: &Case<'_>) -> Option<Finding> {
    let silent = case.passive_ports(Outcome::TimedOut);
    let open = case.passive_ports(Outcome::Open);
    let (through, stopped) = neighbours(case);
    // Asked again without an announcement, the one still answers (RST) and the other still does
    // not: the port decides, not the command and not a lost segment.
    let through = through.iter().any(|p| open.contains(p));
    let stopped = stopped.iter().any(|p| silent.contains(p));
    if !through || !stopped || epsv_blocked(case).is_some() {
        return None;
    }
    let views: Vec<&ModeView<'_>> = case
        .passive()
        .into_iter()
        .filter(|v| v.all.iter().any(|a| a.outcome == Outcome::TimedOut))
        .collect();
    let text = Text::new("passive-range-partly-blocked-text")
        .with("open", ports::list(&open))
        .with("silent", ports::list(&silent))
        .with("count", silent.len());
    let low = open.iter().chain(&silent).min().copied()?;
    let high = open.iter().chain(&silent).max().copied()?;
    let range = ports::Proposal { min: low, max: high, invented: false };
    let mut build =
        finding("passive-range-partly-blocked", Confidence::Likely, text).explains(&views);
    for attempt in case.facts.attempts.iter().filter(|a| a.purpose == Purpose::Neighbour) {
        build = build.attempt(attempt);
    }
    build
        .not("firewall-blocks-passive", Text::new("not-blocked-some-open"))
        .fix(
            Who::ServerAdmin,
            Text::new("passive-range-partly-blocked-fix"),
            remedies::open_passive_range(case, range),
        )
        .done()
}

/// One of PASV and EPSV works, the other does not, on several ports each.
pub fn epsv_blocked(case: &Case<'_>) -> Option<Finding> {
    let pasv = case.mode(Mode::Pasv)?;
    let epsv = case.mode(Mode::Epsv)?;
    let (works, fails) = if pasv.is_open() { (pasv, epsv) } else { (epsv, pasv) };
    let failed = matches!(
        fails.outcome(),
        Outcome::TimedOut | Outcome::Refused | Outcome::Prohibited | Outcome::Stalled
    );
    let opens = works.all.iter().filter(|a| a.is_open()).count();
    // Where ports are opened one by one, three can still be luck.
    let (through, stopped) = neighbours(case);
    let enough = if through.is_empty() || stopped.is_empty() { 3 } else { 4 };
    if !works.is_open()
        || !failed
        || fails.times() < enough
        || opens < enough
        || works.all.len() != opens
    {
        return None;
    }
    let text = Text::new("epsv-blocked-text")
        .with("works", works.mode.verb())
        .with("fails", fails.mode.verb());
    let mut build = finding("epsv-blocked", Confidence::Proven, text).explains(&[fails]);
    for attempt in &works.all {
        build = build.attempt(attempt);
    }
    build
        .not(
            "firewall-blocks-passive",
            Text::new("not-blocked-other-verb").with("works", works.mode.verb()),
        )
        .not("passive-range-partly-blocked", Text::new("not-partly-three-ports"))
        .fix(
            Who::NetworkAdmin,
            Text::new("epsv-blocked-fix-network").with("fails", fails.mode.verb()),
            Vec::new(),
        )
        .fix(
            Who::User,
            Text::new("epsv-blocked-fix-user").with("works", works.mode.verb()),
            Vec::new(),
        )
        .done()
}

fn one_refused<'v, 'a>(case: &'v Case<'a>, mode: Mode) -> Option<&'v ModeView<'a>> {
    if case.family() == Some(Family::V6) {
        return None;
    }
    let view = case.mode(mode)?;
    let (code, _) = view.refusal()?;
    (code >= 500).then_some(view)
}

/// EPSV is refused; clients that use PASV do not mind.
pub fn epsv_unsupported(case: &Case<'_>) -> Option<Finding> {
    let view = one_refused(case, Mode::Epsv)?;
    let (code, text) = view.refusal()?;
    finding(
        "epsv-unsupported",
        Confidence::Likely,
        Text::new("epsv-unsupported-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&[view])
    .not("epsv-blocked", Text::new("not-firewall-refused-by-reply"))
    .done()
}

/// PASV is refused; clients that use EPSV do not mind.
pub fn pasv_unsupported(case: &Case<'_>) -> Option<Finding> {
    let view = one_refused(case, Mode::Pasv)?;
    let (code, text) = view.refusal()?;
    finding(
        "pasv-unsupported",
        Confidence::Likely,
        Text::new("pasv-unsupported-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .explains(&[view])
    .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
    .fix(Who::ServerAdmin, Text::new("pasv-unsupported-fix-server"), remedies::enable_passive(case))
    .done()
}

/// 227 or 229 without an address or port that anyone could read.
pub fn reply_malformed(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = case
        .passive()
        .into_iter()
        .filter(|v| matches!(v.shown.why, Why::BadAnnouncement { .. }))
        .collect();
    let Why::BadAnnouncement { text: reply, error } = &views.first()?.shown.why else {
        return None;
    };
    let severity = if case.passive_open() { Severity::Warning } else { Severity::Problem };
    let text = Text::new("passive-reply-malformed-text")
        .with("reply", crate::diagnosis::reason::first_line(reply))
        .with("error", error);
    finding("passive-reply-malformed", Confidence::Likely, text)
        .severity(severity)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-unreadable"))
        .fix(Who::ServerAdmin, Text::new("passive-reply-malformed-fix"), Vec::new())
        .done()
}

/// Whether a 227 or 229 was odd enough for some clients to stumble over it.
pub fn odd(oddities: &[AddressOddity]) -> bool {
    oddities.iter().any(|o| !matches!(o, AddressOddity::TextAfter | AddressOddity::LeadingZeros))
}
