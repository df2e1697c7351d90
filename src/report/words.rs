//! The words of all reports: messages in Fluent files, one per language.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::diagnosis::{Arg, Diagnosis, Lang, Text};
use crate::document::{self, Report};
use crate::facts::Facts;

const ENGLISH: &str = include_str!("en.ftl");
const CHINESE: &str = include_str!("zh.ftl");

/// One language.
pub struct Words {
    bundle: FluentBundle<FluentResource>,
    /// Of files that were read: "we" and "you" are somebody else there.
    reading: bool,
}

impl Words {
    /// English.
    pub fn english() -> Self {
        Self::of(Lang::En)
    }

    /// A language.
    pub fn of(lang: Lang) -> Self {
        let (name, source) = match lang {
            Lang::En => ("en", ENGLISH),
            Lang::Zh => ("zh", CHINESE),
        };
        let id: LanguageIdentifier = name.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![id]);
        // Arguments are ports and server texts, not running text of the other direction.
        bundle.set_use_isolating(false);
        // Messages of a file with a fault are still used; a test makes sure that there is none.
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        Self { bundle, reading: false }
    }

    /// For a report of facts that another program observed: messages speak of the client where they
    /// would speak of us and you (their attribute `read`).
    #[must_use]
    pub fn about(self, facts: &Facts) -> Self {
        Self { reading: !facts.source.is_live(), ..self }
    }

    /// The message in words. A missing one shows as its id in angle brackets.
    pub fn say(&self, text: &Text) -> String {
        let message = self.bundle.get_message(&text.id);
        let read = message.as_ref().filter(|_| self.reading).and_then(|m| m.get_attribute("read"));
        let pattern = read.map(|a| a.value()).or(message.and_then(|m| m.value()));
        let Some(pattern) = pattern else {
            return format!("<{}>", text.id);
        };
        let mut args = FluentArgs::new();
        for (name, value) in &text.args {
            let value: FluentValue<'_> = match value {
                Arg::Word(word) => word.clone().into(),
                Arg::Number(number) => (*number).into(),
                Arg::Message(text) => self.say(text).into(),
            };
            args.set(*name, value);
        }
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if errors.is_empty() { said } else { format!("<{}: {said}>", text.id) }
    }

    /// The report of a diagnosis in this language.
    pub fn report(&self, diagnosis: &Diagnosis<'_>) -> Report {
        document::of(diagnosis, &|text| self.say(text))
    }

    /// A message without arguments.
    pub fn get(&self, id: &str) -> String {
        self.say(&Text::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_has_a_fault() {
        for source in [ENGLISH, CHINESE] {
            let resource = FluentResource::try_new(source.to_owned());
            assert!(resource.is_ok(), "{:?}", resource.err().map(|(_, errors)| errors));
        }
    }

    #[test]
    fn a_missing_message_is_seen() {
        assert_eq!(Words::english().get("no-such-id"), "<no-such-id>");
        let text = Words::english().say(&Text::new("why-local"));
        assert!(text.starts_with("<why-local"), "a missing argument must be seen: {text}");
    }
}
