//! Several captures of one trouble: the same control connection, seen at two places.
//!
//! Clocks may differ by hours, and addresses by a translation. The initial sequence numbers are the
//! same everywhere; so is what was said.

use std::net::{IpAddr, SocketAddr};

use super::conversation::{Conversation, Data, DataEvent, Door, Event, Point, What};
use crate::facts::reading::{Change, Place, Reading, Sighting, Translation};

/// Changes that are told.
const MOST_CHANGES: usize = 40;

/// Puts together what several files show of the same control connections.
pub fn together(files: Vec<Vec<Conversation>>) -> Vec<Conversation> {
    let mut all: Vec<Conversation> = Vec::new();
    for conversation in files.into_iter().flatten() {
        match all.iter_mut().find(|known| is_same(known, &conversation)) {
            Some(known) => {
                let one = std::mem::take(known);
                *known = joined(one, conversation);
            }
            None => all.push(conversation),
        }
    }
    all
}

/// The same control connection, in another file.
fn is_same(one: &Conversation, other: &Conversation) -> bool {
    let (Some(a), Some(b)) = (one.points.first(), other.points.first()) else { return false };
    if one.points.iter().any(|p| p.file == b.file) {
        return false;
    }
    match (a.client_isn.zip(a.server_isn), b.client_isn.zip(b.server_isn)) {
        (Some(of_one), Some(of_other)) => of_one == of_other,
        _ => match (a.client_isn, b.client_isn) {
            (Some(of_one), Some(of_other)) => of_one == of_other,
            // Joined late: the ends are the same, and the same was said.
            _ => (a.client, a.server) == (b.client, b.server) && says_the_same(one, other),
        },
    }
}

fn says_the_same(one: &Conversation, other: &Conversation) -> bool {
    let said = |conversation: &Conversation| -> Vec<String> {
        let words = conversation.events.iter().filter_map(|e| match &e.what {
            What::Command(asked) => Some(asked.shown()),
            What::Reply(said) => Some(said.text.clone()),
            _ => None,
        });
        words.take(50).collect()
    };
    let (one, other) = (said(one), said(other));
    let (long, short) = if one.len() >= other.len() { (&one, &other) } else { (&other, &one) };
    // The shorter one is a piece of the longer one.
    short.len() >= 2 && long.windows(short.len()).any(|piece| piece == short.as_slice())
}

/// The nearer one to the client tells what the client did; the other adds what it saw.
fn joined(one: Conversation, other: Conversation) -> Conversation {
    let nearness =
        |c: &Conversation| c.points.first().and_then(|p| p.from_client).unwrap_or(u8::MAX);
    let (mut near, far) =
        if nearness(&one) <= nearness(&other) { (one, other) } else { (other, one) };
    let clock = clock(&near, &far);
    let gaps = |c: &Conversation| c.events.iter().filter(|e| e.what == What::Gap).count();
    // Where addresses are translated, what they say of addresses differs.
    let same_ends = near.client == far.client && near.server == far.server;
    if gaps(&far) < gaps(&near) && !far.joined_late && same_ends {
        // What one capture lost, the other has.
        let kept: Vec<Event> =
            far.events.iter().filter(|e| !matches!(e.what, What::Data(_))).cloned().collect();
        near.events.retain(|e| matches!(e.what, What::Data(_)));
        near.events.extend(kept.into_iter().map(|e| shifted(e, clock)));
    }
    let near_doors = ports(&near);
    let moved = moved_doors(&near, &far);
    // The near capture was ended in the middle: how it went on stands in the other one.
    let stopped = near.file_ends && !far.file_ends;
    if stopped && !near.joined_late && !far.joined_late {
        let known = near.events.iter().filter(|e| is_dialogue(&e.what)).count();
        let rest = far.events.iter().filter(|e| is_dialogue(&e.what)).skip(known).cloned();
        let more: Vec<Event> = rest.map(|e| shifted(e, clock)).collect();
        near.events.extend(more);
        let end = far.events.iter().rfind(|e| matches!(e.what, What::Control(_))).cloned();
        near.events.extend(end.map(|e| shifted(e, clock)));
    }
    for event in far.events {
        let What::Data(data) = &event.what else { continue };
        let renamed = renamed(data, &moved);
        let port = renamed.door.map(|d| d.port);
        let seen = matches!(renamed.what, DataEvent::Seen(_));
        // The near end's own view of a connection stands; the far end's is added to it.
        let known = port.is_some_and(|port| near_doors.contains(&port));
        let goes_on =
            stopped && !matches!(renamed.what, DataEvent::Dialled | DataEvent::Connected { .. });
        if seen || !known || goes_on {
            let event = shifted(event.clone(), clock);
            near.events.push(Event { what: What::Data(renamed), ..event });
        }
    }
    near.points.extend(far.points);
    near.tells_data |= far.tells_data;
    near.file_ends &= far.file_ends;
    near.events.sort_by_key(|e| (e.at.unwrap_or(0), is_seen(e), e.place));
    near
}

fn is_dialogue(what: &What) -> bool {
    matches!(what, What::Command(_) | What::Reply(_) | What::NotAReply(_) | What::Tls(_))
}

fn is_seen(event: &Event) -> bool {
    matches!(&event.what, What::Data(Data { what: DataEvent::Seen(_), .. }))
}

/// What is to be added to the far file's times: the first reply, or command, is heard at one time.
fn clock(near: &Conversation, far: &Conversation) -> i64 {
    let mark = |c: &Conversation| {
        let mut words =
            c.events.iter().filter(|e| matches!(e.what, What::Command(_) | What::Reply(_)));
        words.find_map(|e| e.at).and_then(|at| i64::try_from(at).ok())
    };
    match (mark(near), mark(far)) {
        (Some(near), Some(far)) => near - far,
        _ => 0,
    }
}

fn shifted(event: Event, clock: i64) -> Event {
    Event { at: event.at.map(|at| at.saturating_add_signed(clock)), ..event }
}

/// Ports of data connections of which more than a summary is known.
fn ports(conversation: &Conversation) -> Vec<u16> {
    let events = conversation.events.iter().filter_map(|e| match &e.what {
        What::Data(Data { door: Some(door), .. }) => Some(door.port),
        _ => None,
    });
    events.collect()
}

/// Doors that have another number at the far end: a helper on the way has rewritten PORT or 227.
fn moved_doors(near: &Conversation, far: &Conversation) -> Vec<(u16, u16)> {
    let named = |c: &Conversation| -> Vec<u16> {
        c.events.iter().filter_map(|e| announced(&e.what)).map(|at| at.port()).collect()
    };
    let (near, far) = (named(near), named(far));
    if near.len() != far.len() {
        return Vec::new();
    }
    far.into_iter().zip(near).filter(|(far, near)| far != near).collect()
}

fn renamed(data: &Data, moved: &[(u16, u16)]) -> Data {
    let door = data.door.map(|door| {
        let other = moved.iter().find(|(far, _)| *far == door.port).map(|(_, near)| *near);
        Door { address: door.address, port: other.unwrap_or(door.port) }
    });
    Data { door, what: data.what.clone() }
}

/// The door that a command or reply names.
fn announced(what: &What) -> Option<SocketAddr> {
    match what {
        What::Command(asked) => super::conversation::active_endpoint(asked),
        What::Reply(said) if said.code == 227 => {
            let found = crate::wire::address::parse_227(&said.text).ok()?;
            Some(SocketAddr::new(IpAddr::V4(found.address), found.port))
        }
        What::Reply(said) if said.code == 229 => {
            let found = crate::wire::address::parse_229(&said.text).ok()?;
            Some(SocketAddr::new(IpAddr::from([0, 0, 0, 0]), found.port))
        }
        _ => None,
    }
}

/// Translations and changes between the places of a session's files, as far as they can be seen
/// before the conversations are joined.
pub fn differences(files: &[Vec<Conversation>], reading: &mut Reading) {
    let all: Vec<&Conversation> = files.iter().flatten().collect();
    for (index, one) in all.iter().enumerate() {
        for other in all.iter().skip(index + 1).filter(|other| is_same(one, other)) {
            let (Some(a), Some(b)) = (one.points.first(), other.points.first()) else { continue };
            let nearer = a.from_client.unwrap_or(0) <= b.from_client.unwrap_or(0);
            let ((near, p), (far, q)) =
                if nearer { ((*one, a), (*other, b)) } else { ((*other, b), (*one, a)) };
            translations(p, q, reading);
            changes(near, far, reading);
        }
    }
}

fn translations(near: &Point, far: &Point, reading: &mut Reading) {
    let mut note = |near: SocketAddr, far: SocketAddr, of_client: bool| {
        let made = Translation { near, far, of_client };
        if near != far && reading.translations.len() < MOST_CHANGES {
            if !reading.translations.contains(&made) {
                reading.translations.push(made);
            }
            if of_client && near.ip() != far.ip() {
                reading.own.get_or_insert(near.ip().to_canonical());
                reading.seen_as.get_or_insert(far.ip().to_canonical());
            }
        }
    };
    note(near.client, far.client, true);
    note(near.server, far.server, false);
    for (index, (sent, came)) in near.mss.iter().zip(far.mss.iter()).enumerate() {
        let (Some(sent), Some(came)) = (sent, came) else { continue };
        // The client's goes from near to far, the server's the other way.
        let ((sent, from), (came, to)) = if index == 0 {
            ((*sent, near.file), (*came, far.file))
        } else {
            ((*came, far.file), (*sent, near.file))
        };
        if sent.0 != came.0 && reading.changes.len() < MOST_CHANGES {
            reading.changes.push(Change::Mss {
                sent: sent.0,
                came: came.0,
                from: Place { file: from, number: sent.1 },
                to: Place { file: to, number: came.1 },
            });
        }
    }
}

fn changes(near: &Conversation, far: &Conversation, reading: &mut Reading) {
    let commands = |c: &Conversation| -> Vec<(String, Place)> {
        let all = c.events.iter().filter_map(|e| match &e.what {
            What::Command(asked) => Some((asked.shown(), e.place)),
            _ => None,
        });
        all.collect()
    };
    let replies = |c: &Conversation| -> Vec<(String, Place)> {
        let all = c.events.iter().filter_map(|e| match &e.what {
            What::Reply(said) => Some((format!("{} {}", said.code, said.text), e.place)),
            _ => None,
        });
        all.collect()
    };
    let mut note = |sent: &(String, Place), came: &(String, Place)| {
        let (from, to) = (sent.1, came.1);
        if sent.0 != came.0 && reading.changes.len() < MOST_CHANGES {
            let (sent, came) = (sent.0.clone(), came.0.clone());
            reading.changes.push(Change::Text { sent, came, from, to });
        }
    };
    let (sent, came) = (commands(near), commands(far));
    if sent.len() == came.len() {
        for (sent, came) in sent.iter().zip(&came) {
            note(sent, came);
        }
    }
    let (came, sent) = (replies(near), replies(far));
    if sent.len() == came.len() {
        for (sent, came) in sent.iter().zip(&came) {
            note(sent, came);
        }
    }
}

/// The client's own address and the one that it is seen under, where one capture tells both: PORT
/// names a private address, and the control connection comes from a public one.
pub fn addresses(reading: &mut Reading, conversations: &[Conversation]) {
    if reading.own.is_some() {
        return;
    }
    for conversation in conversations {
        let Some(point) = conversation.points.last() else { continue };
        let seen = point.client.ip().to_canonical();
        let named = conversation.events.iter().find_map(|e| match &e.what {
            What::Command(asked) => super::conversation::active_endpoint(asked),
            _ => None,
        });
        let Some(named) = named.map(|at| at.ip()) else { continue };
        let inner = crate::wire::address::is_inner;
        if named != seen && inner(named) && !inner(seen) && !seen.is_loopback() {
            reading.own = Some(named);
            reading.seen_as = Some(seen);
            return;
        }
    }
}

/// A file that shows a control connection and no packet of one of its data connections.
pub fn unseen(file: usize) -> Sighting {
    Sighting { file, ..Sighting::default() }
}
