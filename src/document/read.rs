//! From JSON to a [`Report`]. It may be a stranger's: what is no report is refused with the reason,
//! lists are bounded, every text is made printable, and addresses are in their usual form.

use std::net::IpAddr;

use serde::Deserialize;

use super::report::{
    Announcement, Attempt, Client, Endpoint, Evidence, Expectation, FileEntry, Finding, Ladder,
    Location, PassiveRange, Path, Port, Remedy, Reply, Report, Router, Rule, RuledOut, Rung,
    Schema, Server, Snippet, Target, Tls, Tool, Vantage,
};
use crate::wire::text::printable;

/// More entries of a list than any run makes.
const MOST: usize = 1000;
/// More ports than there are.
const PORTS: usize = 65_536;
/// A longer line than any run writes, in bytes.
const LINE: usize = 1 << 16;

/// Why a file is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// No JSON, or not of this shape.
    Shape(String),
    /// JSON of another schema.
    Schema(Option<String>),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape(text) => write!(f, "not a report that ftp-doctor wrote: {text}"),
            Self::Schema(None) => f.write_str("neither a report (--json) nor facts (--save)"),
            Self::Schema(Some(schema)) => {
                write!(f, "schema \"{schema}\" is neither a report (--json) nor facts (--save)")
            }
        }
    }
}

impl std::error::Error for ReadError {}

fn shape(error: &serde_json::Error) -> ReadError {
    ReadError::Shape(printable(error.to_string().as_bytes(), 200))
}

/// The schema that a document names.
///
/// # Errors
/// [`ReadError`] where it names none.
pub fn schema(json: &[u8]) -> Result<String, ReadError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<serde_json::Value>,
    }
    let head: Head = serde_json::from_slice(json)
        .map_err(|e| if e.is_data() { ReadError::Schema(None) } else { shape(&e) })?;
    match head.schema {
        Some(serde_json::Value::String(schema)) => Ok(printable(schema.as_bytes(), 60)),
        _ => Err(ReadError::Schema(None)),
    }
}

/// Reads a report.
///
/// # Errors
/// [`ReadError`] where it is no report of this schema.
pub fn read(json: &[u8]) -> Result<Report, ReadError> {
    match serde_json::from_slice(json) {
        Ok(report) => checked(report),
        // What is no report at all says so before anything else that is wrong with it.
        Err(error) => Err(match schema(json)? {
            schema if schema.parse::<Schema>().is_ok() => shape(&error),
            other => ReadError::Schema(Some(other)),
        }),
    }
}

/// Reads the reports of a check's document; `None` where it is none.
///
/// # Errors
/// [`ReadError`] where it is the document of another schema, or what is in it is no report.
pub fn reports(json: &[u8]) -> Result<Option<Vec<Report>>, ReadError> {
    #[derive(Deserialize)]
    struct Whole {
        schema: super::check::Schema,
        reports: Vec<Report>,
    }
    match schema(json) {
        Ok(schema) if schema.parse::<super::check::Schema>().is_ok() => {}
        _ => return Ok(None),
    }
    let whole: Whole = serde_json::from_slice(json).map_err(|e| shape(&e))?;
    let super::check::Schema::Check1 = whole.schema;
    whole.reports.into_iter().map(checked).collect::<Result<_, _>>().map(Some)
}

/// Makes what serde has read fit to be shown and compared.
fn checked(mut report: Report) -> Result<Report, ReadError> {
    few("attempts", &report.attempts, MOST)?;
    few("announcements", &report.announcements, MOST)?;
    few("findings", &report.findings, MOST)?;
    few("rules", &report.rules, MOST)?;
    few("addresses", &report.target.addresses, MOST)?;
    few("routers", &report.path.routers, MOST)?;
    few("ladders", &report.path.ladders, MOST)?;
    few("clients", &report.clients, MOST)?;
    few("expectations", &report.expectations, MOST)?;
    few("ports", &report.ports, PORTS)?;
    clean(&mut report);
    Ok(report)
}

fn few<T>(what: &str, list: &[T], most: usize) -> Result<(), ReadError> {
    if list.len() > most {
        return Err(ReadError::Shape(format!("{} {what}, more than {most}", list.len())));
    }
    Ok(())
}

/// A stranger's text, which may have lines; nothing else in it steers a terminal.
fn text(said: &mut String) {
    let harmless = |b: u8| b == b'\n' || (0x20..0x7f).contains(&b);
    if said.len() <= LINE && said.bytes().all(harmless) {
        return;
    }
    let lines: Vec<String> = said.split('\n').map(|l| printable(l.as_bytes(), LINE)).collect();
    *said = lines.join("\n");
}

/// A text as it is read from a report.
pub fn shown(said: &str) -> String {
    let mut said = said.to_owned();
    text(&mut said);
    said
}

fn all<'a>(texts: impl IntoIterator<Item = &'a mut String>) {
    texts.into_iter().for_each(text);
}

fn ip<'a>(addresses: impl IntoIterator<Item = &'a mut IpAddr>) {
    addresses.into_iter().for_each(|address| *address = address.to_canonical());
}

/// Every part is taken apart by name, so that a new field has to be thought of.
fn clean(report: &mut Report) {
    let Report {
        schema: _,
        tool: Tool { name, version },
        started,
        elapsed_ms: _,
        source: _,
        sessions,
        files,
        target: Target { input, host, port: _, user, tls: _, addresses },
        vantage: Vantage { local_address, seen_as, nat: _ },
        server,
        verdict: _,
        summary,
        times: _,
        attempts,
        announcements,
        passive_range: PassiveRange { tried: _, about: _, unnoticed_percent: _ },
        path: Path { hops: _, routers, ladders },
        rules,
        ports,
        findings,
        clients,
        expectations,
        exit_code: _,
    } = report;
    all([name, version, started, input, host, user, summary]);
    ip(sessions.iter_mut().filter_map(|session| session.client.as_mut()));
    for FileEntry { file, format, units: _, used: _, vantage: _, unread } in files {
        all([file, format]);
        all(unread);
    }
    ip(addresses);
    ip([local_address, seen_as].into_iter().flatten());
    let Server { address, port: _, banner, software, features, certificate_expires } = server;
    ip(address);
    all([banner, software, certificate_expires].into_iter().flatten());
    all(features);
    attempts.iter_mut().for_each(attempt);
    for Router { hop: _, address } in routers {
        ip(address);
    }
    for Rung { ttl: _, answer: _, address, asked: _ } in
        ladders.iter_mut().flat_map(|Ladder { port: _, rungs }| rungs)
    {
        ip(address);
    }
    for Rule { id, text, state: _, attempts } in rules {
        all([id, text]);
        all(attempts);
    }
    for Port { port: _, outcome: _ } in ports {}
    for Announcement { mode: _, security: _, port: _, outcome: _ } in announcements {}
    findings.iter_mut().for_each(finding);
    for Client { id, client, kind: _, works: _, after_ms: _, because, attempts, setting } in clients
    {
        all([id, client, because]);
        all(attempts);
        all(setting);
    }
    for Expectation { expect, met: _, because } in expectations {
        all([expect, because]);
    }
}

fn attempt(attempt: &mut Attempt) {
    let Attempt {
        id,
        purpose: _,
        mode: _,
        direction: _,
        family: _,
        security: _,
        outcome: _,
        reason,
        advertised,
        from,
        to,
        connect_ms: _,
        elapsed_ms: _,
        bytes: _,
        replies,
        tls,
    } = attempt;
    all([id, reason]);
    for Endpoint { address, port: _ } in [advertised, from, to].into_iter().flatten() {
        ip(address);
    }
    for Reply { command, code: _, text } in replies {
        all([command, text]);
    }
    if let Some(tls) = tls {
        let Tls { version, cipher, resumed: _, handshake_ms: _, failure, distrust } = tls;
        all([version, cipher, failure].into_iter().flatten());
        all(distrust);
    }
}

fn finding(finding: &mut Finding) {
    let Finding {
        cause,
        severity: _,
        confidence: _,
        side: _,
        location: Location { hop_min: _, hop_max: _, hops: _, address },
        title,
        explanation,
        evidence,
        suppresses,
        ruled_out,
        remedies,
    } = finding;
    all([cause, title, explanation]);
    ip(address);
    for Evidence { attempt, text } in evidence {
        all(attempt);
        all([text]);
    }
    all(suppresses);
    for RuledOut { cause, because } in ruled_out {
        all([cause, because]);
    }
    for Remedy { who: _, text, snippets } in remedies {
        all([text]);
        for Snippet { software, content } in snippets {
            all([software, content]);
        }
    }
}
