//! Each rule: where it holds, where it just does not, and where nothing was checked.

use super::*;
use crate::facts::{
    Attempt, DialOutcome, Facts, Family, Halves, Hole, Ladder, LadderRole, Micros, Mode, Observed,
    Outcome, Purpose, Rung, RungAnswer, Second, Security, Varied, Why,
};
use crate::tests::support::scenario;

/// A run that logged in and tried nothing yet, and an attempt to make others of.
fn fresh() -> (Facts, Attempt) {
    let mut facts = scenario::of("healthy").facts.clone();
    let template = facts.attempts.remove(0);
    facts.attempts.clear();
    (facts, template)
}

fn passive(template: &Attempt, port: u16, outcome: Outcome) -> Attempt {
    let mut made = template.clone();
    made.id = format!("pasv-{port}");
    made.outcome = outcome;
    made.why = why(outcome);
    made.bytes = if outcome == Outcome::Open { 197 } else { 0 };
    let at = std::net::SocketAddr::new(template.dialled.unwrap().ip(), port);
    (made.advertised, made.dialled) = (Some(at), Some(at));
    made
}

fn why(outcome: Outcome) -> Why {
    let waited = Micros(1_600_000);
    match outcome {
        Outcome::Open => Why::Complete,
        Outcome::TimedOut => Why::NoAnswer { waited, syns: Some(3) },
        Outcome::Stalled => Why::NoData { waited },
        Outcome::Closed => Why::DataReset,
        _ => Why::Reset,
    }
}

fn active(template: &Attempt, outcome: Outcome, why: Why) -> Attempt {
    let mut made = passive(template, 1, outcome);
    (made.mode, made.why) = (Mode::Port, why);
    (made.advertised, made.dialled, made.observed) = (None, None, None);
    made
}

fn neighbour(template: &Attempt, port: u16, outcome: Outcome) -> Attempt {
    let mut made = passive(template, port, outcome);
    (made.purpose, made.advertised) = (Purpose::Neighbour, None);
    made
}

fn command(code: u16, text: &str) -> Why {
    Why::CommandRefused { code, text: text.to_owned() }
}

fn listing(code: u16, text: &str) -> Why {
    Why::ListingRefused { command: "LIST".to_owned(), code, text: text.to_owned() }
}

#[test]
fn no_knock_came_by_silence_or_by_the_servers_own_words() {
    let (_, template) = fresh();
    let waited = Micros(1);
    let came = |outcome, why| !active(&template, outcome, why).no_knock_came();
    assert!(!came(Outcome::TimedOut, Why::NoAnswer { waited, syns: None }));
    assert!(!came(Outcome::Rejected, listing(425, "Can't open data connection.")));
    // A server that knocks at once says so in its reply to PORT.
    assert!(!came(Outcome::Rejected, command(425, "Can't open data connection.")));
    // The address was refused, the command was, the listing was: nobody knocked in vain.
    assert!(came(Outcome::Rejected, command(500, "Illegal PORT command.")));
    assert!(came(Outcome::Rejected, command(502, "Command not implemented.")));
    assert!(came(Outcome::Rejected, listing(550, "Permission denied.")));
    assert!(came(Outcome::NotTested, Why::Not(crate::facts::NotTested::Deadline)));
    // Its connection was seen: what the reply says is about something else.
    let mut seen =
        active(&template, Outcome::Rejected, listing(425, "Can't open data connection."));
    seen.observed = template.observed.or(Some(Observed {
        from: "127.0.0.1:20".parse().unwrap(),
        to: "127.0.0.1:40000".parse().unwrap(),
    }));
    assert!(!seen.no_knock_came() && seen.came_through());
    seen.why = Why::WrongPeer { from: "127.0.0.2:20".parse().unwrap() };
    assert!(!seen.came_through(), "somebody else's connection");
}

#[test]
fn what_came_empty_starved_and_what_broke_off_stood() {
    let (_, template) = fresh();
    let mut stalled = passive(&template, 1, Outcome::Stalled);
    assert!(stalled.starved() && stalled.came_empty());
    stalled.bytes = 1;
    assert!(stalled.starved() && !stalled.came_empty());
    stalled.why = Why::NoReply { command: "LIST".to_owned(), waited: Micros(1) };
    assert!(!stalled.starved(), "the server was not heard, the data connection is no matter");
    stalled.observed = None;
    assert!(!stalled.broke_off(), "nothing stood");
    let mut closed = passive(&template, 1, Outcome::Closed);
    closed.observed = Some(Observed { from: closed.dialled.unwrap(), to: closed.dialled.unwrap() });
    assert!(closed.broke_off() && !closed.lost_control());
    closed.why = Why::NoCompletion { waited: Micros(1) };
    assert!(closed.lost_control());
}

#[test]
fn chance_makes_no_refusal_for_good() {
    let (_, template) = fresh();
    let may = |outcome, why| active(&template, outcome, why).may_be_chance();
    assert!(may(Outcome::TimedOut, why(Outcome::TimedOut)));
    assert!(
        may(Outcome::Rejected, listing(425, "no")) && may(Outcome::Rejected, command(421, "no"))
    );
    assert!(
        !may(Outcome::Rejected, listing(550, "no")) && !may(Outcome::Rejected, command(502, "no"))
    );
    assert!(!may(Outcome::Open, Why::Complete));
}

#[test]
fn segments_are_lost_where_one_was_sent_again() {
    let (mut facts, template) = fresh();
    for session in &mut facts.sessions {
        session.retransmits = Some(0);
    }
    assert!(!Evidence::new(&facts).lossy());
    assert_eq!(Evidence::new(&facts).sure(), Confidence::Proven);
    let knock = template.knocks.first().cloned().unwrap();
    let mut open = passive(&template, 1, Outcome::Open);
    open.knocks = vec![knock.clone(), knock];
    facts.attempts.push(open);
    assert!(Evidence::new(&facts).lossy(), "it took a second knock");
    facts.attempts[0].varied = vec![Varied::KnockAgain];
    assert!(!Evidence::new(&facts).lossy(), "that was on purpose");
    facts.attempts[0].varied.clear();
    facts.attempts[0].outcome = Outcome::TimedOut;
    assert!(!Evidence::new(&facts).lossy(), "silence is silence");
    facts.sessions[0].retransmits = Some(1);
    assert_eq!(Evidence::new(&facts).sure(), Confidence::Likely);
}

/// The run with these ends, and with this address in the answer to STAT; none where it said nothing.
fn seen(own: &str, peer: &str, stat: Option<&str>) -> Facts {
    let (mut facts, _) = fresh();
    for session in &mut facts.sessions {
        session.local = format!("{own}:40000").parse().unwrap();
        session.peer = format!("{peer}:21").parse().unwrap();
        for exchange in session.exchanges.iter_mut().filter(|e| e.command == "STAT") {
            for reply in &mut exchange.replies {
                let text = stat.map_or_else(
                    || "FTP server status:".to_owned(),
                    |address| {
                        format!("FTP server status:\n     Connected to {address}\nEnd of status")
                    },
                );
                reply.text = text;
            }
        }
    }
    facts
}

#[test]
fn nat_is_what_the_server_sees() {
    let nat = |own, peer, stat| {
        let facts = seen(own, peer, stat);
        let evidence = Evidence::new(&facts);
        (evidence.nat(), evidence.may_be_translated())
    };
    let (inner, public) = ("192.168.1.5", "203.0.113.2");
    assert_eq!(nat(inner, public, Some(inner)), (Nat::None, false));
    assert_eq!(nat(inner, public, Some("198.51.100.7")), (Nat::Present, true));
    // Where it has not said so, the addresses have to tell.
    assert_eq!(nat(inner, public, None), (Nat::Unknown, true));
    assert_eq!(nat(inner, "192.168.1.9", None), (Nat::Unknown, false));
    assert_eq!(nat("198.51.100.7", public, None), (Nat::Unknown, false));
}

#[test]
fn ports_are_opened_one_by_one_where_some_answer_and_others_do_not() {
    let (mut facts, template) = fresh();
    assert_eq!(Evidence::new(&facts).ports_each(), 3, "nothing was asked");
    facts.attempts.push(neighbour(&template, 1, Outcome::Refused));
    assert_eq!(Evidence::new(&facts).ports_each(), 3, "all let through");
    facts.attempts.push(neighbour(&template, 2, Outcome::TimedOut));
    assert_eq!(Evidence::new(&facts).ports_each(), 4);
    facts.attempts.remove(0);
    assert_eq!(Evidence::new(&facts).ports_each(), 3, "none let through");
    assert_eq!(Evidence::new(&facts).neighbour_ports(|o| o == Outcome::TimedOut), [2]);
}

#[test]
fn who_answers_unannounced_stands_in_the_servers_place() {
    let (mut facts, template) = fresh();
    let ports = |facts: &Facts| -> Vec<u16> {
        let evidence = Evidence::new(facts);
        evidence.answered_unannounced().iter().map(|a| a.dialled.unwrap().port()).collect()
    };
    facts.attempts.push(neighbour(&template, 9, Outcome::Open));
    assert!(ports(&facts).is_empty(), "no passive mode was tried");
    facts.attempts.push(passive(&template, 1, Outcome::Stalled));
    assert_eq!(ports(&facts), [9]);
    facts.attempts.push(neighbour(&template, 1, Outcome::Open));
    facts.attempts.push(neighbour(&template, 8, Outcome::Refused));
    assert_eq!(ports(&facts), [9], "port 1 was announced, port 8 refused");
    facts.attempts[1].bytes = 1;
    assert!(ports(&facts).is_empty(), "something came");
}

#[test]
fn a_second_knock_tells_only_where_it_was_made() {
    let (mut facts, template) = fresh();
    let second = |outcome: Option<DialOutcome>| {
        let mut made = passive(&template, 1, Outcome::Open);
        (made.purpose, made.varied) = (Purpose::Comparison, vec![Varied::SecondKnock]);
        made.second = outcome.map(|outcome| Second { outcome, took: Micros(1) });
        made
    };
    facts.attempts = vec![second(None)];
    assert!(Evidence::new(&facts).second_knocks().is_empty());
    facts.attempts.push(second(Some(DialOutcome::TimedOut)));
    assert_eq!(Evidence::new(&facts).second_knocks().len(), 1);
    assert!(Evidence::new(&facts).answered_second_knock().is_none());
    facts.attempts.push(second(Some(DialOutcome::Refused)));
    assert!(Evidence::new(&facts).answered_second_knock().is_some(), "a RST is an answer");
}

#[test]
fn halves_of_commands_show_who_reads_them() {
    let half = |verb: &str, held| Halves { verb: verb.to_owned(), held, waited: Micros(1) };
    let read = |halves: &[(&str, Option<bool>)]| {
        let (mut facts, _) = fresh();
        facts.halves = halves.iter().map(|(verb, held)| half(verb, *held)).collect();
        Evidence::new(&facts).read_on_the_way()
    };
    let (held, passed) = (Some(true), Some(false));
    assert!(read(&[("PORT", held), ("NOOP", passed), ("PORT", held), ("NOOP", passed)]));
    assert!(!read(&[("PORT", held), ("NOOP", passed)]), "once may be loss");
    assert!(!read(&[("PORT", held), ("NOOP", held), ("EPRT", held), ("NOOP", passed)]));
    assert!(!read(&[("PORT", held), ("NOOP", passed), ("PORT", None), ("NOOP", passed)]));
    assert!(!read(&[]));
}

/// A way of so many hops whose routers all answer, and holes of these lives.
fn holes(hops: u8, dug: &[(u8, bool, RungAnswer)]) -> Facts {
    let (mut facts, template) = fresh();
    let rung = |ttl| {
        let expired = RungAnswer::Expired { router: None };
        let answer = if ttl == hops { RungAnswer::Connected } else { expired };
        Rung { ttl, answer, asked: 1 }
    };
    let rungs = (1..=hops).map(rung).collect();
    let (began, took) = (Micros(0), Micros(0));
    facts.ladders = vec![Ladder { port: 21, role: LadderRole::Control, rungs, began, took }];
    for session in &mut facts.sessions {
        session.retransmits = Some(0);
    }
    for (ttl, open, answer) in dug {
        let outcome = if *open { Outcome::Open } else { Outcome::TimedOut };
        let mut made = active(&template, outcome, why(outcome));
        made.purpose = Purpose::Hole;
        made.hole = Some(Hole { ttl: *ttl, to_port: 20, answer: answer.clone() });
        facts.attempts.push(made);
    }
    facts
}

#[test]
fn holes_name_the_box_between_two_lives() {
    let expired = || RungAnswer::Expired { router: None };
    let read = |dug: &[(u8, bool, RungAnswer)]| {
        let facts = holes(4, dug);
        let evidence = Evidence::new(&facts);
        (evidence.hole_bounds().map(|b| (b.shut, b.open)), evidence.holes())
    };
    assert_eq!(read(&[]), (None, None));
    assert_eq!(read(&[(3, false, expired())]), (None, Some(Holes::None)));
    // Its SYN did not come as far as it should: there was no hole.
    assert_eq!(read(&[(3, false, RungAnswer::Silent)]), (None, None));
    let located = |dug: &[(u8, bool, RungAnswer)]| match read(dug) {
        (Some(bounds), Some(Holes::Opened(at))) => (bounds, at.side(), at.confidence),
        other => panic!("{other:?}"),
    };
    let own = located(&[(3, true, expired()), (1, true, expired())]);
    assert_eq!(own, ((0, 1), Side::Client, Confidence::Proven), "this machine");
    let gateway = [(3, true, expired()), (1, false, expired()), (2, true, expired())];
    assert_eq!(located(&gateway), ((1, 2), Side::Client, Confidence::Proven), "the gateway");
    let wide = located(&[(3, true, expired())]);
    assert_eq!(wide, ((0, 3), Side::Client, Confidence::Likely), "any of three");
}

#[test]
fn packets_are_dropped_here_where_all_that_was_awaited_came() {
    let (mut facts, template) = fresh();
    let windows = |facts: &Facts| Evidence::new(facts).packets_undelivered(true).map(|w| w.len());
    assert_eq!(windows(&facts), None, "nothing was waited for");
    let silent = |packets| {
        let mut made = passive(&template, 1, Outcome::TimedOut);
        made.undelivered = packets;
        made
    };
    facts.attempts.push(silent(Some(3)));
    assert_eq!(windows(&facts), Some(1));
    facts.attempts.push(silent(Some(2)));
    assert_eq!(windows(&facts), None, "fewer than were awaited");
    facts.attempts[1] = silent(None);
    assert_eq!(windows(&facts), None, "not counted");
    assert_eq!(Evidence::new(&facts).packets_undelivered(false), None);
}

#[test]
fn shut_under_tls_is_where_no_connection_stood() {
    let (mut facts, template) = fresh();
    let tls = |port, purpose, outcome| {
        let mut made = passive(&template, port, outcome);
        (made.security, made.purpose) = (Security::Tls, purpose);
        made
    };
    let shut = |facts: &Facts| Evidence::new(facts).shut_under_tls(true).len();
    assert_eq!(shut(&facts), 0);
    facts.attempts.push(tls(1, Purpose::Mode, Outcome::TimedOut));
    assert_eq!(shut(&facts), 1);
    assert_eq!(Evidence::new(&facts).shut_under_tls(false).len(), 0);
    facts.attempts.push(tls(2, Purpose::Repeat, Outcome::NotTested));
    assert_eq!(shut(&facts), 1, "what was not tested says nothing");
    facts.attempts.push(tls(3, Purpose::Repeat, Outcome::Closed));
    assert_eq!(shut(&facts), 0, "one stood");
    facts.attempts.pop();
    facts.attempts[0].security = Security::Clear;
    facts.attempts[1].security = Security::Clear;
    assert_eq!(shut(&facts), 0, "that was in clear");
}

#[test]
fn a_227_may_name_another_address() {
    let (mut facts, template) = fresh();
    let mut pasv = passive(&template, 1, Outcome::TimedOut);
    facts.attempts.push(pasv.clone());
    assert!(Evidence::new(&facts).foreign_227().is_none());
    pasv.advertised = Some("10.0.0.5:1".parse().unwrap());
    facts.attempts.push(Attempt { mode: Mode::Epsv, ..pasv.clone() });
    assert!(Evidence::new(&facts).foreign_227().is_none(), "229 names none");
    facts.attempts.push(Attempt { purpose: Purpose::Repeat, ..pasv });
    let named = Evidence::new(&facts).foreign_227().map(|it| it.advertised);
    assert_eq!(named, Some("10.0.0.5".parse().unwrap()));
}

#[test]
fn a_mode_is_what_most_of_its_attempts_came_to() {
    let (mut facts, template) = fresh();
    let outcome = |facts: &Facts| Evidence::new(facts).mode(Mode::Pasv).map(ModeView::outcome);
    assert_eq!(outcome(&facts), None, "not asked for");
    let repeat =
        |port, outcome| Attempt { purpose: Purpose::Repeat, ..passive(&template, port, outcome) };
    facts.attempts.push(passive(&template, 1, Outcome::Refused));
    facts.attempts.push(repeat(2, Outcome::TimedOut));
    assert_eq!(outcome(&facts), Some(Outcome::Refused), "between equals its own attempt");
    facts.attempts.push(repeat(3, Outcome::TimedOut));
    assert_eq!(outcome(&facts), Some(Outcome::TimedOut));
    facts.attempts.push(repeat(4, Outcome::Open));
    assert_eq!(outcome(&facts), Some(Outcome::Open), "it can work");
    assert_eq!(Evidence::new(&facts).tries(Mode::Pasv).len(), 4);
    assert!(Evidence::new(&facts).tries(Mode::Epsv).is_empty());
}

#[test]
fn announcements_come_up_again_and_ports_do_not() {
    let (mut facts, template) = fresh();
    for (port, outcome) in [(7, Outcome::Open), (5, Outcome::TimedOut), (7, Outcome::Open)] {
        facts.attempts.push(passive(&template, port, outcome));
    }
    facts.attempts.push(passive(&template, 6, Outcome::NotTested));
    let mut clear = passive(&template, 8, Outcome::Open);
    (clear.purpose, clear.varied) = (Purpose::Comparison, vec![Varied::Clear]);
    facts.attempts.push(clear);
    let evidence = Evidence::new(&facts);
    assert_eq!(evidence.announcements(), [7, 5, 7]);
    assert_eq!(evidence.announced_ports(), [5, 7]);
    assert_eq!(evidence.passive_ports(Outcome::Open), [7]);
}

#[test]
fn there_is_no_way_to_look_at_on_loopback() {
    let mut facts = seen("192.168.1.5", "203.0.113.2", None);
    facts.request.localise = true;
    assert!(Evidence::new(&facts).has_a_way());
    facts.request.localise = false;
    assert!(!Evidence::new(&facts).has_a_way(), "it is not to be looked at");
    let mut facts = seen("127.0.0.1", "127.0.0.1", None);
    facts.request.localise = true;
    assert!(!Evidence::new(&facts).has_a_way());
}

/// Answers are kept: the order of the questions changes none of them.
#[test]
fn the_order_of_questions_is_no_matter() {
    let ask = |evidence: &Evidence<'_>, which: usize| match which {
        0 => format!("{:?}", evidence.modes()),
        1 => format!("{:?}", evidence.place_of_silence()),
        2 => format!("{:?}", evidence.reset_from()),
        3 => format!("{:?} {:?}", evidence.own_drops(true), evidence.own_drops(false)),
        4 => format!("{:?}", evidence.audit()),
        _ => format!("{:?} {:?}", evidence.software(), evidence.holes()),
    };
    for scenario in scenario::all() {
        let (first, second) = (Evidence::new(&scenario.facts), Evidence::new(&scenario.facts));
        let forth: Vec<String> = (0..6).map(|which| ask(&first, which)).collect();
        let mut back: Vec<String> = (0..6).rev().map(|which| ask(&second, which)).collect();
        back.reverse();
        assert_eq!(forth, back, "{}", scenario.name);
        let again: Vec<String> = (0..6).map(|which| ask(&first, which)).collect();
        assert_eq!(forth, again, "{}", scenario.name);
    }
}

#[test]
fn family_and_login_are_those_of_the_session_that_tells_most() {
    let (mut facts, _) = fresh();
    let evidence = Evidence::new(&facts);
    assert!(evidence.logged_in() && evidence.login_refusal().is_none());
    assert_eq!(evidence.family(), Some(Family::V4));
    facts.sessions.clear();
    let evidence = Evidence::new(&facts);
    assert_eq!((evidence.logged_in(), evidence.family(), evidence.peer()), (false, None, None));
    assert_eq!(evidence.nat(), Nat::Unknown);
    assert!(evidence.software().is_none() && evidence.audit().is_none());
}

/// A run at four hops whose passive ports are silent behind the third router.
fn silent_at_the_end() -> Facts {
    scenario::of("server-blocks-passive-four-hops").facts.clone()
}

fn returned(hop: u8, answer: RungAnswer) -> crate::facts::Returned {
    let router = format!("198.18.{hop}.2").parse().unwrap();
    crate::facts::Returned { hop, router, port: 50_000, answer }
}

#[test]
fn the_way_back_is_free_where_something_came_from_a_high_port() {
    let way = |facts: &Facts| Evidence::new(facts).way_back();
    let facts = silent_at_the_end();
    assert_eq!(way(&facts), WayBack::Unknown, "calls come from port 20");
    let mut high = facts.clone();
    for attempt in high.attempts.iter_mut().filter(|a| !a.mode.is_passive()) {
        if let Some(observed) = &mut attempt.observed {
            observed.from.set_port(40_000);
        }
    }
    assert_eq!(way(&high), WayBack::Free, "a call from a high port came");
    let with = |answers: &[(u8, RungAnswer)]| {
        let mut facts = facts.clone();
        facts.returned =
            answers.iter().map(|(hop, answer)| returned(*hop, answer.clone())).collect();
        way(&facts)
    };
    let (reset, silent) = (RungAnswer::Reset, RungAnswer::Silent);
    assert_eq!(with(&[(1, reset.clone()), (3, reset.clone())]), WayBack::Free, "the last router");
    assert_eq!(with(&[(1, silent.clone()), (3, reset.clone())]), WayBack::Free);
    assert_eq!(with(&[(1, reset.clone()), (3, silent.clone())]), WayBack::Stops { after: 1 });
    // Routers that answer nobody tell nothing, and neither does one that says so by ICMP.
    assert_eq!(with(&[(1, silent.clone()), (3, silent)]), WayBack::Unknown);
    let icmp = crate::facts::Icmp { kind: 3, code: 3, sender: None };
    assert_eq!(with(&[(1, reset), (3, RungAnswer::Icmp { icmp })]), WayBack::Unknown);
}

#[test]
fn ladders_that_contradict_one_another_name_no_place_by_numbers() {
    let facts = silent_at_the_end();
    let evidence = Evidence::new(&facts);
    assert!(!evidence.ways_differ());
    assert_eq!(evidence.place_of_silence().map(|at| at.between), Some((3, 4)));
    let flow = |ttl: u8, answer: RungAnswer| crate::facts::Flow { port: 21, ttl, answer };
    let router = |address: &str| RungAnswer::Expired { router: Some(address.parse().unwrap()) };
    let with = |flows: Vec<crate::facts::Flow>| Facts { flows, ..facts.clone() };
    // Another router at the same hop, the server nearer for another flow, a router at two hops.
    for flows in [
        vec![flow(2, router("198.18.101.2"))],
        vec![flow(3, RungAnswer::Connected)],
        vec![flow(5, router("198.18.1.2"))],
    ] {
        let facts = with(flows);
        let evidence = Evidence::new(&facts);
        assert!(evidence.ways_differ(), "{:?}", facts.flows);
        // It came as far as the last router all the same.
        let at = evidence.place_of_silence().unwrap();
        assert_eq!((at.side(), at.confidence), (Side::Server, Confidence::Likely));
    }
    // Where it ends before, the numbers would say the way, and nothing says so.
    let mut nearer = with(vec![flow(2, router("198.18.101.2"))]);
    for ladder in nearer.ladders.iter_mut().filter(|l| l.role == LadderRole::Data) {
        ladder.rungs[2].answer = RungAnswer::Silent;
    }
    assert_eq!(Evidence::new(&nearer).place_of_silence(), None);
}

#[test]
fn a_reject_stands_where_the_shortest_life_met_it_whoever_signs() {
    let mut facts = silent_at_the_end();
    let server = facts.server().unwrap();
    let icmp = crate::facts::Icmp { kind: 3, code: 13, sender: Some(server) };
    let place = |facts: &Facts| Evidence::new(facts).place_of_reject(icmp).map(|at| at.between);
    let met = |facts: &mut Facts, from: usize| {
        for ladder in facts.ladders.iter_mut().filter(|l| l.role == LadderRole::Data) {
            for rung in &mut ladder.rungs[from..] {
                rung.answer = RungAnswer::Icmp { icmp };
            }
        }
    };
    met(&mut facts, 3);
    assert_eq!(place(&facts), Some((4, 4)), "the server, or a bridge in front of it");
    met(&mut facts, 1);
    assert_eq!(place(&facts), Some((1, 2)), "a bridge on the way");
}

#[test]
fn packets_that_are_dropped_come_in_step_with_knocks() {
    let mut facts = scenario::of("own-firewall-drops-answers").facts.clone();
    let rounds = |counts: [u32; 4]| {
        let syns = [6, 0, 3, 0];
        syns.iter()
            .zip(counts)
            .map(|(&syns, undelivered)| crate::facts::Round { syns, undelivered })
            .collect()
    };
    let mut drops = |counts| {
        facts.quiet.as_mut().unwrap().rounds = rounds(counts);
        Evidence::new(&facts).own_drops(true).map(|drops| drops.confidence)
    };
    assert_eq!(drops([6, 0, 3, 0]), Some(Confidence::Proven));
    // Others send too, or nobody answers at all.
    assert_eq!(drops([6, 5, 3, 6]), None);
    assert_eq!(drops([0, 0, 0, 0]), None);
    assert_eq!(drops([80, 0, 70, 0]), None);
    // More than so few knocks can cause.
    for attempt in facts.attempts.iter_mut().filter(|a| a.undelivered.is_some()) {
        attempt.undelivered = Some(80);
    }
    assert_eq!(Evidence::new(&facts).own_drops(true), None);
}

#[test]
fn whose_translation_it_is_follows_from_the_addresses() {
    let mut facts = scenario::of("client-nat-vsftpd").facts.clone();
    let mut who = |own: &str, peer: &str, seen: &str| {
        for session in &mut facts.sessions {
            session.local.set_ip(own.parse().unwrap());
            session.peer.set_ip(peer.parse().unwrap());
            for exchange in session.exchanges.iter_mut().filter(|e| e.command == "STAT") {
                for reply in &mut exchange.replies {
                    reply.text =
                        format!("FTP server status:\n     Connected to {seen}\nEnd of status");
                }
            }
        }
        let evidence = Evidence::new(&facts);
        (evidence.translated_at_the_client(), evidence.translated_at_the_server())
    };
    assert_eq!(who("192.168.1.2", "203.0.113.5", "198.51.100.9"), (true, false));
    assert_eq!(who("198.51.100.7", "203.0.113.5", "203.0.113.9"), (false, true), "next to it");
    assert_eq!(who("198.51.100.7", "203.0.113.5", "10.0.9.1"), (false, true), "private");
    assert_eq!(who("192.168.1.2", "203.0.113.5", "172.17.0.1"), (false, true), "a container");
    assert_eq!(who("198.51.100.7", "203.0.113.5", "192.0.2.8"), (false, false), "nobody knows");
    assert_eq!(who("192.168.1.2", "203.0.113.5", "100.64.3.4"), (false, false), "the carrier's");
    assert_eq!(
        who("203.0.113.7", "203.0.113.5", "203.0.113.9"),
        (false, false),
        "all of one network"
    );
}
