//! Whether the laboratory can be used here, and the tidying up after runs that were killed.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use super::sh;

/// What every namespace's name begins with.
pub const PREFIX: &str = "ftplab-";

/// The right to use the laboratory; many tests share it, the timing report has it alone.
pub struct Gate {
    /// Where `tests/setup` put the servers.
    pub folder: PathBuf,
    _turn: File,
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
    let folder = PathBuf::from(
        env::var_os("FTP_DOCTOR_LAB").unwrap_or_else(|| "/var/tmp/ftp-doctor-lab".into()),
    );
    if let Err(why) = usable(&folder) {
        let message = format!("THE LAB IS SKIPPED: {why} (run tests/setup as root)");
        assert!(env::var("CI").as_deref() != Ok("true"), "{message}");
        sh::say(&message);
        return None;
    }
    SWEPT.call_once(sweep);
    let turn = File::create(folder.join(".turn")).expect("the lab's folder can be written");
    if alone { turn.lock() } else { turn.lock_shared() }.expect("a file can be locked");
    Some(Gate { folder, _turn: turn })
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

/// Removes the namespaces, and what runs in them, of test processes that are no more.
fn sweep() {
    let list = sh::run("ip", &["netns", "list"], "");
    let left = list.split_whitespace().filter(|name| name.starts_with(PREFIX)).filter(|name| {
        let maker = name[PREFIX.len()..].split('-').next().unwrap_or_default();
        !Path::new("/proc").join(maker).exists()
    });
    for namespace in left {
        remove(namespace);
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
