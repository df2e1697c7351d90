//! Data connections that stood and did not come to their end: stalled, cut off, turned away, or
//! starved of large packets.

use super::finding_builder::{Build, finding};
use super::knock_detector::unheard_of;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::reason::{brief, bytes};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::{AttemptReading, Evidence, ModeView};
use crate::facts::{Attempt, Icmp, Outcome, Varied, Why};
use crate::wire::address::is_inner;
use std::net::IpAddr;

pub static PATH_MTU_BLACK_HOLE: Cause = cause!("path-mtu-black-hole", Middlebox, Problem, &Detector(path_mtu_black_hole), suppresses ["transfer-stalls", "tls-handshake-failed"]);
pub static SERVER_REJECTS_DATA_PEER: Cause =
    cause!("server-rejects-data-peer", Middlebox, Problem, &Detector(rejects_data_peer));
pub static TRANSFER_STALLS: Cause =
    cause!("transfer-stalls", Middlebox, Problem, &Detector(transfer_stalls));
pub static DATA_CLOSED_EARLY: Cause =
    cause!("data-closed-early", Server, Problem, &Detector(data_closed_early));

/// The data connection stood, and nothing, or nothing more, came; or a command was never answered.
fn transfer_stalls(evidence: &Evidence<'_>) -> Found {
    listing_stalls(evidence).or_else(|why| file_stalls(evidence).map_err(|other| why.and(other)))
}

fn listing_stalls(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.outcome() == Outcome::Stalled).collect();
    let first = *views.first().ok_or_else(|| why_not("no mode stalled").on_every_mode(evidence))?;
    let views: Vec<&ModeView<'_>> = views.iter().copied().chain(unheard_of(evidence)).collect();
    let id = match &first.shown.why {
        Why::NoReply { .. } => "transfer-stalls-text-reply",
        Why::NoCompletion { .. } if first.shown.bytes == 0 => {
            "transfer-stalls-text-completion-empty"
        }
        Why::NoCompletion { .. } => "transfer-stalls-text-completion",
        _ if first.shown.bytes == 0 => "transfer-stalls-text-nothing",
        _ => "transfer-stalls-text",
    };
    let command = match &first.shown.why {
        Why::NoReply { command, .. } => command.as_str(),
        _ => "",
    };
    let text = Text::new(id).with("command", command).with("bytes", bytes(first.shown.bytes));
    let stood = first.shown.observed.is_some();
    let small = evidence.facts.varied(|v| matches!(v, Varied::Segments { .. })).next();
    // Several things end like this; what tells them apart was not measured.
    let chance = evidence.lossy() && evidence.any_open() && views.len() == 1;
    let severity = if chance { Severity::Warning } else { Severity::Problem };
    let mut build = finding(&TRANSFER_STALLS, Confidence::Possible, text)
        .severity(severity)
        .explains(&views)
        .not_if(stood, "firewall-blocks-passive", Text::new("not-firewall-connected"));
    if let Some(small) = small.filter(|a| a.outcome == Outcome::Stalled) {
        build = build.attempt(small).not("path-mtu-black-hole", Text::new("not-mtu-small-too"));
    }
    build
        .fix(Who::NetworkAdmin, Text::new("transfer-stalls-fix-network"), Vec::new())
        .fix(Who::ServerAdmin, Text::new("transfer-stalls-fix-server"), Vec::new())
        .done()
}

/// Listings come through, a whole file does not.
fn file_stalls(evidence: &Evidence<'_>) -> Found {
    let tries: Vec<&Attempt> = evidence.facts.varied(|v| *v == Varied::Retrieve).collect();
    let failed = |a: &&&Attempt| a.broke_off();
    let plain: Vec<&Attempt> =
        tries.iter().filter(|a| a.varied.len() == 1).filter(failed).copied().collect();
    let first = plain
        .first()
        .ok_or_else(|| why_not("no file stopped half-way (--get)").on_all(tries.iter().copied()))?;
    let alive = tries.iter().find(|a| a.varies(|v| *v == Varied::KeepAlive));
    let small = tries.iter().find(|a| a.varies(|v| matches!(v, Varied::Segments { .. })));
    if let Some(open) = tries.iter().find(|a| a.varied.len() == 1 && a.is_open()) {
        return Err(why_not("the file came through another time").on(open));
    }
    if let Some(small) = small.filter(|a| a.is_open()) {
        return Err(why_not("it came through in smaller segments (path-mtu-black-hole)").on(small));
    }
    // Who forgets a connection is silent; a close or a 421 is said by somebody.
    let control = first.lost_control();
    let closed = matches!(first.why, Why::ControlLost { .. });
    let cured = control && alive.is_some_and(|a| a.is_open());
    let after = alive.is_some_and(|kept| plain.iter().any(|a| a.began > kept.began));
    let again = tries.iter().filter(failed).count() >= 2;
    let confidence = match (cured, again) {
        (true, _) if after && !evidence.lossy() => Confidence::Proven,
        (true, _) | (_, true) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let id = match (control, cured) {
        (true, true) => "transfer-stalls-text-file-forgotten",
        (true, false) => "transfer-stalls-text-file-control",
        (false, _) if closed => "transfer-stalls-text-file-closed",
        (false, _) => "transfer-stalls-text-file",
    };
    let path = evidence.facts.request.get.clone().unwrap_or_default();
    let text = Text::new(id).with("path", path).with("bytes", bytes(first.bytes));
    let title =
        if control { "transfer-stalls-title-control" } else { "transfer-stalls-title-file" };
    let mut build = finding(&TRANSFER_STALLS, confidence, text).title(Text::new(title));
    for attempt in &tries {
        build = build.attempt(attempt);
    }
    build = build.not("firewall-blocks-passive", Text::new("not-firewall-connected")).not_if(
        small.is_some_and(|a| a.outcome == Outcome::Stalled),
        "path-mtu-black-hole",
        Text::new("not-mtu-small-too"),
    );
    if control {
        return build
            .fix(Who::User, Text::new("control-idle-dropped-fix-user"), Vec::new())
            .fix(
                Who::NetworkAdmin,
                Text::new("control-idle-dropped-fix-network"),
                remedies::remember_longer(),
            )
            .done();
    }
    build
        .fix(Who::NetworkAdmin, Text::new("transfer-stalls-fix-network"), Vec::new())
        .fix(Who::ServerAdmin, Text::new("transfer-stalls-fix-server"), Vec::new())
        .done()
}

/// Transfers that starve come through in smaller segments; or captures show that full ones do not
/// arrive.
fn path_mtu_black_hole(evidence: &Evidence<'_>) -> Found {
    measured_black_hole(evidence)
        .or_else(|why| seen_black_hole(evidence).map_err(|other| why.and(other)))
}

/// Captures: full segments are sent again and again and never acknowledged.
fn seen_black_hole(evidence: &Evidence<'_>) -> Found {
    let starved: Vec<(&Attempt, Stuck)> =
        evidence.facts.attempts.iter().filter_map(|a| Some((a, stuck(a)?))).collect();
    let (first, stuck) = *starved.first().ok_or_else(|| {
        why_not("no capture shows large segments that were never acknowledged")
            .on_every_mode(evidence)
    })?;
    if let Some(open) = evidence.facts.attempts.iter().find(|a| a.is_open() && full(a, stuck.size))
    {
        return Err(why_not("as much came through another time").on(open));
    }
    let confidence = match (stuck.told, stuck.again) {
        // The router that cannot pass it on says so, and the sender does not heed it.
        (true, 2..) => Confidence::Proven,
        (true, _) | (false, 3..) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let told = if stuck.told { "yes" } else { "no" };
    let text = Text::new("path-mtu-black-hole-text-read")
        .with("size", u32::from(stuck.size))
        .with("again", stuck.again)
        .with("told", told);
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.failed() && v.shown.observed.is_some()).collect();
    let mut build = finding(&PATH_MTU_BLACK_HOLE, confidence, text).explains(&views);
    if views.is_empty() {
        build = build.attempt(first);
    }
    let build = build.not("firewall-blocks-passive", Text::new("not-firewall-connected"));
    let_long_packets_pass(evidence, build).done()
}

/// Large segments that never arrive.
#[derive(Clone, Copy)]
struct Stuck {
    size: u16,
    again: u32,
    /// An ICMP message said that they are too long for the way.
    told: bool,
}

/// Segments smaller than this pass every link (RFC 791: 576 bytes, and headers).
const SMALL: u16 = 536;

fn stuck(attempt: &Attempt) -> Option<Stuck> {
    if attempt.is_open() || attempt.observed.is_none() {
        return None;
    }
    let too_long = |icmp: Icmp| match icmp.sender {
        Some(IpAddr::V6(_)) => icmp.kind == 2,
        _ => icmp.kind == 3 && icmp.code == 4,
    };
    let told = attempt.sightings.iter().filter_map(|s| s.icmp).any(|seen| too_long(seen.icmp));
    let worst = attempt
        .sightings
        .iter()
        .filter_map(|s| Some((s.stuck.filter(|size| *size > SMALL)?, s.again)))
        .max_by_key(|(_, again)| *again)?;
    Some(Stuck { size: worst.0, again: worst.1, told })
}

/// Whether an attempt moved a segment of this size.
fn full(attempt: &Attempt, size: u16) -> bool {
    attempt.bytes >= u64::from(size)
}

fn measured_black_hole(evidence: &Evidence<'_>) -> Found {
    let small: Vec<&Attempt> =
        evidence.facts.varied(|v| matches!(v, Varied::Segments { .. })).collect();
    let cured = small.iter().find(|a| a.is_open()).ok_or_else(|| {
        why_not("nothing came through in smaller segments").on_all(small.iter().copied())
    })?;
    let file = cured.varies(|v| *v == Varied::Retrieve);
    let plain: Vec<&Attempt> = if file {
        evidence.facts.varied(|v| *v == Varied::Retrieve).filter(|a| a.varied.len() == 1).collect()
    } else {
        evidence.modes().iter().flat_map(|v| v.all.iter().copied()).collect()
    };
    let failed: Vec<&Attempt> = plain.iter().copied().filter(|a| a.starved()).collect();
    // The same bytes in full segments, in whatever mode, say that they pass.
    if let Some(open) = plain.iter().find(|a| a.is_open()) {
        return Err(why_not("full segments come through as well").on(open));
    }
    require(!failed.is_empty(), || {
        why_not("nothing starved in full segments").on_all(plain.iter().copied())
    })?;
    // Full segments failed, small ones came, full ones failed again: no slow moment decides.
    let after = failed.iter().any(|a| a.began > cured.began);
    let confidence = match (failed.len(), after, evidence.lossy()) {
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
    let mut build = finding(&PATH_MTU_BLACK_HOLE, confidence, text).explains(&views);
    if file {
        build = with_attempts(build, &failed);
    }
    let build = with_attempts(build, &[cured])
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .not("data-intercepted", Text::new("not-intercepted-cured"));
    let_long_packets_pass(evidence, build).done()
}

/// Who can see to it that long packets pass: by the messages that say so, or by shorter ones.
fn let_long_packets_pass(evidence: &Evidence<'_>, build: Build) -> Build {
    build
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
}

fn with_attempts(build: Build, attempts: &[&Attempt]) -> Build {
    attempts.iter().fold(build, |build, attempt| build.attempt(attempt))
}

/// We stopped reading what was no reply: nobody cut anything off.
fn babbled(view: &ModeView<'_>) -> bool {
    matches!(view.shown.why, Why::NotAReply { .. })
}

/// The data connection stood and was cut off before its end.
fn data_closed_early(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.outcome() == Outcome::Closed && !babbled(v)).collect();
    let first = views
        .first()
        .ok_or_else(|| why_not("no mode was cut off after it stood").on_every_mode(evidence))?;
    let times: usize = views.iter().map(|v| v.times()).sum();
    let confidence = if times >= 2 { Confidence::Likely } else { Confidence::Possible };
    let id = match &first.shown.why {
        Why::ControlLost { .. } if first.shown.observed.is_none() => {
            "data-closed-early-text-before"
        }
        Why::ControlLost { .. } => "data-closed-early-text-control",
        Why::BrokenOff { .. } => "data-closed-early-text-reply",
        _ => "data-closed-early-text",
    };
    let reply = match &first.shown.why {
        Why::BrokenOff { code, text } => brief(*code, text),
        _ => String::new(),
    };
    let command = match &first.shown.why {
        Why::ControlLost { command } => command.as_str(),
        _ => "",
    };
    let stood = first.shown.observed.is_some();
    let before = id == "data-closed-early-text-before";
    let text = Text::new(id)
        .with("command", command)
        .with("reply", reply)
        .with("bytes", bytes(first.shown.bytes));
    let mut build = finding(&DATA_CLOSED_EARLY, confidence, text).explains(&views).not_if(
        stood,
        "firewall-blocks-passive",
        Text::new("not-firewall-connected"),
    );
    if before {
        build = build
            .title(Text::new("data-closed-early-title-before").with("command", command))
            .fix(Who::ServerAdmin, Text::new("data-closed-early-fix-before"), Vec::new());
    }
    build.fix_if(!before, Who::ServerAdmin, Text::new("data-closed-early-fix-server")).done()
}

/// The client's address in a server's log, where it is one of the server's own private network: then
/// the control connection was translated on the server's side.
fn seen_inside(evidence: &Evidence<'_>, views: &[&ModeView<'_>]) -> Option<IpAddr> {
    let seen = evidence.facts.reading.as_ref()?.seen_as?;
    let block = |address: IpAddr| match address {
        IpAddr::V4(v4) if is_inner(address) => match v4.octets() {
            [10, ..] => Some(10),
            [first, second, ..] => Some(u16::from(first) << 8 | u16::from(second)),
        },
        _ => None,
    };
    let of_server = |v: &&ModeView<'_>| v.shown.advertised.and_then(|at| block(at.ip()));
    let own = views.iter().find_map(of_server)?;
    (block(seen) == Some(own)).then_some(seen)
}

/// 425 after a connection that stood: the server does not take it from this address.
fn rejects_data_peer(evidence: &Evidence<'_>) -> Found {
    let views: Vec<&ModeView<'_>> =
        evidence.passive().into_iter().filter(|v| v.shown.peer_rejected()).collect();
    let (code, text) = views.first().and_then(|v| v.shown.last_words()).ok_or_else(|| {
        why_not("no passive connection that stood was turned away for its address")
            .on_modes(&evidence.passive())
    })?;
    let seen = evidence.seen_addresses();
    let several = seen.len() > 1;
    let list: Vec<String> = seen.iter().map(ToString::to_string).collect();
    let inside = seen_inside(evidence, &views);
    // The server's own words, and a handshake that a firewall would not have let through.
    let (id, confidence) = match inside {
        _ if several => ("server-rejects-data-peer-text-several", Confidence::Proven),
        Some(_) => ("server-rejects-data-peer-text-inside", Confidence::Likely),
        None => ("server-rejects-data-peer-text", Confidence::Likely),
    };
    let shown = inside.map_or_else(|| list.join(", "), |inside| inside.to_string());
    let text = Text::new(id).with("reply", brief(code, text)).with("seen", shown);
    let side = if inside.is_some() { Side::Server } else { Side::Unknown };
    let mut build =
        finding(&SERVER_REJECTS_DATA_PEER, confidence, text).side(side).explains(&views);
    if several {
        build = build.saw(Text::new("seen-as-several").with("seen", list.join(", ")));
    }
    build
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::NetworkAdmin, Text::new("server-rejects-data-peer-fix-network"), Vec::new())
        .fix(
            Who::ServerAdmin,
            Text::new("server-rejects-data-peer-fix-server"),
            remedies::settings::any_data_peer(evidence),
        )
        .done()
}
