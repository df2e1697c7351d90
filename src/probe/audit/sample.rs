//! Asking for announcements: PASV and EPSV, each on logins of its own, and a knock at each port that
//! comes. No transfer follows.

use std::time::Duration;

use super::super::attempt::announced;
use super::super::context::{Context, Stage};
use super::super::dial::{KnockPolicy, dial};
use super::super::plan::Next;
use super::super::session::control::Control;
use super::super::session::login::Door;
use super::super::session::logins::Logins;
use super::announced::{Announcer, are_enough, note};
use crate::facts::{Because, Crowd, Mode, Sample, Task};
use crate::wire::command::Command;

/// Announcements of one port alone that make a range of one port.
const ALWAYS_THE_SAME: usize = 6;

/// Asks for announcements if it is time: all passive work is done, and no active attempt has
/// been made, which could keep the server busy. Whether it was.
pub async fn sample_first(door: &Door<'_>, logins: &mut Logins, next: Option<&Next>) -> bool {
    let time = match next.map(|next| &next.task) {
        None | Some(Task::Hole { .. } | Task::Idle { .. }) => true,
        Some(Task::Attempt { mode, .. }) => !mode.is_passive(),
        Some(_) => false,
    };
    let context = door.context;
    let wanted = context.facts().audit.as_ref().is_some_and(|a| !a.sampled);
    if !time || !wanted {
        return false;
    }
    if let Some(audit) = &mut context.facts().audit {
        audit.sampled = true;
    }
    let wanted = context.request().audit.map_or(0, |a| a.samples);
    if wanted > 0 {
        context.tell(Stage::Sampling);
        let _step = context.recorder.step(Task::Sample, Because::AuditAsked);
        samples(door, logins, usize::from(wanted)).await;
    }
    true
}

async fn samples(door: &Door<'_>, logins: &mut Logins, wanted: usize) {
    let (context, family) = (door.context, door.family());
    let asked = &context.request().modes;
    let mut modes: Vec<Mode> =
        [Mode::Pasv, Mode::Epsv].into_iter().filter(|m| m.speaks(family)).collect();
    if modes.iter().any(|m| asked.contains(m)) {
        modes.retain(|m| asked.contains(m));
    }
    // Some servers take no PASV after an EPSV, so each command has its turn as a whole.
    let mut left = wanted;
    let mut turns = modes.len();
    for mode in modes {
        let share = left.div_ceil(turns.max(1));
        turns = turns.saturating_sub(1);
        let mut announcer = Announcer::new(door, mode, share);
        while !are_enough(context)
            && context.recorder.remaining() > context.limits().sweeping
            && let Some(sample) = announcer.next(logins).await
        {
            let port = sample.port;
            if let Some(audit) = &mut context.facts().audit {
                audit.samples.push(sample);
            }
            let Some(port) = port else { break };
            left = left.saturating_sub(1);
            if let Some(outcome) = announcer.knock(port).await {
                note(context, port, outcome);
            }
        }
        if turns == 0 {
            crowd(door, logins, &mut announcer.control, mode).await;
        }
        announcer.end().await;
    }
}

/// Knocks once at the port that a session announced last. A helper that opened it for that
/// session keeps it open until somebody comes, swallows the reply that announces the same port
/// to another one, and so would silence it.
async fn take_up(door: &Door<'_>, port: Option<u16>) {
    let Some(port) = port else { return };
    let patience = door.context.limits().taken_up;
    let policy = KnockPolicy { knocks: 1, spacing: Duration::ZERO, patience };
    dial(door.context, door.at(port), policy).await;
}

/// A login that is ready for data connections.
pub async fn protected(door: &Door<'_>, logins: &mut Logins) -> Option<Control> {
    let control = logins.session(door).await.ok()?;
    protect(door, control).await
}

async fn protect(door: &Door<'_>, mut control: Control) -> Option<Control> {
    if let Ok(None) = door.protect(&mut control).await {
        return Some(control);
    }
    control.quit(door.context.limits(), false).await;
    None
}

/// One announcement.
pub async fn announcement(context: &Context<'_>, control: &mut Control, mode: Mode) -> Sample {
    let session = control.index;
    let none = Sample { session, mode, port: None, code: 0, text: String::new() };
    let command = Command::new(mode.verb());
    let Ok(reply) = control.exchange(&command, context.limits().reply).await else {
        return none;
    };
    let port = (200..300)
        .contains(&reply.code)
        .then(|| announced(mode, &reply.text, control.peer).ok())
        .flatten()
        .map(|(at, _)| at.port());
    let text = if port.is_some() { String::new() } else { reply.text };
    Sample { port, code: reply.code, text, ..none }
}

/// The same port every time: what does a second login get while this one holds it? Two logins
/// at once are no burden; more than that is not tried.
async fn crowd(door: &Door<'_>, logins: &mut Logins, first: &mut Option<Control>, mode: Mode) {
    let (context, limits) = (door.context, door.context.limits());
    let held = {
        let facts = context.facts();
        let Some(audit) = &facts.audit else { return };
        let mut ports = audit.sampled_ports();
        let Some(always) = ports.next() else { return };
        let alike = ports.all(|port| port == always);
        if !alike || audit.samples.len() < ALWAYS_THE_SAME {
            return;
        }
        always
    };
    if first.is_none() {
        *first = protected(door, logins).await;
    }
    let Some(control) = first.as_mut().filter(|control| !control.is_gone()) else { return };
    // Held right now, not some replies ago.
    if announcement(context, control, mode).await.port != Some(held) {
        return;
    }
    // A server that lets nobody else in meanwhile still lets in whoever comes afterwards.
    let Ok(second) = logins.spare_session(door).await else { return };
    let Some(mut second) = protect(door, second).await else { return };
    let reply = announcement(context, &mut second, mode).await;
    let mut after = None;
    // A port that the first one holds is not ours to knock at.
    take_up(door, reply.port.filter(|port| *port != held)).await;
    if reply.port.is_none() && !control.is_gone() {
        second.quit(limits, false).await;
        // The first one ends, and with it the hold on the port.
        let _ = control.exchange(&Command::new("QUIT"), limits.close).await;
        control.give_up();
        if let Some(mut third) = protected(door, logins).await {
            let reply = announcement(context, &mut third, mode).await;
            take_up(door, reply.port).await;
            after = Some(reply);
            third.quit(limits, false).await;
        }
    } else {
        second.quit(limits, false).await;
    }
    if let Some(audit) = &mut context.facts().audit {
        audit.crowd = Some(Crowd { held, reply, after });
    }
}
