//! What comes with the program: licences, sources and the compiler's version of every package in
//! `Cargo.lock`, read from `cargo metadata`. `.ci/deny.toml` has the same rules for cargo-deny, which
//! also knows advisories.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences that both of this program's go with.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
];

/// Packages under the Mozilla Public License, whose copyleft ends at their own files.
const MOZILLA: &[&str] = &["colored", "cssparser", "cssparser-macros", "dtoa-short", "selectors"];

/// Packages that are there in several versions, because others have not moved yet.
const SEVERAL: &[&str] = &[
    "bit-vec",
    "core-foundation",
    "getrandom",
    // Readers of certificates and of captures, by the same authors, on two versions of their parser.
    "nom",
    // One writes the `JUnit` report, the other reads it in the tests.
    "quick-xml",
    "r-efi",
    "rusticata-macros",
    "syn",
    "synstructure",
    "windows-sys",
];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    // Packages for other systems may never have been fetched.
    let output = if output.status.success() {
        output
    } else {
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs")
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn packages(metadata: &Value) -> &Vec<Value> {
    metadata["packages"].as_array().unwrap()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// Whether a licence expression (SPDX, and `/` of old) can be met.
fn fits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let mut depth = 0_i32;
    let (mut either, mut both, mut from) = (Vec::new(), Vec::new(), 0);
    let words: Vec<(usize, &str)> = expression
        .split_inclusive([' ', '(', ')'])
        .scan(0, |at, piece| {
            let begin = *at;
            *at += piece.len();
            Some((begin, piece))
        })
        .collect();
    for (at, piece) in words {
        match piece.trim() {
            "OR" if depth == 0 => {
                both.push(&expression[from..at]);
                either.push(std::mem::take(&mut both));
                from = at + piece.len();
            }
            "AND" if depth == 0 => {
                both.push(&expression[from..at]);
                from = at + piece.len();
            }
            _ => {}
        }
        depth += i32::try_from(piece.matches('(').count()).unwrap();
        depth -= i32::try_from(piece.matches(')').count()).unwrap();
    }
    both.push(&expression[from..]);
    either.push(both);
    either.iter().any(|all| {
        all.iter().all(|part| {
            let part = part.trim();
            match part.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
                Some(inner) => fits(inner, allowed),
                None => allowed(part),
            }
        })
    })
}

#[test]
fn expressions_are_understood() {
    let allowed = |licence: &str| ALLOWED.contains(&licence);
    for good in [
        "MIT",
        "MIT OR Apache-2.0",
        "GPL-2.0-only OR MIT",
        "Unlicense/MIT",
        "Apache-2.0 AND ISC",
        "(MIT OR GPL-3.0-only) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
    ] {
        assert!(fits(good, &allowed), "{good}");
    }
    for bad in
        ["", "GPL-3.0-only", "MIT AND GPL-2.0-only", "(GPL-2.0-only OR LGPL-2.1-only) AND MIT"]
    {
        assert!(!fits(bad, &allowed), "{bad}");
    }
}

#[test]
fn licences_go_with_ours() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    let mut mozilla = BTreeSet::new();
    for package in packages(&metadata) {
        let licence = package["license"].as_str().unwrap_or_default();
        let allowed = |one: &str| {
            ALLOWED.contains(&one) || (one == "MPL-2.0" && MOZILLA.contains(&name(package)))
        };
        if licence == "MPL-2.0" {
            mozilla.insert(name(package));
        }
        if !fits(licence, &allowed) {
            wrong.push(format!("{}: \"{licence}\"", name(package)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(mozilla, MOZILLA.iter().copied().collect(), "the list of exceptions is out of date");
}

#[test]
fn everything_comes_from_crates_io() {
    let metadata = metadata();
    let own = |source: &Value| source == "registry+https://github.com/rust-lang/crates.io-index";
    let elsewhere: Vec<&str> = packages(&metadata)
        .iter()
        .filter(|p| name(p) != "ftp-doctor" && !own(&p["source"]))
        .map(name)
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    // What is not in the lock file with a checksum could be anything.
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let (packages, sums) =
        (lock.matches("[[package]]").count(), lock.matches("\nchecksum = ").count());
    assert_eq!(packages, sums + 1, "a package without a checksum");
}

#[test]
fn nothing_brings_its_own_copy() {
    let metadata = metadata();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages(&metadata) {
        versions.entry(name(package)).or_default().insert(package["version"].as_str().unwrap());
        let unwanted = ["openssl-sys", "native-tls", "aws-lc-sys"];
        assert!(!unwanted.contains(&name(package)), "{} is there", name(package));
    }
    let several: BTreeSet<&str> =
        versions.iter().filter(|(_, v)| v.len() > 1).map(|(name, _)| *name).collect();
    assert_eq!(several, SEVERAL.iter().copied().collect(), "packages in several versions");
}

fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text.split('.').map(|n| n.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_package_wants_a_newer_compiler_than_we_do() {
    let metadata = metadata();
    let wants = |package: &Value| package["rust_version"].as_str().map(version);
    let own = packages(&metadata).iter().find(|p| name(p) == "ftp-doctor").and_then(wants).unwrap();
    let newer: Vec<&str> = packages(&metadata)
        .iter()
        .filter(|p| wants(p).is_some_and(|version| version > own))
        .map(name)
        .collect();
    assert!(newer.is_empty(), "want more than Rust {own:?}: {newer:?}");
}
