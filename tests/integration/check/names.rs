//! Targets with names: two names of one server, and one that nobody has.

use std::fs;
use std::sync::atomic::Ordering;

use ftp_doctor::DemoBehaviour;
use serde_json::Value;

use super::{counting, ends_with, lines, run};
use crate::support::served::serve;

#[test]
fn a_name_and_its_address_are_one_server() {
    let (address, most, all) = counting();
    let port = address.port();
    let place = tempfile::tempdir().unwrap();
    let mut list = String::from("[defaults]\nfamily = \"ipv4\"\n");
    for number in 0..3 {
        list.push_str(&format!("[[target]]\nhost = \"localhost:{port}\"\nlabel = \"n{number}\"\n"));
        list.push_str(&format!("[[target]]\nhost = \"{address}\"\nlabel = \"a{number}\"\n"));
    }
    fs::write(place.path().join("list.toml"), list).unwrap();
    let out = ends_with(&run(&place, &["list.toml", "--format", "jsonl"]), 3);
    let told = lines(&out);
    assert_eq!(told.len(), 6);
    let named = told.iter().filter(|report| report["target"]["host"] == "localhost");
    let found: Vec<&Value> = named.map(|report| &report["server"]["address"]).collect();
    assert_eq!(found, ["127.0.0.1"; 3]);
    assert!(all.load(Ordering::SeqCst) >= 6);
    assert_eq!(most.load(Ordering::SeqCst), 1, "guests at once");
}

#[test]
fn a_name_that_nobody_has_costs_only_itself() {
    let healthy = serve(DemoBehaviour::default());
    let port = healthy.address.port();
    let place = tempfile::tempdir().unwrap();
    // RFC 6761 §6.4: no name below `invalid` exists, and no resolver has to ask for one.
    let list = format!(
        "[[target]]\nhost = \"nobody.invalid\"\nlabel = \"nobody\"\n\
         [[target]]\nhost = \"localhost:{port}\"\nlabel = \"named\"\nfamily = \"ipv4\"\n\
         [[target]]\nhost = \"{}\"\nlabel = \"numbered\"\n",
        healthy.address
    );
    fs::write(place.path().join("list.toml"), list).unwrap();
    // One at a time too: the others have their turn all the same.
    for jobs in ["8", "1"] {
        let args = ["list.toml", "--json", "--timeout", "3s", "--jobs", jobs];
        let json: Value = serde_json::from_str(&ends_with(&run(&place, &args), 1)).unwrap();
        let rows = json["targets"].as_array().unwrap();
        let told = |row: &Value| {
            (row["label"].as_str().unwrap().to_owned(), row["exit_code"].as_u64().unwrap())
        };
        let told: Vec<(String, u64)> = rows.iter().map(told).collect();
        let expected = [("nobody", 3), ("named", 0), ("numbered", 0)];
        assert_eq!(told, expected.map(|(label, code)| (label.to_owned(), code)), "{json}");
        assert_eq!(json["summary"]["unreachable"], 1);
        let report = &json["reports"][0];
        assert_eq!(report["verdict"], "unreachable");
        assert_eq!(report["target"]["addresses"].as_array().unwrap().len(), 0);
        assert_eq!(report["findings"][0]["cause"], "name-not-found", "{report}");
    }
    let text = ends_with(&run(&place, &["list.toml"]), 1);
    let row = text.lines().find(|line| line.contains("nobody")).unwrap();
    assert!(row.contains("UNREACHABLE"), "{text}");
}
