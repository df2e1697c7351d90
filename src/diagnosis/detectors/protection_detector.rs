//! The protection of data connections: demanded, refused, or tied to the control connection's
//! session.

use super::finding_builder::finding;
use super::handshake_detector::data_handshakes;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::tls::failure;
use crate::diagnosis::why_not::{Found, require, why_not};
use crate::evidence::{AttemptReading, Evidence, ModeView};
use crate::facts::tls::{Handshake, TlsFailure};
use crate::facts::{Attempt, DataEnd, Outcome, Varied, Why};
use crate::wire::peer;

pub static TLS_SESSION_REUSE_REQUIRED: Cause = cause!(
    "tls-session-reuse-required",
    Tls,
    Info,
    &Detector(session_reuse_required),
    suppresses["listing-refused"]
);
pub static TLS_DATA_NOT_CLOSED: Cause =
    cause!("tls-data-not-closed", Tls, Warning, &Detector(data_not_closed));
pub static DATA_TLS_REQUIRED: Cause =
    cause!("data-tls-required", Tls, Problem, &Detector(data_tls_required));
pub static DATA_TLS_REFUSED: Cause =
    cause!("data-tls-refused", Tls, Problem, &Detector(data_refused));

fn speaks_of_reuse(attempt: &Attempt) -> bool {
    attempt.last_words().is_some_and(|(code, text)| {
        peer::is_session_reuse_required(code, text) || peer::may_mean_session_reuse(code, text)
    })
}

/// Data connections have to resume the control connection's session.
fn session_reuse_required(evidence: &Evidence<'_>) -> Found {
    let resumed =
        evidence.modes().iter().find_map(|v| v.all.iter().find(|a| a.is_open() && a.resumed()));
    let fresh = evidence.facts.varied(|v| *v == Varied::FreshSession).next();
    if let (Some(resumed), Some(fresh)) = (resumed, fresh) {
        require(fresh.outcome != Outcome::NotTested, || {
            why_not("a data connection with a session of its own was not tested").on(fresh)
        })?;
        require(fresh.observed.is_some() && !fresh.is_open(), || {
            why_not("a data connection with a session of its own was not turned away").on(fresh)
        })?;
        let confidence =
            if speaks_of_reuse(fresh) { Confidence::Proven } else { Confidence::Likely };
        return finding(
            &TLS_SESSION_REUSE_REQUIRED,
            confidence,
            Text::new("tls-session-reuse-required-text"),
        )
        .side(Side::Server)
        .attempt(resumed)
        .attempt(fresh)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::User, Text::new("tls-session-reuse-required-fix-user"), Vec::new())
        .fix(
            Who::ServerAdmin,
            Text::new("tls-session-reuse-required-fix-server"),
            remedies::settings::no_session_reuse(evidence),
        )
        .done();
    }
    // It wants what we could not give: no session was there to be resumed, or it did not take it.
    let views: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| v.failed() && speaks_of_reuse(v.shown))
        // What was read has the server's words, and seldom more.
        .filter(|v| {
            let tls = v.shown.observed.is_some() && v.shown.tls.is_some();
            (tls || !evidence.facts.source.is_live()) && !v.shown.resumed()
        })
        .collect();
    let first = views.first().ok_or_else(|| {
        why_not(
            "no data connection without the control connection's session was turned away for it",
        )
        .on_every_mode(evidence)
    })?;
    let reply = first.shown.last_words().map_or_else(String::new, |(code, text)| brief(code, text));
    let text = Text::new("tls-session-reuse-required-text-failed").with("reply", reply);
    finding(&TLS_SESSION_REUSE_REQUIRED, Confidence::Likely, text)
        .severity(Severity::Problem)
        .side(Side::Server)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(
            Who::ServerAdmin,
            Text::new("tls-session-reuse-required-fix-sessions"),
            remedies::settings::no_session_reuse(evidence),
        )
        .done()
}

/// PROT P is refused, or agreed to and not kept.
fn data_refused(evidence: &Evidence<'_>) -> Found {
    let refused: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| matches!(v.shown.why, Why::ProtectionRefused { .. }))
        .collect();
    if let Some(Why::ProtectionRefused { code, text }) = refused.first().map(|v| &v.shown.why) {
        let text = Text::new("data-tls-refused-text").with("reply", brief(*code, text));
        return finding(&DATA_TLS_REFUSED, Confidence::Proven, text)
            .side(Side::Server)
            .explains(&refused)
            .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
            .fix(
                Who::ServerAdmin,
                Text::new("data-tls-refused-fix-server"),
                remedies::settings::protect_data(evidence),
            )
            .done();
    }
    let failed: Vec<(&ModeView<'_>, &Handshake)> = data_handshakes(evidence)
        .into_iter()
        .filter(|(_, h)| matches!(h.failure, Some(TlsFailure::NotTls { .. })))
        .collect();
    let (_, first) = failed.first().ok_or_else(|| {
        why_not("PROT P was not refused, and no data connection went on in clear")
            .on_every_mode(evidence)
    })?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    let text = Text::new("data-tls-refused-text-clear").with("failure", failure(first));
    let confidence = if views.len() > 1 { Confidence::Likely } else { Confidence::Possible };
    finding(&DATA_TLS_REFUSED, confidence, text)
        .side(Side::Server)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::ServerAdmin, Text::new("data-tls-refused-fix-server"), Vec::new())
        .done()
}

/// A data connection in clear is refused, by the reply to its announcement or to the listing.
fn data_tls_required(evidence: &Evidence<'_>) -> Found {
    let said = |v: &&ModeView<'_>| match &v.shown.why {
        Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text } => {
            peer::is_data_tls_required(*code, text)
        }
        _ => false,
    };
    let views: Vec<&ModeView<'_>> = evidence.modes().iter().filter(said).collect();
    let Some(Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text }) =
        views.first().map(|v| &v.shown.why)
    else {
        return Err(why_not("no reply demands TLS on the data connection").on_every_mode(evidence));
    };
    let text = Text::new("data-tls-required-text").with("reply", brief(*code, text));
    finding(&DATA_TLS_REQUIRED, Confidence::Likely, text)
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

/// Data that came whole, as the server's last word says, ends without TLS' own.
fn data_not_closed(evidence: &Evidence<'_>) -> Found {
    let live = evidence.facts.source.is_live();
    let ended: Vec<&Attempt> = evidence
        .facts
        .attempts
        .iter()
        .filter(|a| a.tls.as_ref().is_some_and(|t| t.end.is_some()))
        // Cut short in earnest is another thing; a client that gave up at this says no more of it.
        .filter(|a| a.is_open() || (!live && a.outcome == Outcome::NotTested))
        .collect();
    let unclosed: Vec<&Attempt> = ended.iter().copied().filter(|a| a.ends_unclosed()).collect();
    require(!unclosed.is_empty(), || {
        why_not("no data connection under TLS came to its end without close_notify")
            .on_all(ended.iter().copied())
    })?;
    let always = unclosed.len() == ended.len();
    // More than one, and none otherwise: no slow moment, but how this server ends data.
    let confidence =
        if always && unclosed.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    // The client that wrote it down has thrown its data away.
    let thrown = unclosed.iter().any(|a| !a.is_open() || a.data_end == Some(DataEnd::Reset));
    let id = match (live, always) {
        (false, _) if thrown => "tls-data-not-closed-text-read",
        (_, true) => "tls-data-not-closed-text",
        (_, false) => "tls-data-not-closed-text-some",
    };
    let text = Text::new(id).with("times", unclosed.len()).with("of", ended.len());
    let mut build = finding(&TLS_DATA_NOT_CLOSED, confidence, text).side(Side::Server);
    if !live && thrown {
        let views: Vec<&ModeView<'_>> =
            evidence.modes().iter().filter(|v| v.shown.ends_unclosed()).collect();
        build = build.severity(Severity::Problem).explains(&views);
    } else {
        for attempt in unclosed.iter().take(4) {
            let text = Text::new("seen-unclosed").with("verb", attempt.mode.verb());
            build = build.saw_in(attempt, text);
        }
    }
    build
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .not_if(
            unclosed.iter().any(|a| a.is_open()),
            "data-closed-early",
            Text::new("not-early-completed"),
        )
        .fix(Who::ServerAdmin, Text::new("tls-data-not-closed-fix-server"), Vec::new())
        .fix(Who::User, Text::new("tls-data-not-closed-fix-user"), Vec::new())
        .done()
}
