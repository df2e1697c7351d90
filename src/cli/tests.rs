//! What a command line comes to.

use std::ffi::OsString;

use clap::Parser as _;

use super::{Cli, Command, help, meant_command, order_of, parse};
use crate::facts::Expectation;
use crate::target::Target;

/// The port that stands for a level of protection, whoever named it: the scheme or the option.
#[test]
fn the_usual_port_follows_the_protection() {
    for (args, port) in [
        (&["host"][..], 21),
        (&["ftp://host"], 21),
        (&["ftpes://host"], 21),
        (&["--tls", "explicit", "host"], 21),
        (&["ftps://host"], 990),
        (&["--tls", "implicit", "host"], 990),
        (&["ftps://host:21"], 21),
        (&["--tls", "implicit", "host:2121"], 2121),
    ] {
        let cli = Cli::parse_from(["ftp-doctor"].iter().chain(args));
        let target = Target::parse(args.last().unwrap()).unwrap();
        let order = order_of(target, &cli.probe.options).unwrap();
        assert_eq!(order.request.port, port, "{args:?}");
    }
}

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

#[test]
fn every_command_has_examples_that_can_be_called() {
    let command = help::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    for name in names.chain([""]).filter(|name| *name != "help") {
        let page = help::PAGES.iter().find(|page| page.command == name);
        assert!(page.is_some_and(|page| !page.examples.is_empty()), "{name} has no examples");
    }
    for example in help::PAGES.iter().flat_map(|page| page.examples) {
        let line = example.line.trim_start_matches("source <(").trim_end_matches(')');
        let line = line.split(['|', '>']).next().unwrap();
        assert!(line.starts_with("ftp-doctor "), "{line}");
        let parsed = parse(words(line));
        assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
        assert!(example.line.len() <= 76 && example.does.len() <= 72, "{}", example.line);
    }
}

#[test]
fn every_completed_expectation_is_one() {
    for said in help::EXPECTATIONS {
        assert!(said.parse::<Expectation>().is_ok(), "{said}");
    }
}

#[test]
fn a_command_is_found_behind_options() {
    let demo = |line: &str| match parse(words(line)).unwrap().command {
        Some(Command::Demo { story, output, options, .. }) => (story, output.quiet, options.modes),
        _ => panic!("{line}"),
    };
    let plain = demo("ftp-doctor demo x -q --modes pasv");
    assert_eq!(plain.0, "x");
    for line in [
        "ftp-doctor -q demo x --modes pasv",
        "ftp-doctor -q --modes pasv demo x",
        "ftp-doctor --modes=pasv -vq demo x",
        "ftp-doctor -v --quiet --modes pasv demo x",
    ] {
        assert_eq!(demo(line), plain, "{line}");
    }
    // The value of an option is no command, nor is what follows the double dash.
    for line in ["ftp-doctor --bind demo host", "ftp-doctor -- demo"] {
        assert!(parse(words(line)).unwrap().command.is_none(), "{line}");
    }
    let check = parse(words("ftp-doctor --jobs 4 check list.toml")).unwrap();
    assert!(matches!(check.command, Some(Command::Check { check, .. }) if check.jobs == 4));
}

#[test]
fn hosts_are_not_taken_for_slips() {
    assert_eq!(meant_command("chekc"), Some("check"));
    assert_eq!(meant_command("proeb"), Some("probe"));
    for host in ["nas", "mail", "ftp", "check.example", "demo:21", "check@host", "localhost"] {
        assert_eq!(meant_command(host), None, "{host}");
    }
}
