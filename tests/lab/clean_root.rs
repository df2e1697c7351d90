//! A clean machine beside the client: its own root with the system's programs to be read, an empty
//! home, and nothing of Cargo's or ours but what a recipe installs.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::net::Node;
use super::run::program;
use super::world::World;

/// Who runs the recipes.
pub const RUNNER: u32 = 20_777;
/// Somebody else, who reads what they wrote.
pub const READER: u32 = 20_778;
/// Root of the clean machine, with every privilege of the real one's.
pub const ROOT: u32 = 0;
/// The runner's home.
pub const HOME: &str = "/home/runner";
/// Where its checkout is.
pub const WORK: &str = "/home/runner/work";
/// The repository that a recipe is told to install from.
pub const SOURCE: &str = "https://git.example.org/tools/ftp-doctor.git";

/// Stands for Cargo: takes the one command line that would install the program, and installs it.
const CARGO: &str = r#"#!/bin/sh
set -eu
if [ "$#" != 5 ] || [ "$1 $2 $3 $4 $5" != "install --locked --git SOURCE ftp-doctor" ]; then
  echo "cargo: not what installs ftp-doctor: $*" >&2
  exit 101
fi
install -m 755 /opt/built "$HOME/.cargo/bin/ftp-doctor"
"#;

/// Mounts and enters it. Everything ends with the process, since the mounts are in a namespace of
/// its own.
const ENTER: &str = r#"
root=$1 built=$2 user=$3; shift 3
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
mount --bind "$root/local" "$root/usr/local"
mount --bind "$built" "$root/opt/built"
mount -t proc proc "$root/proc"
for device in null zero urandom; do mount --bind "/dev/$device" "$root/dev/$device"; done
rights=
[ "$user" = 0 ] || rights='--bounding-set=-all --inh-caps=-all'
exec /usr/sbin/chroot "$root" /usr/bin/setpriv --reuid="$user" --regid="$user" --clear-groups $rights \
  /usr/bin/timeout -k 1 150 /usr/bin/env -i "$@"
"#;

/// The machine.
pub struct CleanRoot<'a> {
    world: &'a World,
    folder: PathBuf,
}

/// What a program did there.
#[derive(Debug)]
pub struct Ran {
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl<'a> CleanRoot<'a> {
    /// Makes one that knows these names, in the form of hosts(5).
    pub fn new(world: &'a World, hosts: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("root-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir_in(world.folder.path())
            .expect("a folder in the world's")
            .keep();
        let root = Self { world, folder };
        for name in ["usr", "local/bin", "proc", "dev", "etc", "tmp", "opt", "var/lib"] {
            fs::create_dir_all(root.path(name)).expect("a folder of our own");
        }
        for name in ["bin", "sbin", "lib", "lib64"] {
            symlink(format!("usr/{name}"), root.path(name)).expect("a new name");
        }
        for (name, to) in [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")] {
            let to = format!("/proc/self/fd{to}");
            symlink(to, root.path("dev").join(name)).expect("a new name");
        }
        for name in ["dev/null", "dev/zero", "dev/urandom", "opt/built"] {
            fs::write(root.path(name), "").expect("a file to mount on");
        }
        root.write(ROOT, "/etc/hosts", hosts);
        root.write(
            ROOT,
            "/etc/passwd",
            &format!(
                "root:x:0:0::/root:/bin/sh\nrunner:x:{RUNNER}:{RUNNER}::{HOME}:/bin/sh\n\
                 reader:x:{READER}:{READER}::/:/bin/sh\n"
            ),
        );
        root.write(ROOT, "/etc/group", "root:x:0:\ncrontab:x:20779:\n");
        fs::set_permissions(root.path("tmp"), fs::Permissions::from_mode(0o1777))
            .expect("our own folder");
        for name in [HOME, WORK] {
            root.folder_of(RUNNER, name);
        }
        root
    }

    /// Where a path of the clean machine is on the real one.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside.trim_start_matches('/'))
    }

    /// Makes a folder that belongs to somebody.
    pub fn folder_of(&self, owner: u32, inside: &str) {
        let path = self.path(inside);
        fs::create_dir_all(&path).expect("a folder of our own");
        chown(&path, Some(owner), Some(owner)).expect("root gives it away");
    }

    /// Writes a file that belongs to somebody.
    pub fn write(&self, owner: u32, inside: &str, content: &str) {
        let path = self.path(inside);
        fs::write(&path, content).expect("a file of our own");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("our own file");
        chown(&path, Some(owner), Some(owner)).expect("root gives it away");
    }

    /// Reads a file that was written there.
    pub fn read(&self, inside: &str) -> String {
        fs::read_to_string(self.path(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"))
    }

    /// Puts what stands for Cargo where a CI runner has it, and no program of ours.
    pub fn with_cargo(self) -> Self {
        self.folder_of(RUNNER, "/home/runner/.cargo");
        self.folder_of(RUNNER, "/home/runner/.cargo/bin");
        self.write(RUNNER, "/home/runner/.cargo/bin/cargo", &CARGO.replace("SOURCE", SOURCE));
        let cargo = self.path("/home/runner/.cargo/bin/cargo");
        fs::set_permissions(cargo, fs::Permissions::from_mode(0o755)).expect("our own file");
        let look =
            "! command -v ftp-doctor && [ \"$(command -v cargo)\" = \"$HOME/.cargo/bin/cargo\" ]";
        let clean = self.run(RUNNER, &ci(&[]), &["bash", "-c", look]);
        assert_eq!(clean.exit, Some(0), "no clean machine: {clean:?}");
        self
    }

    /// Installs the program as an administrator does, in /usr/local/bin.
    pub fn with_program(self) -> Self {
        fs::copy(program(self.world), self.path("local/bin/ftp-doctor")).expect("room for a copy");
        self
    }

    /// Runs a program there, in the runner's checkout, with this environment and no more.
    pub fn run(&self, user: u32, env: &[(&str, &str)], args: &[&str]) -> Ran {
        self.masked(user, env, args, "022")
    }

    /// As [`CleanRoot::run`], under a umask.
    pub fn masked(&self, user: u32, env: &[(&str, &str)], args: &[&str], umask: &str) -> Ran {
        let namespace = self.world.net.namespace(Node::Client);
        let script = format!("umask {umask}\n{ENTER}");
        let output = Command::new("ip")
            .args(["netns", "exec", namespace, "unshare", "--mount", "sh", "-euc", &script, "sh"])
            .arg(&self.folder)
            .arg(program(self.world))
            .arg(user.to_string())
            .args(["-C", WORK])
            .args(env.iter().map(|(name, value)| format!("{name}={value}")))
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("ip can be started");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Ran { exit: output.status.code(), stdout, stderr }
    }

    /// The names in a folder, hidden ones too.
    pub fn names(&self, inside: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(inside))
            .expect("a folder")
            .map(|entry| entry.expect("a name").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The mode of a file.
    pub fn mode(&self, inside: &str) -> u32 {
        let there = fs::metadata(self.path(inside)).expect("a file");
        there.permissions().mode() & 0o7777
    }
}

/// The environment of a CI runner, and more.
pub fn ci<'e>(more: &[(&'e str, &'e str)]) -> Vec<(&'e str, &'e str)> {
    let path = "/home/runner/.cargo/bin:/usr/local/bin:/usr/bin:/bin";
    let all = [("CI", "true"), ("HOME", HOME), ("LANG", "C.UTF-8"), ("PATH", path)];
    all.into_iter().chain(more.iter().copied()).collect()
}
