//! Expectations: how they are read, what they come to over the scenarios, and the exit code.

use crate::clients;
use crate::diagnosis::{CATALOGUE, diagnose, expect};
use crate::facts::{CutShort, Expectation, ExpectationError, Facts};
use crate::tests::support::scenario;

/// Reads an expectation whose causes and clients are to be known ones.
pub fn parse(text: &str) -> Result<Expectation, ExpectationError> {
    let expectation = Expectation::parse(text)?;
    expect::check(&expectation)?;
    Ok(expectation)
}

/// What becomes of an expectation in a scenario: met, and the message that says why.
fn judged(facts: &Facts, text: &str) -> (Option<bool>, String) {
    all_judged(facts, &[text]).remove(0)
}

/// The same for many of them at once.
fn all_judged<T: AsRef<str>>(facts: &Facts, texts: &[T]) -> Vec<(Option<bool>, String)> {
    let mut facts = facts.clone();
    let read = |text: &T| parse(text.as_ref()).unwrap_or_else(|e| panic!("{e}"));
    facts.request.expect = texts.iter().map(read).collect();
    let diagnosis = diagnose(&facts);
    assert_eq!(diagnosis.expectations.len(), texts.len());
    diagnosis.expectations.iter().map(|one| (one.met, one.because.id.clone())).collect()
}

fn code(facts: &Facts, texts: &[&str]) -> u8 {
    let mut facts = facts.clone();
    facts.request.expect = texts.iter().map(|text| parse(text).unwrap()).collect();
    diagnose(&facts).exit_code()
}

#[test]
fn expectations_are_written_as_they_were_read() {
    for text in [
        "passive=open",
        "active=blocked",
        "passive=any",
        "pasv=timed-out",
        "eprt=not-tested",
        "epsv=any",
        "tls=required",
        "tls-reuse=no",
        "certificate=valid",
        "certificate-days>=30",
        "range=50000-50100",
        "range=20",
        "cause=passive-disabled",
        "cause!=passive-disabled",
        "verdict=degraded",
        "control-ms<200",
        "list-ms<=0.5",
        "elapsed-ms>=1.125",
        "client:curl=works",
        "software=ProFTPD",
        "port:50000=refused",
        "nat=unknown",
        "side=server",
    ] {
        let read = parse(text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(read.to_string(), text);
        let saved = serde_json::to_string(&read).unwrap();
        assert_eq!(saved, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Expectation>(&saved).unwrap(), read);
    }
    // Blanks around the whole and around the sign mean nothing.
    assert_eq!(
        Expectation::parse(" passive = open ").unwrap().claim(),
        Expectation::parse("passive=open").unwrap().claim()
    );
}

#[test]
fn what_makes_no_sense_is_named_with_what_is_known() {
    for (text, words) in [
        ("", &["looks like"][..]),
        ("passive", &["looks like"]),
        ("=open", &["\"\" is not known"]),
        ("passive=", &["nothing stands behind \"=\""]),
        ("pasive=open", &["\"pasive\" is not known", "perhaps passive"]),
        ("passive=opne", &["\"opne\" is not known", "open, blocked, any"]),
        ("passive!=open", &["passive takes \"=\", not \"!=\""]),
        ("passive<open", &["passive takes \"=\""]),
        ("pasv=slow", &["timed-out", "any"]),
        ("port:0=open", &["\"0\" is no port"]),
        ("port:70000=open", &["no port"]),
        ("port:21=stalled", &["open, timed-out, refused, prohibited, unreachable"]),
        ("range=9-1", &["ends before it begins"]),
        ("range=x", &["no port"]),
        ("control-ms=5", &["<, <=, > or >="]),
        ("control-ms<fast", &["no number of milliseconds"]),
        ("control-ms<1e3", &["no number of milliseconds"]),
        ("control-ms<-1", &["no number of milliseconds"]),
        ("control-ms<99999999999999999999", &["no number of milliseconds"]),
        ("certificate-days>soon", &["no number of days"]),
        ("cause=passive-disable", &["perhaps passive-disabled"]),
        ("cause=Passive", &["is no id"]),
        ("cause<x", &["cause takes"]),
        ("client:crul=works", &["client \"crul\" is not known", "perhaps curl"]),
        ("client:=works", &["is no id"]),
        ("client:curl=maybe", &["works, fails, any"]),
        ("software=apache", &["vsftpd"]),
        ("verdict=fine", &["healthy, limited, degraded, broken, unreachable, incomplete"]),
        ("tls=\u{1b}[31m", &["\\x1b", "cannot be shown"]),
    ] {
        let error = parse(text).expect_err(text).to_string();
        for word in words {
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    let long = format!("cause={}", "a".repeat(500));
    let error = parse(&long).unwrap_err().to_string();
    assert!(error.contains("longer than 200") && error.len() < 250, "{error}");
}

#[test]
fn every_cause_and_client_can_be_expected() {
    for cause in CATALOGUE {
        assert!(parse(&format!("cause!={}", cause.id)).is_ok(), "{}", cause.id);
    }
    for client in clients::all() {
        assert!(parse(&format!("client:{}=works", client.id)).is_ok(), "{}", client.id);
    }
}

#[test]
fn scenarios_are_judged() {
    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);
    for (name, text, met) in [
        ("healthy", "passive=open", YES),
        ("healthy", "passive=blocked", NO),
        ("healthy", "active=any", YES),
        ("healthy", "pasv=open", YES),
        ("healthy", "pasv=refused", NO),
        ("healthy", "verdict=healthy", YES),
        ("healthy", "verdict=broken", NO),
        ("healthy", "side=server", NO),
        ("healthy", "elapsed-ms<60000", YES),
        ("healthy", "elapsed-ms<0", NO),
        ("healthy", "control-ms>0", YES),
        ("healthy", "list-ms>0", YES),
        ("healthy", "login-ms>0", YES),
        ("healthy", "greeting-ms<5000", YES),
        ("healthy", "tls-ms<5000", None),
        ("healthy", "range=1-65535", YES),
        ("healthy", "range=1-2", NO),
        ("healthy", "port:1=open", None),
        ("healthy", "tls=required", NO),
        ("healthy", "cause!=passive-disabled", YES),
        ("healthy", "cause=passive-disabled", NO),
        // In a run without TLS, without --idle, nothing can be said of these.
        ("healthy", "cause!=tls-handshake-failed", None),
        ("healthy", "cause!=control-idle-dropped", None),
        ("healthy", "certificate=valid", None),
        ("healthy", "tls-reuse=yes", None),
        ("healthy", "client:curl=works", YES),
        ("healthy", "client:curl=fails", NO),
        ("healthy", "nat=none", YES),
        ("healthy", "nat=present", NO),
        ("firewall-blocks-passive", "passive=blocked", YES),
        ("firewall-blocks-passive", "passive=open", NO),
        ("firewall-blocks-active", "active=blocked", YES),
        ("firewall-blocks-active", "cause=firewall-blocks-active", YES),
        ("passive-disabled", "cause=passive-disabled", YES),
        ("passive-disabled", "cause!=passive-disabled", NO),
        ("only-active", "passive=open", None),
        ("only-active", "pasv=open", None),
        ("only-active", "cause!=passive-disabled", None),
        ("client-nat-breaks-active", "nat=present", YES),
        ("control-refused", "verdict=unreachable", YES),
        ("control-refused", "cause=control-refused", YES),
        ("control-refused", "passive=open", None),
        ("control-refused", "passive=blocked", None),
        ("control-refused", "pasv=not-tested", YES),
        ("control-refused", "cause!=passive-disabled", None),
        ("control-refused", "cause!=control-filtered", YES),
        ("control-refused", "software=vsftpd", None),
        ("control-refused", "port:21=refused", None),
        ("tls-healthy", "tls=offered", YES),
        ("tls-healthy", "tls=off", NO),
        ("tls-healthy", "tls=required", None),
        ("tls-healthy", "certificate=valid", YES),
        ("tls-healthy", "certificate=invalid", NO),
        ("tls-healthy", "tls-ms<5000", YES),
        ("tls-implicit-healthy", "tls=required", YES),
        ("tls-certificate-expired", "certificate=valid", NO),
        ("tls-certificate-expired", "certificate-days>0", NO),
        ("tls-certificate-self-signed", "certificate=invalid", YES),
        ("tls-required", "tls=required", YES),
        ("tls-required", "tls=offered", YES),
        ("tls-unsupported", "tls=off", YES),
        ("tls-unsupported", "tls=offered", NO),
        ("tls-handshake-closed", "tls=offered", NO),
        ("tls-handshake-closed", "tls=off", NO),
        ("deadline-before-login", "passive=open", None),
    ] {
        let scenario = scenario::of(name);
        let seen = judged(&scenario.facts, text);
        assert_eq!(seen.0, met, "{name}: {text}: {seen:?}");
    }
}

/// Where a scenario has the finding, `cause=` is met and `cause!=` is not; elsewhere never both.
#[test]
fn causes_agree_with_the_findings_of_every_scenario() {
    for scenario in scenario::all() {
        let found: Vec<&str> = scenario.expect.findings.iter().map(|f| f.cause.as_str()).collect();
        let texts: Vec<String> = CATALOGUE
            .iter()
            .flat_map(|cause| [format!("cause={}", cause.id), format!("cause!={}", cause.id)])
            .collect();
        let judged = all_judged(&scenario.facts, &texts);
        for (cause, pair) in CATALOGUE.iter().zip(judged.chunks(2)) {
            let (is, is_not) = (pair[0].0, pair[1].0);
            assert_eq!(is, is_not.map(|met| !met), "{}: {}", scenario.name, cause.id);
            let there = found.contains(&cause.id);
            assert_eq!(is == Some(true), there, "{}: {}", scenario.name, cause.id);
        }
    }
}

/// A direction is never open and blocked at once, and open exactly where a mode of it is.
#[test]
fn directions_agree_with_their_modes_in_every_scenario() {
    for scenario in scenario::all() {
        for (direction, modes) in [("passive", ["pasv", "epsv"]), ("active", ["port", "eprt"])] {
            let is = |text: String| judged(&scenario.facts, &text).0;
            let open = is(format!("{direction}=open"));
            let blocked = is(format!("{direction}=blocked"));
            let any = modes.iter().any(|mode| is(format!("{mode}=open")) == Some(true));
            assert_eq!(open == Some(true), any, "{}: {direction}", scenario.name);
            assert_eq!(open, blocked.map(|met| !met), "{}: {direction}", scenario.name);
        }
    }
}

#[test]
fn the_exit_code_follows_what_was_expected() {
    let load = |name| scenario::of(name).facts.clone();
    let blocked = load("firewall-blocks-active");
    for (texts, expected) in [
        // Passive mode does for nearly every program.
        (&[][..], 0),
        (&["passive=open"], 0),
        (&["active=blocked", "verdict=limited"], 0),
        (&["passive=open", "active=open"], 1),
        // Not measured is not met; where one is missed, that is what counts.
        (&["passive=open", "tls-reuse=yes"], 5),
        (&["active=open", "tls-reuse=yes"], 1),
    ] {
        assert_eq!(code(&blocked, texts), expected, "{texts:?}");
    }
    // A healthy server that is not as expected is no success.
    assert_eq!(code(&load("healthy"), &["passive=open"]), 0);
    assert_eq!(code(&load("healthy"), &["active=blocked"]), 1);
    let refused = load("control-refused");
    for (texts, expected) in [
        (&[][..], 3),
        (&["passive=open"], 3),
        (&["verdict=unreachable"], 0),
        (&["cause=control-refused"], 0),
        (&["cause=control-refused", "verdict=broken"], 3),
        // Met is met, though no login was to be had: who wants one says so.
        (&["elapsed-ms<600000"], 0),
        (&["elapsed-ms<600000", "passive=open"], 3),
        (&["cause!=control-filtered"], 0),
    ] {
        assert_eq!(code(&refused, texts), expected, "{texts:?}");
    }
    let mut interrupted = load("healthy");
    interrupted.cut_short = Some(CutShort::Interrupted);
    assert_eq!(code(&interrupted, &["passive=open"]), 130);
}
