//! Whether one more port is to be announced on the login of a passive attempt, and knocked at.
//!
//! One port stands for a whole range: others tell whether it is the command that fails, the port, a
//! part of the range, or chance. A port is knocked at right after it was announced, by the login that
//! it was announced to, so that nobody else's is disturbed and no pinhole is left open behind us.

use super::super::limits::Limits;
use crate::evidence::Evidence;
use crate::evidence::announced_ports::are_whole_range;
use crate::facts::{
    Announcement, Attempt, Because, DialOutcome, Micros, Outcome, Purpose, Varied, Why,
};

/// Why one more is to be announced, or `None` where it is enough.
pub fn another(evidence: &Evidence<'_>, attempt: &Attempt, limits: &Limits) -> Option<Because> {
    let facts = evidence.facts;
    let session = attempt.session?;
    let plain = matches!(attempt.purpose, Purpose::Mode | Purpose::Repeat);
    let in_clear = attempt.varies(|v| *v == Varied::Clear);
    if !(plain || in_clear) || attempt.passive_port().is_none() {
        return None;
    }
    let shut_first = attempt.outcome.is_shut() && !matches!(attempt.why, Why::Local { .. });
    if !attempt.is_open() && !shut_first {
        return None;
    }
    // Whoever has said no once is not asked again: a server may count its announcements.
    if facts.announcements.iter().any(|a| a.port.is_none()) {
        return None;
    }
    let own: Vec<&Announcement> =
        facts.announcements.iter().filter(|a| a.session == session).collect();
    let asked = facts.exchanges_of(attempt).iter().filter(|e| e.verb() == attempt.mode.verb());
    if asked.count() + own.iter().filter(|a| a.exchange.is_some()).count() >= limits.announcements {
        return None;
    }
    let shut = shut_first || own.iter().any(|a| is_shut(a));
    // An audit asks for announcements of its own, and knocks at the whole range.
    if !shut && facts.audit.is_some() {
        return None;
    }
    // As many as one login may have announced, all shut: another login only shows whether it is so too.
    let known = evidence.passive_range().knocks.iter().filter(|k| k.mode == attempt.mode);
    let mut known = known.map(|k| k.came_to == Outcome::Open);
    if attempt.purpose == Purpose::Repeat
        && shut_first
        && own.is_empty()
        && known.clone().count() > limits.announcements
        && !known.any(|open| open)
    {
        return None;
    }
    let announced = evidence.announced_ports();
    if !shut && are_whole_range(evidence.announcements().len(), announced.len()) {
        return None;
    }
    let spent: u64 = own.iter().map(|a| a.took.0).sum();
    let time = if shut { limits.announcements_shut } else { limits.announcements_open };
    if Micros(spent).duration() >= time {
        return None;
    }
    Some(if shut { Because::PortShut } else { Because::OtherPorts })
}

fn is_shut(announcement: &Announcement) -> bool {
    announcement.knock.as_ref().is_some_and(|knock| knock.outcome != DialOutcome::Connected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{AnnouncedKnock, Facts, Mode, Security};
    use crate::tests::support::scenario;

    /// The first attempt of a healthy run, come to this, and what was announced after it: ports that
    /// let us in, that were silent, or (without a knock) a reply that announces none.
    fn after(outcome: Outcome, ports: &[Option<(u16, bool)>]) -> Facts {
        let mut facts = scenario::of("healthy").facts.clone();
        facts.attempts.truncate(1);
        facts.announcements.clear();
        let attempt = &mut facts.attempts[0];
        let waited = Micros(1_600_000);
        attempt.end(match outcome {
            Outcome::Open => Why::Complete,
            Outcome::TimedOut => Why::NoAnswer { waited, syns: Some(3) },
            Outcome::Refused => Why::Reset,
            _ => Why::NoData { waited },
        });
        if outcome != Outcome::Open {
            attempt.observed = None;
        }
        let session = attempt.session.unwrap();
        let first = facts.sessions[session].exchanges.len();
        facts.announcements = ports
            .iter()
            .enumerate()
            .map(|(at, port)| Announcement {
                session,
                exchange: Some(first + at),
                mode: Mode::Pasv,
                security: Security::Clear,
                port: port.map(|(port, _)| port),
                knock: port.map(|(_, open)| AnnouncedKnock {
                    outcome: if open { DialOutcome::Connected } else { DialOutcome::TimedOut },
                    refused: 0,
                    beside: None,
                    syns: Some(1),
                }),
                began: Micros(0),
                took: Micros(if port.is_some_and(|(_, open)| open) { 20_000 } else { 400_000 }),
            })
            .collect();
        facts
    }

    fn wanted(facts: &Facts) -> Option<Because> {
        another(&Evidence::new(facts), &facts.attempts[0], &Limits::default())
    }

    #[test]
    fn a_login_has_six_ports_announced_and_no_more() {
        let open: Vec<Option<(u16, bool)>> =
            (0..5).map(|n| Some((50_010 + n * 17, true))).collect();
        for some in 0..5 {
            let facts = after(Outcome::Open, &open[..some]);
            assert_eq!(wanted(&facts), Some(Because::OtherPorts), "after {some}");
        }
        assert_eq!(wanted(&after(Outcome::Open, &open)), None);
        let shut: Vec<Option<(u16, bool)>> =
            (0..5).map(|n| Some((50_010 + n * 17, false))).collect();
        for some in 0..5 {
            let facts = after(Outcome::TimedOut, &shut[..some]);
            assert_eq!(wanted(&facts), Some(Because::PortShut), "after {some}");
        }
        assert_eq!(wanted(&after(Outcome::TimedOut, &shut)), None);
    }

    #[test]
    fn nothing_is_asked_for_after_an_error_or_where_the_data_connection_hung() {
        assert_eq!(wanted(&after(Outcome::Open, &[Some((50_010, true)), None])), None);
        assert_eq!(wanted(&after(Outcome::Stalled, &[])), None);
    }

    #[test]
    fn a_range_of_one_port_is_known_soon() {
        let mut facts = after(Outcome::Open, &[]);
        let port = facts.attempts[0].passive_port().unwrap();
        for count in 0..3 {
            facts = after(Outcome::Open, &vec![Some((port, true)); count]);
            assert!(wanted(&facts).is_some(), "{count}");
        }
        assert_eq!(
            wanted(&after(Outcome::Open, &[Some((port, true)); 3])),
            None,
            "four times the same"
        );
    }

    #[test]
    fn time_is_short_where_all_is_well() {
        let mut facts = after(Outcome::Open, &[Some((50_010, true))]);
        facts.announcements[0].took = Micros(350_000);
        assert_eq!(wanted(&facts), None, "a far server");
        let mut facts = after(Outcome::TimedOut, &[Some((50_010, true))]);
        facts.announcements[0].took = Micros(350_000);
        assert_eq!(wanted(&facts), Some(Because::PortShut), "a port that is shut is worth more");
    }

    #[test]
    fn an_audit_asks_by_itself() {
        let mut facts = after(Outcome::Open, &[]);
        facts.audit = Some(crate::facts::Audit::default());
        assert_eq!(wanted(&facts), None);
        let mut facts = after(Outcome::TimedOut, &[]);
        facts.audit = Some(crate::facts::Audit::default());
        assert_eq!(wanted(&facts), Some(Because::PortShut));
    }
}
