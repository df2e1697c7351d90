//! What changed at many targets since an earlier run.

use crate::compare::{self, Kind, Run};
use crate::diagnosis::Text;
use crate::document::check::{Change, CheckChange, CheckDifference, What};
use crate::report::markdown::Sheet;
use crate::report::words::Words;
use crate::report::{Style, pen::Pen};

/// A target now and before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// In both; the list is empty where nothing differs that counts.
    Both(Vec<Differs>),
    /// Not in the baseline.
    New,
    /// Only in the baseline.
    Gone,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    what: What,
    key: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// An expectation and whether it was met, as a report tells it.
pub type Expected = (String, Option<bool>);

/// Compares a target's reports; of each its run and its expectations.
pub fn differences(
    (before, expected_before): (&Run, &[Expected]),
    (after, expected_after): (&Run, &[Expected]),
) -> Vec<Differs> {
    let comparison = compare::compare(before, after);
    let mut list: Vec<Differs> = comparison
        .differences
        .into_iter()
        .filter_map(|d| {
            let what = match d.kind {
                Kind::Verdict => What::Verdict,
                Kind::Mode => What::Mode,
                Kind::Finding => What::Finding,
                _ => return None,
            };
            Some(Differs { what, key: d.key, before: d.a, after: d.b })
        })
        .collect();
    let word = |met: Option<bool>| {
        match met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "not measured",
        }
        .to_owned()
    };
    for (expect, met) in expected_after {
        let then = expected_before.iter().find(|(other, _)| other == expect);
        if then.is_some_and(|(_, then)| then != met) {
            list.push(Differs {
                what: What::Expectation,
                key: Some(expect.clone()),
                before: then.map(|(_, then)| word(*then)),
                after: Some(word(*met)),
            });
        }
    }
    list
}

/// All targets, by label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes(pub Vec<(String, Since)>);

impl Changes {
    fn told(&self) -> impl Iterator<Item = &(String, Since)> {
        self.0.iter().filter(|(_, since)| *since != Since::Both(Vec::new()))
    }

    /// A line for each difference of a target.
    fn lines(since: &Since, words: &Words) -> Vec<String> {
        let list = match since {
            Since::New => return vec![words.get("check-change-new")],
            Since::Gone => return vec![words.get("check-change-gone")],
            Since::Both(list) => list,
        };
        list.iter()
            .map(|differs| {
                let what = match differs.what {
                    What::Expectation => words.get("check-change-expectation"),
                    other => words.get(&format!("diff-what-{other}")),
                };
                let none = || words.get("check-change-none");
                let text = Text::new("check-change")
                    .with("what", what)
                    .with("key", differs.key.as_deref().unwrap_or_default())
                    .with("before", differs.before.clone().unwrap_or_else(none))
                    .with("after", differs.after.clone().unwrap_or_else(none));
                words.say(&text).split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    /// For people.
    pub fn text(&self, words: &Words, style: Style, out: &mut String) {
        out.push_str(&format!("\n{}\n", Pen(style).bold(&words.get("check-changes"))));
        let mut none = true;
        for (label, since) in self.told() {
            none = false;
            for line in Self::lines(since, words) {
                out.push_str(&format!("  {label}  {line}\n"));
            }
        }
        if none {
            out.push_str(&format!("  {}\n", words.get("check-changes-none")));
        }
    }

    /// For tickets, after the table of all targets.
    pub fn markdown(&self, words: &Words) -> String {
        let mut sheet = Sheet::default();
        sheet.heading(2, &words.get("check-changes"));
        let points: Vec<(&str, String)> = self
            .told()
            .flat_map(|(label, since)| {
                Self::lines(since, words).into_iter().map(|line| (label.as_str(), line))
            })
            .collect();
        if points.is_empty() {
            sheet.paragraph(&words.get("check-changes-none"));
        } else {
            sheet.headed_list(points);
        }
        format!("\n{}", sheet.into_string())
    }

    /// For programs.
    pub fn view(&self) -> Vec<CheckChange> {
        let difference = |d: &Differs| CheckDifference {
            what: d.what,
            key: d.key.clone(),
            before: d.before.clone(),
            after: d.after.clone(),
        };
        self.0
            .iter()
            .map(|(label, since)| {
                let (change, list) = match since {
                    Since::New => (Change::New, Vec::new()),
                    Since::Gone => (Change::Gone, Vec::new()),
                    Since::Both(list) if list.is_empty() => (Change::Same, Vec::new()),
                    Since::Both(list) => (Change::Changed, list.iter().map(difference).collect()),
                };
                CheckChange { label: label.clone(), change, differences: list }
            })
            .collect()
    }
}
