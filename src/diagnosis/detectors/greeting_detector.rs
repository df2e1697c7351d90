//! The greeting: silence, an end before the login, or another protocol in its place.

use super::dial_detector::dialled;
use super::finding_builder::{Build, finding};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Side, Who};
use crate::diagnosis::reason::{brief, first_line};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::Evidence;
use crate::facts::{DialOutcome, ExchangeEnd, Greeting, LoginOutcome, Session, TlsAnswer};
use crate::wire::{peer, service};

pub static CONTROL_SILENT: Cause = cause!("control-silent", Control, Problem, &Detector(silent));
pub static CONTROL_CLOSED: Cause = cause!("control-closed", Control, Problem, &Detector(closed));
pub static CONTROL_NOT_FTP: Cause = cause!("control-not-ftp", Control, Problem, &Detector(not_ftp));

/// The session whose login did not succeed.
pub(super) fn stuck<'a>(evidence: &Evidence<'a>) -> Result<&'a Session, WhyNot> {
    require(!evidence.logged_in(), || why_not("a login was had"))?;
    evidence.session().ok_or_else(|| why_not("no control connection stood"))
}

/// Port open, no greeting.
fn silent(evidence: &Evidence<'_>) -> Found {
    let session = stuck(evidence)?;
    let (waited, command) = match (&session.greeting, &session.login) {
        (Greeting::Silent(waited), _) if evidence.facts.tls_hello != Some(TlsAnswer::Tls) => {
            (*waited, None)
        }
        (_, LoginOutcome::Broken { command, end: ExchangeEnd::TimedOut { waited } }) => {
            (*waited, Some(command))
        }
        _ => {
            return Err(why_not(
                "there was no silence where a greeting or a reply is due, or TLS broke it",
            ));
        }
    };
    // A server that looks its clients up first may take seconds to greet.
    let confidence = match waited.0 {
        0..3_000_000 => {
            let waited = waited.words();
            return Err(why_not(format!("it was waited for {waited} alone: some greet later")));
        }
        3_000_000..10_000_000 => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let greeted = evidence.facts.tls_hello.as_ref().is_some_and(TlsAnswer::is_greeting);
    require(not_ftp(evidence).is_err(), || why_not("what answered is no FTP (control-not-ftp)"))?;
    require(!greeted || command.is_some(), || {
        why_not("the server was heard: it greeted when it was sent a TLS greeting")
    })?;
    let text = Text::new(if command.is_some() {
        "control-silent-text-login"
    } else {
        "control-silent-text"
    })
    .with("control", evidence.control_port())
    .with("waited", waited.words())
    .with("command", command.map_or("", String::as_str));
    let mut build = finding(&CONTROL_SILENT, confidence, text);
    build = build.saw(
        Text::new("seen-connected").with("to", session.peer).with("took", session.connect.words()),
    );
    build = match &evidence.facts.tls_hello {
        Some(TlsAnswer::Silent) => build.not("tls-required", Text::new("not-tls-silent")),
        Some(TlsAnswer::Other { head }) => {
            build.not("tls-required", Text::new("not-tls-other").with("head", head))
        }
        Some(TlsAnswer::Closed) => build.not("tls-required", Text::new("not-tls-closed")),
        _ => build,
    };
    build
        .not("control-filtered", Text::new("not-filtered-connected"))
        .fix(Who::ServerAdmin, Text::new("control-silent-fix-server"), Vec::new())
        .fix(Who::User, Text::new("control-silent-fix-user"), Vec::new())
        .done()
}

/// The server hangs up before a login.
fn closed(evidence: &Evidence<'_>) -> Found {
    let reset =
        dialled(evidence, &CONTROL_CLOSED, Confidence::Likely, |o| *o == DialOutcome::Reset);
    let why = match reset {
        Ok(build) => {
            let text =
                Text::new("control-closed-text-reset").with("control", evidence.control_port());
            return closed_remedies(build.explain(text)).done();
        }
        Err(why) => why,
    };
    let session = stuck(evidence).map_err(|other| why.and(other))?;
    let (id, reply, command) = match (&session.greeting, &session.login) {
        (Greeting::Closed, _) => ("control-closed-text", None, ""),
        (Greeting::Reset, _) => ("control-closed-text-reset", None, ""),
        (Greeting::Reply(reply), _)
            if reply.code >= 300
                && !peer::is_too_many(reply.code, &reply.text)
                && !peer::is_tls_required(reply.code, &reply.text) =>
        {
            ("control-closed-text-reply", Some(reply.brief()), "")
        }
        (_, LoginOutcome::Broken { command, end })
            if !matches!(end, ExchangeEnd::TimedOut { .. } | ExchangeEnd::NotAReply { .. }) =>
        {
            ("control-closed-text-login", None, command.as_str())
        }
        (_, LoginOutcome::Refused { code: 421, text, .. })
            if !peer::is_too_many(421, text) && !peer::is_tls_required(421, text) =>
        {
            ("control-closed-text-reply", Some(brief(421, text)), "")
        }
        _ => return Err(why_not("the server did not hang up before the login")),
    };
    let text = Text::new(id)
        .with("control", evidence.control_port())
        .with("reply", reply.unwrap_or_default())
        .with("command", command);
    let build = finding(&CONTROL_CLOSED, Confidence::Likely, text).saw(
        Text::new("seen-connected").with("to", session.peer).with("took", session.connect.words()),
    );
    closed_remedies(build).done()
}

fn closed_remedies(build: Build) -> Build {
    build
        .not("control-filtered", Text::new("not-filtered-connected"))
        .fix(Who::ServerAdmin, Text::new("control-closed-fix-server"), Vec::new())
        .fix(Who::User, Text::new("control-closed-fix-user"), Vec::new())
}

/// Another service.
fn not_ftp(evidence: &Evidence<'_>) -> Found {
    let session = stuck(evidence)?;
    let (service, head, confidence) = match (&session.greeting, &session.login) {
        (Greeting::NotFtp { service, head }, _) => {
            let confidence =
                if service.name().is_some() { Confidence::Proven } else { Confidence::Possible };
            (service.name(), head.clone(), confidence)
        }
        // It waits for its client to begin, and answered the TLS greeting in its own tongue.
        (Greeting::Silent(_), _) => {
            let Some(TlsAnswer::Other { head }) = &evidence.facts.tls_hello else {
                return Err(why_not(
                    "it was silent, and to a TLS greeting it answered nothing that names a protocol",
                ));
            };
            let known = service::recognise(head.as_bytes()).and_then(|service| service.name());
            let name = known.ok_or_else(|| {
                why_not("it was silent, and its answer to a TLS greeting is of no protocol that is known")
            })?;
            (Some(name), head.clone(), Confidence::Likely)
        }
        (_, LoginOutcome::Broken { end: ExchangeEnd::NotAReply { text }, .. }) => {
            (None, text.clone(), Confidence::Possible)
        }
        _ => return Err(why_not("what the server said reads like FTP")),
    };
    let id =
        if service.is_some() { "control-not-ftp-text" } else { "control-not-ftp-text-unknown" };
    let text = Text::new(id)
        .with("control", evidence.control_port())
        .with("known", if service.is_some() { "yes" } else { "no" })
        .with("service", service.unwrap_or("?"));
    let fix =
        if service == Some("SSH") { "control-not-ftp-fix-ssh" } else { "control-not-ftp-fix" };
    finding(&CONTROL_NOT_FTP, confidence, text)
        .side(Side::Unknown)
        .saw(Text::new("seen-head").with("head", first_line(&head)))
        .not("control-filtered", Text::new("not-filtered-connected"))
        .fix(Who::User, Text::new(fix), Vec::new())
        .done()
}
