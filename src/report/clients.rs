//! The clients in the text report: grouped by what they will meet, so that it stays on the screen.

use super::pen::{Color, Pen};
use super::words::Words;
use crate::diagnosis::{Diagnosis, Prediction, Text};
use crate::document::of::client_name;
use crate::facts::Micros;

/// From here on the time that a client needs is worth a word.
const SLOW: Micros = Micros(5_000_000);

/// Writes the section.
pub(super) fn section(diagnosis: &Diagnosis<'_>, words: &Words, pen: Pen, out: &mut String) {
    // Without a login nobody lists anything; the findings say why.
    if !diagnosis.evidence.logged_in() {
        return;
    }
    let (removed, all): (Vec<&Prediction>, Vec<&Prediction>) =
        diagnosis.clients.iter().partition(|p| p.client.removed.is_some());
    let gone = Text::new("clients-removed").with("names", names(&removed, words));
    out.push('\n');
    pen.title(out, &words.get("clients-title"));
    if all.iter().all(|p| p.works == Some(true) && p.after < Some(SLOW)) {
        let text = Text::new("clients-all").with("count", all.len()).with("gone", gone);
        pen.prose(out, "  ", "  ", &words.say(&text));
        return;
    }
    let group = |works: Option<bool>| -> Vec<&Prediction> {
        all.iter().copied().filter(|p| p.works == works).collect()
    };
    let work = group(Some(true));
    let fail = groups(&group(Some(false)));
    let open = groups(&group(None));
    if !work.is_empty() {
        line(pen, out, "✓", &words.get("clients-work"), Color::Green, &names(&work, words));
    }
    for (id, mark, color, groups) in [
        ("clients-fail", "✗", Color::Red, fail),
        ("clients-unknown", "·", Color::BrightBlack, open),
    ] {
        for (why, members) in groups {
            let head = words.say(&Text::new(id).with("why", why));
            line(pen, out, mark, &head, color, &names(&members, words));
        }
    }
    pen.prose(out, "    ", "    ", &words.say(&gone));
}

/// A group of clients below what they share.
fn line(pen: Pen, out: &mut String, mark: &str, head: &str, color: Color, names: &str) {
    let mut wrapped = String::new();
    pen.prose(&mut wrapped, &format!("  {mark} "), "    ", &format!("{head}: {names}"));
    out.push_str(&wrapped.replacen(mark, &pen.paint(mark, color), 1));
}

/// Clients that share their fate, the largest group first.
fn groups<'a>(all: &[&'a Prediction]) -> Vec<(Text, Vec<&'a Prediction>)> {
    let mut groups: Vec<(Text, Vec<&Prediction>)> = Vec::new();
    for one in all {
        match groups.iter_mut().find(|(why, _)| *why == one.short) {
            Some((_, members)) => members.push(one),
            None => groups.push((one.short.clone(), vec![one])),
        }
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    groups
}

fn names(all: &[&Prediction], words: &Words) -> String {
    let name = |p: &&Prediction| match p.after.filter(|after| *after >= SLOW) {
        // A blank that no line is broken at.
        Some(after) => format!(
            "{} ({}\u{a0}s)",
            client_name(p.client, &|text| words.say(text)),
            after.0 / 1_000_000
        ),
        None => client_name(p.client, &|text| words.say(text)),
    };
    all.iter().map(name).collect::<Vec<_>>().join(", ")
}
