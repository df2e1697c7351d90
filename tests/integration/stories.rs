//! Demo stories by the program, under another protection than their own.

use crate::support::binary::BINARY;

/// The program itself, with a story and options: its exit code and what it printed.
fn demo(arguments: &[&str]) -> (Option<i32>, String) {
    let ran = std::process::Command::new(BINARY)
        .arg("demo")
        .args(arguments)
        .args(["--lang", "en"])
        .output()
        .expect("the program runs");
    let printed = [ran.stdout, ran.stderr].concat();
    (ran.status.code(), String::from_utf8(printed).expect("UTF-8"))
}

#[test]
fn a_story_can_be_asked_for_with_another_protection() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["tls-required", "--tls", "explicit"], 0, "HEALTHY"),
        (&["implicit-tls", "--tls", "implicit"], 0, "HEALTHY"),
        (&["data-tls-required", "--tls", "explicit"], 0, "HEALTHY"),
        (&["tls-certificate-expired", "--insecure"], 0, "[tls-certificate-invalid]"),
        (&["tls-certificate-expired", "--tls", "off"], 0, "HEALTHY"),
        (&["helper-opens-pinholes", "--tls", "explicit"], 1, "[tls-blinds-firewall-helper]"),
        (&["healthy", "--tls", "explicit"], 3, "[tls-unsupported]"),
        (&["tls-healthy", "--tls", "implicit"], 3, "[tls-handshake-failed]"),
        (&["tls-implicit-healthy", "--tls", "explicit"], 3, "[tls-required]"),
        (&["healthy", "--insecure"], 2, "--insecure means nothing where story \"healthy\""),
        (&["tls-healthy", "--tls", "off", "--allow-clear"], 2, "--allow-clear means nothing"),
        (&["tls-healthy", "--ca", file], 2, "no PEM certificate"),
    ];
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> =
            cases.iter().map(|case| (case, scope.spawn(|| demo(case.0)))).collect();
        let told = running.into_iter().filter_map(|((arguments, code, words), run)| {
            let (ended, printed) = run.join().expect("a run");
            // Text is wrapped.
            let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
            let right = ended == Some(*code) && printed.contains(words);
            (!right).then(|| format!("{arguments:?}: {ended:?}, {printed}"))
        });
        told.collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
