//! From a diagnosis to the JSON report, schema `ftp-doctor.report/1`.

use std::net::SocketAddr;

use super::clients;
use super::view::{
    Client, Endpoint, Expectation, JsonAttempt, JsonEvidence, JsonFinding, JsonLadder,
    JsonLocation, JsonRemedy, JsonReply, JsonRule, JsonRuledOut, JsonRung, JsonSnippet, Path, Port,
    Report, Router, SCHEMA, Server, Target, Tls, Tool, Vantage,
};
use super::words::Words;
use crate::diagnosis::reason::reason;
use crate::diagnosis::tls::{distrust, failure};
use crate::diagnosis::{Diagnosis, Finding, Judged, ModeView, Prediction, Rule, Text};
use crate::evidence::Evidence;
use crate::facts::{Attempt, Direction, Facts, Micros, Outcome, Purpose, Rung, RungAnswer, Why};

/// Makes the JSON view of a diagnosis.
pub fn report(diagnosis: &Diagnosis<'_>, words: &Words) -> Report {
    let evidence = &diagnosis.evidence;
    let facts = evidence.facts;
    Report {
        schema: SCHEMA,
        tool: Tool { name: facts.tool.clone(), version: facts.version.clone() },
        started: facts.started.clone(),
        elapsed_ms: facts.elapsed.millis(),
        target: Target {
            input: facts.request.input.clone(),
            host: facts.request.host.clone(),
            port: facts.request.port,
            user: facts.request.user.clone(),
            tls: facts.request.tls.as_str(),
            addresses: facts.names.addresses.iter().map(ToString::to_string).collect(),
        },
        vantage: Vantage {
            local_address: evidence.own().map(|a| a.to_string()),
            seen_as: evidence.seen_as().map(|a| a.to_string()),
            nat: evidence.nat().as_str(),
        },
        server: server(diagnosis),
        verdict: diagnosis.verdict.as_str(),
        summary: words.say(&diagnosis.summary),
        attempts: attempts(diagnosis, words),
        path: path(evidence),
        rules: diagnosis.rules.iter().map(|r| rule(r, words)).collect(),
        ports: audit_ports(diagnosis),
        findings: diagnosis.findings.iter().map(|f| finding(f, words)).collect(),
        clients: diagnosis.clients.iter().map(|p| client(p, words)).collect(),
        expectations: diagnosis.expectations.iter().map(|j| expectation(j, words)).collect(),
        exit_code: diagnosis.exit_code(),
    }
}

fn expectation(judged: &Judged, words: &Words) -> Expectation {
    Expectation {
        expect: judged.expect.to_string(),
        met: judged.met,
        because: words.say(&judged.because),
    }
}

/// Every port of an audit; none without one.
fn audit_ports(diagnosis: &Diagnosis<'_>) -> Vec<Port> {
    let evidence = &diagnosis.evidence;
    let all = evidence.audit().map_or_else(Vec::new, |view| view.all(evidence));
    let port =
        |(port, outcome): (u16, Outcome)| Port { port, outcome: outcome.as_str().to_owned() };
    all.into_iter().map(port).collect()
}

fn client(prediction: &Prediction, words: &Words) -> Client {
    Client {
        id: prediction.client.id,
        client: clients::name(prediction.client, words),
        kind: prediction.client.kind.as_str(),
        works: prediction.works,
        after_ms: prediction.after.map(Micros::millis),
        because: words.say(&prediction.because),
        attempts: prediction.attempts.clone(),
        setting: prediction.setting_text().map(|text| words.say(&text)),
    }
}

fn server(diagnosis: &Diagnosis<'_>) -> Server {
    let evidence = &diagnosis.evidence;
    let dialled = evidence.facts.dials.first().map(|d| d.to);
    let peer = evidence.session().map(|s| s.peer).or(dialled);
    Server {
        address: peer.map(|p| p.ip().to_canonical().to_string()),
        port: peer.map(|p| p.port()),
        banner: evidence.session().and_then(|s| s.greeting_reply()).map(|r| r.text.clone()),
        software: evidence.software().map(software_name),
        features: evidence.features().lines,
    }
}

/// Product and version.
pub fn software_name(software: &crate::wire::software::Software) -> String {
    match &software.version {
        Some(version) => format!("{} {version}", software.product.name()),
        None => software.product.name().to_owned(),
    }
}

fn attempts(diagnosis: &Diagnosis<'_>, words: &Words) -> Vec<JsonAttempt> {
    let facts = diagnosis.evidence.facts;
    let folded = diagnosis.evidence.modes().iter().map(|view| JsonAttempt {
        outcome: view.outcome().as_str(),
        reason: words.say(&folded_reason(view)),
        ..attempt(facts, view.entry, words)
    });
    let others = facts.attempts.iter().filter(|a| a.purpose != Purpose::Mode);
    folded.chain(others.map(|a| attempt(facts, a, words))).collect()
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
    Endpoint { address: Some(at.ip().to_canonical().to_string()), port: Some(at.port()) }
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
                .map(|ip| Endpoint { address: Some(ip.to_canonical().to_string()), port: None });
            let from = match (&attempt.why, from) {
                (Why::WrongPeer { from }, _) => Some(endpoint(*from)),
                (_, from) => from,
            };
            (from, attempt.listened.map(endpoint))
        }
    }
}

fn attempt(facts: &Facts, attempt: &Attempt, words: &Words) -> JsonAttempt {
    let (from, to) = ends(facts, attempt);
    JsonAttempt {
        id: attempt.id.clone(),
        purpose: attempt.purpose.as_str(),
        mode: attempt.mode.as_str(),
        direction: attempt.mode.direction().as_str(),
        family: attempt.family.as_str(),
        security: attempt.security.as_str(),
        outcome: attempt.outcome.as_str(),
        reason: words.say(&reason(attempt)),
        advertised: attempt.advertised.map(endpoint),
        from,
        to,
        connect_ms: attempt.connect.map(crate::facts::Micros::millis),
        elapsed_ms: attempt.elapsed.millis(),
        bytes: attempt.bytes,
        replies: replies(facts, attempt),
        tls: attempt.tls.as_ref().map(|tls| Tls {
            version: tls.version.map(|v| v.name().to_owned()),
            cipher: tls.cipher.clone(),
            resumed: tls.resumed,
            handshake_ms: tls.took.millis(),
            failure: tls.failure.as_ref().map(|_| words.say(&failure(tls))),
            distrust: tls.distrust().iter().map(|d| words.say(&distrust(d))).collect(),
        }),
    }
}

fn replies(facts: &Facts, attempt: &Attempt) -> Vec<JsonReply> {
    let Some(session) = attempt.session.and_then(|i| facts.sessions.get(i)) else {
        return Vec::new();
    };
    session
        .exchanges
        .iter()
        .skip(attempt.first_exchange)
        .filter(|e| !matches!(e.verb(), "QUIT" | "ABOR"))
        .flat_map(|e| {
            e.replies.iter().map(move |r| JsonReply {
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
        (1..hops.unwrap_or(1))
            .map(|hop| Router { hop, address: ladder.router(hop).map(|a| a.to_string()) })
            .collect()
    });
    let rung = |rung: &Rung| {
        let (answer, address) = match &rung.answer {
            RungAnswer::Expired { router } => ("expired", *router),
            RungAnswer::Connected => ("connected", None),
            RungAnswer::Reset => ("reset", None),
            RungAnswer::Icmp { icmp } => ("icmp", icmp.sender),
            RungAnswer::Silent => ("silent", None),
            RungAnswer::Local { .. } => ("local", None),
        };
        JsonRung {
            ttl: rung.ttl,
            answer,
            address: address.map(|a| a.to_string()),
            asked: rung.asked,
        }
    };
    let ladders = facts
        .ladders
        .iter()
        .map(|l| JsonLadder { port: l.port, rungs: l.rungs.iter().map(rung).collect() })
        .collect();
    Path { hops, routers, ladders }
}

fn rule(rule: &Rule, words: &Words) -> JsonRule {
    JsonRule {
        id: rule.id,
        text: words.say(&rule.text),
        state: rule.state.as_str(),
        attempts: rule.attempts.clone(),
    }
}

fn finding(finding: &Finding, words: &Words) -> JsonFinding {
    JsonFinding {
        cause: finding.cause,
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        side: finding.side.as_str(),
        location: JsonLocation {
            hop_min: finding.location.hop_min,
            hop_max: finding.location.hop_max,
            hops: finding.location.hops,
            address: finding.location.address.map(|a| a.to_string()),
        },
        title: words.say(&finding.title),
        explanation: words.say(&finding.explanation),
        evidence: finding
            .evidence
            .iter()
            .map(|e| JsonEvidence { attempt: e.attempt.clone(), text: words.say(&e.text) })
            .collect(),
        suppresses: finding.suppresses.clone(),
        ruled_out: finding
            .ruled_out
            .iter()
            .map(|r| JsonRuledOut { cause: r.cause, because: words.say(&r.because) })
            .collect(),
        remedies: finding
            .remedies
            .iter()
            .map(|r| JsonRemedy {
                who: r.who.as_str(),
                text: words.say(&r.text),
                snippets: r
                    .snippets
                    .iter()
                    .map(|s| JsonSnippet { software: s.software, content: s.content.clone() })
                    .collect(),
            })
            .collect(),
    }
}
