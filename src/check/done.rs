//! What an earlier, unfinished run has written already.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use crate::facts::{Purpose, Request};

/// What tells one target of a list from another in a report, which has no label: the operand, who
/// logs in, how, what was tried and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    input: String,
    port: u16,
    user: String,
    tls: String,
    modes: BTreeSet<String>,
    expect: Vec<String>,
}

impl Identity {
    /// Of a target that is to be run.
    pub fn of(request: &Request) -> Self {
        Self {
            input: request.input.clone(),
            port: request.port,
            user: request.user.clone(),
            tls: request.tls.as_str().to_owned(),
            modes: request.modes.iter().map(|m| m.as_str().to_owned()).collect(),
            expect: request.expect.iter().map(ToString::to_string).collect(),
        }
    }

    /// Whether it is the same target, whatever was tried and expected.
    pub fn same_target(&self, other: &Self) -> bool {
        (&self.input, self.port, &self.user, &self.tls)
            == (&other.input, other.port, &other.user, &other.tls)
    }
}

#[derive(Deserialize)]
struct Line {
    schema: String,
    target: Target,
    attempts: Vec<Attempt>,
    expectations: Vec<Expectation>,
    verdict: String,
    exit_code: u8,
}

#[derive(Deserialize)]
struct Target {
    input: String,
    port: u16,
    user: String,
    tls: String,
}

#[derive(Deserialize)]
struct Attempt {
    purpose: Purpose,
    mode: String,
}

#[derive(Deserialize)]
struct Expectation {
    expect: String,
}

/// One finished result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whose it is.
    pub identity: Identity,
    /// Its verdict, as written.
    pub verdict: String,
    /// Its exit code; 130 where it was interrupted.
    pub exit_code: u8,
}

/// Reads one report in JSON.
///
/// # Errors
/// What is wrong with it.
pub fn known(json: &[u8]) -> Result<Known, String> {
    let line: Line = serde_json::from_slice(json).map_err(|e| {
        let text = crate::wire::text::printable(e.to_string().as_bytes(), 200);
        format!("not a report that ftp-doctor wrote: {text}")
    })?;
    if line.schema != SCHEMA {
        return Err("not a report of this version's schema".to_owned());
    }
    let modes = line.attempts.into_iter().filter(|a| a.purpose == Purpose::Mode);
    Ok(Known {
        identity: Identity {
            input: line.target.input,
            port: line.target.port,
            user: line.target.user,
            tls: line.target.tls,
            modes: modes.map(|a| a.mode).collect(),
            expect: line.expectations.into_iter().map(|e| e.expect).collect(),
        },
        verdict: line.verdict,
        exit_code: line.exit_code,
    })
}

/// The schema of a line.
pub const SCHEMA: &str = "ftp-doctor.report/1";

/// Results of an earlier run.
#[derive(Debug, Default)]
pub struct Done {
    /// Each finished one, in the order of the file.
    pub results: Vec<Known>,
    /// The bytes worth keeping: whole lines of finished results.
    pub kept: Vec<u8>,
    by_identity: HashMap<Identity, Vec<usize>>,
}

/// Reads JSON lines. What was interrupted, and a last line that was cut off, is left out.
///
/// # Errors
/// The line and what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Done, (usize, String)> {
    let mut done = Done::default();
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let whole = line.ends_with(b"\n");
        let known = match known(line) {
            Ok(known) => known,
            Err(_) if !whole => continue,
            Err(problem) => return Err((number + 1, problem)),
        };
        if known.exit_code == 130 {
            continue;
        }
        done.kept.extend_from_slice(line);
        if !whole {
            done.kept.push(b'\n');
        }
        done.by_identity.entry(known.identity.clone()).or_default().push(done.results.len());
        done.results.push(known);
    }
    for list in done.by_identity.values_mut() {
        list.reverse();
    }
    Ok(done)
}

impl Done {
    /// Takes the result of this target, if there is one; each counts once.
    pub fn take(&mut self, identity: &Identity) -> Option<&Known> {
        let at = self.by_identity.get_mut(identity)?.pop()?;
        self.results.get(at)
    }
}
