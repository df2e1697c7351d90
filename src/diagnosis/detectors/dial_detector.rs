//! The name, and the knocks at the control port: what is found where nobody is reached, or in one
//! family only.

use super::finding_builder::{Build, finding};
use super::sentences::{place, seen_ladder};
use crate::diagnosis::cause::{Cause, Detector, cause};
use crate::diagnosis::finding::{Confidence, Severity, Side, Who};
use crate::diagnosis::reason::{first_line, icmp_text};
use crate::diagnosis::text::Text;
use crate::diagnosis::why_not::{Found, WhyNot, require, why_not};
use crate::evidence::Evidence;
use crate::facts::{Dial, DialOutcome, Family, LookupOutcome};

pub static NAME_NOT_FOUND: Cause =
    cause!("name-not-found", Control, Problem, &Detector(name_not_found));
pub static CONTROL_REFUSED: Cause = cause!("control-refused", Control, Problem, &Detector(refused));
pub static CONTROL_FILTERED: Cause =
    cause!("control-filtered", Control, Problem, &Detector(filtered));
pub static CONTROL_UNREACHABLE: Cause =
    cause!("control-unreachable", Control, Problem, &Detector(unreachable));
pub static IPV6_BROKEN: Cause = cause!("ipv6-broken", Family, Problem, &Detector(ipv6_broken));

/// The name leads to no address.
fn name_not_found(evidence: &Evidence<'_>) -> Found {
    let names = &evidence.facts.names;
    require(!names.literal, || why_not("the target is an address, no name"))?;
    require(names.addresses.is_empty(), || why_not("the name led to addresses"))?;
    require(!names.lookups.is_empty(), || why_not("nobody was asked about the name"))?;
    let any =
        |outcome: fn(&LookupOutcome) -> bool| names.lookups.iter().any(|l| outcome(&l.outcome));
    let (id, confidence) = if any(|o| matches!(o, LookupOutcome::NotFound)) {
        ("name-not-found-text", Confidence::Proven)
    } else if names.lookups.iter().take(2).all(|l| l.outcome == LookupOutcome::NoSuchRecord) {
        ("name-not-found-text-no-record", Confidence::Likely)
    } else {
        ("name-not-found-text-resolver", Confidence::Possible)
    };
    let host = &evidence.facts.request.host.to_string();
    let mut build = finding(&NAME_NOT_FOUND, confidence, Text::new(id).with("host", host));
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

/// How a dial ended, in a word.
fn word(dial: &Dial) -> &'static str {
    match dial.outcome {
        DialOutcome::Connected => "connected",
        DialOutcome::Refused => "refused",
        DialOutcome::Reset => "connected, and reset at once",
        DialOutcome::TimedOut => "silence",
        DialOutcome::Prohibited { .. } => "rejected by a filter",
        DialOutcome::Unreachable { icmp: Some(_) } => "unreachable, by the word of a router",
        DialOutcome::Unreachable { icmp: None } => "no route from here",
        DialOutcome::Local { .. } => "refused by this machine",
    }
}

/// Dials to the addresses that were to be probed, if none of them connected.
fn failed_dials<'a>(evidence: &Evidence<'a>) -> Vec<&'a Dial> {
    if evidence.session().is_some() {
        return Vec::new();
    }
    evidence.facts.dials.iter().collect()
}

/// What is found where the dial to the first address ended in a way that is wanted.
pub(super) fn dialled(
    evidence: &Evidence<'_>,
    cause: &'static Cause,
    confidence: Confidence,
    wanted: fn(&DialOutcome) -> bool,
) -> Result<Build, WhyNot> {
    require(evidence.session().is_none(), || why_not("a control connection stood"))?;
    let dials = failed_dials(evidence);
    // The first address decides; the others are evidence.
    let first = dials.first().ok_or_else(|| why_not("no address was dialled"))?;
    require(wanted(&first.outcome), || {
        why_not(format!("the first dial, to {}, ended otherwise: {}", first.to, word(first)))
    })?;
    let to = first.to;
    let text =
        Text::new(format!("{}-text", cause.id)).with("address", to.ip()).with("control", to.port());
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
    Ok(build)
}

/// RST from the control port.
fn refused(evidence: &Evidence<'_>) -> Found {
    let control = evidence.control_port();
    let mut build =
        dialled(evidence, &CONTROL_REFUSED, Confidence::Likely, |o| *o == DialOutcome::Refused)?;
    // A RST bears the server's address, whoever sends it; how far away he is, a ladder tells.
    if let Some((located, other)) = evidence.place_of_refusal() {
        build = build.side(located.side()).at(located.location);
        if located.location.hop_max < located.location.hops {
            let text = Text::new("control-refused-text-nearer")
                .with("control", control)
                .with("other", other)
                .with("where", place(Some(&located), None));
            build = build.title(Text::new("control-refused-title-nearer")).explain(text);
        }
        build = build.saw(seen_ladder(&located));
    } else {
        build = build.not("control-filtered", Text::new("not-filtered-answered"));
    }
    build
        .fix(Who::User, Text::new("control-refused-fix-user").with("control", control), Vec::new())
        .fix(
            Who::ServerAdmin,
            Text::new("control-refused-fix-server").with("control", control),
            Vec::new(),
        )
        .done()
}

/// Silence or a reject from the control port.
fn filtered(evidence: &Evidence<'_>) -> Found {
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
    let mut build = dialled(evidence, &CONTROL_FILTERED, confidence, |o| {
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
fn unreachable(evidence: &Evidence<'_>) -> Found {
    let local = failed_dials(evidence).first().is_some_and(|d| {
        matches!(d.outcome, DialOutcome::Local { .. } | DialOutcome::Unreachable { icmp: None })
    });
    let mut build = dialled(evidence, &CONTROL_UNREACHABLE, Confidence::Likely, |o| {
        matches!(o, DialOutcome::Unreachable { .. } | DialOutcome::Local { .. })
    })?;
    let told = failed_dials(evidence).first().and_then(|d| match d.outcome {
        DialOutcome::Unreachable { icmp: Some(icmp) } => Some((d.to, icmp)),
        _ => None,
    });
    if let Some((to, icmp)) = told {
        // A router spoke, so the knock did leave: nobody is at the address, or no way leads on.
        let id = match (to.is_ipv4(), icmp.code) {
            (true, 1) | (false, 3) => "control-unreachable-text-host",
            _ => "control-unreachable-text-net",
        };
        let sender = icmp.sender.map_or_else(|| "?".to_owned(), |sender| sender.to_string());
        build = build.explain(
            Text::new(id)
                .with("control", to.port())
                .with("address", to.ip())
                .with("sender", sender),
        );
    }
    build
        .side(if local { Side::Client } else { Side::Unknown })
        .not("control-filtered", Text::new("not-filtered-no-route"))
        .fix(Who::User, Text::new("control-unreachable-fix"), Vec::new())
        .done()
}

/// One family's addresses answer, the other's do not.
fn ipv6_broken(evidence: &Evidence<'_>) -> Found {
    let session = evidence.session().ok_or_else(|| why_not("no control connection stood"))?;
    let works = session.peer;
    let other: Vec<_> =
        evidence.facts.dials.iter().filter(|d| d.to.is_ipv4() != works.is_ipv4()).collect();
    let first =
        other.first().ok_or_else(|| why_not("no address of the other family was dialled"))?;
    let failed = |d: &&Dial| match &d.outcome {
        // This machine has no route of that family: says nothing about the server.
        DialOutcome::Connected
        | DialOutcome::Reset
        | DialOutcome::Local { .. }
        | DialOutcome::Unreachable { icmp: None } => false,
        DialOutcome::Refused
        | DialOutcome::TimedOut
        | DialOutcome::Prohibited { .. }
        | DialOutcome::Unreachable { .. } => true,
    };
    if let Some(dial) = other.iter().copied().find(|d| !failed(d)) {
        return Err(why_not(format!(
            "the dial to {} does not speak against its family: {}",
            dial.to,
            word(dial)
        )));
    }
    let broken = Family::of(first.to.ip());
    let id = if broken == Family::V6 { "ipv6-broken-text" } else { "ipv6-broken-text-ipv4" };
    let text = Text::new(id)
        .with("address", first.to.ip())
        .with("works", works.ip())
        .with("control", works.port())
        .with("broken", broken.name());
    // A refusal is quick, and clients fall back; silence costs each of them its time-out.
    let quick = other.iter().all(|d| d.outcome == DialOutcome::Refused);
    let mut build = finding(&IPV6_BROKEN, Confidence::Likely, text).severity(
        if quick && broken == Family::V4 { Severity::Warning } else { Severity::Problem },
    );
    for dial in other {
        let seen = match &dial.outcome {
            DialOutcome::Refused => Text::new("seen-dial-refused"),
            DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => {
                Text::new("seen-dial-icmp").with("icmp", icmp_text(*icmp))
            }
            _ => Text::new("seen-dial-timed-out").with("syns", dial.syns.unwrap_or(0)),
        };
        build = build.saw(seen.with("to", dial.to).with("took", dial.took.words()));
    }
    build
        .saw(Text::new("seen-connected").with("to", works).with("took", session.connect.words()))
        .not("control-refused", Text::new("not-control-other-family").with("works", works.ip()))
        .fix(
            Who::ServerAdmin,
            Text::new("ipv6-broken-fix-server").with("broken", broken.name()),
            Vec::new(),
        )
        .fix(
            Who::User,
            Text::new("ipv6-broken-fix-user").with("works", Family::of(works.ip()).name()),
            Vec::new(),
        )
        .done()
}
