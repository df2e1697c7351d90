//! Small programs that stand in for what is not an FTP server, or is a busy client.

use std::fs;
use std::path::Path;

use super::daemon::Program;
use super::sh;

/// The script that is all of them; its first argument says which.
const SCRIPT: &str = include_str!("helpers.py");

/// Writes the script, and a certificate for those that speak TLS.
pub fn prepare(lab: &Path, folder: &Path, args: &[&str]) -> Program {
    fs::create_dir_all(folder).expect("a folder for the helper");
    let script = folder.join("helpers.py");
    fs::write(&script, SCRIPT).expect("a script");
    if args.first() == Some(&"tls") {
        certificate(folder);
    }
    let mut all = vec!["-u".into(), script.display().to_string()];
    all.extend(args.iter().map(|&arg| arg.to_owned()));
    Program { path: lab.join("python/bin/python3"), args: all, env: Vec::new() }
}

/// Makes a self-signed certificate and its key, both in `server.pem`.
pub fn certificate(folder: &Path) {
    let [all, key] = ["server.pem", "server.key"].map(|name| folder.join(name));
    let [certificate, private] = [&all, &key].map(|path| path.to_str().expect("a plain path"));
    let what = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lab";
    let mut args: Vec<&str> = what.split(' ').collect();
    args.extend(["-out", certificate, "-keyout", private]);
    sh::run("openssl", &args, "");
    let both = [&all, &key].map(|path| fs::read_to_string(path).expect("openssl wrote it"));
    fs::write(&all, both.concat()).expect("a certificate with its key");
}
