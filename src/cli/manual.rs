//! Completions and the manual page, made from the command line itself.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};
use clap_complete::Shell;

use super::help::{self, Page};

const NAME: &str = "ftp-doctor";

/// Words that the command line itself does not know, for completions.
pub struct Vocabulary {
    /// Ids of causes.
    pub causes: Vec<&'static str>,
    /// Names that `--fix-for` takes.
    pub software: Vec<&'static str>,
    /// Stories of the demo.
    pub stories: Vec<&'static str>,
}

/// The script for a shell. That for PowerShell knows no values of options.
pub fn completions(shell: Shell, words: &Vocabulary) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut with_words(words), NAME, &mut script);
    let script = String::from_utf8_lossy(&script);
    let operands = [("demo", &words.stories), ("explain", &words.causes)];
    let script = match shell {
        // clap_complete 4.6 sets one name for the subcommands of a program with a hyphen in its own,
        // and then looks for another: none of their options would complete.
        Shell::Bash => script.replace("ftp__subcmd__doctor", "ftp__doctor"),
        // An option that still wants its value stands before any command. Operands are left out, here and
        // for PowerShell.
        Shell::Fish => operands.iter().fold(fish(&script), |script, (command, words)| {
            let words = words.join(" ");
            format!(
                "{script}complete -c {NAME} -n \"__fish_ftp_doctor_using_subcommand {command}\" -f -a \"{words}\"\n"
            )
        }),
        Shell::PowerShell => operands.iter().fold(script.into_owned(), |script, (command, words)| {
            let head = format!("'{NAME};{command}' {{\n");
            let value = |word: &&str| {
                format!(
                    "            [CompletionResult]::new('{word}', '{word}', [CompletionResultType]::ParameterValue, '{word}')\n"
                )
            };
            let values: String = words.iter().map(value).collect();
            script.replace(&head, &format!("{head}{values}"))
        }),
        _ => script.into_owned(),
    };
    script.into_bytes()
}

fn fish(script: &str) -> String {
    script.replace("2>/dev/null\n    or return\n", "2>/dev/null\n    or return 0\n")
}

/// The command line with all words that its arguments can be.
fn with_words(words: &Vocabulary) -> Command {
    let told = |command: Command| command.mut_args(|arg| filled(arg, words));
    let command = told(help::command());
    let subs: Vec<String> =
        command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    subs.into_iter().fold(command, |command, sub| command.mut_subcommand(sub, told))
}

fn filled(arg: Arg, words: &Vocabulary) -> Arg {
    let known: Vec<&'static str> = match arg.get_id().as_str() {
        "cause" | "why" => words.causes.clone(),
        "story" => words.stories.clone(),
        "fix_for" => words.software.clone(),
        "modes" => vec!["pasv", "epsv", "port", "eprt"],
        "expect" => {
            let about = |sign: &str| {
                let one = |id: &&str| &*format!("cause{sign}{id}").leak();
                words.causes.iter().map(one).collect::<Vec<&'static str>>()
            };
            // clap keeps words as long as the program runs, and it ends when the script is printed.
            [help::EXPECTATIONS, &about("="), &about("!=")].concat()
        }
        _ => return arg,
    };
    arg.value_parser(PossibleValuesParser::new(known))
}

/// The manual page in roff: the main job, then every subcommand with its own options, then what holds
/// for all.
///
/// # Errors
/// When it cannot be written to memory, which does not happen.
pub fn man() -> std::io::Result<Vec<u8>> {
    let mut command = help::command();
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    let mut roff = Vec::new();
    page.render_title(&mut roff)?;
    page.render_name_section(&mut roff)?;
    page.render_synopsis_section(&mut roff)?;
    page.render_description_section(&mut roff)?;
    page.render_options_section(&mut roff)?;
    page.render_subcommands_section(&mut roff)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        heading(&mut roff, &format!("{NAME} {}", sub.get_name()).to_uppercase());
        let page = clap_mangen::Man::new(sub.clone());
        page.render_synopsis_section(&mut roff)?;
        page.render_description_section(&mut roff)?;
        page.render_options_section(&mut roff)?;
    }
    heading(&mut roff, "EXAMPLES");
    for example in help::PAGES.iter().flat_map(|page| page.examples) {
        item(&mut roff, example.line, example.does);
    }
    heading(&mut roff, "EXIT STATUS");
    for page in help::PAGES {
        exit_status(&mut roff, page);
    }
    for (title, items) in [("ENVIRONMENT", help::ENVIRONMENT), ("FILES", help::FILES)] {
        heading(&mut roff, title);
        for (name, text) in items {
            item(&mut roff, name, text);
        }
    }
    page.render_version_section(&mut roff)?;
    Ok(roff)
}

fn heading(roff: &mut Vec<u8>, title: &str) {
    roff.extend(format!(".SH \"{}\"\n", escaped(title)).into_bytes());
}

/// A term in bold, and what it is.
fn item(roff: &mut Vec<u8>, term: &str, text: &str) {
    roff.extend(format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(text)).into_bytes());
}

/// The exit codes of a command, where it has some of its own.
fn exit_status(roff: &mut Vec<u8>, page: &Page) {
    let Some((_, codes)) = page.notes.split_once("Exit codes: ") else { return };
    let name = format!("{NAME} {}", page.command);
    item(roff, name.trim_end(), codes);
}

/// A text as roff takes it: no character of it is a request or an escape.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    let lines = text
        .lines()
        .map(|line| if line.starts_with('.') { format!("\\&{line}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}
