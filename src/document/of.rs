//! From a diagnosis to the report. Its sentences are messages until a language says them.

use std::net::SocketAddr;

use super::millis::Millis;
use super::report::{
    self, Answer, Client, Endpoint, Expectation, FileEntry, Path, Port, Report, Router, Schema,
    Server, SessionEntry, Target, Times, Tls, Tool, Vantage,
};
use crate::clients::Kind;
use crate::diagnosis::reason::{not_read, reason};
use crate::diagnosis::tls::{distrust, failure};
use crate::diagnosis::{
    Diagnosis, EvidenceItem, Finding, Judged, ModeView, Prediction, Rule, Text, expect,
};
use crate::evidence::Evidence;
use crate::facts::expectation::Clock;
use crate::facts::reading::{FileRead, SessionRead};
use crate::facts::{Announcement, Attempt, Direction, Facts, Purpose, Rung, RungAnswer, Why};

/// What says a message in the reader's language.
pub type Say<'a> = &'a dyn Fn(&Text) -> String;

/// Makes the report of a diagnosis.
pub fn of(diagnosis: &Diagnosis<'_>, say: Say<'_>) -> Report {
    let evidence = &diagnosis.evidence;
    let facts = evidence.facts;
    Report {
        schema: Schema::Report1,
        tool: Tool { name: facts.tool.clone(), version: facts.version.clone() },
        started: facts.started.clone(),
        elapsed_ms: Millis::tenths(facts.elapsed),
        source: facts.source,
        sessions: sessions(facts),
        files: files(facts, say),
        target: Target {
            input: facts.request.input.clone(),
            host: facts.request.host.to_string(),
            port: facts.request.port,
            user: facts.request.user.clone(),
            tls: facts.request.tls,
            addresses: facts.names.addresses.clone(),
        },
        vantage: Vantage {
            local_address: evidence.own(),
            seen_as: evidence.seen_as(),
            nat: evidence.nat(),
        },
        server: server(diagnosis),
        verdict: diagnosis.verdict,
        summary: say(&diagnosis.summary),
        times: times(diagnosis),
        attempts: attempts(diagnosis, say),
        announcements: announcements(facts),
        passive_range: passive_range(evidence),
        path: path(evidence),
        rules: diagnosis.rules.iter().map(|r| rule(r, say)).collect(),
        ports: audit_ports(diagnosis),
        findings: diagnosis.findings.iter().map(|f| finding(evidence, f, say)).collect(),
        clients: diagnosis.clients.iter().map(|p| client(p, say)).collect(),
        expectations: diagnosis.expectations.iter().map(|j| expectation(j, say)).collect(),
        exit_code: diagnosis.exit_code(),
    }
}

fn sessions(facts: &Facts) -> Vec<SessionEntry> {
    let all = facts.reading.as_ref().map_or(&[][..], |reading| &reading.others);
    let entry = |s: &SessionRead| SessionEntry { id: s.id, client: s.client, verdict: s.verdict };
    all.iter().map(entry).collect()
}

fn files(facts: &Facts, say: Say<'_>) -> Vec<FileEntry> {
    let all = facts.reading.as_ref().map_or(&[][..], |reading| &reading.files);
    let entry = |file: &FileRead| FileEntry {
        file: file.file.clone(),
        format: file.format.clone(),
        units: file.units,
        used: file.used,
        vantage: file.vantage,
        unread: file.unread.iter().map(|unread| say(&not_read(file, unread))).collect(),
    };
    all.iter().map(entry).collect()
}

fn expectation(judged: &Judged, say: Say<'_>) -> Expectation {
    Expectation {
        expect: judged.expect.to_string(),
        met: judged.met,
        because: say(&judged.because),
    }
}

fn announcements(facts: &Facts) -> Vec<report::Announcement> {
    let entry = |a: &Announcement| report::Announcement {
        mode: a.mode,
        security: a.security,
        port: a.port,
        outcome: a.knock.as_ref().map(super::super::facts::announcement::AnnouncedKnock::came_to),
    };
    facts.announcements.iter().map(entry).collect()
}

fn passive_range(evidence: &Evidence<'_>) -> report::PassiveRange {
    let range = evidence.passive_range();
    let tried = range.tried();
    report::PassiveRange {
        tried,
        about: range.size(),
        unnoticed_percent: (tried > 0).then(|| range.unnoticed()),
    }
}

/// Every port of an audit; none without one.
fn audit_ports(diagnosis: &Diagnosis<'_>) -> Vec<Port> {
    let evidence = &diagnosis.evidence;
    let all = evidence.audit().map_or_else(Vec::new, |view| view.all(evidence));
    all.into_iter().map(|(port, outcome)| Port { port, outcome }).collect()
}

fn client(prediction: &Prediction, say: Say<'_>) -> Client {
    Client {
        id: prediction.client.id.to_owned(),
        client: client_name(prediction.client, say),
        kind: prediction.client.kind,
        works: prediction.works,
        after_ms: prediction.after.map(Millis::tenths),
        because: say(&prediction.because),
        attempts: prediction.attempts.clone(),
        setting: prediction.setting_text().map(|text| say(&text)),
    }
}

/// A client's name. Programs are called the same in every language.
pub fn client_name(client: &crate::clients::Client, say: Say<'_>) -> String {
    match client.kind {
        Kind::Device => say(&Text::new("client-device")),
        _ => client.name.to_owned(),
    }
}

fn times(diagnosis: &Diagnosis<'_>) -> Times {
    let time = |clock| expect::measured(diagnosis, clock).map(Millis::exact);
    Times {
        control_ms: time(Clock::Control),
        greeting_ms: time(Clock::Greeting),
        tls_ms: time(Clock::Tls),
        login_ms: time(Clock::Login),
        list_ms: time(Clock::List),
    }
}

fn server(diagnosis: &Diagnosis<'_>) -> Server {
    let evidence = &diagnosis.evidence;
    let dialled = evidence.facts.dials.first().map(|d| d.to);
    let peer = evidence.session().map(|s| s.peer).or(dialled);
    Server {
        // What no file tells is unknown.
        address: peer.map(|p| p.ip().to_canonical()).filter(|ip| !ip.is_unspecified()),
        port: peer.map(|p| p.port()).filter(|port| *port != 0),
        banner: evidence.session().and_then(|s| s.greeting_reply()).map(|r| r.text.clone()),
        software: evidence.software().map(software_name),
        features: evidence.features().lines,
        certificate_expires: expect::certificate_expiry(diagnosis).map(str::to_owned),
    }
}

/// Product and version.
pub fn software_name(software: &crate::wire::software::Software) -> String {
    match &software.version {
        Some(version) => format!("{} {version}", software.product.name()),
        None => software.product.name().to_owned(),
    }
}

fn attempts(diagnosis: &Diagnosis<'_>, say: Say<'_>) -> Vec<report::Attempt> {
    let facts = diagnosis.evidence.facts;
    let folded = diagnosis.evidence.modes().iter().map(|view| report::Attempt {
        outcome: view.outcome(),
        reason: say(&folded_reason(view)),
        ..attempt(facts, view.entry, say)
    });
    let others = facts.attempts.iter().filter(|a| a.purpose != Purpose::Mode);
    folded.chain(others.map(|a| attempt(facts, a, say))).collect()
}

/// The reason of a folded outcome: where a repetition changed it, both are told.
pub fn folded_reason(view: &ModeView<'_>) -> Text {
    let shown = reason(view.shown);
    if view.shown.id == view.entry.id || view.shown.outcome == view.entry.outcome {
        return shown;
    }
    Text::new("why-folded").with("now", shown).with("first", reason(view.entry))
}

fn endpoint(at: SocketAddr) -> Endpoint {
    Endpoint { address: Some(at.ip().to_canonical()), port: Some(at.port()) }
}

/// Both ends of an attempt: as seen on the wire, else as far as they are known.
pub fn ends(facts: &Facts, attempt: &Attempt) -> (Option<Endpoint>, Option<Endpoint>) {
    if let Some(observed) = attempt.observed {
        return (Some(endpoint(observed.from)), Some(endpoint(observed.to)));
    }
    match attempt.mode.direction() {
        Direction::ClientToServer => {
            let from = attempt.knocks.first().map(|k| endpoint(k.from));
            (from, attempt.dialled.map(endpoint))
        }
        Direction::ServerToClient => {
            let server = attempt.session.and_then(|i| facts.sessions.get(i)).map(|s| s.peer.ip());
            let from = attempt
                .listened
                .and(server)
                .map(|ip| Endpoint { address: Some(ip.to_canonical()), port: None });
            let from = match (&attempt.why, from) {
                (Why::WrongPeer { from }, _) => Some(endpoint(*from)),
                (_, from) => from,
            };
            (from, attempt.listened.map(endpoint))
        }
    }
}

fn attempt(facts: &Facts, attempt: &Attempt, say: Say<'_>) -> report::Attempt {
    let (from, to) = ends(facts, attempt);
    report::Attempt {
        id: attempt.id.clone(),
        purpose: attempt.purpose,
        mode: attempt.mode,
        direction: attempt.mode.direction(),
        family: attempt.family,
        security: attempt.security,
        outcome: attempt.outcome,
        reason: say(&reason(attempt)),
        advertised: attempt.advertised.map(endpoint),
        from,
        to,
        connect_ms: attempt.connect.map(Millis::tenths),
        elapsed_ms: Millis::tenths(attempt.elapsed),
        bytes: attempt.bytes,
        replies: replies(facts, attempt),
        tls: attempt.tls.as_ref().map(|tls| Tls {
            version: tls.version.map(|v| v.name().to_owned()),
            cipher: tls.cipher.clone(),
            resumed: tls.resumed,
            handshake_ms: Millis::tenths(tls.took),
            failure: tls.failure.as_ref().map(|_| say(&failure(tls))),
            distrust: tls.distrust().iter().map(|d| say(&distrust(d))).collect(),
        }),
    }
}

fn replies(facts: &Facts, attempt: &Attempt) -> Vec<report::Reply> {
    facts
        .exchanges_of(attempt)
        .iter()
        .filter(|e| !matches!(e.verb(), "QUIT" | "ABOR"))
        .flat_map(|e| {
            e.replies.iter().map(move |r| report::Reply {
                command: e.command.clone(),
                code: r.code,
                text: r.text.clone(),
            })
        })
        .collect()
}

fn path(evidence: &Evidence<'_>) -> Path {
    let facts = evidence.facts;
    let reference = evidence.reference_ladder();
    let hops = evidence.hops();
    let routers = reference.map_or_else(Vec::new, |ladder| {
        (1..hops.unwrap_or(1)).map(|hop| Router { hop, address: ladder.router(hop) }).collect()
    });
    let rung = |rung: &Rung| {
        let (answer, address) = match &rung.answer {
            RungAnswer::Expired { router } => (Answer::Expired, *router),
            RungAnswer::Connected => (Answer::Connected, None),
            RungAnswer::Reset => (Answer::Reset, None),
            RungAnswer::Icmp { icmp } => (Answer::Icmp, icmp.sender),
            RungAnswer::Silent => (Answer::Silent, None),
            RungAnswer::Local { .. } => (Answer::Local, None),
        };
        report::Rung { ttl: rung.ttl, answer, address, asked: rung.asked }
    };
    let ladders = facts
        .ladders
        .iter()
        .map(|l| report::Ladder { port: l.port, rungs: l.rungs.iter().map(rung).collect() })
        .collect();
    Path { hops, routers, ladders }
}

fn rule(rule: &Rule, say: Say<'_>) -> report::Rule {
    report::Rule {
        id: rule.id.to_owned(),
        text: say(&rule.text),
        state: rule.state,
        attempts: rule.attempts.clone(),
    }
}

/// Evidence in words, with the packets or lines that it stands in.
pub fn seen(evidence: &Evidence<'_>, shown: &EvidenceItem, say: Say<'_>) -> String {
    let text = say(&shown.text);
    let places = shown.attempt.as_deref().map(|id| evidence.places_of(id)).unwrap_or_default();
    if places.is_empty() { text } else { format!("{text} ({places})") }
}

fn finding(evidence: &Evidence<'_>, finding: &Finding, say: Say<'_>) -> report::Finding {
    report::Finding {
        cause: finding.cause.to_owned(),
        severity: finding.severity,
        confidence: finding.confidence,
        side: finding.side,
        location: report::Location {
            hop_min: finding.location.hop_min,
            hop_max: finding.location.hop_max,
            hops: finding.location.hops,
            address: finding.location.address,
        },
        title: say(&finding.title),
        explanation: say(&finding.explanation),
        evidence: finding
            .evidence
            .iter()
            .map(|e| report::Evidence { attempt: e.attempt.clone(), text: seen(evidence, e, say) })
            .collect(),
        suppresses: finding.suppresses.iter().map(|&cause| cause.to_owned()).collect(),
        ruled_out: finding
            .ruled_out
            .iter()
            .map(|r| report::RuledOut { cause: r.cause.to_owned(), because: say(&r.because) })
            .collect(),
        remedies: finding
            .remedies
            .iter()
            .map(|r| report::Remedy {
                who: r.who,
                text: say(&r.text),
                snippets: r
                    .snippets
                    .iter()
                    .map(|s| report::Snippet {
                        software: s.software.to_owned(),
                        content: s.content.clone(),
                    })
                    .collect(),
            })
            .collect(),
    }
}
