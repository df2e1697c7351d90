//! A whole capture file, from its first packet to its conversations.

use std::io::{self, BufRead};

use super::blocks;
use super::packet::{self, Packet};
use super::scene::Scene;
use crate::facts::reading::{FileKind, FileRead, Unread, UnreadWhy};
use crate::read::input::Found;

/// Reads a capture.
///
/// # Errors
/// When it cannot be read on. What is broken in it is told with what was read before.
pub fn read(content: &mut dyn BufRead, file: usize) -> io::Result<Found> {
    let mut scene = Scene::new(file);
    let mut unknown: Option<(u64, i32)> = None;
    let mut unknown_count = 0;
    let mut snapped: Option<u64> = None;
    let mut snapped_count = 0;
    let ended = blocks::frames(content, |frame| {
        scene.tick(frame.number, frame.at);
        let before = scene.used;
        match packet::packet(frame) {
            Packet::Tcp(segment) => scene.segment(&segment),
            Packet::Error(error) => scene.error(&error),
            Packet::Neighbour(mac, address) => scene.neighbours.claim(mac, address),
            Packet::Other => {}
            Packet::UnknownLink => {
                unknown_count += 1;
                unknown.get_or_insert((frame.number, frame.link));
            }
        }
        let cut = u32::try_from(frame.data.len()).is_ok_and(|stored| stored < frame.length);
        if cut && scene.used > before {
            snapped_count += 1;
            snapped.get_or_insert(frame.number);
        }
    })?;
    let links: Vec<&str> =
        ended.links.iter().map(|link| packet::link_name(*link).unwrap_or("unknown")).collect();
    let mut format = ended.format.to_owned();
    if !links.is_empty() {
        format.push_str(&format!(", {}", links.join(", ")));
    }
    let mut about = FileRead::new(FileKind::Capture, format);
    about.units = ended.packets;
    about.used = scene.used;
    about.unread = ended.unread;
    let mut unread = |number, count, why| about.unread.push(Unread { number, count, why });
    if let Some((number, link)) = unknown {
        let number_of_link = i64::from(link);
        unread(Some(number), unknown_count, UnreadWhy::LinkType { number: number_of_link });
    }
    if let Some(number) = snapped {
        unread(Some(number), snapped_count, UnreadWhy::Snapped);
    }
    if ended.dropped > 0 {
        unread(None, ended.dropped, UnreadWhy::Lost);
    }
    if scene.beyond > 0 {
        let text = "connections".to_owned();
        unread(None, scene.beyond, UnreadWhy::TooMuch { text });
    }
    let conversations = scene.end();
    let lost = conversations.iter().flat_map(|c| &c.points).filter(|p| p.lost).count();
    if lost > 0 && ended.dropped == 0 {
        unread(None, lost as u64, UnreadWhy::Lost);
    }
    Ok(Found { conversations, file: about })
}
