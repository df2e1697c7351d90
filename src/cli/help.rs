//! What `--help` and the manual page say beyond the options: examples, exit codes, surroundings, longer
//! explanations. Lines are short: the manual page has few columns left.

use clap::{Command, CommandFactory as _};

use super::{Cli, check, read};

/// A call and what it does.
pub struct Example {
    /// The whole line, for a shell.
    pub line: &'static str,
    /// What it is for.
    pub does: &'static str,
}

const fn example(line: &'static str, does: &'static str) -> Example {
    Example { line, does }
}

/// What is said of one command below its options.
pub struct Page {
    /// Its name; empty for the main job.
    pub command: &'static str,
    /// Calls to begin with.
    pub examples: &'static [Example],
    /// What else has to be known, its exit codes last.
    pub notes: &'static str,
}

/// All commands.
pub const PAGES: &[Page] = &[
    Page {
        command: "",
        examples: &[
            example("ftp-doctor ftp.example.com", "why it does not work, and whose firewall it is"),
            example(
                "ftp-doctor ftp://alice@ftp.example.com/outgoing/",
                "as a user; the password comes from a prompt or ~/.netrc",
            ),
            example(
                "ftp-doctor ftpes://ftp.example.com --modes pasv,epsv",
                "under TLS, passive only",
            ),
            example(
                "ftp-doctor -q --fix-for nftables ftp.example.com",
                "only the lines to paste, as a script",
            ),
            example(
                "ftp-doctor ftp.example.com --output report.html",
                "a page for whoever runs the firewall",
            ),
            example("ftp-doctor demo passive-disabled", "see a broken server without having one"),
        ],
        notes: "A host that is called like a command: ftp-doctor probe HOST.\n\n\
                Exit codes: 0 healthy or limited, or every --expect met, 1 a problem was found, or \
                an expectation is not met, 2 wrong usage or unreadable input, 3 no FTP login could \
                be had, 4 internal error, 5 incomplete: too little was measured, 130 interrupted. \
                With --format nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
    },
    Page {
        command: "probe",
        examples: &[
            example("ftp-doctor probe ftp.example.com", "the same as without \"probe\""),
            example("ftp-doctor probe demo", "a host that is called like a command"),
        ],
        notes: "Exit codes: those of ftp-doctor itself.",
    },
    Page {
        command: "check",
        examples: &[
            example("ftp-doctor check targets.toml", "all targets of a list"),
            example(
                "ftp-doctor check targets.toml --output report.xml",
                "JUnit XML for CI, by the file's name",
            ),
            example(
                "ftp-doctor check - --expect passive=open",
                "targets from standard input, a line each",
            ),
            example(
                "ftp-doctor check targets.toml --output out.jsonl --resume",
                "go on where a run was ended",
            ),
        ],
        notes: check::CODES,
    },
    Page {
        command: "audit",
        examples: &[
            example(
                "ftp-doctor audit ftp://admin@ftp.example.com",
                "learn the passive range, knock at all of it",
            ),
            example(
                "ftp-doctor audit ftp.example.com --passive-ports 50000-50100",
                "the range that the server is set to",
            ),
            example(
                "ftp-doctor audit ftp.example.com --rate 200",
                "where a router remembers every SYN",
            ),
        ],
        notes: "Knocks at this server only, at its passive range and at ports 20, 21 and 990. \
                The default deadline is 75 s and the time for 6 SYNs to every port of \
                --passive-ports (of all ports, without it) at --rate; what a --deadline \
                does not leave time for is not-tested.\n\n\
                Exit codes: 0 healthy or limited, 1 a problem was found, 2 wrong usage, 3 no \
                FTP login could be had, 4 internal error, 5 incomplete, 130 interrupted.",
    },
    Page {
        command: "replay",
        examples: &[
            example("ftp-doctor ftp.example.com --save facts.json", "keep what was observed"),
            example("ftp-doctor replay facts.json", "diagnose it again, anywhere"),
            example(
                "ftp-doctor replay facts.json --mask --output report.md",
                "for a ticket, addresses masked",
            ),
            example(
                "ftp-doctor replay facts.json --why firewall-blocks-passive",
                "which condition failed, on which attempt",
            ),
        ],
        notes: "Exit codes: those of ftp-doctor itself, for the run that was saved.",
    },
    Page {
        command: "read",
        examples: &[
            example("ftp-doctor read session.log", "a client's or a server's log"),
            example("ftp-doctor read client.pcap server.pcap", "both ends of one trouble"),
            example("ftp-doctor read capture.pcap.gz --session 2", "one session of many"),
        ],
        notes: read::CODES,
    },
    Page {
        command: "diff",
        examples: &[
            example(
                "ftp-doctor diff office.json home.json",
                "two places: what only one of them meets",
            ),
            example(
                "ftp-doctor diff monday.json today.json --output diff.html",
                "two days, as a page",
            ),
        ],
        notes: "Exit codes: 0 verdict, modes and findings are the same, 1 they differ, 2 wrong usage \
                or unreadable input.",
    },
    Page {
        command: "explain",
        examples: &[
            example("ftp-doctor explain --list", "all causes"),
            example("ftp-doctor explain passive-address-unroutable", "one cause's page"),
        ],
        notes: "Exit codes: 0 told, 2 no such cause.",
    },
    Page {
        command: "demo",
        examples: &[
            example("ftp-doctor demo --list", "all stories"),
            example("ftp-doctor demo passive-disabled", "one of them"),
            example("ftp-doctor -q demo passive-disabled --json", "its report as JSON"),
        ],
        notes: "Nothing leaves this machine. Exit codes: those of ftp-doctor itself.",
    },
    Page {
        command: "schema",
        examples: &[example("ftp-doctor schema check", "of what check --json writes")],
        notes: "",
    },
    Page {
        command: "completions",
        examples: &[
            example("source <(ftp-doctor completions bash)", "for this shell"),
            example(
                "ftp-doctor completions fish >~/.config/fish/completions/ftp-doctor.fish",
                "for every shell to come",
            ),
        ],
        notes: "",
    },
    Page {
        command: "man",
        examples: &[example("ftp-doctor man | man -l -", "read it at once")],
        notes: "",
    },
];

/// For whoever calls the program with nothing at all.
pub const FIRST: &str = "\
ftp-doctor says why FTP does not work, whose firewall or NAT it is, and what to
change.

  ftp-doctor ftp.example.com            log in, try every data connection
  ftp-doctor demo passive-disabled      see it work on a broken server of its own
  ftp-doctor read session.log           the same diagnosis from a log or a capture

Usage: ftp-doctor [OPTIONS] TARGET (ftp-doctor --help tells all)";

/// The command line with its pages.
pub fn command() -> Command {
    PAGES.iter().fold(Cli::command(), |command, page| match page.command {
        "" => command.after_help(below(page)),
        name => command.mut_subcommand(name, |sub| sub.after_help(below(page))),
    })
}

fn below(page: &Page) -> String {
    let examples = page.examples.iter().map(|e| format!("\n  {}\n      {}", e.line, e.does));
    let examples: String = examples.collect();
    let gap = if page.notes.is_empty() { "" } else { "\n\n" };
    format!("Examples:{examples}{gap}{}", page.notes)
}

/// Variables of the environment.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("FTP_DOCTOR_PASSWORD", "The password of the user that the target names."),
    ("NETRC", "Another file than ~/.netrc."),
    (
        "LC_ALL, LC_MESSAGES, LC_CTYPE, LANG",
        "The language of the report, and whether its letters can be shown.",
    ),
    ("NO_COLOR, TERM", "No colours where NO_COLOR is set or TERM is dumb."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Certificate authorities to trust instead of the system's."),
    (
        "ftp_proxy, all_proxy",
        "Not used: the report says that other programs would go through a proxy.",
    ),
];

/// Files.
pub const FILES: &[(&str, &str)] = &[
    ("~/.netrc", "Passwords by host and user (on Windows %USERPROFILE%\\.netrc or _netrc)."),
    ("/proc/net/snmp, /proc/net/snmp6", "Counters of what this machine drops itself (Linux)."),
];

/// `--expect`.
pub const EXPECT: &str = "\
Exit with 0 only where this is so. Repeatable: every one has to be met. What was not measured is \
not met: exit code 5, where none is missed. Expectations are:

  verdict=healthy|limited|degraded|broken|unreachable|incomplete
  passive=open      at least one passive mode works
  passive=blocked   all were tested, and none works
  passive=any       tested, whatever came of it
  active=…          the same for the active modes
  pasv=OUTCOME      one mode (pasv, epsv, port or eprt):
                    open, timed-out, refused, prohibited,
                    unreachable, rejected, stalled, closed,
                    tls-failed, not-tested, any
  cause=ID          found (ftp-doctor explain --list)
  cause!=ID         not found, though it could have been
  side=client|server|path|unknown
                    whose side the first problem is on
  client:ID=works|fails|any
                    with its default settings
  tls=required      a login in clear is refused
  tls=offered|off|any
                    TLS can be had, or cannot
  tls-reuse=yes|no  data connections resume the session
  certificate=valid|invalid
  certificate-days>N
                    days left (also >=, <, <=)
  range=MIN-MAX     all announced passive ports are in it
  port:N=OUTCOME    a knock at a port of the server: open,
                    refused, timed-out, prohibited,
                    unreachable
  software=NAME     such as vsftpd
  nat=none|present|unknown
  control-ms<N      milliseconds (also <=, >, >=) of:
                    control-ms, greeting-ms, tls-ms,
                    login-ms, elapsed-ms, and list-ms, the
                    slowest listing of the modes that work

Exit code 0 means that every one is met, whatever the verdict.";

/// Expectations for completions: those with nothing to fill in.
pub const EXPECTATIONS: &[&str] = &[
    "verdict=healthy",
    "verdict=limited",
    "verdict=degraded",
    "verdict=broken",
    "verdict=unreachable",
    "verdict=incomplete",
    "passive=open",
    "passive=blocked",
    "passive=any",
    "active=open",
    "active=blocked",
    "active=any",
    "pasv=open",
    "epsv=open",
    "port=open",
    "eprt=open",
    "side=client",
    "side=server",
    "side=path",
    "side=unknown",
    "tls=required",
    "tls=offered",
    "tls=off",
    "tls=any",
    "tls-reuse=yes",
    "tls-reuse=no",
    "certificate=valid",
    "certificate=invalid",
    "nat=none",
    "nat=present",
    "nat=unknown",
];
