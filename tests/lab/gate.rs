//! Whether the laboratory can be used here, and the tidying up after runs that were killed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Once, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::sh;

/// What the name of every namespace and temporary folder begins with; the maker's process id follows.
pub const PREFIX: &str = "ftplab-";

/// The right to use the laboratory; many tests share it, the timing report has it alone.
pub struct Gate {
    /// Where `tests/setup` put the servers.
    pub folder: PathBuf,
    _turn: Turn,
}

/// Nobody reads it: that it is there is what counts.
#[expect(dead_code, reason = "the lock is held for as long as its guard lives")]
enum Turn {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

/// The laboratory, or `None`, loudly, where it cannot be used.
///
/// # Panics
///
/// With `CI=true`, where a test that was skipped would look like one that passed.
pub fn open() -> Option<Gate> {
    enter(false)
}

/// As [`open`], and nobody else is inside.
pub fn open_alone() -> Option<Gate> {
    enter(true)
}

fn enter(alone: bool) -> Option<Gate> {
    static SWEPT: Once = Once::new();
    static HOOKED: Once = Once::new();
    static LAB: RwLock<()> = RwLock::new(());
    let folder = PathBuf::from(
        env::var_os("FTP_DOCTOR_LAB").unwrap_or_else(|| "/var/tmp/ftp-doctor-lab".into()),
    );
    if let Err(why) = usable(&folder) {
        let message = format!("THE LAB IS SKIPPED: {why} (run tests/setup as root)");
        assert!(env::var("CI").as_deref() != Ok("true"), "{message}");
        sh::say(&message);
        return None;
    }
    HOOKED.call_once(say_at_once);
    SWEPT.call_once(sweep);
    // A test that failed leaves the lock poisoned, and nothing behind it broken.
    let turn = if alone {
        Turn::Alone(LAB.write().unwrap_or_else(PoisonError::into_inner))
    } else {
        Turn::Shared(LAB.read().unwrap_or_else(PoisonError::into_inner))
    };
    Some(Gate { folder, _turn: turn })
}

/// What a failed test says first is seen when it fails, and not only after all the others.
fn say_at_once() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        let first: Vec<&str> = text.unwrap_or_default().lines().take(6).collect();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let name = std::thread::current().name().map(str::to_owned).unwrap_or_default();
        sh::say(&format!("{name} panicked at {place}:\n{}", first.join("\n")));
        usual(panic);
    }));
}

fn usable(folder: &Path) -> Result<(), String> {
    // The owner of our own /proc entry is whom we run as; std has no geteuid.
    let owner = std::os::unix::fs::MetadataExt::uid(
        &fs::metadata("/proc/self").map_err(|error| format!("/proc/self: {error}"))?,
    );
    if owner != 0 {
        return Err(format!("it needs root, this is uid {owner}"));
    }
    for tool in ["ip", "nft", "curl", "setpriv", "prlimit", "openssl"] {
        Command::new(tool).arg("-V").output().map_err(|error| format!("{tool}: {error}"))?;
    }
    // The last file that tests/setup writes.
    if !folder.join(".stamp").exists() {
        return Err(format!("no servers in {}", folder.display()));
    }
    Ok(())
}

/// Removes what test processes that are no more have left: namespaces, with what runs in them, and
/// temporary folders.
fn sweep() {
    let left = |name: &str| {
        let maker = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        maker.is_some_and(|pid| !Path::new("/proc").join(pid).exists())
    };
    let list = sh::run("ip", &["netns", "list"], "");
    for namespace in list.split_whitespace().filter(|name| left(name)) {
        remove(namespace);
    }
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        if left(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Ends every process of a namespace, by its number, and removes the namespace.
pub fn remove(namespace: &str) {
    // Two test processes may sweep the same one: what is gone already is well.
    let script = format!(
        "for pid in $(ip netns pids {namespace}); do kill -9 $pid; done\n\
         ip netns del {namespace}\n\
         rm -rf /etc/netns/{namespace}\n"
    );
    let _ = sh::output("sh", &[], &script);
}
