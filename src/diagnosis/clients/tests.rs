//! What is predicted for well-known clients: the records, the walks over the saved scenarios, and
//! what holds for every prediction there is.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::clients::{self, Client, How};
use crate::diagnosis::clients::walk::LIMIT;
use crate::diagnosis::{Diagnosis, Lang, Prediction, diagnose};
use crate::facts::tls::{Distrust, Handshake, TlsPurpose, Trust};
use crate::facts::{DialOutcome, Facts, Family, Micros, Mode, Outcome, Security, TlsLevel, Why};
use crate::report::{Format, Style, render};
use crate::tests::support::{golden, scenario};

/// The contract's ids.
const IDS: &str = "curl wget lftp tnftp ncftp inetutils-ftp netkit-ftp busybox-wget aria2 filezilla \
    winscp cyberduck cuteftp flashfxp leapftp 8uftp total-commander msie windows-explorer \
    windows-ftp-exe chrome firefox macos-finder python-ftplib perl-net-ftp perl-net-ftp-debian \
    php-ftp php-ftp-passive php-stream ruby-net-ftp node-basic-ftp node-ftp java-commons-net \
    java-commons-net-passive java-urlconnection dotnet-ftpwebrequest fluentftp go-jlaffaye-ftp \
    rclone rust-suppaftp device-active-only";

/// Active mode and nothing else.
const ACTIVE: &str = "inetutils-ftp netkit-ftp windows-ftp-exe perl-net-ftp-debian php-ftp \
    java-commons-net device-active-only";

fn ids(list: &str) -> BTreeSet<&str> {
    list.split_whitespace().collect()
}

fn facts(name: &str) -> Facts {
    scenario::of(name).facts.clone()
}

fn told<'a>(diagnosis: &'a Diagnosis<'_>, works: Option<bool>) -> BTreeSet<&'a str> {
    let removed = |p: &&Prediction| p.client.removed.is_some();
    let all = diagnosis.clients.iter().filter(|p| !removed(p) && p.works == works);
    all.map(|p| p.client.id).collect()
}

/// Who fails and about whom nothing is known; all others work, but for those without FTP.
fn check(name: &str, fail: &str, unknown: &str) {
    let facts = facts(name);
    check_facts(name, &facts, fail, unknown);
}

fn check_facts(name: &str, facts: &Facts, fail: &str, unknown: &str) {
    let diagnosis = diagnose(facts);
    assert_eq!(told(&diagnosis, Some(false)), ids(fail), "{name}: who fails");
    assert_eq!(told(&diagnosis, None), ids(unknown), "{name}: about whom nothing is known");
    for p in diagnosis.clients.iter().filter(|p| p.client.removed.is_some()) {
        assert_eq!(p.works, Some(false), "{name}: {}", p.client.id);
    }
}

/// All but these, and but those that have no FTP any more.
fn all_but(list: &str) -> String {
    let out = ids(list);
    clients::all()
        .filter(|c| c.removed.is_none() && !out.contains(c.id))
        .map(|c| c.id)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_client_of_the_contract_is_there_once() {
    let known: Vec<&str> = clients::all().map(|c| c.id).collect();
    let set: BTreeSet<&str> = known.iter().copied().collect();
    assert_eq!(set.len(), known.len(), "an id is there twice");
    assert_eq!(set, ids(IDS));
    let names: BTreeSet<&str> = clients::all().map(|c| c.name).collect();
    assert_eq!(names.len(), known.len(), "a name is there twice");
}

/// What a client meets, in one line.
fn told_in_a_line(entry: &Value) -> String {
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let works = match entry["works"].as_bool() {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    };
    let after = entry["after_ms"].as_f64().map(|ms| format!("{ms} ms")).unwrap_or_default();
    let attempts: Vec<&str> =
        entry["attempts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let setting = match entry["setting"].as_str() {
        Some(setting) => format!(" | {setting}"),
        None => String::new(),
    };
    format!("{works:<3} {after:>11}  {}{setting} [{}]", text("because"), attempts.join(" "))
}

/// `fixtures/clients.txt`: scenario × client. Where all clients fare alike, they are one line.
#[test]
fn predictions_are_as_they_were() {
    let mut all = String::from(
        "# What is foretold for each client in each scenario: whether it lists, after how long, why, the\n\
         # setting that helps, the attempts that show it. UPDATE_GOLDEN=1 rewrites it.\n",
    );
    for scenario in scenario::all() {
        all += &format!("\n{}\n", scenario.name);
        let entries = scenario.report()["clients"].as_array().unwrap();
        let lines: Vec<String> = entries.iter().map(told_in_a_line).collect();
        if lines.iter().all(|line| *line == lines[0]) {
            all += &format!("  {:<25} {}\n", "(every client)", lines[0]);
            continue;
        }
        for (entry, line) in entries.iter().zip(lines) {
            all += &format!("  {:<25} {line}\n", entry["id"].as_str().unwrap());
        }
    }
    // The section as people see it.
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    let facts = facts("server-blocks-passive-four-hops");
    let page = render(&diagnose(&facts), Format::Text, style, Lang::En).unwrap();
    let page = String::from_utf8(page).unwrap();
    let title = "Clients with their default settings";
    let section = page.split_once(title).unwrap().1.split("\n\n").next().unwrap();
    all += &format!("\n--- server-blocks-passive-four-hops as text\n{title}{section}\n");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/clients.txt");
    golden::compare(Path::new(file), &all).unwrap();
}

#[test]
fn records_are_whole() {
    for client in clients::all() {
        let id = client.id;
        assert!(!client.source.at.is_empty(), "{id}: known from where?");
        assert!(!client.name.contains(','), "{id}: names stand in lists");
        assert!(!client.ipv4.is_empty(), "{id}: tries nothing");
        for (family, tries) in [(Family::V4, client.ipv4), (Family::V6, client.ipv6)] {
            let modes: Vec<Mode> = tries.iter().map(|t| t.mode).collect();
            for (at, step) in tries.iter().enumerate() {
                assert!(!modes[..at].contains(&step.mode), "{id}: {} twice", step.mode.verb());
                for next in [step.reply, step.refused, step.silence].into_iter().flatten() {
                    // Only forwards: a walk comes to its end.
                    assert!(
                        modes[at + 1..].contains(&next.mode),
                        "{id} {family:?}: back to {next:?}"
                    );
                }
                let reached = |t: &clients::Try| {
                    [t.reply, t.refused, t.silence]
                        .into_iter()
                        .flatten()
                        .any(|n| n.mode == step.mode)
                };
                assert!(at == 0 || tries.iter().any(reached), "{id}: who comes to {step:?}?");
            }
        }
        for setting in client.settings {
            let changed = client.with(setting);
            let same = changed.ipv4 == client.ipv4 && changed.address == client.address;
            assert!(!same, "{id}: {setting:?} changes nothing");
        }
        assert_eq!(client.removed.is_some(), matches!(id, "chrome" | "firefox"), "{id}");
        // What only devices and programs without a maker's word say is marked.
        if matches!(id, "leapftp" | "8uftp" | "flashfxp" | "total-commander" | "windows-ftp-exe") {
            assert_eq!(client.source.how, How::Believed, "{id}");
        }
    }
    assert!(clients::familiar().count() > 8);
}

#[test]
fn where_all_is_well_all_work() {
    check("healthy", "", "");
    // A server that offers TLS makes lftp go on with it, and we have not seen the certificate.
    check("empty-directory", "", "lftp");
}

#[test]
fn passive_mode_is_refused() {
    // Those that fall back on a reply are saved by it.
    let saved = "lftp tnftp ncftp filezilla winscp cuteftp php-ftp-passive java-urlconnection";
    check("browser-fails-client-works", &all_but(&format!("{saved} {ACTIVE}")), "");
}

#[test]
fn passive_mode_is_blocked() {
    // Silence saves hardly anybody: it costs too much time.
    check("firewall-blocks-passive", &all_but(&format!("cuteftp {ACTIVE}")), "");
    let facts = facts("firewall-blocks-passive");
    let diagnosis = diagnose(&facts);
    let after = |id: &str| diagnosis.clients.iter().find(|p| p.client.id == id).unwrap().after;
    assert!(after("cuteftp").unwrap().0 > 21_000_000);
    assert!(after("windows-ftp-exe").unwrap().0 < 1_000_000);
}

#[test]
fn passive_mode_is_turned_away_at_once() {
    check("passive-port-refused", &all_but(&format!("tnftp cuteftp {ACTIVE}")), "");
}

#[test]
fn active_mode_does_not_come_through() {
    for name in ["firewall-blocks-active", "active-disabled", "client-nat-vsftpd"] {
        check(name, ACTIVE, "");
    }
}

#[test]
fn epsv_alone_is_blocked() {
    let first = "curl tnftp busybox-wget rclone macos-finder php-stream java-urlconnection \
        fluentftp go-jlaffaye-ftp";
    check("epsv-blocked", first, "");
    let facts = facts("epsv-blocked");
    let diagnosis = diagnose(&facts);
    let basic = diagnosis.clients.iter().find(|p| p.client.id == "node-basic-ftp").unwrap();
    assert!(basic.after.unwrap().0 > 30_000_000, "it waits before it takes PASV");
    let curl = diagnosis.clients.iter().find(|p| p.client.id == "curl").unwrap();
    assert_eq!(curl.setting.unwrap().how, "--disable-epsv");
}

#[test]
fn epsv_is_not_known_to_the_server() {
    check("epsv-unsupported", "", "");
}

/// Those that go where 227 says, and have not tried EPSV before.
const FOLLOW: &str = "wget flashfxp leapftp 8uftp total-commander windows-explorer msie \
    perl-net-ftp php-ftp-passive rust-suppaftp";

#[test]
fn a_private_address_leads_those_astray_that_follow_it() {
    check("private-address-at-a-public-server", FOLLOW, "");
}

#[test]
fn who_goes_where_by_version_is_not_foretold() {
    let mut facts = facts("private-address-at-a-public-server");
    for attempt in facts.attempts.iter_mut().filter(|a| a.mode == Mode::Epsv) {
        attempt.outcome = Outcome::Rejected;
        attempt.why = Why::CommandRefused { code: 502, text: "no such command".to_owned() };
    }
    let diagnosis = diagnose(&facts);
    assert_eq!(told(&diagnosis, None), ids("rclone go-jlaffaye-ftp"));
    assert!(told(&diagnosis, Some(false)).contains("php-stream"), "it goes where 227 says");
    assert!(told(&diagnosis, Some(true)).contains("busybox-wget"), "it goes to the server");
}

#[test]
fn another_public_address_has_to_be_dialled_to_be_known() {
    let careless = format!("{FOLLOW} lftp ncftp filezilla winscp cuteftp");
    check("passive-address-mismatch", "", &careless);
    check("dial-advertised-open", "", "");
}

#[test]
fn nobody_there_at_the_address_in_227() {
    let diagnosed = facts("dial-advertised-silent");
    let diagnosis = diagnose(&diagnosed);
    let wget = diagnosis.clients.iter().find(|p| p.client.id == "wget").unwrap();
    assert_eq!(wget.works, Some(false));
    assert!(wget.attempts.len() == 2, "its own attempt and the knock there: {:?}", wget.attempts);
}

#[test]
fn without_an_address_of_its_own_the_server_sends_them_home() {
    let home = format!("{FOLLOW} ncftp");
    check("zero-address-at-a-public-server", &home, "");
}

#[test]
fn ipv6_alone() {
    let none = "ncftp leapftp 8uftp device-active-only";
    check("healthy-ipv6", none, "lftp node-ftp rust-suppaftp");
}

#[test]
fn tls_is_demanded() {
    for name in ["tls-required", "tls-required-421"] {
        let unasked = "filezilla lftp netkit-ftp";
        check(name, &all_but(unasked), unasked);
    }
    // Both sides would wait for the other one to begin.
    check("implicit-tls", &all_but(""), "");
}

/// The healthy run as if it had been made over explicit TLS.
fn over_tls() -> Facts {
    let mut facts = facts("healthy");
    facts.request.tls = TlsLevel::Explicit;
    for attempt in &mut facts.attempts {
        attempt.security = Security::Tls;
    }
    facts
}

#[test]
fn under_tls_those_without_it_fail() {
    let without = "tnftp ncftp inetutils-ftp busybox-wget aria2 windows-ftp-exe 8uftp \
        windows-explorer macos-finder device-active-only msie java-urlconnection";
    // Whether the server takes data in clear under TLS was not asked; rclone gets on with some.
    let commons = "java-commons-net java-commons-net-passive rclone";
    check_facts("explicit", &over_tls(), without, &format!("{commons} python-ftplib"));
    let mut implicit = over_tls();
    implicit.request.tls = TlsLevel::Implicit;
    let explicit_alone = "netkit-ftp cyberduck leapftp python-ftplib php-ftp php-ftp-passive \
        php-stream ruby-net-ftp dotnet-ftpwebrequest";
    check_facts("implicit", &implicit, &format!("{without} {explicit_alone}"), commons);
}

#[test]
fn a_server_that_resumes_no_session_loses_php() {
    let mut facts = over_tls();
    for attempt in &mut facts.attempts {
        attempt.tls = Some(Handshake {
            purpose: TlsPurpose::Data,
            version: None,
            cipher: None,
            offered: true,
            resumed: Some(false),
            took: Micros(1000),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::NotChecked,
            end: None,
            failure: None,
        });
    }
    let diagnosis = diagnose(&facts);
    let lost = told(&diagnosis, Some(false));
    assert!(lost.contains("php-ftp") && lost.contains("php-ftp-passive"), "{lost:?}");
    assert!(!lost.contains("curl"), "{lost:?}");
}

#[test]
fn who_resumes_as_it_was_built_is_not_foretold() {
    for name in ["tls-session-reuse", "tls-session-reuse-proftpd"] {
        let facts = facts(name);
        let diagnosis = diagnose(&facts);
        assert!(told(&diagnosis, None).contains("rust-suppaftp"), "{name}");
        assert!(told(&diagnosis, Some(false)).contains("go-jlaffaye-ftp"), "{name}");
    }
    let facts = over_tls();
    let diagnosis = diagnose(&facts);
    assert!(told(&diagnosis, Some(true)).contains("rust-suppaftp"), "nothing is demanded there");
}

#[test]
fn a_certificate_that_is_not_trusted_stops_those_that_look_at_it() {
    let mut facts = over_tls();
    for session in &mut facts.sessions {
        session.tls = Some(Handshake {
            purpose: TlsPurpose::Control,
            version: None,
            cipher: None,
            offered: false,
            resumed: Some(false),
            took: Micros(1000),
            certificates: Vec::new(),
            omitted: 0,
            trust: Trust::Untrusted { reasons: vec![Distrust::SelfSigned] },
            end: None,
            failure: None,
        });
    }
    let diagnosis = diagnose(&facts);
    let (lost, work) = (told(&diagnosis, Some(false)), told(&diagnosis, Some(true)));
    assert!(["curl", "lftp", "wget", "rclone"].iter().all(|id| lost.contains(id)), "{lost:?}");
    let asking = ["filezilla", "winscp", "php-ftp"];
    assert!(asking.iter().all(|id| work.contains(id)), "{work:?}");
}

#[test]
fn another_family_that_does_not_answer_costs_its_time_first() {
    let mut facts = facts("healthy");
    let mut silent = facts.dials[0].clone();
    silent.to = "[2001:db8::1]:21".parse().unwrap();
    silent.outcome = DialOutcome::TimedOut;
    silent.began = Micros(0);
    facts.dials.insert(0, silent);
    let diagnosis = diagnose(&facts);
    let one = |id: &str| diagnosis.clients.iter().find(|p| p.client.id == id).unwrap();
    // Both at once, or IPv4 alone.
    for id in ["curl", "node-basic-ftp", "ncftp", "8uftp"] {
        assert!(one(id).after.unwrap() < Micros(1_000_000), "{id}");
    }
    assert!(one("filezilla").after.unwrap() > Micros(20_000_000));
    assert_eq!(one("wget").works, Some(false));
}

#[test]
fn no_login_no_client() {
    for name in ["control-refused", "control-filtered", "name-not-found", "too-many-connections"] {
        check(name, &all_but(""), "");
    }
    check("login-rejected", "", &all_but(""));
    check("deadline-before-login", "", &all_but(""));
}

#[test]
fn what_was_not_asked_for_is_not_known() {
    let mut facts = facts("healthy");
    facts.request.modes = vec![Mode::Pasv];
    facts.attempts.retain(|a| a.mode == Mode::Pasv);
    let epsv = "curl tnftp busybox-wget rclone macos-finder php-stream node-basic-ftp \
        java-urlconnection fluentftp go-jlaffaye-ftp";
    check_facts("only PASV", &facts, "", &format!("{ACTIVE} {epsv}"));
}

#[test]
fn a_session_that_the_server_ends_is_the_end() {
    let mut facts = facts("browser-fails-client-works");
    for attempt in &mut facts.attempts {
        if let Why::CommandRefused { code, .. } = &mut attempt.why {
            *code = 421;
        }
    }
    check_facts("421", &facts, &all_but(ACTIVE), "");
}

#[test]
fn the_paragraph_at_the_top_names_both_kinds() {
    let text = |name: &str| {
        let facts = facts(name);
        let style = Style { color: false, width: 2000, verbose: 0, quiet: false };
        String::from_utf8(render(&diagnose(&facts), Format::Text, style, Lang::En).unwrap())
            .unwrap()
    };
    let line = |page: &str| {
        page.lines().find(|l| l.starts_with("Why one program works")).map(str::to_owned)
    };
    let passive = line(&text("browser-fails-client-works")).expect("passive fails, active works");
    let (fail, work) = passive.split_once("use passive mode").unwrap();
    assert!(fail.contains("Windows Explorer") && work.contains("Windows ftp.exe"), "{passive}");
    assert!(passive.contains("Use Passive FTP: off"), "{passive}");
    let active = line(&text("client-nat-vsftpd")).expect("active fails, passive works");
    let (fail, work) = active.split_once("use active mode").unwrap();
    assert!(fail.contains("Windows ftp.exe") && work.contains("Windows Explorer"), "{active}");
    assert!(active.contains("curl.exe"), "{active}");
    for name in ["healthy", "epsv-blocked", "both-sides-block-four-hops", "control-refused"] {
        assert_eq!(line(&text(name)), None, "{name}");
    }
}

/// Words by which an open prediction names what is missing.
const MISSING: &str = "not measured";

#[test]
fn what_holds_for_every_prediction() {
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    for scenario in scenario::all() {
        let name = &scenario.name;
        let diagnosis = diagnose(&scenario.facts);
        let json = render(&diagnosis, Format::Json, style, Lang::En).unwrap();
        let report: Value = serde_json::from_slice(&json).unwrap();
        let listed = report["clients"].as_array().unwrap();
        let told: BTreeSet<&str> = listed.iter().map(|c| c["id"].as_str().unwrap()).collect();
        assert_eq!(told, ids(IDS), "{name}");
        assert_eq!(listed.len(), told.len(), "{name}: an id is there twice");
        for client in listed {
            let at = format!("{name}, {}", client["id"]);
            let because = client["because"].as_str().unwrap();
            let attempts = client["attempts"].as_array().unwrap();
            assert!(!because.is_empty() && !because.contains('<'), "{at}: {because}");
            let odd = because.contains("  ") || because.contains("()") || because.trim() != because;
            assert!(!odd, "{at}: {because}");
            match client["works"].as_bool() {
                Some(true) => {
                    let after = client["after_ms"].as_f64().unwrap();
                    assert!(after <= LIMIT.millis() && after > 0.0, "{at}: after {after}");
                    assert!(!attempts.is_empty(), "{at}: rests on nothing");
                    assert!(because.contains("comes through"), "{at}: {because}");
                    assert!(client["setting"].is_null(), "{at}: needs no setting");
                }
                Some(false) => assert!(client["after_ms"].is_null(), "{at}"),
                None => {
                    assert!(client["after_ms"].is_null(), "{at}");
                    assert!(because.contains(MISSING), "{at} names no fact: {because}");
                }
            }
            for id in attempts {
                let all = report["attempts"].as_array().unwrap();
                let found = all.iter().find(|a| a["id"] == *id);
                let found = found.unwrap_or_else(|| panic!("{at}: {id} is not there"));
                let dialled = scenario
                    .facts
                    .attempts
                    .iter()
                    .any(|a| *id == a.id.as_str() && !a.varied.is_empty());
                assert!(found["purpose"] == "mode" || dialled, "{at}: {id}");
            }
        }
        let worked = diagnosis.clients.iter().any(|p| p.works == Some(true));
        let open = diagnosis.evidence.modes().iter().any(|m| m.outcome() == Outcome::Open);
        assert!(!worked || open, "{name}: somebody works where no mode does");
    }
}

#[test]
fn clients_that_try_one_thing_fare_as_that_does() {
    let only = |client: &Client, mode: Mode| client.ipv4.len() == 1 && client.ipv4[0].mode == mode;
    for scenario in scenario::all() {
        let diagnosis = diagnose(&scenario.facts);
        // What a login or TLS decides is looked at above, and so is another family's silence.
        let clear = scenario.facts.request.security() == Security::Clear;
        let v4 = diagnosis.evidence.family() == Some(Family::V4);
        if !(v4 && clear && diagnosis.evidence.logged_in() && scenario.facts.dials.len() == 1) {
            continue;
        }
        let Some(port) = diagnosis.evidence.mode(Mode::Port) else { continue };
        let expected = match port.outcome() {
            Outcome::Open => Some(true),
            Outcome::NotTested => None,
            _ => Some(false),
        };
        for p in diagnosis.clients.iter().filter(|p| only(p.client, Mode::Port)) {
            // One that begins TLS by itself, or takes a call from elsewhere, may fare better.
            let open = p.works.is_none() && expected == Some(false);
            assert!(p.works == expected || open, "{}: {}", scenario.name, p.client.id);
        }
    }
}
