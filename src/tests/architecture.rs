//! The house rules that a compiler does not check: who may use whom, which outside package belongs
//! to which module, where there are sockets, clocks and output, and which long files are one thing.

use crate::tests::support::source;
use crate::tests::support::source::{Source, balanced};

/// Module below the root, and the others that it may use. What is not in here may not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("words", &["wire"]),
    ("facts", &["wire", "words"]),
    ("mask", &["wire", "words", "facts"]),
    ("evidence", &["wire", "words", "facts"]),
    ("probe", &["wire", "facts", "evidence"]),
    ("read", &["wire", "words", "facts"]),
    ("clients", &["words", "facts"]),
    ("diagnosis", &["wire", "words", "facts", "evidence", "clients"]),
    ("document", &["wire", "words", "facts", "evidence", "clients", "diagnosis"]),
    ("compare", &["wire", "words", "facts", "diagnosis", "document"]),
    (
        "report",
        &["wire", "words", "facts", "evidence", "clients", "diagnosis", "document", "compare"],
    ),
    ("demo", &[]),
    ("target", &["wire", "facts"]),
    ("cli", &["wire", "words", "facts", "document", "target"]),
    ("check", &["wire", "words", "facts", "document", "target", "cli"]),
    ("progress", &["facts", "probe", "diagnosis", "report"]),
    (
        "app",
        &[
            "wire",
            "words",
            "facts",
            "mask",
            "probe",
            "read",
            "diagnosis",
            "document",
            "compare",
            "report",
            "demo",
            "target",
            "cli",
            "check",
            "progress",
        ],
    ),
    // Names of the library's face.
    (
        "main",
        &[
            "FIRST_STEPS",
            "World",
            "asks_for_nagios",
            "measured",
            "nagios_unknown",
            "parse",
            "run",
            "write_whole",
        ],
    ),
    ("lib", &[]),
];

/// Outside package (as it is written in code), and the files that own it: a path or a folder.
const OWNERS: &[(&str, &[&str])] = &[
    ("tokio", &["probe/", "demo/", "app.rs", "app/check.rs", "app/pool.rs"]),
    ("toml", &["check/file.rs", "check/keys.rs"]),
    ("clap", &["cli.rs", "cli/"]),
    ("clap_complete", &["cli.rs", "cli/manual.rs"]),
    ("clap_mangen", &["cli/manual.rs"]),
    ("hickory_resolver", &["probe/resolve.rs"]),
    ("colored", &["report/pen.rs"]),
    ("tabled", &["report/table.rs"]),
    ("indicatif", &["progress.rs"]),
    ("fluent_bundle", &["report/words.rs"]),
    ("unic_langid", &["report/words.rs"]),
    ("rpassword", &["app/specify.rs"]),
    ("nix", &["probe/os.rs", "probe/os/"]),
    ("libc", &["probe/os.rs", "probe/os/"]),
    ("windows_sys", &["probe/os/windows.rs"]),
    ("ipconfig", &["probe/os/windows.rs"]),
    ("anstyle_query", &["probe/os/windows.rs"]),
    ("socket2", &["probe/", "demo/"]),
    ("tokio_rustls", &["probe/tls/", "demo/tls/"]),
    ("rcgen", &["demo/tls/certificate.rs"]),
    ("rustls_native_certs", &["probe/tls/"]),
    ("x509_parser", &["probe/tls/"]),
    ("schemars", &["words.rs", "document/"]),
    ("textwrap", &["report/pen.rs"]),
    ("unicode_width", &["wire/text.rs"]),
    ("terminal_size", &["app/look.rs"]),
    ("percent_encoding", &["target.rs"]),
    (
        "zeroize",
        &["target.rs", "cli/credentials.rs", "app/specify.rs", "probe/", "wire/command.rs"],
    ),
    ("maud", &["report/html/"]),
    ("quick_junit", &["report/junit.rs"]),
    ("humantime", &["cli/values.rs", "compare/read.rs", "probe/engine.rs", "read/clock.rs"]),
    ("pcap_parser", &["read/captures/"]),
    ("etherparse", &["read/captures/"]),
    ("flate2", &["read/input.rs"]),
];

/// Packages for everybody: plain data in and out.
const FREE: &[&str] = &["serde", "serde_json"];

/// Files with more lines than [`LINES`], each with the reason why it is one thing all the same.
const LONG: &[(&str, &str)] = &[
    ("probe/attempt/transfer.rs", "one listing: both of its connections are read at the same time"),
    (
        "probe/session/control.rs",
        "one connection: what is said on it, heard on it and written down",
    ),
    ("target.rs", "one parser with the table of its tests"),
    ("read/logs/talk.rs", "one conversation in the making, whatever a line says of it"),
    ("wire/peer.rs", "what servers say about peers and refusals, each wording with its readers"),
];

/// Lines that make one look whether a file is one thing. It is never cut to meet the number: what is
/// one thing gets its line in [`LONG`].
const LINES: usize = 600;

/// Lines of a module file that may hold functions beside its parts: a registry of them, say.
const REGISTRY_LINES: usize = 80;

fn in_one_of(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| match place.strip_suffix('/') {
        Some(folder) => path.starts_with(place) || path == format!("{folder}.rs"),
        None => path == *place,
    })
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} violations:\n  {}", wrong.len(), wrong.join("\n  "));
}

/// The names that follow a path: `a` of `a::b`, `a` and `c` of `{a::b, c}`.
fn heads(after: &str) -> Vec<&str> {
    let word =
        |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if let Some(group) = after.strip_prefix('{') {
        let inner = &group[..balanced(group, '{', '}')];
        let (mut depth, mut from, mut names) = (0, 0, Vec::new());
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    let item = inner[from..at].trim();
                    names.push(&item[..word(item)]);
                    from = at + 1;
                }
                _ => {}
            }
        }
        names.retain(|name| !name.is_empty());
        return names;
    }
    let end = word(after);
    if end == 0 { Vec::new() } else { vec![&after[..end]] }
}

/// Modules below the root that a file names, each with its place.
fn used(source: &Source) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    let mut add = |at: usize, after: &str| {
        used.extend(heads(after.trim_start()).into_iter().map(|name| (at, name.to_owned())));
    };
    for root in ["crate", "ftp_doctor"] {
        for at in source.words(root) {
            if let Some(after) = source.code[at + root.len()..].strip_prefix("::") {
                add(at, after);
            }
        }
    }
    // A chain of `super` that is as long as the module is deep ends at the root.
    let depth = source.module().len();
    let chain = "super::".repeat(depth);
    if depth > 0 {
        for (at, _) in source.code.match_indices(&chain) {
            let longer = source.code[..at].ends_with("super::");
            let after = &source.code[at + chain.len()..];
            if !longer && !after.starts_with("super") {
                add(at, after);
            }
        }
    }
    used
}

#[test]
fn modules_use_only_those_below_them() {
    let mut wrong = Vec::new();
    for source in source::all() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == source.top()) else {
            wrong.push(format!("src/{}: its module is in no row of the table", source.path));
            continue;
        };
        for (at, name) in used(source) {
            if name == source.top() || allowed.contains(&name.as_str()) {
                continue;
            }
            let line = source.line(at);
            wrong.push(format!("src/{}:{line}: {} uses {name}", source.path, source.top()));
        }
    }
    report(&wrong);
}

#[test]
fn the_reader_of_paths_reads_them() {
    let text = "// crate::comment\nuse crate::{facts::{A, B}, probe, wire::c::D};\n\
        fn f() { super::super::report::x(); let _ = \"crate::string\"; crate::demo::run(); }\n\
        #[cfg(test)]\nmod tests { use crate::cli; }\n";
    let source = source::read("diagnosis/causes.rs", text);
    let names: Vec<(usize, String)> =
        used(&source).into_iter().map(|(at, name)| (source.line(at), name)).collect();
    let names: Vec<(usize, &str)> = names.iter().map(|(l, n)| (*l, n.as_str())).collect();
    assert_eq!(names, [(2, "facts"), (2, "probe"), (2, "wire"), (3, "demo"), (3, "report")]);
    let raw = source::read("a.rs", "let a = r#\"un\"safe\"#; let b = '\"'; let c: &'a str = x;");
    assert_eq!(raw.literals, ["un\"safe"], "{}", raw.code);
    assert_eq!(raw.words("unsafe").count(), 0);
}

#[test]
fn pure_modules_know_no_socket_no_clock_and_no_machine() {
    const IMPURE: &[&str] = &[
        "tokio",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "ToSocketAddrs",
        "Instant",
        "SystemTime",
        "async",
        "await",
    ];
    const STD: &[&str] = &["std::fs", "std::env", "std::process", "std::thread", "std::io::stdout"];
    let mut wrong = Vec::new();
    for source in source::all() {
        const PURE: &[&str] = &[
            "wire",
            "words",
            "facts",
            "evidence",
            "mask",
            "clients",
            "diagnosis",
            "document",
            "compare",
            "report",
            "target",
            "cli",
            "check",
        ];
        if !PURE.contains(&source.top()) {
            continue;
        }
        for word in IMPURE {
            for at in source.words(word) {
                wrong.push(format!("src/{}:{}: {word}", source.path, source.line(at)));
            }
        }
        for path in STD.iter().filter(|path| source.code.contains(**path)) {
            // Credentials are files of the user's; nothing else is opened below.
            if !(source.path == "cli/credentials.rs" && **path == *"std::fs") {
                wrong.push(format!("src/{}: {path}", source.path));
            }
        }
    }
    report(&wrong);
}

#[test]
fn outside_packages_have_one_owner() {
    let mut wrong = Vec::new();
    for source in source::all() {
        for (package, places) in OWNERS {
            if in_one_of(&source.path, places) {
                continue;
            }
            // `use package…`, `package::…`, and as an attribute or derive (`#[package(…)]`).
            for at in source.words(package) {
                let before = source.code[..at].trim_end();
                let after = &source.code[at + package.len()..];
                let used = after.starts_with("::")
                    || before.ends_with("use")
                    || (before.ends_with("#[") && after.starts_with('('));
                // `crate::package` and `.package::` are our own names.
                if used && !before.ends_with("::") {
                    let line = source.line(at);
                    wrong.push(format!(
                        "src/{}:{line}: {package} belongs to {places:?}",
                        source.path
                    ));
                }
            }
        }
    }
    report(&wrong);
}

#[test]
fn every_dependency_has_its_owner_in_the_table() {
    let manifest = std::fs::read_to_string(source::root().join("Cargo.toml")).unwrap();
    let mut section = "";
    let mut wrong = Vec::new();
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section.ends_with("dependencies")
            && section != "dev-dependencies"
            && let Some((name, _)) = line.split_once('=')
            && !line.starts_with([' ', '#'])
        {
            let name = name.split('.').next().unwrap().trim().replace('-', "_");
            let owned = OWNERS.iter().any(|(package, _)| *package == name);
            if !owned && !FREE.contains(&name.as_str()) {
                wrong.push(format!("{name} has no owner in this test's table"));
            }
            found.push(name);
        }
    }
    for (package, _) in OWNERS {
        if !found.iter().any(|name| name == package) {
            wrong.push(format!("{package} is owned, but no dependency"));
        }
    }
    report(&wrong);
}

#[test]
fn only_main_prints_and_nobody_exits() {
    let mut wrong = Vec::new();
    for source in source::all() {
        let mut found: Vec<usize> = Vec::new();
        if source.path != "main.rs" {
            for macro_name in ["println", "eprintln", "print", "eprint"] {
                let called = source
                    .words(macro_name)
                    .filter(|at| source.code[at + macro_name.len()..].starts_with('!'));
                found.extend(called);
            }
        }
        found.extend(source.words("dbg").filter(|at| source.code[at + 3..].starts_with('!')));
        for call in ["process::exit", "process::abort"] {
            found.extend(source.code.match_indices(call).map(|(at, _)| at));
        }
        wrong.extend(found.iter().map(|at| format!("src/{}:{}", source.path, source.line(*at))));
    }
    report(&wrong);
}

#[test]
fn unsafe_stands_in_one_file_for_each_system() {
    let with: Vec<String> = source::all()
        .iter()
        .filter(|source| source.words("unsafe").next().is_some())
        .map(|source| source.path.clone())
        .collect();
    assert_eq!(with, ["probe/os/linux.rs", "probe/os/windows.rs"]);
}

#[test]
fn long_files_have_their_reason() {
    let sources = source::all();
    let mut wrong = Vec::new();
    for source in sources {
        let excused = LONG.iter().any(|(path, _)| *path == source.path);
        if source.lines > LINES && !excused {
            wrong.push(format!(
                "src/{}: {} lines: is it one thing? then say so in LONG, with the reason",
                source.path, source.lines
            ));
        }
    }
    for (path, _) in LONG {
        if !sources.iter().any(|s| s.path == *path && s.lines > LINES) {
            wrong.push(format!("src/{path} has no more than {LINES} lines and needs no reason"));
        }
    }
    report(&wrong);
}

#[test]
fn module_files_hold_no_logic() {
    // `foo.rs` beside `foo/` declares, re-exports and documents, and may hold a small registry of
    // its parts; the named ones carry the types that all their parts share.
    const WITH_CODE: &[&str] = &[
        "app.rs",
        "app/check.rs",
        "cli.rs",
        "demo/behaviour.rs",
        "demo/software.rs",
        "demo/stories.rs",
        "evidence.rs",
        "facts.rs",
        "probe/os.rs",
        "read/captures.rs",
        "read/logs.rs",
        "report.rs",
    ];
    let sources = source::all();
    let mut wrong = Vec::new();
    for source in sources {
        let folder = format!("{}/", source.path.trim_end_matches(".rs"));
        let has_parts = sources.iter().any(|other| other.path.starts_with(&folder));
        let has_code = source.words("fn").any(|at| {
            // A signature in a type (`fn(&Evidence)`) is no code.
            !source.code[at + 2..].trim_start().starts_with('(')
        });
        let small = source.lines <= REGISTRY_LINES;
        if has_parts && has_code && !small && !WITH_CODE.contains(&source.path.as_str()) {
            wrong.push(format!("src/{}: a long module file with functions", source.path));
        }
    }
    report(&wrong);
}
