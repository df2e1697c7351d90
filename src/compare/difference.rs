//! All that differs between two runs: facts, no conclusions.

use super::identity::banner_alike;
use super::pair::{Change, ModePair};
use super::run::{Run, RunFinding};
use crate::diagnosis::{Nat, RuleState, Severity};
use crate::facts::Security;
use crate::words::words;

words! {
    /// What it is that differs.
    pub enum Kind: "kind of difference" {
        /// The verdict.
        Verdict = "verdict",
        /// The outcome of a mode.
        Mode = "mode",
        /// A finding, or how much it matters.
        Finding = "finding",
        /// Host name or address as asked for.
        Host = "host",
        /// Control port.
        Port = "port",
        /// User name.
        User = "user",
        /// Encryption that was asked for.
        Tls = "tls",
        /// The server's address.
        ServerAddress = "server-address",
        /// The greeting.
        Banner = "banner",
        /// The server's software.
        Software = "software",
        /// Our own address.
        LocalAddress = "local-address",
        /// The address under which the server sees us.
        SeenAs = "seen-as",
        /// NAT between.
        Nat = "nat",
        /// Address family of a mode.
        Family = "family",
        /// Encryption of a mode.
        Security = "security",
        /// The address that a mode announced.
        Advertised = "advertised",
        /// Passive ports that were drawn.
        PassivePorts = "passive-ports",
        /// Hops to the server.
        Hops = "hops",
        /// Routers on the way.
        Routers = "routers",
        /// One of the eight rules.
        Rule = "rule",
        /// Confidence and side of a finding that both have.
        Judgement = "judgement",
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// Of which mode, finding or rule.
    pub key: Option<String>,
    /// In the first run; `None` where there is none.
    pub a: Option<String>,
    /// In the second run.
    pub b: Option<String>,
    /// Whether it decides the exit code: verdict, modes and findings do.
    pub counts: bool,
}

/// A cause in either run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingPair {
    /// The cause.
    pub cause: String,
    /// In the first run.
    pub a: Option<RunFinding>,
    /// In the second run.
    pub b: Option<RunFinding>,
}

/// Findings side by side: those of the first run in its order, then what only the second one has.
pub fn findings(a: &Run, b: &Run) -> Vec<FindingPair> {
    let of = |run: &Run, cause: &str| run.findings.iter().find(|f| f.cause == cause).cloned();
    let mut pairs: Vec<FindingPair> = Vec::new();
    for finding in a.findings.iter().chain(&b.findings) {
        if pairs.iter().any(|p| p.cause == finding.cause) {
            continue;
        }
        let cause = finding.cause.clone();
        pairs.push(FindingPair { a: of(a, &cause), b: of(b, &cause), cause });
    }
    pairs
}

struct List(Vec<Difference>);

impl List {
    fn add(&mut self, kind: Kind, key: Option<&str>, a: Option<String>, b: Option<String>) {
        if a == b {
            return;
        }
        let counts = matches!(kind, Kind::Verdict | Kind::Mode | Kind::Finding);
        self.0.push(Difference { kind, key: key.map(str::to_owned), a, b, counts });
    }

    fn plain<T: ToString>(&mut self, kind: Kind, a: Option<&T>, b: Option<&T>) {
        // What is not known does not differ.
        if let (Some(a), Some(b)) = (a, b) {
            self.add(kind, None, Some(a.to_string()), Some(b.to_string()));
        }
    }
}

/// All differences, those that count first.
pub fn differences(
    a: &Run,
    b: &Run,
    modes: &[ModePair],
    findings: &[FindingPair],
) -> Vec<Difference> {
    let mut list = List(Vec::new());
    let word = |word: &str| Some(word.to_owned());
    list.add(Kind::Verdict, None, word(a.verdict.as_str()), word(b.verdict.as_str()));
    of_modes(&mut list, modes);
    of_findings(&mut list, findings);
    list.plain(Kind::Host, Some(&a.target.host), Some(&b.target.host));
    list.plain(Kind::Port, Some(&a.target.port), Some(&b.target.port));
    list.plain(Kind::User, Some(&a.target.user), Some(&b.target.user));
    list.plain(Kind::Tls, Some(&a.target.tls), Some(&b.target.tls));
    list.plain(Kind::ServerAddress, a.server.address.as_ref(), b.server.address.as_ref());
    if !banner_alike(a, b) {
        list.plain(Kind::Banner, a.server.banner.as_ref(), b.server.banner.as_ref());
    }
    list.plain(Kind::Software, a.server.software.as_ref(), b.server.software.as_ref());
    list.plain(Kind::LocalAddress, a.local.as_ref(), b.local.as_ref());
    list.plain(Kind::SeenAs, a.seen.as_ref(), b.seen.as_ref());
    list.plain(Kind::Nat, nat(a.nat).as_ref(), nat(b.nat).as_ref());
    let ports = |run: &Run| {
        let all: Vec<String> = run.ports.all().iter().map(ToString::to_string).collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    // Ports are drawn anew each time; they differ where one set lies outside the other one's span.
    if super::changed::moved(&a.ports.all(), &b.ports.all()).is_some() {
        list.add(Kind::PassivePorts, None, ports(a), ports(b));
    }
    list.plain(Kind::Hops, a.hops.as_ref(), b.hops.as_ref());
    // A router that was silent once is no other way.
    let other = |(a, b): (&Option<std::net::IpAddr>, &Option<std::net::IpAddr>)| {
        a.is_some() && b.is_some() && a != b
    };
    let known = a.hops.is_some() && b.hops.is_some();
    if known && a.routers.len() != b.routers.len() || a.routers.iter().zip(&b.routers).any(other) {
        list.add(Kind::Routers, None, routers(a), routers(b));
    }
    for (id, in_a) in &a.rules {
        let in_b = b.rules.iter().find(|(other, _)| other == id).map(|(_, state)| *state);
        let tested = |state: RuleState| state != RuleState::NotTested;
        if let Some(in_b) = in_b.filter(|s| tested(*s) && tested(*in_a)) {
            list.add(Kind::Rule, Some(id), word(in_a.as_str()), word(in_b.as_str()));
        }
    }
    list.0
}

fn nat(nat: Nat) -> Option<String> {
    match nat {
        Nat::None => Some("none".to_owned()),
        Nat::Present => Some("present".to_owned()),
        Nat::Unknown => None,
    }
}

fn routers(run: &Run) -> Option<String> {
    let names: Vec<String> = run
        .routers
        .iter()
        .map(|router| router.map_or_else(|| "?".to_owned(), |r| r.to_string()))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn of_modes(list: &mut List, modes: &[ModePair]) {
    for pair in modes {
        let key = Some(pair.mode.as_str());
        let (Some(a), Some(b)) = (&pair.a, &pair.b) else { continue };
        if pair.change == Change::NotCompared {
            continue;
        }
        let word = |word: &str| Some(word.to_owned());
        list.add(Kind::Mode, key, word(a.outcome.as_str()), word(b.outcome.as_str()));
    }
    for pair in modes {
        let key = Some(pair.mode.as_str());
        let (Some(a), Some(b)) = (&pair.a, &pair.b) else { continue };
        let word = |word: &str| Some(word.to_owned());
        list.add(Kind::Family, key, word(a.family.name()), word(b.family.name()));
        let security = |security: Security| match security {
            Security::Clear => word("clear"),
            Security::Tls => word("tls"),
        };
        list.add(Kind::Security, key, security(a.security), security(b.security));
        // In active mode it is our own address, which is told already.
        if pair.mode.is_passive() && a.advertised.is_some() && b.advertised.is_some() {
            let text = |address: Option<std::net::IpAddr>| address.map(|a| a.to_string());
            list.add(Kind::Advertised, key, text(a.advertised), text(b.advertised));
        }
    }
}

fn of_findings(list: &mut List, findings: &[FindingPair]) {
    for pair in findings {
        let severity =
            |f: &Option<RunFinding>| f.as_ref().map(|f| Severity::as_str(f.severity).to_owned());
        list.add(Kind::Finding, Some(&pair.cause), severity(&pair.a), severity(&pair.b));
        if let (Some(a), Some(b)) = (&pair.a, &pair.b) {
            let judged =
                |f: &RunFinding| Some(format!("{}, {}", f.confidence.as_str(), f.side.as_str()));
            list.add(Kind::Judgement, Some(&pair.cause), judged(a), judged(b));
        }
    }
}
