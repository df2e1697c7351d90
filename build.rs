//! What `--version` tells of a build: its commit, its target, its TLS library.
//!
//! The same sources give the same words: the commit is that of `FTP_DOCTOR_COMMIT`, of a packed crate's
//! own record, or of the repository that the sources stand in, which only release builds ask (a
//! development build would be made anew after every commit). Without any it is not known, and that is
//! no error.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What a crate from `cargo package` says about where it comes from.
const PACKED: &str = ".cargo_vcs_info.json";

fn main() {
    println!("cargo::rerun-if-env-changed=FTP_DOCTOR_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let given = env::var("FTP_DOCTOR_COMMIT").ok();
    let commit = given.filter(|c| is_commit(c)).or_else(packed).or_else(repository);
    set("COMMIT", commit.as_deref().unwrap_or("not known"));
    set("TARGET", env::var("TARGET").as_deref().unwrap_or("not known"));
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    let tls = ["rustls", "ring"].map(|name| match locked(&lock, name) {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    });
    set("TLS", &tls.join(", "));
}

fn set(name: &str, value: &str) {
    println!("cargo::rustc-env=FTP_DOCTOR_BUILD_{name}={value}");
}

fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The commit of a packed crate.
fn packed() -> Option<String> {
    let text = fs::read_to_string(PACKED).ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let commit = after.split('"').nth(1)?;
    is_commit(commit).then(|| commit.to_owned())
}

/// The commit that the sources stand at. Not that of a repository which only happens to hold their
/// folder, as where somebody unpacks them below a project of his own.
fn repository() -> Option<String> {
    if env::var("PROFILE").as_deref() != Ok("release") || !Path::new(".git").exists() {
        return None;
    }
    let head = git(&["rev-parse", "--verify", "HEAD"])?;
    for part in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", part])?;
        println!("cargo::rerun-if-changed={path}");
    }
    is_commit(&head).then_some(head)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The version of a package in the lock file.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let head = format!("name = \"{name}\"\nversion = \"");
    let (_, after) = lock.split_once(&head)?;
    after.split('"').next()
}
