//! What differs with the system that measured: facts of one scenario, once from here, once from there.

use crate::diagnosis::{Confidence, Lang, Snippet, Who, diagnose};
use crate::facts::{Facts, System};
use crate::report::{Format, Style, render};
use crate::tests::support::scenario;

fn on(system: Option<System>, name: &str) -> Facts {
    Facts { system, ..scenario::of(name).facts.clone() }
}

/// The lines for one kind of people, those of all findings in order.
fn lines(facts: &Facts, who: Who) -> Vec<Snippet> {
    let diagnosis = diagnose(facts);
    let all = diagnosis.findings.iter().flat_map(|f| &f.remedies);
    all.filter(|r| r.who == who).flat_map(|r| r.snippets.clone()).collect()
}

fn text(facts: &Facts) -> String {
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    let bytes = render(&diagnose(facts), Format::Text, style, Lang::En).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn lines_for_the_own_system_come_first() {
    let name = "own-firewall-drops-knocks";
    let server = scenario::of(name).facts.ends().unwrap().peer;
    let here = lines(&on(Some(System::Windows), name), Who::ClientAdmin);
    let first = here.first().unwrap();
    assert_eq!(first.software, "netsh");
    assert_eq!(
        first.content,
        format!(
            "netsh advfirewall firewall add rule name=\"FTP active\" dir=in action=allow \
             protocol=TCP remoteip={server} localport=1024-65535"
        )
    );
    let second = &here[1];
    assert_eq!(second.software, "powershell");
    assert_eq!(
        second.content,
        format!(
            "New-NetFirewallRule -DisplayName \"FTP active\" -Direction Inbound -Action Allow \
             -Protocol TCP -RemoteAddress {server} -LocalPort 1024-65535"
        )
    );
    let shown = text(&on(Some(System::Windows), name));
    assert!(shown.contains(&first.content) && shown.contains(&second.content));
    for system in [None, Some(System::Linux), Some(System::Macos)] {
        let there = lines(&on(system, name), Who::ClientAdmin);
        assert_eq!(there.first().unwrap().software, "nftables");
        assert!(there.iter().all(|s| !matches!(s.software, "netsh" | "powershell")));
    }
}

#[test]
fn programs_of_the_own_system_are_named() {
    let name = "passive-disabled";
    let here = lines(&on(Some(System::Windows), name), Who::User);
    assert!(here.iter().any(|s| s.software == "windows-explorer" && s.content.contains("Passive")));
    assert!(lines(&on(Some(System::Linux), name), Who::User).is_empty());
    let here = lines(&on(Some(System::Windows), "active-disabled"), Who::User);
    assert!(here.iter().any(|s| s.software == "windows-ftp-exe" && s.content.contains("curl")));
}

#[test]
fn a_gateway_is_no_windows() {
    for one in scenario::all() {
        let gateway = |s: &Snippet| s.content.contains("forward") || s.content.contains("FORWARD");
        let diagnosis_facts = on(Some(System::Windows), &one.name);
        for remedy in diagnose(&diagnosis_facts).findings.iter().flat_map(|f| &f.remedies) {
            if remedy.who == Who::ClientAdmin && remedy.snippets.iter().any(gateway) {
                let windows = |s: &Snippet| matches!(s.software, "netsh" | "powershell");
                assert!(!remedy.snippets.iter().any(windows), "{}", one.name);
            }
        }
    }
}

#[test]
fn a_refusal_rules_no_firewall_out_where_a_reject_looks_alike() {
    let name = "passive-port-refused";
    let found = |system: Option<System>| {
        let facts = on(system, name);
        let findings = diagnose(&facts).findings;
        let one = findings.into_iter().find(|f| f.cause == name).unwrap();
        let out = one.ruled_out.iter().any(|r| r.cause == "firewall-blocks-passive");
        (one.confidence, out)
    };
    for system in [None, Some(System::Linux), Some(System::Windows)] {
        assert_eq!(found(system), (Confidence::Likely, true));
    }
    for system in [System::Macos, System::Other] {
        assert_eq!(found(Some(system)), (Confidence::Possible, false));
    }
}
