//! Many probes in one process, as for a list of targets: none leaves a descriptor open. Alone in
//! its file, because other tests of a process open some too.

use std::future::pending;

use clap::Parser;
use ftp_doctor::cli::{Cli, order};
use ftp_doctor::demo::Behaviour;
use ftp_doctor::probe::{self, Credentials, Limits, Spec};

use crate::support::served::serve;

fn open() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn many_probes_leak_no_descriptor() {
    let server = serve(Behaviour::default());
    let target = server.address.to_string();
    let cli = Cli::parse_from(["ftp-doctor", target.as_str(), "--modes", "pasv,port"]);
    let request = order(&target, &cli.probe.options).unwrap().request;
    let credentials = Credentials { user: request.user.clone(), password: None, account: None };
    let (limits, proxies) = (Limits::default(), Vec::new());
    let spec = Spec { request, credentials, limits, tls: None, bind: Vec::new(), proxies };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut counts = Vec::new();
    for _ in 0..12 {
        let facts = runtime.block_on(probe::run(&spec, &|_| {}, pending()));
        assert!(facts.attempts.iter().all(ftp_doctor::facts::Attempt::is_open));
        // The server's ends close a moment later.
        let mut now = open();
        for _ in 0..50 {
            if counts.first().is_none_or(|first| now <= *first) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
            now = open();
        }
        counts.push(now);
    }
    assert!(counts.iter().all(|count| Some(count) <= counts.first()), "{counts:?}");
}
