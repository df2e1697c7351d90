//! Encryption: what the server offers, what its certificate is worth, and who goes blind by it.

use super::blocked::{let_in, seen_ladder};
use super::build::{Build, finding, verbs};
use super::passive::all_end;
use crate::diagnosis::finding::{Confidence, Finding, Severity, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::text::Text;
use crate::diagnosis::tls::{distrust, failure};
use crate::diagnosis::{ports, remedies};
use crate::evidence::{Evidence, ModeView};
use crate::facts::tls::{CertificateFact, Distrust, Handshake, TlsFailure};
use crate::facts::{
    Attempt, LoginOutcome, Mode, Outcome, Security, Session, TlsLevel, Varied, Why,
};
use crate::wire::peer;

/// AUTH is refused.
pub fn unsupported(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.logged_in() {
        return None;
    }
    let LoginOutcome::TlsRefused { command, code, text } = &evidence.session()?.login else {
        return None;
    };
    let transient = (400..500).contains(code);
    let (id, confidence) = if transient {
        ("tls-unsupported-text-now", Confidence::Possible)
    } else {
        ("tls-unsupported-text", Confidence::Likely)
    };
    let reply = brief(*code, text);
    let text = Text::new(id).with("command", command).with("reply", reply.clone());
    finding("tls-unsupported", confidence, text)
        .side(Side::Server)
        .saw(Text::new("seen-reply").with("reply", reply))
        .not("control-filtered", Text::new("not-filtered-answered"))
        .not("login-rejected", Text::new("not-login-nobody-named"))
        .fix(
            Who::ServerAdmin,
            Text::new("tls-unsupported-fix-server"),
            remedies::settings::enable_tls(evidence),
        )
        .fix(Who::User, Text::new("tls-unsupported-fix-user"), Vec::new())
        .done()
}

fn control_handshake<'a>(evidence: &Evidence<'a>) -> Option<(&'a Session, &'a Handshake)> {
    let session = evidence.session()?;
    Some((session, session.tls.as_ref()?))
}

fn data_handshakes<'v, 'a>(evidence: &'v Evidence<'a>) -> Vec<(&'v ModeView<'a>, &'a Handshake)> {
    // Silence after our ClientHello is silence for the attempt, and a failed handshake all the same.
    let failed = |v: &&ModeView<'_>| {
        let silent = v.shown.tls.as_ref().is_some_and(|tls| !tls.is_done());
        v.outcome() == Outcome::TlsFailed || (v.outcome() == Outcome::Stalled && silent)
    };
    evidence
        .modes()
        .iter()
        .filter(failed)
        .filter_map(|v| Some((v, v.shown.tls.as_ref()?)))
        .collect()
}

/// There is no TLS connection, and not for want of trust.
pub fn handshake_failed(evidence: &Evidence<'_>) -> Option<Finding> {
    if !evidence.logged_in() {
        return control_failed(evidence);
    }
    let failed: Vec<(&ModeView<'_>, &Handshake)> = data_handshakes(evidence)
        .into_iter()
        .filter(|(_, h)| {
            !matches!(h.failure, Some(TlsFailure::Untrusted | TlsFailure::NotTls { .. }) | None)
        })
        .collect();
    let (_, first) = failed.first()?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    let text = Text::new("tls-handshake-failed-text-data")
        .with("verbs", verbs(&views))
        .with("failure", failure(first));
    let confidence = if views.len() > 1 { Confidence::Likely } else { Confidence::Possible };
    finding("tls-handshake-failed", confidence, text)
        .title(Text::new("tls-handshake-failed-title-data"))
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::ServerAdmin, Text::new("tls-handshake-failed-fix-data"), Vec::new())
        .done()
}

fn control_failed(evidence: &Evidence<'_>) -> Option<Finding> {
    if let LoginOutcome::Injected { text } = &evidence.session()?.login {
        let text = Text::new("tls-handshake-failed-text-injected").with("text", text);
        return finding("tls-handshake-failed", Confidence::Likely, text)
            .title(Text::new("tls-handshake-failed-title-injected"))
            .not("login-rejected", Text::new("not-login-nobody-named"))
            .fix(Who::NetworkAdmin, Text::new("tls-handshake-failed-fix-injected"), Vec::new())
            .done();
    }
    let (_, handshake) = control_handshake(evidence)?;
    let (id, confidence) = match handshake.failure.as_ref()? {
        TlsFailure::Untrusted => return None,
        TlsFailure::NotTls { .. } if evidence.facts.request.tls == TlsLevel::Implicit => {
            ("tls-handshake-failed-text-clear", Confidence::Likely)
        }
        TlsFailure::OldVersion { .. } => ("tls-handshake-failed-text-old", Confidence::Likely),
        TlsFailure::NoCommonCipher { .. } => {
            ("tls-handshake-failed-text-cipher", Confidence::Likely)
        }
        TlsFailure::Closed | TlsFailure::Reset | TlsFailure::TimedOut { .. } => {
            ("tls-handshake-failed-text-box", Confidence::Possible)
        }
        _ => ("tls-handshake-failed-text", Confidence::Possible),
    };
    let text =
        Text::new(id).with("failure", failure(handshake)).with("control", evidence.control_port());
    let build = finding("tls-handshake-failed", confidence, text)
        .saw(Text::new("seen-handshake").with("failure", failure(handshake)))
        .not("login-rejected", Text::new("not-login-nobody-named"))
        .not("control-filtered", Text::new("not-filtered-connected"));
    let server = |build: Build| {
        build.fix(Who::ServerAdmin, Text::new("tls-handshake-failed-fix-server"), Vec::new())
    };
    match id {
        "tls-handshake-failed-text-clear" => {
            build.fix(Who::User, Text::new("tls-handshake-failed-fix-clear"), Vec::new())
        }
        "tls-handshake-failed-text-box" => server(build).fix(
            Who::NetworkAdmin,
            Text::new("tls-handshake-failed-fix-box"),
            Vec::new(),
        ),
        _ => server(build),
    }
    .done()
}

/// Something speaks against the certificate.
pub fn certificate_invalid(evidence: &Evidence<'_>) -> Option<Finding> {
    let control = control_handshake(evidence).map(|(_, h)| h).filter(|h| !h.distrust().is_empty());
    if let Some(handshake) = control {
        let refused = handshake.failure.is_some();
        let build = certificate(handshake, "tls-certificate-invalid-text")?;
        let build = if refused {
            build.not("login-rejected", Text::new("not-login-nobody-named"))
        } else {
            build
                .severity(Severity::Warning)
                .explain(told("tls-certificate-invalid-text-insecure", handshake)?)
        };
        return build.done();
    }
    let failed: Vec<(&ModeView<'_>, &Handshake)> = data_handshakes(evidence)
        .into_iter()
        .filter(|(_, h)| h.failure == Some(TlsFailure::Untrusted))
        .collect();
    let (_, first) = failed.first()?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    certificate(first, "tls-certificate-invalid-text-data")?
        .title(Text::new("tls-certificate-invalid-title-data"))
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .done()
}

fn told(id: &'static str, handshake: &Handshake) -> Option<Text> {
    let reasons = handshake.distrust();
    let mut list = distrust(reasons.first()?);
    for reason in reasons.get(1..).unwrap_or_default() {
        list = Text::new("distrust-and").with("first", list).with("second", distrust(reason));
    }
    let shown: Option<&CertificateFact> = handshake.certificates.first();
    let of = |field: fn(&CertificateFact) -> &String| {
        shown.map(field).filter(|text| !text.is_empty()).map_or("?", String::as_str)
    };
    Some(
        Text::new(id)
            .with("reasons", list)
            .with("subject", of(|c| &c.subject))
            .with("issuer", of(|c| &c.issuer)),
    )
}

fn certificate(handshake: &Handshake, id: &'static str) -> Option<Build> {
    let reasons = handshake.distrust();
    let ours = matches!(reasons, [Distrust::NoRoots]);
    let side = if ours { Side::Client } else { Side::Server };
    let mut build =
        finding("tls-certificate-invalid", Confidence::Proven, told(id, handshake)?).side(side);
    for reason in reasons {
        build = build.saw(distrust(reason));
    }
    if let Some(shown) = handshake.certificates.first() {
        build = build.saw(
            Text::new("seen-certificate")
                .with("subject", &shown.subject)
                .with("issuer", &shown.issuer)
                .with("from", shown.not_before.clone().unwrap_or_default())
                .with("until", shown.not_after.clone().unwrap_or_default())
                .with("sha256", &shown.sha256),
        );
    }
    let fix = |reason: &Distrust| match reason {
        Distrust::Expired { .. } | Distrust::NotYetValid { .. } | Distrust::Revoked => {
            (Who::ServerAdmin, "tls-certificate-invalid-fix-renew")
        }
        Distrust::WrongName { .. } | Distrust::CommonNameOnly { .. } => {
            (Who::ServerAdmin, "tls-certificate-invalid-fix-name")
        }
        Distrust::NoRoots => (Who::ClientAdmin, "tls-certificate-invalid-fix-roots"),
        Distrust::SelfSigned | Distrust::UnknownIssuer { .. } => {
            (Who::ServerAdmin, "tls-certificate-invalid-fix-chain")
        }
        _ => (Who::ServerAdmin, "tls-certificate-invalid-fix-other"),
    };
    let mut given: Vec<&str> = Vec::new();
    for (who, id) in reasons.iter().map(fix) {
        if !given.contains(&id) {
            given.push(id);
            build = build.fix(who, Text::new(id), Vec::new());
        }
    }
    let unknown = |r: &Distrust| matches!(r, Distrust::SelfSigned | Distrust::UnknownIssuer { .. });
    // Trust given by hand cures neither an old certificate nor another's name.
    Some(build.fix_if(
        reasons.iter().all(unknown),
        Who::User,
        Text::new("tls-certificate-invalid-fix-user"),
    ))
}

fn speaks_of_reuse(attempt: &Attempt) -> bool {
    attempt.last_words().is_some_and(|(code, text)| {
        peer::is_session_reuse_required(code, text) || peer::may_mean_session_reuse(code, text)
    })
}

/// Data connections have to resume the control connection's session.
pub fn session_reuse_required(evidence: &Evidence<'_>) -> Option<Finding> {
    let resumed =
        evidence.modes().iter().find_map(|v| v.all.iter().find(|a| a.is_open() && a.resumed()));
    let fresh = evidence.facts.varied(|v| *v == Varied::FreshSession).next();
    if let (Some(resumed), Some(fresh)) = (resumed, fresh) {
        let refused = fresh.observed.is_some() && !fresh.is_open();
        if !refused || fresh.outcome == Outcome::NotTested {
            return None;
        }
        let confidence =
            if speaks_of_reuse(fresh) { Confidence::Proven } else { Confidence::Likely };
        return finding(
            "tls-session-reuse-required",
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
        .filter(|v| v.failed() && v.shown.observed.is_some() && speaks_of_reuse(v.shown))
        .filter(|v| v.shown.tls.is_some() && !v.shown.resumed())
        .collect();
    let first = views.first()?;
    let reply = first.shown.last_words().map_or_else(String::new, |(code, text)| brief(code, text));
    let text = Text::new("tls-session-reuse-required-text-failed").with("reply", reply);
    finding("tls-session-reuse-required", Confidence::Likely, text)
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
pub fn data_refused(evidence: &Evidence<'_>) -> Option<Finding> {
    let refused: Vec<&ModeView<'_>> = evidence
        .modes()
        .iter()
        .filter(|v| matches!(v.shown.why, Why::ProtectionRefused { .. }))
        .collect();
    if let Some(first) = refused.first() {
        let Why::ProtectionRefused { code, text } = &first.shown.why else { return None };
        let text = Text::new("data-tls-refused-text").with("reply", brief(*code, text));
        return finding("data-tls-refused", Confidence::Proven, text)
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
    let (_, first) = failed.first()?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    let text = Text::new("data-tls-refused-text-clear").with("failure", failure(first));
    let confidence = if views.len() > 1 { Confidence::Likely } else { Confidence::Possible };
    finding("data-tls-refused", confidence, text)
        .side(Side::Server)
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::ServerAdmin, Text::new("data-tls-refused-fix-server"), Vec::new())
        .done()
}

/// What is open in clear is not under TLS: somebody reads along, and can no longer.
pub fn blinds_helper(evidence: &Evidence<'_>) -> Option<Finding> {
    let blind = |passive: bool| -> Option<(Vec<&ModeView<'_>>, &Attempt)> {
        let clear = evidence.facts.works_in_clear(passive)?;
        let tested: Vec<&ModeView<'_>> =
            if passive { evidence.passive() } else { evidence.active() };
        let tls: Vec<&ModeView<'_>> =
            tested.into_iter().filter(|v| v.security == Security::Tls).collect();
        (!tls.is_empty() && tls.iter().all(|v| v.shown.is_shut())).then_some((tls, clear))
    };
    let (passive, active) = (blind(true), blind(false));
    let mut views: Vec<&ModeView<'_>> = Vec::new();
    let mut clear: Vec<&Attempt> = Vec::new();
    for (tls, open) in passive.iter().chain(&active) {
        views.extend(tls);
        clear.push(open);
    }
    let first = clear.first()?;
    let failures: usize = views.iter().map(|v| v.times()).sum();
    let confidence = match (failures, evidence.facts.lossy()) {
        (2.., false) => Confidence::Proven,
        _ => Confidence::Likely,
    };
    let id = match (passive.is_some(), active.is_some()) {
        (true, true) => "tls-blinds-firewall-helper-text-both",
        (true, false) => "tls-blinds-firewall-helper-text",
        (false, _) => "tls-blinds-firewall-helper-text-active",
    };
    let text = Text::new(id)
        .with("verbs", verbs(&views))
        .with("clear", first.mode.verb())
        .with("port", first.passive_port().unwrap_or(0));
    let mut build = finding("tls-blinds-firewall-helper", confidence, text).explains(&views);
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
