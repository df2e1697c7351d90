//! All connections of a capture: which are control connections, by what they say, and which data
//! connections belong to them.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::dialogue::{Announced, Dialogue, is_command_like, is_reply_like};
use super::flow::{Flow, Taken};
use super::neighbours::Neighbours;
use super::packet::{IcmpError, Segment};
use super::telling::{control_events, data_events, point_of};
use crate::read::conversation::{Control, Conversation, Door, Event, Point, What};

/// Connections that are kept at a time.
const MOST_FLOWS: usize = 100_000;
/// Control connections that are kept.
const MOST_DIALOGUES: usize = 5_000;
/// Data connections and finished control connections that are kept.
const MOST_KEPT: usize = 50_000;
/// A knock belongs to an announcement that is not older.
const LATEST: u64 = 600_000_000;
/// Silence shorter than this means nothing.
const PATIENCE: u64 = 2_000_000;

type Key = (SocketAddr, SocketAddr);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not known yet.
    Unknown,
    /// A control connection, or what may be one.
    Control(usize),
    /// A data connection of this dialogue, announced there.
    Data(usize, usize),
    /// Between the two ends of this dialogue, and not announced in what can be read.
    Beside(usize),
}

struct Tracked {
    flow: Flow,
    kind: Kind,
}

/// All connections.
pub struct Scene {
    file: usize,
    flows: HashMap<Key, Tracked>,
    /// Data and control connections that are over.
    kept: Vec<Tracked>,
    dialogues: Vec<Dialogue>,
    /// Announcements by port.
    doors: HashMap<u16, Vec<(usize, usize)>>,
    /// Dialogues by client and server.
    pairs: HashMap<(IpAddr, IpAddr), usize>,
    /// Who stands on the link.
    pub neighbours: Neighbours,
    /// Packets of FTP.
    pub used: u64,
    /// Connections beyond the limits.
    pub beyond: u64,
    last: (u64, u64),
}

fn key(one: SocketAddr, other: SocketAddr) -> Key {
    if one < other { (one, other) } else { (other, one) }
}

/// A port that FTP is expected at, whatever is said there.
fn is_usual(port: u16) -> bool {
    matches!(port, 21 | 990)
}

impl Scene {
    /// Nothing seen yet.
    pub fn new(file: usize) -> Self {
        Self {
            file,
            flows: HashMap::new(),
            kept: Vec::new(),
            dialogues: Vec::new(),
            doors: HashMap::new(),
            pairs: HashMap::new(),
            neighbours: Neighbours::default(),
            used: 0,
            beyond: 0,
            last: (0, 0),
        }
    }

    /// A packet of any kind.
    pub fn tick(&mut self, number: u64, at: u64) {
        self.last = (number, at.max(self.last.1));
    }

    /// A TCP segment.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        let key = key(segment.from, segment.to);
        if let Some(tracked) = self.flows.get(&key) {
            if tracked.flow.is_over_for(segment) {
                if let Some(old) = self.flows.remove(&key) {
                    self.keep(old);
                }
            } else {
                return self.known(&key, segment);
            }
        }
        if segment.syn {
            if let Some(mac) = segment.mac {
                self.neighbours.speak(mac, segment.from.ip());
            }
            self.opened(key, segment);
        } else if segment.length > 0 && may_be_ftp(segment) {
            self.joined(key, segment);
        }
    }

    /// An ICMP error.
    pub fn error(&mut self, error: &IcmpError) {
        let key = key(error.quoted_from, error.quoted_to);
        let Some(tracked) = self.flows.get_mut(&key) else { return };
        let client = match tracked.kind {
            Kind::Control(at) | Kind::Data(at, _) | Kind::Beside(at) => {
                self.dialogues.get(at).map(|d| d.client.ip())
            }
            Kind::Unknown => None,
        };
        if tracked.kind != Kind::Unknown {
            self.used += 1;
        }
        tracked.flow.error(error, client);
    }

    fn known(&mut self, key: &Key, segment: &Segment<'_>) {
        let Some(tracked) = self.flows.get_mut(key) else { return };
        let taken = tracked.flow.take(segment);
        match tracked.kind {
            Kind::Control(at) => {
                self.used += 1;
                if taken == Taken::New {
                    self.control(key, at, segment);
                }
            }
            Kind::Data(..) => self.used += 1,
            Kind::Beside(_) if segment.length == 0 => self.used += 1,
            Kind::Unknown if segment.length == 0 || segment.syn => {}
            Kind::Beside(_) | Kind::Unknown => {
                if taken == Taken::New {
                    self.first_words(key, segment);
                }
            }
        }
    }

    /// A SYN, or a SYN-ACK whose SYN was not seen.
    fn opened(&mut self, key: Key, segment: &Segment<'_>) {
        self.make_room();
        let mut flow = Flow::new(segment);
        flow.take(segment);
        let (opener, called) = (flow.opener, flow.called);
        let mut kind = self.announced(opener, called, segment.at);
        if is_usual(called.port()) {
            // Also where nobody answers.
            if let Some(at) = self.dialogue(opener, called, false) {
                kind = Kind::Control(at);
                if let Some(dialogue) = self.dialogues.get_mut(at) {
                    dialogue.note(segment.number, segment.at, What::Control(Control::Dialled));
                    let of_client = segment.from == opener;
                    dialogue.begin(of_client, segment.seq);
                }
            }
        }
        if kind != Kind::Unknown {
            self.used += 1;
        }
        self.flows.insert(key, Tracked { flow, kind });
    }

    /// A connection that is in the middle already, and sounds like FTP.
    fn joined(&mut self, key: Key, segment: &Segment<'_>) {
        self.make_room();
        let by_server = is_reply_like(segment.payload)
            || (is_usual(segment.from.port()) && !is_usual(segment.to.port()));
        let (client, server) =
            if by_server { (segment.to, segment.from) } else { (segment.from, segment.to) };
        let Some(at) = self.dialogue(client, server, true) else { return };
        let mut flow = Flow::new(segment);
        flow.opener = client;
        flow.called = server;
        flow.take(segment);
        self.used += 1;
        self.flows.insert(key, Tracked { flow, kind: Kind::Control(at) });
        self.control(&key, at, segment);
    }

    /// The first bytes of a connection decide what it is.
    fn first_words(&mut self, key: &Key, segment: &Segment<'_>) {
        let Some(tracked) = self.flows.get(key) else { return };
        let of_opener = tracked.flow.is_of_opener(segment);
        let sounds = if of_opener {
            is_command_like(segment.payload)
        } else {
            is_reply_like(segment.payload)
        };
        if !sounds {
            if tracked.kind == Kind::Unknown {
                self.flows.remove(key);
            } else {
                self.used += 1;
            }
            return;
        }
        let (client, server) = (tracked.flow.opener, tracked.flow.called);
        let isns = (tracked.flow.from_opener.isn, tracked.flow.from_called.isn);
        let began = (tracked.flow.first, tracked.flow.opened);
        let Some(at) = self.dialogue(client, server, !began.1) else {
            self.flows.remove(key);
            return;
        };
        if let Some(dialogue) = self.dialogues.get_mut(at) {
            dialogue.note(began.0.0, began.0.1, What::Control(Control::Dialled));
            for (of_client, isn) in [(true, isns.0), (false, isns.1)] {
                if let Some(isn) = isn {
                    dialogue.begin(of_client, isn);
                }
            }
        }
        if let Some(tracked) = self.flows.get_mut(key) {
            tracked.kind = Kind::Control(at);
            self.used += tracked.flow.packets;
        }
        self.control(key, at, segment);
    }

    fn control(&mut self, key: &Key, at: usize, segment: &Segment<'_>) {
        let Some(dialogue) = self.dialogues.get_mut(at) else { return };
        let of_client = segment.from == dialogue.client;
        let (number, when) = (segment.number, segment.at);
        if segment.syn {
            dialogue.begin(of_client, segment.seq);
            dialogue.last_at = when;
            return;
        }
        let first = segment.length > 0 && of_client && dialogue.server.port() == 990;
        if first && matches!(segment.payload, [0x16, 0x03, ..]) && !dialogue.confirmed {
            dialogue.implicit(number, when);
        }
        let before = dialogue.announced.len();
        let (seq, ack) = (segment.seq, segment.ack);
        dialogue.segment(of_client, seq, ack, segment.payload, segment.length, number, when);
        if dialogue.rejected {
            let (pair, server) = ((dialogue.client.ip(), dialogue.server.ip()), dialogue.server);
            dialogue.conversation.events.clear();
            if self.pairs.get(&pair) == Some(&at) && !is_usual(server.port()) {
                self.pairs.remove(&pair);
            }
            self.flows.remove(key);
            return;
        }
        let fresh: Vec<Announced> = dialogue.announced.get(before..).unwrap_or_default().to_vec();
        for (index, announced) in fresh.iter().enumerate() {
            let list = self.doors.entry(announced.door.port()).or_default();
            if list.len() >= 64 {
                list.remove(0);
            }
            list.push((at, before + index));
        }
    }

    fn dialogue(&mut self, client: SocketAddr, server: SocketAddr, late: bool) -> Option<usize> {
        if self.dialogues.len() >= MOST_DIALOGUES {
            self.beyond += 1;
            return None;
        }
        let at = self.dialogues.len();
        self.dialogues.push(Dialogue::new(self.file, client, server, late));
        self.pairs.insert((client.ip(), server.ip()), at);
        Some(at)
    }

    /// What a SYN is, by what was announced before.
    fn announced(&self, from: SocketAddr, to: SocketAddr, at: u64) -> Kind {
        let named = self.doors.get(&to.port()).into_iter().flatten().rev();
        for (dialogue, index) in named {
            let Some(talk) = self.dialogues.get(*dialogue) else { continue };
            let Some(announced) = talk.announced.get(*index) else { continue };
            if at.saturating_sub(announced.at) > LATEST {
                continue;
            }
            let (caller, owner) = if announced.mode.is_passive() {
                (talk.client.ip(), talk.server.ip())
            } else {
                (talk.server.ip(), talk.client.ip())
            };
            let there = to.ip() == owner || to.ip() == announced.door.ip();
            if there && (from.ip() == caller || !announced.mode.is_passive()) {
                return Kind::Data(*dialogue, *index);
            }
        }
        let beside = |client: SocketAddr, server: SocketAddr| {
            self.pairs.get(&(client.ip(), server.ip())).copied().map(Kind::Beside)
        };
        beside(from, to).or_else(|| beside(to, from)).unwrap_or(Kind::Unknown)
    }

    fn keep(&mut self, tracked: Tracked) {
        if tracked.kind == Kind::Unknown {
            return;
        }
        if self.kept.len() >= MOST_KEPT {
            self.beyond += 1;
            return;
        }
        self.kept.push(tracked);
    }

    /// Forgets connections that nothing is known of, the oldest first.
    fn make_room(&mut self) {
        if self.flows.len() < MOST_FLOWS {
            return;
        }
        let mut ages: Vec<u64> = self
            .flows
            .values()
            .filter(|t| t.kind == Kind::Unknown)
            .map(|t| t.flow.last.0)
            .collect();
        if ages.len() < MOST_FLOWS / 4 {
            // All of it is FTP: what is over makes room.
            let over: Vec<Key> = self
                .flows
                .iter()
                .filter(|(_, t)| t.flow.is_over() || t.kind == Kind::Unknown)
                .map(|(key, _)| *key)
                .collect();
            for key in over {
                if let Some(old) = self.flows.remove(&key) {
                    self.keep(old);
                }
            }
            if self.flows.len() >= MOST_FLOWS {
                self.beyond += self.flows.len() as u64;
                self.flows.clear();
            }
            return;
        }
        let middle = ages.len() / 2;
        let (_, median, _) = ages.select_nth_unstable(middle);
        let median = *median;
        self.flows.retain(|_, t| t.kind != Kind::Unknown || t.flow.last.0 > median);
    }

    /// What all of it comes to.
    pub fn end(mut self) -> Vec<Conversation> {
        let rest: Vec<Key> = self.flows.keys().copied().collect();
        for key in rest {
            if let Some(tracked) = self.flows.remove(&key) {
                self.keep(tracked);
            }
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_by_key(|t| t.flow.first.0);
        let last = self.last;
        for dialogue in &mut self.dialogues {
            dialogue.end();
        }
        let mut taken: Vec<Vec<bool>> =
            self.dialogues.iter().map(|d| vec![false; d.announced.len()]).collect();
        let mut any_data = false;
        for tracked in &kept {
            if let Kind::Data(at, index) = tracked.kind
                && let Some(flag) = taken.get_mut(at).and_then(|flags| flags.get_mut(index))
            {
                *flag = true;
                any_data = true;
            }
        }
        let mut events: Vec<Vec<Event>> = self.dialogues.iter().map(|_| Vec::new()).collect();
        let mut points: Vec<Option<Point>> = self.dialogues.iter().map(|_| None).collect();
        for tracked in &kept {
            let flow = &tracked.flow;
            let (at, door) = match tracked.kind {
                Kind::Unknown => continue,
                Kind::Control(at) => {
                    let Some(dialogue) = self.dialogues.get_mut(at) else { continue };
                    control_events(dialogue, flow, last);
                    if let Some(point) = points.get_mut(at) {
                        *point = Some(point_of(self.file, dialogue, flow, &self.neighbours));
                    }
                    continue;
                }
                Kind::Data(at, index) => {
                    let announced = self.dialogues.get(at).and_then(|d| d.announced.get(index));
                    let Some(announced) = announced else { continue };
                    let address = Some(flow.called.ip());
                    (at, Door { address, port: announced.door.port() })
                }
                Kind::Beside(at) => {
                    let Some(door) = self.beside(at, flow, &taken) else { continue };
                    (at, door)
                }
            };
            let (Some(dialogue), Some(events)) = (self.dialogues.get(at), events.get_mut(at))
            else {
                continue;
            };
            any_data = true;
            events.extend(data_events(self.file, dialogue, flow, door, last));
        }
        // Transfers that were confirmed, and no data connection at all: a filter left them out.
        let data_left_out =
            !any_data && self.dialogues.iter().any(|d| confirmed_transfer(&d.conversation));
        let mut made = Vec::new();
        for (index, mut dialogue) in self.dialogues.into_iter().enumerate() {
            let usual = is_usual(dialogue.server.port());
            let spoke = dialogue.server_was_heard() || !dialogue.conversation.events.is_empty();
            if dialogue.rejected || !(dialogue.confirmed || (usual && spoke)) {
                continue;
            }
            let own = events.get_mut(index).map(std::mem::take).unwrap_or_default();
            let point = points.get_mut(index).and_then(Option::take);
            let conversation = &mut dialogue.conversation;
            conversation.events.extend(own);
            conversation.events.sort_by_key(|e| e.place.number);
            conversation.tells_data = any_data || !data_left_out;
            conversation.points.extend(point);
            made.push(dialogue.conversation);
        }
        made.sort_by_key(|c| c.events.first().map_or(u64::MAX, |e| e.place.number));
        made
    }

    /// A connection that nobody announced in what can be read: of an encrypted dialogue, or to
    /// another port than the one that was announced.
    fn beside(&self, at: usize, flow: &Flow, taken: &[Vec<bool>]) -> Option<Door> {
        let dialogue = self.dialogues.get(at)?;
        let (number, when) = flow.first;
        let of_client = flow.opener.ip() == dialogue.client.ip();
        if !flow.opened || flow.called == dialogue.server || is_usual(flow.called.port()) {
            return None;
        }
        let address = Some(flow.called.ip());
        if dialogue.opaque {
            let began = dialogue.conversation.events.first().map_or(0, |e| e.place.number);
            let after = number > began && when <= dialogue.last_at.saturating_add(PATIENCE);
            let high = flow.called.port() >= 1024;
            return (after && high).then_some(Door { address, port: flow.called.port() });
        }
        let (index, announced) =
            dialogue.announced.iter().enumerate().rev().find(|(_, a)| a.number < number)?;
        let free = taken.get(at).and_then(|flags| flags.get(index)) == Some(&false);
        let soon = when.saturating_sub(announced.at) < 30_000_000;
        let same_way = announced.mode.is_passive() == of_client;
        (free && soon && same_way).then_some(Door { address, port: announced.door.port() })
    }
}

fn confirmed_transfer(conversation: &Conversation) -> bool {
    let mut asked = false;
    for event in &conversation.events {
        match &event.what {
            What::Command(command) => asked = command.transfers(),
            What::Reply(said) if asked && matches!(said.code, 226 | 250) => return true,
            _ => {}
        }
    }
    false
}

fn may_be_ftp(segment: &Segment<'_>) -> bool {
    if is_reply_like(segment.payload) || is_command_like(segment.payload) {
        return true;
    }
    // A control connection that lasts and is encrypted, or is in the middle of a line.
    is_usual(segment.from.port()) != is_usual(segment.to.port())
}
