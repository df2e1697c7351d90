//! An audit, made sense of: which ports are let through, and what the
//! sweep can say at all.

use std::collections::BTreeMap;

use super::Evidence;
use super::announced_ports::{
    FEW, are_one_after_another, are_opened_one_by_one, are_whole_range, distinct,
};
use super::ladder::ResetFrom;
use super::passive_range::drawn_without;
use crate::facts::audit::{PortRun, outcome, runs};
use crate::facts::{Audit, BoundsFrom, Mode, Outcome, PortRange, Sweep};

/// So many neighbouring ports are still a hole.
pub const HOLE: usize = 3;
/// More blocked runs than this are hardly a firewall's: that is what loss and limits on the number
/// of connections look like.
const RUNS: usize = 16;
/// One knock in so many lost is more than a stray one.
const SOME: u32 = 20;
/// Announcements of one command that have to come to the same for it to be the command's doing.
const ALIKE: usize = 4;
/// Announcements so many times farther apart than usual may be of two ranges: drawn at random from
/// one range, 40 of them are that far apart once in a thousand runs.
const FAR: u32 = 16;

/// What a sweep is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It shows which ports are let through.
    Shown,
    /// Ports are opened as they are announced: others are silent, and that means nothing.
    Pinholes,
    /// It shows which ports are let through by anybody; those that are silent are opened as they are
    /// announced.
    Announced,
    /// Somebody answers in the server's place at every port.
    Intercepted,
    /// There was none.
    Nothing,
}

/// An audit, made sense of.
#[derive(Debug, Clone)]
pub struct PortAudit<'a> {
    /// What was observed.
    pub audit: &'a Audit,
    /// The sweep.
    pub sweep: Option<&'a Sweep>,
    /// What it is worth.
    pub worth: Worth,
    /// The range, and where it comes from.
    pub bounds: Option<(PortRange, BoundsFrom)>,
    /// Ports of the range, and announced ones outside of it, sorted, with what is known of them.
    pub ports: Vec<PortRun>,
    /// The same ports by what that means: `Refused` for those that are let through, `TimedOut` for
    /// those that are held back, `NotTested` where it cannot be told. A RST alone tells nothing where
    /// other ports sent one while they were announced.
    pub passing: Vec<PortRun>,
    /// Ports that were knocked at while they were announced, with what came of it.
    pub met: Vec<(u16, Outcome)>,
    /// Distinct ports that were announced, sorted.
    pub announced: Vec<u16>,
    /// The ports of the range that the sweep says something about, as runs: `Refused` for those that
    /// are let through, `TimedOut` for those that are held back, `NotTested` for the others.
    ///
    /// A range that was learnt from announcements has guessed edges, and two ranges look like one
    /// with a gap: there a silent port counts where announcements lie in the same silent run, or
    /// where the run is no longer than announcements are usually apart.
    pub inside: Vec<PortRun>,
}

impl<'f> Evidence<'f> {
    /// The audit of passive ports, if there was one.
    pub fn audit(&self) -> Option<&PortAudit<'f>> {
        self.audit.get_or_init(|| port_audit(self)).as_ref()
    }
}

fn port_audit<'f>(evidence: &Evidence<'f>) -> Option<PortAudit<'f>> {
    let audit = evidence.facts.audit.as_ref()?;
    let sweep = audit.sweep.as_ref();
    let opened = opened_by_announcement(audit);
    let worth = if opened.is_empty() { worth(evidence, audit) } else { Worth::Announced };
    let declared = evidence.facts.request.audit.and_then(|a| a.passive_ports);
    let bounds = match (sweep, declared) {
        (Some(sweep), _) => Some((sweep.bounds, sweep.from)),
        (None, Some(range)) => Some((range, BoundsFrom::Declared)),
        (None, None) => None,
    };
    let told = |as_told: &dyn Fn(u16, Outcome) -> Outcome| {
        let all = sweep.into_iter().flat_map(|s| &s.ports).flat_map(|run| run.each());
        runs(all.map(|(port, outcome)| (port, as_told(port, outcome))))
    };
    let unheard =
        |outcome: Outcome| if outcome.is_held_back() { Outcome::NotTested } else { outcome };
    let known: Vec<PortRun> = match worth {
        // Whoever was turned away half-way learns nothing from silence.
        Worth::Shown if sweep.is_some_and(|s| !s.gone_silent.is_empty()) => {
            told(&|_, outcome| unheard(outcome))
        }
        Worth::Shown => sweep.map_or_else(Vec::new, |s| s.ports.clone()),
        // A handshake with somebody else says nothing about this port of the server.
        Worth::Intercepted => told(&|_, outcome| match outcome {
            Outcome::Open => Outcome::NotTested,
            _ => outcome,
        }),
        Worth::Pinholes => audit.announced.clone(),
        Worth::Announced => told(&|port, outcome| {
            if opened.contains(&port) { Outcome::Open } else { unheard(outcome) }
        }),
        Worth::Nothing => Vec::new(),
    };
    let ports = with_rest(known, declared.filter(|_| worth != Worth::Shown));
    let announced = distinct(evidence.announcements());
    let met = met(evidence, audit);
    let nearer = nearer(evidence, audit, &met);
    let (ports, passing) = if worth == Worth::Shown {
        passing(&ports, &met, nearer.as_ref())
    } else {
        (ports.clone(), ports)
    };
    let inside = inside(audit, sweep, &passing, &announced);
    Some(PortAudit { audit, sweep, worth, bounds, ports, passing, met, announced, inside })
}

/// What knocks at ports came to while these were announced to whoever knocked: what let us in once is
/// open.
fn met(evidence: &Evidence<'_>, audit: &Audit) -> Vec<(u16, Outcome)> {
    let mut all: BTreeMap<u16, Outcome> = BTreeMap::new();
    let tried = evidence.passive_range().knocks.iter().map(|knock| (knock.port, knock.came_to));
    let asked = audit.announced.iter().flat_map(|run| run.each());
    for (port, outcome) in tried.chain(asked) {
        let kept = all.entry(port).or_insert(outcome);
        if outcome == Outcome::Open {
            *kept = outcome;
        }
    }
    all.into_iter().collect()
}

/// Ports that refused a SYN which could not come as far as the server, and whether each that was asked
/// is one of them.
struct Nearer {
    asked: BTreeMap<u16, bool>,
    /// Whether all ports that refused while they were announced are.
    explains_all: bool,
}

/// `None` where distances show nothing: ways may be of different length, so a port that refused while
/// it was announced has to be among them, or a NAT to be seen there; and one that lets us in where it
/// is announced is passed on then.
fn nearer(evidence: &Evidence<'_>, audit: &Audit, met: &[(u16, Outcome)]) -> Option<Nearer> {
    let short = audit.short.as_ref()?;
    let asked: BTreeMap<u16, bool> = short
        .ports
        .iter()
        .flat_map(|run| run.each())
        .map(|(port, outcome)| (port, outcome == Outcome::Refused))
        .collect();
    let is_near = |port: &u16| asked.get(port) == Some(&true);
    let of = |wanted: Outcome| met.iter().filter(move |(_, o)| *o == wanted).map(|(port, _)| *port);
    let rejected: Vec<u16> = of(Outcome::Refused).collect();
    let seen = if rejected.is_empty() {
        matches!(evidence.reset_from(), Some(ResetFrom::Nat(_)))
    } else {
        rejected.iter().any(is_near)
    };
    if !seen || of(Outcome::Open).any(|port| is_near(&port)) {
        return None;
    }
    let explains_all = rejected.iter().all(is_near);
    Some(Nearer { asked, explains_all })
}

/// What each port came to, and what that means for it. A port that refuses is let through, unless it
/// refused while it was announced, or from nearer than the server; and where others did, it is not
/// known, unless distances explain them all.
fn passing(
    ports: &[PortRun],
    met: &[(u16, Outcome)],
    nearer: Option<&Nearer>,
) -> (Vec<PortRun>, Vec<PortRun>) {
    let rejects = nearer.is_some() || met.iter().any(|(_, o)| *o == Outcome::Refused);
    let each = ports.iter().flat_map(|run| run.each()).map(|(port, outcome)| {
        let announced = met
            .binary_search_by_key(&port, |(port, _)| *port)
            .ok()
            .and_then(|at| met.get(at))
            .map(|(_, outcome)| *outcome);
        let near = nearer.and_then(|nearer| nearer.asked.get(&port).copied());
        let through = match (outcome, announced, near) {
            (Outcome::NotTested, ..) => None,
            (o, ..) if o.is_held_back() => Some(false),
            (_, Some(Outcome::Refused | Outcome::Prohibited), _) | (_, _, Some(true)) => {
                Some(false)
            }
            (_, Some(Outcome::Open), _) => Some(true),
            (_, _, Some(false)) if nearer.is_some_and(|nearer| nearer.explains_all) => Some(true),
            _ if rejects => None,
            _ => Some(true),
        };
        let outcome = match (through, announced) {
            (Some(true), Some(Outcome::Open)) if rejects => Outcome::Open,
            (None, _) => Outcome::NotTested,
            _ => outcome,
        };
        let means = match through {
            Some(true) => Outcome::Refused,
            Some(false) => Outcome::TimedOut,
            None => Outcome::NotTested,
        };
        (port, outcome, means)
    });
    let each: Vec<(u16, Outcome, Outcome)> = each.collect();
    (runs(each.iter().map(|it| (it.0, it.1))), runs(each.iter().map(|it| (it.0, it.2))))
}

/// Ports of the range that nothing is known of are not tested, rather than left out.
fn with_rest(known: Vec<PortRun>, range: Option<PortRange>) -> Vec<PortRun> {
    let Some(range) = range else { return known };
    let rest = (range.min..=range.max)
        .filter(|port| !known.iter().any(|run| (run.first..=run.last).contains(port)))
        .map(|port| (port, Outcome::NotTested));
    let mut all: Vec<(u16, Outcome)> =
        known.iter().flat_map(|run| run.each()).chain(rest).collect();
    all.sort_unstable_by_key(|(port, _)| *port);
    runs(all)
}

/// What it is worth where nothing shows that ports are opened as they are announced, or all are.
fn worth(evidence: &Evidence<'_>, audit: &Audit) -> Worth {
    if are_opened_one_by_one(&audit.controls) {
        return Worth::Pinholes;
    }
    let Some(sweep) = &audit.sweep else { return Worth::Nothing };
    let count = |wanted: fn(Outcome) -> bool| -> usize {
        sweep.ports.iter().filter(|r| wanted(r.outcome)).map(|run| run.count()).sum()
    };
    let (open, asked) = (count(|o| o == Outcome::Open), count(|o| o != Outcome::NotTested));
    let everywhere = asked >= 16 && open * 10 >= asked * 9;
    if everywhere || (open > 0 && !evidence.answered_unannounced().is_empty()) {
        Worth::Intercepted
    } else {
        Worth::Shown
    }
}

/// Ports that were silent in the sweep, open right after they were announced, and silent again
/// without that; not where knocks at answering ports got lost too.
fn opened_by_announcement(audit: &Audit) -> Vec<u16> {
    let Some(sweep) = audit.sweep.as_ref().filter(|s| s.complete && !loses_some(s)) else {
        return Vec::new();
    };
    let silent = audit.controls.iter().filter(|run| run.outcome == Outcome::TimedOut);
    silent
        .flat_map(|run| run.first..=run.last)
        .filter(|port| outcome(&sweep.ports, *port) == Some(Outcome::TimedOut))
        .collect()
}

fn loses_some(sweep: &Sweep) -> bool {
    sweep.lost.saturating_mul(SOME) > sweep.answered
}

/// See [`PortAudit::inside`].
fn inside(
    audit: &Audit,
    sweep: Option<&Sweep>,
    ports: &[PortRun],
    announced: &[u16],
) -> Vec<PortRun> {
    let Some(sweep) = sweep else { return Vec::new() };
    let learned = sweep.from == BoundsFrom::Learned;
    let drawn: Vec<u16> = announced.iter().copied().filter(|p| sweep.bounds.has(*p)).collect();
    let (min, max) = match (learned, drawn.first(), drawn.last()) {
        (false, _, _) => (sweep.bounds.min, sweep.bounds.max),
        (true, Some(first), Some(last)) => (*first, *last),
        (true, _, _) => return Vec::new(),
    };
    let mut gaps: Vec<u16> =
        drawn.iter().zip(drawn.iter().skip(1)).map(|(a, b)| b.saturating_sub(*a)).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    // Between announcements that are far apart.
    let lonely = |port: u16| {
        let at = drawn.partition_point(|p| *p < port);
        let before = at.checked_sub(1).and_then(|at| drawn.get(at));
        match (before, drawn.get(at)) {
            (_, Some(after)) if *after == port => false,
            (Some(before), Some(after)) => {
                drawn.len() >= FEW && u32::from(after - before) > FAR * u32::from(usual)
            }
            _ => true,
        }
    };
    let ports =
        ports.iter().flat_map(|run| run.each()).filter(|(port, _)| (min..=max).contains(port)).map(
            |(port, outcome)| {
                let outcome = if outcome.is_let_through() {
                    Outcome::Refused
                } else if outcome.is_held_back() && !(learned && lonely(port)) {
                    Outcome::TimedOut
                } else {
                    Outcome::NotTested
                };
                (port, outcome)
            },
        );
    let all = runs(ports);
    if !learned {
        return all;
    }
    // Where each port came up several times there are no others.
    let whole = are_whole_range(audit.sampled_ports().count(), drawn.len());
    let longest = if whole || drawn.len() < FEW { 0 } else { HOLE.max(usize::from(usual) * 2) };
    let kept = all.iter().flat_map(|run| {
        let at = drawn.partition_point(|p| *p < run.first);
        let announced = drawn.get(at).is_some_and(|p| *p <= run.last);
        let unclear = run.outcome == Outcome::TimedOut && !announced && run.count() > longest;
        let outcome = if unclear { Outcome::NotTested } else { run.outcome };
        PortRun { outcome, ..*run }.each()
    });
    runs(kept)
}

impl PortAudit<'_> {
    /// Ports for the report: those of the range and the well-known ones, sorted, each once. Where
    /// silence shows loss or a limit, it says nothing of the port.
    pub fn all(&self, evidence: &Evidence<'_>) -> Vec<(u16, Outcome)> {
        let patchy = self.patchy();
        let told = |(port, outcome)| match outcome {
            Outcome::TimedOut if patchy => (port, Outcome::NotTested),
            _ => (port, outcome),
        };
        let control =
            evidence.session().is_some().then(|| (evidence.control_port(), Outcome::Open));
        let mut all: Vec<(u16, Outcome)> = self
            .ports
            .iter()
            .flat_map(|run| run.each())
            .map(told)
            .chain(self.audit.known.iter().flat_map(|run| run.each()))
            .chain(control)
            .collect();
        all.sort_by_key(|(port, _)| *port);
        all.dedup_by_key(|(port, _)| *port);
        all
    }

    /// The range by what is known of its ports, those alone that came to one of these. Where announced
    /// ports alone show who is let through there are gaps between them: what lies between two that are
    /// known, and neighbours in that, goes with them.
    pub fn spans_of(&self, wanted: &[Outcome]) -> Vec<PortRun> {
        let mut all: Vec<PortRun> = Vec::new();
        let gaps = !self.rejects().is_empty();
        for run in self.inside.iter().filter(|run| !gaps || run.outcome != Outcome::NotTested) {
            match all.last_mut().filter(|last| gaps && last.outcome == run.outcome) {
                Some(last) => last.last = run.last,
                None => all.push(*run),
            }
        }
        all.retain(|run| wanted.contains(&run.outcome));
        all
    }

    /// Ports that answered a knock with RST while they were announced.
    pub fn rejected(&self) -> Vec<u16> {
        let refused = self.met.iter().filter(|(_, outcome)| *outcome == Outcome::Refused);
        refused.map(|(port, _)| *port).filter(|port| self.has(*port)).collect()
    }

    /// Whether the ports of one command were all refused while they were announced, and those of the
    /// other all let us in: then no port decides.
    pub fn command_decides(&self) -> bool {
        let of = |mode: Mode| {
            let announced = self.audit.samples.iter().filter(move |s| s.mode == mode);
            let came_to = |port: u16| {
                let at = self.met.binary_search_by_key(&port, |(port, _)| *port).ok()?;
                self.met.get(at).map(|(_, outcome)| *outcome)
            };
            let all: Vec<Outcome> = announced.filter_map(|s| came_to(s.port?)).collect();
            let only = |wanted| all.len() >= ALIKE && all.iter().all(|outcome| *outcome == wanted);
            (only(Outcome::Open), only(Outcome::Refused))
        };
        let (pasv, epsv) = (of(Mode::Pasv), of(Mode::Epsv));
        (pasv.0 && epsv.1) || (pasv.1 && epsv.0)
    }

    /// Ports that answer with RST and are not let through.
    pub fn rejects(&self) -> Vec<u16> {
        let refused = self.ports.iter().filter(|run| run.outcome == Outcome::Refused);
        let held = |port: &u16| outcome(&self.passing, *port) == Some(Outcome::TimedOut);
        refused.flat_map(|run| run.first..=run.last).filter(held).collect()
    }

    /// Ports of the range that answered the sweep with RST.
    pub fn refusing(&self) -> Vec<u16> {
        let swept = self.sweep.into_iter().flat_map(|s| &s.ports);
        let refused = swept.filter(|run| run.outcome == Outcome::Refused);
        refused.flat_map(|run| run.first..=run.last).filter(|port| self.has(*port)).collect()
    }

    /// Whether a port lies in the range, as far as that is known.
    pub fn has(&self, port: u16) -> bool {
        self.bounds.is_none_or(|(bounds, _)| bounds.has(port))
    }

    /// In how many of a hundred runs nobody would have noticed that a quarter of the range answers with
    /// RST in the server's place, wherever that lies: announced ports alone show it. Rounded up.
    pub fn unnoticed(&self) -> u32 {
        let tried = self.met.iter().filter(|(port, _)| self.has(*port)).count();
        let size = self.bounds.map_or(65_535, |(b, _)| u32::from(b.max.saturating_sub(b.min)) + 1);
        if are_one_after_another(self.audit) && u32::try_from(tried).is_ok_and(|n| n < size) {
            // Ports in a row may as well be one.
            return if tried == 0 { 100 } else { 75 };
        }
        let chance = drawn_without(size, tried);
        (1..=100).find(|percent| chance <= f64::from(*percent) / 100.0).unwrap_or(100)
    }

    /// Ports that are open when they are announced and silent without that.
    pub fn opened(&self) -> Vec<u16> {
        match self.worth {
            Worth::Announced => opened_by_announcement(self.audit),
            Worth::Pinholes => {
                self.audit.controls.iter().flat_map(|run| run.first..=run.last).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether silent and answering ports alternate as no rule of a firewall makes them, where knocks
    /// at answering ports got lost too. Where none did, who stays silent every time is held back,
    /// whatever the pattern; a limit that is used up silences those that answered as well.
    pub fn patchy(&self) -> bool {
        let count = |outcome| self.inside.iter().filter(|run| run.outcome == outcome).count();
        self.sweep.is_some_and(|s| s.complete && loses_some(s))
            && count(Outcome::TimedOut) > RUNS
            && count(Outcome::Refused) >= RUNS
    }

    /// Silent ports of a learnt range that the server may not use at all, as runs.
    pub fn unclear(&self) -> Vec<PortRun> {
        let Some(sweep) = self.sweep.filter(|s| s.from == BoundsFrom::Learned) else {
            return Vec::new();
        };
        let held: std::collections::BTreeSet<u16> = self
            .inside
            .iter()
            .filter(|run| run.outcome == Outcome::TimedOut)
            .flat_map(|run| run.first..=run.last)
            .collect();
        let silent = self.ports.iter().filter(|run| run.outcome.is_held_back());
        runs(
            silent
                .flat_map(|run| run.first..=run.last)
                .filter(|port| sweep.bounds.has(*port) && !held.contains(port))
                .map(|port| (port, Outcome::NotTested)),
        )
    }

    /// The chance that any port of the sweep is wrong for loss, from the loss that was met.
    fn chance(&self) -> f64 {
        let Some(sweep) = self.sweep else { return 0.0 };
        let ports: usize = sweep.ports.iter().map(|run| run.count()).sum();
        let lost = f64::from(sweep.lost) / f64::from(sweep.answered.max(1));
        let ports = f64::from(u32::try_from(ports).unwrap_or(u32::MAX));
        ports * lost.max(0.01).powi(i32::from(sweep.asked))
    }

    /// Whether that chance is below one in a hundred.
    pub fn is_sure(&self) -> bool {
        self.chance() < 0.01
    }

    /// Knocks at answering ports that stayed without an answer, in percent.
    pub fn loss(&self) -> u32 {
        self.sweep.map_or(0, |s| s.lost.saturating_mul(100).div_ceil(s.answered.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Micros;

    fn held(ports: Vec<PortRun>, announced: Vec<u16>, lost: u32) -> (Vec<(u16, u16)>, bool) {
        let (min, max) = (ports.first().map_or(0, |r| r.first), ports.last().map_or(0, |r| r.last));
        let sweep = Sweep {
            bounds: PortRange { min, max },
            from: BoundsFrom::Learned,
            ports: ports.clone(),
            asked: 3,
            syns: 0,
            answered: 100,
            lost,
            slowest: Micros(0),
            icmp: None,
            complete: true,
            gone_silent: Vec::new(),
            began: Micros(0),
            took: Micros(0),
        };
        let (audit, worth) = (Audit::default(), Worth::Shown);
        let inside = inside(&audit, Some(&sweep), &ports, &announced);
        let (audit, sweep) = (&audit, Some(&sweep));
        let (passing, met) = (ports.clone(), Vec::new());
        let bounds = None;
        let view =
            PortAudit { audit, sweep, worth, bounds, ports, passing, met, announced, inside };
        let held = view.inside.iter().filter(|r| r.outcome == Outcome::TimedOut);
        (held.map(|r| (r.first, r.last)).collect(), view.patchy())
    }

    fn run(first: u16, last: u16, outcome: Outcome) -> PortRun {
        PortRun { first, last, outcome }
    }

    #[test]
    fn a_gap_between_two_ranges_is_not_held_back() {
        let (low, high) = (50_000..=50_100_u16, 60_000..=60_100_u16);
        let announced: Vec<u16> = low.step_by(5).chain(high.step_by(5)).collect();
        let gap = [
            run(50_000, 50_100, Outcome::Refused),
            run(50_101, 59_999, Outcome::TimedOut),
            run(60_000, 60_100, Outcome::Refused),
        ];
        assert_eq!(held(gap.to_vec(), announced.clone(), 0).0, []);
        // Where announced ports are silent they count, and the gap beside them does not.
        let more = [
            run(50_000, 50_080, Outcome::Refused),
            run(50_081, 59_999, Outcome::TimedOut),
            run(60_000, 60_100, Outcome::Refused),
        ];
        assert_eq!(held(more.to_vec(), announced, 0).0, [(50_081, 50_100)]);
    }

    #[test]
    fn many_short_runs_are_patchy() {
        let alternating = (50_000..50_100).map(|port| {
            let silent = port % 2 == 1;
            run(port, port, if silent { Outcome::TimedOut } else { Outcome::Refused })
        });
        let alternating: Vec<PortRun> = alternating.collect();
        let patchy = |lost| held(alternating.clone(), (50_000..50_100).collect(), lost).1;
        assert!(patchy(10), "where knocks get lost");
        assert!(!patchy(1), "where none does, it is the port");
    }
}
