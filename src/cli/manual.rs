//! Completions and the manual page, made from the command line itself.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;

const NAME: &str = "ftp-doctor";

/// The script for a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    if shell != Shell::Bash {
        return script;
    }
    // clap_complete 4.6 sets one name for the subcommands of a program with a hyphen in its own,
    // and then looks for another: none of their options would complete.
    String::from_utf8_lossy(&script).replace("ftp__subcmd__doctor", "ftp__doctor").into_bytes()
}

/// The manual page in roff: the main job, then every subcommand with its own options.
///
/// # Errors
/// When it cannot be written to memory, which does not happen.
pub fn man() -> std::io::Result<Vec<u8>> {
    let mut command = Cli::command();
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    let mut roff = Vec::new();
    page.render(&mut roff)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let title = format!("{NAME} {}", sub.get_name());
        roff.extend(format!(".SH \"{}\"\n", title.to_uppercase()).into_bytes());
        let page = clap_mangen::Man::new(sub.clone());
        page.render_synopsis_section(&mut roff)?;
        page.render_description_section(&mut roff)?;
        page.render_options_section(&mut roff)?;
    }
    Ok(roff)
}
