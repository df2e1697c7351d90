//! From what was seen of a data connection to its record. An attempt comes to be here and nowhere
//! else, and not without the reason why it ended.

use std::net::SocketAddr;

use crate::facts::tls::Handshake;
use crate::facts::{
    Attempt, CutShort, DataEnd, Facts, Family, Hole, Knock, Micros, Mode, NotTested, Observed,
    Purpose, Second, Security, Step, Varied, Why,
};
use crate::wire::address::AddressOddity;

/// One attempt as the plan wants it.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Its mode.
    pub mode: Mode,
    /// Why it is made.
    pub purpose: Purpose,
    /// What is done differently.
    pub varied: Vec<Varied>,
    /// Open a hole this far first.
    pub hole: Option<u8>,
}

impl Turn {
    /// A mode as it is, for this purpose.
    pub fn plain(mode: Mode, purpose: Purpose) -> Self {
        Self { mode, purpose, varied: Vec::new(), hole: None }
    }

    /// Whether it varies in this.
    pub fn varies(&self, how: fn(&Varied) -> bool) -> bool {
        self.varied.iter().any(how)
    }

    /// The largest segment that either end is to send, if that is limited.
    pub fn segments(&self) -> Option<u16> {
        self.varied.iter().find_map(|v| match v {
            Varied::Segments { mss } => Some(*mss),
            _ => None,
        })
    }
}

/// What is seen of one data connection, step by step; see [`Attempt`] for each.
#[derive(Debug)]
pub struct Seen {
    /// The last step that was reached.
    pub step: Step,
    /// The announced endpoint.
    pub advertised: Option<SocketAddr>,
    /// What was odd about a passive announcement.
    pub oddities: Vec<AddressOddity>,
    /// Passive: where we knocked.
    pub dialled: Option<SocketAddr>,
    /// Passive: each socket that knocked.
    pub knocks: Vec<Knock>,
    /// Active: where we listened.
    pub listened: Option<SocketAddr>,
    /// The data connection as it was on the wire.
    pub observed: Option<Observed>,
    /// Active: connections from others than the server.
    pub strangers: Vec<SocketAddr>,
    /// Active: a hole that was opened before.
    pub hole: Option<Hole>,
    /// Passive: the second knock of a comparison.
    pub second: Option<Second>,
    /// Time until the data connection stood.
    pub connect: Option<Micros>,
    /// Bytes of the listing.
    pub bytes: u64,
    /// The data connection's TLS handshake.
    pub tls: Option<Handshake>,
    /// How the data connection ended.
    pub data_end: Option<DataEnd>,
}

impl Seen {
    /// Nothing yet but this step.
    pub fn at(step: Step) -> Self {
        Self {
            step,
            advertised: None,
            oddities: Vec::new(),
            dialled: None,
            knocks: Vec::new(),
            listened: None,
            observed: None,
            strangers: Vec::new(),
            hole: None,
            second: None,
            connect: None,
            bytes: 0,
            tls: None,
            data_end: None,
        }
    }

    /// A later step, if this one comes later.
    pub fn reach(&mut self, step: Step) {
        self.step = self.step.max(step);
    }
}

/// The login of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct LoggedIn {
    /// Index of the session.
    pub session: usize,
    /// Index of the first exchange that belongs to the attempt.
    pub first_exchange: usize,
}

/// The record of an attempt that began then.
pub fn record(
    facts: &Facts,
    turn: &Turn,
    (family, began): (Family, Micros),
    login: Option<LoggedIn>,
    seen: Seen,
    why: Why,
) -> Attempt {
    let mode = turn.mode;
    let count = facts.attempts.iter().filter(|a| a.mode == mode).count();
    // A neighbour is nothing but TCP, whatever the modes speak.
    let clear = turn.purpose == Purpose::Neighbour || turn.varies(|v| *v == Varied::Clear);
    Attempt {
        id: format!("{}-{}", mode.as_str(), count + 1),
        purpose: turn.purpose,
        varied: turn.varied.clone(),
        mode,
        family,
        security: if clear { Security::Clear } else { facts.request.security() },
        session: login.map(|login| login.session),
        first_exchange: login.map_or(0, |login| login.first_exchange),
        began,
        elapsed: Micros(0),
        step: seen.step,
        advertised: seen.advertised,
        oddities: seen.oddities,
        dialled: seen.dialled,
        knocks: seen.knocks,
        listened: seen.listened,
        observed: seen.observed,
        strangers: seen.strangers,
        late: None,
        hole: seen.hole,
        second: seen.second,
        connect: seen.connect,
        bytes: seen.bytes,
        tls: seen.tls,
        undelivered: None,
        data_end: seen.data_end,
        places: Vec::new(),
        sightings: Vec::new(),
        outcome: why.outcome(),
        why,
    }
}

/// The record of an attempt that was not made.
pub fn left_out(
    facts: &Facts,
    turn: &Turn,
    family: Family,
    at: Micros,
    reason: NotTested,
) -> Attempt {
    record(facts, turn, (family, at), None, Seen::at(Step::NotBegun), Why::Not(reason))
}

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
        let turn = Turn::plain(mode, Purpose::Mode);
        let gap = left_out(facts, &turn, family, facts.elapsed, reason);
        facts.attempts.push(gap);
    }
}
