//! TLS handshakes that are refused or fail, of the control connection and of data connections.

use super::finding_builder::{Build, finding};
use super::greeting_detector::stuck;
use super::sentences::verbs;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::brief;
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::tls::failure;
use crate::diagnosis::why_not::{Found, why_not};
use crate::evidence::{Evidence, ModeView};
use crate::facts::tls::{Handshake, TlsFailure};
use crate::facts::{LoginOutcome, Outcome, TlsLevel};

pub static TLS_UNSUPPORTED: Cause = cause!("tls-unsupported", Tls, Problem, &Detector(unsupported));
pub static TLS_HANDSHAKE_FAILED: Cause = cause!(
    "tls-handshake-failed",
    Tls,
    Problem,
    &Detector(handshake_failed),
    suppresses["transfer-stalls"]
);

/// AUTH is refused.
fn unsupported(evidence: &Evidence<'_>) -> Found {
    let login = &stuck(evidence)?.login;
    let LoginOutcome::TlsRefused { command, code, text } = login else {
        return Err(why_not("AUTH was not refused"));
    };
    let transient = (400..500).contains(code);
    let (id, confidence) = if transient {
        ("tls-unsupported-text-now", Confidence::Possible)
    } else {
        ("tls-unsupported-text", Confidence::Likely)
    };
    let reply = brief(*code, text);
    let text = Text::new(id).with("command", command).with("reply", reply.clone());
    finding(&TLS_UNSUPPORTED, confidence, text)
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

/// The TLS handshake of the control connection.
pub(super) fn control_handshake<'a>(evidence: &Evidence<'a>) -> Option<&'a Handshake> {
    evidence.session()?.tls.as_ref()
}

/// Modes that failed in the TLS handshake of their data connection.
pub(super) fn data_handshakes<'v, 'a>(
    evidence: &'v Evidence<'a>,
) -> Vec<(&'v ModeView<'a>, &'a Handshake)> {
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
fn handshake_failed(evidence: &Evidence<'_>) -> Found {
    if !evidence.logged_in() {
        return control_failed(evidence);
    }
    let failed: Vec<(&ModeView<'_>, &Handshake)> = data_handshakes(evidence)
        .into_iter()
        .filter(|(_, h)| {
            !matches!(h.failure, Some(TlsFailure::Untrusted | TlsFailure::NotTls { .. }) | None)
        })
        .collect();
    let (_, first) = failed.first().ok_or_else(|| {
        why_not("no data connection failed in its TLS handshake for want of TLS")
            .on_every_mode(evidence)
    })?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    let text = Text::new("tls-handshake-failed-text-data")
        .with("verbs", verbs(&views))
        .with("failure", failure(first));
    let confidence = if views.len() > 1 { Confidence::Likely } else { Confidence::Possible };
    finding(&TLS_HANDSHAKE_FAILED, confidence, text)
        .title(Text::new("tls-handshake-failed-title-data"))
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .fix(Who::ServerAdmin, Text::new("tls-handshake-failed-fix-data"), Vec::new())
        .done()
}

fn control_failed(evidence: &Evidence<'_>) -> Found {
    if let LoginOutcome::Injected { text } = &stuck(evidence)?.login {
        let text = Text::new("tls-handshake-failed-text-injected").with("text", text);
        return finding(&TLS_HANDSHAKE_FAILED, Confidence::Likely, text)
            .title(Text::new("tls-handshake-failed-title-injected"))
            .not("login-rejected", Text::new("not-login-nobody-named"))
            .fix(Who::NetworkAdmin, Text::new("tls-handshake-failed-fix-injected"), Vec::new())
            .done();
    }
    let handshake = control_handshake(evidence)
        .ok_or_else(|| why_not("there was no TLS handshake on the control connection"))?;
    let failed = handshake.failure.as_ref();
    let failed =
        failed.ok_or_else(|| why_not("the handshake of the control connection came to its end"))?;
    let (id, confidence) = match failed {
        TlsFailure::Untrusted => {
            return Err(why_not(
                "the handshake failed for want of trust (tls-certificate-invalid)",
            ));
        }
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
    let build = finding(&TLS_HANDSHAKE_FAILED, confidence, text)
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
