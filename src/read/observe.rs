//! From conversations to facts: the same for logs and for captures.
//!
//! One group of conversations (what one client did with one server) becomes one [`Facts`], as if a
//! run of this program had done it. What the files do not tell is not tested, and says so.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::clock::{Clock, PATIENCE, between};
use super::conversation::{Asked, Control, Conversation, Party, What};
use super::ends;
use super::pair;
use super::session::Talk;
use crate::facts::reading::{Reading, Source, Vantage};
use crate::facts::{
    Attempt, Dial, Facts, Lookup, LookupOutcome, Micros, Mode, Names, NotTested, Outcome,
    PasswordSource, Purpose, Record, Request, SCHEMA, Session, TlsLevel, Untold, Via, Why,
};
use crate::words::Word;

/// No run and no diagnosis needs more; what is beyond is counted as not read.
const MOST_SESSIONS: usize = 400;
const MOST_ATTEMPTS: usize = 800;
/// An endpoint that the file does not tell.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Makes facts of what one client did with one server.
///
/// `moment` is when it was, in seconds since 1970, where the events do not tell the date.
pub fn facts_of(
    group: &[Conversation],
    source: Source,
    mut reading: Reading,
    moment: u64,
) -> Facts {
    ends::tell(&mut reading, group);
    let clock = Clock::of(group);
    let mut gathered = Gathered { clock, ..Gathered::default() };
    for conversation in group.iter().take(MOST_SESSIONS) {
        gathered.conversation(conversation, &reading);
    }
    let mut attempts = gathered.attempts;
    spare(&mut attempts);
    number(&mut attempts);
    let lead = group.first();
    let request = request(group, &attempts);
    let server = group.iter().find_map(|c| c.server.address);
    let unknown_name = group
        .iter()
        .flat_map(|c| &c.events)
        .any(|e| matches!(e.what, What::Control(Control::NoSuchName)));
    let lookups = unknown_name.then(|| Lookup {
        via: Via::System,
        record: Record::Any,
        outcome: LookupOutcome::NotFound,
        addresses: Vec::new(),
        took: Micros::default(),
    });
    Facts {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        system: None,
        started: clock.started(moment),
        elapsed: clock.elapsed(group),
        source,
        undelivered: None,
        names: Names {
            literal: lead.is_none_or(|c| c.server.name.is_none()) && !unknown_name,
            lookups: lookups.into_iter().collect(),
            addresses: server.into_iter().collect(),
        },
        request,
        proxies: Vec::new(),
        dials: gathered.dials,
        tls_hello: None,
        sessions: gathered.sessions,
        attempts,
        announcements: Vec::new(),
        ladders: Vec::new(),
        confirmed: Vec::new(),
        flows: Vec::new(),
        returned: Vec::new(),
        nearer: None,
        quiet: None,
        halves: Vec::new(),
        idles: Vec::new(),
        audit: None,
        steps: Vec::new(),
        reading: Some(reading),
        cut_short: None,
    }
}

#[derive(Default)]
struct Gathered {
    clock: Clock,
    dials: Vec<Dial>,
    sessions: Vec<Session>,
    attempts: Vec<Attempt>,
}

impl Gathered {
    fn conversation(&mut self, conversation: &Conversation, reading: &Reading) {
        let peer = endpoint(&conversation.server);
        let local = endpoint(&conversation.client);
        let mut talk = Talk::new(conversation, self.clock, peer, local);
        for event in &conversation.events {
            talk.event(event);
        }
        talk.end();
        let (began, connected, opened) = (talk.began, talk.connected, talk.opened);
        let dial = talk.dial.take();
        if let Some(outcome) = dial {
            let took = between(began, connected).unwrap_or(0);
            self.dials.push(Dial {
                to: peer,
                from: (local != NOWHERE).then_some(local),
                outcome: outcome.0,
                syns: outcome.1,
                began: self.clock.at(began),
                took: Micros(took),
            });
        }
        if !opened {
            return;
        }
        let place = self.sessions.len();
        let drafts = std::mem::take(&mut talk.drafts);
        let around = talk.around();
        let at_client = |s: Option<usize>| {
            s.and_then(|file| reading.files.get(file)).is_some_and(|f| f.vantage == Vantage::Client)
        };
        for draft in drafts {
            if self.attempts.len() < MOST_ATTEMPTS {
                let seen_at_client = at_client(draft.places.first().map(|p| p.file));
                let mut attempt = draft.attempt(&around, place, seen_at_client);
                unseen(&mut attempt, conversation);
                self.attempts.push(attempt);
            }
        }
        self.sessions.push(talk.session());
    }
}

/// Adds that a capture shows the control connection and nothing of this data connection.
fn unseen(attempt: &mut Attempt, conversation: &Conversation) {
    let announced = !matches!(attempt.outcome, Outcome::NotTested | Outcome::Rejected);
    if !conversation.tells_data || !announced {
        return;
    }
    for point in &conversation.points {
        if attempt.sightings.iter().all(|s| s.file != point.file) {
            attempt.sightings.push(pair::unseen(point.file));
        }
    }
    attempt.sightings.sort_by_key(|s| s.file);
}

fn endpoint(party: &Party) -> SocketAddr {
    match party.address {
        Some(address) => SocketAddr::new(address, party.port.unwrap_or(0)),
        None => SocketAddr::new(NOWHERE.ip(), party.port.unwrap_or(0)),
    }
}

/// A port that is left at once without a knock was lost on its way only where no knock of the client's
/// comes here: otherwise the client had no time left for it (curl's budget goes to EPSV first).
fn spare(attempts: &mut [Attempt]) {
    let knocks = |a: &Attempt| {
        a.mode.is_passive() && (a.observed.is_some() || a.sightings.iter().any(|s| s.syns.any()))
    };
    if !attempts.iter().any(knocks) {
        return;
    }
    for attempt in attempts.iter_mut().filter(|a| a.mode.is_passive()) {
        if let Why::NoAnswer { waited, syns: Some(0) } = attempt.why
            && waited.0 < PATIENCE
        {
            attempt.outcome = Outcome::NotTested;
            attempt.why = Why::Not(NotTested::NotInFile { what: Untold::NotDialled });
            attempt.sightings.clear();
        }
    }
}

/// Gives the attempts their names, and one of each mode its rank: the first that was tested.
fn number(attempts: &mut [Attempt]) {
    let key = |a: &Attempt| (a.mode, a.family, a.security);
    for index in 0..attempts.len() {
        let Some(this) = attempts.get(index) else { break };
        let alike: Vec<usize> = attempts
            .iter()
            .enumerate()
            .filter(|(_, a)| key(a) == key(this))
            .map(|(place, _)| place)
            .collect();
        let tested =
            |place: &&usize| attempts.get(**place).is_some_and(|a| a.outcome != Outcome::NotTested);
        let lead = alike.iter().find(tested).or(alike.first()).copied();
        let count = attempts.iter().take(index + 1).filter(|a| a.mode == this.mode).count();
        let id = format!("{}-{count}", this.mode.word());
        if let Some(this) = attempts.get_mut(index) {
            this.id = id;
            this.purpose = if lead == Some(index) { Purpose::Mode } else { Purpose::Repeat };
        }
    }
}

/// What the files' client asked for.
fn request(group: &[Conversation], attempts: &[Attempt]) -> Request {
    let lead = group.first();
    let server = lead.map(|c| c.server.clone()).unwrap_or_default();
    let asked = || {
        group.iter().flat_map(|c| &c.events).filter_map(|e| match &e.what {
            What::Command(asked) => Some(asked),
            _ => None,
        })
    };
    let user = asked().find(|a| a.verb() == "USER").and_then(Asked::argument);
    let user = user.unwrap_or("anonymous").to_owned();
    let anonymous = matches!(user.to_ascii_lowercase().as_str(), "anonymous" | "ftp");
    let tls = if group.iter().any(|c| c.implicit_tls) {
        TlsLevel::Implicit
    } else if group.iter().flat_map(|c| &c.events).any(|e| matches!(e.what, What::Tls(_)))
        || asked().any(|a| a.verb() == "AUTH")
    {
        TlsLevel::Explicit
    } else {
        TlsLevel::Off
    };
    let port = server.port.unwrap_or(tls.usual_port());
    let host = server
        .name
        .or_else(|| server.address.map(|a| a.to_string()))
        .unwrap_or_else(|| "?".to_owned());
    let input = match (host.contains(':'), port == tls.usual_port()) {
        (_, true) => host.clone(),
        (true, false) => format!("[{host}]:{port}"),
        (false, false) => format!("{host}:{port}"),
    };
    let modes: Vec<Mode> =
        Mode::ALL.into_iter().filter(|mode| attempts.iter().any(|a| a.mode == *mode)).collect();
    Request {
        input,
        host: host.as_str().into(),
        port,
        password: (!anonymous).then_some(PasswordSource::Prompt),
        user,
        path: None,
        tls,
        insecure: false,
        ca: None,
        allow_clear: false,
        modes,
        family: None,
        bind: None,
        active_ports: None,
        external_ip: None,
        dial_advertised: false,
        localise: true,
        timeout: Micros(20_000_000),
        deadline: Micros(30_000_000),
        get: None,
        idle: None,
        expect: Vec::new(),
        audit: None,
        demo: false,
    }
}
