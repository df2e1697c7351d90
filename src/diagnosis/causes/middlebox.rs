//! Boxes on the way: those that read along and help, those that answer in the server's place, and
//! those that lose what is too large.

use super::blocked::{at_gateway, give_range, let_in};
use super::build::{Build, finding};
use crate::diagnosis::finding::{Confidence, Finding, Side, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Evidence, ModeView, Nat, Worth};
use crate::facts::{Attempt, DialOutcome, Outcome, Purpose, Step, Varied, Why};

/// The active command behind a NOOP, beside the same command alone.
fn pipelined<'a>(evidence: &Evidence<'a>) -> Option<(&'a Attempt, &'a Attempt)> {
    let behind = evidence.facts.varied(|v| *v == Varied::Pipelined);
    let behind = behind.min_by_key(|a| (!a.address_refused(), &a.id))?;
    let alone = evidence.facts.attempts.iter().filter(|a| {
        a.mode == behind.mode
            && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
            && a.step >= Step::Announced
    });
    let alone = alone.min_by_key(|a| (!a.is_open(), a.purpose != Purpose::Mode, &a.id))?;
    Some((alone, behind))
}

/// Whether the server objected to the address of the active command only when that command was
/// hidden behind another one: somebody on the way had put another address there before.
pub fn address_is_rewritten(evidence: &Evidence<'_>) -> bool {
    pipelined(evidence).is_some_and(|(_, behind)| behind.address_refused())
}

/// PORT arrives with another address than it was sent with.
pub fn alg_rewrites_control(evidence: &Evidence<'_>) -> Option<Finding> {
    let (alone, behind) = pipelined(evidence)?;
    let refused = address_is_rewritten(evidence);
    // Who takes any address may still not be let in where nobody read the announcement.
    let unheard = alone.is_open()
        && (behind.knock_failed()
            || (matches!(behind.why, Why::NoAnswer { .. }) && behind.step >= Step::Announced));
    let confidence = match (refused, unheard, evidence.facts.lossy()) {
        (true, _, _) => Confidence::Proven,
        (_, true, false) => Confidence::Likely,
        (_, true, true) => Confidence::Possible,
        _ => return None,
    };
    let id = match (refused, alone.is_open()) {
        (true, true) => "alg-rewrites-control-text",
        (true, false) => "alg-rewrites-control-text-shut",
        (false, _) => "alg-rewrites-control-text-unheard",
    };
    let word = |a: Option<std::net::IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
    let text = Text::new(id).with("verb", alone.mode.verb()).with("own", word(evidence.own()));
    finding("alg-rewrites-control", confidence, text)
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
pub fn helper_opens_pinholes(evidence: &Evidence<'_>) -> Option<Finding> {
    let again: Vec<&Attempt> = evidence
        .facts
        .varied(|v| *v == Varied::SecondKnock)
        .filter(|a| a.second.is_some() && a.observed.is_some())
        .collect();
    let mut opened: Vec<u16> = again.iter().filter_map(|a| a.passive_port()).collect();
    opened.sort_unstable();
    opened.dedup();
    if let Some(finding) = announced_are_forwarded(evidence, &opened, &again) {
        return Some(finding);
    }
    if again.is_empty() || !again.iter().all(|a| a.second_met(&DialOutcome::TimedOut)) {
        return opened_when_announced(evidence);
    }
    let read = evidence.facts.read_on_the_way();
    let lossy = evidence.facts.lossy();
    let confidence = match (read, opened.len()) {
        (true, _) if !lossy => Confidence::Proven,
        (true, _) => Confidence::Likely,
        (false, 2..) if !lossy => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id = if read { "helper-opens-pinholes-text-read" } else { "helper-opens-pinholes-text" };
    let text = Text::new(id).with("ports", ports::list(&opened)).with("count", opened.len());
    let mut build = finding("helper-opens-pinholes", confidence, text);
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
fn opened_when_announced(evidence: &Evidence<'_>) -> Option<Finding> {
    let view = evidence.audit()?;
    let once_more = view.audit.announced.iter().any(|run| run.outcome == Outcome::Open);
    let (opened, confidence) = match view.worth {
        Worth::Announced if evidence.facts.lossy() => (view.opened(), Confidence::Likely),
        Worth::Announced => (view.opened(), Confidence::Proven),
        Worth::Pinholes if once_more => (view.opened(), Confidence::Likely),
        _ => return None,
    };
    let text = Text::new("helper-opens-pinholes-text-swept").with("ports", ports::list(&opened));
    let mut build = finding("helper-opens-pinholes", confidence, text);
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
fn announced_are_forwarded(
    evidence: &Evidence<'_>,
    opened: &[u16],
    again: &[&Attempt],
) -> Option<Finding> {
    let nearer = evidence.facts.nearer.as_ref()?;
    let hop = nearer.nat_at(evidence.peer()?)?;
    // Without a second knock there is nothing that was opened for one connection only.
    again.first()?;
    let text = Text::new("helper-opens-pinholes-text-nat")
        .with("ports", ports::list(opened))
        .with("count", opened.len())
        .with("port", nearer.port)
        .with("hop", u16::from(hop));
    let confidence = if evidence.facts.lossy() { Confidence::Likely } else { Confidence::Proven };
    let build = finding("helper-opens-pinholes", confidence, text).side(Side::Server);
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

/// Every passive handshake comes, data never, and ports that nobody announced answer as well.
pub fn data_intercepted(evidence: &Evidence<'_>) -> Option<Finding> {
    let views = evidence.passive();
    let unannounced = evidence.answered_unannounced();
    let list: Vec<u16> = unannounced.iter().filter_map(|a| Some(a.dialled?.port())).collect();
    if list.is_empty() {
        return None;
    }
    let nearer = evidence.place_of_nearer_answers();
    let confidence = match (&nearer, list.len()) {
        (Some(located), _) => located.confidence,
        (None, 2..) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id =
        if nearer.is_some() { "data-intercepted-text-nearer" } else { "data-intercepted-text" };
    let text = Text::new(id)
        .with("ports", ports::list(&list))
        .with("count", list.len())
        .with("hop", nearer.map_or(0, |l| u16::from(l.between.1)))
        .with("hops", nearer.and_then(|l| l.location.hops).map_or(0, u16::from));
    let mut build = finding("data-intercepted", confidence, text).explains(&views);
    for attempt in unannounced {
        build = build.attempt(attempt);
    }
    if let Some(located) = nearer {
        build = build.side(located.side()).at(located.location).saw(
            Text::new("seen-answers-nearer")
                .with("hop", u16::from(located.between.1))
                .with("hops", located.location.hops.map_or(0, u16::from)),
        );
    }
    let who = match nearer.map(|l| l.side()) {
        Some(Side::Client) => Who::ClientAdmin,
        Some(Side::Server) => Who::ServerAdmin,
        _ => Who::NetworkAdmin,
    };
    let gateway = at_gateway(nearer.as_ref());
    build
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .not_if(gateway, "path-mtu-black-hole", Text::new("not-mtu-answered-for"))
        .fix(who, Text::new("data-intercepted-fix-network"), Vec::new())
        .fix_if(evidence.active_open(), Who::User, Text::new("fix-use-active"))
        .done()
}

/// Transfers that starve come through in smaller segments.
pub fn path_mtu_black_hole(evidence: &Evidence<'_>) -> Option<Finding> {
    let small: Vec<&Attempt> =
        evidence.facts.varied(|v| matches!(v, Varied::Segments { .. })).collect();
    let cured = small.iter().find(|a| a.is_open())?;
    let file = cured.varies(|v| *v == Varied::Retrieve);
    let plain: Vec<&Attempt> = if file {
        evidence.facts.varied(|v| *v == Varied::Retrieve).filter(|a| a.varied.len() == 1).collect()
    } else {
        evidence.modes().iter().flat_map(|v| v.all.iter().copied()).collect()
    };
    let failed: Vec<&Attempt> = plain.iter().copied().filter(|a| a.starved()).collect();
    // The same bytes in full segments, in whatever mode, say that they pass.
    if failed.is_empty() || plain.iter().any(|a| a.is_open()) {
        return None;
    }
    // Full segments failed, small ones came, full ones failed again: no slow moment decides.
    let after = failed.iter().any(|a| a.began > cured.began);
    let confidence = match (failed.len(), after, evidence.facts.lossy()) {
        (2.., true, false) => Confidence::Proven,
        (_, true, _) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let what = Text::new(if file { "what-file" } else { "what-listing" });
    let text = Text::new("path-mtu-black-hole-text")
        .with("what", what)
        .with("mss", cured.segments().unwrap_or(0));
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| !file && v.shown.starved()).collect();
    let mut build = finding("path-mtu-black-hole", confidence, text).explains(&views);
    if file {
        build = with_attempts(build, &failed);
    }
    with_attempts(build, &[cured])
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .not("data-intercepted", Text::new("not-intercepted-cured"))
        .fix(
            Who::ServerAdmin,
            Text::new("path-mtu-black-hole-fix-server"),
            remedies::let_icmp_in(evidence),
        )
        .fix(
            Who::NetworkAdmin,
            Text::new("path-mtu-black-hole-fix-network"),
            remedies::clamp_mss(evidence),
        )
        .done()
}

fn with_attempts(build: Build, attempts: &[&Attempt]) -> Build {
    attempts.iter().fold(build, |build, attempt| build.attempt(attempt))
}
