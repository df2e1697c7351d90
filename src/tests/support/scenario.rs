//! The scenarios: saved facts, and what they must lead to.
//!
//! | file of `fixtures/scenarios/NAME/` | holds |
//! | --- | --- |
//! | `facts.json` | what `--save` wrote, compact |
//! | `about.txt` | where they come from, one line |
//! | `expect.txt` | what they must lead to, written by hand |
//! | `report.txt` | golden: the text report, but for the clients |
//! | `report.json` | golden of some: the JSON report, but for the clients |
//!
//! What is foretold for clients stands in one file for all scenarios, `fixtures/clients.txt`.
//! `UPDATE_GOLDEN=1` writes the goldens anew and makes facts compact. An expectation is
//!
//! ```text
//! verdict degraded
//! exit 1
//! problem passive-disabled proven server      findings in order: severity, cause, confidence, side
//! warning epsv-blocked likely path at 2-3/4   and the suspect hops of all, with the address if known
//! suppressed pasv-unsupported                 fires too, but only follows from another
//! ```

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

use crate::diagnosis::{Lang, diagnose};
use crate::facts::Facts;
use crate::report::{Format, Style, render};

/// What a scenario must lead to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expect {
    pub verdict: String,
    pub exit: u8,
    /// In order.
    pub findings: Vec<Found>,
    pub suppressed: Vec<String>,
}

/// A finding that is expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub cause: String,
    /// The whole line.
    pub line: String,
}

impl Expect {
    /// Causes that fire, reported or suppressed, sorted.
    pub fn firing(&self) -> Vec<&str> {
        let reported = self.findings.iter().map(|found| found.cause.as_str());
        let mut all: Vec<&str> =
            reported.chain(self.suppressed.iter().map(String::as_str)).collect();
        all.sort_unstable();
        all
    }
}

/// One scenario.
pub struct Scenario {
    pub name: String,
    pub directory: PathBuf,
    /// The file as it is.
    pub saved: Value,
    pub facts: Facts,
    pub about: String,
    pub expect: Expect,
    json: OnceLock<String>,
    report: OnceLock<Value>,
}

impl Scenario {
    /// What `--json` prints, made once.
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| json(&self.facts))
    }

    /// The same, read.
    pub fn report(&self) -> &Value {
        self.report.get_or_init(|| serde_json::from_str(self.json()).expect("JSON"))
    }
}

/// What `--json` prints for these facts.
pub fn json(facts: &Facts) -> String {
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    let bytes = render(&diagnose(facts), Format::Json, style, Lang::En).expect("JSON");
    String::from_utf8(bytes).expect("UTF-8")
}

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios")
}

/// Read and parsed once, whatever the number of tests that look at them.
static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(read_all);

/// All scenarios, by name.
pub fn all() -> &'static [Scenario] {
    &ALL
}

/// One scenario by its name.
#[track_caller]
pub fn of(name: &str) -> &'static Scenario {
    let at = ALL.binary_search_by(|scenario| scenario.name.as_str().cmp(name));
    &ALL[at.unwrap_or_else(|_| panic!("no scenario is called {name}"))]
}

/// Everything that cannot be read is told at once.
fn read_all() -> Vec<Scenario> {
    let mut names: Vec<String> = std::fs::read_dir(base())
        .expect("fixtures/scenarios")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let (mut scenarios, mut wrong) = (Vec::new(), Vec::new());
    for name in names {
        match read(&name) {
            Ok(scenario) => scenarios.push(scenario),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "unreadable scenarios:\n{}", wrong.join("\n"));
    assert!(scenarios.len() > 50, "only {} scenarios", scenarios.len());
    scenarios
}

fn read(name: &str) -> Result<Scenario, String> {
    let directory = base().join(name);
    let file = |file: &str| {
        std::fs::read_to_string(directory.join(file)).map_err(|e| format!("{file}: {e}"))
    };
    let text = file("facts.json")?;
    let saved: Value = serde_json::from_str(&text).map_err(|e| format!("facts.json: {e}"))?;
    let facts = serde_json::from_str(&text).map_err(|e| format!("facts.json: {e}"))?;
    let expect = expect(&file("expect.txt")?)?;
    let about = file("about.txt")?;
    let name = name.to_owned();
    let (json, report) = (OnceLock::new(), OnceLock::new());
    Ok(Scenario { name, directory, saved, facts, about, expect, json, report })
}

fn expect(text: &str) -> Result<Expect, String> {
    let mut expect = Expect::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (word, value) = line.split_once(' ').ok_or(format!("expect.txt: \"{line}\""))?;
        match word {
            "verdict" => value.clone_into(&mut expect.verdict),
            "exit" => expect.exit = value.parse().map_err(|_| format!("expect.txt: {line}"))?,
            "problem" | "warning" | "info" => {
                let cause = value.split(' ').next().unwrap_or_default().to_owned();
                expect.findings.push(Found { cause, line: line.to_owned() });
            }
            "suppressed" => expect.suppressed.push(value.to_owned()),
            _ => return Err(format!("expect.txt: \"{line}\"")),
        }
    }
    if expect.verdict.is_empty() { Err("expect.txt: no verdict".to_owned()) } else { Ok(expect) }
}
