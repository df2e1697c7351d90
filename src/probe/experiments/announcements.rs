//! More announcements on a login whose attempt is over, and a knock at each port.

use std::time::Duration;

use tokio::net::TcpStream;

use super::super::audit::sample::announcement;
use super::super::context::Context;
use super::super::dial::{KnockPolicy, dial};
use super::super::plan::another;
use super::super::session::control::Control;
use super::super::session::login::Door;
use crate::evidence::Evidence;
use crate::facts::{AnnouncedKnock, Announcement, Attempt, DialOutcome, Micros, Outcome, Task};

/// Knocks at a port that refuses, at most: a server may take a moment to listen after it has announced
/// a port.
const AGAIN: u8 = 3;

/// One knock that only has to be there.
const ONCE: KnockPolicy =
    KnockPolicy { knocks: 1, spacing: Duration::ZERO, patience: Duration::from_millis(300) };

/// Has ports announced and knocks at them, for as long as the plan wants one more.
pub async fn announce_more(door: &Door<'_>, control: &mut Control, attempt: &Attempt) {
    let context = door.context;
    let limits = context.limits();
    let wanted = |control: &Control| {
        let enough_time = context.recorder.remaining() >= limits.announcing;
        let evidence_of = context.facts();
        (!control.is_gone() && enough_time)
            .then(|| another(&Evidence::new(&evidence_of), attempt, limits))
            .flatten()
    };
    let Some(because) = wanted(control) else { return };
    let _step = context.recorder.step(Task::Announce { mode: attempt.mode }, because);
    // Kept until the next announcement: a server may say something unasked where a data connection
    // ends before a transfer.
    let mut held: Option<TcpStream> = None;
    if attempt.outcome == Outcome::Refused
        && let Some(port) = attempt.passive_port()
    {
        let began = context.recorder.now();
        tokio::time::sleep(pause(context, control)).await;
        let (knock, stream) = knock(door, control, port, 1).await;
        held = stream;
        note(context, control, attempt, began, (None, Some(port)), Some(knock));
    }
    while wanted(control).is_some() {
        let exchange = control.exchanges();
        let began = context.recorder.now();
        let sample = announcement(context, control, attempt.mode).await;
        drop(held.take());
        let mut knocked = None;
        if let Some(port) = sample.port {
            let (knock, stream) = knock(door, control, port, 0).await;
            held = stream;
            knocked = Some(knock);
        }
        note(context, control, attempt, began, (Some(exchange), sample.port), knocked);
    }
}

fn note(
    context: &Context<'_>,
    control: &Control,
    attempt: &Attempt,
    began: Micros,
    (exchange, port): (Option<usize>, Option<u16>),
    knock: Option<AnnouncedKnock>,
) {
    let took = context.recorder.now().since(began);
    let (session, mode, security) = (control.index, attempt.mode, attempt.security);
    let made = Announcement { session, exchange, mode, security, port, knock, began, took };
    context.facts().announcements.push(made);
}

/// Before a server that refused is asked again.
fn pause(context: &Context<'_>, control: &Control) -> Duration {
    context.limits().knock_spacing.max(control.rtt().unwrap_or_default() * 2)
}

/// Knocks at a port that has just been announced, and that has refused so many knocks before.
async fn knock(
    door: &Door<'_>,
    control: &Control,
    port: u16,
    mut refused: u8,
) -> (AnnouncedKnock, Option<TcpStream>) {
    let context = door.context;
    let policy = policy(context, control);
    let mut syns = Some(0);
    loop {
        let (record, stream) = dial(context, door.at(port), policy).await;
        syns = syns.zip(record.syns).map(|(all, more)| all + more);
        let rejected = matches!(record.outcome, DialOutcome::Refused | DialOutcome::Reset);
        refused += u8::from(rejected);
        if !rejected || refused >= AGAIN {
            let late = stream.is_some() && refused > 0 && is_even(context, control);
            let beside =
                if late { Some(dial(context, door.at(port), ONCE).await.0.outcome) } else { None };
            return (AnnouncedKnock { outcome: record.outcome, refused, beside, syns }, stream);
        }
        tokio::time::sleep(pause(context, control)).await;
    }
}

/// Whether an even number of announcements was made on this login.
fn is_even(context: &Context<'_>, control: &Control) -> bool {
    let facts = context.facts();
    let made = facts.announcements.iter().filter(|a| a.session == control.index);
    made.count().is_multiple_of(2)
}

/// As a transfer would; more quickly where other ports were shut already, and no segments are lost.
fn policy(context: &Context<'_>, control: &Control) -> KnockPolicy {
    let limits = context.limits();
    let lossy = context.recorder.lossy();
    let known = {
        let facts = context.facts();
        !Evidence::new(&facts).passive_range().shut.is_empty()
    };
    if known && !lossy {
        return KnockPolicy::confirming(limits, control.rtt());
    }
    let timeout = context.request().timeout.duration();
    KnockPolicy::data(limits, control.rtt(), lossy, timeout)
}

/// The time that the announcements of a session took.
pub fn took(context: &Context<'_>, session: usize) -> Micros {
    let facts = context.facts();
    Micros(facts.announcements.iter().filter(|a| a.session == session).map(|a| a.took.0).sum())
}
