//! An earlier check to compare with.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::super::files::read_whole;
use super::AppError;
use crate::check::done::Identity;
use crate::compare::Run;
use crate::document::{self, Report};
use crate::report::check::changes::{Changes, Expected, Since, differences};
use crate::wire::text::{file_name, printable};

/// A larger file than this, in bytes, is no baseline.
const LIMIT: u64 = 1 << 30;
/// Bytes that are shown of a target that only the baseline has.
const NAME: usize = 300;

struct Before {
    identity: Identity,
    input: String,
    run: Run,
    expected: Vec<Expected>,
}

/// The earlier run, and what has been compared with it so far.
pub(super) struct Baseline {
    /// Those that no target was compared with yet.
    left: Vec<Option<Before>>,
    by_input: HashMap<String, Vec<usize>>,
    /// By the target's place in the list.
    since: BTreeMap<usize, (String, Since)>,
}

impl Before {
    fn of(report: &Report) -> Self {
        Self {
            identity: Identity::of_report(report),
            input: report.target.input.clone(),
            run: Run::of("", report),
            expected: report.expectations.iter().map(|e| (e.expect.clone(), e.met)).collect(),
        }
    }
}

/// The reports of a file: lines of them, one alone, or the document of a check.
fn reports(bytes: &[u8]) -> Result<Vec<Before>, String> {
    if let Some(reports) = document::read::reports(bytes).map_err(|e| e.to_string())? {
        return Ok(reports.iter().map(Before::of).collect());
    }
    if let Ok(one) = document::read(bytes) {
        return Ok(vec![Before::of(&one)]);
    }
    let lines = bytes.split(|b| *b == b'\n').enumerate();
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(at, line)| {
            let report = document::read(line).map_err(|e| format!("line {}: {e}", at + 1))?;
            Ok(Before::of(&report))
        })
        .collect()
}

impl Baseline {
    /// Reads a baseline.
    pub(super) fn read(path: &Path) -> Result<Self, AppError> {
        let usage = |e: &str| AppError::Usage(format!("--baseline {}: {e}", file_name(path)));
        let bytes =
            read_whole(path, LIMIT).map_err(|e| AppError::Usage(format!("--baseline {e}")))?;
        let reports = reports(&bytes).map_err(|e| usage(&e))?;
        if reports.is_empty() {
            return Err(usage("no report in it"));
        }
        let mut by_input: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, report) in reports.iter().enumerate() {
            by_input.entry(report.input.clone()).or_default().push(at);
        }
        let left = reports.into_iter().map(Some).collect();
        Ok(Self { left, by_input, since: BTreeMap::new() })
    }

    /// Compares a target's report with its earlier one.
    pub(super) fn meet(&mut self, index: usize, label: &str, identity: &Identity, report: &Report) {
        let now = Before::of(report);
        let near: Vec<usize> = self
            .by_input
            .get(&now.input)
            .into_iter()
            .flatten()
            .copied()
            .filter(|at| {
                let there = self.left.get(*at).and_then(Option::as_ref);
                there.is_some_and(|b| b.identity.same_target(identity))
            })
            .collect();
        // The one with the same modes and expectations, else the first.
        let same = |at: &&usize| {
            let there = self.left.get(**at).and_then(Option::as_ref);
            there.is_some_and(|b| b.identity == *identity)
        };
        let at = near.iter().find(same).or(near.first());
        let then = at.and_then(|at| self.left.get_mut(*at)).and_then(Option::take);
        let since = then.map_or(Since::New, |then| {
            Since::Both(differences((&then.run, &then.expected), (&now.run, &now.expected)))
        });
        self.since.insert(index, (label.to_owned(), since));
    }

    /// All that was found, in the order of the lists; then what only the baseline has.
    pub(super) fn changes(self) -> Changes {
        // The file is a stranger's text, and this part of it goes to a terminal.
        let name = |before: Before| printable(before.input.as_bytes(), NAME);
        let gone = self.left.into_iter().flatten().map(|before| (name(before), Since::Gone));
        Changes(self.since.into_values().chain(gone).collect())
    }
}
