//! Programs as an ordinary user without any privilege, on the client's machine.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::net::Node;
use super::sh;
use super::world::World;

/// The program that is being tested.
const DOCTOR: &str = match option_env!("FTP_DOCTOR_PROGRAM") {
    Some(path) => path,
    None => env!("CARGO_BIN_EXE_ftp-doctor"),
};
/// Nobody.
const UID: u32 = 65534;
/// When the program hangs. Its own limit, 30 s and what it was asked to be idle or to audit, must do
/// long before.
const HANGS: Duration = Duration::from_secs(270);

/// What a program did.
pub struct Run {
    pub command: String,
    /// `None` where it was killed, also for taking too long.
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Run {
    /// The report on stdout; `null` where there is none.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_default()
    }
}

/// Runs `ftp-doctor --json` on the client.
pub fn doctor(world: &World, args: &[&str]) -> Run {
    doctor_with(world, args, &[])
}

/// As [`doctor`], with variables in its environment.
pub fn doctor_with(world: &World, args: &[&str], env: &[(&str, &str)]) -> Run {
    let program = reachable(Path::new(DOCTOR), &world.gate.folder);
    // A subcommand comes before every option.
    let first = usize::from(args.first() == Some(&"audit"));
    let (subcommand, args) = args.split_at(first);
    let mut all: Vec<&str> = subcommand.iter().chain(&["--json"]).chain(args).copied().collect();
    let saved = saved_facts();
    if let Some(file) = &saved {
        all.extend(["--save", file]);
    }
    unprivileged(world, Node::Client, &program, &all, env)
}

/// Runs `ftp-doctor` on the client with these arguments and no others.
pub fn unprivileged_doctor(world: &World, args: &[&str]) -> Run {
    let program = reachable(Path::new(DOCTOR), &world.gate.folder);
    unprivileged(world, Node::Client, &program, args, &[])
}

/// As [`doctor`], trusting the authority of the laboratory's servers.
pub fn trusting(world: &World, args: &[&str]) -> Run {
    trusting_with(world, args, &[])
}

/// As [`trusting`], with variables in its environment.
pub fn trusting_with(world: &World, args: &[&str], env: &[(&str, &str)]) -> Run {
    let authority = world.authority();
    let first = usize::from(args.first() == Some(&"audit"));
    let (subcommand, args) = args.split_at(first);
    let all: Vec<&str> =
        subcommand.iter().chain(&["--ca", &authority]).chain(args).copied().collect();
    doctor_with(world, &all, env)
}

/// Where the facts of this run go, for a fixture: into the folder that `FTP_DOCTOR_LAB_FACTS` names
/// (anybody must be able to write there), as the test is called.
fn saved_facts() -> Option<String> {
    let folder = std::env::var("FTP_DOCTOR_LAB_FACTS").ok()?;
    let name = thread::current().name().unwrap_or("unnamed").replace("::", "-");
    Some(format!("{folder}/{name}.json"))
}

/// A way to open the data connection, in the words of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Pasv,
    Epsv,
    Port,
    Eprt,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Pasv, Self::Epsv, Self::Port, Self::Eprt];
    pub const PASSIVE: [Self; 2] = [Self::Pasv, Self::Epsv];
    pub const ACTIVE: [Self; 2] = [Self::Port, Self::Eprt];

    /// Its name in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pasv => "pasv",
            Self::Epsv => "epsv",
            Self::Port => "port",
            Self::Eprt => "eprt",
        }
    }

    /// curl's options for it. Without more, curl takes EPSV and then PASV, or EPRT and then PORT.
    const fn curl(self) -> &'static [&'static str] {
        match self {
            Self::Pasv => &["--disable-epsv"],
            Self::Epsv => &[],
            Self::Port => &["-P", "-", "--disable-eprt"],
            Self::Eprt => &["-P", "-"],
        }
    }
}

/// Lists a folder with curl, the second opinion; it may take so many seconds.
pub fn curl(world: &World, mode: Mode, seconds: u32, url: &str) -> Run {
    let limit = seconds.to_string();
    let mut args = vec!["-q", "-v", "-sS", "-g", "-m", &limit];
    args.extend(mode.curl());
    args.push(url);
    unprivileged(world, Node::Client, Path::new("curl"), &args, &[])
}

/// Runs a program as nobody, without capabilities.
pub fn unprivileged(
    world: &World,
    node: Node,
    program: &Path,
    args: &[&str],
    env: &[(&str, &str)],
) -> Run {
    let mut command = Command::new("ip");
    command
        .args(["netns", "exec", world.net.namespace(node), "setpriv"])
        .args([format!("--reuid={UID}"), format!("--regid={UID}")])
        .args(["--clear-groups", "--bounding-set=-all", "--inh-caps=-all"])
        .arg(program)
        .args(args)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/nonexistent")
        .env("LANG", "C.UTF-8")
        .envs(env.iter().copied())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let begin = Instant::now();
    let mut child = command.spawn().expect("ip can be started");
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let ended = wait(&mut child);
    Run {
        command: format!("{} {}", program.display(), args.join(" ")),
        exit: ended.and_then(|status| status.code()),
        elapsed: begin.elapsed(),
        stdout: stdout.join().expect("a reader"),
        stderr: stderr.join().expect("a reader"),
    }
}

/// Waits for a program to end; one that hangs is ended with all its children.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < HANGS {
        if let Some(status) = child.try_wait().expect("a child can be asked") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    let _ = sh::output("sh", &[], &format!("kill -9 -{}\n", child.id()));
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Reads a pipe to its end, beside everything else, so that the writer never waits.
fn drain(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.expect("a pipe").read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The program, where everybody may run it.
pub fn program(world: &World) -> PathBuf {
    reachable(Path::new(DOCTOR), &world.gate.folder)
}

/// A copy that nobody may run too: the build folder may lie where only root comes.
///
/// There is one copy for each build, next to the servers; those of earlier builds are removed.
fn reachable(program: &Path, lab: &Path) -> PathBuf {
    let built = fs::metadata(program).expect("the program was built");
    let mut hasher = DefaultHasher::new();
    program.hash(&mut hasher);
    let place = format!("ftp-doctor-{:016x}-", hasher.finish());
    let version = format!("{}.{}.{}", built.mtime(), built.mtime_nsec(), built.len());
    let folder = lab.join("bin");
    let copy = folder.join(format!("{place}{version}"));
    if copy.exists() {
        return copy;
    }
    fs::create_dir_all(&folder).expect("the lab's folder can be written");
    for entry in fs::read_dir(&folder).expect("it was just made").flatten() {
        if entry.file_name().to_string_lossy().starts_with(&place) {
            let _ = fs::remove_file(entry.path());
        }
    }
    // Written beside and renamed: another test may look for it at this moment.
    let thread = format!("{:?}", thread::current().id());
    let draft = folder.join(format!("draft-{}-{thread}", std::process::id()));
    fs::copy(program, &draft).expect("the lab's folder can be written");
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).expect("our own file");
    fs::rename(&draft, &copy).expect("both lie in one folder");
    copy
}
