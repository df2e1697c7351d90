//! Plays worlds at random, several at a time, and counts what the program says of them against what is
//! true and what a plain client met.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::RangeInclusive;
use std::panic;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::expect::{list, outcome};
use super::gate;
use super::localise_judge::seen;
use super::localise_truth::Plane;
use super::net::Node;
use super::random_worlds::{Drawn, Fault, Twist, draw};
use super::run::{Mode, Run, curl, doctor};
use super::sh;
use super::world::World;

/// Worlds at a time. Runs wait more than they work.
const WORKERS: usize = 4;
/// How long the witness waits, in seconds.
const PATIENCE: u32 = 6;

/// What became of one world.
struct Judged {
    seed: u64,
    kind: &'static str,
    name: String,
    elapsed: Duration,
    wrong: Vec<String>,
    /// How many findings said "proven", and how many of those wrongly.
    proven: (usize, usize),
    alarm: bool,
    all_clear: bool,
    /// The world is not what it was said to be: nothing is said of it.
    unfit: Option<String>,
    seen: String,
}

/// Plays the worlds of these seeds and tells what came of them.
///
/// # Panics
///
/// With all that went wrong, where that is a failure.
pub fn play(title: &str, seeds: RangeInclusive<u64>, strict: bool) {
    if gate::open().is_none() {
        return;
    }
    let (next, last) = (AtomicU64::new(*seeds.start()), *seeds.end());
    let judged = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > last {
                        break;
                    }
                    // A world that does not come up is told as such, and the others go on.
                    let drawn = draw(seed);
                    let one = panic::catch_unwind(|| one(&drawn));
                    let Ok(one) = one else {
                        judged.lock().expect("no worker panics with it").push(broken(&drawn));
                        continue;
                    };
                    if let Some(one) = one {
                        if !strict && (!one.is_right() || one.unfit.is_some()) {
                            sh::say(&one.render());
                        }
                        judged.lock().expect("no worker panics with it").push(one);
                    }
                }
            });
        }
    });
    let mut judged = judged.into_inner().expect("no worker panics with it");
    judged.sort_by_key(|one| one.seed);
    sh::say(&table(title, &judged));
    let failed: Vec<String> =
        judged.iter().filter(|one| !one.is_right()).map(Judged::render).collect();
    assert!(
        !strict || failed.is_empty(),
        "{} of {} worlds are wrong:\n\n{}",
        failed.len(),
        judged.len(),
        failed.join("\n")
    );
}

/// A world that did not come up.
fn broken(drawn: &Drawn) -> Judged {
    Judged {
        seed: drawn.seed,
        kind: drawn.kind,
        name: drawn.name.clone(),
        elapsed: Duration::ZERO,
        wrong: vec!["the world did not come up".to_owned()],
        proven: (0, 0),
        alarm: false,
        all_clear: false,
        unfit: Some("it did not come up".to_owned()),
        seen: String::new(),
    }
}

fn one(drawn: &Drawn) -> Option<Judged> {
    let gate = gate::open()?;
    let mut world = World::new(gate, drawn.topology);
    if let Some(server) = &drawn.server {
        world.serve(server);
    }
    for (node, args) in &drawn.helpers {
        world.help(*node, args);
    }
    if drawn.twists.contains(&Twist::Balanced) {
        world.net.balance();
    }
    for nat in &drawn.nats {
        world.add(nat);
    }
    for alg in &drawn.algs {
        world.add(alg);
    }
    for wall in &drawn.walls {
        world.add(wall);
    }
    for twist in &drawn.twists {
        match twist {
            Twist::Balanced => {}
            Twist::SecondAddress => {
                world.net.add_outer_v4(drawn.topology.routers);
            }
            Twist::Slow(seconds) => slow(&mut world, *seconds),
            Twist::Unplugged => world.net.unplug(Node::Server),
            Twist::Shouting(gap) => {
                let client = world.net.client_v4().to_string();
                let gap = format!("{}", f64::from(*gap) / 1000.0);
                world.help(Node::Router(1), &["shout", &client, "9", &gap]);
            }
            Twist::Terse => {
                let routers = world.net.nodes().filter(|node| matches!(node, Node::Router(_)));
                for node in routers.collect::<Vec<_>>() {
                    world.net.set(node, "ipv4/icmp_ratelimit", 1000);
                    world.net.set(node, "ipv6/icmp/ratelimit", 1000);
                }
            }
        }
    }
    let before = (!drawn.counted && drawn.server.is_some()).then(|| witness(drawn, &world));
    let target = if drawn.ipv6 { world.target_v6() } else { world.target() };
    let args: &[&str] = if drawn.ipv6 { &["-6", &target] } else { &[&target] };
    let run = doctor(&world, args);
    Some(judge(drawn, &run, before))
}

/// Lets pyftpdlib think before it lists.
fn slow(world: &mut World, seconds: u32) {
    world.restart(21, |_, folder| {
        let file = folder.join("pyftpd.conf");
        let text = fs::read_to_string(&file).expect("its configuration");
        let mut config: Value = serde_json::from_str(&text).expect("JSON");
        config["lines"] = Value::from(format!(
            "import time\n\
             lists = handler.ftp_LIST\n\
             def ftp_LIST(self, path):\n    import time\n    time.sleep({seconds})\n    return type(self).lists(self, path)\n\
             handler.lists = lists\n\
             handler.ftp_LIST = ftp_LIST\n"
        ));
        fs::write(&file, config.to_string()).expect("its configuration");
    });
}

/// Whether a plain client lists in passive and in active mode.
fn witness(drawn: &Drawn, world: &World) -> (bool, bool) {
    let url = if drawn.ipv6 { world.url_v6("/") } else { world.url("/") };
    let lists = |mode| curl(world, mode, PATIENCE, &url).exit == Some(0);
    thread::scope(|scope| {
        let active = scope.spawn(|| lists(Mode::Eprt));
        (lists(Mode::Epsv), active.join().expect("a run of curl"))
    })
}

fn has(drawn: &Drawn, plane: Plane) -> Option<&Fault> {
    drawn.faults.iter().find(|fault| fault.plane == plane)
}

fn judge(drawn: &Drawn, run: &Run, witness: Option<(bool, bool)>) -> Judged {
    let report = run.report();
    let mut judged = Judged {
        seed: drawn.seed,
        kind: drawn.kind,
        name: drawn.name.clone(),
        elapsed: run.elapsed,
        wrong: Vec::new(),
        proven: (0, 0),
        alarm: false,
        all_clear: false,
        unfit: unfit(drawn, witness),
        seen: seen(&report, run),
    };
    if !report.is_object() || run.stderr.contains("panicked") {
        judged.wrong.push(format!("no report, exit {:?}", run.exit));
        return judged;
    }
    let verdict = report["verdict"].as_str().unwrap_or_default();
    let mut open: Vec<&Fault> = drawn.faults.iter().collect();
    for finding in list(&report, "findings").filter(|f| blames(f)) {
        let [cause, side, confidence] =
            ["cause", "side", "confidence"].map(|key| finding[key].as_str().unwrap_or("null"));
        let proven = confidence == "proven";
        judged.proven.0 += usize::from(proven);
        let fits = |fault: &&Fault| fault.causes.contains(&cause) && fault.sides.contains(&side);
        if let Some(at) = open.iter().position(fits) {
            open.remove(at);
            continue;
        }
        // One finding more about what is wrong anyway.
        if drawn.faults.iter().any(|fault| fits(&fault)) {
            continue;
        }
        let about = drawn.faults.iter().any(|fault| fault.causes.contains(&cause));
        judged.proven.1 += usize::from(proven);
        if !about && plane_of(cause).is_none_or(|plane| has(drawn, plane).is_none()) {
            judged.alarm |= !drawn.patchy || finding["severity"] == "problem";
            judged.wrong.push(format!("{confidence} {cause} ({side}) is no fault of this world"));
        } else {
            judged.wrong.push(format!("{confidence} {cause} on the side {side}"));
        }
    }
    let (passive, active) = (has(drawn, Plane::Passive), has(drawn, Plane::Active));
    let control = has(drawn, Plane::Control).is_some();
    let good = matches!(verdict, "healthy" | "limited");
    judged.all_clear =
        (good && (passive.is_some() || control)) || (verdict == "healthy" && active.is_some());
    if judged.all_clear {
        judged.wrong.push(format!("the verdict is {verdict}"));
    }
    if !good && drawn.faults.is_empty() && !(drawn.patchy && verdict == "incomplete") {
        judged.alarm = true;
        judged.wrong.push(format!("the verdict is {verdict} where all is well"));
    }
    let ran_out = drawn.patchy && verdict == "incomplete";
    for fault in open.iter().filter(|_| !ran_out) {
        judged.wrong.push(format!("not found: {:?} {:?}", fault.causes, fault.sides));
    }
    modes(drawn, &report, &mut judged.wrong);
    judged
}

/// What nothing stops is open, what is stopped is not.
fn modes(drawn: &Drawn, report: &Value, wrong: &mut Vec<String>) {
    if has(drawn, Plane::Control).is_some() || drawn.patchy {
        return;
    }
    for (plane, mode) in [(Plane::Passive, Mode::Epsv), (Plane::Active, Mode::Eprt)] {
        let open = outcome(report, mode) == "open";
        if open == has(drawn, plane).is_some() {
            wrong.push(format!("{} is {}", mode.name(), outcome(report, mode)));
        }
    }
}

/// Whether the plain client met something else than the world was made for.
fn unfit(drawn: &Drawn, witness: Option<(bool, bool)>) -> Option<String> {
    let (passive, active) = witness?;
    if drawn.patchy || has(drawn, Plane::Control).is_some() {
        return None;
    }
    let told = |works: bool, plane: Plane, what: &str| {
        (works == has(drawn, plane).is_some())
            .then(|| format!("a plain client in {what} mode: works {works}"))
    };
    told(passive, Plane::Passive, "passive").or_else(|| told(active, Plane::Active, "active"))
}

fn plane_of(cause: &str) -> Option<Plane> {
    let of = |names: &[&str]| names.iter().any(|name| cause.contains(name));
    if of(&["control", "login", "too-many", "name-not"]) {
        Some(Plane::Control)
    } else if of(&["passive", "pasv", "epsv"]) {
        Some(Plane::Passive)
    } else if of(&["active"]) {
        Some(Plane::Active)
    } else {
        None
    }
}

/// Whether somebody is blamed: a problem, or what keeps active mode from working.
fn blames(finding: &Value) -> bool {
    let active = |cause: &str| cause.contains("active") || cause == "unexplained";
    match finding["severity"].as_str() {
        Some("problem") => true,
        Some("warning") => {
            let cause = finding["cause"].as_str().unwrap_or_default();
            active(cause) && !cause.starts_with("active-source")
        }
        _ => false,
    }
}

impl Judged {
    fn is_right(&self) -> bool {
        self.wrong.is_empty() || self.unfit.is_some()
    }

    fn render(&self) -> String {
        let mut text = format!("{}\n", self.name);
        for line in &self.wrong {
            let _ = writeln!(text, "  ✗ {line}");
        }
        if let Some(why) = &self.unfit {
            let _ = writeln!(text, "  (unfit: {why})");
        }
        text + &format!("    {}\n", self.seen)
    }
}

/// The numbers, by kind of world and together.
fn table(title: &str, judged: &[Judged]) -> String {
    let mut lines = vec![
        format!(
            "{title}: | kind | worlds | right | wrong | proven | wrong proven | false alarms | false all-clears | half below | longest |"
        ),
        format!("{title}: | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"),
    ];
    let mut kinds: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged.iter().filter(|one| one.unfit.is_none()) {
        kinds.entry(one.kind).or_default().push(one);
        kinds.entry("together").or_default().push(one);
    }
    for (kind, all) in kinds {
        let count = |is: &dyn Fn(&Judged) -> bool| all.iter().filter(|one| is(one)).count();
        let mut times: Vec<Duration> = all.iter().map(|one| one.elapsed).collect();
        times.sort();
        lines.push(format!(
            "{title}: | {kind} | {} | {} | {} | {} | {} | {} | {} | {:.1?} | {:.1?} |",
            all.len(),
            count(&Judged::is_right),
            count(&|one| !one.is_right()),
            all.iter().map(|one| one.proven.0).sum::<usize>(),
            all.iter().map(|one| one.proven.1).sum::<usize>(),
            count(&|one| one.alarm),
            count(&|one| one.all_clear),
            times[times.len() / 2],
            times[times.len() - 1],
        ));
    }
    let seeds = |is: &dyn Fn(&Judged) -> bool| {
        let seeds: Vec<String> =
            judged.iter().filter(|one| is(one)).map(|one| one.seed.to_string()).collect();
        seeds.join(" ")
    };
    lines.push(format!("{title}: seeds of what is wrong: {}", seeds(&|one| !one.is_right())));
    lines.push(format!(
        "{title}: seeds of what is no such world: {}",
        seeds(&|one| one.unfit.is_some())
    ));
    lines.join("\n")
}
