//! Plays trials and judges what the program says about them: all mismatches are collected, and
//! confidence is counted against truth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::expect::{list, outcome};
use super::firewall::{Firewall, Nat};
use super::gate;
use super::localise_truth::{Plane, Want};
use super::net::{Node, Topology};
use super::run::{Mode, Run, doctor};
use super::servers::Server;
use super::sh;
use super::world::World;

/// Worlds at a time. Runs wait more than they work.
const WORKERS: usize = 4;
/// Trials that share a world, at the most.
const SHARED: usize = 6;

/// One run of the program, and what it must say.
#[derive(Clone, Debug)]
pub struct Trial {
    pub name: String,
    /// Runs of this class are timed together.
    pub class: &'static str,
    /// The FTP server, if there is one.
    pub server: Option<Server>,
    pub topology: Topology,
    pub helpers: Vec<(Node, Vec<&'static str>)>,
    pub walls: Vec<Firewall>,
    pub nats: Vec<Nat>,
    pub args: Vec<&'static str>,
    pub ipv6: bool,
    /// One for each direction that is stopped; without any, all is well.
    pub wants: Vec<Want>,
    /// Modes that nothing stops may fail all the same: packets get lost.
    pub lossy: bool,
}

impl Trial {
    fn setting(&self) -> String {
        format!("{:?} {:?} {:?} {:?}", self.server, self.topology, self.helpers, self.ipv6)
    }

    fn localises(&self) -> bool {
        !self.args.contains(&"--no-localise")
    }

    fn wants(&self, plane: Plane) -> bool {
        self.wants.iter().any(|want| want.plane == plane)
    }
}

/// What became of a trial.
struct Judged {
    name: String,
    class: &'static str,
    elapsed: Duration,
    wrong: Vec<String>,
    notes: Vec<String>,
    /// Confidence of each finding, and whether it is right.
    tally: Vec<(String, bool)>,
    seen: String,
}

/// Plays all trials, several worlds at a time, and fails with all that went wrong.
///
/// # Panics
///
/// With every mismatch there was.
pub fn play(title: &str, trials: Vec<Trial>) {
    // Workers enter by themselves: who holds the gate while others wait for it may wait for ever.
    if gate::open().is_none() {
        return;
    }
    let batches = Mutex::new(batches(trials));
    let judged = Mutex::new(Vec::new());
    let next = || batches.lock().expect("no worker panics with it").pop();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(batch) = next() {
                    for one in in_one_world(&batch) {
                        judged.lock().expect("no worker panics with it").push(one);
                    }
                }
            });
        }
    });
    let mut judged = judged.into_inner().expect("no worker panics with it");
    judged.sort_by(|a, b| a.name.cmp(&b.name));
    sh::say(&summary(title, &judged));
    if !asked_for().is_empty() {
        judged.iter().filter(|it| it.wrong.is_empty()).for_each(|it| sh::say(&it.render()));
    }
    let failed: Vec<String> =
        judged.iter().filter(|it| !it.wrong.is_empty()).map(Judged::render).collect();
    assert!(
        failed.is_empty(),
        "{} of {} trials are not as expected:\n\n{}",
        failed.len(),
        judged.len(),
        failed.join("\n")
    );
}

/// A part of the names of the trials that are to be played.
fn asked_for() -> String {
    std::env::var("FTP_DOCTOR_LOCALISE").unwrap_or_default()
}

/// Trials by what they are played in.
fn batches(trials: Vec<Trial>) -> Vec<Vec<Trial>> {
    let wanted = asked_for();
    let mut settings: BTreeMap<String, Vec<Trial>> = BTreeMap::new();
    for trial in trials.into_iter().filter(|trial| trial.name.contains(&wanted)) {
        settings.entry(trial.setting()).or_default().push(trial);
    }
    settings
        .into_values()
        .flat_map(|all| all.chunks(SHARED).map(<[Trial]>::to_vec).collect::<Vec<_>>())
        .collect()
}

fn in_one_world(trials: &[Trial]) -> Vec<Judged> {
    let Some((first, gate)) = trials.first().zip(gate::open()) else {
        return Vec::new();
    };
    let mut world = World::new(gate, first.topology);
    if let Some(server) = &first.server {
        world.serve(server);
    }
    for (node, args) in &first.helpers {
        world.help(*node, args);
    }
    let nodes: Vec<Node> = world.net.nodes().collect();
    let mut all = Vec::new();
    for trial in trials {
        for node in &nodes {
            world.flush(*node);
        }
        for nat in &trial.nats {
            world.add(nat);
        }
        for wall in &trial.walls {
            world.add(wall);
        }
        let target = if trial.ipv6 { world.target_v6() } else { world.target() };
        let args: Vec<&str> = trial.args.iter().copied().chain([target.as_str()]).collect();
        let run = doctor(&world, &args);
        all.push(judge(trial, &run));
    }
    all
}

fn judge(trial: &Trial, run: &Run) -> Judged {
    let report = run.report();
    let mut judged = Judged {
        name: trial.name.clone(),
        class: trial.class,
        elapsed: run.elapsed,
        wrong: Vec::new(),
        notes: Vec::new(),
        tally: Vec::new(),
        seen: seen(&report, run),
    };
    if !report.is_object() || run.stderr.contains("panicked") {
        judged.wrong.push(format!("no report, exit {:?}", run.exit));
        return judged;
    }
    modes(trial, &report, &mut judged.wrong);
    // Where packets are lost, time may run out before the place is found: unknown is right then,
    // and a wrong side or a false alarm still is not.
    let localises = trial.localises() && !trial.lossy;
    let ran_out = trial.lossy && report["elapsed_ms"].as_f64().is_some_and(|ms| ms > 29_000.0);
    let mut open: Vec<&Want> = trial.wants.iter().collect();
    for finding in blamed(&report) {
        let cause = finding["cause"].as_str().unwrap_or_default();
        let place = open.iter().position(|want| want.plane.causes().contains(&cause));
        let Some(want) = place.map(|place| open.remove(place)) else {
            judged.wrong.push(format!("a problem that is none: {cause}"));
            judged.tally.push((text(&finding["confidence"]), false));
            continue;
        };
        let wrong = compare(want, finding, localises, &mut judged.notes);
        judged.tally.push((text(&finding["confidence"]), wrong.is_empty()));
        if want.excused.contains(&text(&finding["confidence"]).as_str()) {
            judged.notes.extend(wrong.into_iter().map(|it| format!("cannot be known: {it}")));
        } else {
            judged.wrong.extend(wrong);
        }
    }
    for want in open {
        let told = format!("no finding, expected one of {:?}", want.causes);
        if ran_out { judged.notes.push(told) } else { judged.wrong.push(told) }
    }
    path(trial, &report, &mut judged.wrong);
    judged
}

/// What the report blames somebody for: problems, and what keeps active mode from working, which is a
/// warning beside passive modes that work.
fn blamed(report: &Value) -> Vec<&Value> {
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_active = |cause: &str| {
        cause.ends_with("-active") || matches!(cause, "active-disabled" | "unexplained")
    };
    let is = |finding: &&Value| match finding["severity"].as_str() {
        Some("problem") => true,
        Some("warning") => finding["cause"].as_str().is_some_and(of_active),
        _ => false,
    };
    findings.iter().filter(is).collect()
}

/// What nothing stops is open, what is stopped is not.
fn modes(trial: &Trial, report: &Value, wrong: &mut Vec<String>) {
    if trial.wants(Plane::Control) {
        return;
    }
    for mode in Mode::ALL {
        let (plane, old) = match mode {
            Mode::Pasv => (Plane::Passive, true),
            Mode::Epsv => (Plane::Passive, false),
            Mode::Port => (Plane::Active, true),
            Mode::Eprt => (Plane::Active, false),
        };
        if trial.ipv6 && old {
            continue;
        }
        let open = outcome(report, mode) == "open";
        if open == trial.wants(plane) && (open || !trial.lossy) {
            wrong.push(format!("{} is {}", mode.name(), outcome(report, mode)));
        }
    }
}

fn compare(want: &Want, finding: &Value, localises: bool, notes: &mut Vec<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let [cause, side, confidence] = ["cause", "side", "confidence"].map(|key| text(&finding[key]));
    if !want.causes.contains(&cause.as_str()) {
        wrong.push(format!("the cause is {cause}, expected one of {:?}", want.causes));
    }
    if !want.sides.contains(&side.as_str()) {
        wrong.push(format!("the side of {cause} is {side}, expected one of {:?}", want.sides));
    }
    let location = &finding["location"];
    let hop = |key: &str| location[key].as_u64().and_then(|hop| usize::try_from(hop).ok());
    match (hop("hop_min"), hop("hop_max")) {
        (Some(min), Some(max)) => {
            if !(min..=max).contains(&want.truth) {
                wrong.push(format!("{min}..={max} are suspects, the true place is {}", want.truth));
            }
            if hop("hops").is_some_and(|hops| hops != want.hops) {
                wrong.push(format!("{} hops, expected {}", location["hops"], want.hops));
            }
            if want.suspects.is_some_and(|wanted| wanted != (min, max)) {
                notes.push(format!(
                    "{cause}: suspects {min}..={max}, {:?} could be seen",
                    want.suspects
                ));
            }
            if side == "client" && max == 2 && confidence == "proven" {
                wrong.push("hop 2 is among the client's suspects: at most likely".to_owned());
            }
        }
        // Mute routers between the last one seen and the server: any of them may be the one, and by
        // the numbers it would be called the server's side. Saying nothing is right.
        _ if side == "unknown"
            && want.suspects.is_some_and(|(min, max)| max == want.hops && min + 1 < max) => {}
        _ if want.suspects.is_some() && localises => {
            wrong.push(format!("{cause} has no location, {:?} could be seen", want.suspects));
        }
        _ if side != "unknown" => wrong.push(format!("the side is {side}, without a location")),
        _ => {}
    }
    wrong
}

/// Ladders where they help, and none where they do not.
fn path(trial: &Trial, report: &Value, wrong: &mut Vec<String>) {
    let ladders = report["path"]["ladders"].as_array().map_or(0, Vec::len);
    let holes = list(report, "attempts").any(|attempt| attempt["purpose"] == "hole");
    if (trial.wants.is_empty() || !trial.localises()) && (ladders > 0 || holes) {
        wrong.push(format!("{ladders} ladders, holes: {holes}, where none was wanted"));
    }
}

/// Findings, ladders and holes on a few lines.
pub fn seen(report: &Value, run: &Run) -> String {
    let mut text = format!("{} in {:.1?}", report["verdict"], run.elapsed);
    if !report.is_object() {
        let _ = write!(text, "\n{}\n{}", run.stdout, run.stderr);
    }
    for finding in list(report, "findings") {
        let location = &finding["location"];
        let _ = write!(
            text,
            "\n    {} {} {} side {} hops {}..={} of {} at {}",
            finding["severity"],
            finding["cause"],
            finding["confidence"],
            finding["side"],
            location["hop_min"],
            location["hop_max"],
            location["hops"],
            location["address"]
        );
    }
    for ladder in list(&report["path"], "ladders") {
        let rungs: Vec<String> = list(ladder, "rungs")
            .map(|rung| {
                let address = rung["address"].as_str().unwrap_or_default();
                let answer = rung["answer"].as_str().unwrap_or_default();
                format!("{} {answer} {address}", rung["ttl"]).trim_end().to_owned()
            })
            .collect();
        let _ = write!(text, "\n    ladder {}: {}", ladder["port"], rungs.join(", "));
    }
    for attempt in list(report, "attempts") {
        let _ = write!(
            text,
            "\n    {} {} {} {}: {} ({} ms)",
            attempt["id"],
            attempt["purpose"],
            attempt["mode"],
            attempt["outcome"],
            attempt["reason"],
            attempt["elapsed_ms"]
        );
    }
    text
}

impl Judged {
    fn render(&self) -> String {
        let list = |mark: &str, lines: &[String]| {
            lines.iter().fold(String::new(), |text, line| text + &format!("  {mark} {line}\n"))
        };
        format!(
            "{}\n{}{}    {}\n",
            self.name,
            list("✗", &self.wrong),
            list("note:", &self.notes),
            self.seen
        )
    }
}

/// Confidence against truth, and how long each class of runs took.
fn summary(title: &str, judged: &[Judged]) -> String {
    let right = judged.iter().filter(|it| it.wrong.is_empty()).count();
    let mut lines = vec![format!("{title}: {right} of {} trials as expected", judged.len())];
    let levels: Vec<String> = ["proven", "likely", "possible"]
        .into_iter()
        .map(|level| {
            let of = judged.iter().flat_map(|it| &it.tally).filter(|(it, _)| it == level);
            let all: Vec<bool> = of.map(|&(_, right)| right).collect();
            format!("{level} {}/{}", all.iter().filter(|right| **right).count(), all.len())
        })
        .collect();
    lines.push(format!("{title}: findings that are right: {}", levels.join(" ")));
    let mut classes: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for one in judged {
        classes.entry(one.class).or_default().push(one.elapsed);
    }
    for (class, mut times) in classes {
        times.sort();
        let [least, half, most] = [0, times.len() / 2, times.len() - 1].map(|it| times[it]);
        lines.push(format!(
            "{title}: time, {class}: {} runs, {least:.1?} to {most:.1?}, half below {half:.1?}",
            times.len()
        ));
    }
    for one in judged {
        lines.extend(one.notes.iter().map(|note| format!("{title}: note: {}: {note}", one.name)));
    }
    lines.join("\n")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("null").to_owned()
}
