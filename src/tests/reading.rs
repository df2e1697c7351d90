//! Files of `fixtures/read` from their bytes to the diagnosis.
//!
//! A folder is one case: what `expect.txt` says, and the files that are read together, in the order
//! of their names. An expectation is
//!
//! ```text
//! at client                                   --at, one line for each file
//! verdict degraded
//! problem passive-disabled proven server      findings in order: severity, cause, confidence, side
//! warning epsv-blocked likely path at 2-3/4   and the suspect hops, - where one is not known
//! ```
//!
//! Information is left out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::diagnosis::{Severity, diagnose};
use crate::facts::reading::Vantage;
use crate::read::{Given, read, sessions};

fn vantage(word: &str) -> Vantage {
    match word {
        "client" => Vantage::Client,
        "server" => Vantage::Server,
        "between" => Vantage::Between,
        other => panic!("at {other}?"),
    }
}

fn found(case: &Path, expect: &str) -> String {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| name != "expect.txt"));
    paths.sort();
    let mut at = expect.lines().filter_map(|line| line.strip_prefix("at ")).map(vantage);
    let given = paths
        .iter()
        .map(|path| Given {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            content: Box::new(File::open(path).unwrap()),
            at: at.next(),
        })
        .collect();
    let all = sessions(read(given).unwrap(), 1_700_000_000);
    let [facts] = all.as_slice() else { return format!("{} sessions", all.len()) };
    let diagnosis = diagnose(facts);
    let mut text = format!("verdict {}\n", diagnosis.verdict.as_str());
    for finding in diagnosis.findings.iter().filter(|f| f.severity != Severity::Info) {
        let words = [
            finding.severity.as_str(),
            finding.cause,
            finding.confidence.as_str(),
            finding.side.as_str(),
        ];
        text.push_str(&words.join(" "));
        let number = |hop: Option<u8>| hop.map_or_else(|| "-".to_owned(), |hop| hop.to_string());
        let location = &finding.location;
        if location.hop_min.is_some() {
            let [min, max, hops] = [location.hop_min, location.hop_max, location.hops].map(number);
            text.push_str(&format!(" at {min}-{max}/{hops}"));
        }
        text.push('\n');
    }
    text
}

#[test]
fn files_lead_to_what_is_expected() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/read");
    let mut wrong = Vec::new();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(base).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 3, "there are cases");
    for case in cases {
        let expect = fs::read_to_string(case.join("expect.txt")).unwrap();
        let mut wanted = String::new();
        for line in expect.lines().filter(|line| !line.starts_with("at ")) {
            wanted.push_str(line);
            wanted.push('\n');
        }
        let got = found(&case, &expect);
        if got != wanted {
            wrong.push(format!("{}:\n{got}--- wanted\n{wanted}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
