//! What a client's try meets, as far as our own attempts of that mode show it.

use std::net::IpAddr;

use super::super::reason::reason;
use super::super::text::Text;
use crate::clients::{Address, Client, Form, Unclosed, Wait};
use crate::evidence::{AttemptReading, Evidence, ModeView};
use crate::facts::{Attempt, Family, Micros, Mode, NotTested, Outcome, Why};
use crate::wire::address::{self, AddressOddity};

/// What came of a try.
pub(super) struct Met {
    /// How it ended.
    pub kind: Kind,
    /// In words; what is waited for is left to the caller.
    pub text: Text,
    /// Attempts that show it.
    pub attempts: Vec<String>,
}

/// The ways in which a try ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The listing comes, after so long.
    Open(Micros),
    /// The command is refused by a reply.
    Reply(Micros),
    /// The knock is turned away.
    Refused(Micros),
    /// Nobody answers, or nobody knocks.
    Silent,
    /// The same, at the address in 227.
    Astray,
    /// The client does not like the address in 227.
    Disliked,
    /// The data connection stood, or the session ended: there is nothing to go on with.
    Over,
    /// The data comes, and the client does not take the way in which it ends.
    Unclosed,
    /// A fact is missing.
    Unknown,
}

/// What `client` meets with `mode`.
pub(super) fn meet(client: &Client, evidence: &Evidence<'_>, mode: Mode) -> Met {
    let security = evidence.facts.request.security();
    let view = evidence.modes().iter().find(|m| m.mode == mode && m.security == security);
    let Some(view) = view else {
        let text = Text::new("client-unknown-unasked").with("verb", mode.verb());
        return Met { kind: Kind::Unknown, text, attempts: Vec::new() };
    };
    let met = match unreadable(client, view) {
        Some(met) => Some(met),
        None if mode == Mode::Pasv => match elsewhere(client, evidence, view) {
            Some(first) if client.address == Address::ReplyThenServer => {
                Some(then_server(client, first, view))
            }
            met => met,
        },
        None => None,
    };
    unclosed(client, view, met.unwrap_or_else(|| as_ours(client, view)))
}

/// The data comes, and without TLS' last word: not every client takes it then.
fn unclosed(client: &Client, view: &ModeView<'_>, met: Met) -> Met {
    let open = matches!(met.kind, Kind::Open(_));
    if !open || !client.tls.protects || !view.shown.ends_unclosed() {
        return met;
    }
    let (kind, id) = match client.tls.unclosed {
        Unclosed::Takes => return met,
        Unclosed::Fails => (Kind::Unclosed, "client-unclosed"),
        Unclosed::Unknown => (Kind::Unknown, "client-unknown-unclosed"),
    };
    Met { kind, text: Text::new(id).with("verb", view.mode.verb()), attempts: met.attempts }
}

/// The try goes where ours went.
fn as_ours(client: &Client, view: &ModeView<'_>) -> Met {
    let shown = view.shown;
    let verb = view.mode.verb();
    let passive = view.mode.is_passive();
    let say = |id: &str| Text::new(id).with("verb", verb).with("why", reason(shown));
    let (kind, text) = match (view.outcome(), &shown.why) {
        (Outcome::Open, _) => {
            let tested = view.all.iter().filter(|a| a.outcome != Outcome::NotTested).count();
            let times = view.times();
            let text = if times < tested {
                say("client-open-sometimes").with("times", times).with("of", tested)
            } else {
                say("client-open")
            };
            (Kind::Open(shown.elapsed), text)
        }
        (Outcome::NotTested, Why::Not(NotTested::CameLate)) => {
            (Kind::Unknown, say("client-unknown-late"))
        }
        (Outcome::NotTested, _) => (Kind::Unknown, say("client-unknown-mode")),
        (_, Why::CommandRefused { code: 421, .. }) => (Kind::Over, say("client-over")),
        (_, Why::CommandRefused { .. } | Why::BadAnnouncement { .. }) => {
            (Kind::Reply(shown.elapsed), say("client-reply"))
        }
        (_, Why::WrongPeer { .. }) if !client.checks_caller => {
            (Kind::Unknown, say("client-unknown-caller"))
        }
        (Outcome::TimedOut, _) if passive => (Kind::Silent, say("client-silent")),
        (Outcome::TimedOut, _) => (Kind::Silent, say("client-nobody-knocks")),
        (Outcome::Refused | Outcome::Prohibited | Outcome::Unreachable, _) => {
            (Kind::Refused(shown.elapsed), say("client-refused"))
        }
        // In active mode the server says so where its knock was in vain.
        (Outcome::Rejected, Why::ListingRefused { .. }) if !passive && shown.observed.is_none() => {
            (Kind::Refused(shown.elapsed), say("client-server-failed"))
        }
        _ => (Kind::Over, say("client-over")),
    };
    Met { kind, text, attempts: vec![view.entry.id.clone()] }
}

/// The announcement has a form that the client cannot read.
fn unreadable(client: &Client, view: &ModeView<'_>) -> Option<Met> {
    let cannot = view
        .shown
        .oddities
        .iter()
        .filter_map(|oddity| form(view.mode, oddity))
        .any(|form| client.unreadable.contains(&form));
    cannot.then(|| Met {
        kind: Kind::Over,
        text: Text::new("client-unreadable").with("verb", view.mode.verb()),
        attempts: vec![view.entry.id.clone()],
    })
}

fn form(mode: Mode, oddity: &AddressOddity) -> Option<Form> {
    match (mode, oddity) {
        (Mode::Pasv, AddressOddity::NoParentheses) => Some(Form::Bare227),
        (Mode::Pasv, AddressOddity::MultiLine) => Some(Form::Lines227),
        (Mode::Pasv, AddressOddity::Blanks) => Some(Form::Blanks227),
        (Mode::Epsv, AddressOddity::NoParentheses) => Some(Form::Bare229),
        (Mode::Epsv, AddressOddity::OtherDelimiter { .. }) => Some(Form::Delimiter229),
        (Mode::Epsv, AddressOddity::ProtocolNamed | AddressOddity::AddressNamed) => {
            Some(Form::Address229)
        }
        _ => None,
    }
}

/// 227 names another address than the server's, and that matters to the client.
fn elsewhere(client: &Client, evidence: &Evidence<'_>, view: &ModeView<'_>) -> Option<Met> {
    let named = view.all.iter().find_map(|a| a.advertised)?;
    let server = evidence.peer()?;
    let ip = named.ip().to_canonical();
    if ip == server || Family::of(ip) != Family::of(server) {
        return None;
    }
    let inner = private(ip) && !private(server);
    let entry = || vec![view.entry.id.clone()];
    let say = |id: &str| {
        Text::new(id)
            .with("verb", view.mode.verb())
            .with("advertised", ip.to_string())
            .with("peer", server.to_string())
    };
    match client.address {
        Address::Server => return None,
        Address::ReplyUnlessUnroutable if inner => return None,
        Address::ReplyUnlessPrivate if inner && !ip.is_unspecified() => return None,
        Address::GivesUp => {
            let text = say("client-address-disliked");
            return Some(Met { kind: Kind::Disliked, text, attempts: entry() });
        }
        Address::AsVersion => {
            let text = say("client-unknown-version");
            return Some(Met { kind: Kind::Unknown, text, attempts: entry() });
        }
        Address::Reply
        | Address::ReplyUnlessUnroutable
        | Address::ReplyUnlessPrivate
        | Address::ReplyThenServer => {}
    }
    if let Some(dialled) = evidence.dialled_at(named.ip()) {
        let mut met = there(dialled, &say);
        met.attempts.splice(0..0, entry());
        return Some(met);
    }
    let (kind, text) = if ip.is_unspecified() || ip.is_loopback() {
        // Its own machine, where nobody listens at that port.
        (Kind::Refused(Micros(0)), say("client-address-itself"))
    } else if inner {
        (Kind::Astray, say("client-address-private"))
    } else {
        (Kind::Unknown, say("client-unknown-address"))
    };
    Some(Met { kind, text, attempts: entry() })
}

/// Who finds nobody at the address in 227 and calls the server then.
fn then_server(client: &Client, first: Met, view: &ModeView<'_>) -> Met {
    let lost = match first.kind {
        Kind::Astray | Kind::Unknown => match client.dial {
            Wait::Seconds(seconds) => Micros(u64::from(seconds) * 1_000_000),
            Wait::Forever => return first,
        },
        Kind::Refused(took) => took,
        _ => return first,
    };
    let then = as_ours(client, view);
    let kind = match then.kind {
        Kind::Open(took) => Kind::Open(Micros(took.0 + lost.0)),
        // It may still be that the address in 227 answers.
        _ if first.kind == Kind::Unknown => return first,
        kind => kind,
    };
    let text = Text::new("client-then").with("first", first.text).with("then", then.text);
    Met { kind, text, attempts: first.attempts }
}

fn there(dialled: &Attempt, say: &impl Fn(&str) -> Text) -> Met {
    let why = || reason(dialled);
    let (kind, text) = match dialled.outcome {
        Outcome::Open => {
            (Kind::Open(dialled.connect.unwrap_or(dialled.elapsed)), say("client-address-open"))
        }
        Outcome::TimedOut => (Kind::Astray, say("client-address-silent").with("why", why())),
        Outcome::Refused | Outcome::Prohibited | Outcome::Unreachable => {
            (Kind::Refused(dialled.elapsed), say("client-address-refused").with("why", why()))
        }
        _ => (Kind::Over, say("client-address-refused").with("why", why())),
    };
    Met { kind, text, attempts: vec![dialled.id.clone()] }
}

/// No address of the public Internet: private, of this machine, or none.
fn private(ip: IpAddr) -> bool {
    address::is_inner(ip) || ip.is_loopback() || ip.is_unspecified()
}
