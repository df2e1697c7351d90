//! What the packets of one connection tell, as events of its conversation.

use super::dialogue::Dialogue;
use super::flow::Flow;
use super::neighbours::Neighbours;
use crate::facts::Micros;
use crate::facts::reading::{Place, Sighting};
use crate::read::conversation::{Control, Data, DataEvent, Door, End, Event, Point, What};

/// Silence shorter than this means nothing.
const PATIENCE: u64 = 2_000_000;

fn place(file: usize, number: u64) -> Place {
    Place { file, number }
}

/// What the packets of a control connection say of the connection itself.
pub fn control_events(dialogue: &mut Dialogue, flow: &Flow, last: (u64, u64)) {
    let asked = &flow.from_opener;
    let answers = &flow.from_called;
    let spoke = answers.first_data.is_some() || asked.first_data.is_some();
    let mut events: Vec<(u64, u64, Control)> = Vec::new();
    if let Some((number, at)) = flow.established {
        events.push((number, at, Control::Connected));
    } else if answers.resets.any() && !spoke {
        events.push((answers.resets.first, answers.reset_at, Control::Refused));
    } else if let Some((seen, at)) = flow.icmp.filter(|_| !spoke) {
        events.push((seen.number, at, Control::Icmp(seen.icmp)));
    } else if asked.syns.any() && !spoke {
        let waited = last.1.saturating_sub(asked.syn_at);
        if asked.syns.count >= 2 || waited >= PATIENCE {
            let at = asked.last_syn_at.max(asked.syn_at);
            let syns = Some(asked.syns.count);
            events.push((flow.last.0, at, Control::TimedOut { syns }));
        }
    }
    if flow.established.is_some() {
        let reset = [(asked, End::Client), (answers, End::Server)];
        let first_reset = reset
            .iter()
            .filter(|(side, _)| side.resets.any())
            .min_by_key(|(side, _)| side.resets.first);
        let fin = [(asked, End::Client), (answers, End::Server)];
        let first_fin = fin
            .iter()
            .filter_map(|(side, end)| Some((side.fin?, *end)))
            .min_by_key(|((number, _), _)| *number);
        match (first_fin, first_reset) {
            (Some(((number, at), end)), reset)
                if reset.is_none_or(|(side, _)| side.resets.first > number) =>
            {
                events.push((number, at, Control::Closed(end)));
            }
            (_, Some((side, end))) => {
                events.push((side.resets.first, side.reset_at, Control::Reset(*end)));
            }
            _ => {}
        }
    }
    let closed = events.iter().any(|(_, _, c)| !matches!(c, Control::Connected | Control::Dialled));
    dialogue.conversation.file_ends = !closed;
    for (number, at, control) in events {
        let before = dialogue.last_at;
        dialogue.note(number, at, What::Control(control));
        dialogue.last_at = dialogue.last_at.max(before);
    }
}

/// A control connection at the place where the file was taken.
pub fn point_of(file: usize, dialogue: &Dialogue, flow: &Flow, link: &Neighbours) -> Point {
    let here = |side: &super::flow::Side, address| link.is_here(side.mac?, address);
    let sides = if flow.opener == dialogue.client {
        (&flow.from_opener, &flow.from_called)
    } else {
        (&flow.from_called, &flow.from_opener)
    };
    let least = |side: &super::flow::Side| side.routers.map(|(least, _)| least);
    let inside = |side: &super::flow::Side| {
        side.routers.map_or(0, |(least, most)| most.saturating_sub(least))
    };
    let mss = |side: &super::flow::Side| side.mss.map(|mss| (mss, side.syns.first));
    Point {
        file,
        client: dialogue.client,
        server: dialogue.server,
        client_isn: sides.0.isn,
        server_isn: sides.1.isn,
        from_client: least(sides.0),
        from_server: least(sides.1),
        inside: inside(sides.0).min(inside(sides.1)),
        here: [here(sides.0, dialogue.client.ip()), here(sides.1, dialogue.server.ip())],
        mss: [mss(sides.0), mss(sides.1)],
        lost: dialogue.lost(),
        packets: flow.packets,
    }
}

/// What the packets of a data connection say.
pub fn data_events(
    file: usize,
    dialogue: &Dialogue,
    flow: &Flow,
    door: Door,
    last: (u64, u64),
) -> Vec<Event> {
    let mut made = Vec::new();
    let mut note = |number: u64, at: u64, what: DataEvent| {
        made.push(Event {
            place: place(file, number),
            at: Some(at),
            what: What::Data(Data { door: Some(door), what }),
        });
    };
    let (asked, answers) = (&flow.from_opener, &flow.from_called);
    let passive = flow.opener.ip() == dialogue.client.ip();
    if asked.syns.any() {
        note(asked.syns.first, asked.syn_at, DataEvent::Dialled);
    }
    let stranger = !passive && flow.opener.ip() != dialogue.server.ip();
    let mut ended = flow.last.0;
    if let Some((number, at)) = flow.established {
        let connected = DataEvent::Connected { from: Some(flow.opener), to: Some(flow.called) };
        note(number, at, connected);
        if stranger && answers.resets.any() && asked.bytes + answers.bytes == 0 {
            note(number, at, DataEvent::WrongPeer(flow.opener));
        }
        if asked.speaks_tls() || answers.speaks_tls() {
            let (number, at) = asked.first_data.or(answers.first_data).unwrap_or((number, at));
            note(number, at, DataEvent::Tls);
        }
        if let Some((number, at)) = asked.last_data.max(answers.last_data) {
            note(number, at, DataEvent::Bytes(asked.bytes.max(answers.bytes)));
        }
        // The client closes what nothing came over, not even an end.
        let (client, server) = if passive { (asked, answers) } else { (answers, asked) };
        let nothing =
            asked.bytes + answers.bytes == 0 && !asked.resets.any() && !answers.resets.any();
        if let Some((number, at)) = client.fin
            && nothing
            && server.fin.is_none_or(|(later, _)| later > number)
            && at.saturating_sub(flow.established.map_or(at, |(_, since)| since)) >= PATIENCE
        {
            note(number, at, DataEvent::LeftEmpty);
        }
        let fin = [asked.fin, answers.fin].into_iter().flatten().min();
        let reset = [asked, answers].into_iter().filter(|s| s.resets.any());
        let reset = reset.map(|s| (s.resets.first, s.reset_at)).min();
        match (fin, reset) {
            (Some(fin), reset) if reset.is_none_or(|reset| reset > fin) => {
                note(fin.0, fin.1, DataEvent::Closed);
            }
            (_, Some(reset)) => note(reset.0, reset.1, DataEvent::Reset),
            _ => {}
        }
    } else if answers.resets.any() {
        note(answers.resets.first, answers.reset_at, DataEvent::Refused);
    } else if let Some((seen, at)) = flow.icmp {
        note(seen.number, at, DataEvent::Icmp(Some(seen.icmp)));
    } else if asked.syns.any() && dialogue.server_was_heard() {
        let next = dialogue
            .conversation
            .events
            .iter()
            .find(|e| e.place.number > flow.last.0)
            .and_then(|e| e.at);
        let until = next.unwrap_or(last.1);
        let waited = until.saturating_sub(asked.syn_at);
        if asked.syns.count >= 2 || waited >= PATIENCE {
            ended = ended.max(flow.last.0);
            let (waited, syns) = (Some(waited), Some(asked.syns.count));
            note(ended, flow.last.1, DataEvent::TimedOut { waited, syns });
        }
    }
    note(ended, flow.last.1, DataEvent::Seen(Box::new(sighting(file, flow, door))));
    made
}

fn sighting(file: usize, flow: &Flow, door: Door) -> Sighting {
    let (asked, answers) = (&flow.from_opener, &flow.from_called);
    let sender = if asked.bytes > answers.bytes { asked } else { answers };
    let stuck = (sender.acknowledged < sender.bytes && sender.again > 0)
        .then_some(sender.again_size)
        .filter(|size| *size > 0);
    let mut established = crate::facts::reading::Seen::default();
    if let Some((number, _)) = flow.established {
        established.note(number);
    }
    Sighting {
        file,
        syns: asked.syns,
        syn_acks: answers.syns,
        established,
        resets: answers.resets,
        opener_resets: asked.resets,
        reset_from: answers.resets.any().then_some(answers.reset_routers),
        icmp: flow.icmp.map(|(seen, _)| seen),
        mss: asked.mss,
        sent: sender.bytes,
        acknowledged: sender.acknowledged,
        again: sender.again,
        stuck,
        waited: Some(Micros(flow.last.1.saturating_sub(flow.first.1).min(9 * 86_400_000_000))),
        isn: asked.isn,
        from_opener: asked.routers.map(|(least, _)| least),
        inside: asked.routers.map_or(0, |(least, most)| most.saturating_sub(least)),
        called: Some(flow.called.port()).filter(|port| *port != door.port),
    }
}
