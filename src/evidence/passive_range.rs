//! The passive range as knocks at announced ports show it: which of them let us in, and what decides,
//! the command, the port, or chance.
//!
//! Everything here rests on knocks that were made while the port was announced to the login that
//! knocked: attempts, and announcements that were asked for beside them.

use std::collections::{BTreeMap, BTreeSet};

use super::announced_ports::{are_rising, are_whole_range, distinct};
use super::attempt_reading::AttemptReading;
use super::{Evidence, Located, PORTS_EACH, ResetFrom};
use crate::facts::{
    Announcement, Attempt, DialOutcome, Icmp, Mode, Outcome, Security, Varied, Why,
};

/// As likely as this or less is not put down to chance where something is said to be proven: a
/// thousand runs of the program meet it once.
const PROOF: f64 = 0.001;
/// The same where it is said to be likely: once in fifty runs.
const LIKELY: f64 = 0.02;
/// The part of a range that a report speaks of when it says what would go unnoticed.
const LEFT_OPEN: f64 = 0.75;
/// Ports of one command that lie among those of the other, at least, for the two to come from one
/// range.
const AMONG: usize = 2;

/// A knock at a port while it was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnnouncedPort {
    /// The port.
    pub port: u16,
    /// Which command had it announced.
    pub mode: Mode,
    /// Whether under TLS.
    pub security: Security,
    /// A handshake (`Open`), or how it was shut.
    pub came_to: Outcome,
    /// Index of the login that it was announced to.
    pub session: Option<usize>,
    /// Not knocked at right after the announcement, but a moment later.
    pub waited: bool,
    /// How often it was refused, the last time included.
    pub refused: u8,
    /// The message of whoever rejected it.
    pub icmp: Option<Icmp>,
}

impl AnnouncedPort {
    fn is_open(&self) -> bool {
        self.came_to == Outcome::Open
    }

    /// Let in only after it had been refused.
    fn opened_late(&self) -> bool {
        self.is_open() && self.refused > 0
    }

    fn of_attempt(evidence: &Evidence<'_>, attempt: &Attempt) -> Option<Self> {
        let elsewhere = attempt.varies(|v| *v == Varied::DialAdvertised);
        if elsewhere || evidence.went_nowhere(attempt) {
            return None;
        }
        let port = attempt.passive_port()?;
        let stood = attempt.observed.is_some() || attempt.is_open();
        let came_to = match (&attempt.why, attempt.outcome) {
            _ if stood => Outcome::Open,
            (Why::Local { .. }, _) => return None,
            (_, outcome) if outcome.is_shut() => outcome,
            _ => return None,
        };
        let icmp = match attempt.why {
            Why::Icmp { icmp } => icmp,
            _ => None,
        };
        let refusals =
            attempt.knocks.iter().filter(|k| k.outcome == Some(DialOutcome::Refused)).count();
        let least = usize::from(came_to == Outcome::Refused);
        let refused = u8::try_from(refusals.max(least)).unwrap_or(u8::MAX);
        let waited = attempt.varies(|v| *v == Varied::KnockAgain);
        let (mode, security, session) = (attempt.mode, attempt.security, attempt.session);
        Some(Self { port, mode, security, came_to, session, waited, refused, icmp })
    }

    fn of_announcement(announcement: &Announcement) -> Option<Self> {
        let knock = announcement.knock.as_ref()?;
        let icmp = match knock.outcome {
            DialOutcome::Local { .. } => return None,
            DialOutcome::Prohibited { icmp } | DialOutcome::Unreachable { icmp } => icmp,
            _ => None,
        };
        let came_to = knock.came_to();
        let Announcement { mode, security, .. } = *announcement;
        let (port, refused) = (announcement.port?, knock.refused);
        let session = Some(announcement.session);
        let waited = announcement.exchange.is_none();
        Some(Self { port, mode, security, came_to, session, waited, refused, icmp })
    }
}

/// What was knocked at, by what came of it. Ports are sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassiveRange {
    /// Every knock.
    pub knocks: Vec<AnnouncedPort>,
    /// Ports that let us in each time.
    pub open: Vec<u16>,
    /// Ports that never did.
    pub shut: Vec<u16>,
    /// Ports that did once and once did not: what failed there was no matter of the port.
    pub changing: Vec<u16>,
    /// Different ports that were announced, followed or not.
    pub announced: Vec<u16>,
    /// How often ports were announced.
    pub announcements: usize,
    /// Each login's announcements rise without a step back: they are the system's next free ports.
    pub rising: bool,
}

impl PassiveRange {
    fn new(knocks: Vec<AnnouncedPort>) -> Self {
        let ports = |open: bool| -> BTreeSet<u16> {
            knocks.iter().filter(|k| k.is_open() == open).map(|k| k.port).collect()
        };
        let (open, shut) = (ports(true), ports(false));
        Self {
            open: open.difference(&shut).copied().collect(),
            shut: shut.difference(&open).copied().collect(),
            changing: open.intersection(&shut).copied().collect(),
            knocks,
            ..Self::default()
        }
    }

    /// Different ports that were knocked at.
    pub fn tried(&self) -> usize {
        self.open.len() + self.shut.len() + self.changing.len()
    }

    /// Knocks that one command had announced.
    fn of(&self, mode: Mode) -> Self {
        Self::new(self.knocks.iter().filter(|k| k.mode == mode).copied().collect())
    }

    /// What came of the knocks at a port.
    pub fn came_to(&self, port: u16) -> Option<Outcome> {
        self.knocks.iter().find(|k| k.port == port).map(|k| k.came_to)
    }

    /// What came of the knocks at the shut ports, the commonest first.
    pub fn shut_by(&self) -> Option<Outcome> {
        let all = || self.shut.iter().filter_map(|port| self.came_to(*port));
        let count = |outcome| all().filter(|o| *o == outcome).count();
        all().max_by_key(|outcome| (count(*outcome), std::cmp::Reverse(*outcome)))
    }

    /// The messages that rejected knocks at the shut ports.
    pub fn rejects(&self) -> Vec<Icmp> {
        self.knocks.iter().filter(|k| self.shut.contains(&k.port)).filter_map(|k| k.icmp).collect()
    }

    /// Ports that let us in at the first knock.
    pub fn at_once(&self) -> usize {
        let at_once = self.knocks.iter().filter(|k| k.is_open() && !k.waited && k.refused == 0);
        distinct(at_once.map(|k| k.port).collect()).len()
    }

    /// Ports that refused a knock and let the next one in.
    pub fn late_ports(&self) -> Vec<u16> {
        let late = self.knocks.iter().filter(|k| k.opened_late());
        distinct(late.map(|k| k.port).collect())
    }

    /// Whether the ports that are shut refused, and none of them more than one knock: another one might
    /// have let them in.
    fn refused_once(&self) -> bool {
        let of = |port: u16| self.knocks.iter().filter(move |k| k.port == port);
        !self.shut.is_empty()
            && self.shut.iter().all(|&port| {
                of(port).all(|k| k.came_to == Outcome::Refused)
                    && of(port).map(|k| k.refused).max().unwrap_or(0) < 2
            })
    }

    /// What came of the ports of each login: how many let us in, and how many did not.
    fn by_login(&self) -> Vec<(usize, usize)> {
        let mut logins: BTreeMap<usize, [BTreeSet<u16>; 2]> = BTreeMap::new();
        for knock in &self.knocks {
            let Some(session) = knock.session else { continue };
            let [open, shut] = logins.entry(session).or_default();
            if knock.is_open() { open } else { shut }.insert(knock.port);
        }
        logins.into_values().map(|[open, shut]| (open.len(), shut.len())).collect()
    }

    /// Whether one login met ports that let us in and ports that did not: then it is not the machine
    /// that the login reached which decides.
    fn differs_within_a_login(&self) -> bool {
        self.by_login().iter().any(|(open, shut)| *open > 0 && *shut > 0)
    }

    /// Whether each login's ports came out alike, all open or all shut, on as many ports as chance would
    /// hardly sort like that.
    fn login_decides(&self) -> bool {
        let logins = self.by_login();
        let several =
            |of: fn(&(usize, usize)) -> usize| logins.iter().map(of).max() >= Some(PORTS_EACH);
        let count = |of: fn(&(usize, usize)) -> usize| logins.iter().map(of).sum::<usize>();
        !self.differs_within_a_login()
            && several(|(open, _)| *open)
            && several(|(_, shut)| *shut)
            && no_chance(0, count(|(open, _)| *open), count(|(_, shut)| *shut)) == NoChance::Proven
    }

    /// Whether the server begins to listen a moment after it has announced a port: the first knock is
    /// refused each time, and another one a moment later is let in. Several machines that take turns
    /// would let the first one in now and then.
    pub fn listens_late(&self) -> bool {
        self.late_ports().len() >= 2 && self.at_once() == 0
    }

    /// Whether the announcements show every port that there is.
    pub fn is_whole(&self) -> bool {
        are_whole_range(self.announcements, self.announced.len())
    }

    /// How many ports the range has, by how far the announced ones lie apart; `None` where they are
    /// too few to tell, or where there is no range.
    pub fn size(&self) -> Option<u32> {
        let (first, last) = (*self.announced.first()?, *self.announced.last()?);
        let count = u32::try_from(self.announced.len()).ok()?;
        if self.is_whole() {
            return Some(count);
        }
        if count < 4 || self.rising {
            return None;
        }
        // The outermost of n ports drawn from a range leave 2/(n+1) of it outside.
        let apart = u32::from(last - first);
        Some((apart * (count + 1) / (count - 1) + 1).max(count))
    }

    /// In how many of a hundred runs a range of which a quarter is shut, wherever that lies, would not
    /// have been noticed by knocks at as many different ports; rounded up. Ports in a row may as well
    /// be one.
    pub fn unnoticed(&self) -> u32 {
        let tried = self.tried();
        let chance = match self.size() {
            Some(size) if self.is_whole() => drawn_without(size, tried),
            _ if self.rising => LEFT_OPEN,
            _ => LEFT_OPEN.powi(i32::try_from(tried).unwrap_or(i32::MAX)),
        };
        percent(chance)
    }
}

/// The chance to draw so many different ports of a range without one of the quarter that is shut.
pub(super) fn drawn_without(size: u32, tried: usize) -> f64 {
    let shut = size.div_ceil(4);
    let tried = u32::try_from(tried).unwrap_or(u32::MAX);
    (0..tried.min(size))
        .map(|n| f64::from((size - shut).saturating_sub(n)) / f64::from(size - n))
        .product()
}

/// Of a hundred, rounded up.
fn percent(chance: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
    let percent = (chance * 100.0).ceil().clamp(0.0, 100.0) as u32;
    percent
}

/// The chance that ports which are shut at random come out sorted, so many open ones on one side and so
/// many shut ones on the other, whatever part of them is shut: the greatest that it can be.
fn sorted_by_chance(open: usize, shut: usize) -> f64 {
    let part = |of: usize| {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        (count(of) / count((open + shut).max(1))).powi(i32::try_from(of).unwrap_or(i32::MAX))
    };
    part(open) * part(shut)
}

/// How sure it is that it was no chance, if it is sure enough to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoChance {
    /// The same ports were tried both ways, or as many as would come out like that once in a thousand
    /// runs.
    Proven,
    /// Once in fifty runs.
    Likely,
    /// Oftener.
    Possible,
}

fn no_chance(same: usize, open: usize, shut: usize) -> NoChance {
    let chance = sorted_by_chance(open, shut);
    if same > 0 || chance <= PROOF {
        NoChance::Proven
    } else if chance <= LIKELY {
        NoChance::Likely
    } else {
        NoChance::Possible
    }
}

/// Two passive commands of which one lets us in and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandsDiffer {
    /// The one that works.
    pub works: Mode,
    /// The one that does not.
    pub fails: Mode,
    /// Ports that let us in.
    pub open: Vec<u16>,
    /// Ports that did not.
    pub shut: Vec<u16>,
    /// Ports that both had announced.
    pub same: Vec<u16>,
    /// How sure it is.
    pub no_chance: NoChance,
}

/// What decides whether an announced port lets us in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deciding {
    /// Nothing: all did, or none, or nobody was asked.
    Nothing,
    /// The server listens a moment after it has announced a port.
    Late,
    /// The login: all its ports let us in, or none; several machines, of which one has the ports.
    Login,
    /// Ports refused that let a knock in a moment later, or refused the only knock there: machines that
    /// take turns, perhaps.
    Turns,
    /// The command: ports of the same range, or the very same ports, are open to one of the two.
    Command(CommandsDiffer),
    /// 227 names other ports than the server listens at: those of EPSV let us in.
    Renumbered(CommandsDiffer),
    /// The two commands announce ports of different ranges, and one of the ranges is shut.
    Range(CommandsDiffer),
    /// The port.
    Port,
    /// Lost segments may have silenced what was silent.
    Loss,
}

impl Evidence<'_> {
    /// Knocks at announced ports with the security that was asked for.
    pub fn passive_range(&self) -> &PassiveRange {
        self.range.get_or_init(|| {
            let security = self.facts.request.security();
            let announced: Vec<(Option<usize>, u16)> = self.announced_by_login(security);
            let ports: Vec<u16> = announced.iter().map(|(_, port)| *port).collect();
            PassiveRange {
                announcements: ports.len(),
                announced: distinct(ports),
                rising: are_rising(&announced),
                ..self.range_of(security)
            }
        })
    }

    /// The same with another security.
    pub fn range_of(&self, security: Security) -> PassiveRange {
        let attempts = self.facts.attempts.iter().filter(|a| a.mode.is_passive() && a.is_tested());
        let attempts = attempts.filter_map(|a| AnnouncedPort::of_attempt(self, a));
        let beside = self.facts.announcements.iter().filter_map(AnnouncedPort::of_announcement);
        PassiveRange::new(attempts.chain(beside).filter(|k| k.security == security).collect())
    }

    fn announced_by_login(&self, security: Security) -> Vec<(Option<usize>, u16)> {
        let mut all: Vec<(Option<usize>, usize, u16)> = Vec::new();
        let of = self.facts.attempts.iter().filter(|a| a.security == security && a.is_tested());
        all.extend(of.filter_map(|a| Some((a.session, a.first_exchange, a.passive_port()?))));
        let beside = self.facts.announcements.iter().filter(|a| a.security == security);
        all.extend(beside.filter_map(|a| Some((Some(a.session), a.exchange?, a.port?))));
        all.sort_by_key(|(session, exchange, _)| (*session, *exchange));
        all.into_iter().map(|(session, _, port)| (session, port)).collect()
    }

    /// What decides whether an announced port lets us in.
    pub fn deciding(&self) -> &Deciding {
        self.deciding.get_or_init(|| deciding(self))
    }

    /// Where knocks at the shut ports end, or who says no.
    pub fn place_of_shut(&self) -> Option<Located> {
        let range = self.passive_range();
        match range.shut_by()? {
            Outcome::TimedOut => self.place_of_silence(),
            Outcome::Refused => match self.reset_from()? {
                ResetFrom::End(at) | ResetFrom::Nat(at) | ResetFrom::Box(at) => Some(at),
            },
            _ => {
                let rejects = range.rejects();
                let place = |icmp: &Icmp| self.place_of_reject(*icmp);
                let first = rejects.first().and_then(place)?;
                rejects
                    .iter()
                    .filter_map(place)
                    .all(|at| at.between == first.between)
                    .then_some(first)
            }
        }
    }

    /// Whether a port that was announced beside the attempts let us in at the first knock.
    pub fn let_in_beside(&self) -> bool {
        let security = self.facts.request.security();
        self.facts.announcements.iter().filter(|a| a.security == security).any(|a| {
            a.knock.as_ref().is_some_and(|k| k.outcome == DialOutcome::Connected && k.refused == 0)
        })
    }

    /// What is open in clear and shut under TLS: how sure it is that this is no luck with ports.
    /// `None` where something else decides.
    pub fn open_in_clear_alone(&self) -> Option<NoChance> {
        let tls = self.range_of(Security::Tls);
        let clear = self.range_of(Security::Clear);
        if clear.open.is_empty() || tls.shut.is_empty() || !clear.shut.is_empty() {
            return None;
        }
        if !tls.open.is_empty() {
            return None;
        }
        let same = both(&clear.open, &tls.shut).len();
        if same == 0 && tls.shut.len() >= PORTS_EACH && clear.open.len() >= PORTS_EACH {
            let apart = !lie_among(&tls.shut, &clear.open) || !lie_among(&clear.open, &tls.shut);
            if apart {
                return Some(NoChance::Possible);
            }
        }
        Some(no_chance(same, clear.open.len(), tls.shut.len()))
    }
}

fn both(one: &[u16], other: &[u16]) -> Vec<u16> {
    one.iter().filter(|port| other.contains(port)).copied().collect()
}

/// Whether enough of these ports lie among those, or no farther outside than those usually lie apart.
fn lie_among(these: &[u16], those: &[u16]) -> bool {
    let (Some(first), Some(last)) = (those.first(), those.last()) else { return false };
    let gaps = u32::try_from(those.len().saturating_sub(1)).unwrap_or(u32::MAX).max(1);
    let usual = u32::from(last - first) / gaps;
    let (low, high) = (u32::from(*first).saturating_sub(usual), u32::from(*last) + usual);
    let among = these.iter().filter(|port| (low..=high).contains(&u32::from(**port))).count();
    among >= AMONG.min(these.len().max(1))
}

fn deciding(evidence: &Evidence<'_>) -> Deciding {
    let range = evidence.passive_range();
    if range.listens_late() {
        return Deciding::Late;
    }
    // Sockets that stood and carried nothing differ by command as well, and no port is shut then.
    if range.shut.is_empty() || range.open.is_empty() {
        return Deciding::Nothing;
    }
    let pairs = [(Mode::Pasv, Mode::Epsv), (Mode::Epsv, Mode::Pasv)];
    for (works, fails) in pairs {
        if let Some(deciding) = commands_differ(evidence, works, fails) {
            return deciding;
        }
    }
    let nearer = matches!(evidence.reset_from(), Some(ResetFrom::Nat(_) | ResetFrom::Box(_)));
    if range.login_decides() {
        return Deciding::Login;
    }
    let refused = range.shut_by() == Some(Outcome::Refused);
    if refused && !nearer && (range.refused_once() || !range.differs_within_a_login()) {
        return Deciding::Turns;
    }
    let silent = range.shut.iter().all(|port| range.came_to(*port) == Some(Outcome::TimedOut));
    if silent && !stays_silent(evidence) {
        return Deciding::Loss;
    }
    Deciding::Port
}

/// Whether silence is the port's: it was met at two ports, or at one that was silent when it was asked
/// again; more of them where segments get lost.
fn stays_silent(evidence: &Evidence<'_>) -> bool {
    let range = evidence.passive_range();
    let again = evidence.neighbour_ports(|o| o == Outcome::TimedOut);
    let later = evidence.neighbour_ports(Outcome::is_let_through);
    // A port that lets a knock through when nobody has announced it is not shut.
    let shut: Vec<u16> = range.shut.iter().filter(|p| !later.contains(p)).copied().collect();
    let confirmed = shut.iter().any(|port| again.contains(port));
    let enough = if evidence.lossy() { PORTS_EACH } else { super::TWICE };
    confirmed || shut.len() >= enough
}

fn commands_differ(evidence: &Evidence<'_>, works: Mode, fails: Mode) -> Option<Deciding> {
    let range = evidence.passive_range();
    let (good, bad) = (range.of(works), range.of(fails));
    let only = |of: &PassiveRange, open: bool| {
        of.knocks.len() >= PORTS_EACH && of.knocks.iter().all(|k| k.is_open() == open)
    };
    if !only(&good, true) || !only(&bad, false) {
        return None;
    }
    // The right door may be at the address that 227 names.
    if fails == Mode::Pasv && evidence.foreign_227().is_some() {
        return Some(Deciding::Nothing);
    }
    let same = both(&good.open, &bad.shut);
    let no_chance = no_chance(same.len(), good.open.len(), bad.shut.len());
    let among = lie_among(&bad.shut, &good.open) && lie_among(&good.open, &bad.shut);
    let differ = CommandsDiffer { works, fails, open: good.open, shut: bad.shut, same, no_chance };
    let one_range = !differ.same.is_empty() || among;
    // The server's own machine refuses: nobody listens at the port that 227 names.
    let nobody_listens = bad.knocks.iter().all(|k| k.came_to == Outcome::Refused)
        && matches!(evidence.reset_from(), Some(ResetFrom::End(_)));
    if fails == Mode::Pasv && differ.same.is_empty() && (nobody_listens || !one_range) {
        // One port that is named each time is a dead port, whoever put it there.
        let several = differ.shut.len() >= PORTS_EACH;
        return several.then_some(Deciding::Renumbered(differ));
    }
    if !one_range {
        return Some(Deciding::Range(differ));
    }
    // Luck with the ports would look alike.
    (differ.no_chance != NoChance::Possible).then_some(Deciding::Command(differ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(open: &[u16], announced: &[u16], times: usize) -> PassiveRange {
        let knock = |port: &u16| AnnouncedPort {
            port: *port,
            mode: Mode::Pasv,
            security: Security::Clear,
            came_to: Outcome::Open,
            session: Some(0),
            waited: false,
            refused: 0,
            icmp: None,
        };
        PassiveRange {
            announced: distinct(announced.to_vec()),
            announcements: times,
            ..PassiveRange::new(open.iter().map(knock).collect())
        }
    }

    #[test]
    fn a_quarter_is_missed_as_often_as_is_said() {
        // Three quarters to the power of the ports that were tried, rounded up.
        let far = [3000, 3100, 3350, 3600, 3800, 3990, 3017, 3212, 3477, 3555, 3703, 3931];
        for (tried, percent) in [(1, 75), (2, 57), (3, 43), (6, 18), (12, 4)] {
            assert_eq!(range(&far[..tried], &far, 12).unnoticed(), percent, "{tried}");
        }
        // Of four ports one is shut: each that is tried leaves fewer.
        let few = [50000, 50001, 50002, 50003];
        for (tried, percent) in [(1, 75), (2, 50), (3, 25), (4, 0)] {
            assert_eq!(range(&few[..tried], &few, 16).unnoticed(), percent, "{tried}");
        }
        // Ports in a row may be one.
        let row = PassiveRange { rising: true, ..range(&far[..6], &far, 6) };
        assert_eq!((row.unnoticed(), row.size()), (75, None));
    }

    #[test]
    fn the_size_is_told_by_how_far_ports_lie_apart() {
        let drawn = [3017, 3212, 3477, 3555, 3703, 3931];
        let size = range(&drawn, &drawn, 6).size().unwrap();
        assert!((900..1500).contains(&size), "{size}");
        assert_eq!(range(&drawn, &drawn[..3], 3).size(), None, "too few");
        assert_eq!(range(&[50000], &[50000], 4).size(), Some(1));
    }

    #[test]
    fn chance_sorts_few_ports_oftener() {
        assert!(sorted_by_chance(3, 3) > 0.015 && sorted_by_chance(3, 3) < 0.016);
        assert_eq!(no_chance(0, 3, 3), NoChance::Likely);
        assert_eq!(no_chance(0, 6, 6), NoChance::Proven);
        assert_eq!(no_chance(0, 1, 2), NoChance::Possible);
        assert_eq!(no_chance(1, 1, 2), NoChance::Proven, "the same port decides");
    }

    #[test]
    fn ranges_are_one_where_their_ports_lie_among_each_other() {
        let low = [3010, 3400, 3620, 3990];
        let beside = [3105, 3301, 3777, 3888];
        let far = [33_100, 41_000, 52_012, 60_001];
        assert!(lie_among(&low, &beside) && lie_among(&beside, &low));
        assert!(!lie_among(&far, &low));
        // All over the place, and the others within: the two do not come from one range.
        let within = [50_010, 50_040, 50_077, 50_099];
        assert!(lie_among(&within, &far) && !lie_among(&far, &within));
    }
}
