//! The way of a client from one try to the next.

use super::super::text::Text;
use super::meet::{Kind, Met, meet};
use crate::clients::{Client, Next, Try, Wait};
use crate::evidence::Evidence;
use crate::facts::{Micros, Mode};

/// A client that needs longer to list a directory does not work: nobody waits that long.
pub const LIMIT: Micros = Micros(60_000_000);

/// Where a way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The listing is there, after so long.
    Works(Micros),
    /// It never comes, or too late.
    Fails,
    /// A fact is missing.
    Unknown,
}

/// A whole way.
pub(super) struct Course {
    pub end: End,
    pub because: Text,
    pub short: Text,
    pub attempts: Vec<String>,
}

/// A moment on the way; `None` is never.
type Moment = Option<Micros>;

/// Walks a client's tries, from its login on.
pub(super) fn walk(client: &Client, evidence: &Evidence<'_>, login: Moment) -> Course {
    let tries = evidence.family().map_or(client.ipv4, |family| client.tries(family));
    let mut now = login;
    let mut told: Option<Text> = None;
    let mut attempts: Vec<String> = Vec::new();
    let mut next = tries.first();
    // A client never comes back to a command; the count keeps a wrong record from walking for ever.
    for _ in 0..=Mode::ALL.len() {
        let Some(step) = next else { break };
        let met = meet(client, evidence, step.mode);
        attempts.extend(met.attempts.iter().cloned());
        let waited = wait(client, step.mode, met.kind);
        let passed = spend(now, met.kind, waited);
        let (text, short) = (words(&met, waited, passed), short(&met, step.mode));
        told = Some(match told {
            Some(before) => Text::new("client-then").with("first", before).with("then", text),
            None => text,
        });
        let because = || told.clone().unwrap_or_else(|| short.clone());
        let follows = after(step, met.kind);
        now = match (passed, follows) {
            (Some(at), Some(pause)) => Some(Micros(at.0 + u64::from(pause.pause) * 1_000_000)),
            (at, _) => at,
        };
        let late = now.is_none_or(|at| at > LIMIT);
        let end = match met.kind {
            Kind::Unknown => Some(End::Unknown),
            Kind::Open(_) if !late => Some(End::Works(now.unwrap_or(LIMIT))),
            Kind::Open(_) => {
                let text = told_late(because(), now);
                return Course {
                    end: End::Fails,
                    because: text,
                    short: Text::new("client-short-late"),
                    attempts: unique(attempts),
                };
            }
            _ if follows.is_none() => Some(End::Fails),
            // Whatever comes after that is too late.
            _ if now.is_none() => Some(End::Fails),
            _ => None,
        };
        if let Some(end) = end {
            // What is missing changes nothing where the time is over.
            let end = if end == End::Unknown && late { End::Fails } else { end };
            return Course { end, because: because(), short, attempts: unique(attempts) };
        }
        next = follows.and_then(|n| tries.iter().find(|t| t.mode == n.mode));
    }
    let text = Text::new("client-no-ipv6");
    Course { end: End::Fails, because: text.clone(), short: text, attempts: unique(attempts) }
}

/// What the client does next.
fn after(step: &Try, kind: Kind) -> Option<Next> {
    match kind {
        Kind::Reply(_) => step.reply,
        Kind::Refused(_) => step.refused,
        Kind::Silent | Kind::Astray => step.silence,
        Kind::Open(_) | Kind::Disliked | Kind::Over | Kind::Unclosed | Kind::Unknown => None,
    }
}

/// How long the client waits in vain.
fn wait(client: &Client, mode: Mode, kind: Kind) -> Option<Wait> {
    match kind {
        Kind::Silent | Kind::Astray if mode.is_passive() => Some(client.dial),
        Kind::Silent => Some(client.knock),
        _ => None,
    }
}

fn spend(now: Moment, kind: Kind, waited: Option<Wait>) -> Moment {
    let now = now?;
    match (kind, waited) {
        (_, Some(Wait::Forever)) => None,
        (_, Some(Wait::Seconds(seconds))) => {
            Some(Micros(now.0.saturating_add(u64::from(seconds) * 1_000_000)))
        }
        (Kind::Open(took) | Kind::Reply(took) | Kind::Refused(took), None) => {
            Some(Micros(now.0.saturating_add(took.0)))
        }
        _ => Some(now),
    }
}

fn words(met: &Met, waited: Option<Wait>, passed: Moment) -> Text {
    let text = met.text.clone();
    match waited {
        None => text,
        Some(_) if passed.is_none() => Text::new("client-waits-forever").with("what", text),
        Some(Wait::Seconds(seconds)) => {
            Text::new("client-waits").with("what", text).with("seconds", seconds)
        }
        Some(Wait::Forever) => Text::new("client-waits-forever").with("what", text),
    }
}

fn told_late(because: Text, now: Moment) -> Text {
    match now {
        Some(at) => Text::new("client-late").with("because", because).with("after", at.words()),
        None => because,
    }
}

/// A few words that clients with the same fate share.
fn short(met: &Met, mode: Mode) -> Text {
    let id = match (met.kind, mode.is_passive()) {
        (Kind::Open(_), _) => "client-short-open",
        (Kind::Reply(_), true) => "client-short-passive-reply",
        (Kind::Reply(_), false) => "client-short-active-reply",
        (Kind::Refused(_), true) => "client-short-passive-refused",
        (Kind::Refused(_), false) => "client-short-active-refused",
        (Kind::Silent, true) => "client-short-passive-silent",
        (Kind::Silent, false) => "client-short-active-silent",
        (Kind::Astray, _) => "client-short-astray",
        (Kind::Disliked, _) => "client-short-disliked",
        (Kind::Unclosed, _) => "client-short-unclosed",
        (Kind::Over, true) => "client-short-passive-over",
        (Kind::Over, false) => "client-short-active-over",
        (Kind::Unknown, _) => return met.text.clone(),
    };
    // Clients share their fate whatever the verb, but for a refusal, which is about it.
    match met.kind {
        Kind::Open(_) | Kind::Reply(_) => Text::new(id).with("verb", mode.verb()),
        _ => Text::new(id),
    }
}

fn unique(mut ids: Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    ids.retain(|id| {
        let fresh = !seen.contains(id);
        seen.push(id.clone());
        fresh
    });
    ids
}
