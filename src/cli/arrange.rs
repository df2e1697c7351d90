//! The words of a command line before clap reads them: options may stand before the command, and a word
//! that is nearly a command is asked about.

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, FromArgMatches as _};

use super::{Cli, help};
use crate::facts::mistyped;

/// The command line, from all its words, the program's own name first.
///
/// # Errors
/// clap's error, which knows what to print and with which exit code.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let command = help::command();
    let words = command_first(&command, words.into_iter().collect());
    let parsed = command.clone().try_get_matches_from(&words);
    parsed.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|mut error| {
        if let Some(tip) = tip(&command, &words, &error) {
            let tip = ContextValue::StyledStrs(vec![tip.into()]);
            error.insert(ContextKind::Suggested, tip);
        }
        error
    })
}

/// The command that a target may have been meant to be: a slip of one letter away. A name that has more
/// than letters is no such slip.
pub fn meant_command(target: &str) -> Option<&'static str> {
    COMMANDS.into_iter().find(|command| mistyped::is_slip(target, command))
}

/// Commands that a name of a host may be a slip of. The short ones are left out: `nas` and `mail` are
/// hosts.
const COMMANDS: [&str; 10] = [
    "probe",
    "check",
    "audit",
    "replay",
    "read",
    "diff",
    "explain",
    "demo",
    "schema",
    "completions",
];

/// Moves the command in front of options that stand before it: every command has them too, or says that
/// it does not.
fn command_first(command: &Command, mut words: Vec<OsString>) -> Vec<OsString> {
    if let Some(place) = first_operand(command, &words)
        && place > 1
        && words.get(place).is_some_and(|word| command.find_subcommand(word).is_some())
    {
        let name = words.remove(place);
        words.insert(1, name);
    }
    words
}

/// Where the first word stands that is neither an option nor an option's value.
fn first_operand(command: &Command, words: &[OsString]) -> Option<usize> {
    let mut place = 1;
    loop {
        let word = words.get(place)?.to_str()?;
        if word == "--" {
            return None;
        }
        let option = match word.strip_prefix("--") {
            // `--option=value` is one word.
            Some(name) if name.contains('=') => None,
            Some(name) => named(command, |arg| arg.get_long() == Some(name)),
            None if word.len() > 1 && word.starts_with('-') => {
                let last = word.chars().next_back();
                named(command, |arg| arg.get_short().is_some() && arg.get_short() == last)
            }
            None => return Some(place),
        };
        place += if option.is_some_and(|arg| arg.get_action().takes_values()) { 2 } else { 1 };
    }
}

/// An option of the main job, or else of any command.
fn named(command: &Command, is: impl Fn(&Arg) -> bool + Copy) -> Option<&Arg> {
    let everywhere = std::iter::once(command).chain(command.get_subcommands());
    everywhere.flat_map(Command::get_arguments).find(|arg| is(arg))
}

/// What may have been meant.
fn tip(command: &Command, words: &[OsString], error: &clap::Error) -> Option<String> {
    let operand = words.get(first_operand(command, words)?).map(OsString::as_os_str)?;
    let name = operand.to_str()?;
    match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict => {
            let meant = meant_command(name)?;
            Some(format!("did you mean the command '{meant}'?"))
        }
        ErrorKind::MissingRequiredArgument if is_alone(words, operand) => command
            .find_subcommand(operand)
            .map(|_| format!("a host that is called '{name}': 'ftp-doctor probe {name}'")),
        _ => None,
    }
}

/// Whether nothing follows this word.
fn is_alone(words: &[OsString], word: &OsStr) -> bool {
    words.last().is_some_and(|last| last == word)
}
