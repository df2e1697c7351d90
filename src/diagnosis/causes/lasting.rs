//! What shows only after a while: transfers that stop, and connections that are forgotten.

use super::build::finding;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::reason::{brief, bytes, idle};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::{Evidence, ModeView};
use crate::facts::{Attempt, Idle, IdleEnd, Outcome, Varied, Why};

/// The data connection stood, and nothing, or nothing more, came; or a command was never answered.
pub fn transfer_stalls(evidence: &Evidence<'_>) -> Option<Finding> {
    listing_stalls(evidence).or_else(|| file_stalls(evidence))
}

fn listing_stalls(evidence: &Evidence<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> =
        evidence.modes().iter().filter(|v| v.outcome() == Outcome::Stalled).collect();
    let first = *views.first()?;
    let views: Vec<&ModeView<'_>> =
        views.iter().copied().chain(super::active::unheard_of(evidence)).collect();
    let id = match &first.shown.why {
        Why::NoReply { .. } => "transfer-stalls-text-reply",
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
    let chance = evidence.facts.lossy() && evidence.any_open() && views.len() == 1;
    let severity = if chance { Severity::Warning } else { Severity::Problem };
    let mut build = finding("transfer-stalls", Confidence::Possible, text)
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
fn file_stalls(evidence: &Evidence<'_>) -> Option<Finding> {
    let tries: Vec<&Attempt> = evidence.facts.varied(|v| *v == Varied::Retrieve).collect();
    let failed = |a: &&&Attempt| {
        a.observed.is_some() && matches!(a.outcome, Outcome::Stalled | Outcome::Closed)
    };
    let plain: Vec<&Attempt> =
        tries.iter().filter(|a| a.varied.len() == 1).filter(failed).copied().collect();
    let first = plain.first()?;
    let alive = tries.iter().find(|a| a.varies(|v| *v == Varied::KeepAlive));
    let small = tries.iter().find(|a| a.varies(|v| matches!(v, Varied::Segments { .. })));
    let plain_open = tries.iter().any(|a| a.varied.len() == 1 && a.is_open());
    if plain_open || small.is_some_and(|a| a.is_open()) {
        return None;
    }
    // Who forgets a connection is silent; a close or a 421 is said by somebody.
    let control = matches!(first.why, Why::NoCompletion { .. });
    let closed = matches!(first.why, Why::ControlLost { .. });
    let cured = control && alive.is_some_and(|a| a.is_open());
    let after = alive.is_some_and(|kept| plain.iter().any(|a| a.began > kept.began));
    let again = tries.iter().filter(failed).count() >= 2;
    let confidence = match (cured, again) {
        (true, _) if after && !evidence.facts.lossy() => Confidence::Proven,
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
    let mut build = finding("transfer-stalls", confidence, text).title(Text::new(title));
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

/// A login that was silent for a while is gone.
pub fn control_idle_dropped(evidence: &Evidence<'_>) -> Option<Finding> {
    let first = evidence.facts.idles.first().filter(|i| i.end.lost())?;
    let alive: Option<&Idle> = evidence.facts.idles.get(1);
    let kept = alive.is_some_and(|i| matches!(i.end, IdleEnd::Answered { .. }));
    let lost_again = alive.is_some_and(|i| i.end.lost());
    let held = first.held.words();
    let reply = match &first.end {
        IdleEnd::Ended { reply: Some((code, text)) } => brief(*code, text),
        _ => String::new(),
    };
    if let IdleEnd::Ended { reply: said } = &first.end {
        // The server says goodbye in order: its own limit, which counts commands.
        let again = alive.is_some_and(|i| matches!(i.end, IdleEnd::Ended { .. }));
        let spoke = said.is_some();
        let confidence = match (again, spoke) {
            (true, true) => Confidence::Proven,
            (_, true) | (true, _) => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let id = if spoke {
            "control-idle-dropped-text-said"
        } else {
            "control-idle-dropped-text-closed"
        };
        let text = Text::new(id).with("held", held).with("reply", reply);
        return finding("control-idle-dropped", confidence, text)
            .title(Text::new("control-idle-dropped-title-server"))
            .severity(Severity::Warning)
            // A proxy on the way closes in order too; it does not speak FTP.
            .side(if spoke { Side::Server } else { Side::Unknown })
            .saw(idle(first))
            .fix(
                Who::ServerAdmin,
                Text::new("control-idle-dropped-fix-server"),
                remedies::settings::longer_idle(evidence),
            )
            .done();
    }
    let confidence = match (kept, lost_again) {
        (true, _) if !evidence.facts.lossy() => Confidence::Proven,
        (_, true) => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let id = match (&first.end, kept) {
        (_, true) => "control-idle-dropped-text-kept",
        (IdleEnd::Reset, _) => "control-idle-dropped-text-reset",
        _ => "control-idle-dropped-text",
    };
    let mut build = finding("control-idle-dropped", confidence, Text::new(id).with("held", held))
        .saw(idle(first));
    if let Some(alive) = alive {
        build = build.saw(idle(alive));
    }
    build
        .fix(Who::User, Text::new("control-idle-dropped-fix-user"), Vec::new())
        .fix(
            Who::NetworkAdmin,
            Text::new("control-idle-dropped-fix-network"),
            remedies::remember_longer(),
        )
        .done()
}
