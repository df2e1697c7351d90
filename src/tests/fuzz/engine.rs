//! Tries inputs, catches panics, makes what fails small.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use super::mutate::{Rng, bytes};

/// Executions without `FTP_DOCTOR_FUZZ_RUNS`.
const RUNS: u64 = 4000;

/// Tries in which a failing input may become smaller.
const SHRINKS: usize = 4000;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// How long to go on.
pub struct Budget {
    runs: u64,
    until: Option<Instant>,
    began: Instant,
}

impl Budget {
    /// `share`: executions of this target for one of a plain parser.
    pub fn new(share: f64) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let scaled = |runs: u64| ((runs as f64 * share) as u64).max(1);
        let began = Instant::now();
        Self {
            // The default is a share; a number that was asked for is meant.
            runs: number("FTP_DOCTOR_FUZZ_RUNS").unwrap_or_else(|| scaled(RUNS)),
            until: number("FTP_DOCTOR_FUZZ_SECONDS").map(|s| began + Duration::from_secs(s)),
            began,
        }
    }

    pub fn lasts(&self, done: u64) -> bool {
        done < self.runs
            // A clock costs more than a parser.
            && (!done.is_multiple_of(64) || self.until.is_none_or(|until| Instant::now() < until))
    }

    pub fn tell(&self, name: &str, done: u64, extra: &str) {
        let took = self.began.elapsed();
        println!(
            "fuzz {name:<10} {done:>10} executions  {:>7.1} s  no failure{extra}",
            took.as_secs_f64()
        );
    }
}

/// The random numbers of a target.
pub fn rng(name: &str) -> Rng {
    let seed = number("FTP_DOCTOR_FUZZ_SEED").unwrap_or(959);
    Rng::new(name.bytes().fold(seed, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into())))
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    static QUIET: RefCell<bool> = const { RefCell::new(false) };
}

static HOOK: Once = Once::new();

/// What a check says; a panic is told with its place.
pub fn guarded(check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if QUIET.with(|quiet| *quiet.borrow()) {
                PANIC.with(|panic| *panic.borrow_mut() = Some(info.to_string()));
            } else {
                usual(info);
            }
        }));
    });
    QUIET.with(|quiet| *quiet.borrow_mut() = true);
    let said = catch_unwind(AssertUnwindSafe(check));
    QUIET.with(|quiet| *quiet.borrow_mut() = false);
    said.unwrap_or_else(|_| {
        let text = PANIC.with(|panic| panic.borrow_mut().take()).unwrap_or_default();
        Err(format!("panic: {}", text.replace('\n', " ")))
    })
}

/// The files of `fixtures/fuzz/NAME`, by name.
pub fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz").join(name);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Writes a failing input down.
pub fn note(name: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp/fuzz").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let hash = |n: u64, byte: &u8| n.wrapping_mul(1_099_511_628_211) ^ u64::from(*byte);
    let path = folder.join(format!("{:016x}", input.iter().fold(0, hash)));
    std::fs::write(&path, input).unwrap();
    path
}

/// Writes a failing input down, and fails.
fn fail(name: &str, input: &[u8], error: &str, done: u64) -> ! {
    let path = note(name, input);
    let shown = input.iter().take(600).flat_map(|b| b.escape_ascii()).map(char::from);
    let shown: String = shown.collect();
    panic!("{name}, execution {done}: {error}\n  {}\n  {shown}", path.display());
}

/// What makes two failures the same one: the place of a panic, else the text without its numbers.
pub fn kind(error: &str) -> String {
    let head = error.split(" at src/").nth(1).map(|place| place.split(' ').next().unwrap_or(place));
    let head = head.unwrap_or_else(|| error.split([':', '"']).next().unwrap_or_default());
    head.to_owned()
}

fn smaller(input: &[u8], error: &str, check: fn(&[u8]) -> Result<(), String>) -> Vec<u8> {
    let wanted = kind(error);
    let fails = |bytes: &[u8]| guarded(|| check(bytes)).is_err_and(|e| kind(&e) == wanted);
    let mut best = input.to_vec();
    let mut size = best.len() / 2;
    let mut left = SHRINKS;
    while size > 0 {
        let mut at = 0;
        while at + size <= best.len() && left > 0 {
            left -= 1;
            let shorter = [&best[..at], &best[at + size..]].concat();
            if fails(&shorter) { best = shorter } else { at += size }
        }
        size /= 2;
    }
    best
}

/// Fuzzes a check of bytes: the corpus, the seeds, then mutations of both.
pub fn fuzz(
    name: &str,
    share: f64,
    most: usize,
    seeds: Vec<Vec<u8>>,
    words: &[&str],
    check: fn(&[u8]) -> Result<(), String>,
) {
    let budget = Budget::new(share);
    let mut rng = rng(name);
    let mut pool = seeds;
    for (path, input) in corpus(name) {
        let said = guarded(|| check(&input));
        assert!(said.is_ok(), "{}: {}", path.display(), said.unwrap_err());
        pool.push(input);
    }
    assert!(!pool.is_empty(), "{name} has no seed");
    let mut done = 0;
    for seed in &pool {
        if let Err(error) = guarded(|| check(seed)) {
            fail(name, seed, &error, done);
        }
        done += 1;
    }
    let mut input = Vec::new();
    while budget.lasts(done) {
        bytes(&mut rng, &pool, words, most, &mut input);
        if let Err(error) = guarded(|| check(&input)) {
            let input = smaller(&input, &error, check);
            let error = guarded(|| check(&input)).err().unwrap_or(error);
            fail(name, &input, &error, done);
        }
        done += 1;
    }
    budget.tell(name, done, "");
}
