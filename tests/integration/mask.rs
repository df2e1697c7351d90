//! `--mask` by the program: in reports, and in the facts that it saves.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::process::Command;

use crate::support::binary::BINARY;
use crate::support::scenario;

/// The addresses in a text; those of this machine are nobody's.
fn addresses(text: &str) -> BTreeSet<IpAddr> {
    text.split(|c: char| !c.is_ascii_hexdigit() && !matches!(c, '.' | ':'))
        .flat_map(|word| [Some(word), word.rsplit_once(':').map(|(address, _)| address)])
        .flatten()
        .filter_map(|word| word.trim_end_matches(['.', ':']).parse().ok())
        .filter(|address: &IpAddr| !address.is_loopback() && !address.is_unspecified())
        .collect()
}

#[test]
fn the_binary_masks_reports_and_saved_facts() {
    let directory = tempfile::tempdir().unwrap();
    let path = scenario::file("client-nat-vsftpd");
    let masked = directory.path().join("masked.json");
    let original = std::fs::read_to_string(&path).unwrap();
    let replay = Command::new(BINARY).arg("replay").arg(&path).arg("--mask").output().unwrap();
    let text = String::from_utf8(replay.stdout).unwrap();
    assert!(!addresses(&text).is_empty());
    let left: Vec<IpAddr> = addresses(&text).intersection(&addresses(&original)).copied().collect();
    assert!(left.is_empty(), "{left:?}\n{text}");
    let demo = Command::new(BINARY)
        .args(["demo", "private-address-announced", "--mask", "--save"])
        .arg(&masked)
        .output()
        .unwrap();
    let report = String::from_utf8(demo.stdout).unwrap();
    let again = Command::new(BINARY).arg("replay").arg(&masked).output().unwrap();
    assert_eq!(report, String::from_utf8(again.stdout).unwrap());
    assert!(!addresses(&report).is_empty(), "{report}");
}
