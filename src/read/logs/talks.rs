//! The conversations of a file, each with the key that its program gives it.

use std::collections::HashMap;

use super::says::{Program, Says, Understood};
use super::talk::Talk;
use crate::facts::reading::Place;
use crate::read::conversation::Conversation;

/// Events of one conversation, and conversations of one file: more than any log that a person reads.
const MOST_EVENTS: usize = 20_000;
const MOST_CONVERSATIONS: usize = 20_000;
/// Events of all conversations.
const MOST_EVENTS_IN_ALL: usize = 1_000_000;

/// All conversations of a file in the making.
#[derive(Debug, Default)]
pub struct Talks {
    file: usize,
    all: Vec<Talk>,
    /// The conversation that a key stands for now.
    keys: HashMap<String, usize>,
    events: usize,
    /// The first line that was left out because there is too much.
    pub left_out: Option<(u64, &'static str)>,
}

impl Talks {
    /// None yet, of the file with this index.
    pub fn of(file: usize) -> Self {
        Self { file, ..Self::default() }
    }

    /// Takes a line that was understood.
    pub fn take(&mut self, number: u64, at: Option<u64>, line: Understood) {
        let Understood { program, key, says } = line;
        for said in says {
            let Some(index) = self.place_for(&program, &key, &said, number) else { return };
            let place = Place { file: self.file, number };
            if let Some(talk) = self.all.get_mut(index) {
                let before = talk.made.events.len();
                talk.take(place, at, said);
                self.events += talk.made.events.len().saturating_sub(before);
                if talk.made.events.len() > MOST_EVENTS && !talk.full {
                    talk.full = true;
                    self.left_out.get_or_insert((number, "events of one conversation"));
                }
            }
        }
    }

    /// A line that no program is known to write: part of a reply of several lines, where one of this
    /// conversation has begun.
    pub fn continuation(&mut self, key: &str, text: &str) -> bool {
        let Some(talk) = self.keys.get(key).and_then(|index| self.all.get_mut(*index)) else {
            return false;
        };
        talk.continued(text)
    }

    /// Whether a reply of several lines is open in this conversation.
    pub fn is_open(&self, key: &str) -> bool {
        self.keys
            .get(key)
            .and_then(|index| self.all.get(*index))
            .is_some_and(|talk| talk.draft.is_some())
    }

    /// Everything that was said.
    pub fn done(self) -> Vec<Conversation> {
        let mut made: Vec<Conversation> = self.all.into_iter().filter_map(Talk::done).collect();
        // In the order in which they began.
        made.sort_by_key(|c| c.events.first().map(|e| e.place.number));
        made
    }

    /// The conversation that something belongs to; a new one where it begins one.
    fn place_for(
        &mut self,
        program: &Program,
        key: &str,
        said: &Says,
        number: u64,
    ) -> Option<usize> {
        let current = self.keys.get(key).copied();
        if let Some(index) = current
            && self.all.get(index).is_some_and(|talk| !talk.begins_anew(said))
        {
            let talk = self.all.get_mut(index)?;
            talk.know(program);
            if talk.full || self.events > MOST_EVENTS_IN_ALL {
                self.left_out.get_or_insert((number, "events"));
                return None;
            }
            return Some(index);
        }
        if !said.opens() {
            return None;
        }
        if self.all.len() >= MOST_CONVERSATIONS {
            self.left_out.get_or_insert((number, "conversations"));
            self.keys.remove(key);
            return None;
        }
        let mut talk = Talk::default();
        talk.know(program);
        talk.made.joined_late = !matches!(
            said,
            Says::Begins | Says::Dials(_) | Says::DialsControl(_) | Says::Client(..)
        ) && !said.greets();
        self.all.push(talk);
        let index = self.all.len() - 1;
        self.keys.insert(key.to_owned(), index);
        Some(index)
    }
}
