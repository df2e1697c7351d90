//! The plugin's output, read by `Monitoring::Plugin::Performance`.

use super::support::{entries, entry, expecting, hostile, render};
use crate::diagnosis::{Lang, Verdict, diagnose};
use crate::report::Format;
use crate::report::nagios::{code, worst};
use crate::tests::support::programs::{feed, there};
use crate::tests::support::scenario;

/// Prints count, then label, value, unit and critical range of each, one a line.
const READER: &str = r#"
use Monitoring::Plugin::Performance use_die => 1;
while (my $line = <STDIN>) {
    chomp $line;
    my @all = Monitoring::Plugin::Performance->parse_perfstring($line);
    print scalar(@all), "\n";
    for my $p (@all) {
        my $crit = $p->threshold->critical->is_set ? "set" : "none";
        print join("\t", $p->label, $p->value, $p->uom // "", $crit), "\n";
    }
}
"#;

fn perfdata(text: &str) -> &str {
    let line = text.lines().next().unwrap();
    assert_eq!(line.matches('|').count(), 1, "{line}");
    line.split_once(" | ").unwrap().1
}

#[test]
fn states_and_codes_follow_the_verdict_or_what_was_expected() {
    let of = |name: &str, expected: &[&str]| {
        let facts = expecting(&scenario::of(name).facts, expected);
        let one = entry(name, &facts, Lang::En);
        let text = render(&[entry(name, &facts, Lang::En)], Format::Nagios, Lang::En);
        (code(&one), text.split(' ').nth(1).unwrap().to_owned())
    };
    for (name, expected, state) in [
        ("healthy", &[][..], (0, "OK")),
        ("firewall-blocks-active", &[], (0, "OK")),
        ("server-blocks-passive-four-hops", &[], (1, "WARNING")),
        ("everything-blocked-behind-a-nat", &[], (2, "CRITICAL")),
        ("control-refused", &[], (2, "CRITICAL")),
        ("interrupted-in-the-middle", &[], (3, "UNKNOWN")),
        ("firewall-blocks-active", &["passive=open"], (0, "OK")),
        ("healthy", &["active=blocked"], (2, "CRITICAL")),
        ("healthy", &["tls-reuse=yes"], (3, "UNKNOWN")),
        ("control-refused", &["cause=control-refused"], (0, "OK")),
    ] {
        assert_eq!(of(name, expected), (state.0, state.1.to_owned()), "{name} {expected:?}");
    }
    let many = |names: &[&str]| {
        let all: Vec<_> =
            names.iter().map(|name| entry(name, &scenario::of(name).facts, Lang::En)).collect();
        worst(&all)
    };
    assert_eq!(many(&["healthy", "server-blocks-passive-four-hops"]), 1);
    assert_eq!(many(&["control-refused", "server-blocks-passive-four-hops", "healthy"]), 2);
    assert_eq!(many(&["healthy", "interrupted-in-the-middle"]), 3);
    for scenario in scenario::all() {
        let (diagnosis, own) = (diagnose(&scenario.facts), entry("x", &scenario.facts, Lang::En));
        assert_eq!(code(&own) == 0, diagnosis.exit_code() == 0, "{}", scenario.name);
        assert!(diagnosis.verdict != Verdict::Unreachable || code(&own) >= 2, "{}", scenario.name);
    }
}

#[test]
fn performance_data_is_read_by_the_plugins_own_library() {
    if !there("perl", &["-MMonitoring::Plugin::Performance", "-e", "1"]) {
        return;
    }
    let facts =
        expecting(&scenario::of("healthy").facts, &["login-ms<500", "list-ms>=1", "passive=open"]);
    let text = render(&[entry("a", &facts, Lang::En)], Format::Nagios, Lang::En);
    let (_, said) = feed("perl", &["-e", READER], &format!("{}\n", perfdata(&text)));
    let rows: Vec<Vec<&str>> = said.lines().skip(1).map(|l| l.split('\t').collect()).collect();
    let row =
        |label: &str| rows.iter().find(|row| row[0] == label).unwrap_or_else(|| panic!("{said}"));
    assert_eq!(row("login")[2..], ["s", "set"]);
    assert_eq!(row("list")[2..], ["s", "set"]);
    assert_eq!(row("control")[2..], ["s", "none"]);
    assert_eq!(row("modes_open")[1], "4");
    assert_eq!(row("problems")[1], "0");
    // Nothing is lost or made up, whatever stands in labels.
    for all in [entries(Lang::En), hostile()] {
        let lines: Vec<String> = all
            .iter()
            .filter(|entry| entry.report().is_some())
            .map(|entry| render(std::slice::from_ref(entry), Format::Nagios, Lang::En))
            .collect();
        let data: Vec<&str> = lines.iter().map(|text| perfdata(text)).collect();
        let input = format!("{}\n", data.join("\n"));
        let (fine, said) = feed("perl", &["-e", READER], &input);
        assert!(fine, "{said}");
        let counts = said.lines().filter(|line| !line.contains('\t'));
        let written = lines.iter().map(|text| perfdata(text).matches("'=").count());
        let counts: Vec<usize> = counts.map(|line| line.parse().unwrap()).collect();
        assert_eq!(counts, written.collect::<Vec<_>>());
        assert!(counts.iter().all(|count| *count >= 3));
    }
    // Many at once, each label with its target.
    let text = render(hostile(), Format::Nagios, Lang::En);
    let data = perfdata(&text);
    let (fine, said) = feed("perl", &["-e", READER], &format!("{data}\n"));
    assert!(fine, "{}", &said[..said.len().min(500)]);
    assert_eq!(said.lines().next().unwrap(), data.matches("'=").count().to_string());
}

#[test]
fn no_text_begins_performance_data() {
    for text in [
        render(hostile(), Format::Nagios, Lang::En),
        render(entries(Lang::Zh), Format::Nagios, Lang::Zh),
    ] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        assert_eq!(text.lines().next().unwrap().matches('|').count(), 1);
        assert_eq!(text.lines().skip(1).filter(|line| line.contains('|')).count(), 0);
        assert!(text.lines().all(|line| !line.is_empty()));
    }
}
