//! What speaks against a certificate.

use super::finding_builder::{Build, finding};
use super::handshake_detector::{control_handshake, data_handshakes};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::text::Text;
use crate::diagnosis::tls::distrust;
use crate::diagnosis::why_not::{Found, WhyNot, why_not};
use crate::evidence::{Evidence, ModeView};
use crate::facts::tls::{CertificateFact, Distrust, Handshake, TlsFailure};

pub static TLS_CERTIFICATE_INVALID: Cause =
    cause!("tls-certificate-invalid", Tls, Problem, &Detector(certificate_invalid));

/// Something speaks against the certificate.
fn certificate_invalid(evidence: &Evidence<'_>) -> Found {
    let control = control_handshake(evidence);
    if let Some(handshake) = control.filter(|handshake| !handshake.distrust().is_empty()) {
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
    let (_, first) = failed.first().ok_or_else(|| {
        let control = match control {
            Some(_) => "nothing speaks against the certificate of the control connection",
            None => "there was no TLS handshake on the control connection",
        };
        why_not(control)
            .and(why_not("no data connection failed for want of trust").on_every_mode(evidence))
    })?;
    let views: Vec<&ModeView<'_>> = failed.iter().map(|(v, _)| *v).collect();
    certificate(first, "tls-certificate-invalid-text-data")?
        .title(Text::new("tls-certificate-invalid-title-data"))
        .explains(&views)
        .not("firewall-blocks-passive", Text::new("not-firewall-connected"))
        .done()
}

fn told(id: &'static str, handshake: &Handshake) -> Result<Text, WhyNot> {
    let reasons = handshake.distrust();
    let first = reasons.first();
    let mut list =
        distrust(first.ok_or_else(|| why_not("nothing is said against the certificate"))?);
    for reason in reasons.get(1..).unwrap_or_default() {
        list = Text::new("distrust-and").with("first", list).with("second", distrust(reason));
    }
    let shown: Option<&CertificateFact> = handshake.certificates.first();
    let of = |field: fn(&CertificateFact) -> &String| {
        shown.map(field).filter(|text| !text.is_empty()).map_or("?", String::as_str)
    };
    Ok(Text::new(id)
        .with("reasons", list)
        .with("subject", of(|c| &c.subject))
        .with("issuer", of(|c| &c.issuer)))
}

fn certificate(handshake: &Handshake, id: &'static str) -> Result<Build, WhyNot> {
    let reasons = handshake.distrust();
    let ours = matches!(reasons, [Distrust::NoRoots]);
    let side = if ours { Side::Client } else { Side::Server };
    let mut build =
        finding(&TLS_CERTIFICATE_INVALID, Confidence::Proven, told(id, handshake)?).side(side);
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
    Ok(build.fix_if(
        reasons.iter().all(unknown),
        Who::User,
        Text::new("tls-certificate-invalid-fix-user"),
    ))
}
