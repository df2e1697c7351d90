//! What an earlier, unfinished run has written already.

use std::collections::{BTreeSet, HashMap};

use crate::document::{self, Report};
use crate::facts::{Mode, Purpose, Request, TlsLevel};
use crate::words::Verdict;

/// What tells one target of a list from another in a report, which has no label: the operand, who
/// logs in, how, what was tried and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    input: String,
    port: u16,
    user: String,
    tls: TlsLevel,
    modes: BTreeSet<Mode>,
    expect: Vec<String>,
}

impl Identity {
    /// Of a target that is to be run.
    pub fn of(request: &Request) -> Self {
        Self {
            // As they are read from a report.
            input: document::read::shown(&request.input),
            port: request.port,
            user: document::read::shown(&request.user),
            tls: request.tls,
            modes: request.modes.iter().copied().collect(),
            expect: request.expect.iter().map(ToString::to_string).collect(),
        }
    }

    /// Of a target that was run.
    pub fn of_report(report: &Report) -> Self {
        let modes = report.attempts.iter().filter(|a| a.purpose == Purpose::Mode);
        Self {
            input: report.target.input.clone(),
            port: report.target.port,
            user: report.target.user.clone(),
            tls: report.target.tls,
            modes: modes.map(|a| a.mode).collect(),
            expect: report.expectations.iter().map(|e| e.expect.clone()).collect(),
        }
    }

    /// Whether it is the same target, whatever was tried and expected.
    pub fn same_target(&self, other: &Self) -> bool {
        (&self.input, self.port, &self.user, &self.tls)
            == (&other.input, other.port, &other.user, &other.tls)
    }
}

/// One finished result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whose it is.
    pub identity: Identity,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its exit code; 130 where it was interrupted.
    pub exit_code: u8,
}

impl Known {
    /// The result that a report tells of.
    pub fn of(report: &Report) -> Self {
        Self {
            identity: Identity::of_report(report),
            verdict: report.verdict,
            exit_code: report.exit_code,
        }
    }
}

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
        let known = match document::read(line) {
            Ok(report) => Known::of(&report),
            Err(_) if !whole => continue,
            Err(problem) => return Err((number + 1, problem.to_string())),
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
