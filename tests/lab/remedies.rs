//! What a report tells to change, done: the world is broken, the printed lines are applied to the
//! letter, and the next run must find nothing wrong.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `FTP_DOCTOR_REMEDIES` | a part of the names of the trials to be played; all of them |

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use super::administrator::{Take, configure, shell};
use super::expect::{Expect, explain};
use super::gate::{self, Gate};
use super::net::Node;
use super::run::{Run, unprivileged_doctor};
use super::servers::Server;
use super::sh;
use super::world::World;

/// How many worlds are there at a time: a trial mostly waits for what does not come.
const WORKERS: usize = 4;

/// Where lines go.
#[derive(Clone, Debug)]
pub enum Step {
    /// Into the server's configuration.
    Configure(Take),
    /// Into a shell on this machine.
    Shell(Node, Take),
    /// Nowhere: the user is told what the second run does.
    Read(Take),
    /// A helper program, as before the first run.
    Help(Node, Vec<String>),
}

/// Makes the broken world.
pub type Make = Box<dyn Fn(Gate, &Server) -> World + Send + Sync>;

/// A broken world, who mends it, and what is then expected.
pub struct Trial {
    pub name: String,
    pub server: Server,
    pub make: Make,
    /// The arguments of both runs, given the world.
    pub args: fn(&World) -> Vec<String>,
    /// Those of the second run, where the user is told to do something else.
    pub then: Option<fn(&World) -> Vec<String>>,
    /// More of them.
    pub more: Vec<String>,
    pub causes: &'static [&'static str],
    pub steps: Vec<Step>,
    pub after: Expect,
    /// How often the first run may fail to find it: some faults are there by chance only.
    pub tries: usize,
}

impl Trial {
    fn play(&self, gate: Gate) {
        let mut world = (self.make)(gate, &self.server);
        let folder = world.folder.path().join("facts");
        fs::create_dir_all(&folder).expect("a folder");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("our own folder");
        let facts = folder.join("facts.json").display().to_string();
        let mut args: Vec<String> = (self.args)(&world);
        let commands = args.iter().take_while(|it| *it == "audit").count();
        let options = ["--json".to_owned(), "--save".to_owned(), facts.clone()];
        args.splice(commands..commands, options.into_iter().chain(self.more.iter().cloned()));
        let with = |world: &World, args: &[String]| -> Run {
            unprivileged_doctor(world, &args.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let run = |world: &World| with(world, &args);
        let finds = |run: &Run| {
            let report = run.report();
            let found = report["findings"].as_array().into_iter().flatten();
            found.filter_map(|it| it["cause"].as_str()).any(|it| self.causes.contains(&it))
        };
        let mut before = run(&world);
        for _ in 1..self.tries {
            if finds(&before) {
                break;
            }
            before = run(&world);
        }
        if let Ok(folder) = std::env::var("FTP_DOCTOR_LAB_FACTS") {
            let name = self.name.replace([' ', '/', '"', '(', ')'], "-");
            let _ = fs::copy(&facts, format!("{folder}/{name}.json"));
        }
        assert!(finds(&before), "no {:?} before\n{}", self.causes, explain(&world, &before));
        let report = before.report();
        let more: Vec<&str> = self.more.iter().map(String::as_str).collect();
        let chain: Vec<&str> = match more.iter().position(|it| *it == "--nft-chain") {
            Some(at) => more[at..at + 2].to_vec(),
            None => Vec::new(),
        };
        let mut applied = String::new();
        for step in &self.steps {
            let take = match step {
                Step::Help(node, args) => {
                    world.help(*node, &args.iter().map(String::as_str).collect::<Vec<_>>());
                    continue;
                }
                Step::Read(take) => {
                    let told = take.remedies(&report);
                    assert!(!told.is_empty(), "not told: {take:?}\n{}", explain(&world, &before));
                    continue;
                }
                Step::Configure(take) | Step::Shell(_, take) => take,
            };
            let lines = take
                .lines(&report)
                .and_then(|lines| take.on_screen(&world, &facts, &chain, &lines).map(|()| lines))
                .unwrap_or_else(|why| panic!("{why}\n{}", explain(&world, &before)));
            applied += &format!("--- applied {step:?}\n{}\n", lines.join("\n"));
            match step {
                Step::Shell(node, _) => shell(&world, *node, &lines),
                _ => configure(&mut world, self.server.software, self.server.port, &lines),
            }
        }
        let after = match self.then {
            Some(then) => with(&world, &[vec!["--json".to_owned()], then(&world)].concat()),
            None => run(&world),
        };
        let judged = catch_unwind(AssertUnwindSafe(|| self.after.check(&world, &after)));
        if let Err(why) = judged {
            panic!("{}\n{applied}", words(why.as_ref()));
        }
    }
}

fn words(why: &(dyn std::any::Any + Send)) -> String {
    let owned = why.downcast_ref::<String>().cloned();
    owned.or_else(|| why.downcast_ref::<&str>().map(|it| (*it).to_owned())).unwrap_or_default()
}

/// Plays all trials, several at a time, and fails with all that went wrong.
///
/// # Panics
///
/// With every trial that did not end well.
pub fn play(title: &str, trials: Vec<Trial>) {
    if gate::open().is_none() {
        return;
    }
    let wanted = std::env::var("FTP_DOCTOR_REMEDIES").unwrap_or_default();
    let trials: Vec<Trial> = trials.into_iter().filter(|it| it.name.contains(&wanted)).collect();
    let count = trials.len();
    let queue = Mutex::new(trials);
    let failed = Mutex::new(Vec::new());
    let next = || queue.lock().expect("no worker panics with it").pop();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(trial) = next() {
                    let Some(gate) = gate::open() else { return };
                    let played = catch_unwind(AssertUnwindSafe(|| trial.play(gate)));
                    if let Err(why) = played {
                        let text = format!("=== {}\n{}", trial.name, words(why.as_ref()));
                        failed.lock().expect("no worker panics with it").push(text);
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().expect("no worker panics with it");
    failed.sort();
    sh::say(&format!("{title}: {} of {count} remedies are true", count - failed.len()));
    assert!(failed.is_empty(), "{} of {count}:\n\n{}", failed.len(), failed.join("\n"));
}
