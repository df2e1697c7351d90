//! Attempts before anything was done for them, and what was never done.

use crate::facts::{
    Attempt, CutShort, Facts, Family, Micros, Mode, NotTested, Outcome, Purpose, Step, Why,
};

/// Gives every mode that was asked for its one entry, with the reason where it was not tested.
pub fn fill_gaps(facts: &mut Facts) {
    let family = facts
        .family()
        .or(facts.request.family)
        .or_else(|| facts.names.addresses.first().map(|a| Family::of(*a)))
        .unwrap_or(Family::V4);
    for mode in facts.request.modes.clone() {
        if facts.attempts.iter().any(|a| a.mode == mode && a.purpose == Purpose::Mode) {
            continue;
        }
        let reason = if !mode.speaks(family) {
            NotTested::Ipv6
        } else if facts.survey().is_none() && facts.cut_short != Some(CutShort::Interrupted) {
            NotTested::NoLogin
        } else {
            match facts.cut_short {
                Some(CutShort::Interrupted) => NotTested::Interrupted,
                _ => NotTested::Deadline,
            }
        };
        let mut gap = draft(facts, mode, Purpose::Mode, family, facts.elapsed);
        gap.why = Why::Not(reason);
        facts.attempts.push(gap);
    }
}

/// An attempt of which nothing has been done yet.
pub fn draft(
    facts: &Facts,
    mode: Mode,
    purpose: Purpose,
    family: Family,
    began: Micros,
) -> Attempt {
    let count = facts.attempts.iter().filter(|a| a.mode == mode).count();
    Attempt {
        id: format!("{}-{}", mode.as_str(), count + 1),
        purpose,
        varied: Vec::new(),
        mode,
        family,
        security: facts.request.security(),
        session: None,
        first_exchange: 0,
        began,
        elapsed: Micros(0),
        step: Step::NotBegun,
        advertised: None,
        oddities: Vec::new(),
        dialled: None,
        knocks: Vec::new(),
        listened: None,
        observed: None,
        strangers: Vec::new(),
        late: None,
        hole: None,
        second: None,
        connect: None,
        bytes: 0,
        tls: None,
        undelivered: None,
        data_end: None,
        places: Vec::new(),
        sightings: Vec::new(),
        outcome: Outcome::NotTested,
        why: Why::Not(NotTested::Deadline),
    }
}
