//! The data connection came through; the server itself, or a box that answers for it, ends it.

use std::collections::BTreeSet;

use super::build::finding;
use super::passive::epsv_blocked;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::reason::{brief, first_line};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{Attempt, DialOutcome, Mode, Outcome, Varied, Why};
use crate::wire::peer;

/// 425 after a connection that stood: the server does not take it from this address.
pub fn rejects_data_peer(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> =
        evidence.passive().into_iter().filter(|v| v.shown.peer_rejected()).collect();
    let (code, text) = views.first()?.shown.last_words()?;
    let seen = evidence.facts.seen_addresses();
    let several = seen.len() > 1;
    let list: Vec<String> = seen.iter().map(ToString::to_string).collect();
    // The server's own words, and a handshake that a firewall would not have let through.
    let (id, confidence) = if several {
        ("server-rejects-data-peer-text-several", Confidence::Proven)
    } else {
        ("server-rejects-data-peer-text", Confidence::Likely)
    };
    let text = Text::new(id).with("reply", brief(code, text)).with("seen", list.join(", "));
    let mut build =
        finding("server-rejects-data-peer", confidence, text).side(Side::Unknown).explains(&views);
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

/// The data connection stood, and the listing command was refused; or the file of `--get` was.
pub fn listing_refused(evidence: &Evidence<'_>) -> Option<Finding> {
    listings_refused(evidence).or_else(|| file_refused(evidence))
}

fn file_refused(evidence: &Evidence<'_>) -> Option<Finding> {
    let attempt = evidence.facts.varied(|v| *v == Varied::Retrieve).next()?;
    let Why::ListingRefused { code, text, .. } = &attempt.why else { return None };
    let text = Text::new("listing-refused-text-file")
        .with("path", evidence.facts.request.get.clone().unwrap_or_default())
        .with("reply", brief(*code, text));
    finding("listing-refused", Confidence::Proven, text)
        .title(Text::new("listing-refused-title-file"))
        .severity(Severity::Warning)
        .side(Side::Server)
        .attempt(attempt)
        .fix(Who::User, Text::new("listing-refused-fix-file"), Vec::new())
        .done()
}

fn listings_refused(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| v.outcome() == Outcome::Rejected)
        .filter(|v| match &v.shown.why {
            Why::ListingRefused { code, text, .. } => {
                let about_data = matches!(code, 421 | 425 | 426)
                    || peer::is_bad_data_peer(*code, text)
                    || peer::is_data_tls_required(*code, text)
                    || peer::is_tls_required(*code, text);
                !about_data && (v.shown.observed.is_some() || (500..600).contains(code))
            }
            _ => false,
        })
        .collect();
    let Why::ListingRefused { command, code, text } = &views.first()?.shown.why else {
        return None;
    };
    let stood = views.iter().all(|v| v.shown.observed.is_some());
    let all = views.len() == evidence.modes().iter().filter(|m| m.tested()).count();
    let confidence = if all && views.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let path = evidence.facts.request.path.clone().unwrap_or_default();
    let id = if path.is_empty() { "listing-refused-text" } else { "listing-refused-text-path" };
    finding(
        "listing-refused",
        confidence,
        Text::new(id).with("command", command).with("reply", brief(*code, text)).with("path", path),
    )
    .side(Side::Server)
    .explains(&views)
    .not_if(stood, "firewall-blocks-passive", Text::new("not-firewall-connected"))
    .fix(Who::User, Text::new("listing-refused-fix-user"), Vec::new())
    .fix(Who::ServerAdmin, Text::new("listing-refused-fix-server"), Vec::new())
    .done()
}

/// We stopped reading what was no reply: nobody cut anything off.
fn babbled(view: &ModeView<'_>) -> bool {
    matches!(view.shown.why, Why::NotAReply { .. })
}

/// The data connection stood and was cut off before its end.
pub fn data_closed_early(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.outcome() == Outcome::Closed && !babbled(v)).collect();
    let first = views.first()?;
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
        .with("bytes", crate::diagnosis::reason::bytes(first.shown.bytes));
    let mut build = finding("data-closed-early", confidence, text).explains(&views).not_if(
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

/// One address, several machines: the knock reaches another one than the login did.
pub fn data_reaches_another(evidence: &Evidence<'_>) -> Option<Finding> {
    let passive = evidence.passive();
    let all: Vec<&Attempt> = passive.iter().flat_map(|v| v.all.iter().copied()).collect();
    let refused: Vec<&Attempt> =
        all.iter().copied().filter(|a| a.outcome == Outcome::Refused).collect();
    let open = all.iter().filter(|a| a.is_open()).count();
    if epsv_blocked(evidence).is_some() {
        return None;
    }
    let faces = faces(evidence);
    let several = faces.len() > 1;
    // One and the same port, announced once: refused, and open a moment later.
    let changed = evidence.facts.varied(|v| *v == Varied::KnockAgain).find(|a| {
        a.observed.is_some() && a.knocks.iter().any(|k| k.outcome == Some(DialOutcome::Refused))
    });
    // A command that names always the same port, which never let anybody in, names a port that does
    // not work: nothing says that another machine was reached.
    let ports: BTreeSet<u16> = refused.iter().filter_map(|a| a.passive_port()).collect();
    let lets_in = |port: &u16| all.iter().any(|a| a.is_open() && a.passive_port() == Some(*port));
    let came = |mode: Mode| all.iter().any(|a| a.is_open() && a.mode == mode);
    let one_dead =
        ports.len() == 1 && !ports.iter().any(lets_in) && !refused.iter().any(|a| came(a.mode));
    let confidence = match (changed.is_some(), several, open > 0, refused.len()) {
        (_, _, _, 0) => return None,
        (true, _, _, _) => Confidence::Proven,
        (_, true, true, _) => Confidence::Likely,
        (_, true, false, _) => Confidence::Possible,
        (_, false, true, 2..) if !one_dead => Confidence::Possible,
        _ => return None,
    };
    let id = match (changed.is_some(), several) {
        (true, _) => "data-reaches-another-server-text-same",
        (_, true) => "data-reaches-another-server-text-several",
        _ => "data-reaches-another-server-text",
    };
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let text = Text::new(id)
        .with("refused", count(refused.len()))
        .with("open", count(open))
        .with("faces", faces.join(" / "))
        .with("port", changed.and_then(Attempt::passive_port).unwrap_or(0));
    let views: Vec<&ModeView<'_>> =
        passive.iter().copied().filter(|v| v.outcome() == Outcome::Refused).collect();
    let mut build = finding("data-reaches-another-server", confidence, text).side(Side::Server);
    build = build.explains(&views);
    for attempt in all.iter().filter(|a| views.iter().all(|v| v.mode != a.mode)) {
        build = build.attempt(attempt);
    }
    if let Some(changed) = changed {
        let times = changed.knocks.iter().filter(|k| k.outcome == Some(DialOutcome::Refused));
        build = build.saw_in(
            changed,
            Text::new("seen-knock-again")
                .with("port", changed.passive_port().unwrap_or(0))
                .with("refused", count(times.count())),
        );
    }
    build
        .not("firewall-blocks-passive", Text::new("not-blocked-answered"))
        .not_if(
            open > 0 || changed.is_some(),
            "passive-port-refused",
            Text::new("not-refused-some-open"),
        )
        .fix(Who::ServerAdmin, Text::new("data-reaches-another-server-fix"), Vec::new())
        .done()
}

/// Names that the server gave itself on different logins: greetings, numbers aside, or else the
/// addresses in 227. One name is one machine, or machines that look alike.
fn faces(evidence: &Evidence<'_>) -> Vec<String> {
    // A greeting may hold the time, a number, a random word: a face is what comes back.
    let bare = |face: &String| -> String { face.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let said: Vec<String> = evidence
        .facts
        .sessions
        .iter()
        .filter_map(|s| s.greeting_reply())
        .filter(|reply| reply.code == 220)
        .map(|reply| first_line(&reply.text))
        .collect();
    let mut greetings: Vec<String> = Vec::new();
    for face in &said {
        let twice = said.iter().filter(|other| bare(other) == bare(face)).count() > 1;
        if twice && !greetings.iter().any(|known| bare(known) == bare(face)) {
            greetings.push(face.clone());
        }
    }
    if greetings.len() > 1 {
        return greetings;
    }
    let mut addresses: Vec<String> = evidence
        .facts
        .attempts
        .iter()
        // In clear the address may have been rewritten on the way.
        .filter(|a| a.mode == Mode::Pasv && !a.varies(|v| *v == Varied::Clear))
        .filter_map(|a| a.advertised.map(|at| at.ip().to_string()))
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// A data connection in clear is refused, by the reply to its announcement or to the listing.
pub fn data_tls_required(evidence: &Evidence<'_>) -> Option<Finding> {
    let said = |v: &&ModeView<'_>| match &v.shown.why {
        Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text } => {
            peer::is_data_tls_required(*code, text)
        }
        _ => false,
    };
    let views: Vec<&ModeView<'_>> = evidence.modes().iter().filter(said).collect();
    let (Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text }) =
        &views.first()?.shown.why
    else {
        return None;
    };
    let text = Text::new("data-tls-required-text").with("reply", brief(*code, text));
    finding("data-tls-required", Confidence::Likely, text)
        .side(Side::Server)
        .explains(&views)
        .not(
            "firewall-blocks-passive",
            Text::new(if views.iter().any(|v| v.shown.observed.is_some()) {
                "not-firewall-connected"
            } else {
                "not-firewall-refused-by-reply"
            }),
        )
        .fix(Who::User, Text::new("data-tls-required-fix"), Vec::new())
        .done()
}
