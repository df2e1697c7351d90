//! Each mode with its repetitions folded into one outcome.

use super::Evidence;
use crate::facts::{Attempt, Facts, Mode, NotTested, Outcome, Purpose, Security, Why};
use crate::wire::peer::{self, RefusalKind};

/// What became of one thing that was asked for: a mode, a file, a silence, the rest of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was seen to work.
    Open,
    /// It was measured and does not work.
    Dead,
    /// It was not measured: time, limits, an interrupt, the server's own limits.
    Unknown,
    /// Nobody could measure it: PASV and PORT over IPv6, a command that the server does not have, or
    /// not for this session, while another one of its direction is open.
    NotApplicable,
}

/// One mode: its own attempt, the repetitions, and what they come to.
#[derive(Debug, Clone)]
pub struct ModeView<'f> {
    /// The mode.
    pub mode: Mode,
    /// Clear or TLS.
    pub security: Security,
    /// The attempt that stands for the mode (purpose `mode`).
    pub entry: &'f Attempt,
    /// It and its repetitions, in order.
    pub all: Vec<&'f Attempt>,
    /// The one whose outcome counts.
    pub shown: &'f Attempt,
}

impl ModeView<'_> {
    /// The folded outcome.
    pub fn outcome(&self) -> Outcome {
        self.shown.outcome
    }

    /// Whether it works.
    pub fn is_open(&self) -> bool {
        self.outcome() == Outcome::Open
    }

    /// Whether it was tested.
    pub fn tested(&self) -> bool {
        self.outcome() != Outcome::NotTested
    }

    /// Whether it was tested and does not work.
    pub fn failed(&self) -> bool {
        self.tested() && !self.is_open()
    }

    /// The reply that refused the command itself, as code and text.
    pub fn refusal(&self) -> Option<(u16, &str)> {
        match &self.shown.why {
            Why::CommandRefused { code, text } => Some((*code, text)),
            _ => None,
        }
    }

    /// Whether the server says that it does not have this command: not at all, not for this family,
    /// or not for this session. A fault of the server or a limit is something else.
    pub fn is_not_offered(&self) -> bool {
        self.refusal().is_some_and(|(code, text)| {
            let for_good = peer::refusal_kind(code, text) != RefusalKind::Otherwise
                && !peer::out_of_ports(text);
            for_good || peer::is_wrong_family(code, text)
        })
    }

    /// How many attempts of this mode ended like the folded one.
    pub fn times(&self) -> usize {
        self.all.iter().filter(|a| a.outcome == self.outcome()).count()
    }
}

impl<'f> Evidence<'f> {
    /// One view per mode that was asked for, in the order of the attempts.
    pub fn modes(&self) -> &[ModeView<'f>] {
        self.modes.get_or_init(|| fold(self.facts))
    }

    /// The view of one mode.
    pub fn mode(&self, mode: Mode) -> Option<&ModeView<'f>> {
        self.modes().iter().find(|m| m.mode == mode)
    }

    /// The attempts at a mode as it is, in order: the one that stands for it and its repetitions.
    pub fn tries(&self, mode: Mode) -> &[&'f Attempt] {
        self.mode(mode).map_or(&[], |view| &view.all)
    }

    /// The same for several modes, one after the other.
    pub fn tries_of(&self, modes: &[Mode]) -> Vec<&'f Attempt> {
        modes.iter().flat_map(|mode| self.tries(*mode)).copied().collect()
    }

    /// What became of a mode.
    pub fn state(&self, view: &ModeView<'_>) -> State {
        let beside =
            || self.modes().iter().filter(|m| m.mode.is_passive() == view.mode.is_passive());
        match view.outcome() {
            Outcome::Open => State::Open,
            Outcome::NotTested if matches!(view.shown.why, Why::Not(NotTested::Ipv6)) => {
                State::NotApplicable
            }
            Outcome::NotTested => State::Unknown,
            _ if view.is_not_offered() && beside().any(ModeView::is_open) => State::NotApplicable,
            _ => State::Dead,
        }
    }

    /// Views of the passive modes that were tested.
    pub fn passive(&self) -> Vec<&ModeView<'f>> {
        self.modes().iter().filter(|m| m.mode.is_passive() && m.tested()).collect()
    }

    /// Views of the active modes that were tested.
    pub fn active(&self) -> Vec<&ModeView<'f>> {
        self.modes().iter().filter(|m| !m.mode.is_passive() && m.tested()).collect()
    }

    /// Whether any mode works.
    pub fn any_open(&self) -> bool {
        self.modes().iter().any(ModeView::is_open)
    }

    /// Whether a passive mode works.
    pub fn passive_open(&self) -> bool {
        self.passive().iter().any(|m| m.is_open())
    }

    /// Whether an active mode works.
    pub fn active_open(&self) -> bool {
        self.active().iter().any(|m| m.is_open())
    }
}

fn fold(facts: &Facts) -> Vec<ModeView<'_>> {
    facts
        .attempts
        .iter()
        .filter(|a| a.purpose == Purpose::Mode)
        .map(|entry| {
            let all: Vec<&Attempt> = facts
                .attempts
                .iter()
                .filter(|a| {
                    a.mode == entry.mode
                        && a.security == entry.security
                        && a.family == entry.family
                        && matches!(a.purpose, Purpose::Mode | Purpose::Repeat)
                })
                .collect();
            let shown = representative(&all).unwrap_or(entry);
            ModeView { mode: entry.mode, security: entry.security, entry, all, shown }
        })
        .collect()
}

/// One success proves that a mode can work; otherwise the commonest failure stands for it.
fn representative<'a>(all: &[&'a Attempt]) -> Option<&'a Attempt> {
    if let Some(open) = all.iter().find(|a| a.is_open()) {
        return Some(open);
    }
    let tested: Vec<&&Attempt> = all.iter().filter(|a| a.outcome != Outcome::NotTested).collect();
    let count = |a: &Attempt| tested.iter().filter(|b| b.outcome == a.outcome).count();
    let most = tested.iter().map(|a| count(a)).max()?;
    // Between equals the mode's own attempt decides, then the one that came farthest, never the
    // order of the repetitions.
    tested
        .iter()
        .filter(|a| count(a) == most)
        .min_by_key(|a| (a.purpose != Purpose::Mode, a.outcome, std::cmp::Reverse(a.step), &a.id))
        .map(|a| **a)
}
