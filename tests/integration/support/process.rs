//! The real binary as a process: its time, its peak memory, its exit code, its words.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::binary::BINARY;

/// A process that has ended.
pub(crate) struct Ran {
    /// Exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) took: Duration,
    /// Peak resident memory in KiB.
    pub(crate) peak: u64,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// A process that is never done is ended after this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the binary with an empty environment.
pub(crate) fn run(args: &[&str]) -> Ran {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().env("HOME", "/nonexistent");
    wait(&mut command)
}

#[expect(clippy::zombie_processes, reason = "wait4 waits for it")]
/// Runs any command. Its output goes into files, so that none of it waits for a reader.
pub(crate) fn wait(command: &mut Command) -> Ran {
    let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
    let began = Instant::now();
    let child = command.spawn().unwrap();
    let (code, peak) = reap(child.id(), began);
    let took = began.elapsed();
    let bytes = |file: &mut File| {
        let mut all = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut all).unwrap();
        all
    };
    let stderr = String::from_utf8_lossy(&bytes(&mut err)).into_owned();
    Ran { code, took, peak, stdout: bytes(&mut out), stderr }
}

/// Waits for one child and asks what it used; the standard library asks for its exit code alone.
#[expect(unsafe_code, reason = "wait4 has no safe name")]
fn reap(id: u32, began: Instant) -> (Option<i32>, u64) {
    let id = i32::try_from(id).unwrap();
    let mut killed = false;
    let mut peak = 0;
    loop {
        let mut status = 0;
        // SAFETY: both are ours and large enough; nobody else waits for this child.
        let (done, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(id, &raw mut status, libc::WNOHANG, &raw mut usage), usage)
        };
        if done == id {
            let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
            // It begins with what its parent, this test, had at its peak: an upper bound. Zero where it
            // ended before it could be asked.
            return (code, peak.min(u64::try_from(usage.ru_maxrss).unwrap_or(u64::MAX)));
        }
        peak = peak.max(high_water(id));
        assert!(done == 0, "wait4 fails");
        if began.elapsed() > PATIENCE && !killed {
            killed = true;
            // SAFETY: a signal to a child of ours that was not waited for.
            unsafe { libc::kill(id, libc::SIGKILL) };
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Peak resident memory of a process so far, in KiB.
fn high_water(id: i32) -> u64 {
    // Until it runs its own program, its memory is that of this test.
    let program = std::fs::read_link(format!("/proc/{id}/exe")).ok();
    if program.is_none() || program == std::fs::read_link("/proc/self/exe").ok() {
        return 0;
    }
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
