//! FTP helpers (ALG) on the way: they read along, rewrite addresses and open ports, and under TLS
//! they are blind.

use super::finding_builder::{Build, finding};
use super::passive_ends::all_end;
use super::range_remedies::{give_range, let_in};
use super::sentences::{seen_ladder, verbs};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{AttemptReading, Evidence, ModeView, Nat, NoChance, Worth};
use crate::facts::{Attempt, DialOutcome, Mode, Outcome, Purpose, Security, Step, Varied, Why};

pub static ALG_REWRITES_CONTROL: Cause = cause!("alg-rewrites-control", Middlebox, Info, &Detector(alg_rewrites_control), looks_like [REFUSED_ONCE, ONE_MACHINE]);
pub static HELPER_OPENS_PINHOLES: Cause =
    cause!("helper-opens-pinholes", Middlebox, Info, &Detector(helper_opens_pinholes));
pub static TLS_BLINDS_FIREWALL_HELPER: Cause = cause!("tls-blinds-firewall-helper", Tls, Problem, &Detector(blinds_helper), suppresses [
    "server-firewall-blocks-passive",
    "client-firewall-blocks-passive",
    "firewall-blocks-passive",
    "passive-ports-not-forwarded",
    "passive-port-refused",
    "client-firewall-blocks-active",
    "server-firewall-blocks-active",
    "firewall-blocks-active",
    "client-nat-breaks-active",
    "active-disabled"
]);

/// The active command behind a NOOP, beside the same command alone.
fn pipelined<'a>(evidence: &Evidence<'a>) -> Result<(&'a Attempt, &'a Attempt), WhyNot> {
    let behind = evidence.facts.varied(|v| *v == Varied::Pipelined);
    let behind = behind.min_by_key(|a| (!a.address_refused(), &a.id)).ok_or_else(|| {
        why_not("no active command was sent behind another one, where nobody can change it")
    })?;
    let alone = evidence.facts.attempts.iter().filter(|a| {
        a.mode == behind.mode
            && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
            && a.step >= Step::Announced
    });
    let alone = alone.min_by_key(|a| (!a.is_open(), a.purpose != Purpose::Mode, &a.id));
    let alone = alone.ok_or_else(|| {
        why_not("the same command sent alone was never accepted: there is nothing to compare")
            .on(behind)
    })?;
    Ok((alone, behind))
}

/// Whether the server objected to the address of the active command only when that command was
/// hidden behind another one: somebody on the way had put another address there before.
pub(super) fn address_is_rewritten(evidence: &Evidence<'_>) -> bool {
    pipelined(evidence).is_ok_and(|(_, behind)| behind.address_refused())
}

/// PORT arrives with another address than it was sent with.
fn alg_rewrites_control(evidence: &Evidence<'_>) -> Found {
    let (alone, behind) = pipelined(evidence)?;
    let refused = address_is_rewritten(evidence);
    // Who takes any address may still not be let in where nobody read the announcement.
    let unheard = alone.is_open()
        && (behind.knock_failed()
            || (matches!(behind.why, Why::NoAnswer { .. }) && behind.step >= Step::Announced));
    let confidence = match (refused, unheard, evidence.lossy()) {
        (true, _, _) => Confidence::Proven,
        (_, true, false) => Confidence::Likely,
        (_, true, true) => Confidence::Possible,
        _ => {
            return Err(why_not("the command did no worse behind another one than alone")
                .on_all([alone, behind]));
        }
    };
    let id = match (refused, alone.is_open()) {
        (true, true) => "alg-rewrites-control-text",
        (true, false) => "alg-rewrites-control-text-shut",
        (false, _) => "alg-rewrites-control-text-unheard",
    };
    let word = |a: Option<std::net::IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
    let text = Text::new(id).with("verb", alone.mode.verb()).with("own", word(evidence.own()));
    finding(&ALG_REWRITES_CONTROL, confidence, text)
        .attempt(alone)
        .attempt(behind)
        .not_if(
            alone.is_open() && evidence.nat() == Nat::Present,
            "client-nat-breaks-active",
            Text::new("not-nat-rewritten"),
        )
        .done()
}

/// Ports are opened one by one, as they are announced.
fn helper_opens_pinholes(evidence: &Evidence<'_>) -> Found {
    let again = evidence.second_knocks();
    let mut opened: Vec<u16> = again.iter().filter_map(|a| a.passive_port()).collect();
    opened.sort_unstable();
    opened.dedup();
    let why = match announced_are_forwarded(evidence, &opened, &again) {
        Err(why) => why,
        found => return found,
    };
    let answered = evidence.answered_second_knock();
    if let Some(attempt) = answered {
        let second = why_not("a second knock at the same port was answered").on(attempt);
        return opened_when_announced(evidence).map_err(|other| why.and(second).and(other));
    }
    if again.is_empty() {
        return opened_when_announced(evidence).map_err(|other| why.and(other));
    }
    let read = evidence.read_on_the_way();
    let lossy = evidence.lossy();
    let confidence = match (read, opened.len()) {
        (true, _) if !lossy => Confidence::Proven,
        (true, _) => Confidence::Likely,
        (false, 2..) if !lossy => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id = if read { "helper-opens-pinholes-text-read" } else { "helper-opens-pinholes-text" };
    let text = Text::new(id).with("ports", ports::list(&opened)).with("count", opened.len());
    let mut build = finding(&HELPER_OPENS_PINHOLES, confidence, text);
    build = second_knocks(build, &again);
    if read {
        build = build.saw(Text::new("seen-halves"));
    }
    if evidence.offers_tls() {
        build = build.saw(Text::new("seen-offers-tls"));
    }
    let range = ports::proposal(evidence);
    let build = build.not("passive-range-partly-blocked", Text::new("not-partly-open-before")).fix(
        Who::ServerAdmin,
        Text::new("helper-opens-pinholes-fix"),
        Vec::new(),
    );
    let build = give_range(evidence, build, range);
    let_in(evidence, build, range, None)
        .fix(Who::ClientAdmin, Text::new("helper-opens-pinholes-fix-client"), Vec::new())
        .done()
}

/// Ports that an audit found silent were open right after they were announced.
fn opened_when_announced(evidence: &Evidence<'_>) -> Found {
    let view = evidence.audit().ok_or_else(|| why_not("the ports were not audited"))?;
    let once_more = view.audit.announced.iter().any(|run| run.outcome == Outcome::Open);
    let (opened, confidence) = match view.worth {
        Worth::Announced if evidence.lossy() => (view.opened(), Confidence::Likely),
        Worth::Announced => (view.opened(), Confidence::Proven),
        Worth::Pinholes if once_more => (view.opened(), Confidence::Likely),
        _ => return Err(why_not("no port that the sweep found silent was open once announced")),
    };
    let text = Text::new("helper-opens-pinholes-text-swept").with("ports", ports::list(&opened));
    let mut build = finding(&HELPER_OPENS_PINHOLES, confidence, text);
    if let Some(attempt) = evidence.passive().first().map(|v| v.shown) {
        build = build.attempt(attempt);
    }
    build = build.saw(Text::new("seen-opened-announced").with("ports", ports::list(&opened)));
    if evidence.offers_tls() {
        build = build.saw(Text::new("seen-offers-tls"));
    }
    let range = ports::proposal(evidence);
    let build = build.fix(Who::ServerAdmin, Text::new("helper-opens-pinholes-fix"), Vec::new());
    let_in(evidence, give_range(evidence, build, range), range, None)
        .fix(Who::ClientAdmin, Text::new("helper-opens-pinholes-fix-client"), Vec::new())
        .done()
}

fn second_knocks(build: Build, attempts: &[&Attempt]) -> Build {
    attempts.iter().fold(build, |build, attempt| {
        let refused = attempt.second_met(&DialOutcome::Refused);
        let id = if refused { "seen-second-refused" } else { "seen-second-silent" };
        let took = attempt.second.as_ref().map_or_else(String::new, |s| s.took.words());
        let port = attempt.passive_port().unwrap_or(0);
        build.saw_in(attempt, Text::new(id).with("port", port).with("took", took))
    })
}

/// A NAT forwards each port when it hears it announced, and refuses it under the server's address
/// afterwards.
fn announced_are_forwarded(evidence: &Evidence<'_>, opened: &[u16], again: &[&Attempt]) -> Found {
    let nearer = evidence.facts.nearer.as_ref();
    let nearer =
        nearer.ok_or_else(|| why_not("nobody was asked who answers at a port later on"))?;
    let hop = evidence.resetting_nat();
    let hop = hop.ok_or_else(|| {
        why_not("no box with the server's address refuses a port once it is not announced")
    })?;
    // Without a second knock there is nothing that was opened for one connection only.
    require(!again.is_empty(), || {
        why_not("no port that had let one connection in was knocked at again")
    })?;
    let text = Text::new("helper-opens-pinholes-text-nat")
        .with("ports", ports::list(opened))
        .with("count", opened.len())
        .with("port", nearer.port)
        .with("hop", u16::from(hop));
    let confidence = if evidence.lossy() { Confidence::Likely } else { Confidence::Proven };
    let build = finding(&HELPER_OPENS_PINHOLES, confidence, text).side(Side::Server);
    let range = ports::proposal(evidence);
    let build = second_knocks(build, again)
        .saw(Text::new("seen-nearer").with("port", nearer.port).with("hop", u16::from(hop)))
        .fix(
            Who::ServerAdmin,
            Text::new("helper-opens-pinholes-fix-nat"),
            remedies::nat::forward_range(evidence, range),
        );
    give_range(evidence, build, range).done()
}

/// How sure it is that TLS makes the difference: luck with ports, and lost packets, look alike.
fn blinded(
    evidence: &Evidence<'_>,
    views: &[&ModeView<'_>],
    ports: Option<NoChance>,
) -> Confidence {
    let by_ports = match ports {
        None | Some(NoChance::Proven) => Confidence::Proven,
        Some(NoChance::Likely) => Confidence::Likely,
        Some(NoChance::Possible) => Confidence::Possible,
    };
    let failures: usize = views.iter().map(|v| v.times()).sum();
    match (failures, evidence.lossy()) {
        (2.., false) => by_ports,
        _ => by_ports.max(Confidence::Likely),
    }
}

/// What is open in clear is not under TLS: somebody reads along, and can no longer.
fn blinds_helper(evidence: &Evidence<'_>) -> Found {
    let blind = |passive: bool| -> Option<(Vec<&ModeView<'_>>, &Attempt)> {
        let clear = evidence.works_in_clear(passive)?;
        let tls = evidence.shut_under_tls(passive);
        (!tls.is_empty()).then_some((tls, clear))
    };
    // Where a part of the range is shut, luck with ports looks alike.
    let no_chance = evidence.open_in_clear_alone();
    let passive = blind(true).filter(|_| no_chance.is_some());
    let active = blind(false);
    let mut views: Vec<&ModeView<'_>> = Vec::new();
    let mut clear: Vec<&Attempt> = Vec::new();
    for (tls, open) in passive.iter().chain(&active) {
        views.extend(tls);
        clear.push(open);
    }
    let first = clear.first().ok_or_else(|| {
        why_not("no direction works in clear and is shut under TLS").on_every_mode(evidence)
    })?;
    let confidence = blinded(evidence, &views, no_chance.filter(|_| passive.is_some()));
    let id = match (passive.is_some(), active.is_some()) {
        (true, true) => "tls-blinds-firewall-helper-text-both",
        (true, false) => "tls-blinds-firewall-helper-text",
        (false, _) => "tls-blinds-firewall-helper-text-active",
    };
    let text = Text::new(id)
        .with("verbs", verbs(&views))
        .with("clear", first.mode.verb())
        .with("sure", if confidence == Confidence::Proven { "yes" } else { "no" })
        .with("port", first.passive_port().unwrap_or(0));
    let mut build = finding(&TLS_BLINDS_FIREWALL_HELPER, confidence, text).explains(&views);
    if passive.is_some() {
        let (tls, clear) = (evidence.range_of(Security::Tls), evidence.range_of(Security::Clear));
        build = build.saw(
            Text::new("seen-tls-and-clear")
                .with("shut", ports::few_of(&tls.shut))
                .with("open", ports::few_of(&clear.open)),
        );
    }
    for attempt in &clear {
        build = build.attempt(attempt);
    }
    // An address in 227 that differs was put there by whoever read along.
    let named = |clear: bool| {
        evidence
            .facts
            .attempts
            .iter()
            .filter(|a| a.mode == Mode::Pasv && (a.security == Security::Clear) == clear)
            .find_map(|a| a.advertised.map(|at| at.ip()))
    };
    let mut rewritten = false;
    if let (Some(in_clear), Some(under_tls)) = (named(true), named(false))
        && in_clear != under_tls
    {
        rewritten = true;
        build =
            build.saw(Text::new("seen-227-differs").with("clear", in_clear).with("tls", under_tls));
    }
    let located = evidence
        .place_of_silence()
        .filter(|_| passive.is_some() && all_end(evidence, &[Outcome::TimedOut]));
    if let Some(located) = located {
        build = build.side(located.side()).at(located.location).saw(seen_ladder(&located));
    }
    if passive.is_some() && all_end(evidence, &[Outcome::TimedOut]) {
        build = build.not("server-firewall-blocks-passive", Text::new("not-blocked-in-clear"));
    }
    let range = ports::proposal(evidence);
    if passive.is_some() {
        build = build.fix(
            Who::ServerAdmin,
            Text::new("tls-blinds-firewall-helper-fix-server")
                .with("min", range.min)
                .with("max", range.max),
            remedies::set_passive_range(evidence, range),
        );
        build = let_in(evidence, build, range, located.as_ref());
    }
    if passive.is_some() && rewritten {
        build = build
            .fix(
                Who::ServerAdmin,
                Text::new("passive-ports-not-forwarded-fix"),
                remedies::nat::forward_range(evidence, range),
            )
            .fix(
                Who::ServerAdmin,
                Text::new("passive-address-fix-server")
                    .with("peer", evidence.peer().map_or_else(String::new, |p| p.to_string())),
                remedies::set_passive_address(evidence),
            );
    }
    build
        .fix_if(active.is_some(), Who::User, Text::new("tls-blinds-firewall-helper-fix-active"))
        .done()
}
