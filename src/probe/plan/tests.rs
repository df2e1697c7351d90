//! The plan as a table: what was observed so far, and what is done next.
//!
//! A line of the table is `MODE PURPOSE OUTCOME [PORT]`, one for each attempt so far:
//! `pasv mode open 40001`. `rejected` takes the reply's code, `refused-command:500` for the command
//! itself and `refused-listing:425` for the listing. A step is `attempt pasv repeat`,
//! `knock epsv 40002`, `dial-advertised`, `announce port 203.0.113.9` or `done`.

use std::net::SocketAddr;

use proptest::prelude::*;

use crate::evidence::Evidence;
use crate::facts::{
    Attempt, DialOutcome, Facts, Family, Hole, Idle, IdleEnd, Ladder, LadderRole, Micros, Mode,
    NotTested, Observed, Outcome, Purpose, Rung, RungAnswer, Second, Security, Task, Varied, Why,
};
use crate::probe::plan::{self, Next};
use crate::tests::support::scenario;

/// Logged in, nothing tried: a healthy run without its attempts.
fn fresh() -> (Facts, Attempt) {
    let mut facts = scenario::of("healthy").facts.clone();
    let template = facts.attempts[0].clone();
    facts.attempts.clear();
    (facts, template)
}

fn mode(word: &str) -> Mode {
    Mode::ALL.into_iter().find(|m| m.as_str() == word).unwrap_or_else(|| panic!("mode {word}"))
}

fn verdict(word: &str) -> (Outcome, Why) {
    let waited = Micros(1_600_000);
    let text = "the server's words".to_owned();
    if let Some((kind, code)) = word.split_once(':') {
        let code: u16 = code.parse().unwrap();
        let why = match kind {
            "refused-command" => Why::CommandRefused { code, text },
            "refused-listing" => Why::ListingRefused { command: "LIST".to_owned(), code, text },
            _ => panic!("outcome {word}"),
        };
        return (Outcome::Rejected, why);
    }
    match word {
        "open" => (Outcome::Open, Why::Complete),
        "timed-out" => (Outcome::TimedOut, Why::NoAnswer { waited, syns: Some(3) }),
        "refused" => (Outcome::Refused, Why::Reset),
        "prohibited" => (Outcome::Prohibited, Why::Icmp { icmp: None }),
        "unreachable" => (Outcome::Unreachable, Why::Icmp { icmp: None }),
        "no-completion" => (Outcome::Stalled, Why::NoCompletion { waited }),
        "stalled" => (Outcome::Stalled, Why::NoData { waited }),
        "closed" => (Outcome::Closed, Why::DataReset),
        "unreadable" => (
            Outcome::Rejected,
            Why::BadAnnouncement { code: 227, text, error: "no numbers".to_owned() },
        ),
        "wrong-peer" => {
            (Outcome::Rejected, Why::WrongPeer { from: "127.0.0.2:20".parse().unwrap() })
        }
        "accepted" => (Outcome::NotTested, Why::ReplyOnly { code: 200, text }),
        "too-many" => {
            let why = NotTested::TooMany { code: 421, text, held: false };
            (Outcome::NotTested, Why::Not(why))
        }
        "no-login" => {
            (Outcome::NotTested, Why::Not(NotTested::LoginFailed { text, refused: false }))
        }
        _ => panic!("outcome {word}"),
    }
}

/// An attempt of the table; passive ones go to the peer's address.
fn attempt(template: &Attempt, line: &str, number: usize) -> Attempt {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, purpose, outcome, ..] = words[..] else { panic!("{line}") };
    let mut made = template.clone();
    let peer = template.dialled.unwrap().ip();
    made.mode = mode(name);
    made.id = format!("{name}-{number}");
    made.purpose = match purpose {
        "mode" => Purpose::Mode,
        "repeat" => Purpose::Repeat,
        "comparison" => Purpose::Comparison,
        "neighbour" => Purpose::Neighbour,
        _ => panic!("purpose {purpose}"),
    };
    if made.purpose == Purpose::Comparison {
        let address = "203.0.113.9".parse().unwrap();
        made.varied = vec![if made.mode.is_passive() {
            Varied::DialAdvertised
        } else {
            Varied::Announce { address }
        }];
    }
    made.security = Security::Clear;
    (made.outcome, made.why) = verdict(outcome);
    made.bytes = if made.outcome == Outcome::Open { 197 } else { 0 };
    (made.advertised, made.dialled, made.listened, made.observed) = (None, None, None, None);
    if let Some(port) = words.get(3) {
        // `ADDRESS:PORT` is announced, the port alone is at the peer's own address.
        let advertised = port
            .parse::<SocketAddr>()
            .unwrap_or_else(|_| SocketAddr::new(peer, port.parse().expect("a port")));
        made.dialled = Some(SocketAddr::new(peer, advertised.port()));
        if made.purpose != Purpose::Neighbour {
            made.advertised = Some(advertised);
        }
    }
    // Packets that nobody got meanwhile.
    made.undelivered = words.get(4).map(|packets| packets.parse().expect("a number"));
    made
}

fn told(next: Option<&Next>) -> String {
    match next.map(|next| &next.task) {
        None => "done".to_owned(),
        Some(Task::Attempt { mode, purpose, varied }) => match varied.as_slice() {
            [] => format!("attempt {} {}", mode.as_str(), format!("{purpose:?}").to_lowercase()),
            [Varied::DialAdvertised] => "dial-advertised".to_owned(),
            [Varied::Announce { address }] => format!("announce {} {address}", mode.as_str()),
            other => format!("vary {} {other:?}", mode.as_str()),
        },
        Some(Task::Knock { doors }) => {
            let doors: Vec<String> =
                doors.iter().map(|(mode, port)| format!("{} {port}", mode.as_str())).collect();
            format!("knock {}", doors.join(" "))
        }
        Some(Task::Nearer) => "nearer".to_owned(),
        Some(Task::Routers) => "routers".to_owned(),
        Some(Task::Quiet) => "quiet".to_owned(),
        Some(Task::Halves) => "halves".to_owned(),
        Some(Task::Idle { keep_alive }) => format!("idle {keep_alive}"),
        Some(Task::Climb { ports }) => format!("climb {ports:?}"),
        Some(Task::Hole { mode, ttl }) => format!("hole {} {ttl}", mode.as_str()),
        Some(other) => panic!("{other:?} is no task of the plan"),
    }
}

/// What was asked for beside the modes.
#[derive(Default)]
struct Asked {
    modes: Option<&'static str>,
    family: Option<Family>,
    dial_advertised: bool,
    external_ip: bool,
    /// The address that STAT names.
    seen: Option<&'static str>,
    /// Ladders and holes: hops to the server that a ladder has found, 0 before one was climbed.
    localise: Option<u8>,
}

/// The control port's ladder over this many hops, every router answering.
fn ladder(hops: u8) -> Ladder {
    let rung = |ttl| {
        let answer =
            if ttl == hops { RungAnswer::Connected } else { RungAnswer::Expired { router: None } };
        Rung { ttl, answer, asked: 1 }
    };
    Ladder {
        port: 21,
        role: LadderRole::Control,
        rungs: (1..=hops).map(rung).collect(),
        began: Micros(0),
        took: Micros(0),
    }
}

fn facts(asked: &Asked, lines: &[&str]) -> Facts {
    let (mut facts, template) = fresh();
    if let Some(modes) = asked.modes {
        facts.request.modes = modes.split(',').map(mode).collect();
    }
    facts.request.dial_advertised = asked.dial_advertised;
    facts.request.localise = asked.localise.is_some();
    if asked.localise.is_some() {
        // On loopback there is no way that a ladder could show.
        for session in &mut facts.sessions {
            session.peer = "203.0.113.2:21".parse().unwrap();
        }
    }
    if let Some(hops) = asked.localise.filter(|hops| *hops > 0) {
        facts.ladders.push(ladder(hops));
    }
    facts.request.external_ip = asked.external_ip.then(|| "198.51.100.9".parse().unwrap());
    if let Some(seen) = asked.seen {
        let own = facts.sessions[0].local.ip().to_string();
        for exchange in facts.sessions.iter_mut().flat_map(|s| &mut s.exchanges) {
            for reply in &mut exchange.replies {
                if exchange.command == "STAT" {
                    reply.text = reply.text.replace(&own, seen);
                }
            }
        }
        assert_eq!(
            Evidence::new(&facts).seen_as(),
            Some(seen.parse().unwrap()),
            "STAT names the address"
        );
    }
    facts.attempts =
        lines.iter().enumerate().map(|(at, line)| attempt(&template, line, at + 1)).collect();
    facts
}

fn next(asked: &Asked, lines: &[&str]) -> String {
    told(plan::next(&facts(asked, lines), asked.family.unwrap_or(Family::V4)).as_ref())
}

/// Checks rows of attempts so far and the step that follows.
fn table(asked: &Asked, rows: &[(&[&str], &str)]) {
    let mut wrong = Vec::new();
    for (lines, expected) in rows {
        let found = next(asked, lines);
        if found != *expected {
            wrong.push(format!("{lines:#?}\n  leads to {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn first_attempts_in_order_passive_before_active() {
    table(
        &Asked::default(),
        &[
            (&[], "attempt pasv mode"),
            (&["pasv mode open 1"], "attempt epsv mode"),
            (&["pasv mode timed-out 1"], "attempt epsv mode"),
            (&["pasv mode open 1", "epsv mode open 2"], "attempt port mode"),
            (&["pasv mode open 1", "epsv mode open 2", "port mode open"], "attempt eprt mode"),
            (&["pasv mode open 1", "epsv mode open 2", "port mode open", "eprt mode open"], "done"),
        ],
    );
}

/// Where packets came in that nobody got, what comes anyway is counted before the way is looked at.
#[test]
fn a_quiet_moment_where_answers_may_be_dropped_here() {
    let asked = Asked { localise: Some(0), modes: Some("pasv,epsv"), ..Asked::default() };
    table(
        &asked,
        &[
            (&["pasv mode timed-out 1 7", "epsv mode timed-out 2 8"], "quiet"),
            (&["pasv mode timed-out 1 7", "epsv mode timed-out 2 1"], "climb [1, 2]"),
            (&["pasv mode timed-out 1", "epsv mode timed-out 2"], "climb [1, 2]"),
        ],
    );
}

#[test]
fn only_the_modes_that_were_asked_for() {
    let one = |modes| Asked { modes: Some(modes), ..Asked::default() };
    assert_eq!(next(&one("epsv"), &[]), "attempt epsv mode");
    assert_eq!(next(&one("epsv"), &["epsv mode open 1"]), "done");
    assert_eq!(next(&one("port"), &[]), "attempt port mode");
    assert_eq!(next(&one("eprt,pasv"), &[]), "attempt pasv mode");
    assert_eq!(next(&one("eprt,pasv"), &["pasv mode open 1"]), "attempt eprt mode");
}

#[test]
fn over_ipv6_there_is_no_pasv_and_no_port() {
    let asked = Asked { family: Some(Family::V6), ..Asked::default() };
    table(
        &asked,
        &[
            (&[], "attempt epsv mode"),
            (&["epsv mode open 1"], "attempt eprt mode"),
            (&["epsv mode open 1", "eprt mode open"], "done"),
        ],
    );
    let none = Asked { family: Some(Family::V6), modes: Some("pasv,port"), ..Asked::default() };
    assert_eq!(next(&none, &[]), "done");
}

#[test]
fn two_failures_of_one_kind_are_enough() {
    // Both passive modes fail alike: the one confirms the other, nothing is repeated.
    for outcome in
        ["timed-out", "refused", "prohibited", "unreachable", "closed", "refused-command:425"]
    {
        let lines = [format!("pasv mode {outcome} 1"), format!("epsv mode {outcome} 2")];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(next(&Asked::default(), &lines), "attempt port mode", "{outcome}");
    }
    table(
        &Asked::default(),
        &[
            // Different kinds of failure: each is asked once more.
            (&["pasv mode timed-out 1", "epsv mode refused 2"], "attempt pasv repeat"),
            (
                &["pasv mode timed-out 1", "epsv mode refused 2", "pasv repeat timed-out 3"],
                "attempt epsv repeat",
            ),
            (
                &[
                    "pasv mode timed-out 1",
                    "epsv mode refused 2",
                    "pasv repeat timed-out 3",
                    "epsv repeat refused 4",
                ],
                "attempt port mode",
            ),
        ],
    );
}

#[test]
fn a_single_mode_is_repeated_once_where_it_fails() {
    let asked = Asked { modes: Some("pasv"), ..Asked::default() };
    table(
        &asked,
        &[
            (&["pasv mode timed-out 1"], "attempt pasv repeat"),
            (&["pasv mode timed-out 1", "pasv repeat timed-out 2"], "done"),
            (&["pasv mode refused-command:425"], "attempt pasv repeat"),
            // A refusal for good is no matter of luck.
            (&["pasv mode refused-command:502"], "done"),
            (&["pasv mode refused-listing:550 1"], "done"),
            (&["pasv mode unreadable"], "done"),
            (&["pasv mode stalled 1", "pasv repeat stalled 2", "pasv neighbour refused 3"], "done"),
        ],
    );
}

#[test]
fn a_difference_between_two_commands_is_shown_on_three_ports_each() {
    table(
        &Asked::default(),
        &[
            (&["pasv mode open 1", "epsv mode timed-out 2"], "attempt epsv repeat"),
            (
                &["pasv mode open 1", "epsv mode timed-out 2", "epsv repeat timed-out 3"],
                "attempt epsv repeat",
            ),
            (
                &[
                    "pasv mode open 1",
                    "epsv mode timed-out 2",
                    "epsv repeat timed-out 3",
                    "epsv repeat timed-out 4",
                ],
                "attempt pasv repeat",
            ),
            (
                &[
                    "pasv mode open 1",
                    "epsv mode timed-out 2",
                    "epsv repeat timed-out 3",
                    "epsv repeat timed-out 4",
                    "pasv repeat open 5",
                ],
                "attempt pasv repeat",
            ),
            // The other way round.
            (&["pasv mode timed-out 1", "epsv mode open 2"], "attempt pasv repeat"),
            // A command that is refused for good differs by itself.
            (&["pasv mode open 1", "epsv mode refused-command:500"], "attempt port mode"),
        ],
    );
}

#[test]
fn ports_that_differ_are_asked_again() {
    let three = [
        "pasv mode open 40001",
        "epsv mode timed-out 40002",
        "epsv repeat timed-out 40003",
        "epsv repeat timed-out 40004",
        "pasv repeat open 40005",
        "pasv repeat open 40006",
    ];
    let with = |more: &[&'static str]| {
        let lines: Vec<&str> = three.iter().copied().chain(more.iter().copied()).collect();
        next(&Asked::default(), &lines)
    };
    assert_eq!(with(&[]), "knock pasv 40001 epsv 40004");
    assert_eq!(with(&["pasv neighbour timed-out 40001"]), "knock epsv 40004");
    // Pinholes: both are silent now, and the plan goes on.
    assert_eq!(
        with(&["pasv neighbour timed-out 40001", "epsv neighbour timed-out 40004"]),
        "attempt port mode"
    );
    // Ports opened one by one: luck is likelier, so both commands are tried once more.
    assert_eq!(
        with(&["pasv neighbour refused 40001", "epsv neighbour timed-out 40004"]),
        "attempt epsv repeat"
    );
    assert_eq!(
        with(&[
            "pasv neighbour refused 40001",
            "epsv neighbour timed-out 40004",
            "epsv repeat timed-out 40007",
        ]),
        "attempt pasv repeat"
    );
    // The silent port that is asked is always the latest one.
    assert_eq!(
        with(&[
            "pasv neighbour refused 40001",
            "epsv neighbour timed-out 40004",
            "epsv repeat timed-out 40007",
            "pasv repeat open 40008",
        ]),
        "knock epsv 40007"
    );
}

#[test]
fn a_lost_segment_leads_to_one_repetition_and_two_knocks() {
    table(
        &Asked::default(),
        &[
            (
                &["pasv mode timed-out 40001", "epsv mode open 40002", "pasv repeat open 40003"],
                "knock pasv 40003 pasv 40001",
            ),
            (
                &[
                    "pasv mode timed-out 40001",
                    "epsv mode open 40002",
                    "pasv repeat open 40003",
                    "pasv neighbour refused 40003",
                ],
                "knock pasv 40001",
            ),
            (
                &[
                    "pasv mode timed-out 40001",
                    "epsv mode open 40002",
                    "pasv repeat open 40003",
                    "pasv neighbour refused 40003",
                    "pasv neighbour refused 40001",
                ],
                "attempt port mode",
            ),
            // The same port came through once: there is nothing to tell apart.
            (
                &["pasv mode timed-out 40001", "pasv repeat open 40001", "epsv mode open 40001"],
                "attempt port mode",
            ),
        ],
    );
}

#[test]
fn the_advertised_address_is_dialled_only_where_it_was_asked_for() {
    let lines = ["pasv mode open 198.51.100.7:40001", "epsv mode open 40002"];
    assert_eq!(next(&Asked::default(), &lines), "attempt port mode");
    let asked = Asked { dial_advertised: true, ..Asked::default() };
    assert_eq!(next(&asked, &lines), "dial-advertised");
    let after = [lines[0], lines[1], "pasv comparison timed-out 198.51.100.7:40003"];
    assert_eq!(next(&asked, &after), "attempt port mode");
    // Once is enough, even where its login failed.
    let failed = [lines[0], lines[1], "pasv comparison no-login"];
    assert_eq!(next(&asked, &failed), "attempt port mode");
    // 227 named the server's own address.
    let same = ["pasv mode open 40001", "epsv mode open 40002"];
    assert_eq!(next(&asked, &same), "attempt port mode");
}

#[test]
fn active_failures_are_repeated_like_passive_ones() {
    let asked = Asked { modes: Some("port,eprt"), ..Asked::default() };
    table(
        &asked,
        &[
            (&["port mode timed-out"], "attempt eprt mode"),
            (&["port mode timed-out", "eprt mode timed-out"], "done"),
            (&["port mode open", "eprt mode timed-out"], "attempt eprt repeat"),
            (
                &["port mode open", "eprt mode timed-out", "eprt repeat timed-out"],
                "attempt eprt repeat",
            ),
            (
                &[
                    "port mode open",
                    "eprt mode timed-out",
                    "eprt repeat timed-out",
                    "eprt repeat timed-out",
                ],
                "done",
            ),
            (&["port mode open", "eprt mode refused-command:500"], "done"),
            (&["port mode wrong-peer", "eprt mode wrong-peer"], "done"),
        ],
    );
    let one = Asked { modes: Some("port"), ..Asked::default() };
    assert_eq!(next(&one, &["port mode timed-out"]), "attempt port repeat");
    assert_eq!(next(&one, &["port mode timed-out", "port repeat timed-out"]), "done");
    assert_eq!(next(&one, &["port mode refused-listing:425"]), "attempt port repeat");
}

#[test]
fn the_address_that_the_server_sees_is_announced_once() {
    let seen = || Asked { seen: Some("203.0.113.9"), modes: Some("port,eprt"), ..Asked::default() };
    table(
        &seen(),
        &[
            (
                &["port mode refused-command:500", "eprt mode refused-command:500"],
                "announce port 203.0.113.9",
            ),
            (&["port mode timed-out", "eprt mode timed-out"], "announce port 203.0.113.9"),
            (
                &[
                    "port mode refused-command:500",
                    "eprt mode refused-command:500",
                    "port comparison accepted",
                ],
                "done",
            ),
            // It works, so there is nothing to find out.
            (&["port mode open", "eprt mode open"], "done"),
            (&["port mode open", "eprt mode refused-command:500"], "done"),
            // No login for either: nothing was refused.
            (&["port mode too-many", "eprt mode too-many"], "done"),
            // The first that was tried.
            (&["port mode too-many", "eprt mode timed-out"], "announce eprt 203.0.113.9"),
        ],
    );
    let both = ["port mode refused-command:500", "eprt mode refused-command:500"];
    let told = Asked { external_ip: true, ..seen() };
    assert_eq!(next(&told, &both), "done", "--external-ip says what to announce");
    let unseen = Asked { modes: Some("port,eprt"), ..Asked::default() };
    assert_eq!(next(&unseen, &both), "done", "the server sees our own address");
}

#[test]
fn a_login_that_was_turned_away_is_not_asked_for_again() {
    table(
        &Asked::default(),
        &[
            // Each mode gets its one try, since the server may have room by then.
            (&["pasv mode open 1", "epsv mode too-many"], "attempt port mode"),
            (&["pasv mode too-many", "epsv mode too-many"], "attempt port mode"),
            (&["pasv mode timed-out 1", "epsv mode too-many"], "attempt pasv repeat"),
            (
                &["pasv mode timed-out 1", "epsv mode too-many", "pasv repeat too-many"],
                "attempt port mode",
            ),
            (
                &[
                    "pasv mode open 1",
                    "epsv mode open 2",
                    "port mode timed-out",
                    "eprt mode too-many",
                ],
                "done",
            ),
            (
                &[
                    "pasv mode too-many",
                    "epsv mode too-many",
                    "port mode too-many",
                    "eprt mode too-many",
                ],
                "done",
            ),
            (
                &[
                    "pasv mode no-login",
                    "epsv mode no-login",
                    "port mode no-login",
                    "eprt mode no-login",
                ],
                "done",
            ),
        ],
    );
}

/// Carries the plan out in a world that answers each step by a word of [`verdict`].
fn carry_out(asked: &Asked, world: impl Fn(usize, &Task) -> &'static str) -> Vec<String> {
    let (_, template) = fresh();
    let mut facts = facts(asked, &[]);
    let mut steps = Vec::new();
    while let Some(step) = plan::next(&facts, asked.family.unwrap_or(Family::V4)) {
        let number = steps.len();
        let outcome = world(number, &step.task);
        let lines = match &step.task {
            Task::Attempt { mode, purpose, varied } => {
                let passive = mode.is_passive() && !outcome.starts_with("refused-command");
                let port = match (passive, varied.is_empty()) {
                    (true, true) => format!(" {}", 40_000 + number),
                    (true, false) => format!(" 198.51.100.7:{}", 40_000 + number),
                    _ => String::new(),
                };
                let purpose = format!("{purpose:?}").to_lowercase();
                vec![format!("{} {purpose} {outcome}{port}", mode.as_str())]
            }
            Task::Knock { doors } => doors
                .iter()
                .map(|(mode, port)| format!("{} neighbour {outcome} {port}", mode.as_str()))
                .collect(),
            other => panic!("{other:?} was not asked for"),
        };
        for line in lines {
            let id = facts.attempts.len() + 1;
            facts.attempts.push(attempt(&template, &line, id));
        }
        steps.push(told(Some(&step)));
        assert!(steps.len() < 40, "the plan does not end: {steps:#?}");
    }
    steps
}

#[test]
fn whole_plans() {
    let plain = Asked::default();
    assert_eq!(
        carry_out(&plain, |_, _| "open"),
        ["attempt pasv mode", "attempt epsv mode", "attempt port mode", "attempt eprt mode"]
    );
    assert_eq!(carry_out(&plain, |_, _| "timed-out").len(), 4, "all blocked: no repetition");
    assert_eq!(carry_out(&plain, |_, _| "too-many").len(), 4);
    let passive_blocked = |_: usize, step: &Task| match step {
        Task::Attempt { mode, .. } if !mode.is_passive() => "open",
        _ => "timed-out",
    };
    assert_eq!(carry_out(&plain, passive_blocked).len(), 4, "a quick verdict where it is plain");
    let epsv_blocked = |_: usize, step: &Task| match step {
        Task::Attempt { mode: Mode::Epsv, .. } | Task::Knock { .. } => "timed-out",
        _ => "open",
    };
    let steps = carry_out(&plain, epsv_blocked);
    let count =
        |word: &str| steps.iter().filter(|s| s.starts_with(&format!("attempt {word}"))).count();
    assert_eq!(
        (count("pasv"), count("epsv"), count("port"), count("eprt")),
        (3, 3, 1, 1),
        "{steps:#?}"
    );
}

proptest! {
    /// Whatever happens, the plan ends soon, asks for each mode once and
    /// first, and does all passive work before the first active attempt.
    #[test]
    fn every_plan_ends_in_order(answers in prop::collection::vec(0_usize..11, 40), modes in 1_u8..16, dial: bool) {
        const WORDS: [&str; 11] = [
            "open", "open", "open", "timed-out", "timed-out", "refused", "prohibited", "closed",
            "refused-command:425", "refused-command:500", "too-many",
        ];
        let chosen: Vec<&str> = Mode::ALL
            .into_iter()
            .enumerate()
            .filter(|(at, _)| modes & (1 << at) != 0)
            .map(|(_, mode)| mode.as_str())
            .collect();
        let list: &'static str = Box::leak(chosen.join(",").into_boxed_str());
        let asked = Asked { modes: Some(list), dial_advertised: dial, seen: Some("203.0.113.9"), ..Asked::default() };
        let steps = carry_out(&asked, |number, _| WORDS[answers[number]]);
        let logins = steps.iter().filter(|s| !s.starts_with("knock")).count();
        prop_assert!(logins <= 16, "{logins} logins: {steps:#?}");
        let knocks: Vec<&String> = steps.iter().filter(|s| s.starts_with("knock")).collect();
        prop_assert!(knocks.len() <= 4, "{steps:#?}");
        let distinct: std::collections::BTreeSet<&&String> = knocks.iter().collect();
        prop_assert_eq!(distinct.len(), knocks.len(), "a port is asked twice");
        for word in &chosen {
            let first = format!("attempt {word} mode");
            prop_assert_eq!(steps.iter().filter(|s| **s == first).count(), 1);
            let at = |text: &str| steps.iter().position(|s| s == text);
            let repeat = at(&format!("attempt {word} repeat"));
            prop_assert!(repeat.is_none() || repeat > at(&first), "{:#?}", steps);
        }
        let active = |s: &String| s.contains("port") || s.contains("eprt");
        let begin = steps.iter().position(active).unwrap_or(steps.len());
        prop_assert!(steps[begin..].iter().all(active), "passive after active: {steps:#?}");
    }
}

#[test]
fn dead_passive_ports_are_looked_for_on_the_way() {
    let asked = Asked { localise: Some(0), ..Asked::default() };
    table(
        &asked,
        &[
            (&["pasv mode timed-out 1", "epsv mode timed-out 2"], "climb [1, 2]"),
            (&["pasv mode refused 1", "epsv mode refused 2"], "vary pasv [KnockAgain]"),
            // A refused command has no port.
            (
                &["pasv mode refused-command:502", "epsv mode refused-command:502"],
                "attempt port mode",
            ),
        ],
    );
    let climbed = Asked { localise: Some(4), ..Asked::default() };
    assert_eq!(
        next(&climbed, &["pasv mode timed-out 1", "epsv mode timed-out 2"]),
        "attempt port mode"
    );
}

#[test]
fn holes_begin_far_away_and_end_at_the_smallest() {
    let blocked =
        ["pasv mode open 1", "epsv mode open 2", "port mode timed-out", "eprt mode timed-out"];
    let step_where = |hops, answer: &RungAnswer, dug: &[(u8, bool)]| {
        let asked = Asked { localise: Some(hops), ..Asked::default() };
        let mut facts = facts(&asked, &blocked);
        let answered = second(&facts.attempts[0], DialOutcome::Connected);
        facts.attempts.push(answered);
        for (ttl, open) in dug {
            let template = facts.attempts[2].clone();
            facts.attempts.push(Attempt {
                purpose: Purpose::Hole,
                hole: Some(Hole { ttl: *ttl, to_port: 20, answer: answer.clone() }),
                outcome: if *open { Outcome::Open } else { Outcome::TimedOut },
                ..template
            });
        }
        told(plan::next(&facts, Family::V4).as_ref())
    };
    let expired = RungAnswer::Expired { router: None };
    let step = |hops, dug: &[(u8, bool)]| step_where(hops, &expired, dug);
    assert_eq!(step(0, &[]), "climb []", "without the number of hops there is no hole");
    assert_eq!(step(4, &[]), "hole port 3");
    assert_eq!(step(4, &[(3, false)]), "done", "no hole helps");
    assert_eq!(step(4, &[(3, true)]), "hole port 1");
    assert_eq!(step(4, &[(3, true), (1, true)]), "done", "this machine's own firewall");
    assert_eq!(step(4, &[(3, true), (1, false)]), "hole port 2");
    assert_eq!(step(4, &[(3, true), (1, false), (2, true)]), "done", "the gateway");
    assert_eq!(step(4, &[(3, true), (1, false), (2, false)]), "done", "the box at hop 2");
    assert_eq!(step(9, &[(8, true), (1, false), (2, false)]), "hole port 5");
    assert_eq!(step(1, &[]), "done", "nothing lies between");
    // A SYN that did not come as far as it should opened no hole: that one says nothing.
    let stopped = |dug: &[(u8, bool)]| step_where(9, &RungAnswer::Silent, dug);
    assert_eq!(stopped(&[(8, false)]), "done", "it is not asked again");
    assert_eq!(stopped(&[(8, true), (1, false)]), "hole port 2");
    assert_eq!(stopped(&[(8, true), (1, false), (2, false)]), "hole port 3");
}

/// A comparison with a second knock, and what came of that.
fn second(template: &Attempt, outcome: DialOutcome) -> Attempt {
    Attempt {
        purpose: Purpose::Comparison,
        varied: vec![Varied::SecondKnock],
        second: Some(Second { outcome, took: Micros(1) }),
        ..template.clone()
    }
}

#[test]
fn what_works_is_asked_for_pinholes() {
    let step = |seconds: &[DialOutcome]| {
        let asked = Asked { localise: Some(0), ..Asked::default() };
        let mut facts = facts(&asked, &["pasv mode open 1", "epsv mode open 2"]);
        let template = facts.attempts[0].clone();
        facts.attempts.extend(seconds.iter().map(|o| second(&template, o.clone())));
        told(plan::next(&facts, Family::V4).as_ref())
    };
    assert_eq!(step(&[]), "vary pasv [SecondKnock]");
    assert_eq!(step(&[DialOutcome::Connected]), "attempt port mode");
    assert_eq!(step(&[DialOutcome::Refused]), "attempt port mode");
    // One silence may be loss: another port is asked; two are looked into.
    assert_eq!(step(&[DialOutcome::TimedOut]), "vary epsv [SecondKnock]");
    assert_eq!(step(&[DialOutcome::TimedOut, DialOutcome::Connected]), "attempt port mode");
    assert_eq!(step(&[DialOutcome::TimedOut, DialOutcome::TimedOut]), "halves");
}

#[test]
fn a_way_in_that_brings_nothing_is_looked_at_in_three_ways() {
    let asked = Asked { localise: Some(0), ..Asked::default() };
    let starved = ["pasv mode stalled 50001", "epsv mode stalled 50002"];
    let with = |more: &[&'static str]| {
        let lines: Vec<&str> = starved.iter().copied().chain(more.iter().copied()).collect();
        next(&asked, &lines)
    };
    assert_eq!(with(&[]), "knock epsv 50003 epsv 29991");
    // Somebody answers everywhere: how near is he?
    assert_eq!(with(&["epsv neighbour open 50003", "epsv neighbour open 29991"]), "climb [50003]");
    // It is the server that answers: are segments too large?
    assert_eq!(
        with(&["epsv neighbour refused 50003", "epsv neighbour refused 29991"]),
        "vary pasv [Segments { mss: 536 }]"
    );
}

#[test]
fn an_address_that_must_have_been_rewritten_is_sent_behind_a_noop() {
    let asked = Asked {
        seen: Some("203.0.113.9"),
        modes: Some("port,eprt"),
        localise: Some(0),
        ..Asked::default()
    };
    assert_eq!(next(&asked, &["port mode open", "eprt mode open"]), "vary port [Pipelined]");
    let none = Asked { modes: Some("port,eprt"), localise: Some(0), ..Asked::default() };
    assert_eq!(next(&none, &["port mode open", "eprt mode open"]), "done", "no NAT");
}

#[test]
fn files_and_silence() {
    let step = |get: bool, tries: &[(&[Varied], &str)]| {
        let asked = Asked { modes: Some("pasv"), ..Asked::default() };
        let mut facts = facts(&asked, &["pasv mode open 1"]);
        facts.request.get = get.then(|| "big".to_owned());
        let template = facts.attempts[0].clone();
        for (varied, word) in tries {
            let (outcome, why) = verdict(word);
            facts.attempts.push(Attempt {
                purpose: Purpose::Comparison,
                varied: varied.to_vec(),
                observed: Some(Observed {
                    from: "127.0.0.1:1".parse().unwrap(),
                    to: "127.0.0.1:2".parse().unwrap(),
                }),
                outcome,
                why,
                ..template.clone()
            });
        }
        told(plan::next(&facts, Family::V4).as_ref())
    };
    let file: &[Varied] = &[Varied::Retrieve];
    let small: &[Varied] = &[Varied::Retrieve, Varied::Segments { mss: 536 }];
    let kept: &[Varied] = &[Varied::Retrieve, Varied::KeepAlive];
    assert_eq!(step(false, &[]), "done");
    assert_eq!(step(true, &[]), "vary pasv [Retrieve]");
    assert_eq!(step(true, &[(file, "open")]), "done");
    assert_eq!(step(true, &[(file, "refused-listing:550")]), "done");
    let in_small = "vary pasv [Retrieve, Segments { mss: 536 }]";
    assert_eq!(step(true, &[(file, "stalled")]), in_small);
    let again = "vary pasv [Retrieve]";
    assert_eq!(step(true, &[(file, "stalled"), (small, "stalled")]), again);
    assert_eq!(step(true, &[(file, "stalled"), (small, "open")]), again);
    assert_eq!(step(true, &[(file, "stalled"), (small, "open"), (file, "stalled")]), "done");
    assert_eq!(step(true, &[(file, "no-completion")]), "vary pasv [Retrieve, KeepAlive]");
    assert_eq!(step(true, &[(file, "no-completion"), (kept, "open")]), "done");

    let mut facts =
        facts(&Asked { modes: Some("pasv"), ..Asked::default() }, &["pasv mode open 1"]);
    facts.request.idle = Some(Micros(1));
    let told_now = |facts: &Facts| told(plan::next(facts, Family::V4).as_ref());
    assert_eq!(told_now(&facts), "idle false");
    let idle = |end| Idle { session: None, keep_alive: None, held: Micros(1), end };
    facts.idles = vec![idle(IdleEnd::Answered { code: 200, text: String::new() })];
    assert_eq!(told_now(&facts), "done");
    facts.idles = vec![idle(IdleEnd::Reset)];
    assert_eq!(told_now(&facts), "idle true");
    facts.idles.push(idle(IdleEnd::Reset));
    assert_eq!(told_now(&facts), "done");
}
