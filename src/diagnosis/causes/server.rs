//! The data connection came through; the server itself, or a box that answers for it, ends it.

use super::build::finding;
use crate::diagnosis::case::{Case, ModeView};
use crate::diagnosis::finding::{Confidence, Finding, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::text::Text;
use crate::facts::{Outcome, Purpose, Why};
use crate::wire::peer;

/// 425 after a connection that stood: the server does not take it from this address.
pub fn rejects_data_peer(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = case
        .passive()
        .into_iter()
        .filter(|v| v.shown.observed.is_some())
        .filter(|v| matches!(&v.shown.why,
            Why::ListingRefused { code, text, .. } | Why::BrokenOff { code, text } if peer::is_bad_data_peer(*code, text)))
        .collect();
    let (Why::ListingRefused { code, text, .. } | Why::BrokenOff { code, text }) =
        &views.first()?.shown.why
    else {
        return None;
    };
    // The server's own words, and a handshake that a firewall would not have let through.
    finding(
        "server-rejects-data-peer",
        Confidence::Likely,
        Text::new("server-rejects-data-peer-text").with("reply", brief(*code, text)),
    )
    .side(Side::Unknown)
    .explains(&views)
    .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
    .fix(Who::NetworkAdmin, Text::new("server-rejects-data-peer-fix-network"), Vec::new())
    .fix(Who::ServerAdmin, Text::new("server-rejects-data-peer-fix-server"), Vec::new())
    .done()
}

/// The data connection stood, and the listing command was refused.
pub fn listing_refused(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> = case
        .modes
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
    let all = views.len() == case.modes.iter().filter(|m| m.tested()).count();
    let confidence = if all && views.len() > 1 { Confidence::Proven } else { Confidence::Likely };
    let path = case.facts.request.path.clone().unwrap_or_default();
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

/// The data connection stood and was cut off before its end.
pub fn data_closed_early(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> =
        case.modes.iter().filter(|v| v.outcome() == Outcome::Closed).collect();
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
    finding(
        "data-closed-early",
        confidence,
        Text::new(id)
            .with("command", command)
            .with("reply", reply)
            .with("bytes", crate::diagnosis::reason::bytes(first.shown.bytes)),
    )
    .explains(&views)
    .not_if(stood, "firewall-blocks-passive", Text::new("not-firewall-connected"))
    .fix(Who::ServerAdmin, Text::new("data-closed-early-fix-server"), Vec::new())
    .done()
}

/// Every passive handshake comes, data never, and a port that nobody announced answers as well.
pub fn data_intercepted(case: &Case<'_>) -> Option<Finding> {
    let views = case.passive();
    let empty = |v: &&ModeView<'_>| v.outcome() == Outcome::Stalled && v.shown.bytes == 0;
    if views.is_empty() || !views.iter().all(empty) {
        return None;
    }
    let announced = case.announced_ports();
    let unannounced = case.facts.attempts.iter().find(|a| {
        a.purpose == Purpose::Neighbour
            && a.is_open()
            && a.dialled.is_some_and(|d| !announced.contains(&d.port()))
    })?;
    let port = unannounced.dialled.map_or(0, |d| d.port());
    finding(
        "data-intercepted",
        Confidence::Likely,
        Text::new("data-intercepted-text").with("port", port),
    )
    .explains(&views)
    .attempt(unannounced)
    .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
    .fix(Who::NetworkAdmin, Text::new("data-intercepted-fix-network"), Vec::new())
    .fix_if(case.active_open(), Who::User, Text::new("fix-use-active"))
    .done()
}

/// The data connection stood, and nothing, or nothing more, came; or a command was never answered.
pub fn transfer_stalls(case: &Case<'_>) -> Option<Finding> {
    let views: Vec<&ModeView<'_>> =
        case.modes.iter().filter(|v| v.outcome() == Outcome::Stalled).collect();
    let first = views.first()?;
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
    let text = Text::new(id)
        .with("command", command)
        .with("bytes", crate::diagnosis::reason::bytes(first.shown.bytes));
    let stood = first.shown.observed.is_some();
    // Several things end like this; what tells them apart was not measured.
    finding("transfer-stalls", Confidence::Possible, text)
        .explains(&views)
        .not_if(stood, "firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::NetworkAdmin, Text::new("transfer-stalls-fix-network"), Vec::new())
        .fix(Who::ServerAdmin, Text::new("transfer-stalls-fix-server"), Vec::new())
        .done()
}

/// A data connection in clear is refused, by the reply to its announcement or to the listing.
pub fn data_tls_required(case: &Case<'_>) -> Option<Finding> {
    let said = |v: &&ModeView<'_>| match &v.shown.why {
        Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text } => {
            peer::is_data_tls_required(*code, text)
        }
        _ => false,
    };
    let views: Vec<&ModeView<'_>> = case.modes.iter().filter(said).collect();
    let (Why::ListingRefused { code, text, .. } | Why::CommandRefused { code, text }) =
        &views.first()?.shown.why
    else {
        return None;
    };
    let text = Text::new("data-tls-required-text").with("reply", brief(*code, text));
    finding("data-tls-required", Confidence::Likely, text)
        .side(Side::Server)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-refused-by-reply"))
        .fix(Who::User, Text::new("data-tls-required-fix"), Vec::new())
        .done()
}
