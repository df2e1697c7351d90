//! "The browser fails and the FTP program works", or the reverse, in one paragraph.

use super::super::text::Text;
use super::predict::{Prediction, setting_text};
use crate::clients::{Gives, familiar};
use crate::evidence::Evidence;

/// Names in a list: more are no help.
const NAMES: usize = 4;

/// Why one program works here and another does not, where the two directions of the data
/// connection differ.
pub fn one_works_another_fails(evidence: &Evidence<'_>, clients: &[Prediction]) -> Option<Text> {
    let dead = |passive: bool| {
        let views = if passive { evidence.passive() } else { evidence.active() };
        !views.is_empty() && views.iter().all(|v| v.failed())
    };
    let (id, passive) = match (dead(true), dead(false)) {
        (true, false) if evidence.active_open() => ("one-works-active", true),
        (false, true) if evidence.passive_open() => ("one-works-passive", false),
        _ => return None,
    };
    // Who fails in the direction that works does so for another reason.
    let in_it = |p: &Prediction| {
        let all = &evidence.facts.attempts;
        let mode = |id: &String| all.iter().find(|a| a.id == *id).map(|a| a.mode);
        !p.attempts.is_empty()
            && p.attempts.iter().all(|id| mode(id).is_some_and(|m| m.is_passive() == passive))
    };
    let told = |works: bool| -> Vec<&Prediction> {
        familiar()
            .filter(|client| client.removed.is_none())
            .filter_map(|client| clients.iter().find(|p| p.client.id == client.id))
            .filter(|p| p.works == Some(works) && (works || in_it(p)))
            .take(NAMES)
            .collect()
    };
    let names =
        |all: &[&Prediction]| all.iter().map(|p| p.client.name).collect::<Vec<_>>().join(", ");
    let (fail, work) = (told(false), told(true));
    if fail.is_empty() || work.is_empty() {
        return None;
    }
    let text = Text::new(id).with("fail", names(&fail)).with("work", names(&work));
    let setting = fail.iter().find_map(|p| Some((p.client, p.setting?)));
    let today = match setting {
        Some((client, setting)) if setting.gives == Gives::Another => {
            Text::new("one-works-instead").with("client", client.name).with("how", setting.how)
        }
        Some((client, setting)) => Text::new("one-works-setting")
            .with("client", client.name)
            .with("setting", setting_text(setting)),
        None => Text::new("one-works-no-setting"),
    };
    Some(text.with("today", today))
}
