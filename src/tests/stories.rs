//! Every demo story through the library: the real probe against the embedded server, then the
//! diagnosis. The cause that the story names comes first.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use crate::cli::{Cli, order_of};
use crate::demo::stories::Story;
use crate::demo::{self, Protection, Server};
use crate::diagnosis::{Lang, Severity, cause, diagnose};
use crate::document::schema;
use crate::facts::{Facts, Mode, Purpose, TlsLevel};
use crate::probe::tls::{Roots, TlsSetup};
use crate::probe::{self, Credentials, Limits, Spec};
use crate::report::{Format, Style, render};
use crate::target::Target;

/// Stories that run at the same time. Most of their time is spent in waiting, but a machine that
/// is too busy would be late with its own SYNs.
const AT_A_TIME: usize = 10;

/// All stories together may not take longer.
const LIMIT: Duration = Duration::from_secs(60);

/// What the command line makes of the story's address without any option but its protection.
fn spec(story: &Story, server: &Server) -> Spec {
    use clap::Parser as _;
    let input = server.address().to_string();
    let level = match story.protection() {
        Protection::Clear => "off",
        Protection::Explicit => "explicit",
        Protection::Implicit => "implicit",
    };
    let cli = Cli::parse_from(["ftp-doctor", "--tls", level, &input]);
    let order = order_of(Target::parse(&input).unwrap(), &cli.probe.options).expect("a request");
    let mut request = order.request;
    request.demo = true;
    let roots = Roots::Given(server.authority().map(<[u8]>::to_vec).into_iter().collect());
    Spec {
        tls: (request.tls != TlsLevel::Off).then(|| TlsSetup::new(&roots, false).expect("TLS")),
        request,
        credentials: Credentials { user: "anonymous".to_owned(), password: None, account: None },
        limits: Limits::default(),
        bind: Vec::new(),
        proxies: Vec::new(),
    }
}

async fn observe(story: &Story) -> Result<Facts, String> {
    let server = Server::start((story.behaviour)()).await.map_err(|e| format!("no server: {e}"))?;
    Ok(probe::run(&spec(story, &server), &|_| {}, std::future::pending()).await)
}

/// How a run differs from what its story tells.
fn differences(story: &Story, facts: &Facts, validator: &jsonschema::Validator) -> Vec<String> {
    let mut wrong = Vec::new();
    let diagnosis = diagnose(facts);
    let first = diagnosis.findings.first();
    match story.cause {
        Some(expected) if first.map(|f| f.cause) != Some(expected) => {
            let found: Vec<&str> = diagnosis.findings.iter().map(|f| f.cause).collect();
            wrong.push(format!("finds {found:?}, {expected} is expected first"));
        }
        None if first.is_some_and(|f| f.severity == Severity::Problem) => {
            wrong.push(format!("finds {} where nothing is wrong", first.unwrap().cause));
        }
        _ => {}
    }
    let problems: Vec<&str> = diagnosis
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Problem && Some(f.cause) != story.cause)
        .map(|f| f.cause)
        .collect();
    // A story is about one thing; where both directions are blocked there are two.
    if !problems.is_empty() && story.id != "only-21-and-1433" {
        wrong.push(format!("further problems: {problems:?}"));
    }
    for mode in Mode::ALL {
        let entry = |a: &&crate::facts::Attempt| a.mode == mode && a.purpose == Purpose::Mode;
        if facts.attempts.iter().filter(entry).count() != 1 {
            wrong.push(format!("{} has not exactly one entry", mode.as_str()));
        }
    }
    if facts.cut_short.is_some() || facts.elapsed.duration() > Duration::from_secs(30) {
        wrong.push(format!("took {} ({:?})", facts.elapsed.words(), facts.cut_short));
    }
    let style = Style { color: false, width: 80, verbose: 0, quiet: false };
    let json = render(&diagnosis, Format::Json, style, Lang::En).expect("JSON");
    let report: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    wrong.extend(validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())));
    let saved = serde_json::to_vec(facts).expect("facts");
    if serde_json::from_slice::<Facts>(&saved).ok().as_ref() != Some(facts) {
        wrong.push("the facts do not read back".to_owned());
    }
    wrong
}

#[test]
fn every_story_leads_to_its_cause() {
    let schema = serde_json::from_slice(&schema::schema().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let observed = LocalSet::new().block_on(&runtime, async {
        let turns = Rc::new(Semaphore::new(AT_A_TIME));
        let mut running = JoinSet::new();
        for story in demo::stories() {
            let turns = Rc::clone(&turns);
            running.spawn_local(async move {
                let _turn = turns.acquire().await.expect("never closed");
                (story, observe(story).await)
            });
        }
        running.join_all().await
    });
    let took = began.elapsed();
    assert_eq!(observed.len(), demo::stories().len());
    let mut wrong = Vec::new();
    for (story, facts) in observed {
        let own = match facts {
            Ok(facts) => differences(story, &facts, &validator),
            Err(error) => vec![error],
        };
        wrong.extend(own.into_iter().map(|text| format!("{}: {text}", story.id)));
    }
    assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong.join("\n  "));
    assert!(took < LIMIT, "all stories took {took:?}");
}

#[test]
fn stories_name_causes_that_can_be_concluded() {
    for story in demo::stories() {
        let Some(id) = story.cause else { continue };
        assert!(cause(id).is_some(), "{}: {id} is no cause", story.id);
    }
}

#[test]
fn every_story_is_a_scenario() {
    let scenarios = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios");
    let missing: Vec<&str> = demo::stories()
        .iter()
        .map(|story| story.id)
        .filter(|id| !scenarios.join(id).join("facts.json").is_file())
        .collect();
    assert!(missing.is_empty(), "ftp-doctor demo NAME --save …/facts.json for {missing:?}");
}
