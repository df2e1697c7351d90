//! The recipes of docs/monitoring.md for CI: their YAML before the published schemas, and each of their shell
//! steps in a clean root, against a server that works and one whose passive ports are blocked.

use std::collections::BTreeMap;

use serde_json::Value;

use super::clean_root::{CleanRoot, RUNNER, Ran, SOURCE, WORK, ci};
use super::net::{Node, TO_CLIENT, Topology};
use super::recipe_page;
use super::servers::{PASSWORD, Server, Software};
use super::sh;
use super::world::World;

/// The second address of the server, by which the recipes know `mirror.example.net`.
pub const MIRROR: &str = "203.0.113.3";

/// A server with two names, and the names' addresses for hosts(5).
pub fn world(gate: super::gate::Gate) -> (World, String) {
    let mut world = World::new(gate, Topology { routers: 1, ..Topology::default() });
    let more = format!("ip addr add {MIRROR}/24 dev {TO_CLIENT}\n");
    sh::inside(world.net.namespace(Node::Server), &more);
    world.serve(&Server::new(Software::Vsftpd));
    let first = world.target();
    let hosts =
        format!("127.0.0.1 localhost\n{first} ftp.example.org\n{MIRROR} mirror.example.net\n");
    (world, hosts)
}

/// From now on nobody reaches the passive ports of `mirror.example.net`.
pub fn block_mirror(world: &World) {
    let rules = format!(
        "table inet recipes {{\n chain input {{\n type filter hook input priority filter;\n\
         ip daddr {MIRROR} tcp dport 50000-50100 drop\n }}\n}}\n"
    );
    let namespace = world.net.namespace(Node::Server);
    sh::run("ip", &["netns", "exec", namespace, "nft", "-f", "-"], &rules);
}

/// A number that an `XPath` expression gives for a file of the clean root.
fn count(root: &CleanRoot<'_>, file: &str, expression: &str) -> usize {
    let file = root.path(file).display().to_string();
    let number = sh::run("xmllint", &["--nonet", "--xpath", expression, &file], "");
    number.trim().parse().expect("a number")
}

/// The strings of a list, or of what is one string.
fn lines(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().map(|one| one.as_str().expect("a string")).collect(),
        one => vec![one.as_str().expect("a string")],
    }
}

/// Whether the schema accepts the document, and refuses it without one of its words.
fn schema_holds(world: &World, schema: &str, text: &str, word: &str) {
    let folder = world.folder.path();
    let (fits, said) = recipe_page::fits(&world.gate, schema, folder, text);
    assert!(fits, "{said}\n{text}");
    assert!(text.contains(word), "{text}");
    let (fits, _) = recipe_page::fits(&world.gate, schema, folder, &text.replace(word, "other:"));
    assert!(!fits, "{schema} accepts everything");
}

// ------------------------------------------------------------------------------ GitHub Actions

/// The value of an expression of GitHub's, such as `${{ secrets.NAME }}`.
fn evaluated(text: &str) -> &str {
    let Some(expression) = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) else {
        assert!(!text.contains("${{"), "{text}");
        return text;
    };
    match expression.trim() {
        "vars.FTP_DOCTOR_SOURCE" => SOURCE,
        "secrets.MIRROR_PASSWORD" => PASSWORD,
        other => panic!("nobody told the runner what {other} is"),
    }
}

/// What a job left: the code of its first step that failed, or 0, and all that was said.
struct Job {
    code: i32,
    stdout: String,
    stderr: String,
    /// What was uploaded.
    kept: Vec<String>,
}

/// Does what GitHub's runner does with the steps of a job.
fn github(root: &CleanRoot<'_>, job: &Value) -> Job {
    let mut done = Job { code: 0, stdout: String::new(), stderr: String::new(), kept: Vec::new() };
    for (number, step) in job["steps"].as_array().expect("steps").iter().enumerate() {
        match step.get("if").map(|condition| condition.as_str().expect("a condition")) {
            None if done.code != 0 => continue,
            None | Some("${{ !cancelled() }}") => {}
            Some(other) => panic!("what is {other}?"),
        }
        if let Some(action) = step.get("uses") {
            let action = action.as_str().expect("an action");
            assert!(action.starts_with("actions/upload-artifact@v"), "{action}");
            let path = step["with"]["path"].as_str().expect("a path");
            assert!(root.path(&format!("{WORK}/{path}")).is_file(), "{path} was not written");
            done.kept.push(path.to_owned());
            continue;
        }
        let empty = serde_json::Map::new();
        let env = step.get("env").map_or(&empty, |env| env.as_object().expect("a mapping"));
        let mut all: BTreeMap<&str, &str> =
            env.iter().map(|(name, v)| (&**name, evaluated(v.as_str().expect("text")))).collect();
        all.insert("GITHUB_STEP_SUMMARY", "/tmp/summary");
        let script = format!("/tmp/step{number}.sh");
        root.write(RUNNER, &script, step["run"].as_str().expect("a script"));
        let all: Vec<(&str, &str)> = all.into_iter().collect();
        // As the runner does where a step names no shell.
        let ran = root.run(RUNNER, &ci(&all), &["bash", "-e", &script]);
        done.stdout += &ran.stdout;
        done.stderr += &ran.stderr;
        done.code = ran.exit.unwrap_or(-1);
    }
    done
}

#[test]
fn github_actions() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("GitHub Actions", "yaml");
    assert!(text.starts_with("# .github/workflows/"), "{text}");
    schema_holds(&world, "vendor.github-workflows", &text, "runs-on:");
    let workflow = recipe_page::yaml(&world.gate, &text);
    let job = &workflow["jobs"]["ftp"];
    for blocked in [false, true] {
        if blocked {
            block_mirror(&world);
        }
        let root = CleanRoot::new(&world, &hosts).with_cargo();
        root.write(RUNNER, "/tmp/summary", "# An earlier step\n");
        let done = github(&root, job);
        let said = format!("{}\n{}", done.stdout, done.stderr);
        assert_eq!(done.code, i32::from(blocked), "{said}");
        // Annotations: one, with its level.
        let level = if blocked { "::error title=" } else { "::notice title=" };
        let annotations: Vec<&str> =
            done.stdout.lines().filter(|line| line.starts_with("::")).collect();
        assert_eq!(annotations.len(), 1, "{said}");
        assert!(annotations[0].starts_with(level), "{said}");
        assert!(annotations[0].contains("mirror.example.net"), "{said}");
        // The summary is added to what is there.
        let summary = root.read("/tmp/summary");
        assert!(summary.starts_with("# An earlier step\n") && summary.len() > 200, "{summary}");
        assert!(summary.contains("mirror.example.net"), "{summary}");
        let verdict = if blocked { "BROKEN" } else { "HEALTHY" };
        assert!(summary.contains(verdict), "{summary}");
        // The JUnit report, which is kept in both cases.
        assert_eq!(done.kept, ["ftp.xml"]);
        let file = format!("{WORK}/ftp.xml");
        assert_eq!(count(&root, &file, "count(//testcase[@name='passive=open'])"), 1);
        assert_eq!(count(&root, &file, "count(//failure)"), usize::from(blocked));
        for text in [&said, &summary, &root.read(&file), &root.read(&format!("{WORK}/facts.json"))]
        {
            assert!(!text.contains(PASSWORD), "{text}");
        }
    }
}

/// A variable that nobody set must not install something else.
#[test]
fn github_actions_without_a_source() {
    let (world, hosts) = world(gate!());
    let workflow = recipe_page::yaml(&world.gate, &recipe_page::block("GitHub Actions", "yaml"));
    let root = CleanRoot::new(&world, &hosts).with_cargo();
    let install = workflow["jobs"]["ftp"]["steps"][0]["run"].as_str().expect("a script");
    root.write(RUNNER, "/tmp/step.sh", install);
    let ran = root.run(RUNNER, &ci(&[("FTP_DOCTOR_SOURCE", "")]), &["bash", "-e", "/tmp/step.sh"]);
    assert_eq!(ran.exit, Some(101), "{ran:?}");
    assert!(!root.path("/home/runner/.cargo/bin/ftp-doctor").exists());
}

// ------------------------------------------------------------------------------------ GitLab CI

/// Does what GitLab's runner does with a job: its lines one after another, in one shell.
fn gitlab(root: &CleanRoot<'_>, job: &Value) -> Ran {
    let scripts = ["before_script", "script"].iter().flat_map(|name| lines(&job[*name]));
    root.write(RUNNER, "/tmp/job.sh", &scripts.collect::<Vec<_>>().join("\n"));
    let variables = [
        ("CI_PIPELINE_SOURCE", "schedule"),
        ("FTP_DOCTOR_SOURCE", SOURCE),
        ("MIRROR_PASSWORD", PASSWORD),
    ];
    root.run(RUNNER, &ci(&variables), &["bash", "-eo", "pipefail", "/tmp/job.sh"])
}

#[test]
fn gitlab_ci() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("GitLab CI", "yaml");
    assert!(text.starts_with("# .gitlab-ci.yml\n"), "{text}");
    schema_holds(&world, "vendor.gitlab-ci", &text, "script:");
    let pipeline = recipe_page::yaml(&world.gate, &text);
    let job = &pipeline["ftp"];
    assert_eq!(job["artifacts"]["when"], "always", "a report of what failed is wanted most");
    for blocked in [false, true] {
        if blocked {
            block_mirror(&world);
        }
        let root = CleanRoot::new(&world, &hosts).with_cargo();
        let list = format!("{WORK}/targets.toml");
        root.write(RUNNER, &list, &recipe_page::block("", "toml"));
        let ran = gitlab(&root, job);
        assert_eq!(ran.exit, Some(i32::from(blocked)), "{ran:?}");
        let report = job["artifacts"]["reports"]["junit"].as_str().expect("a file");
        let file = format!("{WORK}/{report}");
        assert_eq!(count(&root, &file, "count(//testsuite)"), 2);
        let failures = |suite: &str| {
            count(&root, &file, &format!("count(//testsuite[contains(@name,'{suite}')]//failure)"))
        };
        assert_eq!(failures("ftp.example.org"), 0, "{}", root.read(&file));
        assert_eq!(failures("mirror"), usize::from(blocked), "{}", root.read(&file));
        assert_eq!(count(&root, &file, "count(//testcase[@name='passive=open'])"), 2);
        assert!(!format!("{ran:?}{}", root.read(&file)).contains(PASSWORD));
    }
}

/// Without its secret a job ends before anything is sent, and says which one.
#[test]
fn gitlab_ci_without_the_password() {
    let (world, hosts) = world(gate!());
    let root = CleanRoot::new(&world, &hosts).with_program();
    root.write(RUNNER, &format!("{WORK}/targets.toml"), &recipe_page::block("", "toml"));
    let ran = root.run(RUNNER, &ci(&[]), &["ftp-doctor", "check", "targets.toml"]);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("MIRROR_PASSWORD"), "{ran:?}");
    assert!(!world.met_somebody());
}

/// What the section says of a list besides: streamed, gone on with, compared.
#[test]
fn a_list_is_streamed_resumed_and_compared() {
    let (world, hosts) = world(gate!());
    let root = CleanRoot::new(&world, &hosts).with_program();
    root.write(RUNNER, &format!("{WORK}/targets.toml"), &recipe_page::block("", "toml"));
    let env = ci(&[("MIRROR_PASSWORD", PASSWORD)]);
    let check = |more: &[&str]| {
        let all: Vec<&str> =
            ["ftp-doctor", "check", "targets.toml"].iter().chain(more).copied().collect();
        root.run(RUNNER, &env, &all)
    };
    let stream = check(&["--format", "jsonl"]);
    assert_eq!((stream.exit, stream.stdout.lines().count()), (Some(0), 2), "{stream:?}");
    let into = ["--output", "out.jsonl", "--format", "jsonl"];
    assert_eq!(check(&into).exit, Some(0));
    let file = format!("{WORK}/out.jsonl");
    let whole = root.read(&file);
    let first = whole.lines().next().expect("a result");
    root.write(RUNNER, &file, &format!("{first}\n"));
    let resumed = check(&["--output", "out.jsonl", "--format", "jsonl", "--resume"]);
    assert_eq!(resumed.exit, Some(0), "{resumed:?}");
    let after = root.read(&file);
    assert!(after.starts_with(first) && after.lines().count() == 2, "{after}");
    block_mirror(&world);
    let changed = check(&["--baseline", "out.jsonl"]);
    assert_eq!(changed.exit, Some(1), "{changed:?}");
    assert!(changed.stdout.contains("mirror") && changed.stdout.contains("passive"), "{changed:?}");
}
