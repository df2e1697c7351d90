//! Many runs in one process, as for a list of targets: none leaves a descriptor open. With one left
//! by each run the process would come to the end of what it may have.

use std::io::Write as _;

use ftp_doctor::DemoBehaviour;

use crate::support::binary::prepared;
use crate::support::served::serve;

/// What the process may have, more than any run needs and fewer than there are runs.
const MOST: usize = 32;
const RUNS: usize = 48;

#[test]
fn many_runs_leak_no_descriptor() {
    let home = tempfile::tempdir().unwrap();
    let server = serve(DemoBehaviour::default());
    let line =
        format!("ulimit -n {MOST}; exec \"$0\" check - --jobs 1 --modes pasv,port --format jsonl");
    let mut command = prepared(std::process::Command::new("sh"), home.path());
    command.args(["-c", &line, crate::support::binary::BINARY]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let lines: Vec<String> = (0..RUNS).map(|run| format!("{} run-{run}", server.address)).collect();
    let list = lines.join("\n");
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{err}\n{out}");
    let healthy = out.lines().filter(|line| line.contains("\"verdict\":\"healthy\"")).count();
    assert_eq!(healthy, RUNS, "{err}\n{out}");
}
