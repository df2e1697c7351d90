//! The saved facts of scenarios, and the reports that the program makes of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::binary::BINARY;

/// Where its facts are.
pub(crate) fn file(name: &str) -> PathBuf {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios");
    base.join(name).join("facts.json")
}

/// Its facts, as JSON.
pub(crate) fn facts(name: &str) -> serde_json::Value {
    let text = std::fs::read(file(name)).expect("the scenario is there");
    serde_json::from_slice(&text).expect("JSON")
}

/// The report of it, as JSON.
pub(crate) fn report(name: &str) -> Vec<u8> {
    let mut command = Command::new(BINARY);
    command.arg("replay").arg(file(name)).arg("--json").env_clear();
    command.output().expect("the program runs").stdout
}
