//! Name, control connection, greeting, login.

use super::blocked::{place, seen_ladder};
use super::build::{Build, finding};
use crate::diagnosis::finding::{Confidence, Finding, Side, Who};
use crate::diagnosis::reason::{brief, first_line, icmp_text};
use crate::diagnosis::remedies;
use crate::diagnosis::text::Text;
use crate::evidence::Evidence;
use crate::facts::{
    Dial, DialOutcome, ExchangeEnd, Greeting, LoginOutcome, LookupOutcome, ReplyFact, Session,
    TlsAnswer,
};
use crate::wire::{peer, service};

/// The name leads to no address.
pub fn name_not_found(evidence: &Evidence<'_>) -> Option<Finding> {
    let names = &evidence.facts.names;
    if names.literal || !names.addresses.is_empty() || names.lookups.is_empty() {
        return None;
    }
    let any =
        |outcome: fn(&LookupOutcome) -> bool| names.lookups.iter().any(|l| outcome(&l.outcome));
    let (id, confidence) = if any(|o| matches!(o, LookupOutcome::NotFound)) {
        ("name-not-found-text", Confidence::Proven)
    } else if names.lookups.iter().take(2).all(|l| l.outcome == LookupOutcome::NoSuchRecord) {
        ("name-not-found-text-no-record", Confidence::Likely)
    } else {
        ("name-not-found-text-resolver", Confidence::Possible)
    };
    let host = &evidence.facts.request.host;
    let mut build = finding("name-not-found", confidence, Text::new(id).with("host", host));
    for lookup in &names.lookups {
        let detail = match &lookup.outcome {
            LookupOutcome::ServerFailure(text) | LookupOutcome::Failed(text) => first_line(text),
            _ => String::new(),
        };
        build = build.saw(
            Text::new(format!("seen-lookup-{}", lookup.outcome.key()))
                .with("record", lookup.record.word())
                .with(
                    "who",
                    Text::new(match lookup.via {
                        crate::facts::Via::Dns => "via-dns",
                        crate::facts::Via::System => "via-system",
                    }),
                )
                .with("text", detail)
                .with("took", lookup.took.words()),
        );
    }
    build.fix(Who::User, Text::new("name-not-found-fix").with("host", host), Vec::new()).done()
}

/// Dials to the addresses that were to be probed, if none of them connected.
fn failed_dials<'a>(evidence: &Evidence<'a>) -> Vec<&'a Dial> {
    if evidence.session().is_some() {
        return Vec::new();
    }
    evidence.facts.dials.iter().collect()
}

fn dialled(
    evidence: &Evidence<'_>,
    cause: &'static str,
    confidence: Confidence,
    wanted: fn(&DialOutcome) -> bool,
) -> Option<Build> {
    let dials = failed_dials(evidence);
    // The first address decides; the others are evidence.
    if !dials.first().is_some_and(|d| wanted(&d.outcome)) {
        return None;
    }
    let to = dials.first()?.to;
    let text =
        Text::new(format!("{cause}-text")).with("address", to.ip()).with("control", to.port());
    let mut build = finding(cause, confidence, text);
    for dial in dials {
        let text = match &dial.outcome {
            DialOutcome::Connected => Text::new("seen-dial-connected"),
            DialOutcome::Refused => Text::new("seen-dial-refused"),
            DialOutcome::Reset => Text::new("seen-dial-reset"),
            DialOutcome::TimedOut => {
                Text::new("seen-dial-timed-out").with("syns", dial.syns.unwrap_or(0))
            }
            DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => {
                Text::new("seen-dial-icmp").with("icmp", icmp_text(*icmp))
            }
            DialOutcome::Local { text } => Text::new("seen-dial-local").with("text", text),
        };
        build = build.saw(text.with("to", dial.to).with("took", dial.took.words()));
    }
    Some(build)
}

/// RST from the control port.
pub fn refused(evidence: &Evidence<'_>) -> Option<Finding> {
    let control = evidence.control_port();
    dialled(evidence, "control-refused", Confidence::Likely, |o| *o == DialOutcome::Refused)?
        .not("control-filtered", Text::new("not-filtered-answered"))
        .fix(Who::User, Text::new("control-refused-fix-user").with("control", control), Vec::new())
        .fix(
            Who::ServerAdmin,
            Text::new("control-refused-fix-server").with("control", control),
            Vec::new(),
        )
        .done()
}

/// Silence or a reject from the control port.
pub fn filtered(evidence: &Evidence<'_>) -> Option<Finding> {
    let dials = failed_dials(evidence);
    let icmp = match dials.first().map(|d| &d.outcome) {
        Some(DialOutcome::Prohibited { icmp }) => *icmp,
        _ => None,
    };
    let rejected =
        dials.first().is_some_and(|d| matches!(d.outcome, DialOutcome::Prohibited { .. }));
    let reference = evidence.reference_ladder();
    let confidence =
        if rejected || reference.is_some() { Confidence::Likely } else { Confidence::Possible };
    let control = evidence.control_port();
    let mut build = dialled(evidence, "control-filtered", confidence, |o| {
        matches!(o, DialOutcome::TimedOut | DialOutcome::Prohibited { .. })
    })?;
    if let Some(sender) = icmp.and_then(|i| i.sender) {
        build = build.explain(
            Text::new("control-filtered-text-icmp").with("control", control).with("sender", sender),
        );
    }
    let located = match icmp {
        Some(icmp) => evidence.place_of_reject(icmp),
        None => evidence.place_of_silence(),
    };
    if let (Some(located), Some(_)) = (located, icmp) {
        build = build.side(located.side()).at(located.location);
    } else if let (Some(located), Some(reference)) = (located, reference) {
        let text = Text::new("control-filtered-text-where")
            .with("control", control)
            .with("other", reference.port)
            .with("where", place(Some(&located), None));
        build = build
            .side(located.side())
            .at(located.location)
            .explain(text)
            .saw(seen_ladder(&located));
    }
    build
        .not_if(!rejected, "control-refused", Text::new("not-refused-silent"))
        .fix(
            Who::ServerAdmin,
            Text::new("control-filtered-fix-server").with("control", control),
            Vec::new(),
        )
        .fix(Who::User, Text::new("control-filtered-fix-user").with("control", control), Vec::new())
        .done()
}

/// No route, here or on the way.
pub fn unreachable(evidence: &Evidence<'_>) -> Option<Finding> {
    let local = failed_dials(evidence).first().is_some_and(|d| {
        matches!(d.outcome, DialOutcome::Local { .. } | DialOutcome::Unreachable { icmp: None })
    });
    let build = dialled(evidence, "control-unreachable", Confidence::Likely, |o| {
        matches!(o, DialOutcome::Unreachable { .. } | DialOutcome::Local { .. })
    })?;
    build
        .side(if local { Side::Client } else { Side::Unknown })
        .not("control-filtered", Text::new("not-filtered-no-route"))
        .fix(Who::User, Text::new("control-unreachable-fix"), Vec::new())
        .done()
}

/// The session whose login did not succeed.
fn stuck<'a>(evidence: &Evidence<'a>) -> Option<&'a Session> {
    if evidence.logged_in() { None } else { evidence.session() }
}

/// Port open, no greeting.
pub fn silent(evidence: &Evidence<'_>) -> Option<Finding> {
    let session = stuck(evidence)?;
    let (waited, command) = match (&session.greeting, &session.login) {
        (Greeting::Silent(waited), _) if evidence.facts.tls_hello != Some(TlsAnswer::Tls) => {
            (*waited, None)
        }
        (_, LoginOutcome::Broken { command, end: ExchangeEnd::TimedOut { waited } }) => {
            (*waited, Some(command))
        }
        _ => return None,
    };
    // A server that looks its clients up first may take seconds to greet.
    let confidence = match waited.0 {
        0..3_000_000 => return None,
        3_000_000..10_000_000 => Confidence::Possible,
        _ => Confidence::Likely,
    };
    let greeted = evidence.facts.tls_hello.as_ref().is_some_and(TlsAnswer::is_greeting);
    if not_ftp(evidence).is_some() || (greeted && command.is_none()) {
        return None;
    }
    let text = Text::new(if command.is_some() {
        "control-silent-text-login"
    } else {
        "control-silent-text"
    })
    .with("control", evidence.control_port())
    .with("waited", waited.words())
    .with("command", command.map_or("", String::as_str));
    let mut build = finding("control-silent", confidence, text);
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
pub fn closed(evidence: &Evidence<'_>) -> Option<Finding> {
    if let Some(build) =
        dialled(evidence, "control-closed", Confidence::Likely, |o| *o == DialOutcome::Reset)
    {
        let text = Text::new("control-closed-text-reset").with("control", evidence.control_port());
        return closed_remedies(build.explain(text)).done();
    }
    let session = stuck(evidence)?;
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
        _ => return None,
    };
    let text = Text::new(id)
        .with("control", evidence.control_port())
        .with("reply", reply.unwrap_or_default())
        .with("command", command);
    let build = finding("control-closed", Confidence::Likely, text).saw(
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
pub fn not_ftp(evidence: &Evidence<'_>) -> Option<Finding> {
    let session = stuck(evidence)?;
    let (service, head, confidence) = match (&session.greeting, &session.login) {
        (Greeting::NotFtp { service, head }, _) => {
            let confidence =
                if service.name().is_some() { Confidence::Proven } else { Confidence::Possible };
            (service.name(), head.clone(), confidence)
        }
        // It waits for its client to begin, and answered the TLS greeting in its own tongue.
        (Greeting::Silent(_), _) => {
            let Some(TlsAnswer::Other { head }) = &evidence.facts.tls_hello else { return None };
            let service = service::recognise(head.as_bytes())?;
            (Some(service.name()?), head.clone(), Confidence::Likely)
        }
        (_, LoginOutcome::Broken { end: ExchangeEnd::NotAReply { text }, .. }) => {
            (None, text.clone(), Confidence::Possible)
        }
        _ => return None,
    };
    let id =
        if service.is_some() { "control-not-ftp-text" } else { "control-not-ftp-text-unknown" };
    let text = Text::new(id)
        .with("control", evidence.control_port())
        .with("known", if service.is_some() { "yes" } else { "no" })
        .with("service", service.unwrap_or("?"));
    let fix =
        if service == Some("SSH") { "control-not-ftp-fix-ssh" } else { "control-not-ftp-fix" };
    finding("control-not-ftp", confidence, text)
        .side(Side::Unknown)
        .saw(Text::new("seen-head").with("head", first_line(&head)))
        .not("control-filtered", Text::new("not-filtered-connected"))
        .fix(Who::User, Text::new(fix), Vec::new())
        .done()
}

/// The refusal that keeps us out: the greeting itself, or the reply to USER, PASS or ACCT.
fn refusal(evidence: &Evidence<'_>) -> Option<(String, u16, String)> {
    if let Some((command, code, text)) = evidence.login_refusal() {
        return Some((command.to_owned(), code, text.to_owned()));
    }
    let reply = stuck(evidence)?.greeting_reply()?;
    (reply.code >= 300).then(|| (String::new(), reply.code, reply.text.clone()))
}

/// The server is full.
pub fn too_many(evidence: &Evidence<'_>) -> Option<Finding> {
    let (_, code, text) = refusal(evidence)?;
    if !peer::is_too_many(code, &text) {
        return None;
    }
    finding(
        "too-many-connections",
        Confidence::Proven,
        Text::new("too-many-connections-text").with("reply", brief(code, &text)),
    )
    .side(Side::Server)
    .saw(Text::new("seen-reply").with("reply", brief(code, &text)))
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
pub fn login_rejected(evidence: &Evidence<'_>) -> Option<Finding> {
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
        _ => return None,
    };
    finding(
        "login-rejected",
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
pub fn tls_required(evidence: &Evidence<'_>) -> Option<Finding> {
    if let Some((_, code, text)) =
        refusal(evidence).filter(|(_, code, text)| peer::is_tls_required(*code, text))
    {
        return finding(
            "tls-required",
            Confidence::Proven,
            Text::new("tls-required-text").with("reply", brief(code, &text)),
        )
        .side(Side::Server)
        .saw(Text::new("seen-reply").with("reply", brief(code, &text)))
        .not("login-rejected", Text::new("not-login-tls"))
        .fix(Who::User, Text::new("tls-required-fix-explicit"), Vec::new())
        .done();
    }
    let session = stuck(evidence)?;
    let Greeting::Silent(waited) = session.greeting else {
        return None;
    };
    if evidence.facts.tls_hello != Some(TlsAnswer::Tls) {
        return None;
    }
    let text = Text::new("tls-required-text-implicit")
        .with("control", evidence.control_port())
        .with("waited", waited.words());
    // A port that serves several protocols may have greeted later.
    finding("tls-required", Confidence::Likely, text)
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
