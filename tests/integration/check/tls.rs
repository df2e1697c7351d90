//! Targets under TLS: trusted by a file of the list's own, not trusted, and in the clear beside them.

use std::fs;

use ftp_doctor::{DemoBehaviour, DemoTls, DemoTlsStart};
use serde_json::Value;

use super::{ends_with, run};
use crate::support::served::serve;

/// RFC 7468.
fn pem(der: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in der.chunks(3) {
        let bits = part.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - part.len()));
        for at in 0..4 {
            let letter = char::from(LETTERS[bits >> (18 - 6 * at) & 63]);
            text.push(if at > part.len() { '=' } else { letter });
        }
        if text.rsplit('\n').next().unwrap().len() == 64 {
            text.push('\n');
        }
    }
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

#[test]
fn each_target_has_its_own_security() {
    let tls = |start: DemoTlsStart| DemoBehaviour {
        tls: Some(DemoTls { start, ..DemoTls::default() }),
        ..DemoBehaviour::default()
    };
    let explicit = serve(tls(DemoTlsStart::Auth));
    let implicit = serve(tls(DemoTlsStart::AtOnce));
    let clear = serve(DemoBehaviour::default());
    let place = tempfile::tempdir().unwrap();
    for (name, server) in [("explicit.pem", &explicit), ("implicit.pem", &implicit)] {
        fs::write(place.path().join(name), pem(server.authority.as_ref().unwrap())).unwrap();
    }
    let (explicit, implicit) = (explicit.address, implicit.address);
    let list = format!(
        "[defaults]\ntimeout = \"3s\"\n\
         [[target]]\nhost = \"ftpes://{explicit}/\"\nlabel = \"trusted\"\nca = \"explicit.pem\"\n\
         [[target]]\nhost = \"{explicit}\"\nlabel = \"by key\"\ntls = \"explicit\"\nca = \"explicit.pem\"\n\
         [[target]]\nhost = \"ftps://{implicit}/\"\nlabel = \"implicit\"\nca = \"implicit.pem\"\n\
         [[target]]\nhost = \"ftpes://{explicit}/\"\nlabel = \"stranger\"\nca = \"implicit.pem\"\n\
         [[target]]\nhost = \"ftpes://{explicit}/\"\nlabel = \"lenient\"\nca = \"implicit.pem\"\ninsecure = true\n\
         [[target]]\nhost = \"ftpes://{}/\"\nlabel = \"has none\"\nca = \"explicit.pem\"\n\
         [[target]]\nhost = \"{}\"\nlabel = \"clear\"\nexpect = \"tls=off\"\n",
        clear.address, clear.address
    );
    fs::write(place.path().join("list.toml"), list).unwrap();
    let out = ends_with(&run(&place, &["list.toml", "--json"]), 1);
    let json: Value = serde_json::from_str(&out).unwrap();
    let rows = json["targets"].as_array().unwrap().iter();
    let reports = json["reports"].as_array().unwrap();
    let told: Vec<(&str, &str)> = rows
        .zip(reports)
        .map(|(row, report)| (row["label"].as_str().unwrap(), report["verdict"].as_str().unwrap()))
        .collect();
    let expected = [
        ("trusted", "healthy"),
        ("by key", "healthy"),
        ("implicit", "healthy"),
        ("stranger", "unreachable"),
        ("lenient", "healthy"),
        ("has none", "unreachable"),
        ("clear", "healthy"),
    ];
    assert_eq!(told, expected, "{out}");
    let cause = |at: usize| reports[at]["findings"][0]["cause"].as_str();
    assert_eq!(cause(3), Some("tls-certificate-invalid"));
    assert_eq!(cause(4), Some("tls-certificate-invalid"), "told, though it was let pass");
    assert_eq!(reports[4]["findings"][0]["severity"], "warning");
    assert_eq!(cause(5), Some("tls-unsupported"));
    let security = |at: usize| -> Vec<&str> {
        let attempts = reports[at]["attempts"].as_array().unwrap().iter();
        attempts
            .filter(|a| a["purpose"] == "mode")
            .map(|a| a["security"].as_str().unwrap())
            .collect()
    };
    assert_eq!(security(0), ["tls"; 4]);
    assert_eq!(security(6), ["clear"; 4]);
}
