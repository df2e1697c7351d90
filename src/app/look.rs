//! How a report is to look, from options, terminal and locale.

use std::io::IsTerminal;

use super::World;
use crate::cli::{ColorArg, LangArg, OutputArgs};
use crate::diagnosis::Lang;
use crate::{probe, report};

/// The language that was asked for, else the locale's; programs that read JSON get English.
pub(super) fn language(asked: Option<LangArg>, for_programs: bool, world: &World<'_>) -> Lang {
    match asked {
        Some(LangArg::En) => Lang::En,
        Some(LangArg::Zh) => Lang::Zh,
        None if for_programs || only_ascii(world) => Lang::En,
        None => ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| (world.env)(name).filter(|value| !value.is_empty()))
            .or_else(probe::os::locale)
            .map_or(Lang::En, |locale| Lang::of_locale(&locale)),
    }
}

/// Whether the locale, or who reads the output, is known to take no UTF-8.
fn only_ascii(world: &World<'_>) -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| (world.env)(name).filter(|value| !value.is_empty()))
        .map_or(!probe::os::shows_utf8(), |locale| report::ascii::is_not_utf8(&locale))
}

/// Whether a text for the terminal may hold nothing else, since the locale shows nothing else; not
/// where a language was asked for that has no such letters.
pub(super) fn wants_ascii(output: &OutputArgs, world: &World<'_>) -> bool {
    let for_people = format(output) == report::Format::Text && output.output.is_none();
    for_people && output.lang != Some(LangArg::Zh) && only_ascii(world)
}

/// A text as the locale can show it, and as a job's log may hold it.
pub(super) fn legible(bytes: Vec<u8>, output: &OutputArgs, world: &World<'_>) -> Vec<u8> {
    if format(output) != report::Format::Text {
        return bytes;
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = report::job_log::no_commands(&text);
    if wants_ascii(output, world) {
        return report::ascii::ascii(&text).into_bytes();
    }
    text.into_owned().into_bytes()
}

pub(super) fn report_language(output: &OutputArgs, world: &World<'_>) -> Lang {
    language(output.lang, format(output).is_for_programs(), world)
}

/// The format that was asked for, else the one that the file's name tells.
pub(super) fn format(output: &OutputArgs) -> report::Format {
    let by_name = || output.output.as_deref().and_then(report::Format::of_name);
    if output.json {
        report::Format::Json
    } else {
        output.format.or_else(by_name).unwrap_or(report::Format::Text)
    }
}

/// A terminal that only prints.
pub(super) fn is_dumb(world: &World<'_>) -> bool {
    (world.env)("TERM").is_some_and(|term| term == "dumb")
}

pub(super) fn style(output: &OutputArgs, world: &World<'_>) -> report::Style {
    let terminal = std::io::stdout().is_terminal() && output.output.is_none();
    let color = match output.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            let refused = (world.env)("NO_COLOR").is_some_and(|v| !v.is_empty());
            terminal && !refused && !is_dumb(world) && probe::os::shows_colors()
        }
    };
    let columns = terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    report::Style {
        color,
        // Long lines are hard to read however wide the terminal is.
        width: columns.unwrap_or(80).clamp(24, 100),
        verbose: output.verbose,
        quiet: output.quiet,
    }
}
