//! What the picture shows of each connection: who knocks, at which ports, and how far it came.

use super::super::words::Words;
use crate::diagnosis::{Diagnosis, Finding, ModeView, Side};
use crate::document::of::ends;
use crate::document::report::Endpoint;
use crate::facts::{DialOutcome, Direction, Outcome, Step};

/// One connection of the picture.
pub struct Lane {
    /// The command that announced it, or the name of the control connection.
    pub name: String,
    /// The client knocks; else the server does.
    pub to_server: bool,
    /// Port at the client's end; `?` where it is not known, empty where there is none.
    pub client: String,
    /// Port at the server's end.
    pub server: String,
    /// What came of it; none for a control connection that stood and led to no login.
    pub outcome: Option<Outcome>,
    /// How far it came.
    pub fate: Fate,
    /// Where a knock was waited for there is a door, at the end that is knocked at.
    pub door: Door,
}

/// How far a connection came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// All the way, and it did its work.
    Through,
    /// All the way, and then it broke.
    Broke,
    /// It was lost on the way.
    Lost(Place),
    /// It was never opened.
    Never,
    /// It was not tried.
    NotTested,
}

/// Where a connection was lost, as a part of the way from the client (0) to the server (1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Here.
    At(f32),
    /// Nobody knows.
    Unknown,
}

/// The door at the end that is knocked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// None was opened.
    None,
    /// It was open.
    Open,
    /// It was shut, and said so.
    Shut,
}

/// All connections, the control connection first.
pub fn lanes(diagnosis: &Diagnosis<'_>, words: &Words) -> Vec<Lane> {
    let mut lanes = vec![control(diagnosis, words)];
    lanes.extend(diagnosis.evidence.modes().iter().map(|view| data(diagnosis, view)));
    lanes
}

fn control(diagnosis: &Diagnosis<'_>, words: &Words) -> Lane {
    let evidence = &diagnosis.evidence;
    let dial = evidence.facts.dials.last();
    let outcome = match (evidence.session(), dial.map(|d| &d.outcome)) {
        (Some(_), _) | (None, Some(DialOutcome::Connected)) => Outcome::Open,
        (None, Some(DialOutcome::Refused | DialOutcome::Reset)) => Outcome::Refused,
        (None, Some(DialOutcome::TimedOut)) => Outcome::TimedOut,
        (None, Some(DialOutcome::Prohibited { .. })) => Outcome::Prohibited,
        (None, Some(DialOutcome::Unreachable { .. } | DialOutcome::Local { .. })) => {
            Outcome::Unreachable
        }
        (None, None) => Outcome::NotTested,
    };
    let blamed = diagnosis.findings.iter().find(|f| f.explains.is_empty());
    let fate = match outcome {
        Outcome::Open if evidence.logged_in() => Fate::Through,
        Outcome::Open => Fate::Broke,
        Outcome::NotTested => Fate::NotTested,
        Outcome::Refused => Fate::Lost(place(blamed).unwrap_or(Place::At(1.0))),
        Outcome::Unreachable => Fate::Lost(place(blamed).unwrap_or(Place::At(0.0))),
        _ => Fate::Lost(place(blamed).unwrap_or(Place::Unknown)),
    };
    let from = evidence.session().map(|s| s.local).or(dial.and_then(|d| d.from));
    let to = evidence.session().map(|s| s.peer).or(dial.map(|d| d.to));
    Lane {
        name: words.get("report-control"),
        to_server: true,
        client: from.map_or_else(String::new, |at| at.port().to_string()),
        server: to.map_or(evidence.facts.request.port, |at| at.port()).to_string(),
        outcome: Some(outcome).filter(|_| fate != Fate::Broke),
        fate,
        door: match outcome {
            Outcome::Open => Door::Open,
            Outcome::Refused => Door::Shut,
            _ => Door::None,
        },
    }
}

fn data(diagnosis: &Diagnosis<'_>, view: &ModeView<'_>) -> Lane {
    let shown = view.shown;
    let (from, to) = ends(diagnosis.evidence.facts, shown);
    let announced = shown.advertised.is_some() || shown.observed.is_some();
    let port = |end: Option<Endpoint>| match end.and_then(|e| e.port) {
        Some(port) => port.to_string(),
        None if announced => "?".to_owned(),
        None => String::new(),
    };
    let to_server = view.mode.direction() == Direction::ClientToServer;
    let (client, server) = if to_server { (port(from), port(to)) } else { (port(to), port(from)) };
    Lane {
        name: view.mode.verb().to_owned(),
        to_server,
        client,
        server,
        outcome: Some(view.outcome()),
        fate: fate(diagnosis, view),
        door: match view.outcome() {
            _ if !announced => Door::None,
            Outcome::NotTested => Door::None,
            Outcome::Refused => Door::Shut,
            _ => Door::Open,
        },
    }
}

fn fate(diagnosis: &Diagnosis<'_>, view: &ModeView<'_>) -> Fate {
    let shown = view.shown;
    let blamed = diagnosis.findings.iter().find(|f| f.explains.contains(&view.entry.id));
    match view.outcome() {
        Outcome::Open => Fate::Through,
        Outcome::NotTested => Fate::NotTested,
        _ if shown.observed.is_some() => Fate::Broke,
        _ if shown.step < Step::Announced => Fate::Never,
        Outcome::Refused => {
            let end = if view.mode.is_passive() { 1.0 } else { 0.0 };
            Fate::Lost(place(blamed).unwrap_or(Place::At(end)))
        }
        _ => Fate::Lost(place(blamed).unwrap_or(Place::Unknown)),
    }
}

/// In the middle of the suspects; where only the side is known, on that side.
pub fn place(blamed: Option<&Finding>) -> Option<Place> {
    let finding = blamed?;
    let location = &finding.location;
    if let (Some(min), Some(max), Some(hops)) =
        (location.hop_min, location.hop_max, location.hops.filter(|h| *h > 0))
    {
        let middle = f32::from(min) + f32::from(max.saturating_sub(min)) / 2.0;
        return Some(Place::At((middle / f32::from(hops)).clamp(0.0, 1.0)));
    }
    match finding.side {
        Side::Client => Some(Place::At(0.14)),
        Side::Server => Some(Place::At(0.86)),
        Side::Path | Side::Unknown => None,
    }
}
