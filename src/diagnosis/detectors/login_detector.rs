//! The login: refused by name or password, for want of room, or for want of TLS.

use super::finding_builder::finding;
use super::greeting_detector::stuck;
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::{brief, first_line};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::Evidence;
use crate::facts::{Greeting, LoginOutcome, ReplyFact, TlsAnswer};
use crate::wire::peer;

pub static TOO_MANY_CONNECTIONS: Cause =
    cause!("too-many-connections", Control, Problem, &Detector(too_many));
pub static LOGIN_REJECTED: Cause =
    cause!("login-rejected", Control, Problem, &Detector(login_rejected));
pub static TLS_REQUIRED: Cause = cause!("tls-required", Tls, Problem, &Detector(tls_required));

/// The refusal that keeps us out: the greeting itself, or the reply to USER, PASS or ACCT.
fn refusal<'a>(evidence: &Evidence<'a>) -> Result<(u16, &'a str), WhyNot> {
    if let Some((_, code, text)) = evidence.login_refusal() {
        return Ok((code, text));
    }
    let greeting = stuck(evidence)?.greeting_reply().filter(|reply| reply.code >= 300);
    greeting.map(|reply| (reply.code, reply.text.as_str())).ok_or_else(|| {
        why_not("no reply kept us out, neither in place of the greeting nor to USER, PASS or ACCT")
    })
}

/// The server is full.
fn too_many(evidence: &Evidence<'_>) -> Found {
    let (code, text) = refusal(evidence)?;
    require(peer::is_too_many(code, text), || {
        why_not(format!("the refusal does not say that the server is full: {}", brief(code, text)))
    })?;
    finding(
        &TOO_MANY_CONNECTIONS,
        Confidence::Proven,
        Text::new("too-many-connections-text").with("reply", brief(code, text)),
    )
    .side(Side::Server)
    .saw(Text::new("seen-reply").with("reply", brief(code, text)))
    .not("login-rejected", Text::new("not-login-full"))
    .fix(Who::User, Text::new("too-many-connections-fix-user"), Vec::new())
    .fix(
        Who::ServerAdmin,
        Text::new("too-many-connections-fix-server"),
        remedies::settings::more_connections(evidence),
    )
    .done()
}

/// User or password refused.
fn login_rejected(evidence: &Evidence<'_>) -> Found {
    let session = stuck(evidence)?;
    let user = &evidence.facts.request.user;
    let mut confidence = Confidence::Proven;
    let (id, reply) = match &session.login {
        LoginOutcome::Refused { code, text, .. }
            if (*code >= 500 || *code == 430)
                && !peer::is_tls_required(*code, text)
                && !peer::is_too_many(*code, text) =>
        {
            confidence = match code {
                530 | 532 | 331..=332 => Confidence::Proven,
                _ => Confidence::Likely,
            };
            let id = if user == "anonymous" && *code == 530 {
                "login-rejected-text-anonymous"
            } else {
                "login-rejected-text"
            };
            (id, brief(*code, text))
        }
        LoginOutcome::Wants { command, text } => {
            let id = if command == "ACCT" {
                "login-rejected-text-account"
            } else {
                "login-rejected-text-wants"
            };
            // Some say nothing but the code.
            let said = Some(first_line(text)).filter(|said| !said.is_empty());
            let last = || session.exchanges.iter().rev().find_map(|e| e.replies.last());
            (id, said.or_else(|| last().map(ReplyFact::brief)).unwrap_or_default())
        }
        _ => {
            return Err(why_not(
                "no login was refused for its name or password: a refusal of another kind, or none",
            ));
        }
    };
    finding(
        &LOGIN_REJECTED,
        confidence,
        Text::new(id).with("user", user).with("reply", reply.clone()),
    )
    .side(Side::Server)
    .saw(Text::new("seen-reply").with("reply", reply))
    .not("tls-required", Text::new("not-tls-words"))
    .not("control-filtered", Text::new("not-filtered-answered"))
    .fix(Who::User, Text::new("login-rejected-fix-user"), Vec::new())
    .fix(Who::ServerAdmin, Text::new("login-rejected-fix-server"), Vec::new())
    .done()
}

/// No login without TLS, or TLS from the first byte.
fn tls_required(evidence: &Evidence<'_>) -> Found {
    if let Ok((code, text)) = refusal(evidence)
        && peer::is_tls_required(code, text)
    {
        return finding(
            &TLS_REQUIRED,
            Confidence::Proven,
            Text::new("tls-required-text").with("reply", brief(code, text)),
        )
        .side(Side::Server)
        .saw(Text::new("seen-reply").with("reply", brief(code, text)))
        .not("login-rejected", Text::new("not-login-tls"))
        .fix(Who::User, Text::new("tls-required-fix-explicit"), Vec::new())
        .done();
    }
    let session = stuck(evidence)?;
    let Greeting::Silent(waited) = session.greeting else {
        return Err(why_not("no reply demands TLS, and the server did greet"));
    };
    require(evidence.facts.tls_hello == Some(TlsAnswer::Tls), || {
        why_not("the server was silent, and a TLS greeting was not answered by TLS")
    })?;
    let text = Text::new("tls-required-text-implicit")
        .with("control", evidence.control_port())
        .with("waited", waited.words());
    // A port that serves several protocols may have greeted later.
    finding(&TLS_REQUIRED, Confidence::Likely, text)
        .side(Side::Server)
        .saw(Text::new("seen-silent").with("waited", waited.words()))
        .saw(Text::new("seen-tls-answer"))
        .not("control-silent", Text::new("not-silent-tls"))
        .fix(
            Who::User,
            Text::new("tls-required-fix-implicit").with("control", evidence.control_port()),
            Vec::new(),
        )
        .done()
}
