//! Completions in their shells, the manual page through groff and man.

use std::process::Command;

use crate::support::binary::BINARY;
use crate::support::programs::{feed, there};

fn printed(args: &[&str]) -> String {
    let out = Command::new(BINARY).args(args).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{args:?}");
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn bash_completes() {
    if !there("bash", &["--version"]) {
        return;
    }
    let script = printed(&["completions", "bash"]);
    let complete = |words: &[&str]| {
        let list: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let program = format!(
            "set -e\n{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n\
             function=$(complete -p ftp-doctor | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n\
             \"$function\" ftp-doctor '{last}' '{before}' || true\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            list.join(" "),
            words.len() - 1
        );
        let (fine, said) = feed("bash", &["--norc", "-s"], &program);
        assert!(fine, "{said}");
        said.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["ftp-doctor", "rep"]), ["replay"]);
    assert!(complete(&["ftp-doctor", "--exp"]).contains(&"--expect".to_owned()));
    for (words, wanted) in [
        (&["ftp-doctor", "demo", "passive-dis"][..], "passive-disabled"),
        (&["ftp-doctor", "explain", "too-"], "too-many-connections"),
        (&["ftp-doctor", "replay", "--why", "login-"], "login-rejected"),
        (&["ftp-doctor", "--fix-for", "power"], "powershell"),
        (&["ftp-doctor", "audit", "--fix-for", "vs"], "vsftpd"),
        (&["ftp-doctor", "--modes", "ep"], "eprt"),
        (&["ftp-doctor", "--expect", "passive"], "passive=open"),
        (&["ftp-doctor", "check", "--expect", "cause"], "cause!=login-rejected"),
    ] {
        let found = complete(words);
        assert!(found.contains(&wanted.to_owned()), "{words:?}: {found:?}");
    }
    let formats = complete(&["ftp-doctor", "probe", "--format", ""]);
    for format in ["text", "json", "junit", "nagios", "prometheus", "github"] {
        assert!(formats.contains(&format.to_owned()), "{formats:?}");
    }
}

#[test]
fn zsh_and_fish_read_theirs() {
    if there("zsh", &["--version"]) {
        let (fine, said) = feed("zsh", &["-n", "/dev/stdin"], &printed(&["completions", "zsh"]));
        assert!(fine && said.is_empty(), "{said}");
    }
    if there("fish", &["--version"]) {
        let script = printed(&["completions", "fish"]);
        let (fine, said) = feed("fish", &["--no-execute", "/dev/stdin"], &script);
        assert!(fine && said.is_empty(), "{said}");
        let asked = format!("{script}\ncomplete -C 'ftp-doctor rep'\n");
        let (fine, said) = feed("fish", &["--no-config", "/dev/stdin"], &asked);
        assert!(fine && said.lines().any(|line| line.starts_with("replay")), "{said}");
        for (line, wanted) in [
            ("demo passive-dis", "passive-disabled"),
            ("explain too-", "too-many-connections"),
            ("--fix-for vs", "vsftpd"),
            ("--expect passive=o", "passive=open"),
        ] {
            let asked = format!("{script}\ncomplete -C 'ftp-doctor {line}'\n");
            let (fine, said) = feed("fish", &["--no-config", "/dev/stdin"], &asked);
            assert!(fine && said.lines().any(|l| l.starts_with(wanted)), "{line}: {said}");
        }
    }
    let script = printed(&["completions", "powershell"]);
    for word in ["passive-disabled", "too-many-connections"] {
        assert!(script.contains(&format!("[CompletionResult]::new('{word}'")), "{word}: {script}");
    }
    for shell in ["powershell", "elvish"] {
        assert!(printed(&["completions", shell]).contains("replay"));
    }
}

#[test]
fn the_manual_page_is_shown_without_a_warning() {
    let page = printed(&["man"]);
    if there("groff", &["--version"]) {
        let (fine, said) = feed("groff", &["-man", "-ww", "-z", "-Tutf8", "-k"], &page);
        assert!(fine && said.is_empty(), "{said}");
    }
    if there("man", &["--version"]) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ftp-doctor.1");
        std::fs::write(&file, &page).unwrap();
        let out = Command::new("man")
            .args(["-l", file.to_str().unwrap()])
            .env("MANWIDTH", "80")
            .env("MANPAGER", "cat")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(
            out.status.success() && out.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let shown = String::from_utf8(out.stdout).unwrap();
        for word in ["--expect", "FTP-DOCTOR REPLAY", "FTP-DOCTOR DEMO", "%USERPROFILE%\\.netrc"] {
            assert!(shown.contains(word), "{word} is not in the page");
        }
        for heading in
            ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "FILES"]
        {
            assert!(shown.lines().any(|line| line == heading), "{heading} is no heading");
        }
    }
}
