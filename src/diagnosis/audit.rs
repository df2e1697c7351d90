//! An audit as the causes and the reports look at it: which ports are let through, and what the
//! sweep can say at all.

use super::case::Case;
use super::causes::middlebox::data_intercepted;
use crate::facts::audit::{PortRun, runs};
use crate::facts::{Audit, BoundsFrom, Outcome, PortRange, Sweep};

/// What a sweep is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It shows which ports are let through.
    Shown,
    /// Ports are opened as they are announced: others are silent, and that means nothing.
    Pinholes,
    /// Somebody answers in the server's place at every port.
    Intercepted,
    /// There was none.
    Nothing,
}

/// An audit, made sense of.
#[derive(Debug, Clone)]
pub struct View<'a> {
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
    /// Distinct ports that were announced, sorted.
    pub announced: Vec<u16>,
}

/// Whether a knock came through to the server.
pub fn through(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Open | Outcome::Refused)
}

/// Whether a knock was held back.
pub fn blocked(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::TimedOut | Outcome::Prohibited | Outcome::Unreachable)
}

/// The audit of a case.
pub fn view<'a>(case: &Case<'a>) -> Option<View<'a>> {
    let audit = case.facts.audit.as_ref()?;
    let sweep = audit.sweep.as_ref();
    let worth = worth(case, audit);
    let declared = case.facts.request.audit.and_then(|a| a.passive_ports);
    let bounds = match (sweep, declared) {
        (Some(sweep), _) => Some((sweep.bounds, sweep.from)),
        (None, Some(range)) => Some((range, BoundsFrom::Declared)),
        (None, None) => None,
    };
    let known: Vec<PortRun> = match worth {
        Worth::Shown => sweep.map_or_else(Vec::new, |s| s.ports.clone()),
        // A handshake with somebody else says nothing about this port of the server.
        Worth::Intercepted => runs(sweep.into_iter().flat_map(|s| &s.ports).flat_map(|run| {
            let outcome =
                if run.outcome == Outcome::Open { Outcome::NotTested } else { run.outcome };
            PortRun { outcome, ..*run }.each()
        })),
        Worth::Pinholes => audit.announced.clone(),
        Worth::Nothing => Vec::new(),
    };
    let ports = with_rest(known, declared.filter(|_| worth != Worth::Shown));
    let mut announced: Vec<u16> = case.announced_ports();
    announced.extend(audit.sampled_ports());
    announced.extend(audit.crowd.as_ref().and_then(|c| c.reply.port));
    announced.sort_unstable();
    announced.dedup();
    Some(View { audit, sweep, worth, bounds, ports, announced })
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

fn worth(case: &Case<'_>, audit: &Audit) -> Worth {
    let silent = |run: &PortRun| run.outcome == Outcome::TimedOut;
    if !audit.controls.is_empty() && audit.controls.iter().all(silent) {
        return Worth::Pinholes;
    }
    let Some(sweep) = &audit.sweep else { return Worth::Nothing };
    let count = |wanted: fn(Outcome) -> bool| -> usize {
        sweep.ports.iter().filter(|r| wanted(r.outcome)).map(PortRun::count).sum()
    };
    let (open, asked) = (count(|o| o == Outcome::Open), count(|o| o != Outcome::NotTested));
    let everywhere = asked >= 16 && open * 10 >= asked * 9;
    if everywhere || (open > 0 && data_intercepted(case).is_some()) {
        Worth::Intercepted
    } else {
        Worth::Shown
    }
}

impl View<'_> {
    /// Ports for the report: those of the range and the well-known ones, sorted, each once.
    pub fn all(&self, case: &Case<'_>) -> Vec<(u16, Outcome)> {
        let control = case.session.is_some().then(|| (case.control_port(), Outcome::Open));
        let mut all: Vec<(u16, Outcome)> = self
            .ports
            .iter()
            .chain(&self.audit.known)
            .flat_map(|run| run.each())
            .chain(control)
            .collect();
        all.sort_by_key(|(port, _)| *port);
        all.dedup_by_key(|(port, _)| *port);
        all
    }

    /// The chance that any port of the sweep is wrong for loss, from the loss that was met.
    pub fn chance(&self) -> f64 {
        let Some(sweep) = self.sweep else { return 0.0 };
        let ports: usize = sweep.ports.iter().map(PortRun::count).sum();
        let lost = f64::from(sweep.lost) / f64::from(sweep.answered.max(1));
        let ports = f64::from(u32::try_from(ports).unwrap_or(u32::MAX));
        ports * lost.max(0.01).powi(i32::from(sweep.asked))
    }

    /// Knocks at answering ports that stayed without an answer, in percent.
    pub fn loss(&self) -> u32 {
        self.sweep.map_or(0, |s| (s.lost * 100).div_ceil(s.answered.max(1)))
    }
}
